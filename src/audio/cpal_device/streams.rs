//! Opened streams: the driver's callbacks in its own sample format, and what it reports meanwhile.

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{ErrorKind, SampleFormat};
use crossbeam_channel::{Receiver, Sender, bounded};

use super::held_place::Place;
use super::quiet_driver;
use super::side::Side;
use crate::audio::AudioError;
use crate::audio::callback::{CaptureCallback, RenderCallback};
use crate::audio::device::{AudioStream, StreamNote};
use crate::clock::Stopwatch;

/// The running streams of a device.
pub struct CpalStream {
    streams: Vec<cpal::Stream>,
    notes: Receiver<StreamNote>,
}

impl CpalStream {
    /// Starts a stream for each side that is given.
    pub fn start(
        input: Option<(&Side, CaptureCallback)>,
        output: Option<(&Side, RenderCallback)>,
    ) -> Result<Self, AudioError> {
        quiet_driver();
        let (note, notes) = bounded(16);
        let mut streams = Vec::new();
        let clock = Stopwatch::start();
        // The loudspeaker first: the echo reference must be there before the echo.
        if let Some((side, callback)) = output {
            let stream = open_output(side, callback, clock, note.clone())?;
            stream.play().map_err(|e| side.failed(&e))?;
            streams.push(stream);
        }
        if let Some((side, callback)) = input {
            let stream = open_input(side, callback, clock, note)?;
            stream.play().map_err(|e| side.failed(&e))?;
            streams.push(stream);
        }
        Ok(Self { streams, notes })
    }
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
