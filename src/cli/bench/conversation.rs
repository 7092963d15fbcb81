//! `vivavoce bench conversation` and its kin: conversations on the virtual sound card, measured on
//! their recordings.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use vivavoce::agent::Persona;
use vivavoce::audio::frame::SPEECH_RATE;
use vivavoce::audio::resample::resample_clip;
use vivavoce::clock::{Stopwatch, sleep};
use vivavoce::config::{Config, ThreadBudget};
use vivavoce::engines::EngineLoader;
use vivavoce::events::Expect;
use vivavoce::harness::bench::{
    Conversation, CurvePoint, Delay, Load, LoadWatch, Questions, ReadAloud, Recording, Report,
    ReportKind, SHORT, Trust, conversation, conversation_sentence, curve_figures, disturbed,
    export_full_duplex_bench, figures, scenarios,
};
use vivavoce::harness::scenario::Scenario;
use vivavoce::pipeline::{CONVERSATION, Session, SessionConfig, Watcher};
use vivavoce::tools::Keeping;

use super::endpointing::listener;
use super::report::{Outputs, publish};
use crate::cli::assistant::assistant;
use crate::cli::interruption::{self, Loading};
use crate::cli::sound::{play_scenario, prepare_stimuli};

/// Which conversations are held, and what becomes of them.
#[derive(Debug, clap::Args)]
pub struct ConversationArgs {
    /// Folders of scenarios, files NAME.toml, or names of bundled ones; without any, the suite
    scenarios: Vec<PathBuf>,
    /// List the scenarios and stop
    #[arg(long)]
    list: bool,
    /// Only scenarios whose name or kind contains this; may be given several times
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// Only the short form of the suite: under three minutes
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    held: HeldArgs,
    #[command(flatten)]
    outputs: Outputs,
}

/// How conversations are held.
#[derive(Debug, Clone, clap::Args)]
pub struct HeldArgs {
    /// Hold each scenario so often
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// Added to the seed of every scenario: other rooms, other noise
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub seed: u64,
    /// Let the language model write at most so much of a reply: what it says at length takes time
    /// and tells nothing about latency
    #[arg(long, default_value_t = 12, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
    pub reply_tokens: u32,
    /// Keep the recordings here, in a folder for each conversation
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Write the turns into the folders of Full-Duplex-Bench here, for its own scripts
    #[arg(long, value_name = "DIR")]
    pub full_duplex_bench: Option<PathBuf>,
    /// Make a stage slower by so much, to try the harness itself: stt, score, prompt, token, voice
    #[arg(long, value_name = "STAGE=MS", value_parser = Delay::parse)]
    pub delay: Vec<Delay>,
}

impl HeldArgs {
    /// Once, as it is.
    pub fn once() -> Self {
        Self {
            repeat: 1,
            seed: 0,
            reply_tokens: u32::MAX,
            record: None,
            full_duplex_bench: None,
            delay: Vec::new(),
        }
    }
}

/// Runs `bench conversation`.
pub fn run(config: &Config, args: &ConversationArgs) -> Result<ExitCode> {
    let wanted = |scenario: &Scenario| {
        let named = args.only.iter().any(|text| {
            scenario.name.contains(text.as_str()) || scenario.kind.name().contains(text.as_str())
        });
        (named || args.only.is_empty()) && (scenario.quick || !args.quick)
    };
    let mut chosen = scenarios(&args.scenarios)?;
    chosen.retain(wanted);
    if chosen.is_empty() {
        bail!("no scenario is left; `vivavoce bench conversation --list` names them");
    }
    if args.list {
        list(&chosen);
        return Ok(ExitCode::SUCCESS);
    }
    hold_all(config, &chosen, &args.held, &args.outputs)
}

fn list(scenarios: &[Scenario]) {
    let turns = |scenario: &Scenario| {
        let spoken = scenario.stimuli.iter();
        spoken.filter(|s| s.expect != Expect::GoOn).count()
    };
    for scenario in scenarios {
        out!(
            "{:<26} {:<18} {:>2} turns{}  {}",
            scenario.name,
            scenario.kind.name(),
            turns(scenario),
            if scenario.quick {
                " (quick)"
            } else {
                "        "
            },
            scenario.about
        );
    }
    let all: usize = scenarios.iter().map(turns).sum();
    out!("{} scenarios, {all} turns", scenarios.len());
}

