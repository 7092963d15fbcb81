//! The machine and how a turn begins. `pause.rs` has what happens when the user pauses, `reply.rs`
//! the reply, `overlap.rs` speech over it, `ring.rs` what rings, `given.rs` words that others give, or that come late.

use std::collections::VecDeque;
use std::time::Duration;

use super::config::TurnTakingConfig;
use super::false_alarms::FalseAlarms;
use super::given::Given;
use super::reply::roll_back;
use super::ring::Ring;
use super::self_talk::SelfTalk;
use super::sleep::Sleep;
use super::state::{Answer, Onset, Partial, State, UserTurn};
use super::{Command, Event};
use crate::clock::Timestamp;
use crate::events::{
    EndReason, EventKind, IgnoreReason, InterruptReason, ReplyId, RollbackReason, SleepReason,
    TurnId, WakeReason,
};
use crate::language::Language;

/// After the key is released, the time for what was said last to arrive.
const RELEASE_TAIL: Duration = Duration::from_millis(200);

/// Turn taking.
#[derive(Debug)]
pub struct TurnTaking {
    pub(super) config: TurnTakingConfig,
    pub(super) state: State,
    pub(super) last_turn: TurnId,
    /// A stopped reply whose heard words are not known yet, and what it answered.
    pub(super) unheard: Option<(ReplyId, Answer)>,
    /// The last reply was cut off, so that there is a rest of it.
    pub(super) cut_off: bool,
    /// When a silence is met with a word.
    pub(super) prompt_at: Option<Timestamp>,
    /// Replies in a row that speak for the other side of [`TurnTaking::too_slow`].
    pub(super) votes_on_speed: u32,
    /// The language model is too slow for drafts.
    pub(super) too_slow: bool,
    /// What was heard last is a question of the assistant's.
    pub(super) asked: bool,
    /// Mere sounds do not duck before this time.
    pub(super) deaf_until: Timestamp,
    /// The answer that is awaited or given was put off before, by speech before it was heard.
    pub(super) put_off: bool,
    pub(super) self_talk: SelfTalk,
    /// What rings and was not answered.
    pub(super) rings: Vec<Ring>,
    /// What is to be said for whoever answers in its place, and what was found long after it was asked.
    pub(super) given: VecDeque<Given>,
    /// Somebody speaks over words that nothing may interrupt.
    pub(super) spoken_over: bool,
    /// Only words that wake it are answered.
    pub(super) asleep: bool,
    /// What was taken for speech over replies, and was none that is meant.
    pub(super) false_alarms: FalseAlarms,
    /// Somebody who is not enrolled was heard a short while ago.
    pub(super) others_until: Timestamp,
    pub(super) sleep: Sleep,
    /// The language of the last turn that was answered.
    pub(super) language: Language,
    /// The language that answers are made in; another one than that while a draft waits for the end of its turn.
    pub(super) answering_in: Language,
}

impl TurnTaking {
    /// A conversation in which nobody has spoken yet.
    pub fn new(config: TurnTakingConfig) -> Self {
        let language = config.lexicon.language;
        Self {
            config,
            language,
            answering_in: language,
            state: State::Listening,
            last_turn: TurnId::default(),
            unheard: None,
            cut_off: false,
            prompt_at: None,
            votes_on_speed: 0,
            too_slow: false,
            asked: false,
            deaf_until: Timestamp::ZERO,
            put_off: false,
            self_talk: SelfTalk::default(),
            rings: Vec::new(),
            given: VecDeque::new(),
            spoken_over: false,
            asleep: false,
            false_alarms: FalseAlarms::default(),
            others_until: Timestamp::ZERO,
            sleep: Sleep::default(),
        }
    }

    /// Where the conversation is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The last sound before the user's pause, while there is one.
    pub fn last_sound(&self) -> Option<Timestamp> {
        let pause = self.state.user()?.pause.as_ref()?;
        Some(pause.last_speech)
    }

    /// Up to where the words of the pause go: its last sound, or a later moment where more was waited for.
    pub fn words_until(&self) -> Option<Timestamp> {
        let pause = self.state.user()?.pause.as_ref()?;
        Some(pause.words_until)
    }

