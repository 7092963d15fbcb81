//! What is told of whose voice, with an encoder that tells voices by the value of their samples.

use std::time::Duration;

use crossbeam_channel::unbounded;

use super::*;
use crate::clock::SessionClock;
use crate::pipeline::scripted_engines::{ByFirstSample, enrolled};

const TURN: TurnId = TurnId(1);
/// The value of the samples of the user, and of somebody else.
const USER: f32 = 0.2;
const OTHER: f32 = 1.2;
/// As alike as any voice is to itself, less what a voice's own sentences are counted as at most.
const SAME: f32 = 0.1;

struct Stage {
    stage: SpeakerStage,
    inputs: Sender<SpeakerInput>,
    told: Receiver<ConductorInput>,
}

impl Stage {
    fn knowing(prints: Vec<VoicePrint>) -> Self {
        let (inputs, taken) = unbounded();
        let (conductor, told) = unbounded();
        let known = KnownVoices {
            encoder: Box::new(ByFirstSample),
            prints,
        };
        let bus = EventBus::new(SessionClock::manual(), Vec::new());
        Self {
            stage: SpeakerStage::new(known, taken, conductor, bus),
            inputs,
            told,
        }
    }

    /// A stage that knows the user, whose turn begins.
    fn listening() -> Self {
        let mut stage = Self::knowing(vec![enrolled(USER)]);
        stage.start(TURN);
        stage
    }

    fn now(&self) -> Timestamp {
        self.stage.recent.until()
    }

    /// A turn begins here.
    fn start(&mut self, turn: TurnId) {
        let from = self.now();
        self.stage.take(SpeakerInput::Start { turn, from });
    }

    /// Sends a voice for this long. Milliseconds.
    fn hear(&mut self, voice: f32, ms: u64) {
        for _ in 0..ms / 10 {
            let until = self.now() + Duration::from_millis(10);
            let samples = [voice; FRAME];
            self.stage.take(SpeakerInput::Audio { samples, until });
            if self.stage.asked.is_none() {
                self.stage.look();
            }
        }
    }

    /// What is told at a pause.
    fn pause(&mut self, turn: TurnId, pause: u32) -> Vec<Event> {
        self.told();
        self.stage.take(SpeakerInput::Pause { turn, pause });
        if let Some(pause) = self.stage.asked.take() {
            self.stage.tell(Some(pause));
        }
        self.told()
    }

    fn told(&self) -> Vec<Event> {
        let told = self.told.try_iter().filter_map(|input| match input {
            ConductorInput::Event(_, event) => Some(event),
            ConductorInput::Agent(..) | ConductorInput::Shutdown => None,
        });
        told.collect()
    }

    /// The voice of the turn at its first pause.
    fn voice(&mut self) -> Option<Voice> {
        match &self.pause(TURN, 1)[..] {
            [
                Event::VoiceHeard {
                    turn: TURN,
                    pause: Some(1),
                    voice,
                },
            ] => *voice,
            other => panic!("{other:?}"),
        }
    }

    fn likeness(&mut self) -> f32 {
        self.voice().expect("it was long enough").likeness
    }
}

#[test]
fn at_a_pause_it_is_told_how_alike_the_voice_is_and_of_how_much_speech() {
    let mut stage = Stage::listening();
    stage.hear(USER, 800);
    let voice = stage.voice().expect("it was long enough");
    assert!((voice.likeness - SAME).abs() < 1e-3, "{voice:?}");
    assert_eq!(voice.speech_ms, 800.0);
}

#[test]
fn somebody_elses_voice_is_less_alike() {
    let mut stage = Stage::listening();
    stage.hear(OTHER, 800);
    let likeness = stage.likeness();
    assert!(likeness < SAME - 0.3, "{likeness}");
}

#[test]
fn of_several_enrolled_voices_the_nearest_counts() {
    let mut stage = Stage::knowing(vec![enrolled(USER), enrolled(OTHER)]);
    stage.start(TURN);
    stage.hear(OTHER, 800);
    let likeness = stage.likeness();
    assert!((likeness - SAME).abs() < 1e-3, "{likeness}");
}

#[test]
fn a_pause_after_too_little_speech_is_answered_with_nothing() {
    let mut stage = Stage::listening();
    stage.hear(USER, 300);
    assert_eq!(stage.voice(), None);
}

