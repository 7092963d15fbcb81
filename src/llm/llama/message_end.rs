//! How probable it is that a message ends where the prompt that was read last ends: the probability of what ends a
//! sentence, or the message, as its next token.

use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::vocab::LlamaVocab;

use super::Llama;
use crate::lexicon::without_end;
use crate::llm::{Cancelled, LanguageModel, LlmError, Message, Opening, Prefill, Prompt};

/// The tokens that end a sentence or a message, by number.
pub(super) struct EndTokens(Vec<usize>);

impl EndTokens {
    /// Those of a vocabulary.
    pub(super) fn of(vocab: &LlamaVocab) -> Self {
        let ends = vocab.tokens().filter(|token| {
            vocab.is_eog(*token)
                || ends_sentence(&String::from_utf8_lossy(
                    &vocab.token_to_piece(*token, true, None),
                ))
        });
        Self(
            ends.filter_map(|token| usize::try_from(token.0).ok())
                .collect(),
        )
    }

    /// Their probability, between 0 and 1, by the logits of all tokens.
    pub(super) fn probability(&self, logits: &[f32]) -> f32 {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weight = |logit: f32| f64::from(logit - most).exp();
        let all: f64 = logits.iter().map(|logit| weight(*logit)).sum();
        let ends = self.0.iter().filter_map(|token| logits.get(*token));
        let ends: f64 = ends.map(|logit| weight(*logit)).sum();
        (ends / all) as f32
    }
}

impl Llama {
    /// Which of a prompt's tokens the end of its words is looked for behind: the last one where it is unfinished, else
    /// the last of the words, without the marks behind them. `None`: it is not asked for, or they cannot be looked
    /// behind on the way: the prompt does not begin with their tokens, or the cache cannot be cut there.
    pub(super) fn looks_behind(
        &self,
        tokens: &[LlamaToken],
        words: Option<&[LlamaToken]>,
        opening: Opening,
    ) -> Option<usize> {
        let words = match opening {
            Opening::Unfinished => Some(tokens),
            Opening::Reply | Opening::None => {
                words.filter(|words| self.checkpoints.is_none() && tokens.starts_with(words))
            }
        };
        words?.len().checked_sub(1)
    }

    /// Reads the words by a prompt of their own, and then the whole prompt.
    pub(super) fn prefill_after(
        &mut self,
        words: &Prompt,
        prompt: &Prompt,
        cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        let Some(Prefill { ends, .. }) = self.prefill(words, cancelled)? else {
            return Ok(None);
        };
        let read = self.prefill(&prompt.asking_end(false), cancelled)?;
        Ok(read.map(|read| Prefill { ends, ..read }))
    }
}

/// The conversation up to the last word of its last message. `None`: whether it ends there is not asked for.
pub(super) fn words(prompt: &Prompt) -> Option<Vec<Message>> {
    if prompt.opening != Opening::Reply || !prompt.asks_end {
        return None;
    }
    let mut messages = prompt.messages.to_vec();
    let last = messages.last_mut()?;
    last.content.truncate(without_end(&last.content).len());
    Some(messages)
}

/// Marks, of which the first ends a sentence, and no word.
fn ends_sentence(text: &str) -> bool {
    text.starts_with(['.', '?', '!', '\u{3002}', '\u{ff1f}', '\u{ff01}'])
        && !text.contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_sentence_has_no_word_in_it() {
        for text in [".", "?", "!\"", "...", "\u{ff1f}"] {
            assert!(ends_sentence(text), "{text}");
        }
        for text in ["", ",", ".com", " the", "\"."] {
            assert!(!ends_sentence(text), "{text}");
        }
    }

    #[test]
    fn the_probability_is_the_share_of_the_tokens_that_end() {
        let ends = EndTokens(vec![1, 3]);
        assert_eq!(ends.probability(&[0.0, 0.0, 0.0, 0.0]), 0.5);
        assert!(ends.probability(&[0.0, 50.0, 0.0, 0.0]) > 0.999);
        assert!(ends.probability(&[90.0, 0.0, 0.0, 0.0]) < 0.001);
    }
}
