//! Whether the microphone gives anything at all: a real one is never exactly silent.

use crate::audio::frame::FRAME;

/// Exact zeros for this long are worth a word. Frames: 3 s, longer than a headset needs to wake up.
const ZEROS: u32 = 300;
/// Sound for this long after that is worth another: a click is none. Frames: 0.5 s.
const SOUND: u32 = 50;

/// Said when the microphone gives nothing.
pub const ONLY_SILENCE: &str = "the microphone gives only silence: it is muted, or not ready. \
     Unmute it, or choose another one with --input (see `vivavoce devices`)";
/// Said when that is over.
pub const SOUND_AGAIN: &str = "the microphone gives sound again";

/// What changed at the microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundState {
    /// Only exact zeros come.
    OnlySilence,
    /// Sound comes again.
    Sound,
}

/// Watches for exact zeros, and tells each stretch of them once.
#[derive(Debug, Default)]
pub struct MutedMicrophone {
    noiseless: bool,
    zeros: u32,
    sounds: u32,
    told: bool,
}

impl MutedMicrophone {
    /// A watch over a microphone; over a `noiseless` one there is nothing to tell.
    pub fn new(noiseless: bool) -> Self {
        Self {
            noiseless,
            ..Self::default()
        }
    }

    /// Takes 10 ms as they were captured; what has changed, if anything has.
    pub fn push(&mut self, frame: &[f32; FRAME]) -> Option<SoundState> {
        if self.noiseless {
            return None;
        }
        if frame.iter().all(|sample| *sample == 0.0) {
            (self.zeros, self.sounds) = (self.zeros.saturating_add(1), 0);
        } else {
            (self.zeros, self.sounds) = (0, self.sounds.saturating_add(1));
        }
        if !self.told && self.zeros >= ZEROS {
            self.told = true;
            return Some(SoundState::OnlySilence);
        }
        if self.told && self.sounds >= SOUND {
            self.told = false;
            return Some(SoundState::Sound);
        }
        None
    }
}
