//! Speech, or only sound, over an audible reply: duck, hold, then interrupt or go on.
//!
//! Each layer needs more evidence than the one before: any sound ducks, speech holds, words
//! decide; and where words do not come, the length of the speech does.

use std::time::Duration;

use super::Command;
use super::machine::TurnTaking;
use super::reply::is_question;
use super::state::{Onset, Overlap, Reply, State, UserTurn, is_established};
use crate::clock::Timestamp;
use crate::events::{
    DuckReason, EndReason, EventKind, GoOnReason, HoldReason, InterruptReason, Loudness, ReplyId,
};
use crate::lexicon::{Lexicon, word_count, words};

/// A sound that has not become speech by then will not.
const SOUND_PATIENCE: Duration = Duration::from_millis(250);
/// After such a sound others do not duck for this long: in a noisy room the voice would go up and
/// down.
const DEAF: Duration = Duration::from_millis(1_500);
/// Shorter speech may be a cough that the recognizer made a word of.
const SHORT: Duration = Duration::from_millis(550);
/// A stop word needs this much speech.
const ENOUGH_FOR_A_WORD: Duration = Duration::from_millis(150);
/// After many sounds that meant nothing, speech holds a reply no sooner than this: a cough is shorter.
const HOLD_AFTER_ALARMS: Duration = Duration::from_millis(300);
/// What was heard is looked for in this many of the words that it said last.
const ECHO_WORDS: usize = 14;
/// Those words have at most this many bytes.
const ECHO_BYTES: usize = 512;
/// Speech over a held reply that is not heard yet is decided by its words after this time, whether it
/// pauses or not.
const LONGEST_HOLD: Duration = Duration::from_secs(5);

impl TurnTaking {
    /// A sound that may become speech.
    pub(super) fn sound_started(&mut self, at: Timestamp, commands: &mut Vec<Command>) {
        if let State::Replying(reply) = &mut self.state
            && reply.is_established(at)
            && reply.overlap.is_none()
            && at >= self.deaf_until
            && !self.false_alarms.are_many(at)
        {
            duck(reply, at, DuckReason::Sound, commands);
        }
    }

    /// Speech over the reply.
    pub(super) fn speech_over_reply(
        &mut self,
        at: Timestamp,
        onset: Onset,
        commands: &mut Vec<Command>,
    ) {
        let mut from = at;
        if let State::Replying(reply) = &mut self.state {
            if reply.overlap.is_none() {
                duck(reply, at, DuckReason::Speech, commands);
            }
            let overlap = reply.overlap.as_mut();
            // What was only a sound was its first consonant.
            from = overlap.as_ref().map_or(at, |overlap| overlap.since.min(at));
            match overlap.and_then(|overlap| overlap.user.as_mut()) {
                // That is decided by the words so far.
                Some(user) if user.pause.as_ref().is_some_and(|p| p.decided) => return,
                Some(user) if user.pause.is_some() => {
                    user.pause = None;
                    commands.push(Command::ResumeTranscript(user.turn));
                    return;
                }
                Some(_) => return,
                None => {}
            }
        }
        let from = from - self.config.barge_in_preroll;
        let user = UserTurn {
            over_reply: true,
            onset,
            ..self.begin_turn(at, from, String::new(), commands)
        };
        if let State::Replying(Reply {
            overlap: Some(overlap),
            ..
        }) = &mut self.state
        {
            overlap.user = Some(user);
        }
    }

    /// When [`TurnTaking::overlap_tick`] has something to do.
    pub(super) fn overlap_deadline(&self, reply: &Reply) -> Option<Timestamp> {
        let overlap = reply.overlap.as_ref()?;
        let Some(user) = &overlap.user else {
            return Some(overlap.since + SOUND_PATIENCE);
        };
        match (&user.pause, overlap.held) {
            // The words are awaited, and whose they are.
            (Some(pause), _) => pause.text.as_ref().and(pause.voice_due),
            (None, false) => Some(user.began + self.hold_after(user)),
            // Nothing of the reply is lost by waiting for words; noise alone does not put it off.
            (None, true) if !reply.is_established(user.began) => Some(user.began + LONGEST_HOLD),
            (None, true) => Some(user.began + self.patience(user)),
        }
    }

