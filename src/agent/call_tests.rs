//! When tools are called, and what is made of what they say.

use super::*;
use crate::events::{ReplyId, TurnId};
use crate::language::Language;
use crate::tools::{Control, Outcome};

pub(super) struct Talk(pub Agent);

pub(super) fn talk(built_in: BuiltIn) -> Talk {
    talk_in(Language::English, built_in)
}

pub(super) fn talk_in(language: Language, built_in: BuiltIn) -> Talk {
    let setting = Setting {
        country: Some("GB".into()),
        built_in,
        ..Setting::new("Vivi")
    };
    Talk(Agent::new(&Persona::bundled(language), setting))
}

fn reply(turn: u64) -> ReplyId {
    ReplyId {
        turn: TurnId(turn),
        draft: 1,
    }
}

impl Talk {
    pub fn on(&mut self, input: Input) -> Vec<Command> {
        let mut commands = Vec::new();
        self.0.handle(input, &mut commands);
        commands.retain(|command| {
            let is_aside = matches!(
                command,
                Command::ReadAhead { .. } | Command::WriteDown { .. }
            );
            !is_aside
        });
        commands
    }

    pub fn answer(&mut self, turn: u64, text: &str) -> Vec<Command> {
        let (reply, text) = (reply(turn), text.to_owned());
        self.on(Input::Answer { reply, text })
    }

    pub fn released(&mut self, turn: u64) -> Vec<Command> {
        self.on(Input::Released(reply(turn)))
    }

    pub fn called(&mut self, turn: u64, result: Result<Outcome, String>) -> Vec<Command> {
        let reply = reply(turn);
        self.on(Input::Called { reply, result })
    }

    /// A call for these words, to the end of the exchange.
    fn exchange(&mut self, turn: u64, user: &str, result: Result<Outcome, String>) {
        self.answer(turn, user);
        self.released(turn);
        self.called(turn, result);
        self.remember(user, "Done.");
    }

    pub fn remember(&mut self, user: &str, heard: &str) -> Vec<Command> {
        self.on(Input::Remember {
            user: user.into(),
            heard: heard.into(),
        })
    }
}

/// The tool that is called, and whether that is in doubt.
pub(super) fn call(commands: &[Command]) -> Option<(&str, bool)> {
    match commands {
        [Command::Call { call, in_doubt, .. }] => Some((&call.name, *in_doubt)),
        _ => None,
    }
}

pub(super) fn say(turn: u64, words: &str) -> Vec<Command> {
    vec![Command::Say {
        reply: reply(turn),
        words: words.into(),
    }]
}

fn done() -> Result<Outcome, String> {
    Ok(Outcome::Say("Done.".into()))
}

const TIMER: &str = "Set a timer for five minutes.";

#[test]
fn a_tool_that_only_reads_runs_in_a_draft() {
    let mut talk = talk(BuiltIn::Callable);
    assert_eq!(
        call(&talk.answer(1, "What time is it?")),
        Some(("get_time", false))
    );
    assert_eq!(
        talk.called(1, Ok(Outcome::Say("Noon.".into()))),
        say(1, "Noon.")
    );
}

#[test]
fn a_tool_that_changes_something_waits_until_the_turn_is_decided() {
    let mut talk = talk(BuiltIn::Callable);
    assert_eq!(talk.answer(1, TIMER), []);
    assert_eq!(call(&talk.released(1)), Some(("set_timer", true)));
    assert_eq!(talk.called(1, done()), say(1, "Done."));
    assert_eq!(talk.remember(TIMER, "Done."), [Command::Keep]);
    assert_eq!(talk.released(1), []);
}

#[test]
fn a_draft_that_is_thrown_away_changes_nothing() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, TIMER);
    let commands = talk.answer(2, "What time is it?");
    assert_eq!(call(&commands), Some(("get_time", false)));
    assert_eq!(talk.released(1), []);
}

#[test]
fn what_was_changed_is_undone_when_the_user_goes_on_with_the_same_words() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, TIMER);
    talk.released(1);
    let commands = talk.answer(2, "Set a timer for five minutes for the pasta.");
    assert_eq!(commands, [Command::TakeBack]);
    assert_eq!(call(&talk.released(2)), Some(("set_timer", true)));
}

