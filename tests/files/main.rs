//! Commands that read and write files: what is read, what is there of a run that ended early, and what is said of
//! bad input.

mod bad_input;
mod batch;
mod data_folder;
mod files;
mod folders;
mod interrupted;
mod transcribe_memory;

#[path = "../support/llm_server.rs"]
mod llm_server;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/tiny_gguf.rs"]
mod tiny_gguf;
