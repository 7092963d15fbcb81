//! A client that finds every event in its order, as the strictest of them do, for tests.

use std::collections::HashSet;

use serde_json::Value;

/// The names that Pipecat knows, and that are sent here.
const ALLOWED: [&str; 28] = [
    "error",
    "session.created",
    "session.updated",
    "input_audio_buffer.committed",
    "input_audio_buffer.cleared",
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "conversation.item.added",
    "conversation.item.done",
    "conversation.item.truncated",
    "conversation.item.deleted",
    "conversation.item.retrieved",
    "conversation.item.input_audio_transcription.completed",
    "conversation.item.input_audio_transcription.failed",
    "response.created",
    "response.done",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.content_part.done",
    "response.output_text.delta",
    "response.output_text.done",
    "response.output_audio_transcript.delta",
    "response.output_audio_transcript.done",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
];

/// What a client knows from the events so far.
#[derive(Default)]
pub struct Client {
    events: HashSet<String>,
    /// In the order of the conversation.
    pub items: Vec<String>,
    added: HashSet<String>,
    pub response: Option<String>,
    /// The item that was promised when speech began.
    pub speaks: Option<String>,
    words: String,
    /// The items that the response has begun and ended so far.
    outputs: (Vec<Value>, Vec<Value>),
    /// The calls that were told, in their order, and those of them whose item is known.
    pub calls: Vec<Value>,
    announced: HashSet<String>,
}

impl Client {
    /// Takes an event, and finds it in order.
    pub fn take(&mut self, event: &Value) {
        let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
        let kind = text("type");
        assert!(ALLOWED.contains(&kind.as_str()), "{kind}");
        assert!(self.events.insert(text("event_id")), "an id comes twice");
        match kind.as_str() {
            "input_audio_buffer.speech_started" => {
                assert!(self.speaks.replace(text("item_id")).is_none());
            }
            "input_audio_buffer.speech_stopped" => {
                assert_eq!(self.speaks.take(), Some(text("item_id")));
            }
            "conversation.item.added" => self.add(event),
            "conversation.item.deleted" => {
                let at = self.items.iter().position(|id| *id == text("item_id"));
                self.items
                    .remove(at.expect("only what is there is deleted"));
            }
            "conversation.item.done" | "conversation.item.retrieved" => {
                self.knows(&event["item"]["id"]);
            }
            "conversation.item.truncated" => self.knows(&event["item_id"]),
            _ if kind.starts_with("conversation.item.input_audio_transcription") => {
                self.knows(&event["item_id"]);
            }
            "response.created" => {
                let id = event["response"]["id"].as_str().unwrap().to_owned();
                assert!(self.response.replace(id).is_none(), "one at a time");
                self.words.clear();
                self.outputs = Default::default();
            }
            "response.done" => {
                let id = event["response"]["id"].as_str().unwrap();
                assert_eq!(self.response.take().as_deref(), Some(id));
                assert!(event["response"]["usage"]["total_tokens"].is_u64());
                let (begun, ended) = &self.outputs;
                assert_eq!(begun.len(), ended.len(), "an item is left without its end");
                assert_eq!(event["response"]["output"].as_array(), Some(ended));
            }
            _ if kind.starts_with("response.") => self.take_part(&kind, event),
            _ => {}
        }
    }

    fn add(&mut self, event: &Value) {
        let id = event["item"]["id"].as_str().unwrap().to_owned();
        assert!(!self.items.contains(&id), "an item is added once");
        let begins = event["item"]["status"] == "in_progress";
        if begins && event["item"]["type"] == "function_call" {
            let call_id = event["item"]["call_id"].as_str().unwrap();
            assert!(
                self.announced.insert(call_id.to_owned()),
                "a call comes once"
            );
        }
        let at = match event["previous_item_id"].as_str() {
            None => 0,
            Some(previous) => {
                let at = self.items.iter().position(|id| id == previous);
                at.expect("what is before it is known") + 1
            }
        };
        self.added.insert(id.clone());
        self.items.insert(at, id);
    }

    fn take_part(&mut self, kind: &str, event: &Value) {
        assert_eq!(event["response_id"].as_str(), self.response.as_deref());
        let words = |field: &str| event[field].as_str().unwrap().to_owned();
        match kind {
            "response.output_item.added" => {
                assert_eq!(event["output_index"], self.outputs.0.len());
                let id = event["item"]["id"].as_str().unwrap();
                self.added.insert(id.to_owned());
                self.outputs.0.push(event["item"].clone());
            }
            "response.output_item.done" => {
                assert_eq!(event["output_index"], self.outputs.1.len());
                self.is_of_last_output(&event["item"]["id"]);
                self.outputs.1.push(event["item"].clone());
            }
            _ => {
                assert_eq!(event["output_index"], self.outputs.1.len());
                self.is_of_last_output(&event["item_id"]);
            }
        }
        match kind {
            "response.output_audio_transcript.delta" | "response.output_text.delta" => {
                self.words.push_str(&words("delta"));
            }
            "response.output_audio_transcript.done" => {
                assert_eq!(words("transcript"), self.words);
            }
            "response.output_text.done" => assert_eq!(words("text"), self.words),
            "response.function_call_arguments.done" => {
                assert!(
                    self.announced.contains(&words("call_id")),
                    "its item comes before"
                );
                assert!(!self.calls.contains(&event["call_id"]), "it is told once");
                self.calls.push(event["call_id"].clone());
            }
            _ => {}
        }
    }

    /// One item after the other.
    fn is_of_last_output(&self, id: &Value) {
        let (begun, ended) = &self.outputs;
        assert_eq!(begun.len(), ended.len() + 1);
        assert_eq!(begun.last().map(|item| &item["id"]), Some(id));
    }

    fn knows(&self, id: &Value) {
        let id = id.as_str().unwrap();
        assert!(self.added.contains(id), "{id} was never added");
    }
}
