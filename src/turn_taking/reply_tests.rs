//! The reply: put off, broken off, taken back.

use super::*;

#[test]
fn a_reply_played_to_its_end_is_remembered_and_the_machine_listens() {
    let mut c = Conversation::new();
    c.user_says(1, "Hello.");
    c.on(started(1));
    assert_eq!(c.heard(reply(1), "Hi."), [remember(1, "Hello.", "Hi.")]);
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn speech_before_the_reply_is_audible_extends_the_turn() {
    let mut c = Conversation::new();
    c.user_says(1, "What is the capital?");
    assert_eq!(c.after(50).speech()[0], Command::StopReply(reply(1)));
    assert!(c.heard(reply(1), "").is_empty());
    c.after(400).pause();
    let commands = c.decoded(2, 1, "Of France.");
    let both = draft(reply(2), "What is the capital? Of France.");
    assert!(commands.contains(&both), "{commands:?}");
}

#[test]
fn speech_as_the_reply_begins_goes_on_with_the_turn() {
    let mut c = Conversation::new();
    c.user_says(1, "What is the capital?");
    c.on(started(1));
    assert_eq!(c.after(200).speech()[0], Command::StopReply(reply(1)));
    c.after(400).pause();
    let commands = c.decoded(2, 1, "Of France.");
    let both = draft(reply(2), "What is the capital? Of France.");
    assert!(commands.contains(&both), "{commands:?}");
}

#[test]
fn a_reply_is_put_off_once_and_then_noise_only_holds_it() {
    let mut c = put_off_once();
    // Before it is heard, and as it begins.
    for begins in [false, true] {
        if begins {
            c.on(started(2));
        }
        let mut commands = c.after(100).speech();
        commands.extend(c.after(300).tick());
        commands.extend(c.pause());
        let turn = if begins { 4 } else { 3 };
        commands.extend(c.after(80).decoded(turn, 1, ""));
        assert!(
            !commands.contains(&Command::StopReply(reply(2))),
            "{commands:?}"
        );
        let full = Command::Play(reply(2), Loudness::Full);
        assert_eq!(commands.last(), Some(&full));
    }
}

#[test]
fn words_over_a_reply_that_was_put_off_still_belong_to_the_question() {
    let mut c = put_off_once();
    let commands = c.after(100).says_over(3, 900, "Of the north of France?");
    assert!(
        commands.contains(&Command::StopReply(reply(2))),
        "{commands:?}"
    );
    let both = draft(reply(3), "What is the capital? Of the north of France?");
    assert!(commands.contains(&both), "{commands:?}");
}

#[test]
fn babble_does_not_put_an_answer_off_for_as_long_as_it_lasts() {
    let mut c = Conversation::new();
    c.user_says(1, "What is the capital?");
    let (mut stops, mut turn) = (0, 1);
    for _ in 0..16 {
        let mut commands = c.after(400).speech();
        commands.extend(c.after(150).tick());
        commands.extend(c.after(150).pause());
        let opened = commands.iter().filter_map(|c| match c {
            Command::StartTranscript { turn, .. } => Some(turn.0),
            _ => None,
        });
        turn = opened.max().unwrap_or(turn);
        commands.extend(c.after(60).decoded(turn, 1, ""));
        let stop = |c: &&Command| matches!(c, Command::StopReply(_));
        stops += commands.iter().filter(stop).count();
    }
    assert_eq!(stops, 1);
    assert!(matches!(c.machine.state(), State::Replying(r) if r.overlap.is_none()));
}

#[test]
fn noise_while_it_thinks_does_not_lose_the_question() {
    let mut c = Conversation::new();
    c.user_says(1, "What time is it?");
    let commands = c.user_says(2, "");
    assert!(
        commands.contains(&draft(reply(2), "What time is it?")),
        "{commands:?}"
    );
}

#[test]
fn stop_while_it_thinks_takes_the_question_back() {
    let mut c = Conversation::new();
    c.user_says(1, "Tell me a story.");
    assert!(
        !c.user_says(2, "Stop.")
            .contains(&Command::Release(reply(2)))
    );
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn a_failed_reply_stops_and_the_machine_listens() {
    let mut c = Conversation::new();
    c.user_says(1, "Hello.");
    let failed = Event::Failed {
        turn: TURN,
        reply: Some(reply(1)),
        stage: "language model".into(),
        message: "out of memory".into(),
        apology: None,
    };
    assert_eq!(c.on(failed), [Command::StopReply(reply(1))]);
    assert_eq!(*c.machine.state(), State::Listening);
    c.user_says(2, "Are you there?");
    assert!(
        c.heard(reply(1), "")
            .contains(&answer(reply(2), "Are you there?"))
    );
}

#[test]
fn an_interruption_of_a_reply_that_broke_off_is_answered_without_an_apology() {
    let mut c = Conversation::in_a_story();
    c.on(failed_with_an_apology(1));
    let stopped = c.on(Event::Typed("And then?".into()));
    assert_eq!(stopped, [Command::StopReply(reply(1))]);
    let commands = c.heard(reply(1), "Once upon a time");
    assert!(
        commands.contains(&answer(reply(2), "And then?")),
        "{commands:?}"
    );
}

/// The language model fails in the middle of a reply, and gives a sentence for the user.
fn failed_with_an_apology(turn: u64) -> Event {
    Event::Failed {
        turn: TurnId(turn),
        reply: Some(reply(turn)),
        stage: "language model".into(),
        message: "the server is gone".into(),
        apology: Some("Sorry, I lost the connection.".into()),
    }
}

#[test]
fn a_reply_that_breaks_off_is_said_to_its_end_and_then_the_user_hears_why() {
    let mut c = Conversation::in_a_story();
    assert_eq!(c.on(failed_with_an_apology(1)), []);
    let apology = reply(2);
    let commands = c.heard(reply(1), "Once upon a time");
    let remember = Command::Remember {
        turn: TURN,
        user: "Tell me a story.".into(),
        heard: "Once upon a time".into(),
    };
    let words = Command::DraftWords {
        reply: apology,
        words: "Sorry, I lost the connection.".into(),
        rings: false,
        language: None,
    };
    assert_eq!(commands, [remember, words, Command::Release(apology)]);
    // Nobody asked for the apology: the history does without it.
    assert_eq!(c.heard(apology, "Sorry, I lost the connection."), []);
    let rest = c.user_says(3, "Go on.");
    let id = reply(3);
    assert!(rest.contains(&Command::DraftRest(id)), "{rest:?}");
}

#[test]
fn nobody_is_talked_over_with_an_apology() {
    let mut c = Conversation::in_a_story();
    c.speech();
    c.on(failed_with_an_apology(1));
    let commands = c.heard(reply(1), "Once upon a time");
    assert!(matches!(c.machine.state(), State::User(_)));
    let speaks = |c: &Command| matches!(c, Command::DraftWords { .. });
    assert!(!commands.iter().any(speaks), "{commands:?}");
}

#[test]
fn an_apology_that_fails_is_not_apologized_for() {
    let mut c = Conversation::in_a_story();
    c.on(failed_with_an_apology(1));
    c.heard(reply(1), "Once");
    assert_eq!(
        c.on(failed_with_an_apology(2)),
        [Command::StopReply(reply(2))]
    );
    assert_eq!(c.heard(reply(2), ""), []);
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn a_typed_message_is_answered_and_interrupts() {
    let mut c = Conversation::new();
    let answered = [answer(reply(1), "hi"), Command::Release(reply(1))];
    assert_eq!(c.on(Event::Typed(" hi ".into())), answered);
    c.on(started(1));
    let stopped = c.on(Event::Typed("stop".into()));
    assert_eq!(stopped, [Command::StopReply(reply(1))]);
    assert!(c.heard(reply(1), "Hel").contains(&answer(reply(2), "stop")));
}

#[test]
fn a_second_message_typed_before_the_first_is_answered_joins_it() {
    let mut c = Conversation::new();
    c.on(Event::Typed("one".into()));
    c.on(started(1));
    c.on(Event::Typed("two".into()));
    assert!(c.on(Event::Typed("three".into())).is_empty());
    assert!(
        c.heard(reply(1), "uno")
            .contains(&answer(reply(3), "two three"))
    );
}

#[test]
fn a_reply_that_is_not_wanted_any_more_stops_and_nothing_else_happens() {
    let mut c = Conversation::in_a_story();
    let stopped = [Command::NotWanted, Command::StopReply(reply(1))];
    assert_eq!(c.on(Event::Stop), stopped);
    c.heard(reply(1), "Once upon");
    assert_eq!(*c.machine.state(), State::Listening);
    assert_eq!(c.on(Event::Stop), [Command::NotWanted]);
}

#[test]
fn a_reply_that_is_not_wanted_before_it_sounds_is_stopped_too() {
    let mut c = Conversation::new();
    c.on(Event::Typed("hi".into()));
    let stopped = [Command::NotWanted, Command::StopReply(reply(1))];
    assert_eq!(c.on(Event::Stop), stopped);
    c.heard(reply(1), "");
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn what_is_taken_back_is_not_answered() {
    let mut c = Conversation::with(TurnTakingConfig {
        push_to_talk: true,
        ..config()
    });
    c.on(Event::TalkPressed);
    let taken_back = c.after(500).on(Event::TakeBack);
    assert!(taken_back.contains(&Command::EndTranscript(TurnId(1))));
    assert_eq!(*c.machine.state(), State::Listening);
    assert!(c.on(Event::TalkReleased).is_empty());
}

#[test]
fn a_draft_is_rolled_back_with_what_is_taken_back() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    let mut drafted = c.after(80).decoded(1, 1, "What is it?");
    drafted.extend(c.after(40).scored(1, 1, 1.0));
    let ids: Vec<ReplyId> = drafted
        .iter()
        .filter_map(|command| match command {
            Command::Draft { reply, .. } => Some(*reply),
            _ => None,
        })
        .collect();
    assert!(!ids.is_empty());
    let taken_back = c.on(Event::TakeBack);
    for id in ids {
        assert!(taken_back.contains(&Command::StopReply(id)));
    }
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn messages_about_older_replies_change_nothing() {
    let mut c = Conversation::new();
    c.user_says(1, "One.");
    c.on(started(1));
    c.heard(reply(1), "Uno.");
    c.user_says(2, "Two.");
    assert!(c.on(started(1)).is_empty());
    assert!(c.heard(reply(1), "Uno.").is_empty());
    assert!(matches!(c.machine.state(), State::Replying(r) if r.audible_since.is_none()));
}
