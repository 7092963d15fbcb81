//! From probabilities to moments: onset after enough speech, pause after enough silence.

use std::time::Duration;

use super::{VadError, VoiceActivityDetector};
use crate::audio::frame::SPEECH_RATE;
use crate::clock::Timestamp;

/// When speech counts as begun and as paused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ActivityConfig {
    /// The gate opens at this probability of the first detector.
    pub gate_threshold: f32,
    /// Speech begins at this probability of the second detector...
    pub onset_threshold: f32,
    /// ...held for this long.
    pub onset: Duration,
    /// As `onset_threshold`, while a reply is audible: its echo must not pass.
    pub barge_in_threshold: f32,
    /// As `onset`, while a reply is audible.
    pub barge_in: Duration,
    /// Speech goes on above this probability.
    pub hold_threshold: f32,
    /// Silence after which speech counts as paused.
    pub hangover: Duration,
}

impl Default for ActivityConfig {
    fn default() -> Self {
        Self {
            gate_threshold: 0.3,
            onset_threshold: 0.5,
            onset: Duration::from_millis(64),
            // Its own echo, cancelled, passed neither this nor 0.7 in twenty minutes of simulated
            // rooms, -30 to 0 dB, and once 0.5 for 64 ms. It costs nothing: a reply is held no
            // sooner. A loudspeaker that distorts may need more.
            barge_in_threshold: 0.5,
            barge_in: Duration::from_millis(96),
            hold_threshold: 0.5,
            // A pause is where drafts begin; what ends the turn is decided elsewhere.
            hangover: Duration::from_millis(32),
        }
    }
}

/// A change of what the user does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Speech began at this time.
    Started(Timestamp),
    /// Speech paused; its last sound was at this time.
    Paused(Timestamp),
}

/// The gate stays open for this long after its last speech.
const GATE_HOLD: Duration = Duration::from_millis(500);
/// The second detector goes on hearing speech for so long after its last sound: the median over 132
/// recordings of people, against the last sound above the noise.
const AFTERGLOW: Duration = Duration::from_millis(50);
/// Speech may begin this long before its first sound that is as loud as its speaker.
const SOFT_ONSET: Duration = Duration::from_millis(200);
/// What the second detector hears of the time before the gate opened: the onset is in there.
const LOOKBACK_FRAMES: usize = 6;

/// Turns frames of cleaned audio into [`Activity`].
pub struct VoiceActivity {
    config: ActivityConfig,
    gate: Box<dyn VoiceActivityDetector>,
    opinion: Box<dyn VoiceActivityDetector>,
    gate_pending: Vec<f32>,
    opinion_pending: Vec<f32>,
    /// End of the audio pushed so far.
    position: Timestamp,
    gate_open_until: Option<Timestamp>,
    run_started: Option<Timestamp>,
    last_speech: Option<Timestamp>,
    speaking: bool,
    /// Since when what is heard is near enough to be meant; `None`: it is not.
    near_since: Option<Timestamp>,
    /// Speech that would have begun, were it near.
    far: bool,
}

impl VoiceActivity {
    /// A detector of activity over a gate and a second opinion.
    pub fn new(
        config: ActivityConfig,
        gate: Box<dyn VoiceActivityDetector>,
        opinion: Box<dyn VoiceActivityDetector>,
    ) -> Self {
        Self {
            config,
            gate,
            opinion,
            gate_pending: Vec::new(),
            opinion_pending: Vec::new(),
            position: Timestamp::ZERO,
            gate_open_until: None,
            run_started: None,
            last_speech: None,
            speaking: false,
            near_since: Some(Timestamp::ZERO),
            far: false,
        }
    }

    /// Runs both detectors once, so that the first frame is as fast as the others.
    pub fn warm_up(&mut self) -> Result<(), VadError> {
        for detector in [&mut self.gate, &mut self.opinion] {
            let silence = vec![0.0; detector.frame_len()];
            detector.probability(&silence)?;
            detector.reset();
        }
        Ok(())
    }

