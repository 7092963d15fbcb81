//! The calls of tools in replies, in all dialects, wherever a reply is cut into pieces.

use serde_json::Value;

use super::*;
use crate::llm::call_dialects::samples::{SAMPLES, Sample, damaged};

/// What is heard of a reply, and the calls in it.
fn read<'a>(pieces: impl IntoIterator<Item = &'a str>) -> (String, Vec<Call>) {
    let (mut filter, mut heard) = (SpeechFilter::after(""), String::new());
    for piece in pieces {
        filter.push(piece, &mut |text| heard.push_str(text));
    }
    filter.finish(&mut |text| heard.push_str(text));
    (heard, filter.calls())
}

fn expected(sample: &Sample) -> Vec<Call> {
    let call = |(name, arguments): &(&str, &str)| match serde_json::from_str(arguments) {
        Ok(Value::Object(arguments)) => Call {
            name: (*name).to_owned(),
            arguments,
        },
        other => panic!("{other:?}"),
    };
    sample.calls.iter().map(call).collect()
}

/// Pieces of a text, of random lengths.
fn pieces(text: &str, random: &mut fastrand::Rng) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < characters.len() {
        let length = random.usize(1..14).min(characters.len() - at);
        pieces.push(characters[at..at + length].iter().collect());
        at += length;
    }
    pieces
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const BEFORE: [&str; 4] = ["", "One moment.", "Let me look at that, 3 < 5.", "好的。"];
const AFTER: [&str; 3] = ["", "That is all.", "Is [that] it?"];

#[test]
fn a_call_is_read_and_not_heard_in_every_dialect_wherever_a_reply_is_cut() {
    for sample in SAMPLES {
        let expected_calls = expected(sample);
        for seed in 0..1_000 {
            let mut random = fastrand::Rng::with_seed(seed);
            let before = BEFORE[random.usize(..BEFORE.len())];
            let after = if sample.goes_on {
                AFTER[random.usize(..AFTER.len())]
            } else {
                ""
            };
            let (gap, behind) = (random.choice(["\n", "\n\n"]), random.choice([" ", "\n"]));
            let reply = [before, gap.unwrap(), sample.text, behind.unwrap(), after].concat();
            let pieces = pieces(&reply, &mut random);
            let (heard, calls) = read(pieces.iter().map(String::as_str));
            let place = format!("{}, seed {seed}: {pieces:?}", sample.dialect);
            assert_eq!(
                words(&heard),
                words(&format!("{before} {after}")),
                "{place}"
            );
            assert_eq!(calls, expected_calls, "{place}");
        }
    }
}

/// Damage may end the call early: then what follows is heard, as it was before. What is read does not
/// depend on where the reply was cut into pieces, and no call has a name that was not written.
#[test]
fn a_damaged_reply_has_the_same_calls_however_it_is_cut_and_none_that_was_not_written() {
    for sample in SAMPLES {
        for seed in 0..1_000 {
            let mut random = fastrand::Rng::with_seed(seed);
            let reply = format!("Well.\n{}", damaged(sample.text, &mut random));
            let whole = read([reply.as_str()]);
            let pieces = pieces(&reply, &mut random);
            let cut = read(pieces.iter().map(String::as_str));
            assert_eq!(cut, whole, "{}, seed {seed}: {pieces:?}", sample.dialect);
            for call in whole.1 {
                assert!(
                    reply.contains(&call.name),
                    "seed {seed}: {call:?} of {reply}"
                );
            }
        }
    }
}

#[test]
fn a_reply_that_is_cut_off_in_a_call_says_nothing_of_it() {
    for sample in SAMPLES {
        for (at, _) in sample.text.char_indices().skip(1) {
            let (heard, calls) = read([&sample.text[..at]]);
            // A bracket alone may be anything.
            for part in [
                "zebra",
                "Zanzibar",
                "xylophone",
                "place",
                "count",
                "name",
                "{\"",
            ] {
                assert!(!heard.contains(part), "{}: {heard:?}", &sample.text[..at]);
            }
            let whole = expected(sample);
            assert!(
                whole.starts_with(&calls),
                "{}: {calls:?}",
                &sample.text[..at]
            );
        }
    }
}

