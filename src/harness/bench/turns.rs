//! Every stimulus of a recording, and what came of it: response and stop times from the audio, the
//! rest from the events.

use std::cell::OnceCell;

use super::recording::{Events, Found, Recording};
use super::report::Turn;
use super::statistics::Interval;
use crate::events::{EventKind, Expect, Latency, Stage, TurnId};

/// Before its first sample, as the event has it, a reply may be audible by this: the device takes 10
/// ms at a time. Milliseconds.
const SLACK_MS: f64 = 15.0;
/// A reply that ends by itself so soon after an interruption began was not talked over.
const REACTION_MS: f64 = 1_000.0;
/// A reply that was stopped has faded out so much after its event. Milliseconds.
const FADE_MS: f64 = 100.0;
/// After a stimulus has ended, its consequences come within this time. Milliseconds.
const CONSEQUENCE_MS: f64 = 1_500.0;

/// A stimulus as it was played in.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayedStimulus {
    /// Its number, from 0.
    pub number: usize,
    /// Its first sound. Milliseconds.
    pub start: f64,
    /// Its last sound.
    pub end: f64,
    /// What it is meant to do to a reply that sounds.
    pub expect: Expect,
    /// What was said.
    pub said: Option<String>,
    /// Its pauses.
    pub pauses: Vec<Interval>,
}

/// The stimuli that were played to their end, in order.
pub fn stimuli(events: &Events) -> Vec<PlayedStimulus> {
    let mut whole = Vec::new();
    for event in events.all() {
        let EventKind::StimulusStarted {
            stimulus,
            expect,
            said,
            pauses_ms,
        } = &event.kind
        else {
            continue;
        };
        let mut ended = events.find(|kind| match kind {
            EventKind::StimulusFinished { stimulus: n } => (n == stimulus).then_some(()),
            _ => None,
        });
        if let Some(end) = ended.next() {
            whole.push(PlayedStimulus {
                number: *stimulus,
                start: event.t_ms(),
                end: end.t_ms,
                expect: *expect,
                said: said.clone(),
                pauses: pauses_ms.iter().map(|p| Interval(p.0, p.1)).collect(),
            });
        }
    }
    whole
}

/// A reply that sounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reply {
    /// Its turn.
    pub turn: TurnId,
    /// Its first sample, as the events have it. Milliseconds.
    pub first_sample: f64,
    /// When nothing of it was left to play, or it was stopped or taken back.
    pub over: f64,
}

/// The replies that sounded, in order.
pub fn replies(events: &Events) -> Vec<Reply> {
    let started = events.find(|kind| match kind {
        EventKind::PlaybackStarted { first_sample_ms } => Some(*first_sample_ms),
        _ => None,
    });
    let reply = |found: Found<f64>| {
        let turn = found.turn?;
        let mut ends = events.between((found.t_ms, f64::INFINITY), |kind| {
            let ends = matches!(kind, EventKind::Heard { .. } | EventKind::TurnExtended);
            ends.then_some(())
        });
        let end = ends.find(|end| end.turn == Some(turn));
        Some(Reply {
            turn,
            first_sample: found.it,
            over: end.map_or(f64::INFINITY, |end| end.t_ms),
        })
    };
    started.filter_map(reply).collect()
}

fn interrupted(kind: &EventKind) -> Option<()> {
    matches!(kind, EventKind::Interrupted { .. }).then_some(())
}

fn ducked(kind: &EventKind) -> Option<()> {
    matches!(kind, EventKind::Ducked { .. }).then_some(())
}

fn held(kind: &EventKind) -> Option<()> {
    matches!(kind, EventKind::Held { .. }).then_some(())
}

fn unducked(kind: &EventKind) -> Option<()> {
    matches!(kind, EventKind::Unducked { .. }).then_some(())
}

/// Replies that no stimulus set off: before the first, or after the answer of a turn.
pub fn unprompted(recording: &Recording) -> usize {
    let measuring = Measuring::new(recording);
    let set_off = |reply: &Reply| {
        let mut before = measuring.stimuli.iter().enumerate().rev();
        let last = before.find(|(_, s)| s.start < reply.first_sample);
        // Within a stimulus that was answered before its end, what is said next is answered too.
        last.is_some_and(|(n, s)| {
            measuring.claimed(reply) || s.expect != Expect::Answer || measuring.premature(n)
        })
    };
    measuring.replies.iter().filter(|r| !set_off(r)).count()
}

