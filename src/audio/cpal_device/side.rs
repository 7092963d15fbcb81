//! A microphone or a loudspeaker: found by what was asked for, and its configuration.

use cpal::traits::HostTrait;
use cpal::{BufferSize, SampleFormat, StreamConfig, SupportedStreamConfig};

use super::listing::{is_called, known_names, name_of};
use super::{Direction, quiet_driver};
use crate::audio::AudioError;
use crate::audio::device::Endpoint;
use crate::audio::frame::BLOCK_MS;

/// One side of a [`CpalDevice`](super::CpalDevice).
pub struct Side {
    pub direction: Direction,
    wanted: Endpoint,
    found: Option<(cpal::Device, SupportedStreamConfig)>,
}

impl Side {
    /// What is wanted; nothing is looked up yet.
    pub fn new(direction: Direction, wanted: Endpoint) -> Self {
        Self {
            direction,
            wanted,
            found: None,
        }
    }

    /// Looks the device up again, since after a loss its handle is stale; its rate in Hz.
    pub fn find(&mut self) -> Result<u32, AudioError> {
        quiet_driver();
        let host = cpal::default_host();
        let missing = || AudioError::NoDevice {
            direction: self.direction.noun(),
            flag: self.direction.flag(),
        };
        let device = match &self.wanted {
            Endpoint::Named(name) => host
                .devices()
                .ok()
                .and_then(|mut devices| devices.find(|d| is_called(d, name)))
                .ok_or_else(|| AudioError::UnknownDevice {
                    direction: self.direction.noun(),
                    name: name.clone(),
                    known: known_names(self.direction),
                })?,
            _ => match self.direction {
                Direction::Capture => host.default_input_device(),
                Direction::Render => host.default_output_device(),
            }
            .ok_or_else(missing)?,
        };
        let config = self.direction.default_config(&device).map_err(|error| {
            tracing::info!("{}: {error}", name_of(&device));
            match self.wanted {
                Endpoint::Named(_) => AudioError::Device {
                    device: name_of(&device),
                    reason: error.to_string(),
                },
                _ => missing(),
            }
        })?;
        let rate = config.sample_rate();
        self.found = Some((device, config));
        Ok(rate)
    }

    /// The device's name, or what was asked for until it is found.
    pub fn name(&self) -> String {
        match &self.found {
            Some((device, _)) => name_of(device),
            None => self.wanted.to_string(),
        }
    }

    /// The device that was found, and how a stream of it is to be opened.
    pub fn config(&self) -> Result<(&cpal::Device, StreamConfig, SampleFormat), AudioError> {
        let (device, supported) = self.found.as_ref().ok_or_else(|| AudioError::Device {
            device: self.name(),
            reason: "it was not probed before it was opened".into(),
        })?;
        let frames = supported.sample_rate() * BLOCK_MS as u32 / 1000;
        let mut config = supported.config();
        // Ten milliseconds where the driver allows it: some default to seconds.
        config.buffer_size = match supported.buffer_size() {
            cpal::SupportedBufferSize::Range { min, max } => {
                BufferSize::Fixed(frames.clamp(*min, *max))
            }
            cpal::SupportedBufferSize::Unknown => BufferSize::Default,
        };
        Ok((device, config, supported.sample_format()))
    }

    /// The driver's error, with the device that it is about.
    pub fn failed(&self, error: &cpal::Error) -> AudioError {
        AudioError::Device {
            device: format!("{} {}", self.direction.noun(), self.name()),
            reason: error.to_string(),
        }
    }
}
