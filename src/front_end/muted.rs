//! Whether the microphone gives anything at all: a real one is hardly ever exactly silent.

use crate::audio::frame::FRAME;

/// Exact zeros for this long are worth a word. Frames: 3 s, longer than a headset needs to wake up.
const ZEROS: u32 = 300;
/// Sound for this long after that is worth another; a click is not. Frames: 0.5 s.
const SOUND: u32 = 50;

/// A microphone that gave sound within this time works: its exact zeros are a quiet room, as with a
/// headset that takes the noise away. Frames: 10 s.
const AWAKE: u32 = 1_000;
/// It gave sound if it was at least this much: one that wakes up clicks. Frames: 0.2 s.
const SIGN_OF_LIFE: u32 = 20;

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
    /// Frames for which it still counts as working, and its sounds since it last did not.
    awake: u32,
    signs: u32,
    /// It has worked. After that its zeros are told once: a headset that takes the noise away gives
    /// them at each pause.
    worked: bool,
    told_since: bool,
}

impl MutedMicrophone {
    /// A watch over a microphone; over a `noiseless` one there is nothing to tell.
    pub fn new(noiseless: bool) -> Self {
        Self {
            noiseless,
            ..Self::default()
        }
    }

    /// Whether exact zeros are a quiet room at this microphone now, and not a sign that it is muted.
    pub fn zeros_are_quiet(&self) -> bool {
        self.noiseless || self.awake > 0
    }

    /// Whether they always are.
    pub fn is_noiseless(&self) -> bool {
        self.noiseless
    }

    /// Takes 10 ms as they were captured; what has changed, if anything has.
    pub fn push(&mut self, frame: &[f32; FRAME]) -> Option<SoundState> {
        if self.noiseless {
            return None;
        }
        self.awake = self.awake.saturating_sub(1);
        if frame.iter().all(|sample| *sample == 0.0) {
            (self.zeros, self.sounds) = (self.zeros.saturating_add(1), 0);
        } else {
            (self.zeros, self.sounds) = (0, self.sounds.saturating_add(1));
            self.signs = self.signs.saturating_add(1);
            if self.signs >= SIGN_OF_LIFE {
                self.awake = AWAKE;
                self.worked = true;
            }
        }
        if self.zeros >= AWAKE {
            self.signs = 0;
        }
        if !self.told && self.zeros >= ZEROS && self.awake == 0 && !self.told_since {
            self.told = true;
            self.told_since = self.worked;
            return Some(SoundState::OnlySilence);
        }
        if self.told && self.sounds >= SOUND {
            self.told = false;
            return Some(SoundState::Sound);
        }
        None
    }
}
