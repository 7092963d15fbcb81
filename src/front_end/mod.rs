//! What the assistant hears: frames in, cleaned frames and facts about them out.
//!
//! Pure: time comes in with each frame, and nothing in here starts a thread, waits or sends. It owns
//! the echo canceller, the probe that measures the echo, the choice between full and half duplex,
//! and voice activity.
//!
//! While the assistant sleeps ([`FrontEnd::sleep`]), frames go to the detector of its name and nowhere else.
//!
//! Invariant: protection from its own echo is taken away by a measurement only, never by the lack
//! of one.

mod asleep;
mod duplex;
mod muted;
mod nearness;

use std::time::Duration;

use asleep::Asleep;
pub use asleep::Kept;
use duplex::Duplex;
use muted::{MutedMicrophone, SoundState};
use nearness::Nearness;

use crate::aec::{Cleaned, EchoCanceller};
use crate::audio::frame::FRAME;
use crate::clock::Timestamp;
use crate::events::DuplexMode;
use crate::vad::{Activity, LullDetector, SoundDetector, VoiceActivity};
use crate::wake::{Call, WakeDetector};

/// Ten milliseconds of both directions at 16 kHz.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    /// What the microphone gave; `None` while there is no microphone.
    pub captured: Option<[f32; FRAME]>,
    /// What the loudspeaker played.
    pub played: [f32; FRAME],
    /// Where the frame ends on the session's clock.
    pub until: Timestamp,
    /// Whether a reply can be heard now.
    pub audible: bool,
}

/// What is known of a microphone before it gives anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Microphone {
    /// It gives exact zeros in a quiet room, as only a virtual one does.
    pub noiseless: bool,
    /// What is played does not come back through it.
    pub without_echo: bool,
}

/// Something that was found out.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A sound began that may become speech over a reply.
    SoundStarted(Timestamp),
    /// Speech began.
    SpeechStarted(Timestamp),
    /// Speech may be about to pause: its level has fallen by this time.
    SpeechFellSilent(Timestamp),
    /// Speech paused; its last sound was at this time.
    SpeechPaused(Timestamp),
    /// The echo is to be measured: play the earcon.
    PlayEarcon,
    /// How both sides may speak from now on.
    Duplex(DuplexChoice),
    /// Something about the microphone that the user should know.
    Microphone(&'static str),
    /// Somebody far from the microphone spoke and waited: it may have been the user.
    FarSpeech,
    /// The voice detector fails: nobody is heard. Told again while it lasts.
    Deaf(String),
    /// Somebody called the assistant, which slept. What is said from there on is heard.
    Called(Call),
}

/// A choice of the duplex mode, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplexChoice {
    /// The mode.
    pub mode: DuplexMode,
    /// Why, with the figures.
    pub reason: String,
    /// Loudspeaker to microphone; `None` if no echo was found.
    pub echo_gain_db: Option<f32>,
    /// How much later it comes back.
    pub echo_delay_ms: Option<f32>,
}

/// How often the user is told that the voice detector fails.
const TELL_DEAF: Duration = Duration::from_secs(10);
/// How often the user is told that somebody far from the microphone is not answered.
const TELL_FAR: Duration = Duration::from_secs(600);

/// The canceller, voice activity, and what protects both from the assistant's own voice.
pub struct FrontEnd {
    canceller: Box<dyn EchoCanceller>,
    activity: VoiceActivity,
    sound: SoundDetector,
    lull: LullDetector,
    nearness: Nearness,
    /// When far speech is told of again.
    tell_far_at: Timestamp,
    duplex: Duplex,
    muted: MutedMicrophone,
    changes: Vec<Activity>,
    /// When a failing detector is told of again.
    tell_deaf_at: Timestamp,
    asleep: Option<Asleep>,
    /// What was said in the same breath as the name, and is to be heard yet.
    missed: Vec<Kept>,
}

