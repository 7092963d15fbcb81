//! The session's side: its events.

use super::items::Item;
use super::response::{Asked, Of};
use super::response_object::End;
use super::translator::{Speech, Translator};
use super::{Output, RATE};
use crate::events::{EndReason, EventKind, SessionEvent, TurnId};

/// How much before its onset speech is said to begin. Milliseconds.
const PREFIX_MS: f64 = 300.0;
/// The stage that makes words of sound, in [`EventKind::Error`].
const RECOGNIZER: &str = "recognizer";

impl Translator {
    /// Takes an event of the session.
    pub fn session(&mut self, event: &SessionEvent, out: &mut Vec<Output>) {
        let Some(turn) = event.turn else {
            return;
        };
        self.making.observe(turn, &event.kind);
        let now = event.t_ms();
        match &event.kind {
            EventKind::SpeechStarted => self.speech_started(turn, now, out),
            EventKind::SpeechPaused { last_speech_ms } => {
                let end_ms = self.on_clients_clock(now, *last_speech_ms);
                if let Some(speech) = self.speech.as_mut().filter(|s| s.turn == turn) {
                    speech.end_ms = Some(end_ms);
                }
            }
            EventKind::TurnEnded { reason, text, .. } => self.turn_ended(turn, *reason, text, out),
            EventKind::TurnIgnored { text, .. } => self.turn_ignored(turn, text, out),
            EventKind::TurnExtended => self.turn_extended(turn, out),
            EventKind::PlaybackStarted { .. } => self.playback_started(turn, out),
            EventKind::Clause { .. } => self.go_on_unasked(turn, out),
            EventKind::Saying { text } => {
                self.go_on_unasked(turn, out);
                self.says(turn, text);
            }
            EventKind::Unducked { .. } => {
                self.stop_speech(out);
            }
            EventKind::Interrupted { .. } => {
                self.tell_speech(out);
                if self.is_open(turn) {
                    self.close_response(End::TurnDetected, out);
                } else {
                    self.forget_call(turn);
                }
            }
            EventKind::Heard { text } => self.heard(turn, text, out),
            EventKind::Error { stage, .. } => self.failed(turn, stage, out),
            _ => {}
        }
        self.send_words(out);
    }

    pub(super) fn is_open(&self, turn: TurnId) -> bool {
        self.response.as_ref().is_some_and(|r| r.is_of(turn))
    }

    /// Milliseconds of audio that the client had appended at a time of the session's. A client that sends
    /// faster than it was spoken is ahead of that.
    fn on_clients_clock(&self, now_ms: f64, at_ms: f64) -> u64 {
        let ago = (now_ms - at_ms).max(0.0) as u64;
        self.appended_ms().saturating_sub(ago)
    }

    fn speech_started(&mut self, turn: TurnId, now_ms: f64, out: &mut Vec<Output>) {
        if let Some(speech) = self.speech.as_mut().filter(|s| s.turn == turn) {
            speech.end_ms = None;
            return;
        }
        self.stop_speech(out);
        self.speech = Some(Speech {
            turn,
            item_id: self.events.id("item"),
            start_ms: self.on_clients_clock(now_ms, now_ms - PREFIX_MS),
            end_ms: None,
            is_told: false,
        });
        if self.response.is_none() {
            self.tell_speech(out);
        }
    }

    fn turn_ended(&mut self, turn: TurnId, reason: EndReason, text: &str, out: &mut Vec<Output>) {
        self.forget_calls_up_to(turn);
        let asked = match reason {
            EndReason::Typed => Asked::Typed,
            _ if self.is_manual() => Asked::Spoken,
            _ => return self.answer_speech(turn, text, out),
        };
        let is_unwanted = asked == Asked::Typed && self.unwanted > 0;
        if self.waits_for() == Some(asked) && !is_unwanted {
            self.take_up(turn, asked, text, out);
        } else {
            // The client does not want an answer any more.
            self.unwanted -= u32::from(is_unwanted);
            self.over = self.over.max(turn);
            self.settle_turn(asked, text, out);
        }
    }

