//! A session with the wires to its client.

use std::time::Duration;

use tokio::sync::mpsc;

use super::hub::Seat;
use super::remote_card::{Microphone, Play, RemoteCard};
use crate::events::SessionEvent;
use crate::pipeline::{Session, Watcher};
use crate::turn_taking::Event;

/// What a session tells its client, in its order.
#[derive(Debug)]
pub enum Told {
    /// Something happened.
    Event(Box<SessionEvent>),
    /// 10 ms of what the loudspeaker plays.
    Played(Vec<i16>),
}

/// What waits for a client: about eight seconds of sound. One that is slower than that is let go.
const QUEUE: usize = 1_024;

/// The ends of a session's wires.
pub struct Wires {
    /// For the session.
    pub card: RemoteCard,
    /// For the session.
    pub watcher: Watcher,
    /// For the client.
    pub microphone: Microphone,
    /// For the client.
    pub told: mpsc::Receiver<Told>,
}

/// Wires for a client's card of this name and rate.
pub fn wires(name: &str, rate_hz: u32) -> Wires {
    let (tell, told) = mpsc::channel(QUEUE);
    let tell_event = tell.clone();
    let play: Play = Box::new(move |block| tell.try_send(Told::Played(block.to_vec())).is_ok());
    let (card, microphone) = RemoteCard::new(name.to_owned(), rate_hz, play);
    let watcher: Watcher = Box::new(move |event: &SessionEvent| {
        // A client that does not take it is let go by its card.
        let _ = tell_event.try_send(Told::Event(Box::new(event.clone())));
    });
    Wires {
        card,
        watcher,
        microphone,
        told,
    }
}

/// Whether a session has ended is looked at when it has told nothing for so long: while it runs, its card
/// tells something every 10 ms.
const LOOK: Duration = Duration::from_millis(500);

/// A session that runs for a client. Dropped, it ends.
pub struct Live {
    /// Always there until it is dropped.
    session: Option<Session>,
    /// The client's microphone.
    pub microphone: Microphone,
    told: mpsc::Receiver<Told>,
    seat: Option<Seat>,
}

impl Live {
    /// A session, and the client's ends of its wires.
    pub fn new(
        session: Session,
        microphone: Microphone,
        told: mpsc::Receiver<Told>,
        seat: Seat,
    ) -> Self {
        Self {
            session: Some(session),
            microphone,
            told,
            seat: Some(seat),
        }
    }

    /// What the session tells next; `None` once it has ended by itself.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            match tokio::time::timeout(LOOK, self.told.recv()).await {
                Ok(told) => return told,
                Err(_) if self.session.as_ref().is_none_or(Session::is_over) => return None,
                Err(_) => {}
            }
        }
    }

    /// Hands the session something that the user did beside speaking.
    pub fn send(&self, event: Event) {
        // Its queue has room for ten seconds: nobody waits here.
        if let Some(session) = &self.session {
            session.send(event);
        }
    }

    /// The seat, once the session has ended: for the next session of the same client.
    pub fn end(mut self) -> Option<Seat> {
        self.microphone.hang_up();
        self.told.close();
        stop(self.session.take());
        self.seat.take()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let (session, seat) = (self.session.take(), self.seat.take());
        if session.is_none() {
            return;
        }
        self.microphone.hang_up();
        // Its threads are waited for, and its place is free after that.
        let end = move || {
            stop(session);
            drop(seat);
        };
        let _ = std::thread::Builder::new()
            .name("hang-up".into())
            .spawn(end);
    }
}

fn stop(session: Option<Session>) {
    if let Some(Err(error)) = session.map(Session::stop) {
        tracing::error!("a client's session: {error}");
    }
}
