//! How the next token is chosen.

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use crate::llm::{LlmError, Sampling, json_grammar};

/// Tokens that the repetition penalty looks back over.
const PENALTY_WINDOW: i32 = 64;

/// Chooses one token after the other.
pub(super) struct Sampler {
    /// What the text is held to.
    grammar: Option<LlamaSampler>,
    chain: LlamaSampler,
}

impl Sampler {
    /// The chain of choices that a configuration means.
    pub fn new(sampling: &Sampling, model: &LlamaModel) -> Self {
        Self {
            grammar: None,
            chain: LlamaSampler::chain_simple(choices(sampling, model)),
        }
    }

    /// The same, held to a grammar from here on.
    ///
    /// # Errors
    /// llama.cpp does not take the grammar.
    pub fn held_to(
        grammar: &str,
        sampling: &Sampling,
        model: &LlamaModel,
    ) -> Result<Self, LlmError> {
        let made = LlamaSampler::grammar(model, grammar, json_grammar::ROOT);
        let grammar = made.map_err(|error| LlmError::Schema {
            reason: format!("llama.cpp does not take its grammar ({error}); make it simpler"),
        })?;
        Ok(Self {
            grammar: Some(grammar),
            ..Self::new(sampling, model)
        })
    }

    /// The next token behind the output `index` of the last batch; -1 is the last.
    ///
    /// The grammar is asked about the likeliest tokens first, and about all only if none of those fits: that takes
    /// as long as a small model takes to think.
    pub fn sample(&mut self, context: &LlamaContext, index: i32) -> LlamaToken {
        let Some(grammar) = &mut self.grammar else {
            return self.chain.sample(context, index);
        };
        let all = context.token_data_array_ith(index);
        let mut fitting = likeliest(&all);
        grammar.apply(&mut fitting);
        if fitting
            .data
            .iter()
            .all(|one| one.logit() == f32::NEG_INFINITY)
        {
            fitting = all;
            grammar.apply(&mut fitting);
        }
        self.chain.apply(&mut fitting);
        // A chain ends with a choice.
        let token = fitting.selected_token().unwrap_or(LlamaToken(0));
        grammar.accept(token);
        self.chain.accept(token);
        token
    }
}

/// More than sampling keeps by default (`top_k`), so what is chosen of them is hardly ever another token.
const LIKELIEST: usize = 64;

fn likeliest(all: &LlamaTokenDataArray) -> LlamaTokenDataArray {
    let mut data = all.data.clone();
    if data.len() > LIKELIEST {
        let by_logit = |a: &LlamaTokenData, b: &LlamaTokenData| b.logit().total_cmp(&a.logit());
        data.select_nth_unstable_by(LIKELIEST, by_logit);
        data.truncate(LIKELIEST);
    }
    LlamaTokenDataArray::new(data, false)
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