#[test]
fn while_somebody_speaks_nothing_is_told_of_a_turn_that_is_too_short() {
    let mut stage = Stage::listening();
    stage.hear(USER, 900);
    assert_eq!(stage.told(), []);
}

#[test]
fn while_somebody_speaks_it_is_told_as_more_can_be_told_and_then_no_more() {
    let mut stage = Stage::listening();
    stage.hear(USER, 6_000);
    let speech = stage.told().into_iter().map(|event| match event {
        Event::VoiceHeard {
            turn: TURN,
            pause: None,
            voice: Some(voice),
        } => voice.speech_ms,
        other => panic!("{other:?}"),
    });
    assert_eq!(speech.collect::<Vec<_>>(), [1_000.0, 1_600.0, 2_500.0]);
}

#[test]
fn whoever_spoke_before_the_turn_is_not_heard_in_it() {
    let mut stage = Stage::knowing(vec![enrolled(USER)]);
    stage.hear(OTHER, 2_000);
    stage.start(TURN);
    stage.hear(USER, 600);
    let voice = stage.voice().expect("it was long enough");
    assert!((voice.likeness - SAME).abs() < 1e-3, "{voice:?}");
    assert_eq!(voice.speech_ms, 600.0);
}

#[test]
fn what_was_said_before_it_was_known_to_be_a_turn_belongs_to_it() {
    let mut stage = Stage::knowing(vec![enrolled(USER)]);
    stage.hear(USER, 500);
    let from = stage.now() - Duration::from_millis(300);
    stage.stage.take(SpeakerInput::Start { turn: TURN, from });
    stage.hear(USER, 300);
    let voice = stage.voice().expect("it was long enough");
    assert_eq!(voice.speech_ms, 600.0);
}

#[test]
fn a_pause_of_another_turn_is_not_answered() {
    let mut stage = Stage::listening();
    stage.hear(USER, 800);
    assert_eq!(stage.pause(TurnId(7), 1), []);
}

#[test]
fn nothing_is_told_of_a_turn_that_is_over() {
    let mut stage = Stage::listening();
    stage.hear(USER, 800);
    stage.stage.take(SpeakerInput::End(TURN));
    assert_eq!(stage.pause(TURN, 1), []);
    stage.hear(USER, 2_000);
    assert_eq!(stage.told(), []);
}

#[test]
fn the_end_of_an_older_turn_leaves_the_live_one() {
    let mut stage = Stage::listening();
    stage.start(TurnId(2));
    stage.stage.take(SpeakerInput::End(TURN));
    stage.hear(USER, 800);
    assert_eq!(stage.pause(TurnId(2), 1).len(), 1);
}

#[test]
fn without_an_enrolled_voice_a_pause_is_answered_all_the_same() {
    let mut stage = Stage::knowing(Vec::new());
    stage.start(TURN);
    stage.hear(USER, 800);
    assert_eq!(stage.voice(), None);
}

/// What is told of these, when they wait for the thread together.
fn told_of(inputs: impl IntoIterator<Item = SpeakerInput>) -> Vec<Event> {
    let Stage {
        mut stage,
        inputs: into,
        told,
    } = Stage::listening();
    for n in 1..=80 {
        let samples = [USER; FRAME];
        let until = Timestamp::from_millis(10 * n);
        stage.take(SpeakerInput::Audio { samples, until });
    }
    inputs
        .into_iter()
        .for_each(|input| into.send(input).unwrap());
    drop(into);
    stage.run();
    let told = told.try_iter().filter_map(|input| match input {
        ConductorInput::Event(_, event) => Some(event),
        ConductorInput::Agent(..) | ConductorInput::Shutdown => None,
    });
    told.collect()
}

#[test]
fn of_pauses_that_came_meanwhile_only_the_last_is_answered() {
    let pause = |pause| SpeakerInput::Pause { turn: TURN, pause };
    let told = told_of([pause(1), pause(2)]);
    assert!(
        matches!(&told[..], [Event::VoiceHeard { pause: Some(2), .. }]),
        "{told:?}"
    );
}

#[test]
fn a_pause_whose_turn_ended_meanwhile_is_not_answered() {
    let pause = SpeakerInput::Pause {
        turn: TURN,
        pause: 1,
    };
    assert_eq!(told_of([pause, SpeakerInput::End(TURN)]), []);
}
