//! Speech, and only sound, over the reply.

use super::*;

#[test]
fn a_sound_ducks_and_without_speech_after_it_the_voice_comes_back() {
    let mut c = Conversation::in_a_story();
    let at = c.now;
    let ducked = [Command::Play(reply(1), Loudness::Ducked)];
    assert_eq!(c.on(Event::SoundStarted(at)), ducked);
    assert!(c.after(100).tick().is_empty());
    let back = [Command::Play(reply(1), Loudness::Full)];
    assert_eq!(c.after(200).tick(), back);
}

#[test]
fn speech_ducks_at_once_and_holds_when_it_goes_on() {
    let mut c = Conversation::in_a_story();
    let ducked = Command::Play(reply(1), Loudness::Ducked);
    assert_eq!(c.speech()[0], ducked);
    assert!(c.after(99).tick().is_empty());
    let held = [Command::Play(reply(1), Loudness::Held)];
    assert_eq!(c.after(1).tick(), held);
}

#[test]
fn words_interrupt_and_the_history_keeps_what_was_heard() {
    let mut c = Conversation::in_a_story();
    let commands = c.says_over(2, 700, "What about the moon?");
    assert!(
        commands.contains(&Command::StopReply(reply(1))),
        "{commands:?}"
    );
    let remembered = remember(1, "Tell me a story.", "Once upon");
    assert!(c.heard(reply(1), "Once upon").contains(&remembered));
}

#[test]
fn the_next_draft_waits_until_it_is_known_what_was_heard() {
    let mut c = Conversation::in_a_story();
    let commands = c.says_over(2, 700, "What about the moon?");
    let next = draft(reply(2), "What about the moon?");
    assert!(!commands.contains(&next), "{commands:?}");
    assert!(c.heard(reply(1), "Once upon").contains(&next));
}

#[test]
fn a_backchannel_does_not_interrupt() {
    let mut c = Conversation::in_a_story();
    let commands = c.says_over(2, 400, "Mm-hmm.");
    assert!(!commands.contains(&Command::StopReply(reply(1))));
    assert_eq!(
        commands.last(),
        Some(&Command::Play(reply(1), Loudness::Full))
    );
    assert!(matches!(c.machine.state(), State::Replying(r) if r.overlap.is_none()));
}

#[test]
fn a_request_to_go_on_while_the_reply_sounds_does_not_interrupt() {
    for text in [
        "Go ahead.",
        "Keep going.",
        "Continue.",
        "Yes, please carry on.",
    ] {
        let mut c = Conversation::in_a_story();
        let mut commands = c.speech();
        commands.extend(c.after(170).tick());
        commands.extend(c.after(530).on(Event::Partial {
            turn: TurnId(2),
            text: text.into(),
        }));
        commands.extend(c.after(300).tick());
        commands.extend(c.pause());
        commands.extend(c.after(60).decoded(2, 1, text));
        assert!(!commands.contains(&Command::StopReply(reply(1))), "{text}");
        let last = commands.last();
        assert_eq!(
            last,
            Some(&Command::Play(reply(1), Loudness::Full)),
            "{text}"
        );
    }
}

#[test]
fn a_request_to_go_on_as_the_reply_ends_gets_no_answer() {
    let mut c = Conversation::in_a_story();
    c.speech();
    c.heard(reply(1), "Once upon a time.");
    c.after(700).pause();
    c.decoded(2, 1, "Go ahead.");
    c.scored(2, 1, 1.0);
    let commands = c.after(CEILING_MS).tick();
    assert_eq!(
        commands,
        [Command::EndTranscript(TurnId(2)), Command::Ignore]
    );
}

#[test]
fn a_question_about_what_was_said_interrupts() {
    let mut c = Conversation::in_a_story();
    let commands = c.says_over(2, 900, "What were you saying?");
    assert!(commands.contains(&Command::StopReply(reply(1))));
}

#[test]
fn a_cough_does_not_interrupt_whatever_the_recognizer_makes_of_it() {
    for text in ["", "Huh.", "You"] {
        let mut c = Conversation::in_a_story();
        let commands = c.says_over(2, 300, text);
        assert!(
            !commands.contains(&Command::StopReply(reply(1))),
            "{text:?}"
        );
    }
}

#[test]
fn its_own_words_do_not_interrupt() {
    let mut c = Conversation::in_a_story();
    let commands = c.says_over(2, 700, "There was a fox.");
    assert!(
        !commands.contains(&Command::StopReply(reply(1))),
        "{commands:?}"
    );
}

#[test]
fn a_stop_word_acts_at_once() {
    let mut c = Conversation::in_a_story();
    c.speech();
    let partial = Event::Partial {
        turn: TurnId(2),
        text: "Stop.".into(),
    };
    assert_eq!(c.after(250).on(partial), [Command::StopReply(reply(1))]);
}

#[test]
fn a_stop_word_alone_stops_and_is_not_answered() {
    let mut c = Conversation::in_a_story();
    c.says_over(2, 400, "Stop.");
    c.heard(reply(1), "Once");
    c.scored(2, 1, 1.0);
    let commands = c.after(CEILING_MS).tick();
    assert!(
        !commands.iter().any(|c| matches!(c, Command::Draft { .. })),
        "{commands:?}"
    );
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn speech_that_goes_on_interrupts_without_words() {
    let mut c = Conversation::in_a_story();
    c.speech();
    c.after(200).tick();
    assert!(c.after(500).tick().is_empty());
    assert_eq!(c.after(300).tick(), [Command::StopReply(reply(1))]);
}

#[test]
fn a_recognizer_that_fails_is_apologized_for() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    let failed = Event::Failed {
        turn: TURN,
        reply: None,
        stage: "recognizer".into(),
        message: "the server is gone".into(),
        apology: Some("Sorry, I could not hear that.".into()),
    };
    let commands = c.on(failed);
    let words = Command::DraftWords {
        reply: reply(2),
        words: "Sorry, I could not hear that.".into(),
        rings: false,
        language: None,
    };
    assert!(commands.contains(&words), "{commands:?}");
    assert!(commands.contains(&Command::EndTranscript(TURN)));
}

#[test]
fn a_recognizer_that_fails_over_a_reply_lets_it_go_on() {
    let mut c = Conversation::in_a_story();
    c.speech();
    let failed = Event::Failed {
        turn: TurnId(2),
        reply: None,
        stage: "recognizer".into(),
        message: "broken".into(),
        apology: None,
    };
    let commands = c.on(failed);
    assert!(
        commands.contains(&Command::Play(reply(1), Loudness::Full)),
        "{commands:?}"
    );
}

#[test]
fn a_reply_that_ends_while_somebody_begins_leaves_them_the_turn() {
    let mut c = Conversation::in_a_story();
    c.speech();
    c.heard(reply(1), "Once upon a time.");
    assert!(matches!(c.machine.state(), State::User(user) if user.turn == TurnId(2)));
}

#[test]
fn go_on_after_an_interruption_asks_for_the_rest() {
    let mut c = Conversation::in_a_story();
    c.says_over(2, 400, "Stop.");
    c.heard(reply(1), "Once upon");
    c.after(CEILING_MS).tick();
    let commands = c.user_says(3, "Go on, please.");
    assert!(
        commands.contains(&Command::DraftRest(reply(3))),
        "{commands:?}"
    );
}

#[test]
fn go_on_without_an_interruption_is_a_turn_as_any() {
    let mut c = Conversation::new();
    let commands = c.user_says(1, "Go on.");
    assert!(
        commands.contains(&draft(reply(1), "Go on.")),
        "{commands:?}"
    );
}
