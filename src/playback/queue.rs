//! The queue of a reply's clauses, and how it feeds the device.
//!
//! Pure but for the device's ring and counters: the `playback` thread of the pipeline drives it,
//! the tests drive it by hand. Invariant: samples of one reply only are in the ring.

use std::collections::VecDeque;
use std::time::Duration;

use ringbuf::traits::Producer;

use super::HeardClock;
use crate::audio::AudioError;
use crate::audio::callback::RenderEnd;
use crate::audio::frame::SESSION_RATE;
use crate::audio::resample::{StreamResampler, resample_clip};
use crate::events::{Loudness, ReplyId};
use crate::tts::SpokenClause;

/// Sound kept ready in the device's ring. A stop fades within the callback, so this costs no
/// latency; it bridges the times when this thread is not scheduled. Milliseconds.
const LEAD_MS: usize = 120;

/// Gain of a reply that somebody may be speaking over: half as loud to the ear, and that much less
/// echo for the canceller.
pub const DUCKED_GAIN: f32 = 0.22;

/// What became of a reply since the last look.
#[derive(Debug, Clone, PartialEq)]
pub enum Played {
    /// Its first sample left for the device.
    Started {
        /// Which.
        reply: ReplyId,
        /// How long ago: so much of it has left by now.
        ago: Duration,
    },
    /// It was played to its end.
    Finished {
        /// Which.
        reply: ReplyId,
        /// All of it.
        heard: String,
        /// How often the device found no sample in the middle of speech.
        underruns: u64,
    },
    /// It was stopped on request.
    Stopped {
        /// Which.
        reply: ReplyId,
        /// What of it was heard.
        heard: String,
    },
    /// A held reply goes on.
    Resumed {
        /// Which.
        reply: ReplyId,
        /// How far it went back, to the beginning of a word.
        repeated_ms: f64,
    },
}

/// One reply at a time on its way to the device. It waits for its release, and for a device to be
/// attached.
#[derive(Default)]
pub struct PlaybackQueue {
    device: Option<Attached>,
    reply: Option<QueuedReply>,
    /// Replies up to this one are over; what still comes of them is stale.
    over: ReplyId,
    /// The last reply that may be heard.
    released: ReplyId,
    /// Gain of replies as they are: the duplex mode's, and the user's.
    volume: Volume,
    user_volume: Volume,
    /// How a reply is to sound of which nothing has come yet.
    early: Option<(ReplyId, Loudness)>,
}

struct Attached {
    end: RenderEnd,
    resampler: Option<(u32, StreamResampler)>,
    /// What the device had taken when this reply began, or when it was attached.
    base: u64,
}

struct Volume(f32);

impl Default for Volume {
    fn default() -> Self {
        Self(1.0)
    }
}

struct QueuedReply {
    id: ReplyId,
    clock: HeardClock,
    /// Samples at the device's rate that wait for the ring.
    waiting: VecDeque<f32>,
    /// Samples that went into the ring, the last seconds of them: a held reply goes back.
    handed: VecDeque<f32>,
    hold: Hold,
    /// Samples of this reply handed over so far, waiting ones included.
    total: u64,
    started: bool,
    complete: bool,
    stopping: bool,
    /// Samples that devices before this one played, or that lie before where it goes on.
    played_before: u64,
    /// How far it had come when it last went back.
    played_once: u64,
    gaps_before: u64,
    /// What the device will have rendered when the last sample has left it.
    ends_at: Option<u64>,
}

/// Whether a reply is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// It plays.
    No,
    /// The device fades it out.
    Fading {
        /// It is to go on as soon as that is done.
        resume: bool,
    },
    /// It is silent.
    Yes,
}

/// How much of what was handed over is kept to go back in: longer than any word. Seconds.
const KEPT_S: usize = 3;

