//! What is answered in writing, by which model.

use super::*;
use crate::agent::HandsOver;
use crate::language::Language;
use crate::llm::Prefill;
use crate::tools::Toolbox;

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
    conversation_with(None)
}

fn conversation_with(helper: Option<HandsOver>) -> WrittenConversation {
    let persona = Persona::bundled(Language::English);
    let setting = Setting {
        helper,
        ..Setting::new(&persona.name)
    };
    let tools = SessionTools {
        built_in: Some(Toolbox::open(None, Language::English, 1).unwrap()),
        external: None,
    };
    WrittenConversation::new(&persona, setting, tools)
}

fn ask(conversation: &mut WrittenConversation, fits: usize, said: &str) -> WrittenAnswer {
    let last = String::new();
    let mut parrot = Parrot { fits, last };
    conversation.answer(&mut Models::one(&mut parrot), said, &|| false)
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

/// A helper that says back what it is asked.
fn helper() -> Helper {
    Helper {
        model: Box::new(Parrot {
            fits: 99,
            last: String::new(),
        }),
        name: "large".into(),
        sampling: Sampling::default(),
        limit: std::time::Duration::from_secs(600),
        is_here: true,
    }
}

#[test]
fn the_helpers_answer_is_waited_for_and_kept() {
    let mut conversation = conversation_with(Some(HandsOver::ByRule));
    let mut first = Parrot {
        fits: 0,
        last: String::new(),
    };
    let mut helper = helper();
    let mut models = Models {
        first: &mut first,
        helper: Some(&mut helper),
    };
    let said = "Why do cities grow along rivers?";
    let answer = conversation.answer(&mut models, said, &|| false);
    assert_eq!((answer.text.as_str(), answer.failure), (said, None));
    assert!(matches!(
        answer.helper,
        Some(EventKind::HelperDone { tokens: 1.., .. })
    ));
    let history = conversation.agent.history();
    assert_eq!((history.exchanges(), history.last_heard()), (1, Some(said)));
}

#[test]
fn where_there_is_no_helper_after_all_it_is_said_that_there_is_no_answer() {
    let mut conversation = conversation_with(Some(HandsOver::ByRule));
    let answer = ask(&mut conversation, 99, "Why do cities grow along rivers?");
    assert!(answer.text.contains("no answer"), "{answer:?}");
    assert_eq!(conversation.agent.history().exchanges(), 0);
}

#[test]
fn what_left_the_models_window_is_found_when_it_is_asked_for() {
    let mut conversation = conversation();
    let prefix = Persona::bundled(Language::English).prefix().len();
    for n in 0..200 {
        let said = match n {
            2 => "The boiler in the cellar is leaking.".to_owned(),
            n => format!("Parrot number {n} is green."),
        };
        ask(&mut conversation, prefix + 5, &said);
    }
    let found = ask(
        &mut conversation,
        prefix + 5,
        "What did I say about the boiler?",
    );
    let said = "you said: The boiler in the cellar is leaking.";
    assert!(found.text.contains(said), "{found:?}");
    // It is found again, and not the question about it.
    let again = ask(&mut conversation, prefix + 5, "Did I mention the boiler?");
    assert_eq!(again.text, found.text);
}
