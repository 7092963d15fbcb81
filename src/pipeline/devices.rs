//! The session's sound cards: opened, watched, and opened again when they were lost.

use std::time::Duration;

use crossbeam_channel::Receiver;
use ringbuf::traits::Consumer;

use crate::aec::{EchoProbe, EchoReturn, Unclear, earcon};
use crate::audio::AudioError;
use crate::audio::callback::{CaptureEnd, RenderEnd, RenderTap, capture_path, render_path};
use crate::audio::device::{AudioDevice, AudioStream, StreamNote};
use crate::audio::frame::{BLOCK, BLOCK_MS, FRAME, SESSION_RATE, SPEECH_RATE};
use crate::audio::resample::StreamResampler;
use crate::audio::stall::READER_AWAY;
use crate::clock::{Stopwatch, Ticker, Timestamp};
use crate::events::EventKind;
use crate::playback::PlaybackQueue;

/// A session's devices: one for both directions, or one for each.
pub struct Sound {
    devices: Vec<Box<dyn AudioDevice>>,
    reports: Option<Receiver<Report>>,
    /// How long the next devices that are opened may take to begin.
    patience: Duration,
}

/// What a device knows of the session that is not to be heard: when its user spoke, say.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// When, since the device was opened.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
}

/// Devices that run.
pub struct OpenSound {
    streams: Vec<Box<dyn AudioStream>>,
    capture: CaptureEnd,
    capture_resampler: StreamResampler,
    tap: (RenderTap, StreamResampler),
    captured: Vec<f32>,
    played: Vec<f32>,
    scratch: Vec<f32>,
    /// Least backlog of played blocks within the present second, and blocks since it began.
    least_backlog: usize,
    backlog_blocks: u32,
    capture_alive: Alive,
    render_alive: Alive,
}

/// How long a callback was not seen to work, and how long that may last.
struct Alive {
    unseen: Duration,
    patience: Duration,
    /// The patience once it has begun.
    dead_after: Duration,
    began: bool,
}

impl Alive {
    fn starting(patience: Duration, dead_after: Duration) -> Self {
        Self {
            unseen: Duration::ZERO,
            patience: patience.max(dead_after),
            dead_after,
            began: false,
        }
    }

    fn seen(&mut self) {
        *self = Self {
            began: true,
            ..Self::starting(self.dead_after, self.dead_after)
        };
    }

    /// It was looked for after so long, in vain. Whoever was away longer than [`READER_AWAY`] had no
    /// time to look, and the callback perhaps none to work: a starved machine, or one that slept.
    fn missed(&mut self, passed: Duration) {
        self.unseen += passed.min(READER_AWAY);
    }

    fn is_dead(&self) -> bool {
        self.unseen > self.patience
    }
}

/// Backlog of played samples that is left alone: callbacks of the two directions do not come at
/// the same moments.
const TAP_SLACK: usize = 2 * BLOCK;
/// The backlog of played samples is judged over this many blocks: its least value is what is
/// always too much, the rest is the callbacks' rhythm.
const BACKLOG_WINDOW: u32 = 1000 / BLOCK_MS as u32;
/// A device whose callback is not called for this long is lost, whatever its driver says.
const DEAD_AFTER: Duration = Duration::from_secs(2);
/// As [`DEAD_AFTER`], of a loudspeaker: a sound server's that plays two seconds ahead takes nothing for so long, and then
/// goes on by itself, sooner than a device that is opened again.
const RENDER_DEAD_AFTER: Duration = Duration::from_secs(4);
/// A device may take this long to begin: Bluetooth wakes up slowly.
const SLOW_START: Duration = Duration::from_secs(10);

impl Sound {
    /// Takes devices that together have exactly one microphone and one loudspeaker.
    pub fn new(devices: Vec<Box<dyn AudioDevice>>) -> Self {
        Self {
            devices,
            reports: None,
            patience: SLOW_START,
        }
    }

    /// What the devices report is published with the session's events.
    pub fn reporting(mut self, reports: Receiver<Report>) -> Self {
        self.reports = Some(reports);
        self
    }

    /// What was reported since the last call, one at a time.
    pub fn take_report(&mut self) -> Option<Report> {
        self.reports.as_ref()?.try_recv().ok()
    }

    /// Whether the microphone gives exact zeros in a quiet room, as only a virtual one does.
    pub fn is_noiseless(&self) -> bool {
        self.devices.iter().any(|device| device.is_noiseless())
    }

