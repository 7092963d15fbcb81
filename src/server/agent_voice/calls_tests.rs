//! One behaviour of calls each.

use super::super::message::ToSay;
use super::*;
use crate::events::{EndReason, GoOnReason, IgnoreReason, InterruptReason};

/// The machine with a clock that the test turns, and one agent.
struct Agent {
    calls: Calls,
    now: Timestamp,
    last: i64,
}

const AGENT: AgentId = AgentId(1);

impl Agent {
    fn new() -> Self {
        Self {
            calls: Calls::new(Language::English),
            now: Timestamp::from_millis(1_000),
            last: 0,
        }
    }

    fn call(&mut self, asked: Asked) -> Vec<Output> {
        self.last += 1;
        self.calls.advance(self.now);
        let mut outputs = Vec::new();
        let called = self
            .calls
            .call(AGENT, CallId(self.last), asked, &mut outputs);
        called.unwrap();
        outputs
    }

    fn after(&mut self, ms: u64) -> &mut Self {
        self.now = self.now + Duration::from_millis(ms);
        self
    }

    fn on(&mut self, turn: u64, kind: EventKind) -> Vec<Output> {
        let mut outputs = Vec::new();
        let event = SessionEvent {
            at: self.now,
            turn: Some(TurnId(turn)),
            kind,
        };
        self.calls.advance(self.now);
        self.calls.take(&event, &mut outputs);
        self.calls.expire(&mut outputs);
        outputs
    }

    /// Time passes and nothing happens: the session tells nothing.
    fn silence(&mut self, ms: u64) -> Vec<Output> {
        self.after(ms);
        self.calls.advance(self.now);
        let mut outputs = Vec::new();
        self.calls.expire(&mut outputs);
        outputs
    }

    fn cancel(&mut self, id: i64) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.calls.cancel(CallId(id), &mut outputs);
        outputs
    }

    fn user_says(&mut self, turn: u64, text: &str) -> Vec<Output> {
        let mut outputs = self.on(turn, EventKind::SpeechStarted);
        outputs.extend(self.after(800).on(turn, ended(text)));
        outputs
    }

    /// The words of the last call begin to be said, in this turn.
    fn begins(&mut self, turn: u64) {
        let (id, text) = (self.last, String::new());
        self.on(turn, EventKind::GivenWords { id, text });
    }

    fn heard(&mut self, turn: u64, text: &str) -> Vec<Output> {
        let text = text.into();
        self.on(turn, EventKind::Heard { text })
    }
}

fn ended(text: &str) -> EventKind {
    EventKind::TurnEnded {
        waited_ms: 300.0,
        score: None,
        reason: EndReason::Silence,
        text: text.into(),
    }
}

fn interrupted() -> EventKind {
    let reason = InterruptReason::Words;
    EventKind::Interrupted { reason }
}

fn noise() -> EventKind {
    EventKind::TurnIgnored {
        reason: IgnoreReason::NoWords,
        text: String::new(),
    }
}

fn to_say(text: &str) -> ToSay {
    ToSay {
        text: text.into(),
        language: None,
        interruptible: true,
    }
}

fn say(text: &str) -> Asked {
    Asked::Say(to_say(text))
}

fn ask(text: &str) -> Asked {
    Asked::Ask(to_say(text), Duration::from_secs(10))
}

fn listen() -> Asked {
    Asked::Listen(Duration::from_secs(10))
}

/// What came of the only call that is done.
fn done(outputs: &[Output]) -> Outcome {
    let done = outputs.iter().filter_map(|output| match output {
        Output::Done(_, outcome) => Some(outcome.clone()),
        Output::Tell(_) => None,
    });
    let done: Vec<Outcome> = done.collect();
    assert_eq!(done.len(), 1, "{outputs:?}");
    done[0].clone()
}

fn english(outcome: Outcome) -> Outcome {
    let language = "en".into();
    Outcome {
        language,
        ..outcome
    }
}

#[test]
fn what_is_said_is_told_as_it_was_heard() {
    let mut agent = Agent::new();
    let told = agent.call(say("It is done."));
    let words = GivenWords {
        id: 1,
        words: "It is done.".into(),
        language: None,
        interruptible: true,
    };
    assert_eq!(told, [Output::Tell(Event::Say(words))]);
    agent.begins(1);
    let heard = Some("It is done.".to_owned());
    let expected = english(Outcome {
        heard,
        ..Outcome::default()
    });
    assert_eq!(done(&agent.heard(1, "It is done.")), expected);
}

