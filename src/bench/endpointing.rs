//! Turns cut off at a pause against latency, from what a session knows at each pause. Pure.

use std::time::Duration;

use serde::Serialize;

use super::Summary;
use crate::endpointing::{Cue, EndpointPolicy};
use crate::lexicon::words;

/// The transcript is there so long after a pause was reported: the median of `bench turns`.
pub const TEXT_AFTER_MS: f64 = 75.0;
/// The score, which is asked for when the transcript is there.
const SCORE_AFTER_MS: f64 = TEXT_AFTER_MS + 50.0;
/// Lengths of the pauses that are put in.
pub const LENGTHS_MS: [u32; 7] = [200, 300, 400, 600, 800, 1_000, 1_500];
/// The length at which policies are compared.
const COMPARED_MS: u32 = 800;
/// Floors of the balanced policy; its own is the first.
const FLOORS_MS: [u64; 8] = [300, 350, 400, 450, 500, 600, 800, 1_000];
/// Waits of silence alone are looked for in these steps, up to this.
const SILENCE_STEP_MS: u64 = 10;
const LONGEST_SILENCE_MS: u64 = 2_500;

/// What the session knows at a pause. Times count from the beginning of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Pause {
    /// The last sound, as voice activity puts it.
    pub last_speech_ms: f64,
    /// When voice activity reported the pause.
    pub reported_ms: f64,
    /// When it reported speech again.
    pub resumed_ms: Option<f64>,
    /// The turn's words so far.
    pub text: String,
    /// What they say.
    pub cue: Cue,
    /// What the sound says.
    pub score: f32,
}

impl Pause {
    /// When the policy ends the turn here, if nobody speaks before that.
    pub fn decided_ms(&self, policy: &EndpointPolicy) -> Option<f64> {
        // A turn without words is let go, not answered.
        if words(&self.text).is_empty() {
            return None;
        }
        let due = |score| {
            let wait = policy.wait(score, self.cue).duration;
            self.last_speech_ms + wait.as_secs_f64() * 1000.0
        };
        let scored = self.reported_ms + SCORE_AFTER_MS;
        let by_words = due(None).max(self.reported_ms + TEXT_AFTER_MS);
        let at = match policy.asks_sound() && by_words >= scored {
            true => due(Some(self.score)).max(scored),
            false => by_words,
        };
        self.resumed_ms
            .is_none_or(|resumed| at < resumed)
            .then_some(at)
    }
}

/// Where a pause is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// One word before the end.
    OneBefore,
    /// Two words before the end.
    TwoBefore,
    /// After the words that are a whole phrase in the short form of the same: ambiguous.
    Shared,
}

/// What a run asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "place")]
pub enum Kind {
    /// A whole turn.
    Clean,
    /// Silence after a word.
    PutIn(Place),
    /// Silence, "um", silence after a word.
    Filled(Place),
}

/// One pass of a stimulus through the engines.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The file's name.
    pub file: String,
    /// What it asks.
    pub kind: Kind,
    /// A clean turn's true end; else where the silence begins whose length varies.
    pub mark_ms: f64,
    /// What the session knew, in order; of put-in pauses only those that last beyond their place.
    pub pauses: Vec<Pause>,
}

impl Run {
    /// When the policy ends the turn, relative to the mark; `None` if it never does.
    pub fn decided_ms(&self, policy: &EndpointPolicy) -> Option<f64> {
        let mut decisions = self.pauses.iter().filter_map(|p| p.decided_ms(policy));
        decisions.next().map(|at| at - self.mark_ms)
    }
}

/// How many of how many were cut off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Cut off.
    pub cut: usize,
    /// All.
    pub of: usize,
}

impl Share {
    /// Between 0 and 1; 0 of none.
    pub fn rate(self) -> f64 {
        self.cut as f64 / self.of.max(1) as f64
    }

    fn count(decisions: impl Iterator<Item = Option<f64>>, before_ms: f64) -> Self {
        decisions.fold(Self::default(), |share, decision| Self {
            cut: share.cut + usize::from(decision.is_some_and(|at| at < before_ms)),
            of: share.of + 1,
        })
    }
}

