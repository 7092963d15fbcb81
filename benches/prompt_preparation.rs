//! What it takes to make a prompt into tokens, after few exchanges and after many: `cargo bench --bench
//! prompt_preparation [-- MODEL.gguf]`; without a model, the starter's. One question more is asked each time, as in
//! a conversation, so what was made into tokens before may be kept.

mod starter;

use std::time::Duration;

use anyhow::Result;
use vivavoce::agent::Persona;
use vivavoce::clock::Stopwatch;
use vivavoce::language::Language;
use vivavoce::llm::gpu::GpuLayers;
use vivavoce::llm::{
    CacheType, LanguageModel, Llama, LlamaConfig, Message, Opening, Prompt, Role, SHORT_BATCH,
};

/// Exchanges after which it is measured.
const AFTER: [usize; 4] = [10, 50, 200, 400];
const ROUNDS: usize = 15;

fn main() -> Result<()> {
    let model = starter::model()?;
    let llama = Llama::load(LlamaConfig {
        model,
        model_id: "bench".into(),
        adapter: None,
        context: 64,
        threads: 1,
        gpu_layers: GpuLayers::Count(0),
        cache_type: CacheType::F16,
        reasoning_tokens: 0,
        together: 0,
        batch: SHORT_BATCH,
        states: None,
    })?;
    println!("exchanges  tokens  one more question becomes tokens in, median of {ROUNDS}");
    for exchanges in AFTER {
        let mut messages = Persona::bundled(Language::default()).prefix();
        for n in 0..exchanges {
            exchange(&mut messages, n);
        }
        let count =
            |messages: &[Message]| llama.count_tokens(&Prompt::new(messages, Opening::Reply));
        count(&messages)?;
        let mut took: Vec<Duration> = Vec::new();
        let mut tokens = 0;
        for n in 0..ROUNDS {
            exchange(&mut messages, exchanges + n);
            let watch = Stopwatch::start();
            tokens = count(&messages)?;
            took.push(watch.elapsed());
        }
        took.sort();
        let median = took[ROUNDS / 2].as_secs_f64() * 1000.0;
        println!("{exchanges:>9}  {tokens:>6}  {median:>7.3} ms");
    }
    Ok(())
}

fn exchange(messages: &mut Vec<Message>, n: usize) {
    let question = format!("And how many legs do {n} spiders have, if each of them has eight?");
    let answer = format!(
        "{n} spiders have {} legs, as each of them has eight.",
        n * 8
    );
    messages.push(Message::new(Role::User, question));
    messages.push(Message::new(Role::Assistant, answer));
}
