//! One server over the time of a session: its connection, and a new one once that has ended.

use std::time::Duration;

use rmcp::RoleClient;
use rmcp::model::{JsonObject, Tool};
use rmcp::service::Peer;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::config::McpServerConfig;
use super::connection::{Connection, call};
use super::error::McpError;
use super::restarts::Restarts;
use crate::clock::Stopwatch;

/// A server that leaves so many calls in a row without an answer is started again.
const UNANSWERED: u32 = 3;

/// A server that came up once.
pub(super) struct Server {
    /// Its name in the configuration.
    name: String,
    config: McpServerConfig,
    /// How long a restart may take.
    patience: Duration,
    began: Stopwatch,
    state: Mutex<State>,
}

struct State {
    connection: Option<Connection>,
    restarts: Restarts,
    /// Counts the connections, so that a call knows whether the one it used is still there.
    generation: u64,
    /// Calls since the last that was answered.
    unanswered: u32,
}

impl Server {
    /// Starts or reaches it; the tools that it lists.
    ///
    /// # Errors
    /// Those of [`Connection::open`].
    pub(super) async fn start(
        name: String,
        config: McpServerConfig,
        patience: Duration,
    ) -> Result<(Self, Vec<Tool>), McpError> {
        let (connection, tools) = Connection::open(&name, &config, patience).await?;
        let state = State {
            connection: Some(connection),
            restarts: Restarts::default(),
            generation: 0,
            unanswered: 0,
        };
        let server = Self {
            name,
            config,
            patience,
            began: Stopwatch::start(),
            state: Mutex::new(state),
        };
        Ok((server, tools))
    }

    /// Calls a tool by the name that the server gave it. Where the server had ended before, it is started
    /// again, once. A call that ends with the server is not made again: what it did until then is not known.
    ///
    /// # Errors
    /// Any of [`McpError`], but for what only the client knows.
    pub(super) async fn call(
        &self,
        tool: String,
        arguments: JsonObject,
    ) -> Result<String, McpError> {
        let (peer, generation) = self.peer().await?;
        let answer = timeout(self.config.timeout, call(&peer, tool, arguments)).await;
        let mut state = self.state.lock().await;
        match answer {
            Ok(Ok(_) | Err(McpError::Declined(_))) => {
                state.restarts.worked();
                state.unanswered = 0;
            }
            Ok(Err(McpError::Ended { .. })) => return Err(state.why_over(generation).await),
            Ok(Err(_)) => {}
            Err(_) => {
                state.unanswered += 1;
                if state.unanswered >= UNANSWERED {
                    state.close().await;
                }
            }
        }
        answer.unwrap_or(Err(McpError::TimedOut(self.config.timeout)))
    }

    /// Who is asked, and by which connection: the server as it runs, or as it is started again.
    async fn peer(&self) -> Result<(Peer<RoleClient>, u64), McpError> {
        let mut state = self.state.lock().await;
        if let Some(connection) = &state.connection
            && !connection.is_over()
        {
            return Ok((connection.peer().clone(), state.generation));
        }
        state.close().await;
        let now = self.began.elapsed();
        if let Some(wait) = state.restarts.wait(now) {
            return Err(McpError::RestartWaits(wait));
        }
        state.restarts.started(now);
        // What it lists now is not looked at: the tools stay those that the user was told of.
        let (connection, _) = Connection::open(&self.name, &self.config, self.patience).await?;
        let peer = connection.peer().clone();
        state.connection = Some(connection);
        state.generation += 1;
        Ok((peer, state.generation))
    }

    /// Ends it, within little more than a second.
    pub(super) async fn stop(&self) {
        self.state.lock().await.close().await;
    }
}

impl State {
    /// Ends the connection; why it had ended, if it had.
    async fn close(&mut self) -> Option<McpError> {
        self.unanswered = 0;
        Some(self.connection.take()?.close().await)
    }

    /// Why the connection of a call ended, if no other call has replaced it meanwhile; it is closed then.
    async fn why_over(&mut self, generation: u64) -> McpError {
        let why = if self.generation == generation {
            self.close().await
        } else {
            None
        };
        why.unwrap_or(McpError::Ended {
            said: String::new(),
        })
    }
}
