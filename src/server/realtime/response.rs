//! The response that is open: how it begins, what is sent of it, and how it ends. Its message begins with the
//! first words or sound, so that a response that only calls a function has none.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::items::{Content, Item, Status};
use super::making::spaced;
use super::response_object::{End, Sent};
use super::server::Place;
use super::session::Modality;
use super::translator::{SoundBy, Translator};
use super::{Output, RATE};
use crate::events::TurnId;

/// Audio of one delta: 40 ms.
const DELTA_SAMPLES: usize = RATE as usize / 25;

/// What a client asked for that the session has not taken up yet: the turn that does is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// An answer to what was written.
    Typed,
    /// An answer to what was said while the key was held.
    Spoken,
}

/// Which turn a response is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// That is not known yet.
    Asked(Asked),
    /// This one.
    Turn(TurnId),
}

/// A response that is open.
#[derive(Debug)]
pub(super) struct Response {
    pub id: String,
    /// The assistant's message, once it has words or sounds.
    pub message: Option<String>,
    pub of: Of,
    pub modality: Modality,
    pub metadata: Option<Map<String, Value>>,
    /// Its clauses that were sent.
    pub words: String,
    /// Those of the responses before it, of the same turn.
    pub words_before: String,
    /// The messages of those.
    pub messages_before: Vec<String>,
    /// Audio that was not sent yet.
    pub audio: Vec<i16>,
    /// It can be heard.
    pub sounds: bool,
    /// Why it broke off.
    pub failure: Option<String>,
    /// The item of what the user said, if that is what it answers.
    pub answers: Option<String>,
    /// The words that the client wrote and that come again if the user goes on before it is heard.
    pub carries: String,
}

impl Response {
    /// Whether it answers this turn.
    pub fn is_of(&self, turn: TurnId) -> bool {
        self.of == Of::Turn(turn)
    }
}

/// A reply that was cut off, or that goes on after a call: what was heard of it is told later.
#[derive(Debug)]
pub(super) struct Cut {
    pub turn: TurnId,
    /// Its message.
    pub item_id: String,
    /// The words of the turn's messages before it.
    pub words_before: String,
}

/// In what a response is to come, and what the client calls it.
pub(super) type AskedFor = (Modality, Option<Map<String, Value>>);

impl Translator {
    /// Begins a response to everything that was written, which no other is open beside.
    pub(super) fn open_response(
        &mut self,
        of: Of,
        asked_for: Option<AskedFor>,
        out: &mut Vec<Output>,
    ) {
        let (modality, metadata) = asked_for.unwrap_or((self.session.modality, None));
        let response = Response {
            id: self.events.id("resp"),
            message: None,
            of,
            modality,
            metadata,
            words: String::new(),
            words_before: String::new(),
            messages_before: Vec::new(),
            audio: Vec::new(),
            sounds: false,
            failure: None,
            answers: None,
            carries: String::new(),
        };
        self.items.are_answered();
        self.begin_response(response, out);
    }

    /// Begins this response.
    pub(super) fn begin_response(&mut self, response: Response, out: &mut Vec<Output>) {
        let created = self.sent(&response).created();
        self.events.response("created", created, out);
        self.response = Some(response);
    }

    /// Begins the message of the open response, if it has not begun. What of it was heard before this was known
    /// belongs to it.
    fn begin_message(&mut self, out: &mut Vec<Output>) {
        let Some(response) = self.response.as_mut().filter(|r| r.message.is_none()) else {
            return;
        };
        let id = self.events.id("item");
        response.message = Some(id.clone());
        if response.sounds {
            response.audio = self.held.take();
        }
        let item = Item::reply(id.clone(), Vec::new());
        self.events
            .output_item("added", &response.id, 0, &item, out);
        let previous = self.items.last_id();
        self.events.item("added", &item, previous.as_deref(), out);
        if let Some(at) = place(response) {
            let part = Some(("part", part(response.modality, "")));
            self.events.part("content_part.added", at, part, out);
        }
        let content = match response.modality {
            Modality::Audio => Content::OutputAudio(String::new()),
            Modality::Text => Content::OutputText(String::new()),
        };
        self.items.push(Item::reply(id, vec![content]));
        self.drop_oldest(out);
    }

    fn sent<'a>(&'a self, response: &'a Response) -> Sent<'a> {
        Sent {
            id: &response.id,
            modality: response.modality,
            metadata: response.metadata.as_ref(),
            voice: &self.session.voice,
            conversation_id: &self.conversation_id,
        }
    }

    /// A response that cannot be made.
    pub(super) fn fail_response(
        &mut self,
        (modality, metadata): AskedFor,
        end: &End,
        out: &mut Vec<Output>,
    ) {
        let id = self.events.id("resp");
        let sent = Sent {
            id: &id,
            modality,
            metadata: metadata.as_ref(),
            voice: &self.session.voice,
            conversation_id: &self.conversation_id,
        };
        let (created, done) = (
            sent.created(),
            sent.done(end, Vec::new(), Default::default()),
        );
        self.events.response("created", created, out);
        self.events.response("done", done, out);
    }

    /// Sends the clauses of the open response that were made meanwhile.
    pub(super) fn send_words(&mut self, out: &mut Vec<Output>) {
        if !self.is_open(self.making.turn) {
            return;
        }
        let clauses = self.making.take();
        if clauses.is_empty() {
            return;
        }
        self.begin_message(out);
        let Some(response) = &mut self.response else {
            return;
        };
        let name = match response.modality {
            Modality::Audio => "output_audio_transcript.delta",
            Modality::Text => "output_text.delta",
        };
        for clause in clauses {
            let delta = spaced(&response.words, &clause);
            response.words.push_str(&delta);
            if let Some(at) = place(response) {
                let delta = Some(("delta", delta.into()));
                self.events.part(name, at, delta, out);
            }
        }
    }

