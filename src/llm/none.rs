//! The language model of an assistant whose words come from elsewhere: there is none.

use super::{Finish, LanguageModel, LlmError, Output, Prefill, Prompt, Sampling};
use crate::cancellation::Cancelled;

/// See the module.
pub struct NoLanguageModel;

impl LanguageModel for NoLanguageModel {
    fn warm_up(&mut self, _: &Prompt) -> Result<Prefill, LlmError> {
        Ok(Prefill::default())
    }

    fn count_tokens(&self, _: &Prompt) -> Result<usize, LlmError> {
        Ok(0)
    }

    fn prefill(&mut self, _: &Prompt, _: Cancelled) -> Result<Option<Prefill>, LlmError> {
        Ok(Some(Prefill::default()))
    }

    fn generate(
        &mut self,
        _: &Sampling,
        _: Cancelled,
        _: &mut dyn FnMut(Output),
    ) -> Result<Finish, LlmError> {
        Err(LlmError::Run("there is none here".into()))
    }
}
