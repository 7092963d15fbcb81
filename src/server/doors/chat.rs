//! `/v1/chat/completions` and `/v1/models`: the language model as it is, without tools and without a voice.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::pass_on;
use crate::clock::unix_seconds;
use crate::llm::{Finish, LanguageModel, LlmError, Message, Opening, Prompt, Role, Sampling};
use crate::server::Doors;
use crate::server::hub::Hub;
use crate::server::problem::Problem;

/// What is asked for.
#[derive(Debug, Deserialize)]
pub struct Request {
    messages: Vec<Asked>,
    #[serde(default)]
    stream: bool,
    #[serde(default)]
    stream_options: StreamOptions,
    max_tokens: Option<usize>,
    max_completion_tokens: Option<usize>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    seed: Option<i64>,
    n: Option<u32>,
    tools: Option<Vec<Value>>,
    response_format: Option<Value>,
    #[serde(default)]
    stop: Stop,
}

/// A message of the conversation.
#[derive(Debug, Deserialize)]
struct Asked {
    role: String,
    #[serde(default)]
    content: Content,
}

/// Its words.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
    None(()),
}

impl Default for Content {
    fn default() -> Self {
        Self::None(())
    }
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum Stop {
    #[default]
    Never,
    One(String),
    Any(Vec<String>),
}

/// Characters of a conversation at most; the model's context is smaller.
const MOST_TEXT: usize = 200_000;
/// Tokens of an answer, if nobody says.
const TOKENS: usize = 512;
/// Tokens that must fit behind the conversation; an answer may be longer, and ends where the context does.
const ROOM: usize = 64;
/// Words that end an answer, at most.
const MOST_STOPS: usize = 4;
/// Pieces that wait for the client.
const AHEAD: usize = 64;

/// What the model writes, and what it cost in the end.
enum Written {
    Piece(String),
    Done(Done),
    Failed(LlmError),
}

struct Done {
    finish: &'static str,
    usage: Value,
}

/// Answers a conversation.
pub async fn complete(
    State(doors): State<Arc<Doors>>,
    request: Result<Json<Request>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(request) = request.map_err(|e| Problem::wrong(None, e.body_text()))?;
    let mut messages = messages(&request)?;
    if !messages.iter().any(|message| message.role == Role::System) {
        // A small model without instructions says nothing that makes sense.
        let mut persona = doors.hub.persona().prefix();
        persona.append(&mut messages);
        messages = persona;
    }
    let sampling = sampling(&request)?;
    let (written_out, mut written) = mpsc::channel(AHEAD);
    let hub = Arc::clone(&doors.hub);
    let stops: Vec<String> = match request.stop {
        Stop::Never => Vec::new(),
        Stop::One(one) => vec![one],
        Stop::Any(any) => any,
    };
    if stops.len() > MOST_STOPS {
        return Err(Problem::wrong(
            Some("stop"),
            format!("give at most {MOST_STOPS} stops"),
        ));
    }
    let place = doors.work().await?;
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let last = match write(&hub, &messages, &sampling, &stops, &written_out) {
            Ok(done) => Written::Done(done),
            Err(error) => Written::Failed(error),
        };
        pass_on(&written_out, last);
    });
    let answer = Answer::new(doors.hub.persona().name);
    if request.stream {
        let usage = request.stream_options.include_usage;
        return Ok(streamed(answer, written, usage).into_response());
    }
    let mut text = String::new();
    while let Some(next) = written.recv().await {
        match next {
            Written::Piece(piece) => text += &piece,
            Written::Failed(error) => return Err(problem(error)),
            Written::Done(done) => {
                let message =
                    json!({ "role": "assistant", "content": text.trim(), "refusal": null });
                let choice = json!({
                    "index": 0, "message": message, "finish_reason": done.finish, "logprobs": null,
                });
                let mut whole = answer.of("chat.completion", json!([choice]));
                whole["usage"] = done.usage;
                return Ok(Json(whole).into_response());
            }
        }
    }
    Err(Problem::failed("language model", "it ended without a word"))
}

fn problem(error: LlmError) -> Problem {
    match error {
        LlmError::TooLong { .. } => Problem::wrong(
            Some("messages"),
            "the conversation does not fit into the model's context beside an answer",
        ),
        error => Problem::failed("language model", error),
    }
}

