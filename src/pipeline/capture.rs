//! Thread `capture`: from the device's ring to cleaned frames, voice activity and the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::Sender;

use super::bus::EventBus;
use super::conductor::ConductorInput;
use super::devices::{OpenSound, Sound};
use super::endpointing::EndpointingInput;
use super::playback::PlaybackControl;
use super::recognizer::RecognizerInput;
use crate::aec::{Cleaned, DuplexMode, EchoCanceller, EchoProbe, EchoReturn, choose, earcon};
use crate::audio::AudioError;
use crate::audio::device::StreamNote;
use crate::audio::frame::{BLOCK, BLOCK_MS, Block, FRAME, SESSION_RATE, SPEECH_RATE};
use crate::audio::resample::StreamResampler;
use crate::clock::{Pace, Stopwatch, Timestamp};
use crate::events::EventKind;
use crate::turn_taking::Event;
use crate::vad::{Activity, SoundDetector, VoiceActivity};

/// How often the device's ring is looked at: half a block.
const LOOK: Duration = Duration::from_millis(BLOCK_MS / 2);
/// How often a lost device is looked for.
const REOPEN: Duration = Duration::from_secs(1);
/// Blocks between two reports of levels.
const LEVEL_BLOCKS: u64 = 200 / BLOCK_MS;

/// Where the thread sends what it makes.
pub struct CaptureOutputs {
    /// Decisions.
    pub conductor: Sender<ConductorInput>,
    /// Cleaned audio.
    pub recognizer: Sender<RecognizerInput>,
    /// Cleaned audio once more.
    pub endpointing: Sender<EndpointingInput>,
    /// New render ends after a device was opened again.
    pub playback: Sender<PlaybackControl>,
    /// Both channels, if they are recorded.
    pub recorder: Option<Sender<Box<Block>>>,
}

/// The thread's state.
pub struct Capture {
    sound: Sound,
    open: Option<OpenSound>,
    ears: Ears,
    bus: EventBus,
    stop: Arc<AtomicBool>,
    last_glitch: String,
}

/// Everything that a block goes through.
struct Ears {
    outputs: CaptureOutputs,
    bus: EventBus,
    canceller: Box<dyn EchoCanceller>,
    activity: VoiceActivity,
    sound: SoundDetector,
    audible: Arc<AtomicBool>,
    /// Listens for the earcon after a device was opened.
    probe: Option<EchoProbe>,
    measures_echo: bool,
    duplex: DuplexMode,
    /// Whether the loudspeaker was not to be heard in the microphone: headphones.
    isolated: bool,
    echo_delay: Duration,
    /// Until when a reply's echo may ring in half duplex.
    deaf_until: Timestamp,
    capture_down: StreamResampler,
    render_down: StreamResampler,
    capture_16k: Vec<f32>,
    render_16k: Vec<f32>,
    changes: Vec<Activity>,
    blocks: u64,
    /// Block at which levels are reported next.
    next_levels: u64,
    dropped_frames: u64,
    /// The voice detector failed before: said once, not a hundred times a second.
    activity_failed: bool,
}

impl Capture {
    /// Takes opened devices. `audible` says whether a reply can be heard now, `measures_echo`
    /// whether an earcon may be played to find out how it comes back.
    pub fn new(
        (sound, open): (Sound, OpenSound),
        (canceller, activity): (Box<dyn EchoCanceller>, VoiceActivity),
        outputs: CaptureOutputs,
        bus: EventBus,
        (audible, stop): (Arc<AtomicBool>, Arc<AtomicBool>),
        measures_echo: bool,
    ) -> Result<Self, AudioError> {
        let ears = Ears {
            outputs,
            bus: bus.clone(),
            canceller,
            activity,
            sound: SoundDetector::default(),
            audible,
            probe: None,
            measures_echo,
            duplex: DuplexMode::Full,
            isolated: false,
            echo_delay: Duration::ZERO,
            deaf_until: Timestamp::ZERO,
            capture_down: StreamResampler::new(SESSION_RATE, SPEECH_RATE)?,
            render_down: StreamResampler::new(SESSION_RATE, SPEECH_RATE)?,
            capture_16k: Vec::new(),
            render_16k: Vec::new(),
            changes: Vec::new(),
            blocks: 0,
            next_levels: LEVEL_BLOCKS,
            dropped_frames: 0,
            activity_failed: false,
        };
        Ok(Self {
            sound,
            open: Some(open),
            ears,
            bus,
            stop,
            last_glitch: String::new(),
        })
    }

