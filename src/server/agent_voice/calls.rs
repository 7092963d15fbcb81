//! The calls of an agent that talks with the user, as a machine between the agent and a session. No clock, no
//! thread: whoever holds it says how late it is. The session's events do not: without a microphone none may come.
//!
//! One call is open at a time, the others wait for it in their order. What the user says while none is open is
//! kept for a while, and told with the next.

use std::collections::VecDeque;
use std::time::Duration;

use super::message::{AgentId, Asked, CallId, MOST_WAITING, Outcome, Output, Refused};
use crate::clock::Timestamp;
use crate::events::{EventKind, SessionEvent, TurnId};
use crate::language::Language;
use crate::turn_taking::{Event, GivenWords};

/// What the user said to nobody is told for this long: later it is not meant for the next call any more.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// Turns that are kept.
const MOST_KEPT: usize = 8;
/// Another agent gets the microphone when the one that has it has called nothing for this long.
const OWNED_FOR: Duration = Duration::from_secs(60);

/// A call that is open.
#[derive(Debug)]
struct Open {
    id: CallId,
    asked: Asked,
    stage: Stage,
    outcome: Outcome,
}

impl Open {
    fn was_said_before(&mut self, text: &str) {
        let before = self.outcome.said_before.take();
        let parts = before.into_iter().chain([text.to_owned()]);
        self.outcome.said_before = Some(parts.collect::<Vec<_>>().join(" "));
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Its words wait until nobody speaks, or are being said: then in this turn.
    Saying(Option<TurnId>),
    /// The user has cut in, and speaks.
    Interrupted,
    /// The user may speak, until then.
    Listening(Timestamp),
}

/// See the module.
#[derive(Debug)]
pub struct Calls {
    /// Since the session was opened.
    now: Timestamp,
    open: Option<Open>,
    waiting: VecDeque<(CallId, Asked)>,
    /// The user speaks: their turn is not over.
    user_speaks: bool,
    kept: VecDeque<(Timestamp, String)>,
    language: String,
    owner: Option<AgentId>,
    /// Since when no call is open.
    idle_since: Timestamp,
}

impl Calls {
    /// Of a session that begins in a language.
    pub fn new(language: Language) -> Self {
        Self {
            now: Timestamp::ZERO,
            open: None,
            waiting: VecDeque::new(),
            user_speaks: false,
            kept: VecDeque::new(),
            language: language.code().to_owned(),
            owner: None,
            idle_since: Timestamp::ZERO,
        }
    }

    /// It is so late now, since the session was opened. What has waited for too long ends with the next
    /// [`Calls::expire`]: an event that came in time may be taken before.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// Whether an agent may call now.
    ///
    /// # Errors
    /// Why not.
    pub fn may_call(&self, agent: AgentId) -> Result<(), Refused> {
        if self.is_of_another(agent) && self.is_owned() {
            return Err(Refused::Taken);
        }
        if self.waiting.len() >= MOST_WAITING {
            return Err(Refused::TooMany);
        }
        Ok(())
    }

