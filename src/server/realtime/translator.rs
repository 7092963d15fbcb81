//! The machine: its state, and what both of its sides do to the conversation and the user's speech.

use serde_json::{Map, Value};

use super::calls::Called;
use super::items::{Item, Items};
use super::making::Making;
use super::response::{Cut, Response};
use super::response_object::End;
use super::server::ServerEvents;
use super::session::{Session, Settings, TurnEnd};
use super::{Output, RATE, Refusal};
use crate::events::TurnId;

/// The sound of a reply comes this much before it is known that it is one: 200 ms.
const HELD_SAMPLES: usize = RATE as usize / 5;
/// As much is kept of what sounds while a call waits, until a response can have it: 10 s.
const KEPT_SAMPLES: usize = RATE as usize * 10;
/// After as much silence what is held was no reply's beginning: 100 ms.
const SILENT_SAMPLES: usize = RATE as usize / 10;

/// Speech of the user's.
#[derive(Debug)]
pub(super) struct Speech {
    pub turn: TurnId,
    /// The item that it becomes.
    pub item_id: String,
    /// On the client's clock: milliseconds of audio that it has appended.
    pub start_ms: u64,
    pub end_ms: Option<u64>,
    /// The client knows of it. Speech over a reply is told when it interrupts.
    pub is_told: bool,
}

/// What the client has appended.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// All of it. Samples.
    pub appended: u64,
    /// Since it was committed, cleared or answered. Samples.
    pub uncommitted: u64,
    /// The session's key is down.
    pub is_pressed: bool,
    /// Items of what was said while it was, whose words are not known: id and samples.
    pub committed: Vec<(String, u64)>,
}

/// What sounds while there is no message for it.
#[derive(Debug, Default)]
pub(super) struct Held {
    samples: Vec<i16>,
    /// Samples of silence at its end.
    silent: usize,
}

impl Held {
    /// `is_reply`: it is known to be the sound of a reply, whose pauses are left out.
    fn push(&mut self, samples: &[i16], is_reply: bool) {
        if samples.iter().all(|sample| *sample == 0) {
            self.silent += samples.len()
        } else {
            self.silent = 0
        }
        if self.silent >= SILENT_SAMPLES {
            if !is_reply {
                self.samples.clear();
            }
            return;
        }
        // Silence before it is not its beginning.
        if self.silent == 0 || !self.samples.is_empty() {
            self.samples.extend_from_slice(samples);
        }
        let most = if is_reply { KEPT_SAMPLES } else { HELD_SAMPLES };
        let excess = self.samples.len().saturating_sub(most);
        self.samples.drain(..excess);
    }

    /// What was held.
    pub fn take(&mut self) -> Vec<i16> {
        std::mem::take(self).samples
    }
}

/// How sound gets to the client, and from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundBy {
    /// In events of the protocol.
    Events,
    /// Beside them, as it is spoken: the client is told when it sounds.
    Track,
}

/// Translates between one client and its session. The module's documentation says what to expect of it.
#[derive(Debug)]
pub struct Translator {
    pub(super) events: ServerEvents,
    pub(super) session: Session,
    pub(super) sound: SoundBy,
    pub(super) conversation_id: String,
    pub(super) items: Items,
    pub(super) input: Input,
    pub(super) speech: Option<Speech>,
    pub(super) making: Making,
    pub(super) response: Option<Response>,
    pub(super) held: Held,
    /// Turns up to this one have had their response.
    pub(super) over: TurnId,
    /// What was written and cancelled before the session took it up: the session takes it up all the same.
    pub(super) unwanted: u32,
    /// Words that the client wrote and that the next turn begins with.
    pub(super) carried: String,
    pub(super) cut: Option<Cut>,
    /// The client's function that was called last, unless the turn went on or is over.
    pub(super) called: Option<Called>,
}

impl Translator {
    /// A connection whose session answers as `model` and speaks as `voice`. The ids that it gives are those
    /// of no other seed.
    pub fn new(model: &str, voice: &str, sound: SoundBy, seed: u64) -> Self {
        let mut events = ServerEvents::new(seed);
        let session = Session::new(events.id("sess"), model, voice);
        let conversation_id = events.id("conv");
        Self {
            events,
            session,
            sound,
            conversation_id,
            items: Items::default(),
            input: Input::default(),
            speech: None,
            making: Making::default(),
            response: None,
            held: Held::default(),
            over: TurnId::default(),
            unwanted: 0,
            carried: String::new(),
            cut: None,
            called: None,
        }
    }

    /// Sets what a client has asked for before it came.
    ///
    /// # Errors
    /// As a message for the client.
    pub fn begin_with(&mut self, session: &Map<String, Value>) -> Result<(), String> {
        let updated = self.session.updated(session);
        self.session = updated.map_err(|refusal| refusal.message)?;
        Ok(())
    }

