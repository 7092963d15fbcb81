//! Answers that others give.

use super::*;
use crate::turn_taking::{Answers, GivenWords};

const WORDS: &str = "The build is green.";

fn given() -> Conversation {
    Conversation::with(TurnTakingConfig {
        answers: Answers::Given,
        ..config()
    })
}

fn words(id: i64) -> GivenWords {
    GivenWords {
        id,
        words: WORDS.into(),
        language: None,
        interruptible: true,
    }
}

fn is_said(commands: &[Command]) -> bool {
    let says = |c: &Command| matches!(c, Command::DraftWords { words, .. } if words == WORDS);
    commands.iter().any(says)
}

/// It is heard for two seconds.
fn in_the_middle(c: &mut Conversation, turn: u64, given: GivenWords) {
    assert_eq!(c.on(Event::Say(given)), []);
    assert!(is_said(&c.tick()));
    c.on(started(turn));
    c.after(2_000).on(Event::Said {
        reply: reply(turn),
        text: "The build".into(),
    });
}

fn ended(commands: &[Command]) -> Option<&str> {
    commands.iter().find_map(|command| match command {
        Command::Publish(_, EventKind::TurnEnded { text, .. }) => Some(text.as_str()),
        _ => None,
    })
}

/// All commands of a turn of the user's.
fn turn(c: &mut Conversation, turn: u64, text: &str) -> Vec<Command> {
    c.speech();
    let mut commands = c.after(800).pause();
    commands.extend(c.after(80).decoded(turn, 1, text));
    commands.extend(c.after(40).scored(turn, 1, 1.0));
    c.after(CEILING_MS);
    commands.extend(c.all(Event::Tick));
    commands
}

