//! What can happen in a session.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    DropReason, DuckReason, DuplexMode, EndReason, Expect, GoOnReason, HandOverReason,
    HelperOutcome, HoldReason, IgnoreReason, InterruptReason, RollbackReason, SleepReason,
    WakeReason,
};

/// What happened. Times within are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EventKind {
    /// Every engine is loaded and warm; the session listens.
    Ready {
        /// From the start of the program.
        startup_ms: f64,
        /// Tokens of the persona's prompt whose state came from disk.
        prompt_kept: usize,
        /// Tokens of the persona's prompt that had to be read.
        prompt_read: usize,
    },
    /// The user began to speak.
    SpeechStarted,
    /// The user stopped speaking, perhaps only for a moment.
    SpeechPaused {
        /// The last sound of speech, on the session's clock.
        last_speech_ms: f64,
    },
    /// What the user has said so far.
    Partial {
        /// The words.
        text: String,
        /// Time the decoding took.
        decode_ms: f64,
    },
    /// What the user said, should the turn end at this pause.
    Final {
        /// The words; empty if it was no speech.
        text: String,
        /// Time the decoding took.
        decode_ms: f64,
    },
    /// How likely the turn is over at this pause, and how long it will therefore be waited.
    EndpointScored {
        /// Probability by the sound; `None` if there is no detector or it failed.
        score: Option<f32>,
        /// Probability by the words, from the language model; `None` if it was not asked, or cannot tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends: Option<f32>,
        /// What decides how long: the words, once they are known, or the sound.
        reason: EndReason,
        /// From the last sound of speech to the decision, as it looks now.
        wait_ms: f64,
        /// Time the detector took.
        took_ms: f64,
    },
    /// The user's turn is over and will be answered.
    TurnEnded {
        /// From the last sound of speech to the decision.
        waited_ms: f64,
        /// Probability that the turn had ended, where a detector was asked.
        score: Option<f32>,
        /// Why now.
        reason: EndReason,
        /// The user's words, all of them.
        text: String,
    },
    /// A reply is made in silence, in case the turn is over.
    DraftStarted {
        /// Which draft of the turn.
        draft: u32,
        /// The user's words that it answers.
        text: String,
    },
    /// The turn was over as the draft had it: it may be heard.
    DraftReleased {
        /// Which draft of the turn.
        draft: u32,
        /// From its start to the decision: the time won.
        ahead_ms: f64,
    },
    /// The draft is thrown away unheard.
    DraftRolledBack {
        /// Which draft of the turn.
        draft: u32,
        /// Why.
        reason: RollbackReason,
    },
    /// What was heard is not answered.
    TurnIgnored {
        /// Why.
        reason: IgnoreReason,
        /// The words, if there were any.
        text: String,
    },
    /// The user went on before the reply was audible: the turn grows.
    TurnExtended,
    /// Words that were given to be said are on their way; their reply has this event's turn.
    GivenWords {
        /// A number that whoever gave them knows them by.
        id: i64,
        /// The words.
        text: String,
    },
    /// The user speaks another language than before.
    LanguageChanged {
        /// Its code, "de".
        language: String,
    },
    /// A tool was called instead of the language model, or by it.
    ToolCalled {
        /// Its name.
        tool: String,
        /// What it was called with.
        arguments: serde_json::Map<String, serde_json::Value>,
        /// What it says; also where it failed.
        said: String,
    },
    /// The prompt has been read.
    PromptRead {
        /// Tokens whose state was kept from before.
        kept: usize,
        /// Tokens that were read.
        read: usize,
    },
    /// The language model gave its first token.
    FirstToken,
    /// The first clause of the reply is complete.
    FirstClause {
        /// As the model wrote it.
        text: String,
    },
    /// The first clause has become sound.
    FirstAudio {
        /// Silence before its first audible sample.
        leading_silence_ms: f64,
    },
    /// A clause of the reply is on its way to the loudspeaker.
    Clause {
        /// As the model wrote it.
        text: String,
    },
    /// The language model has ended its reply, or was made to.
    ReplyComplete {
        /// Which draft of the turn.
        draft: u32,
        /// All of it, heard or not.
        text: String,
        /// Tokens that were generated.
        tokens: u32,
        /// Tokens per second while it was generated.
        tokens_per_s: f64,
        /// Time that the language model worked for it.
        busy_ms: f64,
        /// Whether it was cancelled before its end.
        cancelled: bool,
    },
    /// A question goes to the helper, a second language model; the event's turn is that of the question.
    HelperAsked {
        /// The question's number, which its answer has as well.
        id: i64,
        /// The question.
        question: String,
        /// Its parts, where they are asked apart.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<String>,
        /// Why.
        reason: HandOverReason,
    },
    /// The helper has ended its work on a question, which may not be wanted any more.
    HelperDone {
        /// The question's number.
        id: i64,
        /// The model.
        model: String,
        /// What came of it.
        outcome: HelperOutcome,
        /// All that was written, heard or not.
        text: String,
        /// Tokens whose state was kept from before.
        kept: usize,
        /// Tokens that were read.
        read: usize,
        /// Tokens that were written.
        tokens: u32,
        /// Time that it worked for it.
        busy_ms: f64,
        /// Time from the question: what it worked, waited for its turn, and left the cores to the conversation.
        took_ms: f64,
    },
    /// Nothing, or nothing more, is said of a question that went to the helper.
    HelperDropped {
        /// The question's number.
        id: i64,
        /// Why.
        reason: DropReason,
    },
    /// The first sample of the reply left for the device.
    PlaybackStarted {
        /// When it did, on the session's clock; the event itself comes a little later.
        first_sample_ms: f64,
    },
    /// What of the reply has left the loudspeaker so far; it grows word by word.
    Saying {
        /// The words.
        text: String,
    },
    /// Somebody may be speaking: the reply goes on more quietly.
    Ducked {
        /// On what evidence.
        reason: DuckReason,
    },
    /// Somebody speaks: the reply holds, until it is known what they want.
    Held {
        /// On what evidence.
        reason: HoldReason,
    },
    /// It was no interruption: the reply goes on where it was, as loud as before.
    Unducked {
        /// On what evidence.
        reason: GoOnReason,
        /// The words, if there were any.
        text: String,
    },
    /// The reply goes on from this word: it was cut into when the reply was held.
    Resumed {
        /// How far it went back.
        repeated_ms: f64,
    },
    /// The reply was cut off.
    Interrupted {
        /// By what.
        reason: InterruptReason,
    },
    /// Nothing of the reply is left to play.
    PlaybackFinished {
        /// How often the device found no sample in the middle of speech.
        underruns: u64,
    },
    /// What of the reply was heard; this, and only this, the history keeps.
    Heard {
        /// The words that left the loudspeaker.
        text: String,
    },
    /// The oldest exchanges left the context to make room.
    Forgot {
        /// How many.
        exchanges: usize,
    },
    /// The first sound of a stimulus: known, not detected (virtual sound card only).
    StimulusStarted {
        /// Its number, from 0.
        stimulus: usize,
        /// What it is meant to do to a reply that sounds.
        expect: Expect,
        /// What is said, where that is known.
        said: Option<String>,
        /// From where to where it pauses, on the session's clock.
        pauses_ms: Vec<(f64, f64)>,
    },
    /// The last sound of a stimulus: known, not detected.
    StimulusFinished {
        /// Its number, from 0.
        stimulus: usize,
    },
    /// The assistant sleeps: it answers to its name and to what wakes it. Where it has ears for the name alone, nothing
    /// else is listened to.
    Asleep {
        /// Why.
        reason: SleepReason,
    },
    /// The assistant is awake again.
    Awake {
        /// Why.
        reason: WakeReason,
        /// How sure the ears for its name were, where they woke it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        score: Option<f32>,
    },
    /// Something about the session changed; said to the user.
    Notice {
        /// What, and why.
        message: String,
    },
    /// How the loudspeaker comes back into the microphone, and what follows from that.
    Duplex {
        /// Who may speak while the other does.
        mode: DuplexMode,
        /// Why, with the figures.
        reason: String,
        /// Loudspeaker to microphone; `None` if no echo was found.
        echo_gain_db: Option<f32>,
        /// How much later it comes back.
        echo_delay_ms: Option<f32>,
    },
    /// A device was opened, lost or is missing.
    Device {
        /// What, for the user.
        message: String,
    },
    /// How the sound path fares, five times a second.
    Levels {
        /// Largest captured sample since the last report, dBFS.
        capture_dbfs: f32,
        /// Largest sample for the loudspeaker since then, dBFS; `None` in older recordings.
        render_dbfs: Option<f32>,
        /// Captured samples at full scale, since the start.
        clipped: u64,
        /// Captured frames that were lost, since the start.
        overruns: u64,
    },
    /// What the program used from the first event of this turn to that of the next; without a turn, before the first.
    /// Absent while the process has several sessions.
    Used {
        /// Seconds of core time by the name of the thread, or of a program that was started.
        cores: BTreeMap<String, f64>,
        /// The most memory that the program has had until now.
        peak_memory_mib: Option<f64>,
        /// Energy of the processor packages, for whatever the machine did.
        energy_j: Option<f64>,
        /// Bytes that were sent to other machines and programs of others, by place ([`crate::off_machine`]).
        sent: BTreeMap<String, u64>,
    },
    /// Something failed; the session goes on if it can.
    Error {
        /// Which stage.
        stage: Cow<'static, str>,
        /// What, and what to do.
        message: String,
    },
    /// What a newer program tells, and this one does not know. Never published.
    #[serde(other)]
    #[schemars(skip)]
    Unknown,
}

impl EventKind {
    /// What happened, in a word: `kind` of what is written.
    pub fn name(&self) -> &'static str {
        self.into()
    }
}