    /// When [`Event::Tick`] has something to do, if nothing else happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Listening => {
                let said = [self.prompt_at, self.ring_due(), self.given_due()];
                said.into_iter().chain([self.sleeps_at()]).flatten().min()
            }
            State::User(user) => {
                let Some(pause) = &user.pause else {
                    return (!self.config.push_to_talk).then(|| user.longest());
                };
                if pause.decode_at.is_some() {
                    return pause.decode_at;
                }
                let moments = [self.draft_at(user), self.ends_at(pause)];
                moments.into_iter().flatten().min()
            }
            State::AwaitingHeard { .. } => None,
            State::Replying(reply) => self.overlap_deadline(reply),
        }
    }

    /// Whether [`Event::Tick`] has something to do now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.next_deadline().is_some_and(|at| now >= at)
    }

    /// Takes an event that happened at `now` and appends what is to be done.
    pub fn handle(&mut self, now: Timestamp, event: Event, commands: &mut Vec<Command>) {
        let first = commands.len();
        let was_asleep = self.asleep;
        self.take(now, event, commands);
        if was_asleep && !self.asleep {
            self.sleep.exchanged(now, self.config.sleep.as_ref());
        }
        self.settle_language(first, commands);
    }

    /// An answer is made in the language of the words that it answers. Words that want no answer may not have been meant
    /// for the assistant: after them the language is what it was.
    fn settle_language(&mut self, first: usize, commands: &mut Vec<Command>) {
        let (mut draft, mut is_released) = (None, false);
        for (n, command) in commands.iter().enumerate().skip(first) {
            match command {
                Command::Ignore => self.config.speak(self.language),
                Command::Draft { .. } => draft = draft.or(Some(n)),
                Command::Release(_) => is_released = true,
                _ => {}
            }
        }
        let spoken = self.config.lexicon.language;
        if let Some(draft) = draft
            && spoken != self.answering_in
        {
            self.answering_in = spoken;
            commands.insert(draft, Command::Speak(spoken));
        }
        if is_released {
            self.language = self.answering_in;
        }
    }

    fn take(&mut self, now: Timestamp, event: Event, commands: &mut Vec<Command>) {
        match event {
            Event::Tick => self.tick(now, commands),
            // It was told not to listen; should that have been lost, it is told again.
            Event::SpeechStarted(_) if self.sleeps_deeply() => commands.push(Command::Sleep),
            Event::SoundStarted(at) if self.listens() => {
                self.sound_started(at, commands);
            }
            Event::SpeechStarted(at) if self.listens() => {
                self.speech_started(at, commands);
            }
            Event::SpeechPaused(at) if !self.config.push_to_talk => {
                self.spoken_over = false;
                self.speech_paused(now, at, commands);
            }
            Event::SpeechStarted(_) => self.spoken_over = !self.config.push_to_talk,
            Event::SoundStarted(_) | Event::SpeechPaused(_) => {}
            Event::TalkPressed => self.talk_pressed(now, commands),
            Event::TalkReleased => self.talk_released(now, commands),
            Event::Typed(text) => self.typed(text, commands),
            Event::Stop => self.stop(commands),
            Event::TakeBack => self.take_back(commands),
            Event::Ring {
                id,
                words,
                language,
            } => self.rings(now, id, words, language),
            Event::Withdraw(id) => self.withdraw(id),
            Event::Say(words) => self.given.push_back(Given::new(words)),
            Event::StopSaying(id) => self.stop_saying(id, commands),
            // Who has said something since they asked for it is awake.
            Event::Sleep if self.state == State::Listening => {
                self.fall_asleep(SleepReason::Asked, commands);
            }
            Event::Sleep => self.asleep = false,
            Event::Called(at, score) => self.called(now, at, score, commands),
            Event::Spoken(language) => self.config.speak(language),
            Event::Partial { turn, text } => self.partial(now, turn, text, commands),
            Event::Decoded { turn, pause, text } => {
                self.decoded(now, turn, pause, text, commands);
            }
            Event::Scored {
                turn,
                pause,
                score,
                took_ms,
            } => self.scored(now, (turn, pause), score, took_ms, commands),
            Event::WordsRead { turn, text, ends } => {
                self.words_read(now, turn, (text, ends), commands);
            }
            Event::VoiceHeard { turn, pause, voice } => {
                self.voice_heard(now, (turn, pause), voice, commands);
            }
            Event::Generated { tokens_per_s } => self.generated(tokens_per_s, commands),
            Event::PlaybackStarted { reply, at } => {
                self.playback_started(now, reply, at, commands);
            }
            Event::Said { reply, text } => {
                if let State::Replying(live) = &mut self.state
                    && live.id == reply
                {
                    live.has_said(text);
                }
            }
            Event::PlaybackEnded { reply, heard } => {
                self.playback_ended(now, reply, heard, commands);
                self.hear_who_spoke_over(now, commands);
            }
            Event::Failed {
                turn,
                reply,
                stage,
                message,
                apology,
            } => {
                let error = EventKind::Error { stage, message };
                commands.push(Command::Publish(turn, error));
                self.failed(now, turn, reply, apology.as_deref(), commands);
            }
        }
    }

    fn tick(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        let rings = self.ring_due().is_some_and(|at| now >= at);
        match &mut self.state {
            State::Listening if rings => self.ring(now, commands),
            State::Listening if !self.given.is_empty() => self.say_given(commands),
            State::Listening => {
                if self.sleeps_at().is_some_and(|at| now >= at) {
                    let reason = self.sleep.reason();
                    self.fall_asleep(reason, commands);
                } else if self.prompt_at.is_some_and(|at| now >= at)
                    && let Some(prompt) = self.config.idle_prompt.clone()
                {
                    let turn = self.next_turn();
                    self.put_off = false;
                    self.reply(turn, 0, Answer::Prompt(prompt.words), commands);
                }
            }
            State::User(user) => {
                if let Some(pause) = &mut user.pause
                    && pause.decode_at.is_some_and(|at| now >= at)
                {
                    (pause.decode_at, pause.words_until) = (None, now);
                    commands.push(Command::Decode {
                        turn: user.turn,
                        pause: user.pauses,
                    });
                }
                if user.pause.is_none() && now >= user.longest() && !self.config.push_to_talk {
                    let (decode, paused) = user.decide(now, EndReason::SpokeTooLong);
                    commands.extend([decode, paused]);
                }
                self.advance_pause(now, commands);
            }
            State::AwaitingHeard { .. } => {}
            State::Replying(_) => self.overlap_tick(now, commands),
        }
    }

    pub(super) fn speech_started(&mut self, at: Timestamp, commands: &mut Vec<Command>) {
        let onset = self.onset(at);
        let carried = match std::mem::replace(&mut self.state, State::Listening) {
            State::Listening => String::new(),
            State::User(mut user) => {
                if user.is_overlong(at) && user.pause.as_ref().is_some_and(|p| p.decided) {
                    self.state = State::User(user);
                    return;
                }
                if let Some(pause) = user.pause.take() {
                    user.speaks_since = at;
                    roll_back(pause.draft, RollbackReason::UserWentOn, commands);
                    commands.push(Command::ResumeTranscript(user.turn));
                    commands.push(Command::Publish(user.turn, EventKind::SpeechStarted));
                }
                self.state = State::User(user);
                return;
            }
            // The reply has not begun: what comes now belongs to what was said before.
            State::AwaitingHeard { turn, answer } => {
                commands.push(Command::Publish(turn, EventKind::TurnExtended));
                answer.carried()
            }
            // A reply is put off once; after that only words do it, or noise would do it for ever.
            State::Replying(reply) if reply.is_established(at) || self.insists() => {
                self.state = State::Replying(reply);
                self.speech_over_reply(at, onset, commands);
                return;
            }
            // Hardly a word of the reply was heard: the user has only paused.
            State::Replying(reply) => {
                commands.push(Command::StopReply(reply.id));
                commands.push(Command::Publish(reply.id.turn, EventKind::TurnExtended));
                self.cut_off = matches!(reply.answer, Answer::Rest(_));
                self.self_talk.said = reply.said;
                reply.answer.carried()
            }
        };
        let user = self.begin_turn(at, at - self.config.preroll, carried, commands);
        self.state = State::User(UserTurn { onset, ..user });
    }

    /// Whether speech before the reply is heard does not put it off. A key always does.
    fn insists(&self) -> bool {
        self.put_off && !self.config.push_to_talk
    }

    /// Opens a turn and its transcript.
    pub(super) fn begin_turn(
        &mut self,
        began: Timestamp,
        from: Timestamp,
        carried: String,
        commands: &mut Vec<Command>,
    ) -> UserTurn {
        self.prompt_at = None;
        let called = self.sleep.take_call(began);
        // What was said before it was called is nobody's business.
        let from = called.map_or(from, |called| from.max(called));
        let turn = self.next_turn();
        commands.push(Command::StartTranscript { turn, from });
        commands.push(Command::Publish(turn, EventKind::SpeechStarted));
        UserTurn {
            turn,
            began,
            speaks_since: began,
            onset: Onset::InSilence,
            carried,
            over_reply: false,
            called: called.is_some(),
            pauses: 0,
            drafts: 0,
            partial: Partial::default(),
            read: None,
            voice: None,
            pause: None,
        }
    }

    fn talk_pressed(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        if self.sleeps_deeply() {
            self.wake_up(WakeReason::KeyPressed, commands);
        }
        if let State::Replying(reply) = &self.state
            && reply.audible_since.is_some()
        {
            self.interrupt(InterruptReason::KeyPressed, commands);
        }
        self.speech_started(now, commands);
    }

    fn talk_released(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        if let State::User(user) = &mut self.state
            && user.pause.is_none()
        {
            let (_, paused) = user.decide(now, EndReason::KeyReleased);
            // The last sound is still on its way through the device.
            let decode_at = now + RELEASE_TAIL;
            if let Some(pause) = &mut user.pause {
                (pause.decode_at, pause.deadline) = (Some(decode_at), decode_at);
            }
            commands.push(paused);
        }
    }

    fn typed(&mut self, text: String, commands: &mut Vec<Command>) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if let State::Replying(_) = &self.state {
            self.interrupt(InterruptReason::Typed, commands);
        }
        let carried = match std::mem::replace(&mut self.state, State::Listening) {
            State::Listening | State::Replying(_) => String::new(),
            State::AwaitingHeard { turn, answer } => {
                commands.push(Command::Publish(turn, EventKind::TurnExtended));
                answer.carried()
            }
            State::User(user) => {
                roll_back(
                    user.pause.and_then(|p| p.draft),
                    RollbackReason::Typed,
                    commands,
                );
                commands.push(Command::EndTranscript(user.turn));
                user.carried
            }
        };
        let text = join(&carried, text);
        let turn = self.next_turn();
        let ended = EventKind::TurnEnded {
            waited_ms: 0.0,
            score: None,
            reason: EndReason::Typed,
            text: text.clone(),
        };
        commands.push(Command::Publish(turn, ended));
        self.acknowledge(commands);
        self.wake_up(WakeReason::Typed, commands);
        self.put_off = false;
        self.reply(turn, 0, Answer::To(text), commands);
    }

    fn stop(&mut self, commands: &mut Vec<Command>) {
        commands.push(Command::NotWanted);
        match &self.state {
            State::Replying(_) => self.interrupt(InterruptReason::Asked, commands),
            State::AwaitingHeard { turn, .. } => {
                let turn = *turn;
                self.not_answered(turn, commands);
            }
            // Their turn is over, and its words are on their way.
            State::User(user) if user.pause.as_ref().is_some_and(|pause| pause.decided) => {
                self.take_back(commands);
            }
            State::Listening | State::User(_) => {}
        }
    }

    fn take_back(&mut self, commands: &mut Vec<Command>) {
        let State::User(user) = &mut self.state else {
            return;
        };
        let (turn, draft) = (user.turn, user.pause.take().and_then(|pause| pause.draft));
        roll_back(draft, RollbackReason::NotAnswered, commands);
        commands.push(Command::EndTranscript(turn));
        self.not_answered(turn, commands);
    }

    /// A turn that is taken back, answered or not.
    fn not_answered(&mut self, turn: TurnId, commands: &mut Vec<Command>) {
        commands.push(Command::Ignore);
        let (reason, text) = (IgnoreReason::TakenBack, String::new());
        let ignored = EventKind::TurnIgnored { reason, text };
        commands.push(Command::Publish(turn, ignored));
        self.state = State::Listening;
    }

    pub(super) fn next_turn(&mut self) -> TurnId {
        self.last_turn.0 += 1;
        self.last_turn
    }
}

/// Words that belong together.
pub(super) fn join(before: &str, after: &str) -> String {
    match (before.trim(), after.trim()) {
        ("", text) | (text, "") => text.to_owned(),
        (before, after) => format!("{before} {after}"),
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
