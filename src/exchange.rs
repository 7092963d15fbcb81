//! One exchange with a peer that speaks the Wyoming protocol: what the engines behind it (a worker
//! process, a server on the network) have in common. Whoever waits looks at cancellation all the
//! time; what may block is done by the connection's own threads.

use std::time::Duration;

use wyoming::{Connection, Lost, Message};

use crate::cancellation::{CANCELLATION_POLL, Cancelled};
use crate::clock::Stopwatch;
use crate::off_machine;

/// How long an answer may take before the peer counts as stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For any answer.
    pub least: Duration,
    /// More of it for each second of audio.
    pub per_second: Duration,
}

impl Patience {
    /// For so many seconds of audio.
    pub fn with(self, seconds: f32) -> Duration {
        self.least + self.per_second.mul_f32(seconds)
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The peer is gone, or is no such peer.
    #[error(transparent)]
    Lost(#[from] Lost),
    /// It does not answer.
    #[error("it did not answer within {} s", .0.as_secs_f32())]
    Stuck(Duration),
    /// Nothing comes from it at all.
    #[error("it has given no sign of life for {} s", .0.as_secs_f32())]
    Dead(Duration),
    /// It answers that it cannot.
    #[error("{0}")]
    Refused(String),
}

/// How long a peer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// For the answer.
    pub answer: Duration,
    /// For any sign of life, which one asks it for; only of a peer that gives one while it works.
    pub sign: Option<Duration>,
}

impl From<Duration> for Limit {
    fn from(answer: Duration) -> Self {
        Self { answer, sign: None }
    }
}

/// How often a peer is asked for a sign of life within the time in which one has to come.
const SIGNS: u32 = 4;

/// Waits for the answer: the first message of which `take` makes something. `None`: cancelled.
///
/// # Errors
/// The peer is lost, says that it failed, gives no sign of life, or takes longer than the limit although it
/// may be sending.
pub fn wait_for<T>(
    peer: &Connection,
    limit: impl Into<Limit>,
    cancelled: Cancelled,
    mut take: impl FnMut(Message) -> Option<Result<T, ExchangeError>>,
) -> Result<Option<T>, ExchangeError> {
    let limit = limit.into();
    let (watch, mut alive, mut asked) = (Stopwatch::start(), Stopwatch::start(), 0);
    loop {
        if cancelled() {
            return Ok(None);
        }
        let received = peer.receive(CANCELLATION_POLL)?;
        if received.is_some() {
            (alive, asked) = (Stopwatch::start(), 0);
        }
        match received {
            Some(Message::Error(failure)) => return Err(ExchangeError::Refused(failure.text)),
            Some(message) => {
                if let Some(answer) = take(message) {
                    return answer.map(Some);
                }
            }
            None => {}
        }
        if watch.elapsed() > limit.answer {
            return Err(ExchangeError::Stuck(limit.answer));
        }
        if let Some(sign) = limit.sign {
            if alive.elapsed() > sign {
                return Err(ExchangeError::Dead(sign));
            }
            if alive.elapsed() > sign / SIGNS * (asked + 1) {
                asked += 1;
                send(peer, [Message::Ping(None)])?;
            }
        }
    }
}

/// Sends a request, and counts it if the peer is on another machine. A peer that has closed may have said why: whoever
/// waits for the answer hears it.
///
/// # Errors
/// The peer takes nothing any more.
pub fn send(
    peer: &Connection,
    messages: impl IntoIterator<Item = Message>,
) -> Result<(), ExchangeError> {
    match peer.send(messages) {
        Ok(bytes) => {
            if let Some(address) = peer.address() {
                off_machine::sent_to_host(address, bytes);
            }
            Ok(())
        }
        Err(Lost::Closed) => Ok(()),
        Err(lost) => Err(lost.into()),
    }
}

/// What to do about a server at `address` that gave no answer.
pub fn advice(address: &str, error: &ExchangeError) -> String {
    let advice = match error {
        ExchangeError::Lost(Lost::Unreachable(_)) => {
            "check that the server runs there and that the address is right"
        }
        ExchangeError::Lost(Lost::Frame(_) | Lost::Message(_)) => {
            "check that this is the port of a Wyoming server"
        }
        ExchangeError::Lost(Lost::Closed | Lost::Stuck)
        | ExchangeError::Stuck(_)
        | ExchangeError::Dead(_) => {
            "look at the server's log; it may be overloaded, or its model too large"
        }
        ExchangeError::Refused(_) => "look at the server's log",
    };
    format!("the Wyoming server at {address}: {error}; {advice}")
}
