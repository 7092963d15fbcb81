//! The tools as an agent is told of them, their arguments and their results.

use std::path::PathBuf;
use std::time::Duration;

use rmcp::handler::server::tool::schema_for_input;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::message::{Asked, Outcome, ToSay};
use crate::language::{Language, Languages};
use crate::stt::FileTranscript;
use crate::turn_taking::LONGEST_TURN;

/// Characters that are said at once: about five minutes.
const LONGEST_TEXT: usize = 4_000;
/// How long the user is waited for if nothing else is wanted: many clients give a call a minute.
const DEFAULT_LIMIT_S: f64 = 30.0;
/// Bounds of it.
const LIMITS_S: (f64, f64) = (1.0, 600.0);

/// Characters that are said in a second, by a slow voice.
const SLOW_CHARACTERS_PER_S: u64 = 10;
/// A call that is open lasts for so long at most: somebody speaks, then the text is said, then they are waited for, and
/// speak again.
pub const LONGEST_CALL: Duration = Duration::from_secs(
    2 * LONGEST_TURN.as_secs() + LONGEST_TEXT as u64 / SLOW_CHARACTERS_PER_S + LIMITS_S.1 as u64,
);

/// What an agent may tell its model about this server.
pub const INSTRUCTIONS: &str = "The user's microphone and loudspeaker. Speak briefly and plainly, as in a \
    conversation: no markup, code or lists. The user may interrupt you; only what `heard` says reached them.";

const SAY: &str = "Speak a text aloud to the user and wait until it was heard. Returns `heard` (what the user \
    actually heard), `interrupted`, and the user's `words` if they interrupted.";
const LISTEN: &str = "Wait until the user has spoken. Returns their `words` and `language`; `words` is null if \
    they said nothing in time.";
const ASK: &str = "Speak a question aloud and wait for the user's spoken answer. Returns `words` (the answer, \
    null if none came in time), `heard` and `interrupted`.";
