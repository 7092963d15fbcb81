//! Deep sleep: nothing is listened to but the name.

use super::*;
use crate::events::{SleepReason, WakeReason};
use crate::turn_taking::SleepConfig;

const AWAKE_MS: u64 = 10_000;

/// It sleeps until somebody says "hey vivi".
fn sleeper() -> Conversation {
    let mut c = Conversation::with(TurnTakingConfig {
        sleep: Some(SleepConfig {
            phrase: "hey vivi".into(),
            after: Duration::from_millis(AWAKE_MS),
        }),
        ..config()
    });
    assert_eq!(c.tick(), [Command::Sleep]);
    c
}

/// Somebody calls; the call began half a second ago.
fn call(c: &mut Conversation) -> Timestamp {
    let at = c.now - Duration::from_millis(500);
    assert_eq!(c.on(Event::Called(at, 0.9)), [Command::Wake]);
    at
}

fn draft(commands: &[Command]) -> Option<&str> {
    commands.iter().find_map(|command| match command {
        Command::Draft { text, .. } => Some(text.as_str()),
        _ => None,
    })
}

fn announced(commands: Vec<Command>) -> Vec<EventKind> {
    let announced = commands.into_iter().filter_map(|command| match command {
        Command::Announce(kind) => Some(kind),
        _ => None,
    });
    announced.collect()
}

#[test]
fn it_sleeps_from_the_beginning_and_says_so_once() {
    let mut c = Conversation::with(TurnTakingConfig {
        sleep: sleeper().machine.config.sleep,
        ..config()
    });
    let reason = SleepReason::NotCalledYet;
    assert_eq!(
        announced(c.all(Event::Tick)),
        [EventKind::Asleep { reason }]
    );
    assert_eq!(c.after(60_000).tick(), []);
    assert_eq!(c.machine.next_deadline(), None);
}

#[test]
fn speech_in_its_sleep_opens_no_turn() {
    let mut c = sleeper();
    assert_eq!(c.speech(), [Command::Sleep]);
    assert_eq!(c.after(800).pause(), []);
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn what_is_said_in_the_same_breath_as_its_name_is_answered_without_the_name() {
    let mut c = sleeper();
    let called = call(&mut c);
    let opened = c.speech();
    let began = opened.iter().find_map(|command| match command {
        Command::StartTranscript { from, .. } => Some(*from),
        _ => None,
    });
    assert!(began.unwrap() >= called, "nothing from before the call");
    c.after(800).pause();
    let mut commands = c.after(80).decoded(1, 1, "Hey Vivi, what time is it?");
    commands.extend(c.after(40).scored(1, 1, 1.0));
    commands.extend(c.after(CEILING_MS).tick());
    assert_eq!(draft(&commands), Some("what time is it?"));
}

#[test]
fn of_its_name_alone_it_wakes_and_hears_the_next_sentence() {
    let mut c = sleeper();
    call(&mut c);
    assert_eq!(draft(&c.user_says(1, "Hey Vivi.")), None);
    let question = "What is the capital of France?";
    assert_eq!(
        draft(&c.after(2_000).user_says(2, question)),
        Some(question)
    );
}

#[test]
fn the_next_sentence_keeps_words_that_sound_like_its_name() {
    let mut c = sleeper();
    call(&mut c);
    c.user_says(1, "Hey Vivi.");
    let question = "Hey Vivi, are you there, or what?";
    assert_eq!(
        draft(&c.after(2_000).user_says(2, question)),
        Some(question)
    );
}

#[test]
fn it_sleeps_again_after_a_silence_and_not_before() {
    let mut c = sleeper();
    call(&mut c);
    c.user_says(1, "Hey Vivi, tell me a story.");
    c.after(60_000).tick();
    c.heard(reply(1), "Once upon a time.");
    assert_eq!(c.after(AWAKE_MS - 1).tick(), []);
    assert_eq!(c.after(1).tick(), [Command::Sleep]);
    assert_eq!(c.speech(), [Command::Sleep]);
}

#[test]
fn what_gets_no_answer_keeps_it_awake_no_longer() {
    let mut c = sleeper();
    call(&mut c);
    c.after(AWAKE_MS - 3_000).user_says(1, "");
    assert_eq!(c.after(3_000).tick(), [Command::Sleep]);
}

#[test]
fn who_speaks_when_the_time_comes_is_heard_to_the_end() {
    let mut c = sleeper();
    call(&mut c);
    c.after(AWAKE_MS - 100).speech();
    assert_eq!(c.after(2_000).tick(), []);
    assert!(matches!(c.machine.state(), State::User(_)));
}

#[test]
fn told_to_sleep_it_sleeps_at_once() {
    let mut c = sleeper();
    call(&mut c);
    let reason = SleepReason::Asked;
    let commands = c.all(Event::Sleep);
    assert!(commands.contains(&Command::Sleep), "{commands:?}");
    assert_eq!(announced(commands), [EventKind::Asleep { reason }]);
}

#[test]
fn what_is_typed_wakes_it() {
    let mut c = sleeper();
    let commands = c.all(Event::Typed("What time is it?".into()));
    assert!(commands.contains(&Command::Wake), "{commands:?}");
    let (reason, score) = (WakeReason::Typed, None);
    assert_eq!(announced(commands), [EventKind::Awake { reason, score }]);
}

#[test]
fn what_rings_opens_its_ears_so_that_it_can_be_stopped_without_the_name() {
    let mut c = sleeper();
    c.on(Event::Ring {
        id: 1,
        words: "Your timer is done.".into(),
        language: Language::English,
    });
    assert!(c.tick().contains(&Command::Wake));
    c.heard(reply(1), "Your timer is done.");
    assert!(
        c.user_says(2, "Stop.")
            .contains(&Command::Acknowledge(vec![1]))
    );
}

#[test]
fn without_ears_for_its_name_it_is_told_to_sleep_and_hears_all_the_same() {
    let mut c = Conversation::new();
    let reason = SleepReason::Asked;
    assert_eq!(
        c.all(Event::Sleep),
        [Command::Announce(EventKind::Asleep { reason })]
    );
    assert!(!c.speech().is_empty());
}

#[test]
fn a_long_reply_that_is_stopped_is_no_reason_to_sleep_at_once() {
    let mut c = sleeper();
    let at = call(&mut c);
    c.on(Event::SpeechStarted(at));
    c.after(1_500).pause();
    c.decoded(1, 1, "Hey Vivi, tell me a story.");
    c.scored(1, 1, 1.0);
    c.after(CEILING_MS).tick();
    c.on(started(1));
    c.after(60_000).on(Event::Stop);
    assert!(!c.after(10).tick().contains(&Command::Sleep));
    c.heard(reply(1), "Once upon a time");
    assert!(!c.after(AWAKE_MS - 100).tick().contains(&Command::Sleep));
    assert!(c.after(200).tick().contains(&Command::Sleep));
}