    /// Runs until it is told to stop or the scenario has ended.
    pub fn run(mut self) {
        self.ears.measure_echo();
        let mut pace = Pace::every(LOOK);
        while !self.stop.load(Ordering::Relaxed) {
            pace.wait();
            match &mut self.open {
                Some(open) => {
                    open.read(|captured, played| self.ears.hear(captured, played));
                    self.ears.report_levels(open);
                    let finished = open.finished();
                    while let Some(note) = self.open.as_mut().and_then(OpenSound::take_note) {
                        self.take_note(note);
                    }
                    if finished {
                        break;
                    }
                }
                None => self.wait_for_device(),
            }
        }
        let _ = self.ears.outputs.conductor.send(ConductorInput::Shutdown);
    }

    fn take_note(&mut self, note: StreamNote) {
        let at = |ms: f64| Timestamp::from_micros((ms * 1000.0) as u64);
        match note {
            // A driver may say the same a thousand times a second.
            StreamNote::Glitch(text) | StreamNote::Xrun(text) if text == self.last_glitch => {}
            StreamNote::Glitch(text) | StreamNote::Xrun(text) => {
                tracing::warn!("{text}");
                self.last_glitch = text;
            }
            StreamNote::Lost(text) => {
                self.say(format!("{text}; looking for it again"));
                self.open = None;
            }
            StreamNote::StimulusStarted {
                stimulus,
                first_sound_ms,
                expect,
                said,
                pauses_ms,
            } => {
                let kind = EventKind::StimulusStarted {
                    stimulus,
                    expect,
                    said,
                    pauses_ms,
                };
                self.bus.publish_at(at(first_sound_ms), None, kind);
            }
            StreamNote::StimulusFinished {
                stimulus,
                last_sound_ms,
            } => {
                let kind = EventKind::StimulusFinished { stimulus };
                self.bus.publish_at(at(last_sound_ms), None, kind);
            }
        }
    }

    /// Keeps the session's clock going on silence until the devices are back.
    fn wait_for_device(&mut self) {
        let (lost, mut silent, mut tries) = (Stopwatch::start(), 0u64, 0u32);
        let mut pace = Pace::every(Duration::from_millis(BLOCK_MS));
        while self.open.is_none() && !self.stop.load(Ordering::Relaxed) {
            pace.wait();
            let elapsed = lost.elapsed();
            while silent * BLOCK_MS < elapsed.as_millis() as u64 {
                self.ears.hear(&[0.0; BLOCK], &[0.0; BLOCK]);
                silent += 1;
            }
            if elapsed < REOPEN * (tries + 1) {
                continue;
            }
            tries += 1;
            match self.sound.open() {
                Ok((open, render)) => {
                    let _ = self
                        .ears
                        .outputs
                        .playback
                        .send(PlaybackControl::Attach(render));
                    self.ears.canceller.reset();
                    self.ears.measure_echo();
                    self.open = Some(open);
                    self.say(format!("opened again: {}", self.sound.describe()));
                }
                Err(error) => tracing::info!("try {tries}: {error}"),
            }
        }
    }

    fn say(&self, message: String) {
        tracing::warn!("{message}");
        self.bus.publish(None, EventKind::Device { message });
    }
}

/// After a reply, so long its echo is still in the room.
const ECHO_TAIL: Duration = Duration::from_millis(300);
/// From this ERLE on the linear canceller's output is believed.
const CONVERGED_DB: f32 = 6.0;
/// Places kept free in a queue for messages that must not be dropped, so that audio and ticks
/// alone never make a stage wait for another that waits for it.
const RESERVE: usize = 64;

fn has_room<T>(queue: &Sender<T>) -> bool {
    queue
        .capacity()
        .is_none_or(|capacity| queue.len() + RESERVE < capacity)
}

impl Ears {
    fn hear(&mut self, captured: &[f32; BLOCK], played: &[f32; BLOCK]) {
        let index = self.blocks;
        self.blocks += 1;
        let until = Timestamp::from_millis(self.blocks * BLOCK_MS);
        self.bus.clock().anchor(until);
        if let Some(recorder) = &self.outputs.recorder {
            let block = Block {
                index,
                capture: *captured,
                render: *played,
            };
            // A recorder that lags loses blocks; it fills their places with silence.
            let _ = recorder.try_send(Box::new(block));
        }
        self.capture_down.push(captured, &mut self.capture_16k);
        self.render_down.push(played, &mut self.render_16k);
        let frames = self.capture_16k.len().min(self.render_16k.len()) / FRAME;
        for n in 0..frames {
            self.hear_frame(n, until);
        }
        self.capture_16k.drain(..frames * FRAME);
        self.render_16k.drain(..frames * FRAME);
        // A tick that finds no room is replaced by the next one in 10 ms.
        if has_room(&self.outputs.conductor) {
            let tick = ConductorInput::Event(until, Event::Tick);
            let _ = self.outputs.conductor.try_send(tick);
        }
    }

