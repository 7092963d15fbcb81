//! A translator with both of its sides, for tests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Act, Output, Settings, SoundBy, Translator};
use crate::clock::Timestamp;
use crate::events::{EndReason, EventKind, IgnoreReason, InterruptReason, SessionEvent, TurnId};
use crate::tool_call::Call;

/// 10 ms of a reply's sound, and of silence.
pub const SOUND: [i16; 240] = [1_000; 240];
pub const SILENCE: [i16; 240] = [0; 240];

/// A connection.
pub struct Connection {
    pub translator: Translator,
    /// What came of the last thing that was given.
    pub out: Vec<Output>,
    /// All that was sent.
    pub sent: Vec<Value>,
    pub now_ms: u64,
}

impl Connection {
    pub fn new() -> Self {
        Self::with(SoundBy::Events)
    }

    pub fn with(sound: SoundBy) -> Self {
        Self {
            translator: Translator::new("vivavoce", "en-US", sound, 7),
            out: Vec::new(),
            sent: Vec::new(),
            now_ms: 10_000,
        }
    }

    fn keep(&mut self) {
        let sent = self.out.iter().filter_map(|output| match output {
            Output::Send(event) => Some(event.clone()),
            _ => None,
        });
        self.sent.extend(sent);
    }

    /// The client sends an event.
    pub fn client(&mut self, event: Value) -> Vec<Value> {
        self.frame(&event.to_string())
    }

    /// The client sends any text.
    pub fn frame(&mut self, text: &str) -> Vec<Value> {
        self.out.clear();
        self.translator.client(text, &mut self.out);
        self.keep();
        self.sends()
    }

    /// The client appends so many milliseconds of audio.
    pub fn append(&mut self, ms: usize) -> Vec<Value> {
        let audio = STANDARD.encode(vec![0; ms * 48]);
        self.client(json!({ "type": "input_audio_buffer.append", "audio": audio }))
    }

    /// The session tells something.
    pub fn tell(&mut self, turn: u64, kind: EventKind) -> Vec<Value> {
        self.out.clear();
        let event = SessionEvent {
            at: Timestamp::from_millis(self.now_ms),
            turn: Some(TurnId(turn)),
            kind,
        };
        self.translator.session(&event, &mut self.out);
        self.keep();
        self.sends()
    }

    /// The loudspeaker plays so many blocks of 10 ms.
    pub fn play(&mut self, block: &[i16], blocks: usize) -> Vec<Value> {
        self.out.clear();
        for _ in 0..blocks {
            self.translator.played(block, &mut self.out);
        }
        self.keep();
        self.sends()
    }

    /// The session wants this called, with a city.
    pub fn calls(&mut self, number: u64, name: &str) -> Vec<Value> {
        let arguments = json!({ "city": "Rome" }).as_object().unwrap().clone();
        let name = name.into();
        self.out.clear();
        self.translator
            .call(number, &Call { name, arguments }, &mut self.out);
        self.keep();
        self.sends()
    }

    /// The client tells what came of a call.
    pub fn tells(&mut self, call_id: &Value, output: &str) -> Vec<Value> {
        let kind = "function_call_output";
        let item = json!({ "type": kind, "call_id": call_id, "output": output });
        self.client(json!({ "type": "conversation.item.create", "item": item }))
    }

    /// The results that the session got at last.
    pub fn found(&self) -> Vec<(u64, String)> {
        let found = self.out.iter().filter_map(|output| match output {
            Output::Found { call, output } => Some((*call, output.clone())),
            _ => None,
        });
        found.collect()
    }

    pub fn restarted(&mut self) -> Vec<Value> {
        self.out.clear();
        self.translator.restarted(&mut self.out);
        self.keep();
        self.sends()
    }

    /// What was sent at last.
    pub fn sends(&self) -> Vec<Value> {
        let events = self.out.iter().filter_map(|output| match output {
            Output::Send(event) => Some(event.clone()),
            _ => None,
        });
        events.collect()
    }

