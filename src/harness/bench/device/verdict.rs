//! What was found of a sound path, in words.

use super::record::PathRecording;
use super::round_trip::RoundTrip;
use crate::harness::bench::metric::{Distribution, Figure, Metrics};

/// Below this the figures stand, and something is between loudspeaker and microphone that should not
/// be: a noisy room, an equalizer, an echo canceller.
const CONFIDENT: f64 = 0.5;

/// The sentence that a report opens with.
pub fn device_sentence(metrics: &Metrics) -> String {
    let (Some(trip), Some(confidence)) = (
        distribution(metrics, "round_trip"),
        distribution(metrics, "confidence"),
    ) else {
        return "Nothing came back.".into();
    };
    let claimed = distribution(metrics, "round_trip.claimed").map_or(0.0, |c| c.summary.p50);
    format!(
        "What is played is back after {:.1} ms at the median ({:.1} to {:.1} ms), found with a \
         confidence of {:.2}; the drivers claim {claimed:.1} ms.",
        trip.summary.p50, trip.min, trip.summary.max, confidence.summary.p50
    )
}

fn distribution<'a>(metrics: &'a Metrics, name: &str) -> Option<&'a Distribution> {
    match &metrics.0.get(name)?.figure {
        Figure::Distribution(found) => Some(found),
        Figure::Rate(_) | Figure::Value { .. } => None,
    }
}

/// What a reader has to know before using the figures.
pub fn device_warnings(rounds: &[(PathRecording, RoundTrip)]) -> Vec<String> {
    let mut warnings = Vec::new();
    let arrivals = || rounds.iter().flat_map(|(_, found)| &found.arrivals);
    if arrivals().any(|arrival| arrival.confidence < CONFIDENT) {
        warnings.push(
            "some bursts were hard to find: turn the loudspeaker up, or look for noise and for \
             processing of the microphone"
                .into(),
        );
    }
    if rounds.iter().any(|(heard, _)| heard.clipped > 0) {
        warnings.push("the microphone was overdriven: turn the loudspeaker down".into());
    }
    if rounds
        .iter()
        .any(|(heard, _)| heard.lost_frames + heard.underruns > 0)
    {
        warnings.push(
            "the program did not keep up with the device, which lengthens a round trip: close \
             others and run again"
                .into(),
        );
    }
    for (complaint, times) in rounds.iter().flat_map(|(heard, _)| &heard.complaints) {
        warnings.push(format!("the driver said {times} times: {complaint}"));
    }
    warnings
}
