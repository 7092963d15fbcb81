//! Thread `capture`: reads the device, has the front end hear it, and sends what comes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::devices::{OpenSound, Sound};
use super::endpointing::EndpointingInput;
use super::playback::PlaybackControl;
use super::recognizer::RecognizerInput;
use super::speaker::SpeakerInput;
use super::waiting::Waiting;
use crate::aec::{EchoCanceller, earcon, reply_volume};
use crate::audio::AudioError;
use crate::audio::device::StreamNote;
use crate::audio::frame::{BLOCK, BLOCK_MS, Block, FRAME, SESSION_RATE, SPEECH_RATE, dbfs};
use crate::audio::latency::LatencyWatch;
use crate::audio::resample::StreamResampler;
use crate::audio::stall::Stall;
use crate::clock::{Stopwatch, Ticker, Timestamp};
use crate::events::EventKind;
use crate::front_end::{DuplexChoice, Fact, FrontEnd, Input, Microphone};
use crate::turn_taking::Event;
use crate::vad::VoiceActivity;
use crate::wake::WakeDetector;

/// What the stage is called where what it plays can be written no more.
pub const LOUDSPEAKER: &str = "loudspeaker";
/// How often the device's ring is looked at: half a block.
const RING_POLL: Duration = Duration::from_millis(BLOCK_MS / 2);
/// The same while only its name is listened to, which nobody needs to hear at once.
const RING_POLL_ASLEEP: Duration = Duration::from_millis(4 * BLOCK_MS);
/// Of the ticks, while it sleeps, turn taking gets one of so many: it has little to do then.
const TICKS_ASLEEP: u64 = 10;
/// How often a lost device is looked for.
const REOPEN: Duration = Duration::from_secs(1);
/// Blocks between two reports of levels.
pub(super) const LEVEL_BLOCKS: u64 = 200 / BLOCK_MS;

/// Said when somebody far away may have been the user.
const FAR_SPEECH: &str = "speech far quieter than yours is taken for a television; if it was you, \
     come nearer, speak up, or say it again";

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

