//! What rings, and what sleeps.

use super::*;

fn ring(id: i64, words: &str) -> Event {
    let (words, language) = (words.into(), Language::English);
    Event::Ring {
        id,
        words,
        language,
    }
}

/// Something begins to ring, known by the length of its words.
fn rings(c: &mut Conversation, words: &str) -> Vec<Command> {
    assert_eq!(c.on(ring(words.len() as i64, words)), []);
    c.tick()
}

fn acknowledged(commands: &[Command]) -> bool {
    let ids = vec![DONE.len() as i64];
    commands.contains(&Command::Acknowledge(ids))
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
    assert!(acknowledged(&c.user_says(3, "Stop.")));
    assert_eq!(said(&c.after(60_000).tick()), None);
}

#[test]
fn what_the_user_did_not_hear_is_not_answered_by_what_they_say() {
    let mut c = Conversation::in_a_story();
    rings(&mut c, DONE);
    c.heard(reply(1), "Once.");
    let commands = c.user_says(3, "Thank you.");
    assert!(!acknowledged(&commands), "{commands:?}");
}

#[test]
fn a_cough_does_not_answer_what_rings() {
    let mut c = Conversation::new();
    rings(&mut c, DONE);
    c.heard(reply(1), DONE);
    assert!(!acknowledged(&c.user_says(2, "")));
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
    for wakes in ["Vivi, what time is it?", "Wake up!", "Help me, I fell."] {
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

#[test]
fn of_two_that_ring_only_the_one_that_was_heard_is_answered() {
    let mut c = Conversation::new();
    rings(&mut c, DONE);
    let second = "A reminder: call mom.";
    rings(&mut c, second);
    c.heard(reply(1), DONE);
    // The second has begun, and is not heard yet.
    let commands = c.user_says(3, "Thank you.");
    assert!(acknowledged(&commands), "{commands:?}");
    let ended = c.heard(reply(3), "You're welcome.");
    let again = c.after(10_000).tick();
    assert_eq!(said(&ended).or(said(&again)), Some(second));
}

#[test]
fn two_with_the_same_words_are_two() {
    let mut c = Conversation::new();
    for id in [1, 2] {
        c.on(ring(id, DONE));
    }
    assert_eq!(said(&c.tick()), Some(DONE));
    assert_eq!(said(&c.heard(reply(1), DONE)), Some(DONE));
    c.heard(reply(2), DONE);
    let commands = c.user_says(3, "Stop.");
    assert!(
        commands.contains(&Command::Acknowledge(vec![1, 2])),
        "{commands:?}"
    );
}

#[test]
fn what_was_put_off_rings_no_more() {
    let mut c = Conversation::new();
    rings(&mut c, DONE);
    c.heard(reply(1), DONE);
    c.on(Event::Withdraw(DONE.len() as i64));
    assert_eq!(said(&c.after(60_000).tick()), None);
}

#[test]
fn what_rang_is_no_part_of_the_conversation() {
    let mut c = Conversation::new();
    rings(&mut c, DONE);
    let ended = c.heard(reply(1), DONE);
    let remembers = |c: &Command| matches!(c, Command::Remember { .. });
    assert!(!ended.iter().any(remembers), "{ended:?}");
}

#[test]
fn what_is_said_to_something_that_rings_is_meant_for_it_though_it_sleeps() {
    let mut c = Conversation::new();
    c.on(Event::Sleep);
    rings(&mut c, DONE);
    c.heard(reply(1), DONE);
    let commands = c.user_says(2, "Snooze.");
    assert!(commands.iter().any(|c| matches!(c, Command::Draft { .. })));
}

#[test]
fn whoever_asks_something_before_it_sleeps_keeps_it_awake() {
    let mut c = Conversation::new();
    c.on(Event::Typed("What is it?".into()));
    c.on(Event::Sleep);
    c.on(started(1));
    c.heard(reply(1), "A cat.");
    let said = c.user_says(2, "And that?");
    let is_answered =
        |command: &Command| matches!(command, Command::Release(id) if *id == reply(2));
    assert!(said.iter().any(is_answered), "{said:?}");
}

#[test]
fn what_rings_is_said_in_the_language_of_its_words() {
    let mut c = Conversation::new();
    c.on(Event::Ring {
        id: 1,
        words: "Der Timer ist abgelaufen.".into(),
        language: Language::German,
    });
    let is_german = |command: &Command| match command {
        Command::DraftWords { language, .. } => *language == Some(Language::German),
        _ => false,
    };
    assert!(c.tick().iter().any(is_german));
}