/// Measures a recording: one [`Turn`] for each stimulus that was played to its end.
pub fn turns(recording: &Recording) -> Vec<Turn> {
    let measuring = Measuring::new(recording);
    let numbers = 0..measuring.stimuli.len();
    numbers.map(|n| measuring.turn(n)).collect()
}

/// Replies that were interrupted while nobody said anything: by their own echo, or by nothing.
pub fn self_interruptions(recording: &Recording) -> usize {
    let stimuli = stimuli(&recording.events);
    let is_own = |found: &Found<()>| {
        let mut spoken = stimuli.iter();
        !spoken.any(|s| (s.start..=s.end + CONSEQUENCE_MS).contains(&found.t_ms))
    };
    recording.events.find(interrupted).filter(is_own).count()
}

struct Measuring<'a> {
    recording: &'a Recording,
    /// From where on the loudspeaker is audible, once it was asked for: all of the recording is read for it.
    threshold_dbfs: OnceCell<f32>,
    stimuli: Vec<PlayedStimulus>,
    replies: Vec<Reply>,
}

impl<'a> Measuring<'a> {
    fn new(recording: &'a Recording) -> Self {
        Self {
            threshold_dbfs: OnceCell::new(),
            stimuli: stimuli(&recording.events),
            replies: replies(&recording.events),
            recording,
        }
    }

    /// The reply that answers a stimulus.
    fn reply_to(&self, n: usize) -> Option<&Reply> {
        let (start, until) = (self.stimuli[n].start, self.next_turn(n));
        let mut after = self.replies.iter();
        after.find(|r| r.first_sample > start && r.first_sample < until)
    }

    /// Whether a reply answers something that asked for an answer.
    fn claimed(&self, reply: &Reply) -> bool {
        let asked = (0..self.stimuli.len()).filter(|n| self.stimuli[*n].expect == Expect::Answer);
        asked.into_iter().any(|n| self.reply_to(n) == Some(reply))
    }

    fn premature(&self, n: usize) -> bool {
        self.reply_to(n)
            .is_some_and(|r| r.first_sample < self.stimuli[n].end)
    }

    /// By when a stimulus has had its consequences: what the next one does is not its doing.
    fn consequences(&self, n: usize) -> f64 {
        let next = self.stimuli.get(n + 1).map_or(f64::INFINITY, |s| s.start);
        (self.stimuli[n].end + CONSEQUENCE_MS).min(next)
    }

    fn turn(&self, n: usize) -> Turn {
        let stimulus = &self.stimuli[n];
        let mut turn = Turn {
            stimulus: stimulus.number,
            expect: stimulus.expect,
            said: stimulus.said.clone(),
            span_ms: Interval(stimulus.start, stimulus.end),
            pauses_ms: stimulus.pauses.clone(),
            ..Turn::default()
        };
        let over = self.replies.iter().rev();
        let mut sounding = over.filter(|r| (r.first_sample..r.over).contains(&stimulus.start));
        if let Some(sounding) = sounding.next() {
            self.over_reply(n, *sounding, &mut turn);
        }
        match stimulus.expect {
            Expect::Answer => self.answer(n, &mut turn),
            Expect::Stop | Expect::GoOn => self.no_answer_wanted(n, &mut turn),
        }
        turn
    }

    /// The response to a stimulus that wants one.
    fn answer(&self, n: usize, turn: &mut Turn) {
        let stimulus = &self.stimuli[n];
        let reply = self.reply_to(n);
        let Some((reply, at)) = reply.and_then(|r| Some((r, self.first_audible(r)?))) else {
            turn.fault.get_or_insert_with(|| "missed".into());
            return;
        };
        turn.v2v_ms = Some(at - stimulus.end);
        turn.reply_ms = self.reply_end(reply).map(|end| end - at);
        if at < stimulus.end {
            turn.fault = Some("premature".into());
            let begun = stimulus.pauses.iter().rev().find(|pause| pause.0 <= at);
            turn.cut_off_ms = begun.map(|pause| pause.1 - pause.0);
        }
        self.explain(stimulus, reply, turn);
    }

