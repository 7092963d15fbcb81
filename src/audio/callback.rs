//! What runs on the device's real-time thread, and the wait-free ends that other threads hold.
//!
//! Invariant: nothing here allocates, locks, logs or calls the system. A full capture ring drops
//! the newest samples and counts them; an empty render ring plays silence.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use ringbuf::traits::{Consumer, Observer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use super::block_times::{BlockTime, BlockTimes};
use super::frame::dbfs;

/// Seconds of audio that a ring holds: longer than any stall that a session should survive.
const RING_SECONDS: usize = 4;
/// Length of the gain ramp that avoids clicks. Milliseconds.
const RAMP_MS: f32 = 10.0;
/// At and above this magnitude a captured sample counts as clipped.
const CLIPPED: f32 = 0.999;

/// What the capture callback counts.
#[derive(Debug, Default)]
pub struct CaptureCounters {
    /// Frames captured since the stream opened.
    pub frames: AtomicU64,
    /// Frames lost because the capture thread did not keep up.
    pub overrun_frames: AtomicU64,
    /// Samples at full scale.
    pub clipped: AtomicU64,
    /// Samples that were not numbers, read as silence.
    pub not_finite: AtomicU64,
    /// Largest magnitude since it was last taken, as `f32` bits.
    peak_bits: AtomicU32,
}

impl CaptureCounters {
    /// The capture peak since the last call, in dBFS.
    pub fn take_peak_dbfs(&self) -> f32 {
        dbfs(f32::from_bits(self.peak_bits.swap(0, Ordering::Relaxed)))
    }
}

/// Device side of capture: any channel count and sample type in, mono `f32` into the ring.
pub struct CaptureCallback {
    ring: HeapProd<f32>,
    counters: Arc<CaptureCounters>,
    times: BlockTimes,
}

/// Thread side of capture.
pub struct CaptureEnd {
    /// Captured mono samples at the device's rate.
    pub ring: HeapCons<f32>,
    /// What the callback counted.
    pub counters: Arc<CaptureCounters>,
    /// The device's rate in Hz.
    pub rate_hz: u32,
}

/// The two ends of a capture path at `rate_hz`.
pub fn capture_path(rate_hz: u32) -> (CaptureCallback, CaptureEnd) {
    let (producer, consumer) = HeapRb::new(rate_hz as usize * RING_SECONDS).split();
    let counters = Arc::new(CaptureCounters::default());
    let callback = CaptureCallback {
        ring: producer,
        counters: Arc::clone(&counters),
        times: BlockTimes::default(),
    };
    let end = CaptureEnd {
        ring: consumer,
        counters,
        rate_hz,
    };
    (callback, end)
}

impl CaptureCallback {
    /// Before it is handed to a device: keeps the time of every block for whoever measures.
    pub fn watch_blocks(&mut self) -> HeapCons<BlockTime> {
        self.times.watch()
    }

    /// Says when the callback was called, on the clock that both sides of the device share, and how
    /// old the block's first frame is by what the driver says. [`CaptureCallback::process`]
    /// follows.
    pub fn begin_block(&mut self, at: Duration, latency: Duration) {
        self.times.begin(at, latency);
    }

    /// Takes interleaved samples of `channels` channels; the mono signal is their mean.
    pub fn process<T>(&mut self, data: &[T], channels: usize)
    where
        T: Copy,
        f32: cpal::FromSample<T>,
    {
        let channels = channels.max(1);
        let scale = 1.0 / channels as f32;
        let (mut peak, mut clipped, mut not_finite, mut lost) = (0.0f32, 0u64, 0u64, 0u64);
        for frame in data.chunks_exact(channels) {
            let mut mono = 0.0;
            for sample in frame {
                let sample = <f32 as cpal::FromSample<T>>::from_sample_(*sample);
                if !sample.is_finite() {
                    not_finite += 1;
                    continue;
                }
                peak = peak.max(sample.abs());
                clipped += u64::from(sample.abs() >= CLIPPED);
                mono += sample * scale;
            }
            lost += u64::from(self.ring.try_push(mono.clamp(-1.0, 1.0)).is_err());
        }
        self.times.end(data.len() / channels);
        let counters = &self.counters;
        counters
            .frames
            .fetch_add((data.len() / channels) as u64, Ordering::Relaxed);
        counters.overrun_frames.fetch_add(lost, Ordering::Relaxed);
        counters.clipped.fetch_add(clipped, Ordering::Relaxed);
        counters.not_finite.fetch_add(not_finite, Ordering::Relaxed);
        // Magnitudes are not negative, so their bits order as they do.
        counters
            .peak_bits
            .fetch_max(peak.to_bits(), Ordering::Relaxed);
    }
}

