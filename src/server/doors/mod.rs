//! What clients reach: each file is one door.

pub mod chat;
pub mod page;
mod page_view;
pub mod pcm;
pub mod realtime;
pub mod socket;
pub mod speech;
pub mod transcription;
