//! The capture stage on a card in memory: the test is the room and the passing time.

use crossbeam_channel::bounded;
use ringbuf::traits::Producer;

use super::*;
use crate::aec::{Bypass, SonoraCanceller};
use crate::audio::callback::RenderEnd;
use crate::audio::device::AudioDevice;
use crate::audio::frame::SESSION_RATE;
use crate::audio::memory_card::{MemoryCard, Outside};
use crate::audio::noise::Noise;
use crate::clock::SessionClock;
use crate::events::DuplexMode;
use crate::pipeline::ears::RESERVE;
use crate::pipeline::scripted_engines::{Published, loud_is_speech};
use crate::turn_taking::Event;

#[path = "capture_card_tests.rs"]
mod cards;

/// Ten milliseconds, as a test lets them pass.
const STEP: Duration = Duration::from_millis(BLOCK_MS);

/// The stage, the room around its card, and what the other stages were sent.
struct World {
    capture: Capture,
    outside: Outside,
    /// Of the card with the microphone.
    rate_hz: u32,
    /// Where the playback stage would put its sound.
    render: RenderEnd,
    playback: Receiver<PlaybackControl>,
    conductor: Receiver<ConductorInput>,
    recognizer: Receiver<RecognizerInput>,
    recorder: Receiver<Box<Block>>,
    published: Published,
    clock: SessionClock,
    /// Of what is played, this comes back 10 ms later.
    echo: f32,
    played: Vec<f32>,
    noise: Noise,
    /// When ticks came, and what else the conductor was told.
    ticks: Vec<Timestamp>,
    told: Vec<Event>,
    attached: usize,
}

impl World {
    fn new(canceller: Box<dyn EchoCanceller>, earcon: bool) -> Self {
        let (card, outside) = MemoryCard::new(SESSION_RATE);
        Self::on(vec![Box::new(card)], outside, canceller, earcon)
    }

    /// The same on these cards. What is outside of the one with the microphone captures at the session's rate, until the
    /// test says otherwise.
    fn on(
        cards: Vec<Box<dyn AudioDevice>>,
        outside: Outside,
        canceller: Box<dyn EchoCanceller>,
        earcon: bool,
    ) -> Self {
        let mut sound = Sound::new(cards);
        let (open, render) = sound.open().unwrap();
        let clock = SessionClock::manual();
        let (bus, published) = Published::on(clock.clone());
        let (to_conductor, conductor) = bounded(1_024);
        let (to_recognizer, recognizer) = bounded(256);
        // Nobody takes what is sent there.
        let (to_endpointing, _) = bounded(1);
        let (to_playback, playback) = bounded(64);
        let (to_recorder, recorder) = bounded(1_024);
        let (_, controls) = bounded(1);
        let outputs = CaptureOutputs {
            conductor: to_conductor,
            recognizer: to_recognizer,
            endpointing: to_endpointing,
            speaker: None,
            playback: to_playback,
            recorder: Some(to_recorder),
            waiting: Arc::default(),
        };
        let flags = (Arc::default(), Arc::default());
        let hearing = (canceller, loud_is_speech(), None);
        let capture = Capture::new(
            (sound, open),
            hearing,
            outputs,
            controls,
            bus,
            flags,
            earcon,
        );
        let mut world = Self {
            capture: capture.unwrap(),
            outside,
            rate_hz: SESSION_RATE,
            render,
            playback,
            conductor,
            recognizer,
            recorder,
            published,
            clock,
            echo: 0.0,
            played: vec![0.0; BLOCK],
            noise: Noise::new(3),
            ticks: Vec::new(),
            told: Vec::new(),
            attached: 0,
        };
        world.capture.ears.opened(&world.capture.sound);
        world.obey();
        world
    }

    /// Time passes while the room is as quiet as rooms are, and somebody says this.
    fn hear(&mut self, ms: u64, said: impl Fn(usize) -> f32) {
        let length = self.rate_hz as usize * BLOCK_MS as usize / 1_000;
        for step in 0..ms / BLOCK_MS {
            let captured: Vec<f32> = (0..length)
                .map(|i| {
                    let said = said(step as usize * length + i);
                    let played = self.played.get(i).copied().unwrap_or(0.0);
                    said + played * self.echo + self.noise.gaussian() * 0.001
                })
                .collect();
            self.played = self.outside.turn(&captured);
            self.look();
        }
    }

    /// Time passes while the microphone gives nothing.
    fn stall(&mut self, ms: u64) {
        for _ in 0..ms / BLOCK_MS {
            self.outside.play(BLOCK);
            self.look();
        }
    }

    fn look(&mut self) {
        let before = self.clock.now();
        assert!(!self.capture.look(STEP));
        assert!(self.clock.now() >= before, "time went back");
        self.obey();
        for input in self.conductor.try_iter() {
            match input {
                ConductorInput::Event(at, Event::Tick) => self.ticks.push(at),
                ConductorInput::Event(_, event) => self.told.push(event),
                ConductorInput::Agent(..) | ConductorInput::Shutdown => {}
            }
        }
    }

    /// Does what the playback stage would.
    fn obey(&mut self) {
        for control in self.playback.try_iter() {
            match control {
                PlaybackControl::Chime(samples) => {
                    self.render.ring.push_slice(&samples);
                }
                PlaybackControl::Attach(render) => {
                    self.render = render;
                    self.attached += 1;
                }
                _ => {}
            }
        }
    }