/// What a policy costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Its name.
    pub policy: String,
    /// Decision minus true end, over the clean turns that it did not cut off.
    pub latency_ms: Option<Summary>,
    /// Clean turns cut off.
    pub clean: Share,
    /// Clean turns that it never ended.
    pub missed: usize,
    /// Per [`LENGTHS_MS`]: pauses put in one or two words before the end.
    pub put_in: Vec<Share>,
    /// Per [`LENGTHS_MS`]: pauses put in after the shared part.
    pub shared: Vec<Share>,
    /// Per [`LENGTHS_MS`] of silence after it: "um" put in, at any place.
    pub filled: Vec<Share>,
}

impl Figures {
    /// Of a policy over the runs.
    pub fn of(name: impl Into<String>, policy: &EndpointPolicy, runs: &[Run]) -> Self {
        let decisions = |wanted: fn(Kind) -> bool| {
            let runs = runs.iter().filter(move |run| wanted(run.kind));
            runs.map(|run| run.decided_ms(policy))
        };
        let clean = || decisions(|kind| kind == Kind::Clean);
        let per_length = |wanted: fn(Kind) -> bool| {
            let lengths = LENGTHS_MS.iter();
            let share = |length: &u32| Share::count(decisions(wanted), f64::from(*length));
            lengths.map(share).collect()
        };
        let latencies: Vec<f64> = clean().flatten().filter(|at| *at >= 0.0).collect();
        Self {
            policy: name.into(),
            latency_ms: Summary::of(&latencies),
            clean: Share::count(clean(), 0.0),
            missed: clean().filter(Option::is_none).count(),
            put_in: per_length(|kind| match kind {
                Kind::PutIn(place) => place != Place::Shared,
                Kind::Clean | Kind::Filled(_) => false,
            }),
            shared: per_length(|kind| kind == Kind::PutIn(Place::Shared)),
            filled: per_length(|kind| matches!(kind, Kind::Filled(_))),
        }
    }

    /// Put-in pauses of 800 ms, the shared ones apart, that were cut off.
    pub fn compared(&self) -> Share {
        let at = LENGTHS_MS.iter().position(|length| *length == COMPARED_MS);
        at.and_then(|at| self.put_in.get(at).copied())
            .unwrap_or_default()
    }
}

/// All policies over all runs.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointingReport {
    /// What may be chosen: eager, balanced, patient.
    pub styles: Vec<Figures>,
    /// Silence alone.
    pub silence: Vec<Figures>,
    /// Balanced with other floors.
    pub floors: Vec<Figures>,
    /// Per style, the shortest silence alone that cuts off no more of the 800 ms pauses.
    pub same_rate: Vec<Option<Figures>>,
}

/// The policies that may be chosen, by name.
pub const STYLES: [(&str, EndpointPolicy); 3] = [
    ("eager", EndpointPolicy::EAGER),
    ("balanced", EndpointPolicy::BALANCED),
    ("patient", EndpointPolicy::PATIENT),
];

impl EndpointingReport {
    /// Evaluates the policies.
    pub fn of(runs: &[Run]) -> Self {
        let styles = STYLES.map(|(name, policy)| Figures::of(name, &policy, runs));
        let same_rate = styles.iter().map(|style| {
            let most = style.compared();
            let steps = LONGEST_SILENCE_MS / SILENCE_STEP_MS;
            let waits = (20..=steps).map(|n| silence(n * SILENCE_STEP_MS, runs));
            let mut enough = waits.filter(|alone| alone.compared().cut <= most.cut);
            enough.next().filter(|_| most.of > 0)
        });
        let floor = |ms| {
            let policy = EndpointPolicy::BALANCED.between(Some(Duration::from_millis(ms)), None);
            Figures::of(format!("floor {ms}"), &policy, runs)
        };
        Self {
            same_rate: same_rate.collect(),
            silence: (2..=10).map(|n| silence(n * 100, runs)).collect(),
            floors: FLOORS_MS.map(floor).into(),
            styles: styles.into(),
        }
    }
}

