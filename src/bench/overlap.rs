//! What happened to replies that somebody or something sounded over.

use serde::Serialize;
use serde_json::Value;

/// Stimuli over replies, by what they were meant to do.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Overlaps {
    /// Stimuli that meant to stop a reply.
    pub interruptions: usize,
    /// Of them, those that did.
    pub honoured: usize,
    /// From the first sound of each interruption to the reply being quieter: by the event, which
    /// the loudspeaker follows within 20 ms. Negative: it was quieter already.
    pub duck_ms: Vec<f64>,
    /// Stimuli over which the reply was meant to go on.
    pub listening: usize,
    /// Of them, those that stopped it.
    pub false_stops: usize,
    /// From the last sound of each other one to the reply being as loud as before; only where it
    /// had been made quieter.
    pub resume_ms: Vec<f64>,
    /// How long the reply was silent for each that held it.
    pub silent_ms: Vec<f64>,
}

/// After a stimulus has ended, its consequences come within this time. Milliseconds.
const CONSEQUENCE_MS: f64 = 1_500.0;

/// Looks at the stimuli of a recording's events, which are in the order of time.
pub fn overlaps(events: &[Value]) -> Overlaps {
    let at = |event: &Value| event["t_ms"].as_f64().unwrap_or(0.0);
    let of = |kind: &'static str, from: f64, to: f64| {
        let in_time =
            move |event: &&Value| event["kind"] == kind && (from..=to).contains(&at(event));
        events.iter().filter(in_time)
    };
    let mut found = Overlaps::default();
    let mut reply_since = None;
    for event in events {
        match event["kind"].as_str() {
            Some("playback_started") => reply_since = Some(at(event)),
            Some("heard" | "turn_extended") => reply_since = None,
            Some("stimulus_started") if reply_since.is_some() => {
                let start = at(event);
                let number = &event["stimulus"];
                let mut ends = events.iter().filter(|e| e["kind"] == "stimulus_finished");
                let Some(end) = ends.find(|e| e["stimulus"] == *number).map(at) else {
                    continue;
                };
                let until = end + CONSEQUENCE_MS;
                let stopped = of("interrupted", start, until).next().is_some()
                    || of("turn_extended", start, until).next().is_some();
                let mut ducked = of("ducked", start - CONSEQUENCE_MS, until).map(at);
                let unducked = || of("unducked", start, until).map(at);
                if event["expect"] != "go_on" {
                    found.interruptions += 1;
                    found.honoured += usize::from(stopped);
                    // One from before counts only if it still held.
                    let still =
                        |at: &f64| *at >= start || of("unducked", *at, start).next().is_none();
                    found
                        .duck_ms
                        .extend(ducked.find(still).map(|at| at - start));
                    continue;
                }
                found.listening += 1;
                found.false_stops += usize::from(stopped);
                if stopped {
                    continue;
                }
                found
                    .resume_ms
                    .extend(unducked().next_back().map(|at| at - end));
                let held = of("held", start, until).map(at);
                found.silent_ms.extend(held.filter_map(|held| {
                    let back = unducked().find(|back| *back > held)?;
                    Some(back - held)
                }));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(t_ms: f64, kind: &str) -> Value {
        json!({ "t_ms": t_ms, "kind": kind })
    }

    fn stimulus(start: f64, end: f64, expect: &str) -> [Value; 2] {
        [
            json!({ "t_ms": start, "kind": "stimulus_started", "stimulus": 0, "expect": expect }),
            json!({ "t_ms": end, "kind": "stimulus_finished", "stimulus": 0 }),
        ]
    }

    #[test]
    fn an_interruption_is_honoured_and_its_duck_measured() {
        let [start, end] = stimulus(2_000.0, 3_000.0, "answer");
        let found = overlaps(&[
            event(1_000.0, "playback_started"),
            start,
            event(2_060.0, "ducked"),
            event(2_500.0, "interrupted"),
            event(2_510.0, "heard"),
            end,
        ]);
        assert_eq!((found.interruptions, found.honoured), (1, 1));
        assert_eq!(found.duck_ms, [60.0]);
    }

    #[test]
    fn a_backchannel_that_held_the_reply_has_a_gap() {
        let [start, end] = stimulus(2_000.0, 2_400.0, "go_on");
        let found = overlaps(&[
            event(1_000.0, "playback_started"),
            start,
            event(2_050.0, "ducked"),
            event(2_200.0, "held"),
            end,
            event(2_600.0, "unducked"),
            event(9_000.0, "heard"),
        ]);
        assert_eq!((found.listening, found.false_stops), (1, 0));
        assert_eq!(
            (found.resume_ms, found.silent_ms),
            (vec![200.0], vec![400.0])
        );
    }

    #[test]
    fn a_stimulus_into_silence_is_no_overlap() {
        let [start, end] = stimulus(2_000.0, 2_400.0, "answer");
        assert_eq!(overlaps(&[start, end]), Overlaps::default());
    }
}
