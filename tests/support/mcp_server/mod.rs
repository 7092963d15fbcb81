//! Servers for the tests of the MCP client, and calls of them.

// Each test program uses some of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use vivavoce::clock::{Stopwatch, sleep};
use vivavoce::mcp::{McpClient, McpError, McpServerConfig, McpTrouble};
use vivavoce::tool_call::Call;

/// Time for a server to come up; far more than one takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The path of a file in this folder.
pub fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/mcp_server");
    folder.join(name)
}

/// The configuration of our server over standard input and output, with more lines of it.
pub fn stdio(arguments: &[&str], more: &str) -> McpServerConfig {
    let server = file("stdio_server.py");
    let command = ["python3", server.to_str().unwrap()];
    config(&[&command[..], arguments].concat(), more)
}

/// The configuration of a command, with more lines of it.
pub fn config(command: &[&str], more: &str) -> McpServerConfig {
    let table = format!("command = {}\n{more}", serde_json::json!(command));
    toml::from_str(&table).unwrap()
}

/// A client of one server named `s`, and what was wrong with it.
pub fn try_connect(config: McpServerConfig, patience: Duration) -> (McpClient, Vec<McpTrouble>) {
    McpClient::connect(&BTreeMap::from([("s".to_owned(), config)]), patience)
}

/// A client of one server named `s` that comes up.
pub fn connect(config: McpServerConfig) -> McpClient {
    let (client, troubles) = try_connect(config, PATIENCE);
    assert_eq!(troubles, []);
    client
}

/// Why a server does not come up.
pub fn refused(config: McpServerConfig, patience: Duration) -> McpError {
    let (client, mut troubles) = try_connect(config, patience);
    assert_eq!(client.tools(), []);
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    match troubles.remove(0) {
        McpTrouble::NoServer { server, error } if server == "s" => error,
        other => panic!("{other:?}"),
    }
}

/// Calls a tool with arguments, and waits.
pub fn call(
    client: &McpClient,
    tool: &str,
    arguments: serde_json::Value,
) -> Result<String, McpError> {
    call_while(client, tool, arguments, &|| false)
}

/// Calls a tool until `cancelled`.
pub fn call_while(
    client: &McpClient,
    tool: &str,
    arguments: serde_json::Value,
    cancelled: &dyn Fn() -> bool,
) -> Result<String, McpError> {
    let call = Call {
        name: tool.to_owned(),
        arguments: arguments.as_object().unwrap().clone(),
    };
    client.call(&call, cancelled)
}

/// Our server's `echo`.
pub fn echo(client: &McpClient, text: &str) -> Result<String, McpError> {
    call(client, "s_echo", serde_json::json!({ "text": text }))
}

/// Our server's `misbehave`.
pub fn misbehave(client: &McpClient) -> Result<String, McpError> {
    call(client, "s_misbehave", serde_json::json!({}))
}

/// Waits for what happens soon, on any machine.
pub fn wait_for<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let started = Stopwatch::start();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{what} did not happen");
        sleep(Duration::from_millis(10));
    }
}
