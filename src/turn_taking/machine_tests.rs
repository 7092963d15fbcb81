//! One behaviour of turn taking each; here what all of them share, and silence.

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
#[path = "overlap_tests.rs"]
mod overlaps;
#[path = "reply_tests.rs"]
mod replies;
#[path = "ring_tests.rs"]
mod rings;
#[path = "self_talk_tests.rs"]
mod self_talk;
#[path = "sleep_tests.rs"]
mod sleep;
#[path = "users_turn_tests.rs"]
mod users_turn;
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