#[test]
fn a_turn_of_the_users_is_told_and_nothing_is_made_of_it() {
    let mut c = given();
    let commands = turn(&mut c, 1, "Run the tests.");
    assert_eq!(ended(&commands), Some("Run the tests."));
    let makes = |c: &Command| matches!(c, Command::Draft { .. } | Command::Prepare { .. });
    assert!(!commands.iter().any(makes), "{commands:?}");
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn a_request_to_stop_is_for_whoever_answers() {
    let mut c = given();
    assert_eq!(ended(&turn(&mut c, 1, "Stop.")), Some("Stop."));
    assert_eq!(ended(&turn(&mut c, 2, "Wait.")), Some("Wait."));
    assert_eq!(ended(&turn(&mut c, 3, "")), None);
}

#[test]
fn given_words_are_said_once_when_nobody_speaks() {
    let mut c = given();
    c.on(Event::Say(words(1)));
    let commands = c.all(Event::Tick);
    let text = WORDS.into();
    let told = Command::Publish(TURN, EventKind::GivenWords { id: 1, text });
    assert!(
        commands.contains(&told) && is_said(&commands),
        "{commands:?}"
    );
    c.on(started(1));
    c.after(2_000).heard(reply(1), WORDS);
    assert!(!is_said(&c.after(60_000).tick()));
}

#[test]
fn given_words_wait_until_the_user_has_spoken() {
    let mut c = given();
    c.speech();
    c.on(Event::Say(words(1)));
    assert!(!is_said(&c.after(800).pause()));
    c.after(80).decoded(1, 1, "Run the tests.");
    c.after(40).scored(1, 1, 1.0);
    let mut commands = c.after(CEILING_MS).tick();
    commands.extend(c.tick());
    assert!(is_said(&commands), "{commands:?}");
}

#[test]
fn words_over_given_words_interrupt_and_are_told() {
    let mut c = given();
    in_the_middle(&mut c, 1, words(1));
    let commands = c.says_over(2, 900, "Stop, that is wrong.");
    assert!(commands.contains(&Command::StopReply(reply(1))));
    c.heard(reply(1), "The build");
    c.after(CEILING_MS);
    assert_eq!(ended(&c.all(Event::Tick)), Some("Stop, that is wrong."));
    assert!(!is_said(&c.after(60_000).tick()));
}

#[test]
fn words_that_were_put_off_before_they_were_heard_are_said_after_the_turn() {
    let mut c = given();
    c.on(Event::Say(words(1)));
    c.tick();
    let commands = c.after(100).speech();
    assert!(commands.contains(&Command::StopReply(reply(1))));
    c.after(800).pause();
    c.after(80).decoded(2, 1, "");
    c.after(CEILING_MS).tick();
    assert!(is_said(&c.tick()));
    // The next sound does not put them off.
    assert!(
        !c.after(100)
            .speech()
            .contains(&Command::StopReply(reply(3)))
    );
}

#[test]
fn nothing_interrupts_words_that_may_not_be_interrupted() {
    let mut c = given();
    let given = GivenWords {
        interruptible: false,
        ..words(1)
    };
    in_the_middle(&mut c, 1, given);
    let at = c.now;
    assert_eq!(c.all(Event::SoundStarted(at)), []);
    assert_eq!(c.all(Event::SpeechStarted(at)), []);
    assert_eq!(c.all(Event::SpeechPaused(at)), []);
    c.heard(reply(1), WORDS);
    assert_eq!(ended(&turn(&mut c, 2, "Thanks.")), Some("Thanks."));
}

/// Somebody begins to speak over words that nothing may interrupt.
fn spoken_over(c: &mut Conversation) {
    let given = GivenWords {
        interruptible: false,
        ..words(1)
    };
    in_the_middle(c, 1, given);
    assert_eq!(c.speech(), []);
}

#[test]
fn who_still_speaks_when_words_that_may_not_be_interrupted_end_has_the_turn() {
    let mut c = given();
    spoken_over(&mut c);
    c.after(1_000).heard(reply(1), WORDS);
    assert!(matches!(c.machine.state(), State::User(_)));
    // No second start of speech is told.
    c.after(800).pause();
    c.after(80).decoded(2, 1, "That is good.");
    c.after(40).scored(2, 1, 1.0);
    c.after(CEILING_MS);
    assert_eq!(ended(&c.all(Event::Tick)), Some("That is good."));
}

#[test]
fn what_was_said_and_over_before_words_that_may_not_be_interrupted_end_is_no_turn() {
    let mut c = given();
    spoken_over(&mut c);
    c.after(500).pause();
    c.after(1_000).heard(reply(1), WORDS);
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn words_that_are_not_wanted_any_more_stop_or_are_not_begun() {
    let mut c = given();
    in_the_middle(&mut c, 1, words(1));
    c.on(Event::Say(words(2)));
    c.on(Event::StopSaying(2));
    let stopped = c.on(Event::StopSaying(1));
    assert_eq!(stopped, [Command::StopReply(reply(1))]);
    c.heard(reply(1), "The build");
    assert!(!is_said(&c.tick()));
}

/// What was told of given words: which, and what was heard of them.
fn told(commands: &[Command]) -> Vec<(i64, &str)> {
    let told = commands.iter().filter_map(|command| match command {
        Command::Told { id, heard } => Some((*id, heard.as_str())),
        _ => None,
    });
    told.collect()
}

#[test]
fn what_was_heard_of_words_is_told_once() {
    let mut c = Conversation::new();
    in_the_middle(&mut c, 1, words(1));
    assert_eq!(told(&c.heard(reply(1), WORDS)), [(1, WORDS)]);
    assert_eq!(told(&c.after(60_000).tick()), []);
    assert_eq!(told(&c.on(Event::StopSaying(1))), []);
}

#[test]
fn words_that_are_not_wanted_before_they_begin_are_told_as_unheard() {
    let mut c = Conversation::in_a_story();
    c.on(Event::Say(words(1)));
    assert_eq!(told(&c.on(Event::StopSaying(1))), [(1, "")]);
    assert!(!is_said(&c.heard(reply(1), "Once.")));
    assert!(!is_said(&c.after(10_000).tick()));
}

#[test]
fn words_that_are_not_wanted_while_they_sound_are_told_as_they_were_heard() {
    let mut c = Conversation::new();
    in_the_middle(&mut c, 1, words(1));
    assert_eq!(told(&c.on(Event::StopSaying(1))), []);
    assert_eq!(told(&c.heard(reply(1), "The build")), [(1, "The build")]);
}

#[test]
fn a_late_answer_waits_for_the_users_turn_and_the_reply_to_it() {
    let mut c = Conversation::new();
    c.speech();
    c.on(Event::Say(words(1)));
    assert!(!is_said(&c.after(800).pause()));
    c.after(80).decoded(1, 1, "What time is it?");
    c.after(40).scored(1, 1, 1.0);
    assert!(!is_said(&c.after(CEILING_MS).tick()));
    c.on(started(1));
    c.after(900).heard(reply(1), "Noon.");
    assert!(is_said(&c.tick()));
}

#[test]
fn never_mind_says_that_nothing_more_is_wanted_and_a_backchannel_does_not() {
    let unwanted = |commands: &[Command]| commands.contains(&Command::NotWanted);
    let mut c = Conversation::new();
    assert!(unwanted(&c.user_says(1, "Never mind.")));
    assert!(!unwanted(&c.user_says(2, "Um.")));
    assert!(!unwanted(&c.user_says(3, "Wait.")));
}

#[test]
fn never_mind_to_what_rings_is_about_that() {
    let mut c = Conversation::new();
    let ring = Event::Ring {
        id: 1,
        words: "Your timer is done.".into(),
        language: Language::English,
    };
    c.on(ring);
    c.tick();
    c.heard(reply(1), "Your timer is done.");
    let commands = c.user_says(2, "Never mind.");
    assert!(commands.contains(&Command::Acknowledge(vec![1])));
    assert!(!commands.contains(&Command::NotWanted), "{commands:?}");
}

#[test]
fn a_voice_that_fails_is_not_asked_again() {
    let mut c = given();
    c.on(Event::Say(words(1)));
    c.tick();
    c.on(Event::Failed {
        turn: TURN,
        reply: Some(reply(1)),
        stage: "voice".into(),
        message: "it failed".into(),
        apology: None,
    });
    c.heard(reply(1), "");
    assert!(!is_said(&c.after(60_000).tick()));
}

#[test]
fn the_language_of_the_users_words_is_told_before_them() {
    let mut c = given();
    c.speech();
    c.after(800).pause();
    c.on(Event::Spoken(Language::German));
    c.after(80).decoded(1, 1, "Mach die Tests.");
    c.after(40).scored(1, 1, 1.0);
    c.after(CEILING_MS);
    let commands = c.all(Event::Tick);
    assert!(commands.contains(&Command::Speak(Language::German)));
    let language = "de".into();
    let told = Command::Publish(TURN, EventKind::LanguageChanged { language });
    let place = |wanted: &dyn Fn(&Command) -> bool| commands.iter().position(wanted);
    let ended = |c: &Command| matches!(c, Command::Publish(_, EventKind::TurnEnded { .. }));
    assert!(place(&|c| *c == told) < place(&ended), "{commands:?}");
    assert!(commands.contains(&told));
}
