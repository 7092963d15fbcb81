//! The Model Context Protocol: the client of tools, and the server through which an agent talks.

mod agent_voice;
mod client;
mod http;
mod inspector;
mod real_servers;

#[path = "../support/door.rs"]
mod door;
#[path = "../support/mcp_server/mod.rs"]
mod mcp_server;
#[path = "../support/npm_package.rs"]
mod npm_package;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/python_package.rs"]
mod python_package;