impl PlaybackQueue {
    /// Attaches a (new) device. What was in the ring of the old one is lost with it; the rest of
    /// the reply goes on.
    pub fn attach(&mut self, end: RenderEnd) -> Result<(), AudioError> {
        let (played, from) = (self.played(), self.rate_hz());
        if let Some(reply) = &mut self.reply {
            let ratio = f64::from(end.rate_hz) / f64::from(from);
            let waiting: Vec<f32> = reply.waiting.drain(..).collect();
            reply.waiting = resample_clip(&waiting, from, end.rate_hz)?.into();
            reply.handed.clear();
            reply.hold = match reply.hold {
                Hold::No | Hold::Fading { resume: true } => Hold::No,
                Hold::Yes | Hold::Fading { resume: false } => Hold::Yes,
            };
            reply.clock.scale(ratio);
            reply.played_before = (played as f64 * ratio) as u64;
            reply.total = reply.played_before + reply.waiting.len() as u64;
            reply.gaps_before = 0;
            reply.ends_at = None;
        }
        let base = end.control.consumed();
        end.control.set_gain(self.volume.0 * self.user_volume.0);
        self.device = Some(Attached {
            end,
            resampler: None,
            base,
        });
        Ok(())
    }

    /// Whether a reply is in the queue.
    pub fn is_busy(&self) -> bool {
        self.reply.is_some()
    }

    /// Whether more clauses are welcome: less than a second of sound is ready.
    pub fn is_hungry(&self) -> bool {
        let rate = self.rate_hz() as usize;
        let reply = self.reply.as_ref();
        reply.is_none_or(|r| r.waiting.len() < rate && !r.stopping)
    }

    /// Sets the gain of all replies (1: as they are).
    pub fn set_volume(&mut self, gain: f32) {
        self.volume = Volume(gain);
        self.set_gain(1.0);
    }

    /// The same as the user wants it, beside that.
    pub fn set_user_volume(&mut self, gain: f32) {
        self.user_volume = Volume(gain);
        self.set_gain(1.0);
    }

    /// Plays a short sound that is no reply, unless there is one. Samples at [`SESSION_RATE`].
    pub fn chime(&mut self, samples: &[f32]) -> Result<(), AudioError> {
        if self.reply.is_none() {
            let samples = self.at_device_rate(samples, SESSION_RATE)?;
            if let Some(device) = &mut self.device {
                device.end.ring.push_slice(&samples);
            }
        }
        Ok(())
    }

    /// Lets a draft be heard.
    pub fn release(&mut self, id: ReplyId) {
        self.released = self.released.max(id);
    }

    /// Changes how a reply sounds.
    pub fn play(&mut self, id: ReplyId, loudness: Loudness) {
        let Some(reply) = self.reply.as_mut().filter(|r| r.id == id) else {
            if id > self.over {
                self.early = Some((id, loudness));
            }
            return;
        };
        if reply.stopping {
            return;
        }
        match (loudness, reply.hold) {
            (Loudness::Full, Hold::Yes | Hold::Fading { .. }) => {
                reply.hold = Hold::Fading { resume: true };
                self.set_gain(1.0);
            }
            (Loudness::Full, Hold::No) => self.set_gain(1.0),
            (Loudness::Ducked, _) => self.set_gain(DUCKED_GAIN),
            (Loudness::Held, Hold::No) => {
                reply.hold = Hold::Fading { resume: false };
                if let Some(device) = &self.device {
                    device.end.control.expect_samples(false);
                    device.end.control.request_stop();
                }
            }
            (Loudness::Held, Hold::Yes) => {}
            (Loudness::Held, Hold::Fading { .. }) => reply.hold = Hold::Fading { resume: false },
        }
    }

    fn set_gain(&self, gain: f32) {
        if let Some(device) = &self.device {
            device
                .end
                .control
                .set_gain(gain * self.volume.0 * self.user_volume.0);
        }
    }

    /// Whether the driver says how long sound takes through the device.
    pub fn knows_latency(&self) -> bool {
        let device = self.device.as_ref();
        device.is_some_and(|device| device.end.control.latency_us() > 0)
    }

    /// Whether a reply's sound is on its way to the device now.
    pub fn is_audible(&self) -> bool {
        self.reply.as_ref().is_some_and(|r| r.started)
    }

    /// How many words of the present reply have been heard so far.
    pub fn words_heard(&self) -> Option<(ReplyId, usize)> {
        let reply = self.reply.as_ref().filter(|reply| reply.started)?;
        Some((
            reply.id,
            reply.clock.words_heard(self.left(), self.rate_hz()),
        ))
    }

