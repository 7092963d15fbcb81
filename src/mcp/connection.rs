//! One connection to a server, from its start to its end.

use std::io;
use std::time::Duration;

use rmcp::RoleClient;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ClientRequest, JsonObject, ListToolsRequest,
    PaginatedRequestParams, ServerResult, Tool,
};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, Peer, RunningService, ServiceError,
    serve_client_with_lifecycle,
};
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::{DynamicTransportError, Transport};
use tokio::time::timeout;

use super::bounded_reader::{BoundedReader, Fault, MOST_BYTES};
use super::child::Child;
use super::config::{McpServerConfig, Reached};
use super::counted::Counted;
use super::error::McpError;
use super::http;
use super::refuses_requests::RefusesRequests;
use super::result_text::{MOST_CHARACTERS, plain, result_text};

/// A list of tools comes in no more pages than this.
const MOST_PAGES: usize = 64;
/// How long the end of a connection may take, besides that of the process.
const CLOSING: Duration = Duration::from_millis(300);

/// A server that is ready to be called.
pub(super) struct Connection {
    service: RunningService<RoleClient, RefusesRequests>,
    child: Option<Child>,
    fault: Fault,
}

impl Connection {
    /// Starts or reaches the server of this name, and asks for its tools.
    ///
    /// # Errors
    /// It is not there within `patience`, or not as it should be; then nothing of it is left.
    pub(super) async fn open(
        name: &str,
        config: &McpServerConfig,
        patience: Duration,
    ) -> Result<(Self, Vec<Tool>), McpError> {
        let fault = Fault::default();
        let (child, ready) = match &config.reached {
            Reached::Command {
                program,
                arguments,
                env,
            } => {
                let (child, output, input) =
                    Child::start(program, arguments, env).map_err(|e| McpError::CannotStart {
                        program: program.clone(),
                        why: e.to_string(),
                    })?;
                let output = BoundedReader::new(output, fault.clone());
                let transport = AsyncRwTransport::new_client(output, input);
                let transport = Counted::new(transport, name);
                (Some(child), timeout(patience, ready(transport)).await)
            }
            Reached::Url { url, token_env } => {
                let transport = http::transport(url, token_env.as_deref(), fault.clone())?;
                let transport = Counted::new(transport, name);
                (None, timeout(patience, ready(transport)).await)
            }
        };
        let error = match ready {
            Ok(Ok((service, tools))) => {
                let connection = Self {
                    service,
                    child,
                    fault,
                };
                return Ok((connection, tools));
            }
            Ok(Err(error)) => error,
            Err(_) => McpError::NotUp {
                waited: patience,
                said: String::new(),
            },
        };
        Err(explained(error, child, &fault).await)
    }

    /// Who is asked.
    pub(super) fn peer(&self) -> &Peer<RoleClient> {
        self.service.peer()
    }

    /// Whether it ended.
    pub(super) fn is_over(&self) -> bool {
        self.service.peer().is_transport_closed()
    }

    /// Ends it, within little more than a second; why it had ended, if it had.
    pub(super) async fn close(mut self) -> McpError {
        let _ = self.service.close_with_timeout(CLOSING).await;
        explained(ended(), self.child, &self.fault).await
    }
}

/// An error with what is known once the server's process is ended too.
async fn explained(error: McpError, child: Option<Child>, fault: &Fault) -> McpError {
    let error = match (child, error) {
        (Some(child), McpError::NotUp { waited, .. }) => {
            // Not what it says of being ended.
            let said = child.errors();
            child.stop().await;
            McpError::NotUp { waited, said }
        }
        (Some(child), error) => {
            let said = child.stop().await;
            match error {
                McpError::Ended { .. } => McpError::Ended { said },
                other => other,
            }
        }
        (None, McpError::Ended { .. }) => McpError::BrokenOff,
        (None, error) => error,
    };
    fault.get().cloned().unwrap_or(error)
}

/// Calls a tool. Where this is dropped before the answer, the server is told that nobody waits for it.
///
/// # Errors
/// [`McpError::Declined`]: the tool says so; others: the connection or the answer is not as it should be.
pub(super) async fn call(
    peer: &Peer<RoleClient>,
    tool: String,
    arguments: JsonObject,
) -> Result<String, McpError> {
    let params = CallToolRequestParams::new(tool).with_arguments(arguments);
    match peer.call_tool_once(params).await.map_err(service_error)? {
        CallToolResponse::Complete(result) if result.is_error == Some(true) => {
            Err(McpError::Declined(result_text(&result)))
        }
        CallToolResponse::Complete(result) => Ok(result_text(&result)),
        _ => Err(McpError::WantsInput),
    }
}

type Ready = (RunningService<RoleClient, RefusesRequests>, Vec<Tool>);

/// Shakes hands, by the handshake that the servers of today have, and lists the tools.
async fn ready<T>(transport: T) -> Result<Ready, McpError>
where
    T: Transport<RoleClient> + 'static,
{
    let handshake = ClientLifecycleMode::Initialize;
    let service = serve_client_with_lifecycle(RefusesRequests, transport, handshake)
        .await
        .map_err(initialize_error)?;
    let tools = list_tools(service.peer()).await?;
    Ok((service, tools))
}

/// All tools of a server, page by page; together they are no larger than one message may be.
async fn list_tools(peer: &Peer<RoleClient>) -> Result<Vec<Tool>, McpError> {
    let mut tools = Vec::new();
    let mut bytes = 0;
    let mut cursor = None;
    for _ in 0..MOST_PAGES {
        // Not `Peer::list_tools`, which keeps the pages for as long as the server says.
        let request = ListToolsRequest {
            params: Some(PaginatedRequestParams::default().with_cursor(cursor)),
            ..Default::default()
        };
        let answer = peer.send_request(ClientRequest::ListToolsRequest(request));
        let ServerResult::ListToolsResult(page) = answer.await.map_err(service_error)? else {
            let why = "its list of tools is not of the form that MCP asks for";
            return Err(McpError::NotUnderstood(why.to_owned()));
        };
        bytes += serde_json::to_vec(&page.tools).map_or(0, |json| json.len());
        if bytes > MOST_BYTES {
            return Err(McpError::TooLarge);
        }
        tools.extend(page.tools);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(tools);
        }
    }
    let why = "its list of tools does not end";
    Err(McpError::NotUnderstood(why.to_owned()))
}

fn initialize_error(error: ClientInitializeError) -> McpError {
    match error {
        ClientInitializeError::ConnectionClosed(_) => ended(),
        ClientInitializeError::TransportError { error, .. } => transport_error(&error),
        ClientInitializeError::JsonRpcError(error) => {
            let why = plain(&error.message, 300);
            McpError::NotUnderstood(format!("it refused to begin: {why}"))
        }
        _ => {
            let why = "its answer to `initialize` is not of the form that MCP asks for";
            McpError::NotUnderstood(why.to_owned())
        }
    }
}

fn service_error(error: ServiceError) -> McpError {
    match error {
        ServiceError::McpError(error) => McpError::Declined(plain(&error.message, MOST_CHARACTERS)),
        ServiceError::TransportSend(error) => transport_error(&error),
        ServiceError::UnexpectedResponse => {
            let why = "its answer is not of the form that MCP asks for";
            McpError::NotUnderstood(why.to_owned())
        }
        _ => ended(),
    }
}

fn transport_error(error: &DynamicTransportError) -> McpError {
    if error.error.is::<io::Error>() {
        ended()
    } else {
        http::error_of(&*error.error)
    }
}

/// What it wrote is not known yet.
fn ended() -> McpError {
    McpError::Ended {
        said: String::new(),
    }
}
