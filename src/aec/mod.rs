//! Echo cancellation: takes out of the microphone's signal what the loudspeaker put into it.
//! Runs on the capture thread, 10 ms at a time, with the played signal as reference.

mod sonora_aec;

pub use sonora_aec::SonoraCanceller;

use crate::audio::frame::FRAME;

/// Removes the echo of `render` from `capture`.
pub trait EchoCanceller: Send {
    /// Processes 10 ms in place. `render` is what the loudspeaker played on the same clock, or
    /// earlier by the device's latency; the canceller finds the delay itself.
    fn process(&mut self, capture: &mut [f32; FRAME], render: &[f32; FRAME]);

    /// Forgets the echo path, as after a change of device.
    fn reset(&mut self);
}

/// For headphones, and to measure what the canceller does: changes nothing.
#[derive(Debug, Default)]
pub struct Bypass;

impl EchoCanceller for Bypass {
    fn process(&mut self, _capture: &mut [f32; FRAME], _render: &[f32; FRAME]) {}

    fn reset(&mut self) {}
}
