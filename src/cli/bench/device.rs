//! `vivavoce bench device`: the round trip of a sound path.

use std::process::ExitCode;

use anyhow::{Result, bail};
use indicatif::ProgressBar;
use vivavoce::audio::device::{AudioDevice, Endpoint};
use vivavoce::audio::frame::from_db;
use vivavoce::config::Config;
use vivavoce::harness::bench::device::{
    Bursts, DeviceError, PathRecording, RoundTrip, device_metrics, device_sentence,
    device_warnings, find_round_trip, record,
};
use vivavoce::harness::bench::{LoadWatch, Report, ReportKind};

use super::conversation::proved;
use super::report::{Outputs, publish};
use crate::cli::interruption;
use crate::cli::sound::open;

/// How to measure. `--input` and `--output` say what.
#[derive(Debug, clap::Args)]
pub struct DeviceArgs {
    /// Length of a round: so long bursts of noise are played, four in three seconds
    #[arg(long, default_value_t = 10.0, value_name = "N", value_parser = crate::cli::positive)]
    seconds: f64,
    /// How often the devices are opened: the round trip may differ from one time to the next
    #[arg(long, default_value_t = 3, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Peak level of the bursts
    #[arg(long, default_value_t = -12.0, value_name = "DBFS", allow_negative_numbers = true,
          value_parser = level)]
    level: f32,
    #[command(flatten)]
    outputs: Outputs,
}

fn level(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(level) if (-80.0..=0.0).contains(&level) => Ok(level),
        _ => Err("give a level between -80 and 0 dBFS".into()),
    }
}

/// Runs the command.
pub fn run(config: &Config, args: &DeviceArgs) -> Result<ExitCode> {
    args.outputs.check()?;
    let mut trust = proved(config)?;
    let audio = &config.audio;
    trust.settings.insert("input".into(), audio.input.clone());
    trust.settings.insert("output".into(), audio.output.clone());
    trust.repeats = args.rounds;
    let (input, output) = (
        Endpoint::parse(&audio.input),
        Endpoint::parse(&audio.output),
    );
    let mut devices = open(&input, &output, config)?.sound.into_devices();
    // Two devices have two clocks.
    let (Some(device), true) = (devices.pop(), devices.is_empty()) else {
        bail!(DeviceError::OneSided);
    };
    let watch = LoadWatch::start();
    let rounds = measure(device, args)?;
    trust.load = watch.load();
    let metrics = device_metrics(&rounds);
    let mut report = Report::new(
        ReportKind::Device,
        device_sentence(&metrics),
        metrics,
        trust,
    );
    report.verdict.warnings.extend(device_warnings(&rounds));
    publish(&mut report, &args.outputs)
}

/// Opens the device anew for each round.
fn measure(
    mut device: Box<dyn AudioDevice>,
    args: &DeviceArgs,
) -> Result<Vec<(PathRecording, RoundTrip)>> {
    let mut rounds = Vec::new();
    let progress = ProgressBar::new(u64::from(args.rounds) * 100);
    for round in 0..args.rounds {
        let bursts =
            |rate| Bursts::within(args.seconds, from_db(args.level), rate, u64::from(round));
        let (recording, bursts) = record(device.as_mut(), bursts, |share| {
            progress.set_position(u64::from(round) * 100 + (share * 100.0) as u64);
            !interruption::is_asked()
        })?;
        let found = find_round_trip(&recording, &bursts)?;
        rounds.push((recording, found));
    }
    progress.finish_and_clear();
    Ok(rounds)
}
