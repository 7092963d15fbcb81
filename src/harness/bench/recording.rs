//! A recording as it was made: two channels and events on one clock.

use std::path::{Path, PathBuf};

use super::channel::Channel;
use crate::audio::frame::SESSION_RATE;
use crate::events::{EventKind, Header, SCHEMA, SessionEvent, TurnId};
use crate::pipeline::{CONVERSATION, EVENTS};

/// What a conversation left behind. Its sound stays in its file, and is read part by part.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// What the microphone heard.
    pub capture: Channel,
    /// What the loudspeaker played, at the same rate.
    pub render: Channel,
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
        let events = Events::of_recording(folder)?;
        let path = folder.join(CONVERSATION);
        let fail = |reason: String| MeasureError {
            path: path.clone(),
            reason,
        };
        let [capture, render] = Channel::both(&path).map_err(fail)?;
        if capture.is_empty() {
            return Err(fail(
                "it holds no samples; the session ended at once".into(),
            ));
        }
        Ok(Self {
            capture,
            render,
            events,
        })
    }

    /// Checks that all that was asked for of its sound could be read: to be called when it was measured.
    ///
    /// # Errors
    /// A part could not be read, and was measured as silence.
    pub fn check(&self, folder: &Path) -> Result<(), MeasureError> {
        match self.render.failure() {
            Some(reason) => Err(MeasureError {
                path: folder.join(CONVERSATION),
                reason,
            }),
            None => Ok(()),
        }
    }

    /// Samples per second of both channels.
    pub fn rate_hz(&self) -> u32 {
        match self.render.rate_hz() {
            0 => SESSION_RATE,
            rate => rate,
        }
    }

    /// Its length. Milliseconds.
    pub fn length_ms(&self) -> f64 {
        self.ms(self.render.len())
    }

    /// The sample at a time, not beyond the end.
    pub fn index(&self, ms: f64) -> usize {
        let index = (ms.max(0.0) * f64::from(self.rate_hz()) / 1000.0).round() as usize;
        index.min(self.render.len())
    }

    /// The time of a sample. Milliseconds.
    pub fn ms(&self, index: usize) -> f64 {
        index as f64 * 1000.0 / f64::from(self.rate_hz())
    }
}

/// What happened in a session, in the order of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events(Vec<SessionEvent>);

/// What was found in an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found<T> {
    /// When. Milliseconds on the recording's clock.
    pub t_ms: f64,
    /// The turn that it belongs to.
    pub turn: Option<TurnId>,
    /// What was looked for.
    pub it: T,
}

impl Events {
    /// Puts events into the order of time: a stimulus is reported when its file is over, with the
    /// time of its last sound.
    pub fn new(mut events: Vec<SessionEvent>) -> Self {
        events.sort_by_key(|event| event.at);
        Self(events)
    }

    /// Reads those of the folder that `--record` named.
    ///
    /// # Errors
    /// There are none, or they are damaged.
    pub fn of_recording(folder: &Path) -> Result<Self, MeasureError> {
        Self::read(&folder.join(EVENTS))
    }

    fn read(path: &Path) -> Result<Self, MeasureError> {
        let fail = |reason: String| MeasureError {
            path: path.to_path_buf(),
            reason,
        };
        let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        let mut lines = text.lines().enumerate().peekable();
        let header = lines
            .peek()
            .and_then(|(_, line)| serde_json::from_str(line).ok());
        let schema = header.map_or("an older form".into(), |Header { schema }| schema);
        if schema != SCHEMA && !text.is_empty() {
            return Err(fail(format!(
                "it is written in {schema}, and this vivavoce reads {SCHEMA}; measure it with the one \
                 that recorded it"
            )));
        }
        lines.next();
        let events: Result<Vec<SessionEvent>, MeasureError> = lines
            .map(|(n, line)| {
                serde_json::from_str(line).map_err(|e| fail(format!("line {}: {e}", n + 1)))
            })
            .collect();
        Ok(Self::new(events?))
    }

    /// All of them.
    pub fn all(&self) -> &[SessionEvent] {
        &self.0
    }

    /// Those in which `look` finds something.
    pub fn find<'a, T>(
        &'a self,
        look: impl Fn(&'a EventKind) -> Option<T> + 'a,
    ) -> impl DoubleEndedIterator<Item = Found<T>> + 'a {
        self.0.iter().filter_map(move |event| {
            Some(Found {
                t_ms: event.t_ms(),
                turn: event.turn,
                it: look(&event.kind)?,
            })
        })
    }

    /// Those from a time to another, both included, in which `look` finds something.
    pub fn between<'a, T: 'a>(
        &'a self,
        (from_ms, to_ms): (f64, f64),
        look: impl Fn(&'a EventKind) -> Option<T> + 'a,
    ) -> impl DoubleEndedIterator<Item = Found<T>> + 'a {
        let in_time = move |found: &Found<T>| (from_ms..=to_ms).contains(&found.t_ms);
        self.find(look).filter(in_time)
    }

    /// The last of a turn that is not later than a time and in which `look` finds something.
    pub fn last_of_turn<'a, T: 'a>(
        &'a self,
        turn: TurnId,
        until_ms: f64,
        look: impl Fn(&'a EventKind) -> Option<T> + 'a,
    ) -> Option<Found<T>> {
        let mut in_time = self.between((0.0, until_ms), look).rev();
        in_time.find(|found| found.turn == Some(turn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn events_are_put_in_order() {
        let event = |ms, kind| SessionEvent {
            at: Timestamp::from_millis(ms),
            turn: Some(TurnId(1)),
            kind,
        };
        let events = Events::new(vec![
            event(30, EventKind::FirstToken),
            event(10, EventKind::FirstToken),
            event(20, EventKind::SpeechStarted),
        ]);
        let token = |kind: &EventKind| matches!(kind, EventKind::FirstToken).then_some(());
        let times: Vec<f64> = events.find(token).map(|found| found.t_ms).collect();
        assert_eq!(times, [10.0, 30.0]);
        let last = events.last_of_turn(TurnId(1), 29.0, token);
        assert_eq!(last.map(|found| found.t_ms), Some(10.0));
        assert_eq!(events.between((10.0, 10.0), token).count(), 1);
    }

    #[test]
    fn a_folder_without_a_recording_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Recording::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains(EVENTS), "{error}");
    }

    #[test]
    fn events_of_another_version_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let line = "{\"schema\":\"vivavoce-events/9\"}\n";
        std::fs::write(folder.path().join(EVENTS), line).unwrap();
        let error = Recording::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("vivavoce-events/9"), "{error}");
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
