//! The lines of a streamed chat completion, read.

use serde_json::Value;

use super::trouble::{Trouble, error_in, shortened};

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chunk {
    /// Nothing: an empty line, a comment, who speaks, the beginning of what the next line goes on with.
    Nothing,
    /// More of the reply.
    Text(String),
    /// More of the reasoning, which a server that knows it keeps apart.
    Thought,
    /// More of calls of tools, and text that came with it.
    Calls(String, Vec<CallPart>),
    /// The reply is complete.
    Finish {
        /// Text that came with the end.
        text: String,
        /// Calls that came with it.
        calls: Vec<CallPart>,
        /// Why it ended, in the protocol's word: `stop`, `length`...
        reason: String,
    },
    /// No more lines will come.
    Done,
}

/// A part of a call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPart {
    /// Which call of the reply.
    pub index: u64,
    /// The tool's name, with the first part.
    pub name: Option<String>,
    /// More of its arguments, as JSON.
    pub arguments: String,
}

/// Reads server-sent events. Each is read as soon as it is whole, and not at the empty line behind it,
/// which some servers leave out.
#[derive(Debug, Default)]
pub struct ChunkReader {
    /// The lines so far of an event that takes several.
    pending: String,
}

/// A longer event is no chat completion. Bytes.
const MOST_EVENT: usize = 1 << 20;

impl ChunkReader {
    /// Reads the next line.
    ///
    /// # Errors
    /// It is an error of the server's, or no line of a chat completion.
    pub fn line(&mut self, line: &str) -> Result<Chunk, Trouble> {
        let line = line.trim();
        if line.is_empty() {
            return if self.pending.is_empty() {
                Ok(Chunk::Nothing)
            } else {
                Err(self.garbage())
            };
        }
        let other = [":", "event:", "id:", "retry:"];
        if other.iter().any(|field| line.starts_with(field)) {
            return Ok(Chunk::Nothing);
        }
        // An older llama.cpp gives errors a field of their own.
        if let Some(error) = line.strip_prefix("error:") {
            let value: Option<Value> = serde_json::from_str(error).ok();
            let message = value.and_then(|value| Some(value.get("message")?.as_str()?.to_owned()));
            let message = message.as_deref().unwrap_or(error);
            return Err(Trouble::Broken(shortened(message)));
        }
        // Some errors come bare, and some servers do not stream.
        match line.strip_prefix("data:").unwrap_or(line).trim() {
            // Some keep the connection alive with it.
            "" => Ok(Chunk::Nothing),
            "[DONE]" => Ok(Chunk::Done),
            data => self.data(data),
        }
    }

    fn data(&mut self, data: &str) -> Result<Chunk, Trouble> {
        self.pending.push_str(data);
        let value: Value = match serde_json::from_str(&self.pending) {
            Ok(value) => value,
            Err(error) if error.is_eof() && self.pending.len() < MOST_EVENT => {
                self.pending.push('\n');
                return Ok(Chunk::Nothing);
            }
            Err(_) => return Err(self.garbage()),
        };
        if let Some(message) = error_in(&value) {
            return Err(Trouble::Broken(message));
        }
        let Some(choices) = value.get("choices").and_then(Value::as_array) else {
            return Err(self.garbage());
        };
        self.pending.clear();
        // The last chunk may hold only figures.
        Ok(choices.first().map_or(Chunk::Nothing, Chunk::of_choice))
    }

    fn garbage(&self) -> Trouble {
        Trouble::Garbage(shortened(&self.pending))
    }
}

impl Chunk {
    fn of_choice(choice: &Value) -> Self {
        let said = choice.get("delta").or_else(|| choice.get("message"));
        let of = |value: Option<&Value>, key: &str| {
            let text = text_of(value?.get(key)?);
            Some(text).filter(|text| !text.is_empty())
        };
        // A refusal is the model's answer, too.
        let content = of(said, "content").or_else(|| of(said, "refusal"));
        let calls = said.map_or_else(Vec::new, calls_of);
        match (of(Some(choice), "finish_reason"), content) {
            (Some(reason), content) => Self::Finish {
                text: content.unwrap_or_default(),
                calls,
                reason,
            },
            (None, content) if !calls.is_empty() => Self::Calls(content.unwrap_or_default(), calls),
            (None, Some(content)) => Self::Text(content),
            (None, None) => {
                if said.is_some_and(thinks) {
                    Self::Thought
                } else {
                    Self::Nothing
                }
            }
        }
    }
}