    /// Whether the devices cancel the echo themselves.
    pub fn cancels_echo(&self) -> bool {
        self.devices.iter().any(|device| device.cancels_echo())
    }

    /// The devices were lost. Those that are opened next get less time to begin, and more each time
    /// that they do not.
    pub fn lost(&mut self, open: &OpenSound) {
        self.patience = next_patience(open.began(), self.patience);
    }

    /// The devices, for whoever opens them without a session.
    pub fn into_devices(self) -> Vec<Box<dyn AudioDevice>> {
        self.devices
    }

    /// For the user: which devices.
    pub fn describe(&self) -> String {
        let names: Vec<String> = self.devices.iter().map(|d| d.describe()).collect();
        names.join(", ")
    }

    /// Opens the devices. The second value is for the playback thread.
    pub fn open(&mut self) -> Result<(OpenSound, RenderEnd), AudioError> {
        let (mut capture_end, mut render_ends, mut streams) = (None, None, Vec::new());
        for device in &mut self.devices {
            let rates = device.probe()?;
            let capture = rates.capture.map(|rate| {
                let (callback, end) = capture_path(rate);
                capture_end = Some(end);
                callback
            });
            let render = rates.render.map(|rate| {
                let (callback, end, tap) = render_path(rate);
                render_ends = Some((end, tap));
                callback
            });
            streams.push(device.open(capture, render)?);
        }
        let missing = |direction, flag| AudioError::NoDevice { direction, flag };
        let capture = capture_end.ok_or(missing("microphone", "input"))?;
        let (render, tap) = render_ends.ok_or(missing("loudspeaker", "output"))?;
        let tap_resampler = StreamResampler::new(tap.rate_hz, SESSION_RATE)?;
        let open = OpenSound {
            streams,
            capture_resampler: StreamResampler::new(capture.rate_hz, SESSION_RATE)?,
            capture,
            tap: (tap, tap_resampler),
            captured: Vec::new(),
            played: Vec::new(),
            scratch: Vec::new(),
            least_backlog: usize::MAX,
            backlog_blocks: 0,
            capture_alive: Alive::starting(self.patience, DEAD_AFTER),
            render_alive: Alive::starting(self.patience, RENDER_DEAD_AFTER),
        };
        Ok((open, render))
    }
}

impl OpenSound {
    /// What the callbacks count.
    pub fn counters(&self) -> &crate::audio::callback::CaptureCounters {
        &self.capture.counters
    }

    /// Takes what came since the last call, `passed` ago; how many blocks are complete.
    ///
    /// Capture is the master: each block of it is paired with the next played block, or with
    /// silence if there is none.
    pub fn take_in(&mut self, passed: Duration) -> usize {
        // Capture first: what was played before it was captured is in the tap by then.
        let before = self.captured.len();
        drain(&mut self.capture.ring, &mut self.scratch);
        self.capture_resampler
            .push(&self.scratch, &mut self.captured);
        if self.captured.len() > before {
            self.capture_alive.seen();
        } else {
            self.capture_alive.missed(passed);
        }
        let (tap, resampler) = &mut self.tap;
        drain(&mut tap.ring, &mut self.scratch);
        if self.scratch.is_empty() {
            self.render_alive.missed(passed);
        } else {
            self.render_alive.seen();
        }
        resampler.push(&self.scratch, &mut self.played);
        self.captured.len() / BLOCK
    }

    /// The oldest complete block, captured and played.
    pub fn next_block(&mut self) -> Option<([f32; BLOCK], [f32; BLOCK])> {
        let captured = *self.captured.first_chunk::<BLOCK>()?;
        self.captured.drain(..BLOCK);
        let played = self.next_played();
        self.judge_backlog();
        Some((captured, played))
    }

    /// The oldest played block, filled up with silence.
    pub fn next_played(&mut self) -> [f32; BLOCK] {
        let mut played = [0.0; BLOCK];
        let available = self.played.len().min(BLOCK);
        played[..available].copy_from_slice(&self.played[..available]);
        self.played.drain(..available);
        played
    }

    /// How long sound takes from the callback to the loudspeaker, by what the driver says.
    pub fn render_latency(&self) -> Duration {
        Duration::from_micros(self.tap.0.control.latency_us())
    }

    /// Drops the oldest captured blocks; what was played meanwhile is paired with what follows.
    pub fn skip(&mut self, blocks: usize) {
        self.captured.drain(..blocks * BLOCK);
    }

