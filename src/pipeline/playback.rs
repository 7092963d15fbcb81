//! Thread `playback`: drives the [`PlaybackQueue`] and reports what was heard.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, never, select};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use crate::audio::callback::RenderEnd;
use crate::events::{EventKind, Loudness, ReplyId};
use crate::playback::{PlaybackQueue, Played};
use crate::tts::SpokenClause;
use crate::turn_taking::Event;

/// What the synthesizer gives.
pub enum PlaybackInput {
    /// A clause of a reply.
    Clause {
        /// The reply.
        reply: ReplyId,
        /// The clause.
        clause: SpokenClause,
    },
    /// No clause of this reply will follow.
    Complete(ReplyId),
}

/// What must not wait behind clauses.
pub enum PlaybackControl {
    /// Let a draft be heard.
    Release(ReplyId),
    /// Change how a reply sounds.
    Play(ReplyId, Loudness),
    /// Play a short sound that is no reply.
    Chime(Vec<f32>),
    /// Gain of all replies.
    Volume(f32),
    /// The gain that the user asked for, beside that.
    UserVolume(f32),
    /// Stop a reply.
    Stop(ReplyId),
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
    /// How many words of which reply were last published.
    pub said: Option<(ReplyId, usize)>,
    /// What came in together with the stop of the reply before it, until that has faded out.
    pub next: Option<PlaybackInput>,
}

impl PlaybackStage {
    /// Runs until the conductor is gone.
    pub fn run(mut self) {
        let nothing = never();
        loop {
            let inputs = if self.is_hungry() {
                &self.inputs
            } else {
                &nothing
            };
            let patience = if self.queue.is_busy() {
                STEP
            } else {
                Duration::MAX
            };
            select! {
                recv(self.control) -> control => match control {
                    Ok(control) => self.control(control),
                    Err(_) => return,
                },
                recv(inputs) -> input => match input {
                    Ok(input) => self.take(input),
                    Err(_) => return,
                },
                default(patience) => {}
            }
            self.step();
        }
    }

    /// Takes what waits, as far as there is room; for whoever drives the stage without a thread.
    pub fn poll(&mut self) {
        while self.is_hungry() {
            let Ok(input) = self.inputs.try_recv() else {
                break;
            };
            self.take(input);
        }
        self.step();
    }

    /// Whether there is anything to play.
    pub fn is_busy(&self) -> bool {
        self.queue.is_busy()
    }

    fn is_hungry(&self) -> bool {
        self.queue.is_hungry() && self.next.is_none()
    }

    fn take(&mut self, input: PlaybackInput) {
        // A stop must not be overtaken by the first clause of the reply after it, nor drop that.
        self.obey();
        if self.queue.is_hungry() {
            self.push(input)
        } else {
            self.next = Some(input)
        }
    }

    fn push(&mut self, input: PlaybackInput) {
        match input {
            PlaybackInput::Clause { reply, clause } => {
                if let Err(error) = self.queue.push(reply, clause) {
                    self.bus.error("playback", error);
                }
            }
            PlaybackInput::Complete(reply) => self.queue.complete(reply),
        }
    }

    fn obey(&mut self) {
        while let Ok(control) = self.control.try_recv() {
            self.control(control);
        }
    }

    fn step(&mut self) {
        self.obey();
        while let Some(played) = self.queue.advance() {
            self.report(played);
        }
        if self.queue.is_hungry()
            && let Some(input) = self.next.take()
        {
            self.push(input);
        }
        self.follow();
        self.audible
            .store(self.queue.is_audible(), Ordering::Relaxed);
    }

    /// Publishes the words of the reply as they leave the loudspeaker.
    fn follow(&mut self) {
        // A hundred times a second: the text is only put together when a word more was heard.
        let said = self.queue.words_heard();
        if said.is_some()
            && said != self.said
            && let Some((reply, text)) = self.queue.heard_so_far()
        {
            self.said = said;
            self.send(Event::Said {
                reply,
                text: text.clone(),
            });
            self.bus
                .publish(Some(reply.turn), EventKind::Saying { text });
        }
    }

    fn control(&mut self, control: PlaybackControl) {
        match control {
            PlaybackControl::Attach(end) => {
                if let Err(error) = self.queue.attach(end) {
                    self.bus.error("playback", error);
                }
            }
            PlaybackControl::Release(reply) => self.queue.release(reply),
            PlaybackControl::Play(reply, loudness) => self.queue.play(reply, loudness),
            PlaybackControl::Chime(samples) => {
                if let Err(error) = self.queue.chime(&samples) {
                    self.bus.error("playback", error);
                }
            }
            PlaybackControl::Volume(gain) => self.queue.set_volume(gain),
            PlaybackControl::UserVolume(gain) => self.queue.set_user_volume(gain),
            PlaybackControl::Stop(reply) => {
                if let Some(played) = self.queue.stop(reply) {
                    self.report(played);
                }
            }
        }
    }

    fn report(&self, played: Played) {
        match played {
            Played::Started { reply, ago } => {
                let at = self.bus.clock().now() - ago;
                self.send(Event::PlaybackStarted { reply, at });
            }
            Played::Resumed { reply, repeated_ms } => self
                .bus
                .publish(Some(reply.turn), EventKind::Resumed { repeated_ms }),
            Played::Finished {
                reply,
                heard,
                underruns,
            } => {
                let finished = EventKind::PlaybackFinished { underruns };
                self.bus.publish(Some(reply.turn), finished);
                self.send(Event::PlaybackEnded { reply, heard });
            }
            Played::Stopped { reply, heard } => {
                self.send(Event::PlaybackEnded { reply, heard });
            }
        }
    }

    fn send(&self, event: Event) {
        let now = self.bus.clock().now();
        let _ = self.conductor.send(ConductorInput::Event(now, event));
    }
}

#[cfg(test)]
#[path = "playback_tests.rs"]
mod tests;
