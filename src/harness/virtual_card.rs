//! The virtual sound card: a microphone that hears a scenario, a room that brings the loudspeaker
//! back into it, and a loudspeaker that may write a file. Thread: `virtual-card`, one step every
//! 10 ms of real time; late steps are caught up, so the session's clock loses nothing.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::room::Room;
use super::scenario::{Anchor, Scenario, When};
use super::stimulus::Prepared;
use crate::audio::AudioError;
use crate::audio::callback::{CaptureCallback, RenderCallback};
use crate::audio::device::{AudioDevice, AudioStream, MOST_LATE, Rates, StreamNote};
use crate::audio::frame::{BLOCK, BLOCK_MS, SESSION_RATE, from_db};
use crate::audio::noise::Noise;
use crate::audio::wav::WavFile;
use crate::clock::{Ticker, Timestamp};
use crate::events::{EventKind, Expect};
use crate::pipeline::Report;

/// A virtual sound card.
pub struct VirtualCard {
    description: String,
    microphone: bool,
    loudspeaker: bool,
    file: Option<PathBuf>,
    finished: Arc<AtomicBool>,
    /// What a stream takes while it runs and gives back when it is closed, so that a card that is
    /// opened again goes on where it was.
    parts: Arc<Mutex<Parts>>,
}

#[derive(Default)]
struct Parts {
    microphone: Option<Microphone>,
    player: Player,
    file: Option<WavFile>,
}

/// The card's microphone side.
struct Microphone {
    stimuli: Vec<Prepared>,
    /// Whether the first stimulus follows the last.
    repeat: bool,
    room: Option<Room>,
    noise_gain: f32,
    noise: Noise,
    end: Option<When>,
    limit_blocks: Option<u64>,
    cues: Receiver<Anchor>,
    reports: Sender<Report>,
}

impl VirtualCard {
    /// A microphone that hears a scenario, whose stimuli were prepared
    /// ([`prepare`](super::stimulus::prepare)). `cues` says when replies start and finish, `reports` takes
    /// when stimuli do.
    pub fn microphone(
        scenario: &Scenario,
        stimuli: Vec<Prepared>,
        cues: Receiver<Anchor>,
        reports: Sender<Report>,
    ) -> Self {
        let microphone = Microphone {
            stimuli,
            repeat: scenario.repeat,
            room: scenario.room.map(|path| Room::new(path, scenario.seed)),
            noise_gain: scenario.noise_dbfs.map_or(0.0, from_db),
            noise: Noise::new(scenario.seed),
            end: scenario.end,
            limit_blocks: scenario.limit.map(|l| l.as_millis() as u64 / BLOCK_MS),
            cues,
            reports,
        };
        Self {
            description: scenario.name.clone(),
            microphone: true,
            loudspeaker: false,
            file: None,
            finished: Arc::new(AtomicBool::new(false)),
            parts: Arc::new(Mutex::new(Parts {
                microphone: Some(microphone),
                ..Parts::default()
            })),
        }
    }

    /// No microphone, only what [`VirtualCard::with_loudspeaker`] adds.
    pub fn without_microphone() -> Self {
        Self {
            description: "virtual".into(),
            microphone: false,
            loudspeaker: false,
            file: None,
            finished: Arc::new(AtomicBool::new(false)),
            parts: Arc::default(),
        }
    }

    /// Adds a loudspeaker that writes to `file`, if one is given.
    pub fn with_loudspeaker(mut self, file: Option<PathBuf>) -> Self {
        self.loudspeaker = true;
        self.file = file;
        self
    }
}

impl AudioDevice for VirtualCard {
    fn describe(&self) -> String {
        format!("virtual sound card ({})", self.description)
    }

    fn is_noiseless(&self) -> bool {
        // The microphone beside a virtual loudspeaker may be a real one.
        self.microphone
    }

    fn probe(&mut self) -> Result<Rates, AudioError> {
        Ok(Rates {
            capture: lock(&self.parts)
                .microphone
                .is_some()
                .then_some(SESSION_RATE),
            render: self.loudspeaker.then_some(SESSION_RATE),
        })
    }

