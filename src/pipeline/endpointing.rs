//! Thread `endpointing`: keeps the turn's last seconds and says, at a pause, whether it sounds
//! over. Beside the recognizer, so that neither waits for the other.

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::recent_audio::RecentAudio;
use crate::audio::frame::{FRAME, SPEECH_RATE};
use crate::clock::{Stopwatch, Timestamp};
use crate::endpointing::{TurnDetector, with_noise};
use crate::events::TurnId;
use crate::turn_taking::Event;

/// Audio and commands, in the order in which they happened.
#[allow(
    clippy::large_enum_variant,
    reason = "audio is the rule, and a box for each would allocate a hundred times a second"
)]
pub enum EndpointingInput {
    /// Ten milliseconds of cleaned audio.
    Audio {
        /// Mono at 16 kHz.
        samples: [f32; FRAME],
        /// Where it ends.
        until: Timestamp,
    },
    /// A turn begins at this time: what lies before it is somebody else's.
    Start(Timestamp),
    /// The user paused.
    Score {
        /// The turn.
        turn: TurnId,
        /// Goes into the answer.
        pause: u32,
    },
}

/// What the detector listens to at most. Samples: eight seconds.
const WINDOW: usize = 8 * SPEECH_RATE as usize;

/// The thread's state.
pub struct EndpointingStage {
    engine: Box<dyn TurnDetector>,
    inputs: Receiver<EndpointingInput>,
    conductor: Sender<ConductorInput>,
    bus: EventBus,
    recent: RecentAudio,
    /// The pause that is to be scored.
    asked: Option<(TurnId, u32)>,
    failed: bool,
}

impl EndpointingStage {
    /// A stage over a warm engine.
    pub fn new(
        engine: Box<dyn TurnDetector>,
        inputs: Receiver<EndpointingInput>,
        conductor: Sender<ConductorInput>,
        bus: EventBus,
    ) -> Self {
        Self {
            engine,
            inputs,
            conductor,
            bus,
            recent: RecentAudio::of(WINDOW),
            asked: None,
            failed: false,
        }
    }

    /// Runs until all senders are gone.
    pub fn run(mut self) {
        while let Ok(input) = self.inputs.recv() {
            self.take(input);
            while let Ok(input) = self.inputs.try_recv() {
                self.take(input);
            }
            // Of several pauses that came meanwhile only the last may be the end.
            if let Some((turn, pause)) = self.asked.take() {
                self.score(turn, pause);
            }
        }
    }

    fn take(&mut self, input: EndpointingInput) {
        match input {
            EndpointingInput::Audio { samples, until } => self.recent.push(samples, until),
            EndpointingInput::Start(from) => {
                self.asked = None;
                self.recent.keep_since(from);
            }
            EndpointingInput::Score { turn, pause } => self.asked = Some((turn, pause)),
        }
    }

    fn score(&mut self, turn: TurnId, pause: u32) {
        let watch = Stopwatch::start();
        let heard = with_noise(self.recent.all());
        let score = match self.engine.probability(&heard) {
            Ok(score) => Some(score),
            Err(error) => {
                // Silence and words are left to decide; said once, not at every pause.
                if !self.failed {
                    self.bus.error("endpointing", error);
                }
                self.failed = true;
                None
            }
        };
        let scored = Event::Scored {
            turn,
            pause,
            score,
            took_ms: watch.elapsed_ms(),
        };
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Event(now, scored));
    }
}