    pub(super) fn overlap_tick(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        let State::Replying(reply) = &self.state else {
            return;
        };
        if self.overlap_deadline(reply).is_none_or(|at| now < at) {
            return;
        }
        let State::Replying(reply) = &mut self.state else {
            return;
        };
        let audible_since = reply.audible_since;
        let Some(overlap) = &mut reply.overlap else {
            return;
        };
        match (&mut overlap.user, overlap.held) {
            (Some(user), _) if user.pause.is_some() => {
                user.stop_waiting_for_voice();
                self.judge_words(now, commands);
            }
            (None, _) => {
                self.deaf_until = now + DEAF;
                self.go_on_replying(now, GoOnReason::NoSpeech, commands);
            }
            (Some(_), false) => self.hold(commands),
            (Some(user), true) if !is_established(audible_since, user.began) => {
                let (decode, _) = user.decide(now, EndReason::SpokeTooLong);
                commands.push(decode);
            }
            (Some(user), true) if user.is_known_other() => {
                self.go_on_replying(now, GoOnReason::OtherVoice, commands);
            }
            (Some(_), true) => self.interrupt(InterruptReason::WentOnSpeaking, commands),
        }
    }

    /// How long somebody may speak over a held reply before that alone interrupts it.
    fn patience(&self, user: &UserTurn) -> Duration {
        let words = user.partial.words();
        let patience = if self.config.lexicon.only_listens(words) || self.is_echo(words) {
            self.config.interrupt_after * 2
        } else {
            self.config.interrupt_after
        };
        patience.max(self.patience_for_voice(user))
    }

    /// How long somebody may speak before the reply is held.
    fn hold_after(&self, user: &UserTurn) -> Duration {
        let least = if self.false_alarms.are_many(user.began) {
            HOLD_AFTER_ALARMS
        } else {
            Duration::ZERO
        };
        let patience = if user.began < self.others_until {
            // Who spoke just now was not meant.
            self.patience_for_voice(user)
        } else {
            Duration::ZERO
        };
        self.config.hold_after.max(least).max(patience)
    }

    fn hold(&mut self, commands: &mut Vec<Command>) {
        if let State::Replying(Reply {
            id,
            overlap: Some(overlap),
            ..
        }) = &mut self.state
        {
            overlap.held = true;
            commands.push(Command::Play(*id, Loudness::Held));
            let reason = HoldReason::SpeechGoesOn;
            commands.push(Command::Publish(id.turn, EventKind::Held { reason }));
        }
    }

    /// The words so far may be enough to know.
    pub(super) fn judge_partial(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        let Some(user) = self.speaker() else { return };
        let lexicon = &self.config.lexicon;
        let words = user.partial.words();
        // Of less sound than that, a recognizer makes any word.
        let enough = now.since(user.began) >= ENOUGH_FOR_A_WORD;
        if enough && self.asks_for_silence(words) {
            self.interrupt(InterruptReason::StopWord, commands);
            self.advance_pause(now, commands);
        } else if word_count(words) >= 2
            && user.pause.is_none()
            && now.since(user.began) >= SHORT.max(self.patience_for_voice(user))
            && !user.is_known_other()
            && !lexicon.only_listens(words)
            && !self.is_echo(words)
        {
            self.interrupt(InterruptReason::Words, commands);
        }
    }

    /// The speaker paused and the words are known: decides.
    pub(super) fn judge_words(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        let Some(user) = self.speaker() else { return };
        let Some(pause) = &user.pause else { return };
        let Some(text) = pause.text.clone() else {
            return;
        };
        if pause.voice_due.is_some() {
            return;
        }
        let words = words(&text);
        let short = pause.last_speech.since(user.began) < SHORT;
        let harmless = if words.is_empty() {
            Some(GoOnReason::NoWords)
        } else if self.asks_for_silence(&words) || short && self.may_ask_for_silence(&words) {
            None
        } else if self.interrupts_as_another(user) {
            Some(GoOnReason::OtherVoice)
        } else if self.has_asked() {
            // "Yes" is an answer then.
            None
        } else if self.is_too_short_to_tell(user, pause.last_speech) {
            Some(GoOnReason::ShortSound)
        } else if self.config.lexicon.only_listens(&words) {
            Some(GoOnReason::Backchannel)
        } else if short && self.says_little(&words) {
            Some(GoOnReason::ShortSound)
        } else if self.is_echo(&words) {
            Some(GoOnReason::OwnWords)
        } else {
            None
        };
        match harmless {
            Some(reason) => {
                self.go_on_replying(now, reason, commands);
            }
            None => {
                self.interrupt(InterruptReason::Words, commands);
                self.advance_pause(now, commands);
            }
        }
    }

