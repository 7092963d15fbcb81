//! What calls are read out of regions, whole and damaged.

use serde_json::{Value, json};

use super::calls_in;
use super::samples::{SAMPLES, damaged};
use crate::tool_call::Call;

fn call(name: &str, arguments: Value) -> Call {
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object");
    };
    Call {
        name: name.to_owned(),
        arguments,
    }
}

#[track_caller]
fn assert_call(region: &str, name: &str, arguments: Value) {
    assert_eq!(calls_in(region), [call(name, arguments)], "{region}");
}

#[track_caller]
fn assert_none(region: &str) {
    assert_eq!(calls_in(region), [], "{region}");
}

#[test]
fn arguments_may_be_deep_and_of_every_kind() {
    let arguments =
        json!({"a": [1, -2.5, true, null], "b": {"c": {"d": "x\ny \"z\" é 😀"}}, "e": ""});
    let written = arguments.to_string();
    for region in [
        format!("<tool_call>{{\"name\":\"f\",\"arguments\":{written}}}</tool_call>"),
        format!("[TOOL_CALLS]f[ARGS]{written}"),
        format!("<function=f>{written}</function>"),
        format!(
            "<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{written}<|tool_call_end|>"
        ),
        format!("<|channel|>commentary to=functions.f<|message|>{written}<|call|>"),
    ] {
        assert_call(&region, "f", arguments.clone());
    }
    let python = "[f(a=[1, -2.5, True, None], b={'c': {'d': 'x\\ny \"z\" é 😀'}}, e='')]";
    assert_call(python, "f", arguments.clone());
    let gemma = "<start_function_call>call:f{a:[1,-2.5,true,null],b:{c:{d:<escape>x\ny \"z\" é 😀<escape>}},e:\
                 <escape><escape>}<end_function_call>";
    assert_call(gemma, "f", arguments);
}

