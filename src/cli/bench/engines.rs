//! `vivavoce bench engines`: each engine alone.

use std::process::ExitCode;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use vivavoce::config::Config;
use vivavoce::harness::bench::engines::{Engine, EngineBench, engines_sentence};
use vivavoce::harness::bench::{LoadWatch, Report, ReportKind};

use super::conversation::proved;
use super::report::{Outputs, publish};
use crate::cli::interruption::Loading;

/// What to measure.
#[derive(Debug, clap::Args)]
pub struct EnginesArgs {
    /// Only this engine: stt, llm, tts, vad, aec or endpointing (repeatable)
    #[arg(long, value_name = "ENGINE", value_parser = engine)]
    only: Vec<Engine>,
    /// How often each thing is measured
    #[arg(long, default_value_t = 5, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Measure beside busy threads too, one fewer than there are cores
    #[arg(long)]
    load: bool,
    #[command(flatten)]
    outputs: Outputs,
}

fn engine(name: &str) -> Result<Engine, String> {
    let known = Engine::ALL.into_iter();
    known
        .clone()
        .find(|engine| engine.name() == name)
        .ok_or_else(|| {
            let names: Vec<&str> = known.map(Engine::name).collect();
            format!("give one of {}", names.join(", "))
        })
}

/// Runs the command.
pub fn run(config: &Config, args: &EnginesArgs) -> Result<ExitCode> {
    args.outputs.check()?;
    let mut trust = proved(config)?;
    trust.repeats = args.repeat;
    let watch = LoadWatch::start();
    // It loads one engine after the other, and there is nothing to tidy up.
    let _loading = Loading::begin();
    let bench = EngineBench {
        config: config.clone(),
        engines: Engine::ALL
            .into_iter()
            .filter(|engine| args.only.is_empty() || args.only.contains(engine))
            .collect(),
        repeat: args.repeat as usize,
        load: args.load,
    };
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} [{elapsed}]")?;
    let progress = ProgressBar::new(bench.steps() as u64).with_style(style);
    let metrics = bench.run(&mut |next| {
        // What is announced has not been done.
        if progress.message().is_empty() {
            progress.tick()
        } else {
            progress.inc(1)
        }
        progress.set_message(next.to_owned());
    })?;
    progress.finish_and_clear();
    trust.load = watch.load();
    let sentence = engines_sentence(&metrics);
    let mut report = Report::new(ReportKind::Engines, sentence, metrics, trust);
    publish(&mut report, &args.outputs)
}
