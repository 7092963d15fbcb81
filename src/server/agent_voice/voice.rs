//! Thread `agent-voice`: one session for agents, opened at the first call and closed when its agent is gone.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use super::calls::Calls;
use super::message::{AgentId, Asked, CallId, Outcome, Output};
use crate::clock::{Stopwatch, Timestamp};
use crate::events::SessionEvent;
use crate::language::Language;
use crate::pipeline::{Session, Watcher};

/// Opens the microphone and the loudspeaker, and starts a session on them whose answers are given
/// ([`crate::turn_taking::Answers::Given`]). Why it cannot is for the agent, and its user.
pub type OpenVoice = Box<dyn Fn(Watcher) -> Result<OpenedVoice, String> + Send>;

/// A session for agents.
pub struct OpenedVoice {
    /// The session.
    pub session: Session,
    /// What it begins in.
    pub language: Language,
    /// Why nobody can be heard, if there is no microphone.
    pub no_microphone: Option<String>,
    /// Why nothing can be said, if there is no loudspeaker.
    pub no_loudspeaker: Option<String>,
}

/// What waits for the thread: events come at some tens a second.
const QUEUE: usize = 4_096;
/// How often it is looked whether the session has ended by itself, and whether a call has waited for too long.
const SESSION_END_POLL: Duration = Duration::from_millis(200);

/// What comes of a call, or why nothing does.
pub type Answer = Result<Outcome, String>;

enum Input {
    Call(AgentId, CallId, Asked, oneshot::Sender<Answer>),
    Cancel(CallId),
    /// What came of a call that was given up before it was read.
    Untold(AgentId, Box<Outcome>),
    Leave(AgentId),
    /// Of the session with this number: what comes late of one that is closed is not the next one's.
    Event(u64, Box<SessionEvent>),
    End,
}

/// See the module. When it is dropped, the session ends.
pub struct Voice {
    inputs: Sender<Input>,
    thread: Option<JoinHandle<()>>,
    /// Engines load, which cannot be given up.
    is_opening: Arc<AtomicBool>,
    last_call: AtomicI64,
    last_agent: AtomicU64,
}

impl Voice {
    /// Nothing is opened yet.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn new(open: OpenVoice) -> std::io::Result<Self> {
        let (inputs_out, inputs) = bounded(QUEUE);
        let is_opening = Arc::new(AtomicBool::new(false));
        let state = VoiceThread {
            open,
            inputs,
            events: inputs_out.clone(),
            is_opening: Arc::clone(&is_opening),
            running: None,
            last_session: 0,
            answers: HashMap::new(),
        };
        let thread = std::thread::Builder::new().name("agent-voice".into());
        Ok(Self {
            inputs: inputs_out,
            thread: Some(thread.spawn(move || state.run())?),
            is_opening,
            last_call: AtomicI64::new(0),
            last_agent: AtomicU64::new(0),
        })
    }

    /// A number for an agent.
    pub fn new_agent(&self) -> AgentId {
        AgentId(self.last_agent.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Makes a call. Dropped before it is over, it is cancelled.
    ///
    /// # Errors
    /// There is too much to do.
    pub fn call(&self, agent: AgentId, asked: Asked) -> Result<OpenCall<'_>, String> {
        let id = CallId(self.last_call.fetch_add(1, Ordering::Relaxed) + 1);
        let (answer_out, answer) = oneshot::channel();
        let call = Input::Call(agent, id, asked, answer_out);
        self.inputs.try_send(call).map_err(|error| match error {
            TrySendError::Full(_) => "too many calls at once; try again in a moment".to_owned(),
            TrySendError::Disconnected(_) => {
                "the voice has failed; start the server again".to_owned()
            }
        })?;
        Ok(OpenCall {
            voice: self,
            agent,
            id,
            answer,
        })
    }

    /// An agent is gone.
    pub fn leave(&self, agent: AgentId) {
        let _ = self.inputs.try_send(Input::Leave(agent));
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        let _ = self.inputs.send_timeout(Input::End, SESSION_END_POLL);
        // Engines that load are left to the end of the process: whoever waits would wait for seconds.
        if !self.is_opening.load(Ordering::Acquire)
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// A call under way.
pub struct OpenCall<'a> {
    voice: &'a Voice,
    agent: AgentId,
    id: CallId,
    answer: oneshot::Receiver<Answer>,
}

impl OpenCall<'_> {
    /// What comes of it.
    pub async fn answer(&mut self) -> Answer {
        let answer = (&mut self.answer).await;
        answer.unwrap_or_else(|_| Err("the voice has ended".to_owned()))
    }
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        // What comes later cannot be sent any more: the thread sees that.
        self.answer.close();
        let input = match self.answer.try_recv() {
            Ok(Ok(outcome)) => Input::Untold(self.agent, Box::new(outcome)),
            // Of one that is over it means nothing.
            Ok(Err(_)) | Err(_) => Input::Cancel(self.id),
        };
        let _ = self.voice.inputs.try_send(input);
    }
}

/// The thread's state.
struct VoiceThread {
    open: OpenVoice,
    inputs: Receiver<Input>,
    /// Where the session's events go.
    events: Sender<Input>,
    is_opening: Arc<AtomicBool>,
    running: Option<Running>,
    /// Its number, or that of the one before.
    last_session: u64,
    answers: HashMap<CallId, (AgentId, oneshot::Sender<Answer>)>,
}

/// The session, and the calls that are made on it.
struct Running {
    voice: OpenedVoice,
    calls: Calls,
    /// Since it was opened. The session's own clock stands still until a first sample comes.
    opened: Stopwatch,
}

