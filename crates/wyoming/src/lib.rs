//! The Wyoming protocol, which voice services speak with each other: lines of JSON with binary
//! payloads, over a pipe or TCP.
//!
//! [`frame`] reads and writes events whatever they mean, [`message`] gives the ones of speech
//! recognition, synthesis and the handling of text their types, [`info`] says what a service offers, [`pcm`] turns
//! samples into bytes and back, [`connection`] is a peer that never makes its owner wait.
//!
//! Everything that is read has a limit: a peer that sends garbage gets an error, never memory.

pub mod connection;
mod data;
pub mod frame;
pub mod info;
pub mod message;
pub mod pcm;

pub use connection::{Connection, Lost};
pub use frame::{Event, FrameError, read_event, write_event};
pub use info::Info;
pub use message::{AudioFormat, Message, MessageError, Transcribe, Transcript};
