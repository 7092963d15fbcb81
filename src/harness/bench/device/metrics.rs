//! The figures of a sound path.

use super::record::PathRecording;
use super::round_trip::{Arrival, RoundTrip};
use crate::harness::bench::metric::{Better, Metrics, Sample, Unit};

/// Figures of one opening of the devices after the other: a path may differ from one to the next,
/// so each is a group of its own.
pub fn device_metrics(rounds: &[(PathRecording, RoundTrip)]) -> Metrics {
    let mut metrics = Metrics::default();
    let ms = |seconds: f64| seconds * 1_000.0;
    let each = |value: &dyn Fn(&Arrival) -> Option<f64>| -> Vec<Sample> {
        let arrivals = rounds.iter().enumerate().flat_map(|(round, (_, found))| {
            let arrivals = found.arrivals.iter();
            arrivals.map(move |arrival| (round + 1, arrival))
        });
        let sample = |(round, arrival): (usize, &Arrival)| {
            Some(Sample {
                at: format!("opening-{round}#{}", arrival.burst),
                value: value(arrival)?,
            })
        };
        arrivals.filter_map(sample).collect()
    };
    metrics.values(
        "round_trip",
        Unit::Ms,
        Better::Lower,
        "from handing a sample to the loudspeaker's driver to getting it back from the microphone's",
        each(&|a| Some(ms(a.round_trip_s))),
    );
    metrics.values(
        "round_trip.claimed",
        Unit::Ms,
        Better::Neither,
        "the same as the drivers claim it, without the air between",
        each(&|a| Some(ms(a.claimed_s))),
    );
    metrics.values(
        "jitter",
        Unit::Ms,
        Better::Lower,
        "difference of the round trips of neighbouring bursts",
        jitter(rounds),
    );
    metrics.values(
        "confidence",
        Unit::Ratio,
        Better::Higher,
        "normalized correlation of what came back with what was played",
        each(&|a| Some(a.confidence)),
    );
    metrics.values(
        "margin",
        Unit::Db,
        Better::Neither,
        "that correlation against the best elsewhere in the searched time",
        each(&|a| Some(a.margin_db)),
    );
    metrics.values(
        "level",
        Unit::Db,
        Better::Neither,
        "captured level against played level",
        each(&|a| Some(a.gain_db)),
    );
    metrics.values(
        "second_arrival",
        Unit::Ms,
        Better::Neither,
        "how much later the same sound came once more",
        each(&|a| a.again_after_s.map(ms)),
    );
    metrics.values(
        "capture.late",
        Unit::Ms,
        Better::Lower,
        "the latest capture callback around each burst against the usual",
        each(&|a| Some(ms(a.late_s.0))),
    );
    metrics.values(
        "render.late",
        Unit::Ms,
        Better::Lower,
        "the latest render callback around each burst against the usual",
        each(&|a| Some(ms(a.late_s.1))),
    );
    let drift = rounds.iter().enumerate().filter_map(|(n, (_, found))| {
        Some(Sample {
            at: format!("opening-{}", n + 1),
            value: found.drift_ppm?,
        })
    });
    metrics.values(
        "drift",
        Unit::Ppm,
        Better::Neither,
        "by how much the capture clock is faster than the playback clock",
        drift.collect(),
    );
    add_faults(&mut metrics, rounds);
    metrics
}

fn jitter(rounds: &[(PathRecording, RoundTrip)]) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (n, (_, found)) in rounds.iter().enumerate() {
        let difference = |pair: &[Arrival]| Sample {
            at: format!("opening-{}#{}", n + 1, pair[1].burst),
            value: (pair[1].round_trip_s - pair[0].round_trip_s).abs() * 1_000.0,
        };
        samples.extend(found.arrivals.windows(2).map(difference));
    }
    samples
}

fn add_faults(metrics: &mut Metrics, rounds: &[(PathRecording, RoundTrip)]) {
    let sum = |count: &dyn Fn(&PathRecording, &RoundTrip) -> usize| -> usize {
        rounds
            .iter()
            .map(|(heard, found)| count(heard, found))
            .sum()
    };
    let bursts = sum(&|_, found| found.bursts);
    metrics.rate(
        "glitches",
        Better::Lower,
        "bursts that did not come back, or before which samples were lost or inserted",
        sum(&|_, found| found.bursts - found.arrivals.len() + found.jumps).min(bursts),
        bursts,
    );
    let mut count = |name: &str, about: &str, value: usize| {
        metrics.value(name, Unit::Count, Better::Lower, about, value as f64);
    };
    count(
        "xruns",
        "underruns and overruns that the drivers reported",
        sum(&|heard, _| heard.xruns as usize),
    );
    count(
        "lost_samples",
        "frames that the program did not take in time",
        sum(&|heard, _| heard.lost_frames as usize),
    );
    count(
        "underruns",
        "blocks for which the program had nothing to play",
        sum(&|heard, _| heard.underruns as usize),
    );
    count(
        "clipped",
        "captured samples at full scale",
        sum(&|heard, _| heard.clipped as usize),
    );
}
