//! Recordings with known answers, and what the measuring makes of them. A harness that cannot find
//! the answers that it knows may not be believed about those that it does not.

use super::channel::Channel;
use super::recording::{Events, Recording};
use super::report::SelfTest;
use super::turns::turns;
use crate::audio::audible::AUDIBLE_DBFS;
use crate::audio::frame::{SESSION_RATE, from_db};
use crate::audio::noise::Noise;
use crate::clock::Timestamp;
use crate::events::{EventKind, Expect, InterruptReason, SessionEvent, TurnId};

/// An error above this fails a run. Milliseconds.
pub const ALLOWED_MS: f64 = 5.0;
/// Recordings of the short form, which begins every run.
pub const SHORT: usize = 48;
/// Recordings of the whole form.
pub const WHOLE: usize = 288;

/// Length of a recording. Seconds.
const LENGTH_S: f64 = 4.2;
/// Level of the made speech. dBFS.
const LEVEL_DBFS: f32 = -20.0;
/// By how much the events' times are wrong, at most: only the audio may count. Milliseconds.
const EVENTS_WRONG_MS: f64 = 12.0;

/// How a made sound begins and ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Edge {
    /// At once.
    Cut,
    /// Along a line.
    Ramp {
        /// As long as this.
        ms: f64,
    },
}

/// What a made sound consists of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Carrier {
    /// A tone.
    Tone,
    /// Pulses 10 ms apart that ring: a low voice.
    Voice,
    /// Noise.
    Noise,
}

/// One recording to make.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Case {
    carrier: Carrier,
    edge: Edge,
    /// Noise on the loudspeaker's channel below the sound; `None`: digital silence.
    snr_db: Option<f32>,
    /// Whether clicks lie where nothing may be found.
    clicks: bool,
    seed: u64,
}

/// Makes recordings and measures them; `recordings` are spread over all kinds.
pub fn self_test(recordings: usize) -> SelfTest {
    let mut found = SelfTest {
        recordings,
        allowed_ms: ALLOWED_MS,
        v2v_error_ms: 0.0,
        stop_error_ms: 0.0,
        missed: 0,
    };
    for case in cases(recordings) {
        let (recording, v2v, stop) = make(case);
        let measured = turns(&recording);
        let errors = [
            (measured[0].v2v_ms, v2v, &mut found.v2v_error_ms),
            (measured[1].stop_ms, stop, &mut found.stop_error_ms),
        ];
        for (measured, known, worst) in errors {
            match measured {
                Some(ms) => *worst = worst.max((ms - known).abs()),
                None => found.missed += 1,
            }
        }
    }
    found
}

impl SelfTest {
    /// Whether the measuring may be believed.
    pub fn passed(&self) -> bool {
        self.missed == 0 && self.v2v_error_ms.max(self.stop_error_ms) <= self.allowed_ms
    }
}

/// All kinds in turn, each with another seed.
fn cases(count: usize) -> impl Iterator<Item = Case> {
    let carriers = [Carrier::Tone, Carrier::Voice, Carrier::Noise];
    let edges = [
        Edge::Cut,
        Edge::Ramp { ms: 5.0 },
        Edge::Ramp { ms: 10.0 },
        Edge::Ramp { ms: 20.0 },
    ];
    let levels = [None, Some(40.0), Some(30.0), Some(20.0)];
    (0..count).map(move |n| Case {
        // Three and four share no factor: twelve in a row are all combinations.
        carrier: carriers[n % 3],
        edge: edges[n % 4],
        snr_db: levels[n / 12 % 4],
        clicks: (n / 12 + n) % 2 == 1,
        seed: n as u64 + 1,
    })
}

