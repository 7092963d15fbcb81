//! How sure the model was of what it wrote. Only measuring asks for it (`benches/doubt`): it is read again for that,
//! token by token as it was written.

use llama_cpp_2::token::LlamaToken;

use super::{Llama, run};
use crate::llm::LlmError;

impl Llama {
    /// What it has read and written from a token on, in order: the text of each token, and the natural logarithm of its
    /// probability behind those before it. From `kept + read` of the last [`Prefill`](crate::llm::Prefill) on, that is
    /// the reply. The sampling, and so the repetition penalty, has no part in it.
    ///
    /// # Errors
    /// There is no such token, or nothing stands before it; the engine failed.
    pub fn sureness(&mut self, from: usize) -> Result<Vec<(Vec<u8>, f32)>, LlmError> {
        let tokens = self.read.clone();
        if from == 0 || from > tokens.len() {
            return Err(run(format!("it has read no token number {from}")));
        }
        self.cut(from - 1)?;
        // Where the cache cannot be cut, it is empty now.
        for chunk in tokens[self.read.len()..from].chunks(self.config.batch) {
            self.decode(chunk)?;
        }
        let mut sureness = Vec::new();
        for token in &tokens[from..] {
            let logits = self.context.get().get_logits_ith(-1);
            sureness.push((self.piece(*token), log_probability(logits, *token)));
            self.decode(&[*token])?;
        }
        Ok(sureness)
    }
}

/// The natural logarithm of a token's probability, by the logits of all tokens.
fn log_probability(logits: &[f32], token: LlamaToken) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let all: f64 = logits
        .iter()
        .map(|logit| f64::from(logit - most).exp())
        .sum();
    (f64::from(logits[token.0 as usize] - most) - all.ln()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_the_same_logit_share_the_probability() {
        let half = log_probability(&[7.0, 7.0], LlamaToken(1));
        assert!((half - 0.5_f32.ln()).abs() < 1e-6, "{half}");
    }

    #[test]
    fn large_logits_are_no_trouble() {
        let logits = [1_000.0, 0.0];
        assert_eq!(log_probability(&logits, LlamaToken(0)), 0.0);
        assert_eq!(log_probability(&logits, LlamaToken(1)), -1_000.0);
    }
}
