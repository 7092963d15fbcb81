//! A language model behind an OpenAI-compatible server: llama.cpp's, vLLM, Ollama, or a paid one.
//!
//! The server keeps the model and its cache; here are the questions, the pieces of its answers, and
//! what is done when it does not answer. What the user says, and what was said before, is sent to
//! it: [`Address::is_this_machine`] tells whether that leaves the machine.
//!
//! Reading ahead sends nothing: it would be a request for each partial transcript, which a server
//! with few slots or a price per token minds, and servers keep what they read of the last question
//! anyhow. Only the warm-up asks for one token behind the persona's prompt, so that a server that
//! loads models at their first use has done so. A draft is a request like any other and ends with
//! its connection.

mod address;
mod chunk;
mod exchange;
mod question;
mod trouble;

pub use address::Address;
pub use trouble::Trouble;

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use super::reasoning::Reasoning;
use super::{
    Cancelled, Finish, LanguageModel, LlmError, Message, Opening, Prefill, Role, Sampling,
};
use crate::clock::{Stopwatch, sleep};
use chunk::Chunk;
use exchange::{Exchange, Request, unreachable};
use question::{Continuation, Dialect};
use trouble::shortened;

/// How long the server is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the first token of a reply, from the question on.
    pub first_token: Duration,
    /// For the next token.
    pub next_token: Duration,
    /// For the first token of all, which may wait until the model is loaded.
    pub warm_up: Duration,
    /// Before the first repetition of a question; twice as long before the next.
    pub retry: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            first_token: Duration::from_secs(20),
            next_token: Duration::from_secs(10),
            warm_up: Duration::from_secs(180),
            retry: Duration::from_millis(250),
        }
    }
}

/// Which server, and how to use it.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where it is.
    pub address: Address,
    /// The model's name there; the first that it lists if absent.
    pub model: Option<String>,
    /// The variable that holds the key; no key is sent if absent.
    pub api_key_env: Option<String>,
    /// Tokens of context to reckon with.
    pub context: u32,
    /// Tokens that a model may think before it speaks.
    pub reasoning_tokens: usize,
    /// How long it is waited for.
    pub patience: Patience,
}

/// A question is asked so often before the user hears that there is no answer.
const ATTEMPTS: u32 = 3;
/// How often cancellation is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// After the reply's end, the time for the connection to become free for the next question.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// Bytes of text a token, and tokens around a message: low and high for all languages that were
/// looked at, so that an estimated prompt rather loses an exchange too early than overflows.
const TOKEN_BYTES: usize = 3;
const MESSAGE_TOKENS: usize = 8;

/// A server that was reached.
pub struct Server {
    config: ServerConfig,
    model: String,
    key: Option<String>,
    agent: Agent,
    dialect: Dialect,
    /// What [`LanguageModel::generate`] will ask.
    prompt: Vec<Message>,
    opening: Opening,
}

/// How an attempt ended that did not fail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Reply(Finish),
    /// The model thought until its tokens were used up, and said nothing.
    OnlyThoughts,
}

/// Why an attempt came to nothing, and whether anything of the reply was passed on before.
struct Failure {
    trouble: Trouble,
    began: bool,
}

impl Server {
    /// Reaches the server and finds the model.
    ///
    /// # Errors
    /// The key's variable is not set, the server does not answer, or lists no model.
    pub fn connect(config: ServerConfig) -> Result<Self, LlmError> {
        let key = match &config.api_key_env {
            Some(name) => {
                Some(std::env::var(name).map_err(|_| LlmError::NoKey { name: name.clone() })?)
            }
            None => None,
        };
        let mut server = Self {
            agent: agent(&config),
            key,
            model: config.model.clone().unwrap_or_default(),
            config,
            dialect: Dialect::default(),
            prompt: Vec::new(),
            opening: Opening::None,
        };
        let listed = server.models();
        match (&server.config.model, listed) {
            (Some(_), Ok(_) | Err(Trouble::NotFound(_) | Trouble::Garbage(_))) => {}
            (None, Ok(models)) => {
                let first = models.into_iter().next();
                let none = Trouble::NotFound("it lists no model".into());
                server.model = first.ok_or_else(|| server.error(none))?;
            }
            (_, Err(trouble)) => return Err(server.error(trouble)),
        }
        Ok(server)
    }

