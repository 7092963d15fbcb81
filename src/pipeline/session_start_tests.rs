//! What is found out before a session starts.

use super::*;
use crate::agent::HandsOver;
use crate::cancellation::Cancelled;

/// A recognizer that does not start.
struct Cold(fn() -> Result<(), SttError>);

impl Recognizer for Cold {
    fn warm_up(&mut self) -> Result<(), SttError> {
        (self.0)()
    }

    fn transcribe(&mut self, _: &[f32], _: Cancelled) -> Result<Option<String>, SttError> {
        Ok(None)
    }
}

/// Why a session with this recognizer does not start, and how often the card was opened for it.
fn refused(recognizer: Cold) -> (String, usize) {
    let (card, outside) = MemoryCard::new(SESSION_RATE);
    let sound = Sound::new(vec![Box::new(card)]);
    let engines = Engines {
        recognizer: Box::new(recognizer),
        ..engines()
    };
    let error = Session::start(config(), engines, sound, Vec::new()).err();
    (error.expect("it is cold").to_string(), outside.opened())
}

#[test]
fn an_engine_that_does_not_run_is_told_before_a_device_is_opened() {
    let cold = Cold(|| Err(SttError::Run("it is cold".into())));
    assert_eq!(refused(cold), ("recognition failed: it is cold".into(), 0));
}

#[test]
fn an_engine_that_panics_as_it_warms_up_is_told_as_an_error() {
    let (error, _) = refused(Cold(|| panic!("this panic is part of the test")));
    assert!(error.contains("panicked while it warmed up"), "{error}");
}

#[test]
fn a_device_that_does_not_open_is_told() {
    let (card, outside) = MemoryCard::new(SESSION_RATE);
    outside.unplug();
    let sound = Sound::new(vec![Box::new(card)]);
    let error = Session::start(config(), engines(), sound, Vec::new()).err();
    assert!(matches!(error, Some(SessionError::Audio(_))));
}

#[test]
fn what_there_is_no_engine_for_is_not_configured() {
    let mut wanted = config();
    wanted.setting.helper = Some(HandsOver::ByRule);
    wanted.turn_taking.only_enrolled = true;
    wanted.turn_taking.sleep = Some(SleepConfig {
        phrase: "Hey Vivi".into(),
        after: PATIENCE,
    });
    let (fitted, _) = fitted(wanted, engines());
    assert_eq!(fitted.setting.helper, None);
    assert_eq!(fitted.turn_taking.sleep, None);
    assert!(!fitted.turn_taking.only_enrolled);
}

#[test]
fn who_holds_a_key_down_is_meant_whoever_it_is() {
    let only_enrolled = |push_to_talk: bool| {
        let mut config = config();
        config.turn_taking.push_to_talk = push_to_talk;
        let knowing = Engines {
            known_voices: Some(known_voices()),
            ..engines()
        };
        let (fitted, engines) = fitted(config, knowing);
        assert_eq!(engines.known_voices.is_some(), !push_to_talk);
        fitted.turn_taking.only_enrolled
    };
    assert!(only_enrolled(false));
    assert!(!only_enrolled(true));
}
