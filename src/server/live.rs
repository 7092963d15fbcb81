//! A session with the wires to its client.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::client_tools::ClientTools;
use super::hub::Seat;
use super::remote_card::{FromCard, Give, Microphone, RemoteCard};
use crate::events::{Conversation, SessionEvent};
use crate::pipeline::{Session, Watcher};
use crate::tool_call::Call;
use crate::turn_taking::Event;

/// What a session tells its client, in its order.
#[derive(Debug)]
pub enum Told {
    /// Something happened.
    Event(Box<SessionEvent>),
    /// 10 ms of what the loudspeaker plays.
    Played(Vec<i16>),
    /// The session wants a function of the client's called, with this number.
    Called(u64, Box<Call>),
    /// Nobody waits for what comes of a call.
    CallIsOver(u64),
}

/// What waits for whoever serves the client.
#[derive(Debug)]
pub enum Waiting {
    /// For the client.
    Told(Told),
    /// For the session: it has heard what came before.
    Due(Event),
}

/// What waits for a client: about eight seconds of sound. One that is slower than that is let go.
const QUEUE: usize = 1_024;
/// How often it is looked whether a session has ended by itself: its card goes on.
const SESSION_END_POLL: Duration = Duration::from_millis(500);

/// The session's ends of its wires.
pub struct Wires {
    /// The client's microphone and loudspeaker.
    pub card: RemoteCard,
    /// What tells of its events.
    pub watcher: Watcher,
    /// What calls the client's functions.
    pub functions: Arc<ClientTools>,
}

/// The client's ends.
pub struct Ends {
    microphone: Microphone,
    functions: Arc<ClientTools>,
    told: mpsc::Receiver<Waiting>,
}

/// Wires for a client's card of this name and rate.
pub fn wires(name: &str, rate_hz: u32) -> (Wires, Ends) {
    let (tell, told) = mpsc::channel(QUEUE);
    let tell_event = tell.clone();
    let functions = Arc::new(ClientTools::new(tell.clone()));
    let give: Give = Box::new(move |what| {
        let what = match what {
            FromCard::Played(block) => Waiting::Told(Told::Played(block.to_vec())),
            FromCard::Due(event) => Waiting::Due(event),
        };
        tell.try_send(what).is_ok()
    });
    let (card, microphone) = RemoteCard::new(name.to_owned(), rate_hz, give);
    let line = microphone.clone();
    let watcher: Watcher = Box::new(move |event: &SessionEvent| {
        // A client that misses one would wait for it for ever.
        let told = Waiting::Told(Told::Event(Box::new(event.clone())));
        if tell_event.try_send(told).is_err() {
            line.hang_up();
        }
    });
    let wires = Wires {
        card,
        watcher,
        functions: Arc::clone(&functions),
    };
    let ends = Ends {
        microphone,
        functions,
        told,
    };
    (wires, ends)
}

/// A session that runs for a client. Dropped, it ends.
pub struct Live {
    /// Always there until it is dropped.
    session: Option<Session>,
    /// The client's microphone.
    pub microphone: Microphone,
    /// The client's functions.
    pub functions: Arc<ClientTools>,
    told: mpsc::Receiver<Waiting>,
    look: Interval,
    conversation: Conversation,
    seat: Option<Seat>,
}

impl Live {
    /// A session, with the client's ends of its wires. Within an async runtime.
    pub fn new(session: Session, ends: Ends) -> Self {
        let Ends {
            microphone,
            functions,
            told,
        } = ends;
        let mut look = interval(SESSION_END_POLL);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            session: Some(session),
            microphone,
            functions,
            told,
            look,
            conversation: Conversation::default(),
            seat: None,
        }
    }

    /// What the session tells next; `None` once it has ended by itself. Nothing is lost if it is not waited for
    /// to the end.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            let told = tokio::select! {
                told = self.told.recv() => told?,
                _ = self.look.tick() => {
                    if self.session.as_ref().is_none_or(Session::is_over) {
                        return None;
                    }
                    continue;
                }
            };
            match told {
                Waiting::Due(event) => {
                    if !self.send(event) {
                        return None;
                    }
                }
                Waiting::Told(told) => {
                    if let Told::Event(event) = &told {
                        self.conversation.observe(event);
                    }
                    return Some(told);
                }
            }
        }
    }

    /// Hands the session something that the user did beside speaking; false if it has more to do than it can
    /// take, as when a client does ten things at once.
    #[must_use]
    pub fn send(&self, event: Event) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.offer(event))
    }

    /// What was said and heard so far: the user's words, and what was heard of the reply.
    pub fn exchanges(&self) -> Vec<(String, String)> {
        let exchanges = self.conversation.exchanges().iter();
        let heard = exchanges.filter(|exchange| !exchange.heard.is_empty());
        heard
            .map(|exchange| (exchange.user.clone(), exchange.heard.clone()))
            .collect()
    }

    /// Keeps a place among those who talk, until it ends.
    pub fn keep(&mut self, seat: Option<Seat>) {
        self.seat = seat;
    }

    /// Gives the place up.
    pub fn take_seat(&mut self) -> Option<Seat> {
        self.seat.take()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let (session, seat) = (self.session.take(), self.seat.take());
        self.microphone.hang_up();
        // Its threads are waited for, and its place is free after that.
        let end = move || {
            if let Some(Err(error)) = session.map(Session::stop) {
                tracing::error!("a client's session: {error}");
            }
            drop(seat);
        };
        let _ = std::thread::Builder::new()
            .name("hang-up".into())
            .spawn(end);
    }
}
