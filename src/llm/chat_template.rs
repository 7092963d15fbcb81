//! Renders a model's own chat template (Jinja, as stored in the GGUF).

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use jiff::tz::TimeZone;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Kwargs;
use minijinja::{Environment, ErrorKind, Value, context};

use super::{LlmError, Message, Opening, Prompt, Role, fold_system, speech_filter, tool_prompt};
use crate::clock::unix_seconds;
use crate::tool_call::{Call, ToolDefinition};

/// A chat template with the special tokens that it may name.
pub struct ChatTemplate {
    environment: Environment<'static>,
    bos: String,
    eos: String,
    /// It knows no messages of the system: their text goes into the first of the user's.
    folds_system: bool,
    /// It knows of reasoning, and does not end it itself before the reply.
    may_reason: bool,
    /// It has a form of its own for tools.
    knows_tools: bool,
    /// Messages may be results of a tool.
    knows_results: bool,
    /// Calls are JSON between `<tool_call>` and its end.
    calls_are_tagged_json: bool,
    /// What the model takes for a control token wherever it stands.
    control_tokens: Option<AhoCorasick>,
}

const NAME: &str = "chat";
/// Marks where an unfinished message is cut; nobody says it.
const CUT: &str = "\u{1}";
/// Instructions that a template is tried with.
const TRY: &str = "Answer briefly.";

impl ChatTemplate {
    /// Compiles a template.
    ///
    /// # Errors
    /// The template is no Jinja that we understand, or refuses a question; the message says why.
    pub fn new(source: String, bos: String, eos: String) -> Result<Self, LlmError> {
        let mut environment = Environment::new();
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        environment.set_syntax(
            syntax
                .build()
                .map_err(|e| LlmError::Template(e.to_string()))?,
        );
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_filter("tojson", to_json);
        environment.add_function("strftime_now", |format: String| today(&format));
        environment.add_function("raise_exception", |message: String| {
            Err::<String, _>(minijinja::Error::new(ErrorKind::InvalidOperation, message))
        });
        let knows_reasoning = speech_filter::opens_reasoning(&source);
        environment
            .add_template_owned(NAME, without_generation_tags(&source))
            .map_err(|e| LlmError::Template(e.to_string()))?;
        let mut template = Self {
            environment,
            bos,
            eos,
            folds_system: false,
            may_reason: false,
            knows_tools: false,
            knows_results: false,
            calls_are_tagged_json: is_tagged_json(&source),
            control_tokens: None,
        };
        template.folds_system = template.loses_the_system();
        let question = [
            Message::new(Role::System, TRY),
            Message::new(Role::User, "Hi."),
        ];
        let prompt = template.render(&Prompt::new(&question, Opening::Reply))?;
        template.may_reason = knows_reasoning && !speech_filter::closes_reasoning(&prompt);
        template.knows_results = template.keeps_results();
        template.knows_tools = template.keeps_tools();
        // Models without a form of their own are told to write calls in this one.
        template.calls_are_tagged_json |= !template.knows_tools;
        Ok(template)
    }

    /// Whether calls are written as JSON between `<tool_call>` and its end, so that a grammar can hold them to it.
    pub fn calls_are_tagged_json(&self) -> bool {
        self.calls_are_tagged_json
    }

    /// Some templates know three roles; others refuse a fourth.
    fn keeps_results(&self) -> bool {
        let messages = [
            Message::new(Role::User, "Hi."),
            Message::new(Role::Assistant, "Hello."),
            Message::new(Role::Tool, TRY),
        ];
        let rendered = self.fill_in(&Prompt::new(&messages, Opening::Reply), &messages, &[]);
        rendered.is_ok_and(|text| text.contains(TRY))
    }

    /// Whether a tool, its call and its result are all found in a prompt.
    fn keeps_tools(&self) -> bool {
        let tool = ToolDefinition {
            name: "try_it".into(),
            description: TRY.into(),
            parameters: serde_json::json!({ "type": "object", "properties": {} }),
        };
        let call = Call {
            name: tool.name.clone(),
            arguments: serde_json::Map::new(),
        };
        let messages = [
            Message::new(Role::User, "Hi."),
            Message::call(call.clone()),
            Message::result(call, "It was tried."),
        ];
        let tools = [tool];
        let prompt = Prompt::new(&messages, Opening::Reply).with_tools(&tools);
        let rendered = self.fill_in(&prompt, &messages, &tools);
        rendered.is_ok_and(|text| {
            let described = text.find(TRY);
            let called = described.and_then(|at| text[at..].find("try_it"));
            called.is_some() && text.contains("It was tried.")
        })
    }

    /// The model's control tokens, which nobody may forge.
    ///
    /// # Errors
    /// They are more than can be looked for.
    pub fn with_control_tokens(
        mut self,
        tokens: impl Iterator<Item = String>,
    ) -> Result<Self, LlmError> {
        // Those with `<|` are all broken up by it; a single character says nothing by itself.
        let second = |token: &String| token.chars().nth(1).filter(|c| !c.is_whitespace());
        let apart = |token: &String| !token.contains("<|") && second(token).is_some();
        let apart: Vec<String> = tokens.filter(apart).collect();
        let mut automaton = AhoCorasick::builder();
        let automaton = automaton.match_kind(MatchKind::LeftmostLongest);
        let built = automaton.build(apart);
        self.control_tokens = Some(built.map_err(|e| LlmError::Template(e.to_string()))?);
        Ok(self)
    }

    /// Whether the model may write reasoning before its reply.
    pub fn may_reason(&self) -> bool {
        self.may_reason
    }

