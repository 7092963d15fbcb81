//! One behaviour of turn taking each.

use super::super::config::Drafts;
use super::super::reply::SLOW_REPLIES;
use super::*;
use crate::events::Loudness;

#[path = "false_alarm_tests.rs"]
mod false_alarms;
#[path = "given_tests.rs"]
mod given;
#[path = "language_tests.rs"]
mod languages;
#[path = "longest_tests.rs"]
mod longest;
#[path = "message_end_tests.rs"]
mod message_ends;
#[path = "ring_tests.rs"]
mod rings;
#[path = "self_talk_tests.rs"]
mod self_talk;
#[path = "sleep_tests.rs"]
mod sleep;
#[path = "whose_voice_tests.rs"]
mod whose_voice;

/// A machine with a clock that the test turns.
struct Conversation {
    machine: TurnTaking,
    now: Timestamp,
}

/// Waits of the default policy. Milliseconds.
const FLOOR_MS: u64 = 300;
const EVEN_MS: u64 = 409;
const CEILING_MS: u64 = 1_600;

fn config() -> TurnTakingConfig {
    TurnTakingConfig::default()
}

impl Conversation {
    fn new() -> Self {
        Self::with(config())
    }

    fn with(config: TurnTakingConfig) -> Self {
        Self {
            machine: TurnTaking::new(config),
            now: Timestamp::from_millis(1_000),
        }
    }

    fn after(&mut self, ms: u64) -> &mut Self {
        self.now = self.now + Duration::from_millis(ms);
        self
    }

    /// All commands for an event.
    fn all(&mut self, event: Event) -> Vec<Command> {
        let mut commands = Vec::new();
        self.machine.handle(self.now, event, &mut commands);
        commands
    }

    /// The commands for an event, without what is only published.
    fn on(&mut self, event: Event) -> Vec<Command> {
        let mut commands = self.all(event);
        commands.retain(|c| !matches!(c, Command::Publish(..) | Command::Announce(_)));
        commands
    }

    fn tick(&mut self) -> Vec<Command> {
        self.on(Event::Tick)
    }

    fn speech(&mut self) -> Vec<Command> {
        let at = self.now;
        self.on(Event::SpeechStarted(at))
    }

    fn pause(&mut self) -> Vec<Command> {
        let at = self.now;
        self.on(Event::SpeechPaused(at))
    }

    fn decoded(&mut self, turn: u64, pause: u32, text: &str) -> Vec<Command> {
        self.on(Event::Decoded {
            turn: TurnId(turn),
            pause,
            text: text.into(),
        })
    }

    fn scored(&mut self, turn: u64, pause: u32, score: f32) -> Vec<Command> {
        self.on(Event::Scored {
            turn: TurnId(turn),
            pause,
            score: Some(score),
            took_ms: 40.0,
        })
    }

    /// The user says something, it sounds finished, and the wait is over.
    fn user_says(&mut self, turn: u64, text: &str) -> Vec<Command> {
        self.speech();
        let mut commands = self.after(800).pause();
        commands.extend(self.after(80).decoded(turn, 1, text));
        commands.extend(self.after(40).scored(turn, 1, 1.0));
        commands.extend(self.after(CEILING_MS).tick());
        commands
    }

    fn heard(&mut self, reply: ReplyId, heard: &str) -> Vec<Command> {
        self.on(Event::PlaybackEnded {
            reply,
            heard: heard.into(),
        })
    }

    /// The user has asked for a story and hears it.
    fn in_a_story() -> Self {
        Self::in_a_story_with(config(), "Once upon a time there was a fox")
    }

    fn in_a_story_with(config: TurnTakingConfig, said: &str) -> Self {
        let mut c = Self::with(config);
        c.user_says(1, "Tell me a story.");
        c.on(started(1));
        c.after(2_000).on(Event::Said {
            reply: reply(1),
            text: said.into(),
        });
        c
    }

    /// Speech over the reply, held for as long, and its words.
    fn says_over(&mut self, turn: u64, ms: u64, text: &str) -> Vec<Command> {
        let mut commands = self.speech();
        commands.extend(self.after(170).tick());
        commands.extend(self.after(ms - 170).pause());
        commands.extend(self.after(60).decoded(turn, 1, text));
        commands
    }
}

fn started(turn: u64) -> Event {
    Event::PlaybackStarted {
        reply: reply(turn),
        at: Timestamp::ZERO,
    }
}

fn reply(turn: u64) -> ReplyId {
    ReplyId {
        turn: TurnId(turn),
        draft: 1,
    }
}

/// A reply that is made before the turn is over.
fn draft(id: ReplyId, text: &str) -> Command {
    Command::Draft {
        reply: id,
        text: text.into(),
        asks_end: true,
    }
}

/// A reply to what is over.
fn answer(id: ReplyId, text: &str) -> Command {
    Command::Draft {
        reply: id,
        text: text.into(),
        asks_end: false,
    }
}

fn remember(turn: u64, user: &str, heard: &str) -> Command {
    Command::Remember {
        turn: TurnId(turn),
        user: user.into(),
        heard: heard.into(),
    }
}

const TURN: TurnId = TurnId(1);

// ── the user's turn ─────────────────────────────────────────────────────────────────────────────

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

// ── the reply ───────────────────────────────────────────────────────────────────────────────────

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

/// Asked once, and put off once by speech as the reply began; the second reply begins to sound.
fn put_off_once() -> Conversation {
    let mut c = Conversation::new();
    c.user_says(1, "What is the capital?");
    let at = c.now;
    let reply = ReplyId {
        turn: TURN,
        draft: 1,
    };
    c.on(Event::PlaybackStarted { reply, at });
    c.after(200).speech();
    c.after(300).pause();
    let commands = c.decoded(2, 1, "");
    let second = self::reply(2);
    assert!(commands.contains(&Command::Release(second)), "{commands:?}");
    c
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

// ── speech over the reply ───────────────────────────────────────────────────────────────────────

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

// ── silence ─────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_silence_after_its_question_is_met_with_a_word_once() {
    let mut c = Conversation::with(TurnTakingConfig {
        idle_prompt: Some(crate::turn_taking::IdlePrompt {
            after: Duration::from_secs(8),
            words: "Are you there?".into(),
        }),
        ..config()
    });
    c.user_says(1, "Hello.");
    c.on(started(1));
    c.heard(reply(1), "What is your name?");
    assert!(c.after(7_000).tick().is_empty());
    let commands = c.after(1_000).tick();
    let words = "Are you there?".into();
    let prompt = Command::DraftWords {
        reply: reply(2),
        words,
        rings: false,
        language: None,
    };
    assert_eq!(commands, [prompt, Command::Release(reply(2))]);
    c.on(started(2));
    assert_eq!(
        c.heard(reply(2), "Are you there?"),
        [remember(2, "", "Are you there?")]
    );
    assert!(c.after(60_000).tick().is_empty());
}