impl FrontEnd {
    /// A front end over loaded engines. `earcon` says whether an earcon may be played to measure the
    /// echo. [`FrontEnd::opened`] follows.
    pub fn new(canceller: Box<dyn EchoCanceller>, activity: VoiceActivity, earcon: bool) -> Self {
        let cancels = canceller.state().is_some();
        Self {
            canceller,
            activity,
            sound: SoundDetector::default(),
            lull: LullDetector::default(),
            nearness: Nearness::default(),
            tell_far_at: Timestamp::ZERO,
            duplex: Duplex::new(cancels, earcon),
            muted: MutedMicrophone::default(),
            changes: Vec::new(),
            tell_deaf_at: Timestamp::ZERO,
            asleep: None,
            missed: Vec::new(),
        }
    }

    /// The same, with ears for its name: it can sleep.
    #[must_use]
    pub fn woken_by(mut self, detector: Option<Box<dyn WakeDetector>>) -> Self {
        self.asleep = detector.map(Asleep::new);
        self
    }

    /// From now on nothing but its name is heard, until somebody calls ([`Fact::Called`]) or [`FrontEnd::wake`]. Nothing
    /// changes without ears for the name.
    pub fn sleep(&mut self) {
        if let Some(asleep) = &mut self.asleep {
            asleep.sleep();
        }
    }

    /// Hears everything again, though nobody has called.
    pub fn wake(&mut self) {
        if let Some(asleep) = self.asleep.as_mut().filter(|asleep| asleep.is_asleep()) {
            asleep.wake(None);
            self.activity.reset();
        }
    }

    /// Whether nothing but its name is heard: then what [`FrontEnd::hear`] gives is for nobody.
    pub fn is_asleep(&self) -> bool {
        self.asleep.as_ref().is_some_and(Asleep::is_asleep)
    }

    /// What came before the frame that woke it, since the call began: for the recognizer, before that frame.
    pub fn take_missed(&mut self) -> Vec<Kept> {
        std::mem::take(&mut self.missed)
    }

    /// Devices were opened: what was known of the echo holds no longer.
    pub fn opened(&mut self, microphone: Microphone, audible: bool, facts: &mut Vec<Fact>) {
        self.canceller.reset();
        self.muted = MutedMicrophone::new(microphone.noiseless);
        // Another microphone hears the user at another level.
        self.nearness = Nearness::default();
        self.tell_far_at = Timestamp::ZERO;
        if microphone.without_echo {
            self.duplex.opened_without_echo(facts)
        } else {
            self.duplex.opened(audible, facts)
        }
    }

    /// It has heard itself: from now on, until [`FrontEnd::listen_over_replies`] or a device is
    /// opened, it does not listen while it speaks.
    pub fn stop_listening_over_replies(&mut self, facts: &mut Vec<Fact>) {
        self.duplex.force_half(facts);
    }

    /// It may have been a false alarm: it listens over replies again, as far as was measured.
    pub fn listen_over_replies(&mut self, facts: &mut Vec<Fact>) {
        self.duplex.release(facts);
    }

    /// The turn that began at `since` is answered: it was the user who spoke.
    pub fn know_speaker(&mut self, since: Timestamp) {
        self.nearness.know_speaker(since);
    }