    /// A text in which no control token is left: a space after its first character makes it words.
    fn broken_up(&self, text: &str) -> String {
        let mut text = text.replace("<|", "< |").replace(CUT, "");
        let Some(tokens) = &self.control_tokens else {
            return text;
        };
        // A token may end in the beginning of the next one: until none is left. Each time two characters more
        // are apart, so it ends.
        while tokens.is_match(&text) {
            let mut broken = String::with_capacity(text.len() + 8);
            tokens.replace_all_with(&text, &mut broken, |_, token, broken| {
                let first = token.chars().next().map_or(0, char::len_utf8);
                broken.push_str(&token[..first]);
                broken.push(' ');
                broken.push_str(&token[first..]);
                true
            });
            text = broken;
        }
        text
    }

    /// Some templates refuse a message of the system (Gemma's), some leave it out.
    fn loses_the_system(&self) -> bool {
        let question = [
            Message::new(Role::System, TRY),
            Message::new(Role::User, "Hi."),
        ];
        let rendered = self.render(&Prompt::new(&question, Opening::Reply));
        !rendered.is_ok_and(|text| text.contains(TRY))
    }

    /// Whether messages of the system become part of the user's first.
    pub fn folds_system(&self) -> bool {
        self.folds_system
    }

    /// The text of a prompt.
    ///
    /// What people, models and tools say cannot forge the template's control tokens.
    ///
    /// # Errors
    /// The template refuses it.
    pub fn render(&self, prompt: &Prompt) -> Result<String, LlmError> {
        let uses_tools =
            !prompt.tools.is_empty() || prompt.messages.iter().any(|one| one.call.is_some());
        let mut messages = Cow::Borrowed(prompt.messages);
        let mut tools = prompt.tools;
        if uses_tools && !self.knows_tools {
            let words = tool_prompt::in_words(&messages, tools, self.knows_results);
            (messages, tools) = (Cow::Owned(words), &[]);
        }
        if self.folds_system {
            messages = Cow::Owned(fold_system(&messages));
        }
        self.fill_in(prompt, &messages, tools)
    }

    /// Renders messages and tools as they are.
    fn fill_in(
        &self,
        prompt: &Prompt,
        messages: &[Message],
        tools: &[ToolDefinition],
    ) -> Result<String, LlmError> {
        let clean = |text: &str| self.broken_up(text);
        let last = messages.len().saturating_sub(1);
        let unfinished = prompt.opening == Opening::Unfinished;
        let messages: Vec<Value> = messages
            .iter()
            .enumerate()
            .map(|(n, message)| {
                let end = if unfinished && n == last { CUT } else { "" };
                let content = self.broken_up(&message.content) + end;
                tool_prompt::message(message, n, content, &clean)
            })
            .collect();
        let template = self
            .environment
            .get_template(NAME)
            .map_err(|e| LlmError::Template(e.to_string()))?;
        // Templates ask whether there is a list, and not whether it is empty.
        let tools = match tools {
            [] => Value::UNDEFINED,
            tools => tool_prompt::for_template(tools, &clean).into(),
        };
        let mut text = template
            .render(context! {
                messages,
                tools,
                add_generation_prompt => prompt.opening == Opening::Reply,
                bos_token => &self.bos,
                eos_token => &self.eos,
                // Who waits for a spoken reply does not want to wait for reasoning first; the
                // names are those of Qwen's, DeepSeek's and OpenAI's templates.
                enable_thinking => false,
                thinking => false,
                reasoning_effort => "low",
            })
            .map_err(|e| LlmError::Template(e.to_string()))?;
        if unfinished && let Some(end) = text.rfind(CUT) {
            text.truncate(end);
        }
        Ok(text)
    }
}

/// Whether a template has calls in the form of Hermes's and Qwen's: others use the same tag around XML.
fn is_tagged_json(source: &str) -> bool {
    let other = ["<function=", "<arg_key>", "<invoke", "<|tool_call|>"];
    source.contains("<tool_call>") && !other.iter().any(|mark| source.contains(mark))
}

/// JSON as Python writes it, and with it everything that models were trained on: minijinja's own is for HTML,
/// and writes an apostrophe as a number.
fn to_json(value: &Value, options: Kwargs) -> Result<String, minijinja::Error> {
    let json = match options.get::<Option<usize>>("indent")? {
        Some(_) => serde_json::to_string_pretty(value),
        None => tool_prompt::json_line(value),
    };
    json.map_err(|e| minijinja::Error::new(ErrorKind::BadSerialization, e.to_string()))
}

/// The template without the tags that mark what the assistant has written: they are for training, and
/// unknown to every other Jinja. A condition that always holds keeps their `-` marks at work.
fn without_generation_tags(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find("{%") {
        let Some(length) = rest[at..].find("%}") else {
            break;
        };
        let inner = &rest[at + 2..at + length];
        let instead = match inner.trim_matches(['-', '+']).trim() {
            "generation" => inner.replace("generation", "if true"),
            "endgeneration" => inner.replace("endgeneration", "endif"),
            _ => inner.to_owned(),
        };
        text.push_str(&rest[..at + 2]);
        text.push_str(&instead);
        rest = &rest[at + length..];
    }
    text + rest
}

/// Today's date where the user is, in the form that a template asks for.
fn today(format: &str) -> Result<String, minijinja::Error> {
    date(unix_seconds(), TimeZone::system(), format)
        .map_err(|e| minijinja::Error::new(ErrorKind::InvalidOperation, e.to_string()))
}

fn date(unix_seconds: u64, zone: TimeZone, format: &str) -> Result<String, jiff::Error> {
    let seconds = i64::try_from(unix_seconds).unwrap_or(0);
    let now = jiff::Timestamp::from_second(seconds)?.to_zoned_datetime(zone);
    jiff::fmt::strtime::format(format, &now)
}

#[cfg(test)]
#[path = "chat_template_tests.rs"]
mod tests;
