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
mod ask;
mod chunk;
mod listing;
mod question;
mod reply;
mod response_stream;
mod together;
mod trouble;

pub use address::Address;
pub use trouble::Trouble;

use std::time::Duration;

use serde_json::json;
use ureq::Agent;

use super::{
    AnswerSchema, Cancelled, Finish, LanguageModel, LlmError, Message, OnDone, Opening, Output,
    Prefill, Prompt, Role, Sampling, Task, check_room,
};
use crate::clock::Stopwatch;
use crate::off_machine;
use crate::tool_call::{Call, ToolDefinition};
use question::{Dialect, names_schema};
use reply::End;

/// How long the server is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerTimeouts {
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

impl Default for ServerTimeouts {
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
    /// How many questions are asked at a time ([`LanguageModel::answer_all`]).
    pub together: usize,
    /// How long it is waited for.
    pub timeouts: ServerTimeouts,
}

/// Bytes of text a token, and tokens around a message: low and high for all languages that were
/// looked at, so that an estimated prompt rather loses an exchange too early than overflows.
const TOKEN_BYTES: usize = 3;
const MESSAGE_TOKENS: usize = 8;

/// A server that was reached.
pub struct Server {
    config: ServerConfig,
    model: String,
    /// The models that it lists, if it does.
    listed: Vec<String>,
    key: Option<String>,
    agent: Agent,
    dialect: Dialect,
    /// What [`LanguageModel::generate`] will ask.
    messages: Vec<Message>,
    tools: Vec<ToolDefinition>,
    opening: Opening,
    answer: Option<AnswerSchema>,
}

impl Server {
    /// Reaches the server and finds the model. One that is still loading is waited for.
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
        off_machine::sent_to_host(config.address.authority(), 0);
        let mut server = Self {
            agent: agent(&config),
            key,
            model: config.model.clone().unwrap_or_default(),
            listed: Vec::new(),
            config,
            dialect: Dialect::default(),
            messages: Vec::new(),
            tools: Vec::new(),
            opening: Opening::None,
            answer: None,
        };
        let watch = Stopwatch::start();
        let listed = loop {
            match server.models() {
                Err(LOADING) if server.waits(&watch) => {}
                listed => break listed,
            }
        };
        match (&server.config.model, listed) {
            (Some(_), Ok(models)) => server.listed = models,
            (Some(_), Err(Trouble::NotFound(_) | Trouble::Garbage(_))) => {}
            (None, Ok(models)) => {
                let first = models.into_iter().next();
                let none = Trouble::NotFound("it lists no model".into());
                server.model = first.ok_or_else(|| server.error(none))?;
            }
            (_, Err(trouble)) => return Err(server.error(trouble)),
        }
        if server.is_unlisted() {
            let listed = listing::in_words(&server.listed);
            tracing::warn!(
                "llm.model = {:?} is not listed there: {listed}",
                server.model
            );
        }
        Ok(server)
    }

    /// What will be asked.
    fn prompt(&self) -> Prompt<'_> {
        Prompt::new(&self.messages, self.opening)
            .with_tools(&self.tools)
            .held_to(self.answer.as_ref())
    }

    /// The model's name on the server.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Tokens that are reckoned with: as it is configured, or less if the server has refused that. Servers do
    /// not say it in a common way.
    pub fn context_len(&self) -> usize {
        self.config.context as usize
    }

    fn models(&self) -> Result<Vec<String>, Trouble> {
        let url = self.config.address.of("models");
        let timeout = self.config.timeouts.first_token;
        listing::models(&self.agent, &url, self.key.as_deref(), timeout)
    }

    /// Whether it lists models, and not the one that it is asked for. Some take names that they do not
    /// list.
    fn is_unlisted(&self) -> bool {
        !self.listed.is_empty() && !self.listed.contains(&self.model)
    }

    fn error(&self, trouble: Trouble) -> LlmError {
        let trouble = match trouble {
            Trouble::NotFound(message) | Trouble::Refused { message, .. } if self.is_unlisted() => {
                Trouble::NoSuchModel {
                    model: self.model.clone(),
                    listed: listing::in_words(&self.listed),
                    message,
                }
            }
            Trouble::Refused { message, .. } | Trouble::Broken(message)
                if self.answer.is_some() && names_schema(&message) =>
            {
                return LlmError::Schema {
                    reason: format!(
                        "the server {} refuses it ({message}); ask without a schema, make it simpler, or choose a \
                         server that holds answers to one (llama.cpp's does)",
                        self.config.address.authority()
                    ),
                };
            }
            trouble => trouble,
        };
        LlmError::Server {
            host: self.config.address.authority().to_owned(),
            trouble,
        }
    }

    /// A server that loads its model is waited for: pauses, and says whether to ask once more.
    fn waits(&self, since: &Stopwatch) -> bool {
        let timeouts = self.config.timeouts;
        if since.elapsed() >= timeouts.warm_up {
            return false;
        }
        tracing::info!("the server is loading its model");
        self.wait(timeouts.retry * LOADING_PAUSE, &|| false)
    }
}