    /// Words, reasons and stages of the turn that a reply answers.
    fn explain(&self, stimulus: &PlayedStimulus, reply: &Reply, turn: &mut Turn) {
        turn.turn = Some(reply.turn.0);
        let events = &self.recording.events;
        let until = reply.first_sample.max(stimulus.end) + CONSEQUENCE_MS;
        let mut latency = Latency::default();
        for event in events.all() {
            let of_turn = event.turn == Some(reply.turn);
            // Of a later draft of the same turn nothing belongs to what was heard. The end of the
            // turn does, though a device whose clock lags may have it after the first sample.
            let heard = event.t_ms() <= reply.first_sample
                || matches!(
                    event.kind,
                    EventKind::PlaybackStarted { .. } | EventKind::TurnEnded { .. }
                );
            if of_turn && heard && event.t_ms() <= until {
                latency.observe(event);
            }
        }
        let ended = events.last_of_turn(reply.turn, until, |kind| match kind {
            EventKind::TurnEnded { text, reason, .. } => Some((text, reason)),
            _ => None,
        });
        if let Some((text, reason)) = ended.map(|found| found.it) {
            turn.understood = Some(text.clone());
            turn.reason = Some(reason.to_string());
        }
        let mut heard = events.between((reply.first_sample, f64::INFINITY), |kind| match kind {
            EventKind::Heard { text } => Some(text),
            _ => None,
        });
        let heard = heard.find(|found| found.turn == Some(reply.turn));
        turn.reply = heard.map(|found| found.it.clone());
        let read = events.last_of_turn(reply.turn, until, |kind| match kind {
            EventKind::PromptRead { kept, read } => Some((*kept as u64, *read as u64)),
            _ => None,
        });
        (turn.tokens_kept, turn.tokens_read) = read.map(|found| found.it).unzip();
        let spoken = (stimulus.start, stimulus.end + CONSEQUENCE_MS);
        let partials = events.between(spoken, |kind| {
            matches!(kind, EventKind::Partial { .. }).then_some(())
        });
        let partials: Vec<f64> = partials
            .filter(|found| found.turn == Some(reply.turn))
            .map(|found| found.t_ms)
            .collect();
        turn.partials = partials.len();
        turn.first_partial_ms = partials.first().map(|at| at - stimulus.start);
        turn.took = latency.took();
        if let Some(v2v) = turn.v2v_ms {
            turn.stages = latency.path(stimulus.end);
            if !turn.stages.is_empty() {
                let explained: f64 = turn.stages.iter().map(|s| s.ms).sum();
                turn.stages.push(Stage {
                    name: "rest".into(),
                    ms: v2v - explained,
                });
            }
        }
    }

    /// What a stimulus did to the reply that sounded.
    fn over_reply(&self, n: usize, reply: Reply, turn: &mut Turn) {
        let (stimulus, events) = (&self.stimuli[n], &self.recording.events);
        let until = self.consequences(n);
        let mut stops = events.between((stimulus.start, until), |kind| {
            let stops = matches!(
                kind,
                EventKind::Interrupted { .. } | EventKind::TurnExtended
            );
            stops.then_some(())
        });
        let stopped = stops.any(|found| found.turn == Some(reply.turn));
        let wants_stop = stimulus.expect != Expect::GoOn;
        turn.over_reply = true;
        // It came to its end by itself just then: nothing was asked of anybody.
        if !stopped && reply.over < stimulus.start + REACTION_MS {
            return;
        }
        turn.duck_ms = self.ducked(stimulus, until);
        match (wants_stop, stopped) {
            (true, true) => {
                let next = self
                    .replies
                    .iter()
                    .find(|r| r.first_sample > stimulus.start);
                let end = next.map_or(f64::INFINITY, |r| r.first_sample - SLACK_MS);
                turn.stop_ms = self
                    .last_audible(stimulus.start, end)
                    .map(|at| at - stimulus.start);
            }
            (true, false) => turn.fault = Some("not stopped".into()),
            (false, true) => turn.fault = Some("false stop".into()),
            (false, false) => self.resumed(stimulus, reply, until, turn),
        }
    }

