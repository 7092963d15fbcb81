//! Many conversations in one context, and answers that are held to a schema: on tiny models with random weights,
//! which would write anything.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::Value;
use vivavoce::llm::gpu::GpuLayers;
use vivavoce::llm::{
    AnswerSchema, CacheType, Finish, LanguageModel, Llama, LlamaConfig, LlmError, Message, Opening,
    Prompt, Role, SHORT_BATCH, Sampling, StatesConfig, Task, Written,
};

use crate::tiny_gguf::TinyGguf;

fn load(together: usize) -> Llama {
    load_file(&TinyGguf::llama(), together)
}

fn load_file(file: &TinyGguf, together: usize) -> Llama {
    load_with(file, together, None)
}

fn load_with(file: &TinyGguf, together: usize, states: Option<StatesConfig>) -> Llama {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("tiny.gguf");
    file.write(&model);
    Llama::load(LlamaConfig {
        model,
        adapter: None,
        model_id: "tiny".into(),
        context: 1024,
        threads: 1,
        gpu_layers: GpuLayers::Count(0),
        cache_type: CacheType::F16,
        reasoning_tokens: 16,
        together,
        batch: SHORT_BATCH,
        states,
    })
    .unwrap()
}

fn task(question: &str, max_tokens: usize) -> Task {
    Task {
        messages: vec![
            Message::new(Role::System, "You answer in one short sentence."),
            Message::new(Role::User, question),
        ],
        sampling: Sampling {
            max_tokens,
            repeat_penalty: 1.3,
            ..Sampling::default()
        },
        stops: Vec::new(),
        answer: None,
    }
}

type Answers = Vec<Option<Result<Written, LlmError>>>;

fn answers(model: &mut Llama, tasks: &[Task]) -> Answers {
    let mut answers: Answers = tasks.iter().map(|_| None).collect();
    model
        .answer_all(tasks, &|| false, &mut |n, written| {
            assert!(answers[n].is_none(), "{n} is answered twice");
            answers[n] = Some(written);
        })
        .unwrap();
    answers
}

#[test]
fn each_conversation_is_answered_once_however_many_are_answered_at_a_time() {
    let tasks: Vec<Task> = (0..30)
        .map(|n| task(&format!("Question {n}{}", "?".repeat(n * 7)), 5 + n))
        .collect();
    for together in [1, 3, 16] {
        let answers = answers(&mut load(together), &tasks);
        assert!(answers.iter().all(Option::is_some), "{together}");
        for (task, answer) in tasks.iter().zip(answers.into_iter().flatten()) {
            let Ok(written) = answer else { continue };
            assert!(written.tokens <= task.sampling.max_tokens + 16);
            assert!(
                written.shared > 20,
                "the instructions are read once: {written:?}"
            );
        }
    }
}

#[test]
fn what_all_begin_with_is_read_once_by_batches_that_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let instructions = "Answer in one short sentence, and be kind to whoever asks. ".repeat(8);
    let ask = |questions: [&str; 3]| {
        let tasks = questions.map(|question| {
            let mut task = task(question, 6);
            task.messages[0].content.clone_from(&instructions);
            task.sampling.temperature = 0.0;
            task
        });
        let states = StatesConfig {
            folder: folder.path().to_path_buf(),
            most_bytes: 1 << 20,
            of_prompts: true,
        };
        answers(&mut load_with(&TinyGguf::llama(), 3, Some(states)), &tasks)
    };
    let kept = || {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let states = paths.filter(|path| path.extension().unwrap() == "kv");
        // A state that is written again is another file under the same name.
        let number =
            |path: &std::path::Path| std::os::unix::fs::MetadataExt::ino(&path.metadata().unwrap());
        states.map(|path| (number(&path), path)).collect::<Vec<_>>()
    };
    let questions = [
        "What is a river?",
        "Who are you?",
        "Why is it dark at night?",
    ];
    let first = ask(questions);
    let after_first = kept();
    assert_eq!(after_first.len(), 1);
    let second = ask(questions);
    assert_eq!(
        kept(),
        after_first,
        "the second batch reads nothing that is worth keeping"
    );
    let texts = |answers: Answers| -> Vec<_> {
        let answers = answers.into_iter().flatten();
        answers
            .map(|answer| answer.map_or_else(|e| e.to_string(), |w| w.text))
            .collect()
    };
    assert_eq!(texts(first), texts(second));
}

/// What a model writes that holds one conversation at a time; `None` if that is no word.
fn alone(model: &mut Llama, task: &Task) -> Option<(String, Finish)> {
    let prompt = Prompt::new(&task.messages, Opening::Reply);
    model.prefill(&prompt, &|| false).unwrap().unwrap();
    let mut text = String::new();
    let finish = model.generate(&task.sampling, &|| false, &mut |output| {
        text += output.text()
    });
    Some((text.trim().to_owned(), finish.ok()?))
}

