//! What the front end makes of rooms, headphones, muted microphones and people.

use super::*;
use crate::aec::{Bypass, SonoraCanceller, earcon};
use crate::audio::frame::{SPEECH_RATE, rms};
use crate::audio::noise::Noise;
use crate::events::DuplexMode;
use crate::harness::room::{EchoPath, Room};
use crate::vad::{ActivityConfig, VadError, VoiceActivityDetector};

/// Takes anything louder than a room for speech; fails if it is told to.
struct Loud {
    frame_len: usize,
    fails: bool,
}

impl VoiceActivityDetector for Loud {
    fn frame_len(&self) -> usize {
        self.frame_len
    }
    fn probability(&mut self, frame: &[f32]) -> Result<f32, VadError> {
        if self.fails {
            return Err(VadError("broken".into()));
        }
        Ok(if rms(frame) > 0.01 { 1.0 } else { 0.0 })
    }
    fn reset(&mut self) {}
}

fn activity(fails: bool) -> VoiceActivity {
    let loud = |frame_len, fails| Box::new(Loud { frame_len, fails });
    let config = ActivityConfig::default();
    VoiceActivity::new(config, loud(256, false), loud(512, fails))
}

/// A front end, the room around it, and all facts so far.
struct World {
    front_end: FrontEnd,
    room: Option<Room>,
    noise: Noise,
    noise_level: f32,
    now: Timestamp,
    facts: Vec<Fact>,
}

/// Nobody speaks.
fn nobody(_: usize) -> f32 {
    0.0
}

impl World {
    fn new(canceller: Box<dyn EchoCanceller>, earcon: bool) -> Self {
        let mut facts = Vec::new();
        let mut front_end = FrontEnd::new(canceller, activity(false), earcon);
        front_end.opened(Microphone::default(), false, &mut facts);
        Self {
            front_end,
            room: None,
            noise: Noise::new(5),
            noise_level: 0.001,
            now: Timestamp::ZERO,
            facts,
        }
    }

    fn cancelling() -> Self {
        Self::new(Box::new(SonoraCanceller::new()), true)
    }

    /// The loudspeaker comes back into the microphone.
    fn with_echo(mut self, gain_db: f32) -> Self {
        // At the session's rate; here its times are three times as long.
        let path = EchoPath {
            gain_db,
            delay_ms: 10.0,
            reverb_ms: 0.0,
            drift_ppm: 0.0,
        };
        self.room = Some(Room::new(path, 1));
        self
    }

    /// Plays samples while somebody says others; the largest sample that the recognizer hears.
    fn play(&mut self, played: &[f32], audible: bool, said: impl Fn(usize) -> f32) -> f32 {
        let mut most = 0.0f32;
        for (n, played) in played.as_chunks::<FRAME>().0.iter().enumerate() {
            let captured = std::array::from_fn(|i| {
                let echo = self.room.as_mut().map_or(0.0, |room| room.echo(played[i]));
                echo + said(n * FRAME + i) + self.noise.gaussian() * self.noise_level
            });
            self.now = self.now + Duration::from_millis(10);
            let input = Input {
                captured: Some(captured),
                played: *played,
                until: self.now,
                audible,
            };
            let heard = self.front_end.hear(&input, &mut self.facts);
            most = heard.iter().fold(most, |most, s| most.max(s.abs()));
        }
        most
    }

    fn earcon(&mut self, said: impl Fn(usize) -> f32) {
        let mut sound = earcon(SPEECH_RATE);
        sound.resize(SPEECH_RATE as usize, 0.0);
        self.play(&sound, false, said);
    }

    /// A reply of this many seconds.
    fn reply(&mut self, seconds: usize, said: impl Fn(usize) -> f32) -> f32 {
        let mut noise = Noise::new(9);
        let sound: Vec<f32> = (0..seconds * SPEECH_RATE as usize)
            .map(|n| noise.gaussian() * 0.1 * (n as f32 / 1_600.0).sin().abs())
            .collect();
        self.play(&sound, true, said)
    }

    fn silence(&mut self, ms: usize) {
        self.play(&vec![0.0; ms * SPEECH_RATE as usize / 1000], false, nobody);
    }

