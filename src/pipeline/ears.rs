//! What thread `capture` does with each block: the front end hears it, and what comes of it is sent to the other stages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::Sender;

use super::bus::EventBus;
use super::capture::{CaptureControl, CaptureOutputs};
use super::conductor::ConductorInput;
use super::devices::{OpenSound, Sound};
use super::endpointing::EndpointingInput;
use super::playback::PlaybackControl;
use super::recognizer::RecognizerInput;
use super::speaker::SpeakerInput;
use crate::aec::{earcon, reply_volume};
use crate::audio::AudioError;
use crate::audio::frame::{BLOCK, BLOCK_MS, Block, FRAME, SESSION_RATE, SPEECH_RATE, dbfs};
use crate::audio::resample::StreamResampler;
use crate::clock::Timestamp;
use crate::events::EventKind;
use crate::front_end::{DuplexChoice, Fact, FrontEnd, Input, Microphone};
use crate::turn_taking::Event;

/// Of the ticks, while it sleeps, turn taking gets one of so many: it has little to do then.
const TICKS_ASLEEP: u64 = 10;
/// Blocks between two reports of levels.
pub const LEVEL_BLOCKS: u64 = 200 / BLOCK_MS;
/// Places kept free in a queue for messages that must not be dropped, so that audio and ticks
/// alone never make a stage wait for another that waits for it.
pub const RESERVE: usize = 64;

/// Said when somebody far away may have been the user.
const FAR_SPEECH: &str = "speech far quieter than yours is taken for a television; if it was you, \
     come nearer, speak up, or say it again";

/// Everything that a block goes through.
pub struct Ears {
    pub outputs: CaptureOutputs,
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

fn has_room<T>(queue: &Sender<T>) -> bool {
    queue
        .capacity()
        .is_none_or(|capacity| queue.len() + RESERVE < capacity)
}

impl Ears {
    /// Ears that nothing was heard with yet.
    pub fn new(
        front_end: FrontEnd,
        outputs: CaptureOutputs,
        bus: EventBus,
        audible: Arc<AtomicBool>,
    ) -> Result<Self, AudioError> {
        Ok(Self {
            outputs,
            bus,
            front_end,
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
        })
    }

    /// Whether only the assistant's name is listened to.
    pub fn is_asleep(&self) -> bool {
        self.front_end.is_asleep()
    }

    /// Devices were opened.
    pub fn opened(&mut self, sound: &Sound) {
        let microphone = Microphone {
            noiseless: sound.is_noiseless(),
            without_echo: sound.cancels_echo(),
        };
        let audible = self.audible.load(Ordering::Relaxed);
        self.front_end.opened(microphone, audible, &mut self.facts);
        self.tell(self.bus.clock().now());
    }

    /// Does what the conductor tells it.
    pub fn obey(&mut self, control: CaptureControl) {
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
    pub fn hear(&mut self, captured: Option<&[f32; BLOCK]>, played: &[f32; BLOCK]) {
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
    pub fn report_levels(&mut self, open: &OpenSound) -> bool {
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
