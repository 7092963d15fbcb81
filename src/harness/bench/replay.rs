//! A recorded conversation once more: the user's side of it, and what turn taking was told.

use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::{Value, json};

use super::conversation::echo;
use super::recording::{Events, MeasureError, Recording};
use super::report::Turn;
use crate::aec::{EchoCanceller, SonoraCanceller};
use crate::audio::AudioError;
use crate::audio::frame::{FRAME, SESSION_RATE, SPEECH_RATE};
use crate::audio::resample::resample_clip;
use crate::pipeline::DECISIONS;
use crate::turn_taking::Decision;

/// What the microphone would have heard without the loudspeaker: the replies of then must not be
/// heard again beside those of now. Mono at [`SESSION_RATE`]; where no echo was to be heard, the
/// recording as it is.
///
/// # Errors
/// The recording has a rate that cannot be converted.
pub fn user_side(recording: &Recording) -> Result<Vec<f32>, AudioError> {
    if echo(recording).is_none() {
        return resample_clip(&recording.capture, recording.rate_hz, SESSION_RATE);
    }
    let capture = resample_clip(&recording.capture, recording.rate_hz, SPEECH_RATE)?;
    let render = resample_clip(&recording.render, recording.rate_hz, SPEECH_RATE)?;
    let mut canceller = SonoraCanceller::new();
    let mut alone = Vec::with_capacity(capture.len());
    for (heard, played) in capture.chunks_exact(FRAME).zip(render.chunks_exact(FRAME)) {
        if let (Ok(heard), Ok(played)) = (heard.try_into(), played.try_into()) {
            alone.extend(canceller.process(heard, played).linear);
        }
    }
    resample_clip(&alone, SPEECH_RATE, SESSION_RATE)
}

/// The stimuli of a recording as events. In a recording of people nobody knows them: each turn that
/// was answered counts as one, from where to where the voice detector heard it.
pub fn stimulus_events(events: &Events) -> Vec<Value> {
    let known = events.of("stimulus_started").next().is_some();
    if known {
        let all = events.all().iter();
        let of_stimuli = |event: &&Value| {
            event["kind"] == "stimulus_started" || event["kind"] == "stimulus_finished"
        };
        return all.filter(of_stimuli).cloned().collect();
    }
    let ended = events.of("turn_ended").enumerate();
    let spans = ended.filter_map(|(n, ended)| {
        let turn = ended.turn?;
        let of_turn = |kind| {
            let mut all = events.between(kind, 0.0, ended.t_ms);
            all.find(|event| event.turn == Some(turn))
        };
        let last = events.last_of_turn("speech_paused", turn, ended.t_ms)?;
        let (from, to) = (
            of_turn("speech_started")?.t_ms,
            last.number("last_speech_ms")?,
        );
        let said = ended.text("text");
        Some([
            json!({ "t_ms": from, "turn": null, "kind": "stimulus_started", "stimulus": n,
                    "expect": "answer", "said": said, "pauses_ms": [] }),
            json!({ "t_ms": to, "turn": null, "kind": "stimulus_finished", "stimulus": n }),
        ])
    });
    spans.flatten().collect()
}

/// Puts the stimuli of then in the place of those of a replay, which knows only one long file.
pub fn with_stimuli(events: &Events, stimuli: Vec<Value>) -> Events {
    let own = events.all().iter().filter(|event| {
        event["kind"] != "stimulus_started" && event["kind"] != "stimulus_finished"
    });
    Events::new(own.cloned().chain(stimuli).collect())
}

