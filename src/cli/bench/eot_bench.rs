//! `vivavoce bench endpointing --eot-bench`: LiveKit's benchmark of ends of turns.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use serde_json::json;
use vivavoce::audio::frame::SPEECH_RATE;
use vivavoce::audio::sound_file::read_clip;
use vivavoce::config::Config;
use vivavoce::harness::bench::eot_bench::{
    EotBenchReport, OperatingPoint, OperatingPoints, Prediction, TurnRow, predictions,
    read_predictions, read_rows, write_predictions,
};
use vivavoce::harness::bench::{Listener, PlacedStimulus};

use super::endpointing::{whole_listener, write};
use crate::cli::interruption;

/// Listens to rows and writes predictions, or reads predictions; then measures them.
pub fn run(
    config: &Config,
    rows: Option<&Path>,
    predictions: Option<&Path>,
    report: Option<&Path>,
) -> Result<()> {
    let made = match (rows, predictions) {
        (Some(rows), to) => {
            let made = listen(config, rows)?;
            if let Some(to) = to {
                write(to, &write_predictions(&made))?;
            }
            made
        }
        (None, Some(from)) => {
            let text = fs::read_to_string(from).with_context(|| from.display().to_string())?;
            read_predictions(&text).with_context(|| from.display().to_string())?
        }
        (None, None) => bail!("give --eot-bench ROWS.jsonl or --eot-predictions FILE.jsonl"),
    };
    let found = EotBenchReport::of(&made)?;
    print(&found);
    if let Some(path) = report {
        let json = json!({ "schema": "vivavoce-eot-bench/1", "figures": found });
        write(path, &serde_json::to_string_pretty(&json)?)?;
    }
    Ok(())
}

/// Hears every row. Its language is not looked at: the configured one is spoken.
fn listen(config: &Config, rows: &Path) -> Result<Vec<Prediction>> {
    let named = || rows.display().to_string();
    let text = fs::read_to_string(rows).with_context(named)?;
    let folder = rows.parent().unwrap_or(Path::new(""));
    let rows = read_rows(&text).with_context(named)?;
    let mut listener = whole_listener(config)?;
    let progress = ProgressBar::new(rows.len() as u64);
    let mut made = Vec::new();
    for row in &rows {
        if interruption::is_asked() {
            bail!("interrupted");
        }
        let heard = hear(&mut listener, row, folder);
        made.extend(heard.with_context(|| format!("turn {}", row.id))?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(made)
}

fn hear(listener: &mut Listener, row: &TurnRow, folder: &Path) -> Result<Vec<Prediction>> {
    let file = row.audio.in_folder(folder);
    let clip = read_clip(&file)?.at_rate(SPEECH_RATE)?;
    let end_s = row.silence_spans.last().map_or(0.0, |span| span.end);
    // Times in the rows have three decimals at best.
    if end_s > clip.seconds() + 0.1 {
        bail!(
            "{} is shorter than its silences, of which the last ends at {end_s} s",
            file.display()
        );
    }
    let stimulus = PlacedStimulus {
        samples: clip.samples,
        from_ms: 0.0,
        mark_ms: end_s * 1000.0,
    };
    Ok(predictions(row, &listener.hear(&stimulus)?))
}

fn print(report: &EotBenchReport) {
    out!(
        "{} pauses, {} ends of turns; false cut-offs at a mean latency, mean latency at a rate of false cut-offs",
        report.n_hold_spans,
        report.n_eot_spans
    );
    out!(
        "{:<14} {:>8} {:>8} {:>8} {:>8}",
        "",
        "300 ms",
        "600 ms",
        "5%",
        "10%"
    );
    print_points("predictions", &report.model);
    print_points("silence alone", &report.vad);
}

fn print_points(name: &str, points: &OperatingPoints) {
    let or_none = |cell: Option<String>| cell.unwrap_or_else(|| "-".into());
    let cutoffs = |point: Option<OperatingPoint>| {
        or_none(point.map(|point| format!("{:.1}%", point.cutoff_rate * 100.0)))
    };
    let latency = |point: Option<OperatingPoint>| {
        or_none(point.map(|point| format!("{:.0} ms", point.mean_latency * 1000.0)))
    };
    out!(
        "{name:<14} {:>8} {:>8} {:>8} {:>8}",
        cutoffs(points.best_cutoff_rate_at_0_3s_latency),
        cutoffs(points.best_cutoff_rate_at_0_6s_latency),
        latency(points.best_mean_latency_at_5pct_cutoff),
        latency(points.best_mean_latency_at_10pct_cutoff)
    );
}
