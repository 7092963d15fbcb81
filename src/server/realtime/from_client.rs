//! The client's side: its events.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::client::{
    Append, CancelResponse, ClientEvent, CreateItem, ItemId, ResponseOptions, SessionUpdate,
    TruncateItem, read,
};
use super::items::Item;
use super::new_item::LONGEST_TEXT;
use super::response::{Asked, AskedFor, Of};
use super::response_object::End;
use super::session::Modality;
use super::translator::{SoundBy, Translator};
use super::{Act, Output, RATE, Refusal};

/// Bytes of audio in one event.
const LONGEST_AUDIO: usize = 15 * 1024 * 1024;
/// Less audio than this is no turn: 100 ms. Samples.
const LEAST_AUDIO: u64 = RATE as u64 / 10;
/// What was committed and not answered.
const MOST_COMMITTED: usize = 100;

impl Translator {
    /// Takes a text frame of the client's.
    pub fn client(&mut self, text: &str, out: &mut Vec<Output>) {
        let frame = read(text);
        let done = frame.event.and_then(|event| self.take(event, out));
        if let Err(refusal) = done {
            self.events.error(refusal, frame.event_id.as_deref(), out);
        }
    }

    fn take(&mut self, event: ClientEvent, out: &mut Vec<Output>) -> Result<(), Refusal> {
        match event {
            ClientEvent::SessionUpdate(update) => self.update_session(&update, out),
            ClientEvent::Append(append) => self.append(append, out),
            ClientEvent::Commit => self.commit(out),
            ClientEvent::Clear => {
                self.clear(out);
                Ok(())
            }
            ClientEvent::CreateItem(create) => self.create_item(create, out),
            ClientEvent::DeleteItem(item) => self.delete_item(&item, out),
            ClientEvent::RetrieveItem(ItemId { item_id }) => {
                let Some(item) = self.items.get(&item_id) else {
                    return Err(no_item("item_retrieve_invalid_item_id", &item_id));
                };
                self.events.item_retrieved(item, out);
                Ok(())
            }
            ClientEvent::TruncateItem(truncate) => self.truncate_item(&truncate, out),
            ClientEvent::CreateResponse(options) => self.create_response(options, out),
            ClientEvent::CancelResponse(cancel) => self.cancel_response(&cancel, out),
            ClientEvent::ClearOutput => self.clear_output(out),
        }
    }

    fn update_session(
        &mut self,
        update: &SessionUpdate,
        out: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let session = self.session.updated(&update.session)?;
        let before = std::mem::replace(&mut self.session, session);
        let session = self.session.to_json();
        self.events.session("updated", session, out);
        if self.session.settings != before.settings {
            out.push(Output::Configure(self.session.settings.clone()));
        }
        Ok(())
    }

