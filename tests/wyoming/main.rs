//! The Wyoming protocol: servers that recognize and speak, and what they may do wrong.

mod real_server;
mod recognizer;
mod voice;

#[path = "../support/program.rs"]
mod program;
#[path = "../support/python_package.rs"]
mod python_package;
#[path = "../support/whisper_micro.rs"]
mod whisper_micro;
#[path = "../support/wyoming_server.rs"]
mod wyoming_server;
