//! Thread `helper`: a second, larger language model answers what the first one handed over. It has one question at a
//! time, the parts of which it answers together, gives it up as soon as nobody wants it, and leaves the cores to the conversation while the user is heard and
//! waits for an answer.

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};

use super::bus::{EventBus, Watcher};
use super::conductor::ConductorInput;
use crate::agent;
use crate::cancellation::Cancelled;
use crate::clock::Stopwatch;
use crate::events::{EventKind, HelperOutcome, SessionEvent, TurnId};
use crate::language::sentence_ends;
use crate::lexicon::Apology;
use crate::llm::{
    Finish, LanguageModel, LlmError, Message, Opening, Output, Prompt, Sampling, Task, tokens_in,
};

/// What the stage is called where it fails.
const HELPER: &str = "helper";
/// The conversation has the cores no longer for one turn: an event that would give them back may be missing.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How often cancellation is looked at while the helper pauses.
const CANCELLATION_POLL: Duration = Duration::from_millis(50);

/// A second language model, and its limits.
pub struct Helper {
    /// The model.
    pub model: Box<dyn LanguageModel>,
    /// What it is called.
    pub name: String,
    /// How tokens are chosen, and how many there are at most.
    pub sampling: Sampling,
    /// How long it works on one question, not counting pauses. What is whole by then is said.
    pub limit: Duration,
    /// It works on the cores of this machine, and leaves them to the conversation.
    pub is_here: bool,
}

/// What came of a question.
#[derive(Debug)]
pub struct Help {
    /// The answer to each part, or why there is none. Nothing where nobody wants them any more.
    pub answers: Option<Vec<Result<String, Apology>>>,
    /// For whoever watches.
    pub done: EventKind,
    /// What went wrong, if anything did.
    pub error: Option<String>,
}

/// What was written on one part, and what it cost.
#[derive(Debug, Default)]
struct Work {
    text: String,
    tokens: u32,
    kept: usize,
    read: usize,
    /// How it ended; nothing while it has not.
    finish: Option<Result<Finish, LlmError>>,
}

impl Work {
    /// What is said of it: of what ran into a limit the whole sentences are an answer.
    fn answer(&self) -> Option<&str> {
        let answer = match &self.finish {
            Some(Ok(Finish::Complete)) => self.text.trim(),
            Some(Err(_)) | None => "",
            Some(Ok(_)) => whole_sentences(&self.text),
        };
        Some(answer).filter(|answer| !answer.is_empty())
    }

    fn is_whole(&self) -> bool {
        matches!(self.finish, Some(Ok(Finish::Complete))) && self.answer().is_some()
    }

    fn error(&self) -> Option<&LlmError> {
        self.finish.as_ref()?.as_ref().err()
    }
}

impl Helper {
    /// Answers the parts of a question, each of which has a prompt. `pause` returns when the helper may go on, and is asked
    /// between tokens.
    pub fn answer(
        &mut self,
        id: i64,
        parts: &[Vec<Message>],
        cancelled: Cancelled,
        pause: &dyn Fn(),
    ) -> Help {
        let watch = Stopwatch::start();
        let paused = Cell::new(Duration::ZERO);
        let busy = || watch.elapsed().saturating_sub(paused.get());
        let limit = self.limit;
        let gives_up = || {
            let waited = Stopwatch::start();
            pause();
            paused.set(paused.get() + waited.elapsed());
            cancelled() || busy() > limit
        };
        let work = match parts {
            [part] => vec![self.write(part, &gives_up)],
            parts => self.write_together(parts, &gives_up),
        };
        let mut error = work
            .iter()
            .find_map(|work| work.error())
            .map(ToString::to_string);
        let outcome = if cancelled() {
            // Nobody waits for it, and so nobody is told how it ended.
            error = None;
            HelperOutcome::GivenUp
        } else if work.iter().all(Work::is_whole) {
            HelperOutcome::Answered
        } else if work.iter().any(|work| work.answer().is_some()) {
            HelperOutcome::CutShort
        } else {
            let advice =
                "it came to no whole sentence: raise llm.helper.seconds or llm.helper.max_tokens";
            error.get_or_insert_with(|| advice.to_owned());
            HelperOutcome::Failed
        };
        let answer = |work: &Work| match work.answer() {
            Some(answer) => Ok(answer.to_owned()),
            None => Err(work.error().map_or(Apology::NoAnswer, LlmError::apology)),
        };
        let answers =
            (outcome != HelperOutcome::GivenUp).then(|| work.iter().map(answer).collect());
        let texts: Vec<&str> = work.iter().map(|work| work.text.as_str()).collect();
        let done = EventKind::HelperDone {
            id,
            model: self.name.clone(),
            outcome,
            text: texts.join(" "),
            tokens: work.iter().map(|work| work.tokens).sum(),
            kept: work.iter().map(|work| work.kept).sum(),
            read: work.iter().map(|work| work.read).sum(),
            busy_ms: busy().as_secs_f64() * 1000.0,
            took_ms: watch.elapsed_ms(),
        };
        Help {
            answers,
            done,
            error,
        }
    }

