//! A language model that has read the words says whether they are all.

use super::*;

fn read(text: &str, ends: f32) -> Event {
    Event::WordsRead {
        turn: TURN,
        text: text.into(),
        ends: Some(ends),
    }
}

fn is_answered(commands: &[Command]) -> bool {
    commands.iter().any(|c| matches!(c, Command::Release(_)))
}

/// How long after the last sound a turn with these words is answered that sounds rather finished.
fn answered_after_ms(text: &str, ends: f32) -> u64 {
    let mut c = Conversation::new();
    c.speech();
    let paused = c.after(800).now;
    c.pause();
    c.after(80).decoded(1, 1, text);
    c.after(20)
        .on(read(text.trim_end_matches(['.', '?']), ends));
    let mut commands = c.after(30).scored(1, 1, 0.95);
    while !is_answered(&commands) {
        commands = c.after(1).tick();
    }
    c.now.since(paused).as_millis() as u64
}

#[test]
fn words_that_are_all_are_answered_sooner() {
    assert!(answered_after_ms("What is the capital of France?", 0.97) < FLOOR_MS);
}

#[test]
fn words_that_want_more_are_waited_for() {
    assert!(answered_after_ms("So do you play?", 0.01) > 600);
}

#[test]
fn what_was_read_of_other_words_says_nothing() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.on(read("So do you", 0.99));
    c.after(80).decoded(1, 1, "So do you play?");
    c.after(40).scored(1, 1, 1.0);
    assert!(!is_answered(&c.after(FLOOR_MS - 121).tick()));
    assert!(is_answered(&c.after(1).tick()));
}

#[test]
fn words_that_were_read_while_they_were_said_are_known_at_the_pause() {
    let mut c = Conversation::new();
    c.speech();
    c.on(read("What is it", 0.99));
    c.after(800).pause();
    c.after(80).decoded(1, 1, "What is it?");
    c.after(40).scored(1, 1, 1.0);
    assert!(is_answered(&c.after(FLOOR_MS - 130).tick()));
}

#[test]
fn words_that_no_draft_is_made_of_yet_are_read_all_the_same() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    let commands = c.after(80).decoded(1, 1, "How many legs does a");
    let asked = Command::Prepare {
        turn: TURN,
        text: "How many legs does a".into(),
    };
    assert!(commands.contains(&asked), "{commands:?}");
}

#[test]
fn in_a_language_in_which_it_was_not_measured_the_model_is_not_believed() {
    let mut config = config();
    config.speak(Language::German);
    let mut c = Conversation::with(config);
    c.speech();
    c.after(800).pause();
    c.after(80).decoded(1, 1, "Wie spät ist es?");
    c.on(read("Wie spät ist es", 0.01));
    c.after(40).scored(1, 1, 0.95);
    assert!(is_answered(&c.after(FLOOR_MS - 100).tick()));
}

/// A turn whose words came so late that its wait is over.
fn late() -> Conversation {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.after(350).decoded(1, 1, "So do you play?");
    assert!(!is_answered(&c.after(20).scored(1, 1, 1.0)));
    c
}

#[test]
fn the_models_opinion_is_waited_for() {
    assert!(!is_answered(
        &late().after(10).on(read("So do you play", 0.001))
    ));
    assert!(is_answered(
        &late().after(10).on(read("So do you play", 0.99))
    ));
}

#[test]
fn a_model_that_cannot_tell_is_not_waited_for() {
    let cannot = Event::WordsRead {
        turn: TURN,
        text: "So do you play".into(),
        ends: None,
    };
    assert!(is_answered(&late().after(10).on(cannot)));
}

#[test]
fn a_model_that_says_nothing_is_not_waited_for_long() {
    assert!(!is_answered(&late().after(100).tick()));
    assert!(is_answered(&late().after(200).tick()));
}
