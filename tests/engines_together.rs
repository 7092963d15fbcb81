//! Many conversations in one context, and answers that are held to a schema: on tiny models with random weights,
//! which would write anything.

mod tiny_gguf;

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::Value;
use tiny_gguf::TinyGguf;
use vivavoce::llm::gpu::GpuLayers;
use vivavoce::llm::{
    AnswerSchema, CacheType, Finish, Llama, LlamaConfig, LlmError, Message, Role, Sampling, Task,
    Written,
};

fn load(together: usize) -> Llama {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("tiny.gguf");
    TinyGguf::llama().write(&model);
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
        cache_dir: None,
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
fn an_answer_that_is_being_written_when_it_is_cancelled_is_not_told() {
    let tasks: Vec<Task> = (0..4).map(|n| task(&format!("{n}?"), 400)).collect();
    let (looks, mut told) = (Cell::new(0), 0);
    let cancelled = || {
        looks.set(looks.get() + 1);
        looks.get() > 3
    };
    let mut model = load(4);
    let done = model.answer_all(&tasks, &cancelled, &mut |_, _| told += 1);
    done.unwrap();
    assert!(told < 4, "{told}");
}

/// Those of the fixtures; each limits its strings and lists, so that an answer comes to an end.
fn schemas() -> BTreeMap<String, Value> {
    serde_json::from_str(include_str!("fixtures/extraction/schemas.json")).unwrap()
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
