//! `vivavoce talk`: whole conversations, spoken on the virtual sound card or typed.

mod enrolled;
mod helper;
mod languages;
mod mcp;
mod server;
mod stats;
mod tools;
mod virtual_card;
mod wake;
mod whisper;
mod wyoming;

#[path = "../support/llm_server.rs"]
mod llm_server;
#[path = "../support/mcp_server/mod.rs"]
mod mcp_server;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/whisper_micro.rs"]
mod whisper_micro;
#[path = "../support/wyoming_server.rs"]
mod wyoming_server;
