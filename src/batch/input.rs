//! The requests of a batch: one JSON object a line. Pure.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::requests::{Problem, chat, speech, transcription};

/// What is wrong with a whole batch, before any of it is begun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// A line that is not a request of a batch.
    #[error(
        "line {line} is no request ({reason}): each line is an object with custom_id, method, url and body"
    )]
    NoRequest {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// Two lines that could not be told apart.
    #[error(
        "lines {first} and {second} have the same custom_id {id:?}: give each a name of its own"
    )]
    Twice {
        /// The name.
        id: String,
        /// Where it stands first.
        first: usize,
        /// Where it stands again.
        second: usize,
    },
}

/// A line of the file.
#[derive(Debug)]
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// The name by which its answer is found.
    pub custom_id: String,
    /// What is to be done, or why it cannot be.
    pub job: Result<Job, Problem>,
}

/// What a request wants.
#[derive(Debug)]
pub enum Job {
    /// An answer to a conversation.
    Chat(Box<chat::Request>),
    /// The text of a sound file.
    Transcription(Recording),
    /// A text as sound.
    Speech(speech::Request),
}

/// A request for the text of a sound file on this machine.
#[derive(Debug, Deserialize)]
pub struct Recording {
    /// Where it is; relative to the folder in which the program runs.
    pub file: PathBuf,
    /// How the text is to be given.
    #[serde(flatten)]
    pub request: transcription::Request,
}

#[derive(Deserialize)]
struct Written {
    custom_id: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    body: Value,
}

/// Reads all requests. Empty lines are none.
///
/// # Errors
/// A line is no request, or two have the same name.
pub fn read(text: &str) -> Result<Vec<Line>, InputError> {
    let mut lines: Vec<Line> = Vec::new();
    let mut names: HashMap<String, usize> = HashMap::new();
    // What some editors write before the first line.
    let text = text.trim_start_matches('\u{feff}');
    for (n, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let number = n + 1;
        let wrong = |reason: String| InputError::NoRequest {
            line: number,
            reason,
        };
        let written: Written = serde_json::from_str(line).map_err(|e| wrong(e.to_string()))?;
        if written.custom_id.is_empty() {
            return Err(wrong("its custom_id is empty".into()));
        }
        if let Some(first) = names.insert(written.custom_id.clone(), number) {
            return Err(InputError::Twice {
                id: written.custom_id,
                first,
                second: number,
            });
        }
        lines.push(Line {
            number,
            job: job(&written.method, &written.url, written.body),
            custom_id: written.custom_id,
        });
    }
    Ok(lines)
}

fn job(method: &str, url: &str, body: Value) -> Result<Job, Problem> {
    if method != "POST" {
        return Err(Problem::wrong(Some("method"), "the method is POST"));
    }
    match url {
        "/v1/chat/completions" => {
            let request: chat::Request = read_body(body)?;
            if request.stream {
                Err(Problem::wrong(
                    Some("stream"),
                    "an answer in a batch is not streamed",
                ))
            } else {
                Ok(Job::Chat(Box::new(request)))
            }
        }
        "/v1/audio/transcriptions" => read_body(body).map(Job::Transcription),
        "/v1/audio/speech" => read_body(body).map(Job::Speech),
        other => Err(Problem::wrong(
            Some("url"),
            format!(
                "there is no {other:?} here: /v1/chat/completions, /v1/audio/transcriptions and /v1/audio/speech are"
            ),
        )),
    }
}

fn read_body<T: DeserializeOwned>(body: Value) -> Result<T, Problem> {
    serde_json::from_value(body).map_err(|e| Problem::wrong(None, format!("the body: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, url: &str, body: &str) -> String {
        format!(r#"{{"custom_id":"{id}","method":"POST","url":"{url}","body":{body}}}"#)
    }

    #[test]
    fn each_kind_of_request_is_read() {
        let text = [
            line(
                "a",
                "/v1/chat/completions",
                r#"{"model":"x","messages":[]}"#,
            ),
            String::new(),
            line(
                "b",
                "/v1/audio/transcriptions",
                r#"{"file":"a.wav","model":"x"}"#,
            ),
            line("c", "/v1/audio/speech", r#"{"input":"Hello."}"#),
        ];
        let lines = read(&text.join("\n")).unwrap();
        assert!(matches!(lines[0].job, Ok(Job::Chat(_))));
        assert!(matches!(lines[1].job, Ok(Job::Transcription(_))));
        assert!(matches!(lines[2].job, Ok(Job::Speech(_))));
        assert_eq!(lines[1].number, 3);
    }

    #[test]
    fn what_is_wrong_with_one_request_is_its_own() {
        let text = [
            line("a", "/v1/embeddings", "{}"),
            line("b", "/v1/chat/completions", r#"{"messages":3}"#),
            line(
                "c",
                "/v1/chat/completions",
                r#"{"messages":[],"stream":true}"#,
            ),
        ];
        let lines = read(&text.join("\n")).unwrap();
        let message = |n: usize| lines[n].job.as_ref().unwrap_err().message();
        assert!(message(0).contains("/v1/embeddings"), "{}", message(0));
        assert!(message(1).contains("body"), "{}", message(1));
        assert!(message(2).contains("stream"), "{}", message(2));
    }

    #[test]
    fn a_name_that_stands_twice_is_an_error() {
        let one = line("a", "/v1/audio/speech", "{}");
        let error = read(&format!("{one}\n\n{one}\n")).unwrap_err();
        let twice = InputError::Twice {
            id: "a".into(),
            first: 1,
            second: 3,
        };
        assert_eq!(error, twice);
    }

    #[test]
    fn a_line_that_is_no_request_is_named() {
        for wrong in ["{", "[]", r#"{"custom_id":""}"#, r#"{"custom_id":7}"#] {
            let error = read(&format!("\n{wrong}")).unwrap_err();
            assert!(error.to_string().starts_with("line 2"), "{error}");
        }
    }
}
