//! What is heard of replies in the dialects of all models that were met, wherever they are split.

use super::*;

fn heard_in_pieces<'a>(prompt: &str, pieces: impl Iterator<Item = &'a str>) -> String {
    let (mut filter, mut heard) = (SpeechFilter::after(prompt), String::new());
    for piece in pieces {
        filter.push(piece, &mut |text| heard.push_str(text));
    }
    filter.finish(&mut |text| heard.push_str(text));
    heard
}

/// What is heard of a reply, whole and in pieces of one, two... characters: always the same.
fn heard(prompt: &str, reply: &str) -> String {
    let whole = heard_in_pieces(prompt, std::iter::once(reply));
    let starts: Vec<usize> = reply.char_indices().map(|(at, _)| at).collect();
    for length in 1..12 {
        let pieces = starts.chunks(length).map(|piece| {
            let from = piece[0];
            let to = starts.iter().find(|at| **at > piece[piece.len() - 1]);
            &reply[from..to.copied().unwrap_or(reply.len())]
        });
        let heard = heard_in_pieces(prompt, pieces);
        assert_eq!(heard, whole, "{reply:?} in pieces of {length}");
    }
    whole
}

/// Texts that hold no word for the user, however they are split; none needs the end of the reply.
const SILENT: [&str; 42] = [
    "<think>secret</think>",
    "<THINK>secret</THINK>",
    "< think >secret</ think >",
    "<think/>",
    "<thinking>secret\n\nplan</thinking>",
    "<think>secret <think>inner</think> more secret</think>",
    "<analysis>secret</analysis>",
    "<scratchpad>secret {\"x\"</scratchpad>",
    "<reflection>secret</reflection>",
    "[THINK]secret[/THINK]",
    "◁think▷secret◁/think▷",
    "<|channel>thought\nsecret<channel|>",
    "<|begin_of_thought|>secret<|end_of_thought|>",
    "<|START_THINKING|>secret<|END_THINKING|>",
    "<|channel|>analysis<|message|>secret<|end|>",
    "<|tool_call|>{\"name\":\"secret\",\"arguments\":{\"city\":\"Paris\"}}<|/tool_call|>",
    "<tool_call>\n{\"name\":\"secret\",\"arguments\":{\"a\":\"}\"}}\n</tool_call>",
    "<tool_call>secret<arg_key>city</arg_key><arg_value>secret</arg_value></tool_call>",
    "<tool_call><function=secret><parameter=a>1</parameter></function></tool_call>",
    "<function=get_secret>{\"city\": \"secret\"}</function>",
    "<function_calls><invoke name=\"secret\"></invoke></function_calls>",
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>secret\n```json\n{\"city\":\
     \"secret\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    "<｜DSML｜function_calls><｜DSML｜invoke name=\"secret\"></｜DSML｜invoke></｜DSML｜function_calls>",
    "<|tool_call_start|>[secret(city=\"Paris\")]<|tool_call_end|>",
    "<|tool_calls_section_begin|><|tool_call_begin|>functions.secret:0<|tool_call_argument_begin|>{}\
     <|tool_call_end|><|tool_calls_section_end|>",
    "<|action_start|><|plugin|>{\"name\": \"secret\"}<|action_end|>",
    "<|tool_call>call:secret{city:<|\"|>Paris<|\"|>}<tool_call|>",
    "[TOOL_CALLS][{\"name\": \"secret\", \"arguments\": {\"city\": \"Paris\"}}]",
    "[TOOL_CALLS]get_secret[ARGS]{\"city\": \"Paris\"}",
    "[TOOL_REQUEST]{\"name\": \"secret\"}[END_TOOL_REQUEST]",
    "[get_secret(city=\"Paris [x]\", n=2), secret()]",
    "[secret()]",
    "{\"name\": \"get_secret\", \"arguments\": {\"city\": \"Paris, \\\"secret\\\" }\"}}",
    "{ 'name': 'secret', 'arguments': [1, 2] }",
    "[ {\"secret\" : [\"a\", {}]}, {\"b\": 1} ]",
    "```json\n{\"name\":\"secret\"}\n```",
    "```\n[{\"name\":\"secret\"}]\n```",
    "```tool_code\nget_secret(city=\"Paris\")\n```",
    "<|reserved_special_token_3|>",
    "<bos>",
    "<|im_start|>assistant\n",
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
];

/// Texts behind which nothing is for the user.
const LAST: [&str; 25] = [
    "<|im_end|>",
    "<|im_end|>\n<|im_start|>user\nA secret?<|im_end|>\n<|im_start|>assistant\nsecret",
    "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nsecret",
    "</s>",
    "<|endoftext|>secret",
    "<|return|>",
    "<｜end▁of▁sentence｜>secret",
    "<end_of_turn>\n<start_of_turn>user\nsecret",
    "<turn|>\n<|turn>user\nsecret",
    "<|python_tag|>brave_search.call(query=\"secret\")",
    "<|python_tag|>{\"name\":\"secret\",\"parameters\":{\"city\":\"Paris\"}}<|eom_id|>",
    "<|channel|>commentary to=functions.secret <|constrain|>json<|message|>{\"a\":1}<|call|>",
    "<|user|>\nsecret",
    "\nUser: A secret?\nAssistant: secret.",
    "\n\n### Human: secret",
    "\n**User:** secret",
    "\nuser\nA secret?",
    "\nBenutzer: secret\nAssistent: secret",
    "\nUtilisateur : secret",
    "\n用户：secret",
    " User: A secret? Assistant: secret.",
    "<think>secret",
    "<tool_call>{\"name\": \"secret",
    "{\"name\": \"secret",
    "<|im_en",
];

const SENTENCES: [&str; 8] = [
    "Hello there.",
    "It is 3 < 5, and [maybe] more!",
    "Well, {that} is a `word`.",
    "User interfaces are hard?",
    "Set x to [1, 2].",
    "*Really*.",
    "Use <b>bold</b> text.",
    "你好。",
];

/// Sentences and silent texts in any order, cut anywhere.
#[test]
fn no_protocol_is_heard_and_all_else_is_wherever_a_reply_is_split() {
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut reply, mut expected) = (String::new(), Vec::new());
        for _ in 0..random.usize(1..6) {
            if random.bool() {
                let sentence = SENTENCES[random.usize(..SENTENCES.len())];
                expected.push(sentence);
                reply.push_str(sentence);
                reply.push_str([" ", "\n", "\n\n"][random.usize(..3)]);
            } else {
                reply.push_str(SILENT[random.usize(..SILENT.len())]);
                reply.push_str(["", " ", "\n"][random.usize(..3)]);
            }
        }
        if random.u8(..4) == 0 {
            let ended = "That is all.";
            expected.push(ended);
            reply.push_str(ended);
            reply.push_str(LAST[random.usize(..LAST.len())]);
        }
        let characters: Vec<char> = reply.chars().collect();
        let (mut pieces, mut at) = (Vec::new(), 0);
        while at < characters.len() {
            let length = random.usize(1..9).min(characters.len() - at);
            pieces.push(characters[at..at + length].iter().collect::<String>());
            at += length;
        }
        let heard = heard_in_pieces("", pieces.iter().map(String::as_str));
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            words(&heard),
            words(&expected.join(" ")),
            "seed {seed}: {pieces:?}"
        );
    }
}

