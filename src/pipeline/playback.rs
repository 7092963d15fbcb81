//! Thread `playback`: drives the [`PlaybackQueue`] and reports what was heard.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, never, select};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use crate::audio::AudioError;
use crate::audio::callback::RenderEnd;
use crate::events::{EventKind, TurnId};
use crate::playback::{PlaybackQueue, Played};
use crate::tts::SpokenClause;
use crate::turn_taking::Event;

/// What the synthesizer gives.
pub enum PlaybackInput {
    /// A clause of a reply.
    Clause {
        /// The turn.
        turn: TurnId,
        /// The clause.
        clause: SpokenClause,
    },
    /// No clause of this reply will follow.
    Complete(TurnId),
}

/// What must not wait behind clauses.
pub enum PlaybackControl {
    /// Stop a reply.
    Stop(TurnId),
    /// Play on this device from now on.
    Attach(RenderEnd),
}

/// How often the device is fed.
const STEP: Duration = Duration::from_millis(10);

/// The thread's state.
pub struct PlaybackStage {
    /// The queue.
    pub queue: PlaybackQueue,
    /// Clauses.
    pub inputs: Receiver<PlaybackInput>,
    /// Stops and devices.
    pub control: Receiver<PlaybackControl>,
    /// Where reports go.
    pub conductor: Sender<ConductorInput>,
    /// Where events go.
    pub bus: EventBus,
    /// Whether a reply can be heard now: the voice detector has thresholds of its own for that.
    pub audible: Arc<AtomicBool>,
    /// What was last published of a reply's words.
    pub said: String,
}

impl PlaybackStage {
    /// Runs until the conductor is gone.
    pub fn run(mut self) {
        let nothing = never();
        loop {
            let inputs = if self.queue.is_hungry() {
                &self.inputs
            } else {
                &nothing
            };
            let patience = if self.queue.is_busy() {
                STEP
            } else {
                Duration::MAX
            };
            let result = select! {
                recv(self.control) -> control => match control {
                    Ok(control) => self.control(control),
                    Err(_) => return,
                },
                recv(inputs) -> input => match input {
                    Ok(PlaybackInput::Clause { turn, clause }) => self.queue.push(turn, clause),
                    Ok(PlaybackInput::Complete(turn)) => {
                        self.queue.complete(turn);
                        Ok(())
                    }
                    Err(_) => return,
                },
                default(patience) => Ok(()),
            };
            if let Err(error) = result {
                self.bus.error("playback", error);
            }
            while let Some(played) = self.queue.advance() {
                self.report(played);
            }
            self.follow();
            self.audible
                .store(self.queue.is_audible(), Ordering::Relaxed);
        }
    }

    /// Publishes the words of the reply as they leave the loudspeaker.
    fn follow(&mut self) {
        if let Some((turn, text)) = self.queue.heard_so_far()
            && text != self.said
        {
            self.said.clone_from(&text);
            self.bus.publish(Some(turn), EventKind::Saying { text });
        }
    }

    fn control(&mut self, control: PlaybackControl) -> Result<(), AudioError> {
        match control {
            PlaybackControl::Attach(end) => self.queue.attach(end)?,
            PlaybackControl::Stop(turn) => {
                if let Some(played) = self.queue.stop(turn) {
                    self.report(played);
                }
            }
        }
        Ok(())
    }

    fn report(&self, played: Played) {
        let event = match played {
            Played::Started(turn) => Event::PlaybackStarted(turn),
            Played::Finished {
                turn,
                heard,
                underruns,
            } => {
                self.bus
                    .publish(Some(turn), EventKind::PlaybackFinished { underruns });
                Event::PlaybackEnded { turn, heard }
            }
            Played::Stopped { turn, heard } => Event::PlaybackEnded { turn, heard },
        };
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Event(now, event));
    }
}
