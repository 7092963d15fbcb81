//! The user's turn: pauses, waits and drafts.

use super::*;

#[test]
fn the_transcript_begins_before_the_onset() {
    let mut c = Conversation::new();
    let from = c.now - config().preroll;
    assert_eq!(c.speech(), [Command::StartTranscript { turn: TURN, from }]);
}

#[test]
fn at_a_pause_transcript_score_and_draft_are_made_at_once() {
    let mut c = Conversation::new();
    c.speech();
    let decode = Command::Decode {
        turn: TURN,
        pause: 1,
    };
    let score = Command::Score {
        turn: TURN,
        pause: 1,
    };
    assert_eq!(c.after(800).pause(), [decode]);
    assert_eq!(
        c.after(80).decoded(1, 1, "Hello."),
        [score, draft(reply(1), "Hello.")]
    );
}

#[test]
fn a_draft_is_released_when_the_wait_is_over_and_not_before() {
    let mut c = Conversation::new();
    c.speech();
    let since = c.now;
    c.after(800).pause();
    c.decoded(1, 1, "Hello.");
    c.scored(1, 1, 1.0);
    assert!(c.after(FLOOR_MS - 1).tick().is_empty());
    let released = [
        Command::EndTranscript(TURN),
        Command::KnowSpeaker { since },
        Command::Release(reply(1)),
    ];
    assert_eq!(c.after(1).tick(), released);
}

#[test]
fn a_turn_that_sounds_unfinished_is_waited_for_longer() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.decoded(1, 1, "I was thinking.");
    c.scored(1, 1, 0.0);
    assert!(
        !c.after(CEILING_MS - 1)
            .tick()
            .contains(&Command::Release(reply(1)))
    );
    assert!(c.after(1).tick().contains(&Command::Release(reply(1))));
}

#[test]
fn a_sentence_that_cannot_end_there_is_waited_for_however_it_sounds() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.decoded(1, 1, "What is the capital of");
    c.scored(1, 1, 1.0);
    let commands = c.after(EVEN_MS).tick();
    assert!(
        !commands.contains(&Command::Release(reply(1))),
        "{commands:?}"
    );
}

#[test]
fn without_a_score_silence_and_words_decide() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.decoded(1, 1, "Turn it off.");
    assert!(c.after(EVEN_MS - 1).tick().is_empty());
    assert!(c.after(1).tick().contains(&Command::Release(reply(1))));
}

#[test]
fn a_slow_machine_waits_for_the_score_before_it_ends_a_turn() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.after(900).decoded(1, 1, "Turn it off.");
    assert!(c.after(150).tick().is_empty());
    assert!(c.scored(1, 1, 0.0).is_empty(), "it sounds unfinished");
    assert!(c.after(600).tick().contains(&Command::Release(reply(1))));
}

#[test]
fn speech_within_the_wait_rolls_the_draft_back_and_goes_on_with_the_same_turn() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.decoded(1, 1, "Turn it.");
    let commands = c.after(200).speech();
    let resumed = [
        Command::StopReply(reply(1)),
        Command::ResumeTranscript(TURN),
    ];
    assert_eq!(commands, resumed);
    assert!(c.after(CEILING_MS).tick().is_empty());
}

#[test]
fn each_pause_of_a_turn_has_a_draft_of_its_own() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.decoded(1, 1, "Turn it.");
    c.after(200).speech();
    c.after(500).pause();
    let second = ReplyId {
        turn: TURN,
        draft: 2,
    };
    assert!(
        c.decoded(1, 2, "Turn it off.")
            .contains(&draft(second, "Turn it off."))
    );
    c.scored(1, 2, 1.0);
    assert!(c.after(FLOOR_MS).tick().contains(&Command::Release(second)));
}

#[test]
fn answers_to_an_earlier_pause_are_stale() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.after(50).speech();
    c.after(500).pause();
    assert!(c.decoded(1, 1, "Half a").is_empty());
    assert!(c.scored(1, 1, 1.0).is_empty());
    assert!(!c.decoded(1, 2, "Half a sentence.").is_empty());
}

#[test]
fn a_draft_that_will_probably_be_thrown_away_is_begun_late() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    let commands = c.decoded(1, 1, "I would like the");
    assert!(!commands.iter().any(|c| matches!(c, Command::Draft { .. })));
    let due = c.machine.next_deadline().unwrap();
    c.now = due;
    assert_eq!(c.tick(), [draft(reply(1), "I would like the")]);
}

#[test]
fn what_is_said_is_read_ahead_while_it_is_said() {
    let mut c = Conversation::new();
    c.speech();
    let partial = |text: &str| Event::Partial {
        turn: TURN,
        text: text.into(),
    };
    let read = [Command::Prepare {
        turn: TURN,
        text: "Turn the coffee".into(),
    }];
    assert_eq!(c.on(partial("Turn the coffee,")), read);
    assert!(
        c.on(partial("Turn the coffee.")).is_empty(),
        "no word is new"
    );
}

#[test]
fn a_draft_of_what_was_said_so_far_does_not_wait_for_the_transcript() {
    let mut c = Conversation::new();
    c.speech();
    c.on(Event::Partial {
        turn: TURN,
        text: "Turn it off,".into(),
    });
    let early = draft(reply(1), "Turn it off.");
    assert!(c.after(500).pause().contains(&early));
    let commands = c.decoded(1, 1, "Turn it off!");
    assert!(
        !commands.iter().any(|c| matches!(c, Command::Draft { .. })),
        "only the punctuation is another: {commands:?}"
    );
}

