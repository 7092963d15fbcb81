//! Where a turn's time went, from the events of the session.

use std::collections::BTreeMap;

use crate::events::{EventKind, SessionEvent, TurnId};

/// Times of one turn, all on the session's clock in milliseconds; `None`: it did not happen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stages {
    /// Whether the reply was cut off.
    pub interrupted: bool,
    /// Last sound of the user's speech, as the detector saw it.
    pub last_speech: Option<f64>,
    /// The turn was declared over, its final transcript known.
    pub turn_ended: Option<f64>,
    /// The prompt was read.
    pub prompt_read: Option<f64>,
    /// The model's first token.
    pub first_token: Option<f64>,
    /// The first clause was complete.
    pub first_clause: Option<f64>,
    /// The first clause was sound.
    pub first_audio: Option<f64>,
    /// The device took the first sample.
    pub playback_started: Option<f64>,
}

impl Stages {
    /// Names and durations of the stages from the last sound to the first sample, in order.
    pub fn durations(&self) -> [(&'static str, Option<f64>); 6] {
        let between = |from: Option<f64>, to: Option<f64>| Some(to? - from?);
        [
            ("wait+stt", between(self.last_speech, self.turn_ended)),
            ("prompt", between(self.turn_ended, self.prompt_read)),
            ("token", between(self.prompt_read, self.first_token)),
            ("clause", between(self.first_token, self.first_clause)),
            ("voice", between(self.first_clause, self.first_audio)),
            ("device", between(self.first_audio, self.playback_started)),
        ]
    }

    /// From the last sound, as the detector saw it, to the first sample.
    pub fn total(&self) -> Option<f64> {
        Some(self.playback_started? - self.last_speech?)
    }
}

/// Stages of all turns so far.
#[derive(Debug, Clone, Default)]
pub struct StagesByTurn {
    turns: BTreeMap<TurnId, Stages>,
}

impl StagesByTurn {
    /// Takes an event.
    pub fn observe(&mut self, event: &SessionEvent) {
        let Some(turn) = event.turn else { return };
        let stages = self.turns.entry(turn).or_default();
        let at = Some(event.at.as_millis_f64());
        match &event.kind {
            EventKind::SpeechPaused { last_speech_ms } => {
                stages.last_speech = Some(*last_speech_ms);
            }
            EventKind::TurnEnded { .. } => stages.turn_ended = at,
            EventKind::PromptRead { .. } => stages.prompt_read = at,
            EventKind::FirstToken => stages.first_token = at,
            EventKind::FirstClause { .. } => stages.first_clause = at,
            EventKind::FirstAudio => stages.first_audio = at,
            EventKind::PlaybackStarted => stages.playback_started = at,
            EventKind::Interrupted { .. } => stages.interrupted = true,
            _ => {}
        }
    }

    /// The stages of a turn.
    pub fn get(&self, turn: TurnId) -> Option<&Stages> {
        self.turns.get(&turn)
    }

    /// Turns that were answered, in order.
    pub fn answered(&self) -> impl Iterator<Item = (TurnId, &Stages)> {
        let ended = self.turns.iter().filter(|(_, s)| s.turn_ended.is_some());
        ended.map(|(turn, stages)| (*turn, stages))
    }
}
