//! The assistant's side: a reply begins, is released, heard, cut off, or fails.

use super::Command;
use super::config::{Answers, Drafts};
use super::machine::TurnTaking;
use super::pause::MOST_DRAFTS;
use super::state::{Answer, Draft, Reply, State, UserTurn};
use crate::clock::Timestamp;
use crate::events::{
    EventKind, GoOnReason, InterruptReason, ReplyId, RollbackReason, TurnId, WakeReason,
};

/// Below this a language model makes the user wait however early it begins: speech needs about
/// five tokens a second, and the recognizer needs the cores.
pub const SLOW_TOKENS_PER_S: f64 = 12.0;
/// This many slow replies in a row switch drafts off, and as many fast ones on again.
pub(super) const SLOW_REPLIES: u32 = 3;

impl TurnTaking {
    /// Makes a reply and lets it be heard, but not before the history says what was heard of the
    /// one before it. `drafts` is how many the turn has had.
    pub(super) fn reply(
        &mut self,
        turn: TurnId,
        drafts: u32,
        answer: Answer,
        commands: &mut Vec<Command>,
    ) {
        self.prompt_at = None;
        if self.sleeps_deeply() {
            // Who is spoken to may answer.
            self.wake_up(WakeReason::Speaks, commands);
        }
        if self.config.answers == Answers::Given
            && matches!(answer, Answer::To(_) | Answer::Rest(_))
        {
            self.state = State::Listening;
            return;
        }
        if self.unheard.is_some() {
            self.state = State::AwaitingHeard { turn, answer };
            return;
        }
        let reply = ReplyId {
            turn,
            draft: drafts + 1,
        };
        commands.push(match answer.clone() {
            Answer::To(text) => Command::Draft {
                reply,
                text,
                asks_end: false,
            },
            Answer::Rest(_) => Command::DraftRest(reply),
            Answer::Prompt(words) | Answer::Apology(words) => Command::DraftWords {
                reply,
                words,
                rings: false,
                language: None,
            },
            Answer::Given(given) => Command::DraftWords {
                reply,
                words: given.words,
                rings: false,
                language: given.language,
            },
            Answer::Ring {
                words, language, ..
            } => Command::DraftWords {
                reply,
                words,
                rings: true,
                language: Some(language),
            },
        });
        self.release(reply, answer, commands);
    }

    pub(super) fn release(&mut self, id: ReplyId, answer: Answer, commands: &mut Vec<Command>) {
        // After an apology the user may still ask for the rest of what broke off.
        self.cut_off &= matches!(answer, Answer::Apology(_));
        commands.push(Command::Release(id));
        self.state = State::Replying(Reply {
            id,
            answer,
            audible_since: None,
            said: String::new(),
            last_words: Vec::new(),
            overlap: None,
            apology: None,
        });
    }

    /// Stops the reply; whoever spoke over it has the turn, or nobody. If they began before it was
    /// heard, what they say belongs to the words that it answered.
    pub(super) fn interrupt(&mut self, reason: InterruptReason, commands: &mut Vec<Command>) {
        let State::Replying(reply) = std::mem::replace(&mut self.state, State::Listening) else {
            return;
        };
        commands.push(Command::StopReply(reply.id));
        if matches!(reason, InterruptReason::Words | InterruptReason::StopWord) {
            self.false_alarms.clear();
        }
        self.self_talk.said.clone_from(&reply.said);
        let established = |user: &UserTurn| reply.is_established(user.began);
        let mut user = reply.overlap.as_ref().and_then(|o| o.user.clone());
        // Whether they interrupt was decided while they spoke: the turn goes on.
        if let Some(user) = &mut user
            && user.pause.take_if(|pause| pause.decided).is_some()
        {
            commands.push(Command::ResumeTranscript(user.turn));
        }
        let turn = reply.id.turn;
        match user {
            Some(user) if !established(&user) => {
                commands.push(Command::Publish(turn, EventKind::TurnExtended));
                self.cut_off = matches!(reply.answer, Answer::Rest(_));
                self.state = State::User(UserTurn {
                    carried: reply.answer.carried(),
                    over_reply: false,
                    ..user
                });
            }
            user => {
                commands.push(Command::Publish(turn, EventKind::Interrupted { reason }));
                if let Answer::Ring { id, .. } = &reply.answer {
                    self.cut_short(*id);
                }
                self.forget_given(&reply.answer);
                self.unheard = Some((reply.id, reply.answer));
                if let Some(user) = user {
                    self.state = State::User(user);
                }
            }
        }
        self.rate_pause(commands);
    }