    /// An agent calls.
    ///
    /// # Errors
    /// The call is not made.
    pub fn call(
        &mut self,
        agent: AgentId,
        id: CallId,
        asked: Asked,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refused> {
        self.may_call(agent)?;
        self.owner = Some(agent);
        self.waiting.push_back((id, asked));
        self.open_next(outputs);
        Ok(())
    }

    /// A call is given up: what it says stops, and what the user said is told with the next one.
    pub fn cancel(&mut self, id: CallId, outputs: &mut Vec<Output>) {
        self.waiting.retain(|(waiting, _)| *waiting != id);
        if let Some(open) = self.open.take_if(|open| open.id == id) {
            if let Stage::Saying(_) = open.stage {
                outputs.push(Output::Tell(Event::StopSaying(id.0)));
            }
            self.idle_since = self.now;
            if let Some(words) = user_words(open.outcome) {
                self.keep(&words);
            }
            self.open_next(outputs);
        }
    }

    /// Nobody has read what came of a call of this agent's: what the user said is told with the one that is open or
    /// with the next.
    pub fn untold(&mut self, agent: AgentId, outcome: Outcome, outputs: &mut Vec<Output>) {
        let words = user_words(outcome).filter(|_| self.owner == Some(agent));
        let Some(words) = words else { return };
        match &mut self.open {
            None => self.keep(&words),
            Some(open) if matches!(open.asked, Asked::Listen(_)) => {
                open.outcome.words = Some(words);
                self.finish(outputs);
            }
            Some(open) => open.was_said_before(&words),
        }
    }

    /// An agent is gone, and nobody waits for its calls.
    pub fn leave(&mut self, agent: AgentId, outputs: &mut Vec<Output>) {
        if self.owner != Some(agent) {
            return;
        }
        self.owner = None;
        self.waiting.clear();
        if let Some(open) = &self.open {
            self.cancel(open.id, outputs);
        }
    }

    /// Whether the microphone is some agent's.
    pub fn has_owner(&self) -> bool {
        self.owner.is_some()
    }

    /// Whether the microphone was given to another agent.
    pub fn is_of_another(&self, agent: AgentId) -> bool {
        self.owner.is_some_and(|owner| owner != agent)
    }

    /// Something happened in the session.
    pub fn take(&mut self, event: &SessionEvent, outputs: &mut Vec<Output>) {
        match &event.kind {
            EventKind::SpeechStarted => self.user_speaks = true,
            EventKind::Unducked { .. } => self.user_speaks = false,
            EventKind::LanguageChanged { language } => self.language.clone_from(language),
            EventKind::GivenWords { id, .. } => self.words_begin(*id, event.turn),
            EventKind::Interrupted { .. } if self.is_said_in(event.turn) => {
                if let Some(open) = &mut self.open {
                    open.outcome.interrupted = true;
                }
            }
            EventKind::Heard { text } if self.is_said_in(event.turn) => self.heard(text, outputs),
            EventKind::TurnEnded { text, .. } => {
                self.user_speaks = false;
                self.said(event.turn, text, outputs);
            }
            EventKind::TurnIgnored { .. } => {
                self.user_speaks = false;
                self.said_nothing(outputs);
            }
            // A turn whose words could not be made out ends without another word.
            EventKind::Error { message, .. } => {
                self.user_speaks = false;
                if let Some(open) = &mut self.open {
                    open.outcome.trouble = Some(message.clone());
                }
                self.said_nothing(outputs);
            }
            _ => {}
        }
    }

    /// Ends a wait in which nobody has begun to speak in time.
    pub fn expire(&mut self, outputs: &mut Vec<Output>) {
        let stage = self.open.as_ref().map(|open| open.stage);
        if let Some(Stage::Listening(until)) = stage
            && self.now >= until
            && !self.user_speaks
        {
            self.finish(outputs);
        }
    }

    fn is_owned(&self) -> bool {
        self.open.is_some() || self.now.since(self.idle_since) < OWNED_FOR
    }

    fn open_next(&mut self, outputs: &mut Vec<Output>) {
        if self.open.is_some() {
            return;
        }
        let Some((id, asked)) = self.waiting.pop_front() else {
            return;
        };
        let before = self.take_kept();
        let mut outcome = Outcome::default();
        let stage = match &asked {
            // That is what it listens for.
            Asked::Listen(_) if before.is_some() => {
                outcome.words = before;
                return self.done(id, outcome, outputs);
            }
            Asked::Listen(limit) => Stage::Listening(self.now + *limit),
            Asked::Say(to_say) | Asked::Ask(to_say, _) => {
                outputs.push(Output::Tell(Event::Say(GivenWords {
                    id: id.0,
                    words: to_say.text.clone(),
                    language: to_say.language,
                    interruptible: to_say.interruptible,
                })));
                outcome.said_before = before;
                Stage::Saying(None)
            }
        };
        self.open = Some(Open {
            id,
            asked,
            stage,
            outcome,
        });
    }

    /// What the user said to nobody, if that is not long ago.
    fn take_kept(&mut self) -> Option<String> {
        let now = self.now;
        let kept = self.kept.drain(..);
        let new = kept.filter(|(at, _)| now.since(*at) < KEPT_FOR);
        let words: Vec<String> = new.map(|(_, words)| words).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// The open call's words begin, or begin again: they were put off before anybody had heard them.
    fn words_begin(&mut self, id: i64, turn: Option<TurnId>) {
        if let Some(open) = &mut self.open
            && open.id.0 == id
        {
            open.stage = Stage::Saying(turn);
        }
    }

    fn is_said_in(&self, turn: Option<TurnId>) -> bool {
        let stage = self.open.as_ref().map(|open| open.stage);
        turn.is_some() && stage == Some(Stage::Saying(turn))
    }

    fn heard(&mut self, text: &str, outputs: &mut Vec<Output>) {
        let (now, user_speaks) = (self.now, self.user_speaks);
        let Some(open) = &mut self.open else { return };
        open.outcome.heard = Some(text.to_owned());
        let is_answered = open.outcome.words.is_some();
        open.stage = match &open.asked {
            _ if is_answered => return self.finish(outputs),
            Asked::Ask(_, limit) => Stage::Listening(now + *limit),
            Asked::Say(_) | Asked::Listen(_) => {
                if open.outcome.interrupted && user_speaks {
                    Stage::Interrupted
                } else {
                    return self.finish(outputs);
                }
            }
        };
    }

    fn said(&mut self, turn: Option<TurnId>, text: &str, outputs: &mut Vec<Output>) {
        let Some(open) = &mut self.open else {
            return self.keep(text);
        };
        match open.stage {
            Stage::Listening(_) | Stage::Interrupted => {
                open.outcome.words = Some(text.to_owned());
                self.finish(outputs);
            }
            // What was heard of the words that they cut into is told in a moment.
            Stage::Saying(said_in) if open.outcome.interrupted && turn > said_in => {
                open.outcome.words = Some(text.to_owned());
            }
            // Said before the words could be heard.
            Stage::Saying(_) => open.was_said_before(text),
        }
    }

    /// What sounded was no words, or none that mean anything.
    fn said_nothing(&mut self, outputs: &mut Vec<Output>) {
        if self
            .open
            .as_ref()
            .is_some_and(|o| o.stage == Stage::Interrupted)
        {
            self.finish(outputs);
        }
    }

    fn keep(&mut self, text: &str) {
        if self.kept.len() >= MOST_KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((self.now, text.to_owned()));
    }

    fn finish(&mut self, outputs: &mut Vec<Output>) {
        if let Some(open) = self.open.take() {
            self.done(open.id, open.outcome, outputs);
        }
    }

    fn done(&mut self, id: CallId, outcome: Outcome, outputs: &mut Vec<Output>) {
        self.idle_since = self.now;
        let language = self.language.clone();
        outputs.push(Output::Done(
            id,
            Outcome {
                language,
                ..outcome
            },
        ));
        self.open_next(outputs);
    }
}

/// All that the user said, in its order.
fn user_words(outcome: Outcome) -> Option<String> {
    let parts = outcome.said_before.into_iter().chain(outcome.words);
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

#[cfg(test)]
#[path = "calls_tests.rs"]
mod tests;
