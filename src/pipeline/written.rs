//! A conversation in writing: the agent with its tools and a language model, on the caller's thread. Nothing
//! is drafted, spoken or interrupted; what is to be said is what was said.

use std::collections::VecDeque;

use super::language_model::failure;
use super::session::SessionTools;
use crate::agent::{Agent, Command, Input, Persona, Setting};
use crate::cancellation::Cancelled;
use crate::clock::local_time;
use crate::events::{ReplyId, TurnId};
use crate::lexicon::{Apologies, Lexicon};
use crate::llm::{Finish, LanguageModel, LlmError, Output, Prompt, Sampling};
use crate::tool_call::Call;
use crate::tools::class;

/// A conversation. The language model comes with each question, so that many conversations share one.
pub struct WrittenConversation {
    agent: Agent,
    tools: SessionTools,
    sampling: Sampling,
    apologies: Apologies,
    turns: u64,
}

/// An answer.
#[derive(Debug, Default)]
pub struct WrittenAnswer {
    /// The words.
    pub text: String,
    /// What was called for it, in order.
    pub calls: Vec<Call>,
    /// Why the language model could not answer, if it could not; `text` is an apology then.
    pub failure: Option<String>,
    /// Nobody wanted it any more.
    pub cancelled: bool,
}

impl WrittenAnswer {
    fn say(&mut self, words: &str) {
        if !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
        self.text += words.trim_start();
    }
}

impl WrittenConversation {
    /// A conversation with this character, to whom nothing was said yet.
    pub fn new(persona: &Persona, setting: Setting, tools: SessionTools) -> Self {
        Self {
            agent: Agent::new(persona, setting),
            tools,
            sampling: persona.sampling.clone(),
            apologies: Lexicon::of(persona.language).apologies,
            turns: 0,
        }
    }

    /// Answers what the user says.
    pub fn answer(
        &mut self,
        model: &mut dyn LanguageModel,
        said: &str,
        cancelled: Cancelled,
    ) -> WrittenAnswer {
        self.turns += 1;
        let reply = ReplyId {
            turn: TurnId(self.turns),
            draft: 1,
        };
        let mut answer = WrittenAnswer::default();
        let text = said.to_owned();
        self.take(Input::Answer { reply, text }, model, cancelled, &mut answer);
        // What changes something waits for this.
        self.take(Input::Released(reply), model, cancelled, &mut answer);
        answer.text = answer.text.trim().to_owned();
        let (user, heard) = (said.to_owned(), answer.text.clone());
        let over = Input::Remember { user, heard };
        self.take(over, model, cancelled, &mut WrittenAnswer::default());
        answer
    }

    /// Lets the agent take an input, and does what it wants until it wants nothing more.
    fn take(
        &mut self,
        input: Input,
        model: &mut dyn LanguageModel,
        cancelled: Cancelled,
        answer: &mut WrittenAnswer,
    ) {
        let (mut inputs, mut commands) = (VecDeque::from([input]), Vec::new());
        while let Some(input) = inputs.pop_front() {
            self.agent.handle(input, &mut commands);
            for command in commands.drain(..) {
                inputs.extend(carry_out(
                    command,
                    (&mut *model, &self.sampling, cancelled),
                    &mut self.tools,
                    &self.apologies,
                    answer,
                ));
            }
        }
    }
}

/// What came of a command, for the agent.
fn carry_out(
    command: Command,
    (model, sampling, cancelled): (&mut dyn LanguageModel, &Sampling, Cancelled),
    tools: &mut SessionTools,
    apologies: &Apologies,
    answer: &mut WrittenAnswer,
) -> Option<Input> {
    match command {
        Command::Write {
            reply,
            messages,
            tools,
            opening,
            room,
            ..
        } => {
            let prompt = Prompt::new(&messages, opening).with_tools(&tools);
            let prompt = prompt.with_room(room);
            let (mut text, mut calls) = (String::new(), Vec::new());
            let written = write(model, &prompt, sampling, cancelled, |output| match output {
                Output::Text(piece) => text.push_str(piece),
                Output::Call(call) => calls.push(call),
            });
            let began = !text.is_empty();
            answer.say(&text);
            Some(match written {
                Ok(cancelled) => {
                    answer.cancelled |= cancelled;
                    Input::Written {
                        reply,
                        cancelled,
                        began,
                        calls,
                    }
                }
                Err(error) => Input::Failed {
                    reply,
                    failure: failure(&error),
                    began,
                },
            })
        }
        Command::Say { words, .. } => {
            answer.say(&words);
            None
        }
        Command::Call {
            reply,
            call,
            in_doubt,
        } => {
            answer.calls.push(call.clone());
            let is_built_in = tools.built_in.is_some() && class(&call.name).is_some();
            match &tools.external {
                Some(external) if !is_built_in => {
                    let found = external.call(&call, cancelled);
                    return Some(Input::Found { reply, found });
                }
                _ => {}
            }
            let toolbox = tools.built_in.as_mut()?;
            let now = local_time();
            let result = match in_doubt {
                true => toolbox.call_in_doubt(&call, &now),
                false => toolbox.call(&call, &now),
            };
            let result = result.map_err(|error| error.to_string());
            Some(Input::Called { reply, result })
        }
        Command::Keep => note(tools.built_in.as_mut()?.keep()),
        Command::TakeBack => note(tools.built_in.as_mut()?.take_back()),
        Command::GiveUp { failure, .. } => {
            answer.say(apologies.words(failure.apology));
            answer.failure = Some(failure.message);
            None
        }
        // Nobody listens, and nothing is read while nobody waits.
        Command::ReadAhead { .. }
        | Command::SayMeanwhile { .. }
        | Command::End(_)
        | Command::Speak(_)
        | Command::SpeakIn(_)
        | Command::Sleep
        | Command::EndConversation
        | Command::Publish(..) => None,
    }
}