    /// What the open response waits for.
    fn waits_for(&self) -> Option<Asked> {
        match self.response.as_ref()?.of {
            Of::Asked(asked) => Some(asked),
            Of::Turn(_) => None,
        }
    }

    /// The session takes up what the client asked for.
    fn take_up(&mut self, turn: TurnId, asked: Asked, text: &str, out: &mut Vec<Output>) {
        self.settle_turn(asked, text, out);
        if let Some(response) = &mut self.response {
            response.of = Of::Turn(turn);
            if asked == Asked::Typed {
                text.clone_into(&mut response.carries);
            }
        }
    }

    /// A turn that the client asked an answer to is over for the session.
    fn settle_turn(&mut self, asked: Asked, text: &str, out: &mut Vec<Output>) {
        let carried = std::mem::take(&mut self.carried);
        self.stop_speech(out);
        if asked == Asked::Spoken {
            self.transcribe_committed(without(&carried, text), out);
        }
    }

    /// The session answers what the user said.
    fn answer_speech(&mut self, turn: TurnId, text: &str, out: &mut Vec<Output>) {
        self.tell_speech(out);
        // What the client asked for comes next, and replaces this reply.
        let waits = self.waits_for().is_some();
        if !waits {
            self.close_response(superseded(), out);
        }
        let carried = std::mem::take(&mut self.carried);
        let stopped = self.stop_speech(out);
        let (item_id, seconds) = stopped.unwrap_or_else(|| (self.events.id("item"), 0.0));
        self.add_speech(&item_id, Some(without(&carried, text)), seconds, out);
        self.input.uncommitted = 0;
        if waits {
            self.over = self.over.max(turn);
            return;
        }
        self.open_response(Of::Turn(turn), None, out);
        if let Some(response) = &mut self.response {
            response.answers = Some(item_id);
            response.carries = carried;
        }
    }

    /// The item of what the user said. Its words may be missing.
    fn add_speech(&mut self, id: &str, words: Option<&str>, seconds: f64, out: &mut Vec<Output>) {
        let previous = self.items.last_id();
        self.events.committed(id, previous.as_deref(), out);
        self.add_item(Item::speech(id.to_owned()), out);
        if let Some(words) = words.filter(|_| self.session.transcribes) {
            // They come in an event of their own alone: LiveKit's plugin would have them twice.
            self.transcribed(id, words, seconds, out);
        }
    }

    /// Keeps the words of an item, and tells them.
    fn transcribed(&mut self, id: &str, words: &str, seconds: f64, out: &mut Vec<Output>) {
        if let Some(item) = self.items.get_mut(id) {
            item.set_transcript(words);
        }
        self.events.transcribed(id, words, seconds, out);
    }

    /// The words of what was committed: they are the first item's, however many there are.
    fn transcribe_committed(&mut self, text: &str, out: &mut Vec<Output>) {
        let mut words = text;
        for (id, samples) in std::mem::take(&mut self.input.committed) {
            if !self.session.transcribes {
                continue;
            }
            let seconds = samples as f64 / f64::from(RATE);
            self.transcribed(&id, words, seconds, out);
            words = "";
        }
    }

    fn turn_ignored(&mut self, turn: TurnId, text: &str, out: &mut Vec<Output>) {
        self.forget_call(turn);
        if !self.is_manual() {
            self.stop_speech(out);
        } else if self.waits_for() == Some(Asked::Spoken) {
            self.take_up(turn, Asked::Spoken, text, out);
            self.close_response(End::Completed, out);
        } else {
            self.settle_turn(Asked::Spoken, text, out);
        }
        self.carried.clear();
    }

