//! Finds each burst in what was played and in what was captured, and what lies between.

use super::burst::{BURST_S, Bursts};
use super::record::PathRecording;
use super::stream_time::StreamTime;
use crate::audio::correlation::{normalized, peak_within};
use crate::audio::frame::{dbfs, rms};
use crate::harness::bench::statistics::percentile;

/// Longest round trip that is looked for, which is said where no echo is found. Seconds; some sound servers buffer two.
pub(super) const LONGEST_S: f64 = 2.5;
/// A burst is looked for from so long before it was handed over: callbacks are not exact.
const EARLIEST_S: f64 = 0.1;
/// Below this a correlation may be chance.
const LEAST_CORRELATION: f32 = 0.15;
/// Chance makes many places nearly as good; so far must the best stand out of the rest...
const LEAST_MARGIN: f32 = 1.5;
/// ...unless it is this good: then another place is the same sound once more.
const SURE: f32 = 0.5;
/// Of two arrivals of about the same strength the first counts.
const SAME_STRENGTH: f32 = 0.9;
/// The peak of one arrival is no wider. Seconds.
const PEAK_S: f64 = 0.001;
/// Reflections arrive within this time; what is farther away is another arrival. Seconds.
const NEAR_S: f64 = 0.01;
/// The way may not change by more between two bursts. Seconds.
const JUMP_S: f64 = 0.000_5;
/// Arrivals of one path lie this close together. Seconds.
const CLUSTER_S: f64 = 0.05;
/// So many bursts between two jumps say how the clocks drift.
const LEAST_FOR_DRIFT: usize = 3;
/// Rumble and mains hum below the bursts' band say nothing about them. Hz.
const HIGH_PASS_HZ: f64 = 250.0;

/// One burst that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// Its number, from 0.
    pub burst: usize,
    /// From the callback that handed it to the driver to the one that got it back. Seconds.
    pub round_trip_s: f64,
    /// What the driver says that these take. Seconds.
    pub claimed_s: f64,
    /// Magnitude of the normalized correlation, 0 to 1.
    pub confidence: f64,
    /// How much larger that is than anywhere else in the searched time. dB.
    pub margin_db: f64,
    /// Captured relative to played. dB.
    pub gain_db: f64,
    /// How much later the same sound came once more, if it did. Seconds.
    pub again_after_s: Option<f64>,
    /// By how much the latest callback nearby was late: capture, render. Seconds.
    pub late_s: (f64, f64),
    /// Where it was played, on the loudspeaker's sample clock. Seconds.
    pub played_at_s: f64,
    /// Where it was captured, on the microphone's sample clock. Seconds.
    pub captured_at_s: f64,
}

/// What was found of a path.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundTrip {
    /// The bursts that came back, in order.
    pub arrivals: Vec<Arrival>,
    /// How many were played.
    pub bursts: usize,
    /// How often the way changed suddenly between two bursts.
    pub jumps: usize,
    /// By how much the capture clock is faster than the playback clock; `None` if too few bursts
    /// came back, or the way jumped too often to tell. Parts per million.
    pub drift_ppm: Option<f64>,
}

/// Nothing came back that would not be chance.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "no echo found within {LONGEST_S} s: of {bursts} bursts {found} came back, the best with a correlation of \
     {best:.2}. Bring microphone and loudspeaker together, turn both up, or connect them with a cable; a sound \
     server's monitor as --input works without either. A device or sound server that buffers more than \
     {LONGEST_S} s cannot be measured: give it a shorter buffer"
)]
pub struct NoEcho {
    /// How many were played.
    pub bursts: usize,
    /// How many seemed to come back.
    pub found: usize,
    /// Largest normalized correlation of all.
    pub best: f64,
}