    /// What of the present reply has been heard so far.
    pub fn heard_so_far(&self) -> Option<(ReplyId, String)> {
        let reply = self.reply.as_ref().filter(|reply| reply.started)?;
        Some((reply.id, reply.clock.heard(self.left(), self.rate_hz())))
    }

    /// Takes a clause of a reply; stale ones are dropped.
    pub fn push(&mut self, id: ReplyId, clause: SpokenClause) -> Result<(), AudioError> {
        if id <= self.over || self.reply.as_ref().is_some_and(|r| r.stopping) {
            return Ok(());
        }
        self.begin(id);
        let rate = self.rate_hz();
        let SpokenClause { words, clip } = clause;
        let samples = self.at_device_rate(&clip.samples, clip.rate_hz)?;
        if let Some(reply) = &mut self.reply {
            let scale = f64::from(rate) / f64::from(clip.rate_hz);
            reply.clock.push(reply.total, words, scale);
            reply.total += samples.len() as u64;
            reply.waiting.extend(samples);
        }
        Ok(())
    }

    /// Says that no clause of this reply will follow. A reply without any is over at once.
    pub fn complete(&mut self, id: ReplyId) {
        if id <= self.over {
            return;
        }
        self.begin(id);
        if let Some(reply) = &mut self.reply {
            reply.complete = true;
        }
    }

    /// Stops a reply with a short fade. Answered by [`Played::Stopped`], also when nothing of it
    /// has come yet.
    pub fn stop(&mut self, id: ReplyId) -> Option<Played> {
        match &mut self.reply {
            Some(reply) if reply.id == id => {
                reply.waiting.clear();
                reply.stopping = true;
                let sounds = reply.started && reply.hold == Hold::No;
                match &self.device {
                    Some(device) if sounds => device.end.control.request_stop(),
                    // Nothing of it sounds, or what does fades already.
                    Some(device) if !device.end.control.stopped() => {}
                    Some(device) if device.end.queued() > 0 => device.end.control.request_stop(),
                    Some(_) | None => return self.finish_stop(),
                }
                None
            }
            _ if id > self.over => {
                self.over = id;
                let (reply, heard) = (id, String::new());
                Some(Played::Stopped { reply, heard })
            }
            _ => None,
        }
    }

    /// Feeds the device and reports what became of the reply. Call it every 10 ms while busy.
    pub fn advance(&mut self) -> Option<Played> {
        let played = self.played();
        let (device, reply) = (self.device.as_mut()?, self.reply.as_mut()?);
        if reply.stopping {
            return if device.end.control.stopped() {
                self.finish_stop()
            } else {
                None
            };
        }
        if reply.hold != Hold::No {
            return self.advance_held();
        }
        if reply.id > self.released {
            return None;
        }
        let lead = device.end.rate_hz as usize * LEAD_MS / 1000;
        let room = lead.saturating_sub(device.end.queued());
        let count = room.min(reply.waiting.len());
        reply.handed.extend(reply.waiting.range(..count));
        device.end.ring.push_iter(&mut reply.waiting.drain(..count));
        let kept = device.end.rate_hz as usize * KEPT_S;
        let excess = reply.handed.len().saturating_sub(kept);
        reply.handed.drain(..excess);
        let control = &device.end.control;
        // At the end of what there is the ring may run dry: that is no underrun.
        control.expect_samples(reply.started && !reply.waiting.is_empty());
        if !reply.started && played > 0 {
            reply.started = true;
            reply.gaps_before = control.gaps();
            let ago = Duration::from_secs_f64(played as f64 / f64::from(device.end.rate_hz));
            return Some(Played::Started {
                reply: reply.id,
                ago,
            });
        }
        let all_taken = reply.waiting.is_empty() && played >= reply.total;
        // The device still holds what it took last.
        let all_out = reply.complete && all_taken && {
            let held = control.latency_us() * u64::from(device.end.rate_hz) / 1_000_000;
            let rendered = control.rendered();
            rendered >= *reply.ends_at.get_or_insert(rendered + held)
        };
        if all_out {
            let finished = Played::Finished {
                reply: reply.id,
                heard: reply.clock.all(),
                underruns: control.gaps() - reply.gaps_before,
            };
            self.over = self.over.max(reply.id);
            self.reply = None;
            return Some(finished);
        }
        None
    }

