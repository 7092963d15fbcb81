//! Endurance: a conversation of hours with a random user, and what it takes of the machine meanwhile.
//! What grows without end (memory, threads, open files, the wait for an answer) or is not answered is a
//! failure, with its slope.

mod process;
mod user;

use std::collections::BTreeMap;

use serde::Serialize;

pub use process::{Resources, look};
pub use user::random_user;

use super::statistics::percentile;
use crate::events::{EventKind, Expect, SessionEvent};

/// The program settles in this time: buffers find their size. Seconds.
const SETTLED_S: f64 = 600.0;
/// Or in this share of a shorter run.
const SETTLED_SHARE: f64 = 0.25;
/// Memory may grow by this much. MiB an hour.
const MOST_MEMORY_SLOPE: f64 = 1.0;
/// A reply stops within this time, measured from the beginning of what stops it. Milliseconds.
const STOPS_WITHIN_MS: f64 = 1_000.0;
/// Share of "Stop." over a reply that may be misheard.
const MOST_STOPS_IGNORED: f64 = 0.1;
/// The answers of the last quarter may take this many times as long as those of the first, at the median.
const MOST_SLOWER: f64 = 1.5;

/// What a turn of the user's came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Answer {
    /// When its last sound was. Seconds.
    at_s: f64,
    /// From there to the first sample of the reply.
    v2v_ms: f64,
}

/// Follows a session's events and the process's resources.
#[derive(Debug, Default)]
pub struct Soak {
    samples: Vec<(f64, Resources)>,
    answers: Vec<Answer>,
    interruptions: usize,
    lost: Vec<f64>,
    errors: BTreeMap<String, usize>,
    underruns: u64,
    /// The stimulus that is being said, and its last sound, if it wants an answer.
    expects_answer: bool,
    asked_at_ms: Option<f64>,
    /// When the last reply began. What is said is followed by silence in its recording, so that the
    /// answer may begin before the end of what was said is told.
    replied_at_ms: f64,
    /// A reply sounds.
    audible: bool,
    /// When "Stop." was said over a reply, which goes on yet.
    told_to_stop_ms: Option<f64>,
    stops: usize,
    stops_ignored: usize,
}

impl Soak {
    /// Takes an event of the session.
    pub fn observe(&mut self, event: &SessionEvent) {
        let now_ms = event.at.as_millis_f64();
        match &event.kind {
            EventKind::StimulusStarted { expect, .. } => {
                self.expects_answer = *expect == Expect::Answer;
                self.judge_stop(now_ms);
                let is_stop = self.audible && *expect == Expect::Stop;
                self.told_to_stop_ms = is_stop.then_some(now_ms);
                if let Some(asked) = self.asked_at_ms.take_if(|_| self.expects_answer) {
                    // The user waits for replies, and gives up after twenty seconds.
                    self.lost.push(asked / 1_000.0);
                }
            }
            EventKind::StimulusFinished { .. } if self.expects_answer => {
                self.asked_at_ms = Some(now_ms);
                self.take_answer();
            }
            EventKind::PlaybackStarted { first_sample_ms } => {
                self.audible = true;
                self.replied_at_ms = *first_sample_ms;
                self.take_answer();
            }
            EventKind::Interrupted { .. } => {
                self.interruptions += 1;
                self.audible = false;
                self.stops += usize::from(self.told_to_stop_ms.take().is_some());
            }
            EventKind::PlaybackFinished { underruns } => {
                self.underruns += underruns;
                self.audible = false;
                self.judge_stop(now_ms);
            }
            EventKind::Error { stage, .. } => {
                *self.errors.entry(stage.to_string()).or_default() += 1;
            }
            _ => {}
        }
    }

    /// A reply that was told to stop and sounded until now was not stopped, unless it had hardly time to.
    fn judge_stop(&mut self, now_ms: f64) {
        if let Some(told) = self.told_to_stop_ms.take()
            && now_ms - told > STOPS_WITHIN_MS
        {
            self.stops += 1;
            self.stops_ignored += 1;
        }
    }

