//! Conversations: many at a time in one context of our own engine, or over several connections to a server.

use serde_json::Value;

use super::{BatchError, Line, Work};
use crate::clock::unix_seconds;
use crate::engines::{EngineLoader, EnginesError};
use crate::llm::{Finish, LlmError, Task, Written};
use crate::models::Role;
use crate::requests::chat::{Request, check};
use crate::requests::{Completion, Problem};

/// Answers all of these.
pub(super) fn answer(work: &Work, chats: &[(&Line, &Request)]) -> Result<(), BatchError> {
    if chats.is_empty() || work.is_over() {
        return Ok(());
    }
    let loader = EngineLoader::only(&work.config, &[Role::Llm])?;
    let persona = loader.tell(work.persona.clone());
    let (mut lines, mut tasks) = (Vec::new(), Vec::new());
    for (line, request) in chats {
        match request.task(&persona) {
            Ok(task) => {
                lines.push(*line);
                tasks.push(task);
            }
            Err(problem) => work.done(line, Err(problem)),
        }
    }
    let together = work.limits.parallel.min(tasks.len()).max(1);
    let mut engine = work.load(|| loader.language_model_together(&persona, together))?;
    let answered = engine.answer_all(&tasks, &|| work.is_over(), &mut |n, written| {
        // Whatever ended the work meanwhile, a whole answer is kept, and no other.
        let is_cut_off = matches!(&written, Ok(written) if written.finish == Finish::Cancelled);
        if !is_cut_off {
            let answer = body(&persona.name, lines[n], &tasks[n], written);
            work.done(lines[n], answer);
        }
    });
    answered.map_err(|error| EnginesError::from(error).into())
}

/// An answer as it is kept; one that does not fit its schema is an error.
fn body(
    model: &str,
    line: &Line,
    task: &Task,
    written: Result<Written, LlmError>,
) -> Result<Value, Problem> {
    let written = written.map_err(|error| match error {
        LlmError::TooLong { tokens, fits } => Problem::wrong(
            Some("messages"),
            format!(
                "the conversation has {tokens} tokens, and {fits} fit beside an answer: shorten it, or raise \
                 llm.context"
            ),
        ),
        LlmError::Schema { .. } => Problem::wrong(Some("response_format"), error.to_string()),
        error => Problem::refused(500, error.to_string()),
    })?;
    let finish = Completion::finish(written.finish);
    check(
        task.answer.as_ref(),
        &written.text,
        written.finish == Finish::Length,
    )?;
    let completion = Completion::new(line.number as u64, model.to_owned(), unix_seconds());
    let usage = Completion::usage(written.prompt, written.shared, written.tokens);
    Ok(completion.whole(&written.text, finish, usage))
}
