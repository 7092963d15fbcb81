//! A server on the network: streamable HTTP.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::redirect::Policy;
use rmcp::RoleClient;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::common::client_side_sse::NeverRetry;
use rmcp::transport::streamable_http_client::{
    StreamableHttpClientTransportConfig, StreamableHttpError,
};
use rmcp::transport::{StreamableHttpClientTransport, Transport};
use tokio::time::timeout;

use super::bounded_reader::{Fault, MOST_BYTES};
use super::config::is_loopback;
use super::error::McpError;
use super::message_budget::MessageBudget;
use super::result_text::plain;
use crate::clock::Stopwatch;

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a server may take to end a session.
const CLOSE: Duration = Duration::from_secs(2);

/// The transport to a server.
///
/// # Errors
/// [`McpError::TokenAbsent`]: the environment has no such token; [`McpError::CannotReach`]: TLS cannot be set
/// up.
pub(super) fn transport(
    url: &Url,
    token_env: Option<&str>,
    fault: Fault,
) -> Result<HttpTransport, McpError> {
    let mut client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls()?)
        // A server that leads elsewhere would take the token there.
        .redirect(Policy::none())
        .connect_timeout(CONNECT)
        .user_agent(concat!("vivavoce/", env!("CARGO_PKG_VERSION")));
    if is_loopback(url) {
        client = client.no_proxy();
    }
    let client = client
        .build()
        .map_err(|e| McpError::CannotReach(e.to_string()))?;
    let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str())
        .max_sse_event_size(MOST_BYTES)
        .max_json_response_size(MOST_BYTES)
        .max_error_response_size(4 << 10);
    // A stream that broke off is not taken up again: the call that waits for it fails, and the next opens
    // another.
    config.retry_config = Arc::new(NeverRetry::default());
    if let Some(name) = token_env {
        let token = std::env::var(name).ok().filter(|token| !token.is_empty());
        config = config.auth_header(token.ok_or_else(|| McpError::TokenAbsent(name.to_owned()))?);
    }
    Ok(HttpTransport {
        inner: Some(StreamableHttpClientTransport::with_client(client, config)),
        budget: MessageBudget::new(),
        started: Stopwatch::start(),
        fault,
    })
}

/// TLS with the provider and the roots that the rest of the program has.
fn tls() -> Result<rustls::ClientConfig, McpError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| McpError::CannotReach(e.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// `rmcp`'s transport, with a [`MessageBudget`].
pub(super) struct HttpTransport {
    /// Gone once it is closed. Its task cannot end while a message of the server's waits to be taken, and closing waits
    /// for the task: whoever takes no more messages drops it.
    inner: Option<StreamableHttpClientTransport<reqwest::Client>>,
    budget: MessageBudget,
    started: Stopwatch,
    fault: Fault,
}

impl Transport<RoleClient> for HttpTransport {
    type Error = StreamableHttpError<reqwest::Error>;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let sent = self.inner.as_mut().map(|inner| inner.send(message));
        async {
            match sent {
                Some(sent) => sent.await,
                None => Err(StreamableHttpError::TransportChannelClosed),
            }
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
        let message = self.inner.as_mut()?.receive().await?;
        if self.budget.take(self.started.elapsed()) {
            return Some(message);
        }
        self.fault.get_or_init(|| McpError::Flood);
        self.inner = None;
        None
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        let Some(mut inner) = self.inner.take() else {
            return Ok(());
        };
        // A server that goes on sending is let go.
        timeout(CLOSE, inner.close()).await.unwrap_or(Ok(()))
    }
}

/// What an error of the transport is to the user.
pub(super) fn error_of(error: &(dyn Error + 'static)) -> McpError {
    type Http = StreamableHttpError<reqwest::Error>;
    let why = match innermost(error).downcast_ref::<Http>() {
        Some(Http::ResponseBodyTooLarge { .. }) => return McpError::TooLarge,
        Some(Http::AuthRequired(_) | Http::InsufficientScope(_)) => return McpError::NotLetIn,
        Some(Http::Client(error)) => innermost(error).to_string(),
        Some(Http::UnexpectedServerResponse(why)) => {
            if why.starts_with("HTTP 401") || why.starts_with("HTTP 403") {
                return McpError::NotLetIn;
            }
            why.trim_end_matches([':', ' ']).to_owned()
        }
        _ => innermost(error).to_string(),
    };
    McpError::CannotReach(plain(&why, 300))
}

/// The cause of an error, or the transport's part of it: what is outside names types of ours, and the address,
/// which the user knows.
fn innermost<'a>(mut error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    while let Some(source) = error.source()
        && !error.is::<StreamableHttpError<reqwest::Error>>()
    {
        error = source;
    }
    error
}