    /// It was no interruption.
    pub(super) fn go_on_replying(
        &mut self,
        now: Timestamp,
        reason: GoOnReason,
        commands: &mut Vec<Command>,
    ) {
        if let State::Replying(reply) = &mut self.state
            && let Some(overlap) = reply.overlap.take()
        {
            // One that was only ducked has sounded all the while.
            if overlap.held && reply.audible_since.is_some() {
                self.self_talk.sounds(now);
            }
            let mut text = String::new();
            if matches!(
                reason,
                GoOnReason::NoSpeech | GoOnReason::NoWords | GoOnReason::ShortSound
            ) {
                self.false_alarms.add(now);
            }
            if let Some(user) = overlap.user {
                commands.push(Command::EndTranscript(user.turn));
                let transcript = user.pause.and_then(|pause| pause.text);
                text = transcript.unwrap_or_else(|| user.partial.text().to_owned());
            }
            commands.push(Command::Play(reply.id, Loudness::Full));
            let unducked = EventKind::Unducked { reason, text };
            commands.push(Command::Publish(reply.id.turn, unducked));
        }
    }

    fn speaker(&self) -> Option<&UserTurn> {
        match &self.state {
            State::Replying(reply) => reply.overlap.as_ref()?.user.as_ref(),
            State::Listening | State::User(_) | State::AwaitingHeard { .. } => None,
        }
    }

    /// Whether what the assistant said last is a question.
    pub(super) fn has_asked(&self) -> bool {
        match &self.state {
            State::Replying(reply) => is_question(&reply.said),
            State::Listening | State::User(_) | State::AwaitingHeard { .. } => self.asked,
        }
    }

    pub(super) fn asks_for_silence(&self, words: &[String]) -> bool {
        let lexicon = &self.config.lexicon;
        lexicon.asks_first(&lexicon.stop, words) || lexicon.asks_first(&lexicon.wait, words)
    }

    /// Whether a short sound may have been a request for silence that was misheard.
    fn may_ask_for_silence(&self, words: &[String]) -> bool {
        Lexicon::is_phrase(&self.config.lexicon.sounds_like_stop, words)
    }

    /// Whether a short sound says too little to be an interruption: at most one word that is
    /// neither a backchannel nor what a recognizer makes of noise, and no call for attention.
    fn says_little(&self, words: &[String]) -> bool {
        let lexicon = &self.config.lexicon;
        let is_small =
            |word: &String| lexicon.backchannels.contains(word) || lexicon.noise.contains(word);
        let own = words.iter().filter(|word| !is_small(word));
        word_count(own) <= 1 && !Lexicon::mentions(&lexicon.calls, words)
    }

    /// Whether words are what the reply itself said last: what the canceller left of its echo.
    /// One word alone may be a question back; short ones are in every sentence.
    fn is_echo(&self, words: &[String]) -> bool {
        let State::Replying(reply) = &self.state else {
            return false;
        };
        word_count(words) >= 2 && repeats(&reply.last_words, words)
    }
}

/// Whether words are among those that were said last.
pub(super) fn repeats(last_words: &[String], words: &[String]) -> bool {
    !words.is_empty()
        && last_words
            .windows(words.len())
            .any(|window| window == words)
}

/// The words of a text that may come back as an echo: its last ones.
pub(super) fn last_words(said: &str) -> Vec<String> {
    let mut said = words(end_of(said));
    let is_among_them = |at: &usize| word_count(&said[*at..]) <= ECHO_WORDS;
    // From the end: a reply may be long.
    let first = (0..=said.len()).rev().take_while(is_among_them).last();
    said.split_off(first.unwrap_or(said.len()))
}

/// As much of a text's end as holds the words that may come back as an echo.
fn end_of(said: &str) -> &str {
    &said[said.ceil_char_boundary(said.len().saturating_sub(ECHO_BYTES))..]
}

fn duck(reply: &mut Reply, since: Timestamp, reason: DuckReason, commands: &mut Vec<Command>) {
    let id: ReplyId = reply.id;
    reply.overlap = Some(Overlap {
        since,
        held: false,
        user: None,
    });
    commands.push(Command::Play(id, Loudness::Ducked));
    commands.push(Command::Publish(id.turn, EventKind::Ducked { reason }));
}
