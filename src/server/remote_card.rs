//! A client's microphone and loudspeaker as a sound card. Thread: `remote-card`, one step every 10 ms.
//!
//! What is played is given away as fast as it sounds, so that the heard clock is right to the client's own
//! buffer, which the client tells. What the client hears comes when it comes: in bursts, with pauses, or
//! not at all.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::audio::AudioError;
use crate::audio::callback::{CaptureCallback, RenderCallback};
use crate::audio::device::{AudioDevice, AudioStream, Rates, StreamNote};
use crate::audio::frame::BLOCK_MS;
use crate::clock::Pace;
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

/// What a client has pushed.
#[derive(Debug)]
enum Pushed {
    Samples(Vec<i16>),
    Then(Event),
}

/// Sound that may wait for its turn, for clients that send a whole file at once. While there is more, nothing
/// is taken from the client. Seconds.
const MOST_WAITING_S: usize = 30;
/// A client whose sound does not come for this long is silent: until then it is only late.
const LATE_STEPS: u32 = 60 / BLOCK_MS as u32;

/// The card.
pub struct RemoteCard {
    name: String,
    rate_hz: u32,
    wires: Option<Wires>,
    waiting: Arc<AtomicUsize>,
    gone: Arc<AtomicBool>,
    latency_ms: Arc<AtomicU32>,
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
    /// Samples that wait for their turn.
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
    gone: Arc<AtomicBool>,
    latency_ms: Arc<AtomicU32>,
}

impl Microphone {
    /// Gives samples at the card's rate.
    pub fn push(&self, samples: Vec<i16>) {
        self.waiting.fetch_add(samples.len(), Ordering::Relaxed);
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
        self.waiting.load(Ordering::Relaxed) < self.most_waiting
    }

    /// Says how long sound takes from the card to the client's loudspeaker.
    pub fn set_latency_ms(&self, latency_ms: u32) {
        self.latency_ms.store(latency_ms, Ordering::Relaxed);
    }

    /// Says that the client has gone: the session ends.
    pub fn hang_up(&self) {
        self.gone.store(true, Ordering::Relaxed);
    }
}

impl RemoteCard {
    /// A card at this rate for the client called `name`.
    pub fn new(name: String, rate_hz: u32, give: Give) -> (Self, Microphone) {
        let (push, pushed) = unbounded();
        let (gone, latency_ms) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let microphone = Microphone {
            push,
            waiting: Arc::default(),
            most_waiting: rate_hz as usize * MOST_WAITING_S,
            gone: Arc::clone(&gone),
            latency_ms: Arc::clone(&latency_ms),
        };
        let card = Self {
            name,
            rate_hz,
            wires: Some(Wires { pushed, give }),
            waiting: Arc::clone(&microphone.waiting),
            gone,
            latency_ms,
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
            waiting: Arc::clone(&self.waiting),
            latency_ms: Arc::clone(&self.latency_ms),
            gone: Arc::clone(&self.gone),
            stop: Arc::clone(&stop),
        };
        let thread = std::thread::Builder::new()
            .name("remote-card".into())
            .spawn(move || card.run())
            .map_err(|e| failed(&e.to_string()))?;
        Ok(Box::new(RemoteStream {
            stop,
            gone: Arc::clone(&self.gone),
            thread: Some(thread),
        }))
    }
}

