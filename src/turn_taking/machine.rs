//! The user's turn: beginning, pauses, drafts, end. `overlap.rs` has speech over a reply.

use std::time::Duration;

use super::config::{Drafts, TurnTakingConfig};
use super::state::{Answer, Draft, Pause, Reply, State, UserTurn};
use super::{Command, Event};
use crate::clock::Timestamp;
use crate::endpointing::{Cue, cue};
use crate::events::{EventKind, ReplyId, TurnId};
use crate::lexicon::{Lexicon, words};

/// After the key is released, the time for what was said last to arrive.
const RELEASE_TAIL: Duration = Duration::from_millis(200);
/// A draft is begun so long before the decision at the latest; a longer wait means that the user
/// probably goes on, and the draft would be thrown away.
const DRAFT_LEAD: Duration = Duration::from_millis(600);
/// So many drafts may one turn cost.
const MOST_DRAFTS: u32 = 6;
/// Below this a language model makes the user wait however early it begins: speech needs about
/// five tokens a second, and the recognizer needs the cores.
const SLOW_TOKENS_PER_S: f64 = 12.0;
/// So many slow replies in a row switch drafts off.
const SLOW_REPLIES: u32 = 3;

/// Turn taking.
#[derive(Debug)]
pub struct TurnTaking {
    pub(super) config: TurnTakingConfig,
    pub(super) state: State,
    last_turn: TurnId,
    /// A stopped reply whose heard words are not known yet, and what it answered.
    unheard: Option<(ReplyId, Answer)>,
    /// The last reply was cut off, so that there is a rest of it.
    cut_off: bool,
    /// When a silence is met with a word.
    prompt_at: Option<Timestamp>,
    slow_replies: u32,
    /// Mere sounds do not duck before this time.
    pub(super) deaf_until: Timestamp,
}

impl TurnTaking {
    /// A conversation in which nobody has spoken yet.
    pub fn new(config: TurnTakingConfig) -> Self {
        Self {
            config,
            state: State::Listening,
            last_turn: TurnId::default(),
            unheard: None,
            cut_off: false,
            prompt_at: None,
            slow_replies: 0,
            deaf_until: Timestamp::ZERO,
        }
    }