fn silence(ms: u64, runs: &[Run]) -> Figures {
    let policy = EndpointPolicy::silence(Duration::from_millis(ms));
    Figures::of(format!("silence {ms}"), &policy, runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(last_speech_ms: f64, resumed_ms: Option<f64>, score: f32) -> Pause {
        Pause {
            last_speech_ms,
            reported_ms: last_speech_ms + 90.0,
            resumed_ms,
            text: "What is it?".into(),
            cue: Cue::Neutral,
            score,
        }
    }

    fn run(kind: Kind, mark_ms: f64, pauses: Vec<Pause>) -> Run {
        Run {
            file: "a.wav".into(),
            kind,
            mark_ms,
            pauses,
        }
    }

    fn silence_ms(ms: u64) -> EndpointPolicy {
        EndpointPolicy::silence(Duration::from_millis(ms))
    }

    #[test]
    fn a_decision_waits_for_the_transcript() {
        let at = pause(1_000.0, None, 0.9).decided_ms(&silence_ms(100));
        assert_eq!(at, Some(1_090.0 + TEXT_AFTER_MS));
    }

    #[test]
    fn the_score_makes_the_wait() {
        let decided = |score| pause(1_000.0, None, score).decided_ms(&EndpointPolicy::BALANCED);
        assert_eq!(decided(0.999), Some(1_300.0));
        assert_eq!(decided(0.001), Some(2_600.0));
    }

    #[test]
    fn speech_before_the_decision_keeps_the_turn() {
        let early = pause(1_000.0, Some(1_400.0), 0.9);
        assert_eq!(early.decided_ms(&silence_ms(500)), None);
        assert_eq!(early.decided_ms(&silence_ms(300)), Some(1_300.0));
    }

    #[test]
    fn words_must_have_been_said() {
        let mut wordless = pause(1_000.0, None, 0.9);
        wordless.text = "...".into();
        assert_eq!(wordless.decided_ms(&silence_ms(300)), None);
    }

    #[test]
    fn a_clean_turn_that_is_cut_off_has_no_latency() {
        let inner = pause(1_000.0, Some(1_600.0), 0.9);
        let whole = run(
            Kind::Clean,
            3_000.0,
            vec![inner, pause(2_990.0, None, 0.999)],
        );
        let cut = Figures::of("", &silence_ms(400), std::slice::from_ref(&whole));
        assert_eq!((cut.clean, cut.latency_ms), (Share { cut: 1, of: 1 }, None));
        let waited = Figures::of("", &silence_ms(700), &[whole]);
        assert_eq!(waited.clean.cut, 0);
        assert_eq!(waited.latency_ms.map(|l| l.p50), Some(690.0));
    }

    #[test]
    fn a_put_in_pause_is_cut_off_by_a_decision_inside_it() {
        let put_in = run(
            Kind::PutIn(Place::OneBefore),
            1_000.0,
            vec![pause(990.0, None, 0.9)],
        );
        let figures = Figures::of("", &silence_ms(700), &[put_in]);
        let cut: Vec<usize> = figures.put_in.iter().map(|share| share.cut).collect();
        assert_eq!(cut, [0, 0, 0, 0, 1, 1, 1]);
        assert_eq!(figures.shared[0].of + figures.filled[0].of, 0);
    }

    #[test]
    fn silence_alone_is_found_at_the_same_rate() {
        let pauses = |score| vec![pause(1_000.0, None, score)];
        let runs = [0.999, 0.001].map(|s| run(Kind::PutIn(Place::TwoBefore), 1_000.0, pauses(s)));
        let report = EndpointingReport::of(&runs);
        assert_eq!(report.styles[1].compared(), Share { cut: 1, of: 2 });
        // Silence treats both alike: it has to spare both.
        let alone = report.same_rate[1].as_ref().map(|f| f.policy.as_str());
        assert_eq!(alone, Some("silence 800"));
    }

    #[test]
    fn without_pauses_put_in_nothing_is_compared() {
        let report = EndpointingReport::of(&[run(Kind::Clean, 0.0, Vec::new())]);
        assert_eq!(report.same_rate, [None, None, None]);
        assert_eq!(report.styles[0].missed, 1);
    }
}
