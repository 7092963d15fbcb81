//! Whether a tool was called as expected.

use jiff::ZonedDateTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer_words::words;
use super::question_set::{ExpectedCall, Wanted};
use crate::language::Language;
use crate::tool_call::Class;
use crate::tools::{self, spoken};

/// Words before a name that mean nothing: "the dentist" is "dentist".
const ARTICLES: [&str; 5] = ["a", "an", "the", "my", "our"];

/// A call that was made, as the event `tool_called` has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GivenCall {
    /// The tool's name.
    pub tool: String,
    /// What it was called with.
    pub arguments: Map<String, Value>,
}

/// What is wrong with the calls of a turn where this one is expected. A tool that only reads may be called
/// again with the same arguments, since a draft of a reply may be thrown away.
pub(super) fn call_problem(
    expected: &ExpectedCall,
    calls: &[GivenCall],
    now: &ZonedDateTime,
) -> Option<String> {
    let beside = |call: &&GivenCall| !expected.beside.contains(&call.tool);
    let mut others = calls.iter().filter(beside);
    let Some(first) = others.next() else {
        return Some(format!("{} was not called", expected.tool));
    };
    let repeated =
        |call: &GivenCall| call == first && tools::class(&call.tool) == Some(Class::Read);
    if let Some(other) = others.find(|call| !repeated(call)) {
        return Some(format!("{} was called as well", written(other)));
    }
    if first.tool != expected.tool {
        let (found, wanted) = (written(first), &expected.tool);
        return Some(format!("{found} was called instead of {wanted}"));
    }
    expected.arguments.iter().find_map(|(name, wanted)| {
        let given = first.arguments.get(name).filter(|value| !value.is_null());
        let given = given.map(text);
        let right = given.as_deref().is_some_and(|given| is(wanted, given, now));
        (!right).then(|| match given {
            Some(given) => format!("{name} is {given:?} and not {wanted}"),
            None => format!("{name} is missing; {wanted} was expected"),
        })
    })
}

/// What is wrong with the calls of a turn where none is expected.
pub(super) fn no_call_problem(calls: &[GivenCall]) -> Option<String> {
    let first = calls.first()?;
    Some(format!("{} was called", written(first)))
}