const TRANSCRIBE: &str = "Write down what is said in a sound file of this machine (WAV, FLAC, MP3, OGG, M4A, \
    AIFF, CAF). Returns `text`, and `segments` with times in seconds.";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SayArguments {
    /// What to say, at most 4000 characters.
    text: String,
    /// Code of the language of the text, "de", if not that of the conversation.
    language: Option<String>,
    /// Whether the user may cut in; true if absent. If false, what they say meanwhile is not heard.
    interruptible: Option<bool>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListenArguments {
    /// Seconds to wait until the user begins to speak: 1 to 600; 30 if absent.
    timeout_s: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AskArguments {
    /// The question, at most 4000 characters.
    question: String,
    /// Seconds to wait after it until the user begins to speak: 1 to 600; 30 if absent.
    timeout_s: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TranscribeArguments {
    /// Path of the file; one that is not absolute begins where the server was started.
    file: PathBuf,
}

/// A call of a tool.
#[derive(Debug, PartialEq)]
pub enum ToolCall {
    /// On the session.
    Voice(Asked),
    /// Of a sound file.
    Transcribe(PathBuf),
}

/// All tools; without files, those that name none.
pub fn tools(with_files: bool) -> Vec<Tool> {
    let speaks = || hints(false).destructive(false).idempotent(false);
    let mut tools = vec![
        tool::<SayArguments>("say", "Speak", SAY, speaks()),
        tool::<ListenArguments>("listen", "Listen", LISTEN, hints(true)),
        tool::<AskArguments>("ask", "Ask", ASK, speaks()),
    ];
    if with_files {
        tools.push(tool::<TranscribeArguments>(
            "transcribe",
            "Transcribe a file",
            TRANSCRIBE,
            hints(true),
        ));
    }
    tools
}

/// The user is the only one outside that a tool has to do with.
fn hints(reads_only: bool) -> ToolAnnotations {
    ToolAnnotations::new()
        .read_only(reads_only)
        .open_world(false)
}

fn tool<Arguments: JsonSchema + 'static>(
    name: &'static str,
    title: &str,
    description: &'static str,
    annotations: ToolAnnotations,
) -> Tool {
    let schema = schema_for_input::<Arguments>().unwrap_or_default();
    let tool = Tool::new(name, description, schema);
    tool.with_title(title).with_annotations(annotations)
}

/// Reads a call. `None`: there is no such tool.
///
/// # Errors
/// An argument is wrong: what to do about it, for the model.
pub fn read(
    name: &str,
    arguments: Option<JsonObject>,
    languages: &Languages,
) -> Option<Result<ToolCall, String>> {
    let arguments = Value::Object(arguments.unwrap_or_default());
    Some(match name {
        "say" => parse(arguments).and_then(|arguments| say(arguments, languages)),
        "listen" => parse(arguments).and_then(|ListenArguments { timeout_s }| {
            Ok(ToolCall::Voice(Asked::Listen(limit(timeout_s)?)))
        }),
        "ask" => parse(arguments).and_then(
            |AskArguments {
                 question,
                 timeout_s,
             }| {
                let text = text("question", &question)?;
                let question = ToSay {
                    text,
                    language: None,
                    interruptible: true,
                };
                Ok(ToolCall::Voice(Asked::Ask(question, limit(timeout_s)?)))
            },
        ),
        "transcribe" => {
            parse(arguments).map(|TranscribeArguments { file }| ToolCall::Transcribe(file))
        }
        _ => return None,
    })
}

fn parse<Arguments: DeserializeOwned>(arguments: Value) -> Result<Arguments, String> {
    serde_json::from_value(arguments).map_err(|error| format!("the arguments are wrong: {error}"))
}

fn say(arguments: SayArguments, languages: &Languages) -> Result<ToolCall, String> {
    let language = arguments.language.map(|code| language(&code, languages));
    Ok(ToolCall::Voice(Asked::Say(ToSay {
        text: text("text", &arguments.text)?,
        language: language.transpose()?,
        interruptible: arguments.interruptible.unwrap_or(true),
    })))
}

fn text(name: &str, given: &str) -> Result<String, String> {
    let given = given.trim();
    match given.chars().count() {
        0 => Err(format!("`{name}` is empty: give words to say")),
        count if count > LONGEST_TEXT => Err(format!(
            "`{name}` has {count} characters, and {LONGEST_TEXT} may be said at once: say less"
        )),
        _ => Ok(given.to_owned()),
    }
}

fn language(code: &str, spoken: &Languages) -> Result<Language, String> {
    let language: Language = code.parse()?;
    if spoken.iter().any(|one| one == language) {
        Ok(language)
    } else {
        Err(format!(
            "{code} is not spoken here, {spoken} is: leave `language` out, or have the server started with \
             --lang auto:{},{code}",
            spoken.first().code()
        ))
    }
}

fn limit(seconds: Option<f64>) -> Result<Duration, String> {
    let seconds = seconds.unwrap_or(DEFAULT_LIMIT_S);
    let (least, most) = LIMITS_S;
    if (least..=most).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(format!("`timeout_s` is {least} to {most} seconds"))
    }
}

/// What came of a call on the session.
pub fn outcome_to_json(outcome: Outcome) -> Value {
    let mut told = Map::new();
    if let Some(heard) = outcome.heard {
        told.insert("heard".into(), heard.into());
        told.insert("interrupted".into(), outcome.interrupted.into());
    }
    if outcome.words.is_some() {
        told.insert("language".into(), outcome.language.into());
    }
    told.insert("words".into(), outcome.words.into());
    let rest = [
        ("said_before", outcome.said_before),
        ("trouble", outcome.trouble),
    ];
    for (name, text) in rest {
        if let Some(text) = text {
            told.insert(name.into(), text.into());
        }
    }
    Value::Object(told)
}

/// What is said in a file.
pub fn transcript_to_json(transcript: &FileTranscript) -> Value {
    // A hundredth is as much as the detector knows.
    let rounded = |seconds: f64| (seconds * 100.0).round() / 100.0;
    let segments = transcript.stretches.iter().map(|stretch| {
        json!({
            "start_s": rounded(stretch.start_s),
            "end_s": rounded(stretch.end_s),
            "text": stretch.text,
        })
    });
    json!({
        "text": transcript.text(),
        "seconds": rounded(transcript.seconds),
        "segments": segments.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
#[path = "tools_tests.rs"]
mod tests;
