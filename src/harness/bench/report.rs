//! The report of a run, schema `vivavoce-bench/1`. Its JSON Schema is made from these types:
//! `vivavoce bench schema`, `docs/bench.schema.json`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::drafts::Drafts;
use super::gate::Gate;
use super::machine::{Load, Machine};
use super::metric::Metrics;
use super::statistics::Interval;
use crate::events::{Expect, Stage};

/// Name and version of the schema.
pub const SCHEMA: &str = "vivavoce-bench/1";

/// Everything that a run found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always `vivavoce-bench/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// What was measured.
    pub kind: Kind,
    /// What it comes to.
    pub verdict: Verdict,
    /// Why to believe it.
    pub trust: Trust,
    /// The figures.
    pub metrics: Metrics,
    /// Each conversation that was held; only of kind `conversation`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conversations: Vec<Conversation>,
    /// Turns cut off against latency, for ways of ending turns; only of kind `conversation`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut_off_curve: Vec<CurvePoint>,
}

/// What a report measures. Reports of different kinds are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Conversations on the virtual sound card.
    Conversation,
    /// The engines one by one.
    Engines,
    /// A sound card's round trip.
    Device,
}

/// What a run comes to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// One sentence.
    pub sentence: String,
    /// What a reader has to know before using the figures.
    pub warnings: Vec<String>,
    /// Every budget that was asked for.
    pub gates: Vec<GateResult>,
}

impl Verdict {
    /// Before any budget is checked.
    pub(super) fn new(sentence: String, warnings: Vec<String>) -> Self {
        Self {
            sentence,
            warnings,
            gates: Vec::new(),
        }
    }

    /// Checks budgets on these figures.
    pub fn check(&mut self, gates: &[Gate], metrics: &Metrics) {
        self.gates = gates.iter().map(|gate| gate.check(metrics)).collect();
    }

    /// Whether every budget was kept.
    pub fn passed(&self) -> bool {
        self.gates.iter().all(|gate| gate.passed)
    }
}

/// A budget and whether it was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateResult {
    /// As it was given: `v2v.p95_ms<=600`.
    pub gate: String,
    /// What was measured, in the metric's unit; nothing if the report does not have it.
    pub measured: Option<f64>,
    /// Whether the budget was kept.
    pub passed: bool,
    /// Why nothing was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Why to believe a run, and what it has to have in common with another to be compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trust {
    /// When the run began (RFC 3339, UTC).
    pub began: String,
    /// The program's version.
    pub version: String,
    /// The commit that it was built from.
    pub commit: String,
    /// Target and features of the build.
    pub build: String,
    /// The machine.
    pub machine: Machine,
    /// What happened on it during the run.
    pub load: Load,
    /// The detector on recordings with known answers, made before the run.
    pub self_test: Option<SelfTest>,
    /// The profile of models.
    pub profile: String,
    /// SHA-256 of every model file, by `MODEL/FILE`.
    pub models: IndexMap<String, String>,
    /// SHA-256 of the samples of every stimulus, by `SCENARIO#NUMBER`.
    pub stimuli: IndexMap<String, String>,
    /// Settings that change what is measured, by name.
    pub settings: IndexMap<String, String>,
    /// The seed that was added to that of each scenario.
    pub seed: u64,
    /// How often each scenario was held.
    pub repeats: u32,
}

/// Errors of the detector: what it measured minus the known answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SelfTest {
    /// Recordings that were made.
    pub recordings: usize,
    /// The largest error that is allowed. Milliseconds.
    pub allowed_ms: f64,
    /// Largest error of a response time. Milliseconds.
    pub v2v_error_ms: f64,
    /// Largest error of a stop time. Milliseconds.
    pub stop_error_ms: f64,
    /// Answers that were not found at all.
    pub missed: usize,
}

/// One conversation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Conversation {
    /// The scenario's name.
    pub scenario: String,
    /// Its kind: `clean_turn`, `pause`, ...
    pub kind: String,
    /// Which repetition, from 1.
    pub repeat: u32,
    /// The folder of the recording, relative to that of the run.
    pub recording: String,
    /// Its length.
    pub seconds: f64,
    /// What was said to it, in order.
    pub turns: Vec<Turn>,
    /// Whether a text read aloud answered, instead of the language model.
    #[serde(default)]
    pub long_replies: bool,
    /// Stimuli that did not come: the conversation was over before.
    #[serde(default)]
    pub not_played: usize,
    /// Replies that nothing asked for.
    #[serde(default)]
    pub unprompted: usize,
    /// Cores that other programs used meanwhile.
    #[serde(default)]
    pub other_cores: Option<f64>,
    /// Replies that were interrupted while nobody said anything.
    pub self_interruptions: usize,
    /// How often the loudspeaker found no sample in the middle of speech.
    pub underruns: u64,
    /// Failures of engines.
    pub errors: usize,
    /// From the start of loading to listening. Milliseconds.
    pub startup_ms: Option<f64>,
    /// Work of all cores. Seconds.
    pub core_s: Option<f64>,
    /// What drafts won and wasted.
    pub drafts: Drafts,
    /// What the echo canceller did, where a loudspeaker was heard.
    pub echo: Option<EchoFound>,
    /// What the loudspeaker and the microphone did.
    pub timeline: Timeline,
}

