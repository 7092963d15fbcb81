//! Calls as models write them, for the tests of this module and of the filter that finds them in a reply.

/// A call in a dialect.
pub struct Sample {
    /// Which models write it.
    pub dialect: &'static str,
    /// From the first mark to the last.
    pub text: &'static str,
    /// The calls in it: the name, and the arguments as JSON.
    pub calls: &'static [(&'static str, &'static str)],
    /// The model may go on speaking behind it.
    pub goes_on: bool,
}

const fn sample(
    dialect: &'static str,
    text: &'static str,
    calls: &'static [(&'static str, &'static str)],
) -> Sample {
    Sample {
        dialect,
        text,
        calls,
        goes_on: true,
    }
}

const fn last(
    dialect: &'static str,
    text: &'static str,
    calls: &'static [(&'static str, &'static str)],
) -> Sample {
    Sample {
        dialect,
        text,
        calls,
        goes_on: false,
    }
}

const ONE: &[(&str, &str)] = &[("find_zebra", r#"{"place":"Zanzibar","count":7}"#)];
const TWO: &[(&str, &str)] = &[
    ("find_zebra", r#"{"place":"Zanzibar","count":7}"#),
    ("stop_xylophone", "{}"),
];

/// At least one for every dialect.
pub const SAMPLES: &[Sample] = &[
    sample(
        "Hermes, Qwen2.5, Qwen3",
        "<tool_call>\n{\"name\": \"find_zebra\", \"arguments\": {\"place\": \"Zanzibar\", \"count\": 7}}\n</tool_call>",
        ONE,
    ),
    sample(
        "Qwen3, two blocks",
        "<tool_call>\n{\"name\": \"find_zebra\", \"arguments\": {\"place\": \"Zanzibar\", \"count\": 7}}\n</tool_call>\n\
         <tool_call>\n{\"name\": \"stop_xylophone\", \"arguments\": {}}\n</tool_call>",
        TWO,
    ),
    sample(
        "two objects in one block",
        "<tool_call>{\"name\":\"find_zebra\",\"arguments\":{\"place\":\"Zanzibar\",\"count\":7}}\n\
         {\"name\":\"stop_xylophone\",\"arguments\":{}}</tool_call>",
        TWO,
    ),
    sample(
        "Granite, a list in a block",
        "<tool_call>[{\"name\":\"find_zebra\",\"arguments\":{\"place\":\"Zanzibar\",\"count\":7}}, \
         {\"name\":\"stop_xylophone\",\"arguments\":{}}]</tool_call>",
        TWO,
    ),
    last(
        "Granite 3, no mark ends it",
        "<|tool_call|>[{\"name\":\"find_zebra\",\"arguments\":{\"place\":\"Zanzibar\",\"count\":7}}]",
        ONE,
    ),
    sample(
        "arguments are a text that holds an object",
        "<tool_call>{\"name\":\"find_zebra\",\"arguments\":\"{\\\"place\\\":\\\"Zanzibar\\\",\\\"count\\\":7}\"}</tool_call>",
        ONE,
    ),
    sample(
        "Qwen3-Coder",
        "<tool_call>\n<function=find_zebra>\n<parameter=place>\nZanzibar\n</parameter>\n<parameter=count>\n7\n\
         </parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=stop_xylophone>\n</function>\n</tool_call>",
        TWO,
    ),
    sample(
        "Qwen3-Coder without the outer tag",
        "<function=find_zebra>\n<parameter=place>\nZanzibar\n</parameter>\n<parameter=count>\n7\n</parameter>\n\
         </function>\n</tool_call>",
        ONE,
    ),
    sample(
        "GLM-4.5",
        "<tool_call>find_zebra\n<arg_key>place</arg_key>\n<arg_value>Zanzibar</arg_value>\n\
         <arg_key>count</arg_key>\n<arg_value>7</arg_value>\n</tool_call><tool_call>stop_xylophone\n</tool_call>",
        TWO,
    ),
    sample(
        "Llama 3.2, bare",
        "{\"name\": \"find_zebra\", \"parameters\": {\"place\": \"Zanzibar\", \"count\": 7}}",
        ONE,
    ),
    sample(
        "Llama 3.2, two bare calls",
        "{\"name\": \"find_zebra\", \"parameters\": {\"place\": \"Zanzibar\", \"count\": 7}}; {\"name\": \
         \"stop_xylophone\", \"parameters\": {}}",
        TWO,
    ),
    last(
        "Llama 3.1, a tag of its own that nothing ends",
        "<function=find_zebra>{\"place\": \"Zanzibar\", \"count\": 7}",
        ONE,
    ),
    last(
        "Llama 3.1, Python's tag",
        "<|python_tag|>{\"name\": \"find_zebra\", \"parameters\": {\"place\": \"Zanzibar\", \"count\": 7}}; \
         {\"name\": \"stop_xylophone\", \"parameters\": {}}<|eom_id|>",
        TWO,
    ),
    last(
        "Llama 3.1, a built-in tool",
        "<|python_tag|>find_zebra.call(place=\"Zanzibar\", count=7)",
        &[("find_zebra.call", r#"{"place":"Zanzibar","count":7}"#)],
    ),
    sample(
        "Llama 3.1, a tag of its own",
        "<function=find_zebra>{\"place\": \"Zanzibar\", \"count\": 7}</function>",
        ONE,
    ),
    sample(
        "Llama 4",
        "[find_zebra(place=\"Zanzibar\", count=7), stop_xylophone()]",
        TWO,
    ),
    sample(
        "Llama 4, with tokens",
        "<|python_start|>[find_zebra(place='Zanzibar', count=7)]<|python_end|>",
        ONE,
    ),
    sample(
        "LFM2",
        "<|tool_call_start|>[find_zebra(place=\"Zanzibar\", count=7)]<|tool_call_end|>",
        ONE,
    ),
    sample(
        "Mistral, a list",
        "[TOOL_CALLS] [{\"name\": \"find_zebra\", \"arguments\": {\"place\": \"Zanzibar\", \"count\": 7}, \"id\": \
         \"a1b2c3d4e\"}, {\"name\": \"stop_xylophone\", \"arguments\": {}}]",
        TWO,
    ),
    sample(
        "Mistral, names before arguments",
        "[TOOL_CALLS]find_zebra[ARGS]{\"place\": \"Zanzibar\", \"count\": 7}[TOOL_CALLS]stop_xylophone[ARGS]{}",
        TWO,
    ),
    sample(
        "Mistral, with the call's number",
        "[TOOL_CALLS]find_zebra[CALL_ID]a1b2c3d4e[ARGS]{\"place\": \"Zanzibar\", \"count\": 7}",
        ONE,
    ),
    sample(
        "Mistral, nothing between name and arguments",
        "[TOOL_CALLS]find_zebra{\"place\": \"Zanzibar\", \"count\": 7}[TOOL_CALLS]stop_xylophone{}",
        TWO,
    ),
    sample(
        "Gemma 3, Python",
        "```tool_code\nfind_zebra(place=\"Zanzibar\", count=7)\nprint(stop_xylophone())\n```",
        TWO,
    ),
    sample(
        "Gemma 3, a list in Python",
        "```tool_code\n[find_zebra(place=\"Zanzibar\", count=7)]\n```",
        ONE,
    ),
    sample(
        "Gemma 3, JSON",
        "```json\n{\"name\": \"find_zebra\", \"parameters\": {\"place\": \"Zanzibar\", \"count\": 7}}\n```",
        ONE,
    ),
    sample(
        "JSON in a block of code without a language",
        "```\n[{\"name\": \"find_zebra\", \"arguments\": {\"place\": \"Zanzibar\", \"count\": 7}}]\n```",
        ONE,
    ),
    sample(
        "FunctionGemma",
        "<start_function_call>call:find_zebra{place:<escape>Zanzibar<escape>,count:7}<end_function_call>\
         <start_function_call>call:stop_xylophone{}<end_function_call>",
        TWO,
    ),
    sample(
        "Gemma 4",
        "<|tool_call>call:find_zebra{place:<|\"|>Zanzibar<|\"|>,count:7}<tool_call|>",
        ONE,
    ),
    sample(
        "DeepSeek V3, R1",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>find_zebra\n```json\n\
         {\"place\": \"Zanzibar\", \"count\": 7}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>\
         stop_xylophone\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        TWO,
    ),
    sample(
        "DeepSeek V3.1",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>find_zebra<｜tool▁sep｜>{\"place\": \"Zanzibar\", \"count\": 7}\
         <｜tool▁call▁end｜><｜tool▁call▁begin｜>stop_xylophone<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        TWO,
    ),
    sample(
        "DeepSeek V3.2",
        "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"find_zebra\">\n<｜DSML｜parameter name=\"place\" string=\"true\">\
         Zanzibar</｜DSML｜parameter>\n<｜DSML｜parameter name=\"count\" string=\"false\">7</｜DSML｜parameter>\n\
         </｜DSML｜invoke>\n</｜DSML｜function_calls>",
        ONE,
    ),
    sample(
        "Command R",
        "Action: ```json\n[\n    {\n        \"tool_name\": \"find_zebra\",\n        \"parameters\": {\n            \
         \"place\": \"Zanzibar\",\n            \"count\": 7\n        }\n    },\n    {\"tool_name\": \
         \"stop_xylophone\", \"parameters\": {}}\n]```",
        TWO,
    ),
    sample(
        "Command R7B",
        "<|START_ACTION|>[\n    {\"tool_call_id\": \"0\", \"tool_name\": \"find_zebra\", \"parameters\": {\"place\": \
         \"Zanzibar\", \"count\": 7}}\n]<|END_ACTION|>",
        ONE,
    ),
    sample(
        "Phi-4-mini",
        "<|tool_call|>[{\"name\": \"find_zebra\", \"arguments\": {\"place\": \"Zanzibar\", \"count\": 7}}]<|/tool_call|>",
        ONE,
    ),
    sample(
        "Phi-4-mini, a word for the token",
        "functools[{\"name\": \"find_zebra\", \"arguments\": {\"place\": \"Zanzibar\", \"count\": 7}}]",
        ONE,
    ),
    sample(
        "Kimi K2",
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.find_zebra:0<|tool_call_argument_begin|>\
         {\"place\": \"Zanzibar\", \"count\": 7}<|tool_call_end|><|tool_call_begin|>functions.stop_xylophone:1\
         <|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
        TWO,
    ),
    sample(
        "MiniMax M2",
        "<minimax:tool_call>\n<invoke name=\"find_zebra\">\n<parameter name=\"place\">Zanzibar</parameter>\n\
         <parameter name=\"count\">7</parameter>\n</invoke>\n<invoke name=\"stop_xylophone\">\n</invoke>\n\
         </minimax:tool_call>",
        TWO,
    ),
    last(
        "gpt-oss",
        "<|channel|>commentary to=functions.find_zebra <|constrain|>json<|message|>{\"place\":\"Zanzibar\",\
         \"count\":7}<|call|>",
        ONE,
    ),
    last(
        "gpt-oss, the recipient in the role",
        "<|start|>assistant to=functions.find_zebra<|channel|>commentary json<|message|>{\"place\":\"Zanzibar\",\
         \"count\":7}<|call|>",
        ONE,
    ),
    sample(
        "InternLM",
        "<|action_start|><|plugin|>{\"name\": \"find_zebra\", \"parameters\": {\"place\": \"Zanzibar\", \"count\": 7}}\
         <|action_end|>",
        ONE,
    ),
    sample(
        "LM Studio",
        "[TOOL_REQUEST]{\"name\": \"find_zebra\", \"arguments\": {\"place\": \"Zanzibar\", \"count\": 7}}[END_TOOL_REQUEST]",
        ONE,
    ),
    sample(
        "as OpenAI has it",
        "{\"type\":\"function\",\"function\":{\"name\":\"find_zebra\",\"arguments\":\"{\\\"place\\\":\\\"Zanzibar\\\",\
         \\\"count\\\":7}\"}}",
        ONE,
    ),
    sample(
        "a list as OpenAI has it",
        "{\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"find_zebra\",\"arguments\":\
         {\"place\":\"Zanzibar\",\"count\":7}}},{\"id\":\"2\",\"type\":\"function\",\"function\":{\"name\":\
         \"stop_xylophone\",\"arguments\":\"{}\"}}]}",
        TWO,
    ),
];

/// A text after one to three accidents: a character is deleted, inserted or doubled, a stretch is cut out,
/// or the rest is cut off.
pub fn damaged(text: &str, random: &mut fastrand::Rng) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..random.usize(1..4) {
        let at = random
            .usize(..characters.len().max(1))
            .min(characters.len());
        match random.u8(..5) {
            0 if at < characters.len() => drop(characters.remove(at)),
            1 => {
                let marks = "{}[]()<>\"'`\\|,:=/ \n｜▁é\u{0}abz0";
                let count = marks.chars().count();
                characters.insert(at, marks.chars().nth(random.usize(..count)).unwrap());
            }
            2 if at < characters.len() => characters.insert(at, characters[at]),
            3 => {
                let end = characters.len().min(at + random.usize(1..20));
                characters.drain(at..end);
            }
            _ => characters.truncate(at),
        }
    }
    characters.into_iter().collect()
}