    fn turn_extended(&mut self, turn: TurnId, out: &mut Vec<Output>) {
        let over = if self.is_open(turn) {
            self.tell_speech(out);
            self.close_response(End::TurnDetected, out)
        } else {
            // Speech that begins while a call waits is told as it begins.
            self.forget_call(turn)
        };
        let Some(response) = over else {
            return;
        };
        self.carried = response.carries;
        let messages = response.messages_before.into_iter().chain(response.message);
        // A client may yet truncate what it has heard a syllable of.
        let is_unheard = |id: &String| {
            let item = self.items.get(id);
            item.is_some_and(|item| item.track.samples == 0)
        };
        let mut gone: Vec<String> = messages.filter(is_unheard).collect();
        gone.extend(response.answers);
        for id in gone {
            if self.items.remove(&id).is_some() {
                self.events.item_deleted(&id, out);
            }
        }
    }

    fn playback_started(&mut self, turn: TurnId, out: &mut Vec<Output>) {
        let goes_on = self.called_sounds(turn);
        self.go_on_unasked(turn, out);
        if !goes_on && !self.is_open(turn) && turn > self.over && self.waits_for().is_none() {
            // The assistant speaks unasked.
            self.close_response(superseded(), out);
            self.open_response(Of::Turn(turn), None, out);
        }
        self.begin_sound(turn, out);
    }

    fn says(&mut self, turn: TurnId, text: &str) {
        if let Some(response) = self.response.as_ref().filter(|r| r.is_of(turn))
            && let Some(item_id) = &response.message
            && let Some(item) = self.items.get_mut(item_id)
        {
            item.track.says(behind(&response.words_before, text));
        }
    }

    fn heard(&mut self, turn: TurnId, text: &str, out: &mut Vec<Output>) {
        if self.is_open(turn) {
            let failure = self.response.as_mut().and_then(|r| r.failure.take());
            let end = failure.map_or(End::Completed, |message| End::Failed {
                code: "reply_failed",
                message,
            });
            self.close_response(end, out);
            // Who began to speak as it came to its end has the turn now.
            self.tell_speech(out);
        } else {
            self.forget_call(turn);
            if let Some(cut) = self.cut.take_if(|cut| cut.turn == turn)
                && let Some(item) = self.items.get_mut(&cut.item_id)
            {
                item.heard(behind(&cut.words_before, text));
            }
        }
        self.forget_held();
    }

    /// What went wrong may name files of this machine, or a server: the client hears which stage failed.
    fn failed(&mut self, turn: TurnId, stage: &str, out: &mut Vec<Output>) {
        let message = &format!("the {stage} failed; the program's own log says why");
        let called = self.called.as_mut().map(|called| &mut called.response);
        let mut responses = self.response.as_mut().into_iter().chain(called);
        if let Some(response) = responses.find(|response| response.is_of(turn)) {
            response.failure = Some(message.to_owned());
        } else if stage == RECOGNIZER && !self.is_manual() {
            self.speech_not_understood(turn, message, out);
        } else if stage == RECOGNIZER {
            self.give_committed_up(message, out);
            if self.waits_for() == Some(Asked::Spoken) {
                let (code, message) = ("transcription_failed", message.to_owned());
                self.close_response(End::Failed { code, message }, out);
            }
        }
    }

    fn speech_not_understood(&mut self, turn: TurnId, message: &str, out: &mut Vec<Output>) {
        if self.speech.as_ref().is_some_and(|s| s.turn == turn)
            && let Some((id, seconds)) = self.stop_speech(out)
        {
            self.add_speech(&id, None, seconds, out);
            if self.session.transcribes {
                self.events.not_transcribed(&id, message, out);
            }
        }
    }
}

/// A response whose end the session did not tell before the next one.
fn superseded() -> End {
    End::Failed {
        code: "reply_failed",
        message: "the reply broke off".into(),
    }
}

/// What a turn says, without the words that the client wrote before.
fn without<'a>(carried: &str, text: &'a str) -> &'a str {
    text.strip_prefix(carried).unwrap_or(text).trim_start()
}

/// What is said of a turn's reply, behind these words of it.
fn behind<'a>(before: &str, text: &'a str) -> &'a str {
    match text.strip_prefix(before) {
        Some(rest) => rest.trim_start(),
        None if before.starts_with(text) => "",
        None => text,
    }
}
