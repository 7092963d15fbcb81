//! What a prompt costs that was read before: `cargo bench --bench prompt_cache [-- MODEL.gguf]`; the starter's model if
//! none is named. A text of some 1,500 tokens and a question about it, in a fresh model; the next question to the same
//! model; and the next one after a restart, from the state on disk. Rounds alternate, each with another text.

use std::path::Path;

use anyhow::{Context, Result};
use vivavoce::clock::Stopwatch;
use vivavoce::llm::gpu::GpuLayers;
use vivavoce::llm::{
    CacheType, LanguageModel, Llama, LlamaConfig, Message, Opening, Prompt, Role, SHORT_BATCH,
    Sampling, StatesConfig,
};

mod starter;

const ROUNDS: usize = 5;
/// Sentences of the text: some 1,500 tokens.
const SENTENCES: usize = 84;

/// To the first token of an answer.
#[derive(Clone, Copy)]
struct Cost {
    ms: f64,
    kept: usize,
    read: usize,
}

fn main() -> Result<()> {
    let file = starter::model()?;
    let folder = tempfile::tempdir()?;
    let (mut cold, mut warm, mut restarted) = (Vec::new(), Vec::new(), Vec::new());
    let mut kept_ms = Vec::new();
    for round in 0..ROUNDS {
        let mut model = load(&file, folder.path())?;
        cold.push(ask(
            &mut model,
            round,
            "What happens to the river in the end?",
        )?);
        let watch = Stopwatch::start();
        model.keep_prompt();
        kept_ms.push(watch.elapsed_ms());
        warm.push(ask(&mut model, round, "Where does it begin?")?);
        drop(model);
        let mut model = load(&file, folder.path())?;
        restarted.push(ask(&mut model, round, "Which towns does it pass?")?);
    }
    println!("                      first token  tokens kept  tokens read  (medians of {ROUNDS})");
    let first = median(&cold).ms;
    for (name, costs) in [
        ("never read", &cold),
        ("read by the same model", &warm),
        ("read before a restart", &restarted),
    ] {
        let Cost { ms, kept, read } = median(costs);
        let less = 100.0 * (1.0 - ms / first);
        println!("{name:<22} {ms:>8.0} ms  {kept:>11}  {read:>11}  {less:.0}% sooner");
    }
    kept_ms.sort_by(f64::total_cmp);
    let bytes: u64 = std::fs::read_dir(folder.path())?
        .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()))
        .sum();
    println!(
        "keeping a state takes {:.0} ms after the answer, and {:.1} MB",
        kept_ms[ROUNDS / 2],
        bytes as f64 / ROUNDS as f64 / 1e6
    );
    Ok(())
}

fn load(file: &Path, folder: &Path) -> Result<Llama> {
    Ok(Llama::load(LlamaConfig {
        model: file.to_path_buf(),
        model_id: "bench".into(),
        adapter: None,
        context: 2048,
        threads: 1,
        gpu_layers: GpuLayers::Count(0),
        cache_type: CacheType::F16,
        reasoning_tokens: 0,
        together: 0,
        batch: SHORT_BATCH,
        states: Some(StatesConfig {
            folder: folder.to_path_buf(),
            most_bytes: 1 << 30,
            of_prompts: true,
        }),
    })?)
}

/// Asks about the text of a round, until the first token.
fn ask(model: &mut Llama, round: usize, question: &str) -> Result<Cost> {
    let sentence = |n: usize| {
        let place = (n * 7 + round) % 90;
        format!(
            "In chapter {place} of book {round} the river bends around a hill and goes on to the south. "
        )
    };
    let text: String = (0..SENTENCES).map(sentence).collect();
    let messages = [Message::new(Role::User, format!("{text}\n\n{question}"))];
    let prompt = Prompt::new(&messages, Opening::Reply);
    let sampling = Sampling {
        max_tokens: 1,
        ..Sampling::default()
    };
    let watch = Stopwatch::start();
    let prefill = model
        .prefill(&prompt, &|| false)?
        .context("it was cancelled")?;
    let mut ms = None;
    model.generate(&sampling, &|| false, &mut |_| {
        ms.get_or_insert(watch.elapsed_ms());
    })?;
    Ok(Cost {
        ms: ms.unwrap_or_else(|| watch.elapsed_ms()),
        kept: prefill.kept,
        read: prefill.read,
    })
}

fn median(costs: &[Cost]) -> Cost {
    let mut costs = costs.to_vec();
    costs.sort_by(|a, b| a.ms.total_cmp(&b.ms));
    costs[costs.len() / 2]
}
