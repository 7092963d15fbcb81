//! The response that is open: how it begins, what is sent of it, and how it ends.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::items::{Content, Item, Role, Status};
use super::making::{Usage, spaced};
use super::server::Place;
use super::session::{Modality, audio_format};
use super::translator::Translator;
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
    /// The assistant's item.
    pub item_id: String,
    pub of: Of,
    pub modality: Modality,
    pub metadata: Option<Map<String, Value>>,
    /// Its clauses that were sent.
    pub words: String,
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

/// How a response ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// It was heard to its end.
    Completed,
    /// The user spoke.
    TurnDetected,
    /// The client did not want it any more.
    ClientCancelled,
    /// It could not be made, or not to its end.
    Failed { code: &'static str, message: String },
}

impl End {
    fn status(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::TurnDetected | Self::ClientCancelled => "cancelled",
            Self::Failed { .. } => "failed",
        }
    }

    fn details(&self) -> Value {
        match self {
            Self::Completed => Value::Null,
            Self::TurnDetected => json!({ "type": "cancelled", "reason": "turn_detected" }),
            Self::ClientCancelled => json!({ "type": "cancelled", "reason": "client_cancelled" }),
            Self::Failed { code, message } => json!({
                "type": "failed",
                "error": { "type": "server_error", "code": code, "message": message },
            }),
        }
    }
}

/// A response as it is sent.
struct Sent<'a> {
    id: &'a str,
    modality: Modality,
    metadata: Option<&'a Map<String, Value>>,
    voice: &'a str,
    conversation_id: &'a str,
}

impl Sent<'_> {
    /// One that begins.
    fn created(&self) -> Value {
        self.to_json("in_progress", Value::Null, Vec::new(), Value::Null)
    }

    /// One that is over, with the items that it gave.
    fn done(&self, end: &End, output: Vec<Value>, usage: Usage) -> Value {
        let Usage {
            input,
            cached,
            output: written,
        } = usage;
        let usage = json!({
            "total_tokens": input + written,
            "input_tokens": input,
            "output_tokens": written,
            "input_token_details": {
                "text_tokens": input,
                "audio_tokens": 0,
                "image_tokens": 0,
                "cached_tokens": cached,
                "cached_tokens_details": {
                    "text_tokens": cached,
                    "audio_tokens": 0,
                    "image_tokens": 0,
                },
            },
            "output_token_details": { "text_tokens": written, "audio_tokens": 0 },
        });
        self.to_json(end.status(), end.details(), output, usage)
    }

    fn to_json(&self, status: &str, details: Value, output: Vec<Value>, usage: Value) -> Value {
        json!({
            "id": self.id,
            "object": "realtime.response",
            "status": status,
            "status_details": details,
            "output": output,
            "output_modalities": self.modality.to_json(),
            "audio": { "output": { "format": audio_format(), "voice": self.voice } },
            "conversation_id": self.conversation_id,
            "max_output_tokens": "inf",
            "metadata": self.metadata,
            "usage": usage,
        })
    }
}

impl Translator {
    /// Begins a response, which no other is open beside.
    pub(super) fn open_response(
        &mut self,
        of: Of,
        asked_for: Option<(Modality, Option<Map<String, Value>>)>,
        out: &mut Vec<Output>,
    ) {
        let (modality, metadata) = asked_for.unwrap_or((self.session.modality, None));
        let response = Response {
            id: self.events.id("resp"),
            item_id: self.events.id("item"),
            of,
            modality,
            metadata,
            words: String::new(),
            audio: Vec::new(),
            sounds: false,
            failure: None,
            answers: None,
            carries: String::new(),
        };
        let created = self.sent(&response).created();
        self.events.response("created", created, out);
        let item_id = response.item_id.clone();
        let mut item = Item::new(item_id, Role::Assistant, Vec::new());
        item.status = Status::InProgress;
        self.events.output_item("added", &response.id, &item, out);
        let previous = self.items.last_id();
        self.events.item("added", &item, previous.as_deref(), out);
        item.content.push(match modality {
            Modality::Audio => Content::OutputAudio(String::new()),
            Modality::Text => Content::OutputText(String::new()),
        });
        self.items.push(item);
        let part = Some(("part", part(modality, "")));
        self.events
            .part("content_part.added", place(&response), part, out);
        self.response = Some(response);
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
        (modality, metadata): (Modality, Option<Map<String, Value>>),
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
        let Some(response) = &mut self.response else {
            return;
        };
        if !response.is_of(self.making.turn) {
            return;
        }
        let name = match response.modality {
            Modality::Audio => "output_audio_transcript.delta",
            Modality::Text => "output_text.delta",
        };
        for clause in self.making.take() {
            let delta = spaced(&response.words, &clause);
            response.words.push_str(&delta);
            let delta = Some(("delta", delta.into()));
            self.events.part(name, place(response), delta, out);
        }
    }

