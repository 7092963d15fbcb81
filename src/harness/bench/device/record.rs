//! Plays the bursts and records what comes back. Thread: the caller's; the callbacks are the
//! session's own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ringbuf::traits::{Consumer, Producer};
use ringbuf::{HeapCons, HeapProd};

use super::burst::Bursts;
use super::round_trip::LONGEST_S;
use crate::audio::AudioError;
use crate::audio::block_times::BlockTime;
use crate::audio::callback::{capture_path, render_path};
use crate::audio::device::{AudioDevice, Rates, StreamNote};
use crate::clock::{Stopwatch, Ticker};

/// How often the rings are emptied and filled. They hold seconds.
const RING_POLL: Duration = Duration::from_millis(20);
/// A device whose callback is not called for this long is not going to be: Bluetooth wakes up
/// slowly.
const DEAD_AFTER: Duration = Duration::from_secs(10);

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// A device does not open.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// A side is missing.
    #[error(
        "the round trip needs a microphone and a loudspeaker of the same kind: two real devices, or \
         one scenario on the virtual sound card (--input X --output Y, see `vivavoce devices`)"
    )]
    OneSided,
    /// A callback is not called.
    #[error("the {side} stopped working: no sound for {} s", DEAD_AFTER.as_secs())]
    Dead {
        /// "microphone" or "loudspeaker".
        side: &'static str,
    },
    /// The driver gave up.
    #[error("{0}")]
    Lost(String),
    /// The user ended it.
    #[error("interrupted")]
    Interrupted,
}

/// What was played and what was captured, as the callbacks saw it.
#[derive(Debug, Clone, Default)]
pub struct PathRecording {
    /// Rate of `captured`. Hz.
    pub capture_rate_hz: u32,
    /// Rate of `played`. Hz.
    pub render_rate_hz: u32,
    /// Mono, from the first callback on.
    pub captured: Vec<f32>,
    /// Mono, from the first callback on.
    pub played: Vec<f32>,
    /// The capture callbacks.
    pub capture_blocks: Vec<BlockTime>,
    /// The render callbacks.
    pub render_blocks: Vec<BlockTime>,
    /// Frames that the driver gave and the program had no room for.
    pub lost_frames: u64,
    /// Blocks for which the program had nothing to play.
    pub underruns: u64,
    /// Captured samples at full scale.
    pub clipped: u64,
    /// Underruns and overruns that the driver reported.
    pub xruns: u64,
    /// What else the driver complained of, and how often.
    pub complaints: BTreeMap<String, u64>,
}

/// Opens the device, plays `bursts(rates)` and records until the last one must have come back.
/// `progress` gets the share that is done and says whether to go on.
///
/// # Errors
/// The device lacks a side, does not open, or stops working.
pub fn record(
    device: &mut dyn AudioDevice,
    bursts: impl FnOnce(u32) -> Bursts,
    mut progress: impl FnMut(f64) -> bool,
) -> Result<(PathRecording, Bursts), DeviceError> {
    let Rates {
        capture: Some(capture_rate),
        render: Some(render_rate),
    } = device.probe()?
    else {
        return Err(DeviceError::OneSided);
    };
    let bursts = bursts(capture_rate.min(render_rate));
    let (mut capture, mut capture_end) = capture_path(capture_rate);
    let (mut render, mut render_end, mut tap) = render_path(render_rate);
    let (mut capture_times, mut render_times) = (capture.watch_blocks(), render.watch_blocks());
    let signal = bursts.signal(render_rate);
    let mut pushed = fill(&mut render_end.ring, &signal);
    render_end.control.expect_samples(true);
    let mut stream = device.open(Some(capture), Some(render))?;
    let mut found = PathRecording {
        capture_rate_hz: capture_rate,
        render_rate_hz: render_rate,
        ..PathRecording::default()
    };
    // From here on the sides are counted apart: each must deliver this much.
    let enough = |rate: u32| {
        signal.len() * rate as usize / render_rate as usize + (LONGEST_S * f64::from(rate)) as usize
    };
    let (capture_enough, render_enough) = (enough(capture_rate), enough(render_rate));
    let mut alive = [
        ("microphone", Stopwatch::start()),
        ("loudspeaker", Stopwatch::start()),
    ];
    let mut ticker = Ticker::every(RING_POLL);
    while found.captured.len() < capture_enough || found.played.len() < render_enough {
        ticker.wait();
        pushed += fill(&mut render_end.ring, &signal[pushed..]);
        // The end of the signal is no underrun.
        render_end.control.expect_samples(pushed < signal.len());
        let moved = [
            drain(&mut capture_end.ring, &mut found.captured),
            drain(&mut tap.ring, &mut found.played),
        ];
        drain(&mut capture_times, &mut found.capture_blocks);
        drain(&mut render_times, &mut found.render_blocks);
        for ((side, seen), moved) in alive.iter_mut().zip(moved) {
            if moved {
                *seen = Stopwatch::start();
            } else if seen.elapsed() > DEAD_AFTER {
                return Err(DeviceError::Dead { side });
            }
        }
        while let Some(note) = stream.take_note() {
            match note {
                StreamNote::Lost(text) => return Err(DeviceError::Lost(text)),
                StreamNote::Xrun(_) => found.xruns += 1,
                StreamNote::Glitch(text) | StreamNote::Unwritten(text) => {
                    *found.complaints.entry(text).or_default() += 1
                }
            }
        }
        if !progress((found.captured.len() as f64 / capture_enough as f64).min(1.0)) {
            return Err(DeviceError::Interrupted);
        }
    }
    let counters = &capture_end.counters;
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    found.lost_frames = count(&counters.overrun_frames);
    found.clipped = count(&counters.clipped);
    found.underruns = render_end.control.underruns();
    Ok((found, bursts))
}

fn fill(ring: &mut HeapProd<f32>, samples: &[f32]) -> usize {
    ring.push_slice(samples)
}

/// Whether anything was there.
fn drain<T>(ring: &mut HeapCons<T>, into: &mut Vec<T>) -> bool {
    let before = into.len();
    into.extend(ring.pop_iter());
    into.len() > before
}
