//! What must hold in every conversation, on what was commanded and what was really played.

use std::collections::{BTreeMap, BTreeSet};

use super::engines::{Vocabulary, WORD_SAMPLES, index};
use super::properties::{Broken, Property};
use crate::agent::Persona;
use crate::clock::Timestamp;
use crate::events::{EventKind, IgnoreReason, ReplyId, TurnId};
use crate::language::Language;
use crate::llm::{Message, Role};
use crate::playback::DUCKED_GAIN;
use crate::tool_call::{Call, Class};

/// From the command to stop until nothing sounds: the fade and the callbacks around it.
const STOP_MS: f64 = 30.0;
/// A word counts as heard if less than this was missing of it. Samples, of a millisecond each; as
/// the heard clock, and the fade.
const GRACE: usize = 60 + 25;
/// Most often that an answer is put off by speech that adds no word to the question.
const MOST_PUT_OFF: u32 = 1;
/// As many equal samples make it certain which word they belong to: a gain ramp is no word.
const CERTAIN: usize = 6;

/// Watches one conversation.
#[derive(Debug, Default)]
pub struct Invariants {
    /// The reply for which a tool changed something that may still be taken back.
    in_doubt: Option<ReplyId>,
    /// Replies for which a tool was called.
    called: BTreeMap<ReplyId, Vec<Call>>,
    /// What rings and was not answered.
    ringing: BTreeSet<i64>,
    drafted: BTreeSet<ReplyId>,
    released: BTreeMap<ReplyId, Timestamp>,
    stopped: BTreeMap<ReplyId, Timestamp>,
    open_transcripts: BTreeSet<TurnId>,
    /// Turns that are over and were neither answered nor carried on nor failed.
    owed: BTreeSet<TurnId>,
    /// Words of a turn that was taken back are owed an answer by the next one.
    carried: bool,
    /// The words of the last turn that ended, and how often their answer was put off for nothing.
    asked: (String, u32),
    /// Questions that the helper was asked.
    asked_helper: BTreeSet<i64>,
    /// Answers that are being said, by the turn of their reply.
    saying: BTreeMap<TurnId, i64>,
    /// Answers that were said or dropped.
    over: BTreeSet<i64>,
    /// Samples of each word that left the loudspeaker.
    played: BTreeMap<usize, usize>,
    run: (Option<usize>, usize),
}

impl Invariants {
    /// A tool was called. What changes something waits for the release, and the same thing happens once a reply; before
    /// another reply's it is known whether it stays.
    pub fn called(&mut self, reply: ReplyId, call: &Call, acts: bool) -> Result<(), Broken> {
        let calls = self.called.entry(reply).or_default();
        if calls.contains(call) {
            return Property::EachCallOnceAReply
                .broken(format!("{} was called twice for {reply:?}", call.name));
        }
        calls.push(call.clone());
        if !acts {
            return Ok(());
        }
        if !self.released.contains_key(&reply) {
            return Property::NothingActsUnreleased
                .broken(format!("a tool acted for {reply:?}, which is a draft"));
        }
        match self.in_doubt.replace(reply) {
            None => Ok(()),
            Some(before) if before == reply => Ok(()),
            Some(before) => Property::EveryEffectIsSettled
                .broken(format!("nobody knows whether {before:?} stays")),
        }
    }

    /// A tool that is not built in was called for the language model. What changes something waits for the
    /// release, and cannot be undone.
    pub fn called_external(&mut self, reply: ReplyId, class: Class) -> Result<(), Broken> {
        if class != Class::Read && !self.released.contains_key(&reply) {
            return Property::NothingActsUnreleased
                .broken(format!("a tool acted for {reply:?}, which is a draft"));
        }
        if class != Class::Read && self.stopped.contains_key(&reply) {
            return Property::NothingActsUnreleased
                .broken(format!("a tool acted for {reply:?}, which was stopped"));
        }
        Ok(())
    }

    /// What a tool changed stays.
    pub fn kept(&mut self) -> Result<(), Broken> {
        match self.in_doubt.take() {
            Some(_) => Ok(()),
            None => Property::EveryEffectIsSettled.broken("nothing was to be kept"),
        }
    }

    /// What a tool changed is undone: the user went on, so its reply was stopped.
    pub fn taken_back(&mut self) -> Result<(), Broken> {
        match self.in_doubt.take() {
            Some(reply) if self.stopped.contains_key(&reply) => Ok(()),
            Some(reply) => {
                Property::EveryEffectIsSettled.broken(format!("{reply:?} is undone and goes on"))
            }
            None => Property::EveryEffectIsSettled.broken("nothing was to be undone"),
        }
    }

