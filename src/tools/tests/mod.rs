mod asking;
mod calculating;
mod doubt;
mod files;
mod keeping;
mod languages;
mod replacing;
mod ringing;
mod store;
mod talk;
mod talk_in_languages;
mod timers;
mod weekly;

use jiff::{ToSpan, ZonedDateTime};
use serde_json::{Map, Value};

use super::*;

/// A Saturday, a quarter past two in the afternoon.
fn now() -> ZonedDateTime {
    "2026-11-28T14:15:00[Europe/London]".parse().unwrap()
}

fn later(minutes: i64) -> ZonedDateTime {
    now().checked_add(minutes.minutes()).unwrap()
}

fn toolbox() -> Toolbox {
    Toolbox::open(None, Language::English, 7).unwrap()
}

fn arguments(given: &[(&str, &str)]) -> Map<String, Value> {
    given
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Value::from(*text)))
        .collect()
}

fn call_at(
    toolbox: &mut Toolbox,
    name: &str,
    given: &[(&str, &str)],
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let name = name.to_owned();
    let arguments = arguments(given);
    toolbox.call(&Call { name, arguments }, now)
}

/// What a tool says at a moment, whether it did something or not.
fn said_at(
    toolbox: &mut Toolbox,
    name: &str,
    given: &[(&str, &str)],
    now: &ZonedDateTime,
) -> String {
    match call_at(toolbox, name, given, now) {
        Ok(Outcome::Say(words)) => words,
        Ok(Outcome::Control(control, words)) => format!("{control:?} {words}"),
        Err(error) => format!("! {}", toolbox.explain(&error)),
    }
}

/// What a tool says; "!" before it if nothing was done.
fn said(toolbox: &mut Toolbox, name: &str, given: &[(&str, &str)]) -> String {
    said_at(toolbox, name, given, &now())
}

/// A tool, its arguments, and what it says.
type Turn<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

/// One call after the other on one toolbox.
fn conversation(calls: &[Turn]) {
    let mut toolbox = toolbox();
    for (name, given, expected) in calls {
        assert_eq!(
            said(&mut toolbox, name, given),
            *expected,
            "{name} {given:?}"
        );
    }
}

#[test]
fn a_call_of_no_tool_is_refused() {
    let expected = "! I have no tool that is called fly.";
    assert_eq!(said(&mut toolbox(), "fly", &[]), expected);
}

#[test]
fn an_argument_that_the_tool_does_not_take_is_refused() {
    let given = [("duration", "5 minutes"), ("colour", "red")];
    let expected = "! The tool set_timer has no use for colour.";
    assert_eq!(said(&mut toolbox(), "set_timer", &given), expected);
}

#[test]
fn a_missing_argument_is_asked_for() {
    let expected = "! Please tell me the length of the timer.";
    assert_eq!(said(&mut toolbox(), "set_timer", &[]), expected);
    assert_eq!(
        said(&mut toolbox(), "set_timer", &[("duration", " . ")]),
        expected
    );
}

#[test]
fn an_argument_of_a_wrong_type_is_refused() {
    for value in [
        Value::from(true),
        Value::from(vec![5]),
        Value::Object(Map::new()),
    ] {
        let arguments = Map::from_iter([("duration".to_owned(), value)]);
        let name = "set_timer".to_owned();
        let error = toolbox()
            .call(&Call { name, arguments }, &now())
            .unwrap_err();
        assert!(matches!(error, ToolError::WrongType(_)), "{error}");
    }
}

#[test]
fn a_number_is_an_argument_and_null_is_none() {
    let given = [("sides", Value::from(2)), ("count", Value::Null)];
    let given = given.map(|(name, value)| (name.to_owned(), value));
    let call = Call {
        name: "roll_dice".to_owned(),
        arguments: Map::from_iter(given),
    };
    toolbox().call(&call, &now()).unwrap();
}

#[test]
fn every_tool_has_a_name_of_its_own_and_a_schema() {
    let names: std::collections::BTreeSet<&str> = specs().map(|spec| spec.name).collect();
    assert_eq!(names.len(), specs().count());
    for spec in specs() {
        let schema = spec.schema();
        assert_eq!(schema["type"], "object");
        let count = spec.parameters.len();
        assert_eq!(schema["properties"].as_object().unwrap().len(), count);
        assert!(spec.description.ends_with('.'));
    }
}

#[test]
fn only_what_cannot_be_taken_back_asks_first() {
    let asks = |spec: &&Spec| spec.class == Class::AskFirst;
    let names: Vec<&str> = specs().filter(asks).map(|spec| spec.name).collect();
    assert_eq!(names, ["forget_everything", "clear_list", "clear_notes"]);
    assert_eq!(class("get_time"), Some(Class::Read));
    assert_eq!(class("set_timer"), Some(Class::Act));
    assert_eq!(class("fly"), None);
}

#[test]
fn a_tool_that_only_reads_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = Toolbox::open(Some(folder.path()), Language::English, 7).unwrap();
    said(&mut toolbox, "set_timer", &[("duration", "5 minutes")]);
    let before = std::fs::read(folder.path().join("assistant.db")).unwrap();
    let texts = ["5", "tomorrow", "tea", "6 miles"];
    let reading: Vec<&Spec> = specs().filter(|spec| spec.class == Class::Read).collect();
    for (spec, text) in reading
        .iter()
        .flat_map(|spec| texts.map(|text| (spec, text)))
    {
        let given: Vec<(&str, &str)> = spec.parameters.iter().map(|one| (one.name, text)).collect();
        said(&mut toolbox, spec.name, &given);
    }
    let after = std::fs::read(folder.path().join("assistant.db")).unwrap();
    assert!(before == after);
}

#[test]
fn no_text_makes_a_tool_fail_badly() {
    let texts = [
        "",
        "5",
        "½",
        "all",
        "\u{0}",
        "six o'clock",
        "'; DROP TABLE facts",
        "a'b\"c",
        "🙂",
    ];
    let mut toolbox = toolbox();
    let specs: Vec<&Spec> = specs().collect();
    for (spec, text) in specs.iter().flat_map(|spec| texts.map(|text| (spec, text))) {
        let given: Vec<(&str, &str)> = spec.parameters.iter().map(|one| (one.name, text)).collect();
        let outcome = call_at(&mut toolbox, spec.name, &given, &now());
        assert!(
            !matches!(outcome, Err(ToolError::Store(_))),
            "{} {text}",
            spec.name
        );
    }
}
