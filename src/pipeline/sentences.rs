//! Listens to sentences one by one, without a conversation.

use std::time::Duration;

use super::devices::{OpenSound, Sound};
use crate::audio::AudioError;
use crate::audio::device::StreamNote;
use crate::audio::frame::{BLOCK_MS, FRAME, SESSION_RATE, SPEECH_RATE};
use crate::audio::resample::StreamResampler;
use crate::cancellation::Cancelled;
use crate::clock::{Stopwatch, Ticker, Timestamp};
use crate::vad::{Activity, VoiceActivity};

/// A sentence is over after this much silence.
const SILENCE: Duration = Duration::from_secs(1);
/// What belongs to it before its first and after its last sound.
const AROUND: Duration = Duration::from_millis(200);
/// Longer speech is a television.
const LONGEST: Duration = Duration::from_secs(15);
/// Shorter speech is a word, or a cough.
const SHORTEST: Duration = Duration::from_millis(1_500);
/// How often the device's ring is looked at.
const RING_POLL: Duration = Duration::from_millis(BLOCK_MS);

/// What was heard.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A sentence: mono at 16 kHz.
    Sentence(Vec<f32>),
    /// Speech that is too short for one.
    TooShort,
    /// Speech without a pause that is too long for one.
    TooLong,
}

/// Opens devices and tells of each sentence, until `heard` says that it was enough, the devices end or it is given up.
///
/// # Errors
/// The devices cannot be opened, or sound of their rate cannot be made into 16 kHz.
pub fn listen_to_sentences(
    sound: &mut Sound,
    activity: &mut VoiceActivity,
    cancelled: Cancelled,
    heard: &mut dyn FnMut(Heard) -> bool,
) -> Result<(), AudioError> {
    let (mut open, _silent) = sound.open()?;
    let mut resampler = StreamResampler::new(SESSION_RATE, SPEECH_RATE)?;
    let (mut ticker, mut last) = (Ticker::every(RING_POLL), Stopwatch::start());
    let mut sentences = Sentences::default();
    let mut down = Vec::new();
    while !cancelled() {
        ticker.wait();
        let passed = std::mem::replace(&mut last, Stopwatch::start()).elapsed();
        let is_over = open.finished();
        open.take_in(passed);
        while let Some((captured, _)) = open.next_block() {
            resampler.push(&captured, &mut down);
        }
        let whole = down.len() / FRAME * FRAME;
        for frame in down[..whole].chunks_exact(FRAME) {
            if let Some(found) = sentences.push(frame, activity)
                && !heard(found)
            {
                return Ok(());
            }
        }
        down.drain(..whole);
        if let Some(reason) = lost(&mut open) {
            let device = sound.describe();
            return Err(AudioError::Device { device, reason });
        }
        if is_over {
            return Ok(());
        }
    }
    Ok(())
}

/// Why the devices are there no more.
fn lost(open: &mut OpenSound) -> Option<String> {
    std::iter::from_fn(|| open.take_note()).find_map(|note| match note {
        StreamNote::Lost(reason) => Some(reason),
        StreamNote::Glitch(_) | StreamNote::Xrun(_) | StreamNote::Unwritten(_) => None,
    })
}

/// Cuts speech into sentences.
#[derive(Default)]
struct Sentences {
    audio: Vec<f32>,
    /// Samples that were dropped before `audio`.
    dropped: usize,
    began: Option<Timestamp>,
    ended: Option<Timestamp>,
    speaks: bool,
    changes: Vec<Activity>,
}

impl Sentences {
    /// Takes ten milliseconds at 16 kHz.
    fn push(&mut self, frame: &[f32], activity: &mut VoiceActivity) -> Option<Heard> {
        self.audio.extend_from_slice(frame);
        let until = self.end();
        if let Err(error) = activity.push(frame, until, false, &mut self.changes) {
            tracing::warn!("{error}");
        }
        for change in self.changes.drain(..) {
            match change {
                Activity::Started(at) => {
                    self.began.get_or_insert(at);
                    self.speaks = true;
                }
                Activity::Paused(at) => (self.ended, self.speaks) = (Some(at), false),
            }
        }
        if self.began.is_some_and(|began| until.since(began) > LONGEST) {
            (self.began, self.ended) = (None, None);
            self.keep_last(Duration::ZERO);
            return Some(Heard::TooLong);
        }
        let (Some(began), Some(ended), false) = (self.began, self.ended, self.speaks) else {
            if self.began.is_none() {
                self.keep_last(AROUND * 3);
            }
            return None;
        };
        if until.since(ended) < SILENCE {
            return None;
        }
        let from = self.index(began - AROUND);
        let to = self.index(ended + AROUND);
        let sentence = self.audio[from..to.max(from)].to_vec();
        self.keep_last(Duration::ZERO);
        (self.began, self.ended) = (None, None);
        Some(if ended.since(began) < SHORTEST {
            Heard::TooShort
        } else {
            Heard::Sentence(sentence)
        })
    }

    fn end(&self) -> Timestamp {
        let samples = (self.dropped + self.audio.len()) as u64;
        Timestamp::from_micros(samples * 1_000_000 / u64::from(SPEECH_RATE))
    }

    /// The place of a moment in what is kept.
    fn index(&self, at: Timestamp) -> usize {
        let samples = at.as_micros() as usize * SPEECH_RATE as usize / 1_000_000;
        samples.saturating_sub(self.dropped).min(self.audio.len())
    }

    fn keep_last(&mut self, length: Duration) {
        let samples = length.as_millis() as usize * SPEECH_RATE as usize / 1_000;
        let excess = self.audio.len().saturating_sub(samples);
        self.audio.drain(..excess);
        self.dropped += excess;
    }
}

#[cfg(test)]
#[path = "sentences_tests.rs"]
mod tests;