struct RemoteStream {
    stop: Arc<AtomicBool>,
    gone: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl AudioStream for RemoteStream {
    fn take_note(&mut self) -> Option<StreamNote> {
        None
    }

    fn finished(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
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
    waiting: Arc<AtomicUsize>,
    latency_ms: Arc<AtomicU32>,
    gone: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Card {
    fn run(mut self) {
        let mut pace = Pace::every(Duration::from_millis(BLOCK_MS));
        let (mut steps, mut played) = (0u32, vec![0i16; self.block]);
        while !self.stop.load(Ordering::Relaxed) {
            for _ in 0..pace.wait() {
                let now = Duration::from_millis(BLOCK_MS) * steps;
                steps = steps.saturating_add(1);
                let latency_ms = self.latency_ms.load(Ordering::Relaxed);
                let latency = Duration::from_millis(latency_ms.into());
                self.render.begin_block(now, latency);
                self.render.process(&mut played, 1);
                self.give(FromCard::Played(&played));
                for pushed in self.wires.pushed.try_iter() {
                    self.intake.take(pushed);
                }
                self.capture.begin_block(now, Duration::ZERO);
                let before = self.intake.given;
                self.capture.process(self.intake.step(), 1);
                let given = self.intake.given - before;
                self.waiting.fetch_sub(given, Ordering::Relaxed);
                while let Some(event) = self.intake.due() {
                    self.give(FromCard::Due(event));
                }
            }
        }
    }

    fn give(&mut self, what: FromCard) {
        if !(self.wires.give)(what) {
            self.gone.store(true, Ordering::Relaxed);
        }
    }
}

/// Evens out what a client sends: a block every 10 ms, two while more waits, silence where nothing comes.
struct Intake {
    block: usize,
    waiting: VecDeque<i16>,
    out: Vec<i16>,
    /// Steps in a row for which nothing came.
    missed: u32,
    /// Samples that came, and those of them that were given.
    taken: usize,
    given: usize,
    /// What is due when so many samples were given.
    marks: VecDeque<(usize, Event)>,
}

impl Intake {
    fn new(block: usize) -> Self {
        Self {
            block,
            waiting: VecDeque::new(),
            out: Vec::new(),
            missed: 0,
            taken: 0,
            given: 0,
            marks: VecDeque::new(),
        }
    }

    fn take(&mut self, pushed: Pushed) {
        match pushed {
            Pushed::Samples(samples) => {
                self.taken += samples.len();
                self.waiting.extend(samples);
            }
            Pushed::Then(event) => self.marks.push_back((self.taken, event)),
        }
    }

    /// What is due by now, one at a time. What does not fill a block is given with the silence behind it.
    fn due(&mut self) -> Option<Event> {
        let given = self.given;
        let (_, event) = self.marks.pop_front_if(|(at, _)| *at <= given)?;
        Some(event)
    }

    /// What the microphone gives in these 10 ms.
    fn step(&mut self) -> &[i16] {
        self.out.clear();
        if self.waiting.len() >= self.block {
            self.missed = 0;
            // What is behind catches up, at twice the speed.
            let blocks = (self.waiting.len() / self.block).min(2);
            self.out.extend(self.waiting.drain(..blocks * self.block));
            self.given += self.out.len();
            return &self.out;
        }
        self.missed = self.missed.saturating_add(1);
        if self.missed == LATE_STEPS {
            // The silence that was waited for.
            self.fill(LATE_STEPS as usize);
        } else if self.missed > LATE_STEPS {
            self.fill(1);
        }
        &self.out
    }

    /// The rest of what came, then silence.
    fn fill(&mut self, blocks: usize) {
        self.given += self.waiting.len();
        self.out.extend(self.waiting.drain(..));
        self.out.resize(blocks * self.block, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: usize = 160;

    fn intake() -> Intake {
        Intake::new(BLOCK)
    }

    fn samples(intake: &mut Intake, steps: usize) -> usize {
        (0..steps).map(|_| intake.step().len()).sum()
    }

    #[test]
    fn sound_that_comes_in_time_is_given_as_it_comes() {
        let mut intake = intake();
        for n in 0..100 {
            intake.take(Pushed::Samples(vec![n; BLOCK]));
            assert_eq!(intake.step(), [n; BLOCK]);
        }
    }

    #[test]
    fn sound_that_is_late_loses_nothing_and_is_caught_up_with() {
        let mut intake = intake();
        assert_eq!(samples(&mut intake, 3), 0);
        intake.take(Pushed::Samples(vec![7; 4 * BLOCK]));
        assert_eq!(samples(&mut intake, 2), 4 * BLOCK);
        assert!(intake.out.iter().all(|sample| *sample == 7));
    }

    #[test]
    fn a_client_that_sends_nothing_is_silent_and_time_goes_on() {
        assert_eq!(samples(&mut intake(), 1_000), 1_000 * BLOCK);
    }

    #[test]
    fn what_does_not_fill_a_block_is_heard_before_the_silence() {
        let mut intake = intake();
        intake.take(Pushed::Samples(vec![9; 10]));
        let mut heard: Vec<i16> = Vec::new();
        (0..20).for_each(|_| heard.extend(intake.step()));
        assert_eq!(heard.len(), 20 * BLOCK);
        assert!(heard[..10].iter().all(|s| *s == 9) && heard[10..].iter().all(|s| *s == 0));
    }

    #[test]
    fn what_is_to_happen_after_some_sound_waits_for_all_of_it() {
        let mut intake = intake();
        intake.take(Pushed::Then(Event::TalkPressed));
        intake.take(Pushed::Samples(vec![1; 4 * BLOCK + 7]));
        intake.take(Pushed::Then(Event::TalkReleased));
        assert_eq!(intake.due(), Some(Event::TalkPressed));
        let steps = (0..100).take_while(|_| {
            intake.step();
            intake.due().is_none()
        });
        // Two of two blocks, and the silence that follows the rest of one.
        assert_eq!(steps.count(), 1 + LATE_STEPS as usize);
        assert_eq!(intake.given, 4 * BLOCK + 7);
    }

    #[test]
    fn a_client_that_is_far_ahead_is_to_wait() {
        let (_card, microphone) = RemoteCard::new("test".into(), 100, Box::new(|_| true));
        microphone.push(vec![0; 100 * MOST_WAITING_S - 1]);
        assert!(microphone.has_room());
        microphone.push(vec![0; 1]);
        assert!(!microphone.has_room());
    }
}
