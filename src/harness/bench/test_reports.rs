//! Made-up reports that look like real ones, for tests: the same conversations every time, held on
//! a machine that is a little different in every run. Also a module of `tests/bench`.

use super::{
    Better, Conversation, CurvePoint, Expect, Interval, Load, Machine, Mark, Metrics, Report,
    ReportKind, SCHEMA, Sample, SelfTest, Stage, Timeline, Trust, Turn, Unit, Verdict,
};

/// What is to be made.
#[derive(Debug, Clone, Copy)]
pub struct Specimen {
    /// Conversations; each has three or four turns.
    pub conversations: usize,
    /// Seed of what differs from run to run.
    pub run: u64,
    /// How much slower everything is in this run: 0.03 is 3%.
    pub drift: f64,
    /// A stage, and how much longer it takes. Milliseconds.
    pub delay: (&'static str, f64),
}

impl Specimen {
    /// Enough to see that everything is there.
    pub const SMALL: Self = Self {
        conversations: 6,
        run: 1,
        drift: 0.0,
        delay: ("", 0.0),
    };
    /// As much as the suite has.
    #[allow(dead_code, reason = "not every test binary looks at a large one")]
    pub const LARGE: Self = Self {
        conversations: 60,
        ..Self::SMALL
    };
}

/// Parts of a response: name, mean, how much it differs from turn to turn and from run to run.
/// Milliseconds. The parts together have a median of 400 and a spread of 60.
const STAGES: [(&str, f64, f64, f64); 7] = [
    ("endpoint", 302.0, 45.0, 12.0),
    ("transcript", 18.0, 5.0, 6.0),
    ("token", 12.0, 6.0, 8.0),
    ("clause", 16.0, 10.0, 10.0),
    ("voice", 22.0, 4.0, 6.0),
    ("device", 22.0, 1.0, 4.0),
    ("rest", 8.0, 4.0, 6.0),
];
/// Engines that are timed by themselves.
const ENGINES: [&str; 3] = ["transcript", "token", "voice"];
const KINDS: [&str; 5] = [
    "clean_turn",
    "pause",
    "interruption",
    "backchannel",
    "noise",
];
const SAYINGS: [(&str, &str); 4] = [
    (
        "What is the capital of France?",
        "The capital of France is Paris.",
    ),
    (
        "Set a timer for twelve minutes.",
        "All right, twelve minutes from now I will tell you.",
    ),
    (
        "Tell me about the night sky in winter.",
        "In winter you see Orion, the hunter, in the south.",
    ),
    ("And how far away is it?", "About four hundred light years."),
];
const STEP_MS: f64 = 20.0;

/// Two sources of chance: what belongs to the turn, and what belongs to the run.
struct Dice {
    turn: fastrand::Rng,
    run: fastrand::Rng,
}

fn normal(random: &mut fastrand::Rng) -> f64 {
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

/// Makes a report.
pub fn report(specimen: Specimen) -> Report {
    let mut dice = Dice {
        turn: fastrand::Rng::with_seed(7),
        run: fastrand::Rng::with_seed(specimen.run),
    };
    let conversations: Vec<Conversation> = (0..specimen.conversations)
        .map(|n| conversation(specimen, n, &mut dice))
        .collect();
    let mut report = Report {
        schema: SCHEMA.into(),
        kind: ReportKind::Conversation,
        verdict: Verdict::default(),
        trust: trust(&conversations),
        metrics: metrics(specimen, &conversations, &mut dice),
        conversations,
        cut_off_curve: curve(),
    };
    report.verdict = Verdict {
        sentence: "V2V 404 ms at the median, 512 ms at the 95th percentile; 1.4% of turns missed"
            .into(),
        warnings: vec![
            "the machine was busy: other programs used 0.62 cores during the run; close them and \
             run again for figures to compare"
                .into(),
        ],
        gates: Vec::new(),
    };
    report
}

fn conversation(specimen: Specimen, n: usize, dice: &mut Dice) -> Conversation {
    let kind = KINDS[n % KINDS.len()];
    let mut at = 750.0;
    let turns: Vec<Turn> = (0..3 + n % 3 / 2)
        .map(|stimulus| {
            let turn = turn(specimen, (n, stimulus), at, dice);
            at = turn.span_ms.1 + 5_200.0;
            turn
        })
        .collect();
    Conversation {
        scenario: format!("{}-{:02}", kind.replace('_', "-"), n / KINDS.len() + 1),
        kind: kind.into(),
        repeat: 1,
        recording: format!("recordings/{n:03}"),
        seconds: at / 1_000.0,
        timeline: timeline(&turns, at, &mut dice.run),
        turns,
        ..Conversation::default()
    }
}

fn turn(specimen: Specimen, (n, stimulus): (usize, usize), at: f64, dice: &mut Dice) -> Turn {
    let (said, reply) = SAYINGS[stimulus];
    let stages: Vec<Stage> = STAGES
        .iter()
        .map(|(name, mean, of_turns, of_runs)| {
            let own = normal(&mut dice.turn) * of_turns + normal(&mut dice.run) * of_runs;
            let delay = if specimen.delay.0 == *name {
                specimen.delay.1
            } else {
                0.0
            };
            let ms = (mean + own) * (1.0 + specimen.drift) + delay;
            Stage {
                name: (*name).into(),
                ms,
            }
        })
        .collect();
    let v2v_ms = stages.iter().map(|stage| stage.ms).sum::<f64>();
    let fault = match n % 20 {
        7 if stimulus == 1 => Some("missed".to_owned()),
        11 if stimulus == 2 => Some("premature".to_owned()),
        _ => None,
    };
    let missed = fault.as_deref() == Some("missed");
    let interrupts = n % KINDS.len() == 2 && stimulus > 0;
    Turn {
        stimulus,
        said: Some(said.into()),
        understood: (!missed).then(|| said.into()),
        reply: (!missed).then(|| reply.into()),
        span_ms: Interval(at, at + 1_200.0 + 25.0 * said.len() as f64),
        v2v_ms: (!missed).then_some(v2v_ms),
        stages: if missed { Vec::new() } else { stages },
        reason: (!missed).then(|| "sounds finished".into()),
        stop_ms: interrupts.then(|| 280.0 + normal(&mut dice.run) * 60.0),
        fault,
        expect: Expect::Answer,
        ..Turn::default()
    }
}

fn timeline(turns: &[Turn], end_ms: f64, random: &mut fastrand::Rng) -> Timeline {
    let mut marks = Vec::new();
    let mut mark = |t_ms: f64, kind: &str, text: &str| {
        marks.push(Mark {
            t_ms,
            kind: kind.into(),
            text: text.into(),
        });
    };
    for turn in turns {
        let end = turn.span_ms.1;
        if let Some(v2v) = turn.v2v_ms {
            mark(end + 330.0, "turn_ended", "sounds finished");
            mark(end + v2v, "playback_started", "");
            if let Some(stop) = turn.stop_ms {
                mark(end + 2_000.0, "ducked", "a sound");
                mark(end + 2_000.0 + stop, "interrupted", "you spoke: stop");
            }
            mark(end + 4_200.0, "playback_finished", "");
        }
    }
    let level = |sounds: bool, random: &mut fastrand::Rng| {
        if sounds {
            (-20.0 + 6.0 * normal(random)).clamp(-60.0, -3.0) as f32
        } else {
            (-72.0 + 2.0 * normal(random)) as f32
        }
    };
    let steps = (end_ms / STEP_MS) as usize;
    let (mut capture_dbfs, mut render_dbfs) = (Vec::new(), Vec::new());
    for t in (0..steps).map(|n| n as f64 * STEP_MS) {
        let speaks = turns
            .iter()
            .any(|u| (u.span_ms.0..u.span_ms.1).contains(&t));
        let replies = turns.iter().any(|u| {
            let since = t - u.span_ms.1;
            u.v2v_ms.is_some_and(|v2v| since > v2v && since < 4_200.0)
        });
        capture_dbfs.push(level(speaks, random));
        render_dbfs.push(if replies { level(true, random) } else { -90.0 });
    }
    Timeline {
        step_ms: STEP_MS,
        capture_dbfs,
        render_dbfs,
        marks,
    }
}

fn metrics(specimen: Specimen, conversations: &[Conversation], dice: &mut Dice) -> Metrics {
    let turns: Vec<(String, &Turn)> = conversations
        .iter()
        .flat_map(|c| {
            let named = c.turns.iter().enumerate();
            named.map(move |(n, turn)| (format!("{}#{n}", c.scenario), turn))
        })
        .collect();
    let samples = |of: &dyn Fn(&Turn) -> Option<f64>| -> Vec<Sample> {
        let found = turns.iter().filter_map(|(at, turn)| Some((at, of(turn)?)));
        found
            .map(|(at, value)| Sample {
                at: at.clone(),
                value,
            })
            .collect()
    };
    let (ms, lower) = (Unit::Ms, Better::Lower);
    let mut metrics = Metrics::default();
    let about = "first audible sample of the reply minus last sample of the stimulus";
    metrics.values("v2v", ms, lower, about, samples(&|turn| turn.v2v_ms));
    let missed = |fault: &str| {
        turns
            .iter()
            .filter(|(_, t)| t.fault.as_deref() == Some(fault))
            .count()
    };
    metrics.rate(
        "v2v.missed",
        lower,
        "turns without a reply",
        missed("missed"),
        turns.len(),
    );
    let about = "replies that began before the turn was over";
    metrics.rate(
        "v2v.premature",
        lower,
        about,
        missed("premature"),
        turns.len(),
    );
    let about =
        "last audible sample of the reply that was interrupted minus first sample of the speech";
    metrics.values("stop", ms, lower, about, samples(&|turn| turn.stop_ms));
    for (n, (name, ..)) in STAGES.iter().enumerate() {
        let about = "part of the response time on the critical path";
        let found = samples(&|turn| Some(turn.stages.get(n)?.ms));
        metrics.values(format!("stage.{name}"), ms, Better::Neither, about, found);
    }
    for name in ENGINES {
        let delay = if specimen.delay.0 == name {
            specimen.delay.1
        } else {
            0.0
        };
        let took = turns.iter().map(|(at, _)| Sample {
            at: at.clone(),
            value: (60.0 + 8.0 * normal(&mut dice.turn) + 4.0 * normal(&mut dice.run))
                * (1.0 + specimen.drift)
                + delay,
        });
        let about = "how long the engine took";
        metrics.values(format!("took.{name}"), ms, lower, about, took.collect());
    }
    metrics.value(
        "memory.peak",
        Unit::Mib,
        lower,
        "most memory of the program",
        912.0,
    );
    metrics.value(
        "voice.rtf",
        Unit::Ratio,
        lower,
        "time to make a second of speech",
        0.041,
    );
    metrics
}

fn trust(conversations: &[Conversation]) -> Trust {
    let stimuli = conversations.iter().flat_map(|c| {
        let numbers = 0..c.turns.len();
        numbers.map(move |n| (format!("{}#{n}", c.scenario), format!("{:064x}", n + 1)))
    });
    Trust {
        began: "2025-01-01T12:00:00Z".into(),
        version: "0.1.0".into(),
        commit: "0123456789ab".into(),
        build: "x86_64-unknown-linux-gnu".into(),
        machine: Machine {
            cpu: "AMD EPYC 7763".into(),
            cores: 2,
            memory_mib: 7_960,
            os: Some("Linux (Debian 12)".into()),
            governor: Some("performance".into()),
            ..Machine::default()
        },
        load: Load {
            seconds: 1_260.0,
            load_average: 0.9,
            own_cores: Some(0.7),
            other_cores: Some(0.62),
            peak_memory_mib: Some(912.0),
            ..Load::default()
        },
        self_test: Some(SelfTest {
            recordings: 24,
            allowed_ms: 5.0,
            v2v_error_ms: 1.2,
            stop_error_ms: 2.0,
            missed: 0,
        }),
        profile: "default".into(),
        models: [("voice/en.bin".to_owned(), "ab".repeat(32))].into(),
        stimuli: stimuli.collect(),
        settings: [("endpointing".to_owned(), "balanced".to_owned())].into(),
        seed: 1,
        repeats: 1,
    }
}

fn curve() -> Vec<CurvePoint> {
    let point = |policy: String, family: &str, p50: f64, cut_off: f64| CurvePoint {
        policy,
        family: family.into(),
        latency_p50_ms: p50,
        latency_p95_ms: p50 * 1.4,
        cut_off,
        of: 120,
    };
    let styles = [
        ("eager", 240.0, 0.22),
        ("balanced", 350.0, 0.08),
        ("patient", 620.0, 0.02),
    ];
    let chosen = styles.map(|(name, p50, cut)| point(name.into(), "chosen", p50, cut));
    let floors = (3..10).map(|n| {
        let ms = f64::from(n) * 100.0;
        point(format!("floor {ms}"), "floor", ms + 40.0, 24.0 / ms)
    });
    let silences = (2..11).map(|n| {
        let ms = f64::from(n) * 100.0;
        point(
            format!("silence {ms}"),
            "silence",
            ms + 15.0,
            (1.1 - ms / 1_000.0).max(0.05),
        )
    });
    chosen.into_iter().chain(floors).chain(silences).collect()
}
