//! Conversations: many at a time in one context of our own engine, or over several connections to a server.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use super::{BatchError, Line, Work};
use crate::clock::unix_seconds;
use crate::engines::{EngineLoader, EnginesError};
use crate::llm::server::Trouble;
use crate::llm::{
    Finish, LanguageModel, LlmError, Opening, Prompt, StopWords, Task, Written, tokens_in,
};
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
    let engine = work.load(|| loader.language_model_together(&persona, together))?;
    let tell = |n: usize, written: Result<Written, LlmError>| {
        let answer = body(&persona.name, lines[n], &tasks[n], written);
        work.done(lines[n], answer);
    };
    match engine {
        Some(mut engine) => engine
            .answer_all(&tasks, &|| work.is_over(), &mut |n, written| {
                tell(n, written)
            })
            .map_err(|error| EnginesError::from(error).into()),
        None => {
            let next = AtomicUsize::new(0);
            let asks = || ask(work, &loader, &tasks, &next, &tell);
            thread::scope(|scope| {
                for _ in 0..together {
                    scope.spawn(|| asks().unwrap_or_else(|error| work.end(error.into())));
                }
            });
            Ok(())
        }
    }
}

/// Asks a server the remaining questions, one after the other.
fn ask(
    work: &Work,
    loader: &EngineLoader,
    tasks: &[Task],
    next: &AtomicUsize,
    tell: &dyn Fn(usize, Result<Written, LlmError>),
) -> Result<(), EnginesError> {
    let mut server = work.load(|| loader.language_model(&work.persona))?;
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let Some(task) = tasks.get(n).filter(|_| !work.is_over()) else {
            return Ok(());
        };
        let written = answer_one(server.as_mut(), task, &|| work.is_over());
        match written {
            // Whatever ended the work meanwhile, a whole answer is kept.
            Ok(written) if written.finish != Finish::Cancelled => tell(n, Ok(written)),
            _ if work.is_over() => return Ok(()),
            Err(error) if is_for_all(&error) => return Err(error.into()),
            written => tell(n, written),
        }
    }
}

/// Whether a server's trouble would be that of every other question too. All else is one question's: a run that ended
/// with it would end there again whenever it is started.
fn is_for_all(error: &LlmError) -> bool {
    match error {
        LlmError::Server { trouble, .. } => matches!(
            trouble,
            Trouble::Key(_)
                | Trouble::NotFound(_)
                | Trouble::NoSuchModel { .. }
                | Trouble::Unreachable(_)
        ),
        LlmError::NoKey { .. } | LlmError::Address { .. } => true,
        _ => false,
    }
}

fn answer_one(
    model: &mut dyn LanguageModel,
    task: &Task,
    is_over: &dyn Fn() -> bool,
) -> Result<Written, LlmError> {
    let prompt = Prompt::new(&task.messages, Opening::Reply).held_to(task.answer.as_ref());
    let read = model.prefill(&prompt, is_over)?.unwrap_or_default();
    let stops = RefCell::new(StopWords::new(&task.stops));
    let is_stopped = || is_over() || stops.borrow().is_stopped();
    let mut pieces = 0;
    let finish = model.generate(&task.sampling, &is_stopped, &mut |output| {
        pieces += 1;
        stops.borrow_mut().push(output.text());
    })?;
    let stops = stops.into_inner();
    Ok(Written {
        text: stops.text().trim().to_owned(),
        finish,
        prompt: model.count_tokens(&prompt)?,
        shared: read.kept,
        tokens: tokens_in(stops.text(), pieces) as usize,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn server(trouble: Trouble) -> LlmError {
        LlmError::Server {
            host: "localhost:1".into(),
            trouble,
        }
    }

    #[test]
    fn a_bad_reply_is_the_trouble_of_its_question_alone() {
        for trouble in [
            Trouble::Garbage("<html>".into()),
            Trouble::Broken("HTTP 500".into()),
            Trouble::Silent(60),
            Trouble::Gone,
        ] {
            assert!(!is_for_all(&server(trouble)));
        }
    }

    #[test]
    fn a_server_that_answers_nobody_ends_the_work() {
        for trouble in [
            Trouble::Unreachable("refused".into()),
            Trouble::Key(401),
            Trouble::NotFound("no such page".into()),
        ] {
            assert!(is_for_all(&server(trouble)));
        }
    }
}