    fn open(
        &mut self,
        capture: Option<CaptureCallback>,
        render: Option<RenderCallback>,
    ) -> Result<Box<dyn AudioStream>, AudioError> {
        let mut parts = std::mem::take(&mut *lock(&self.parts));
        if let (Some(path), None) = (&self.file, &parts.file) {
            parts.file = Some(WavFile::create(path, 1, SESSION_RATE)?);
        }
        let (note, notes) = bounded(64);
        let stop = Arc::new(AtomicBool::new(false));
        let card = Card {
            parts,
            capture,
            render,
            note,
            finished: Arc::clone(&self.finished),
            stop: Arc::clone(&stop),
            steps: 0,
        };
        let thread = std::thread::Builder::new()
            .name("virtual-card".into())
            .spawn(move || card.run())
            .map_err(|e| AudioError::Device {
                device: "virtual sound card".into(),
                reason: e.to_string(),
            })?;
        Ok(Box::new(CardStream {
            stop,
            finished: Arc::clone(&self.finished),
            notes,
            thread: Some(thread),
            parts: Arc::clone(&self.parts),
        }))
    }
}

struct CardStream {
    stop: Arc<AtomicBool>,
    finished: Arc<AtomicBool>,
    notes: Receiver<StreamNote>,
    thread: Option<JoinHandle<Parts>>,
    parts: Arc<Mutex<Parts>>,
}

impl AudioStream for CardStream {
    fn take_note(&mut self) -> Option<StreamNote> {
        self.notes.try_recv().ok()
    }

    fn finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }
}

impl Drop for CardStream {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(Ok(parts)) = self.thread.take().map(JoinHandle::join) {
            *lock(&self.parts) = parts;
        }
    }
}

/// What the card's thread owns.
struct Card {
    parts: Parts,
    capture: Option<CaptureCallback>,
    render: Option<RenderCallback>,
    note: Sender<StreamNote>,
    finished: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    steps: u32,
}

impl Card {
    fn run(mut self) -> Parts {
        let mut ticker = Ticker::every(Duration::from_millis(BLOCK_MS));
        while !self.stop.load(Ordering::Relaxed) {
            for _ in 0..ticker.wait().min(MOST_LATE) {
                self.step();
            }
        }
        self.parts
    }

    /// Ten milliseconds of both directions.
    fn step(&mut self) {
        let (mut played, mut heard) = ([0.0f32; BLOCK], [0.0f32; BLOCK]);
        // On the card's own clock, which a late step does not disturb.
        let now = Duration::from_millis(BLOCK_MS) * self.steps;
        self.steps += 1;
        if let Some(render) = &mut self.render {
            render.begin_block(now, Duration::ZERO);
            render.process(&mut played, 1);
        }
        self.write(&played);
        let Parts {
            microphone, player, ..
        } = &mut self.parts;
        if let (Some(microphone), Some(capture)) = (microphone, &mut self.capture) {
            player.step(microphone, &played, &mut heard);
            capture.begin_block(now, Duration::ZERO);
            capture.process(&heard, 1);
            if player.ended(microphone) {
                self.finished.store(true, Ordering::Relaxed);
            }
        }
        player.block += 1;
    }

    fn write(&mut self, played: &[f32; BLOCK]) {
        let Some(file) = &mut self.parts.file else {
            return;
        };
        let mut result = played.iter().try_for_each(|s| file.push(*s));
        if result.is_ok() && self.parts.player.block.is_multiple_of(1000 / BLOCK_MS) {
            result = file.flush();
        }
        if let Err(error) = result {
            let _ = self
                .note
                .try_send(StreamNote::Unwritten(format!("{error}; it ends here")));
            self.parts.file = None;
        }
    }
}

fn lock(parts: &Mutex<Parts>) -> MutexGuard<'_, Parts> {
    parts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A reply that has not come after this time will not come; the scenario goes on without it.
const PATIENCE_BLOCKS: u64 = 20_000 / BLOCK_MS;

/// Where in the scenario the card is.
#[derive(Default)]
struct Player {
    block: u64,
    next: usize,
    /// It has begun from the first again.
    again: bool,
    /// Block in which the moment that is waited for came.
    anchored_at: Option<u64>,
    /// Block of the last thing that happened.
    last_news: u64,
    /// Block in which the last stimulus ended.
    finished_at: Option<u64>,
    /// The last thing that was said has had no reply yet, and wants one.
    unanswered: bool,
    offset: usize,
    playing: bool,
    ended: bool,
}