    /// Answers one prompt.
    fn write(&mut self, messages: &[Message], gives_up: Cancelled) -> Work {
        let mut work = Work::default();
        let mut pieces = 0;
        let prompt = Prompt::new(messages, Opening::Reply).with_room(self.sampling.max_tokens);
        let finish = match self.model.prefill(&prompt, gives_up) {
            Err(error) => Err(error),
            Ok(None) => Ok(Finish::Cancelled),
            Ok(Some(prefill)) => {
                (work.kept, work.read) = (prefill.kept, prefill.read);
                self.model
                    .generate(&self.sampling, gives_up, &mut |output| {
                        work.text.push_str(output.text());
                        pieces += u32::from(matches!(output, Output::Text(_)));
                    })
            }
        };
        work.tokens = tokens_in(&work.text, pieces);
        work.finish = Some(finish);
        work
    }

    /// Answers several prompts at the same time.
    fn write_together(&mut self, parts: &[Vec<Message>], gives_up: Cancelled) -> Vec<Work> {
        let task = |messages: &Vec<Message>| Task {
            messages: messages.clone(),
            sampling: self.sampling.clone(),
            stops: Vec::new(),
            answer: None,
        };
        let tasks: Vec<Task> = parts.iter().map(task).collect();
        let mut work: Vec<Work> = parts.iter().map(|_| Work::default()).collect();
        let answered = self.model.answer_all(&tasks, gives_up, &mut |n, written| {
            work[n] = match written {
                Ok(written) => Work {
                    text: written.text,
                    tokens: u32::try_from(written.tokens).unwrap_or(u32::MAX),
                    kept: written.shared,
                    read: written.prompt - written.shared,
                    finish: Some(Ok(written.finish)),
                },
                Err(error) => Work {
                    finish: Some(Err(error)),
                    ..Work::default()
                },
            };
        });
        let left = work.iter_mut().find(|work| work.finish.is_none());
        if let (Err(error), Some(left)) = (answered, left) {
            left.finish = Some(Err(error));
        }
        work
    }
}

/// The text up to the end of its last whole sentence; nothing if it has none.
fn whole_sentences(text: &str) -> &str {
    let end = sentence_ends(text).last().unwrap_or(0);
    text[..end].trim()
}

/// A question for the thread.
pub struct HelperQuestion {
    /// Its number.
    pub id: i64,
    /// The turn that asked it.
    pub turn: TurnId,
    /// What the helper is asked with, for each of its parts.
    pub parts: Vec<Vec<Message>>,
}

/// The number of the question whose answer is wanted; none is 0.
#[derive(Debug, Clone, Default)]
pub struct WantedQuestion(Arc<AtomicI64>);

impl WantedQuestion {
    /// Whether this question's answer is wanted.
    pub fn is(&self, id: i64) -> bool {
        self.0.load(Ordering::Relaxed) == id
    }

    /// From now on this question's answer is wanted, and no other's.
    pub fn set(&self, id: i64) {
        self.0.store(id, Ordering::Relaxed);
    }

