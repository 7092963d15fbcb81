//! vivavoce: a voice assistant that lives on your machine.
pub mod clock;
pub mod audio;
pub mod aec;
pub mod onnx;
pub mod vad;
pub mod stt;
pub mod llm;
pub mod events;
pub mod turn_taking;
pub mod agent;
pub mod models;
pub mod playback;
pub mod tts;
pub mod pipeline;
pub mod config;
pub mod engines;
pub mod bench;