#[test]
fn a_reply_of_nothing_but_protocol_has_no_word() {
    for text in SILENT.iter().chain(&LAST) {
        // A dialogue that is all that there is is answered within itself.
        if text.contains("Assistant:") || text.contains("Assistent:") {
            continue;
        }
        let heard = heard("", text);
        assert!(
            !heard.contains(char::is_alphanumeric),
            "{text:?}: {heard:?}"
        );
        let mut filter = SpeechFilter::after("");
        filter.push(text, &mut |_| {});
        filter.finish(&mut |_| {});
        assert!(!filter.spoke(), "{text:?}");
    }
}

#[test]
fn a_reply_without_marks_is_as_it_is() {
    for sentence in SENTENCES {
        assert_eq!(heard("", sentence), sentence);
    }
    let benefit = "The user base grows.\nuser groups meet. The user :) smiles. Utilities help.";
    assert_eq!(heard("", benefit), benefit);
    let dictionary = "A user: somebody who uses it. The human is one.";
    assert_eq!(heard("", dictionary), dictionary);
    assert_eq!(heard("", "It ends with User"), "It ends with User");
    assert_eq!(heard("", "3 < 15"), "3 < 15");
}

#[test]
fn what_begins_like_a_mark_is_heard_if_it_is_none() {
    for text in [
        "{\"Hello\"} she said.",
        "[Hello(there)] she said.",
        "```python\nprint(1)\n``` that is it.",
        "A <table> is bare.",
        "An {empty} one.",
    ] {
        assert_eq!(heard("", text), text);
    }
}