    /// This question's answer is not wanted any more; another's stays.
    pub fn clear(&self, id: i64) {
        let _ = (self.0).compare_exchange(id, 0, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// No answer is wanted any more: the session ends.
    pub fn close(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// The conversation wants the cores.
#[derive(Debug, Clone, Copy)]
struct Claim {
    /// For this turn, or one before it.
    turn: Option<TurnId>,
    /// Since then.
    since: Stopwatch,
}

impl Claim {
    /// What becomes of a claim with an event.
    fn after(claim: Option<Self>, event: &SessionEvent) -> Option<Self> {
        match wants_cores(&event.kind) {
            None => claim,
            // What was claimed for this turn before counts.
            Some(true) => claim.filter(|claim| claim.turn >= event.turn).or_else(|| {
                Some(Self {
                    turn: event.turn,
                    since: Stopwatch::start(),
                })
            }),
            // Whoever interrupted that reply goes on speaking.
            Some(false) if matches!(event.kind, EventKind::Heard { .. }) => {
                claim.filter(|claim| claim.turn > event.turn)
            }
            Some(false) => None,
        }
    }
}

/// Whether the conversation wants the cores now.
#[derive(Clone, Default)]
pub struct Hush(Arc<(Mutex<Option<Claim>>, Condvar)>);

impl Hush {
    /// Learns it from a session's events.
    pub fn watcher(&self) -> Watcher {
        let hush = self.clone();
        Box::new(move |event: &SessionEvent| {
            let mut claim = hush.0.0.lock().unwrap_or_else(PoisonError::into_inner);
            *claim = Claim::after(*claim, event);
            drop(claim);
            hush.0.1.notify_all();
        })
    }

    /// Returns when the conversation does not want the cores, when `cancelled`, or when it has wanted them for
    /// `longest`, however often somebody waited meanwhile.
    fn wait(&self, longest: Duration, cancelled: Cancelled) {
        let mut claim = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        while claim.is_some_and(|claim| claim.since.elapsed() < longest) && !cancelled() {
            let waited = self.0.1.wait_timeout(claim, CANCELLATION_POLL);
            (claim, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Whether the cores are wanted after an event, if that changes with it: from the first sound of the user until the
/// reply is heard.
fn wants_cores(kind: &EventKind) -> Option<bool> {
    match kind {
        EventKind::SpeechStarted
        | EventKind::TurnExtended
        | EventKind::TurnEnded { .. }
        | EventKind::Held { .. } => Some(true),
        EventKind::TurnIgnored { .. }
        | EventKind::PlaybackStarted { .. }
        // Also of a reply without a sound.
        | EventKind::Heard { .. }
        | EventKind::Unducked { .. }
        | EventKind::Error { .. }
        | EventKind::Asleep { .. } => Some(false),
        _ => None,
    }
}

/// How the conductor asks the thread.
pub struct HelperWire {
    /// Where questions go.
    pub questions: Sender<HelperQuestion>,
    /// Which one's answer is wanted.
    pub wanted: WantedQuestion,
}

/// The thread's state.
pub struct HelperStage {
    /// The model.
    pub helper: Helper,
    /// What it is asked.
    pub questions: Receiver<HelperQuestion>,
    /// Which one's answer is wanted.
    pub wanted: WantedQuestion,
    /// When it pauses.
    pub hush: Hush,
    /// Where it is told what came of that.
    pub conductor: Sender<ConductorInput>,
    /// Where events go.
    pub bus: EventBus,
}

impl HelperStage {
    /// Runs until the conductor is gone.
    pub fn run(mut self) {
        while let Ok(question) = self.questions.recv() {
            self.take(&question);
        }
    }

    fn take(&mut self, question: &HelperQuestion) {
        let id = question.id;
        // Another one took its place before it was begun.
        if !self.wanted.is(id) {
            return;
        }
        let (wanted, hush, is_here) = (&self.wanted, &self.hush, self.helper.is_here);
        let cancelled = || !wanted.is(id);
        let pause = || {
            if is_here {
                hush.wait(LONGEST_PAUSE, &cancelled);
            }
        };
        let help = (self.helper).answer(id, &question.parts, &cancelled, &pause);
        if let Some(error) = help.error {
            self.bus.error(HELPER, error);
        }
        self.bus.publish(Some(question.turn), help.done);
        if let Some(answers) = help.answers {
            let now = self.bus.clock().now();
            let helped = agent::Input::Helped { id, answers };
            let _ = self.conductor.send(ConductorInput::Agent(now, helped));
        }
    }
}

#[cfg(test)]
#[path = "helper_tests.rs"]
mod tests;
