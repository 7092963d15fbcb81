//! The conversation as the client sees it: items in their order.

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::LONGEST_ID;
use super::{RATE, Refusal};

/// Items that are kept; the oldest are dropped.
pub(super) const MOST_ITEMS: usize = 1_000;
/// Bytes of all texts of an item that a client creates.
pub(super) const LONGEST_TEXT: usize = 32 * 1024;

/// Who an item is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    User,
    Assistant,
    System,
}

/// What an item says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    InputText(String),
    /// With its words, once they are known.
    InputAudio(Option<String>),
    OutputText(String),
    /// With the words of it.
    OutputAudio(String),
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    InProgress,
    Completed,
    Incomplete,
}

/// The sound of a reply that was sent, and which words it had by when.
#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    /// Samples that were sent.
    pub samples: u64,
    /// The words that left the loudspeaker.
    words: String,
    /// How many of their bytes had done so when so many samples were sent.
    marks: Vec<(u64, usize)>,
    /// The client cut it off: its transcript is not touched any more.
    truncated: bool,
}

impl Track {
    /// Its length, rounded up. Milliseconds.
    pub fn length_ms(&self) -> u64 {
        (self.samples * 1000).div_ceil(u64::from(RATE))
    }

    /// The words up to now.
    pub fn says(&mut self, words: &str) {
        if !words.starts_with(&self.words) {
            self.marks.clear();
        }
        words.clone_into(&mut self.words);
        self.marks.push((self.samples, words.len()));
    }

    /// The words that left the loudspeaker.
    pub fn words(&self) -> &str {
        &self.words
    }

    fn words_until(&self, end_ms: u64) -> &str {
        let until = |&&(samples, _): &&(u64, usize)| samples * 1000 <= end_ms * u64::from(RATE);
        let last = self.marks.iter().take_while(until).last();
        last.and_then(|(_, bytes)| self.words.get(..*bytes))
            .unwrap_or_default()
    }
}

/// A message of the conversation.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub id: String,
    pub role: Role,
    pub content: Vec<Content>,
    pub status: Status,
    /// The sound of a reply.
    pub track: Track,
}

impl Item {
    /// A message that is complete.
    pub fn new(id: String, role: Role, content: Vec<Content>) -> Self {
        Self {
            id,
            role,
            content,
            status: Status::Completed,
            track: Track::default(),
        }
    }

    /// Cuts the sound of a reply off, and its words with it.
    ///
    /// # Errors
    /// It has no sound, or not as much.
    pub fn truncate(&mut self, end_ms: u64) -> Result<(), Refusal> {
        let [Content::OutputAudio(transcript)] = &mut self.content[..] else {
            return Err(Refusal::of(
                "item_id",
                "item_truncate_invalid_item_id",
                format!(
                    "item {:?} is no spoken reply; only those can be truncated",
                    self.id
                ),
            ));
        };
        let length_ms = self.track.length_ms();
        if end_ms > length_ms {
            return Err(Refusal::of(
                "audio_end_ms",
                "invalid_value",
                format!("the item has {length_ms} ms of audio, fewer than {end_ms}"),
            ));
        }
        if end_ms < length_ms || self.status != Status::Completed {
            let words = self.track.words_until(end_ms);
            if !self.track.truncated || words.len() < transcript.len() {
                words.clone_into(transcript);
            }
            self.track.truncated = true;
        }
        Ok(())
    }

    /// What of a reply was heard, unless the client knows better.
    pub fn heard(&mut self, words: &str) {
        if let [Content::OutputAudio(transcript)] = &mut self.content[..]
            && !self.track.truncated
        {
            words.clone_into(transcript);
        }
    }

    /// As it is sent.
    pub fn to_json(&self) -> Value {
        let role = match self.role {
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::System => "system",
        };
        let status = match self.status {
            Status::InProgress => "in_progress",
            Status::Completed => "completed",
            Status::Incomplete => "incomplete",
        };
        let content = self.content.iter().map(|content| match content {
            Content::InputText(text) => json!({ "type": "input_text", "text": text }),
            Content::InputAudio(transcript) => {
                json!({ "type": "input_audio", "transcript": transcript })
            }
            Content::OutputText(text) => json!({ "type": "output_text", "text": text }),
            Content::OutputAudio(transcript) => {
                json!({ "type": "output_audio", "transcript": transcript })
            }
        });
        let content: Vec<Value> = content.collect();
        json!({
            "id": self.id,
            "object": "realtime.item",
            "type": "message",
            "status": status,
            "role": role,
            "content": content,
        })
    }
}

/// An item as a client writes it.
#[derive(Debug, Deserialize)]
pub(super) struct NewItem {
    pub id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    role: Option<String>,
    #[serde(default)]
    content: Vec<NewPart>,
}

