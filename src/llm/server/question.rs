//! The body of a request: what is the same everywhere, and what only some servers take.

use serde_json::{Value, json};

use crate::llm::{Message, Opening, Prompt, Role, Sampling, fold_system, tool_prompt};
use crate::tool_call::ToolDefinition;

/// What this server was found to take. It begins with everything, and what it refuses is left out
/// for the rest of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Fields beside OpenAI's: llama.cpp, vLLM and others read them, most ignore them.
    extras: bool,
    /// Messages of the system.
    system: bool,
    /// A last message of the assistant's that the reply goes on with.
    continuing: bool,
    /// The older name of the limit of tokens.
    max_tokens: bool,
    /// How the next token is chosen.
    choice: bool,
    /// Tools, their calls and results in OpenAI's form.
    tools: bool,
    /// Tokens that the model may think beside those that it may say.
    reasoning: usize,
    /// What has begun the reasoning in the server's own prompt; empty if nothing has.
    opened: &'static str,
}

/// What stands in for [`Opening::Unfinished`] where a server does not go on with a message.
const GO_ON: &str = "Go on exactly where you stopped.";

impl Default for Dialect {
    fn default() -> Self {
        Self {
            extras: true,
            system: true,
            continuing: true,
            max_tokens: true,
            choice: true,
            tools: true,
            reasoning: 0,
            opened: "",
        }
    }
}

impl Dialect {
    /// Learns from a refusal of a prompt; false if there is nothing left to leave out.
    pub fn learn(&mut self, refusal: &str, prompt: &Prompt) -> bool {
        let refusal = refusal.to_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| refusal.contains(word));
        // Nothing is left out of an answer's schema: it is not held to it then.
        if prompt.answer.is_some() && names_schema(&refusal) {
            return false;
        }
        // OpenAI's models that think refuse both.
        if self.max_tokens && names(&["max_completion_tokens"]) {
            self.max_tokens = false;
        } else if self.choice && names(&["temperature", "top_p"]) {
            self.choice = false;
        } else if self.system && names_system(&refusal) {
            self.system = false;
        } else if self.tools && !prompt.tools.is_empty() && names(&["tool", "function"]) {
            self.tools = false;
        } else if self.extras {
            self.extras = false;
        } else if self.continuing && prompt.opening == Opening::Unfinished {
            self.continuing = false;
        } else {
            return false;
        }
        true
    }

    /// The model thinks before it speaks: from now on it gets so many tokens for it. False if it
    /// has them already.
    pub fn allow_reasoning(&mut self, tokens: usize) -> bool {
        let new = self.reasoning < tokens;
        self.reasoning = tokens;
        new
    }

    /// Tokens that the model may think.
    pub fn reasoning(&self) -> usize {
        self.reasoning
    }

    /// A reply ended a block that it had not begun: this server's prompts begin it.
    pub fn begin_in_thought(&mut self, opened: &'static str) {
        self.opened = opened;
    }

    /// What passed for reasoning was the reply, once. False if none did.
    pub fn begin_in_speech(&mut self) -> bool {
        !std::mem::take(&mut self.opened).is_empty()
    }

    /// What the reply goes on with, for [`crate::llm::speech_filter::SpeechFilter::after`].
    pub fn opened(&self, opening: Opening) -> &'static str {
        match opening {
            Opening::Unfinished => "",
            Opening::None | Opening::Reply => self.opened,
        }
    }

    /// The body of a request.
    pub fn body(&self, model: &str, prompt: &Prompt, sampling: &Sampling) -> Value {
        let mut messages = if self.tools {
            prompt.messages.to_vec()
        } else {
            // Who refuses tools refuses messages of theirs, too.
            tool_prompt::in_words(prompt.messages, prompt.tools, false)
        };
        if !self.system {
            messages = fold_system(&messages);
        }
        let unfinished = prompt.opening == Opening::Unfinished;
        if unfinished && !self.continuing {
            messages.push(Message::new(Role::User, GO_ON));
        }
        let said: Vec<Value> = messages.iter().enumerate().map(message).collect();
        let mut body = json!({
            "model": model,
            "messages": said,
            "stream": true,
            "seed": sampling.seed,
        });
        if self.tools && !prompt.tools.is_empty() {
            body["tools"] = prompt.tools.iter().map(tool).collect();
        }
        let limit = if self.max_tokens {
            "max_tokens"
        } else {
            "max_completion_tokens"
        };
        body[limit] = json!(sampling.max_tokens + prompt.call_tokens() + self.reasoning);
        if let Some(answer) = prompt.answer {
            body["response_format"] = json!({
                "type": "json_schema",
                "json_schema": { "name": "answer", "strict": true, "schema": answer.schema() },
            });
        }
        if self.choice {
            body["temperature"] = json!(sampling.temperature);
            body["top_p"] = json!(sampling.top_p);
        }
        if self.extras {
            body["top_k"] = json!(sampling.top_k);
            // The one name is llama.cpp's, the other vLLM's.
            body["repeat_penalty"] = json!(sampling.repeat_penalty);
            body["repetition_penalty"] = json!(sampling.repeat_penalty);
            body["chat_template_kwargs"] = json!({ "enable_thinking": false });
            if unfinished && self.continuing {
                body["add_generation_prompt"] = json!(false);
                body["continue_final_message"] = json!(true);
            }
        }
        body
    }
}