    /// The model's name on the server.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The models that the server lists.
    fn models(&self) -> Result<Vec<String>, Trouble> {
        let mut asking = self.agent.get(self.config.address.of("models"));
        if let Some(key) = &self.key {
            asking = asking.header("authorization", format!("Bearer {key}"));
        }
        let asking = asking.config();
        let asking = asking.timeout_global(Some(self.config.patience.first_token));
        let mut response = asking.build().call().map_err(|e| unreachable(&e))?;
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_string();
        let body = body.map_err(|_| Trouble::Gone)?;
        if !(200..300).contains(&status) {
            return Err(Trouble::of_status(status, &body));
        }
        let list: Option<Value> = serde_json::from_str(&body).ok();
        let list = list.as_ref().and_then(|list| list.get("data")?.as_array());
        let list = list.ok_or_else(|| Trouble::Garbage(shortened(&body)))?;
        let id = |model: &Value| model.get("id")?.as_str().map(str::to_owned);
        Ok(list.iter().filter_map(id).collect())
    }

    fn error(&self, trouble: Trouble) -> LlmError {
        LlmError::Server {
            host: self.config.address.authority().to_owned(),
            trouble,
        }
    }

    /// Closes the connections of this agent, whatever the server does.
    fn hang_up(&mut self) {
        let next = agent(&self.config);
        std::mem::replace(&mut self.agent, next).shutdown();
    }

    /// Asks, and asks again as long as nothing of the reply was heard and it may help.
    fn ask(
        &mut self,
        sampling: &Sampling,
        first_token: Duration,
        cancelled: Cancelled,
        on_piece: &mut dyn FnMut(&str),
    ) -> Result<End, LlmError> {
        let mut attempts = 1;
        loop {
            let asked = self.attempt(sampling, first_token, cancelled, on_piece);
            let Err(Failure { trouble, began }) = asked else {
                return asked.map_err(|failure| self.error(failure.trouble));
            };
            self.hang_up();
            if cancelled() {
                return Ok(End::Reply(Finish::Cancelled));
            }
            let learned = match &trouble {
                Trouble::Refused { message, .. } if !began => {
                    self.dialect.learn(message, self.opening)
                }
                // A chat template that refuses a message makes some servers fail.
                Trouble::Broken(message) if !began && message.to_lowercase().contains("system") => {
                    self.dialect.learn(message, self.opening)
                }
                _ => false,
            };
            if learned {
                tracing::info!("asked differently, because the server {trouble}");
                continue;
            }
            if began || !trouble.may_pass() || attempts >= ATTEMPTS {
                return Err(self.error(trouble));
            }
            tracing::info!("attempt {attempts}: the server {trouble}");
            if !self.wait(
                self.config.patience.retry * 2u32.pow(attempts - 1),
                cancelled,
            ) {
                return Ok(End::Reply(Finish::Cancelled));
            }
            attempts += 1;
        }
    }

    /// Waits; false if it was cancelled meanwhile.
    fn wait(&self, time: Duration, cancelled: Cancelled) -> bool {
        let watch = Stopwatch::start();
        while watch.elapsed() < time {
            if cancelled() {
                return false;
            }
            sleep(LOOK);
        }
        true
    }

    /// One request, to the end of its reply.
    fn attempt(
        &mut self,
        sampling: &Sampling,
        first_token: Duration,
        cancelled: Cancelled,
        on_piece: &mut dyn FnMut(&str),
    ) -> Result<End, Failure> {
        let early = |trouble| Failure {
            trouble,
            began: false,
        };
        let body = self
            .dialect
            .body(&self.model, &self.prompt, self.opening, sampling);
        let request = Request {
            url: self.config.address.of("chat/completions"),
            key: self.key.clone(),
            body: body.to_string(),
        };
        let exchange = Exchange::start(self.agent.clone(), request).map_err(early)?;
        let before = match (self.opening, self.prompt.last()) {
            (Opening::Unfinished, Some(last)) => last.content.as_str(),
            _ => "",
        };
        let mut reply = Reply {
            reasoning: Reasoning::after(""),
            continuation: Continuation::of(before),
            pieces: 0,
            thoughts: 0,
        };
        let mut patience = first_token;
        let mut watch = Stopwatch::start();
        let end = loop {
            if cancelled() {
                self.hang_up();
                return Ok(End::Reply(Finish::Cancelled));
            }
            let failed = |trouble, reply: &Reply| Failure {
                trouble,
                began: reply.pieces > 0,
            };
            let chunk = match exchange.next(LOOK) {
                None if watch.elapsed() < patience => continue,
                None => return Err(failed(Trouble::Silent(patience.as_secs()), &reply)),
                Some(Err(trouble)) => return Err(failed(trouble, &reply)),
                Some(Ok(chunk)) => chunk,
            };
            // Time in which the user of the pieces was slow is not the server's.
            match chunk {
                Chunk::Nothing => {}
                Chunk::Text(text) => reply.text(&text, on_piece),
                Chunk::Thought => reply.thoughts += 1,
                Chunk::Finish(text, finish) => {
                    reply.text(&text, on_piece);
                    break Some(finish);
                }
                Chunk::Done => break None,
            }
            (watch, patience) = (Stopwatch::start(), self.config.patience.next_token);
            if reply.pieces >= sampling.max_tokens {
                self.hang_up();
                reply.finish(on_piece);
                return Ok(End::Reply(Finish::Length));
            }
            if reply.thoughts >= self.config.reasoning_tokens.max(1) && reply.pieces == 0 {
                self.hang_up();
                return Ok(End::OnlyThoughts);
            }
        };
        reply.finish(on_piece);
        if end.is_some() && !matches!(exchange.next(LAST_WORDS), Some(Ok(Chunk::Done))) {
            self.hang_up();
        }
        Ok(match end {
            Some(Finish::Length) if reply.pieces == 0 && reply.thoughts > 0 => End::OnlyThoughts,
            end => End::Reply(end.unwrap_or(Finish::Complete)),
        })
    }
}

