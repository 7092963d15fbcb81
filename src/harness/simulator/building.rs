//! A conversation before it begins: which parts there are, and the wires between them.

use super::*;

/// What the executor sends to scripted parts.
pub(super) struct Sent {
    pub(super) recognizer: Receiver<RecognizerInput>,
    pub(super) endpointing: Receiver<EndpointingInput>,
    pub(super) speaker: Receiver<SpeakerInput>,
    pub(super) language_model: Receiver<LanguageModelInput>,
    pub(super) tools: Receiver<ToolsInput>,
    pub(super) external_tools: Receiver<(ReplyId, Call)>,
    pub(super) helper: Receiver<HelperQuestion>,
    /// On its way to playback, so that what is commanded is seen.
    pub(super) playback: Receiver<PlaybackControl>,
    /// For the front end.
    pub(super) front_end: Receiver<CaptureControl>,
}

/// The playback stage that ships, and who talks with it.
struct Player {
    stage: PlaybackStage,
    render: RenderCallback,
    reports: Receiver<ConductorInput>,
    clauses: Sender<PlaybackInput>,
    control: Sender<PlaybackControl>,
}

impl World {
    pub(super) fn new(conversation: &Conversation) -> Self {
        let mut choices = match conversation {
            Conversation::Seed(seed) => Chooser::of_seed(*seed),
            Conversation::Recorded(choices) => Chooser::of_record(choices.clone()),
        };
        let clock = SessionClock::manual();
        let (bus, published) = published_on(&clock);
        let player = Player::new(bus.clone());
        let helper_wanted = WantedQuestion::default();
        let (conductor, sent) = conductor(&mut choices, bus, helper_wanted.clone());
        let machine = Machine::random(&mut choices);
        let script: Script = script(&mut choices);
        let mut world = Self {
            machine,
            now: Timestamp::ZERO,
            next_step: Timestamp::ZERO + STEP,
            agenda: Agenda::default(),
            script: script.into_iter(),
            conductor,
            reports: player.reports,
            playback: player.stage,
            render: player.render,
            sent,
            helper_wanted,
            clauses: player.clauses,
            control: player.control,
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
}

/// Where the parts that ship say what happens, and what they said there.
fn published_on(clock: &SessionClock) -> (EventBus, Arc<Mutex<Vec<SessionEvent>>>) {
    let published = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&published);
    let watcher = move |event: &SessionEvent| {
        seen.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event.clone());
    };
    let bus = EventBus::new(clock.clone(), vec![Box::new(watcher)]);
    (bus, published)
}

impl Player {
    fn new(bus: EventBus) -> Self {
        let (conductor, reports) = bounded(QUEUE);
        let (control, obeyed) = bounded(QUEUE);
        let (clauses, inputs) = bounded(QUEUE);
        let (render, end, _tap) = render_path(RATE_HZ);
        let mut queue = PlaybackQueue::default();
        // A queue that cannot take its first device has nothing to resample.
        let _ = queue.attach(end);
        Self {
            stage: PlaybackStage {
                queue,
                inputs,
                control: obeyed,
                conductor,
                bus,
                audible: Arc::new(AtomicBool::new(false)),
                said: None,
                next: None,
            },
            render,
            reports,
            clauses,
            control,
        }
    }
}

/// How turn taking is configured.
fn turn_taking(choices: &mut Chooser) -> TurnTakingConfig {
    let mut config = TurnTakingConfig::default();
    if choices.bool() {
        config.idle_prompt = Some(IdlePrompt {
            after: Duration::from_secs(5),
            words: "w0?".into(),
        });
    }
    config.only_enrolled = choices.one_in(4);
    config
}

/// The executor that ships, with both machines.
fn conductor(choices: &mut Chooser, bus: EventBus, wanted: WantedQuestion) -> (Conductor, Sent) {
    let config = turn_taking(choices);
    let helper = choices.bool().then_some(HandsOver::ByBoth);
    let (recognizer, recognizer_in) = bounded(QUEUE);
    let (endpointing, endpointing_in) = bounded(QUEUE);
    let (speaker, speaker_in) = bounded(QUEUE);
    let (language_model, language_model_in) = bounded(QUEUE);
    let (tools, tools_in) = bounded(QUEUE);
    let (external_tools, external_tools_in) = bounded(QUEUE);
    let (questions, helper_in) = bounded(QUEUE);
    let (playback, playback_in) = bounded(QUEUE);
    let (capture, front_end_in) = bounded(QUEUE);
    let (_, inputs) = bounded(1);
    let conductor = Conductor {
        speaker: config.only_enrolled.then_some(speaker),
        machine: TurnTaking::new(config),
        agent: Agent::new(&Persona::bundled(Language::English), setting(helper))
            .speaking(&[Persona::bundled(Language::German)]),
        language: Language::English,
        inputs,
        recognizer,
        waiting: Arc::new(Waiting::default()),
        endpointing,
        language_model,
        tools: Some(tools),
        external_tools: Some(external_tools),
        helper: Some(HelperWire { questions, wanted }),
        asks_end: false,
        is_over: false,
        playback,
        capture,
        live: LiveReply::default(),
        bus,
        decisions: None,
        commands: Vec::new(),
        agent_commands: Vec::new(),
        latest: Timestamp::ZERO,
    };
    let sent = Sent {
        recognizer: recognizer_in,
        endpointing: endpointing_in,
        speaker: speaker_in,
        language_model: language_model_in,
        tools: tools_in,
        external_tools: external_tools_in,
        helper: helper_in,
        playback: playback_in,
        front_end: front_end_in,
    };
    (conductor, sent)
}

fn setting(helper: Option<HandsOver>) -> Setting {
    Setting {
        offers: model_calls::offers(),
        helper,
        ..Setting::new("Vivi")
    }
}
