//! How the next token is chosen.

use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use super::context::Context;
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
    /// `pending` is the beginning of a character of which a token before gave no end. A grammar knows no bytes that
    /// are no text, and models know tokens of single bytes.
    pub fn sample(&mut self, context: &Context, index: i32, pending: &[u8]) -> LlamaToken {
        let (model, context) = (context.model(), context.get());
        let Some(grammar) = &mut self.grammar else {
            return self.chain.sample(context, index);
        };
        let all = context.token_data_array_ith(index);
        let mut fitting = likeliest(&all);
        grammar.apply(&mut fitting);
        leave_out_no_text(&mut fitting, model, pending);
        if fitting
            .data
            .iter()
            .all(|one| one.logit() == f32::NEG_INFINITY)
        {
            fitting = all;
            grammar.apply(&mut fitting);
            leave_out_no_text(&mut fitting, model, pending);
        }
        self.chain.apply(&mut fitting);
        // A chain ends with a choice.
        let token = fitting.selected_token().unwrap_or(LlamaToken(0));
        grammar.accept(token);
        self.chain.accept(token);
        token
    }
}

/// Leaves out tokens that would not go on as text in UTF-8.
fn leave_out_no_text(tokens: &mut LlamaTokenDataArray, model: &LlamaModel, pending: &[u8]) {
    let vocab = model.vocab();
    let fits = tokens
        .data
        .iter_mut()
        .filter(|one| one.logit() != f32::NEG_INFINITY);
    for token in fits {
        let piece = vocab.token_to_piece(token.id(), false, None);
        if !goes_on_as_text(pending, &piece) {
            token.set_logit(f32::NEG_INFINITY);
        }
    }
}

fn goes_on_as_text(pending: &[u8], piece: &[u8]) -> bool {
    match std::str::from_utf8(&[pending, piece].concat()) {
        Ok(_) => true,
        // Only its last character has no end yet.
        Err(error) => error.error_len().is_none(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_begin_or_end_a_character_go_on_as_text() {
        assert!(goes_on_as_text(b"", b"word") && goes_on_as_text(b"", &[0xc3]));
        assert!(goes_on_as_text(&[0xc3], &[0xa9]));
        assert!(!goes_on_as_text(&[0xc3], b"a"), "it had no end");
        assert!(
            !goes_on_as_text(b"", &[0xc0]),
            "a longer form of another character"
        );
        assert!(!goes_on_as_text(b"", &[0xf8]));
    }
}
