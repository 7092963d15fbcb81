//! A run in the folders of Full-Duplex-Bench, so that its own scripts can score it:
//! `TASK/SCENARIO-REPEAT-STIMULUS/{input.wav,output.wav}` at 16 kHz, and the time stamps that the
//! task's script reads. Its v1.0 tasks name the file after the task, v1.5 has `metadata.json`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::figures::Placed;
use super::full_duplex::Task;
use super::recording::Recording;
use super::report::Conversation;
use crate::audio::AudioError;
use crate::audio::frame::SPEECH_RATE;
use crate::audio::resample::resample_clip;
use crate::audio::wav::WavFile;
use crate::events::Expect;

/// A clip begins so long before its first sound. Milliseconds.
const BEFORE_MS: f64 = 500.0;
/// A clip ends so long after its stimulus at the latest.
const AFTER_MS: f64 = 8_000.0;

/// Writes every turn of a conversation that is one of the benchmark's tasks; how many.
///
/// # Errors
/// The folder cannot be written.
pub fn export_full_duplex_bench(
    conversation: &Conversation,
    recording: &Recording,
    folder: &Path,
) -> Result<usize, AudioError> {
    let mut written = 0;
    for (n, turn) in conversation.turns.iter().enumerate() {
        let Some(task) = Task::of(&Placed { conversation, turn }) else {
            continue;
        };
        let before = conversation.turns[..n].iter().rev();
        let context = before.clone().find(|t| t.expect != Expect::GoOn);
        let from = match (task, context) {
            // An overlap needs what was asked before it.
            (Task::PauseHandling | Task::SmoothTurnTaking, _) | (_, None) => turn.span_ms.0,
            (_, Some(context)) => context.span_ms.0,
        };
        let next = conversation.turns.get(n + 1);
        let next = next.map_or(f64::INFINITY, |t| t.span_ms.0);
        let until = match task {
            // Whatever sounds within the turn took it over.
            Task::PauseHandling => turn.span_ms.1,
            _ => next
                .min(turn.span_ms.1 + AFTER_MS)
                .min(recording.length_ms()),
        };
        let Conversation {
            scenario, repeat, ..
        } = conversation;
        let name = format!("{scenario}-{repeat}-{}", turn.stimulus);
        let place = folder.join(task.name()).join(name);
        let begin = (from - BEFORE_MS).max(0.0);
        let clip = Clip {
            place: &place,
            begin,
            until,
        };
        clip.write(recording)?;
        let at = |ms: f64| (ms - begin) / 1000.0;
        let span = [at(turn.span_ms.0), at(turn.span_ms.1)];
        let said = turn.said.clone().unwrap_or_default();
        let asked = context.and_then(|t| t.said.clone()).unwrap_or_default();
        for (file, stamps) in stamps(task, span, &said, &asked, turn, begin) {
            clip.note(file, &stamps)?;
        }
        written += 1;
    }
    Ok(written)
}

/// The files of time stamps that a task's script reads. Seconds.
fn stamps(
    task: Task,
    span: [f64; 2],
    said: &str,
    asked: &str,
    turn: &super::report::Turn,
    begin: f64,
) -> Vec<(&'static str, Value)> {
    let overlap = (
        "metadata.json",
        json!({ "context_text": asked, "current_turn_text": said, "timestamps": span }),
    );
    match task {
        Task::PauseHandling => {
            let pauses = turn.pauses_ms.iter().map(|pause| {
                let at = [pause.0, pause.1].map(|ms| (ms - begin) / 1000.0);
                json!({ "text": "[PAUSE]", "timestamp": at })
            });
            vec![("pause.json", Value::Array(pauses.collect()))]
        }
        Task::SmoothTurnTaking => {
            // Its script takes the first number for the end of the user's turn.
            let end = [span[1], span[1]];
            vec![(
                "turn_taking.json",
                json!([{ "text": said, "timestamp": end }]),
            )]
        }
        Task::UserInterruption => vec![
            (
                "interrupt.json",
                json!([{ "context": asked, "interrupt": said, "timestamp": span }]),
            ),
            overlap,
        ],
        Task::UserBackchannel | Task::TalkingToOther | Task::BackgroundSpeech => vec![overlap],
    }
}

/// A part of a recording on its way to a folder.
struct Clip<'a> {
    place: &'a Path,
    begin: f64,
    until: f64,
}

impl Clip<'_> {
    fn write(&self, recording: &Recording) -> Result<(), AudioError> {
        let path = self.place;
        std::fs::create_dir_all(path).map_err(|e| failed(path, &e))?;
        let span = recording.index(self.begin)..recording.index(self.until);
        for (name, channel) in [
            ("input.wav", &recording.capture),
            ("output.wav", &recording.render),
        ] {
            let part = channel.part(span.clone());
            let samples = resample_clip(&part, recording.rate_hz(), SPEECH_RATE)?;
            let mut file = WavFile::create(&path.join(name), 1, SPEECH_RATE)?;
            samples.iter().try_for_each(|sample| file.push(*sample))?;
            file.finish()?;
        }
        Ok(())
    }

    fn note(&self, name: &str, stamps: &Value) -> Result<(), AudioError> {
        let path = self.place.join(name);
        std::fs::write(&path, format!("{stamps:#}\n")).map_err(|e| failed(&path, &e))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> AudioError {
    AudioError::Write {
        path: PathBuf::from(path),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::bench::channel::Channel;
    use crate::harness::bench::report::Turn;
    use crate::harness::bench::statistics::Interval;

    #[test]
    fn a_turn_has_its_folder_with_both_channels_and_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let conversation = Conversation {
            scenario: "clean".into(),
            kind: "clean_turn".into(),
            repeat: 1,
            turns: vec![Turn {
                expect: Expect::Answer,
                said: Some("What is it?".into()),
                span_ms: Interval(1_000.0, 2_000.0),
                ..Turn::default()
            }],
            ..Conversation::default()
        };
        let recording = Recording {
            capture: Channel::new(vec![0.1; 4 * 48_000], 48_000),
            render: Channel::new(vec![0.0; 4 * 48_000], 48_000),
            ..Recording::default()
        };
        let count = export_full_duplex_bench(&conversation, &recording, folder.path()).unwrap();
        assert_eq!(count, 1);
        let place = folder.path().join("smooth_turn_taking/clean-1-0");
        let stamps = std::fs::read_to_string(place.join("turn_taking.json")).unwrap();
        let stamps: Value = serde_json::from_str(&stamps).unwrap();
        assert_eq!(stamps[0]["timestamp"][0], 1.5);
        let output = crate::audio::sound_file::read_clip(&place.join("output.wav")).unwrap();
        assert!(
            (output.seconds() - 3.5).abs() < 0.01,
            "{}",
            output.seconds()
        );
        assert!(place.join("input.wav").exists());
    }
}