    /// A reply that began after the last sound of a question is its answer.
    fn take_answer(&mut self) {
        let replied = self.replied_at_ms;
        if let Some(asked) = self.asked_at_ms.take_if(|asked| replied > *asked) {
            self.answers.push(Answer {
                at_s: asked / 1_000.0,
                v2v_ms: replied - asked,
            });
        }
    }

    /// Takes what the process has at a moment of the session. Seconds.
    pub fn sample(&mut self, at_s: f64, resources: Resources) {
        self.samples.push((at_s, resources));
    }

    /// What it came to, of a run that was to last so long.
    pub fn report(&self, wanted_hours: f64) -> SoakReport {
        let seconds = self.samples.last().map_or(0.0, |(at, _)| *at);
        let from = SETTLED_S.min(seconds * SETTLED_SHARE);
        let settled: Vec<&(f64, Resources)> =
            self.samples.iter().filter(|(at, _)| *at >= from).collect();
        let part = settled.len().div_ceil(4);
        let (early, late) = (&settled[..part], &settled[settled.len() - part..]);
        let fewest = |of: fn(&Resources) -> usize| {
            let least = |part: &[&(f64, Resources)]| {
                let values = part.iter().map(|(_, resources)| of(resources));
                values.min().unwrap_or(0)
            };
            (least(early), least(late))
        };
        let memory: Vec<(f64, f64)> = settled
            .iter()
            .map(|(at, resources)| (*at / 3_600.0, resources.memory_kib as f64 / 1_024.0))
            .collect();
        let quarter = |from: f64, to: f64| {
            let within = |a: &&Answer| (seconds * from..seconds * to).contains(&a.at_s);
            let ms: Vec<f64> = self
                .answers
                .iter()
                .filter(within)
                .map(|a| a.v2v_ms)
                .collect();
            (!ms.is_empty()).then(|| percentile(&ms, 0.5))
        };
        let mut report = SoakReport {
            hours: seconds / 3_600.0,
            wanted_hours,
            settled_after_s: from,
            answers: self.answers.len(),
            interruptions: self.interruptions,
            stops: self.stops,
            stops_ignored: self.stops_ignored,
            lost_at_s: self.lost.clone(),
            underruns: self.underruns,
            errors: self.errors.clone(),
            memory_mib: memory.last().map_or(0.0, |(_, mib)| *mib),
            memory_slope_mib_per_h: slope(&memory),
            threads: fewest(|resources| resources.threads),
            open_files: fewest(|resources| resources.open_files),
            first_v2v_p50_ms: quarter(0.0, 0.25),
            last_v2v_p50_ms: quarter(0.75, 1.0),
            failures: Vec::new(),
        };
        report.failures = report.judge();
        report
    }
}

/// The figures of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SoakReport {
    /// Length of the session.
    pub hours: f64,
    /// Length that was asked for.
    pub wanted_hours: f64,
    /// Figures of resources are from then on.
    pub settled_after_s: f64,
    /// Turns that were answered.
    pub answers: usize,
    /// Replies that were interrupted.
    pub interruptions: usize,
    /// How often "Stop." was said over a reply.
    pub stops: usize,
    /// How often the reply went on all the same.
    pub stops_ignored: usize,
    /// Turns that were not answered: when they ended.
    pub lost_at_s: Vec<f64>,
    /// Gaps in replies.
    pub underruns: u64,
    /// Errors by stage.
    pub errors: BTreeMap<String, usize>,
    /// Memory at the end.
    pub memory_mib: f64,
    /// How memory grew, by least squares.
    pub memory_slope_mib_per_h: f64,
    /// Fewest threads in the first quarter and in the last: engines start some for a moment, and what
    /// stays is a leak.
    pub threads: (usize, usize),
    /// The same of open files.
    pub open_files: (usize, usize),
    /// Median wait for an answer in the first quarter.
    pub first_v2v_p50_ms: Option<f64>,
    /// The same in the last.
    pub last_v2v_p50_ms: Option<f64>,
    /// What is wrong; empty if nothing is.
    pub failures: Vec<String>,
}

