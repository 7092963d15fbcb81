//! A client's microphone and loudspeaker as a sound card. Thread: `remote-card`, one step every 10 ms.
//!
//! What is played is given away as fast as it sounds, so that the heard clock is right to the client's own
//! buffer, which the client tells. What the client hears comes when it comes: in bursts, with pauses, or
//! not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::intake::{Intake, Pushed};
use crate::audio::AudioError;
use crate::audio::callback::{CaptureCallback, RenderCallback};
use crate::audio::device::{AudioDevice, AudioStream, MOST_LATE, Rates, StreamNote};
use crate::audio::frame::BLOCK_MS;
use crate::clock::Ticker;
use crate::turn_taking::Event;

/// What a card gives its client.
#[derive(Debug)]
pub enum FromCard<'a> {
    /// 10 ms of what is played, 16-bit mono.
    Played(&'a [i16]),
    /// The session has been given all that was pushed before this ([`Microphone::then`]).
    Due(Event),
}

/// Takes what the card gives; false: nobody is there any more.
pub type Give = Box<dyn FnMut(FromCard) -> bool + Send>;

/// Sound that may wait for its turn, for clients that send a whole file at once. While there is more, nothing
/// is taken from the client. Seconds.
const MOST_WAITING_S: usize = 30;
/// The card.
pub struct RemoteCard {
    name: String,
    rate_hz: u32,
    wires: Option<Wires>,
    line: Arc<Line>,
}

/// What both ends know of each other.
#[derive(Debug, Default)]
struct Line {
    /// Samples that wait for their turn.
    waiting: AtomicUsize,
    /// One end has gone.
    gone: AtomicBool,
    /// From the card to the client's loudspeaker.
    latency_ms: AtomicU32,
}

/// What a stream takes with it: a client's card is opened once.
struct Wires {
    pushed: Receiver<Pushed>,
    give: Give,
}

/// The client's side of the card.
#[derive(Clone)]
pub struct Microphone {
    push: Sender<Pushed>,
    most_waiting: usize,
    line: Arc<Line>,
}

impl Microphone {
    /// Gives samples at the card's rate.
    pub fn push(&self, samples: Vec<i16>) {
        (self.line.waiting).fetch_add(samples.len(), Ordering::Relaxed);
        // A card that is gone hears nothing more.
        let _ = self.push.send(Pushed::Samples(samples));
    }

    /// Has the card give this back when the session has heard all that was pushed before: a key that goes up
    /// ends what was said while it was down, not what the session has heard of it so far.
    pub fn then(&self, event: Event) {
        let _ = self.push.send(Pushed::Then(event));
    }

    /// Whether more may be pushed. If not, whoever sends is to wait.
    pub fn has_room(&self) -> bool {
        self.line.waiting.load(Ordering::Relaxed) < self.most_waiting
    }

    /// Says how long sound takes from the card to the client's loudspeaker.
    pub fn set_latency_ms(&self, latency_ms: u32) {
        (self.line.latency_ms).store(latency_ms, Ordering::Relaxed);
    }

    /// Says that the client has gone: the session ends.
    pub fn hang_up(&self) {
        self.line.gone.store(true, Ordering::Relaxed);
    }
}

impl RemoteCard {
    /// A card at this rate for the client called `name`.
    pub fn new(name: String, rate_hz: u32, give: Give) -> (Self, Microphone) {
        let (push, pushed) = unbounded();
        let line = Arc::new(Line::default());
        let microphone = Microphone {
            push,
            most_waiting: rate_hz as usize * MOST_WAITING_S,
            line: Arc::clone(&line),
        };
        let card = Self {
            name,
            rate_hz,
            wires: Some(Wires { pushed, give }),
            line,
        };
        (card, microphone)
    }
}

impl AudioDevice for RemoteCard {
    fn describe(&self) -> String {
        self.name.clone()
    }

    fn is_noiseless(&self) -> bool {
        // A client that sends nothing is one whose user says nothing.
        true
    }

    fn cancels_echo(&self) -> bool {
        true
    }

    fn probe(&mut self) -> Result<Rates, AudioError> {
        Ok(Rates {
            capture: Some(self.rate_hz),
            render: Some(self.rate_hz),
        })
    }

    fn open(
        &mut self,
        capture: Option<CaptureCallback>,
        render: Option<RenderCallback>,
    ) -> Result<Box<dyn AudioStream>, AudioError> {
        let failed = |reason: &str| AudioError::Device {
            device: self.name.clone(),
            reason: reason.into(),
        };
        let (Some(capture), Some(render)) = (capture, render) else {
            return Err(failed("a client's card is both microphone and loudspeaker"));
        };
        let wires = self.wires.take();
        let wires = wires.ok_or_else(|| failed("its client has gone"))?;
        let stop = Arc::new(AtomicBool::new(false));
        let block = self.rate_hz as usize * BLOCK_MS as usize / 1000;
        let card = Card {
            capture,
            render,
            wires,
            intake: Intake::new(block),
            block,
            line: Arc::clone(&self.line),
            stop: Arc::clone(&stop),
        };
        let thread = std::thread::Builder::new()
            .name("remote-card".into())
            .spawn(move || card.run())
            .map_err(|e| failed(&e.to_string()))?;
        Ok(Box::new(RemoteStream {
            stop,
            line: Arc::clone(&self.line),
            thread: Some(thread),
        }))
    }
}

struct RemoteStream {
    stop: Arc<AtomicBool>,
    line: Arc<Line>,
    thread: Option<JoinHandle<()>>,
}

impl AudioStream for RemoteStream {
    fn take_note(&mut self) -> Option<StreamNote> {
        None
    }

    fn finished(&self) -> bool {
        self.line.gone.load(Ordering::Relaxed)
    }
}

impl Drop for RemoteStream {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the card's thread owns.
struct Card {
    capture: CaptureCallback,
    render: RenderCallback,
    wires: Wires,
    intake: Intake,
    /// Samples in 10 ms.
    block: usize,
    line: Arc<Line>,
    stop: Arc<AtomicBool>,
}

impl Card {
    fn run(mut self) {
        let mut ticker = Ticker::every(Duration::from_millis(BLOCK_MS));
        let (mut steps, mut played) = (0u32, vec![0i16; self.block]);
        while !self.stop.load(Ordering::Relaxed) {
            for _ in 0..ticker.wait().min(MOST_LATE) {
                let now = Duration::from_millis(BLOCK_MS) * steps;
                steps = steps.saturating_add(1);
                let latency_ms = self.line.latency_ms.load(Ordering::Relaxed);
                let latency = Duration::from_millis(latency_ms.into());
                self.render.begin_block(now, latency);
                self.render.process(&mut played, 1);
                self.give(FromCard::Played(&played));
                for pushed in self.wires.pushed.try_iter() {
                    self.intake.take(pushed);
                }
                self.capture.begin_block(now, Duration::ZERO);
                let before = self.intake.given();
                self.capture.process(self.intake.step(), 1);
                let given = self.intake.given() - before;
                self.line.waiting.fetch_sub(given, Ordering::Relaxed);
                while let Some(event) = self.intake.due() {
                    self.give(FromCard::Due(event));
                }
            }
        }
    }

    fn give(&mut self, what: FromCard) {
        if !(self.wires.give)(what) {
            self.line.gone.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_is_far_ahead_is_to_wait() {
        let (_card, microphone) = RemoteCard::new("test".into(), 100, Box::new(|_| true));
        microphone.push(vec![0; 100 * MOST_WAITING_S - 1]);
        assert!(microphone.has_room());
        microphone.push(vec![0; 1]);
        assert!(!microphone.has_room());
    }
}