    /// From the first sound of a stimulus to the reply being quieter, by the event, which the
    /// loudspeaker follows within 20 ms. Negative: it was quieter already.
    fn ducked(&self, stimulus: &PlayedStimulus, until: f64) -> Option<f64> {
        let events = &self.recording.events;
        let from = stimulus.start - CONSEQUENCE_MS;
        let since_then = |at: f64| {
            events
                .between((at, stimulus.start), unducked)
                .next()
                .is_none()
        };
        let mut ducks = events.between((from, until), ducked).map(|e| e.t_ms);
        // One from before counts only if it still held.
        let duck = ducks.find(|at| *at >= stimulus.start || since_then(*at));
        duck.map(|at| at - stimulus.start)
    }

    /// How the reply came back after a stimulus that meant nothing.
    fn resumed(&self, stimulus: &PlayedStimulus, reply: Reply, until: f64, turn: &mut Turn) {
        let events = &self.recording.events;
        let over = (stimulus.start, until);
        let mut quieter = events.between(over, |kind| ducked(kind).or(held(kind)));
        if quieter.next().is_none() {
            return;
        }
        let back = events.between(over, unducked).next_back();
        let Some(back) = back.map(|event| event.t_ms) else {
            // Until its end it stayed quiet, or silent.
            let ever = events.between((until, reply.over), unducked).next();
            turn.fault = ever.is_none().then(|| "not resumed".into());
            turn.resume_ms = ever.map(|event| event.t_ms - stimulus.end);
            return;
        };
        turn.resume_ms = Some(back - stimulus.end);
        let holds = events.between((stimulus.start, back), held).next();
        let Some(held_at) = holds.map(|event| event.t_ms) else {
            return;
        };
        let after = events.between((held_at, until), unducked).next();
        let after = after.map_or(back, |event| event.t_ms) - SLACK_MS;
        let last = self.last_audible(stimulus.start.min(held_at - FADE_MS), after);
        turn.gap_ms = last
            .zip(self.audible_from(after))
            .map(|(last, first)| first - last);
    }

    /// A stimulus that wants no answer: nobody else's answer is its fault.
    fn no_answer_wanted(&self, n: usize, turn: &mut Turn) {
        let answered = self.reply_to(n).filter(|reply| !self.claimed(reply));
        if let Some(reply) = answered
            && turn.fault.is_none()
        {
            turn.fault = Some("false answer".into());
            self.explain(&self.stimuli[n], reply, turn);
        }
    }

    /// When the next stimulus begins that is for the assistant.
    fn next_turn(&self, n: usize) -> f64 {
        let mut later = self.stimuli[n + 1..].iter();
        let next = later.find(|s| s.expect != Expect::GoOn);
        next.map_or(f64::INFINITY, |s| s.start)
    }

    /// Its last audible sample, before the next reply.
    fn reply_end(&self, reply: &Reply) -> Option<f64> {
        self.last_audible(reply.first_sample, self.bound(reply))
    }

    fn first_audible(&self, reply: &Reply) -> Option<f64> {
        let found = self.audible_from(reply.first_sample - SLACK_MS)?;
        // It may have been stopped before anything of it sounded.
        (found < self.bound(reply)).then_some(found)
    }

    /// By when a reply is over for the ear: what sounds later is another's.
    fn bound(&self, reply: &Reply) -> f64 {
        let mut later = self.replies.iter();
        let next = later.find(|r| r.first_sample > reply.first_sample);
        let next = next.map_or(f64::INFINITY, |r| r.first_sample - SLACK_MS);
        next.min(reply.over + FADE_MS)
    }

    fn threshold_dbfs(&self) -> f32 {
        let measured = || self.recording.render.audible_threshold();
        *self.threshold_dbfs.get_or_init(measured)
    }

    fn audible_from(&self, from_ms: f64) -> Option<f64> {
        let from = self.recording.index(from_ms);
        let render = &self.recording.render;
        let found = render.audible_from(from, self.threshold_dbfs())?;
        Some(self.recording.ms(found))
    }

    fn last_audible(&self, from_ms: f64, until_ms: f64) -> Option<f64> {
        let from = self.recording.index(from_ms);
        let until = self.recording.index(until_ms);
        let render = &self.recording.render;
        let found = render.audible_until(from..until, self.threshold_dbfs())?;
        Some(self.recording.ms(found))
    }
}

#[cfg(test)]
#[path = "turns_tests.rs"]
mod tests;
