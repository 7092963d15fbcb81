//! Echo cancellation: takes out of the microphone's signal what the loudspeaker put into it.
//! Runs on the capture thread, 10 ms at a time, with the played signal as reference.

mod probe;
mod sonora_aec;

pub use probe::{EchoProbe, EchoReturn, Unclear, choose, earcon, reply_volume};
pub use sonora_aec::SonoraCanceller;

use crate::audio::frame::FRAME;

/// Ten milliseconds without echo, in two ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cleaned {
    /// All echo taken out, and with it some of what is said over it: to decide whether anybody
    /// speaks.
    pub suppressed: [f32; FRAME],
    /// Only what a linear filter predicts is taken out: a rest of the echo stays, what is said over
    /// it stays whole. To understand it.
    pub linear: [f32; FRAME],
}

impl Cleaned {
    /// As it was captured.
    pub fn untouched(capture: &[f32; FRAME]) -> Self {
        Self {
            suppressed: *capture,
            linear: *capture,
        }
    }
}

/// What a canceller knows of the echo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EchoState {
    /// Loudspeaker to microphone.
    pub echo_gain_db: f32,
    /// How much of it is taken out (ERLE).
    pub enhancement_db: f32,
    /// How much later it arrives.
    pub delay_ms: f32,
}

/// Removes the echo of `render` from `capture`.
pub trait EchoCanceller: Send {
    /// Processes 10 ms. `render` is what the loudspeaker played on the same clock, or earlier by
    /// the device's latency; the canceller finds the delay itself.
    fn process(&mut self, capture: &[f32; FRAME], render: &[f32; FRAME]) -> Cleaned;

    /// What it has found out; `None` if it does not look.
    fn state(&self) -> Option<EchoState>;

    /// Forgets the echo path, as after a change of device.
    fn reset(&mut self);
}

/// For headphones, and to measure what the canceller does: changes nothing.
#[derive(Debug, Default)]
pub struct Bypass;

impl EchoCanceller for Bypass {
    fn process(&mut self, capture: &[f32; FRAME], _render: &[f32; FRAME]) -> Cleaned {
        Cleaned::untouched(capture)
    }

    fn state(&self) -> Option<EchoState> {
        None
    }

    fn reset(&mut self) {}
}
