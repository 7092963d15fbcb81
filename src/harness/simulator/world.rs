//! One conversation: the parts that ship, the parts that are scripted, and the clock.

#[path = "helper_answers.rs"]
mod helper_answers;
#[path = "model_calls.rs"]
mod model_calls;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::fmt::Write;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use fastrand::Rng;

use super::Totals;
use super::engines::{Machine, RATE_HZ, Vocabulary, Worker};
use super::invariants::{self, Invariants};
use super::user::{Action, Script, Stretch, script};
use crate::agent::intents::Engines;
use crate::agent::{self, Agent, BuiltIn, FailureKind, HandsOver, Persona, Setting, UserWords};
use crate::audio::callback::{RenderCallback, render_path};
use crate::clock::{SessionClock, Timestamp};
use crate::events::{EventKind, ReplyId, SessionEvent, TurnId};
use crate::language::Language;
use crate::lexicon::{Apology, words};
use crate::pipeline::EventBus;
use crate::pipeline::scripted::{
    Assignment, CaptureControl, CommandsWaiting, Conductor, ConductorInput, EndpointingInput,
    HelperQuestion, HelperWire, LanguageModelInput, LiveReply, PlaybackControl, PlaybackInput,
    PlaybackStage, RecognizerInput, SpeakerInput, ToolsInput, WantedQuestion,
};
use crate::playback::PlaybackQueue;
use crate::tool_call::Call;
use crate::tools::{Control, Outcome};
use crate::turn_taking::{Event, IdlePrompt, State, TurnTaking, TurnTakingConfig, Voice};

/// A conversation that broke an invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Replays it exactly.
    pub seed: u64,
    /// What did not hold.
    pub broken: String,
    /// What happened until then, a line each.
    pub timeline: String,
}

/// How a conversation is to be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversation {
    /// The seed that decides everything in it.
    pub seed: u64,
}

/// Every 10 ms: ticks, and what the loudspeaker takes.
const STEP: Duration = Duration::from_millis(10);
const STEP_SAMPLES: usize = RATE_HZ as usize / 100;
/// A conversation that has not come to rest by then never will.
const LONGEST: Duration = Duration::from_secs(600);
/// No queue between two stages may come near its bound.
const QUEUE: usize = 256;

/// Holds one conversation to its end.
pub fn simulate(conversation: Conversation) -> Result<Totals, Box<Failure>> {
    let mut world = World::new(conversation.seed);
    match world.run() {
        Ok(()) => Ok(world.totals),
        Err(broken) => Err(Box::new(Failure {
            seed: conversation.seed,
            broken,
            timeline: std::mem::take(&mut world.timeline),
        })),
    }
}