fn note(result: Result<(), impl std::fmt::Display>) -> Option<Input> {
    if let Err(error) = result {
        tracing::error!("tools: {error}");
    }
    None
}

/// Has the model write; whether it was cancelled.
fn write(
    model: &mut dyn LanguageModel,
    prompt: &Prompt,
    sampling: &Sampling,
    cancelled: Cancelled,
    mut on_output: impl FnMut(Output),
) -> Result<bool, LlmError> {
    if model.prefill(prompt, cancelled)?.is_none() {
        return Ok(true);
    }
    let finish = model.generate(sampling, cancelled, &mut on_output)?;
    Ok(finish == Finish::Cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::BuiltIn;
    use crate::agent::intents::Engines;
    use crate::language::Language;
    use crate::llm::Prefill;
    use crate::tools::Toolbox;
    use std::sync::Arc;

    /// A model that answers with the words that it was asked with last; a prompt of more messages does not fit.
    struct Parrot {
        fits: usize,
        last: String,
    }

    impl LanguageModel for Parrot {
        fn warm_up(&mut self, _: &Prompt) -> Result<Prefill, LlmError> {
            Ok(Prefill::default())
        }

        fn count_tokens(&self, prompt: &Prompt) -> Result<usize, LlmError> {
            Ok(prompt.messages.len())
        }

        fn prefill(&mut self, prompt: &Prompt, _: Cancelled) -> Result<Option<Prefill>, LlmError> {
            let tokens = prompt.messages.len();
            if tokens > self.fits {
                let fits = self.fits;
                return Err(LlmError::TooLong { tokens, fits });
            }
            let last = prompt.messages.last();
            self.last = last.map(|last| last.content.clone()).unwrap_or_default();
            Ok(Some(Prefill::default()))
        }

        fn generate(
            &mut self,
            _: &Sampling,
            _: Cancelled,
            on_output: &mut dyn FnMut(Output),
        ) -> Result<Finish, LlmError> {
            on_output(Output::Text(&self.last));
            Ok(Finish::Complete)
        }
    }

    fn conversation() -> WrittenConversation {
        let persona = Persona::bundled(Language::English);
        let setting = Setting {
            name: persona.name.clone(),
            engines: Engines::OnThisMachine,
            country: None,
            built_in: BuiltIn::Callable,
            has_folders: false,
            offers: Arc::default(),
        };
        let tools = SessionTools {
            built_in: Some(Toolbox::open(None, Language::English, 1).unwrap()),
            external: None,
        };
        WrittenConversation::new(&persona, setting, tools)
    }

    fn ask(conversation: &mut WrittenConversation, fits: usize, said: &str) -> WrittenAnswer {
        let last = String::new();
        conversation.answer(&mut Parrot { fits, last }, said, &|| false)
    }

    #[test]
    fn what_is_certain_is_done_and_the_rest_is_written_by_the_model() {
        let mut conversation = conversation();
        let sum = ask(
            &mut conversation,
            99,
            "What is seventeen times twenty three?",
        );
        assert!(sum.text.contains("391"), "{sum:?}");
        assert_eq!(sum.calls.len(), 1);
        let written = ask(&mut conversation, 99, "Parrots are birds.");
        assert_eq!(
            (written.text.as_str(), written.calls.len()),
            ("Parrots are birds.", 0)
        );
    }

    #[test]
    fn what_changes_something_is_kept_for_the_next_question() {
        let mut conversation = conversation();
        ask(&mut conversation, 99, "Put milk on the shopping list.");
        let list = ask(&mut conversation, 99, "What is on the shopping list?");
        assert!(list.text.to_lowercase().contains("milk"), "{list:?}");
    }

    #[test]
    fn the_oldest_is_forgotten_where_not_all_fits_and_what_never_fits_is_apologized_for() {
        let mut conversation = conversation();
        let prefix = Persona::bundled(Language::English).prefix().len();
        for n in 0..8 {
            let said = format!("Parrot number {n} is green.");
            let answer = ask(&mut conversation, prefix + 5, &said);
            assert!(answer.failure.is_none(), "{answer:?}");
        }
        let refused = ask(&mut conversation, 0, "Parrots are birds.");
        assert!(
            refused.failure.is_some() && !refused.text.is_empty(),
            "{refused:?}"
        );
    }
}
