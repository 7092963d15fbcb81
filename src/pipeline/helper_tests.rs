//! What becomes of a question to the helper.

use super::*;
use crate::clock::SessionClock;
use crate::events::{IgnoreReason, InterruptReason};
use crate::llm::Role;
use crate::pipeline::scripted_engines::Writes;
use crossbeam_channel::{bounded, unbounded};

const TURN: TurnId = TurnId(3);

fn helper(pieces: &[&'static str], finish: Finish) -> Helper {
    Helper {
        model: Box::new(Writes {
            pieces: pieces.to_vec(),
            finish,
            fails: false,
        }),
        name: "large".into(),
        sampling: Sampling::default(),
        limit: Duration::from_secs(600),
        is_here: true,
    }
}

fn part(text: &str) -> Vec<Message> {
    vec![Message::new(Role::User, text)]
}

fn asked(helper: &mut Helper, cancelled: Cancelled) -> Help {
    helper.answer(
        7,
        &[part("Why do cities grow along rivers?")],
        cancelled,
        &|| (),
    )
}

fn outcome(help: &Help) -> HelperOutcome {
    match &help.done {
        EventKind::HelperDone { outcome, .. } => *outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_is_told_with_what_it_cost() {
    let mut helper = helper(&["Boats ", "carry ", "what is sold."], Finish::Complete);
    let help = asked(&mut helper, &|| false);
    assert_eq!(
        help.answers,
        Some(vec![Ok("Boats carry what is sold.".into())])
    );
    assert!(matches!(
        help.done,
        EventKind::HelperDone { id: 7, read: 1, tokens, ref model, .. } if tokens >= 3 && model == "large"
    ));
}

#[test]
fn of_an_answer_that_runs_into_its_limit_the_whole_sentences_are_said() {
    let pieces = ["It is 3.5 degrees. ", "And then the"];
    let help = asked(&mut helper(&pieces, Finish::Length), &|| false);
    assert_eq!(outcome(&help), HelperOutcome::CutShort);
    assert_eq!(help.answers, Some(vec![Ok("It is 3.5 degrees.".into())]));
}

#[test]
fn an_answer_without_a_whole_sentence_is_none() {
    let help = asked(&mut helper(&["And then the"], Finish::Length), &|| false);
    assert_eq!(help.answers, Some(vec![Err(Apology::NoAnswer)]));
    assert!(help.error.is_some_and(|error| error.contains("seconds")));
}

#[test]
fn each_part_of_a_question_is_answered() {
    let parts = [part("Why do cities grow?"), part("Why is the sky blue?")];
    let mut whole = helper(&["It is ", "so."], Finish::Complete);
    let help = whole.answer(1, &parts, &|| false, &|| ());
    let answer = || Ok("It is so.".to_owned());
    assert_eq!(help.answers, Some(vec![answer(), answer()]));
    assert!(matches!(
        help.done,
        EventKind::HelperDone { read: 2, ref text, .. } if text == "It is so. It is so."
    ));
    let help = whole.answer(1, &parts, &|| true, &|| ());
    assert_eq!(
        (outcome(&help), help.answers),
        (HelperOutcome::GivenUp, None)
    );
}

#[test]
fn what_takes_longer_than_its_limit_ends_there() {
    let mut helper = helper(&["One. ", "Two."], Finish::Complete);
    helper.limit = Duration::ZERO;
    // Time has passed when it is looked at.
    let help = helper.answer(1, &[part("Count.")], &|| false, &|| ());
    assert_ne!(outcome(&help), HelperOutcome::Answered);
}

#[test]
fn nothing_is_said_of_what_nobody_wants_any_more() {
    let help = asked(&mut helper(&["Air."], Finish::Complete), &|| true);
    assert_eq!(
        (outcome(&help), help.answers),
        (HelperOutcome::GivenUp, None)
    );
}

#[test]
fn a_model_that_fails_is_told_of() {
    let mut helper = helper(&["Air. "], Finish::Complete);
    helper.model = Box::new(Writes {
        pieces: vec!["Air. "],
        finish: Finish::Complete,
        fails: true,
    });
    let help = asked(&mut helper, &|| false);
    assert_eq!(help.answers, Some(vec![Err(Apology::Failed)]));
    assert!(help.error.is_some_and(|error| error.contains("it broke")));
}

#[test]
fn a_model_that_fails_with_what_nobody_wants_any_more_is_not_told_of() {
    let mut helper = helper(&[], Finish::Complete);
    helper.model = Box::new(Writes {
        pieces: Vec::new(),
        finish: Finish::Complete,
        fails: true,
    });
    // It is dropped after its prompt was read.
    let was_asked = Cell::new(false);
    let help = asked(&mut helper, &|| was_asked.replace(true));
    assert_eq!(outcome(&help), HelperOutcome::GivenUp);
    assert_eq!((help.answers, help.error), (None, None));
}

fn stage(wanted: &WantedQuestion) -> (HelperStage, Receiver<ConductorInput>) {
    let (conductor, told) = unbounded();
    let stage = HelperStage {
        helper: helper(&["Air."], Finish::Complete),
        questions: bounded(1).1,
        wanted: wanted.clone(),
        hush: Hush::default(),
        conductor,
        bus: EventBus::new(SessionClock::start(), Vec::new()),
    };
    (stage, told)
}

fn question(id: i64) -> HelperQuestion {
    HelperQuestion {
        id,
        turn: TURN,
        parts: vec![part("Why?")],
    }
}

#[test]
fn only_the_question_that_is_wanted_is_answered() {
    let wanted = WantedQuestion::default();
    let (mut stage, told) = stage(&wanted);
    wanted.set(2);
    stage.take(&question(1));
    assert!(told.try_recv().is_err());
    stage.take(&question(2));
    assert!(matches!(
        told.try_recv(),
        Ok(ConductorInput::Agent(_, agent::Input::Helped { id: 2, answers })) if answers[0].is_ok()
    ));
}

#[test]
fn a_question_that_is_dropped_leaves_a_newer_one() {
    let wanted = WantedQuestion::default();
    wanted.set(2);
    wanted.clear(1);
    assert!(wanted.is(2));
    wanted.clear(2);
    assert!(!wanted.is(2));
}

#[test]
fn the_cores_are_the_conversations_from_the_first_sound_until_the_reply_is_heard() {
    let ended = EventKind::TurnEnded {
        waited_ms: 0.0,
        score: None,
        reason: crate::events::EndReason::Typed,
        text: String::new(),
    };
    let sounds = EventKind::PlaybackStarted {
        first_sample_ms: 0.0,
    };
    let ignored = EventKind::TurnIgnored {
        reason: IgnoreReason::NoWords,
        text: String::new(),
    };
    assert_eq!(wants_cores(&EventKind::SpeechStarted), Some(true));
    assert_eq!(wants_cores(&ended), Some(true));
    assert_eq!(wants_cores(&sounds), Some(false));
    assert_eq!(wants_cores(&ignored), Some(false));
    assert_eq!(wants_cores(&heard()), Some(false));
    let reason = InterruptReason::Asked;
    assert_eq!(wants_cores(&EventKind::Interrupted { reason }), None);
}

fn event(turn: TurnId, kind: EventKind) -> SessionEvent {
    SessionEvent {
        at: crate::clock::Timestamp::ZERO,
        turn: Some(turn),
        kind,
    }
}

fn heard() -> EventKind {
    EventKind::Heard {
        text: String::new(),
    }
}

#[test]
fn who_waits_for_the_cores_goes_on_when_they_are_free_or_nothing_is_wanted() {
    let hush = Hush::default();
    let tell = hush.watcher();
    tell(&event(TURN, EventKind::SpeechStarted));
    hush.wait(LONGEST_PAUSE, &|| true);
    let ignored = EventKind::TurnIgnored {
        reason: IgnoreReason::NoWords,
        text: String::new(),
    };
    tell(&event(TURN, ignored));
    hush.wait(LONGEST_PAUSE, &|| false);
}

#[test]
fn who_has_waited_for_the_cores_as_long_as_may_be_does_not_wait_again_before_the_next_token() {
    let hush = Hush::default();
    let tell = hush.watcher();
    let longest = Duration::from_millis(1);
    tell(&event(TURN, EventKind::SpeechStarted));
    hush.wait(longest, &|| false);
    tell(&event(TURN, EventKind::TurnExtended));
    hush.wait(longest, &|| panic!("it waits again"));
}

#[test]
fn a_reply_that_never_sounds_gives_the_cores_back_at_its_end() {
    let claim = Claim::after(None, &event(TURN, EventKind::SpeechStarted));
    assert!(claim.is_some());
    assert!(Claim::after(claim, &event(TURN, heard())).is_none());
}

#[test]
fn the_end_of_a_reply_leaves_the_cores_to_who_interrupted_it() {
    let next = TurnId(TURN.0 + 1);
    let claim = Claim::after(None, &event(next, EventKind::SpeechStarted));
    let claim = Claim::after(claim, &event(TURN, heard()));
    assert_eq!(claim.and_then(|claim| claim.turn), Some(next));
}
