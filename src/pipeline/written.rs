//! A conversation in writing: the agent with its tools and a language model, on the caller's thread. Nothing
//! is drafted, spoken or interrupted; what is to be said is what was said.

use std::collections::VecDeque;

use super::helper::Helper;
use super::language_model::failure;
use super::session::SessionTools;
use crate::agent::{Agent, Command, Input, Persona, Setting};
use crate::cancellation::Cancelled;
use crate::clock::local_time;
use crate::events::{EventKind, ReplyId, TurnId};
use crate::lexicon::{Apologies, Apology, Lexicon};
use crate::llm::{Finish, LanguageModel, LlmError, Message, Output, Prompt, Sampling};
use crate::tool_call::Call;
use crate::tools::class;

/// A conversation. The language models come with each question, so that many conversations share them.
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
    /// What the helper did for it, if it was asked ([`EventKind::HelperDone`]).
    pub helper: Option<EventKind>,
    /// The number of the helper's question whose answer this is.
    told: Option<i64>,
}

/// What an answer is made with.
pub struct Models<'a> {
    /// The language model.
    pub first: &'a mut dyn LanguageModel,
    /// A second one for hard questions: its answer is waited for.
    pub helper: Option<&'a mut Helper>,
}

impl<'a> Models<'a> {
    /// A language model alone.
    pub fn one(first: &'a mut dyn LanguageModel) -> Self {
        Self {
            first,
            helper: None,
        }
    }
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
        models: &mut Models,
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
        self.take(
            Input::Answer { reply, text },
            models,
            cancelled,
            &mut answer,
        );
        // What changes something waits for this, and so does the helper.
        self.take(Input::Released(reply), models, cancelled, &mut answer);
        answer.text = answer.text.trim().to_owned();
        let (user, heard) = (said.to_owned(), answer.text.clone());
        let over = Input::Remember { user, heard };
        self.take(over, models, cancelled, &mut WrittenAnswer::default());
        let heard = answer.text.clone();
        if let Some(id) = answer.told {
            let told = Input::Told { id, heard };
            self.take(told, models, cancelled, &mut WrittenAnswer::default());
        }
        answer
    }

    /// Lets the agent take an input, and does what it wants until it wants nothing more.
    fn take(
        &mut self,
        input: Input,
        models: &mut Models,
        cancelled: Cancelled,
        answer: &mut WrittenAnswer,
    ) {
        let (mut inputs, mut commands) = (VecDeque::from([input]), Vec::new());
        while let Some(input) = inputs.pop_front() {
            self.agent.handle(input, &mut commands);
            for command in commands.drain(..) {
                inputs.extend(carry_out(
                    command,
                    (&mut *models, &self.sampling, cancelled),
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
    (models, sampling, cancelled): (&mut Models, &Sampling, Cancelled),
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
            let written = write(
                models.first,
                &prompt,
                sampling,
                cancelled,
                |output| match output {
                    Output::Text(piece) => text.push_str(piece),
                    Output::Call(call) => calls.push(call),
                },
            );
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
            let result = if in_doubt {
                toolbox.call_in_doubt(&call, &now)
            } else {
                toolbox.call(&call, &now)
            };
            let result = result.map_err(|error| toolbox.explain(&error));
            Some(Input::Called { reply, result })
        }
        Command::AskHelper { id, parts, .. } => {
            Some(ask_helper(id, &parts, (models, cancelled), answer))
        }
        Command::Tell { id, words, .. } => {
            answer.told = Some(id);
            answer.say(&words);
            None
        }
        Command::WriteDown { user, heard } => {
            let (toolbox, now) = (tools.built_in.as_mut()?, local_time());
            toolbox.talked(&user, &heard, &now);
            note(toolbox.write_down(&now))
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
        | Command::PutOff { .. }
        | Command::DropQuestion(_)
        | Command::StopTelling(_)
        | Command::End(_)
        | Command::Speak(_)
        | Command::SpeakIn(_)
        | Command::Sleep
        | Command::EndConversation
        | Command::Publish(..) => None,
    }
}

/// Has the helper answer a question, and waits for it.
fn ask_helper(
    id: i64,
    parts: &[Vec<Message>],
    (models, cancelled): (&mut Models, Cancelled),
    answer: &mut WrittenAnswer,
) -> Input {
    let Some(helper) = &mut models.helper else {
        let answers = vec![Err(Apology::Failed)];
        return Input::Helped { id, answers };
    };
    let help = helper.answer(id, parts, cancelled, &|| ());
    answer.cancelled |= help.answers.is_none();
    answer.helper = Some(help.done);
    answer.failure = answer.failure.take().or(help.error);
    // What nobody wants is told to nobody.
    let nothing = || vec![Err(Apology::NoAnswer)];
    let answers = help.answers.unwrap_or_else(nothing);
    Input::Helped { id, answers }
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
#[path = "written_tests.rs"]
mod tests;
