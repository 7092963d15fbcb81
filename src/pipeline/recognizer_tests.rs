use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::*;
use crate::cancellation::Cancelled;
use crate::clock::SessionClock;
use crate::language::Language;

type Decode = Box<dyn FnMut(Cancelled) -> Result<Option<String>, SttError> + Send>;

/// Does with each decode what stands next in its script.
#[derive(Default)]
struct Scripted {
    partials: VecDeque<Decode>,
    finals: VecDeque<Decode>,
    /// Partials are as good as finals.
    whole: bool,
    /// What all of it is spoken in.
    spoken: Option<&'static str>,
}

impl Recognizer for Scripted {
    fn warm_up(&mut self) -> Result<(), SttError> {
        Ok(())
    }

    fn partials_are_whole(&self) -> bool {
        self.whole
    }

    fn spoken(&self) -> Option<&str> {
        self.spoken
    }

    fn transcribe(&mut self, _: &[f32], cancelled: Cancelled) -> Result<Option<String>, SttError> {
        let mut decode = self.finals.pop_front().expect("a final in the script");
        decode(cancelled)
    }

    fn transcribe_partial(
        &mut self,
        _: &[f32],
        cancelled: Cancelled,
    ) -> Result<Option<String>, SttError> {
        let mut decode = self.partials.pop_front().expect("a partial in the script");
        decode(cancelled)
    }
}

fn says(text: &'static str) -> Decode {
    Box::new(move |_| Ok(Some(text.into())))
}

fn fails() -> Decode {
    Box::new(|_| Err(SttError::Run("the server is gone".into())))
}

const TURN: TurnId = TurnId(1);

struct Stage {
    stage: RecognizerStage,
    waiting: Arc<Waiting>,
    told: Receiver<ConductorInput>,
    inputs: Sender<RecognizerInput>,
}

impl Stage {
    fn new(script: Scripted) -> Self {
        let (inputs, commands) = unbounded();
        let (conductor, told) = unbounded();
        let waiting = Arc::new(Waiting::default());
        let bus = EventBus::new(SessionClock::start(), Vec::new());
        let stage = RecognizerStage::new(
            Box::new(script),
            "auto:en,de".parse().unwrap(),
            commands,
            Arc::clone(&waiting),
            conductor,
            bus,
        );
        let mut this = Self {
            stage,
            waiting,
            told,
            inputs,
        };
        let from = Timestamp::ZERO;
        this.command(RecognizerInput::Start { turn: TURN, from });
        this
    }

    fn command(&mut self, input: RecognizerInput) {
        self.waiting.announce(&input);
        self.stage.take(input);
    }

    /// Half a second of speech.
    fn speech(&mut self) {
        self.sound(50);
        self.stage.partial();
    }

    /// So many frames of it that are not decoded yet.
    fn sound(&mut self, frames: usize) {
        self.sound_at(0.1, frames);
    }

    fn sound_at(&mut self, level: f32, frames: usize) {
        for _ in 0..frames {
            let until = self.now() + Duration::from_millis(10);
            let samples = [level; FRAME];
            self.stage.take(RecognizerInput::Audio { samples, until });
        }
    }

    fn now(&self) -> Timestamp {
        self.stage.recent.until()
    }

    /// A pause after all that was heard.
    fn pause(&mut self, pause: u32) {
        self.pause_since(pause, self.now());
    }

    fn pause_since(&mut self, pause: u32, since: Timestamp) {
        let turn = TURN;
        self.command(RecognizerInput::Pause { turn, pause, since });
    }

    fn told(&self) -> Vec<Event> {
        let told = self.told.try_iter();
        told.filter_map(|input| match input {
            ConductorInput::Event(_, event) => Some(event),
            ConductorInput::Agent(..) | ConductorInput::Shutdown => None,
        })
        .collect()
    }
}

fn decoded(pause: u32, text: &str) -> Event {
    Event::Decoded {
        turn: TURN,
        pause,
        text: text.into(),
    }
}

#[test]
fn a_partial_that_fails_does_not_end_the_turn() {
    let mut stage = Stage::new(Scripted {
        partials: [fails()].into(),
        finals: [says("Hello.")].into(),
        ..Scripted::default()
    });
    stage.speech();
    assert_eq!(stage.told(), []);
    stage.pause(1);
    assert_eq!(stage.told(), [decoded(1, "Hello.")]);
}

