//! An answer that is held to a grammar.

use super::sampler::Sampler;
use super::{Llama, emit};
use crate::llm::{Cancelled, Finish, LlmError, Sampling};

impl Llama {
    /// Writes an answer that is held to a grammar: all of it is for whoever asked, and nothing is filtered.
    pub(super) fn generate_held(
        &mut self,
        grammar: &str,
        sampling: &Sampling,
        cancelled: Cancelled,
        on_piece: &mut dyn FnMut(&str),
    ) -> Result<Finish, LlmError> {
        let mut sampler = Sampler::held_to(grammar, sampling, self.context.model())?;
        let mut pending = Vec::new();
        for _ in 0..sampling.max_tokens {
            if cancelled() {
                return Ok(Finish::Cancelled);
            }
            let token = sampler.sample(&self.context, -1, &pending);
            if self.context.model().vocab().is_eog(token) {
                return Ok(Finish::Complete);
            }
            pending.extend(self.piece(token));
            emit(&mut pending, false, on_piece);
            if self.read.len() + 1 >= self.context_len() {
                break;
            }
            self.decode(&[token])?;
        }
        Ok(Finish::Length)
    }
}
