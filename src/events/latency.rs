//! Where a turn's time went, from its events.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EventKind, SessionEvent, TurnId};

/// A part of a response time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// How much of the response time it is. May be negative.
    pub ms: f64,
}

/// Moments of one turn, all on the session's clock in milliseconds; `None`: it did not happen. Of
/// several drafts, those of the one that was begun last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Latency {
    /// Whether the reply was cut off.
    pub interrupted: bool,
    /// Whether the turn was declared over.
    pub ended: bool,
    /// Last sound of the user's speech, as the detector saw it.
    last_speech: Option<f64>,
    /// The detector reported the pause.
    paused: Option<f64>,
    /// From the last sound to the decision, as turn taking wanted it.
    wait: Option<f64>,
    /// The final transcript was there.
    transcript: Option<f64>,
    /// How long it was decoded.
    decode: Option<f64>,
    /// How long the sound of the end was scored.
    score: Option<f64>,
    /// The turn was declared over.
    turn_ended: Option<f64>,
    /// The draft that was heard was begun.
    draft: Option<f64>,
    /// The prompt was read.
    prompt_read: Option<f64>,
    /// The model's first token.
    first_token: Option<f64>,
    /// The first clause was complete.
    first_clause: Option<f64>,
    /// The first clause was sound...
    first_audio: Option<f64>,
    /// ...and so much of it silence.
    leading_silence: Option<f64>,
    /// The first sample left for the device.
    first_sample: Option<f64>,
}

impl Latency {
    /// Takes an event of the turn.
    pub fn observe(&mut self, event: &SessionEvent) {
        let at = Some(event.t_ms());
        match &event.kind {
            EventKind::SpeechPaused { last_speech_ms } => {
                self.last_speech = Some(*last_speech_ms);
                self.paused = at;
                (self.wait, self.transcript, self.score) = (None, None, None);
            }
            EventKind::EndpointScored {
                wait_ms, took_ms, ..
            } => {
                self.wait = Some(*wait_ms);
                let took = Some(*took_ms).filter(|ms| *ms > 0.0);
                self.score = took.or(self.score);
            }
            EventKind::Final { decode_ms, .. } => {
                self.transcript = at;
                self.decode = Some(*decode_ms);
            }
            EventKind::TurnEnded { .. } => {
                self.turn_ended = at;
                self.ended = true;
            }
            EventKind::DraftStarted { .. } => self.draft = at,
            EventKind::PromptRead { .. } => self.prompt_read = at,
            EventKind::FirstToken => self.first_token = at,
            EventKind::FirstClause { .. } => self.first_clause = at,
            EventKind::FirstAudio { leading_silence_ms } => {
                self.first_audio = at;
                self.leading_silence = Some(*leading_silence_ms);
            }
            EventKind::PlaybackStarted { first_sample_ms } => {
                self.first_sample = Some(*first_sample_ms);
            }
            EventKind::Interrupted { .. } => self.interrupted = true,
            _ => {}
        }
    }

    /// The response time in milliseconds and the stages that took some of it.
    pub fn shown(&self) -> (f64, Vec<Stage>) {
        let mut path = self.live_path();
        let total_ms = path.iter().map(|stage| stage.ms).sum();
        path.retain(|stage| stage.ms >= 0.5);
        (total_ms, path)
    }

    /// What lay between `from_ms`, the last sound, and the first sample of the reply, in order. A
    /// stage that was over before it was waited for, because a draft was made meanwhile, takes
    /// nothing, and none ends after the first sample. With the silence at the beginning of the voice these add up to the response time.
    pub fn path(&self, from_ms: f64) -> Vec<Stage> {
        let (Some(ended), Some(first_sample)) = (self.turn_ended, self.first_sample) else {
            return Vec::new();
        };
        let ended = ended.min(first_sample);
        let due = self
            .last_speech
            .zip(self.wait)
            .map_or(ended, |(a, b)| a + b);
        let mut now = from_ms;
        // The wait began before the stimulus's true end where the detector heard it end early.
        let mut stages = vec![stage("wait", due.min(ended) - from_ms)];
        now += stages[0].ms;
        let moments = [
            ("stt", self.transcript.map(|at| at.min(ended))),
            ("turn", Some(ended)),
            ("prompt", self.prompt_read),
            ("token", self.first_token),
            ("clause", self.first_clause),
            ("voice", self.first_audio),
            ("device", Some(first_sample)),
        ];
        for (name, moment) in moments {
            let until = moment.unwrap_or(now).min(first_sample).max(now);
            stages.push(stage(name, until - now));
            now = until;
        }
        stages.push(stage("lead", self.leading_silence.unwrap_or(0.0)));
        stages
    }

    /// From the last sound, as the detector saw it, to the first audible sample.
    pub fn live_path(&self) -> Vec<Stage> {
        self.last_speech
            .map_or_else(Vec::new, |from| self.path(from))
    }

