//! What an agent is told of the tools, and how its calls are read.

use super::*;

fn call(name: &str, arguments: Value) -> Result<ToolCall, String> {
    let languages = "auto:en,de".parse().unwrap();
    let arguments = arguments.as_object().cloned();
    read(name, arguments, &languages).expect("there is such a tool")
}

#[test]
fn each_tool_has_a_schema_of_an_object_and_says_what_it_does() {
    for tool in tools(true) {
        assert_eq!(tool.input_schema["type"], "object", "{}", tool.name);
        assert_eq!(tool.input_schema["additionalProperties"], false);
        assert!(tool.description.is_some_and(|text| text.len() < 300));
    }
}

#[test]
fn only_what_changes_nothing_says_so() {
    let hint = |name: &str| {
        let tools = tools(true);
        let tool = tools.iter().find(|tool| tool.name == name).unwrap();
        tool.annotations.as_ref().unwrap().read_only_hint
    };
    for (name, reads_only) in [
        ("say", false),
        ("ask", false),
        ("listen", true),
        ("transcribe", true),
    ] {
        assert_eq!(hint(name), Some(reads_only), "{name}");
    }
}

#[test]
fn clients_that_may_name_no_files_are_offered_none() {
    assert!(tools(false).iter().all(|tool| tool.name != "transcribe"));
}

#[test]
fn what_is_left_out_has_its_default() {
    let said = call("say", json!({"text": " Hello. "}));
    let expected = ToSay {
        text: "Hello.".into(),
        language: None,
        interruptible: true,
    };
    assert_eq!(said, Ok(ToolCall::Voice(Asked::Say(expected))));
    let listened = ToolCall::Voice(Asked::Listen(Duration::from_secs(30)));
    assert_eq!(call("listen", json!({})), Ok(listened));
}

#[test]
fn a_language_is_one_of_those_that_are_spoken() {
    let said = |language| call("say", json!({"text": "Hallo.", "language": language}));
    let Ok(ToolCall::Voice(Asked::Say(to_say))) = said("de") else {
        panic!()
    };
    assert_eq!(to_say.language, Some(Language::German));
    assert!(said("fr").unwrap_err().contains("--lang"));
    assert!(said("klingon").is_err());
}

#[test]
fn wrong_arguments_are_named() {
    for (name, arguments, part) in [
        ("say", json!({}), "text"),
        ("say", json!({"text": 7}), "string"),
        ("say", json!({"text": "  "}), "empty"),
        ("say", json!({"text": "a".repeat(4_001)}), "4000"),
        ("say", json!({"text": "Hi.", "volume": 3}), "volume"),
        ("listen", json!({"timeout_s": 0}), "timeout_s"),
        ("listen", json!({"timeout_s": 1e9}), "timeout_s"),
        ("ask", json!({"timeout_s": 5}), "question"),
        ("transcribe", json!({}), "file"),
    ] {
        let message = call(name, arguments).unwrap_err();
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[test]
fn a_tool_that_is_not_there_is_none() {
    assert!(read("sing", None, &Languages::default()).is_none());
}

#[test]
fn what_was_not_said_is_null_and_what_does_not_apply_is_absent() {
    let nothing = outcome_to_json(Outcome::default());
    assert_eq!(nothing, json!({ "words": null }));
    let outcome = Outcome {
        heard: Some("Red or".into()),
        interrupted: true,
        words: Some("Blue.".into()),
        language: "en".into(),
        ..Outcome::default()
    };
    let told = json!({"heard": "Red or", "interrupted": true, "words": "Blue.", "language": "en"});
    assert_eq!(outcome_to_json(outcome), told);
}
