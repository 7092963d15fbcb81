//! How fast and how loud the assistant speaks, as the user asked for it.

use crate::tools::{Control, SOFTEST};

/// The voice's speed may be changed within these bounds, by steps. Percent.
const SPEEDS: (u16, u16) = (50, 200);
const SPEED_STEP: u16 = 15;
/// The volume that leaves the voice as it comes. Percent.
const USUAL_VOLUME: u8 = 50;
const LOUDEST: u8 = 100;
const VOLUME_STEP: u8 = 15;

/// How the voice speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// How fast; 100 is its own speed.
    pub speed_percent: u16,
    /// How loud, to 100.
    volume_percent: u8,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            speed_percent: 100,
            volume_percent: USUAL_VOLUME,
        }
    }
}

impl Manner {
    /// The factor of the voice's samples: half the volume is the voice as it comes, all of it 6 dB more.
    pub fn gain(self) -> f32 {
        f32::from(self.volume_percent) / f32::from(USUAL_VOLUME)
    }

    /// How it speaks after this; `None` if it is about something else.
    pub(super) fn after(self, control: Control) -> Option<Self> {
        let speed = |percent: u16| Self {
            speed_percent: percent.clamp(SPEEDS.0, SPEEDS.1),
            ..self
        };
        let volume = |percent: u8| Self {
            volume_percent: percent.clamp(SOFTEST, LOUDEST),
            ..self
        };
        Some(match control {
            Control::Slower => speed(self.speed_percent.saturating_sub(SPEED_STEP)),
            Control::Faster => speed(self.speed_percent.saturating_add(SPEED_STEP)),
            Control::Louder => volume(self.volume_percent.saturating_add(VOLUME_STEP)),
            Control::Softer => volume(self.volume_percent.saturating_sub(VOLUME_STEP)),
            Control::SetVolume(percent) => volume(percent),
            Control::Repeat | Control::Sleep | Control::EndConversation => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_end_at_the_bounds() {
        let mut manner = Manner::default();
        for _ in 0..20 {
            manner = manner.after(Control::Louder).unwrap();
            manner = manner.after(Control::Slower).unwrap();
        }
        assert_eq!((manner.gain(), manner.speed_percent), (2.0, 50));
        assert_eq!(manner.after(Control::Louder), Some(manner));
    }

    #[test]
    fn what_is_not_about_the_voice_changes_nothing_of_it() {
        assert_eq!(Manner::default().after(Control::Sleep), None);
    }
}
