//! What it gains to answer many conversations together: `cargo bench --bench together [-- PROFILE]`; the starter's
//! model if no profile is named. 200 questions behind the same instructions; one at a time and many at a time
//! alternate, so that other work on the machine falls on both.

use anyhow::Result;
use vivavoce::agent::Persona;
use vivavoce::clock::Stopwatch;
use vivavoce::config::{Config, ThreadConfig};
use vivavoce::engines::EngineLoader;
use vivavoce::language::Language;
use vivavoce::llm::{Message, Role, Sampling, Task};
use vivavoce::models::Role as ModelRole;

const QUESTIONS: usize = 200;
/// Questions answered in each turn; the turns of both sides answer the same ones.
const A_TURN: usize = 50;
const TOGETHER: [usize; 3] = [1, 4, 16];

fn main() -> Result<()> {
    let mut named = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut config = Config {
        threads: ThreadConfig {
            llm: cores,
            ..ThreadConfig::default()
        },
        ..Config::default()
    };
    if let Some(profile) = named.next() {
        config.profile = profile;
    }
    let loader = EngineLoader::only(&config, &[ModelRole::Llm])?;
    let persona = loader.tell(Persona::bundled(Language::default()));
    let tasks: Vec<Task> = (0..QUESTIONS).map(|n| task(&persona, n)).collect();
    let mut models = Vec::new();
    for together in TOGETHER {
        let model = loader.language_model_together(&persona, together)?;
        models.push((together, model, 0, 0.0));
    }
    for turn in tasks.chunks(A_TURN) {
        for (_, model, tokens, seconds) in &mut models {
            let watch = Stopwatch::start();
            model.answer_all(turn, &|| false, &mut |_, written| {
                *tokens += written.map_or(0, |written| written.tokens);
            })?;
            *seconds += watch.elapsed().as_secs_f64();
        }
    }
    println!("together  tokens   seconds  tokens/s  (prompts read among them), {cores} threads");
    let alone = models[0].2 as f64 / models[0].3;
    for (together, _, tokens, seconds) in &models {
        let rate = *tokens as f64 / seconds;
        println!(
            "{together:>8}  {tokens:>6}  {seconds:>8.1}  {rate:>8.1}  {:.2} times",
            rate / alone
        );
    }
    Ok(())
}

fn task(persona: &Persona, n: usize) -> Task {
    let subjects = [
        "rivers", "bridges", "spiders", "clouds", "bread", "glass", "owls", "tides", "salt", "maps",
    ];
    let asked = [
        "What is special about",
        "Tell me something about",
        "Why do people like",
        "How would you explain",
    ];
    let mut messages = persona.prefix();
    let question = format!(
        "{} {}, in {} sentences?",
        asked[n % 4],
        subjects[n % 10],
        2 + n / 40
    );
    messages.push(Message::new(Role::User, question));
    Task {
        messages,
        sampling: Sampling {
            max_tokens: 64,
            ..Sampling::default()
        },
        stops: Vec::new(),
        answer: None,
    }
}
