//! One exchange with a peer that speaks the Wyoming protocol: what the engines behind it (a worker
//! process, a server on the network) have in common. Whoever waits looks at cancellation all the
//! time; what may block is done by the connection's own threads.

use std::time::Duration;

use wyoming::{Connection, Lost, Message};

use crate::clock::Stopwatch;

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
    /// It answers that it cannot.
    #[error("{0}")]
    Refused(String),
}

/// How often cancellation is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Waits for the answer: the first message of which `take` makes something. `None`: cancelled.
///
/// # Errors
/// The peer is lost, says that it failed, or takes longer than `limit` although it may be sending.
pub fn wait_for<T>(
    peer: &Connection,
    limit: Duration,
    cancelled: &dyn Fn() -> bool,
    mut take: impl FnMut(Message) -> Option<Result<T, ExchangeError>>,
) -> Result<Option<T>, ExchangeError> {
    let watch = Stopwatch::start();
    loop {
        if cancelled() {
            return Ok(None);
        }
        match peer.receive(LOOK)? {
            Some(Message::Error(failure)) => return Err(ExchangeError::Refused(failure.text)),
            Some(message) => {
                if let Some(answer) = take(message) {
                    return answer.map(Some);
                }
            }
            None => {}
        }
        if watch.elapsed() > limit {
            return Err(ExchangeError::Stuck(limit));
        }
    }
}

/// Sends a request. A peer that has closed may have said why: whoever waits for the answer hears it.
///
/// # Errors
/// The peer takes nothing any more.
pub fn send(
    peer: &Connection,
    messages: impl IntoIterator<Item = Message>,
) -> Result<(), ExchangeError> {
    match peer.send(messages) {
        Ok(()) | Err(Lost::Closed) => Ok(()),
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
        ExchangeError::Lost(Lost::Closed | Lost::Stuck) | ExchangeError::Stuck(_) => {
            "look at the server's log; it may be overloaded, or its model too large"
        }
        ExchangeError::Refused(_) => "look at the server's log",
    };
    format!("the Wyoming server at {address}: {error}; {advice}")
}
