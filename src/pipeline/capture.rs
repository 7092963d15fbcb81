//! Thread `capture`: reads the device, has the front end hear it, and sends what comes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::devices::{OpenSound, Sound};
use super::ears::Ears;
use super::endpointing::EndpointingInput;
use super::playback::PlaybackControl;
use super::recognizer::RecognizerInput;
use super::speaker::SpeakerInput;
use super::waiting::Waiting;
use crate::aec::EchoCanceller;
use crate::audio::AudioError;
use crate::audio::device::StreamNote;
use crate::audio::frame::{BLOCK, BLOCK_MS, Block};
use crate::audio::latency::LatencyWatch;
use crate::audio::stall::Stall;
use crate::clock::{Stopwatch, Ticker, Timestamp};
use crate::events::EventKind;
use crate::front_end::FrontEnd;
use crate::vad::VoiceActivity;
use crate::wake::WakeDetector;

/// What the stage is called where what it plays can be written no more.
pub const LOUDSPEAKER: &str = "loudspeaker";
/// How often the device's ring is looked at: half a block.
const RING_POLL: Duration = Duration::from_millis(BLOCK_MS / 2);
/// The same while only its name is listened to, which nobody needs to hear at once.
const RING_POLL_ASLEEP: Duration = Duration::from_millis(4 * BLOCK_MS);
/// How often a lost device is looked for.
const REOPEN: Duration = Duration::from_secs(1);

/// The engines that hear: the canceller, voice activity, and what listens for the assistant's name, if it can sleep.
pub type Hearing = (
    Box<dyn EchoCanceller>,
    VoiceActivity,
    Option<Box<dyn WakeDetector>>,
);

/// Where the thread sends what it makes.
pub struct CaptureOutputs {
    /// Decisions.
    pub conductor: Sender<ConductorInput>,
    /// Cleaned audio.
    pub recognizer: Sender<RecognizerInput>,
    /// Cleaned audio once more.
    pub endpointing: Sender<EndpointingInput>,
    /// And once more, where voices are told from each other.
    pub speaker: Option<Sender<SpeakerInput>>,
    /// New render ends after a device was opened again.
    pub playback: Sender<PlaybackControl>,
    /// Both channels, if they are recorded.
    pub recorder: Option<Sender<Box<Block>>>,
    /// Where the recognizer sees that speech fell silent.
    pub waiting: Arc<Waiting>,
}

/// What the conductor tells the front end. A full queue drops it: the next one says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureControl {
    /// Replies are not to be listened over any more.
    StopListeningOverReplies,
    /// They are to be listened over again.
    ListenOverReplies,
    /// The turn that began then is answered: it was the user who spoke.
    KnowSpeaker {
        /// When the turn's speech began.
        since: Timestamp,
    },
    /// Nothing but the assistant's name is to be heard.
    Sleep,
    /// Everything is to be heard again.
    Wake,
}

/// The thread's state.
pub struct Capture {
    sound: Sound,
    open: Option<OpenSound>,
    stall: Stall,
    latency: LatencyWatch,
    /// How long a lost device has been looked for, and how often that was tried.
    search: (Duration, u32),
    controls: Receiver<CaptureControl>,
    ears: Ears,
    bus: EventBus,
    stop: Arc<AtomicBool>,
    last_glitch: String,
}

impl Capture {
    /// Takes opened devices. `audible` says whether a reply can be heard now, `earcon` whether one
    /// may be played to find out how it comes back.
    pub fn new(
        (sound, open): (Sound, OpenSound),
        (canceller, activity, name): Hearing,
        outputs: CaptureOutputs,
        controls: Receiver<CaptureControl>,
        bus: EventBus,
        (audible, stop): (Arc<AtomicBool>, Arc<AtomicBool>),
        earcon: bool,
    ) -> Result<Self, AudioError> {
        let front_end = FrontEnd::new(canceller, activity, earcon).woken_by(name);
        let ears = Ears::new(front_end, outputs, bus.clone(), audible)?;
        Ok(Self {
            sound,
            open: Some(open),
            stall: Stall::default(),
            latency: LatencyWatch::default(),
            search: (Duration::ZERO, 0),
            controls,
            ears,
            bus,
            stop,
            last_glitch: String::new(),
        })
    }