impl VoiceThread {
    fn run(mut self) {
        loop {
            match self.inputs.recv_timeout(SESSION_END_POLL) {
                Ok(Input::Call(agent, id, asked, answer)) => self.call(agent, id, asked, answer),
                Ok(Input::Cancel(id)) => {
                    self.answers.remove(&id);
                    self.with_calls(|calls, outputs| calls.cancel(id, outputs));
                }
                Ok(Input::Untold(agent, outcome)) => {
                    self.with_calls(|calls, outputs| calls.untold(agent, *outcome, outputs));
                }
                Ok(Input::Leave(agent)) => self.leave(agent),
                Ok(Input::Event(session, event)) if session == self.last_session => {
                    self.with_calls(|calls, outputs| calls.take(&event, outputs));
                }
                Ok(Input::Event(..)) => {}
                Ok(Input::End) | Err(RecvTimeoutError::Disconnected) => break,
                // Time passes, whether the session tells something or not.
                Err(RecvTimeoutError::Timeout) => {
                    self.with_calls(|_, _| ());
                }
            }
            if (self.running.as_ref()).is_some_and(|running| running.voice.session.is_over()) {
                self.close(
                    "the session has ended: its scenario is over, or a part of it has failed",
                );
            }
        }
        self.close("the server ends");
    }

    fn call(&mut self, agent: AgentId, id: CallId, asked: Asked, answer: oneshot::Sender<Answer>) {
        // Nobody waits for it any more: it was cancelled while engines were loaded.
        if answer.is_closed() {
            return;
        }
        let refused = match self.opened() {
            Ok(running) => running.refuses(agent, &asked),
            Err(reason) => Some(reason),
        };
        if let Some(reason) = refused {
            let _ = answer.send(Err(reason));
            // A device may be there the next time. What another agent has is not closed for this one.
            let is_others = |running: &Running| running.calls.is_of_another(agent);
            if self.answers.is_empty() && !self.running.iter().any(is_others) {
                self.close("a device is missing");
            }
            return;
        }
        self.answers.insert(id, (agent, answer));
        let called = self.with_calls(|calls, outputs| calls.call(agent, id, asked, outputs));
        if let Some(Err(refused)) = called
            && let Some((_, answer)) = self.answers.remove(&id)
        {
            let _ = answer.send(Err(refused.to_string()));
        }
    }

    /// The session; the first time it is opened.
    fn opened(&mut self) -> Result<&Running, String> {
        let running = match self.running.take() {
            Some(running) => running,
            None => {
                self.last_session += 1;
                let (session, events) = (self.last_session, self.events.clone());
                let watcher: Watcher = Box::new(move |event: &SessionEvent| {
                    let _ = events.try_send(Input::Event(session, Box::new(event.clone())));
                });
                self.is_opening.store(true, Ordering::Release);
                let opened = (self.open)(watcher);
                self.is_opening.store(false, Ordering::Release);
                let voice = opened?;
                Running {
                    calls: Calls::new(voice.language),
                    voice,
                    opened: Stopwatch::start(),
                }
            }
        };
        Ok(self.running.insert(running))
    }

    /// Lets the machine take something and know how late it is, and does what it wants.
    fn with_calls<T>(&mut self, take: impl FnOnce(&mut Calls, &mut Vec<Output>) -> T) -> Option<T> {
        let running = self.running.as_mut()?;
        let mut outputs = Vec::new();
        let calls = &mut running.calls;
        calls.advance(Timestamp::ZERO + running.opened.elapsed());
        let taken = take(calls, &mut outputs);
        calls.expire(&mut outputs);
        // What nobody reads may end the next call.
        while !outputs.is_empty() {
            for output in std::mem::take(&mut outputs) {
                match output {
                    Output::Tell(event) => running.voice.session.send(event),
                    Output::Done(id, outcome) => {
                        if let Some((agent, answer)) = self.answers.remove(&id)
                            && let Err(Ok(unread)) = answer.send(Ok(outcome))
                        {
                            calls.untold(agent, unread, &mut outputs);
                        }
                    }
                }
            }
        }
        Some(taken)
    }

    /// Nobody is listened to for an agent that is gone.
    fn leave(&mut self, agent: AgentId) {
        self.with_calls(|calls, outputs| calls.leave(agent, outputs));
        if self.running.as_ref().is_some_and(|r| !r.calls.has_owner()) {
            self.close("its agent is gone");
        }
    }

    fn close(&mut self, reason: &str) {
        if let Some(running) = self.running.take()
            && let Err(error) = running.voice.session.stop()
        {
            tracing::error!("{error}");
        }
        for (_, (_, answer)) in self.answers.drain() {
            let _ = answer.send(Err(reason.to_owned()));
        }
    }
}

impl Running {
    /// Why a call of this agent's cannot be made on these devices.
    fn refuses(&self, agent: AgentId, asked: &Asked) -> Option<String> {
        if let Err(refused) = self.calls.may_call(agent) {
            return Some(refused.to_string());
        }
        let (speaks, listens) = match asked {
            Asked::Say(_) => (true, false),
            Asked::Listen(_) => (false, true),
            Asked::Ask(..) => (true, true),
        };
        let microphone = self.voice.no_microphone.as_ref().filter(|_| listens);
        let loudspeaker = self.voice.no_loudspeaker.as_ref().filter(|_| speaks);
        microphone.or(loudspeaker).cloned()
    }
}
