//! vivavoce: a voice assistant that lives on your machine.
//!
//! ```text
//!  microphone ─► capture ring ─► echo canceller ─► voice activity ─────────────────────┐
//!                                                                                      ▼
//!  loudspeaker ◄─ playback ◄─ voice ◄─ clauses ◄─ language model ◄─ turn taking ◄─ recognizer
//! ```
//!
//! The modules stand in the order in which the data flows; `pipeline` runs them as threads, and
//! `ARCHITECTURE.md` says what each may know of the others.

#![warn(missing_docs, clippy::unwrap_used)]

pub mod cancellation;
pub mod clock;
pub mod config;
pub mod events;

pub mod audio;

pub mod aec;
pub mod vad;
pub mod wake;

pub mod front_end;

pub mod language;
pub mod lexicon;

pub mod endpointing;

pub mod turn_taking;
pub mod usage;

pub mod exchange;
pub mod onnx;
pub mod speaker;
pub mod stt;

pub mod agent;
pub mod folders;
pub mod llm;
pub mod mcp;
pub mod tool_call;
pub mod tools;

pub mod tts;

pub mod playback;

pub mod pipeline;

pub mod harness;

pub mod batch;
pub mod book;
pub mod engines;
mod hex;
pub mod models;
pub mod off_machine;
pub mod power;
pub mod requests;
mod resource;
pub mod server;
mod shared;
pub mod talking;
pub mod transcripts;