    /// Runs until it is told to stop or the scenario has ended.
    pub fn run(mut self) {
        self.ears.opened(&self.sound);
        let (mut ticker, mut slow_ticker) =
            (Ticker::every(RING_POLL), Ticker::every(RING_POLL_ASLEEP));
        let mut last = Stopwatch::start();
        while !self.stop.load(Ordering::Relaxed) {
            if self.ears.is_asleep() {
                slow_ticker.wait()
            } else {
                ticker.wait()
            };
            let passed = std::mem::replace(&mut last, Stopwatch::start()).elapsed();
            if self.look(passed) {
                break;
            }
        }
        let _ = self.ears.outputs.conductor.send(ConductorInput::Shutdown);
    }

    /// Looks at the device, `passed` after it looked last; whether it has nothing more to give.
    fn look(&mut self, passed: Duration) -> bool {
        for control in self.controls.try_iter() {
            self.ears.obey(control);
        }
        self.listen(passed);
        if self.open.is_none() {
            self.look_for_device(passed);
        }
        // A scenario that has ended has been heard to its end by now.
        let finished = self.open.as_ref().is_some_and(OpenSound::finished);
        while let Some(note) = self.open.as_mut().and_then(OpenSound::take_note) {
            self.take_note(note);
        }
        while let Some(report) = self.sound.take_report() {
            self.bus.publish_at(report.at, None, report.kind);
        }
        finished
    }

    /// Has the front end hear what came, or the silence that stands for what did not.
    fn listen(&mut self, passed: Duration) {
        let blocks = self.open.as_mut().map_or(0, |open| open.take_in(passed));
        let stalled = self.stall.is_stalled();
        if blocks == 0 {
            for _ in 0..self.stall.nothing_came(passed) {
                let played = self.open.as_mut().map(OpenSound::next_played);
                self.ears.hear(None, &played.unwrap_or([0.0; BLOCK]));
            }
            if !stalled && self.stall.is_stalled() && self.open.is_some() {
                self.say("the microphone gives nothing at all; waiting for it".into());
            }
        } else if let Some(open) = &mut self.open {
            open.skip(self.stall.came(blocks as u64) as usize);
            while let Some((captured, played)) = open.next_block() {
                self.ears.hear(Some(&captured), &played);
            }
            if self.ears.report_levels(open)
                && let Some(message) = self.latency.look(open.render_latency())
            {
                self.say(message);
            }
        }
    }

    fn take_note(&mut self, note: StreamNote) {
        match note {
            // A driver may say the same a thousand times a second.
            StreamNote::Glitch(text) | StreamNote::Xrun(text) if text == self.last_glitch => {}
            StreamNote::Glitch(text) | StreamNote::Xrun(text) => {
                tracing::warn!("{text}");
                self.last_glitch = text;
            }
            StreamNote::Unwritten(text) => self.bus.error(LOUDSPEAKER, text),
            StreamNote::Lost(text) => {
                self.say(format!("{text}; looking for it again"));
                if let Some(open) = self.open.take() {
                    self.sound.lost(&open);
                }
                self.stall.lost();
                self.search = (Duration::ZERO, 0);
            }
        }
    }

    /// Tries once a second to open the devices again.
    fn look_for_device(&mut self, passed: Duration) {
        let (searched, tries) = &mut self.search;
        *searched += passed;
        if *searched < REOPEN * (*tries + 1) {
            return;
        }
        *tries += 1;
        match self.sound.open() {
            Ok((open, render)) => {
                let attach = PlaybackControl::Attach(render);
                let _ = self.ears.outputs.playback.send(attach);
                self.open = Some(open);
                self.latency = LatencyWatch::default();
                self.ears.opened(&self.sound);
                self.say(format!("opened again: {}", self.sound.describe()));
            }
            Err(error) => tracing::info!("try {tries}: {error}"),
        }
    }

    fn say(&self, message: String) {
        tracing::warn!("{message}");
        self.bus.publish(None, EventKind::Device { message });
    }
}

#[cfg(test)]
#[path = "capture_tests.rs"]
mod tests;