/// A message in OpenAI's form.
fn message((number, message): (usize, &Message)) -> Value {
    let role = message.role.name();
    match (&message.call, message.role) {
        (None, _) => json!({ "role": role, "content": message.content }),
        (Some(_), Role::Tool) => json!({
            "role": role,
            "content": message.content,
            // A call and its result stand next to each other.
            "tool_call_id": tool_prompt::id(number.saturating_sub(1)),
        }),
        (Some(call), _) => json!({
            "role": role,
            "content": null,
            "tool_calls": [{
                "id": tool_prompt::id(number),
                "type": "function",
                "function": { "name": call.name, "arguments": json!(call.arguments).to_string() },
            }],
        }),
    }
}

/// A tool in OpenAI's form.
fn tool(tool: &ToolDefinition) -> Value {
    json!({
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    })
}

/// How refusals of a message of the system are worded, by servers and by chat templates that they pass
/// on: Gemma's, Mistral's.
const SYSTEM_REFUSED: [&str; 9] = [
    "system role",
    "role system",
    "role: system",
    "role 'system'",
    "system message",
    "system prompt",
    "\"system\"",
    "roles must alternate",
    "user and assistant roles",
];

/// Whether a refusal is for a message of the system.
pub fn names_system(refusal: &str) -> bool {
    let refusal = refusal.to_lowercase();
    SYSTEM_REFUSED.iter().any(|words| refusal.contains(words))
}

/// Whether a refusal is for the schema of an answer.
pub fn names_schema(refusal: &str) -> bool {
    let refusal = refusal.to_lowercase();
    let words = [
        "response_format",
        "json_schema",
        "schema",
        "grammar",
        "structured",
    ];
    words.iter().any(|word| refusal.contains(word))
}

/// Takes the beginning of a message out of its continuation: some servers repeat what they go on
/// with.
#[derive(Debug, Default)]
pub struct Continuation {
    before: String,
    held: String,
}

impl Continuation {
    /// For a reply that goes on with this; empty if it goes on with nothing.
    pub fn of(before: &str) -> Self {
        Self {
            before: before.trim().to_owned(),
            held: String::new(),
        }
    }

    /// Takes a piece and hands on what of it is new.
    pub fn push(&mut self, piece: &str, speak: &mut dyn FnMut(&str)) {
        if self.before.is_empty() {
            return speak(piece);
        }
        self.held.push_str(piece);
        let held = self.held.trim_start();
        if let Some(new) = held.strip_prefix(self.before.as_str()) {
            if !new.is_empty() {
                speak(new);
            }
        } else if self.before.starts_with(held) {
            return;
        } else {
            speak(&self.held);
        }
        *self = Self::default();
    }

