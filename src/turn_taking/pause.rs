//! A pause of the user: transcript, score, draft, and the end of the turn.

use std::time::Duration;

use super::Command;
use super::config::{Answers, Drafts};
use super::machine::{TurnTaking, join};
use super::reply::roll_back;
use super::state::{Answer, Draft, Onset, Pause, State, UserTurn};
use super::whose_voice::VOICE_PATIENCE;
use crate::clock::Timestamp;
use crate::endpointing::{Cue, Evidence, SILENCE, cue, cue_of_an_answer};
use crate::events::{
    EndReason, EventKind, IgnoreReason, ReplyId, RollbackReason, TurnId, WakeReason,
};
use crate::language::ascii_mark;
use crate::lexicon::{Lexicon, without_end, words};

/// A draft is begun at the latest this long before the decision; a longer wait means that the user
/// probably goes on, and the draft would be thrown away.
const DRAFT_LEAD: Duration = Duration::from_millis(600);
/// A slow machine knows the words late; it waits this long for the score all the same.
const SCORE_PATIENCE: Duration = Duration::from_millis(200);
/// One turn may cost this many drafts.
pub(super) const MOST_DRAFTS: u32 = 8;

impl TurnTaking {
    pub(super) fn speech_paused(
        &mut self,
        now: Timestamp,
        at: Timestamp,
        commands: &mut Vec<Command>,
    ) {
        let middle = self.config.endpointing.wait(&Evidence::default());
        let decode_late = self.config.drafts == Drafts::Off;
        let only_enrolled = self.config.only_enrolled;
        let Some(user) = self.state.user_mut() else {
            return;
        };
        if user.pause.is_some() {
            return;
        }
        user.pauses += 1;
        let (turn, pause) = (user.turn, user.pauses);
        let deadline = at + middle.duration;
        let decode_late = decode_late && !user.over_reply;
        user.pause = Some(Pause {
            last_speech: at,
            decode_at: decode_late.then_some(deadline),
            words_until: at,
            text: None,
            cue: Cue::Neutral,
            score: None,
            score_due: None,
            score_took_ms: 0.0,
            read_due: None,
            voice_due: only_enrolled.then_some(now + VOICE_PATIENCE),
            deadline,
            decided: false,
            reason: middle.reason,
            draft: None,
        });
        if !decode_late {
            commands.push(Command::Decode { turn, pause });
        }
        let last_speech_ms = at.as_millis_f64();
        let paused = EventKind::SpeechPaused { last_speech_ms };
        commands.push(Command::Publish(turn, paused));
        self.guess(now, commands);
    }

    /// What was said while it lasted is mostly all of it: the draft does not wait for the
    /// transcript, which takes it back if it is another one.
    fn guess(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        let believes = self.believes_the_model();
        let State::User(user) = &self.state else {
            return;
        };
        let text = as_sentence(user.partial.text());
        let wanted = !user.partial.text().is_empty()
            && self.drafts_for(user, &text)
            && cue(&text, &self.config.lexicon) == Cue::Neutral;
        if let State::User(user) = &mut self.state
            && wanted
        {
            begin_draft(now, user, text, believes, commands);
        }
    }

    pub(super) fn partial(
        &mut self,
        now: Timestamp,
        turn: TurnId,
        text: String,
        commands: &mut Vec<Command>,
    ) {
        let prepare = self.reads_ahead();
        let text = self.without_call(turn, text);
        match &mut self.state {
            State::User(user) if user.turn == turn && user.pause.is_none() => {
                // Mostly it is what the transcript will begin with; what is not is read again.
                if prepare && without_end(&text) != without_end(user.partial.text()) {
                    let text = join(&user.carried, without_end(&text));
                    commands.push(Command::Prepare { turn, text });
                }
                user.partial = text.into();
            }
            State::Replying(reply) => {
                let user = reply.overlap.as_mut().and_then(|o| o.user.as_mut());
                if let Some(user) = user.filter(|user| user.turn == turn) {
                    user.partial = text.into();
                    self.judge_partial(now, commands);
                }
            }
            State::User(_) | State::Listening | State::AwaitingHeard { .. } => {}
        }
    }