/// A recording of a question, its reply, and an interruption of that; with the response time and the
/// stop time that it has.
fn make(case: Case) -> (Recording, f64, f64) {
    let mut random = Noise::new(case.seed);
    let mut somewhere = |from: f64, span: f64| from + f64::from(random.uniform()) * span;
    let (asked, ended) = (somewhere(200.0, 50.0), somewhere(700.0, 50.0));
    let begun = ended + somewhere(150.0, 700.0);
    let cut_in = somewhere(2_000.0, 100.0);
    let stopped = cut_in + somewhere(80.0, 500.0);
    let again = somewhere(3_200.0, 200.0);
    let mut wrong = || somewhere(-EVENTS_WRONG_MS, 2.0 * EVENTS_WRONG_MS);
    let event = |t_ms: f64, turn: u64, kind: EventKind| SessionEvent {
        at: Timestamp::from_millis_f64(t_ms),
        turn: Some(TurnId(turn)),
        kind,
    };
    let stimulus = |stimulus: usize, from: f64, to: f64| {
        let started = EventKind::StimulusStarted {
            stimulus,
            expect: Expect::Answer,
            said: None,
            pauses_ms: Vec::new(),
        };
        let finished = EventKind::StimulusFinished { stimulus };
        [event(from, 1, started), event(to, 1, finished)]
    };
    let started = |turn: u64, first_sample_ms: f64| {
        let kind = EventKind::PlaybackStarted { first_sample_ms };
        event(first_sample_ms + 12.0, turn, kind)
    };
    let heard = |t_ms: f64, turn: u64| {
        let text = String::new();
        event(t_ms, turn, EventKind::Heard { text })
    };
    let reason = InterruptReason::Words;
    let mut events = vec![
        started(1, begun + wrong()),
        event(
            stopped - 20.0 + wrong(),
            1,
            EventKind::Interrupted { reason },
        ),
        heard(stopped + 30.0, 1),
        started(2, again + wrong()),
        heard(4_150.0, 2),
    ];
    events.extend(stimulus(0, asked, ended));
    events.extend(stimulus(1, cut_in, cut_in + 700.0));

    let samples = (LENGTH_S * f64::from(SESSION_RATE)) as usize;
    let mut render = vec![0.0f32; samples];
    let (first, last) = add_sound(&mut render, case, begun, stopped, &mut random);
    add_sound(&mut render, case, again, 4_100.0, &mut random);
    if case.clicks {
        for at in [begun - 60.0, stopped + 60.0] {
            let from = sample(at);
            render[from..from + 24].fill(0.5);
        }
    }
    if let Some(snr_db) = case.snr_db {
        let gain = from_db(LEVEL_DBFS - snr_db);
        render
            .iter_mut()
            .for_each(|s| *s += random.gaussian() * gain);
    }
    let recording = Recording {
        capture: Channel::new(vec![0.0; samples], SESSION_RATE),
        render: Channel::new(render, SESSION_RATE),
        events: Events::new(events),
    };
    (recording, first - ended, last - cut_in)
}

/// Adds a sound between two times, and says when it becomes and stops being audible in silence.
fn add_sound(
    render: &mut [f32],
    case: Case,
    from_ms: f64,
    to_ms: f64,
    random: &mut Noise,
) -> (f64, f64) {
    let (from, to) = (sample(from_ms), sample(to_ms));
    let level = from_db(LEVEL_DBFS);
    let mut ring = 0.0f32;
    for (n, sample) in render[from..to].iter_mut().enumerate() {
        let t = n as f32 / SESSION_RATE as f32;
        let tone = |hz: f32| (t * hz * std::f32::consts::TAU).sin();
        let value = match case.carrier {
            Carrier::Tone => tone(440.0) * std::f32::consts::SQRT_2,
            Carrier::Voice => {
                // 480 samples from pulse to pulse, each dying away within them.
                ring = if n % 480 == 0 { 3.0 } else { ring * 0.994 };
                ring * tone(700.0)
            }
            Carrier::Noise => random.gaussian(),
        };
        let gain = match case.edge {
            Edge::Cut => 1.0,
            Edge::Ramp { ms } => {
                let edge = ms * f64::from(SESSION_RATE) / 1000.0;
                let inside = n.min(to - from - n) as f64;
                (inside / edge).min(1.0) as f32
            }
        };
        *sample += value * level * gain;
    }
    let inaudible = match case.edge {
        Edge::Cut => 0.0,
        Edge::Ramp { ms } => ms * f64::from(from_db(AUDIBLE_DBFS - LEVEL_DBFS)),
    };
    (from_ms + inaudible, to_ms - inaudible)
}

fn sample(ms: f64) -> usize {
    (ms * f64::from(SESSION_RATE) / 1000.0).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_are_found_within_the_allowed_error() {
        let found = self_test(WHOLE);
        assert!(found.passed(), "{found:?}");
    }

    #[test]
    fn the_short_form_has_every_edge_and_every_level() {
        let kinds = |of: fn(Case) -> String| {
            let all: std::collections::BTreeSet<String> = cases(SHORT).map(of).collect();
            all.len()
        };
        assert_eq!(kinds(|case| format!("{:?}", case.edge)), 4);
        assert_eq!(
            kinds(|case| format!("{:?} {:?}", case.snr_db, case.carrier)),
            12
        );
    }

    #[test]
    fn an_error_above_the_allowed_one_fails() {
        let mut found = self_test(4);
        assert!(found.passed());
        found.stop_error_ms = ALLOWED_MS + 0.1;
        assert!(!found.passed());
    }
}