    /// Something rings.
    pub fn rings(&mut self, id: i64) {
        self.ringing.insert(id);
    }

    /// The user heard these ring: each once.
    pub fn acknowledged(&mut self, ids: &[i64]) -> Result<(), Broken> {
        match ids.iter().find(|id| !self.ringing.remove(id)) {
            None => Ok(()),
            Some(id) => Property::EachRingIsAnsweredOnce
                .broken(format!("{id} does not ring, and was answered")),
        }
    }

    /// A draft was begun.
    pub fn drafted(&mut self, reply: ReplyId) -> Result<(), Broken> {
        if self.drafted.insert(reply) {
            Ok(())
        } else {
            Property::ReplyBeginsOnce.broken(format!("{reply:?} was begun twice"))
        }
    }

    /// A draft may be heard.
    pub fn released(&mut self, now: Timestamp, reply: ReplyId) -> Result<(), Broken> {
        if self.stopped.contains_key(&reply) {
            return Property::StoppedStaysStopped
                .broken(format!("{reply:?} was released after it was stopped"));
        }
        self.released.insert(reply, now);
        Ok(())
    }

    /// A draft or reply was stopped.
    pub fn stopped(&mut self, now: Timestamp, reply: ReplyId) {
        self.stopped.entry(reply).or_insert(now);
    }

    /// The state machine says what it does.
    pub fn published(&mut self, turn: TurnId, kind: &EventKind) -> Result<(), Broken> {
        match kind {
            EventKind::TurnEnded { text, .. } => {
                self.owed.insert(turn);
                let again = std::mem::take(&mut self.carried) && *text == self.asked.0;
                let put_off = if again { self.asked.1 + 1 } else { 0 };
                self.asked = (text.clone(), put_off);
                if put_off > MOST_PUT_OFF {
                    return Property::NoAnswerIsPutOffForEver
                        .broken(format!("the answer to {text:?} is put off without end"));
                }
            }
            EventKind::TurnExtended => {
                self.carried |= self.owed.remove(&turn);
                // It was put off before anything of it was heard.
                self.saying.remove(&turn);
            }
            EventKind::TurnIgnored { reason, .. } => {
                let taken_back = matches!(
                    reason,
                    IgnoreReason::AskedToStop
                        | IgnoreReason::ProbablyAskedToStop
                        | IgnoreReason::AskedToWait
                        | IgnoreReason::NothingToGoOnWith
                        | IgnoreReason::TakenBack
                );
                if *reason == IgnoreReason::TakenBack {
                    // A turn that was over may be taken back before its answer.
                    self.owed.remove(&turn);
                }
                if std::mem::take(&mut self.carried) && !taken_back {
                    return Property::NoQuestionIsLost
                        .broken(format!("a question was lost with turn {turn}: {reason}"));
                }
            }
            EventKind::Heard { .. } => {
                self.owed.remove(&turn);
                self.answer_was_said(turn)?;
            }
            EventKind::HelperAsked { id, .. } => {
                self.asked_helper.insert(*id);
            }
            EventKind::HelperDropped { id, .. } => {
                self.over.insert(*id);
            }
            EventKind::GivenWords { id, .. } => self.answer_begins(turn, *id)?,
            EventKind::Error { .. } => {
                self.owed.remove(&turn);
                self.carried = false;
            }
            _ => {}
        }
        Ok(())
    }

    /// An answer of the helper's begins to be said: once, not after it was dropped, and over nobody.
    fn answer_begins(&mut self, turn: TurnId, id: i64) -> Result<(), Broken> {
        if self.over.contains(&id) {
            return Property::HelpersAnswerIsSaidOnce
                .broken(format!("the helper's answer {id} is said, and it was over"));
        }
        if let Some(user) = self.open_transcripts.first() {
            return Property::HelpersAnswerIsSaidOnce.broken(format!(
                "the helper's answer {id} is said over turn {user} of the user's"
            ));
        }
        self.saying.insert(turn, id);
        Ok(())
    }