/// Holds conversations one after the other, measures them and publishes the report. A run that ends
/// early is published as far as it came, and is an error all the same.
///
/// # Errors
/// An engine or a stimulus is missing, a recording cannot be written, the detector fails its
/// self-test, or the user stopped it.
pub fn hold_all(
    config: &Config,
    scenarios: &[Scenario],
    args: &HeldArgs,
    outputs: &Outputs,
) -> Result<ExitCode> {
    outputs.check()?;
    let mut names = BTreeSet::new();
    if let Some(twice) = scenarios.iter().find(|s| !names.insert(s.name.as_str())) {
        bail!("two scenarios are named {}; rename one", twice.name);
    }
    let mut trust = proved(config)?;
    trust.seed = args.seed;
    trust.repeats = args.repeat;
    let reply_tokens = args.reply_tokens.to_string();
    trust.settings.insert("reply tokens".into(), reply_tokens);
    if !args.delay.is_empty() {
        let delays = format!("{:?}", args.delay);
        trust.settings.insert("inserted delay".into(), delays);
    }
    let temporary = tempfile::tempdir().context("cannot make a folder for the recordings")?;
    let folder = args.record.as_deref().unwrap_or(temporary.path());
    let mut bench = Bench::new(config, args)?;
    let watch = LoadWatch::start();
    let (mut conversations, ended) = bench.converse_all(scenarios, folder, &mut trust);
    trust.load = watch.load();
    let mut curve = Vec::new();
    match &ended {
        Some(_) if conversations.is_empty() => return ended.map_or(Ok(ExitCode::SUCCESS), Err),
        Some(_) => {}
        None => {
            bench.listen(&mut conversations, folder)?;
            curve = bench.curve()?;
        }
    }
    let held = conversations.len();
    let mut report = conversation_report(conversations, trust);
    curve_figures(&curve, &mut report.metrics);
    report.cut_off_curve = curve;
    if let Some(error) = &ended {
        let early = format!("the run ended early, after {held} conversations: {error:#}");
        report.verdict.warnings.push(early);
    }
    let status = publish(&mut report, outputs)?;
    ended.map_or(Ok(status), Err)
}

/// What can be said before a run, the short self-test included.
///
/// # Errors
/// It failed: nothing that this build measures can be believed.
pub fn proved(config: &Config) -> Result<Trust> {
    let mut trust = Trust::before(config)?;
    if !trust.test_itself(SHORT).passed() {
        bail!(
            "the detector did not find the answers of recordings that it knows (`vivavoce bench \
             self-test` shows them); this build cannot be believed"
        );
    }
    Ok(trust)
}

/// The report of measured conversations.
pub fn conversation_report(conversations: Vec<Conversation>, trust: Trust) -> Report {
    let metrics = figures(&conversations);
    let sentence = conversation_sentence(&metrics);
    let disturbed = disturbed(&conversations);
    let mut report = Report::new(ReportKind::Conversation, sentence, metrics, trust);
    report.verdict.warnings.extend(disturbed);
    report.conversations = conversations;
    report
}

fn progress(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} turns, {eta} left  {msg}");
    let progress = ProgressBar::new(length);
    progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    progress.enable_steady_tick(Duration::from_secs(1));
    progress
}

/// How often the end is looked for.
const SESSION_END_POLL: Duration = Duration::from_millis(50);
/// Replies that are longer are not listened to: the recognizer's time grows with their square.
const LONGEST_REPLY_MS: f64 = 12_000.0;
/// Shorter ones make it guess.
const SHORTEST_REPLY_MS: f64 = 500.0;

/// What is shared by the conversations of a run.
pub struct Bench<'a> {
    config: &'a Config,
    args: &'a HeldArgs,
    persona: Persona,
    loader: EngineLoader,
    /// How many cores the language model uses.
    pub llm_threads: usize,
    /// What was asked.
    questions: Questions,
}

