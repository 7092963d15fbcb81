//! The conversation as the client sees it: items in their order.

use serde_json::{Value, json};

use super::{RATE, Refusal};

/// Items that are kept; the oldest are dropped.
pub(super) const MOST_ITEMS: usize = 1_000;

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

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    /// Something that was said or written.
    Message { role: Role, content: Vec<Content> },
    /// A function of the client's that is to be called.
    Call(FunctionCall),
    /// What came of a call.
    Result { call_id: String, output: String },
}

/// A function of the client's that is to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FunctionCall {
    pub call_id: String,
    pub name: String,
    /// A JSON object, written.
    pub arguments: String,
}

/// Something in the conversation.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub id: String,
    pub body: Body,
    pub status: Status,
    /// The sound of a reply.
    pub track: Track,
    /// What was written up to here was answered, or is not to be.
    pub is_answered: bool,
}

impl Item {
    /// One that is complete.
    pub fn new(id: String, body: Body) -> Self {
        Self {
            id,
            body,
            status: Status::Completed,
            track: Track::default(),
            is_answered: false,
        }
    }

    /// What the user said, whose words are to come: turns that are spoken are answered by themselves.
    pub fn speech(id: String) -> Self {
        let (role, content) = (Role::User, vec![Content::InputAudio(None)]);
        Self {
            is_answered: true,
            ..Self::new(id, Body::Message { role, content })
        }
    }

    /// A reply that begins.
    pub fn reply(id: String, content: Vec<Content>) -> Self {
        let role = Role::Assistant;
        Self {
            status: Status::InProgress,
            ..Self::new(id, Body::Message { role, content })
        }
    }

    /// The parts of a message; of anything else, none.
    pub fn content(&self) -> &[Content] {
        match &self.body {
            Body::Message { content, .. } => content,
            Body::Call(_) | Body::Result { .. } => &[],
        }
    }

    /// The same, to be changed.
    pub fn content_mut(&mut self) -> &mut [Content] {
        match &mut self.body {
            Body::Message { content, .. } => content,
            Body::Call(_) | Body::Result { .. } => &mut [],
        }
    }

    /// The words of what the user said are known now.
    pub fn set_transcript(&mut self, words: &str) {
        if let [Content::InputAudio(transcript)] = self.content_mut() {
            *transcript = Some(words.to_owned());
        }
    }

    /// The call of this item has this id.
    pub fn calls(&self, id: &str) -> bool {
        matches!(&self.body, Body::Call(call) if call.call_id == id)
    }

    /// Cuts the sound of a reply off, and its words with it.
    ///
    /// # Errors
    /// It has no sound, or not as much.
    pub fn truncate(&mut self, end_ms: u64) -> Result<(), Refusal> {
        let Some(transcript) = self.body.spoken_reply() else {
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
        if !self.track.truncated
            && let Some(transcript) = self.body.spoken_reply()
        {
            words.clone_into(transcript);
        }
    }

    /// As it is sent.
    pub fn to_json(&self) -> Value {
        let mut item = self.body.to_json();
        item["id"] = self.id.as_str().into();
        item["object"] = "realtime.item".into();
        item["status"] = match self.status {
            Status::InProgress => "in_progress",
            Status::Completed => "completed",
            Status::Incomplete => "incomplete",
        }
        .into();
        item
    }
}

impl Body {
    /// The words of a reply that is sound.
    fn spoken_reply(&mut self) -> Option<&mut String> {
        match self {
            Self::Message { content, .. } => match &mut content[..] {
                [Content::OutputAudio(transcript)] => Some(transcript),
                _ => None,
            },
            Self::Call(_) | Self::Result { .. } => None,
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Message { role, content } => {
                let role = match role {
                    Role::User => "user",
                    Role::Assistant => "assistant",
                    Role::System => "system",
                };
                let content: Vec<Value> = content.iter().map(Content::to_json).collect();
                json!({ "type": "message", "role": role, "content": content })
            }
            Self::Call(call) => json!({
                "type": "function_call",
                "call_id": call.call_id,
                "name": call.name,
                "arguments": call.arguments,
            }),
            Self::Result { call_id, output } => json!({
                "type": "function_call_output",
                "call_id": call_id,
                "output": output,
            }),
        }
    }
}

impl Content {
    fn to_json(&self) -> Value {
        match self {
            Self::InputText(text) => json!({ "type": "input_text", "text": text }),
            Self::InputAudio(transcript) => {
                json!({ "type": "input_audio", "transcript": transcript })
            }
            Self::OutputText(text) => json!({ "type": "output_text", "text": text }),
            Self::OutputAudio(transcript) => {
                json!({ "type": "output_audio", "transcript": transcript })
            }
        }
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

    /// Whether a call of this id is part of the conversation.
    pub fn have_call(&self, id: &str) -> bool {
        self.0.iter().any(|item| item.calls(id))
    }

    /// What came of this call, as it was told last.
    pub fn result_of(&self, id: &str) -> Option<&str> {
        self.0.iter().rev().find_map(|item| match &item.body {
            Body::Result { call_id, output } if call_id == id => Some(output.as_str()),
            _ => None,
        })
    }

    /// Everything that is there now is answered.
    pub fn are_answered(&mut self) {
        for item in &mut self.0 {
            item.is_answered = true;
        }
    }

    /// What the user wrote since something was answered; if that is nothing, what a system item says.
    pub fn unanswered(&self) -> String {
        let answered = self.0.iter().rposition(|item| item.is_answered);
        let from = answered.map_or(0, |at| at + 1);
        let by = |wanted: Role| {
            let items = self.0[from..]
                .iter()
                .filter(|item| matches!(&item.body, Body::Message { role, .. } if *role == wanted));
            let texts = items.flat_map(|item| item.content());
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