    pub(super) fn decoded(
        &mut self,
        now: Timestamp,
        turn: TurnId,
        pause: u32,
        text: String,
        commands: &mut Vec<Command>,
    ) {
        let text = self.without_call(turn, text);
        let paused = self.user_in_pause(turn, pause);
        let Some(user) = paused.filter(|user| user.pause.is_some()) else {
            return;
        };
        let onset = user.onset;
        if onset == Onset::AtOnce {
            // It is counted once.
            user.onset = Onset::OverReply;
        }
        self.learn_voice(now, onset, &text, commands);
        let ask_score = self.config.endpointing.asks_sound();
        // A guess was begun in the language of the turn before.
        let same_language = self.config.lexicon.language == self.answering_in;
        let (asked, lexicon) = (self.has_asked(), &self.config.lexicon);
        let (cue, of_an_answer) = (cue(&text, lexicon), cue_of_an_answer(&text, lexicon));
        if let Some(user) = self.user_in_pause(turn, pause)
            && let Some(pause) = &mut user.pause
        {
            pause.cue = if asked && user.carried.is_empty() {
                of_an_answer
            } else {
                cue
            };
            // Two transcripts that differ in punctuation are one: the draft goes on.
            let guessed = as_sentence(user.partial.text());
            let right = same_language && same_words(&guessed, &text);
            if !right {
                roll_back(pause.draft.take(), RollbackReason::WordsChanged, commands);
            }
            let stands = right && pause.draft.is_some();
            pause.text = Some(if stands { guessed } else { text });
            let (pauses, adds_nothing) = (user.pauses, user.adds_nothing());
            if let Some(pause) = &mut user.pause {
                pause.voice_due = pause.voice_due.map(|_| now + VOICE_PATIENCE);
                // Only now: before, recognizer and draft want the cores, and a pause says more when it is longer.
                if ask_score && !pause.decided && !adds_nothing {
                    let asked = now.max(pause.last_speech + SILENCE);
                    pause.score_due = Some(asked + SCORE_PATIENCE);
                    let pause = pauses;
                    commands.push(Command::Score { turn, pause });
                }
            }
            self.await_the_model(now);
            if matches!(self.state, State::Replying(_)) {
                self.judge_words(now, commands);
            } else {
                self.rate_pause(commands);
            }
            self.advance_pause(now, commands);
            self.ask_the_model(commands);
        }
    }

    pub(super) fn scored(
        &mut self,
        now: Timestamp,
        (turn, pause): (TurnId, u32),
        score: Option<f32>,
        took_ms: f64,
        commands: &mut Vec<Command>,
    ) {
        if let Some(user) = self.user_in_pause(turn, pause)
            && let Some(pause) = &mut user.pause
        {
            (pause.score, pause.score_took_ms) = (score, took_ms);
            pause.score_due = None;
            self.rate_pause(commands);
            self.advance_pause(now, commands);
        }
    }

    /// The user whose turn and pause an answer belongs to.
    pub(super) fn user_in_pause(&mut self, turn: TurnId, pause: u32) -> Option<&mut UserTurn> {
        let user = self.state.user_mut();
        user.filter(|user| user.turn == turn && user.pauses == pause)
    }

    /// Computes the wait from what is known by now.
    pub(super) fn rate_pause(&mut self, commands: &mut Vec<Command>) {
        let believes_the_model = self.believes_the_model();
        let State::User(user) = &mut self.state else {
            return;
        };
        let adds_nothing = user.adds_nothing();
        let model = user.ends().filter(|_| believes_the_model);
        let Some(pause) = &mut user.pause else { return };
        if pause.decided {
            return;
        }
        // What was said before has been waited for already.
        if adds_nothing {
            (pause.deadline, pause.reason) = (pause.last_speech, EndReason::NothingAdded);
            return;
        }
        let wait = self.config.endpointing.wait(&Evidence {
            sound: pause.score,
            model,
            cue: pause.cue,
        });
        pause.deadline = pause.last_speech + wait.duration;
        pause.reason = wait.reason;
        let scored = EventKind::EndpointScored {
            score: pause.score,
            ends: model,
            reason: wait.reason,
            wait_ms: wait.duration.as_secs_f64() * 1000.0,
            // Told once.
            took_ms: std::mem::take(&mut pause.score_took_ms),
        };
        commands.push(Command::Publish(user.turn, scored));
    }