/// One stimulus and what came of it. Times are milliseconds; where a time did not come about, it
/// is not there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Turn {
    /// The stimulus's number in its scenario, from 0.
    pub stimulus: usize,
    /// What it was meant to do: `answer`, `stop` or `go_on` (nothing).
    pub expect: Expect,
    /// Whether a reply sounded when it began, and went on until it was dealt with.
    pub over_reply: bool,
    /// The session's turn in which it was answered.
    pub turn: Option<u64>,
    /// What was said, if it was words.
    pub said: Option<String>,
    /// What the recognizer understood.
    pub understood: Option<String>,
    /// What was heard of the reply.
    pub reply: Option<String>,
    /// From the first to the last audible sample of the reply.
    pub reply_ms: Option<f64>,
    /// What the recognizer understands of the reply's recording.
    pub reply_recognized: Option<String>,
    /// First and last sample of the stimulus that sound.
    pub span_ms: Interval,
    /// Silences inside the stimulus.
    pub pauses_ms: Vec<Interval>,
    /// First audible sample of the reply minus last sample of the stimulus.
    pub v2v_ms: Option<f64>,
    /// What `v2v_ms` is made of, in order; with the last, `rest`, it adds up to it.
    pub stages: Vec<Stage>,
    /// How long each engine worked for the reply, whether it was waited for or not.
    pub took: Vec<Stage>,
    /// Why the turn was over.
    pub reason: Option<String>,
    /// Length of the pause in which the turn was cut off.
    pub cut_off_ms: Option<f64>,
    /// From the first sample of the stimulus to the reply being quieter.
    pub duck_ms: Option<f64>,
    /// Last audible sample of the reply that was interrupted minus first sample of the stimulus.
    pub stop_ms: Option<f64>,
    /// From the last sample of a stimulus that meant nothing to the reply being as loud as before.
    pub resume_ms: Option<f64>,
    /// How long the reply was silent for it.
    pub gap_ms: Option<f64>,
    /// Partial transcripts.
    pub partials: usize,
    /// From the first sample of the stimulus to the first of them.
    pub first_partial_ms: Option<f64>,
    /// Tokens of the prompt whose state was kept from before.
    pub tokens_kept: Option<u64>,
    /// Tokens of the prompt that were read for it.
    pub tokens_read: Option<u64>,
    /// What is wrong: `premature` (answered before its end), `missed` (not answered), `not stopped`,
    /// `false stop`, `not resumed`, `false answer`.
    pub fault: Option<String>,
}

/// What the echo canceller did in a conversation: its recording, cancelled once more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EchoFound {
    /// Echo return loss enhancement while only the assistant spoke, after convergence.
    pub erle_db: f64,
    /// Loudspeaker's sound until three quarters of that (in dB) were reached first. Seconds.
    pub converged_s: Option<f64>,
}

/// A conversation to look at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// Time from one level to the next. Milliseconds.
    pub step_ms: f64,
    /// Level of the microphone in each step. dBFS, not below -90.
    pub capture_dbfs: Vec<f32>,
    /// Level of the loudspeaker in each step.
    pub render_dbfs: Vec<f32>,
    /// What happened.
    pub marks: Vec<Mark>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mark {
    /// When. Milliseconds.
    pub t_ms: f64,
    /// The event's kind.
    pub kind: String,
    /// Why, or what was said.
    pub text: String,
}

/// What a way of ending turns costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CurvePoint {
    /// The way: `balanced`, `silence 500`, ...
    pub policy: String,
    /// `chosen` (can be configured by name), `floor` or `silence`.
    pub family: String,
    /// Median of the decision after the true end. Milliseconds.
    pub latency_p50_ms: f64,
    /// 95th percentile of the same.
    pub latency_p95_ms: f64,
    /// Share of pauses put into turns at which the turn was cut off.
    pub cut_off: f64,
    /// Of so many.
    pub of: u64,
}