    /// Waits for the fade of a held reply; when it is to go on, goes back to the beginning of the
    /// word that was cut into.
    fn advance_held(&mut self) -> Option<Played> {
        let at = self.played();
        let (device, reply) = (self.device.as_mut()?, self.reply.as_mut()?);
        let Hold::Fading { resume } = reply.hold else {
            return None;
        };
        if !device.end.control.stopped() {
            return None;
        }
        if !resume {
            reply.hold = Hold::Yes;
            return None;
        }
        // Everything handed over before `total - waiting` is in `handed`, the last of it at its end;
        // the device has played up to `at` and thrown the rest away.
        let handed_to = reply.total - reply.waiting.len() as u64;
        let from = reply.clock.word_start(at);
        let back = (handed_to.saturating_sub(from) as usize).min(reply.handed.len());
        let keep = reply.handed.len() - back;
        for sample in reply.handed.drain(keep..).rev() {
            reply.waiting.push_front(sample);
        }
        let from = handed_to - back as u64;
        reply.played_before = from;
        reply.played_once = reply.played_once.max(at);
        (reply.hold, reply.ends_at) = (Hold::No, None);
        device.base = device.end.control.consumed();
        let rate = f64::from(device.end.rate_hz);
        // One that was held before its first sound begins, and is not resumed.
        reply.started.then(|| Played::Resumed {
            reply: reply.id,
            repeated_ms: at.saturating_sub(from) as f64 * 1000.0 / rate,
        })
    }

    fn finish_stop(&mut self) -> Option<Played> {
        // What the callback has taken will leave the loudspeaker: the fade is part of it.
        let (played, rate) = (self.played(), self.rate_hz());
        let reply = self.reply.take()?;
        let played = played.max(reply.played_once);
        self.over = self.over.max(reply.id);
        Some(Played::Stopped {
            reply: reply.id,
            heard: reply.clock.heard(played, rate),
        })
    }

    fn begin(&mut self, id: ReplyId) {
        if self.reply.as_ref().is_some_and(|r| r.id == id) {
            return;
        }
        self.set_gain(1.0);
        if let Some(device) = &mut self.device {
            // A chime may still be on its way.
            device.base = device.end.control.consumed() + device.end.queued() as u64;
        }
        self.reply = Some(QueuedReply {
            id,
            clock: HeardClock::default(),
            waiting: VecDeque::new(),
            handed: VecDeque::new(),
            hold: Hold::No,
            total: 0,
            started: false,
            complete: false,
            stopping: false,
            played_before: 0,
            played_once: 0,
            gaps_before: 0,
            ends_at: None,
        });
        if let Some((_, loudness)) = self.early.take_if(|(early, _)| *early == id) {
            self.play(id, loudness);
        }
    }

    /// Samples of this reply that the device has taken.
    fn played(&self) -> u64 {
        let before = self.reply.as_ref().map_or(0, |r| r.played_before);
        let device = self.device.as_ref();
        before + device.map_or(0, |d| d.end.control.consumed().saturating_sub(d.base))
    }

    /// Samples of this reply that have left the device: what the callback took last is still on
    /// its way.
    fn left(&self) -> u64 {
        let device = self.device.as_ref();
        let latency_us = device.map_or(0, |d| d.end.control.latency_us());
        let on_its_way = latency_us * u64::from(self.rate_hz()) / 1_000_000;
        self.played().saturating_sub(on_its_way)
    }

    fn rate_hz(&self) -> u32 {
        let device = self.device.as_ref();
        device.map_or(SESSION_RATE, |d| d.end.rate_hz)
    }

    fn at_device_rate(&mut self, samples: &[f32], rate_hz: u32) -> Result<Vec<f32>, AudioError> {
        let target = self.rate_hz();
        let mut output = Vec::with_capacity(samples.len() * target as usize / rate_hz as usize);
        let Some(device) = &mut self.device else {
            return resample_clip(samples, rate_hz, target);
        };
        if device
            .resampler
            .as_ref()
            .is_none_or(|(from, _)| *from != rate_hz)
        {
            device.resampler = Some((rate_hz, StreamResampler::new(rate_hz, target)?));
        }
        if let Some((_, resampler)) = &mut device.resampler {
            resampler.push(samples, &mut output);
            resampler.flush(&mut output);
        }
        Ok(output)
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
