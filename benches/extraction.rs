//! Values found in short texts, as JSON that a schema holds: `cargo bench --bench extraction [-- PROFILE]`; the
//! starter's model if none is named. All answers must fit their schema; how many values are right is the model's.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use vivavoce::agent::Persona;
use vivavoce::clock::Stopwatch;
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::language::Language;
use vivavoce::llm::{AnswerSchema, Message, Role, Sampling, Task};
use vivavoce::models::Role as ModelRole;

const SCHEMAS: &str = include_str!("../tests/fixtures/extraction/schemas.json");
const TEXTS: &str = include_str!("../tests/fixtures/extraction/texts.jsonl");
/// Answered at a time.
const TOGETHER: usize = 16;

fn main() -> Result<()> {
    let mut named = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let mut config = Config::default();
    if let Some(profile) = named.next() {
        config.profile = profile;
    }
    let schemas: BTreeMap<String, Value> = serde_json::from_str(SCHEMAS)?;
    let texts: Vec<Value> = TEXTS
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    let tasks = texts
        .iter()
        .map(|text| task(text, &schemas))
        .collect::<Result<Vec<_>>>()?;
    let loader = EngineLoader::only(&config, &[ModelRole::Llm])?;
    let persona = loader.tell(Persona::bundled(Language::default()));
    let mut model = loader.language_model_together(&persona, TOGETHER)?;
    let mut answers: Vec<Option<String>> = vec![None; tasks.len()];
    let watch = Stopwatch::start();
    model.answer_all(&tasks, &|| false, &mut |n, written| {
        answers[n] = written.ok().map(|written| written.text);
    })?;
    let seconds = watch.elapsed().as_secs_f64();
    let (mut fitting, mut scores) = (0, BTreeMap::<&str, (usize, usize)>::new());
    for ((text, task), answer) in texts.iter().zip(&tasks).zip(&answers) {
        let schema = task.answer.as_ref().context("each task has a schema")?;
        let found = answer
            .as_deref()
            .and_then(|answer| schema.check(answer).ok());
        fitting += usize::from(found.is_some());
        let score = scores
            .entry(text["schema"].as_str().unwrap_or_default())
            .or_default();
        for (name, right) in text["right"].as_object().into_iter().flatten() {
            let is_right = found
                .as_ref()
                .is_some_and(|found| is_same(&found[name], right));
            score.0 += usize::from(is_right);
            score.1 += 1;
        }
        if std::env::var_os("SHOW").is_some() {
            println!(
                "{}\n  {}",
                text["text"],
                answer.as_deref().unwrap_or("nothing")
            );
        }
    }
    println!(
        "{} of {} answers fit their schema, in {seconds:.1} s",
        fitting,
        tasks.len()
    );
    for (schema, (right, all)) in &scores {
        println!("{schema:>8}: {right} of {all} values are right");
    }
    let (right, all) = scores
        .values()
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!("     all: {right} of {all}");
    ensure!(fitting == tasks.len(), "an answer does not fit its schema");
    Ok(())
}

fn task(text: &Value, schemas: &BTreeMap<String, Value>) -> Result<Task> {
    let name = text["schema"].as_str().context("a text names its schema")?;
    let schema = schemas.get(name).context("there is such a schema")?;
    let schema = AnswerSchema::new(schema.clone())?;
    let question = format!(
        "{}\n\nWhich values stand in this text?",
        text["text"].as_str().unwrap_or_default()
    );
    Ok(Task {
        messages: vec![
            Message::new(Role::System, schema.instructions()),
            Message::new(Role::User, question),
        ],
        sampling: Sampling {
            repeat_penalty: 1.0,
            max_tokens: 256,
            ..Sampling::default()
        },
        stops: Vec::new(),
        answer: Some(schema),
    })
}

/// Letters' case, an article before a word and how a number is written say nothing.
fn is_same(found: &Value, right: &Value) -> bool {
    match (found, right) {
        (Value::String(found), Value::String(right)) => {
            let plain = |text: &str| {
                let text = text.to_lowercase();
                text.strip_prefix("the ")
                    .map_or(text.clone(), str::to_owned)
            };
            plain(found) == plain(right)
        }
        (Value::Number(found), Value::Number(right)) => found.as_f64() == right.as_f64(),
        (Value::Array(found), Value::Array(right)) => {
            found.len() == right.len()
                && found
                    .iter()
                    .all(|one| right.iter().any(|other| is_same(one, other)))
        }
        (found, right) => found == right,
    }
}