    /// Takes a frame, appends what follows from it, and gives the frame as the recognizer should
    /// hear it: without echo, and without what must not be heard.
    pub fn hear(&mut self, input: &Input, facts: &mut Vec<Fact>) -> [f32; FRAME] {
        let Input { until, audible, .. } = *input;
        let mut frame = input.captured.unwrap_or([0.0; FRAME]);
        if input.captured.is_some() {
            match self.muted.push(&frame) {
                Some(SoundState::OnlySilence) => facts.push(Fact::Microphone(muted::ONLY_SILENCE)),
                Some(SoundState::Sound) => facts.push(Fact::Microphone(muted::SOUND_AGAIN)),
                None => {}
            }
            let (muted, played) = (&self.muted, &input.played);
            self.duplex.measure(&frame, played, muted, facts);
        }
        if self.sleeps_in_silence(input) {
            // There is no echo to cancel, and nothing of it to learn.
            self.listen_for_name(&frame, until, facts);
            return frame;
        }
        let mut cleaned = self.canceller.process(&frame, &input.played);
        let echo = self.canceller.state();
        self.duplex.watch(echo, facts);
        if self.duplex.is_isolated() {
            // There is nothing to cancel, and a canceller that finds no echo takes speech for it.
            cleaned = Cleaned::untouched(&frame);
        }
        if self.duplex.is_deaf(until, audible) {
            frame = [0.0; FRAME];
            cleaned = Cleaned::untouched(&frame);
        }
        if self.is_asleep() {
            self.listen_for_name(&cleaned.linear, until, facts);
            return cleaned.linear;
        }
        let wanted = audible && self.duplex.trusts_sounds(echo);
        if let Some(at) = self.sound.push(&cleaned.linear, &frame, until, wanted) {
            facts.push(Fact::SoundStarted(at));
        }
        self.find_speech(&cleaned, until, audible, facts);
        cleaned.linear
    }

    /// Whether it sleeps, and nothing that was played can be heard.
    fn sleeps_in_silence(&mut self, input: &Input) -> bool {
        let asleep = self.asleep.as_mut().filter(|asleep| asleep.is_asleep());
        asleep.is_some_and(|asleep| !asleep.may_hear_echo(&input.played, input.until))
    }

    /// Hears a frame in its sleep. If that completes a call, all that was heard since the call began is heard again,
    /// awake.
    fn listen_for_name(&mut self, frame: &[f32; FRAME], until: Timestamp, facts: &mut Vec<Fact>) {
        let Some(asleep) = &mut self.asleep else {
            return;
        };
        let call = match asleep.hear(frame, until) {
            Ok(Some(call)) => call,
            Ok(None) => return,
            Err(error) => return self.tell_deaf(until, error.to_string(), facts),
        };
        let kept = asleep.wake(Some(call.began));
        facts.push(Fact::Called(call));
        self.activity.reset();
        // Whoever called is the user, wherever they are.
        self.nearness = Nearness::default();
        for (frame, until) in &kept {
            self.find_speech(&Cleaned::untouched(frame), *until, false, facts);
        }
        // The frame at hand is the caller's.
        self.missed = kept;
        self.missed.pop();
    }

    fn tell_deaf(&mut self, until: Timestamp, error: String, facts: &mut Vec<Fact>) {
        if until >= self.tell_deaf_at {
            self.tell_deaf_at = until + TELL_DEAF;
            facts.push(Fact::Deaf(error));
        }
    }

    fn find_speech(
        &mut self,
        cleaned: &Cleaned,
        until: Timestamp,
        audible: bool,
        facts: &mut Vec<Fact>,
    ) {
        // The other output is without some of what is said over a reply.
        let speaking = self.activity.is_speaking();
        let near = self.nearness.push(&cleaned.linear, until, speaking);
        self.activity.set_near(near);
        let found = self
            .activity
            .push(&cleaned.suppressed, until, audible, &mut self.changes);
        if let Err(error) = found {
            self.tell_deaf(until, error.to_string(), facts);
        }
        let far = self.activity.hears_far_speech();
        if self.nearness.far_speech(until, far) && until >= self.tell_far_at {
            self.tell_far_at = until + TELL_FAR;
            facts.push(Fact::FarSpeech);
        }
        facts.extend(self.changes.drain(..).map(|change| match change {
            Activity::Started(at) => Fact::SpeechStarted(at),
            Activity::Paused(at) => Fact::SpeechPaused(at),
        }));
        let fell_silent = self.lull.push(&cleaned.linear);
        if fell_silent && self.activity.is_speaking() {
            facts.push(Fact::SpeechFellSilent(until));
        }
    }
}

#[cfg(test)]
mod tests;