    fn duplexes(&self) -> Vec<(DuplexMode, Option<f32>)> {
        let choices = self.facts.iter().filter_map(|fact| match fact {
            Fact::Duplex(choice) => Some((choice.mode, choice.echo_gain_db)),
            _ => None,
        });
        choices.collect()
    }

    fn speeches(&self) -> usize {
        let started = |fact: &&Fact| matches!(fact, Fact::SpeechStarted(_));
        self.facts.iter().filter(started).count()
    }
}

/// Somebody speaks: noise as loud as a person near a laptop.
fn somebody(n: usize) -> f32 {
    let mut x = (n as u32).wrapping_mul(2_654_435_761);
    x ^= x >> 15;
    x = x.wrapping_mul(2_246_822_519);
    x ^= x >> 13;
    (x as f32 / u32::MAX as f32 - 0.5) * 0.6
}

#[test]
fn an_earcon_that_comes_back_measures_the_echo() {
    let mut world = World::cancelling().with_echo(-20.0);
    world.earcon(nobody);
    let duplexes = world.duplexes();
    assert!(
        matches!(duplexes[..], [(DuplexMode::Full, Some(db))] if (db + 20.0).abs() < 2.0),
        "{duplexes:?}"
    );
}

#[test]
fn speech_over_the_earcon_keeps_the_canceller_on_and_the_next_reply_measures() {
    let mut world = World::cancelling().with_echo(-20.0);
    world.earcon(somebody);
    assert_eq!(world.duplexes(), [(DuplexMode::Full, None)]);
    assert!(!world.front_end.duplex.is_isolated());
    world.silence(500);
    world.reply(3, nobody);
    let duplexes = world.duplexes();
    assert!(
        matches!(duplexes[1..], [(DuplexMode::Full, Some(db))] if (db + 20.0).abs() < 2.0),
        "{duplexes:?}"
    );
}

#[test]
fn speech_over_the_earcon_at_headphones_leaves_the_user_heard_over_the_first_reply() {
    let mut world = World::cancelling();
    world.earcon(somebody);
    assert!(!world.front_end.duplex.is_isolated());
    world.silence(500);
    let before = world.speeches();
    world.reply(2, |n| {
        if n > SPEECH_RATE as usize {
            somebody(n)
        } else {
            0.0
        }
    });
    assert!(world.front_end.duplex.is_isolated());
    assert!(world.speeches() > before, "{:?}", world.facts);
}

#[test]
fn a_muted_microphone_is_told_once_and_measures_nothing() {
    let mut world = World::cancelling();
    world.noise_level = 0.0;
    world.earcon(nobody);
    world.silence(6_000);
    assert!(!world.front_end.duplex.is_isolated());
    let told = |world: &World| {
        let told = |fact: &&Fact| matches!(fact, Fact::Microphone(_));
        world.facts.iter().filter(told).count()
    };
    assert_eq!(told(&world), 1);
    world.noise_level = 0.001;
    world.silence(1_000);
    assert_eq!(told(&world), 2, "it is told when that is over");
    world.reply(3, nobody);
    assert!(world.front_end.duplex.is_isolated(), "now it is measured");
}

#[test]
fn a_headset_that_takes_the_noise_away_is_measured_by_its_silence_and_again() {
    let mut world = World::cancelling();
    world.noise_level = 0.0;
    world.earcon(nobody);
    world.play(&vec![0.0; SPEECH_RATE as usize], false, somebody);
    world.reply(3, nobody);
    assert!(world.front_end.duplex.is_isolated(), "it has just worked");
    // It was muted for that moment.
    world = world.with_echo(-20.0);
    world.reply(3, nobody);
    assert!(!world.front_end.duplex.is_isolated());
    let told = |fact: &&Fact| matches!(fact, Fact::Microphone(_));
    assert_eq!(world.facts.iter().filter(told).count(), 0, "it works");
}

#[test]
fn a_headset_that_takes_the_noise_away_is_told_of_once_at_most() {
    let mut world = World::cancelling();
    world.noise_level = 0.0;
    for _ in 0..5 {
        world.play(&vec![0.0; SPEECH_RATE as usize], false, somebody);
        world.silence(15_000);
    }
    let silent = Fact::Microphone(muted::ONLY_SILENCE);
    assert_eq!(world.facts.iter().filter(|f| **f == silent).count(), 1);
}

