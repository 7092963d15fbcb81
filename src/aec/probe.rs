//! How the loudspeaker comes back into the microphone, and what kind of conversation that allows.

use crate::audio::correlation::products;
use crate::audio::frame::{FRAME, SPEECH_RATE, dbfs, peak};

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

/// What was found of the earcon.
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
    /// It did not: headphones, or the loudspeaker is off.
    NotHeard,
}

/// How the two sides may speak at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DuplexMode {
    /// Both at any time.
    Full,
    /// Both, but replies are played more quietly, so that the echo can be cancelled.
    Ducked,
    /// While a reply sounds, the microphone is not listened to.
    Half,
}

impl DuplexMode {
    /// For events and the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Ducked => "ducked",
            Self::Half => "half",
        }
    }

    /// Gain of replies.
    pub fn volume(self) -> f32 {
        match self {
            Self::Full | Self::Half => 1.0,
            Self::Ducked => DUCKED_VOLUME,
        }
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
    let EchoReturn::Heard {
        gain_db,
        delay_ms,
        clipped,
    } = found
    else {
        return (DuplexMode::Full, "no echo was found".into());
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

/// Longest delay that is looked for. Samples: 400 ms.
const LONGEST_DELAY: usize = SPEECH_RATE as usize * 2 / 5;
/// The earcon is expected within this many frames: Bluetooth wakes up slowly.
const PATIENCE_FRAMES: usize = 1_200;
/// Below this the loudspeaker plays nothing.
const RENDER_SILENCE: f32 = 1e-4;
/// A smaller share of what the microphone heard is chance.
const LEAST_CORRELATION: f32 = 0.15;
/// The microphone is overdriven from here on.
const CLIPPED: f32 = 0.99;

/// Listens for the earcon.
#[derive(Debug, Default)]
pub struct EchoProbe {
    render: Vec<f32>,
    capture: Vec<f32>,
    frames: usize,
}

impl EchoProbe {
    /// Takes 10 ms of both sides; the answer, once there is one.
    pub fn push(&mut self, capture: &[f32; FRAME], render: &[f32; FRAME]) -> Option<EchoReturn> {
        self.frames += 1;
        if self.render.is_empty() && peak(render) < RENDER_SILENCE {
            return (self.frames > PATIENCE_FRAMES).then_some(EchoReturn::NotHeard);
        }
        self.render.extend_from_slice(render);
        self.capture.extend_from_slice(capture);
        let earcon = (SPEECH_RATE as f32 * EARCON_S) as usize + FRAME;
        (self.capture.len() >= earcon + LONGEST_DELAY).then(|| self.find(earcon))
    }

    /// Where the played sound correlates best with the captured one, and how much of it.
    fn find(&self, length: usize) -> EchoReturn {
        let played = &self.render[..length];
        let energy: f32 = played.iter().map(|s| s * s).sum();
        let heard = &self.capture[..LONGEST_DELAY + length];
        let (delay, best) = products(played, heard)
            .into_iter()
            .take(LONGEST_DELAY)
            .enumerate()
            .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
            .unwrap_or_default();
        let heard = &self.capture[delay..delay + length];
        let heard_energy: f32 = heard.iter().map(|s| s * s).sum();
        let correlation = best.abs() / (energy * heard_energy).sqrt().max(1e-12);
        if correlation < LEAST_CORRELATION {
            return EchoReturn::NotHeard;
        }
        EchoReturn::Heard {
            gain_db: dbfs(best.abs() / energy.max(1e-12)),
            delay_ms: delay as f32 * 1000.0 / SPEECH_RATE as f32,
            clipped: peak(&self.capture) >= CLIPPED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::room::{EchoPath, Noise, Room};

    fn probe(path: Option<EchoPath>, noise_level: f32) -> EchoReturn {
        let mut room = path.map(|path| Room::new(path, 1));
        let mut noise = Noise::new(2);
        let mut probe = EchoProbe::default();
        let mut played = vec![0.0; 3_200];
        // The room works at the session's rate; at this one its times are three times as long.
        played.extend(earcon(SPEECH_RATE));
        played.resize(SPEECH_RATE as usize * 4, 0.0);
        for block in played.as_chunks::<FRAME>().0 {
            let capture = std::array::from_fn(|n| {
                let echo = room.as_mut().map_or(0.0, |room| room.echo(block[n]));
                echo + noise.gaussian() * noise_level
            });
            if let Some(found) = probe.push(&capture, block) {
                return found;
            }
        }
        panic!("the probe never answered")
    }

    #[test]
    fn gain_and_delay_of_an_echo_are_found_in_noise() {
        let path = EchoPath {
            gain_db: -20.0,
            delay_ms: 20.0,
            reverb_ms: 0.0,
            drift_ppm: 0.0,
        };
        let EchoReturn::Heard {
            gain_db, delay_ms, ..
        } = probe(Some(path), 0.002)
        else {
            panic!("not heard")
        };
        assert!((gain_db + 20.0).abs() < 1.5, "{gain_db}");
        assert!((delay_ms - 60.0).abs() < 1.0, "{delay_ms}");
    }

    #[test]
    fn without_an_echo_none_is_found() {
        assert_eq!(probe(None, 0.01), EchoReturn::NotHeard);
    }

    #[test]
    fn the_louder_the_echo_the_less_both_may_speak() {
        let mode = |gain_db| {
            let heard = EchoReturn::Heard {
                gain_db,
                delay_ms: 40.0,
                clipped: false,
            };
            choose(heard, true).0
        };
        assert_eq!(mode(-20.0), DuplexMode::Full);
        assert_eq!(mode(0.0), DuplexMode::Ducked);
        assert_eq!(mode(10.0), DuplexMode::Half);
    }

    #[test]
    fn without_cancellation_an_echo_leaves_half_duplex() {
        let heard = EchoReturn::Heard {
            gain_db: -20.0,
            delay_ms: 40.0,
            clipped: false,
        };
        assert_eq!(choose(heard, false).0, DuplexMode::Half);
        assert_eq!(choose(EchoReturn::NotHeard, false).0, DuplexMode::Full);
    }
}
