//! The prefix cache on disk: what is kept there is not read again, and nothing else is kept.

use std::fs;
use std::path::Path;

use vivavoce::agent::{History, Persona};
use vivavoce::language::Language;
use vivavoce::llm::{
    CacheType, LanguageModel, Llama, Message, Opening, Prompt, Role, Sampling, StatesConfig,
};

use super::{answer, model_with};

/// A fresh model with the states of its instructions in a folder.
fn model(folder: &Path) -> Llama {
    model_with(Some(states(folder, false)), CacheType::F16)
}

fn states(folder: &Path, of_prompts: bool) -> StatesConfig {
    StatesConfig {
        folder: folder.to_path_buf(),
        most_bytes: 1 << 30,
        of_prompts,
    }
}

#[test]
fn a_start_with_the_disk_cache_reads_one_token() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = Persona::bundled(Language::English).prefix();
    let cold = model(folder.path())
        .warm_up(&Prompt::new(&prefix, Opening::None))
        .unwrap();
    assert_eq!(cold.kept, 0);
    let warm = model(folder.path())
        .warm_up(&Prompt::new(&prefix, Opening::None))
        .unwrap();
    assert_eq!((warm.kept, warm.read), (cold.read - 1, 1));
}

#[test]
fn a_cached_state_gives_the_same_answer() {
    let folder = tempfile::tempdir().unwrap();
    let history = History::new(&Persona::bundled(Language::English));
    let answers = [(); 2].map(|()| {
        let mut model = model(folder.path());
        model
            .warm_up(&Prompt::new(history.prefix(), Opening::None))
            .unwrap();
        answer(&mut model, &history, "Who wrote Romeo and Juliet?")
    });
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn a_damaged_disk_cache_is_ignored_and_rebuilt() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = Persona::bundled(Language::English).prefix();
    model(folder.path())
        .warm_up(&Prompt::new(&prefix, Opening::None))
        .unwrap();
    let state = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "kv"))
        .expect("a state was written");
    let mut bytes = fs::read(&state).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&state, &bytes[..bytes.len() - 7]).unwrap();
    assert_eq!(
        model(folder.path())
            .warm_up(&Prompt::new(&prefix, Opening::None))
            .unwrap()
            .kept,
        0
    );
    assert!(
        model(folder.path())
            .warm_up(&Prompt::new(&prefix, Opening::None))
            .unwrap()
            .kept
            > 0
    );
}

/// A text of some hundred tokens, and a question about it.
fn about_a_long_text(question: &str) -> Vec<Message> {
    let text = "The miller's garden has forty trees, and each of them bears plums in the autumn. "
        .repeat(30);
    vec![Message::new(Role::User, format!("{text}\n\n{question}"))]
}

/// Asks a model that keeps prompts; how many tokens it had kept and how many it read.
fn ask_about_a_long_text(folder: &Path, of_prompts: bool, question: &str) -> (usize, usize) {
    let mut model = model_with(Some(states(folder, of_prompts)), CacheType::F16);
    let messages = about_a_long_text(question);
    let prefill = model
        .prefill(&Prompt::new(&messages, Opening::Reply), &|| false)
        .unwrap()
        .unwrap();
    model.keep_prompt();
    (prefill.kept, prefill.read)
}

#[test]
fn a_text_that_was_asked_about_is_not_read_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (kept, all) = ask_about_a_long_text(folder.path(), true, "How many trees are there?");
    assert_eq!(kept, 0);
    let (kept, read) = ask_about_a_long_text(folder.path(), true, "What do they bear?");
    assert!(
        kept > all * 9 / 10 && read < all / 10,
        "{kept} {read} of {all}"
    );
    let states = fs::read_dir(folder.path()).unwrap();
    let states = states.filter(|entry| entry.as_ref().unwrap().path().extension().unwrap() == "kv");
    assert_eq!(states.count(), 1, "the same text is kept once");
}

#[test]
fn an_answer_from_a_state_on_disk_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let answers = [false, true].map(|is_kept| {
        let mut model = model_with(Some(states(folder.path(), true)), CacheType::F16);
        let messages = about_a_long_text("How many trees are there?");
        let prompt = Prompt::new(&messages, Opening::Reply);
        let prefill = model.prefill(&prompt, &|| false).unwrap().unwrap();
        assert_eq!(prefill.kept > 0, is_kept);
        let sampling = Sampling {
            temperature: 0.0,
            max_tokens: 24,
            ..Sampling::default()
        };
        let mut answer = String::new();
        model
            .generate(&sampling, &|| false, &mut |output| {
                answer.push_str(output.text())
            })
            .unwrap();
        model.keep_prompt();
        answer
    });
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn what_the_user_says_is_not_kept_with_the_instructions() {
    let folder = tempfile::tempdir().unwrap();
    ask_about_a_long_text(folder.path(), false, "How many trees are there?");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn another_persona_has_another_state() {
    let folder = tempfile::tempdir().unwrap();
    let mut persona = Persona::bundled(Language::English);
    model(folder.path())
        .warm_up(&Prompt::new(&persona.prefix(), Opening::None))
        .unwrap();
    persona.system.push_str(" Be brief.");
    assert_eq!(
        model(folder.path())
            .warm_up(&Prompt::new(&persona.prefix(), Opening::None))
            .unwrap()
            .kept,
        0
    );
}