#[test]
fn headphones_pulled_out_in_a_reply_bring_the_canceller_back() {
    let mut world = World::cancelling();
    world.earcon(nobody);
    assert!(world.front_end.duplex.is_isolated());
    world = world.with_echo(-10.0);
    world.reply(4, nobody);
    assert!(!world.front_end.duplex.is_isolated());
}

#[test]
fn headphones_plugged_in_in_a_reply_leave_the_user_heard_over_it() {
    let mut world = World::cancelling().with_echo(-20.0);
    world.earcon(nobody);
    world.reply(3, nobody);
    world.room = None;
    world.reply(3, nobody);
    world.silence(1_000);
    let before = world.speeches();
    let heard = world.reply(2, somebody);
    assert!(heard > 0.1, "{heard}");
    assert!(world.speeches() > before, "{:?}", world.facts);
    let duplexes = world.duplexes();
    assert!(
        matches!(duplexes[..], [(DuplexMode::Full, Some(_))]),
        "there was an echo and there may be one again: {duplexes:?}"
    );
}

#[test]
fn in_half_duplex_nothing_is_heard_while_a_reply_sounds() {
    let mut world = World::new(Box::new(Bypass), true).with_echo(-10.0);
    world.earcon(nobody);
    assert!(matches!(
        world.duplexes()[..],
        [(DuplexMode::Half, Some(_))]
    ));
    let before = world.speeches();
    assert_eq!(world.reply(2, somebody), 0.0);
    assert_eq!(world.speeches(), before);
    world.silence(1_000);
    world.play(&vec![0.0; SPEECH_RATE as usize], false, somebody);
    assert_eq!(world.speeches(), before + 1, "after it the user is heard");
}

#[test]
fn without_a_canceller_it_is_deaf_until_a_reply_has_measured_the_echo() {
    let mut world = World::new(Box::new(Bypass), false);
    assert_eq!(world.reply(1, somebody), 0.0);
    world.reply(3, nobody);
    assert_eq!(world.duplexes().last(), Some(&(DuplexMode::Full, None)));
    assert!(world.reply(1, somebody) > 0.1, "headphones");
}

#[test]
fn it_listens_over_replies_no_more_until_told_or_a_device_is_opened() {
    let mut world = World::cancelling().with_echo(-20.0);
    world.earcon(nobody);
    let World {
        front_end, facts, ..
    } = &mut world;
    front_end.stop_listening_over_replies(facts);
    front_end.stop_listening_over_replies(facts);
    assert_eq!(world.duplexes().len(), 2, "it is told once");
    assert_eq!(world.reply(2, somebody), 0.0);
    let World {
        front_end, facts, ..
    } = &mut world;
    front_end.listen_over_replies(facts);
    front_end.listen_over_replies(facts);
    assert_eq!(world.duplexes().len(), 3, "it is told once");
    assert!(world.reply(2, somebody) > 0.0);
    let World {
        front_end, facts, ..
    } = &mut world;
    front_end.stop_listening_over_replies(facts);
    front_end.opened(Microphone::default(), true, facts);
    assert!(world.reply(2, somebody) > 0.0);
}

#[test]
fn speech_far_away_is_told_again_after_a_device_was_opened() {
    let mut world = World::new(Box::new(Bypass), true);
    let far = |n| somebody(n) * 0.1;
    for opens in 1..3 {
        world.silence(1_000);
        world.play(&vec![0.0; 2 * SPEECH_RATE as usize], false, somebody);
        world.front_end.know_speaker(Timestamp::ZERO);
        for _ in 0..2 {
            world.silence(2_500);
            world.play(&vec![0.0; SPEECH_RATE as usize], false, far);
        }
        world.silence(2_500);
        let told = |fact: &&Fact| **fact == Fact::FarSpeech;
        assert_eq!(world.facts.iter().filter(told).count(), opens);
        world
            .front_end
            .opened(Microphone::default(), false, &mut world.facts);
    }
}

