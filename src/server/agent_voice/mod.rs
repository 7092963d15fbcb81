//! A voice for an agent that is a program of its own (a coding agent, say): an MCP server. What it says is
//! spoken, what the user says is written down for it; our language model has no part in it.
//!
//! ```text
//!  agent ─► handler (MCP) ─► voice (thread) ─► calls (pure) ─► session on the local devices
//!                                 ▲                               │ events
//!                                 └───────────────────────────────┘
//! ```
//!
//! Over standard input and output ([`serve_stdio`]), or as a door of the server ([`http_door`]).

mod calls;
mod handler;
mod input;
mod message;
mod tools;
mod transcriber;
mod voice;

pub use voice::{OpenVoice, OpenedVoice, Voice};

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::sync::watch;

use super::{ServerError, until};
use crate::config::Config;
use crate::language::Languages;
use handler::AgentDoor;
use input::Input;
use transcriber::Transcriber;

/// Serves the agent that started this program, until it closes our input or `quit` is set.
///
/// # Errors
/// The system gives no threads, or what came is not the protocol.
pub fn serve_stdio(
    voice: Voice,
    config: &Config,
    quit: &'static AtomicBool,
) -> Result<(), ServerError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(ServerError::Runtime)?;
    let transcriber = Arc::new(Transcriber::new(config.clone()));
    let (input, input_ended) = Input::new(tokio::io::stdin());
    let languages = config.language.clone();
    let door = AgentDoor::new(Arc::new(voice), languages, input_ended, Some(transcriber));
    let served = runtime.block_on(async {
        tokio::select! {
            served = async {
                match door.serve((input, tokio::io::stdout())).await {
                    Ok(running) => {
                        let _ = running.waiting().await;
                        Ok(())
                    }
                    // It went before it had said anything.
                    Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
                    Err(error) => Err(ServerError::Protocol(error.to_string())),
                }
            } => served,
            () = until(quit) => Ok(()),
        }
    });
    // A read of the input may still wait; nobody waits for it.
    runtime.shutdown_background();
    served
}

/// Agents' connections at once: one of them has the microphone.
const MOST_AGENTS: usize = 16;
/// A connection that is silent for so long is over. Each result breaks the silence, so that calls that wait for
/// others need no more than the open one.
const SILENT_FOR: Duration = Duration::from_secs(25 * 60);
const _: () = assert!(SILENT_FOR.as_secs() > tools::LONGEST_CALL.as_secs());

/// What serves MCP over HTTP.
pub(super) type HttpDoor = StreamableHttpService<AgentDoor, LocalSessionManager>;

/// A door for agents that come by HTTP. Who may come in is judged before it; it reads no files for them.
pub(super) fn http_door(voice: Arc<Voice>, languages: Languages) -> HttpDoor {
    let mut sessions = LocalSessionManager::default();
    sessions.session_config.keep_alive = Some(SILENT_FOR);
    // Host and origin are judged as for all doors.
    let config = StreamableHttpServerConfig::default().disable_allowed_hosts();
    let open = move || {
        // Each connection holds one.
        if Arc::strong_count(&voice) > MOST_AGENTS {
            return Err(std::io::Error::other("too many agents at once"));
        }
        let (_, never) = watch::channel(false);
        let voice = Arc::clone(&voice);
        Ok(AgentDoor::new(voice, languages.clone(), never, None))
    };
    StreamableHttpService::new(open, Arc::new(sessions), config)
}
