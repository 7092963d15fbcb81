//! Tools of other programs, over the Model Context Protocol (MCP): its client.
//!
//! The user's configuration names servers, and [`McpClient`] starts or reaches them, tells which tools they
//! offer, and calls these. Callers are ordinary threads and wait; the async runtime is inside, on one thread
//! named `mcp` for all servers.
//!
//! A server is not trusted: what it sends is bounded in size and number, what it says is cleaned before
//! anybody reads it, and what it asks of us is refused (`docs/mcp.md`). The protocol itself is spoken by
//! `rmcp`, its official implementation.

mod bounded_reader;
mod child;
mod client;
mod config;
mod connection;
mod counted;
mod error;
mod http;
mod message_budget;
mod refuses_requests;
mod restarts;
mod result_text;
mod server;
mod tools;

pub use client::{McpClient, McpTrouble};
pub use config::{ConfigError, Environment, McpServerConfig, Reached, Trust};
pub use error::McpError;
pub use tools::{McpTool, NotOffered};