#[test]
fn a_detector_that_keeps_failing_is_told_again_and_again() {
    let mut world = World::cancelling();
    world.front_end.activity = activity(true);
    world.play(&vec![0.0; 25 * SPEECH_RATE as usize], false, somebody);
    let deaf = |fact: &&Fact| matches!(fact, Fact::Deaf(_));
    assert_eq!(world.facts.iter().filter(deaf).count(), 3);
}

#[test]
fn where_the_echo_is_cancelled_elsewhere_nothing_is_measured_and_the_user_is_heard_over_replies() {
    let mut world = World::cancelling();
    world.facts.clear();
    let microphone = Microphone {
        without_echo: true,
        ..Microphone::default()
    };
    (world.front_end).opened(microphone, false, &mut world.facts);
    assert_eq!(world.duplexes(), [(DuplexMode::Full, None)]);
    assert!(!world.facts.contains(&Fact::PlayEarcon));
    assert!(world.reply(1, somebody) > 0.1);
}

/// Is called by the frame that ends at a time; the call began this long before.
struct Caller {
    at: Timestamp,
    began: Duration,
    heard: usize,
}

impl WakeDetector for Caller {
    fn phrase(&self) -> &'static str {
        "hey you"
    }
    fn push(
        &mut self,
        _: &[f32],
        until: Timestamp,
    ) -> Result<Option<Call>, crate::wake::WakeError> {
        self.heard += 1;
        let began = until - self.began;
        Ok((until == self.at).then_some(Call { began, score: 0.9 }))
    }
    fn reset(&mut self) {
        self.heard = 0;
    }
}

/// Asleep, and called by what ends at so many milliseconds.
fn sleeper(called_ms: u64) -> World {
    let mut world = World::new(Box::new(Bypass), false);
    let caller = Caller {
        at: Timestamp::from_millis(called_ms),
        began: Duration::from_millis(600),
        heard: 0,
    };
    let front_end = FrontEnd::new(Box::new(Bypass), activity(false), false);
    world.front_end = front_end.woken_by(Some(Box::new(caller)));
    let opened = &mut world.facts;
    world.front_end.opened(Microphone::default(), false, opened);
    world.front_end.sleep();
    world.facts.clear();
    world
}

#[test]
fn asleep_it_hears_no_speech() {
    let mut world = sleeper(60_000);
    world.play(&vec![0.0; 2 * SPEECH_RATE as usize], false, somebody);
    assert!(world.front_end.is_asleep());
    assert!(world.facts.is_empty(), "{:?}", world.facts);
}

#[test]
fn called_it_hears_what_was_said_since_the_call_began_and_nothing_from_before() {
    let mut world = sleeper(1_500);
    world.play(&vec![0.0; SPEECH_RATE as usize * 3 / 2], false, somebody);
    assert!(!world.front_end.is_asleep());
    let began = Timestamp::from_millis(900);
    let [Fact::Called(call), Fact::SpeechStarted(at)] = world.facts[..] else {
        panic!("{:?}", world.facts);
    };
    assert_eq!(call.began, began);
    assert!(at >= began - Duration::from_millis(32), "{at:?}");
    // The frame at hand goes its own way.
    let missed = world.front_end.take_missed();
    let ends: Vec<Timestamp> = missed.iter().map(|(_, until)| *until).collect();
    assert_eq!(ends.first(), Some(&(began + Duration::from_millis(10))));
    assert_eq!(ends.last(), Some(&Timestamp::from_millis(1_490)));
}

#[test]
fn woken_by_something_else_it_hears_from_then_on() {
    let mut world = sleeper(60_000);
    world.play(&vec![0.0; SPEECH_RATE as usize], false, somebody);
    world.front_end.wake();
    assert!(world.front_end.take_missed().is_empty());
    world.play(&vec![0.0; SPEECH_RATE as usize], false, somebody);
    assert!(
        matches!(world.facts[..], [Fact::SpeechStarted(_)]),
        "{:?}",
        world.facts
    );
}

#[test]
fn without_ears_for_its_name_it_never_sleeps() {
    let mut world = World::new(Box::new(Bypass), false);
    world.front_end.sleep();
    assert!(!world.front_end.is_asleep());
}
