//! Whisper in a process of its own. It may not live in `vivavoce` itself: whisper.cpp and llama.cpp
//! each bring a ggml, and the two are not compatible (`tests/executables.rs` at the top).
//!
//! ```text
//!  client ─► session (a thread a connection) ─► jobs ─► service (one thread) ─► engine ─► whisper.cpp
//!  client ◄─ events ◄──────────────────────── answer ◄──────┘
//! ```
//!
//! [`session`] speaks the protocol and keeps the audio, [`service`] decodes one job after the other,
//! [`engine`] is the model (`model_file` says whether a file is one, [`device`] where it is computed),
//! [`evidence`] decides whether what it wrote was said, [`stream`] which words of an unfinished
//! utterance are sure, `languages` which language was spoken, [`abort`] lets a decode be given up.

pub mod abort;
pub mod device;
pub mod engine;
pub mod evidence;
mod languages;
mod model_file;
pub mod service;
pub mod session;
pub mod stream;