#[test]
fn who_cuts_in_is_told_with_their_words_and_with_what_was_heard() {
    let mut agent = Agent::new();
    agent.call(say("Once upon a time there was a fox."));
    agent.begins(1);
    agent.on(2, EventKind::SpeechStarted);
    agent.on(1, interrupted());
    assert_eq!(agent.heard(1, "Once upon"), []);
    let outcome = done(&agent.after(900).on(2, ended("Stop.")));
    assert_eq!(outcome.heard.as_deref(), Some("Once upon"));
    assert_eq!(outcome.words.as_deref(), Some("Stop."));
    assert!(outcome.interrupted);
}

#[test]
fn words_that_end_before_it_is_known_what_was_heard_are_told_with_it() {
    let mut agent = Agent::new();
    agent.call(say("Once upon a time."));
    agent.begins(1);
    agent.on(2, EventKind::SpeechStarted);
    agent.on(1, interrupted());
    assert_eq!(agent.on(2, ended("Stop.")), []);
    assert_eq!(
        done(&agent.heard(1, "Once")).words.as_deref(),
        Some("Stop.")
    );
}

#[test]
fn a_sound_without_words_that_cut_in_ends_the_wait_for_words() {
    let mut agent = Agent::new();
    agent.call(say("Once upon a time."));
    agent.begins(1);
    agent.on(2, EventKind::SpeechStarted);
    agent.on(1, interrupted());
    agent.heard(1, "Once");
    assert_eq!(done(&agent.on(2, noise())).words, None);
}

#[test]
fn a_murmur_over_what_is_said_is_no_interruption() {
    let mut agent = Agent::new();
    agent.call(say("Once upon a time."));
    agent.begins(1);
    agent.on(2, EventKind::SpeechStarted);
    let (reason, text) = (GoOnReason::Backchannel, "Mm-hm.".into());
    agent.on(1, EventKind::Unducked { reason, text });
    let outcome = done(&agent.heard(1, "Once upon a time."));
    assert!(!outcome.interrupted && outcome.words.is_none());
}

#[test]
fn listening_tells_the_next_turn() {
    let mut agent = Agent::new();
    agent.call(listen());
    let outcome = done(&agent.user_says(1, "Run the tests."));
    assert_eq!(outcome.words.as_deref(), Some("Run the tests."));
    assert_eq!(outcome.heard, None);
}

#[test]
fn listening_ends_when_nobody_speaks_in_time() {
    let mut agent = Agent::new();
    agent.silence(0);
    agent.call(listen());
    assert_eq!(agent.silence(9_900), []);
    assert_eq!(done(&agent.silence(100)).words, None);
}

#[test]
fn who_has_begun_to_speak_in_time_is_heard_to_the_end() {
    let mut agent = Agent::new();
    agent.silence(0);
    agent.call(listen());
    agent.silence(9_000);
    agent.on(1, EventKind::SpeechStarted);
    assert_eq!(agent.silence(5_000), []);
    let outcome = done(&agent.on(1, ended("It is long.")));
    assert_eq!(outcome.words.as_deref(), Some("It is long."));
}

#[test]
fn noise_does_not_end_listening() {
    let mut agent = Agent::new();
    agent.call(listen());
    agent.on(1, EventKind::SpeechStarted);
    assert_eq!(agent.on(1, noise()), []);
    let outcome = done(&agent.user_says(2, "Yes."));
    assert_eq!(outcome.words.as_deref(), Some("Yes."));
}

#[test]
fn a_question_is_answered_after_it_was_heard() {
    let mut agent = Agent::new();
    agent.call(ask("Red or blue?"));
    agent.begins(1);
    assert_eq!(agent.heard(1, "Red or blue?"), []);
    let outcome = done(&agent.user_says(2, "Blue."));
    assert_eq!(outcome.words.as_deref(), Some("Blue."));
    assert_eq!(outcome.heard.as_deref(), Some("Red or blue?"));
    assert!(!outcome.interrupted);
}

#[test]
fn an_answer_that_begins_before_the_question_is_over_counts() {
    let mut agent = Agent::new();
    agent.call(ask("Red or blue or green?"));
    agent.begins(1);
    agent.on(2, EventKind::SpeechStarted);
    agent.on(1, interrupted());
    agent.heard(1, "Red or blue");
    let outcome = done(&agent.on(2, ended("Blue.")));
    assert_eq!(outcome.words.as_deref(), Some("Blue."));
    assert!(outcome.interrupted);
}

