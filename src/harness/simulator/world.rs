//! One conversation: the parts that ship, the parts that are scripted, and the clock.

#[path = "agenda.rs"]
mod agenda;
#[path = "building.rs"]
mod building;
#[path = "happening.rs"]
mod happening;
#[path = "helper_answers.rs"]
mod helper_answers;
#[path = "model_calls.rs"]
mod model_calls;
#[path = "stages.rs"]
mod stages;
#[path = "user_acts.rs"]
mod user_acts;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use agenda::{Agenda, Happening};
use building::Sent;

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

struct World {
    choices: Chooser,
    machine: Machine,
    now: Timestamp,
    next_step: Timestamp,
    clock: SessionClock,
    agenda: Agenda,
    script: std::vec::IntoIter<(u64, Action)>,
    // What ships.
    conductor: Conductor,
    reports: Receiver<ConductorInput>,
    playback: PlaybackStage,
    render: RenderCallback,
    // What is scripted.
    sent: Sent,
    helper_wanted: WantedQuestion,
    clauses: Sender<PlaybackInput>,
    control: Sender<PlaybackControl>,
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
            while let Some(happening) = self.agenda.pop_due(at) {
                self.happen(happening)?;
            }
        }
        self.totals.seconds = self.now.since(Timestamp::ZERO).as_secs();
        self.at_the_end()
    }

    /// When something happens next; `None` if nothing ever will.
    fn next_moment(&self) -> Option<Timestamp> {
        let planned = self.agenda.next_at();
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
        self.agenda.push(at, happening);
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