    fn append(&mut self, append: Append, out: &mut Vec<Output>) -> Result<(), Refusal> {
        if self.sound == SoundBy::Track {
            let message =
                "in a call the microphone is the track of sound, and nothing is appended to it";
            return Err(Refusal::of("type", "invalid_value", message));
        }
        let wrong = |message: String| Err(Refusal::of("audio", "invalid_value", message));
        // Four characters of base64 are three bytes.
        if append.audio.len() / 4 * 3 > LONGEST_AUDIO + 2 {
            return wrong(format!(
                "one event may have at most {LONGEST_AUDIO} bytes of audio; send it in smaller pieces"
            ));
        }
        let bytes = match STANDARD.decode(append.audio) {
            Ok(bytes) => bytes,
            Err(error) => return wrong(format!("the audio is no base64: {error}")),
        };
        if bytes.len() % 2 != 0 {
            return wrong("the audio has an odd number of bytes; a sample has two".into());
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let samples: Vec<i16> = bytes
            .as_chunks()
            .0
            .iter()
            .map(|pair| i16::from_le_bytes(*pair))
            .collect();
        self.heard_sound(samples, out);
        Ok(())
    }

    /// Takes what the client's microphone hears, if it does not come as events.
    pub fn heard_sound(&mut self, samples: Vec<i16>, out: &mut Vec<Output>) {
        let count = samples.len() as u64;
        self.input.appended += count;
        let may_begin = self.is_manual() && self.response.is_none() && !self.waits_for_result();
        if may_begin && !self.input.is_pressed {
            self.input.is_pressed = true;
            out.push(Output::Do(Act::Press));
        }
        if self.input.is_pressed || !self.is_manual() {
            self.input.uncommitted += count;
        }
        out.push(Output::Hear(samples));
    }

    fn commit(&mut self, out: &mut Vec<Output>) -> Result<(), Refusal> {
        let samples = self.input.uncommitted;
        let empty = |message: &str| Refusal::new("input_audio_buffer_commit_empty", message);
        if samples < LEAST_AUDIO {
            return Err(empty(
                "there are less than 100 ms of audio to commit; append more. What is appended while a \
                 response is active, or a call waits for its result, is not part of a turn",
            ));
        }
        if !self.is_manual() {
            // The item follows when the session knows its words.
            if self.speech.is_none() {
                return Err(empty("nobody speaks: turn detection commits what is said"));
            }
            self.input.uncommitted = 0;
            out.push(Output::Do(Act::Release));
            return Ok(());
        }
        if self.input.committed.len() >= MOST_COMMITTED {
            let message =
                "too much is committed that nothing was answered to; send response.create";
            return Err(Refusal::new("input_audio_buffer_full", message));
        }
        self.input.uncommitted = 0;
        let id = self.events.id("item");
        self.input.committed.push((id.clone(), samples));
        let previous = self.items.last_id();
        self.events.committed(&id, previous.as_deref(), out);
        self.add_item(Item::speech(id), out);
        Ok(())
    }

    fn clear(&mut self, out: &mut Vec<Output>) {
        self.input.uncommitted = 0;
        let is_pressed = self.input.is_pressed && self.input.committed.is_empty();
        if is_pressed || self.speech.as_ref().is_some_and(|s| s.is_told) {
            self.input.is_pressed = false;
            out.push(Output::Do(Act::Discard));
            self.stop_speech(out);
        }
        self.events.cleared(out);
    }

    /// Once the sound is cut off there is nothing more to come: the response is over.
    fn clear_output(&mut self, out: &mut Vec<Output>) -> Result<(), Refusal> {
        if self.sound == SoundBy::Events {
            let message = "over a WebSocket the client has what it was sent: it clears that by itself, and sends \
                response.cancel and conversation.item.truncate";
            return Err(Refusal::of("type", "invalid_value", message));
        }
        if self.response.as_ref().is_some_and(|r| r.sounds) {
            self.cut_off(out);
        }
        Ok(())
    }

    fn create_item(&mut self, create: CreateItem, out: &mut Vec<Output>) -> Result<(), Refusal> {
        let id = match create.item.id.clone() {
            Some(id) => id,
            None => self.events.id("item"),
        };
        if self.items.get(&id).is_some() {
            let message = format!("there is an item {id:?} already");
            // By this code LiveKit's plugin knows that what it wanted is there.
            let code = "item_create_duplicate_item_id";
            return Err(Refusal::of("item.id", code, message));
        }
        let item = create.item.check(id.clone())?;
        self.check_call_id(&item.body)?;
        let Some(previous) = create.previous_item_id else {
            self.add_item(item, out);
            return Ok(());
        };
        self.items.insert_after(&previous, item.clone())?;
        let previous = self.items.previous_id(&id);
        for name in ["added", "done"] {
            self.events.item(name, &item, previous.as_deref(), out);
        }
        self.drop_oldest(out);
        Ok(())
    }

    fn delete_item(
        &mut self,
        ItemId { item_id }: &ItemId,
        out: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        if self
            .response
            .as_ref()
            .is_some_and(|r| r.message.as_ref() == Some(item_id))
        {
            return Err(Refusal::of(
                "item_id",
                "item_delete_invalid_item_id",
                format!("item {item_id:?} is being made; cancel its response first"),
            ));
        }
        if self.items.remove(item_id).is_none() {
            return Err(no_item("item_delete_invalid_item_id", item_id));
        }
        self.input.committed.retain(|(id, _)| id != item_id);
        self.events.item_deleted(item_id, out);
        Ok(())
    }

    fn truncate_item(
        &mut self,
        truncate: &TruncateItem,
        out: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let (item_id, end_ms) = (&truncate.item_id, truncate.audio_end_ms);
        let Some(item) = self.items.get_mut(item_id) else {
            return Err(no_item("item_truncate_invalid_item_id", item_id));
        };
        if truncate.content_index != 0 {
            let message = "an item has one part, whose content_index is 0";
            return Err(Refusal::of("content_index", "invalid_value", message));
        }
        item.truncate(end_ms)?;
        let behind_ms = item.track.length_ms() - end_ms;
        self.events.item_truncated(item_id, end_ms, out);
        out.push(Output::Truncated { behind_ms });
        Ok(())
    }

    fn create_response(
        &mut self,
        options: ResponseOptions,
        out: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        options.check()?;
        let modality = match &options.output_modalities {
            Some(value) => Modality::read(value, "response.output_modalities")?,
            None => self.session.modality,
        };
        if let Some(response) = &self.response {
            let message = format!(
                "response {} is active; wait for its response.done, or cancel it first",
                response.id
            );
            let code = "conversation_already_has_active_response";
            return Err(Refusal::new(code, message));
        }
        let asked_for = (modality, options.metadata);
        if self.input.is_pressed && !self.input.committed.is_empty() {
            self.open_response(Of::Asked(Asked::Spoken), Some(asked_for), out);
            out.push(Output::Do(Act::Release));
        } else if self.has_result() {
            self.go_on_asked(asked_for, out);
        } else {
            let instructions = options.instructions.unwrap_or_default();
            let added = added_to(self.session.settings.instructions.as_deref(), &instructions);
            if !self.answer_what_was_written(asked_for, added, out)? {
                return Ok(());
            }
        }
        (self.input.is_pressed, self.input.uncommitted) = (false, 0);
        Ok(())
    }

    /// Has what the client wrote answered, or the instructions if that is nothing; false: there are none.
    fn answer_what_was_written(
        &mut self,
        asked_for: AskedFor,
        instructions: &str,
        out: &mut Vec<Output>,
    ) -> Result<bool, Refusal> {
        let mut text = self.items.unanswered();
        if text.is_empty() {
            instructions.trim().clone_into(&mut text);
        }
        if text.len() > LONGEST_TEXT {
            let message = format!("an answer is given to at most {LONGEST_TEXT} bytes of text");
            return Err(Refusal::new("invalid_value", message));
        }
        if text.is_empty() {
            let end = End::Failed {
                code: "nothing_to_answer",
                message: "there is nothing to answer: create an item of the user's, commit audio, or give \
                          the response instructions"
                    .into(),
            };
            self.fail_response(asked_for, &end, out);
            return Ok(false);
        }
        self.open_response(Of::Asked(Asked::Typed), Some(asked_for), out);
        out.push(Output::Do(Act::Typed(text)));
        Ok(true)
    }

    fn cancel_response(
        &mut self,
        cancel: &CancelResponse,
        out: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let wanted = cancel.response_id.as_ref();
        let active = self.response.as_ref().map(|response| &response.id);
        if active.is_none() || wanted.is_some_and(|id| Some(id) != active) {
            if wanted.is_none() {
                self.cancel_call(out);
            }
            let message = "Cancellation failed: no such response is active";
            return Err(Refusal::new("response_cancel_not_active", message));
        }
        self.cut_off(out);
        Ok(())
    }

    /// The client does not want the open response.
    fn cut_off(&mut self, out: &mut Vec<Output>) {
        let is_unheard = self.response.as_ref().map(|r| r.of) == Some(Of::Asked(Asked::Spoken));
        self.close_response(End::ClientCancelled, out);
        if is_unheard {
            out.push(Output::Do(Act::Discard));
            self.give_committed_up("the response was cancelled before", out);
        }
        out.push(Output::Do(Act::Cancel));
        self.tell_speech(out);
    }
}

/// What the instructions of a response say beyond those of the session: LiveKit's plugin puts these before its own, and
/// has none beside them where its user asks for nothing.
fn added_to<'a>(session: Option<&str>, instructions: &'a str) -> &'a str {
    let rest = session.and_then(|session| instructions.strip_prefix(session));
    let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with('\n'));
    rest.map_or(instructions, str::trim)
}

fn no_item(code: &'static str, id: &str) -> Refusal {
    Refusal::of("item_id", code, format!("there is no item {id:?}"))
}