fn messages(request: &Request) -> Result<Vec<Message>, Problem> {
    let wrong = |message: String| Problem::wrong(Some("messages"), message);
    let unsupported = [
        (
            request
                .tools
                .as_ref()
                .is_some_and(|tools| !tools.is_empty()),
            "tools",
        ),
        (request.n.is_some_and(|n| n != 1), "n"),
        (
            is_structured(request.response_format.as_ref()),
            "response_format",
        ),
    ];
    if let Some((_, param)) = unsupported.iter().find(|(asked, _)| *asked) {
        return Err(Problem::wrong(
            Some(param),
            format!("{param} is not supported here yet"),
        ));
    }
    let mut messages = Vec::new();
    for asked in &request.messages {
        let role = match asked.role.as_str() {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            other => return Err(wrong(format!("there is no role {other:?} here"))),
        };
        let text = match &asked.content {
            Content::Text(text) => text.clone(),
            Content::None(()) => String::new(),
            Content::Parts(parts) => {
                if let Some(other) = parts.iter().find(|part| part.kind != "text") {
                    return Err(wrong(format!(
                        "{} is not understood here: text is",
                        other.kind
                    )));
                }
                let texts = parts.iter().filter_map(|part| part.text.as_deref());
                texts.collect::<Vec<_>>().join("\n")
            }
        };
        messages.push(Message::new(role, text));
    }
    let length: usize = messages.iter().map(|message| message.content.len()).sum();
    match messages.last() {
        None => Err(wrong("there is no message".into())),
        Some(last) if last.role != Role::User => {
            Err(wrong("the last message is to be the user's".into()))
        }
        Some(_) if length > MOST_TEXT => {
            Err(wrong(format!("they have more than {MOST_TEXT} bytes")))
        }
        Some(_) => Ok(messages),
    }
}

fn is_structured(format: Option<&Value>) -> bool {
    format.is_some_and(|format| format["type"] != "text")
}

fn sampling(request: &Request) -> Result<Sampling, Problem> {
    let default = Sampling {
        temperature: 0.0,
        repeat_penalty: 1.0,
        max_tokens: TOKENS,
        ..Sampling::default()
    };
    let most = request.max_completion_tokens.or(request.max_tokens);
    let sampling = Sampling {
        temperature: request.temperature.unwrap_or(default.temperature),
        top_p: request.top_p.unwrap_or(default.top_p),
        seed: request.seed.map_or(default.seed, |seed| seed as u32),
        max_tokens: most.unwrap_or(default.max_tokens),
        ..default
    };
    let checks = [
        (
            (0.0..=2.0).contains(&sampling.temperature),
            "temperature",
            "is 0 to 2",
        ),
        (
            sampling.top_p > 0.0 && sampling.top_p <= 1.0,
            "top_p",
            "is above 0, at most 1",
        ),
        (
            (1..=4_096).contains(&sampling.max_tokens),
            "max_tokens",
            "is 1 to 4096",
        ),
    ];
    match checks.iter().find(|(holds, ..)| !holds) {
        Some((_, param, expected)) => {
            Err(Problem::wrong(Some(param), format!("{param} {expected}")))
        }
        None => Ok(sampling),
    }
}

/// Has the model write, until its end, a stop word, or until nobody reads.
fn write(
    hub: &Hub,
    messages: &[Message],
    sampling: &Sampling,
    stops: &[String],
    written: &mpsc::Sender<Written>,
) -> Result<Done, LlmError> {
    let load = || hub.load_language_model();
    let mut model = (hub.language_models.take(load)).map_err(|e| LlmError::Run(e.to_string()))?;
    let gone = || written.is_closed();
    let prompt = Prompt::new(messages, Opening::Reply).with_room(sampling.max_tokens.min(ROOM));
    let read = match model.prefill(&prompt, &gone) {
        Ok(read) => read.unwrap_or_default(),
        Err(error) => {
            if error.is_for_the_question() {
                hub.language_models.put(model);
            }
            return Err(error);
        }
    };
    let (mut text, mut sent) = (String::new(), 0);
    let stopped = std::cell::Cell::new(false);
    let finish = model.generate(sampling, &|| gone() || stopped.get(), &mut |piece| {
        if stopped.get() {
            return;
        }
        text += piece;
        let stop = stops.iter().filter(|stop| !stop.is_empty());
        let (end, is_stop) = match stop.filter_map(|stop| text.find(stop.as_str())).min() {
            Some(at) => (at, true),
            // A stop word may have begun.
            None => (safe_end(&text, stops), false),
        };
        stopped.set(is_stop);
        if end > sent {
            pass_on(written, Written::Piece(text[sent..end].to_owned()));
            sent = end;
        }
    })?;
    if !stopped.get() && sent < text.len() {
        pass_on(written, Written::Piece(text[sent..].to_owned()));
    }
    let answered = tokens_of(model.as_ref(), &text)?;
    hub.language_models.put(model);
    let (kept, all) = (read.kept, read.kept + read.read);
    Ok(Done {
        finish: if finish == Finish::Length {
            "length"
        } else {
            "stop"
        },
        usage: json!({
            "prompt_tokens": all,
            "completion_tokens": answered,
            "total_tokens": all + answered,
            "prompt_tokens_details": { "cached_tokens": kept },
        }),
    })
}

