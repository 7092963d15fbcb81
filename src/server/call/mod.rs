//! A call over WebRTC: sound as a track of Opus each way, the protocol's events on a data channel.
//!
//! ```text
//!  client ◄─ UDP ─► peer (ICE, DTLS, SRTP, SCTP: str0m) ─┬─ ear: Opus ─► samples ─► heard
//!                                                        ├─ data channel ◄──────► texts
//!                                                        └─ mouth: Opus ◄─ samples ◄─ played
//! ```
//!
//! The peer is a task of the runtime; [`Call`] is what the door holds of it.

mod opus;
mod peer;

use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use peer::Peer;

/// How long a client is waited for.
#[derive(Debug, Clone, Copy)]
pub struct CallTimeouts {
    /// Until it has come, after its call has begun.
    pub comes: Duration,
    /// When it is not heard of any more, which ICE says after 15 seconds of silence.
    pub away: Duration,
}

impl Default for CallTimeouts {
    fn default() -> Self {
        Self {
            comes: Duration::from_secs(20),
            away: Duration::from_secs(5),
        }
    }
}

/// What waits between the door and the peer. A door sends a block of sound every 10 ms.
const QUEUE: usize = 1_024;
/// Bytes of an event: more is too long for a message of a client that says nothing about it.
const LONGEST_EVENT: usize = 64 << 10;
/// Sound takes about this long from us to the client's loudspeaker: its buffer against jitter, and its device.
pub const LATENCY_MS: u32 = 80;

/// What a client sends.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// An event of the protocol.
    Text(String),
    /// Samples at the protocol's rate, mono.
    Sound(Vec<i16>),
}

/// What a client is sent.
#[derive(Debug)]
enum Said {
    Text(String),
    Sound(Vec<i16>),
}

/// Why a call is not answered.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The offer cannot be read, or has nothing that we have.
    #[error("the offer is not one that can be answered: {0}")]
    Offer(String),
    /// The system has no socket for it, or Opus does not start.
    #[error("the call cannot be answered here: {0}")]
    Here(String),
}

/// A call that was answered, and has not begun.
pub struct Answered {
    peer: Peer,
    heard: mpsc::Receiver<Heard>,
    /// The answer for the client (SDP).
    pub answer: String,
}

/// Answers an offer (SDP). Sound and events will come to a port of the call's own at `address`, where the offer came to.
/// Within an async runtime.
///
/// # Errors
/// See [`CallError`].
pub async fn answer(offer: &str, address: IpAddr) -> Result<Answered, CallError> {
    let (tell, heard) = mpsc::channel(QUEUE);
    let (peer, answer) = Peer::answer(offer, address, tell).await?;
    Ok(Answered {
        peer,
        heard,
        answer,
    })
}

impl Answered {
    /// Waits for the client from now on.
    pub fn begin(self, timeouts: CallTimeouts) -> Call {
        let Self { peer, heard, .. } = self;
        let (said, to_say) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            if let Err(error) = peer.run(to_say, timeouts).await {
                tracing::warn!("a call: {error}");
            }
        });
        Call { said, heard }
    }
}

/// A call. Dropped, it hangs up.
pub struct Call {
    said: mpsc::Sender<Said>,
    heard: mpsc::Receiver<Heard>,
}

impl Call {
    /// What the client sends next; `None`: it has gone. Nothing is lost if it is not waited for to the end.
    pub async fn next(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }

    /// Sends an event; false: the client has gone, or takes nothing. In place of one that is too long for a data
    /// channel an error is sent.
    pub fn text(&self, event: &Value) -> bool {
        let mut text = event.to_string();
        if text.len() > LONGEST_EVENT {
            text = too_long(event).to_string();
        }
        self.said.try_send(Said::Text(text)).is_ok()
    }

    /// Sends a block of 10 ms of sound; false: as for [`Call::text`].
    pub fn play(&self, block: &[i16]) -> bool {
        self.said.try_send(Said::Sound(block.to_vec())).is_ok()
    }
}

/// What is said in place of an event that is too long.
fn too_long(event: &Value) -> Value {
    let message = format!(
        "an event ({}) is longer than a data channel takes: {LONGEST_EVENT} bytes; a WebSocket takes it",
        event["type"]
    );
    json!({
        "type": "error",
        "event_id": event["event_id"],
        "error": { "type": "server_error", "code": "event_too_long", "message": message, "param": null },
    })
}

#[cfg(test)]
mod tests;