    /// If a reply was an answer of the helper's, that is over with it.
    fn answer_was_said(&mut self, turn: TurnId) -> Result<(), Broken> {
        match self.saying.remove(&turn) {
            Some(id) if !self.over.insert(id) => Property::HelpersAnswerIsSaidOnce
                .broken(format!("the helper's answer {id} was said twice")),
            _ => Ok(()),
        }
    }

    /// A transcript was opened.
    pub fn transcript_opened(&mut self, turn: TurnId) -> Result<(), Broken> {
        self.open_transcripts.insert(turn);
        match self.open_transcripts.len() {
            0..=1 => Ok(()),
            _ => Property::OneLiveTurn.broken(format!(
                "more than one live turn: {:?}",
                self.open_transcripts
            )),
        }
    }

    /// A transcript was let go, and with it all before it.
    pub fn transcript_ended(&mut self, turn: TurnId) {
        self.open_transcripts.retain(|open| *open > turn);
    }

    /// The loudspeaker played these samples.
    pub fn played(
        &mut self,
        now: Timestamp,
        samples: &[f32],
        vocabulary: &Vocabulary,
    ) -> Result<(), Broken> {
        for sample in samples {
            let word = vocabulary.word_of(*sample, DUCKED_GAIN);
            let index = word.map(|(index, _)| index);
            match self.run {
                (before, length) if before == index => self.run = (index, length + 1),
                _ => self.run = (index, 1),
            }
            let Some((index, reply)) = word else { continue };
            *self.played.entry(index).or_default() += 1;
            if self.run.1 < CERTAIN {
                continue;
            }
            if !self.released.contains_key(&reply) {
                return Property::NoDraftIsHeard
                    .broken(format!("a draft is heard before its release: {reply:?}"));
            }
            let stopped = self.stopped.get(&reply);
            if let Some(at) = stopped
                && now.since(*at).as_secs_f64() * 1000.0 > STOP_MS
            {
                return Property::NothingIsHeardAfterItsStop
                    .broken(format!("{reply:?} is heard after it was stopped"));
            }
        }
        Ok(())
    }

    /// The language model is given these messages: what the assistant says in them was heard.
    pub fn prompted(&self, messages: &[Message]) -> Result<(), Broken> {
        let said = messages.iter().filter(|m| m.role == Role::Assistant);
        for word in said.flat_map(|m| m.content.split_whitespace().filter_map(index)) {
            let played = self.played.get(&word).copied().unwrap_or(0);
            if played + GRACE < WORD_SAMPLES {
                return Property::HistoryWasHeard.broken(format!(
                    "the history holds w{word}, of which {played} of {WORD_SAMPLES} ms were played"
                ));
            }
        }
        Ok(())
    }

    /// The conversation is over.
    pub fn at_the_end(&self) -> Result<(), Broken> {
        if let Some(reply) = self.in_doubt {
            return Property::EveryEffectIsSettled.broken(format!(
                "what was changed for {reply:?} is in doubt for ever"
            ));
        }
        if let Some(turn) = self.open_transcripts.first() {
            return Property::EveryTranscriptEnds
                .broken(format!("the transcript of turn {turn} was never let go"));
        }
        if let Some(id) = self.asked_helper.difference(&self.over).next() {
            return Property::EveryHelpersQuestionEnds
                .broken(format!("nothing came of question {id} to the helper"));
        }
        if let Some(turn) = self.owed.first() {
            return Property::EveryTurnIsAnswered.broken(format!("turn {turn} was never answered"));
        }
        let lost = self
            .drafted
            .iter()
            .find(|draft| !self.released.contains_key(draft) && !self.stopped.contains_key(draft));
        // A tool that acts does so after the release, and then its words are said.
        let silent = self
            .released
            .keys()
            .find(|reply| !self.drafted.contains(reply) && !self.stopped.contains_key(reply));
        if let Some(reply) = silent {
            return Property::EveryDraftEnds
                .broken(format!("{reply:?} was released and never begun"));
        }
        match lost {
            Some(draft) => Property::EveryDraftEnds
                .broken(format!("{draft:?} was neither spoken nor rolled back")),
            None => Ok(()),
        }
    }
}

/// What is written for the voice is written in its language.
///
/// # Errors
/// It is not.
pub fn in_its_language(messages: &[Message], voice: Language) -> Result<(), Broken> {
    let own = Persona::bundled(voice).prefix();
    if messages.starts_with(&own) {
        Ok(())
    } else {
        Property::PromptIsInTheVoicesLanguage
            .broken(format!("the voice speaks {voice}, and the prompt does not"))
    }
}
