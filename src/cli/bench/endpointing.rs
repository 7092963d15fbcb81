//! `vivavoce bench endpointing`: turns cut off at a pause against latency, offline.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use serde_json::json;
use vivavoce::agent::Persona;
use vivavoce::audio::frame::SPEECH_RATE;
use vivavoce::audio::sound_file::read_clip;
use vivavoce::config::Config;
use vivavoce::endpointing::Cue;
use vivavoce::engines::{self, EngineLoader};
use vivavoce::harness::bench::{
    EndpointingReport, Figures, Kind, LENGTHS_MS, Listener, Reader, Run, STYLES, Share, Studio,
    WordTimes, cut_off_page,
};
use vivavoce::llm::{Opening, Prompt};
use vivavoce::tts::{Prosody, Synthesizer};

use super::{eot_bench, sound_files};
use crate::cli::interruption;

/// What to measure, and where it goes.
#[derive(Debug, clap::Args)]
pub struct EndpointingArgs {
    /// WAV or FLAC files of single turns, or folders of them
    #[arg(required_unless_present_any = ["eot_bench", "eot_predictions"])]
    files: Vec<PathBuf>,
    /// Put pauses in between words too. A table of headings, then file name, text and
    /// `word@start-end ...` in seconds between tabs; files that lie beside it must be in it
    #[arg(long, value_name = "WORDS.tsv")]
    pauses: Option<PathBuf>,
    /// Listen to eot-bench's turns instead, and measure by its rules: its rows as JSON Lines, `audio` the path of a
    /// file (docs/endpointing.md)
    #[arg(long, value_name = "ROWS.jsonl", conflicts_with_all = ["files", "pauses", "html"])]
    eot_bench: Option<PathBuf>,
    /// Write the predictions here; without `--eot-bench`: measure those that anybody has written here
    #[arg(long, value_name = "FILE.jsonl", conflicts_with_all = ["files", "pauses", "html"])]
    eot_predictions: Option<PathBuf>,
    /// Write the figures and every pause here as JSON
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,
    /// Write a page with the curve here
    #[arg(long, value_name = "FILE.html")]
    html: Option<PathBuf>,
}

/// Who says "um".
const FILLER_VOICE: &str = "en-GB";
const FILLER: &str = "um";

/// Runs the command.
pub fn run(config: &Config, args: &EndpointingArgs) -> Result<()> {
    if args.eot_bench.is_some() || args.eot_predictions.is_some() {
        let (rows, predictions) = (args.eot_bench.as_deref(), args.eot_predictions.as_deref());
        return eot_bench::run(config, rows, predictions, args.report.as_deref());
    }
    let files = sound_files(&args.files)?;
    if let Some(missing) = files.iter().find(|file| !file.is_file()) {
        bail!("there is no file {}", missing.display());
    }
    let words = match &args.pauses {
        Some(path) => word_times(path, &files)?,
        None => WordTimes::default(),
    };
    let mut bench = Bench::load(config, words)?;
    let progress = ProgressBar::new(files.len() as u64);
    let mut runs = Vec::new();
    for file in &files {
        bench
            .take(file, &mut runs)
            .with_context(|| file.display().to_string())?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    let report = EndpointingReport::of(&runs);
    print(&report);
    if let Some(path) = &args.report {
        let records: Vec<Record> = runs.iter().flat_map(records).collect();
        let json = json!({
            "schema": "vivavoce-endpointing/1",
            "lengths_ms": LENGTHS_MS,
            "figures": report,
            "pauses": records,
        });
        write(path, &serde_json::to_string_pretty(&json)?)?;
    }
    if let Some(path) = &args.html {
        write(path, &cut_off_page(&report))?;
    }
    Ok(())
}

pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| path.display().to_string())
}

/// Reads the table and checks that it is meant for these files.
fn word_times(path: &Path, files: &[PathBuf]) -> Result<WordTimes> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let words = WordTimes::parse(&text).with_context(|| path.display().to_string())?;
    let known = |file: &&PathBuf| words.knows(&name(file));
    let beside = |file: &&PathBuf| file.parent() == path.parent();
    if let Some(unknown) = files.iter().find(|file| beside(file) && !known(file)) {
        let (words, file) = (path.display(), name(unknown));
        bail!("{words} has no words for {file}; add a line for it, or do not name the file");
    }
    if !files.iter().any(|file| known(&file)) {
        bail!("{} has words for none of the files named", path.display());
    }
    Ok(words)
}

fn name(file: &Path) -> String {
    let name = file.file_name().unwrap_or(file.as_os_str());
    name.to_string_lossy().into_owned()
}

/// The engines, and what is put in.
struct Bench {
    listener: Listener,
    words: WordTimes,
    filler: Vec<f32>,
}

/// Loads what hears the end of a turn, but for the language model.
pub(super) fn listener(config: &Config, loader: &EngineLoader) -> Result<Listener> {
    Ok(Listener {
        activity: loader.activity()?,
        recognizer: loader.recognizer()?,
        detector: Box::new(loader.turn_detector()?),
        reader: None,
        config: config.turn_taking(),
    })
}