    /// Whether both callbacks have worked.
    fn began(&self) -> bool {
        self.capture_alive.began && self.render_alive.began
    }

    /// Drops played samples that are always behind, so that the two clocks stay together.
    fn judge_backlog(&mut self) {
        self.least_backlog = self.least_backlog.min(self.played.len());
        self.backlog_blocks += 1;
        if self.backlog_blocks >= BACKLOG_WINDOW {
            if self.least_backlog > TAP_SLACK {
                self.played.drain(..self.least_backlog - TAP_SLACK / 2);
            }
            (self.least_backlog, self.backlog_blocks) = (usize::MAX, 0);
        }
    }

    /// What the streams have to say since the last call, one at a time.
    pub fn take_note(&mut self) -> Option<StreamNote> {
        let reported = self.streams.iter_mut().find_map(|s| s.take_note());
        reported.or_else(|| {
            let sides = [
                ("microphone", &self.capture_alive),
                ("loudspeaker", &self.render_alive),
            ];
            let (dead, _) = sides.into_iter().find(|(_, alive)| alive.is_dead())?;
            Some(StreamNote::Lost(format!("{dead}: it stopped working")))
        })
    }

    /// Whether a scenario has ended.
    pub fn finished(&self) -> bool {
        self.streams.iter().any(|s| s.finished())
    }
}

/// Opens devices, plays the earcon and listens how it comes back: for `doctor`.
///
/// # Errors
/// A device does not open.
pub fn measure_echo(sound: &mut Sound) -> Result<EchoReturn, AudioError> {
    let noiseless = sound.is_noiseless();
    let (mut open, render) = sound.open()?;
    let mut queue = PlaybackQueue::default();
    queue.attach(render)?;
    queue.chime(&earcon(SESSION_RATE))?;
    let mut down = [
        StreamResampler::new(SESSION_RATE, SPEECH_RATE)?,
        StreamResampler::new(SESSION_RATE, SPEECH_RATE)?,
    ];
    let (mut captured, mut played) = (Vec::new(), Vec::new());
    let mut probe = EchoProbe::of_earcon();
    let mut ticker = Ticker::every(Duration::from_millis(BLOCK_MS));
    let patience = Stopwatch::start();
    while patience.elapsed() < SLOW_START {
        ticker.wait();
        open.take_in(Duration::from_millis(BLOCK_MS));
        while let Some((capture, render)) = open.next_block() {
            down[0].push(&capture, &mut captured);
            down[1].push(&render, &mut played);
        }
        while let (Some(capture), Some(render)) = (
            captured.first_chunk::<FRAME>(),
            played.first_chunk::<FRAME>(),
        ) {
            if let Some(found) = probe.push(capture, render, noiseless) {
                return Ok(found);
            }
            captured.drain(..FRAME);
            played.drain(..FRAME);
        }
    }
    Ok(EchoReturn::Unclear(Unclear::NothingPlayed))
}

/// How long a device that is opened again may take to begin: as long as one that runs may be silent,
/// and twice as long each time that it did not begin. One that is dead costs little, and one that
/// wakes up slowly gets its time.
fn next_patience(began: bool, patience: Duration) -> Duration {
    if began {
        DEAD_AFTER
    } else {
        (patience * 2).min(SLOW_START)
    }
}

fn drain(ring: &mut ringbuf::HeapCons<f32>, into: &mut Vec<f32>) {
    into.clear();
    into.extend(ring.pop_iter());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_not_dead_because_nobody_looked() {
        let alive_after = |looks: u32, apart: Duration| {
            let mut alive = Alive::starting(Duration::ZERO, DEAD_AFTER);
            (0..looks).for_each(|_| alive.missed(apart));
            !alive.is_dead()
        };
        // A machine that slept for an hour, and one that looks once a second.
        assert!(alive_after(1, Duration::from_secs(3_600)));
        assert!(alive_after(10, Duration::from_secs(1)));
        assert!(!alive_after(401, Duration::from_millis(5)));
    }

    #[test]
    fn a_device_that_is_opened_again_has_no_new_patience_of_a_first_start() {
        let mut patience = next_patience(true, SLOW_START);
        assert_eq!(patience, DEAD_AFTER);
        for seconds in [4, 8, 10, 10] {
            patience = next_patience(false, patience);
            assert_eq!(patience, Duration::from_secs(seconds));
        }
    }
}