/// What turn taking was told and decided; `None` if the recording is older than that file.
///
/// # Errors
/// A line cannot be read.
pub fn decisions(folder: &Path) -> Result<Option<Vec<Decision>>, MeasureError> {
    let path = folder.join(DECISIONS);
    let Ok(file) = std::fs::File::open(&path) else {
        return Ok(None);
    };
    let fail = |line: usize, reason: String| MeasureError {
        path: path.clone(),
        reason: format!("line {}: {reason}", line + 1),
    };
    let lines = BufReader::new(file).lines().enumerate();
    let read = lines.map(|(n, line)| {
        let line = line.map_err(|e| fail(n, e.to_string()))?;
        serde_json::from_str(&line).map_err(|e| fail(n, e.to_string()))
    });
    read.collect::<Result<Vec<Decision>, MeasureError>>()
        .map(Some)
}

/// What a turn is now that it was not then, one line for each; nothing for what stayed.
pub fn changes(was: &Turn, is: &Turn) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".into());
    let mut changes = Vec::new();
    for (name, was, is) in [
        ("understood", &was.understood, &is.understood),
        ("reply", &was.reply, &is.reply),
        ("why it was over", &was.reason, &is.reason),
        ("fault", &was.fault, &is.fault),
    ] {
        if was != is {
            changes.push(format!("{name}: {} -> {}", text(was), text(is)));
        }
    }
    let ms = |ms: Option<f64>| ms.map_or("nothing".into(), |ms| format!("{ms:.0} ms"));
    for (name, was, is) in [
        ("response", was.v2v_ms, is.v2v_ms),
        ("stop", was.stop_ms, is.stop_ms),
        ("resume", was.resume_ms, is.resume_ms),
    ] {
        let moved = match (was, is) {
            (Some(was), Some(is)) => (was - is).abs() > MOVED_MS,
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        };
        if moved {
            changes.push(format!("{name}: {} -> {}", ms(was), ms(is)));
        }
    }
    changes
}

/// Two replays of the same build differ by less. Milliseconds.
const MOVED_MS: f64 = 60.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_of_people_are_taken_from_the_voice_detector() {
        let events = Events::new(vec![
            json!({ "t_ms": 100.0, "turn": 1, "kind": "speech_started" }),
            json!({ "t_ms": 990.0, "turn": 1, "kind": "speech_paused", "last_speech_ms": 900.0 }),
            json!({ "t_ms": 1_300.0, "turn": 1, "kind": "turn_ended", "text": "Hello." }),
        ]);
        let stimuli = stimulus_events(&events);
        let times: Vec<f64> = stimuli.iter().filter_map(|e| e["t_ms"].as_f64()).collect();
        assert_eq!(times, [100.0, 900.0]);
        assert_eq!(stimuli[0]["said"], "Hello.");
    }

    #[test]
    fn known_stimuli_replace_those_of_the_replay() {
        let stimulus = |n: u64| json!({ "t_ms": 1.0, "kind": "stimulus_started", "stimulus": n });
        let then = Events::new(vec![stimulus(3), json!({ "t_ms": 2.0, "kind": "final" })]);
        let now = Events::new(vec![stimulus(0), json!({ "t_ms": 9.0, "kind": "heard" })]);
        let both = with_stimuli(&now, stimulus_events(&then));
        assert_eq!(both.of("stimulus_started").count(), 1);
        assert_eq!(both.all()[0]["stimulus"], 3);
        assert_eq!(both.of("heard").count(), 1);
    }

    #[test]
    fn what_stayed_is_no_change() {
        let turn = |v2v: f64, reply: &str| Turn {
            v2v_ms: Some(v2v),
            reply: Some(reply.into()),
            ..Turn::default()
        };
        assert!(changes(&turn(400.0, "Yes."), &turn(430.0, "Yes.")).is_empty());
        let found = changes(&turn(400.0, "Yes."), &turn(900.0, "No."));
        assert_eq!(found, ["reply: Yes. -> No.", "response: 400 ms -> 900 ms"]);
    }

    #[test]
    fn a_recording_without_decisions_has_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(decisions(folder.path()).unwrap(), None);
        std::fs::write(folder.path().join(DECISIONS), "{\n").unwrap();
        let error = decisions(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
    }
}
