//! The echo canceller: what a frame costs, how much echo it takes out, and how soon.

use super::speech::speech;
use super::{EngineBenchError, Task};
use crate::aec::{EchoCanceller, SonoraCanceller};
use crate::audio::frame::{FRAME, SESSION_RATE, SPEECH_RATE, dbfs, rms};
use crate::audio::resample::resample_clip;
use crate::clock::Stopwatch;
use crate::harness::bench::metric::{Better, Sample, Unit};
use crate::harness::room::{EchoPath, Room};

/// Speech that is played. Seconds.
const PLAYED_S: usize = 15;
/// By then it has converged if it ever does. Seconds.
const CONVERGED_S: usize = 8;
/// So much of the echo has to go before it counts as converged. dB.
const CONVERGED_DB: f32 = 10.0;
/// Convergence is judged over this long. Samples: a tenth of a second.
const WINDOW: usize = SPEECH_RATE as usize / 10;
/// Quieter windows are pauses. dBFS.
const PAUSE_DBFS: f32 = -60.0;
/// A living room.
const ROOM: EchoPath = EchoPath {
    gain_db: -10.0,
    delay_ms: 40.0,
    reverb_ms: 200.0,
    drift_ppm: 0.0,
};
/// Loudspeakers whose clock runs faster or slower than the microphone's, with their names.
const DRIFTS: [(f32, &str); 3] = [
    (0.0, ""),
    (50.0, "drift_plus_50_ppm."),
    (-50.0, "drift_minus_50_ppm."),
];

pub(super) fn measure(task: &mut Task) -> Result<(), EngineBenchError> {
    let played = speech(PLAYED_S)?;
    for (ppm, name) in DRIFTS {
        let (mut times, mut erles, mut convergences) = (Vec::new(), Vec::new(), Vec::new());
        for seed in 0..task.repeat {
            let captured = in_a_room(&played, ppm, seed as u64)?;
            let (cleaned, us) = cancel(&played, &captured);
            let sample = |value| Sample {
                at: format!("room-{}#0", seed + 1),
                value,
            };
            times.push(sample(us));
            let from = CONVERGED_S * SPEECH_RATE as usize;
            erles.push(sample(f64::from(erle(&captured[from..], &cleaned[from..]))));
            convergences.extend(convergence_ms(&captured, &cleaned).map(sample));
        }
        if ppm == 0.0 {
            task.values(
                "frame",
                Unit::Us,
                Better::Lower,
                "10 ms, mean of 15 s",
                times,
            );
        }
        if task.loaded {
            return Ok(());
        }
        let about = "echo taken out once it has converged, speech through a living room (ERLE)";
        task.values(
            &format!("{name}erle"),
            Unit::Db,
            Better::Higher,
            about,
            erles,
        );
        let about = "played until 10 dB of the echo are gone";
        let name = format!("{name}convergence");
        task.values(&name, Unit::Ms, Better::Lower, about, convergences);
    }
    Ok(())
}

/// What a microphone hears of it, at 16 kHz.
fn in_a_room(played: &[f32], drift_ppm: f32, seed: u64) -> Result<Vec<f32>, EngineBenchError> {
    let mut room = Room::new(EchoPath { drift_ppm, ..ROOM }, seed);
    let played = resample_clip(played, SPEECH_RATE, SESSION_RATE)?;
    let echo: Vec<f32> = played.iter().map(|s| room.echo(*s)).collect();
    Ok(resample_clip(&echo, SESSION_RATE, SPEECH_RATE)?)
}

/// What is left, and microseconds a frame.
fn cancel(played: &[f32], captured: &[f32]) -> (Vec<f32>, f64) {
    let mut canceller = SonoraCanceller::new();
    let mut cleaned = Vec::with_capacity(captured.len());
    let watch = Stopwatch::start();
    let frames = captured.as_chunks::<FRAME>().0.iter();
    for (captured, played) in frames.zip(played.as_chunks::<FRAME>().0) {
        cleaned.extend(canceller.process(captured, played).suppressed);
    }
    let frames = (cleaned.len() / FRAME).max(1) as f64;
    (cleaned, watch.elapsed().as_secs_f64() * 1e6 / frames)
}

fn erle(before: &[f32], after: &[f32]) -> f32 {
    let until = before.len().min(after.len());
    dbfs(rms(&before[..until])) - dbfs(rms(&after[..until]))
}

/// Sound that was played until the first tenth of a second in which enough of the echo is gone. Pauses do
/// not count: there is nothing to learn from.
fn convergence_ms(before: &[f32], after: &[f32]) -> Option<f64> {
    let windows = before.chunks_exact(WINDOW).zip(after.chunks_exact(WINDOW));
    let loud = windows.filter(|(before, _)| dbfs(rms(before)) > PAUSE_DBFS);
    let first = loud
        .map(|(b, a)| erle(b, a))
        .position(|db| db >= CONVERGED_DB)?;
    Some(((first + 1) * WINDOW) as f64 * 1_000.0 / f64::from(SPEECH_RATE))
}
