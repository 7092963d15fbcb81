//! Real sound cards, over `cpal`: the device's own rate, sample format and channel count.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, SampleFormat, StreamConfig, SupportedStreamConfig};
use crossbeam_channel::{Receiver, Sender, bounded};

use super::AudioError;
use super::callback::{CaptureCallback, RenderCallback};
use super::device::{AudioDevice, AudioStream, Endpoint, Rates, StreamNote};
use super::frame::BLOCK_MS;
use crate::clock::Stopwatch;

/// A microphone, a loudspeaker, or both, by their names.
pub struct CpalDevice {
    input: Option<Side>,
    output: Option<Side>,
}

struct Side {
    direction: Direction,
    wanted: Endpoint,
    found: Option<(cpal::Device, SupportedStreamConfig)>,
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

/// A device as `vivavoce devices` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceLine {
    /// What `--input` and `--output` take.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// Rate, channels and sample format of its default configuration.
    pub format: String,
}

/// Lists the devices of a direction that can be opened.
pub fn list(direction: Direction) -> Vec<DeviceLine> {
    quiet_driver();
    let Ok(devices) = cpal::default_host().devices() else {
        return Vec::new();
    };
    let mut lines = BTreeMap::new();
    for device in devices {
        let (Ok(id), Ok(config)) = (device.id(), direction.default_config(&device)) else {
            continue;
        };
        let line = DeviceLine {
            id: id.id().to_owned(),
            name: name_of(&device),
            format: format!(
                "{} Hz, {} ch, {}",
                config.sample_rate(),
                config.channels(),
                config.sample_format()
            ),
        };
        lines.insert(line.id.clone(), line);
    }
    lines.into_values().collect()
}

/// Whether the system's default device of a direction can be opened.
pub fn default_works(direction: Direction) -> Result<String, AudioError> {
    let mut side = Side {
        direction,
        wanted: Endpoint::Default,
        found: None,
    };
    side.find()?;
    Ok(side.name())
}

impl CpalDevice {
    /// The devices that the endpoints name; `None` for a side that another device provides.
    pub fn new(input: Option<Endpoint>, output: Option<Endpoint>) -> Self {
        let side = |direction, wanted: Option<Endpoint>| {
            wanted.map(|wanted| Side {
                direction,
                wanted,
                found: None,
            })
        };
        Self {
            input: side(Direction::Capture, input),
            output: side(Direction::Render, output),
        }
    }
}