impl Player {
    fn step(&mut self, microphone: &mut Microphone, played: &[f32], heard: &mut [f32]) {
        if microphone.repeat && self.next == microphone.stimuli.len() {
            (self.next, self.again) = (0, true);
        }
        self.take_cues(microphone);
        heard.fill(0.0);
        if self.playing
            && let Some(report) = self.play(&microphone.stimuli[self.next], heard)
        {
            let _ = microphone.reports.try_send(report);
        }
        for (sample, played) in heard.iter_mut().zip(played) {
            if let Some(room) = &mut microphone.room {
                *sample += room.echo(*played);
            }
            if microphone.noise_gain > 0.0 {
                *sample += microphone.noise.gaussian() * microphone.noise_gain;
            }
        }
    }

    fn play(&mut self, stimulus: &Prepared, heard: &mut [f32]) -> Option<Report> {
        let began = self.block * BLOCK as u64 - self.offset as u64;
        let ms = |sample: usize| (began + sample as u64) as f64 * 1000.0 / f64::from(SESSION_RATE);
        let number = self.next;
        let rest = &stimulus.samples[self.offset..];
        let count = rest.len().min(BLOCK);
        heard[..count].copy_from_slice(&rest[..count]);
        let first = self.offset == 0;
        if first {
            self.unanswered = stimulus.stimulus.expect == Expect::Answer;
        }
        self.offset += count;
        if self.offset == stimulus.samples.len() {
            (self.playing, self.offset) = (false, 0);
            self.last_news = self.block;
            self.finished_at = Some(self.block);
            self.next += 1;
            return Some(Report {
                at: Timestamp::from_millis_f64(ms(stimulus.bounds.1)),
                kind: EventKind::StimulusFinished { stimulus: number },
            });
        }
        let pauses = stimulus.pauses.iter();
        first.then(|| Report {
            at: Timestamp::from_millis_f64(ms(stimulus.bounds.0)),
            kind: EventKind::StimulusStarted {
                stimulus: number,
                expect: stimulus.stimulus.expect,
                said: stimulus.said.clone(),
                pauses_ms: pauses.map(|(from, to)| (ms(*from), ms(*to))).collect(),
            },
        })
    }

    fn take_cues(&mut self, microphone: &Microphone) {
        let stimuli = &microphone.stimuli;
        // Until its last sound a stimulus is being said: cues belong to the reply that it
        // interrupts. A recording may go on after that, and be answered meanwhile.
        let speaking = self.playing && self.offset < stimuli[self.next].bounds.1;
        let following = self.next + usize::from(self.playing);
        let waited = match stimuli.get(following) {
            // There is only one start.
            Some(Prepared { stimulus, .. }) if self.again && following == 0 => Some(When {
                anchor: Anchor::ReplyFinished,
                ..stimulus.when
            }),
            Some(stimulus) => Some(stimulus.stimulus.when),
            None => microphone.end,
        };
        for cue in microphone.cues.try_iter() {
            self.last_news = self.block;
            if speaking {
                continue;
            }
            self.unanswered &= cue != Anchor::ReplyStarted;
            // The end of the reply that a question interrupted is not the end of its answer.
            let of_another = self.unanswered && cue == Anchor::ReplyFinished;
            if !of_another && waited.is_some_and(|when| when.anchor == cue) {
                self.anchored_at.get_or_insert(self.block);
            }
        }
        let Some(when) = waited else { return };
        if self.playing {
            return;
        }
        if when.anchor == Anchor::Previous {
            self.anchored_at = self.finished_at;
        }
        let given_up =
            (self.next > 0 || self.again) && self.block > self.last_news + PATIENCE_BLOCKS;
        if when.anchor == Anchor::Start || given_up {
            let since = if given_up { self.block } else { 0 };
            self.anchored_at.get_or_insert(since);
        }
        let due = self
            .anchored_at
            .is_some_and(|at| self.block >= at + when.after.as_millis() as u64 / BLOCK_MS);
        if due {
            self.anchored_at = None;
            if self.next < stimuli.len() {
                self.playing = true
            } else {
                self.ended = true
            }
        }
    }

    fn ended(&self, microphone: &Microphone) -> bool {
        self.ended
            || microphone
                .limit_blocks
                .is_some_and(|limit| self.block >= limit)
    }
}

#[cfg(test)]
#[path = "virtual_card_tests.rs"]
mod tests;
