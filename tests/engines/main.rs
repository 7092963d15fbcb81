//! Recognizers, language models and voices by themselves, most of them with their real weights.

mod gguf;
mod hibari;
mod kokoro;
mod language_model;
mod server;
mod speech;
mod together;
mod voice_repeats;
mod voices;
mod whisper;
mod word_times;

#[path = "../support/llm_server.rs"]
mod llm_server;
#[path = "../support/onnx_file.rs"]
mod onnx_file;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/tiny_gguf.rs"]
mod tiny_gguf;
#[path = "../support/whisper_micro.rs"]
mod whisper_micro;
