//! Sound in and out. Knows samples, rates and devices; knows nothing of speech.
//!
//! ```text
//!  device ─► CaptureCallback ─► ring ─► (capture thread) resample to 48 kHz blocks
//!  device ◄─ RenderCallback  ◄─ ring ◄─ (playback thread)
//!                  └─► tap ring: what was really played, for echo cancellation and recording
//! ```
//!
//! The two callbacks run on the device's real-time thread: they copy samples, apply the output
//! gain, note the time and bump atomics, and never allocate, lock, log or call the system
//! (`tests/realtime_callbacks.rs`).

pub mod audible;
pub mod block_times;
pub mod callback;
pub mod correlation;
pub mod cpal_device;
pub mod device;
pub mod frame;
pub mod latency;
pub mod mel_filters;
#[cfg(test)]
pub mod memory_card;
pub mod noise;
pub mod resample;
pub mod sound_file;
pub mod stall;
pub mod wav;

use std::path::PathBuf;

/// What can go wrong with audio, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// No device of the wanted direction exists.
    #[error(
        "no {direction} was found. Plug one in, choose one with --{flag} (see `vivavoce devices`), \
         or use --{flag} null, --{flag} file:PATH or virtual:SCENARIO.toml"
    )]
    NoDevice {
        /// "microphone" or "loudspeaker".
        direction: &'static str,
        /// "input" or "output".
        flag: &'static str,
    },
    /// A named device does not exist.
    #[error(
        "there is no {direction} named {name:?}. Known: {known}. `vivavoce devices` lists them"
    )]
    UnknownDevice {
        /// "microphone" or "loudspeaker".
        direction: &'static str,
        /// The name that was asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The device exists and refuses.
    #[error("{device}: {reason}")]
    Device {
        /// The device's name.
        device: String,
        /// The driver's words.
        reason: String,
    },
    /// A sound file cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why, and what would work.
        reason: String,
    },
    /// A sound file cannot be written.
    #[error("cannot write {}: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A scenario file is wrong.
    #[error("{}: {reason}", path.display())]
    Scenario {
        /// The scenario file.
        path: PathBuf,
        /// Line, key and what is expected.
        reason: String,
    },
    /// A rate that no resampler can convert.
    #[error("cannot convert {from} Hz to {to} Hz: {reason}")]
    Resample {
        /// Source rate in Hz.
        from: u32,
        /// Target rate in Hz.
        to: u32,
        /// The resampler's words.
        reason: String,
    },
}