    /// Forgets the past, so that the next sample begins another recording.
    pub fn reset(&mut self) {
        self.gate.reset();
        self.opinion.reset();
        self.gate_pending.clear();
        self.opinion_pending.clear();
        self.position = Timestamp::ZERO;
        self.gate_open_until = None;
        self.run_started = None;
        self.last_speech = None;
        self.speaking = false;
        self.near_since = Some(Timestamp::ZERO);
        self.far = false;
    }

    /// Says since when what is pushed from now on is near enough to be meant, or that it is not: then
    /// no speech begins, and the one that goes on pauses. Without a word everything is near.
    pub fn set_near(&mut self, since: Option<Timestamp>) {
        self.near_since = since;
    }

    /// Whether somebody near speaks.
    pub fn is_speaking(&self) -> bool {
        self.speaking
    }

    /// Whether somebody speaks who is not near.
    pub fn hears_far_speech(&self) -> bool {
        self.far
    }

    /// Takes samples at 16 kHz that end at `until`, and appends what changed. `guarded` asks for
    /// the onset of a barge-in.
    pub fn push(
        &mut self,
        samples: &[f32],
        until: Timestamp,
        guarded: bool,
        changes: &mut Vec<Activity>,
    ) -> Result<(), VadError> {
        self.position = until;
        self.gate_pending.extend_from_slice(samples);
        self.opinion_pending.extend_from_slice(samples);
        self.run_gate()?;
        if guarded {
            // An interruption must be noticed at once: the second detector listens all along, and
            // knows what it has heard before.
            self.gate_open_until = Some(until + GATE_HOLD);
        }
        let frame_len = self.opinion.frame_len();
        if self.gate_open_until.is_none_or(|open| open < until) && !self.speaking {
            let excess = self
                .opinion_pending
                .len()
                .saturating_sub(LOOKBACK_FRAMES * frame_len);
            self.opinion_pending.drain(..excess);
            self.run_started = None;
            self.far = false;
            return Ok(());
        }
        let mut taken = 0;
        while let Some(frame) = self.opinion_pending.get(taken..taken + frame_len) {
            let probability = match self.opinion.probability(frame) {
                Ok(probability) => probability,
                Err(error) => {
                    // What cannot be judged is let go; it would only grow.
                    self.opinion_pending.clear();
                    return Err(error);
                }
            };
            let unread = self.opinion_pending.len() - taken;
            taken += frame_len;
            let start = until - audio_time(unread);
            self.judge(
                probability,
                start,
                start + audio_time(frame_len),
                guarded,
                changes,
            );
        }
        self.opinion_pending.drain(..taken);
        Ok(())
    }

    fn run_gate(&mut self) -> Result<(), VadError> {
        let frame_len = self.gate.frame_len();
        let mut taken = 0;
        while let Some(frame) = self.gate_pending.get(taken..taken + frame_len) {
            taken += frame_len;
            if self.gate.probability(frame)? < self.config.gate_threshold {
                continue;
            }
            if self.gate_open_until.is_none_or(|open| open < self.position) && !self.speaking {
                self.opinion.reset();
            }
            self.gate_open_until = Some(self.position + GATE_HOLD);
        }
        self.gate_pending.drain(..taken);
        Ok(())
    }

    fn judge(
        &mut self,
        probability: f32,
        start: Timestamp,
        end: Timestamp,
        guarded: bool,
        changes: &mut Vec<Activity>,
    ) {
        let config = &self.config;
        if self.speaking {
            if probability >= config.hold_threshold && self.near_since.is_some() {
                self.last_speech = Some(end);
            }
            let last = self.last_speech.unwrap_or(end);
            if end.since(last) >= config.hangover {
                self.speaking = false;
                self.run_started = None;
                changes.push(Activity::Paused(last - AFTERGLOW));
            }
            return;
        }
        let (threshold, needed) = if guarded {
            (config.barge_in_threshold, config.barge_in)
        } else {
            (config.onset_threshold, config.onset)
        };
        if probability < threshold {
            self.run_started = None;
            self.far = false;
            return;
        }
        let run_started = *self.run_started.get_or_insert(start);
        if end.since(run_started) < needed {
            return;
        }
        self.far = self.near_since.is_none();
        if let Some(near) = self.near_since {
            self.speaking = true;
            self.last_speech = Some(end);
            // Somebody near may begin in the middle of somebody else.
            let began = run_started.max(near - SOFT_ONSET);
            changes.push(Activity::Started(began));
        }
    }
}