#[test]
fn speech_that_looks_a_little_like_a_call_is_heard_and_is_none() {
    for text in [
        "The function f(x) is even.",
        "Use {braces} here, and [brackets] there.",
        "Action: we go home.",
        "Action:\n\nWe go.",
        "Action",
        "Action items are: two.",
        "functools is a module of Python.",
        "functools",
        "functools[0] is wrong.",
        "functools{braces} too.",
        "For example, fun.",
        "It calls print(\"hello\").",
        "Call: 555 1234.",
        "I would call:me{maybe}.",
        "```python\nf(a=1)\n```",
    ] {
        let whole = read([text]);
        assert_eq!(whole, (text.to_owned(), vec![]));
        let characters: Vec<String> = text.chars().map(String::from).collect();
        assert_eq!(read(characters.iter().map(String::as_str)), whole);
    }
}

#[test]
fn an_action_within_a_line_is_no_announcement() {
    let (heard, calls) =
        read(["Do this Action: ```json\n{\"tool_name\":\"f\",\"parameters\":{}}\n```"]);
    assert_eq!(heard.trim_end(), "Do this Action:");
    assert_eq!(calls.len(), 1);
}

#[test]
fn reasoning_holds_no_call() {
    let call = "<tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>";
    for reply in [
        format!("<think>{call}</think>Four."),
        // The prompt or nobody opened it.
        format!("Hm. {call}</think>Four."),
        "<|channel|>analysis to=functions.f<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>Four."
            .to_owned(),
    ] {
        assert_eq!(read([reply.as_str()]).1, [], "{reply}");
    }
    let both = format!("<think>{call}</think>{call}");
    assert_eq!(read([both.as_str()]).1.len(), 1);
}

#[test]
fn a_result_of_a_tool_is_no_call() {
    let call = "{\"name\":\"f\",\"arguments\":{}}";
    for reply in [
        format!("<tool_response>{call}</tool_response>"),
        format!("<|tool_outputs_begin|>{call}<|tool_outputs_end|>"),
        format!("[TOOL_RESULTS]{call}[/TOOL_RESULTS]"),
        format!("<tools>{call}</tools>"),
    ] {
        assert_eq!(read([reply.as_str()]).1, [], "{reply}");
    }
}

#[test]
fn the_parts_of_a_harmony_reply_are_told_apart() {
    let reply = "<|channel|>analysis<|message|>Hm {\"a\":1}<|end|><|start|>assistant<|channel|>commentary<|message|>I \
                 look.<|end|><|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>\
                 {\"a\":1}<|end|><|start|>assistant<|channel|>final<|message|>Done.<|return|>";
    let (heard, calls) = read([reply]);
    assert_eq!(heard, "Done.");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].name, "f");
}

#[test]
fn no_more_calls_are_taken_than_a_reply_may_hold() {
    let reply = "<tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>".repeat(MOST_CALLS + 9);
    assert_eq!(read([reply.as_str()]).1.len(), MOST_CALLS);
}

#[test]
fn a_region_that_is_too_long_is_dropped_and_so_are_those_behind_it() {
    let call = "<tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>";
    let long = format!(
        "<tool_call>{{\"name\":\"g\",\"arguments\":{{\"a\":\"{}\"}}}}</tool_call>",
        "x".repeat(70_000)
    );
    let (heard, calls) = read([call, long.as_str(), call, "Done."]);
    assert_eq!(heard, "Done.");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].name, "f");
}

/// A token without text is not there for who reads the call.
#[test]
fn tokens_within_a_call_are_marks() {
    for token in [
        "<escape>",
        "<|\"|>",
        "<arg_key>",
        "</arg_value>",
        "[ARGS]",
        "[CALL_ID]",
        "<|constrain|>",
        "<｜tool▁sep｜>",
    ] {
        assert!(is_mark(token), "{token}");
    }
}