#[test]
fn a_final_that_fails_is_told_with_words_for_the_user() {
    let mut stage = Stage::new(Scripted {
        partials: [says("Hello")].into(),
        finals: [fails()].into(),
        ..Scripted::default()
    });
    stage.speech();
    stage.told();
    stage.pause(1);
    let told = stage.told();
    let [Event::Failed { apology, .. }] = &told[..] else {
        panic!("{told:?}");
    };
    let words = apology.as_deref().unwrap_or_default();
    assert!(words.contains("could not hear"), "{words}");
}

#[test]
fn a_final_is_given_up_when_the_user_goes_on() {
    let waiting = Arc::new(std::sync::OnceLock::<Arc<Waiting>>::new());
    let goes_on = Arc::clone(&waiting);
    let given_up: Decode = Box::new(move |cancelled| {
        assert!(!cancelled(), "by the pause itself");
        let goes_on = goes_on.get().unwrap();
        goes_on.announce(&RecognizerInput::Resume(TURN));
        assert!(cancelled());
        Ok(None)
    });
    let mut stage = Stage::new(Scripted {
        partials: [says("Hello"), says("Hello you")].into(),
        finals: [given_up, says("Hello you.")].into(),
        ..Scripted::default()
    });
    waiting.set(Arc::clone(&stage.waiting)).unwrap();
    stage.speech();
    stage.told();
    stage.pause(1);
    assert_eq!(stage.told(), []);
    // The command that was counted in the script.
    stage.stage.take(RecognizerInput::Resume(TURN));
    stage.speech();
    stage.told();
    stage.pause(2);
    assert_eq!(stage.told(), [decoded(2, "Hello you.")]);
    drop(stage.inputs);
}

#[test]
fn a_partial_loses_no_words_where_a_long_turn_is_cut() {
    let partials = (1..24).map(|n| says(["a", "a b"][usize::from(n > 20)]));
    let mut stage = Stage::new(Scripted {
        partials: partials.chain([says("c"), says("c")]).collect(),
        finals: [says("a b")].into(),
        ..Scripted::default()
    });
    let mut told = Vec::new();
    while stage
        .stage
        .turn
        .as_ref()
        .unwrap()
        .utterance
        .text_with("")
        .is_empty()
    {
        stage.speech();
        told.extend(stage.told());
    }
    stage.speech();
    told.extend(stage.told());
    let partials = told.iter().map(|event| match event {
        Event::Partial { text, .. } => text.as_str(),
        other => panic!("{other:?}"),
    });
    let ends: Vec<&str> = partials.collect();
    assert_eq!(ends[ends.len() - 2..], ["a b", "a b c"]);
}

/// What is told of a pause after which this was heard.
fn told_of(text: &'static str, spoken: &'static str) -> Vec<Event> {
    let mut stage = Stage::new(Scripted {
        partials: [says("Well")].into(),
        finals: [says(text)].into(),
        spoken: Some(spoken),
        ..Scripted::default()
    });
    stage.speech();
    stage.told();
    stage.pause(1);
    stage.told()
}

#[test]
fn words_in_another_language_are_told_after_their_language() {
    let german = "Wie viel Uhr ist es?";
    let told = [Event::Spoken(Language::German), decoded(1, german)];
    assert_eq!(told_of(german, "de"), told);
}

#[test]
fn words_in_a_language_that_is_not_the_conversations_change_nothing() {
    let french = "Quelle heure est-il ?";
    assert_eq!(told_of(french, "fr"), [decoded(1, french)]);
}

#[test]
fn partials_take_half_of_the_time_at_most() {
    let second = SPEECH_RATE as usize;
    assert_eq!(step_after(Duration::from_millis(60)), second / 4);
    assert_eq!(step_after(Duration::from_millis(600)), second * 6 / 5);
}

/// Words that were decoded as the level fell behind them; gives when their last sound was.
fn a_lull(stage: &mut Stage) -> Timestamp {
    stage.speech();
    stage.sound(12);
    let last_sound = stage.now();
    stage.sound_at(0.001, 3);
    stage.waiting.fell_silent(stage.now());
    stage.stage.partial();
    stage.told();
    last_sound
}

