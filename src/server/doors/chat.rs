//! `/v1/chat/completions` and `/v1/models`: the language model as it is, without tools and without a voice.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::pass_on;
use crate::clock::unix_seconds;
use crate::llm::{
    Finish, LanguageModel, LlmError, Message, Opening, Prompt, Role, StopWords, Task,
};
use crate::requests::Completion;
use crate::requests::chat::{Request, check};
use crate::server::Doors;
use crate::server::hub::Hub;
use crate::server::problem::Problem;

/// Tokens that must fit behind the conversation; an answer may be longer, and ends where the context does.
const ROOM: usize = 64;
/// Pieces that wait for the client.
const AHEAD: usize = 64;

/// What the model writes, and what it cost in the end.
enum Written {
    Piece(String),
    Done(Done),
    Failed(LlmError),
}

struct Done {
    finish: Finish,
    usage: Value,
}

/// Answers a conversation.
pub async fn complete(
    State(doors): State<Arc<Doors>>,
    request: Result<Json<Request>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(request) = request.map_err(|e| Problem::wrong(None, e.body_text()))?;
    let task = request.task(&doors.hub.persona())?;
    let held_to = task.answer.clone();
    let (written_out, mut written) = mpsc::channel(AHEAD);
    let hub = Arc::clone(&doors.hub);
    let place = doors.work().await?;
    tokio::task::spawn_blocking(move || {
        let _place = place;
        write(&hub, &task, &written_out);
    });
    let name = doors.hub.persona().name;
    let answer = Completion::new(fastrand::u64(..), name, unix_seconds());
    if request.stream {
        return Ok(streamed(answer, written, request.wants_usage()).into_response());
    }
    let mut text = String::new();
    while let Some(next) = written.recv().await {
        match next {
            Written::Piece(piece) => text += &piece,
            Written::Failed(error) => return Err(problem(error)),
            Written::Done(done) => {
                check(held_to.as_ref(), &text, done.finish == Finish::Length)?;
                let whole = answer.whole(&text, Completion::finish(done.finish), done.usage);
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
        LlmError::Schema { .. } => Problem::wrong(Some("response_format"), error.to_string()),
        error => Problem::failed("language model", error),
    }
}

/// Has the model write, until its end, a stop word, or until nobody reads, and tells how it ended.
fn write(hub: &Hub, task: &Task, written: &mpsc::Sender<Written>) {
    let mut model = match hub.take_language_model() {
        Ok(model) => model,
        Err(error) => {
            pass_on(written, Written::Failed(LlmError::Run(error.to_string())));
            return;
        }
    };
    match answer(model.as_mut(), task, written) {
        Ok(done) => {
            // Before the client hears of the end: its next request finds this model, and what it has read.
            model.keep_prompt();
            hub.put_back(&hub.language_models, model);
            pass_on(written, Written::Done(done));
        }
        Err(error) => {
            // A model that failed is loaded again for the next one; what is wrong with a question is not the model's.
            let is_broken = !error.is_for_the_question();
            if !is_broken {
                hub.put_back(&hub.language_models, model);
            }
            pass_on(written, Written::Failed(error));
        }
    }
}

fn answer(
    model: &mut dyn LanguageModel,
    task: &Task,
    written: &mpsc::Sender<Written>,
) -> Result<Done, LlmError> {
    let gone = || written.is_closed();
    let sampling = &task.sampling;
    let prompt = Prompt::new(&task.messages, Opening::Reply)
        .with_room(sampling.max_tokens.min(ROOM))
        .held_to(task.answer.as_ref());
    let read = model.prefill(&prompt, &gone)?.unwrap_or_default();
    let stops = std::cell::RefCell::new(StopWords::new(&task.stops));
    let stopped = || stops.borrow().is_stopped();
    let finish = model.generate(sampling, &|| gone() || stopped(), &mut |output| {
        let mut stops = stops.borrow_mut();
        let certain = stops.push(output.text());
        if !certain.is_empty() {
            pass_on(written, Written::Piece(certain.to_owned()));
        }
    })?;
    let mut stops = stops.into_inner();
    let rest = stops.finish().to_owned();
    if !rest.is_empty() {
        pass_on(written, Written::Piece(rest));
    }
    let answered = tokens_of(model, stops.text())?;
    let (kept, all) = (read.kept, read.kept + read.read);
    Ok(Done {
        finish,
        usage: Completion::usage(all, kept, answered),
    })
}

/// Tokens of an answer, without what the template puts around it.
fn tokens_of(model: &dyn LanguageModel, text: &str) -> Result<usize, LlmError> {
    let count = |text: &str| {
        let messages = [
            Message::new(Role::User, "-"),
            Message::new(Role::Assistant, text),
        ];
        model.count_tokens(&Prompt::new(&messages, Opening::Reply))
    };
    Ok(count(text)?.saturating_sub(count("")?))
}

fn chunk(answer: &Completion, delta: Value, finish: Option<&str>) -> Value {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish });
    answer.of("chat.completion.chunk", json!([choice]))
}

fn streamed(answer: Completion, written: mpsc::Receiver<Written>, usage: bool) -> Response {
    let first = chunk(&answer, json!({ "role": "assistant", "content": "" }), None);
    let rest = stream::unfold(Some((answer, written)), move |state| async move {
        let (answer, mut written) = state?;
        let last = "[DONE]".to_owned();
        Some(match written.recv().await? {
            Written::Piece(piece) => {
                let chunk = chunk(&answer, json!({ "content": piece }), None);
                (vec![chunk.to_string()], Some((answer, written)))
            }
            Written::Done(done) => {
                let finish = Completion::finish(done.finish);
                let mut chunks = vec![chunk(&answer, json!({}), Some(finish)).to_string()];
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
