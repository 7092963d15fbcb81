//! Thread `speaker`, where voices were enrolled: keeps the turn's audio and says whose voice it is, while somebody
//! speaks and at a pause.

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::recent_audio::RecentAudio;
use crate::audio::frame::{FRAME, SPEECH_RATE};
use crate::clock::Timestamp;
use crate::events::TurnId;
use crate::speaker::{SpeakerEncoder, VoicePrint};
use crate::turn_taking::{Event, Voice};

/// What tells voices from each other.
pub struct KnownVoices {
    /// Makes voices comparable.
    pub encoder: Box<dyn SpeakerEncoder>,
    /// The enrolled ones.
    pub prints: Vec<VoicePrint>,
}

/// Audio and commands, in the order in which they happened.
#[allow(
    clippy::large_enum_variant,
    reason = "audio is the rule, and a box for each would allocate a hundred times a second"
)]
pub enum SpeakerInput {
    /// Ten milliseconds of cleaned audio.
    Audio {
        /// Mono at 16 kHz.
        samples: [f32; FRAME],
        /// Where it ends.
        until: Timestamp,
    },
    /// A turn begins with the audio from this time on.
    Start {
        /// The turn.
        turn: TurnId,
        /// Where its audio begins.
        from: Timestamp,
    },
    /// The user paused.
    Pause {
        /// The turn.
        turn: TurnId,
        /// Goes into the answer.
        pause: u32,
    },
    /// The turn is over.
    End(TurnId),
}

/// Audio that is kept at most, before a turn and in it. Samples: eight seconds.
const WINDOW: usize = 8 * SPEECH_RATE as usize;
/// Audio of a turn after which its voice is looked at while somebody speaks. Samples: a second, and twice more as more
/// can be told.
const LOOKS: [usize; 3] = [
    SPEECH_RATE as usize,
    SPEECH_RATE as usize * 8 / 5,
    SPEECH_RATE as usize * 5 / 2,
];

/// The thread's state.
pub struct SpeakerStage {
    known: KnownVoices,
    inputs: Receiver<SpeakerInput>,
    conductor: Sender<ConductorInput>,
    bus: EventBus,
    recent: RecentAudio,
    turn: Option<Turn>,
    /// The pause that was asked about last: one before it is over.
    asked: Option<u32>,
}

struct Turn {
    id: TurnId,
    /// Its samples so far, more than are kept if it is long.
    length: usize,
    /// How often it was looked at while somebody spoke.
    looks: usize,
}

impl SpeakerStage {
    /// A stage that knows these voices.
    pub fn new(
        known: KnownVoices,
        inputs: Receiver<SpeakerInput>,
        conductor: Sender<ConductorInput>,
        bus: EventBus,
    ) -> Self {
        Self {
            known,
            inputs,
            conductor,
            bus,
            recent: RecentAudio::of(WINDOW),
            turn: None,
            asked: None,
        }
    }

    /// Runs until all senders are gone.
    pub fn run(mut self) {
        while let Ok(input) = self.inputs.recv() {
            self.take(input);
            while let Ok(input) = self.inputs.try_recv() {
                self.take(input);
            }
            match self.asked.take() {
                Some(pause) => self.tell(Some(pause)),
                None => self.look(),
            }
        }
    }

    fn take(&mut self, input: SpeakerInput) {
        match input {
            SpeakerInput::Audio { samples, until } => {
                self.recent.push(samples, until);
                if let Some(turn) = &mut self.turn {
                    turn.length += FRAME;
                }
            }
            SpeakerInput::Start { turn, from } => {
                self.asked = None;
                self.turn = Some(Turn {
                    id: turn,
                    length: self.recent.samples_since(from),
                    looks: 0,
                });
            }
            SpeakerInput::Pause { turn, pause } if self.is(turn) => self.asked = Some(pause),
            SpeakerInput::End(turn) if self.is(turn) => (self.turn, self.asked) = (None, None),
            SpeakerInput::Pause { .. } | SpeakerInput::End(_) => {}
        }
    }

    fn is(&self, turn: TurnId) -> bool {
        self.turn.as_ref().is_some_and(|live| live.id == turn)
    }

    /// Looks at the voice if enough was said since it was looked at last.
    fn look(&mut self) {
        let Some(turn) = &mut self.turn else { return };
        if LOOKS
            .get(turn.looks)
            .is_some_and(|least| turn.length >= *least)
        {
            turn.looks += 1;
            self.tell(None);
        }
    }

    fn tell(&mut self, pause: Option<u32>) {
        let Some(turn) = &self.turn else { return };
        let speech = self.recent.last(turn.length);
        let heard = self.known.encoder.embed(&speech).and_then(|heard| {
            let prints = self.known.prints.iter();
            let nearest = prints.map(|print| print.likeness(&heard.embedding));
            Some(Voice {
                likeness: nearest.reduce(f32::max)?,
                speech_ms: heard.speech as f64 * 1000.0 / f64::from(SPEECH_RATE),
            })
        });
        // Nothing to say, and nobody waits for it.
        if heard.is_none() && pause.is_none() {
            return;
        }
        let event = Event::VoiceHeard {
            turn: turn.id,
            pause,
            voice: heard,
        };
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Event(now, event));
    }
}

#[cfg(test)]
#[path = "speaker_tests.rs"]
mod tests;