#[derive(Debug, Deserialize)]
struct NewPart {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

impl NewItem {
    /// The item, with this id.
    ///
    /// # Errors
    /// It is none that a client may create here.
    pub fn check(self, id: String) -> Result<Item, Refusal> {
        if id.is_empty() || id.len() > LONGEST_ID {
            let message = format!("the id must have 1 to {LONGEST_ID} bytes");
            return Err(Refusal::of("item.id", "invalid_value", message));
        }
        if self.kind != "message" {
            let message = format!(
                "items of type {:?} are not supported: this server calls its own tools, not the client's",
                self.kind
            );
            return Err(Refusal::of("item.type", "unsupported_value", message));
        }
        let (role, part) = match self.role.as_deref() {
            Some("user") => (Role::User, "input_text"),
            Some("system") => (Role::System, "input_text"),
            Some("assistant") => (Role::Assistant, "output_text"),
            _ => {
                let message = "the role must be \"user\", \"assistant\" or \"system\"";
                return Err(Refusal::of("item.role", "invalid_value", message));
            }
        };
        let mut content = Vec::new();
        let mut bytes = 0;
        for (index, given) in self.content.into_iter().enumerate() {
            let text = given.text.filter(|_| given.kind == part).ok_or_else(|| {
                Refusal::of(
                    format!("item.content[{index}]"),
                    "unsupported_value",
                    format!(
                        "a part of such an item must have the type {part:?} and a text; audio is taken by \
                         input_audio_buffer.append only, images are not"
                    ),
                )
            })?;
            bytes += text.len();
            content.push(match role {
                Role::Assistant => Content::OutputText(text),
                Role::User | Role::System => Content::InputText(text),
            });
        }
        if content.is_empty() || bytes > LONGEST_TEXT {
            let message =
                format!("an item must have at least one text, and at most {LONGEST_TEXT} bytes");
            return Err(Refusal::of("item.content", "invalid_value", message));
        }
        Ok(Item::new(id, role, content))
    }
}

/// All items.
#[derive(Debug, Default)]
pub(super) struct Items(Vec<Item>);

impl Items {
    pub fn get(&self, id: &str) -> Option<&Item> {
        self.0.iter().find(|item| item.id == id)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut Item> {
        self.0.iter_mut().find(|item| item.id == id)
    }

    pub fn remove(&mut self, id: &str) -> Option<Item> {
        let at = self.0.iter().position(|item| item.id == id)?;
        Some(self.0.remove(at))
    }

    /// All ids, in their order.
    #[cfg(test)]
    pub fn ids(&self) -> Vec<String> {
        self.0.iter().map(|item| item.id.clone()).collect()
    }

    /// The newest item's id.
    pub fn last_id(&self) -> Option<String> {
        self.0.last().map(|item| item.id.clone())
    }

    /// The id of the item before this one.
    pub fn previous_id(&self, id: &str) -> Option<String> {
        let at = self.0.iter().position(|item| item.id == id)?;
        Some(self.0[at.checked_sub(1)?].id.clone())
    }

    /// Puts an item behind all others.
    pub fn push(&mut self, item: Item) {
        self.0.push(item);
    }

    /// Puts an item behind this one, or before all others if that is "root".
    ///
    /// # Errors
    /// There is no such item.
    pub fn insert_after(&mut self, previous: &str, item: Item) -> Result<(), Refusal> {
        let at = match self.0.iter().position(|item| item.id == previous) {
            Some(at) => at + 1,
            None if previous == "root" => 0,
            None => {
                return Err(Refusal::of(
                    "previous_item_id",
                    "item_create_invalid_previous_item_id",
                    format!(
                        "there is no item {previous:?}; give the id of one, \"root\", or leave it out"
                    ),
                ));
            }
        };
        self.0.insert(at, item);
        Ok(())
    }

    /// Drops the oldest item if there are too many and it may go.
    pub fn drop_oldest(&mut self, may_go: impl Fn(&Item) -> bool) -> Option<String> {
        if self.0.len() <= MOST_ITEMS {
            return None;
        }
        let at = self.0.iter().position(may_go)?;
        Some(self.0.remove(at).id)
    }

    /// What the user wrote since the last reply; if that is nothing, what a system item says.
    pub fn unanswered(&self) -> String {
        let answered = |item: &Item| {
            item.role == Role::Assistant || matches!(item.content[..], [Content::InputAudio(_)])
        };
        let from = self.0.iter().rposition(answered).map_or(0, |at| at + 1);
        let by = |role: Role| {
            let items = self.0[from..].iter().filter(|item| item.role == role);
            let texts = items.flat_map(|item| &item.content);
            let texts = texts.filter_map(|content| match content {
                Content::InputText(text) => Some(text.trim()).filter(|text| !text.is_empty()),
                _ => None,
            });
            texts.collect::<Vec<_>>().join("\n")
        };
        Some(by(Role::User))
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| by(Role::System))
    }
}