/// Loads all that hears the end of a turn.
pub(super) fn whole_listener(config: &Config) -> Result<Listener> {
    let loader = EngineLoader::new(config)?;
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let mut model = loader.language_model(&persona)?;
    let prefix = loader.tell(persona).prefix();
    model.warm_up(&Prompt::new(&prefix, Opening::None))?;
    Ok(Listener {
        reader: Some(Reader { model, prefix }),
        ..listener(config, &loader)?
    })
}

impl Bench {
    fn load(config: &Config, words: WordTimes) -> Result<Self> {
        let mut voice = engines::voice(FILLER_VOICE, Prosody::default())?;
        Ok(Self {
            listener: whole_listener(config)?,
            words,
            filler: voice.synthesize(FILLER)?.at_rate(SPEECH_RATE)?.samples,
        })
    }

    /// All runs of one file.
    fn take(&mut self, file: &Path, runs: &mut Vec<Run>) -> Result<()> {
        let clip = read_clip(file)?.at_rate(SPEECH_RATE)?;
        let (mut studio, file) = (Studio::new(&clip.samples), name(file));
        let mut stimuli = vec![(Kind::Clean, studio.whole())];
        for (place, at_s) in self.words.places(&file) {
            if at_s > clip.seconds() {
                bail!("it is shorter than its words, of which one ends at {at_s} s");
            }
            stimuli.push((Kind::PutIn(place), studio.pause_at(at_s)));
            stimuli.push((Kind::Filled(place), studio.filler_at(at_s, &self.filler)));
        }
        for (kind, stimulus) in stimuli {
            if interruption::is_asked() {
                bail!("interrupted");
            }
            runs.push(Run {
                file: file.clone(),
                kind,
                mark_ms: stimulus.mark_ms,
                pauses: self.listener.hear(&stimulus)?,
            });
        }
        Ok(())
    }
}

/// A pause in the report. Times are relative to the run's mark.
#[derive(serde::Serialize)]
struct Record<'a> {
    file: &'a str,
    #[serde(flatten)]
    kind: Kind,
    last_speech_ms: f64,
    reported_ms: f64,
    resumed_ms: Option<f64>,
    score: f32,
    model: Option<f32>,
    cue: Cue,
    text: &'a str,
    decided_ms: BTreeMap<&'static str, Option<f64>>,
}

fn records(run: &Run) -> impl Iterator<Item = Record<'_>> {
    let relative = |at: f64| at - run.mark_ms;
    run.pauses.iter().map(move |pause| Record {
        file: &run.file,
        kind: run.kind,
        last_speech_ms: relative(pause.last_speech_ms),
        reported_ms: relative(pause.reported_ms),
        resumed_ms: pause.resumed_ms.map(relative),
        score: pause.score,
        model: pause.model,
        cue: pause.cue,
        text: &pause.text,
        decided_ms: STYLES
            .iter()
            .map(|(name, policy)| (*name, pause.decided_ms(policy).map(relative)))
            .collect(),
    })
}

fn print(report: &EndpointingReport) {
    out!("decision after the true end, ms       cut off");
    out!(
        "{:<13} {:>5} {:>5} {:>5} {:>7}  {:>16}",
        "policy",
        "p50",
        "p90",
        "p95",
        "missed",
        "whole turns"
    );
    for figures in [
        &report.styles,
        &report.witnesses,
        &report.floors,
        &report.silence,
    ]
    .into_iter()
    .flatten()
    {
        print_turns(figures);
    }
    let put_in = report.styles.iter().any(|f| f.compared().of > 0);
    if !put_in {
        return;
    }
    type Shares = fn(&Figures) -> &[Share];
    let groups: [(&str, Shares); 3] = [
        ("one or two words before the end", |f| &f.put_in),
        ("after a part that could be all", |f| &f.shared),
        ("after \"um\"", |f| &f.filled),
    ];
    for (title, shares) in groups {
        let of = report.styles.first().and_then(|f| shares(f).first());
        let of = of.map_or(0, |share| share.of);
        out!("\npauses put in {title}: cut off of {of}, by length in ms");
        let lengths: String = LENGTHS_MS.iter().map(|ms| format!("{ms:>7}")).collect();
        out!("{:<13}{lengths}", "policy");
        for figures in report
            .styles
            .iter()
            .chain(&report.witnesses)
            .chain(&report.silence)
        {
            let share = |share: &Share| format!("{:>6.1}%", share.rate() * 100.0);
            let row: String = shares(figures).iter().map(share).collect();
            out!("{:<13}{row}", figures.policy);
        }
    }
    out!("\nsilence alone that cuts off no more of the 800 ms pauses:");
    for (style, alone) in report.styles.iter().zip(&report.same_rate) {
        match alone {
            Some(alone) => {
                out!("as {}:", style.policy);
                print_turns(alone);
            }
            None => out!("as {}: none", style.policy),
        }
    }
}

fn print_turns(figures: &Figures) {
    let ms = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.0}"));
    let (latency, clean) = (figures.latency_ms, figures.clean);
    out!(
        "{:<13} {:>5} {:>5} {:>5} {:>7}  {:>3} of {:>3} {:>5.1}%",
        figures.policy,
        ms(latency.map(|l| l.p50)),
        ms(latency.map(|l| l.p90)),
        ms(latency.map(|l| l.p95)),
        figures.missed,
        clean.cut,
        clean.of,
        clean.rate() * 100.0
    );
}