impl Side {
    /// Looks the device up again: after a loss its handle is stale.
    fn find(&mut self) -> Result<u32, AudioError> {
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

    fn name(&self) -> String {
        match &self.found {
            Some((device, _)) => name_of(device),
            None => self.wanted.to_string(),
        }
    }

    fn config(&self) -> Result<(&cpal::Device, StreamConfig, SampleFormat), AudioError> {
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

    fn failed(&self, error: &cpal::Error) -> AudioError {
        AudioError::Device {
            device: format!("{} {}", self.direction.noun(), self.name()),
            reason: error.to_string(),
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
        quiet_driver();
        let (note, notes) = bounded(16);
        let mut streams = Vec::new();
        let clock = Stopwatch::start();
        // The loudspeaker first: the echo reference must be there before the echo.
        if let (Some(side), Some(callback)) = (&self.output, render) {
            let stream = open_output(side, callback, clock, note.clone())?;
            stream.play().map_err(|e| side.failed(&e))?;
            streams.push(stream);
        }
        if let (Some(side), Some(callback)) = (&self.input, capture) {
            let stream = open_input(side, callback, clock, note)?;
            stream.play().map_err(|e| side.failed(&e))?;
            streams.push(stream);
        }
        Ok(Box::new(CpalStream { streams, notes }))
    }
}

struct CpalStream {
    streams: Vec<cpal::Stream>,
    notes: Receiver<StreamNote>,
}

impl AudioStream for CpalStream {
    fn take_note(&mut self) -> Option<StreamNote> {
        self.notes.try_recv().ok()
    }
}

impl Drop for CpalStream {
    fn drop(&mut self) {
        // A stream whose server has died may block for long while it closes; nobody waits for it.
        let streams = std::mem::take(&mut self.streams);
        let _ = std::thread::Builder::new()
            .name("closing-stream".into())
            .spawn(move || drop(streams));
    }
}

/// Calls `$make` with the sample type of a format.
macro_rules! with_sample_type {
    ($format:expr, $side:expr, $make:ident) => {
        match $format {
            SampleFormat::I8 => $make!(i8),
            SampleFormat::I16 => $make!(i16),
            SampleFormat::I24 => $make!(cpal::I24),
            SampleFormat::I32 => $make!(i32),
            SampleFormat::U8 => $make!(u8),
            SampleFormat::U16 => $make!(u16),
            SampleFormat::U32 => $make!(u32),
            SampleFormat::F32 => $make!(f32),
            SampleFormat::F64 => $make!(f64),
            other => {
                return Err(AudioError::Device {
                    device: $side.name(),
                    reason: format!("its sample format {other} is not supported"),
                })
            }
        }
    };
}

fn open_input(
    side: &Side,
    mut callback: CaptureCallback,
    clock: Stopwatch,
    note: Sender<StreamNote>,
) -> Result<cpal::Stream, AudioError> {
    let (device, config, format) = side.config()?;
    let channels = usize::from(config.channels);
    let noun = side.direction.noun();
    macro_rules! make {
        ($sample:ty) => {
            device.build_input_stream(
                config,
                move |data: &[$sample], info| {
                    let times = info.timestamp();
                    let latency = times.callback.duration_since(times.capture);
                    callback.begin_block(clock.elapsed(), latency);
                    callback.process(data, channels);
                },
                move |error| report(&note, noun, &error),
                None,
            )
        };
    }
    with_sample_type!(format, side, make).map_err(|e| side.failed(&e))
}

fn open_output(
    side: &Side,
    mut callback: RenderCallback,
    clock: Stopwatch,
    note: Sender<StreamNote>,
) -> Result<cpal::Stream, AudioError> {
    let (device, config, format) = side.config()?;
    let channels = usize::from(config.channels);
    let noun = side.direction.noun();
    let control = callback.control();
    let place = Place::of(device, config, format);
    macro_rules! make {
        ($sample:ty) => {
            device.build_output_stream(
                config,
                move |data: &mut [$sample], info| {
                    let times = info.timestamp();
                    let latency = times.playback.duration_since(times.callback);
                    callback.begin_block(clock.elapsed(), latency);
                    callback.process(data, channels);
                },
                move |error| {
                    report(&note, noun, &error);
                    if error.kind() == ErrorKind::Xrun {
                        control.note_xrun();
                        place.hold();
                    }
                },
                None,
            )
        };
    }
    with_sample_type!(format, side, make).map_err(|e| side.failed(&e))
}

/// How long a place is held: the driver joins the server again in a few milliseconds.
const HELD: Duration = Duration::from_secs(1);

/// A loudspeaker's place at a sound server, held while its driver leaves the server and joins it again, as ALSA's PulseAudio
/// plugin does after an underrun.
///
/// A sink that loses its only stream may play far ahead then, where it has no hardware by two seconds, and who joins waits for
/// that to end. A silent stream beside keeps it from that.
struct Place {
    device: cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    is_held: Arc<AtomicBool>,
}

impl Place {
    fn of(device: &cpal::Device, config: StreamConfig, format: SampleFormat) -> Self {
        Self {
            device: device.clone(),
            config,
            format,
            is_held: Arc::default(),
        }
    }

    /// Is called before the driver does anything about the underrun. A device that takes one stream only is asked once.
    fn hold(&self) {
        if !cfg!(target_os = "linux") || self.is_held.swap(true, Ordering::Relaxed) {
            return;
        }
        let (silence, ignore) = (|_: &mut cpal::Data, _: &_| {}, |_| {});
        let place = self
            .device
            .build_output_stream_raw(self.config, self.format, silence, ignore, None)
            .and_then(|stream| stream.play().map(|()| stream));
        let Ok(place) = place else { return };
        let is_held = Arc::clone(&self.is_held);
        let release = move || {
            crate::clock::sleep(HELD);
            drop(place);
            is_held.store(false, Ordering::Relaxed);
        };
        let _ = std::thread::Builder::new()
            .name("holding-place".into())
            .spawn(release);
    }
}

/// Sorts a driver's error; a full channel means that the same has been said often enough.
///
/// Only what the driver calls final is final. Others may pass: ALSA's PulseAudio plugin reports an
/// I/O error while it has no timing yet (alsa-plugins issue 65) and then goes on. If it does not
/// go on, the sound stops, and that is noticed where the sound is read.
fn report(note: &Sender<StreamNote>, noun: &str, error: &cpal::Error) {
    let text = format!("{noun}: {error}");
    let message = match error.kind() {
        ErrorKind::DeviceNotAvailable
        | ErrorKind::StreamInvalidated
        | ErrorKind::HostUnavailable => StreamNote::Lost(text),
        ErrorKind::Xrun => StreamNote::Xrun(text),
        _ => StreamNote::Glitch(text),
    };
    let _ = note.try_send(message);
}

fn name_of(device: &cpal::Device) -> String {
    let name = device.description().map(|d| d.name().to_owned());
    name.or_else(|_| device.id().map(|id| id.id().to_owned()))
        .unwrap_or_else(|_| "unnamed device".into())
}

fn is_called(device: &cpal::Device, wanted: &str) -> bool {
    let ids = device.id().ok();
    let ids = ids.map_or_else(Vec::new, |id| vec![id.id().to_string(), id.to_string()]);
    answers_to(&name_of(device), &ids, wanted)
}

/// Whether a device of this name and these ids is the one that is wanted: by an id as it is written, or by its name in any
/// case.
fn answers_to(name: &str, ids: &[String], wanted: &str) -> bool {
    ids.iter().any(|id| id == wanted) || name.eq_ignore_ascii_case(wanted)
}

fn known_names(direction: Direction) -> String {
    let ids: Vec<String> = list(direction).into_iter().map(|line| line.id).collect();
    if ids.is_empty() {
        "none on this machine".into()
    } else {
        ids.join(", ")
    }
}

/// Keeps the driver's library from writing to the terminal; its errors reach us as values.
fn quiet_driver() {
    #[cfg(target_os = "linux")]
    let _ = alsa::Output::local_error_handler();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_microphones_the_one_that_is_named_is_meant() {
        let devices = [("USB Microphone", "hw:1,0"), ("Built-in", "hw:0,0")];
        let found = |wanted: &str| {
            devices.iter().position(|(name, id)| {
                let ids = [(*id).to_owned(), format!("alsa:{id}")];
                answers_to(name, &ids, wanted)
            })
        };
        for wanted in ["Built-in", "built-IN", "hw:0,0", "alsa:hw:0,0"] {
            assert_eq!(found(wanted), Some(1), "{wanted}");
        }
        for wanted in ["Built", "HW:0,0", "hw:2,0", ""] {
            assert_eq!(found(wanted), None, "{wanted}");
        }
    }
}