impl SoakReport {
    fn judge(&self) -> Vec<String> {
        let mut failures = Vec::new();
        if self.memory_slope_mib_per_h > MOST_MEMORY_SLOPE {
            failures.push(format!(
                "memory grows by {:.2} MiB an hour, and may by {MOST_MEMORY_SLOPE}",
                self.memory_slope_mib_per_h
            ));
        }
        for (what, (first, last)) in [("threads", self.threads), ("open files", self.open_files)] {
            if last > first {
                failures.push(format!("{what}: {first} at first, {last} at last"));
            }
        }
        if let (Some(first), Some(last)) = (self.first_v2v_p50_ms, self.last_v2v_p50_ms)
            && last > first * MOST_SLOWER
        {
            failures.push(format!(
                "answers came after {first:.0} ms, at last after {last:.0}"
            ));
        }
        if self.hours < self.wanted_hours * 0.99 {
            failures.push(format!(
                "it ended after {:.2} of {:.2} hours",
                self.hours, self.wanted_hours
            ));
        }
        if self.stops_ignored as f64 > self.stops as f64 * MOST_STOPS_IGNORED {
            failures.push(format!(
                "{} of {} times a reply went on over \"Stop.\"",
                self.stops_ignored, self.stops
            ));
        }
        if self.answers == 0 {
            failures.push("no turn was answered".into());
        }
        if !self.lost_at_s.is_empty() {
            failures.push(format!(
                "{} turns were not answered, the first at {:.0} s",
                self.lost_at_s.len(),
                self.lost_at_s[0]
            ));
        }
        for (stage, count) in &self.errors {
            failures.push(format!("{count} errors of the stage {stage}"));
        }
        failures
    }
}

