//! One line of a streamed chat completion, read.

use serde_json::Value;

use super::trouble::{Trouble, error_message, shortened};
use crate::llm::Finish;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chunk {
    /// Nothing: an empty line, a comment, who speaks.
    Nothing,
    /// More of the reply.
    Text(String),
    /// More of the reasoning, which a server that knows it keeps apart.
    Thought,
    /// The reply is complete; text may come with it.
    Finish(String, Finish),
    /// No more lines will come.
    Done,
}

impl Chunk {
    /// Reads a line of the stream (server-sent events).
    ///
    /// # Errors
    /// It is an error of the server's, or no line of a chat completion.
    pub fn parse(line: &str) -> Result<Self, Trouble> {
        let line = line.trim();
        let other = [":", "event:", "id:", "retry:"];
        if line.is_empty() || other.iter().any(|field| line.starts_with(field)) {
            return Ok(Self::Nothing);
        }
        // Some errors come bare, and some servers do not stream.
        let data = line.strip_prefix("data:").unwrap_or(line).trim();
        if data == "[DONE]" {
            return Ok(Self::Done);
        }
        if let Some(message) = error_message(data) {
            return Err(Trouble::Broken(message));
        }
        let value: Value =
            serde_json::from_str(data).map_err(|_| Trouble::Garbage(shortened(line)))?;
        let Some(choices) = value.get("choices").and_then(Value::as_array) else {
            return Err(Trouble::Garbage(shortened(line)));
        };
        // The last chunk may hold only figures.
        let Some(choice) = choices.first() else {
            return Ok(Self::Nothing);
        };
        Ok(Self::of_choice(choice))
    }

    fn of_choice(choice: &Value) -> Self {
        let said = choice.get("delta").or_else(|| choice.get("message"));
        let text = |key: &str| {
            let text = said.and_then(|said| said.get(key)).and_then(Value::as_str);
            text.filter(|text| !text.is_empty())
        };
        let content = text("content");
        match choice.get("finish_reason").and_then(Value::as_str) {
            Some("length") => Self::Finish(content.unwrap_or_default().into(), Finish::Length),
            Some(_) => Self::Finish(content.unwrap_or_default().into(), Finish::Complete),
            None => match content {
                Some(content) => Self::Text(content.into()),
                None if text("reasoning_content").or(text("reasoning")).is_some() => Self::Thought,
                None => Self::Nothing,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_text_and_an_end() {
        let parse = |line: &str| Chunk::parse(line).unwrap();
        let text = r#"data: {"choices":[{"delta":{"content":"Par"},"finish_reason":null}]}"#;
        assert_eq!(parse(text), Chunk::Text("Par".into()));
        let role = r#"data: {"choices":[{"delta":{"role":"assistant","content":""}}]}"#;
        assert_eq!(parse(role), Chunk::Nothing);
        let end = r#"data:{"choices":[{"delta":{},"finish_reason":"stop"}]}"#;
        assert_eq!(parse(end), Chunk::Finish(String::new(), Finish::Complete));
        let long = r#"data: {"choices":[{"delta":{},"finish_reason":"length"}]}"#;
        assert_eq!(parse(long), Chunk::Finish(String::new(), Finish::Length));
        assert_eq!(parse("data: [DONE]"), Chunk::Done);
        assert_eq!(parse(r#"data: {"choices":[],"usage":{}}"#), Chunk::Nothing);
        assert_eq!(parse(": keep-alive"), Chunk::Nothing);
    }

    #[test]
    fn reasoning_that_is_kept_apart_is_no_text() {
        for key in ["reasoning_content", "reasoning"] {
            let line = format!(r#"data: {{"choices":[{{"delta":{{"{key}":"Hm"}}}}]}}"#);
            assert_eq!(Chunk::parse(&line).unwrap(), Chunk::Thought);
        }
    }

    #[test]
    fn errors_and_garbage_are_told_apart() {
        let parse = |line: &str| Chunk::parse(line).unwrap_err();
        let error = parse(r#"data: {"error":{"message":"out of memory"}}"#);
        assert_eq!(error, Trouble::Broken("out of memory".into()));
        assert!(matches!(parse("<html>nginx</html>"), Trouble::Garbage(_)));
        assert!(matches!(parse("data: {\"choices\""), Trouble::Garbage(_)));
        assert!(matches!(parse("data: {\"a\":1}"), Trouble::Garbage(_)));
    }
}