    /// The reply of this turn can be heard: what was heard of it before this was known belongs to it.
    pub(super) fn begin_sound(&mut self, turn: TurnId, out: &mut Vec<Output>) {
        if let Some(response) = &mut self.response
            && response.is_of(turn)
            && !response.sounds
        {
            response.sounds = true;
            response.audio = std::mem::take(&mut self.held).samples;
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
        if let Some(item) = self.items.get_mut(&response.item_id) {
            item.track.samples += samples.len() as u64;
        }
        let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        let delta = Some(("delta", STANDARD.encode(bytes).into()));
        let at = place(response);
        self.events.part("output_audio.delta", at, delta, out);
    }

    /// Ends the open response, if there is one.
    pub(super) fn close_response(&mut self, end: End, out: &mut Vec<Output>) {
        self.send_words(out);
        // Who has cut a reply off wants to hear no more of it.
        if !matches!(end, End::TurnDetected | End::ClientCancelled) {
            self.send_audio_from(1, out);
        }
        let Some(response) = self.response.take() else {
            return;
        };
        match response.of {
            Of::Turn(turn) => {
                self.over = self.over.max(turn);
                self.cut = Some((turn, response.item_id.clone()));
            }
            Of::Asked(Asked::Typed) => self.unwanted += 1,
            Of::Asked(Asked::Spoken) => {}
        }
        let output = self.close_item(&response, &end, out);
        let usage = match response.is_of(self.making.turn) {
            true => self.making.usage,
            false => Default::default(),
        };
        let done = self.sent(&response).done(&end, output, usage);
        self.events.response("done", done, out);
    }

    /// Ends what the response has given, and gives it as it is then.
    fn close_item(&mut self, response: &Response, end: &End, out: &mut Vec<Output>) -> Vec<Value> {
        let at = place(response);
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
        let Some(item) = self.items.get_mut(&response.item_id) else {
            return Vec::new();
        };
        finish_item(item, response, end);
        let said = match &item.content[..] {
            [Content::OutputAudio(words) | Content::OutputText(words)] => words.as_str(),
            _ => "",
        };
        let part = Some(("part", part(response.modality, said)));
        self.events.part("content_part.done", at, part, out);
        let item = item.clone();
        let previous = self.items.previous_id(&item.id);
        self.events.item("done", &item, previous.as_deref(), out);
        self.events.output_item("done", &response.id, &item, out);
        vec![item.to_json()]
    }
}

/// One that was heard to its end says all of it; of another, what was heard.
fn finish_item(item: &mut Item, response: &Response, end: &End) {
    let completed = *end == End::Completed;
    item.status = match completed {
        true => Status::Completed,
        false => Status::Incomplete,
    };
    match &mut item.content[..] {
        [Content::OutputText(text)] => text.clone_from(&response.words),
        _ if completed => item.heard(&response.words),
        _ => {
            let words = item.track.words().to_owned();
            item.heard(&words);
        }
    }
}

fn place(response: &Response) -> Place<'_> {
    Place {
        response_id: &response.id,
        item_id: &response.item_id,
    }
}

fn part(modality: Modality, words: &str) -> Value {
    match modality {
        Modality::Audio => json!({ "type": "audio", "transcript": words }),
        Modality::Text => json!({ "type": "text", "text": words }),
    }
}