#[test]
fn a_draft_of_other_words_is_taken_back_when_the_transcript_comes() {
    let mut c = Conversation::new();
    c.speech();
    c.on(Event::Partial {
        turn: TURN,
        text: "Turn it back".into(),
    });
    c.after(500).pause();
    c.on(Event::Tick);
    let commands = c.decoded(1, 1, "Turn it off.");
    let second = ReplyId {
        turn: TURN,
        draft: 2,
    };
    assert!(
        commands.contains(&draft(second, "Turn it off.")),
        "{commands:?}"
    );
}

#[test]
fn with_drafts_for_speech_only_the_reply_begins_when_the_turn_is_over() {
    let mut c = Conversation::with(TurnTakingConfig {
        drafts: Drafts::SttOnly,
        ..config()
    });
    c.speech();
    c.after(800).pause();
    assert!(
        !c.decoded(1, 1, "Hello.")
            .contains(&answer(reply(1), "Hello."))
    );
    c.scored(1, 1, 1.0);
    let commands = c.after(FLOOR_MS).tick();
    assert!(
        commands.contains(&answer(reply(1), "Hello.")),
        "{commands:?}"
    );
}

#[test]
fn a_language_model_that_is_too_slow_for_drafts_gets_none() {
    let mut c = Conversation::new();
    for _ in 0..SLOW_REPLIES {
        c.on(Event::Generated { tokens_per_s: 4.0 });
    }
    c.speech();
    c.after(800).pause();
    assert!(
        !c.decoded(1, 1, "Hello.")
            .contains(&draft(reply(1), "Hello."))
    );
}

#[test]
fn a_language_model_that_becomes_fast_gets_drafts_again() {
    let mut c = Conversation::new();
    let slow = || Event::Generated { tokens_per_s: 4.0 };
    let fast = || Event::Generated { tokens_per_s: 40.0 };
    for _ in 0..SLOW_REPLIES {
        c.on(slow());
    }
    for event in [fast(), fast(), slow(), fast(), fast(), fast()] {
        c.on(event);
    }
    c.speech();
    c.after(800).pause();
    let commands = c.decoded(1, 1, "Hello.");
    assert!(
        commands.contains(&draft(reply(1), "Hello.")),
        "{commands:?}"
    );
}

#[test]
fn drafts_that_nobody_wanted_do_not_come_back_by_speed() {
    let mut c = Conversation::with(TurnTakingConfig {
        drafts: Drafts::Off,
        ..config()
    });
    for _ in 0..SLOW_REPLIES {
        c.on(Event::Generated { tokens_per_s: 40.0 });
    }
    assert_eq!(c.machine.config.drafts, Drafts::Off);
}

#[test]
fn a_one_word_answer_to_its_question_is_waited_for_briefly() {
    // How long it waits after "No.", which sounds unfinished.
    let waits = |said: &str| {
        let mut c = Conversation::new();
        c.user_says(1, "Hello.");
        c.on(started(1));
        c.heard(reply(1), said);
        c.after(1_000).speech();
        c.after(300).pause();
        c.decoded(2, 1, "No.");
        c.scored(2, 1, 0.01);
        let pauses = c.now;
        let end = c.machine.next_deadline().unwrap();
        end.since(pauses).as_millis()
    };
    // Where a draft is made first, that is earlier than the end, and no wait for it.
    assert!(waits("Do you like tea?") <= 600);
    assert!(waits("I like tea.") > 900);
}

#[test]
fn noise_without_words_is_not_answered() {
    let mut c = Conversation::new();
    assert!(c.user_says(1, " ").contains(&Command::EndTranscript(TURN)));
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn a_request_to_wait_gets_no_answer() {
    for text in ["Wait.", "One moment, please.", "Um."] {
        let mut c = Conversation::new();
        let commands = c.user_says(1, text);
        assert!(
            !commands.iter().any(|c| matches!(c, Command::Release(_))),
            "{text}"
        );
        assert_eq!(*c.machine.state(), State::Listening, "{text}");
    }
}

#[test]
fn with_push_to_talk_the_key_and_not_the_voice_makes_the_turn() {
    let mut c = Conversation::with(TurnTakingConfig {
        push_to_talk: true,
        ..config()
    });
    assert!(c.speech().is_empty());
    assert!(!c.on(Event::TalkPressed).is_empty());
    assert!(c.pause().is_empty());
    assert!(c.after(1_500).on(Event::TalkReleased).is_empty());
    let decode = Command::Decode {
        turn: TURN,
        pause: 1,
    };
    assert_eq!(c.after(200).tick(), [decode]);
    assert!(
        c.decoded(1, 1, "Hello and")
            .contains(&Command::Release(reply(1)))
    );
}

#[test]
fn a_failed_draft_is_no_failed_turn() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.decoded(1, 1, "Hello.");
    let failed = Event::Failed {
        turn: TURN,
        reply: Some(reply(1)),
        stage: "language model".into(),
        message: "out of memory".into(),
        apology: None,
    };
    assert_eq!(c.on(failed), [Command::StopReply(reply(1))]);
    c.scored(1, 1, 1.0);
    let commands = c.after(FLOOR_MS).tick();
    assert!(
        commands.iter().any(|c| matches!(c, Command::Release(_))),
        "{commands:?}"
    );
}