fn audio_time(samples: usize) -> Duration {
    Duration::from_micros(samples as u64 * 1_000_000 / u64::from(SPEECH_RATE))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hears a probability in the first sample of each frame.
    struct Scripted(usize);

    impl VoiceActivityDetector for Scripted {
        fn frame_len(&self) -> usize {
            self.0
        }
        fn probability(&mut self, frame: &[f32]) -> Result<f32, VadError> {
            Ok(frame[0])
        }
        fn reset(&mut self) {}
    }

    /// Plays runs of (probability, frames of 32 ms) and returns the changes.
    fn changes(runs: &[(f32, usize)], guarded: bool) -> Vec<Activity> {
        let config = ActivityConfig {
            barge_in_threshold: 0.7,
            hangover: Duration::from_millis(160),
            ..ActivityConfig::default()
        };
        let mut activity =
            VoiceActivity::new(config, Box::new(Scripted(256)), Box::new(Scripted(512)));
        let (mut changes, mut at) = (Vec::new(), Timestamp::ZERO);
        for (probability, frames) in runs {
            for _ in 0..*frames {
                at = at + Duration::from_millis(32);
                activity
                    .push(&[*probability; 512], at, guarded, &mut changes)
                    .unwrap();
            }
        }
        changes
    }

    #[test]
    fn speech_starts_where_its_run_began_and_pauses_at_its_last_sound() {
        let ms = Timestamp::from_millis;
        let heard = changes(&[(0.0, 10), (0.9, 10), (0.0, 10)], false);
        assert_eq!(
            heard,
            [
                Activity::Started(ms(320)),
                Activity::Paused(ms(640) - AFTERGLOW)
            ]
        );
    }

    #[test]
    fn one_frame_is_no_speech() {
        assert!(changes(&[(0.0, 10), (0.9, 1), (0.0, 10)], false).is_empty());
    }

    #[test]
    fn a_dip_shorter_than_the_hangover_is_no_pause() {
        assert_eq!(changes(&[(0.9, 5), (0.1, 3), (0.9, 5)], false).len(), 1);
    }

    #[test]
    fn far_speech_begins_nothing_and_keeps_nothing_going() {
        let mut activity = VoiceActivity::new(
            ActivityConfig::default(),
            Box::new(Scripted(256)),
            Box::new(Scripted(512)),
        );
        let (mut changes, mut at) = (Vec::new(), Timestamp::ZERO);
        let mut speech = |activity: &mut VoiceActivity, near: bool| {
            for _ in 0..20 {
                at = at + Duration::from_millis(32);
                activity.set_near(near.then_some(at));
                activity.push(&[0.9; 512], at, false, &mut changes).unwrap();
            }
            std::mem::take(&mut changes)
        };
        assert_eq!(speech(&mut activity, false), []);
        assert!(activity.hears_far_speech());
        let began = Timestamp::from_millis(21 * 32) - SOFT_ONSET;
        assert_eq!(speech(&mut activity, true), [Activity::Started(began)]);
        let paused = Timestamp::from_millis(40 * 32) - AFTERGLOW;
        assert_eq!(speech(&mut activity, false), [Activity::Paused(paused)]);
    }

    #[test]
    fn while_a_reply_is_audible_weak_speech_is_not_enough() {
        assert_eq!(changes(&[(0.0, 3), (0.6, 10)], false).len(), 1);
        assert!(changes(&[(0.0, 3), (0.6, 10)], true).is_empty());
    }
}