/// How llama.cpp's server answers while it loads its model.
const LOADING: Trouble = Trouble::Busy(503);
/// The pause before it is asked again, in pauses before a repetition.
const LOADING_PAUSE: u32 = 4;

fn agent(config: &ServerConfig) -> Agent {
    let mut agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_resolve(Some(config.timeouts.connect))
        .timeout_connect(Some(config.timeouts.connect))
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
        let where_to = if address.is_this_machine() {
            "on this machine"
        } else {
            "words leave this machine for it"
        };
        let listed = if self.is_unlisted() {
            ", which does not list it"
        } else {
            ""
        };
        let (model, host) = (&self.model, address.authority());
        format!("{model} at {host}{listed}, {where_to}")
    }

    fn warm_up(&mut self, prefix: &Prompt) -> Result<Prefill, LlmError> {
        self.messages = prefix.messages.to_vec();
        self.tools = prefix.tools.to_vec();
        self.answer = None;
        self.messages.push(Message::new(Role::User, "Hello."));
        self.opening = Opening::Reply;
        let one = Sampling {
            max_tokens: 1,
            ..Sampling::default()
        };
        let warm_up = self.config.timeouts.warm_up;
        let watch = Stopwatch::start();
        let end = loop {
            match self.ask(&one, warm_up, &|| false, &mut |_| {}) {
                Err(LlmError::Server {
                    trouble: LOADING, ..
                }) if self.waits(&watch) => {}
                end => break end?,
            }
        };
        if end == End::OnlyThoughts {
            self.dialect.allow_reasoning(self.config.reasoning_tokens);
        }
        Ok(Prefill::default())
    }

    /// An estimate: only the server knows its tokens.
    fn count_tokens(&self, prompt: &Prompt) -> Result<usize, LlmError> {
        let of_call = |call: &Call| call.name.len() + json!(call.arguments).to_string().len();
        let of_message = |m: &Message| {
            let bytes = m.content.len() + m.call.as_ref().map_or(0, of_call);
            bytes.div_ceil(TOKEN_BYTES) + MESSAGE_TOKENS
        };
        let of_tool = |tool: &ToolDefinition| {
            let bytes = tool.name.len() + tool.description.len();
            let bytes = bytes + tool.parameters.to_string().len();
            bytes.div_ceil(TOKEN_BYTES) + MESSAGE_TOKENS
        };
        let messages: usize = prompt.messages.iter().map(of_message).sum();
        let tools: usize = prompt.tools.iter().map(of_tool).sum();
        Ok(messages + tools + MESSAGE_TOKENS)
    }

    /// Keeps the question; it is asked by [`LanguageModel::generate`]. What the server has of it
    /// already is not known here.
    fn prefill(
        &mut self,
        prompt: &Prompt,
        cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        let tokens = self.count_tokens(prompt)?;
        // A model that has not thought yet needs no room for it.
        let written = prompt.room + prompt.call_tokens() + self.dialect.reasoning();
        check_room(tokens, written, self.context_len())?;
        self.messages = prompt.messages.to_vec();
        self.tools = prompt.tools.to_vec();
        self.opening = prompt.opening;
        self.answer = prompt.answer.cloned();
        Ok((!cancelled()).then(Prefill::default))
    }

    fn generate(
        &mut self,
        sampling: &Sampling,
        cancelled: Cancelled,
        on_output: &mut dyn FnMut(Output),
    ) -> Result<Finish, LlmError> {
        let first_token = self.config.timeouts.first_token;
        let mut on_piece = |text: &str| on_output(Output::Text(text));
        let mut end = self.ask(sampling, first_token, cancelled, &mut on_piece)?;
        let room = self.config.reasoning_tokens;
        let once_more = match end {
            // Its limit was too short for a model that thinks first.
            End::OnlyThoughts => self.dialect.allow_reasoning(room),
            // It has not thought this time.
            End::NoWords {
                in_thought: true, ..
            } => self.dialect.begin_in_speech(),
            End::NoWords { .. } | End::Reply(..) => false,
        };
        if once_more {
            end = self.ask(sampling, first_token, cancelled, &mut on_piece)?;
        }
        match end {
            End::OnlyThoughts => Err(LlmError::OnlyReasoning { tokens: room }),
            // A reply that was cut off may have been complete.
            End::NoWords { .. } if self.opening == Opening::Unfinished => Ok(Finish::Complete),
            End::NoWords { reason, .. } => Err(LlmError::NoWords { reason }),
            End::Reply(finish, calls) => {
                calls
                    .into_iter()
                    .for_each(|call| on_output(Output::Call(call)));
                Ok(finish)
            }
        }
    }

    fn answer_all(
        &mut self,
        tasks: &[Task],
        cancelled: Cancelled,
        on_done: OnDone,
    ) -> Result<(), LlmError> {
        self.answer_together(tasks, cancelled, on_done)
    }
}