#[test]
fn words_that_were_decoded_as_the_level_fell_are_the_final_ones() {
    let mut stage = Stage::new(Scripted {
        partials: [says("Hello."), says("Hello you.")].into(),
        whole: true,
        ..Scripted::default()
    });
    let last_sound = a_lull(&mut stage);
    stage.sound_at(0.001, 5);
    stage.pause_since(1, last_sound);
    assert_eq!(stage.told(), [decoded(1, "Hello you.")]);
}

#[test]
fn a_soft_stop_after_a_gap_belongs_to_the_last_word() {
    let mut stage = Stage::new(Scripted {
        partials: [says("A"), says("Ape")].into(),
        finals: [says("Eight.")].into(),
        whole: true,
        ..Scripted::default()
    });
    let last_sound = a_lull(&mut stage);
    stage.sound_at(0.001, 3);
    stage.sound_at(0.008, 1);
    stage.pause_since(1, last_sound);
    assert_eq!(stage.told(), [decoded(1, "Eight.")]);
}

#[test]
fn words_that_were_decoded_before_the_last_sound_are_not() {
    let mut stage = Stage::new(Scripted {
        partials: [says("Hello.")].into(),
        finals: [says("Hello you.")].into(),
        whole: true,
        ..Scripted::default()
    });
    stage.speech();
    stage.told();
    stage.sound(20);
    stage.pause(1);
    assert_eq!(stage.told(), [decoded(1, "Hello you.")]);
}

#[test]
fn whoever_goes_on_after_a_pause_is_decoded_again() {
    let mut stage = Stage::new(Scripted {
        partials: [says("Hello.")].into(),
        finals: [says("Hello. Hm.")].into(),
        whole: true,
        ..Scripted::default()
    });
    stage.speech();
    stage.told();
    stage.pause(1);
    stage.told();
    stage.command(RecognizerInput::Resume(TURN));
    stage.pause(2);
    assert_eq!(stage.told(), [decoded(2, "Hello. Hm.")]);
}

/// Whether a partial decode goes on after this happened within it.
fn goes_on_after(happens: impl Fn(&Waiting, Timestamp) + Send + 'static) -> bool {
    let waiting = Arc::new(std::sync::OnceLock::<Arc<Waiting>>::new());
    let (within, goes_on) = (Arc::clone(&waiting), Arc::new(AtomicBool::new(false)));
    let told = Arc::clone(&goes_on);
    let decode: Decode = Box::new(move |cancelled| {
        happens(within.get().unwrap(), Timestamp::from_millis(500));
        told.store(!cancelled(), Ordering::Release);
        Ok(None)
    });
    let mut stage = Stage::new(Scripted {
        partials: [decode].into(),
        whole: true,
        ..Scripted::default()
    });
    waiting.set(Arc::clone(&stage.waiting)).unwrap();
    stage.speech();
    goes_on.load(Ordering::Acquire)
}

#[test]
fn a_partial_goes_on_when_the_pause_after_it_is_known() {
    assert!(goes_on_after(|waiting, until| {
        waiting.announce(&RecognizerInput::Pause {
            turn: TURN,
            pause: 1,
            since: until,
        });
    }));
}

#[test]
fn a_partial_gives_way_to_a_pause_after_more_words() {
    assert!(!goes_on_after(|waiting, until| {
        waiting.announce(&RecognizerInput::Pause {
            turn: TURN,
            pause: 1,
            since: until + Duration::from_millis(100),
        });
    }));
}

#[test]
fn a_partial_gives_way_where_the_level_falls_after_it() {
    assert!(!goes_on_after(|waiting, until| {
        waiting.fell_silent(until + Duration::from_millis(50));
    }));
}

#[test]
fn of_two_partials_in_a_row_one_is_finished_whatever_comes() {
    let waiting = Arc::new(std::sync::OnceLock::<Arc<Waiting>>::new());
    let decode = || -> Decode {
        let within = Arc::clone(&waiting);
        Box::new(move |cancelled| {
            within
                .get()
                .unwrap()
                .fell_silent(Timestamp::from_millis(60_000));
            Ok((!cancelled()).then(|| "Hello".into()))
        })
    };
    let mut stage = Stage::new(Scripted {
        partials: [decode(), decode()].into(),
        whole: true,
        ..Scripted::default()
    });
    waiting.set(Arc::clone(&stage.waiting)).unwrap();
    stage.speech();
    assert_eq!(stage.told(), []);
    stage.speech();
    let text = "Hello".into();
    assert_eq!(stage.told(), [Event::Partial { turn: TURN, text }]);
}
