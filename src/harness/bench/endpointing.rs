//! Turns cut off at a pause against latency, from what a session knows at each pause. Pure.

use serde::Serialize;

use super::Summary;
use crate::endpointing::{Cue, EndpointPolicy, Evidence};
use crate::lexicon::words;

/// The transcript is there so long after a pause was reported: the median of `bench turns`.
pub const TEXT_AFTER_MS: f64 = 75.0;
/// The score, which is asked for when the transcript is there. The language model has read the words by then.
const SCORE_AFTER_MS: f64 = TEXT_AFTER_MS + 50.0;
/// Lengths of the pauses that are put in.
pub const LENGTHS_MS: [u32; 7] = [200, 300, 400, 600, 800, 1_000, 1_500];
/// The length at which policies are compared.
const COMPARED_MS: u32 = 800;
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
    /// How probable the language model finds it that they are all.
    pub model: Option<f32>,
    /// What the sound says.
    pub score: f32,
}

impl Pause {
    /// When all that is known of it is there.
    pub(super) fn known_ms(&self) -> f64 {
        self.reported_ms + SCORE_AFTER_MS
    }

    /// How probable it is that the turn is over, from all that is known; 0 before there are words.
    pub(super) fn probability(&self) -> f32 {
        if words(&self.text).is_empty() {
            return 0.0;
        }
        let evidence = Evidence {
            sound: Some(self.score),
            model: self.model,
            cue: self.cue,
        };
        evidence.probability()
    }

    /// When the policy ends the turn here, if nobody speaks before that.
    pub fn decided_ms(&self, policy: &EndpointPolicy) -> Option<f64> {
        // A turn without words is let go, not answered.
        if words(&self.text).is_empty() {
            return None;
        }
        let due = |evidence: &Evidence| {
            let wait = policy.wait(evidence).duration;
            self.last_speech_ms + wait.as_secs_f64() * 1000.0
        };
        let scored = self.known_ms();
        let cue = Evidence {
            cue: self.cue,
            ..Evidence::default()
        };
        let all = Evidence {
            sound: Some(self.score),
            model: self.model,
            ..cue
        };
        let by_words = due(&cue).max(self.reported_ms + TEXT_AFTER_MS);
        let at = if policy.asks_sound() && by_words >= scored {
            due(&all).max(scored)
        } else {
            by_words
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

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::*;

    pub(in crate::harness::bench) fn pause(
        last_speech_ms: f64,
        resumed_ms: Option<f64>,
        score: f32,
    ) -> Pause {
        Pause {
            last_speech_ms,
            reported_ms: last_speech_ms + 90.0,
            resumed_ms,
            text: "What is it?".into(),
            cue: Cue::Neutral,
            model: None,
            score,
        }
    }

    pub(in crate::harness::bench) fn run(kind: Kind, mark_ms: f64, pauses: Vec<Pause>) -> Run {
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
}