/// What the playback thread asks of the render callback, and what that reports.
#[derive(Debug)]
pub struct RenderControl {
    gain_bits: AtomicU32,
    stops_requested: AtomicU32,
    stops_done: AtomicU32,
    consumed: AtomicU64,
    expecting: AtomicBool,
    underruns: AtomicU64,
    xruns: AtomicU64,
    rendered: AtomicU64,
    latency_us: AtomicU64,
}

impl RenderControl {
    fn new() -> Self {
        Self {
            gain_bits: AtomicU32::new(1f32.to_bits()),
            stops_requested: AtomicU32::new(0),
            stops_done: AtomicU32::new(0),
            consumed: AtomicU64::new(0),
            expecting: AtomicBool::new(false),
            underruns: AtomicU64::new(0),
            xruns: AtomicU64::new(0),
            rendered: AtomicU64::new(0),
            latency_us: AtomicU64::new(0),
        }
    }

    /// Sets the output gain (1 = unchanged); the callback ramps to it.
    pub fn set_gain(&self, gain: f32) {
        self.gain_bits.store(gain.to_bits(), Ordering::Relaxed);
    }

    /// Asks for a short fade and then silence; what is left in the ring is thrown away.
    pub fn request_stop(&self) {
        self.stops_requested.fetch_add(1, Ordering::Release);
    }

    /// Whether every requested stop has been carried out. Only then may new sound be pushed.
    pub fn stopped(&self) -> bool {
        self.stops_done.load(Ordering::Acquire) == self.stops_requested.load(Ordering::Relaxed)
    }

