//! A recorded conversation once more: the user's side of it, and what turn taking was told.

use std::io::{BufRead, BufReader};
use std::path::Path;

use super::channel::Channel;
use super::conversation::echo;
use super::recording::{Events, MeasureError, Recording};
use super::report::Turn;
use crate::aec::{EchoCanceller, SonoraCanceller};
use crate::audio::AudioError;
use crate::audio::frame::{FRAME, SESSION_RATE, SPEECH_RATE};
use crate::audio::resample::resample_clip;
use crate::clock::Timestamp;
use crate::events::{EventKind, Expect, SessionEvent};
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
        let capture = recording.capture.part(0..recording.capture.len());
        return resample_clip(&capture, recording.rate_hz(), SESSION_RATE);
    }
    // All of it is played again, and so held.
    let at_speech_rate = |channel: &Channel| {
        let samples = channel.part(0..channel.len());
        resample_clip(&samples, recording.rate_hz(), SPEECH_RATE)
    };
    let capture = at_speech_rate(&recording.capture)?;
    let render = at_speech_rate(&recording.render)?;
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
pub fn stimulus_events(events: &Events) -> Vec<SessionEvent> {
    let all = events.all().iter();
    let known: Vec<SessionEvent> = all.filter(|event| is_of_stimulus(event)).cloned().collect();
    if !known.is_empty() {
        return known;
    }
    let ended = events.find(|kind| match kind {
        EventKind::TurnEnded { text, .. } => Some(text),
        _ => None,
    });
    let spans = ended.enumerate().filter_map(|(stimulus, ended)| {
        let turn = ended.turn?;
        let mut began = events.between((0.0, ended.t_ms), |kind| {
            matches!(kind, EventKind::SpeechStarted).then_some(())
        });
        let began = began.find(|found| found.turn == Some(turn))?;
        let last = events.last_of_turn(turn, ended.t_ms, |kind| match kind {
            EventKind::SpeechPaused { last_speech_ms } => Some(*last_speech_ms),
            _ => None,
        })?;
        let event = |t_ms, kind| SessionEvent {
            at: Timestamp::from_millis_f64(t_ms),
            turn: None,
            kind,
        };
        let started = EventKind::StimulusStarted {
            stimulus,
            expect: Expect::Answer,
            said: Some(ended.it.clone()),
            pauses_ms: Vec::new(),
        };
        Some([
            event(began.t_ms, started),
            event(last.it, EventKind::StimulusFinished { stimulus }),
        ])
    });
    spans.flatten().collect()
}

/// Puts the stimuli of then in the place of those of a replay, which knows only one long file.
pub fn with_stimuli(events: &Events, stimuli: Vec<SessionEvent>) -> Events {
    let own = events.all().iter().filter(|event| !is_of_stimulus(event));
    Events::new(own.cloned().chain(stimuli).collect())
}

fn is_of_stimulus(event: &SessionEvent) -> bool {
    matches!(
        event.kind,
        EventKind::StimulusStarted { .. } | EventKind::StimulusFinished { .. }
    )
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
    use crate::events::{EndReason, TurnId};

    fn event(t_ms: u64, kind: EventKind) -> SessionEvent {
        SessionEvent {
            at: Timestamp::from_millis(t_ms),
            turn: Some(TurnId(1)),
            kind,
        }
    }

    fn stimulus(number: usize) -> SessionEvent {
        let started = EventKind::StimulusStarted {
            stimulus: number,
            expect: Expect::Answer,
            said: None,
            pauses_ms: Vec::new(),
        };
        event(1, started)
    }

    #[test]
    fn turns_of_people_are_taken_from_the_voice_detector() {
        let ended = EventKind::TurnEnded {
            waited_ms: 400.0,
            score: None,
            reason: EndReason::Silence,
            text: "Hello.".into(),
        };
        let last_speech_ms = 900.0;
        let events = Events::new(vec![
            event(100, EventKind::SpeechStarted),
            event(990, EventKind::SpeechPaused { last_speech_ms }),
            event(1_300, ended),
        ]);
        let stimuli = stimulus_events(&events);
        let times: Vec<f64> = stimuli.iter().map(SessionEvent::t_ms).collect();
        assert_eq!(times, [100.0, 900.0]);
        let said = Some("Hello.".to_owned());
        assert!(
            matches!(&stimuli[0].kind, EventKind::StimulusStarted { said: s, .. } if *s == said)
        );
    }

    #[test]
    fn known_stimuli_replace_those_of_the_replay() {
        let then = Events::new(vec![stimulus(3), event(2, EventKind::FirstToken)]);
        let now = Events::new(vec![stimulus(0), event(9, EventKind::SpeechStarted)]);
        let both = with_stimuli(&now, stimulus_events(&then));
        assert_eq!(
            both.all(),
            [stimulus(3), event(9, EventKind::SpeechStarted)]
        );
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