/// A text, or the texts of a list of parts; parts of other kinds, such as reasoning, have none.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let spoken = |part: &Value| {
                let kind = part.get("type").and_then(Value::as_str);
                let text = match kind {
                    Some("refusal") => part.get("refusal"),
                    Some("text" | "output_text") | None => part.get("text"),
                    Some(_) => None,
                };
                text.and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            parts.iter().map(spoken).collect()
        }
        _ => String::new(),
    }
}

/// The parts of calls in a delta or a message.
fn calls_of(said: &Value) -> Vec<CallPart> {
    let calls = said.get("tool_calls").and_then(Value::as_array);
    let part = |(n, call): (usize, &Value)| {
        let function = call.get("function")?;
        let name = function.get("name").and_then(Value::as_str);
        let arguments = match function.get("arguments") {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            // Some servers give them as they are.
            Some(other) => other.to_string(),
        };
        Some(CallPart {
            index: call
                .get("index")
                .and_then(Value::as_u64)
                .unwrap_or(n as u64),
            name: name.filter(|name| !name.is_empty()).map(str::to_owned),
            arguments,
        })
    };
    calls
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(part)
        .collect()
}

/// Whether a delta holds reasoning.
fn thinks(delta: &Value) -> bool {
    let fields = ["reasoning_content", "reasoning", "thinking"];
    let said = |key: &&str| {
        delta
            .get(*key)
            .is_some_and(|text| !text_of(text).is_empty())
    };
    let parts = delta.get("content").and_then(Value::as_array);
    fields.iter().any(said) || parts.is_some_and(|parts| !parts.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Chunk, Trouble> {
        ChunkReader::default().line(line)
    }

    fn finish(text: &str, reason: &str) -> Chunk {
        Chunk::Finish {
            text: text.into(),
            calls: Vec::new(),
            reason: reason.into(),
        }
    }

    /// Damaged in random ways, whatever the server: a chunk or an error, and never a panic.
    #[test]
    fn any_lines_are_read_or_refused() {
        let lines = [
            r#"data: {"choices":[{"delta":{"content":"Par"},"finish_reason":null}]}"#,
            r#"data: {"choices":[{"delta":{"content":[{"type":"text","text":"x"}]}}],"usage":{"a":1}}"#,
            r#"data: {"choices":[{"delta":{"tool_calls":[{"function":{"name":"a"}}]}}]}"#,
            r#"data: {"error":{"message":"no","code":400}}"#,
            "error: {\"message\":\"no\"}",
            "data: [DONE]",
        ];
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..20_000 {
            let mut reader = ChunkReader::default();
            for _ in 0..random.usize(1..4) {
                let mut line: Vec<char> = lines[random.usize(..lines.len())].chars().collect();
                for _ in 0..random.usize(..4) {
                    let at = random.usize(..line.len());
                    match random.u8(..4) {
                        0 => line.truncate(at.max(1)),
                        1 => line[at] = ['"', '{', '[', '\\', '\0', '9', 'é'][random.usize(..7)],
                        2 => drop(line.remove(at.min(line.len() - 1))),
                        _ => line.extend_from_within(at..),
                    }
                    if line.is_empty() {
                        line.push(' ');
                    }
                }
                let _ = reader.line(&line.into_iter().collect::<String>());
            }
        }
    }

    #[test]
    fn a_reply_is_text_and_an_end() {
        let parse = |line: &str| parse(line).unwrap();
        let text = r#"data: {"choices":[{"delta":{"content":"Par"},"finish_reason":null}]}"#;
        assert_eq!(parse(text), Chunk::Text("Par".into()));
        let role = r#"data: {"choices":[{"delta":{"role":"assistant","content":""}}]}"#;
        assert_eq!(parse(role), Chunk::Nothing);
        let end = r#"data:{"choices":[{"delta":{},"finish_reason":"stop"}]}"#;
        assert_eq!(parse(end), finish("", "stop"));
        assert_eq!(parse("data: [DONE]"), Chunk::Done);
        assert_eq!(parse(r#"data: {"choices":[],"usage":{}}"#), Chunk::Nothing);
        for alive in [": keep-alive", "data:", "data: ", "event: message"] {
            assert_eq!(parse(alive), Chunk::Nothing, "{alive:?}");
        }
    }

    #[test]
    fn a_call_comes_in_parts_or_whole() {
        let part = |index, name: Option<&str>, arguments: &str| CallPart {
            index,
            name: name.map(str::to_owned),
            arguments: arguments.into(),
        };
        let first = r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"a","function":{"name":"roll","arguments":""}}]}}]}"#;
        let parts = vec![part(1, Some("roll"), "")];
        assert_eq!(parse(first).unwrap(), Chunk::Calls(String::new(), parts));
        let more = r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\"a"}}]}}]}"#;
        let parts = vec![part(1, None, "{\"a")];
        assert_eq!(parse(more).unwrap(), Chunk::Calls(String::new(), parts));
        let whole = r#"{"choices":[{"message":{"content":null,"tool_calls":[{"function":{"name":"roll","arguments":{"sides":6}}}]},"finish_reason":"tool_calls"}]}"#;
        let whole = parse(whole).unwrap();
        let Chunk::Finish { calls, .. } = whole else {
            panic!("{whole:?}")
        };
        assert_eq!(calls, [part(0, Some("roll"), r#"{"sides":6}"#)]);
    }

    #[test]
    fn an_empty_reason_is_no_end() {
        let text = r#"data: {"choices":[{"delta":{"content":"Par"},"finish_reason":""}]}"#;
        assert_eq!(parse(text).unwrap(), Chunk::Text("Par".into()));
    }

    #[test]
    fn an_event_may_take_several_lines() {
        let mut reader = ChunkReader::default();
        let lines = [r#"data: {"choices":"#, r#"data: [{"delta":"#];
        for line in lines {
            assert_eq!(reader.line(line).unwrap(), Chunk::Nothing);
        }
        let last = reader.line(r#"data: {"content":"Par"}}]}"#).unwrap();
        assert_eq!(last, Chunk::Text("Par".into()));
        assert_eq!(reader.line("").unwrap(), Chunk::Nothing);
    }

    #[test]
    fn reasoning_that_is_kept_apart_is_no_text() {
        for key in ["reasoning_content", "reasoning"] {
            let line = format!(r#"data: {{"choices":[{{"delta":{{"{key}":"Hm"}}}}]}}"#);
            assert_eq!(parse(&line).unwrap(), Chunk::Thought);
        }
    }

    #[test]
    fn content_may_be_a_list_of_parts_or_a_refusal() {
        let of = |delta: &str| parse(&format!(r#"{{"choices":[{{"delta":{delta}}}]}}"#)).unwrap();
        let said = |text: &str| Chunk::Text(text.into());
        let parts =
            r#"{"content":[{"type":"text","text":"Hello "},{"type":"text","text":"there."}]}"#;
        assert_eq!(of(parts), said("Hello there."));
        let thought =
            r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]}"#;
        assert_eq!(of(thought), Chunk::Thought);
        assert_eq!(
            of(r#"{"refusal":"I cannot help."}"#),
            said("I cannot help.")
        );
        assert_eq!(of(r#"{"content":[]}"#), Chunk::Nothing);
    }

    #[test]
    fn errors_and_garbage_are_told_apart() {
        let broken = Trouble::Broken("out of memory".into());
        for error in [
            r#"data: {"error":{"message":"out of memory"}}"#,
            r#"error: {"code":500,"message":"out of memory"}"#,
        ] {
            assert_eq!(parse(error).unwrap_err(), broken);
        }
        for garbage in ["<html>nginx</html>", "data: {\"a\":1}", "data: 17"] {
            assert!(
                matches!(parse(garbage), Err(Trouble::Garbage(_))),
                "{garbage}"
            );
        }
        let mut reader = ChunkReader::default();
        reader.line("data: {\"choices\"").unwrap();
        assert!(matches!(reader.line(""), Err(Trouble::Garbage(_))));
    }
}
