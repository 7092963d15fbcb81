//! One behaviour of turn taking each.

use super::*;

/// A machine with a clock that the test turns.
struct Conversation {
    machine: TurnTaking,
    now: Timestamp,
}

const WAIT_MS: u64 = 500;

impl Conversation {
    fn new() -> Self {
        Self {
            machine: TurnTaking::new(TurnTakingConfig::default()),
            now: Timestamp::from_millis(1_000),
        }
    }

    fn after(&mut self, ms: u64) -> &mut Self {
        self.now = self.now + Duration::from_millis(ms);
        self
    }

    /// The commands for an event, without what is only published.
    fn on(&mut self, event: Event) -> Vec<Command> {
        let mut commands = Vec::new();
        self.machine.handle(self.now, event, &mut commands);
        commands.retain(|c| !matches!(c, Command::Publish(..)));
        commands
    }

    fn speech(&mut self) -> Vec<Command> {
        let at = self.now;
        self.on(Event::SpeechStarted(at))
    }

    fn pause(&mut self) -> Vec<Command> {
        let at = self.now;
        self.on(Event::SpeechPaused(at))
    }

    fn transcript(&mut self, turn: u64, attempt: u32, text: &str) -> Vec<Command> {
        self.on(Event::Final {
            turn: TurnId(turn),
            attempt,
            text: text.into(),
        })
    }

    /// The user says something and waits for the answer.
    fn user_says(&mut self, turn: u64, text: &str) -> Vec<Command> {
        self.speech();
        self.after(800).pause();
        self.after(WAIT_MS).on(Event::Tick);
        self.transcript(turn, 1, text)
    }

    fn heard(&mut self, turn: u64, heard: &str) -> Vec<Command> {
        self.on(Event::PlaybackEnded {
            turn: TurnId(turn),
            heard: heard.into(),
        })
    }
}

fn start_reply(turn: u64, text: &str) -> Command {
    Command::StartReply {
        turn: TurnId(turn),
        text: text.into(),
    }
}

fn remember(turn: u64, user: &str, heard: &str) -> Command {
    Command::Remember {
        turn: TurnId(turn),
        user: user.into(),
        heard: heard.into(),
    }
}

#[test]
fn a_turn_ends_after_the_silence_and_is_answered() {
    let mut c = Conversation::new();
    c.speech();
    assert_eq!(c.after(800).pause(), [Command::DecodeAtPause(TurnId(1))]);
    assert!(c.after(WAIT_MS - 1).on(Event::Tick).is_empty());
    let request = Command::RequestFinal {
        turn: TurnId(1),
        attempt: 1,
    };
    assert_eq!(c.after(1).on(Event::Tick), [request]);
    assert!(c.after(10).on(Event::Tick).is_empty());
    let answered = c.transcript(1, 1, "hello");
    assert_eq!(
        answered,
        [Command::EndTranscript(TurnId(1)), start_reply(1, "hello")]
    );
}

#[test]
fn the_transcript_begins_before_the_onset() {
    let mut c = Conversation::new();
    let from = c.now - TurnTakingConfig::default().preroll;
    let turn = TurnId(1);
    assert_eq!(c.speech(), [Command::StartTranscript { turn, from }]);
}

#[test]
fn the_words_at_a_pause_are_prepared_and_not_answered() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    let at_pause = |text: &str| Event::AtPause {
        turn: TurnId(1),
        text: text.into(),
    };
    assert_eq!(c.on(at_pause("hello")), [Command::Prepare("hello".into())]);
    c.after(100).speech();
    assert!(c.on(at_pause("hello")).is_empty());
}

#[test]
fn speech_within_the_wait_goes_on_with_the_same_turn() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    assert_eq!(
        c.after(200).speech(),
        [Command::ResumeTranscript(TurnId(1))]
    );
    assert_eq!(c.machine.next_deadline(), None);
    assert!(c.after(1_000).on(Event::Tick).is_empty());
}

#[test]
fn a_transcript_asked_for_before_the_user_went_on_is_stale() {
    let mut c = Conversation::new();
    c.speech();
    c.after(800).pause();
    c.after(WAIT_MS).on(Event::Tick);
    c.after(10).speech();
    assert!(c.transcript(1, 1, "half a").is_empty());
    c.after(800).pause();
    c.after(WAIT_MS).on(Event::Tick);
    assert!(c.transcript(1, 1, "half a").is_empty());
    assert!(
        c.transcript(1, 2, "half a sentence")
            .contains(&start_reply(1, "half a sentence"))
    );
}