    /// Where the conversation is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// When [`Event::Tick`] has something to do, if nothing else happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Listening => self.prompt_at,
            State::User(user) => {
                let pause = user.pause.as_ref()?;
                if pause.decode_at.is_some() {
                    return pause.decode_at;
                }
                let end = pause.text.is_some().then_some(pause.deadline);
                [self.draft_at(user), end].into_iter().flatten().min()
            }
            State::AwaitingHeard { .. } => None,
            State::Replying(reply) => self.overlap_deadline(reply),
        }
    }

    /// Takes an event that happened at `now` and appends what is to be done.
    pub fn handle(&mut self, now: Timestamp, event: Event, commands: &mut Vec<Command>) {
        match event {
            Event::Tick => self.tick(now, commands),
            Event::SoundStarted(at) if !self.config.push_to_talk => {
                self.sound_started(at, commands);
            }
            Event::SpeechStarted(at) if !self.config.push_to_talk => {
                self.speech_started(at, commands);
            }
            Event::SpeechPaused(at) if !self.config.push_to_talk => {
                self.speech_paused(now, at, commands);
            }
            Event::SoundStarted(_) | Event::SpeechStarted(_) | Event::SpeechPaused(_) => {}
            Event::TalkPressed => self.talk_pressed(now, commands),
            Event::TalkReleased => self.talk_released(now, commands),
            Event::Typed(text) => self.typed(text, commands),
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
            Event::Generated { tokens_per_s } => self.generated(tokens_per_s, commands),
            Event::PlaybackStarted(reply) => self.playback_started(now, reply, commands),
            Event::Said { reply, text } => {
                if let State::Replying(live) = &mut self.state
                    && live.id == reply
                {
                    live.said = text;
                }
            }
            Event::PlaybackEnded { reply, heard } => {
                self.playback_ended(now, reply, heard, commands);
            }
            Event::Failed {
                turn,
                reply,
                stage,
                message,
            } => {
                let error = EventKind::Error { stage, message };
                commands.push(Command::Publish(turn, error));
                self.failed(now, turn, reply, commands);
            }
        }
    }

    fn tick(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        match &mut self.state {
            State::Listening => {
                if self.prompt_at.is_some_and(|at| now >= at)
                    && let Some(prompt) = self.config.idle_prompt.clone()
                {
                    let turn = self.next_turn();
                    self.reply(turn, 0, Answer::Prompt(prompt.words), commands);
                }
            }
            State::User(user) => {
                if let Some(pause) = &mut user.pause
                    && pause.decode_at.is_some_and(|at| now >= at)
                {
                    pause.decode_at = None;
                    commands.push(Command::Decode {
                        turn: user.turn,
                        pause: user.pauses,
                    });
                }
                self.advance_pause(now, commands);
            }
            State::AwaitingHeard { .. } => {}
            State::Replying(_) => self.overlap_tick(now, commands),
        }
    }

    fn speech_started(&mut self, at: Timestamp, commands: &mut Vec<Command>) {
        let carried = match std::mem::replace(&mut self.state, State::Listening) {
            State::Listening => String::new(),
            State::User(mut user) => {
                if let Some(pause) = user.pause.take() {
                    roll_back(pause.draft, "the user went on", commands);
                    commands.push(Command::ResumeTranscript(user.turn));
                    commands.push(Command::Publish(user.turn, EventKind::SpeechStarted));
                }
                self.state = State::User(user);
                return;
            }
            // The reply has not begun: what comes now belongs to what was said before.
            State::AwaitingHeard { turn, answer } => {
                commands.push(Command::Publish(turn, EventKind::TurnExtended));
                answer.user_words()
            }
            State::Replying(reply) if reply.is_established(at) => {
                self.state = State::Replying(reply);
                self.speech_over_reply(at, commands);
                return;
            }
            // Nor is a reply of which hardly a word was heard: the user has only paused.
            State::Replying(reply) => {
                commands.push(Command::StopReply(reply.id));
                commands.push(Command::Publish(reply.id.turn, EventKind::TurnExtended));
                reply.answer.user_words()
            }
        };
        let user = self.begin_turn(at, at - self.config.preroll, carried, commands);
        self.state = State::User(user);
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
        let turn = self.next_turn();
        commands.push(Command::StartTranscript { turn, from });
        commands.push(Command::Publish(turn, EventKind::SpeechStarted));
        UserTurn {
            turn,
            began,
            carried,
            over_reply: false,
            pauses: 0,
            drafts: 0,
            partial: String::new(),
            guess: String::new(),
            pause: None,
        }
    }

    fn speech_paused(&mut self, now: Timestamp, at: Timestamp, commands: &mut Vec<Command>) {
        let middle = self.config.endpointing.wait(None, Cue::Neutral);
        let decode_late = self.config.drafts == Drafts::Off;
        let guess = self.config.drafts == Drafts::On && self.unheard.is_none();
        let user = match &mut self.state {
            State::User(user) => user,
            State::Replying(reply) => match &mut reply.overlap {
                Some(overlap) => match &mut overlap.user {
                    Some(user) => user,
                    None => return,
                },
                None => return,
            },
            State::Listening | State::AwaitingHeard { .. } => return,
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
            text: None,
            score: None,
            deadline,
            reason: middle.reason,
            draft: None,
        });
        if !decode_late {
            commands.push(Command::Decode { turn, pause });
        }
        // What was said while it lasted is nearly all of it: the language model need not wait for
        // the last word to read the rest.
        user.guess.clear();
        if guess && !user.over_reply && !user.partial.is_empty() {
            user.guess = as_sentence(&user.partial);
            let text = join(&user.carried, &user.guess);
            let whole = true;
            commands.push(Command::Prepare { text, whole });
        }
        let last_speech_ms = at.as_millis_f64();
        let paused = EventKind::SpeechPaused { last_speech_ms };
        commands.push(Command::Publish(turn, paused));
        self.advance_pause(now, commands);
    }

    fn talk_pressed(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        if let State::Replying(reply) = &self.state
            && reply.audible_since.is_some()
        {
            self.interrupt("key pressed", commands);
        }
        self.speech_started(now, commands);
    }

    fn talk_released(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        if let State::User(user) = &mut self.state
            && user.pause.is_none()
        {
            user.pauses += 1;
            // The last sound is still on its way through the device.
            let decode_at = now + RELEASE_TAIL;
            user.pause = Some(Pause {
                last_speech: now,
                decode_at: Some(decode_at),
                text: None,
                score: None,
                deadline: decode_at,
                reason: "key released",
                draft: None,
            });
            let last_speech_ms = now.as_millis_f64();
            let paused = EventKind::SpeechPaused { last_speech_ms };
            commands.push(Command::Publish(user.turn, paused));
        }
    }

    fn typed(&mut self, text: String, commands: &mut Vec<Command>) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if let State::Replying(_) = &self.state {
            self.interrupt("typed message", commands);
        }
        let carried = match std::mem::replace(&mut self.state, State::Listening) {
            State::Listening | State::Replying(_) => String::new(),
            State::AwaitingHeard { turn, answer } => {
                commands.push(Command::Publish(turn, EventKind::TurnExtended));
                answer.user_words()
            }
            State::User(user) => {
                roll_back(user.pause.and_then(|p| p.draft), "typed message", commands);
                commands.push(Command::EndTranscript(user.turn));
                user.carried
            }
        };
        let text = join(&carried, text);
        let turn = self.next_turn();
        let ended = EventKind::TurnEnded {
            waited_ms: 0.0,
            score: None,
            reason: "typed",
            text: text.clone(),
        };
        commands.push(Command::Publish(turn, ended));
        self.reply(turn, 0, Answer::To(text), commands);
    }

    fn partial(&mut self, now: Timestamp, turn: TurnId, text: String, commands: &mut Vec<Command>) {
        let prepare = self.config.drafts == Drafts::On && self.unheard.is_none();
        match &mut self.state {
            State::User(user) if user.turn == turn && user.pause.is_none() => {
                // Mostly it is what the transcript will begin with; what is not is read again.
                if prepare && without_end(&text) != without_end(&user.partial) {
                    let text = join(&user.carried, without_end(&text));
                    let whole = false;
                    commands.push(Command::Prepare { text, whole });
                }
                user.partial = text;
            }
            State::Replying(reply) => {
                let user = reply.overlap.as_mut().and_then(|o| o.user.as_mut());
                if let Some(user) = user.filter(|user| user.turn == turn) {
                    user.partial = text;
                    self.judge_partial(now, commands);
                }
            }
            State::User(_) | State::Listening | State::AwaitingHeard { .. } => {}
        }
    }

    fn decoded(
        &mut self,
        now: Timestamp,
        turn: TurnId,
        pause: u32,
        text: String,
        commands: &mut Vec<Command>,
    ) {
        let ask_score = self.config.endpointing.asks_sound();
        if let Some(user) = self.user_in_pause(turn, pause)
            && let Some(pause) = &mut user.pause
        {
            // Two transcripts that differ in punctuation are one: keep what was read ahead.
            let guessed = same_words(&user.guess, &text);
            pause.text = Some(match guessed {
                true => user.guess.clone(),
                false => text,
            });
            // Only now: the detector is not waited for, and the cores were.
            if ask_score {
                let pause = user.pauses;
                commands.push(Command::Score { turn, pause });
            }
            if matches!(self.state, State::Replying(_)) {
                self.judge_words(now, commands);
            } else {
                self.rate_pause(0.0, commands);
            }
            self.advance_pause(now, commands);
        }
    }

    fn scored(
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
            pause.score = score;
            self.rate_pause(took_ms, commands);
            self.advance_pause(now, commands);
        }
    }

    /// The user whose turn and pause an answer belongs to.
    fn user_in_pause(&mut self, turn: TurnId, pause: u32) -> Option<&mut UserTurn> {
        let user = match &mut self.state {
            State::User(user) => Some(user),
            State::Replying(reply) => reply.overlap.as_mut()?.user.as_mut(),
            State::Listening | State::AwaitingHeard { .. } => None,
        };
        user.filter(|user| user.turn == turn && user.pauses == pause)
    }

    /// Computes the wait from what is known by now.
    fn rate_pause(&mut self, took_ms: f64, commands: &mut Vec<Command>) {
        let State::User(user) = &mut self.state else {
            return;
        };
        let Some(pause) = &mut user.pause else { return };
        // The key has said that the turn is over.
        if self.config.push_to_talk {
            return;
        }
        let text = pause.text.as_deref().unwrap_or_default();
        let cue = cue(text, &self.config.lexicon);
        let wait = self.config.endpointing.wait(pause.score, cue);
        pause.deadline = pause.last_speech + wait.duration;
        pause.reason = wait.reason;
        let scored = EventKind::EndpointScored {
            score: pause.score,
            cue: cue.name(),
            wait_ms: wait.duration.as_secs_f64() * 1000.0,
            took_ms,
        };
        commands.push(Command::Publish(user.turn, scored));
    }

    /// When a draft for the present pause is due.
    fn draft_at(&self, user: &UserTurn) -> Option<Timestamp> {
        let pause = user.pause.as_ref()?;
        let text = pause.text.as_deref()?;
        let wanted = self.config.drafts == Drafts::On
            && self.unheard.is_none()
            && pause.draft.is_none()
            && user.drafts < MOST_DRAFTS
            && self.unanswered(user, text).is_none()
            && !self.asks_to_go_on(text);
        wanted.then(|| pause.deadline - DRAFT_LEAD)
    }

    /// Begins the draft and ends the turn when each is due.
    pub(super) fn advance_pause(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        let State::User(user) = &self.state else {
            return;
        };
        if self.draft_at(user).is_some_and(|at| now >= at)
            && let State::User(user) = &mut self.state
            && let Some(pause) = &mut user.pause
        {
            user.drafts += 1;
            let id = ReplyId {
                turn: user.turn,
                draft: user.drafts,
            };
            let text = join(&user.carried, pause.text.as_deref().unwrap_or_default());
            pause.draft = Some(Draft {
                id,
                text: text.clone(),
                started: now,
            });
            let started = EventKind::DraftStarted {
                draft: id.draft,
                text: text.clone(),
            };
            commands.push(Command::Draft { reply: id, text });
            commands.push(Command::Publish(id.turn, started));
        }
        if let State::User(user) = &self.state
            && let Some(pause) = &user.pause
            && pause.text.is_some()
            && now >= pause.deadline
        {
            let user = user.clone();
            self.end_turn(now, user, commands);
        }
    }

    /// Why words get no answer.
    fn unanswered(&self, user: &UserTurn, text: &str) -> Option<&'static str> {
        let lexicon = &self.config.lexicon;
        let words = words(text);
        let request = lexicon.without_politeness(&words);
        match &words[..] {
            // What was said before is answered all the same.
            [] if !user.carried.is_empty() => None,
            [] => Some("no words in it"),
            _ if Lexicon::consists_of(&lexicon.stop, &request) => Some("asked only to stop"),
            [word] if user.over_reply && lexicon.sounds_like_stop.contains(word) => {
                Some("probably asked to stop")
            }
            _ if Lexicon::consists_of(&lexicon.wait, &request) => Some("asked to wait"),
            _ if !user.carried.is_empty() => None,
            _ if user.over_reply && Lexicon::consists_of(&lexicon.backchannels, &words) => {
                Some("a backchannel")
            }
            _ if Lexicon::consists_of(&lexicon.fillers, &words) => Some("only a filled pause"),
            _ => None,
        }
    }

    fn asks_to_go_on(&self, text: &str) -> bool {
        let lexicon = &self.config.lexicon;
        let request = lexicon.without_politeness(&words(text));
        self.cut_off && Lexicon::consists_of(&lexicon.go_on, &request)
    }

    fn end_turn(&mut self, now: Timestamp, user: UserTurn, commands: &mut Vec<Command>) {
        let Some(pause) = &user.pause else { return };
        let turn = user.turn;
        let own = pause.text.clone().unwrap_or_default();
        commands.push(Command::EndTranscript(turn));
        let text = join(&user.carried, &own);
        if let Some(reason) = self.unanswered(&user, &own) {
            roll_back(pause.draft.clone(), reason, commands);
            let ignored = EventKind::TurnIgnored { reason, text };
            commands.push(Command::Publish(turn, ignored));
            self.state = State::Listening;
            return;
        }
        let ended = EventKind::TurnEnded {
            waited_ms: now.since(pause.last_speech).as_secs_f64() * 1000.0,
            score: pause.score,
            reason: pause.reason,
            text: text.clone(),
        };
        commands.push(Command::Publish(turn, ended));
        let answer = match self.asks_to_go_on(&own) {
            true => Answer::Rest,
            false => Answer::To(text.clone()),
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
                roll_back(draft.clone(), "the words changed", commands);
                self.reply(turn, user.drafts, answer, commands);
            }
        }
    }

    /// Makes a reply and lets it be heard, but not before the history says what was heard of the
    /// one before it. `drafts` is how many the turn has had.
    fn reply(&mut self, turn: TurnId, drafts: u32, answer: Answer, commands: &mut Vec<Command>) {
        self.prompt_at = None;
        if self.unheard.is_some() {
            self.state = State::AwaitingHeard { turn, answer };
            return;
        }
        let reply = ReplyId {
            turn,
            draft: drafts + 1,
        };
        commands.push(match answer.clone() {
            Answer::To(text) => Command::Draft { reply, text },
            Answer::Rest => Command::DraftRest(reply),
            Answer::Prompt(words) => Command::DraftWords { reply, words },
        });
        self.release(reply, answer, commands);
    }

    fn release(&mut self, id: ReplyId, answer: Answer, commands: &mut Vec<Command>) {
        self.cut_off = false;
        commands.push(Command::Release(id));
        self.state = State::Replying(Reply {
            id,
            answer,
            audible_since: None,
            said: String::new(),
            overlap: None,
        });
    }

    /// Stops the reply; whoever spoke over it has the turn, or nobody.
    pub(super) fn interrupt(&mut self, reason: &'static str, commands: &mut Vec<Command>) {
        let State::Replying(reply) = std::mem::replace(&mut self.state, State::Listening) else {
            return;
        };
        commands.push(Command::StopReply(reply.id));
        let interrupted = EventKind::Interrupted { reason };
        commands.push(Command::Publish(reply.id.turn, interrupted));
        self.unheard = Some((reply.id, reply.answer));
        if let Some(user) = reply.overlap.and_then(|overlap| overlap.user) {
            self.state = State::User(user);
            self.rate_pause(0.0, commands);
        }
    }

    fn playback_started(&mut self, now: Timestamp, started: ReplyId, commands: &mut Vec<Command>) {
        if let State::Replying(reply) = &mut self.state
            && reply.id == started
        {
            reply.audible_since = Some(now);
            commands.push(Command::Publish(started.turn, EventKind::PlaybackStarted));
        }
    }

    fn playback_ended(
        &mut self,
        now: Timestamp,
        ended: ReplyId,
        heard: String,
        commands: &mut Vec<Command>,
    ) {
        let answer = match &mut self.state {
            State::Replying(reply) if reply.id == ended => {
                let answer = reply.answer.clone();
                let overlap = reply.overlap.take();
                // It came to its end while somebody began to speak: the turn is theirs.
                self.state = match overlap.and_then(|overlap| overlap.user) {
                    Some(user) => State::User(user),
                    None => State::Listening,
                };
                if self.state == State::Listening {
                    self.expect_an_answer(now, &heard, &answer);
                }
                answer
            }
            State::Replying(_)
            | State::Listening
            | State::User(_)
            | State::AwaitingHeard { .. } => {
                match self.unheard.take_if(|(reply, _)| *reply == ended) {
                    Some((_, answer)) => {
                        self.cut_off = !heard.is_empty();
                        answer
                    }
                    // A draft, or a reply that was cancelled before it was audible: its words
                    // were carried on.
                    None => return,
                }
            }
        };
        let turn = ended.turn;
        let text = heard.clone();
        commands.push(Command::Publish(turn, EventKind::Heard { text }));
        let user = answer.user_words();
        commands.push(Command::Remember { turn, user, heard });
        if let State::AwaitingHeard { turn, answer } = &self.state {
            let (turn, answer) = (*turn, answer.clone());
            self.reply(turn, 0, answer, commands);
        }
        self.rate_pause(0.0, commands);
        self.advance_pause(now, commands);
    }

    /// A question of its own may be followed by a silence that is met with a word, once.
    fn expect_an_answer(&mut self, now: Timestamp, heard: &str, answer: &Answer) {
        let prompt = self.config.idle_prompt.as_ref();
        let asked = heard.trim_end().ends_with('?') && !matches!(answer, Answer::Prompt(_));
        self.prompt_at = prompt.filter(|_| asked).map(|p| now + p.after);
    }

    fn failed(
        &mut self,
        now: Timestamp,
        turn: TurnId,
        failed: Option<ReplyId>,
        commands: &mut Vec<Command>,
    ) {
        match &mut self.state {
            State::Replying(reply) if failed == Some(reply.id) => {
                let (id, answer) = (reply.id, reply.answer.clone());
                let overlap = reply.overlap.take();
                commands.push(Command::StopReply(id));
                self.unheard = Some((id, answer));
                self.state = match overlap.and_then(|overlap| overlap.user) {
                    Some(user) => State::User(user),
                    None => State::Listening,
                };
                self.advance_pause(now, commands);
            }
            State::Replying(reply) if failed.is_none() => {
                let user = reply.overlap.as_ref().and_then(|o| o.user.as_ref());
                if user.is_some_and(|user| user.turn == turn) {
                    self.go_on_replying("it was not understood", commands);
                }
            }
            State::User(user) if user.turn == turn => match &mut user.pause {
                // A draft failed: whether the engine can answer shows when the turn is over.
                Some(pause) if failed.is_some() => {
                    if pause.draft.as_ref().map(|draft| draft.id) == failed {
                        roll_back(pause.draft.take(), "it failed", commands);
                        user.drafts = MOST_DRAFTS;
                    }
                }
                None if failed.is_some() => {}
                pause => {
                    let draft = pause.take().and_then(|pause| pause.draft);
                    roll_back(draft, "it was not understood", commands);
                    commands.push(Command::EndTranscript(turn));
                    self.state = State::Listening;
                }
            },
            State::Replying(_)
            | State::Listening
            | State::User(_)
            | State::AwaitingHeard { .. } => {}
        }
    }

    /// A language model that is too slow for drafts only takes the recognizer's cores away.
    fn generated(&mut self, tokens_per_s: f64, commands: &mut Vec<Command>) {
        if self.config.drafts != Drafts::On {
            return;
        }
        match tokens_per_s < SLOW_TOKENS_PER_S {
            true => self.slow_replies += 1,
            false => self.slow_replies = 0,
        }
        if self.slow_replies >= SLOW_REPLIES {
            self.config.drafts = Drafts::SttOnly;
            let message = format!(
                "drafts are off: the language model writes {tokens_per_s:.0} tokens a second, \
                 and they need {SLOW_TOKENS_PER_S:.0}"
            );
            commands.push(Command::Publish(
                self.last_turn,
                EventKind::Notice { message },
            ));
        }
    }

    fn next_turn(&mut self) -> TurnId {
        self.last_turn.0 += 1;
        self.last_turn
    }
}

fn roll_back(draft: Option<Draft>, reason: &'static str, commands: &mut Vec<Command>) {
    if let Some(Draft { id, .. }) = draft {
        commands.push(Command::StopReply(id));
        let draft = id.draft;
        let rolled_back = EventKind::DraftRolledBack { draft, reason };
        commands.push(Command::Publish(id.turn, rolled_back));
    }
}

fn join(before: &str, after: &str) -> String {
    match (before.trim(), after.trim()) {
        ("", text) | (text, "") => text.to_owned(),
        (before, after) => format!("{before} {after}"),
    }
}

/// A partial transcript without the punctuation that the next word may take away.
fn without_end(text: &str) -> &str {
    text.trim_end_matches([' ', ',', '.', '?', '!', '-'])
}

/// A partial transcript with the end that a whole one has.
fn as_sentence(text: &str) -> String {
    match text.trim_end() {
        text if text.ends_with(['?', '!']) => text.to_owned(),
        text => format!("{}.", without_end(text)),
    }
}

/// Whether two transcripts differ in nothing that is spoken.
fn same_words(a: &str, b: &str) -> bool {
    words(&a.replace('-', " ")) == words(&b.replace('-', " "))
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