    pub(super) fn playback_started(
        &mut self,
        now: Timestamp,
        started: ReplyId,
        at: Timestamp,
        commands: &mut Vec<Command>,
    ) {
        if let State::Replying(reply) = &mut self.state
            && reply.id == started
        {
            reply.audible_since = Some(now);
            // A held reply is silent until it goes on.
            if reply.overlap.is_none() {
                self.self_talk.sounds(at);
            }
            let first_sample_ms = at.as_millis_f64();
            let kind = EventKind::PlaybackStarted { first_sample_ms };
            commands.push(Command::Publish(started.turn, kind));
        }
    }

    pub(super) fn playback_ended(
        &mut self,
        now: Timestamp,
        ended: ReplyId,
        heard: String,
        commands: &mut Vec<Command>,
    ) {
        if !heard.is_empty() {
            self.self_talk.said.clone_from(&heard);
        }
        let mut apology = None;
        let answer = match &mut self.state {
            State::Replying(reply) if reply.id == ended => {
                let answer = reply.answer.clone();
                let overlap = reply.overlap.take();
                apology = reply.apology.take();
                if self.self_talk.ended(overlap.is_some()) {
                    commands.push(Command::ListenOverReplies);
                }
                if apology.is_some() {
                    self.cut_off = !heard.is_empty();
                }
                // It came to its end while somebody began to speak: the turn is theirs.
                self.state = match overlap.and_then(|overlap| overlap.user) {
                    Some(mut user) => {
                        // "Yes" is an answer to a question, not a backchannel.
                        user.over_reply &= !is_question(&heard);
                        State::User(user)
                    }
                    None => State::Listening,
                };
                if self.state == State::Listening && apology.is_none() {
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
                        if !matches!(answer, Answer::Apology(_)) {
                            self.cut_off = !heard.is_empty();
                        }
                        answer
                    }
                    // A draft, or a reply that was cancelled before it was audible: its words
                    // were carried on.
                    None => return,
                }
            }
        };
        self.asked = is_question(&heard);
        self.sleep.exchanged(now, self.config.sleep.as_ref());
        if let Answer::Ring { id, .. } = &answer {
            self.rang(now, *id, &heard);
        }
        self.forget_given(&answer);
        let turn = ended.turn;
        let text = heard.clone();
        commands.push(Command::Publish(turn, EventKind::Heard { text }));
        if let Answer::Given(words) = &answer {
            let (id, heard) = (words.id, heard.clone());
            commands.push(Command::Told { id, heard });
        }
        if !matches!(
            answer,
            Answer::Apology(_) | Answer::Ring { .. } | Answer::Given(_)
        ) {
            let user = answer.user_words();
            commands.push(Command::Remember { turn, user, heard });
        }
        match &self.state {
            State::AwaitingHeard { turn, answer } => {
                let (turn, answer) = (*turn, answer.clone());
                self.reply(turn, 0, answer, commands);
            }
            State::Listening => {
                if let Some(words) = apology {
                    let turn = self.next_turn();
                    self.put_off = false;
                    self.reply(turn, 0, Answer::Apology(words), commands);
                } else {
                    self.ring(now, commands);
                }
            }
            // Whoever speaks is not talked over.
            State::User(_) | State::Replying(_) => {}
        }
        self.rate_pause(commands);
        self.advance_pause(now, commands);
    }

    /// A question of its own may be followed by a silence that is met with a word, once.
    pub(super) fn expect_an_answer(&mut self, now: Timestamp, heard: &str, answer: &Answer) {
        let prompt = self.config.idle_prompt.as_ref();
        let given = matches!(
            answer,
            Answer::Prompt(_) | Answer::Ring { .. } | Answer::Given(_) | Answer::Apology(_)
        );
        let asked = is_question(heard) && !given;
        self.prompt_at = prompt.filter(|_| asked).map(|p| now + p.after);
    }

    pub(super) fn failed(
        &mut self,
        now: Timestamp,
        turn: TurnId,
        failed: Option<ReplyId>,
        apology: Option<&str>,
        commands: &mut Vec<Command>,
    ) {
        match &mut self.state {
            State::Replying(reply) if failed == Some(reply.id) => {
                if let Some(words) = apology
                    && !matches!(reply.answer, Answer::Apology(_))
                {
                    reply.apology = Some(words.to_owned());
                    return;
                }
                let (id, answer) = (reply.id, reply.answer.clone());
                let overlap = reply.overlap.take();
                commands.push(Command::StopReply(id));
                self.forget_given(&answer);
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
                    self.go_on_replying(now, GoOnReason::NotUnderstood, commands);
                }
            }
            State::User(user) if user.turn == turn => match &mut user.pause {
                // A draft failed: whether the engine can answer shows when the turn is over.
                Some(pause) if failed.is_some() => {
                    if pause.draft.as_ref().map(|draft| draft.id) == failed {
                        roll_back(pause.draft.take(), RollbackReason::Failed, commands);
                        user.drafts = MOST_DRAFTS;
                    }
                }
                None if failed.is_some() => {}
                pause => {
                    let draft = pause.take().and_then(|pause| pause.draft);
                    roll_back(draft, RollbackReason::NotUnderstood, commands);
                    commands.push(Command::EndTranscript(turn));
                    self.state = State::Listening;
                    if let Some(words) = apology {
                        let turn = self.next_turn();
                        self.put_off = false;
                        self.reply(turn, 0, Answer::Apology(words.to_owned()), commands);
                    }
                }
            },
            State::Replying(_)
            | State::Listening
            | State::User(_)
            | State::AwaitingHeard { .. } => {}
        }
    }

    /// A language model that is too slow for drafts only takes the recognizer's cores away.
    pub(super) fn generated(&mut self, tokens_per_s: f64, commands: &mut Vec<Command>) {
        if self.config.drafts != Drafts::On && !self.too_slow {
            return;
        }
        let is_slow = tokens_per_s < SLOW_TOKENS_PER_S;
        if is_slow == self.too_slow {
            self.votes_on_speed = 0;
            return;
        }
        self.votes_on_speed += 1;
        if self.votes_on_speed >= SLOW_REPLIES {
            self.votes_on_speed = 0;
            self.too_slow = is_slow;
            let (drafts, state) = if is_slow {
                (Drafts::SttOnly, "off")
            } else {
                (Drafts::On, "on again")
            };
            self.config.drafts = drafts;
            let message = format!(
                "drafts are {state}: the language model writes {tokens_per_s:.0} tokens a second, \
                 and they need {SLOW_TOKENS_PER_S:.0}"
            );
            commands.push(Command::Publish(
                self.last_turn,
                EventKind::Notice { message },
            ));
        }
    }
}

/// Whether words of the reply want an answer.
pub(super) fn is_question(said: &str) -> bool {
    said.trim_end().ends_with(['?', '？'])
}

/// Throws a draft away, if there is one.
pub(super) fn roll_back(draft: Option<Draft>, reason: RollbackReason, commands: &mut Vec<Command>) {
    if let Some(Draft { id, .. }) = draft {
        commands.push(Command::StopReply(id));
        let draft = id.draft;
        let rolled_back = EventKind::DraftRolledBack { draft, reason };
        commands.push(Command::Publish(id.turn, rolled_back));
    }
}
