//! How the next token is chosen.

use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;

use crate::llm::{Sampling, tool_grammar};

/// Tokens that the repetition penalty looks back over.
const PENALTY_WINDOW: i32 = 64;

/// The chain of choices that a configuration means.
pub fn sampler(sampling: &Sampling, model: &LlamaModel) -> LlamaSampler {
    LlamaSampler::chain_simple(choices(sampling, model))
}

/// The same, held to a grammar from here on; without it where llama.cpp does not take it.
pub fn held_to(grammar: &str, sampling: &Sampling, model: &LlamaModel) -> LlamaSampler {
    let mut chain = Vec::new();
    match LlamaSampler::grammar(model, grammar, tool_grammar::ROOT) {
        Ok(sampler) => chain.push(sampler),
        Err(error) => tracing::warn!("a call is not held to its tool's schema: {error}"),
    }
    chain.extend(choices(sampling, model));
    LlamaSampler::chain_simple(chain)
}

fn choices(sampling: &Sampling, model: &LlamaModel) -> Vec<LlamaSampler> {
    let mut chain = Vec::new();
    let n_vocab = model.n_vocab();
    if sampling.repeat_penalty != 1.0 {
        let penalty = sampling.repeat_penalty;
        chain.push(LlamaSampler::penalties(
            n_vocab,
            PENALTY_WINDOW,
            penalty,
            0.0,
            0.0,
        ));
    }
    if sampling.temperature > 0.0 {
        chain.push(LlamaSampler::top_k(sampling.top_k));
        chain.push(LlamaSampler::top_p(sampling.top_p, 1));
        chain.push(LlamaSampler::temp(sampling.temperature));
        chain.push(LlamaSampler::dist(sampling.seed));
    } else {
        chain.push(LlamaSampler::greedy());
    }
    chain
}
