//! What rings, and what sleeps.

use super::*;

fn rings(c: &mut Conversation, words: &str) -> Vec<Command> {
    let words = words.into();
    assert_eq!(c.on(Event::Ring { words }), []);
    c.tick()
}

fn said(commands: &[Command]) -> Option<&str> {
    commands.iter().find_map(|command| match command {
        Command::DraftWords {
            words, rings: true, ..
        } => Some(words.as_str()),
        _ => None,
    })
}

const DONE: &str = "Your timer is done.";

#[test]
fn what_rings_is_said_at_once_when_nobody_speaks() {
    let mut c = Conversation::new();
    let commands = rings(&mut c, DONE);
    assert_eq!(said(&commands), Some(DONE));
    assert!(
        commands.contains(&Command::Release(reply(1))),
        "{commands:?}"
    );
}

#[test]
fn it_waits_for_the_end_of_a_reply() {
    let mut c = Conversation::in_a_story();
    assert_eq!(said(&rings(&mut c, DONE)), None);
    let ended = c.heard(reply(1), "Once upon a time.");
    assert_eq!(said(&ended), Some(DONE));
}

#[test]
fn it_waits_until_the_user_has_spoken_and_was_answered() {
    let mut c = Conversation::new();
    c.speech();
    assert_eq!(said(&rings(&mut c, DONE)), None);
    c.after(800).pause();
    c.after(80).decoded(1, 1, "Tell me a story.");
    let answered = c.after(CEILING_MS).tick();
    assert_eq!(said(&answered), None);
    assert_eq!(said(&c.heard(reply(1), "No.")), Some(DONE));
}

#[test]
fn it_rings_again_until_the_user_says_something() {
    let mut c = Conversation::new();
    rings(&mut c, DONE);
    c.heard(reply(1), DONE);
    assert_eq!(said(&c.after(9_000).tick()), None);
    assert_eq!(said(&c.after(1_000).tick()), Some(DONE));
    c.heard(reply(2), DONE);
    assert!(c.user_says(3, "Stop.").contains(&Command::Acknowledge));
    assert_eq!(said(&c.after(60_000).tick()), None);
}

#[test]
fn what_the_user_did_not_hear_is_not_answered_by_what_they_say() {
    let mut c = Conversation::in_a_story();
    rings(&mut c, DONE);
    c.heard(reply(1), "Once.");
    let commands = c.user_says(3, "Thank you.");
    assert!(!commands.contains(&Command::Acknowledge), "{commands:?}");
}

#[test]
fn a_cough_does_not_answer_what_rings() {
    let mut c = Conversation::new();
    rings(&mut c, DONE);
    c.heard(reply(1), DONE);
    assert!(!c.user_says(2, "").contains(&Command::Acknowledge));
    assert_eq!(said(&c.after(10_000).tick()), Some(DONE));
}

#[test]
fn two_that_ring_at_once_are_said_one_after_the_other() {
    let mut c = Conversation::new();
    rings(&mut c, DONE);
    let second = "A reminder: call mom.";
    assert_eq!(said(&rings(&mut c, second)), None);
    assert_eq!(said(&c.heard(reply(1), DONE)), Some(second));
}

#[test]
fn where_nobody_is_it_stops_ringing_after_a_while() {
    let mut c = Conversation::new();
    rings(&mut c, DONE);
    let mut times = 1;
    for turn in 1..100 {
        c.heard(reply(turn), "");
        if said(&c.after(10_000).tick()).is_none() {
            break;
        }
        times += 1;
    }
    assert_eq!(times, 30);
}

#[test]
fn an_assistant_that_sleeps_answers_only_to_its_name_and_to_what_wakes_it() {
    for wakes in ["Vivi, what time is it?", "Wake up!"] {
        let mut c = Conversation::with(TurnTakingConfig {
            name: "Vivi".into(),
            ..config()
        });
        c.on(Event::Sleep);
        let ignored = c.user_says(1, "What time is it?");
        assert!(!ignored.iter().any(|c| matches!(c, Command::Draft { .. })));
        let answers =
            |commands: Vec<Command>| commands.iter().any(|c| matches!(c, Command::Draft { .. }));
        assert!(answers(c.user_says(2, wakes)), "{wakes}");
        c.heard(reply(2), "Hello.");
        assert!(answers(c.user_says(3, "What time is it?")), "{wakes}");
    }
}

#[test]
fn what_rings_wakes_nobody_but_is_said() {
    let mut c = Conversation::new();
    c.on(Event::Sleep);
    assert_eq!(said(&rings(&mut c, DONE)), Some(DONE));
}
