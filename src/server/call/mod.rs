//! A call over WebRTC: sound as a track of Opus each way, the protocol's events on a data channel.
//!
//! ```text
//!  client ◄─ UDP ─► peer (ICE, DTLS, SRTP, SCTP: str0m) ─┬─ ear: Opus ─► samples ─► heard
//!                                                        ├─ data channel ◄──────► texts
//!                                                        └─ mouth: Opus ◄─ samples ◄─ played
//! ```
//!
//! The peer is a task of the runtime; [`Call`] is what the door holds of it. Dropped, it hangs up.

mod opus;
mod peer;

use std::net::IpAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;

use peer::Peer;

/// A client that has not come within this time after its call was answered has gone.
const COMES_WITHIN: Duration = Duration::from_secs(20);
/// A client whose network is away for longer has gone.
const AWAY_AT_MOST: Duration = Duration::from_secs(15);
/// What waits between the door and the peer. A door sends a block of sound every 10 ms.
const QUEUE: usize = 1_024;
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

/// A call that was answered.
pub struct Call {
    said: mpsc::Sender<Said>,
    heard: mpsc::Receiver<Heard>,
}

impl Call {
    /// Answers an offer (SDP): the call, and the answer for the client (SDP). Its sound and its events come to a
    /// port of its own at `address`, where the offer came to. Within an async runtime.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn answer(offer: &str, address: IpAddr) -> Result<(Self, String), CallError> {
        let (said, to_say) = mpsc::channel(QUEUE);
        let (tell, heard) = mpsc::channel(QUEUE);
        let (peer, answer) = Peer::answer(offer, address, tell).await?;
        tokio::spawn(async move {
            if let Err(error) = peer.run(to_say).await {
                tracing::warn!("a call: {error}");
            }
        });
        Ok((Self { said, heard }, answer))
    }

    /// What the client sends next; `None`: it has gone. Nothing is lost if it is not waited for to the end.
    pub async fn next(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }

    /// Sends an event; false: the client has gone, or takes nothing.
    pub fn text(&self, event: &Value) -> bool {
        self.said.try_send(Said::Text(event.to_string())).is_ok()
    }

    /// Sends a block of 10 ms of sound; false: as for [`Call::text`].
    pub fn play(&self, block: &[i16]) -> bool {
        self.said.try_send(Said::Sound(block.to_vec())).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_offer_is_refused() {
        for offer in ["", "v=0", "hello", &"v=0\r\n".repeat(10_000)] {
            let answered = Call::answer(offer, IpAddr::from([127, 0, 0, 1])).await;
            assert!(matches!(answered, Err(CallError::Offer(_))), "{offer:.20}");
        }
    }
}
