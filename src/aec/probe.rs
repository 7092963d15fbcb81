//! How the loudspeaker comes back into the microphone, and what kind of conversation that allows.

use std::ops::Range;

use crate::audio::correlation::products;
use crate::audio::frame::{FRAME, SPEECH_RATE, dbfs, peak, rms};
use crate::events::DuplexMode;

/// The earcon that the echo is measured with: a rising chirp, because it is found again at one
/// delay only, in any room. Mono at `rate_hz`.
pub fn earcon(rate_hz: u32) -> Vec<f32> {
    let length = rate_hz as f32 * EARCON_S;
    let mut phase = 0.0f32;
    (0..length as usize)
        .map(|n| {
            let share = n as f32 / length;
            let hz = EARCON_HZ.0 * (EARCON_HZ.1 / EARCON_HZ.0).powf(share);
            phase += std::f32::consts::TAU * hz / rate_hz as f32;
            let envelope = (std::f32::consts::PI * share).sin().powi(2);
            EARCON_LEVEL * envelope * phase.sin()
        })
        .collect()
}

const EARCON_S: f32 = 0.3;
const EARCON_HZ: (f32, f32) = (400.0, 2_400.0);
const EARCON_LEVEL: f32 = 0.12;

/// What was found of the played sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EchoReturn {
    /// It came back.
    Heard {
        /// Loudspeaker to microphone. dB.
        gain_db: f32,
        /// How much later. Milliseconds.
        delay_ms: f32,
        /// The microphone was overdriven.
        clipped: bool,
    },
    /// It did not, in a room quiet enough to hear it: headphones, or the loudspeaker is off.
    NotHeard,
    /// It cannot be told. This is no measurement: whatever protects from an echo stays on.
    Unclear(Unclear),
}

/// Why an echo could not be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unclear {
    /// The microphone gave exact zeros: it is muted, or not ready.
    DigitalSilence,
    /// Somebody spoke, or the room is too loud.
    TooLoud,
    /// Nothing was played to measure with.
    NothingPlayed,
}

impl Unclear {
    fn reason(self) -> &'static str {
        match self {
            Self::DigitalSilence => "the microphone gave only silence",
            Self::TooLoud => "somebody spoke, or the room is loud",
            Self::NothingPlayed => "nothing was played yet",
        }
    }
}

/// Gain of replies in a duplex mode.
pub fn reply_volume(mode: DuplexMode) -> f32 {
    match mode {
        DuplexMode::Full | DuplexMode::Half => 1.0,
        DuplexMode::Ducked => DUCKED_VOLUME,
    }
}

/// Up to this echo speech over a reply was found in time, and no echo taken for speech.
const FULL_UP_TO_DB: f32 = -5.0;
/// Up to this echo it is so once replies are [`DUCKED_VOLUME`] as loud: 9 dB less.
const DUCKED_UP_TO_DB: f32 = 4.0;
const DUCKED_VOLUME: f32 = 0.355;
/// Without cancellation, an echo above this is taken for speech.
const UNHEARD_DB: f32 = -45.0;

/// Chooses by what was measured; `cancels` is whether echoes are cancelled at all. The second value
/// says why, with the figures.
pub fn choose(found: EchoReturn, cancels: bool) -> (DuplexMode, String) {
    let (gain_db, delay_ms, clipped) = match found {
        EchoReturn::Heard {
            gain_db,
            delay_ms,
            clipped,
        } => (gain_db, delay_ms, clipped),
        EchoReturn::NotHeard => return (DuplexMode::Full, "no echo was found".into()),
        EchoReturn::Unclear(why) => return unmeasured(why, cancels),
    };
    let echo = format!("the echo is {gain_db:.0} dB after {delay_ms:.0} ms");
    match gain_db {
        _ if clipped => (
            DuplexMode::Half,
            format!("{echo} and overdrives the microphone; turn the loudspeaker down"),
        ),
        db if !cancels && db > UNHEARD_DB => (
            DuplexMode::Half,
            format!("{echo} and echo cancellation is off"),
        ),
        db if db <= FULL_UP_TO_DB => (DuplexMode::Full, format!("{echo} and can be cancelled")),
        db if db <= DUCKED_UP_TO_DB => (
            DuplexMode::Ducked,
            format!("{echo}: replies are 9 dB quieter so that it can be cancelled"),
        ),
        _ => (
            DuplexMode::Half,
            format!("{echo}, too loud to cancel; turn the loudspeaker down or use headphones"),
        ),
    }
}