#[test]
fn an_escaped_character_is_read_and_half_a_pair_is_not() {
    let region = r#"{"name":"f","arguments":{"a":"\u00e9\ud83d\ude00\/"}}"#;
    assert_call(region, "f", json!({"a": "é😀/"}));
    assert_none(r#"{"name":"f","arguments":{"a":"\ud83d"}}"#);
    assert_none(r#"{"name":"f","arguments":{"a":"\ud83d\u0041"}}"#);
    assert_none(r#"{"name":"f","arguments":{"a":"\q"}}"#);
}

#[test]
fn a_value_in_a_tag_is_json_if_it_reads_as_such_and_else_text() {
    for (written, value) in [
        ("7", json!(7)),
        ("\n7.5\n", json!(7.5)),
        ("true", json!(true)),
        ("[1, \"a\"]", json!([1, "a"])),
        ("{\"a\": 1}", json!({"a": 1})),
        ("007", json!("007")),
        ("True", json!("True")),
        ("null", json!("null")),
        ("\"Paris\"", json!("\"Paris\"")),
        ("\n two\nlines \n", json!(" two\nlines ")),
        ("a < b", json!("a < b")),
        ("", json!("")),
    ] {
        let coder = format!(
            "<tool_call><function=f><parameter=a>{written}</parameter></function></tool_call>"
        );
        assert_call(&coder, "f", json!({"a": value}));
        let glm = format!(
            "<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>{written}</arg_value>\n</tool_call>"
        );
        assert_call(&glm, "f", json!({"a": value}));
        let invoke = format!(
            "<minimax:tool_call><invoke name=\"f\"><parameter name=\"a\">{written}</parameter></invoke></minimax:tool_call>"
        );
        assert_call(&invoke, "f", json!({"a": value}));
    }
}

#[test]
fn a_value_that_is_said_to_be_text_is_text() {
    let region = "<｜DSML｜function_calls><｜DSML｜invoke name=\"f\"><｜DSML｜parameter name=\"a\" string=\"true\">7\
                  </｜DSML｜parameter></｜DSML｜invoke></｜DSML｜function_calls>";
    assert_call(region, "f", json!({"a": "7"}));
}

#[test]
fn small_faults_that_leave_no_doubt_are_mended() {
    let arguments = json!({"a": "it's", "b": 2});
    for region in [
        "<tool_call>{'name': 'f', 'arguments': {'a': \"it's\", 'b': 2}}</tool_call>",
        "<tool_call>{'name': 'f', 'arguments': {'a': 'it\\'s', 'b': 2}}</tool_call>",
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"it's\", \"b\": 2,},}</tool_call>",
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"it's\", \"b\": 2}\n</tool_call>",
        "```json\n{\"name\": \"f\", \"arguments\": {\"a\": \"it's\", \"b\": 2}\n```",
        "<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"a\": \"it's\", \"b\": 2}}<|/tool_call|>",
        "{\"type\":\"function\",\"name\":\"f\",\"arguments\":{\"a\":\"it's\",\"b\":2}}",
        "{\"type\":\"function\",\"function\":\"f\",\"arguments\":{\"a\":\"it's\",\"b\":2}}",
        "{\"type\":\"function\",\"function\":{\"name\":\"f\"},\"arguments\":{\"a\":\"it's\",\"b\":2}}",
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"it's\", \"b\": 2}}}</tool_call>",
    ] {
        assert_call(region, "f", arguments.clone());
    }
}

#[test]
fn a_fault_that_leaves_a_doubt_is_not_mended() {
    for region in [
        // Two braces are missing: where the first belongs is not known.
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1</tool_call>",
        // The text may have gone on.
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"x</tool_call>",
        "{\"name\": \"f\", \"arguments\": {\"a\": 1}",
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}",
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}<|im_end|>",
        "<tool_call>{'name': 'f', 'arguments': {'a': 'it's'}}</tool_call>",
        // Which of two is meant?
        "<tool_call>{\"name\": \"f\", \"name\": \"g\", \"arguments\": {}}</tool_call>",
        "<tool_call>{\"name\": \"f\", \"function\": \"g\", \"arguments\": {}}</tool_call>",
        "<tool_call>{\"name\": \"f\", \"arguments\": {}, \"parameters\": {\"a\": 1}}</tool_call>",
        "<tool_call><function=f><parameter=a>1</parameter><parameter=a>2</parameter></function></tool_call>",
        "[f(a=1, a=2)]",
        // Not the arguments of a call by name.
        "<tool_call>{\"name\": \"f\", \"arguments\": [1]}</tool_call>",
        "<tool_call>{\"name\": \"f\", \"arguments\": \"Paris\"}</tool_call>",
        "<tool_call>{\"name\": \"f\", \"city\": \"Paris\"}</tool_call>",
        "```tool_code\nf(\"Paris\")\n```",
        "```tool_code\nx = f(a=1)\n```",
        // A name has no space.
        "<tool_call>{\"name\": \"f g\", \"arguments\": {}}</tool_call>",
        "<tool_call>{\"name\": \"\", \"arguments\": {}}</tool_call>",
        "<tool_call>{\"name\": 7, \"arguments\": {}}</tool_call>",
    ] {
        assert_none(region);
    }
}

#[test]
fn a_call_without_arguments_needs_a_mark() {
    assert_call("<tool_call>{\"name\": \"f\"}</tool_call>", "f", json!({}));
    assert_call(
        "<tool_call>{\"name\": \"f\", \"arguments\": null}</tool_call>",
        "f",
        json!({}),
    );
    assert_none("{\"name\": \"f\"}");
    assert_none("```json\n{\"name\": \"f\"}\n```");
}

#[test]
fn data_that_is_no_call_is_none() {
    for region in [
        "{\"name\": \"Bob\", \"age\": 7}",
        "```json\n{\"name\": \"Bob\", \"age\": 7}\n```",
        "[{\"secret\": [\"a\", {}]}, {\"b\": 1}]",
        "```json\nf {\"a\": 1}\n```",
        "[]",
        "",
        "<tool_call></tool_call>",
    ] {
        assert_none(region);
    }
}

#[test]
fn a_definition_of_a_tool_is_no_call() {
    for region in [
        r#"{"type":"function","function":{"name":"f","description":"Does.","parameters":{}}}"#,
        r#"<tool_call>{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}</tool_call>"#,
    ] {
        assert_none(region);
    }
}

#[test]
fn what_follows_the_end_of_the_message_or_a_result_is_no_call() {
    let call = "{\"name\":\"f\",\"arguments\":{}}";
    for region in [
        format!("<tool_call>{call}<|im_end|>\n{call}"),
        format!("<|python_tag|>{call}<|eom_id|>{call}"),
        format!("<tool_call>{call}<tool_response>{call}"),
    ] {
        assert_call(&region, "f", json!({}));
    }
}

#[test]
fn reasoning_is_no_call() {
    let call = "{\"name\":\"f\",\"arguments\":{}}";
    assert_none(&format!("<tool_call><think>{call}</think></tool_call>"));
    assert_none(&format!(
        "<|channel|>analysis to=functions.f<|message|>{call}<|call|>"
    ));
}

#[test]
fn a_region_of_nothing_but_brackets_is_no_call() {
    for bracket in [
        "[",
        "{\"a\":",
        "[f(a=[",
        "<|tool_call>call:f{a:{",
        "<tool_call>f(a=",
    ] {
        assert_none(&bracket.repeat(10_000));
    }
    assert_none(&format!("```tool_code\n{}", "print(".repeat(10_000)));
}

#[test]
fn a_damaged_region_has_no_call_whose_name_was_not_written() {
    for sample in SAMPLES {
        for seed in 0..4_000 {
            let region = damaged(sample.text, &mut fastrand::Rng::with_seed(seed));
            for call in calls_in(&region) {
                assert!(
                    region.contains(&call.name),
                    "seed {seed}: {call:?} of {region}"
                );
            }
        }
    }
}

/// All that was cut off is the end of calls: those that are there have all that was written of them.
#[test]
fn a_region_that_was_cut_off_has_only_whole_calls() {
    for sample in SAMPLES {
        let whole = calls_in(sample.text);
        for (at, _) in sample.text.char_indices() {
            let calls = calls_in(&sample.text[..at]);
            assert!(
                whole.starts_with(&calls),
                "{:?} of {}",
                calls,
                &sample.text[..at]
            );
        }
    }
}