#[test]
fn a_block_of_reasoning_is_not_heard() {
    assert_eq!(heard("", "<think>\nHm, 2+2.\n</think>\n\nFour."), "Four.");
    assert_eq!(heard("", "Well, <think>x < y</think> four."), "Well, four.");
    assert_eq!(heard("", "Hello<think>x</think> there."), "Hello there.");
    assert_eq!(heard("", "<think></think>Four."), "Four.");
}

#[test]
fn a_block_that_the_prompt_opened_is_not_heard() {
    let prompt = "<|im_start|>assistant\n<think>\n";
    assert_eq!(heard(prompt, "Hm.</think>\n\nFour."), "Four.");
    assert!(SpeechFilter::after(prompt).is_thinking());
    let closed = "<|im_start|>assistant\n<think>\n\n</think>\n\n";
    assert_eq!(heard(closed, "Four."), "Four.");
    assert!(closes_reasoning(closed) && !closes_reasoning(prompt));
}

#[test]
fn only_the_final_channel_is_heard() {
    let reply = "<|channel|>analysis<|message|>Easy.<|end|><|start|>assistant<|channel|>final\
        <|message|>Four.<|return|>";
    assert_eq!(heard("<|start|>assistant", reply), "Four.");
    assert_eq!(heard("", "<|channel|>final<|message|>Four."), "Four.");
}

#[test]
fn an_end_without_a_beginning_is_no_text_and_tells_what_came_before() {
    assert_eq!(heard("", "Four.</think>"), "Four.");
    for reply in ["Hm.</think>Four.", "Hm.[/THINK]Four."] {
        let mut filter = SpeechFilter::after("");
        filter.push(reply, &mut |_| {});
        let open = filter.stray().unwrap();
        assert_eq!(heard(open, reply), "Four.");
        assert_eq!(SpeechFilter::after(open).stray(), None);
    }
}

#[test]
fn a_control_token_that_begins_a_block_only_with_a_name_is_none_without() {
    assert_eq!(heard("", "<|channel>Four."), "Four.");
    assert_eq!(heard("", "Four.<|channel>"), "Four.");
}

#[test]
fn a_dialogue_that_begins_with_the_user_is_answered_within_itself() {
    assert_eq!(heard("", "User: How are you?\nAssistant: Fine."), "Fine.");
    assert_eq!(heard("", "Assistant: Fine."), "Fine.");
    assert_eq!(heard("", "assistant\n\nFine."), "Fine.");
    assert_eq!(
        heard(
            "",
            "<|im_start|>user\nHow are you?<|im_end|>\n<|im_start|>assistant\nFine."
        ),
        "Fine."
    );
}

#[test]
fn a_dialogue_that_was_asked_for_is_heard() {
    let dialogue = "Human: Hello. Robot: Hi! How are you? Human: Fine.";
    assert_eq!(heard("", dialogue), dialogue);
    // The user's own turn, made up, is none.
    assert_eq!(heard("", "User: What is the weather like?"), "");
}

#[test]
fn tags_around_the_answer_are_no_words() {
    let reply = "<reflection>secret</reflection><output>Hello there.</output>";
    assert_eq!(heard("", reply), "Hello there.");
}

#[test]
fn behind_the_end_nothing_is_part_of_the_reply() {
    let mut filter = SpeechFilter::after("");
    filter.push("Hello.<|im_", &mut |_| {});
    assert!(!filter.is_over());
    filter.push("end|>", &mut |_| {});
    assert!(filter.is_over());
}

#[test]
fn a_template_tells_whether_its_model_reasons() {
    assert!(opens_reasoning("{{ '<think>\\n' }}") && opens_reasoning("<|channel|>"));
    assert!(opens_reasoning("a [THINK] b") && !opens_reasoning("{{ '<|im_start|>' }}"));
}

#[test]
fn tokens_are_told_from_words() {
    for token in [
        "<|im_end|>",
        "<think>",
        "<|channel>",
        "[TOOL_CALLS]",
        "<｜tool▁sep｜>",
    ] {
        assert!(is_mark(token), "{token}");
    }
    for words in ["Hello", "<", "[", "<b>", "A"] {
        assert!(!is_mark(words), "{words}");
    }
}
