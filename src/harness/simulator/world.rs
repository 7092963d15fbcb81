//! One conversation: the parts that ship, the parts that are scripted, and the clock.

#[path = "helper_answers.rs"]
mod helper_answers;
#[path = "model_calls.rs"]
mod model_calls;
#[path = "stages.rs"]
mod stages;
#[path = "user_acts.rs"]
mod user_acts;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::Totals;
use super::choices::{Choices, Chooser};
use super::engines::{Machine, RATE_HZ, Vocabulary, Worker};
use super::invariants::{self, Invariants};
use super::properties::{Broken, Property};
use super::user::{Action, Script, Stretch, script};
use crate::agent::{self, Agent, FailureKind, HandsOver, Persona, Setting, UserWords};
use crate::audio::callback::{RenderCallback, render_path};
use crate::clock::{SessionClock, Timestamp};
use crate::events::{EventKind, ReplyId, SessionEvent, TurnId};
use crate::language::Language;
use crate::lexicon::{Apology, words};
use crate::pipeline::EventBus;
use crate::pipeline::scripted::{
    Assignment, CaptureControl, Conductor, ConductorInput, EndpointingInput, HelperQuestion,
    HelperWire, LanguageModelInput, LiveReply, PlaybackControl, PlaybackInput, PlaybackStage,
    RecognizerInput, SpeakerInput, ToolsInput, Waiting, WantedQuestion,
};
use crate::playback::PlaybackQueue;
use crate::tool_call::Call;
use crate::tools::{Control, Outcome};
use crate::turn_taking::{Event, IdlePrompt, State, TurnTaking, TurnTakingConfig, Voice};

/// A conversation in which something did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What did not hold.
    pub broken: Broken,
    /// What happened until then, a line each.
    pub timeline: String,
    /// Repeats it exactly.
    pub choices: Choices,
}

/// What decides everything in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversation {
    /// A random one.
    Seed(u64),
    /// One that was recorded, or written by hand.
    Recorded(Choices),
}

/// Something more that has to hold, whenever something was published.
pub(super) type AlsoHolds = fn(&Totals) -> Result<(), Broken>;

/// Every 10 ms: ticks, and what the loudspeaker takes.
const STEP: Duration = Duration::from_millis(10);
const STEP_SAMPLES: usize = RATE_HZ as usize / 100;
/// A conversation that has not come to rest by then never will.
const LONGEST: Duration = Duration::from_secs(600);
/// No queue between two stages may come near its bound.
const QUEUE: usize = 256;

/// Holds one conversation to its end.
///
/// # Errors
/// A property did not hold.
pub fn simulate(conversation: &Conversation) -> Result<Totals, Box<Failure>> {
    simulate_with(conversation, |_| Ok(()))
}

/// As [`simulate`], and one property more.
pub(super) fn simulate_with(
    conversation: &Conversation,
    also: AlsoHolds,
) -> Result<Totals, Box<Failure>> {
    let mut world = World::new(conversation);
    world.also = also;
    match world.run_unless_it_panics() {
        Ok(()) => Ok(world.totals),
        Err(broken) => Err(Box::new(Failure {
            broken,
            choices: world.choices.record(),
            timeline: world.timeline,
        })),
    }
}

/// What happens in a conversation, a line each.
pub fn timeline(conversation: &Conversation) -> String {
    let mut world = World::new(conversation);
    // What is broken is in it.
    let _ = world.run();
    world.timeline
}

/// Something that will happen.
enum Happening {
    /// The user does the next thing of the script.
    User,
    /// An event reaches the state machine.
    Event(Event),
    /// The user says words, which the recognizer can hear from now on.
    Heard(String),
    /// The recognizer looks at what was said so far.
    Partial(TurnId),
    /// The recognizer is done with a pause.
    Decoded(TurnId, u32, String),
    /// A clause of a reply is ready: how many words, and how many clauses follow.
    Clause(ReplyId, usize, u32),
    /// The language model wants tools called.
    Wants(ReplyId),
    /// The language model fails: what there is of the reply is all of it.
    BrokenOff(ReplyId),
    /// The agent is told something.
    Agent(agent::Input),
    /// What was read ahead, so many messages, is too long.
    Crowded(usize),
    /// The helper is done with a question.
    Helped(i64),
}