#[test]
fn what_comes_of_an_older_call_is_not_said() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, "What time is it?");
    talk.answer(2, "What day is it?");
    assert_eq!(talk.called(1, done()), []);
}

#[test]
fn a_tool_that_fails_says_why() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, "What time is it?");
    let why = "I do not know where that is.";
    assert_eq!(talk.called(1, Err(why.into())), say(1, why));
}

#[test]
fn what_cannot_be_undone_is_asked_first_and_done_after_a_yes() {
    let mut talk = talk(BuiltIn::Callable);
    let ask = "Clear the shopping list.";
    let asked = talk.answer(1, ask);
    assert_eq!(
        asked,
        say(1, "Shall I take everything off the shopping list?")
    );
    talk.remember(ask, "Shall I clear the list?");
    assert_eq!(talk.answer(2, "Yes, please."), []);
    assert_eq!(call(&talk.released(2)), Some(("clear_list", true)));
}

#[test]
fn after_a_no_nothing_is_done() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, "Clear the shopping list.");
    talk.remember("Clear the shopping list.", "Shall I?");
    assert_eq!(talk.answer(2, "No."), say(2, "All right, I'll leave it."));
    talk.remember("No.", "All right, I'll leave it.");
    // A yes to something else is none to this.
    assert!(matches!(
        talk.answer(3, "Yes.")[..],
        [Command::Write { .. }]
    ));
}

#[test]
fn a_question_that_was_not_heard_cannot_be_answered() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, "Clear the shopping list.");
    assert!(matches!(
        talk.answer(2, "Yes.")[..],
        [Command::Write { .. }]
    ));
}

#[test]
fn the_last_reply_is_said_again() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, "Say that again.");
    talk.released(1);
    let repeat = || Ok(Outcome::Control(Control::Repeat, String::new()));
    assert_eq!(
        talk.called(1, repeat()),
        say(1, "I haven't said anything yet.")
    );
    talk.remember("Tell me a story.", "Once upon a time.");
    talk.answer(2, "Say that again.");
    talk.released(2);
    assert_eq!(talk.called(2, repeat()), say(2, "Once upon a time."));
}

#[test]
fn what_only_the_session_can_do_is_passed_on() {
    let mut talk = talk(BuiltIn::Callable);
    talk.answer(1, "Speak slower.");
    talk.released(1);
    let slower = Ok(Outcome::Control(Control::Slower, "I will.".into()));
    let commands = talk.called(1, slower);
    assert_eq!(commands, say(1, "I will."));
    let slower_by_a_step = Manner::default().after(Control::Slower).unwrap();
    // When that was said, so that it is not done twice if the user goes on.
    let over = talk.remember("Speak slower.", "I will.");
    assert!(over.contains(&Command::Speak(slower_by_a_step)), "{over:?}");
}

#[test]
fn a_voice_that_is_as_loud_as_it_can_be_says_so() {
    let mut talk = talk(BuiltIn::Callable);
    let louder = || Ok(Outcome::Control(Control::Louder, "I will.".into()));
    for turn in 1..=4 {
        talk.answer(turn, "Louder.");
        talk.released(turn);
        assert_eq!(talk.called(turn, louder()), say(turn, "I will."));
        talk.remember("Louder.", "I will.");
    }
    talk.answer(5, "Louder.");
    talk.released(5);
    assert_eq!(talk.called(5, louder()), say(5, "I cannot speak louder."));
}

/// The duration or another argument of the call that is made when the turn is decided.
fn argument(commands: &[Command], name: &str) -> Option<String> {
    let [Command::Call { call, .. }] = commands else {
        return None;
    };
    Some(call.arguments.get(name)?.as_str()?.to_owned())
}