/// What happens in a conversation, a line each.
pub fn timeline(conversation: Conversation) -> String {
    let mut world = World::new(conversation.seed);
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
    rng: Rng,
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
    timeline: String,
    totals: Totals,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
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
        if rng.bool() {
            config.idle_prompt = Some(IdlePrompt {
                after: Duration::from_secs(5),
                words: "w0?".into(),
            });
        }
        config.only_enrolled = rng.u8(..4) == 0;
        let speaker = config.only_enrolled.then_some(speaker);
        let helper = rng.bool().then_some(HandsOver::ByBoth);
        let (_, inputs) = bounded(1);
        let machine = Machine::random(&mut rng);
        let script: Script = script(&mut rng);
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
                language_of_tools: Language::English,
                inputs,
                recognizer,
                waiting: CommandsWaiting::default(),
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
            timeline: String::new(),
            totals: Totals {
                conversations: 1,
                ..Totals::default()
            },
            clock,
            rng,
        };
        world.next_action();
        world
    }

    fn run(&mut self) -> Result<(), String> {
        while let Some(at) = self.next_moment() {
            if at.since(Timestamp::ZERO) > LONGEST {
                return Err("the conversation does not come to rest".into());
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
    fn step(&mut self) -> Result<(), String> {
        if self.playback.is_busy() {
            let mut out = [0.0f32; STEP_SAMPLES];
            self.render.process(&mut out, 1);
            self.invariants.played(self.now, &out, &self.vocabulary)?;
            self.playback.poll();
            self.take_reports()?;
        }
        self.take(Event::Tick)
    }

    fn take(&mut self, event: Event) -> Result<(), String> {
        self.conductor.take(self.now, event);
        self.after_commands()?;
        // Stops and releases reach the device at once; what it reports comes back in a moment.
        self.playback.poll();
        self.take_reports()
    }

    fn take_for_agent(&mut self, input: agent::Input) -> Result<(), String> {
        self.conductor.take_for_agent(self.now, input);
        self.after_commands()?;
        self.playback.poll();
        self.take_reports()
    }

    fn take_reports(&mut self) -> Result<(), String> {
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

    fn happen(&mut self, happening: Happening) -> Result<(), String> {
        match happening {
            Happening::User => {
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
                if self.rng.u8(..) < GOES_OVER && text.contains(' ') {
                    let languages = [Language::English, Language::German];
                    let language = languages[self.rng.usize(..languages.len())];
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

    fn act(&mut self, action: Action) {
        match action {
            Action::Speak(stretches) => {
                let mut offset = 0;
                for Stretch { text, ms, pause_ms } in stretches {
                    self.speech(offset, ms, Some(&text));
                    offset += ms + pause_ms;
                }
                self.user_busy_until = self.now + Duration::from_millis(offset);
            }
            Action::Cough(ms) => self.speech(0, ms, None),
            Action::Babble(times) => {
                for n in 0..times {
                    self.speech(n * 700, 300, None);
                }
                self.user_busy_until = self.now + Duration::from_millis(times * 700);
            }
            Action::Sound => self.event_in(30, Event::SoundStarted(self.now)),
            Action::Echo(ms) => {
                let said = match self.conductor.machine.state() {
                    State::Replying(reply) => reply.said.clone(),
                    State::Listening | State::User(_) | State::AwaitingHeard { .. } => {
                        String::new()
                    }
                };
                let all = words(&said);
                let last = all[all.len().saturating_sub(4)..].join(" ");
                self.speech(0, ms, Some(&last));
            }
            Action::Stop => self.event_in(0, Event::Stop),
            Action::TakeBack => self.event_in(0, Event::TakeBack),
            Action::Type => self.event_in(0, Event::Typed("typed words".into())),
            Action::Ring => {
                let (id, words) = (self.order as i64, format!("ring {}.", self.order));
                self.invariants.rings(id);
                self.event_in(0, Event::Ring { id, words });
            }
        }
    }

    /// Speech from `offset` on: what the detector says of it, and when its words can be heard.
    fn speech(&mut self, offset: u64, ms: u64, text: Option<&str>) {
        let ms_of = Duration::from_millis;
        let (start, end) = (self.now + ms_of(offset), self.now + ms_of(offset + ms));
        if self.rng.u8(0..3) > 0 {
            self.event_in(offset + 30, Event::SoundStarted(start));
        }
        let onset = 64 + self.rng.u64(0..40);
        if ms <= onset {
            return;
        }
        self.event_in(offset + onset, Event::SpeechStarted(start));
        let hangover = 32 + self.rng.u64(0..80);
        self.event_in(offset + ms + hangover, Event::SpeechPaused(end));
        let words: Vec<String> = text.map(words).unwrap_or_default();
        for (n, word) in words.iter().enumerate() {
            let at = start + ms_of(ms * (n as u64 + 1) / (words.len() as u64 + 1));
            self.schedule(at, Happening::Heard(word.clone()));
        }
        let closing = text.and_then(|t| t.chars().last());
        if let Some(mark @ ('?' | ',' | '.')) = closing {
            self.schedule(end, Happening::Heard(mark.to_string()));
        }
    }

    /// What the recognizer makes of the present transcript's audio.
    fn transcript(&self) -> String {
        let from = self.transcript_from;
        let mut text = String::new();
        for (_, word) in self.said.iter().filter(|(at, _)| *at >= from) {
            let mark = word.chars().all(|c| c.is_ascii_punctuation());
            if !mark && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        text
    }

    /// Gives the scripted engines what the executor sent them, and checks it.
    fn after_commands(&mut self) -> Result<(), String> {
        let lengths = [
            self.conductor.recognizer.len(),
            self.conductor.endpointing.len(),
            self.conductor.language_model.len(),
            self.conductor.playback.len(),
            self.clauses.len(),
        ];
        if lengths.iter().any(|length| *length > QUEUE / 2) {
            return Err(format!("a queue grows without bound: {lengths:?}"));
        }
        self.watch_published()?;
        while let Ok(input) = self.recognizer_in.try_recv() {
            self.recognize(input)?;
        }
        while let Ok(input) = self.endpointing_in.try_recv() {
            if let EndpointingInput::Score { turn, pause } = input {
                let at = self.now + self.machine.takes(&mut self.rng, 40, 70);
                let score = (!self.machine.fails(&mut self.rng)).then(|| self.rng.f32());
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

    /// Whoever it is: while they speak, and at each pause.
    fn tell_voice(&mut self, input: &SpeakerInput) {
        let (turn, pause, after_ms) = match *input {
            SpeakerInput::Start { turn, .. } => (turn, None, 700),
            SpeakerInput::Pause { turn, pause } => (turn, Some(pause), 0),
            SpeakerInput::Audio { .. } | SpeakerInput::End(_) => return,
        };
        let takes = self.machine.takes(&mut self.rng, 30, 300);
        let voice = (!self.machine.fails(&mut self.rng)).then(|| Voice {
            likeness: self.rng.f32() * 0.4 - 0.3,
            speech_ms: self.rng.f64() * 3_000.0,
        });
        let heard = Event::VoiceHeard { turn, pause, voice };
        let at = self.now + Duration::from_millis(after_ms) + takes;
        self.schedule(at, Happening::Event(heard));
    }

    fn recognize(&mut self, input: RecognizerInput) -> Result<(), String> {
        match input {
            RecognizerInput::Audio { .. } => {}
            RecognizerInput::Start { turn, from } => {
                self.invariants.transcript_opened(turn)?;
                self.transcript_from = from;
                for n in 1..8 {
                    let at = self.now + Duration::from_millis(250 * n);
                    self.schedule(at, Happening::Partial(turn));
                }
            }
            RecognizerInput::Pause { turn, pause } => {
                let takes = self.machine.takes(&mut self.rng, 20, 120);
                let at = self.recognizer.work(self.now, takes);
                if self.machine.fails(&mut self.rng) {
                    self.totals.failures += 1;
                    let failed = failed(turn, None, "recognizer");
                    self.schedule(at, Happening::Event(failed));
                } else {
                    let text = self.transcript();
                    self.schedule(at, Happening::Decoded(turn, pause, text));
                }
            }
            RecognizerInput::Resume(_) => {}
            RecognizerInput::End(turn) => self.invariants.transcript_ended(turn),
        }
        Ok(())
    }

    fn think(&mut self, input: LanguageModelInput) -> Result<(), String> {
        let reply = match input {
            LanguageModelInput::ReadAhead {
                messages, words, ..
            } => {
                let takes = self.machine.takes(&mut self.rng, 5, 80);
                let at = self.language_model.work(self.now, takes);
                self.find_end(at, words);
                if self.machine.fails(&mut self.rng) {
                    self.schedule(at, Happening::Crowded(messages.len()));
                }
                return self.invariants.prompted(&messages);
            }
            LanguageModelInput::Write(Assignment {
                reply,
                messages,
                tools,
                words,
                ..
            }) => {
                let takes = self.machine.takes(&mut self.rng, 5, 40);
                let at = self.language_model.work(self.now, takes);
                self.find_end(at, words);
                self.invariants.prompted(&messages)?;
                invariants::in_its_language(&messages, self.voice)?;
                if !tools.is_empty() && self.model_calls() {
                    self.begun(reply)?;
                    let takes = self.machine.takes(&mut self.rng, 30, 250);
                    let at = self.language_model.work(self.now, takes);
                    self.schedule(at, Happening::Wants(reply));
                    return Ok(());
                }
                reply
            }
            LanguageModelInput::Tone(_) | LanguageModelInput::Speed(_) => return Ok(()),
            LanguageModelInput::SpeakIn(language) => {
                self.voice = language;
                return Ok(());
            }
            LanguageModelInput::SayMeanwhile { reply, .. } => {
                self.speak(reply, 2, 1);
                return Ok(());
            }
            LanguageModelInput::Say { reply, .. } => {
                self.begun(reply)?;
                let takes = self.machine.takes(&mut self.rng, 5, 60);
                let at = self.now + takes;
                let happening = if self.machine.fails(&mut self.rng) {
                    self.totals.failures += 1;
                    Happening::Event(failed(reply.turn, Some(reply), "voice"))
                } else {
                    Happening::Clause(reply, self.rng.usize(1..6), 0)
                };
                self.schedule(at, happening);
                return Ok(());
            }
            LanguageModelInput::End(reply) => {
                if self.conductor.live.is(reply) {
                    let _ = self.clauses.try_send(PlaybackInput::Complete(reply));
                }
                return Ok(());
            }
        };
        self.begun(reply)?;
        let takes = self.machine.takes(&mut self.rng, 30, 250);
        let at = self.language_model.work(self.now, takes);
        if self.machine.fails(&mut self.rng) {
            self.totals.failures += 1;
            self.retried.insert(reply);
            self.schedule(at, Happening::BrokenOff(reply));
            return Ok(());
        }
        let (words, more) = (self.rng.usize(0..6), self.rng.u32(0..4));
        self.schedule(at, Happening::Clause(reply, words, more));
        Ok(())
    }

    /// The language model has an opinion of any kind on whether words are all.
    fn find_end(&mut self, at: Timestamp, words: Option<UserWords>) {
        // Some reading gives way to what is wanted then, and some models cannot tell.
        if let Some(UserWords { turn, text }) = words
            && self.rng.u32(..4) > 0
        {
            let ends = self.rng.bool().then(|| self.rng.f32());
            let read = Event::WordsRead { turn, text, ends };
            self.schedule(at, Happening::Event(read));
        }
    }

    /// The language model begins with a reply. What failed may be tried in another way, and a reply goes on once
    /// a tool was called.
    fn begun(&mut self, reply: ReplyId) -> Result<(), String> {
        match self.retried.remove(&reply) || self.goes_on.contains(&reply) {
            true => Ok(()),
            false => self.invariants.drafted(reply),
        }
    }

    /// A scripted tool works: what it changes is an effect, which must be wanted.
    fn act_on(&mut self, input: ToolsInput) -> Result<(), String> {
        match input {
            ToolsInput::Call {
                reply,
                call,
                in_doubt,
            } => {
                self.invariants.called(reply, in_doubt)?;
                let at = self.now + self.machine.takes(&mut self.rng, 1, 30);
                let result = match self.machine.fails(&mut self.rng) {
                    true => Err("I could not do that.".to_owned()),
                    false => match call.name.as_str() {
                        "speak_slower" => Ok(Outcome::Control(Control::Slower, "Yes.".into())),
                        "stop_listening" => Ok(Outcome::Control(Control::Sleep, "Yes.".into())),
                        name => Ok(Outcome::Say(format!("{name} done."))),
                    },
                };
                let called = agent::Input::Called { reply, result };
                self.schedule(at, Happening::Agent(called));
            }
            ToolsInput::Keep => self.invariants.kept()?,
            ToolsInput::TakeBack => self.invariants.taken_back()?,
            ToolsInput::Acknowledge(ids) => self.invariants.acknowledged(&ids)?,
        }
        Ok(())
    }

    /// How the language model fails.
    fn failure(&mut self) -> agent::Failure {
        let kinds = [
            FailureKind::TooLong {
                tokens: 120,
                fits: 100,
            },
            FailureKind::Refused,
            FailureKind::OfTheQuestion,
            FailureKind::OfTheEngine,
        ];
        agent::Failure {
            kind: kinds[self.rng.usize(..kinds.len())],
            message: "scripted".into(),
            apology: Apology::Failed,
        }
    }

    /// A clause is sound. One in flight comes even if it is not wanted any more.
    fn speak(&mut self, reply: ReplyId, words: usize, more: u32) {
        let wanted = self.conductor.live.is(reply);
        if !wanted && self.rng.bool() {
            return;
        }
        let clause = self.vocabulary.clause(reply, words);
        let _ = self
            .clauses
            .try_send(PlaybackInput::Clause { reply, clause });
        match more {
            0 => {
                let _ = self.clauses.try_send(PlaybackInput::Complete(reply));
            }
            _ if wanted => {
                let takes = self.machine.takes(&mut self.rng, 20, 200);
                let at = self.language_model.work(self.now, takes);
                let next = if self.machine.fails(&mut self.rng) {
                    self.totals.failures += 1;
                    Happening::BrokenOff(reply)
                } else {
                    Happening::Clause(reply, self.rng.usize(1..6), more - 1)
                };
                self.schedule(at, next);
            }
            _ => {}
        }
    }

    fn watch_published(&mut self) -> Result<(), String> {
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
        Ok(())
    }

    fn at_the_end(&self) -> Result<(), String> {
        if *self.conductor.machine.state() != State::Listening {
            let state = self.conductor.machine.state();
            return Err(format!("silent for ever in {state:?}"));
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
        name: "Vivi".into(),
        engines: Engines::OnThisMachine,
        country: None,
        built_in: BuiltIn::Callable,
        has_folders: false,
        offers: model_calls::offers(),
        helper,
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