struct Scheduled {
    at: Timestamp,
    order: u64,
    happening: Happening,
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}
impl Eq for Scheduled {}
impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

struct World {
    choices: Chooser,
    machine: Machine,
    now: Timestamp,
    next_step: Timestamp,
    clock: SessionClock,
    agenda: BinaryHeap<Reverse<Scheduled>>,
    order: u64,
    script: std::vec::IntoIter<(u64, Action)>,
    // What ships.
    conductor: Conductor,
    reports: Receiver<ConductorInput>,
    playback: PlaybackStage,
    render: RenderCallback,
    // What is scripted.
    recognizer_in: Receiver<RecognizerInput>,
    endpointing_in: Receiver<EndpointingInput>,
    speaker_in: Receiver<SpeakerInput>,
    language_model_in: Receiver<LanguageModelInput>,
    tools_in: Receiver<ToolsInput>,
    external_tools_in: Receiver<(ReplyId, Call)>,
    helper_in: Receiver<HelperQuestion>,
    helper_wanted: WantedQuestion,
    clauses: Sender<PlaybackInput>,
    /// Between the executor and playback, so that what is commanded is seen.
    control_in: Receiver<PlaybackControl>,
    control: Sender<PlaybackControl>,
    /// What the front end is told.
    front_end_in: Receiver<CaptureControl>,
    /// What the voice speaks.
    voice: Language,
    recognizer: Worker,
    language_model: Worker,
    helper: Worker,
    vocabulary: Vocabulary,
    /// What was said and when, for the recognizer.
    said: Vec<(Timestamp, String)>,
    transcript_from: Timestamp,
    /// Replies that the language model has failed with before their first word, and may try again.
    retried: BTreeSet<ReplyId>,
    /// Replies that go on once a tool has been called.
    goes_on: BTreeSet<ReplyId>,
    user_busy_until: Timestamp,
    // What is watched.
    published: Arc<Mutex<Vec<SessionEvent>>>,
    invariants: Invariants,
    also: AlsoHolds,
    timeline: String,
    totals: Totals,
}