#[test]
fn a_correction_takes_up_the_call_before_it_and_its_own() {
    let mut talk = talk(BuiltIn::Callable);
    talk.exchange(1, TIMER, done());
    talk.answer(2, "No, seven");
    assert_eq!(talk.answer(3, "No, seven minutes."), []);
    let called = talk.released(3);
    assert_eq!(argument(&called, "duration"), Some("seven minutes".into()));
    assert!(argument(&called, "instead_of").is_some());
    talk.called(3, done());
    talk.remember("No, seven minutes.", "Done.");
    talk.answer(4, "Cancel it.");
    assert_eq!(
        call(&talk.released(4)).map(|(name, _)| name),
        Some("cancel_timer")
    );
}

/// What a correction commands behind so many exchanges of talk.
fn corrected_after(exchanges: usize) -> Vec<Command> {
    let mut talk = talk(BuiltIn::Callable);
    talk.exchange(1, TIMER, done());
    for _ in 0..exchanges {
        talk.remember("I like tea.", "So do I.");
    }
    talk.answer(2, "No, seven minutes.");
    talk.released(2)
}

#[test]
fn a_call_is_taken_up_behind_a_word_or_two_of_talk() {
    for exchanges in 0..=2 {
        let commands = corrected_after(exchanges);
        assert_eq!(
            argument(&commands, "duration"),
            Some("seven minutes".into()),
            "{exchanges}"
        );
    }
}

#[test]
fn a_correction_that_could_be_a_command_is_a_correction() {
    let mut talk = talk(BuiltIn::Callable);
    talk.exchange(1, "Set a timer for six minutes for the egg.", done());
    talk.answer(2, "Actually, nine minutes for the egg.");
    let called = talk.released(2);
    assert_eq!(argument(&called, "instead_of"), Some("egg".into()));
}

#[test]
fn a_call_is_not_taken_up_after_longer_talk() {
    assert!(call(&corrected_after(3)).is_none());
}

#[test]
fn a_call_that_failed_is_not_corrected() {
    let mut talk = talk(BuiltIn::Callable);
    talk.exchange(1, TIMER, Err("The disk is full.".into()));
    let commands = talk.answer(2, "No, seven minutes.");
    assert!(matches!(commands[..], [Command::Write { .. }]));
}

#[test]
fn an_answer_gives_what_a_tool_asked_for() {
    let mut talk = talk(BuiltIn::Callable);
    let asked = "Please tell me the length of the timer.";
    talk.exchange(1, "Set a timer.", Err(asked.into()));
    talk.answer(2, "Eight minutes.");
    let called = talk.released(2);
    assert_eq!(argument(&called, "duration"), Some("eight minutes".into()));
}

#[test]
fn in_danger_no_model_decides_what_is_said() {
    let mut talk = talk(BuiltIn::SwitchedOff);
    let commands = talk.answer(1, "I want to kill myself.");
    let [Command::Say { words, .. }] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert!(words.contains("Samaritans"), "{words}");
}

#[test]
fn without_tools_the_language_model_answers_commands() {
    let mut talk = talk(BuiltIn::SwitchedOff);
    assert!(matches!(talk.answer(1, TIMER)[..], [Command::Write { .. }]));
    let weather = talk.answer(2, "What's the weather like?");
    assert!(matches!(weather[..], [Command::Write { .. }]));
}

#[test]
fn what_a_language_has_no_tool_for_is_declined_in_it() {
    for (language, weather) in [
        (Language::German, "Wie wird das Wetter morgen?"),
        (Language::Spanish, "¿Qué tiempo hará mañana?"),
        (Language::French, "Quel temps fera-t-il demain ?"),
        (Language::Italian, "Che tempo farà domani?"),
        (Language::Chinese, "明天天气怎么样？"),
    ] {
        let mut talk = talk_in(language, BuiltIn::Callable);
        let answer = talk.answer(1, weather);
        assert!(
            matches!(answer[..], [Command::Say { .. }]),
            "{language:?}: {answer:?}"
        );
    }
}

#[test]
fn every_call_that_is_certain_has_a_tool() {
    let mut certain = Certain::new(&Persona::bundled(Language::English), Setting::new("Vivi"));
    let table = include_str!("intents/tests/calls.tsv");
    for line in table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let text = line.split('\t').next().unwrap();
        assert!(certain.decide(text).is_some(), "{text}");
    }
}