    /// Times at which frames that the recognizer was sent end.
    fn frames(&self) -> Vec<Timestamp> {
        let frames = self.recognizer.try_iter().filter_map(|input| match input {
            RecognizerInput::Audio { until, .. } => Some(until),
            _ => None,
        });
        frames.collect()
    }

    /// Every tick came 10 ms after the one before it; when the last did.
    fn last_tick(&self) -> Timestamp {
        for (n, at) in self.ticks.iter().enumerate() {
            assert_eq!(*at, Timestamp::from_millis((n as u64 + 1) * BLOCK_MS));
        }
        *self.ticks.last().expect("time passes")
    }

    /// What was said of devices.
    fn messages(&self) -> Vec<String> {
        let kinds = self.published.kinds().into_iter();
        let messages = kinds.filter_map(|kind| match kind {
            EventKind::Device { message } => Some(message),
            _ => None,
        });
        messages.collect()
    }

    fn duplex(&self) -> Option<(DuplexMode, Option<f32>)> {
        let kinds = self.published.kinds().into_iter();
        kinds.rev().find_map(|kind| match kind {
            EventKind::Duplex {
                mode, echo_gain_db, ..
            } => Some((mode, echo_gain_db)),
            _ => None,
        })
    }
}

/// Nobody speaks.
fn nobody(_: usize) -> f32 {
    0.0
}

/// Somebody speaks: a tone as loud as a person near a laptop.
fn somebody(n: usize) -> f32 {
    (n as f32 * 0.05).sin() * 0.3
}

#[test]
fn each_block_brings_a_tick_and_frames_come_in_their_order() {
    let mut world = World::new(Box::new(Bypass), false);
    world.hear(1_000, nobody);
    assert_eq!(world.last_tick(), Timestamp::from_millis(1_000));
    let frames = world.frames();
    assert!(frames.is_sorted(), "{frames:?}");
    // The resampler holds a little back.
    assert!((90..=100).contains(&frames.len()), "{}", frames.len());
}

#[test]
fn speech_on_the_card_is_told_and_so_is_its_pause() {
    let mut world = World::new(Box::new(Bypass), false);
    world.hear(500, nobody);
    world.hear(1_000, somebody);
    world.hear(500, nobody);
    let [Event::SpeechStarted(began), Event::SpeechPaused(paused)] = world.told[..] else {
        panic!("{:?}", world.told);
    };
    let near = |at: Timestamp, ms: f64| (at.as_millis_f64() - ms).abs() < 100.0;
    assert!(
        near(began, 500.0) && near(paused, 1_500.0),
        "{began:?} {paused:?}"
    );
}

#[test]
fn what_is_played_stands_beside_what_was_captured_meanwhile() {
    let mut world = World::new(Box::new(Bypass), false);
    for value in [0.1, 0.2, 0.3] {
        world.render.ring.push_slice(&[value / 2.0; BLOCK]);
        world.outside.turn(&[value; BLOCK]);
    }
    // The stage was away for three blocks.
    world.look();
    let blocks: Vec<(u64, f32, f32)> = world
        .recorder
        .try_iter()
        .map(|block| (block.index, block.capture[7], block.render[7]))
        .collect();
    assert_eq!(blocks, [(0, 0.1, 0.05), (1, 0.2, 0.1), (2, 0.3, 0.15)]);
}

#[test]
fn a_recognizer_that_is_behind_loses_sound_and_the_conductor_no_event() {
    let mut world = World::new(Box::new(Bypass), false);
    world.hear(4_000, nobody);
    world.hear(1_000, somebody);
    world.hear(500, nobody);
    assert!(
        world.recognizer.len() <= 256 - RESERVE + 1,
        "{}",
        world.recognizer.len()
    );
    assert_eq!(world.told.len(), 2, "{:?}", world.told);
    assert_eq!(world.last_tick(), Timestamp::from_millis(5_500));
}

#[test]
fn the_echo_of_the_earcon_is_measured_through_the_card() {
    let mut world = World::new(Box::new(SonoraCanceller::new()), true);
    world.echo = 0.1;
    world.hear(3_000, nobody);
    let duplex = world.duplex();
    assert!(
        matches!(duplex, Some((DuplexMode::Full, Some(db))) if (db + 20.0).abs() < 3.0),
        "{duplex:?}"
    );
}

#[test]
fn without_a_canceller_the_echo_makes_it_half_duplex() {
    let mut world = World::new(Box::new(Bypass), true);
    world.echo = 0.3;
    world.hear(3_000, nobody);
    let duplex = world.duplex();
    assert!(
        matches!(duplex, Some((DuplexMode::Half, Some(_)))),
        "{duplex:?}"
    );
}

#[test]
fn headphones_pulled_out_in_a_reply_are_noticed_through_the_card() {
    let mut world = World::new(Box::new(SonoraCanceller::new()), true);
    world.hear(3_000, nobody);
    assert_eq!(world.duplex(), Some((DuplexMode::Full, None)));
    let mut noise = Noise::new(9);
    let reply: Vec<f32> = (0..4 * SESSION_RATE as usize - BLOCK)
        .map(|n| noise.gaussian() * 0.1 * (n as f32 / 4_800.0).sin().abs())
        .collect();
    world.render.ring.push_slice(&reply);
    world.echo = 0.3;
    world.hear(4_000, nobody);
    let duplex = world.duplex();
    assert!(
        matches!(duplex, Some((DuplexMode::Full, Some(_)))),
        "{duplex:?}"
    );
}
