//! How the next token is chosen.

use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;

use crate::llm::{Sampling, tool_grammar};

/// Tokens that the repetition penalty looks back over.
const PENALTY_WINDOW: i32 = 64;

/// The chain of choices that a configuration means. With a grammar, calls of tools keep to it from their tag
/// on.
pub fn sampler(sampling: &Sampling, model: &LlamaModel, grammar: Option<&str>) -> LlamaSampler {
    let mut chain = Vec::new();
    if let Some(grammar) = grammar {
        let (root, trigger) = (tool_grammar::ROOT, [tool_grammar::TRIGGER.to_owned()]);
        match LlamaSampler::grammar_lazy_patterns(model, grammar, root, &trigger, &[]) {
            Ok(sampler) => chain.push(sampler),
            Err(error) => tracing::warn!("calls of tools are not held to their schema: {error}"),
        }
    }
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
    LlamaSampler::chain_simple(chain)
}
