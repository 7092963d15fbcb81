//! The trait that real and virtual sound cards share, and the choice between them.

use std::fmt;
use std::path::PathBuf;

use super::AudioError;
use super::callback::{CaptureCallback, RenderCallback};

/// One side of `--input X` or `--output X`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// The system's default device.
    Default,
    /// A device by name or id, as `vivavoce devices` prints them.
    Named(String),
    /// A sound file: played in at real-time pace, or written.
    File(PathBuf),
    /// Silence in, nothing out.
    Null,
    /// A scenario on the virtual sound card, both directions at once.
    Scenario(PathBuf),
}

impl Endpoint {
    /// Reads `default`, `null`, `file:PATH`, `virtual:SCENARIO.toml`, or a device's name or id.
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some(("file", path)) => Self::File(path.into()),
            Some(("virtual", path)) => Self::Scenario(path.into()),
            _ if text == "default" => Self::Default,
            _ if text == "null" => Self::Null,
            _ => Self::Named(text.to_owned()),
        }
    }

    /// Whether the virtual sound card provides it.
    pub fn is_virtual(&self) -> bool {
        match self {
            Self::Default | Self::Named(_) => false,
            Self::File(_) | Self::Null | Self::Scenario(_) => true,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Named(name) => f.write_str(name),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Null => f.write_str("null"),
            Self::Scenario(path) => write!(f, "virtual:{}", path.display()),
        }
    }
}

/// Rates of a device's two sides in Hz; `None` for a side that it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Capture rate.
    pub capture: Option<u32>,
    /// Playback rate.
    pub render: Option<u32>,
}

/// A sound card with a microphone, a loudspeaker, or both.
///
/// Opened, it calls the callbacks from its own thread until the stream is dropped.
pub trait AudioDevice: Send {
    /// For the user: which microphone and loudspeaker.
    fn describe(&self) -> String;

    /// Whether its microphone gives exact zeros in a quiet room. A real one has noise: its zeros say
    /// that it is muted or not ready.
    fn is_noiseless(&self) -> bool {
        false
    }

    /// Whether nothing of what its loudspeaker plays comes back through its microphone: whoever is at its
    /// other end cancels the echo.
    fn cancels_echo(&self) -> bool {
        false
    }

    /// Finds the devices again and asks for their rates: they may have changed since.
    fn probe(&mut self) -> Result<Rates, AudioError>;

    /// Starts the streams. A callback is given for each side that [`AudioDevice::probe`] named.
    fn open(
        &mut self,
        capture: Option<CaptureCallback>,
        render: Option<RenderCallback>,
    ) -> Result<Box<dyn AudioStream>, AudioError>;
}

/// Running streams; dropping them stops them.
pub trait AudioStream: Send {
    /// What the stream has to say since the last call, one at a time.
    fn take_note(&mut self) -> Option<StreamNote>;

    /// Whether the stream has nothing more to give: a scenario that has ended.
    fn finished(&self) -> bool {
        false
    }
}

/// A card of ours that was away for longer, in a machine that slept, goes on without what it missed: nobody
/// wants to hear that at once. Blocks of 10 ms.
pub const MOST_LATE: u32 = 400;

/// What a running stream reports.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamNote {
    /// The stream goes on; worth a line in the log.
    Glitch(String),
    /// As [`StreamNote::Glitch`]: the driver had nothing to play, or nowhere to put what it captured.
    Xrun(String),
    /// The stream is dead and must be opened again.
    Lost(String),
    /// The stream goes on, and what the loudspeaker plays is written nowhere any more.
    Unwritten(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_as_they_are_written() {
        for text in [
            "default",
            "null",
            "file:/tmp/a b.wav",
            "virtual:x.toml",
            "hw:0,0",
        ] {
            assert_eq!(Endpoint::parse(text).to_string(), text);
        }
        assert_eq!(Endpoint::parse("file:a:b"), Endpoint::File("a:b".into()));
        assert_eq!(
            Endpoint::parse("alsa:pulse"),
            Endpoint::Named("alsa:pulse".into())
        );
    }
}
