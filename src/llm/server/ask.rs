//! A question, asked until it is answered or there is no point in asking again.

use std::time::Duration;

use super::chunk::Chunk;
use super::question::names_system;
use super::reply::{End, Reply};
use super::response_stream::{Request, ResponseStream};
use super::trouble::Trouble;
use super::{Server, agent};
use crate::clock::{Stopwatch, sleep};
use crate::llm::{Cancelled, Finish, LanguageModel, LlmError, Opening, Sampling};

/// A question is asked so often before the user hears that there is no answer.
const ATTEMPTS: u32 = 3;
/// How often cancellation is looked at.
const CANCELLATION_POLL: Duration = Duration::from_millis(10);
/// After the reply's end, the time for the connection to become free for the next question.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// A smaller context is none to talk in. Tokens.
const LEAST_CONTEXT: u32 = 256;

/// Why an attempt came to nothing, and whether anything of the reply was passed on before.
struct Failure {
    trouble: Trouble,
    began: bool,
}

impl Server {
    /// Asks, and asks again as long as nothing of the reply was heard and it may help.
    pub(super) fn ask(
        &mut self,
        sampling: &Sampling,
        first_token: Duration,
        cancelled: Cancelled,
        on_piece: &mut dyn FnMut(&str),
    ) -> Result<End, LlmError> {
        let mut attempts = 1;
        loop {
            let asked = self.attempt(sampling, first_token, cancelled, on_piece);
            let Failure { trouble, began } = match asked {
                Ok(end) => return Ok(end),
                Err(failure) => failure,
            };
            self.hang_up();
            if cancelled() {
                return Ok(End::Reply(Finish::Cancelled, Vec::new()));
            }
            if let Trouble::TooLong { context, .. } = trouble {
                return Err(self.reckon_with_less(context));
            }
            if !began && self.learn(&trouble) {
                tracing::info!("asked differently, because the server {trouble}");
                continue;
            }
            if began || !trouble.may_pass() || attempts >= ATTEMPTS {
                return Err(self.error(trouble));
            }
            tracing::info!("attempt {attempts}: the server {trouble}");
            let pause = self.config.timeouts.retry * 2u32.pow(attempts - 1);
            if !self.wait(pause, cancelled) {
                return Ok(End::Reply(Finish::Cancelled, Vec::new()));
            }
            attempts += 1;
        }
    }

    /// Learns from a refusal; false if it is none, or there is nothing to leave out.
    fn learn(&mut self, trouble: &Trouble) -> bool {
        match trouble {
            Trouble::Refused { message, .. } => self.learn_from(message),
            // A chat template that refuses a message makes some servers fail.
            Trouble::Broken(message) if names_system(message) => self.learn_from(message),
            _ => false,
        }
    }

    fn learn_from(&mut self, refusal: &str) -> bool {
        let mut dialect = self.dialect;
        let learnt = dialect.learn(refusal, &self.prompt());
        self.dialect = dialect;
        learnt
    }

    /// The server's context is smaller than was thought, or holds fewer words: the next question leaves
    /// out more of what was said before.
    fn reckon_with_less(&mut self, named: Option<u32>) -> LlmError {
        let was = self.config.context;
        let less = named.filter(|tokens| *tokens < was).unwrap_or(was / 4 * 3);
        self.config.context = less.max(LEAST_CONTEXT);
        tracing::warn!(
            "the server's context is smaller than {was} tokens: {} are reckoned with from now on",
            self.config.context
        );
        LlmError::TooLong {
            tokens: self.count_tokens(&self.prompt()).unwrap_or(0),
            fits: self.context_len(),
        }
    }

    /// Waits; false if it was cancelled meanwhile.
    pub(super) fn wait(&self, time: Duration, cancelled: Cancelled) -> bool {
        let watch = Stopwatch::start();
        while watch.elapsed() < time {
            if cancelled() {
                return false;
            }
            sleep(CANCELLATION_POLL);
        }
        true
    }

    /// Closes the connections of this agent, whatever the server does.
    fn hang_up(&mut self) {
        let next = agent(&self.config);
        std::mem::replace(&mut self.agent, next).shutdown();
    }

    /// One request, to the end of its reply.
    fn attempt(
        &mut self,
        sampling: &Sampling,
        first_token: Duration,
        cancelled: Cancelled,
        on_piece: &mut dyn FnMut(&str),
    ) -> Result<End, Failure> {
        let before = match (self.opening, self.messages.last()) {
            (Opening::Unfinished, Some(last)) => last.content.as_str(),
            _ => "",
        };
        let opened = self.dialect.opened(self.opening);
        let mut reply = match self.answer {
            Some(_) => Reply::held_to_schema(),
            None => Reply::new(opened, before, !self.tools.is_empty()),
        };
        let body = self.dialect.body(&self.model, &self.prompt(), sampling);
        let request = Request {
            url: self.config.address.of("chat/completions"),
            host: self.config.address.authority().to_owned(),
            key: self.key.clone(),
            body: body.to_string(),
        };
        let end = ResponseStream::start(self.agent.clone(), request).and_then(|response| {
            self.listen(
                &response,
                &mut reply,
                sampling,
                first_token,
                cancelled,
                on_piece,
            )
        });
        if let (Some(opened), Opening::Reply) = (reply.stray(), self.opening) {
            tracing::info!(
                "this server's replies begin with reasoning: it is left out from now on"
            );
            self.dialect.begin_in_thought(opened);
            self.dialect.allow_reasoning(self.config.reasoning_tokens);
        }
        end.map_err(|trouble| Failure {
            trouble,
            began: reply.began(),
        })
    }

    /// Takes the reply as it comes.
    fn listen(
        &mut self,
        response: &ResponseStream,
        reply: &mut Reply,
        sampling: &Sampling,
        first_token: Duration,
        cancelled: Cancelled,
        on_piece: &mut dyn FnMut(&str),
    ) -> Result<End, Trouble> {
        let (mut timeout, mut watch) = (first_token, Stopwatch::start());
        let reason = loop {
            if cancelled() {
                self.hang_up();
                return Ok(End::Reply(Finish::Cancelled, Vec::new()));
            }
            let chunk = match response.next(CANCELLATION_POLL) {
                None if watch.elapsed() < timeout => continue,
                None => return Err(Trouble::Silent(timeout.as_secs())),
                Some(chunk) => chunk?,
            };
            match chunk {
                Chunk::Nothing => {}
                Chunk::Text(text) => reply.text(&text, on_piece),
                Chunk::Thought => reply.thought(),
                Chunk::Calls(text, calls) => {
                    reply.text(&text, on_piece);
                    reply.call_parts(calls);
                }
                Chunk::Finish {
                    text,
                    calls,
                    reason,
                } => {
                    reply.text(&text, on_piece);
                    reply.call_parts(calls);
                    break Some(reason);
                }
                Chunk::Done => break None,
            }
            // Time in which the user of the pieces was slow is not the server's.
            (watch, timeout) = (Stopwatch::start(), self.config.timeouts.next_token);
            let thought_enough = reply.only_thinks(self.config.reasoning_tokens.max(1));
            if thought_enough || reply.is_long(sampling.max_tokens) {
                self.hang_up();
                reply.finish(on_piece);
                return Ok(reply.end(Some("length".into())));
            }
            if reply.is_over() {
                self.hang_up();
                reply.finish(on_piece);
                return Ok(reply.end(Some("stop".into())));
            }
        };
        reply.finish(on_piece);
        if reason.is_some() && !matches!(response.next(LAST_WORDS), Some(Ok(Chunk::Done))) {
            self.hang_up();
        }
        Ok(reply.end(reason))
    }
}
