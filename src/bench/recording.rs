//! Response and stop times, measured on a recording whose stimuli are known.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::drafts::{Drafts, drafts};
use super::overlap::{Overlaps, overlaps};
use crate::audio::frame::{audible_end, audible_start};
use crate::pipeline::{CONVERSATION, EVENTS};

/// From here on a sound is audible, if it lasts 5 ms. dBFS.
const AUDIBLE_DBFS: f32 = -50.0;
/// The recording's right channel may lead the event by its resolution. Milliseconds.
const EVENT_SLACK_MS: f64 = 40.0;

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Measured {
    /// Per answered stimulus: first audible sample of the reply minus last sound of the stimulus.
    pub v2v_ms: Vec<f64>,
    /// Turn of each value of `v2v_ms`.
    pub turns: Vec<u64>,
    /// Per interruption: last audible sample of the reply minus first sound of the interruption.
    pub stop_ms: Vec<f64>,
    /// Stimuli played.
    pub stimuli: usize,
    /// Replies that began before the stimulus had ended: a pause was taken for the end.
    pub premature: usize,
    /// Stimuli that got no reply before the next one.
    pub unanswered: usize,
    /// Interruptions without a stimulus: the assistant stopped for its own echo, or for nothing.
    pub self_interruptions: usize,
    /// What sounded over replies.
    pub overlaps: Overlaps,
    /// What drafts won and wasted.
    pub drafts: Drafts,
}

/// A recording cannot be measured.
#[derive(Debug, thiserror::Error)]
#[error("cannot measure {}: {reason}", path.display())]
pub struct MeasureError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// Measures the recording in `folder`; `llm_threads` is how many cores its language model used.
pub fn measure(folder: &Path, llm_threads: usize) -> Result<Measured, MeasureError> {
    let mut events = read_events(&folder.join(EVENTS))?;
    // A stimulus is reported when its file is over, with the time of its last sound.
    let at = |event: &Value| event["t_ms"].as_f64().unwrap_or(0.0);
    events.sort_by(|a, b| at(a).total_cmp(&at(b)));
    let played = read_right_channel(&folder.join(CONVERSATION))?;
    let times = |kind: &str| -> Vec<(f64, Option<u64>)> {
        let of_kind = events.iter().filter(|e| e["kind"] == kind);
        of_kind
            .filter_map(|e| Some((e["t_ms"].as_f64()?, e["turn"].as_u64())))
            .collect()
    };
    let stimuli = stimuli(&events);
    let replies = times("playback_started");
    let mut measured = Measured {
        stimuli: stimuli.len(),
        overlaps: overlaps(&events),
        drafts: drafts(&events, llm_threads),
        ..Measured::default()
    };
    for (n, (start, end)) in stimuli.iter().copied().enumerate() {
        let next = stimuli
            .get(n + 1)
            .map_or(f64::INFINITY, |(start, _)| *start);
        let reply = replies.iter().find(|(at, _)| (start..next).contains(at));
        let heard = reply.and_then(|(at, turn)| Some((first_audible(&played, *at)?, *turn)));
        match heard {
            Some((at, turn)) => {
                measured.v2v_ms.push(at - end);
                measured.premature += usize::from(at < end);
                measured.turns.push(turn.unwrap_or_default());
            }
            None => measured.unanswered += usize::from(expects_answer(&events, n)),
        }
    }
    for (at, _) in times("interrupted") {
        let stimulus = stimuli.iter().rev().find(|(start, _)| *start <= at);
        match stimulus {
            // An interruption belongs to a stimulus that was being said, or just had been.
            Some((start, end)) if at <= end + 500.0 => {
                let until = replies
                    .iter()
                    .map(|(reply, _)| *reply)
                    .find(|reply| *reply > at);
                if let Some(last) = last_audible(&played, *start, until) {
                    measured.stop_ms.push(last - start);
                }
            }
            _ => measured.self_interruptions += 1,
        }
    }
    Ok(measured)
}

/// Whether a stimulus wants an answer; recordings of before say nothing, and did.
fn expects_answer(events: &[Value], stimulus: usize) -> bool {
    let started = |e: &&Value| e["kind"] == "stimulus_started" && e["stimulus"] == stimulus;
    let event = events.iter().find(started);
    event.is_none_or(|e| matches!(e["expect"].as_str(), None | Some("answer")))
}

/// First and last sound of each stimulus that was played to its end, in order.
fn stimuli(events: &[Value]) -> Vec<(f64, f64)> {
    let time_of = |kind: &str, number: u64| {
        let mut of_kind = events.iter().filter(|e| e["kind"] == kind);
        of_kind.find(|e| e["stimulus"].as_u64() == Some(number))?["t_ms"].as_f64()
    };
    (0..)
        .map_while(|n| {
            let start = time_of("stimulus_started", n);
            let end = time_of("stimulus_finished", n);
            start.or(end).map(|_| start.zip(end))
        })
        .flatten()
        .collect()
}

struct Played {
    samples: Vec<f32>,
    rate_hz: u32,
}

impl Played {
    fn index(&self, ms: f64) -> usize {
        let index = (ms.max(0.0) * f64::from(self.rate_hz) / 1000.0) as usize;
        index.min(self.samples.len())
    }

    fn ms(&self, index: usize) -> f64 {
        index as f64 * 1000.0 / f64::from(self.rate_hz)
    }
}