/// Finds the bursts.
///
/// # Errors
/// Fewer than half of them, and two, came back, or at places that have nothing in common.
pub fn find_round_trip(recording: &PathRecording, bursts: &Bursts) -> Result<RoundTrip, NoEcho> {
    let capture = StreamTime::new(&recording.capture_blocks, recording.capture_rate_hz);
    let render = StreamTime::new(&recording.render_blocks, recording.render_rate_hz);
    let (mut arrivals, mut best) = (Vec::new(), 0.0f64);
    for number in 0..bursts.count {
        let Some(heard) = hear(recording, bursts, number, (&capture, &render)) else {
            continue;
        };
        best = best.max(heard.arrival.confidence);
        arrivals.extend(heard.stands_out.then_some(heard.arrival));
    }
    let trips: Vec<f64> = arrivals.iter().map(|a| a.round_trip_s).collect();
    let usual = percentile(&trips, 0.5);
    let together = trips
        .iter()
        .filter(|t| (*t - usual).abs() < CLUSTER_S)
        .count();
    if together < 2 || together * 2 < bursts.count {
        return Err(NoEcho {
            bursts: bursts.count,
            found: arrivals.len(),
            best,
        });
    }
    let (jumps, drift) = jumps_and_drift(&arrivals);
    let enough = arrivals.len() >= LEAST_FOR_DRIFT * (jumps + 1);
    Ok(RoundTrip {
        arrivals,
        bursts: bursts.count,
        jumps,
        drift_ppm: enough.then_some(drift * 1e6),
    })
}

/// The place that fits a burst best.
struct Heard {
    arrival: Arrival,
    stands_out: bool,
}

/// A sound in a recording that began somewhere else.
struct Found {
    /// In samples of the recording.
    at: f64,
    correlation: f32,
    gain: f32,
    rival: Option<(f64, f32)>,
}

fn hear(
    recording: &PathRecording,
    bursts: &Bursts,
    number: usize,
    (capture, render): (&StreamTime, &StreamTime),
) -> Option<Heard> {
    let (capture_rate, render_rate) = (recording.capture_rate_hz, recording.render_rate_hz);
    let start = bursts.start(number, render_rate) as f64;
    // An underrun may have moved it.
    let played = search(
        &recording.played,
        &bursts.burst(number, render_rate),
        render_rate,
        (start - f64::from(render_rate) * EARLIEST_S, LONGEST_S),
    )?;
    let handed_over = render.of(played.at)?;
    let from = capture.sample_at(handed_over.at_s - EARLIEST_S)?;
    let captured = search(
        &recording.captured,
        &bursts.burst(number, capture_rate),
        capture_rate,
        (from, EARLIEST_S + LONGEST_S),
    )?;
    let returned = capture.of(captured.at)?;
    let rival = captured.rival.map_or(0.0, |(_, c)| c.abs());
    let best = captured.correlation.abs();
    let again = captured
        .rival
        .filter(|(_, c)| c.abs() >= best * SURE && best >= SURE);
    Some(Heard {
        arrival: Arrival {
            burst: number,
            round_trip_s: returned.at_s - handed_over.at_s,
            claimed_s: returned.claimed_s + handed_over.claimed_s,
            confidence: f64::from(best).min(1.0),
            margin_db: f64::from(dbfs(best) - dbfs(rival)),
            gain_db: f64::from(dbfs(captured.gain / played.gain)),
            again_after_s: again.map(|(at, _)| (at - captured.at) / f64::from(capture_rate)),
            late_s: (returned.late_s, handed_over.late_s),
            played_at_s: played.at / f64::from(render_rate),
            captured_at_s: captured.at / f64::from(capture_rate),
        },
        stands_out: best >= LEAST_CORRELATION && (best >= SURE || best >= rival * LEAST_MARGIN),
    })
}