/// The canceller protects from an echo that nobody has measured; without it, only deafness does.
fn unmeasured(why: Unclear, cancels: bool) -> (DuplexMode, String) {
    let why = why.reason();
    if cancels {
        let reason =
            format!("the echo could not be measured ({why}); it is cancelled all the same");
        (DuplexMode::Full, reason)
    } else {
        let reason =
            format!("the echo could not be measured ({why}), and echo cancellation is off");
        (DuplexMode::Half, reason)
    }
}

/// Longest delay that is looked for. Samples: 400 ms.
const LONGEST_DELAY: usize = SPEECH_RATE as usize * 2 / 5;
/// The earcon is expected within this many frames: Bluetooth wakes up slowly.
const PATIENCE_FRAMES: usize = 1_200;
/// Below this the loudspeaker plays nothing.
const RENDER_SILENCE: f32 = 1e-4;
/// A quieter stretch of playback measures nothing. RMS.
const LEAST_PLAYED: f32 = 0.01;
/// A smaller share of what the microphone heard is chance, and an echo hides below it.
const CHANCE: f32 = 0.15;
/// From this share on the played sound has come back. Speech over a chirp stays below it; two voices
/// may be more alike than that, but not twice at the same delay.
const FOUND: f32 = 0.2;
/// Two delays are the same within this. Samples: 2 ms.
const SAME_DELAY: usize = SPEECH_RATE as usize / 500;
/// A room is quiet enough if an echo above this would have been found in it. dB.
const EXCLUDED_DB: f32 = -28.0;
/// Length of each part of a reply that is compared. Samples: 0.7 s.
const REPLY_PART: usize = SPEECH_RATE as usize * 7 / 10;
/// A reply that leaves no echo is known for it before its parts are complete: from this much of it on...
const LEAST_HEARD: usize = SPEECH_RATE as usize * 3 / 10;
/// ...and it is looked at this often. Samples: 100 ms.
const LOOK_EVERY: usize = SPEECH_RATE as usize / 10;
/// The microphone is overdriven from here on.
const CLIPPED: f32 = 0.99;

/// Listens for what is played: the earcon, or a reply where the earcon was no measurement.
#[derive(Debug)]
pub struct EchoProbe {
    render: Vec<f32>,
    capture: Vec<f32>,
    /// Samples of each part of the played sound that is compared by itself.
    part: usize,
    /// How many parts have to agree.
    parts: usize,
    /// Frames until the played sound is given up.
    patience: Option<usize>,
    /// Frames of exact zeros within the capture.
    zeros: usize,
}

impl EchoProbe {
    /// Listens for the earcon.
    pub fn of_earcon() -> Self {
        let length = (SPEECH_RATE as f32 * EARCON_S) as usize + FRAME;
        Self::new((length, 1), Some(PATIENCE_FRAMES))
    }

    /// Listens for the next reply, however long that takes. It costs the user no further earcon, and
    /// a reply is the one moment at which an echo matters.
    pub fn of_reply() -> Self {
        Self::new((REPLY_PART, 2), None)
    }

    fn new((part, parts): (usize, usize), patience: Option<usize>) -> Self {
        Self {
            render: Vec::new(),
            capture: Vec::new(),
            part,
            parts,
            patience,
            zeros: 0,
        }
    }

    /// Takes 10 ms of both sides; the answer, once there is one. `zeros_are_quiet` says whether exact
    /// zeros are a quiet room at this microphone, or none at all.
    pub fn push(
        &mut self,
        capture: &[f32; FRAME],
        render: &[f32; FRAME],
        zeros_are_quiet: bool,
    ) -> Option<EchoReturn> {
        if let Some(patience) = &mut self.patience {
            *patience = patience.saturating_sub(1);
        }
        if self.render.is_empty() && peak(render) < RENDER_SILENCE {
            let given_up = self.patience == Some(0);
            return given_up.then_some(EchoReturn::Unclear(Unclear::NothingPlayed));
        }
        self.render.extend_from_slice(render);
        self.capture.extend_from_slice(capture);
        self.zeros += usize::from(capture.iter().all(|sample| *sample == 0.0));
        if !self.is_complete() {
            // Until an echo is excluded the canceller takes the user for one: at headphones an interruption is lost.
            let heard_all = self.zeros == 0 || zeros_are_quiet;
            let excluded = heard_all && self.is_excluded_already();
            return excluded.then_some(EchoReturn::NotHeard);
        }
        let mut parts = self.render.chunks(self.part).take(self.parts);
        if parts.any(|part| rms(part) < LEAST_PLAYED) {
            self.start_again();
            return None;
        }
        if self.heard_zeros() && !zeros_are_quiet {
            return Some(EchoReturn::Unclear(Unclear::DigitalSilence));
        }
        Some(self.find())
    }

