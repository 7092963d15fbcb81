//! Real sound cards, over `cpal`: the device's own rate, sample format and channel count.

mod held_place;
mod listing;
mod side;
mod streams;

use cpal::SupportedStreamConfig;
use cpal::traits::DeviceTrait;

pub use self::listing::{DeviceLine, list};
use self::side::Side;
use self::streams::CpalStream;
use super::AudioError;
use super::callback::{CaptureCallback, RenderCallback};
use super::device::{AudioDevice, AudioStream, Endpoint, Rates};

/// A microphone, a loudspeaker, or both, by their names.
pub struct CpalDevice {
    input: Option<Side>,
    output: Option<Side>,
}

/// Which way a device's sound goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A microphone.
    Capture,
    /// A loudspeaker.
    Render,
}

impl Direction {
    fn noun(self) -> &'static str {
        match self {
            Self::Capture => "microphone",
            Self::Render => "loudspeaker",
        }
    }

    fn flag(self) -> &'static str {
        match self {
            Self::Capture => "input",
            Self::Render => "output",
        }
    }

    fn default_config(self, device: &cpal::Device) -> Result<SupportedStreamConfig, cpal::Error> {
        match self {
            Self::Capture => device.default_input_config(),
            Self::Render => device.default_output_config(),
        }
    }
}

/// Whether the system's default device of a direction can be opened.
pub fn default_works(direction: Direction) -> Result<String, AudioError> {
    let mut side = Side::new(direction, Endpoint::Default);
    side.find()?;
    Ok(side.name())
}

impl CpalDevice {
    /// The devices that the endpoints name; `None` for a side that another device provides.
    pub fn new(input: Option<Endpoint>, output: Option<Endpoint>) -> Self {
        Self {
            input: input.map(|wanted| Side::new(Direction::Capture, wanted)),
            output: output.map(|wanted| Side::new(Direction::Render, wanted)),
        }
    }
}

impl AudioDevice for CpalDevice {
    fn describe(&self) -> String {
        let sides = [&self.input, &self.output].into_iter().flatten();
        let names: Vec<String> = sides
            .map(|side| format!("{} {}", side.direction.noun(), side.name()))
            .collect();
        names.join(", ")
    }

    fn probe(&mut self) -> Result<Rates, AudioError> {
        Ok(Rates {
            capture: self.input.as_mut().map(Side::find).transpose()?,
            render: self.output.as_mut().map(Side::find).transpose()?,
        })
    }

    fn open(
        &mut self,
        capture: Option<CaptureCallback>,
        render: Option<RenderCallback>,
    ) -> Result<Box<dyn AudioStream>, AudioError> {
        let input = self.input.as_ref().zip(capture);
        let output = self.output.as_ref().zip(render);
        Ok(Box::new(CpalStream::start(input, output)?))
    }
}

/// Keeps the driver's library from writing to the terminal; its errors reach us as values.
fn quiet_driver() {
    #[cfg(target_os = "linux")]
    let _ = alsa::Output::local_error_handler();
}