#[test]
fn the_time_for_an_answer_begins_at_the_end_of_the_question() {
    let mut agent = Agent::new();
    agent.call(ask("Red or blue?"));
    agent.begins(1);
    agent.silence(20_000);
    assert_eq!(agent.heard(1, "Red or blue?"), []);
    assert_eq!(agent.silence(9_000), []);
    assert_eq!(done(&agent.silence(1_000)).words, None);
}

#[test]
fn what_was_said_before_a_question_could_be_heard_is_no_answer_to_it() {
    let mut agent = Agent::new();
    agent.on(1, EventKind::SpeechStarted);
    agent.call(ask("Red or blue?"));
    agent.on(1, ended("Wait."));
    agent.begins(2);
    agent.heard(2, "Red or blue?");
    let outcome = done(&agent.user_says(3, "Red."));
    assert_eq!(outcome.words.as_deref(), Some("Red."));
    assert_eq!(outcome.said_before.as_deref(), Some("Wait."));
}

#[test]
fn what_was_said_to_nobody_is_told_with_the_next_call() {
    let mut agent = Agent::new();
    agent.user_says(1, "And run the tests.");
    let outcome = done(&agent.call(listen()));
    assert_eq!(outcome.words.as_deref(), Some("And run the tests."));
    agent.call(listen());
    assert_eq!(done(&agent.silence(10_000)).words, None);
}

#[test]
fn what_was_said_to_nobody_long_ago_is_forgotten() {
    let mut agent = Agent::new();
    agent.user_says(1, "And run the tests.");
    agent.silence(61_000);
    assert_eq!(agent.call(listen()), []);
}

#[test]
fn calls_are_made_one_after_the_other() {
    let mut agent = Agent::new();
    agent.call(say("One."));
    assert_eq!(agent.call(say("Two.")), []);
    agent.last = 1;
    agent.begins(1);
    let outputs = agent.heard(1, "One.");
    let [Output::Done(CallId(1), _), Output::Tell(Event::Say(second))] = &outputs[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!(second.words, "Two.");
}

#[test]
fn more_calls_than_can_wait_are_refused() {
    let mut agent = Agent::new();
    for _ in 0..=MOST_WAITING {
        agent.call(listen());
    }
    let refused = agent
        .calls
        .call(AGENT, CallId(99), listen(), &mut Vec::new());
    assert_eq!(refused, Err(Refused::TooMany));
}

#[test]
fn a_call_that_is_cancelled_stops_speaking_and_the_next_one_is_made() {
    let mut agent = Agent::new();
    agent.call(say("One."));
    agent.begins(1);
    agent.call(listen());
    assert_eq!(agent.cancel(1), [Output::Tell(Event::StopSaying(1))]);
    // What was heard of it is nobody's.
    assert_eq!(agent.heard(1, "One"), []);
    let outcome = done(&agent.user_says(2, "Yes."));
    assert_eq!(outcome.words.as_deref(), Some("Yes."));
}

#[test]
fn speech_that_begins_in_time_counts_though_it_is_taken_at_the_last_moment() {
    let mut agent = Agent::new();
    agent.call(listen());
    agent.after(10_000).on(1, EventKind::SpeechStarted);
    let outcome = done(&agent.on(1, ended("Yes.")));
    assert_eq!(outcome.words.as_deref(), Some("Yes."));
}

#[test]
fn a_recognizer_that_fails_is_told_and_does_not_keep_the_call_open() {
    let mut agent = Agent::new();
    agent.call(listen());
    agent.on(1, EventKind::SpeechStarted);
    let error = EventKind::Error {
        stage: "recognizer".into(),
        message: "it failed".into(),
    };
    agent.on(1, error);
    let outcome = done(&agent.silence(20_000));
    assert_eq!(outcome.trouble.as_deref(), Some("it failed"));
}

#[test]
fn the_language_is_the_one_that_the_user_spoke_last() {
    let mut agent = Agent::new();
    agent.call(listen());
    agent.on(1, EventKind::SpeechStarted);
    let language = "de".to_owned();
    agent.on(1, EventKind::LanguageChanged { language });
    assert_eq!(done(&agent.on(1, ended("Ja."))).language, "de");
}

#[path = "owner_tests.rs"]
mod owner;
#[path = "untold_tests.rs"]
mod untold;