/// Everything that a block goes through.
struct Ears {
    outputs: CaptureOutputs,
    bus: EventBus,
    front_end: FrontEnd,
    audible: Arc<AtomicBool>,
    capture_down: StreamResampler,
    render_down: StreamResampler,
    capture_16k: Vec<f32>,
    render_16k: Vec<f32>,
    /// Kept between frames, so that it is allocated once.
    facts: Vec<Fact>,
    blocks: u64,
    /// Block at which levels are reported next.
    next_levels: u64,
    /// Largest sample for the loudspeaker since levels were reported.
    render_peak: f32,
    dropped_frames: u64,
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
        let ears = Ears {
            outputs,
            bus: bus.clone(),
            front_end: FrontEnd::new(canceller, activity, earcon).woken_by(name),
            audible,
            capture_down: StreamResampler::new(SESSION_RATE, SPEECH_RATE)?,
            render_down: StreamResampler::new(SESSION_RATE, SPEECH_RATE)?,
            capture_16k: Vec::new(),
            render_16k: Vec::new(),
            facts: Vec::new(),
            blocks: 0,
            next_levels: LEVEL_BLOCKS,
            render_peak: 0.0,
            dropped_frames: 0,
        };
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
            if self.ears.front_end.is_asleep() {
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
            self.ears.bus.publish_at(report.at, None, report.kind);
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
            StreamNote::Unwritten(text) => self.ears.bus.error(LOUDSPEAKER, text),
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

/// Places kept free in a queue for messages that must not be dropped, so that audio and ticks
/// alone never make a stage wait for another that waits for it.
const RESERVE: usize = 64;

fn has_room<T>(queue: &Sender<T>) -> bool {
    queue
        .capacity()
        .is_none_or(|capacity| queue.len() + RESERVE < capacity)
}

impl Ears {
    /// Devices were opened.
    fn opened(&mut self, sound: &Sound) {
        let microphone = Microphone {
            noiseless: sound.is_noiseless(),
            without_echo: sound.cancels_echo(),
        };
        let audible = self.audible.load(Ordering::Relaxed);
        self.front_end.opened(microphone, audible, &mut self.facts);
        self.tell(self.bus.clock().now());
    }

    fn obey(&mut self, control: CaptureControl) {
        match control {
            CaptureControl::StopListeningOverReplies => {
                self.front_end.stop_listening_over_replies(&mut self.facts);
            }
            CaptureControl::ListenOverReplies => {
                self.front_end.listen_over_replies(&mut self.facts);
            }
            CaptureControl::KnowSpeaker { since } => self.front_end.know_speaker(since),
            CaptureControl::Sleep => self.front_end.sleep(),
            CaptureControl::Wake => self.front_end.wake(),
        }
        self.tell(self.bus.clock().now());
    }

    /// Takes 10 ms: what the microphone gave, if there is one, and what was played.
    fn hear(&mut self, captured: Option<&[f32; BLOCK]>, played: &[f32; BLOCK]) {
        let index = self.blocks;
        self.blocks += 1;
        let until = Timestamp::from_millis(self.blocks * BLOCK_MS);
        self.bus.clock().anchor(until);
        let capture = captured.copied().unwrap_or([0.0; BLOCK]);
        self.render_peak = played.iter().fold(self.render_peak, |p, s| p.max(s.abs()));
        if let Some(recorder) = &self.outputs.recorder {
            let block = Block {
                index,
                capture,
                render: *played,
            };
            // A recorder that lags loses blocks; it fills their places with silence.
            let _ = recorder.try_send(Box::new(block));
        }
        self.capture_down.push(&capture, &mut self.capture_16k);
        self.render_down.push(played, &mut self.render_16k);
        let frames = self.capture_16k.len().min(self.render_16k.len()) / FRAME;
        for n in 0..frames {
            let frame = self.capture_16k.as_chunks::<FRAME>().0[n];
            let played = self.render_16k.as_chunks::<FRAME>().0[n];
            self.hear_frame(captured.is_some().then_some(frame), played, until);
        }
        self.capture_16k.drain(..frames * FRAME);
        self.render_16k.drain(..frames * FRAME);
        let wanted = !self.front_end.is_asleep() || self.blocks.is_multiple_of(TICKS_ASLEEP);
        // A tick that finds no room is replaced by the next one in 10 ms.
        if wanted && has_room(&self.outputs.conductor) {
            let tick = ConductorInput::Event(until, Event::Tick);
            let _ = self.outputs.conductor.try_send(tick);
        }
    }

    fn hear_frame(
        &mut self,
        captured: Option<[f32; FRAME]>,
        played: [f32; FRAME],
        until: Timestamp,
    ) {
        let input = Input {
            captured,
            played,
            until,
            audible: self.audible.load(Ordering::Relaxed),
        };
        let samples = self.front_end.hear(&input, &mut self.facts);
        if !self.front_end.is_asleep() {
            for (samples, until) in self.front_end.take_missed() {
                self.pass_on(samples, until);
            }
            self.pass_on(samples, until);
        }
        self.tell(until);
    }

    /// Hands a cleaned frame to whoever listens to words and sound.
    fn pass_on(&mut self, samples: [f32; FRAME], until: Timestamp) {
        let audio = RecognizerInput::Audio { samples, until };
        if !has_room(&self.outputs.recognizer) || self.outputs.recognizer.try_send(audio).is_err() {
            self.dropped_frames += 1;
            if self.dropped_frames.is_power_of_two() {
                let frames = self.dropped_frames;
                tracing::warn!("the recognizer is ten seconds behind; {frames} frames dropped");
            }
        }
        if has_room(&self.outputs.endpointing) {
            let audio = EndpointingInput::Audio { samples, until };
            let _ = self.outputs.endpointing.try_send(audio);
        }
        if let Some(speaker) = &self.outputs.speaker
            && has_room(speaker)
        {
            let _ = speaker.try_send(SpeakerInput::Audio { samples, until });
        }
    }

    /// Sends what the front end has found out.
    fn tell(&mut self, now: Timestamp) {
        let mut facts = std::mem::take(&mut self.facts);
        for fact in facts.drain(..) {
            match fact {
                Fact::SoundStarted(at) => self.send(now, Event::SoundStarted(at)),
                Fact::SpeechStarted(at) => self.send(now, Event::SpeechStarted(at)),
                Fact::SpeechFellSilent(at) => self.outputs.waiting.fell_silent(at),
                Fact::SpeechPaused(at) => self.send(now, Event::SpeechPaused(at)),
                Fact::Called(call) => self.send(now, Event::Called(call.began, call.score)),
                Fact::PlayEarcon => self.play(PlaybackControl::Chime(earcon(SESSION_RATE))),
                Fact::Duplex(choice) => self.publish_duplex(choice),
                Fact::Microphone(message) => {
                    let message = message.into();
                    self.bus.publish(None, EventKind::Device { message });
                }
                Fact::FarSpeech => {
                    let message = FAR_SPEECH.into();
                    self.bus.publish(None, EventKind::Notice { message });
                }
                Fact::Deaf(error) => {
                    let message = format!("nothing that you say is heard: {error}");
                    self.bus.error("voice activity", message);
                }
            }
        }
        self.facts = facts;
    }

    fn publish_duplex(&self, choice: DuplexChoice) {
        self.play(PlaybackControl::Volume(reply_volume(choice.mode)));
        let duplex = EventKind::Duplex {
            mode: choice.mode,
            reason: choice.reason,
            echo_gain_db: choice.echo_gain_db,
            echo_delay_ms: choice.echo_delay_ms,
        };
        self.bus.publish(None, duplex);
    }

    fn play(&self, control: PlaybackControl) {
        let _ = self.outputs.playback.send(control);
    }

    fn send(&self, now: Timestamp, event: Event) {
        let input = ConductorInput::Event(now, event);
        let _ = self.outputs.conductor.send(input);
    }

    /// Reports levels five times a second; whether it did.
    fn report_levels(&mut self, open: &OpenSound) -> bool {
        if self.blocks < self.next_levels {
            return false;
        }
        self.next_levels = self.blocks + LEVEL_BLOCKS;
        let counters = open.counters();
        let levels = EventKind::Levels {
            capture_dbfs: counters.take_peak_dbfs(),
            render_dbfs: Some(dbfs(std::mem::take(&mut self.render_peak))),
            clipped: counters.clipped.load(Ordering::Relaxed),
            overruns: counters.overrun_frames.load(Ordering::Relaxed),
        };
        self.bus.publish(None, levels);
        true
    }
}

#[cfg(test)]
#[path = "capture_tests.rs"]
mod tests;