/// Slope of the line of least squares through these points; 0 for fewer than two.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n.max(1.0);
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let both: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let own: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    if own > 0.0 { both / own } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::events::InterruptReason;

    fn event(at_ms: u64, kind: EventKind) -> SessionEvent {
        SessionEvent {
            at: Timestamp::from_millis(at_ms),
            turn: None,
            kind,
        }
    }

    /// A turn that begins to be said at a time, and is answered after so long.
    fn turn(soak: &mut Soak, at_ms: u64, answered_after_ms: Option<u64>) {
        let started = EventKind::StimulusStarted {
            stimulus: 0,
            expect: Expect::Answer,
            said: None,
            pauses_ms: Vec::new(),
        };
        soak.observe(&event(at_ms, started));
        let end = at_ms + 1_000;
        soak.observe(&event(end, EventKind::StimulusFinished { stimulus: 0 }));
        if let Some(ms) = answered_after_ms {
            let first_sample_ms = (end + ms) as f64;
            soak.observe(&event(
                end + ms,
                EventKind::PlaybackStarted { first_sample_ms },
            ));
        }
    }

    /// An hour in which memory grows by so much, with a turn a minute.
    fn hour(grows_kib: u64, threads: impl Fn(u64) -> usize, after_ms: impl Fn(u64) -> u64) -> Soak {
        let mut soak = Soak::default();
        for minute in 0..60 {
            turn(&mut soak, minute * 60_000, Some(after_ms(minute)));
            let resources = Resources {
                memory_kib: 300_000 + grows_kib * minute / 60,
                threads: threads(minute),
                open_files: 20,
            };
            soak.sample((minute * 60) as f64, resources);
        }
        soak
    }

    #[test]
    fn an_hour_without_drift_passes() {
        let report = hour(500, |_| 12, |_| 400).report(0.98);
        assert_eq!(report.failures, Vec::<String>::new());
        assert_eq!((report.answers, report.first_v2v_p50_ms), (60, Some(400.0)));
    }

    #[test]
    fn memory_that_grows_is_a_failure_with_its_slope() {
        let report = hour(5 * 1_024, |_| 12, |_| 400).report(0.98);
        assert!((report.memory_slope_mib_per_h - 5.0).abs() < 0.2);
        assert!(
            report.failures[0].contains("memory grows by 5.0"),
            "{report:?}"
        );
    }

    #[test]
    fn what_grows_only_while_it_settles_is_none() {
        let report = hour(0, |minute| if minute < 10 { 9 } else { 12 }, |_| 400).report(0.98);
        assert_eq!(report.failures, Vec::<String>::new());
    }

    #[test]
    fn a_thread_for_a_moment_is_no_leak() {
        let report = hour(0, |minute| 12 + usize::from(minute % 3 == 0), |_| 400).report(0.98);
        assert_eq!(report.failures, Vec::<String>::new());
    }

    #[test]
    fn a_thread_more_and_slower_answers_are_failures() {
        let report = hour(0, |minute| 12 + usize::from(minute > 40), |_| 400).report(0.98);
        assert!(
            report.failures[0].contains("threads: 12 at first, 13 at last"),
            "{report:?}"
        );
        let report = hour(0, |_| 12, |minute| 400 + 10 * minute).report(0.98);
        assert!(report.failures[0].contains("at last after"), "{report:?}");
    }

    #[test]
    fn a_run_that_ended_early_is_a_failure() {
        let report = hour(0, |_| 12, |_| 400).report(2.0);
        assert!(report.failures[0].contains("of 2.00 hours"), "{report:?}");
    }

    #[test]
    fn a_reply_that_goes_on_over_stop_is_a_failure() {
        let stop = |soak: &mut Soak, then: EventKind, at_ms: u64| {
            let first_sample_ms = 0.0;
            soak.observe(&event(0, EventKind::PlaybackStarted { first_sample_ms }));
            let started = EventKind::StimulusStarted {
                stimulus: 0,
                expect: Expect::Stop,
                said: None,
                pauses_ms: Vec::new(),
            };
            soak.observe(&event(0, started));
            soak.observe(&event(at_ms, then));
        };
        let mut soak = hour(0, |_| 12, |_| 400);
        let reason = InterruptReason::StopWord;
        stop(&mut soak, EventKind::Interrupted { reason }, 400);
        let ended = EventKind::PlaybackFinished { underruns: 0 };
        // It would have ended anyway.
        stop(&mut soak, ended.clone(), 300);
        assert!(soak.report(0.98).failures.is_empty());
        stop(&mut soak, ended, 3_000);
        let report = soak.report(0.98);
        assert_eq!((report.stops, report.stops_ignored), (2, 1));
        assert!(report.failures[0].contains("1 of 2 times"), "{report:?}");
    }

    #[test]
    fn an_answer_may_begin_before_the_end_of_the_question_is_told() {
        let mut soak = Soak::default();
        turn(&mut soak, 0, None);
        let (end, tail) = (2_000, 500);
        let started = EventKind::StimulusStarted {
            stimulus: 1,
            expect: Expect::Answer,
            said: None,
            pauses_ms: Vec::new(),
        };
        soak.observe(&event(1_000, started));
        let first_sample_ms = end as f64 + 300.0;
        let playing = EventKind::PlaybackStarted { first_sample_ms };
        soak.observe(&event(end + tail, playing));
        soak.observe(&event(end, EventKind::StimulusFinished { stimulus: 1 }));
        let report = soak.report(0.0);
        assert_eq!((report.answers, report.lost_at_s), (1, vec![1.0]));
    }

    #[test]
    fn a_turn_that_is_not_answered_is_a_failure() {
        let mut soak = hour(0, |_| 12, |_| 400);
        turn(&mut soak, 3_600_000, None);
        turn(&mut soak, 3_630_000, Some(400));
        let report = soak.report(0.98);
        assert_eq!(report.lost_at_s, [3_601.0]);
        assert!(
            report.failures[0].contains("1 turns were not answered"),
            "{report:?}"
        );
    }
}