    /// How long each engine worked for the turn, waited for or not.
    pub fn took(&self) -> Vec<Stage> {
        let between = |from: Option<f64>, to: Option<f64>| Some(to? - from?);
        let playable = self.first_audio.zip(self.turn_ended);
        let took = [
            ("vad", between(self.last_speech, self.paused)),
            ("stt", self.decode),
            ("score", self.score),
            (
                "prompt",
                between(self.draft.or(self.turn_ended), self.prompt_read),
            ),
            ("token", between(self.prompt_read, self.first_token)),
            ("clause", between(self.first_token, self.first_clause)),
            ("voice", between(self.first_clause, self.first_audio)),
            (
                "device",
                between(playable.map(|(a, b)| a.max(b)), self.first_sample),
            ),
        ];
        let took = took
            .into_iter()
            .filter(|(_, ms)| ms.is_some_and(|ms| ms >= 0.0));
        took.map(|(name, ms)| stage(name, ms.unwrap_or_default()))
            .collect()
    }
}

fn stage(name: &str, ms: f64) -> Stage {
    Stage {
        name: name.into(),
        ms,
    }
}

/// Latencies of all turns so far.
#[derive(Debug, Clone, Default)]
pub struct LatencyByTurn {
    turns: BTreeMap<TurnId, Latency>,
}

impl LatencyByTurn {
    /// Takes an event.
    pub fn observe(&mut self, event: &SessionEvent) {
        if let Some(turn) = event.turn {
            self.turns.entry(turn).or_default().observe(event);
        }
    }

    /// That of a turn.
    pub fn get(&self, turn: TurnId) -> Option<&Latency> {
        self.turns.get(&turn)
    }

    /// Turns that were answered, in order.
    pub fn answered(&self) -> impl DoubleEndedIterator<Item = (TurnId, &Latency)> {
        let ended = self.turns.iter().filter(|(_, latency)| latency.ended);
        ended.map(|(turn, latency)| (*turn, latency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::events::EndReason;

    fn latency(events: &[(f64, EventKind)]) -> Latency {
        let mut latency = Latency::default();
        for (t_ms, kind) in events {
            latency.observe(&SessionEvent {
                at: Timestamp::from_millis_f64(*t_ms),
                turn: Some(TurnId(1)),
                kind: kind.clone(),
            });
        }
        latency
    }

    fn ms(stages: &[Stage], name: &str) -> f64 {
        stages.iter().find(|s| s.name == name).unwrap().ms
    }

    /// The user ends at 1,000; everything of a draft is ready before the decision at 1,300.
    fn drafted() -> Vec<(f64, EventKind)> {
        let text = String::new;
        let ended = EventKind::TurnEnded {
            waited_ms: 310.0,
            score: None,
            reason: EndReason::Silence,
            text: text(),
        };
        let scored = EventKind::EndpointScored {
            score: None,
            ends: None,
            reason: EndReason::Silence,
            wait_ms: 310.0,
            took_ms: 0.0,
        };
        let last_speech_ms = 990.0;
        let (decode_ms, leading_silence_ms, first_sample_ms) = (55.0, 5.0, 1_320.0);
        vec![
            (1_090.0, EventKind::SpeechPaused { last_speech_ms }),
            (
                1_100.0,
                EventKind::DraftStarted {
                    draft: 1,
                    text: text(),
                },
            ),
            (
                1_150.0,
                EventKind::Final {
                    text: text(),
                    decode_ms,
                },
            ),
            (1_155.0, scored),
            (1_180.0, EventKind::PromptRead { kept: 0, read: 9 }),
            (1_190.0, EventKind::FirstToken),
            (1_240.0, EventKind::FirstClause { text: text() }),
            (1_250.0, EventKind::FirstAudio { leading_silence_ms }),
            (1_305.0, ended),
            (1_330.0, EventKind::PlaybackStarted { first_sample_ms }),
        ]
    }

    #[test]
    fn stages_add_up_from_the_last_sound_to_the_first_audible_sample() {
        let path = latency(&drafted()).path(1_000.0);
        let sum: f64 = path.iter().map(|stage| stage.ms).sum();
        assert!((sum - 325.0).abs() < 1e-9, "{path:?}");
        assert_eq!((ms(&path, "wait"), ms(&path, "turn")), (300.0, 5.0));
        assert_eq!((ms(&path, "device"), ms(&path, "lead")), (15.0, 5.0));
    }

    #[test]
    fn what_was_ready_before_it_was_waited_for_takes_nothing() {
        let path = latency(&drafted()).path(1_000.0);
        assert_eq!((ms(&path, "voice"), ms(&path, "stt")), (0.0, 0.0));
        assert_eq!(ms(&latency(&drafted()).took(), "voice"), 10.0);
    }

    #[test]
    fn a_late_transcript_is_what_was_waited_for() {
        let mut events = drafted();
        events[2].0 = 1_380.0;
        events[8].0 = 1_385.0;
        let first_sample_ms = 1_400.0;
        events[9].1 = EventKind::PlaybackStarted { first_sample_ms };
        let path = latency(&events).path(1_000.0);
        assert_eq!((ms(&path, "stt"), ms(&path, "turn")), (80.0, 5.0));
    }

    #[test]
    fn without_a_reply_there_is_no_path() {
        assert!(latency(&drafted()[..9]).path(0.0).is_empty());
    }
}