impl World {
    fn new(conversation: &Conversation) -> Self {
        let mut choices = match conversation {
            Conversation::Seed(seed) => Chooser::of_seed(*seed),
            Conversation::Recorded(choices) => Chooser::of_record(choices.clone()),
        };
        let clock = SessionClock::manual();
        let published = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&published);
        let watcher = move |event: &SessionEvent| {
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(event.clone());
        };
        let bus = EventBus::new(clock.clone(), vec![Box::new(watcher)]);
        let (conductor_out, reports) = bounded(QUEUE);
        let (recognizer, recognizer_in) = bounded(QUEUE);
        let (endpointing, endpointing_in) = bounded(QUEUE);
        let (speaker, speaker_in) = bounded(QUEUE);
        let (language_model, language_model_in) = bounded(QUEUE);
        let (tools, tools_in) = bounded(QUEUE);
        let (external_tools, external_tools_in) = bounded(QUEUE);
        let (questions, helper_in) = bounded(QUEUE);
        let helper_wanted = WantedQuestion::default();
        let (commanded, control_in) = bounded(QUEUE);
        let (listening, front_end_in) = bounded(QUEUE);
        let (control, obeyed) = bounded(QUEUE);
        let (clauses, clauses_in) = bounded(QUEUE);
        let (render, end, _tap) = render_path(RATE_HZ);
        let mut queue = PlaybackQueue::default();
        // A queue that cannot take its first device has nothing to resample.
        let _ = queue.attach(end);
        let mut config = TurnTakingConfig::default();
        if choices.bool() {
            config.idle_prompt = Some(IdlePrompt {
                after: Duration::from_secs(5),
                words: "w0?".into(),
            });
        }
        config.only_enrolled = choices.one_in(4);
        let speaker = config.only_enrolled.then_some(speaker);
        let helper = choices.bool().then_some(HandsOver::ByBoth);
        let (_, inputs) = bounded(1);
        let machine = Machine::random(&mut choices);
        let script: Script = script(&mut choices);
        let mut world = Self {
            machine,
            now: Timestamp::ZERO,
            next_step: Timestamp::ZERO + STEP,
            agenda: BinaryHeap::new(),
            order: 0,
            script: script.into_iter(),
            conductor: Conductor {
                machine: TurnTaking::new(config),
                agent: Agent::new(&Persona::bundled(Language::English), setting(helper))
                    .speaking(&[Persona::bundled(Language::German)]),
                language: Language::English,
                inputs,
                recognizer,
                waiting: Arc::new(Waiting::default()),
                endpointing,
                speaker,
                language_model,
                tools: Some(tools),
                external_tools: Some(external_tools),
                helper: Some(HelperWire {
                    questions,
                    wanted: helper_wanted.clone(),
                }),
                asks_end: false,
                is_over: false,
                playback: commanded,
                capture: listening,
                live: LiveReply::default(),
                bus: bus.clone(),
                decisions: None,
                commands: Vec::new(),
                agent_commands: Vec::new(),
                latest: Timestamp::ZERO,
            },
            reports,
            playback: PlaybackStage {
                queue,
                inputs: clauses_in,
                control: obeyed,
                conductor: conductor_out,
                bus,
                audible: Arc::new(AtomicBool::new(false)),
                said: None,
                next: None,
            },
            render,
            recognizer_in,
            endpointing_in,
            speaker_in,
            language_model_in,
            tools_in,
            external_tools_in,
            helper_in,
            helper_wanted,
            clauses,
            control_in,
            control,
            front_end_in,
            voice: Language::English,
            recognizer: Worker::default(),
            language_model: Worker::default(),
            helper: Worker::default(),
            vocabulary: Vocabulary::default(),
            said: Vec::new(),
            transcript_from: Timestamp::ZERO,
            retried: BTreeSet::new(),
            goes_on: BTreeSet::new(),
            user_busy_until: Timestamp::ZERO,
            published,
            invariants: Invariants::default(),
            also: |_| Ok(()),
            timeline: String::new(),
            totals: Totals {
                conversations: 1,
                ..Totals::default()
            },
            clock,
            choices,
        };
        world.next_action();
        world
    }

    /// What panics is a failure like others, to be shrunk and kept.
    fn run_unless_it_panics(&mut self) -> Result<(), Broken> {
        // Nothing of a world that has panicked is used but its record.
        let held = catch_unwind(AssertUnwindSafe(|| self.run()));
        held.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Property::NothingPanics.broken(text.unwrap_or_default())
        })
    }

    fn run(&mut self) -> Result<(), Broken> {
        while let Some(at) = self.next_moment() {
            if at.since(Timestamp::ZERO) > LONGEST {
                return Property::ComesToRest.broken("it goes on without end");
            }
            self.now = at;
            self.clock.anchor(at);
            if at >= self.next_step {
                self.next_step = at + STEP;
                self.step()?;
            }
            while let Some(Reverse(next)) = self.agenda.peek()
                && next.at <= at
            {
                let Some(Reverse(next)) = self.agenda.pop() else {
                    break;
                };
                self.happen(next.happening)?;
            }
        }
        self.totals.seconds = self.now.since(Timestamp::ZERO).as_secs();
        self.at_the_end()
    }

    /// When something happens next; `None` if nothing ever will.
    fn next_moment(&self) -> Option<Timestamp> {
        let planned = self.agenda.peek().map(|Reverse(next)| next.at);
        let deadline = self.conductor.machine.next_deadline();
        let playing = self.playback.is_busy().then_some(self.next_step);
        // A tick comes with the audio, every 10 ms.
        let deadline = deadline.map(|at| at.max(self.now + STEP));
        [planned, deadline, playing].into_iter().flatten().min()
    }

    /// Ten milliseconds of sound, and a tick.
    fn step(&mut self) -> Result<(), Broken> {
        if self.playback.is_busy() {
            let mut out = [0.0f32; STEP_SAMPLES];
            self.render.process(&mut out, 1);
            self.invariants.played(self.now, &out, &self.vocabulary)?;
            self.playback.poll();
            self.take_reports()?;
        }
        self.take(Event::Tick)
    }

    fn take(&mut self, event: Event) -> Result<(), Broken> {
        self.conductor.take(self.now, event);
        self.after_commands()?;
        // Stops and releases reach the device at once; what it reports comes back in a moment.
        self.playback.poll();
        self.take_reports()
    }

    fn take_for_agent(&mut self, input: agent::Input) -> Result<(), Broken> {
        self.conductor.take_for_agent(self.now, input);
        self.after_commands()?;
        self.playback.poll();
        self.take_reports()
    }

    fn take_reports(&mut self) -> Result<(), Broken> {
        while let Ok(ConductorInput::Event(at, event)) = self.reports.try_recv() {
            self.note("playback", &format!("{event:?}"));
            self.conductor.take(at, event);
            self.after_commands()?;
            self.playback.poll();
        }
        Ok(())
    }

    fn schedule(&mut self, at: Timestamp, happening: Happening) {
        self.order += 1;
        let order = self.order;
        self.agenda.push(Reverse(Scheduled {
            at,
            order,
            happening,
        }));
    }

    fn event_in(&mut self, ms: u64, event: Event) {
        self.schedule(
            self.now + Duration::from_millis(ms),
            Happening::Event(event),
        );
    }

    fn next_action(&mut self) {
        if let Some((before, _)) = self.script.as_slice().first() {
            let at = self.now.max(self.user_busy_until) + Duration::from_millis(*before);
            self.schedule(at, Happening::User);
        }
    }

    fn happen(&mut self, happening: Happening) -> Result<(), Broken> {
        match happening {
            Happening::User => {
                self.choices.next_act();
                if let Some((_, action)) = self.script.next() {
                    self.note("user", &format!("{action:?}"));
                    self.act(action);
                }
                self.next_action();
                Ok(())
            }
            Happening::Event(event) => {
                self.note("event", &format!("{event:?}"));
                self.take(event)
            }
            Happening::Agent(input) => {
                self.note("agent", &format!("{input:?}"));
                self.take_for_agent(input)
            }
            Happening::Helped(id) => self.helped(id),
            Happening::Crowded(messages) => self.take_for_agent(agent::Input::Crowded {
                tokens: messages,
                fits: messages - 1,
            }),
            Happening::Heard(text) => {
                self.said.push((self.now, text));
                Ok(())
            }
            Happening::Partial(turn) => {
                let text = self.transcript();
                self.take(Event::Partial { turn, text })
            }
            Happening::Decoded(turn, pause, text) => {
                self.note(
                    "recognizer",
                    &format!("turn {turn} pause {pause}: {text:?}"),
                );
                if self.choices.of_256(GOES_OVER) && text.contains(' ') {
                    let languages = [Language::English, Language::German];
                    let language = languages[self.choices.usize(0..languages.len())];
                    self.note("recognizer", &format!("{language}"));
                    self.take(Event::Spoken(language))?;
                }
                self.take(Event::Decoded { turn, pause, text })
            }
            Happening::Wants(reply) => self.wants(reply),
            Happening::BrokenOff(reply) => {
                let failure = self.failure();
                self.note("language model", &format!("{reply:?}: {failure:?}"));
                let began = !self.retried.contains(&reply);
                let failed = agent::Input::Failed {
                    reply,
                    failure,
                    began,
                };
                self.take_for_agent(failed)
            }
            Happening::Clause(reply, words, more) => {
                let cancelled = !self.conductor.live.is(reply);
                self.speak(reply, words, more);
                if more == 0 || cancelled {
                    self.take_for_agent(agent::Input::Written {
                        reply,
                        cancelled,
                        began: true,
                        calls: Vec::new(),
                    })?;
                }
                self.playback.poll();
                self.take_reports()
            }
        }
    }

    /// Gives the scripted engines what the executor sent them, and checks it.
    fn after_commands(&mut self) -> Result<(), Broken> {
        let lengths = [
            self.conductor.recognizer.len(),
            self.conductor.endpointing.len(),
            self.conductor.language_model.len(),
            self.conductor.playback.len(),
            self.clauses.len(),
        ];
        if lengths.iter().any(|length| *length > QUEUE / 2) {
            return Property::QueuesStaySmall.broken(format!("they hold {lengths:?}"));
        }
        self.watch_published()?;
        while let Ok(input) = self.recognizer_in.try_recv() {
            self.recognize(input)?;
        }
        while let Ok(input) = self.endpointing_in.try_recv() {
            if let EndpointingInput::Score { turn, pause, .. } = input {
                let at = self.now + self.machine.takes(&mut self.choices, 40, 70);
                let score = (!self.machine.fails(&mut self.choices)).then(|| self.choices.f32());
                let scored = Event::Scored {
                    turn,
                    pause,
                    score,
                    took_ms: 0.0,
                };
                self.schedule(at, Happening::Event(scored));
            }
        }
        while let Ok(input) = self.speaker_in.try_recv() {
            self.tell_voice(&input);
        }
        while let Ok(input) = self.language_model_in.try_recv() {
            self.think(input)?;
        }
        while let Ok(control) = self.front_end_in.try_recv() {
            let deafened = control == CaptureControl::StopListeningOverReplies;
            self.totals.deafened += u64::from(deafened);
        }
        // After the language model: a draft is begun before it is released.
        while let Ok(control) = self.control_in.try_recv() {
            match &control {
                PlaybackControl::Release(reply) => self.invariants.released(self.now, *reply)?,
                PlaybackControl::Stop(reply) => self.invariants.stopped(self.now, *reply),
                PlaybackControl::Attach(_)
                | PlaybackControl::Play(..)
                | PlaybackControl::Chime(_)
                | PlaybackControl::Volume(_)
                | PlaybackControl::UserVolume(_) => {}
            }
            let _ = self.control.try_send(control);
        }
        // After playback: what acts waits for the release.
        while let Ok(input) = self.tools_in.try_recv() {
            self.act_on(input)?;
        }
        while let Ok((reply, call)) = self.external_tools_in.try_recv() {
            self.call_external(reply, &call)?;
        }
        while let Ok(question) = self.helper_in.try_recv() {
            self.ask_helper(&question)?;
        }
        Ok(())
    }

    fn watch_published(&mut self) -> Result<(), Broken> {
        let events = std::mem::take(
            &mut *self
                .published
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for SessionEvent { turn, kind, .. } in events {
            self.note("says", &format!("{turn:?} {kind:?}"));
            if let Some(turn) = turn {
                self.invariants.published(turn, &kind)?;
            }
            match &kind {
                EventKind::TurnEnded { .. } => self.totals.answered += 1,
                EventKind::DraftStarted { .. } => self.totals.drafts += 1,
                EventKind::DraftRolledBack { .. } => self.totals.rolled_back += 1,
                EventKind::Interrupted { .. } => self.totals.interrupted += 1,
                EventKind::Unducked { .. } => self.totals.went_on += 1,
                EventKind::GivenWords { .. } => self.totals.helped += 1,
                _ => {}
            }
        }
        (self.also)(&self.totals)
    }

    fn at_the_end(&self) -> Result<(), Broken> {
        if *self.conductor.machine.state() != State::Listening {
            let state = self.conductor.machine.state();
            return Property::ComesToRest.broken(format!("silent for ever in {state:?}"));
        }
        self.invariants.at_the_end()
    }

    fn note(&mut self, who: &str, what: &str) {
        let ms = self.now.as_millis_f64();
        let _ = writeln!(self.timeline, "{ms:9.0} ms  {who:<10} {what}");
    }
}

/// The user goes over to another language, or says which it was, so often. Of 256.
const GOES_OVER: u8 = 32;

fn setting(helper: Option<HandsOver>) -> Setting {
    Setting {
        offers: model_calls::offers(),
        helper,
        ..Setting::new("Vivi")
    }
}

fn failed(turn: TurnId, reply: Option<ReplyId>, stage: &'static str) -> Event {
    Event::Failed {
        turn,
        reply,
        stage: stage.into(),
        message: "scripted".into(),
        // Without a voice there is nothing to say it with.
        apology: reply.is_none().then(|| "Sorry.".into()),
    }
}
