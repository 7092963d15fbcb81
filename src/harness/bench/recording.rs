//! A recording as it was made: two channels and events on one clock.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::audio::frame::SESSION_RATE;
use crate::pipeline::{CONVERSATION, EVENTS};

/// What a conversation left behind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    /// Samples per second of both channels.
    pub rate_hz: u32,
    /// What the microphone heard, full scale ±1.
    pub capture: Vec<f32>,
    /// What the loudspeaker played.
    pub render: Vec<f32>,
    /// What happened.
    pub events: Events,
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

impl Recording {
    /// Reads the folder that `--record` named.
    ///
    /// # Errors
    /// A file is missing, is not what it should be, or is cut off.
    pub fn read(folder: &Path) -> Result<Self, MeasureError> {
        let events = Events::read(&folder.join(EVENTS))?;
        let path = folder.join(CONVERSATION);
        let fail = |reason: String| MeasureError {
            path: path.clone(),
            reason,
        };
        let mut reader = hound::WavReader::open(&path).map_err(|e| fail(e.to_string()))?;
        let spec = reader.spec();
        if spec.channels != 2 || spec.bits_per_sample != 16 {
            let wrong =
                "it does not have two channels of 16 bits; name a folder that --record made";
            return Err(fail(wrong.into()));
        }
        let samples: Result<Vec<i16>, _> = reader.samples::<i16>().collect();
        let samples = samples.map_err(|e| fail(e.to_string()))?;
        if samples.is_empty() {
            return Err(fail(
                "it holds no samples; the session ended at once".into(),
            ));
        }
        let channel = |n: usize| {
            let of_channel = samples.iter().skip(n).step_by(2);
            of_channel.map(|s| f32::from(*s) / 32_768.0).collect()
        };
        Ok(Self {
            rate_hz: spec.sample_rate,
            capture: channel(0),
            render: channel(1),
            events,
        })
    }

    /// Its length. Milliseconds.
    pub fn length_ms(&self) -> f64 {
        self.ms(self.render.len())
    }

    /// The sample at a time, not beyond the end.
    pub fn index(&self, ms: f64) -> usize {
        let index = (ms.max(0.0) * f64::from(self.rate()) / 1000.0).round() as usize;
        index.min(self.render.len())
    }

    /// The time of a sample. Milliseconds.
    pub fn ms(&self, index: usize) -> f64 {
        index as f64 * 1000.0 / f64::from(self.rate())
    }

    fn rate(&self) -> u32 {
        match self.rate_hz {
            0 => SESSION_RATE,
            rate => rate,
        }
    }
}

/// What happened in a session, in the order of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events(Vec<Value>);

/// One event.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// When. Milliseconds on the recording's clock.
    pub t_ms: f64,
    /// The turn that it belongs to.
    pub turn: Option<u64>,
    /// Its other fields.
    pub fields: &'a Value,
}

impl<'a> Event<'a> {
    /// A number among its fields.
    pub fn number(&self, field: &str) -> Option<f64> {
        self.fields[field].as_f64()
    }

    /// A text among its fields.
    pub fn text(&self, field: &str) -> Option<&'a str> {
        self.fields[field].as_str()
    }
}

impl Events {
    /// Puts events into the order of time: a stimulus is reported when its file is over, with the
    /// time of its last sound.
    pub fn new(mut events: Vec<Value>) -> Self {
        let at = |event: &Value| event["t_ms"].as_f64().unwrap_or(0.0);
        events.sort_by(|a, b| at(a).total_cmp(&at(b)));
        Self(events)
    }

    fn read(path: &Path) -> Result<Self, MeasureError> {
        let fail = |reason: String| MeasureError {
            path: path.to_path_buf(),
            reason,
        };
        let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        let lines = text.lines().enumerate();
        let events: Result<Vec<Value>, MeasureError> = lines
            .map(|(n, line)| {
                serde_json::from_str(line).map_err(|e| fail(format!("line {}: {e}", n + 1)))
            })
            .collect();
        Ok(Self::new(events?))
    }

    /// All of them.
    pub fn all(&self) -> &[Value] {
        &self.0
    }

    /// Those of one kind.
    pub fn of(&self, kind: &str) -> impl DoubleEndedIterator<Item = Event<'_>> {
        let of_kind = self.0.iter().filter(move |event| event["kind"] == kind);
        of_kind.map(|event| Event {
            t_ms: event["t_ms"].as_f64().unwrap_or(0.0),
            turn: event["turn"].as_u64(),
            fields: event,
        })
    }

    /// Those of one kind from a time to another, both included.
    pub fn between(
        &self,
        kind: &str,
        from_ms: f64,
        to_ms: f64,
    ) -> impl DoubleEndedIterator<Item = Event<'_>> {
        let in_time = move |event: &Event<'_>| (from_ms..=to_ms).contains(&event.t_ms);
        self.of(kind).filter(in_time)
    }

    /// The last of one kind and turn that is not later than a time.
    pub fn last_of_turn(&self, kind: &str, turn: u64, until_ms: f64) -> Option<Event<'_>> {
        let mut of_turn = self.between(kind, 0.0, until_ms).rev();
        of_turn.find(|event| event.turn == Some(turn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_are_put_in_order() {
        let events = Events::new(vec![
            json!({ "t_ms": 30.0, "kind": "b", "turn": 1 }),
            json!({ "t_ms": 10.0, "kind": "b", "turn": 1 }),
            json!({ "t_ms": 20.0, "kind": "a" }),
        ]);
        let times: Vec<f64> = events.of("b").map(|e| e.t_ms).collect();
        assert_eq!(times, [10.0, 30.0]);
        assert_eq!(
            events.last_of_turn("b", 1, 29.0).map(|e| e.t_ms),
            Some(10.0)
        );
        assert_eq!(events.between("b", 10.0, 10.0).count(), 1);
    }

    #[test]
    fn a_folder_without_a_recording_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Recording::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains(EVENTS), "{error}");
    }

    #[test]
    fn a_recording_without_samples_says_so() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(EVENTS), "").unwrap();
        let wav = folder.path().join(CONVERSATION);
        crate::audio::wav::WavFile::create(&wav, 2, 48_000)
            .and_then(crate::audio::wav::WavFile::finish)
            .unwrap();
        let error = Recording::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("no samples"), "{error}");
    }
}