    /// The reply of this turn can be heard.
    pub(super) fn begin_sound(&mut self, turn: TurnId, out: &mut Vec<Output>) {
        if let Some(response) = &mut self.response
            && response.is_of(turn)
            && !response.sounds
        {
            response.sounds = true;
            let id = response.id.clone();
            match response.message {
                None => self.begin_message(out),
                Some(_) => response.audio = self.held.take(),
            }
            if self.sound == SoundBy::Track {
                self.events.sound("started", &id, out);
            }
            self.send_audio(out);
        }
    }

    /// Sends the audio of the open response, if it is enough for a delta.
    pub(super) fn send_audio(&mut self, out: &mut Vec<Output>) {
        self.send_audio_from(DELTA_SAMPLES, out);
    }

    fn send_audio_from(&mut self, least: usize, out: &mut Vec<Output>) {
        let Some(response) = &mut self.response else {
            return;
        };
        if response.modality == Modality::Text {
            response.audio.clear();
        }
        if response.audio.len() < least {
            return;
        }
        let samples = std::mem::take(&mut response.audio);
        let Some(at) = place(response) else {
            return;
        };
        if let Some(item) = self.items.get_mut(at.item_id) {
            item.track.samples += samples.len() as u64;
        }
        if self.sound == SoundBy::Track {
            return;
        }
        let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        let delta = Some(("delta", STANDARD.encode(bytes).into()));
        self.events.part("output_audio.delta", at, delta, out);
    }

    /// Ends the open response, if there is one, and gives it.
    pub(super) fn close_response(&mut self, end: End, out: &mut Vec<Output>) -> Option<Response> {
        let (response, output) = self.take_response(&end, out)?;
        match response.of {
            Of::Turn(turn) => self.over = self.over.max(turn),
            Of::Asked(Asked::Typed) => self.unwanted += 1,
            Of::Asked(Asked::Spoken) => {}
        }
        self.tell_done(&response, &end, output, out);
        Some(response)
    }

    /// Takes the open response out and ends its message, if there is one: that is given as it is then.
    pub(super) fn take_response(
        &mut self,
        end: &End,
        out: &mut Vec<Output>,
    ) -> Option<(Response, Vec<Value>)> {
        self.send_words(out);
        // Who has cut a reply off wants to hear no more of it.
        let is_cut_off = matches!(end, End::TurnDetected | End::ClientCancelled);
        if !is_cut_off {
            self.send_audio_from(1, out);
        }
        let response = self.response.take()?;
        if let (Of::Turn(turn), Some(item_id)) = (response.of, &response.message) {
            self.cut = Some(Cut {
                turn,
                item_id: item_id.clone(),
                words_before: response.words_before.clone(),
            });
        }
        if self.sound == SoundBy::Track && response.sounds {
            let name = if is_cut_off { "cleared" } else { "stopped" };
            self.events.sound(name, &response.id, out);
        }
        let message = self.close_message(&response, end, out);
        Some((response, message.into_iter().collect()))
    }

    /// Tells that a response is over, and what it gave and cost.
    pub(super) fn tell_done(
        &mut self,
        response: &Response,
        end: &End,
        output: Vec<Value>,
        out: &mut Vec<Output>,
    ) {
        let usage = if response.is_of(self.making.turn) {
            self.making.usage
        } else {
            Default::default()
        };
        let done = self.sent(response).done(end, output, usage);
        self.events.response("done", done, out);
    }

    fn close_message(
        &mut self,
        response: &Response,
        end: &End,
        out: &mut Vec<Output>,
    ) -> Option<Value> {
        let at = place(response)?;
        let words = json!(response.words);
        match response.modality {
            Modality::Audio => {
                self.events.part("output_audio.done", at, None, out);
                let transcript = Some(("transcript", words));
                let name = "output_audio_transcript.done";
                self.events.part(name, at, transcript, out);
            }
            Modality::Text => {
                let text = Some(("text", words));
                self.events.part("output_text.done", at, text, out);
            }
        }
        let item = self.items.get_mut(at.item_id)?;
        finish_item(item, response, end);
        let said = match item.content() {
            [Content::OutputAudio(words) | Content::OutputText(words)] => words.as_str(),
            _ => "",
        };
        let part = Some(("part", part(response.modality, said)));
        self.events.part("content_part.done", at, part, out);
        let item = item.clone();
        let previous = self.items.previous_id(&item.id);
        self.events.item("done", &item, previous.as_deref(), out);
        self.events.output_item("done", &response.id, 0, &item, out);
        Some(item.to_json())
    }
}

/// One that was heard to its end says all of it; of another, what was heard.
fn finish_item(item: &mut Item, response: &Response, end: &End) {
    let completed = *end == End::Completed;
    item.status = if completed {
        Status::Completed
    } else {
        Status::Incomplete
    };
    match item.content_mut() {
        [Content::OutputText(text)] => text.clone_from(&response.words),
        _ if completed => item.heard(&response.words),
        _ => {
            let words = item.track.words().to_owned();
            item.heard(&words);
        }
    }
}

/// Where the response's message is, if it has begun.
fn place(response: &Response) -> Option<Place<'_>> {
    Some(Place {
        response_id: &response.id,
        item_id: response.message.as_deref()?,
    })
}

fn part(modality: Modality, words: &str) -> Value {
    match modality {
        Modality::Audio => json!({ "type": "audio", "transcript": words }),
        Modality::Text => json!({ "type": "text", "text": words }),
    }
}