    /// When the turn ends, if nobody speaks: never before its words are known, and not while the detector is about to
    /// say how it sounded, the language model whether the words may be all, or the encoder whose voice it was.
    pub(super) fn ends_at(&self, pause: &Pause) -> Option<Timestamp> {
        let due = pause.score_due.max(pause.read_due).max(pause.voice_due);
        let due = due.unwrap_or(pause.deadline);
        pause.text.as_ref().map(|_| pause.deadline.max(due))
    }

    /// When a draft for the present pause is due.
    pub(super) fn draft_at(&self, user: &UserTurn) -> Option<Timestamp> {
        let pause = user.pause.as_ref()?;
        let text = pause.text.as_deref()?;
        let wanted = pause.draft.is_none() && self.drafts_for(user, text);
        wanted.then(|| pause.deadline - DRAFT_LEAD)
    }

    /// Whether a reply to these words may be drafted.
    fn drafts_for(&self, user: &UserTurn, text: &str) -> bool {
        self.reads_ahead()
            && !self.config.push_to_talk
            && user.drafts < MOST_DRAFTS
            && self.unanswered(user, text).is_none()
            && !self.asks_to_go_on(text)
    }

    /// Begins the draft and ends the turn when each is due.
    pub(super) fn advance_pause(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        let believes = self.believes_the_model();
        let State::User(user) = &self.state else {
            return;
        };
        if self.draft_at(user).is_some_and(|at| now >= at)
            && let State::User(user) = &mut self.state
            && let Some(pause) = &user.pause
        {
            let text = pause.text.clone().unwrap_or_default();
            begin_draft(now, user, text, believes, commands);
        }
        if let State::User(user) = &self.state
            && let Some(pause) = &user.pause
            && self.ends_at(pause).is_some_and(|at| now >= at)
        {
            let user = user.clone();
            self.end_turn(now, user, commands);
        }
    }

    /// Why words get no answer.
    pub(super) fn unanswered(&self, user: &UserTurn, text: &str) -> Option<IgnoreReason> {
        let lexicon = &self.config.lexicon;
        let words = words(text);
        match &words[..] {
            // What was said before is answered all the same.
            [] if !user.carried.is_empty() => None,
            [] => Some(IgnoreReason::NoWords),
            // "Stop" and "wait" are for whoever answers.
            _ if self.config.answers == Answers::Given && !user.is_of_another() => {
                says_nothing(user, lexicon, &words)
            }
            _ if lexicon.asks_only(&lexicon.stop, &words) => Some(IgnoreReason::AskedToStop),
            _ if user.over_reply && Lexicon::is_phrase(&lexicon.sounds_like_stop, &words) => {
                Some(IgnoreReason::ProbablyAskedToStop)
            }
            // What is said to something that rings is meant for it.
            _ if self.asleep && !self.config.wakes(&words) && !self.has_rung() => {
                Some(IgnoreReason::Asleep)
            }
            _ if user.is_of_another() => Some(IgnoreReason::OtherVoice),
            _ if lexicon.asks_only(&lexicon.wait, &words) => Some(IgnoreReason::AskedToWait),
            _ if !user.carried.is_empty() => None,
            _ if user.over_reply
                && !self.cut_off
                && lexicon.only_listens(&words)
                && !Lexicon::consists_of(&lexicon.backchannels, &words) =>
            {
                Some(IgnoreReason::NothingToGoOnWith)
            }
            _ => says_nothing(user, lexicon, &words),
        }
    }

    pub(super) fn asks_to_go_on(&self, text: &str) -> bool {
        let lexicon = &self.config.lexicon;
        self.cut_off && lexicon.asks_for_the_rest(&words(text))
    }