/// Tokens of an answer, without what the template puts around it.
fn tokens_of(model: &dyn LanguageModel, text: &str) -> Result<usize, LlmError> {
    let count = |text: &str| {
        let messages = [
            Message::new(Role::User, "-"),
            Message::new(Role::Assistant, text),
        ];
        model.count_tokens(&messages)
    };
    Ok(count(text)?.saturating_sub(count("")?))
}

/// Up to where no stop word can begin.
fn safe_end(text: &str, stops: &[String]) -> usize {
    let begins = |at: &usize| {
        let rest = &text[*at..];
        stops
            .iter()
            .any(|stop| stop.len() > rest.len() && stop.starts_with(rest))
    };
    let places = text.char_indices().map(|(at, _)| at);
    places.into_iter().find(begins).unwrap_or(text.len())
}

/// What all parts of an answer say of it.
struct Answer {
    id: String,
    model: String,
    created: u64,
}

impl Answer {
    fn new(model: String) -> Self {
        Self {
            id: format!("chatcmpl-{:016x}", fastrand::u64(..)),
            model,
            created: unix_seconds(),
        }
    }

    fn of(&self, object: &str, choices: Value) -> Value {
        json!({
            "id": self.id, "object": object, "created": self.created, "model": self.model,
            "choices": choices,
        })
    }

    fn chunk(&self, delta: Value, finish: Option<&str>) -> Value {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish });
        self.of("chat.completion.chunk", json!([choice]))
    }
}

fn streamed(answer: Answer, written: mpsc::Receiver<Written>, usage: bool) -> Response {
    let first = answer.chunk(json!({ "role": "assistant", "content": "" }), None);
    let rest = stream::unfold(Some((answer, written)), move |state| async move {
        let (answer, mut written) = state?;
        let last = "[DONE]".to_owned();
        Some(match written.recv().await? {
            Written::Piece(piece) => {
                let chunk = answer.chunk(json!({ "content": piece }), None);
                (vec![chunk.to_string()], Some((answer, written)))
            }
            Written::Done(done) => {
                let mut chunks = vec![answer.chunk(json!({}), Some(done.finish)).to_string()];
                if usage {
                    let mut cost = answer.of("chat.completion.chunk", json!([]));
                    cost["usage"] = done.usage;
                    chunks.push(cost.to_string());
                }
                chunks.push(last);
                (chunks, None)
            }
            Written::Failed(error) => {
                let message = problem(error).message().to_owned();
                (
                    vec![json!({ "error": { "message": message } }).to_string(), last],
                    None,
                )
            }
        })
    });
    let chunks = stream::once(async move { vec![first.to_string()] }).chain(rest);
    let events = chunks
        .flat_map(stream::iter)
        .map(|data| Ok::<_, Infallible>(Event::default().data(data)));
    Sse::new(events).into_response()
}

/// The models that are behind the doors.
pub async fn models(State(doors): State<Arc<Doors>>) -> Json<Value> {
    let model =
        |id: String| json!({ "id": id, "object": "model", "created": 0, "owned_by": "vivavoce" });
    let name = doors.hub.persona().name;
    Json(json!({ "object": "list", "data": [model(name)] }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_the_beginning_of_a_stop_word_waits() {
        let stops = ["\nUser:".to_owned()];
        assert_eq!(safe_end("Hello.\nUs", &stops), 6);
        assert_eq!(safe_end("Hello.\nAll", &stops), 10);
        assert_eq!(safe_end("é\n", &stops), 2);
    }
}