    fn hear_frame(&mut self, n: usize, until: Timestamp) {
        let range = n * FRAME..(n + 1) * FRAME;
        let (mut frame, mut reference) = ([0.0; FRAME], [0.0; FRAME]);
        frame.copy_from_slice(&self.capture_16k[range.clone()]);
        reference.copy_from_slice(&self.render_16k[range]);
        let probed = self.probe.as_mut().and_then(|p| p.push(&frame, &reference));
        if let Some(found) = probed {
            self.probe = None;
            self.choose_duplex(found);
        }
        let mut cleaned = self.canceller.process(&frame, &reference);
        if self.isolated {
            // There is nothing to cancel, and a canceller that finds no echo takes speech for it.
            cleaned = Cleaned::untouched(&frame);
        }
        let guarded = self.audible.load(Ordering::Relaxed);
        if self.duplex == DuplexMode::Half {
            if guarded {
                self.deaf_until = until + self.echo_delay + ECHO_TAIL;
            }
            if until < self.deaf_until {
                cleaned = Cleaned::untouched(&[0.0; FRAME]);
                frame = [0.0; FRAME];
            }
        }
        let audio = RecognizerInput::Audio {
            samples: cleaned.linear,
            until,
        };
        if !has_room(&self.outputs.recognizer) || self.outputs.recognizer.try_send(audio).is_err() {
            self.dropped_frames += 1;
            if self.dropped_frames.is_power_of_two() {
                let frames = self.dropped_frames;
                tracing::warn!("the recognizer is ten seconds behind; {frames} frames dropped");
            }
        }
        let audio = EndpointingInput::Audio {
            samples: cleaned.linear,
            until,
        };
        if has_room(&self.outputs.endpointing) {
            let _ = self.outputs.endpointing.try_send(audio);
        }
        // Until the canceller knows the room, what it leaves may be all echo.
        let echo = self.canceller.state();
        let cancels = echo.is_some_and(|echo| echo.enhancement_db >= CONVERGED_DB);
        if self.isolated && cancels {
            // The loudspeaker was turned up, or the headphones came off.
            self.isolated = false;
            tracing::info!("an echo has appeared; it is cancelled from now on");
        }
        let wanted = guarded && (cancels || self.isolated || echo.is_none());
        if let Some(at) = self.sound.push(&cleaned.linear, &frame, until, wanted) {
            self.tell(until, Event::SoundStarted(at));
        }
        if let Err(error) =
            self.activity
                .push(&cleaned.suppressed, until, guarded, &mut self.changes)
        {
            if !self.activity_failed {
                self.bus.error("voice activity", error);
            }
            self.activity_failed = true;
        }
        for change in std::mem::take(&mut self.changes) {
            let event = match change {
                Activity::Started(at) => Event::SpeechStarted(at),
                Activity::Paused(at) => Event::SpeechPaused(at),
            };
            self.tell(until, event);
        }
    }

    /// Plays the earcon and listens for it.
    fn measure_echo(&mut self) {
        // A reply that goes on on a new device is no earcon.
        if self.measures_echo && !self.audible.load(Ordering::Relaxed) {
            self.probe = Some(EchoProbe::default());
            let chime = PlaybackControl::Chime(earcon(SESSION_RATE));
            let _ = self.outputs.playback.send(chime);
        }
    }

    fn choose_duplex(&mut self, found: EchoReturn) {
        let (mode, reason) = choose(found, self.canceller.state().is_some());
        self.duplex = mode;
        self.isolated = found == EchoReturn::NotHeard;
        let volume = PlaybackControl::Volume(mode.volume());
        let _ = self.outputs.playback.send(volume);
        let (echo_gain_db, echo_delay_ms) = match found {
            EchoReturn::Heard {
                gain_db, delay_ms, ..
            } => (Some(gain_db), Some(delay_ms)),
            EchoReturn::NotHeard => (None, None),
        };
        self.echo_delay = Duration::from_secs_f32(echo_delay_ms.unwrap_or(0.0) / 1000.0);
        let duplex = EventKind::Duplex {
            mode: mode.name(),
            reason,
            echo_gain_db,
            echo_delay_ms,
        };
        self.bus.publish(None, duplex);
    }

    fn tell(&self, now: Timestamp, event: Event) {
        let input = ConductorInput::Event(now, event);
        let _ = self.outputs.conductor.send(input);
    }

    fn report_levels(&mut self, open: &OpenSound) {
        if self.blocks < self.next_levels {
            return;
        }
        self.next_levels = self.blocks + LEVEL_BLOCKS;
        let counters = open.counters();
        let levels = EventKind::Levels {
            capture_dbfs: counters.take_peak_dbfs(),
            clipped: counters.clipped.load(Ordering::Relaxed),
            overruns: counters.overrun_frames.load(Ordering::Relaxed),
        };
        self.bus.publish(None, levels);
    }
}
