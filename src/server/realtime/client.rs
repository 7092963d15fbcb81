//! What a client may send, read from a text frame.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Refusal;
use super::new_item::NewItem;

/// An id of an event or of an item has at most this many bytes.
pub(super) const LONGEST_ID: usize = 512;
/// Pairs of a response's metadata.
const MOST_METADATA: usize = 16;
/// Bytes of a key or a value of them.
const LONGEST_METADATA: usize = 512;

/// A client's event.
#[derive(Debug)]
pub(super) enum ClientEvent {
    SessionUpdate(SessionUpdate),
    Append(Append),
    Commit,
    Clear,
    CreateItem(CreateItem),
    DeleteItem(ItemId),
    RetrieveItem(ItemId),
    TruncateItem(TruncateItem),
    CreateResponse(ResponseOptions),
    CancelResponse(CancelResponse),
    /// Over WebRTC: what is sent and has not sounded is not to sound.
    ClearOutput,
}

#[derive(Debug, Deserialize)]
pub(super) struct SessionUpdate {
    pub session: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Append {
    /// In base64.
    pub audio: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct CreateItem {
    pub item: NewItem,
    pub previous_item_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ItemId {
    pub item_id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct TruncateItem {
    pub item_id: String,
    pub content_index: u64,
    pub audio_end_ms: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct CancelResponse {
    pub response_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct CreateResponse {
    response: Option<ResponseOptions>,
}

/// What of a response can be asked for. Other fields have no effect.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ResponseOptions {
    pub instructions: Option<String>,
    pub metadata: Option<Map<String, Value>>,
    pub conversation: Option<String>,
    pub output_modalities: Option<Value>,
    pub input: Option<Value>,
}

impl ResponseOptions {
    /// # Errors
    /// Something is asked for that is wrong or that this server cannot do. `output_modalities` is checked
    /// where the session's are.
    pub fn check(&self) -> Result<(), Refusal> {
        if let Some(conversation) = self.conversation.as_deref().filter(|c| *c != "auto") {
            return Err(Refusal::of(
                "response.conversation",
                "unsupported_value",
                format!(
                    "{conversation:?} is not supported: a response is always part of the conversation; leave \
                     the field out, or give \"auto\""
                ),
            ));
        }
        if self.input.is_some() {
            return Err(Refusal::of(
                "response.input",
                "unsupported_value",
                "a response with an input of its own is not supported; create items, then the response",
            ));
        }
        let short = |text: &str| text.len() <= LONGEST_METADATA;
        let metadata = self.metadata.iter().flatten();
        let right = metadata
            .clone()
            .all(|(key, value)| short(key) && value.as_str().is_some_and(short));
        if !right || metadata.count() > MOST_METADATA {
            return Err(Refusal::of(
                "response.metadata",
                "invalid_value",
                format!(
                    "metadata must have at most {MOST_METADATA} pairs of strings of at most \
                     {LONGEST_METADATA} bytes"
                ),
            ));
        }
        Ok(())
    }
}

/// A frame that was read: what the client calls it, and what it says.
pub(super) struct Frame {
    /// The client's `event_id`.
    pub event_id: Option<String>,
    /// The event, or why there is none.
    pub event: Result<ClientEvent, Refusal>,
}

/// Reads a text frame.
pub(super) fn read(text: &str) -> Frame {
    let mut fields = match serde_json::from_str::<Map<String, Value>>(text) {
        Ok(fields) => fields,
        Err(error) => {
            let message =
                format!("the frame is no JSON object ({error}); send one event as one object");
            return Frame {
                event_id: None,
                event: Err(Refusal::new("invalid_json", message)),
            };
        }
    };
    let event_id = fields.get("event_id").and_then(Value::as_str);
    let event_id = event_id.filter(|id| id.len() <= LONGEST_ID);
    let event_id = event_id.map(str::to_owned);
    let event = match fields.remove("type") {
        Some(Value::String(kind)) => event(&kind, fields),
        _ => Err(Refusal::of(
            "type",
            "missing_required_parameter",
            "the event has no type; give it as a string, for example \"response.create\"",
        )),
    };
    Frame { event_id, event }
}

fn event(kind: &str, fields: Map<String, Value>) -> Result<ClientEvent, Refusal> {
    Ok(match kind {
        "session.update" => ClientEvent::SessionUpdate(fields_of(kind, fields)?),
        "input_audio_buffer.append" => ClientEvent::Append(fields_of(kind, fields)?),
        "input_audio_buffer.commit" => ClientEvent::Commit,
        "input_audio_buffer.clear" => ClientEvent::Clear,
        "conversation.item.create" => ClientEvent::CreateItem(fields_of(kind, fields)?),
        "conversation.item.delete" => ClientEvent::DeleteItem(fields_of(kind, fields)?),
        "conversation.item.retrieve" => ClientEvent::RetrieveItem(fields_of(kind, fields)?),
        "conversation.item.truncate" => ClientEvent::TruncateItem(fields_of(kind, fields)?),
        "response.create" => {
            let CreateResponse { response } = fields_of(kind, fields)?;
            ClientEvent::CreateResponse(response.unwrap_or_default())
        }
        "response.cancel" => ClientEvent::CancelResponse(fields_of(kind, fields)?),
        "output_audio_buffer.clear" => ClientEvent::ClearOutput,
        _ => {
            let message = format!("there is no client event of type {kind:?} here");
            return Err(Refusal::of("type", "invalid_value", message));
        }
    })
}

fn fields_of<T: DeserializeOwned>(kind: &str, fields: Map<String, Value>) -> Result<T, Refusal> {
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| Refusal::new("invalid_value", format!("{kind}: {error}")))
}
