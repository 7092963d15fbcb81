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
    /// How many of the likeliest tokens are looked at first; all of them where more may be chosen.
    may_be_chosen: Option<usize>,
    chain: LlamaSampler,
}

impl Sampler {
    /// The chain of choices that a configuration means.
    pub fn new(sampling: &Sampling, model: &LlamaModel) -> Self {
        Self {
            grammar: None,
            may_be_chosen: may_be_chosen(sampling),
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
    /// Only tokens that may be chosen are looked at: going over all of a vocabulary takes as long as a small model takes to
    /// think. A grammar is asked about the likeliest first, and about all only if none of those fits.
    /// `pending` is the beginning of a character of which a token before gave no end. A grammar knows no bytes that
    /// are no text, and models know tokens of single bytes.
    pub fn sample(&mut self, context: &Context, index: i32, pending: &[u8]) -> LlamaToken {
        let (model, context) = (context.model(), context.get());
        let logits = context.get_logits_ith(index);
        let mut tokens = match self.may_be_chosen {
            Some(most) => likeliest(logits, most),
            None => context.token_data_array_ith(index),
        };
        if let Some(grammar) = &mut self.grammar {
            grammar.apply(&mut tokens);
            leave_out_no_text(&mut tokens, model, pending);
            let mut fitting = tokens.data.iter();
            if fitting.all(|one| one.logit() == f32::NEG_INFINITY) {
                tokens = context.token_data_array_ith(index);
                grammar.apply(&mut tokens);
                leave_out_no_text(&mut tokens, model, pending);
            }
        }
        self.chain.apply(&mut tokens);
        // A chain ends with a choice.
        let token = tokens.selected_token().unwrap_or(LlamaToken(0));
        if let Some(grammar) = &mut self.grammar {
            grammar.accept(token);
        }
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

/// Of how many of the likeliest tokens the next one is chosen; `None`: of all. A penalty makes tokens of its window less
/// likely, so that as many others move up.
fn may_be_chosen(sampling: &Sampling) -> Option<usize> {
    let kept = match usize::try_from(sampling.top_k) {
        _ if sampling.temperature <= 0.0 => 1,
        Ok(kept) if kept > 0 => kept,
        _ => return None,
    };
    (sampling.repeat_penalty >= 1.0).then_some(kept + PENALTY_WINDOW as usize)
}

/// The `most` likeliest tokens, sorted by their numbers in the vocabulary.
fn likeliest(logits: &[f32], most: usize) -> LlamaTokenDataArray {
    let by_logit = |a: &LlamaTokenData, b: &LlamaTokenData| b.logit().total_cmp(&a.logit());
    let mut found: Vec<LlamaTokenData> = Vec::with_capacity(2 * most);
    let mut least = f32::NEG_INFINITY;
    for (id, logit) in (0..).zip(logits) {
        if *logit <= least {
            continue;
        }
        found.push(LlamaTokenData::new(LlamaToken(id), *logit, 0.0));
        if found.len() == 2 * most {
            // Of equal ones the first count: that is how a vocabulary is gone over.
            found.sort_by(by_logit);
            found.truncate(most);
            least = found[most - 1].logit();
        }
    }
    found.sort_by(by_logit);
    found.truncate(most);
    found.sort_by_key(|token| token.id().0);
    LlamaTokenDataArray::new(found, false)
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

    fn ids(tokens: &LlamaTokenDataArray) -> Vec<i32> {
        tokens.data.iter().map(|token| token.id().0).collect()
    }

    #[test]
    fn the_likeliest_tokens_are_found_in_their_order() {
        let logits: Vec<f32> = (0..1_000).map(|n| ((n * 7_919) % 1_000) as f32).collect();
        let mut expected: Vec<i32> = (0..1_000).collect();
        expected.sort_by(|a, b| logits[*b as usize].total_cmp(&logits[*a as usize]));
        expected.truncate(10);
        expected.sort_unstable();
        assert_eq!(ids(&likeliest(&logits, 10)), expected);
    }

    #[test]
    fn of_equal_tokens_the_first_count() {
        assert_eq!(ids(&likeliest(&[1.0; 20], 3)), [0, 1, 2]);
        assert_eq!(ids(&likeliest(&[0.0, 2.0, 2.0, 1.0], 2)), [1, 2]);
    }

    #[test]
    fn fewer_tokens_than_may_be_chosen_are_all() {
        assert_eq!(ids(&likeliest(&[3.0, 1.0], 8)), [0, 1]);
        assert_eq!(ids(&likeliest(&[], 8)), [0; 0]);
    }

    #[test]
    fn all_tokens_are_looked_at_where_any_may_be_chosen() {
        let sampling = |temperature, top_k, repeat_penalty| Sampling {
            temperature,
            top_k,
            repeat_penalty,
            ..Sampling::default()
        };
        assert_eq!(may_be_chosen(&sampling(0.0, 40, 1.1)), Some(65));
        assert_eq!(may_be_chosen(&sampling(0.7, 40, 1.0)), Some(104));
        assert_eq!(may_be_chosen(&sampling(0.7, 0, 1.1)), None);
        assert_eq!(may_be_chosen(&sampling(0.0, 40, 0.9)), None);
    }

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