    /// What the session is to be started with.
    pub fn settings(&self) -> &Settings {
        &self.session.settings
    }

    /// The session object, as the client is told of it.
    pub fn session_object(&self) -> Value {
        self.session.to_json()
    }

    /// The first event of a connection.
    pub fn greet(&mut self, out: &mut Vec<Output>) {
        let session = self.session_object();
        self.events.session("created", session, out);
    }

    /// Takes what our loudspeaker plays, 24 kHz mono, in real time: zeros while nothing is said. Of each
    /// moment, it is best given before the events of that moment.
    pub fn played(&mut self, samples: &[i16], out: &mut Vec<Output>) {
        match &mut self.response {
            Some(response) if response.sounds && response.message.is_some() => {
                response.audio.extend_from_slice(samples);
                self.send_audio(out);
            }
            Some(response) => self.held.push(samples, response.sounds),
            None => {
                let is_reply = self.called.as_ref().is_some_and(Called::sounds);
                self.held.push(samples, is_reply);
            }
        }
    }

    /// The session was started again: its events and its turns begin anew. What it was at is over.
    pub fn restarted(&mut self, out: &mut Vec<Output>) {
        self.close_response(End::ClientCancelled, out);
        self.stop_speech(out);
        self.give_committed_up("the session was started again", out);
        (self.input.uncommitted, self.input.is_pressed) = (0, false);
        (self.making, self.held) = (Making::default(), Held::default());
        (self.over, self.unwanted) = (TurnId::default(), 0);
        (self.cut, self.called) = (None, None);
        self.carried.clear();
    }

    /// The session cannot have the settings that it was to have, for this parameter, and goes on as it was.
    pub fn not_changed(&mut self, param: &str, message: &str, out: &mut Vec<Output>) {
        let refusal = Refusal::of(param, "session_not_changed", message);
        self.events.error(refusal, None, out);
    }

    /// What was held is the end of a reply that is over.
    pub(super) fn forget_held(&mut self) {
        self.held = Held::default();
    }

    /// Whether turns begin and end as the client says.
    pub(super) fn is_manual(&self) -> bool {
        self.session.settings.turn_end == TurnEnd::Key
    }

    /// Puts a complete item behind all others and tells of it.
    pub(super) fn add_item(&mut self, item: Item, out: &mut Vec<Output>) {
        let previous = self.items.last_id();
        for name in ["added", "done"] {
            self.events.item(name, &item, previous.as_deref(), out);
        }
        self.items.push(item);
        self.drop_oldest(out);
    }

    /// Keeps the conversation within bounds.
    pub(super) fn drop_oldest(&mut self, out: &mut Vec<Output>) {
        let (response, committed) = (&self.response, &self.input.committed);
        let may_go = |item: &Item| {
            response
                .as_ref()
                .is_none_or(|r| r.message.as_ref() != Some(&item.id))
                && committed.iter().all(|(id, _)| *id != item.id)
        };
        if let Some(id) = self.items.drop_oldest(may_go) {
            self.events.item_deleted(&id, out);
        }
    }

    /// Tells of speech that is not known to the client yet.
    pub(super) fn tell_speech(&mut self, out: &mut Vec<Output>) {
        if let Some(speech) = &mut self.speech
            && !speech.is_told
            && self.session.settings.turn_end != TurnEnd::Key
        {
            speech.is_told = true;
            self.events
                .speech_started(&speech.item_id, speech.start_ms, out);
        }
    }

    /// Speech is over. Gives the item that the client was promised, and how long it lasted. Seconds.
    pub(super) fn stop_speech(&mut self, out: &mut Vec<Output>) -> Option<(String, f64)> {
        let speech = self.speech.take().filter(|speech| speech.is_told)?;
        let end_ms = speech.end_ms.unwrap_or_else(|| self.appended_ms());
        let end_ms = end_ms.max(speech.start_ms);
        self.events.speech_stopped(&speech.item_id, end_ms, out);
        let seconds = (end_ms - speech.start_ms) as f64 / 1000.0;
        Some((speech.item_id, seconds))
    }

    /// The words of what was committed will not be known.
    pub(super) fn give_committed_up(&mut self, why: &str, out: &mut Vec<Output>) {
        for (item_id, _) in std::mem::take(&mut self.input.committed) {
            if self.session.transcribes {
                self.events.not_transcribed(&item_id, why, out);
            }
        }
    }

    /// All that the client has appended. Milliseconds.
    pub(super) fn appended_ms(&self) -> u64 {
        self.input.appended * 1000 / u64::from(RATE)
    }
}