impl<'a> Bench<'a> {
    /// Checks that the models are there.
    pub fn new(config: &'a Config, args: &'a HeldArgs) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let loader = EngineLoader::new(config)?;
        let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
        let mut persona = loader.tell(persona);
        let tokens = &mut persona.sampling.max_tokens;
        *tokens = (*tokens).min(args.reply_tokens as usize);
        Ok(Self {
            persona,
            loader,
            llm_threads: ThreadBudget::new(config.threads, cores).llm,
            config,
            args,
            questions: Questions::default(),
        })
    }

    /// Holds all of them; those that were measured, and why it ended early, if it did.
    fn converse_all(
        &mut self,
        scenarios: &[Scenario],
        folder: &Path,
        trust: &mut Trust,
    ) -> (Vec<Conversation>, Option<anyhow::Error>) {
        let stimuli = |scenario: &Scenario| scenario.stimuli.len() as u64;
        let all: u64 = scenarios.iter().map(stimuli).sum();
        let progress = progress(all * u64::from(self.args.repeat));
        let mut conversations = Vec::new();
        for repeat in 1..=self.args.repeat {
            for scenario in scenarios {
                progress.set_message(scenario.name.clone());
                match self.converse(scenario, repeat, folder, trust) {
                    Ok(held) => conversations.push(held),
                    Err(error) => {
                        return (conversations, Some(error.context(scenario.name.clone())));
                    }
                }
                progress.inc(stimuli(scenario));
            }
        }
        (conversations, None)
    }

    /// Holds one conversation and measures its recording.
    fn converse(
        &mut self,
        scenario: &Scenario,
        repeat: u32,
        folder: &Path,
        trust: &mut Trust,
    ) -> Result<Conversation> {
        let name = match self.args.repeat {
            1 => scenario.name.clone(),
            _ => format!("{}-{repeat}", scenario.name),
        };
        let load = self.hold(scenario, &folder.join(&name), trust)?;
        let recording = Recording::read(&folder.join(&name))?;
        let mut held = Conversation {
            scenario: scenario.name.clone(),
            kind: scenario.kind.name().into(),
            repeat,
            recording: name,
            long_replies: scenario.long_replies,
            core_s: load.own_cores.map(|cores| cores * load.seconds),
            other_cores: load.other_cores,
            ..conversation(&recording, self.llm_threads)
        };
        recording.check(&folder.join(&held.recording))?;
        held.not_played = scenario.stimuli.len().saturating_sub(held.turns.len());
        if let Some(folder) = &self.args.full_duplex_bench {
            export_full_duplex_bench(&held, &recording, folder)?;
        }
        Ok(held)
    }

    /// Holds one conversation and records it; what it took of the machine.
    pub fn hold(&mut self, scenario: &Scenario, folder: &Path, trust: &mut Trust) -> Result<Load> {
        let mut scenario = scenario.clone();
        scenario.seed = scenario.seed.wrapping_add(self.args.seed);
        let stimuli = prepare_stimuli(&scenario, self.config)?;
        trust.note_stimuli(&scenario, &stimuli);
        self.questions.note(&scenario.name, &stimuli)?;
        let watch = LoadWatch::start();
        let started = Stopwatch::start();
        let loading = Loading::begin();
        let mut engines = self.loader.load(&self.persona)?;
        if scenario.long_replies {
            engines.language_model = Box::new(ReadAloud::default());
        }
        for delay in &self.args.delay {
            engines = delay.insert(engines);
        }
        let opened = play_scenario(&scenario, stimuli, None);
        let watchers: Vec<Watcher> = opened.watcher.into_iter().collect();
        let (setting, tools) = assistant(self.config, &self.persona, Keeping::Nothing, None);
        let session_config = SessionConfig {
            turn_taking: self.config.turn_taking(),
            persona: self.persona.clone(),
            in_other_languages: self.loader.in_other_languages(&self.persona),
            setting,
            tools,
            earlier: Vec::new(),
            record: Some(folder.to_path_buf()),
            earcon: self.config.audio.earcon,
            started,
            pays_for_loading: false,
        };
        let session = Session::start(session_config, engines, opened.sound, watchers);
        drop(loading);
        let session = session?;
        while !session.is_over() {
            if interruption::is_asked() {
                session.stop()?;
                bail!("stopped");
            }
            sleep(SESSION_END_POLL);
        }
        let seconds = session.seconds();
        session.stop()?;
        whole(folder, seconds)?;
        Ok(watch.load())
    }

    /// What other ways of ending turns would have made of the questions.
    fn curve(&self) -> Result<Vec<CurvePoint>> {
        Ok(self
            .questions
            .curve(&mut listener(self.config, &self.loader)?)?)
    }

    /// Lets the recognizer listen to what the loudspeaker said.
    fn listen(&self, conversations: &mut [Conversation], folder: &Path) -> Result<()> {
        let mut recognizer = self.loader.recognizer()?;
        for conversation in conversations {
            let recording = Recording::read(&folder.join(&conversation.recording))?;
            for turn in &mut conversation.turns {
                let (Some(v2v), Some(length)) = (turn.v2v_ms, turn.reply_ms) else {
                    continue;
                };
                if !(SHORTEST_REPLY_MS..LONGEST_REPLY_MS).contains(&length) {
                    continue;
                }
                let from = turn.span_ms.1 + v2v;
                let span = recording.index(from)..recording.index(from + length);
                let reply = recording.render.part(span);
                let reply = resample_clip(&reply, recording.rate_hz(), SPEECH_RATE)?;
                turn.reply_recognized = recognizer.transcribe(&reply, &|| false)?;
            }
            recording.check(&folder.join(&conversation.recording))?;
        }
        Ok(())
    }
}

/// Checks that a recording is as long as its session: a full disk ends it, not the conversation.
fn whole(folder: &Path, session_s: f64) -> Result<()> {
    let wav = hound::WavReader::open(folder.join(CONVERSATION))?;
    let recorded_s = f64::from(wav.duration()) / f64::from(wav.spec().sample_rate);
    if recorded_s + LOST_S < session_s {
        bail!(
            "the recording ends after {recorded_s:.0} of {session_s:.0} seconds; is the disk of {} \
             full?",
            folder.display()
        );
    }
    Ok(())
}

/// So much of the end may not be recorded. Seconds.
const LOST_S: f64 = 1.0;

/// Measures recordings that were made before.
pub fn measure(config: &Config, dirs: &[PathBuf], outputs: &Outputs) -> Result<ExitCode> {
    outputs.check()?;
    let trust = proved(config)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = ThreadBudget::new(config.threads, cores).llm;
    let mut conversations = Vec::new();
    for dir in dirs {
        let name = dir.file_name().unwrap_or(dir.as_os_str());
        let recording = Recording::read(dir)?;
        let measured = conversation(&recording, threads);
        recording.check(dir)?;
        conversations.push(Conversation {
            scenario: name.to_string_lossy().into_owned(),
            kind: "recording".into(),
            repeat: 1,
            recording: dir.display().to_string(),
            ..measured
        });
    }
    publish(&mut conversation_report(conversations, trust), outputs)
}