/// `set_timer {"duration":"five minutes"}`
fn written(call: &GivenCall) -> String {
    format!("{} {}", call.tool, Value::Object(call.arguments.clone()))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether an argument is the wanted one: the same words, or the same number, length of time, day or moment
/// in other words.
fn is(wanted: &Wanted, given: &str, now: &ZonedDateTime) -> bool {
    match wanted {
        Wanted::OneOf(all) => all.iter().any(|one| is(one, given, now)),
        Wanted::Number(number) => means_the_same(&number.to_string(), given, now),
        Wanted::Text(text) => name(text) == name(given) || means_the_same(text, given, now),
    }
}

/// Its words without an article before them.
fn name(text: &str) -> Vec<String> {
    let mut words = words(text);
    if words.len() > 1 && ARTICLES.contains(&words[0].as_str()) {
        words.remove(0);
    }
    words
}

fn means_the_same(wanted: &str, given: &str, now: &ZonedDateTime) -> bool {
    fn same<T: PartialEq>(wanted: Option<T>, given: Option<T>) -> bool {
        wanted.is_some() && wanted == given
    }
    let language = Language::English;
    let number = |text| spoken::number(text, language);
    let duration = |text| spoken::duration(text, language);
    let day = |text| spoken::day(text, now, language);
    let moment = |text| spoken::moment(text, now, language);
    same(number(wanted), number(given))
        || same(duration(wanted), duration(given))
        || same(day(wanted), day(given))
        || same(moment(wanted), moment(given))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> ZonedDateTime {
        "2026-11-28T21:45:30[Europe/Berlin]".parse().unwrap()
    }

    fn expected(text: &str) -> ExpectedCall {
        toml::from_str(text).unwrap()
    }

    fn call(tool: &str, arguments: Value) -> GivenCall {
        GivenCall {
            tool: tool.into(),
            arguments: arguments.as_object().cloned().unwrap(),
        }
    }

    fn problem(expected_call: &str, calls: &[GivenCall]) -> Option<String> {
        call_problem(&expected(expected_call), calls, &now())
    }

    const FIVE: &str = "tool = 'set_timer'\narguments = { duration = 'five minutes' }";

    #[test]
    fn an_argument_may_be_said_in_other_words() {
        for same in ["five minutes", "5 minutes", "Five Minutes", "300 seconds"] {
            let calls = [call("set_timer", serde_json::json!({ "duration": same }))];
            assert_eq!(problem(FIVE, &calls), None, "{same}");
        }
        let volume = "tool = 'volume'\narguments = { percent = 30 }";
        for same in [serde_json::json!(30), serde_json::json!("thirty")] {
            let calls = [call("volume", serde_json::json!({ "percent": same }))];
            assert_eq!(problem(volume, &calls), None);
        }
        let alarm = "tool = 'set_alarm'\narguments = { time = 'seven in the morning' }";
        let calls = [call("set_alarm", serde_json::json!({ "time": "7 AM" }))];
        assert_eq!(problem(alarm, &calls), None);
        let reminder = "tool = 'cancel_reminder'\narguments = { which = 'dentist' }";
        let calls = [call(
            "cancel_reminder",
            serde_json::json!({ "which": "the dentist" }),
        )];
        assert_eq!(problem(reminder, &calls), None);
    }

    #[test]
    fn one_of_several_values_is_enough() {
        let either = "tool = 'lookup'\narguments = { of = ['holland', 'netherlands'] }";
        let calls = [call(
            "lookup",
            serde_json::json!({ "of": "The Netherlands" }),
        )];
        assert_eq!(problem(either, &calls), None);
    }

    #[test]
    fn another_argument_is_wrong_and_a_missing_one_too() {
        let wrong = [call(
            "set_timer",
            serde_json::json!({ "duration": "six minutes" }),
        )];
        assert!(problem(FIVE, &wrong).unwrap().contains("six minutes"));
        let missing = [call("set_timer", serde_json::json!({ "duration": null }))];
        assert!(problem(FIVE, &missing).unwrap().contains("missing"));
    }

    #[test]
    fn no_call_and_another_tool_are_wrong() {
        assert!(problem(FIVE, &[]).unwrap().contains("not called"));
        let other = [call("set_alarm", serde_json::json!({ "time": "six" }))];
        assert!(
            problem(FIVE, &other)
                .unwrap()
                .contains("instead of set_timer")
        );
    }

    #[test]
    fn what_changes_something_is_called_once() {
        let five = call(
            "set_timer",
            serde_json::json!({ "duration": "five minutes" }),
        );
        assert!(problem(FIVE, &[five.clone(), five]).is_some());
        let time = call("get_time", serde_json::json!({}));
        assert_eq!(problem("tool = 'get_time'", &[time.clone(), time]), None);
    }

    #[test]
    fn only_tools_that_are_named_may_be_called_beside() {
        let ten = "tool = 'set_timer'\narguments = { duration = 'ten minutes' }\nbeside = ['cancel_timer']";
        let cancel = call("cancel_timer", serde_json::json!({}));
        let set = call(
            "set_timer",
            serde_json::json!({ "duration": "ten minutes" }),
        );
        assert_eq!(problem(ten, &[cancel.clone(), set.clone()]), None);
        assert!(problem(ten, &[cancel]).is_some());
        let alarm = call("set_alarm", serde_json::json!({ "time": "ten" }));
        assert!(problem(ten, &[set, alarm]).is_some());
    }

    #[test]
    fn any_call_is_wrong_where_none_is_wanted() {
        assert_eq!(no_call_problem(&[]), None);
        let time = [call("get_time", serde_json::json!({}))];
        assert!(no_call_problem(&time).unwrap().contains("get_time"));
    }
}
