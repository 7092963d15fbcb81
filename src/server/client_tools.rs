//! Functions of a client's: the session's language model wants one called, and the client says what came of it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::live::{Told, Waiting};
use crate::cancellation::Cancelled;
use crate::clock::Stopwatch;
use crate::tool_call::{Call, CallFailure, ExternalTools};

/// A client that has not answered after this time will not.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether anybody waits for the answer any more.
const CANCELLATION_POLL: Duration = Duration::from_millis(20);
/// As much of an answer is given to the language model. Characters.
const MOST_TOLD: usize = 4_000;

/// The functions of one client.
pub struct ClientTools {
    tell: mpsc::Sender<Waiting>,
    /// Calls that wait for their answer, by number.
    waiting: Mutex<HashMap<u64, Sender<String>>>,
    calls: AtomicU64,
}

impl ClientTools {
    /// Functions whose calls are told here.
    pub fn new(tell: mpsc::Sender<Waiting>) -> Self {
        Self {
            tell,
            waiting: Mutex::default(),
            calls: AtomicU64::new(0),
        }
    }

    /// The client's answer to a call. Without effect if nobody waits for it any more.
    pub fn answer(&self, number: u64, output: &str) {
        let waiting = self.waiting.lock().remove(&number);
        if let Some(waiting) = waiting {
            let output = output.chars().take(MOST_TOLD).collect();
            let _ = waiting.try_send(output);
        }
    }
}

impl ExternalTools for ClientTools {
    fn call(&self, call: &Call, cancelled: Cancelled) -> Result<String, CallFailure> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let (answer_out, answer) = bounded(1);
        self.waiting.lock().insert(number, answer_out);
        let called = Told::Called(number, Box::new(call.clone()));
        let mut found = match self.tell.try_send(Waiting::Told(called)) {
            Ok(()) => None,
            Err(_) => Some(Err(unusable(call, "the program has gone"))),
        };
        let watch = Stopwatch::start();
        let found = loop {
            if let Some(found) = found {
                break found;
            }
            found = match answer.recv_timeout(CANCELLATION_POLL) {
                Ok(output) => Some(Ok(output)),
                Err(RecvTimeoutError::Timeout) if cancelled() => {
                    Some(Err(unusable(call, "nobody waits for it any more")))
                }
                Err(RecvTimeoutError::Timeout) if watch.elapsed() < PATIENCE => None,
                Err(_) => Some(Err(unusable(call, "the program did not answer"))),
            };
        };
        self.waiting.lock().remove(&number);
        if found.is_err() {
            let _ = self.tell.try_send(Waiting::Told(Told::CallIsOver(number)));
        }
        found
    }

    /// A program may fill the time itself, and its protocol has no place for words between a call and its
    /// answer.
    fn may_be_bridged(&self) -> bool {
        false
    }
}

fn unusable(call: &Call, why: &str) -> CallFailure {
    CallFailure::Unusable {
        whose: call.name.replace(['_', '-'], " "),
        why: why.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn call() -> Call {
        Call {
            name: "open_door".into(),
            arguments: serde_json::Map::new(),
        }
    }

    fn number(told: &mut mpsc::Receiver<Waiting>) -> u64 {
        match told.blocking_recv() {
            Some(Waiting::Told(Told::Called(number, _))) => number,
            other => panic!("a call: {other:?}"),
        }
    }

    #[test]
    fn the_answer_of_a_client_comes_back() {
        let (tell, mut told) = mpsc::channel(8);
        let tools = Arc::new(ClientTools::new(tell));
        let calling = Arc::clone(&tools);
        let found = std::thread::spawn(move || calling.call(&call(), &|| false));
        tools.answer(number(&mut told), "It is open.");
        assert_eq!(found.join().unwrap(), Ok("It is open.".into()));
    }

    #[test]
    fn a_call_that_nobody_waits_for_is_over_and_its_answer_is_nothing() {
        let (tell, mut told) = mpsc::channel(8);
        let tools = ClientTools::new(tell);
        assert!(tools.call(&call(), &|| true).is_err());
        let number = number(&mut told);
        assert!(matches!(
            told.try_recv(),
            Ok(Waiting::Told(Told::CallIsOver(over))) if over == number
        ));
        tools.answer(number, "too late");
    }

    #[test]
    fn a_client_that_has_gone_is_no_answer() {
        let (tell, told) = mpsc::channel(8);
        drop(told);
        assert!(ClientTools::new(tell).call(&call(), &|| false).is_err());
    }
}
