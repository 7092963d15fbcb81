//! Voice activity: when speech begins and when it pauses. Runs on the capture thread.
//!
//! `earshot` (10 µs a frame) is the gate that listens always; Silero is the second opinion, asked
//! only while the gate is open, because a steady tone passes the first and not the second.

mod activity;
mod lull;
mod silero;
mod sound;

pub use activity::{Activity, ActivityConfig, VoiceActivity};
pub use lull::LullDetector;
pub use silero::Silero;
pub use sound::SoundDetector;

/// Probability that a stretch of audio holds speech.
pub trait VoiceActivityDetector: Send {
    /// Samples per frame at 16 kHz.
    fn frame_len(&self) -> usize;

    /// Takes exactly [`VoiceActivityDetector::frame_len`] samples, returns a probability.
    ///
    /// # Errors
    /// The engine failed; the message says how.
    fn probability(&mut self, frame: &[f32]) -> Result<f32, VadError>;

    /// Forgets the past.
    fn reset(&mut self);
}

/// What can go wrong with voice activity detection.
#[derive(Debug, thiserror::Error)]
#[error("voice activity detection: {0}")]
pub struct VadError(pub String);

/// The gate: cheap, always on, sometimes fooled.
#[derive(Default)]
pub struct Earshot(Box<earshot::Detector>);

impl VoiceActivityDetector for Earshot {
    fn frame_len(&self) -> usize {
        256
    }

    fn probability(&mut self, frame: &[f32]) -> Result<f32, VadError> {
        Ok(self.0.predict_f32(frame))
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}
