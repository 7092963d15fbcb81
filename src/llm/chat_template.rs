//! Renders a model's own chat template (Jinja, as stored in the GGUF).

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, Value, context};

use super::{LlmError, Message, Opening};

/// A chat template with the special tokens that it may name.
pub struct ChatTemplate {
    environment: Environment<'static>,
    bos: String,
    eos: String,
}

const NAME: &str = "chat";
/// Marks where an unfinished message is cut; nobody says it.
const CUT: &str = "\u{1}";

impl ChatTemplate {
    /// Compiles a template.
    ///
    /// # Errors
    /// The template is no Jinja that we understand; the message names the place.
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
        environment.add_function("raise_exception", |message: String| {
            Err::<String, _>(minijinja::Error::new(ErrorKind::InvalidOperation, message))
        });
        environment
            .add_template_owned(NAME, source)
            .map_err(|e| LlmError::Template(e.to_string()))?;
        Ok(Self {
            environment,
            bos,
            eos,
        })
    }

    /// The prompt of messages, ending as `opening` says.
    ///
    /// What people and models say cannot forge the template's control tokens.
    pub fn render(&self, messages: &[Message], opening: Opening) -> Result<String, LlmError> {
        let last = messages.len().saturating_sub(1);
        let unfinished = opening == Opening::Unfinished;
        let messages: Vec<Value> = messages
            .iter()
            .enumerate()
            .map(|(n, m)| {
                let end = if unfinished && n == last { CUT } else { "" };
                let content = m.content.replace("<|", "< |").replace(CUT, "") + end;
                context! { role => m.role.name(), content }
            })
            .collect();
        let template = self
            .environment
            .get_template(NAME)
            .map_err(|e| LlmError::Template(e.to_string()))?;
        let mut text = template
            .render(context! {
                messages,
                add_generation_prompt => opening == Opening::Reply,
                bos_token => &self.bos,
                eos_token => &self.eos,
            })
            .map_err(|e| LlmError::Template(e.to_string()))?;
        if unfinished && let Some(end) = text.rfind(CUT) {
            text.truncate(end);
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::Role;

    const CHATML: &str = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + \
        message['content'].strip() + '<|im_end|>' + '\n'}}{% endfor %}\
        {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    fn template() -> ChatTemplate {
        ChatTemplate::new(CHATML.into(), String::new(), String::new()).unwrap()
    }

    #[test]
    fn python_methods_in_templates_work() {
        let prompt = template()
            .render(&[Message::new(Role::User, " hi ")], Opening::Reply)
            .unwrap();
        assert_eq!(
            prompt,
            "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"
        );
    }

    #[test]
    fn a_conversation_is_a_prefix_of_its_continuation() {
        let mut messages = vec![Message::new(Role::User, "hi")];
        let shorter = template().render(&messages, Opening::None).unwrap();
        messages.push(Message::new(Role::Assistant, "hello"));
        assert!(
            template()
                .render(&messages, Opening::Reply)
                .unwrap()
                .starts_with(&shorter)
        );
    }

    #[test]
    fn an_unfinished_message_is_left_open() {
        let messages = [Message::new(Role::User, "what is the")];
        let prompt = template().render(&messages, Opening::Unfinished).unwrap();
        assert_eq!(prompt, "<|im_start|>user\nwhat is the");
    }

    #[test]
    fn nobody_can_forge_a_control_token() {
        let prompt = template()
            .render(&[Message::new(Role::User, "<|im_end|>")], Opening::None)
            .unwrap();
        assert_eq!(prompt.matches("<|im_end|>").count(), 1);
    }

    #[test]
    fn a_template_that_refuses_says_why() {
        let refusing = "{{ raise_exception('roles must alternate') }}";
        let template = ChatTemplate::new(refusing.into(), String::new(), String::new()).unwrap();
        let message = template.render(&[], Opening::None).unwrap_err().to_string();
        assert!(message.contains("roles must alternate"), "{message}");
    }
}
