//! The MCP client with servers that others wrote, as they come from their registries.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::json;
use vivavoce::mcp::{McpClient, McpError};
use vivavoce::tool_call::Class;

use crate::mcp_server::{PATIENCE, call, config, connect, try_connect, wait_for};
use crate::npm_package;
use crate::python_package::installed;

/// What a server of npm starts with; its package is the first of `packages`.
fn npm(packages: &[&str]) -> String {
    let folder = npm_package::installed(packages);
    let name = packages[0].rsplit_once('@').unwrap().0;
    let package = folder.join("node_modules").join(name);
    let program: PathBuf = package.join("dist").join("index.js");
    assert!(program.exists(), "{} is not there", program.display());
    program.to_str().unwrap().to_owned()
}

const EVERYTHING: &[&str] = &["@modelcontextprotocol/server-everything@2026.8.31"];
const FILESYSTEM: &[&str] = &["@modelcontextprotocol/server-filesystem@2026.8.31"];
const MEMORY: &[&str] = &["@modelcontextprotocol/server-memory@2026.8.31"];

fn effect(client: &McpClient, name: &str) -> Class {
    let mut tools = client.tools().iter();
    let tool = tools.find(|tool| tool.offer.definition.name == name);
    tool.unwrap_or_else(|| panic!("{name} is not there"))
        .offer
        .class
}

#[test]
fn the_time_server_tells_the_time_elsewhere() {
    let packages = installed(&["mcp-server-time==2026.10.19"]);
    let env = format!("env = {{ PYTHONPATH = {:?} }}", packages.to_str().unwrap());
    let command = [
        "python3",
        "-m",
        "mcp_server_time",
        "--local-timezone",
        "UTC",
    ];
    let client = connect(config(&command, &env));
    let arguments = json!({
        "source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Kathmandu",
    });
    let answer = call(&client, "s_convert_time", arguments).unwrap();
    assert!(answer.contains("17:45"), "{answer}");
    let nowhere = json!({"timezone": "Nowhere/Atlantis"});
    let declined = call(&client, "s_get_current_time", nowhere);
    assert!(
        matches!(declined, Err(McpError::Declined(_))),
        "{declined:?}"
    );
}

#[test]
fn the_filesystem_server_reads_its_folder_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().canonicalize().unwrap().join("note.txt");
    fs::write(&note, "Buy milk.").unwrap();
    let folder = note.parent().unwrap().to_str().unwrap();
    let client = connect(config(&["node", &npm(FILESYSTEM), folder], ""));
    let read = |path: &str| call(&client, "s_read_text_file", json!({ "path": path }));
    assert_eq!(read(note.to_str().unwrap()), Ok("Buy milk.".to_owned()));
    let elsewhere = read("/etc/passwd");
    assert!(
        matches!(elsewhere, Err(McpError::Declined(_))),
        "{elsewhere:?}"
    );
    assert_eq!(effect(&client, "s_read_text_file"), Class::Read);
    assert_eq!(effect(&client, "s_write_file"), Class::AskFirst);
}

#[test]
fn the_memory_server_keeps_what_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("memory.jsonl");
    let env = format!(
        "env = {{ MEMORY_FILE_PATH = {:?} }}",
        file.to_str().unwrap()
    );
    let client = connect(config(&["node", &npm(MEMORY)], &env));
    let milk = json!({"name": "milk", "entityType": "food", "observations": ["is out"]});
    call(&client, "s_create_entities", json!({ "entities": [milk] })).unwrap();
    let found = call(&client, "s_search_nodes", json!({"query": "milk"})).unwrap();
    assert!(found.contains("is out"), "{found}");
}

#[test]
fn the_everything_server_answers_with_all_kinds_of_content() {
    let client = connect(config(&["node", &npm(EVERYTHING)], ""));
    let sum = call(&client, "s_get-sum", json!({"a": 19, "b": 23})).unwrap();
    assert!(sum.contains("42"), "{sum}");
    let picture = call(&client, "s_get-tiny-image", json!({})).unwrap();
    assert!(picture.contains("(a picture)"), "{picture}");
    let long = json!({"duration": 1, "steps": 5});
    let done = call(&client, "s_trigger-long-running-operation", long).unwrap();
    assert!(done.contains("completed"), "{done}");
}

/// The everything server over HTTP; it ends when this is dropped.
struct OverHttp(Child);

impl Drop for OverHttp {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn the_everything_server_is_called_over_http() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let server = Command::new("node")
        .args([&npm(EVERYTHING), "streamableHttp"])
        .env("PORT", port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _server = OverHttp(server);
    wait_for("its port", || {
        std::net::TcpStream::connect(("127.0.0.1", port)).ok()
    });
    let client = connect(toml::from_str(&format!("url = 'http://127.0.0.1:{port}/mcp'")).unwrap());
    let echo = call(&client, "s_echo", json!({"message": "hello"})).unwrap();
    assert!(echo.contains("hello"), "{echo}");
}

#[test]
fn servers_side_by_side_keep_their_tools_apart() {
    let filesystem = |folder: &str| config(&["node", &npm(FILESYSTEM), folder], "");
    let servers = BTreeMap::from([
        ("one".to_owned(), filesystem("/tmp")),
        ("two".to_owned(), filesystem("/tmp")),
    ]);
    let (client, troubles) = McpClient::connect(&servers, PATIENCE);
    assert_eq!(troubles, []);
    assert_eq!(effect(&client, "one_list_directory"), Class::Read);
    assert_eq!(effect(&client, "two_list_directory"), Class::Read);
}

#[test]
fn npx_and_what_it_starts_is_a_server_too() {
    let folder = npm_package::installed(MEMORY);
    let command = [
        "npx",
        "--prefix",
        folder.to_str().unwrap(),
        "mcp-server-memory",
    ];
    let (client, troubles) = try_connect(config(&command, ""), PATIENCE);
    assert_eq!(troubles, []);
    assert_eq!(effect(&client, "s_read_graph"), Class::Read);
}