    pub(super) fn end_turn(&mut self, now: Timestamp, user: UserTurn, commands: &mut Vec<Command>) {
        let Some(pause) = &user.pause else { return };
        let turn = user.turn;
        let own = pause.text.clone().unwrap_or_default();
        commands.push(Command::EndTranscript(turn));
        let text = join(&user.carried, &own);
        if let Some(reason) = self.unanswered(&user, &own) {
            roll_back(pause.draft.clone(), RollbackReason::NotAnswered, commands);
            // Who says "stop" while something rings means that.
            if asks_to_stop(reason) && !self.has_rung() {
                commands.push(Command::NotWanted);
            }
            // Who says "stop" to what rings has heard it. Noise and sighs answer nothing.
            if asks_for_silence(&self.config.lexicon, &own) {
                self.acknowledge(commands);
            }
            if !words(&text).is_empty() {
                commands.push(Command::Ignore);
            }
            let ignored = EventKind::TurnIgnored { reason, text };
            commands.push(Command::Publish(turn, ignored));
            self.state = State::Listening;
            return;
        }
        self.acknowledge(commands);
        self.put_off = !user.carried.is_empty();
        self.wake_up(WakeReason::Called, commands);
        // Of words that were only carried on, nobody knows who made the sound since.
        if !user.adds_nothing() {
            commands.push(Command::KnowSpeaker { since: user.began });
        }
        if self.config.answers == Answers::Given {
            self.tell_language(turn, commands);
        }
        let ended = EventKind::TurnEnded {
            waited_ms: now.since(pause.last_speech).as_secs_f64() * 1000.0,
            score: pause.score,
            reason: pause.reason,
            text: text.clone(),
        };
        commands.push(Command::Publish(turn, ended));
        let answer = if self.asks_to_go_on(&text) {
            Answer::Rest(text.clone())
        } else {
            Answer::To(text.clone())
        };
        match &pause.draft {
            Some(draft) if draft.text == text => {
                let released = EventKind::DraftReleased {
                    draft: draft.id.draft,
                    ahead_ms: now.since(draft.started).as_secs_f64() * 1000.0,
                };
                commands.push(Command::Publish(turn, released));
                self.release(draft.id, answer, commands);
            }
            draft => {
                roll_back(draft.clone(), RollbackReason::WordsChanged, commands);
                self.reply(turn, user.drafts, answer, commands);
            }
        }
    }
}

/// Why words are none that anybody would answer.
fn says_nothing(user: &UserTurn, lexicon: &Lexicon, words: &[String]) -> Option<IgnoreReason> {
    if user.over_reply && Lexicon::consists_of(&lexicon.backchannels, words) {
        Some(IgnoreReason::Backchannel)
    } else if Lexicon::consists_of(&lexicon.fillers, words) {
        Some(IgnoreReason::FilledPause)
    } else {
        None
    }
}

/// Whether the user wants nothing more of what they asked before.
fn asks_to_stop(reason: IgnoreReason) -> bool {
    matches!(
        reason,
        IgnoreReason::AskedToStop | IgnoreReason::ProbablyAskedToStop
    )
}

/// Whether words ask for silence.
fn asks_for_silence(lexicon: &Lexicon, text: &str) -> bool {
    let words = words(text);
    lexicon.asks_only(&lexicon.stop, &words) || lexicon.asks_only(&lexicon.wait, &words)
}

/// Has a reply made for the turn's words so far, in silence.
fn begin_draft(
    now: Timestamp,
    user: &mut UserTurn,
    text: String,
    believes_the_model: bool,
    commands: &mut Vec<Command>,
) {
    let asks_end = believes_the_model && !user.has_read(&text);
    let Some(pause) = &mut user.pause else { return };
    user.drafts += 1;
    let id = ReplyId {
        turn: user.turn,
        draft: user.drafts,
    };
    let text = join(&user.carried, &text);
    pause.draft = Some(Draft {
        id,
        text: text.clone(),
        started: now,
    });
    let started = EventKind::DraftStarted {
        draft: id.draft,
        text: text.clone(),
    };
    commands.push(Command::Draft {
        reply: id,
        text,
        asks_end,
    });
    commands.push(Command::Publish(id.turn, started));
}

/// A partial transcript with the end that a whole one has.
fn as_sentence(text: &str) -> String {
    match text.trim_end() {
        text if text.ends_with(|c| matches!(ascii_mark(c), '?' | '!')) => text.to_owned(),
        text => format!("{}.", without_end(text)),
    }
}

/// Whether two transcripts differ in nothing that is spoken.
pub(super) fn same_words(a: &str, b: &str) -> bool {
    words(&a.replace('-', " ")) == words(&b.replace('-', " "))
}
