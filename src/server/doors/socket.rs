//! What the doors with a WebSocket have in common.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use tokio::time::MissedTickBehavior;

use crate::server::hub::{Hub, HubError, Who, Wishes};
use crate::server::live::Live;

/// How often a client is pinged.
const PING: Duration = Duration::from_secs(15);
/// A client that says nothing at all over as many pings has gone; browsers and libraries answer them by
/// themselves.
const MOST_UNANSWERED: u32 = 3;
/// A client that takes nothing for so long is let go.
const STUCK_AFTER: Duration = Duration::from_secs(5);
/// A client whose first word is waited for says it within this time.
const FIRST_WORD: Duration = Duration::from_secs(10);

/// A client's connection.
pub struct Client {
    socket: WebSocket,
    ping: tokio::time::Interval,
    /// Pings since it was heard.
    unanswered: u32,
}

/// What a client sends.
#[derive(Debug)]
pub enum Sent {
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(axum::body::Bytes),
}

impl Client {
    /// A connection.
    pub fn new(socket: WebSocket) -> Self {
        let mut ping = tokio::time::interval(PING);
        // While a session starts nobody looks: that is not the client's silence.
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            socket,
            ping,
            unanswered: 0,
        }
    }

    /// What it sends next; `None`: it has gone. Nothing is lost if it is not waited for to the end.
    pub async fn next(&mut self) -> Option<Sent> {
        loop {
            tokio::select! {
                message = self.socket.recv() => {
                    self.unanswered = 0;
                    match message?.ok()? {
                        Message::Text(text) => return Some(Sent::Text(text.as_str().to_owned())),
                        Message::Binary(bytes) => return Some(Sent::Bytes(bytes)),
                        Message::Close(_) => return None,
                        Message::Ping(_) | Message::Pong(_) => {}
                    }
                }
                _ = self.ping.tick() => {
                    self.unanswered += 1;
                    let is_gone = self.unanswered > MOST_UNANSWERED;
                    if is_gone || !self.send(Message::Ping(Vec::new().into())).await {
                        return None;
                    }
                }
            }
        }
    }

    /// The same, of a client that is to say something at once.
    pub async fn first(&mut self) -> Option<Sent> {
        tokio::time::timeout(FIRST_WORD, self.next()).await.ok()?
    }

    async fn send(&mut self, message: Message) -> bool {
        let sent = tokio::time::timeout(STUCK_AFTER, self.socket.send(message)).await;
        matches!(sent, Ok(Ok(())))
    }

    /// Sends JSON; false: it has gone, or takes nothing.
    pub async fn text(&mut self, value: &serde_json::Value) -> bool {
        self.send(Message::Text(value.to_string().into())).await
    }

    /// The same for several.
    pub async fn texts(&mut self, values: &[serde_json::Value]) -> bool {
        for value in values {
            if !self.text(value).await {
                return false;
            }
        }
        true
    }

    /// Sends samples, 16-bit little-endian.
    pub async fn samples(&mut self, samples: &[i16]) -> bool {
        let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        self.send(Message::Binary(bytes.into())).await
    }

    /// Says why it ends, and ends.
    pub async fn close(mut self, why: &'static str) {
        let frame = CloseFrame {
            code: close_code::AGAIN,
            reason: why.into(),
        };
        self.send(Message::Close(Some(frame))).await;
    }
}

/// Samples as [`Client::samples`] sends them; a byte too many is left out.
pub fn samples(bytes: &[u8]) -> Vec<i16> {
    let pairs = bytes.as_chunks::<2>().0.iter();
    pairs.map(|pair| i16::from_le_bytes(*pair)).collect()
}

/// Said to a client for whom there is no place.
pub const FULL: &str = "too many conversations at once; try again when one has ended";
/// Said when a session cannot start.
const NOT_STARTED: &str = "the conversation cannot start; the program's own log says why";

/// Said when a session has ended by itself: the user has said goodbye, or a stage has failed.
pub const ENDED: &str = "the conversation has ended";

/// Starts a session, on a thread that may wait. What goes wrong is logged.
///
/// # Errors
/// See [`Hub::start`]; `None` if it panicked.
pub async fn start(
    hub: &Arc<Hub>,
    who: Who,
    wishes: Wishes,
    card: (&'static str, u32),
) -> Result<Live, Option<HubError>> {
    let hub = Arc::clone(hub);
    let start = move || hub.start(who, &wishes, card);
    let started = tokio::task::spawn_blocking(start).await;
    let started = started.map_err(|panic| {
        tracing::error!("a client's session: {panic}");
        None
    })?;
    started.map_err(|error| {
        tracing::error!("a client's session: {error}");
        Some(error)
    })
}

/// The same for a client that comes in, with a place among those who talk; one that cannot stay is told why.
pub async fn seated(
    hub: &Arc<Hub>,
    client: Client,
    who: Who,
    wishes: Wishes,
    card: (&'static str, u32),
) -> Option<(Client, Live)> {
    let Some(seat) = hub.seat() else {
        client.close(FULL).await;
        return None;
    };
    match start(hub, who, wishes, card).await {
        Ok(mut live) => {
            live.keep(Some(seat));
            Some((client, live))
        }
        Err(_) => {
            client.close(NOT_STARTED).await;
            None
        }
    }
}

/// Lets sound through and leaves silence out: that between two replies, not that within one.
#[derive(Debug, Default)]
pub struct SilenceGate {
    /// Blocks of silence in a row that were let through.
    silent: u32,
    open: bool,
}

/// Silence that is let through after sound. Blocks of 10 ms.
const TAIL: u32 = 30;

impl SilenceGate {
    /// Whether 10 ms are to be sent.
    pub fn lets_through(&mut self, block: &[i16]) -> bool {
        if block.iter().any(|sample| *sample != 0) {
            (self.open, self.silent) = (true, 0);
        } else {
            self.silent += u32::from(self.open);
            self.open &= self.silent <= TAIL;
        }
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_between_replies_is_not_sent_and_pauses_within_one_are() {
        let mut gate = SilenceGate::default();
        assert!(!gate.lets_through(&[0; 4]));
        assert!(gate.lets_through(&[0, 1, 0, 0]));
        let sent = (0..100).filter(|_| gate.lets_through(&[0; 4])).count();
        assert_eq!(sent, TAIL as usize);
        assert!(gate.lets_through(&[1; 4]));
    }

    #[test]
    fn samples_are_little_endian_and_half_of_one_is_left_out() {
        assert_eq!(samples(&[1, 0, 0xff, 0xff, 7]), [1, -1]);
    }
}
