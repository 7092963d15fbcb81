//! What is sent to a client: every event is built here, each with an id of its own.

use serde_json::{Value, json};

use super::items::{FunctionCall, Item};
use super::{Output, Refusal};

/// Where a part of a response is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub response_id: &'a str,
    pub item_id: &'a str,
}

/// Builds events and gives ids.
#[derive(Debug)]
pub(super) struct ServerEvents {
    seed: u64,
    ids: u64,
}

impl ServerEvents {
    /// Ids that no other seed gives.
    pub fn new(seed: u64) -> Self {
        Self { seed, ids: 0 }
    }

    /// An id that was not given before.
    pub fn id(&mut self, of: &str) -> String {
        self.ids += 1;
        format!("{of}_{:016x}{:06x}", self.seed, self.ids)
    }

    fn send(&mut self, kind: &str, mut event: Value, out: &mut Vec<Output>) {
        event["type"] = kind.into();
        event["event_id"] = self.id("event").into();
        out.push(Output::Send(event));
    }

    /// `name` is created or updated.
    pub fn session(&mut self, name: &str, session: Value, out: &mut Vec<Output>) {
        let event = json!({ "session": session });
        self.send(&format!("session.{name}"), event, out);
    }

    /// The client's event `caused_by` was not accepted.
    pub fn error(&mut self, refusal: Refusal, caused_by: Option<&str>, out: &mut Vec<Output>) {
        let error = json!({
            "type": "invalid_request_error",
            "code": refusal.code,
            "message": refusal.message,
            "param": refusal.param,
            "event_id": caused_by,
        });
        self.send("error", json!({ "error": error }), out);
    }

    pub fn speech_started(&mut self, item_id: &str, audio_start_ms: u64, out: &mut Vec<Output>) {
        let event = json!({ "item_id": item_id, "audio_start_ms": audio_start_ms });
        self.send("input_audio_buffer.speech_started", event, out);
    }

    pub fn speech_stopped(&mut self, item_id: &str, audio_end_ms: u64, out: &mut Vec<Output>) {
        let event = json!({ "item_id": item_id, "audio_end_ms": audio_end_ms });
        self.send("input_audio_buffer.speech_stopped", event, out);
    }

    pub fn committed(&mut self, item_id: &str, previous: Option<&str>, out: &mut Vec<Output>) {
        let event = json!({ "item_id": item_id, "previous_item_id": previous });
        self.send("input_audio_buffer.committed", event, out);
    }

    pub fn cleared(&mut self, out: &mut Vec<Output>) {
        self.send("input_audio_buffer.cleared", json!({}), out);
    }

    /// The sound of a response has `name`: started, stopped or cleared. Over WebRTC alone.
    pub fn sound(&mut self, name: &str, response_id: &str, out: &mut Vec<Output>) {
        let event = json!({ "response_id": response_id });
        self.send(&format!("output_audio_buffer.{name}"), event, out);
    }

    /// `name` is added or done.
    pub fn item(&mut self, name: &str, item: &Item, previous: Option<&str>, out: &mut Vec<Output>) {
        let event = json!({ "item": item.to_json(), "previous_item_id": previous });
        self.send(&format!("conversation.item.{name}"), event, out);
    }

    pub fn item_retrieved(&mut self, item: &Item, out: &mut Vec<Output>) {
        let event = json!({ "item": item.to_json() });
        self.send("conversation.item.retrieved", event, out);
    }

    pub fn item_deleted(&mut self, item_id: &str, out: &mut Vec<Output>) {
        let event = json!({ "item_id": item_id });
        self.send("conversation.item.deleted", event, out);
    }

    pub fn item_truncated(&mut self, item_id: &str, audio_end_ms: u64, out: &mut Vec<Output>) {
        let event = json!({ "item_id": item_id, "content_index": 0, "audio_end_ms": audio_end_ms });
        self.send("conversation.item.truncated", event, out);
    }

    /// The words of an item that is so many seconds long.
    pub fn transcribed(&mut self, item_id: &str, words: &str, seconds: f64, out: &mut Vec<Output>) {
        let event = json!({
            "item_id": item_id,
            "content_index": 0,
            "transcript": words,
            "usage": { "type": "duration", "seconds": seconds },
        });
        let name = "conversation.item.input_audio_transcription.completed";
        self.send(name, event, out);
    }

    pub fn not_transcribed(&mut self, item_id: &str, message: &str, out: &mut Vec<Output>) {
        let error = json!({
            "type": "server_error",
            "code": "transcription_failed",
            "message": message,
        });
        let event = json!({ "item_id": item_id, "content_index": 0, "error": error });
        let name = "conversation.item.input_audio_transcription.failed";
        self.send(name, event, out);
    }

    /// `name` is created or done.
    pub fn response(&mut self, name: &str, response: Value, out: &mut Vec<Output>) {
        let event = json!({ "response": response });
        self.send(&format!("response.{name}"), event, out);
    }

    /// `name` is added or done.
    pub fn output_item(
        &mut self,
        name: &str,
        response_id: &str,
        index: usize,
        item: &Item,
        out: &mut Vec<Output>,
    ) {
        let event = json!({
            "response_id": response_id,
            "output_index": index,
            "item": item.to_json(),
        });
        self.send(&format!("response.output_item.{name}"), event, out);
    }

    /// The arguments of a call, which is this item of the response.
    pub fn arguments(
        &mut self,
        at: Place<'_>,
        index: usize,
        call: &FunctionCall,
        out: &mut Vec<Output>,
    ) {
        let FunctionCall {
            call_id,
            name,
            arguments,
        } = call;
        let place = json!({
            "response_id": at.response_id,
            "item_id": at.item_id,
            "output_index": index,
            "call_id": call_id,
        });
        let mut delta = place.clone();
        delta["delta"] = arguments.as_str().into();
        self.send("response.function_call_arguments.delta", delta, out);
        let mut done = place;
        done["name"] = name.as_str().into();
        done["arguments"] = arguments.as_str().into();
        self.send("response.function_call_arguments.done", done, out);
    }

    /// Something of the only part of a response's message: `field` is what is told of it.
    pub fn part(
        &mut self,
        name: &str,
        at: Place<'_>,
        field: Option<(&str, Value)>,
        out: &mut Vec<Output>,
    ) {
        let mut event = json!({
            "response_id": at.response_id,
            "item_id": at.item_id,
            "output_index": 0,
            "content_index": 0,
        });
        if let Some((field, value)) = field {
            event[field] = value;
        }
        self.send(&format!("response.{name}"), event, out);
    }
}