/// What is kept while a reply comes in.
struct Reply {
    reasoning: Reasoning,
    continuation: Continuation,
    /// Pieces that were passed on: about one a token.
    pieces: usize,
    thoughts: usize,
}

impl Reply {
    fn text(&mut self, text: &str, on_piece: &mut dyn FnMut(&str)) {
        let Self {
            reasoning,
            continuation,
            pieces,
            thoughts,
        } = self;
        let mut speak = |text: &str| {
            *pieces += 1;
            on_piece(text);
        };
        reasoning.push(text, &mut |text| continuation.push(text, &mut speak));
        *thoughts += usize::from(reasoning.is_thinking());
    }

    fn finish(&mut self, on_piece: &mut dyn FnMut(&str)) {
        let Self {
            reasoning,
            continuation,
            pieces,
            ..
        } = self;
        let mut speak = |text: &str| {
            *pieces += 1;
            on_piece(text);
        };
        reasoning.finish(&mut |text| continuation.push(text, &mut speak));
        continuation.finish(&mut speak);
    }
}

fn agent(config: &ServerConfig) -> Agent {
    let mut agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_resolve(Some(config.patience.connect))
        .timeout_connect(Some(config.patience.connect))
        .accept_encoding("identity");
    if config.address.is_this_machine() {
        // No proxy knows this machine's own address.
        agent = agent.proxy(None);
    }
    agent.build().into()
}

impl LanguageModel for Server {
    fn describe(&self) -> String {
        let address = &self.config.address;
        let where_to = match address.is_this_machine() {
            true => "on this machine",
            false => "words leave this machine for it",
        };
        format!("{} at {}, {where_to}", self.model, address.authority())
    }

    fn warm_up(&mut self, prefix: &[Message]) -> Result<Prefill, LlmError> {
        self.prompt = prefix.to_vec();
        self.prompt.push(Message::new(Role::User, "Hello."));
        self.opening = Opening::Reply;
        let one = Sampling {
            max_tokens: 1,
            ..Sampling::default()
        };
        let warm_up = self.config.patience.warm_up;
        let end = self.ask(&one, warm_up, &|| false, &mut |_| {})?;
        if end == End::OnlyThoughts {
            self.dialect.allow_reasoning(self.config.reasoning_tokens);
        }
        Ok(Prefill::default())
    }

    /// An estimate: only the server knows its tokens.
    fn count_tokens(&self, messages: &[Message]) -> Result<usize, LlmError> {
        let of_message = |m: &Message| m.content.len().div_ceil(TOKEN_BYTES) + MESSAGE_TOKENS;
        Ok(messages.iter().map(of_message).sum::<usize>() + MESSAGE_TOKENS)
    }

    /// As it is configured: servers do not say it in a common way.
    fn context_len(&self) -> usize {
        self.config.context as usize
    }

    /// Keeps the question; it is asked by [`LanguageModel::generate`]. What the server has of it
    /// already is not known here.
    fn prefill(
        &mut self,
        messages: &[Message],
        opening: Opening,
        cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        self.prompt = messages.to_vec();
        self.opening = opening;
        Ok((!cancelled()).then(Prefill::default))
    }

    fn generate(
        &mut self,
        sampling: &Sampling,
        cancelled: Cancelled,
        on_piece: &mut dyn FnMut(&str),
    ) -> Result<Finish, LlmError> {
        let first_token = self.config.patience.first_token;
        let mut end = self.ask(sampling, first_token, cancelled, on_piece)?;
        let room = self.config.reasoning_tokens;
        if end == End::OnlyThoughts && self.dialect.allow_reasoning(room) {
            // Its limit was too short for a model that thinks first: once more, with more.
            end = self.ask(sampling, first_token, cancelled, on_piece)?;
        }
        match end {
            End::OnlyThoughts => Err(LlmError::OnlyReasoning { tokens: room }),
            End::Reply(finish) => Ok(finish),
        }
    }
}
