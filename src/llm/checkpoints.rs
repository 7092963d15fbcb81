//! States of a model to go back to, where its cache cannot be cut at any place.
//!
//! A transformer's cache holds each token apart, so the end of it can be cut off. A recurrent model
//! (Mamba, RWKV) folds all tokens into one state, and a hybrid one (LFM2, Granite 4, Qwen3-Next) does
//! so in some of its layers: what it has read it cannot forget. So its state is kept where the next
//! prompt is likely to leave this one: behind the persona, and behind the last exchange.

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::session::{LlamaStateSeqFlags, SeqState};
use llama_cpp_2::token::LlamaToken;

/// Checkpoints that are kept: the first, which is the persona's, and the latest.
const KEEP: usize = 3;

struct Checkpoint {
    tokens: Vec<LlamaToken>,
    state: SeqState,
}

/// The checkpoints of one sequence.
#[derive(Default)]
pub struct Checkpoints(Vec<Checkpoint>);

impl Checkpoints {
    /// Keeps the state as it is, which has read these tokens and no other.
    pub fn keep(&mut self, context: &LlamaContext, tokens: &[LlamaToken]) {
        if tokens.is_empty() || self.0.iter().any(|kept| kept.tokens == tokens) {
            return;
        }
        let state = match context.state_seq_get(0, LlamaStateSeqFlags::empty()) {
            Ok(state) => state,
            Err(error) => {
                tracing::warn!("no checkpoint of {} tokens: {error}", tokens.len());
                return;
            }
        };
        if self.0.len() == KEEP {
            self.0.remove(1);
        }
        tracing::debug!(
            "checkpoint: {} tokens, {} bytes",
            tokens.len(),
            state.byte_len()
        );
        let tokens = tokens.to_vec();
        self.0.push(Checkpoint { tokens, state });
    }

    /// Goes back to the longest state that has read only the beginning of `tokens`, and returns what
    /// it has read: nothing, if there is none.
    pub fn restore(&self, context: &mut LlamaContext, tokens: &[LlamaToken]) -> Vec<LlamaToken> {
        context.clear_kv_cache();
        let fitting = self
            .0
            .iter()
            .filter(|kept| tokens.starts_with(&kept.tokens));
        let Some(best) = fitting.max_by_key(|kept| kept.tokens.len()) else {
            return Vec::new();
        };
        match context.state_seq_set(&best.state, 0) {
            Ok(()) => best.tokens.clone(),
            Err(error) => {
                tracing::warn!("a checkpoint cannot be restored: {error}");
                context.clear_kv_cache();
                Vec::new()
            }
        }
    }
}
