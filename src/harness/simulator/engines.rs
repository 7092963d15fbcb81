//! Scripted engines: they answer after a while, now and then too late, never or with an error.

use std::time::Duration;

use super::choices::Chooser;
use crate::audio::wav::Clip;
use crate::clock::Timestamp;
use crate::events::ReplyId;
use crate::tts::{SpokenClause, Word};

/// Rate of the simulated loudspeaker: a sample a millisecond. Hz.
pub const RATE_HZ: u32 = 1_000;
/// Every word of a reply takes so long. Samples.
pub const WORD_SAMPLES: usize = 180;
/// Silence after a clause. Samples.
const PAUSE_SAMPLES: usize = 60;

/// How fast and how reliable the machine of a conversation is.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    slowness: u64,
    failing: bool,
}

impl Machine {
    /// A machine, mostly a good one.
    pub fn random(choices: &mut Chooser) -> Self {
        Self {
            slowness: [1, 1, 1, 2, 4, 15][choices.usize(0..6)],
            failing: choices.one_in(8),
        }
    }

    /// A time from a range in milliseconds, stretched by what the machine is.
    pub fn takes(self, choices: &mut Chooser, from: u64, to: u64) -> Duration {
        Duration::from_millis(choices.u64(from..to) * self.slowness)
    }

    /// Whether an engine fails this time.
    pub fn fails(self, choices: &mut Chooser) -> bool {
        self.failing && choices.one_in(6)
    }
}

/// A stage that does one thing after the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct Worker {
    free_at: Timestamp,
}

impl Worker {
    /// Takes on work that needs `duration`; says when it is done.
    pub fn work(&mut self, now: Timestamp, duration: Duration) -> Timestamp {
        self.free_at = self.free_at.max(now) + duration;
        self.free_at
    }
}

/// The words of all replies of a conversation. Each has a sample value of its own, so that what the
/// loudspeaker plays can be read back.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// The reply of each word.
    replies: Vec<ReplyId>,
}

/// Sample value of the first word, and the difference between two words'.
const FIRST: f32 = 0.25;
const STEP: f32 = 0.000_5;
/// More words than the range of values has room for are not told apart.
const MOST_WORDS: usize = 1_400;

impl Vocabulary {
    /// A clause of so many new words, and its written form.
    pub fn clause(&mut self, reply: ReplyId, words: usize) -> SpokenClause {
        let mut clause = SpokenClause {
            words: Vec::new(),
            clip: Clip {
                rate_hz: RATE_HZ,
                samples: Vec::new(),
            },
        };
        for _ in 0..words {
            let index = self.replies.len().min(MOST_WORDS);
            self.replies.push(reply);
            let value = FIRST + index as f32 * STEP;
            clause.clip.samples.extend([value; WORD_SAMPLES]);
            clause.words.push(Word {
                written: format!("{} ", name(index)),
                ends_at: clause.clip.samples.len(),
            });
        }
        clause.clip.samples.extend([0.0; PAUSE_SAMPLES]);
        clause
    }

    /// The word that a played sample belongs to, at full or at ducked gain.
    pub fn word_of(&self, sample: f32, ducked_gain: f32) -> Option<(usize, ReplyId)> {
        let full = if sample >= FIRST - STEP {
            sample
        } else {
            sample / ducked_gain
        };
        let index = (full - FIRST) / STEP;
        let rounded = index.round();
        let whole = (index - rounded).abs() < 0.1 && rounded >= 0.0;
        let reply = self.replies.get(rounded as usize).filter(|_| whole)?;
        Some((rounded as usize, *reply))
    }
}

/// A word as it is written.
pub fn name(index: usize) -> String {
    format!("w{index}")
}

/// The word that is written so.
pub fn index(name: &str) -> Option<usize> {
    name.strip_prefix('w')?.parse().ok()
}