    /// Samples that left the ring to be heard, faded ones included, discarded ones not.
    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Acquire)
    }

    /// Says whether the ring ought never to be empty now, so that an empty one is an underrun.
    pub fn expect_samples(&self, expecting: bool) {
        self.expecting.store(expecting, Ordering::Relaxed);
    }

    /// How often the ring was empty in the middle of speech.
    pub fn underruns(&self) -> u64 {
        self.underruns.load(Ordering::Relaxed)
    }

    /// The driver had nothing to play. Not called by the callback, but by whoever hears the driver.
    pub fn note_xrun(&self) {
        if self.expecting.load(Ordering::Relaxed) {
            self.xruns.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often speech was interrupted: by an empty ring, or by a driver that was not served in time.
    pub fn gaps(&self) -> u64 {
        self.underruns() + self.xruns.load(Ordering::Relaxed)
    }

    /// Frames that the callback gave to the device, silence among them.
    pub fn rendered(&self) -> u64 {
        self.rendered.load(Ordering::Acquire)
    }

    /// Sets the time between the callback and the sound leaving the device, as the driver says.
    pub fn set_latency_us(&self, latency_us: u64) {
        self.latency_us.store(latency_us, Ordering::Relaxed);
    }

    /// The driver's output latency in microseconds, 0 if unknown.
    pub fn latency_us(&self) -> u64 {
        self.latency_us.load(Ordering::Relaxed)
    }
}

/// Device side of playback: mono `f32` from the ring, any channel count and sample type out.
pub struct RenderCallback {
    ring: HeapCons<f32>,
    tap: HeapProd<f32>,
    control: Arc<RenderControl>,
    times: BlockTimes,
    gain: f32,
    gain_step: f32,
}

/// Thread side of playback.
pub struct RenderEnd {
    /// Mono samples to play at the device's rate.
    pub ring: HeapProd<f32>,
    /// Gain, stop and counters.
    pub control: Arc<RenderControl>,
    /// The device's rate in Hz.
    pub rate_hz: u32,
}

/// What was really played, for whoever needs the reference.
pub struct RenderTap {
    /// Mono samples after gain and fades, at the device's rate.
    pub ring: HeapCons<f32>,
    /// Counters, and the device's latency.
    pub control: Arc<RenderControl>,
    /// The device's rate in Hz.
    pub rate_hz: u32,
}

/// The three ends of a playback path at `rate_hz`.
pub fn render_path(rate_hz: u32) -> (RenderCallback, RenderEnd, RenderTap) {
    let (producer, consumer) = HeapRb::new(rate_hz as usize * RING_SECONDS).split();
    let (tap_producer, tap_consumer) = HeapRb::new(rate_hz as usize * RING_SECONDS).split();
    let control = Arc::new(RenderControl::new());
    let callback = RenderCallback {
        ring: consumer,
        tap: tap_producer,
        control: Arc::clone(&control),
        times: BlockTimes::default(),
        gain: 1.0,
        gain_step: 1000.0 / (RAMP_MS * rate_hz as f32),
    };
    let end = RenderEnd {
        ring: producer,
        control: Arc::clone(&control),
        rate_hz,
    };
    let tap = RenderTap {
        ring: tap_consumer,
        control,
        rate_hz,
    };
    (callback, end, tap)
}

/// A voice that is made louder is compressed above this level, so that it does not clip.
const KNEE: f32 = 0.7;

/// A sample that was made louder, within full scale. What is not made louder stays as it is.
fn limited(sample: f32, gain: f32) -> f32 {
    let above = sample.abs() - KNEE;
    if gain <= 1.0 || above <= 0.0 {
        return sample.clamp(-1.0, 1.0);
    }
    let room = 1.0 - KNEE;
    sample.signum() * (KNEE + room * (above / room).tanh())
}

impl RenderCallback {
    /// Fills interleaved samples of `channels` channels, each with the same mono signal.
    pub fn process<T>(&mut self, data: &mut [T], channels: usize)
    where
        T: Copy + cpal::FromSample<f32>,
    {
        let requested = self.control.stops_requested.load(Ordering::Acquire);
        let mut stopping = requested != self.control.stops_done.load(Ordering::Relaxed);
        let wanted = f32::from_bits(self.control.gain_bits.load(Ordering::Relaxed));
        let (mut taken, mut starved, mut done) = (0u64, false, None);
        for frame in data.chunks_mut(channels.max(1)) {
            let target = if stopping { 0.0 } else { wanted };
            self.gain += (target - self.gain).clamp(-self.gain_step, self.gain_step);
            let sample = self.ring.try_pop();
            taken += u64::from(sample.is_some());
            starved |= sample.is_none();
            let mono = limited(sample.unwrap_or(0.0) * self.gain, self.gain);
            let mono = if mono.is_finite() { mono } else { 0.0 };
            if stopping && (self.gain <= 0.0 || sample.is_none()) {
                self.ring.clear();
                // What comes after the stop begins at full gain: its own onset is soft already.
                self.gain = wanted;
                done = Some(requested);
                stopping = false;
            }
            // A full tap loses the reference, never the sound: nobody listens to it then.
            let _ = self.tap.try_push(mono);
            frame.fill(T::from_sample_(mono));
        }
        self.times.end(data.len() / channels.max(1));
        let frames = (data.len() / channels.max(1)) as u64;
        self.control.rendered.fetch_add(frames, Ordering::Release);
        self.control.consumed.fetch_add(taken, Ordering::Release);
        // Last: whoever sees the stop must see all that was consumed until then.
        if let Some(requested) = done {
            self.control.stops_done.store(requested, Ordering::Release);
        }
        if starved && self.control.expecting.load(Ordering::Relaxed) {
            self.control.underruns.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What the playback thread asks of it, and what it counts.
    pub fn control(&self) -> Arc<RenderControl> {
        Arc::clone(&self.control)
    }

    /// Before it is handed to a device: keeps the time of every block for whoever measures.
    pub fn watch_blocks(&mut self) -> HeapCons<BlockTime> {
        self.times.watch()
    }

    /// Says when the callback was called, on the clock that both sides of the device share, and
    /// when the block's first frame will leave the device after that, by what the driver says.
    /// [`RenderCallback::process`] follows.
    pub fn begin_block(&mut self, at: Duration, latency: Duration) {
        self.times.begin(at, latency);
        self.control.set_latency_us(latency.as_micros() as u64);
    }
}

impl RenderEnd {
    /// Samples that wait in the ring.
    pub fn queued(&self) -> usize {
        self.ring.occupied_len()
    }
}

#[cfg(test)]
#[path = "callback_tests.rs"]
mod tests;
