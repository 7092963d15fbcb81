//! What keeps a loudspeaker's place at a sound server through an underrun.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{SampleFormat, StreamConfig};

/// How long a place is held: the driver joins the server again in a few milliseconds.
const HELD: Duration = Duration::from_secs(1);

/// A loudspeaker's place at a sound server, held while its driver leaves the server and joins it again, as ALSA's PulseAudio
/// plugin does after an underrun.
///
/// A sink that loses its only stream may play far ahead then, where it has no hardware by two seconds, and who joins waits for
/// that to end. A silent stream beside keeps it from that.
pub struct Place {
    device: cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    is_held: Arc<AtomicBool>,
}

impl Place {
    /// The place of a loudspeaker that is opened like this.
    pub fn of(device: &cpal::Device, config: StreamConfig, format: SampleFormat) -> Self {
        Self {
            device: device.clone(),
            config,
            format,
            is_held: Arc::default(),
        }
    }

    /// Is called before the driver does anything about the underrun. A device that takes one stream only is asked once.
    pub fn hold(&self) {
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
