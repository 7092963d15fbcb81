//! Counts what is sent to a server: the messages as JSON, over its pipe or over HTTP.

use rmcp::RoleClient;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;

use crate::off_machine;

/// The place by which [`off_machine`] counts what is sent to the server of this name.
fn place_of(server: &str) -> String {
    format!("{server} (MCP server)")
}

/// A transport whose messages are counted as they are sent.
pub(super) struct Counted<T> {
    inner: T,
    place: String,
}

impl<T> Counted<T> {
    /// Counts what `inner` sends to the server of this name.
    pub(super) fn new(inner: T, server: &str) -> Self {
        let place = place_of(server);
        off_machine::sent(&place, 0);
        Self { inner, place }
    }
}

impl<T> Transport<RoleClient> for Counted<T>
where
    T: Transport<RoleClient> + 'static,
{
    type Error = T::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let bytes = serde_json::to_vec(&message).map_or(0, |json| json.len());
        off_machine::sent(&self.place, bytes);
        self.inner.send(message)
    }

    fn receive(&mut self) -> impl Future<Output = Option<RxJsonRpcMessage<RoleClient>>> + Send {
        self.inner.receive()
    }

    fn close(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.inner.close()
    }
}

#[cfg(test)]
mod tests {
    use rmcp::transport::async_rw::AsyncRwTransport;
    use serde_json::json;
    use tokio::io::AsyncReadExt;

    use super::*;

    #[test]
    fn a_message_counts_as_it_is_written() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let pipe = AsyncRwTransport::new_client(tokio::io::empty(), ours);
        let mut transport = Counted::new(pipe, "a_message_counts");
        let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
        let ping: TxJsonRpcMessage<RoleClient> = serde_json::from_value(ping).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut written = Vec::new();
        runtime.block_on(async {
            transport.send(ping).await.unwrap();
            transport.close().await.unwrap();
            drop(transport);
            theirs.read_to_end(&mut written).await.unwrap();
        });
        // The line's end is the pipe's.
        let message = written.strip_suffix(b"\n").unwrap();
        assert!(!message.is_empty());
        let sent = off_machine::totals()["a_message_counts (MCP server)"];
        assert_eq!(sent, message.len() as u64);
    }
}
