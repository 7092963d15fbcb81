//! Thread `endpointing`: keeps the turn's last seconds and says, at a pause, whether it sounds
//! over. Beside the recognizer, so that neither waits for the other.

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::recent_audio::RecentAudio;
use crate::audio::frame::{FRAME, SPEECH_RATE};
use crate::clock::{Stopwatch, Timestamp};
use crate::endpointing::{SILENCE, TurnDetector, with_noise};
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
        /// The last sound before it.
        since: Timestamp,
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
    /// The pause that is to be scored, and from when on.
    asked: Option<(TurnId, u32, Timestamp)>,
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
            self.score_what_is_due();
        }
    }

    /// Of several pauses that came meanwhile only the last may be the end.
    fn score_what_is_due(&mut self) {
        let heard = self.recent.until();
        if let Some((turn, pause, _)) = self.asked.take_if(|(_, _, from)| heard >= *from) {
            self.score(turn, pause);
        }
    }

    fn take(&mut self, input: EndpointingInput) {
        match input {
            EndpointingInput::Audio { samples, until } => self.recent.push(samples, until),
            EndpointingInput::Start(from) => {
                self.asked = None;
                self.recent.keep_since(from);
            }
            EndpointingInput::Score { turn, pause, since } => {
                self.asked = Some((turn, pause, since + SILENCE));
            }
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

#[cfg(test)]
mod tests {
    use crossbeam_channel::unbounded;

    use super::*;
    use crate::clock::SessionClock;
    use crate::endpointing::EndpointingError;

    /// As sure as it hears tenths of seconds.
    struct Counts;

    impl TurnDetector for Counts {
        fn warm_up(&mut self) -> Result<(), EndpointingError> {
            Ok(())
        }

        fn probability(&mut self, samples: &[f32]) -> Result<f32, EndpointingError> {
            Ok((samples.len() * 10 / SPEECH_RATE as usize) as f32)
        }
    }

    const TURN: TurnId = TurnId(1);

    struct Stage {
        stage: EndpointingStage,
        told: Receiver<ConductorInput>,
    }

    impl Stage {
        fn new() -> Self {
            let (conductor, told) = unbounded();
            let bus = EventBus::new(SessionClock::start(), Vec::new());
            let (_, inputs) = unbounded();
            let stage = EndpointingStage::new(Box::new(Counts), inputs, conductor, bus);
            Self { stage, told }
        }

        /// Hears until this time, and gives the scores that came of it.
        fn hear_until(&mut self, ms: u64) -> Vec<f32> {
            let mut until = self.stage.recent.until();
            while until < Timestamp::from_millis(ms) {
                until = until + std::time::Duration::from_millis(10);
                let samples = [0.0; FRAME];
                self.stage.take(EndpointingInput::Audio { samples, until });
                self.stage.score_what_is_due();
            }
            let scored = self.told.try_iter().filter_map(|input| match input {
                ConductorInput::Event(_, Event::Scored { score, .. }) => score,
                _ => None,
            });
            scored.collect()
        }

        fn pause(&mut self, pause: u32, since: u64) {
            let (turn, since) = (TURN, Timestamp::from_millis(since));
            self.stage
                .take(EndpointingInput::Score { turn, pause, since });
        }
    }

    #[test]
    fn a_pause_is_scored_when_enough_of_its_silence_was_heard() {
        let mut stage = Stage::new();
        stage.hear_until(1_080);
        stage.pause(1, 1_000);
        assert_eq!(stage.hear_until(1_150), [0.0; 0]);
        assert_eq!(stage.hear_until(1_300), [11.0], "once, at 1,160 ms");
    }

    #[test]
    fn a_pause_that_is_asked_for_late_is_scored_at_once() {
        let mut stage = Stage::new();
        stage.hear_until(1_500);
        stage.pause(1, 1_000);
        stage.stage.score_what_is_due();
        assert_eq!(stage.hear_until(1_500), [15.0]);
    }

    #[test]
    fn of_two_pauses_the_last_is_scored() {
        let mut stage = Stage::new();
        stage.hear_until(1_080);
        stage.pause(1, 1_000);
        stage.hear_until(1_120);
        stage.pause(2, 1_100);
        assert_eq!(stage.hear_until(1_400), [12.0]);
    }
}