fn answers_are_those_of_one_at_a_time(file: &TinyGguf) {
    let tasks: Vec<Task> = (0..20)
        .map(|n| {
            let mut task = task(&format!("Question {n}{}", "?".repeat(n * 5)), 4 + n);
            task.sampling.temperature = 0.0;
            task
        })
        .collect();
    let mut single = load_file(file, 0);
    let expected: Vec<_> = tasks.iter().map(|task| alone(&mut single, task)).collect();
    assert!(expected.iter().any(Option::is_some), "all are silent");
    for together in [1, 3, 16] {
        let answers = answers(&mut load_file(file, together), &tasks);
        let answers = answers.into_iter().map(|answer| answer.unwrap().ok());
        let answers = answers.map(|answer| answer.map(|made| (made.text, made.finish)));
        let differ = answers.zip(&expected).filter(|(is, was)| is != *was);
        let differ: Vec<_> = differ.collect();
        // A batch of another shape is rounded otherwise: now and then another of two tokens that random weights
        // find equal is the likeliest.
        assert!(
            differ.len() <= tasks.len() / 10,
            "{together} together: {differ:?}"
        );
    }
}

#[test]
fn a_transformer_answers_as_if_it_had_one_conversation_at_a_time() {
    answers_are_those_of_one_at_a_time(&TinyGguf::llama());
}

#[test]
fn a_recurrent_model_answers_as_if_it_had_one_conversation_at_a_time() {
    answers_are_those_of_one_at_a_time(&TinyGguf::mamba());
}

#[test]
fn a_hybrid_model_answers_as_if_it_had_one_conversation_at_a_time() {
    answers_are_those_of_one_at_a_time(&TinyGguf::lfm2());
}

#[test]
fn a_model_for_a_single_conversation_takes_one_after_the_other() {
    let tasks: Vec<Task> = (0..3).map(|n| task(&format!("{n}?"), 8)).collect();
    let one_by_one = answers(&mut load(0), &tasks);
    let texts = |answers: Answers| -> Vec<Option<String>> {
        let made = answers.into_iter().map(|answer| answer.unwrap().ok());
        made.map(|answer| answer.map(|made| made.text)).collect()
    };
    assert_eq!(texts(one_by_one), texts(answers(&mut load(1), &tasks)));
}

#[test]
fn one_conversation_that_is_too_long_keeps_none_of_the_others_from_an_answer() {
    let tasks = [
        task("Short?", 8),
        task(&"long ".repeat(400), 8),
        task("Short too?", 8),
    ];
    let answers = answers(&mut load(2), &tasks);
    let too_long = |n: usize| matches!(answers[n], Some(Err(LlmError::TooLong { .. })));
    assert!(!too_long(0) && too_long(1) && !too_long(2), "{answers:?}");
}

#[test]
fn an_answer_that_is_being_written_when_it_is_cancelled_is_told_as_that() {
    let tasks: Vec<Task> = (0..4).map(|n| task(&format!("{n}?"), 400)).collect();
    let (looks, mut told) = (Cell::new(0), Vec::new());
    // Once for the group and once for each prompt of it; then before each of its rounds.
    let cancelled = || {
        looks.set(looks.get() + 1);
        looks.get() > 1 + 4 + 3
    };
    let mut model = load(4);
    let mut on_done = |_, written: Result<Written, _>| told.push(written.unwrap());
    model.answer_all(&tasks, &cancelled, &mut on_done).unwrap();
    let mut cut_off = told.iter().filter(|made| made.finish == Finish::Cancelled);
    assert!(cut_off.any(|made| made.tokens > 0), "{told:?}");
}

/// Those of the fixtures; each limits its strings and lists, so that an answer comes to an end.
fn schemas() -> BTreeMap<String, Value> {
    serde_json::from_str(include_str!("../fixtures/extraction/schemas.json")).unwrap()
}

#[test]
fn whatever_a_model_would_write_its_answer_fits_the_schema() {
    let mut model = load(8);
    let mut tasks = Vec::new();
    for (name, schema) in schemas() {
        let schema = AnswerSchema::new(schema).unwrap();
        for seed in 0..6 {
            let mut task = task(&format!("{name} {seed}"), 700);
            task.sampling.temperature = 0.5 * (seed % 3) as f32;
            task.sampling.seed = seed;
            task.answer = Some(schema.clone());
            tasks.push(task);
        }
    }
    for (task, answer) in tasks.iter().zip(answers(&mut model, &tasks)) {
        let written = answer.unwrap().unwrap();
        assert_eq!(written.finish, Finish::Complete, "{written:?}");
        let schema = task.answer.as_ref().unwrap();
        schema.check(&written.text).unwrap();
    }
}