fn first_audible(played: &Played, from_ms: f64) -> Option<f64> {
    let from = played.index(from_ms - EVENT_SLACK_MS);
    let at = audible_start(&played.samples[from..], played.rate_hz, AUDIBLE_DBFS)?;
    Some(played.ms(from + at))
}

fn last_audible(played: &Played, from_ms: f64, until_ms: Option<f64>) -> Option<f64> {
    let from = played.index(from_ms);
    let until = until_ms.map_or(played.samples.len(), |ms| played.index(ms - EVENT_SLACK_MS));
    let range = played.samples.get(from..until)?;
    let end = audible_end(range, played.rate_hz, AUDIBLE_DBFS)?;
    Some(played.ms(from + end))
}

fn read_events(path: &Path) -> Result<Vec<Value>, MeasureError> {
    let fail = |reason: String| MeasureError {
        path: path.to_path_buf(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
    text.lines()
        .enumerate()
        .map(|(n, line)| {
            serde_json::from_str(line).map_err(|e| fail(format!("line {}: {e}", n + 1)))
        })
        .collect()
}

fn read_right_channel(path: &Path) -> Result<Played, MeasureError> {
    let fail = |reason: String| MeasureError {
        path: path.to_path_buf(),
        reason,
    };
    let mut reader = hound::WavReader::open(path).map_err(|e| fail(e.to_string()))?;
    let spec = reader.spec();
    if spec.channels != 2 {
        return Err(fail("it does not have two channels".into()));
    }
    let samples: Result<Vec<i16>, _> = reader.samples::<i16>().skip(1).step_by(2).collect();
    let samples = samples.map_err(|e| fail(e.to_string()))?;
    Ok(Played {
        samples: samples.iter().map(|s| f32::from(*s) / 32_768.0).collect(),
        rate_hz: spec.sample_rate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::wav::WavFile;

    /// A recording whose right channel is loud within the spans, in milliseconds.
    fn recording(spans: &[(usize, usize)], seconds: usize, events: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let mut wav = WavFile::create(&folder.path().join(CONVERSATION), 2, 48_000).unwrap();
        for n in 0..seconds * 48_000 {
            let loud = spans.iter().any(|(a, b)| (a * 48..b * 48).contains(&n));
            wav.push(0.0).unwrap();
            wav.push(if loud && n % 2 == 0 { 0.2 } else { 0.0 })
                .unwrap();
        }
        wav.finish().unwrap();
        std::fs::write(folder.path().join(EVENTS), events).unwrap();
        folder
    }

    /// The detector's window is 5 ms: no answer can be finer.
    const TOLERANCE_MS: f64 = 5.0;

    #[test]
    fn the_response_time_is_found_on_the_recording() {
        let events = r#"{"t_ms":500,"turn":null,"kind":"stimulus_started","stimulus":0}
{"t_ms":1500,"turn":null,"kind":"stimulus_finished","stimulus":0}
{"t_ms":2190,"turn":1,"kind":"playback_started"}"#;
        let folder = recording(&[(2_200, 3_000)], 4, events);
        let measured = measure(folder.path(), 1).unwrap();
        assert!(
            (measured.v2v_ms[0] - 700.0).abs() <= TOLERANCE_MS,
            "{measured:?}"
        );
        assert_eq!(measured.unanswered, 0);
    }

    #[test]
    fn the_stop_time_is_found_on_the_recording() {
        let events = r#"{"t_ms":500,"turn":null,"kind":"stimulus_started","stimulus":0}
{"t_ms":1000,"turn":null,"kind":"stimulus_finished","stimulus":0}
{"t_ms":1500,"turn":1,"kind":"playback_started"}
{"t_ms":2000,"turn":null,"kind":"stimulus_started","stimulus":1}
{"t_ms":2150,"turn":1,"kind":"interrupted","reason":"speech"}
{"t_ms":2600,"turn":null,"kind":"stimulus_finished","stimulus":1}
{"t_ms":3300,"turn":2,"kind":"playback_started"}"#;
        let folder = recording(&[(1_500, 2_180), (3_300, 3_500)], 4, events);
        let measured = measure(folder.path(), 1).unwrap();
        assert_eq!(measured.stop_ms.len(), 1);
        assert!(
            (measured.stop_ms[0] - 180.0).abs() <= TOLERANCE_MS,
            "{measured:?}"
        );
        assert_eq!(measured.self_interruptions, 0);
    }

    #[test]
    fn an_interruption_without_anybody_speaking_is_its_own() {
        let events = r#"{"t_ms":500,"turn":null,"kind":"stimulus_started","stimulus":0}
{"t_ms":1000,"turn":null,"kind":"stimulus_finished","stimulus":0}
{"t_ms":1500,"turn":1,"kind":"playback_started"}
{"t_ms":2800,"turn":1,"kind":"interrupted","reason":"speech"}"#;
        let folder = recording(&[(1_500, 2_900)], 4, events);
        assert_eq!(measure(folder.path(), 1).unwrap().self_interruptions, 1);
    }

    #[test]
    fn a_stimulus_without_reply_is_counted() {
        let events = r#"{"t_ms":500,"turn":null,"kind":"stimulus_started","stimulus":0}
{"t_ms":1500,"turn":null,"kind":"stimulus_finished","stimulus":0}"#;
        let measured = measure(recording(&[], 3, events).path(), 1).unwrap();
        assert_eq!((measured.stimuli, measured.unanswered), (1, 1));
    }
}