#[test]
fn noise_without_words_is_not_answered() {
    let mut c = Conversation::new();
    assert_eq!(c.user_says(1, " "), [Command::EndTranscript(TurnId(1))]);
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn a_request_for_silence_stops_the_reply_and_is_not_answered() {
    let mut c = Conversation::new();
    c.user_says(1, "tell me a story");
    c.on(Event::PlaybackStarted(TurnId(1)));
    assert_eq!(
        c.after(2_000).user_says(2, "Stop."),
        [Command::EndTranscript(TurnId(2))]
    );
    c.heard(1, "Once upon a");
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn speech_during_an_audible_reply_stops_it() {
    let mut c = Conversation::new();
    c.user_says(1, "tell me a story");
    c.on(Event::PlaybackStarted(TurnId(1)));
    let commands = c.after(2_000).speech();
    let start = Command::StartTranscript {
        turn: TurnId(2),
        from: c.now - TurnTakingConfig::default().barge_in_preroll,
    };
    assert_eq!(commands, [Command::StopReply(TurnId(1)), start]);
}

#[test]
fn the_history_keeps_only_what_was_heard() {
    let mut c = Conversation::new();
    c.user_says(1, "tell me a story");
    c.on(Event::PlaybackStarted(TurnId(1)));
    c.after(2_000).speech();
    let commands = c.heard(1, "Once upon a");
    assert_eq!(commands, [remember(1, "tell me a story", "Once upon a")]);
}

#[test]
fn the_next_reply_waits_until_it_is_known_what_was_heard() {
    let mut c = Conversation::new();
    c.user_says(1, "tell me a story");
    c.on(Event::PlaybackStarted(TurnId(1)));
    assert_eq!(
        c.after(500).user_says(2, "and then"),
        [Command::EndTranscript(TurnId(2))]
    );
    let commands = c.heard(1, "Once");
    assert_eq!(
        commands,
        [
            remember(1, "tell me a story", "Once"),
            start_reply(2, "and then")
        ]
    );
}

#[test]
fn speech_before_the_reply_is_audible_extends_the_turn() {
    let mut c = Conversation::new();
    c.user_says(1, "what is the capital");
    assert_eq!(c.after(50).speech()[0], Command::StopReply(TurnId(1)));
    assert!(c.heard(1, "").is_empty());
    c.after(400).pause();
    c.after(WAIT_MS).on(Event::Tick);
    let commands = c.transcript(2, 1, "of France");
    assert!(
        commands.contains(&start_reply(2, "what is the capital of France")),
        "{commands:?}"
    );
}

#[test]
fn noise_while_it_thinks_does_not_lose_the_question() {
    let mut c = Conversation::new();
    c.user_says(1, "what time is it");
    let commands = c.user_says(2, "");
    assert!(
        commands.contains(&start_reply(2, "what time is it")),
        "{commands:?}"
    );
}

#[test]
fn a_reply_played_to_its_end_is_remembered_and_the_machine_listens() {
    let mut c = Conversation::new();
    c.user_says(1, "hello");
    c.on(Event::PlaybackStarted(TurnId(1)));
    assert_eq!(c.heard(1, "Hi."), [remember(1, "hello", "Hi.")]);
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn a_failed_reply_stops_and_the_machine_listens() {
    let mut c = Conversation::new();
    c.user_says(1, "hello");
    let failed = Event::Failed {
        turn: TurnId(1),
        stage: "language model",
        message: "out of memory".into(),
    };
    assert_eq!(c.on(failed), [Command::StopReply(TurnId(1))]);
    assert_eq!(*c.machine.state(), State::Listening);
    assert!(c.user_says(2, "are you there").len() == 1);
    assert!(c.heard(1, "").contains(&start_reply(2, "are you there")));
}

#[test]
fn a_typed_message_is_answered_and_interrupts() {
    let mut c = Conversation::new();
    assert_eq!(c.on(Event::Typed(" hi ".into())), [start_reply(1, "hi")]);
    c.on(Event::PlaybackStarted(TurnId(1)));
    assert_eq!(
        c.on(Event::Typed("stop".into())),
        [Command::StopReply(TurnId(1))]
    );
    assert!(c.heard(1, "Hel").contains(&start_reply(2, "stop")));
}

#[test]
fn a_second_message_typed_before_the_first_is_answered_joins_it() {
    let mut c = Conversation::new();
    c.on(Event::Typed("one".into()));
    c.on(Event::PlaybackStarted(TurnId(1)));
    c.on(Event::Typed("two".into()));
    assert!(c.on(Event::Typed("three".into())).is_empty());
    assert!(c.heard(1, "uno").contains(&start_reply(3, "two three")));
}

#[test]
fn stop_while_it_thinks_takes_the_question_back() {
    let mut c = Conversation::new();
    c.user_says(1, "tell me a story");
    assert_eq!(c.user_says(2, "Stop."), [Command::EndTranscript(TurnId(2))]);
    assert_eq!(*c.machine.state(), State::Listening);
}

#[test]
fn with_push_to_talk_the_key_and_not_the_voice_makes_the_turn() {
    let mut c = Conversation::new();
    c.machine = TurnTaking::new(TurnTakingConfig {
        push_to_talk: true,
        ..TurnTakingConfig::default()
    });
    assert!(c.speech().is_empty());
    assert!(!c.on(Event::TalkPressed).is_empty());
    assert!(c.pause().is_empty());
    assert_eq!(
        c.after(1_500).on(Event::TalkReleased),
        [Command::DecodeAtPause(TurnId(1))]
    );
    let commands = c.after(200).on(Event::Tick);
    assert!(commands.contains(&Command::RequestFinal {
        turn: TurnId(1),
        attempt: 1
    }));
}

#[test]
fn messages_of_older_turns_change_nothing() {
    let mut c = Conversation::new();
    c.user_says(1, "one");
    c.on(Event::PlaybackStarted(TurnId(1)));
    c.heard(1, "uno");
    c.user_says(2, "two");
    assert!(c.on(Event::PlaybackStarted(TurnId(1))).is_empty());
    assert!(c.heard(1, "uno").is_empty());
    assert!(matches!(
        c.machine.state(),
        State::Replying { audible: false, .. }
    ));
}
