//! Time from the end of the audio to its transcript, by the length of the audio, with the audio
//! context scaled to it and with the whole window of 30 seconds.
//!
//! The models have the shapes of Whisper's tiny, base and small, and RANDOM weights: what they write
//! means nothing, how long they take is that of real ones of the same type (f16). A real model ends
//! by itself; here the number of tokens is set to that of speech.
//!
//! `cargo bench -p whisper-worker --bench audio_ctx [-- THREADS]`

mod random_model;

use std::error::Error;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use random_model::Shape;
use whisper_worker::engine::{Engine, RATE, Request, Settings, scaled_context};

/// Seconds of audio.
const LENGTHS: [usize; 4] = [1, 2, 4, 8];
/// English at a fair pace: three words a second.
const TOKENS_PER_SECOND: usize = 4;
/// The median of so many runs counts.
const RUNS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    // What cargo passes begins with a dash.
    let threads = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    let threads = threads.map_or(Ok(1), |threads| threads.parse())?;
    whisper_rs::install_logging_hooks();
    println!("Random weights at the shapes of Whisper's models, f16, {threads} thread(s).");
    println!("Milliseconds from the end of the audio to the transcript, median of {RUNS}:\n");
    println!("| model | audio | tokens | scaled context | scaled | full (1500) | faster |");
    println!("|---|---|---|---|---|---|---|");
    for shape in [Shape::TINY, Shape::BASE, Shape::SMALL] {
        let model = random_model::write(&shape)?;
        for seconds in LENGTHS {
            let measure = |full_context| -> Result<f64, Box<dyn Error>> {
                let mut engine = Engine::load(Settings {
                    model: model.path().to_owned(),
                    threads,
                    language: "en".into(),
                    prompt: None,
                    full_context,
                    tokens: Some(seconds * TOKENS_PER_SECOND),
                })?;
                median(&mut engine, seconds)
            };
            let (scaled, full) = (measure(false)?, measure(true)?);
            println!(
                "| {} | {seconds} s | {} | {} | {scaled:.0} | {full:.0} | {:.1}x |",
                shape.name,
                seconds * TOKENS_PER_SECOND,
                scaled_context(seconds * RATE),
                full / scaled,
            );
        }
    }
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "this is a measurement of time")]
fn median(engine: &mut Engine, seconds: usize) -> Result<f64, Box<dyn Error>> {
    let request = Request {
        samples: (0..seconds * RATE)
            .map(|n| (n as f32 * 0.05).sin() * 0.1)
            .collect(),
        // Without more tries: random weights are never sure of themselves.
        partial: true,
        ..Request::default()
    };
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let began = Instant::now();
        engine.transcribe(&request, &AtomicBool::new(false))?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[RUNS / 2])
}