/// Looks for `burst` beginning within `length_s` of sample `from`.
fn search(
    samples: &[f32],
    burst: &[f32],
    rate_hz: u32,
    (from, length_s): (f64, f64),
) -> Option<Found> {
    let rate = f64::from(rate_hz);
    let from = (from.max(0.0) as usize).min(samples.len());
    let until = from + ((length_s + BURST_S) * rate) as usize;
    let heard = high_pass(&samples[from..until.min(samples.len())], rate);
    let burst = high_pass(burst, rate);
    let curve = normalized(&burst, &heard);
    let (_, highest) = peak_within(&curve, 0..curve.len())?;
    let first = curve
        .iter()
        .position(|c| c.abs() >= highest.abs() * SAME_STRENGTH)?;
    let (at, correlation) = peak_within(&curve, first..first + (PEAK_S * rate) as usize)?;
    let near = (NEAR_S * rate) as usize;
    let before = peak_within(&curve, 0..first.saturating_sub(near));
    let after = peak_within(&curve, first + near..curve.len());
    let stronger = |a: &(f64, f32), b: &(f64, f32)| a.1.abs().total_cmp(&b.1.abs());
    let rival = [before, after].into_iter().flatten().max_by(stronger);
    let place = at as usize;
    let level = rms(&heard[place..(place + burst.len()).min(heard.len())]);
    Some(Found {
        at: from as f64 + at,
        correlation,
        gain: correlation.abs() * level / rms(&burst).max(1e-9),
        rival: rival.map(|(at, c)| (from as f64 + at, c)),
    })
}

/// Second-order Butterworth high-pass. Its delay is the same for the burst and for what is searched.
/// Source: R. Bristow-Johnson, Audio EQ Cookbook.
fn high_pass(samples: &[f32], rate_hz: f64) -> Vec<f32> {
    let (sin, cos) = (std::f64::consts::TAU * HIGH_PASS_HZ / rate_hz).sin_cos();
    let alpha = sin / std::f64::consts::SQRT_2;
    let (b0, b1) = (
        (1.0 + cos) / 2.0 / (1.0 + alpha),
        -(1.0 + cos) / (1.0 + alpha),
    );
    let (a1, a2) = (-2.0 * cos / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha));
    let (mut x, mut y) = ([0.0f64; 2], [0.0f64; 2]);
    let filter = |sample: &f32| {
        let input = f64::from(*sample);
        let output = b0 * (input + x[1]) + b1 * x[0] - a1 * y[0] - a2 * y[1];
        x = [input, x[0]];
        y = [output, y[0]];
        output as f32
    };
    samples.iter().map(filter).collect()
}

/// Sudden changes of the way, and the slope of what is left without them.
fn jumps_and_drift(arrivals: &[Arrival]) -> (usize, f64) {
    let way = |a: &Arrival| a.captured_at_s - a.played_at_s;
    let slope = |a: &Arrival, b: &Arrival| (way(b) - way(a)) / (b.played_at_s - a.played_at_s);
    let steps: Vec<f64> = arrivals.windows(2).map(|w| slope(&w[0], &w[1])).collect();
    let usual = percentile(&steps, 0.5);
    let (mut jumps, mut moved) = (0, 0.0);
    let mut straight = arrivals.to_vec();
    for n in 1..arrivals.len() {
        let (before, now) = (&arrivals[n - 1], &arrivals[n]);
        let change = way(now) - way(before) - usual * (now.played_at_s - before.played_at_s);
        if change.abs() > JUMP_S {
            jumps += 1;
            moved += change;
        }
        straight[n].captured_at_s -= moved;
    }
    // The median of the slopes of all pairs does not mind a few that are wrong. Source: Sen, Estimates
    // of the regression coefficient based on Kendall's tau, JASA 63, 1968.
    let pairs = straight.iter().enumerate();
    let slopes: Vec<f64> = pairs
        .flat_map(|(n, a)| straight[n + 1..].iter().map(move |b| slope(a, b)))
        .collect();
    (jumps, percentile(&slopes, 0.5))
}

#[cfg(test)]
#[path = "round_trip_tests.rs"]
mod tests;
