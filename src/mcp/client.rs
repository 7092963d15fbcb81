//! All servers of a configuration, for callers that wait.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use rmcp::model::Tool;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::config::{McpServerConfig, Trust};
use super::error::McpError;
use super::server::Server;
use super::tools::{McpTool, NotOffered, offered};
use crate::cancellation::Cancelled;
use crate::tool_call::{Call, CallFailure, ExternalTools};

/// How often a call that waits looks whether it is given up.
const CANCELLATION_POLL: Duration = Duration::from_millis(20);
/// The longest time for the end of all servers; what is left of them then is killed.
const ENDING: Duration = Duration::from_millis(900);

/// The servers that are up, and their tools. When it is dropped the servers end, within a second.
pub struct McpClient {
    tools: Vec<McpTool>,
    servers: BTreeMap<String, Arc<Server>>,
    /// `None` without a server: then there is nothing to run.
    thread: Option<RuntimeThread>,
}

/// Something of a server that the user should know: it is not there, or a tool of it is not offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum McpTrouble {
    /// The server offers nothing.
    #[error("MCP server `{server}`: {error}")]
    NoServer {
        /// Its name in the configuration.
        server: String,
        /// Why.
        error: McpError,
    },
    /// A tool is not offered, the others of this server are.
    #[error("MCP server `{server}`: {why}")]
    NoTool {
        /// Its name in the configuration.
        server: String,
        /// Which, and why.
        why: NotOffered,
    },
}

type Started = Result<(Server, Vec<Tool>), McpError>;

impl McpClient {
    /// Starts all servers side by side and lists their tools, which takes little longer than `patience` (and is the
    /// time for each restart, later). What does not come up is a trouble; the others go on.
    pub fn connect(
        configs: &BTreeMap<String, McpServerConfig>,
        patience: Duration,
    ) -> (Self, Vec<McpTrouble>) {
        let mut client = Self {
            tools: Vec::new(),
            servers: BTreeMap::new(),
            thread: None,
        };
        if configs.is_empty() {
            return (client, Vec::new());
        }
        let thread = match RuntimeThread::start() {
            Ok(thread) => thread,
            Err(e) => {
                let error = McpError::NoThread(e.to_string());
                let all = configs.keys().map(|server| McpTrouble::NoServer {
                    server: server.clone(),
                    error: error.clone(),
                });
                return (client, all.collect());
            }
        };
        let starting: Vec<_> = configs
            .iter()
            .map(|(name, config)| {
                let started = thread.start_server(name.clone(), config.clone(), patience);
                (name, config, started)
            })
            .collect();
        client.thread = Some(thread);
        let mut names = BTreeSet::new();
        let mut troubles = Vec::new();
        for (name, config, started) in starting {
            let gone = || Err(McpError::NoThread("a server's task ended".to_owned()));
            match started.recv().unwrap_or_else(|_| gone()) {
                Ok((server, listed)) => {
                    let why = client.add(name, config, server, listed, &mut names);
                    troubles.extend(why.into_iter().map(|why| McpTrouble::NoTool {
                        server: name.clone(),
                        why,
                    }));
                }
                Err(error) => troubles.push(McpTrouble::NoServer {
                    server: name.clone(),
                    error,
                }),
            }
        }
        (client, troubles)
    }

    fn add(
        &mut self,
        name: &str,
        config: &McpServerConfig,
        server: Server,
        listed: Vec<Tool>,
        names: &mut BTreeSet<String>,
    ) -> Vec<NotOffered> {
        let trust: Trust = config.trust;
        let (tools, troubles) = offered(name, listed, config.tools.as_deref(), trust, names);
        self.tools.extend(tools);
        self.servers.insert(name.to_owned(), Arc::new(server));
        troubles
    }

    /// The tools of all servers, by the servers' names, each server's in its own order. They stay the same
    /// for as long as this lives: a server that changes them later is not followed.
    pub fn tools(&self) -> &[McpTool] {
        &self.tools
    }

    /// Calls a tool and waits for its answer: text of at most 2,000 characters, which says so if it was
    /// cut. Whether the user is to be asked before is the caller's to look at ([`McpTool::offer`]). Blocks
    /// for as long as the server's `timeout_s`, and the time of a restart where the server had ended.
    ///
    /// # Errors
    /// [`McpError::Declined`]: the tool says that it failed; [`McpError::Cancelled`], within 20 ms;
    /// [`McpError::UnknownTool`]; others: the server is not there or not as it should be. "It" in their
    /// messages is the server.
    pub fn call(&self, call: &Call, cancelled: Cancelled) -> Result<String, McpError> {
        let unknown = || McpError::UnknownTool(call.name.clone());
        let known = |tool: &&McpTool| tool.offer.definition.name == call.name;
        let tool = self.tools.iter().find(known).ok_or_else(unknown)?;
        let server = self.servers.get(&tool.server).ok_or_else(unknown)?.clone();
        let thread = self.thread.as_ref().ok_or_else(unknown)?;
        let (own_name, arguments) = (tool.own_name.clone(), call.arguments.clone());
        let (answer_out, answer) = sync_channel(1);
        let task = thread.runtime.spawn(async move {
            let _ = answer_out.send(server.call(own_name, arguments).await);
        });
        loop {
            if cancelled() {
                // The call's end tells the server.
                task.abort();
                return Err(McpError::Cancelled);
            }
            match answer.recv_timeout(CANCELLATION_POLL) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(McpError::NoThread("the call's task ended".to_owned()));
                }
            }
        }
    }
}

impl Drop for McpClient {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        let servers: Vec<_> = std::mem::take(&mut self.servers).into_values().collect();
        let (ended_out, ended) = sync_channel(1);
        thread.runtime.spawn(async move {
            let mut ending: JoinSet<()> = servers
                .into_iter()
                .map(|server| async move { server.stop().await })
                .collect();
            while ending.join_next().await.is_some() {}
            let _ = ended_out.send(());
        });
        let _ = ended.recv_timeout(ENDING);
    }
}

impl ExternalTools for McpClient {
    fn call(&self, call: &Call, cancelled: Cancelled) -> Result<String, CallFailure> {
        let known = |tool: &&McpTool| tool.offer.definition.name == call.name;
        let tool = self.tools.iter().find(known);
        let whose = tool.map_or(&call.name, |tool| &tool.server).clone();
        Self::call(self, call, cancelled).map_err(|error| match error {
            McpError::Declined(why) => CallFailure::Declined(why),
            error => CallFailure::Unusable {
                whose,
                why: error.to_string(),
            },
        })
    }
}

/// The thread that runs all servers; it ends when this is dropped.
struct RuntimeThread {
    runtime: Handle,
    end: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl RuntimeThread {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("mcp".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(ended);
                // A look-up of a name may still be under way; nobody waits for it.
                runtime.shutdown_background();
            })?;
        Ok(Self {
            runtime: handle,
            end: Some(end),
            thread: Some(thread),
        })
    }

    /// Begins to start a server; where what came of it will be.
    fn start_server(
        &self,
        name: String,
        config: McpServerConfig,
        patience: Duration,
    ) -> Receiver<Started> {
        let (started_out, started) = sync_channel(1);
        self.runtime.spawn(async move {
            let _ = started_out.send(Server::start(name, config, patience).await);
        });
        started
    }
}

impl Drop for RuntimeThread {
    fn drop(&mut self) {
        drop(self.end.take());
        // What it runs are servers' tasks, which never block: it ends at once.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
