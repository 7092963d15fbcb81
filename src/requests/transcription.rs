//! What is asked of `/v1/audio/transcriptions`, apart from the file itself, and how its text is given.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Problem;
use crate::language::{Language, Languages};
use crate::stt::FileTranscript;

/// What is asked for. A model, a prompt, a temperature: there is one recognizer, and it takes none.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Request {
    /// How the text is given.
    pub response_format: Option<String>,
    /// The language's code.
    pub language: Option<String>,
}

/// How the text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An object with the text.
    Json,
    /// The text alone.
    Text,
    /// An object with what else is known.
    Verbose,
}

impl Request {
    /// How the text is to be given.
    ///
    /// # Errors
    /// In another format, or in a language that is not recognized.
    pub fn format(&self, known: &Languages) -> Result<Format, Problem> {
        let format = match self.response_format.as_deref() {
            None | Some("json") => Format::Json,
            Some("text") => Format::Text,
            Some("verbose_json") => Format::Verbose,
            Some(other) => {
                let message =
                    format!("{other} is not written here: ask for json, text or verbose_json");
                return Err(Problem::wrong(Some("response_format"), message));
            }
        };
        let is_known = |code: &&String| known.iter().any(|one| one.code() == **code);
        match self.language.as_ref().filter(|code| !is_known(code)) {
            None => Ok(format),
            Some(language) => Err(Problem::wrong(
                Some("language"),
                format!(
                    "{language:?} is not recognized here, {known} is: start it with --lang CODE"
                ),
            )),
        }
    }
}

/// What was heard of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcribed {
    /// The words.
    pub text: String,
    /// The file's length.
    pub seconds: f64,
    /// The name of the language, in lower case.
    pub language: String,
}

impl Transcribed {
    /// What was heard, in the language that the recognizer tells apart, or in the only one that is known.
    pub fn new(heard: &FileTranscript, spoken: Option<&str>, known: &Languages) -> Self {
        let name = |code: &str| match code.parse::<Language>() {
            Ok(language) => language.to_string(),
            Err(_) => code.to_owned(),
        };
        let spoken = spoken.filter(|_| !known.is_one());
        let language = spoken.map_or_else(|| known.first().to_string(), name);
        Self {
            text: heard.text(),
            seconds: heard.seconds,
            language: language.to_lowercase(),
        }
    }

    /// As an object; the text alone is one too.
    pub fn body(&self, format: Format) -> Value {
        let Self {
            text,
            seconds,
            language,
        } = self;
        match format {
            Format::Json | Format::Text => json!({ "text": text, "usage": self.usage() }),
            Format::Verbose => json!({
                "task": "transcribe", "language": language, "duration": seconds, "text": text,
            }),
        }
    }

    /// What it cost.
    pub fn usage(&self) -> Value {
        json!({ "type": "duration", "seconds": self.seconds })
    }
}