    /// What the session was told at last.
    pub fn acts(&self) -> Vec<Act> {
        let acts = self.out.iter().filter_map(|output| match output {
            Output::Do(act) => Some(act.clone()),
            _ => None,
        });
        acts.collect()
    }

    /// The settings that were asked for at last.
    pub fn configured(&self) -> Option<Settings> {
        self.out.iter().find_map(|output| match output {
            Output::Configure(settings) => Some(settings.clone()),
            _ => None,
        })
    }

    /// The user says this, and it is answered: the reply's first clause is made.
    pub fn asks(&mut self, turn: u64, text: &str) -> Vec<Value> {
        let mut sent = self.tell(turn, EventKind::SpeechStarted);
        sent.extend(self.tell(turn, ended(text, EndReason::SoundsFinished)));
        sent
    }

    /// The reply's clauses are made.
    pub fn makes(&mut self, turn: u64, clauses: &[&str]) -> Vec<Value> {
        let mut sent = Vec::new();
        for (index, text) in clauses.iter().enumerate() {
            let text = text.to_string();
            if index == 0 {
                sent.extend(self.tell(turn, EventKind::FirstClause { text: text.clone() }));
            }
            sent.extend(self.tell(turn, EventKind::Clause { text }));
        }
        sent
    }

    /// The session is set to let the client say where turns end.
    pub fn manual() -> Self {
        let mut connection = Self::new();
        connection.client(json!({
            "type": "session.update",
            "session": { "audio": { "input": { "turn_detection": null } } },
        }));
        connection
    }
}

pub fn ended(text: &str, reason: EndReason) -> EventKind {
    EventKind::TurnEnded {
        waited_ms: 300.0,
        score: None,
        reason,
        text: text.into(),
    }
}

pub fn ignored(text: &str) -> EventKind {
    EventKind::TurnIgnored {
        reason: IgnoreReason::NoWords,
        text: text.into(),
    }
}

pub fn playing() -> EventKind {
    let first_sample_ms = 0.0;
    EventKind::PlaybackStarted { first_sample_ms }
}

pub fn saying(text: &str) -> EventKind {
    EventKind::Saying { text: text.into() }
}

pub fn heard(text: &str) -> EventKind {
    EventKind::Heard { text: text.into() }
}

pub fn interrupted() -> EventKind {
    EventKind::Interrupted {
        reason: InterruptReason::Words,
    }
}

/// The types of events, without what they share.
pub fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|e| e["type"].as_str().unwrap()).collect()
}

/// The first event of a type.
pub fn first<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    let found = events.iter().find(|event| event["type"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {:?}", types(events)))
}

/// The samples of all audio deltas.
pub fn audio(events: &[Value]) -> Vec<i16> {
    let deltas = events
        .iter()
        .filter(|e| e["type"] == "response.output_audio.delta");
    let bytes = deltas.flat_map(|e| STANDARD.decode(e["delta"].as_str().unwrap()).unwrap());
    let bytes: Vec<u8> = bytes.collect();
    bytes
        .chunks(2)
        .map(|b| i16::from_le_bytes([b[0], b[1]]))
        .collect()
}

/// An item as a client writes it.
pub fn text_item(id: &str, role: &str, text: &str) -> Value {
    let kind = if role == "assistant" {
        "output_text"
    } else {
        "input_text"
    };
    let content = [json!({ "type": kind, "text": text })];
    json!({ "id": id, "type": "message", "role": role, "content": content })
}

/// The client creates an item.
pub fn create(c: &mut Connection, id: &str, role: &str, text: &str) -> Vec<Value> {
    let item = text_item(id, role, text);
    c.client(json!({ "type": "conversation.item.create", "item": item }))
}

/// The id of the call that is told.
pub fn call_id(sent: &[Value]) -> Value {
    first(sent, "response.function_call_arguments.done")["call_id"].clone()
}

/// The code of the first error.
pub fn code(sent: &[Value]) -> &str {
    first(sent, "error")["error"]["code"].as_str().unwrap()
}
