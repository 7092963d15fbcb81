//! The MCP client with servers on the network.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use vivavoce::mcp::{McpError, McpServerConfig};

use crate::mcp_server::{PATIENCE, connect, echo, file, refused};

/// Our server over HTTP; it ends when this is dropped.
struct HttpServer {
    process: Child,
    port: u16,
}

impl HttpServer {
    fn start(mode: &str) -> Self {
        let mut process = Command::new("python3")
            .arg(file("http_server.py"))
            .arg(mode)
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is there: scripts/setup.sh installs it");
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut port)
            .unwrap();
        let port = port.trim().parse().unwrap();
        Self { process, port }
    }

    fn config(&self, more: &str) -> McpServerConfig {
        let url = format!("url = 'http://127.0.0.1:{}/mcp'", self.port);
        // Time for its calls on any machine.
        toml::from_str(&format!("{url}\ntimeout_s = 600\n{more}")).unwrap()
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[test]
fn a_tool_is_called_over_http() {
    let server = HttpServer::start("normal");
    let client = connect(server.config(""));
    assert_eq!(echo(&client, "hello"), Ok("hello (no token)".to_owned()));
}

#[test]
fn a_tool_is_called_over_events() {
    let server = HttpServer::start("events");
    let client = connect(server.config(""));
    assert_eq!(echo(&client, "hello"), Ok("hello (no token)".to_owned()));
}

#[test]
fn the_token_of_the_environment_is_sent() {
    let server = HttpServer::start("normal");
    // A variable that every test has: this process's environment cannot be changed while others read it.
    let client = connect(server.config("token_env = 'CARGO_PKG_NAME'"));
    let expected = "hello (Bearer vivavoce)".to_owned();
    assert_eq!(echo(&client, "hello"), Ok(expected));
}

#[test]
fn a_token_that_is_not_there_is_named() {
    let server = HttpServer::start("normal");
    let error = refused(server.config("token_env = 'NO_SUCH_TOKEN'"), PATIENCE);
    assert_eq!(error, McpError::TokenAbsent("NO_SUCH_TOKEN".to_owned()));
}

#[test]
fn a_server_that_leads_elsewhere_is_not_followed() {
    let server = HttpServer::start("elsewhere");
    let error = refused(server.config(""), PATIENCE);
    assert!(error.to_string().contains("HTTP 307"), "{error}");
}

#[test]
fn a_server_that_wants_a_token_says_so() {
    let server = HttpServer::start("forbidden");
    let error = refused(server.config(""), PATIENCE);
    assert_eq!(error, McpError::NotLetIn);
}

#[test]
fn a_server_that_is_not_there_is_a_trouble() {
    let config = HttpServer::start("normal").config("");
    let error = refused(config, PATIENCE);
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn a_large_answer_is_refused() {
    let server = HttpServer::start("large");
    let client = connect(server.config(""));
    assert_eq!(echo(&client, ""), Err(McpError::TooLarge));
}

#[test]
fn a_large_event_ends_the_connection() {
    let server = HttpServer::start("large_event");
    let client = connect(server.config(""));
    assert_eq!(echo(&client, ""), Err(McpError::BrokenOff));
}

#[test]
fn a_flood_over_http_ends_the_connection() {
    let server = HttpServer::start("flood");
    let client = connect(server.config(""));
    assert_eq!(echo(&client, ""), Err(McpError::Flood));
}

#[test]
fn a_server_that_went_away_is_an_error_of_the_call() {
    let server = HttpServer::start("normal");
    let client = connect(server.config(""));
    drop(server);
    let answer = echo(&client, "hello");
    assert!(
        matches!(answer, Err(McpError::CannotReach(_))),
        "{answer:?}"
    );
}