    /// Whether most of what was heard are exact zeros.
    pub fn heard_zeros(&self) -> bool {
        self.zeros * FRAME * 2 > self.capture.len()
    }

    /// Whether all of the sound was compared that is to be: an answer before is one for now.
    pub fn is_complete(&self) -> bool {
        self.capture.len() >= self.part * self.parts + LONGEST_DELAY
    }

    /// Whether what came of a reply so far excludes an echo: nothing is like it at any delay, and what was heard is too quiet
    /// to hide one, though all of it be taken for heard as long as the reply was played.
    fn is_excluded_already(&self) -> bool {
        let heard = self.capture.len().saturating_sub(LONGEST_DELAY);
        if self.parts < 2 || heard < LEAST_HEARD || !heard.is_multiple_of(LOOK_EVERY) {
            return false;
        }
        let played = rms(&self.render[..heard]);
        let captured = (energy(&self.capture) / heard as f32).sqrt();
        played >= LEAST_PLAYED
            && dbfs(CHANCE * captured / played) < EXCLUDED_DB
            && self.find_part(0..heard).share < CHANCE
    }

    fn start_again(&mut self) {
        self.render.clear();
        self.capture.clear();
        self.zeros = 0;
    }

    fn find(&self) -> EchoReturn {
        let part = |n| n * self.part..(n + 1) * self.part;
        let matches: Vec<Match> = (0..self.parts).map(|n| self.find_part(part(n))).collect();
        let agree = matches.windows(2).all(|pair| {
            let [a, b] = [pair[0].delay, pair[1].delay];
            a.abs_diff(b) <= SAME_DELAY
        });
        if agree && matches.iter().all(|found| found.share >= FOUND) {
            let count = matches.len() as f32;
            let gain = matches.iter().map(|found| found.gain).sum::<f32>() / count;
            let delay = matches[0].delay;
            return EchoReturn::Heard {
                gain_db: dbfs(gain),
                delay_ms: delay as f32 * 1000.0 / SPEECH_RATE as f32,
                clipped: peak(&self.capture) >= CLIPPED,
            };
        }
        let played = &self.render[..self.part * self.parts];
        let could_hide_db = dbfs(CHANCE * rms(&self.capture) / rms(played));
        if could_hide_db < EXCLUDED_DB {
            EchoReturn::NotHeard
        } else {
            EchoReturn::Unclear(Unclear::TooLoud)
        }
    }

    /// Where a part of the played sound correlates best with the captured one, and how much of it.
    fn find_part(&self, part: Range<usize>) -> Match {
        let length = part.len();
        let heard = &self.capture[part.start..part.end + LONGEST_DELAY];
        let played = &self.render[part];
        let energy = energy(played);
        let (delay, best) = products(played, heard)
            .into_iter()
            .take(LONGEST_DELAY)
            .enumerate()
            .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
            .unwrap_or_default();
        let heard_energy = self::energy(&heard[delay..delay + length]);
        Match {
            delay,
            gain: best.abs() / energy.max(1e-12),
            share: best.abs() / (energy * heard_energy).sqrt().max(1e-12),
        }
    }
}

/// Where a sound was found in another.
struct Match {
    /// Samples.
    delay: usize,
    /// Amplitude there, in that of the sound.
    gain: f32,
    /// Its share of what was heard there: a correlation, 0 to 1.
    share: f32,
}

fn energy(samples: &[f32]) -> f32 {
    samples.iter().map(|s| s * s).sum()
}

#[cfg(test)]
#[path = "probe_tests.rs"]
mod tests;