    /// The reply is over: what looked like a repetition was none.
    pub fn finish(&mut self, speak: &mut dyn FnMut(&str)) {
        let held = std::mem::take(&mut self.held);
        if !held.trim().is_empty() {
            speak(&held);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool_call::Call;

    fn messages() -> Vec<Message> {
        vec![
            Message::new(Role::System, "Be brief."),
            Message::new(Role::User, "Tell me about the sun."),
            Message::new(Role::Assistant, "The sun"),
        ]
    }

    fn body(dialect: Dialect, opening: Opening) -> Value {
        dialect.body(
            "m",
            &Prompt::new(&messages(), opening),
            &Sampling::default(),
        )
    }

    fn learn(dialect: &mut Dialect, refusal: &str, opening: Opening) -> bool {
        dialect.learn(refusal, &Prompt::new(&messages(), opening))
    }

    #[test]
    fn what_a_server_refuses_is_left_out_step_by_step() {
        let mut dialect = Dialect::default();
        assert!(learn(
            &mut dialect,
            "System role not supported",
            Opening::Unfinished
        ));
        assert_eq!(body(dialect, Opening::Reply)["messages"][0]["role"], "user");
        assert!(learn(
            &mut dialect,
            "unknown field top_k",
            Opening::Unfinished
        ));
        assert!(body(dialect, Opening::Reply).get("top_k").is_none());
        assert!(learn(&mut dialect, "last message", Opening::Unfinished));
        let folded = body(dialect, Opening::Unfinished);
        assert_eq!(folded["messages"][2]["role"], "user");
        assert!(!learn(&mut dialect, "no", Opening::Unfinished));
    }

    #[test]
    fn only_what_refuses_the_system_takes_its_messages_away() {
        assert!(names_system(
            "Conversation roles must alternate user/assistant"
        ));
        assert!(!names_system("operating system error 5"));
    }

    #[test]
    fn models_that_think_get_the_limit_by_its_newer_name_and_choose_themselves() {
        let mut dialect = Dialect::default();
        let limit = "'max_tokens' is not supported. Use 'max_completion_tokens' instead.";
        assert!(learn(&mut dialect, limit, Opening::Reply));
        assert!(learn(
            &mut dialect,
            "'temperature' does not support 0",
            Opening::Reply
        ));
        let body = body(dialect, Opening::Reply);
        assert_eq!(
            body["max_completion_tokens"],
            Sampling::default().max_tokens
        );
        for left_out in ["max_tokens", "temperature", "top_p"] {
            assert!(body.get(left_out).is_none(), "{left_out}");
        }
        assert!(body.get("top_k").is_some(), "nobody refused it");
    }

    fn with_tools() -> (Vec<Message>, Vec<ToolDefinition>) {
        let call = Call {
            name: "get_time".into(),
            arguments: serde_json::Map::new(),
        };
        let mut messages = messages();
        messages.pop();
        messages.push(Message::call(call.clone()));
        messages.push(Message::result(call, "It is noon."));
        let tool = ToolDefinition {
            name: "get_time".into(),
            description: "Tells the time.".into(),
            parameters: json!({ "type": "object", "properties": {} }),
        };
        (messages, vec![tool])
    }

    #[test]
    fn tools_calls_and_results_have_the_protocols_form() {
        let (messages, tools) = with_tools();
        let prompt = Prompt::new(&messages, Opening::Reply).with_tools(&tools);
        let body = Dialect::default().body("m", &prompt, &Sampling::default());
        assert_eq!(body["tools"][0]["function"]["name"], "get_time");
        let (call, result) = (&body["messages"][2], &body["messages"][3]);
        assert_eq!(call["tool_calls"][0]["function"]["arguments"], "{}");
        assert_eq!(call["tool_calls"][0]["id"], result["tool_call_id"]);
        assert_eq!(
            (&result["role"], &result["content"]),
            (&json!("tool"), &json!("It is noon."))
        );
    }

    #[test]
    fn a_server_that_refuses_tools_gets_them_in_words() {
        let (messages, tools) = with_tools();
        let prompt = Prompt::new(&messages, Opening::Reply).with_tools(&tools);
        let mut dialect = Dialect::default();
        assert!(dialect.learn("this model does not support tools", &prompt));
        let body = dialect.body("m", &prompt, &Sampling::default());
        assert!(body.get("tools").is_none());
        let said = |n: usize| body["messages"][n]["content"].as_str().unwrap();
        assert!(said(0).contains("get_time {}") && said(2).contains("<tool_call>"));
        assert!(said(3).contains("It is noon."));
    }

    #[test]
    fn an_unfinished_message_is_gone_on_with() {
        let body = body(Dialect::default(), Opening::Unfinished);
        assert_eq!(body["messages"][2]["content"], "The sun");
        assert_eq!(body["continue_final_message"], true);
    }

    #[test]
    fn a_model_that_thinks_gets_tokens_for_it() {
        let mut dialect = Dialect::default();
        assert!(dialect.allow_reasoning(500) && !dialect.allow_reasoning(500));
        let most = Sampling::default().max_tokens + 500;
        assert_eq!(body(dialect, Opening::Reply)["max_tokens"], most);
    }

    #[test]
    fn what_is_repeated_of_the_message_is_not_said_again() {
        let said = |before: &str, pieces: &[&str]| {
            let (mut continuation, mut said) = (Continuation::of(before), String::new());
            for piece in pieces {
                continuation.push(piece, &mut |text| said.push_str(text));
            }
            continuation.finish(&mut |text| said.push_str(text));
            said
        };
        assert_eq!(said("The sun", &["The", " sun is", " hot."]), " is hot.");
        assert_eq!(said("The sun", &[" is", " hot."]), " is hot.");
        assert_eq!(said("The sun", &["The moon", " too."]), "The moon too.");
        assert_eq!(said("The sun", &["The"]), "The");
        assert_eq!(said("", &["The sun", " is"]), "The sun is");
    }
}
