//! What was read of other conversations, of the same assistant in another language for example: it is kept, so that
//! coming back to it costs a copy and not another reading.

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::session::{LlamaStateSeqFlags, SeqState};
use llama_cpp_2::token::LlamaToken;

use super::cache::shared_prefix;

/// As many are kept, and as many bytes of them; the one that was left longest ago goes first.
const MOST: usize = 8;
const MOST_BYTES: usize = 256 << 20;
/// Fewer tokens are read as fast as they are copied.
const WORTH_KEEPING: usize = 16;

struct Branch {
    tokens: Vec<LlamaToken>,
    state: SeqState,
}

/// Conversations that were left.
#[derive(Default)]
pub(super) struct Branches(Vec<Branch>);

/// Whether two prompts are of different conversations: they have less than a quarter of the shorter one in common. A
/// conversation that forgot its oldest exchanges has more.
pub(super) fn part_early(read: &[LlamaToken], tokens: &[LlamaToken]) -> bool {
    let shared = shared_prefix(read, tokens);
    read.len() >= WORTH_KEEPING && shared * 4 < read.len().min(tokens.len())
}

impl Branches {
    /// Keeps the state of a conversation that is left, which has read these tokens.
    pub(super) fn leave(&mut self, context: &LlamaContext, read: &[LlamaToken]) {
        // An earlier state of the same conversation is of no use any more.
        self.0.retain(|kept| !read.starts_with(&kept.tokens));
        match context.state_seq_get(0, LlamaStateSeqFlags::empty()) {
            Err(error) => tracing::warn!("a conversation is not kept: {error}"),
            Ok(state) => {
                let tokens = read.to_vec();
                self.0.push(Branch { tokens, state });
                while self.0.len() > MOST || self.bytes() > MOST_BYTES {
                    self.0.remove(0);
                }
            }
        }
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(|kept| kept.state.byte_len()).sum()
    }

    /// Goes back to the one that shares most with `tokens`, if that is worth it; says what it has read.
    pub(super) fn enter(
        &mut self,
        context: &mut LlamaContext,
        tokens: &[LlamaToken],
    ) -> Option<Vec<LlamaToken>> {
        let shared = self
            .0
            .iter()
            .map(|kept| shared_prefix(&kept.tokens, tokens));
        let (best, most) = shared.enumerate().max_by_key(|(_, shared)| *shared)?;
        if most < WORTH_KEEPING {
            return None;
        }
        let Branch { tokens, state } = self.0.remove(best);
        context.clear_kv_cache();
        match context.state_seq_set(&state, 0) {
            Ok(()) => Some(tokens),
            Err(error) => {
                tracing::warn!("a conversation is read again: {error}");
                context.clear_kv_cache();
                Some(Vec::new())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(ids: impl IntoIterator<Item = i32>) -> Vec<LlamaToken> {
        ids.into_iter().map(LlamaToken).collect()
    }

    #[test]
    fn another_beginning_is_another_conversation() {
        let here = tokens(0..100);
        let elsewhere = tokens((0..5).chain(200..260));
        assert!(part_early(&here, &elsewhere));
        assert!(!part_early(&here, &tokens(0..120)));
        assert!(!part_early(&here, &tokens((0..50).chain(200..300))));
    }

    #[test]
    fn what_is_read_in_no_time_is_no_conversation() {
        assert!(!part_early(&tokens(0..8), &tokens(100..200)));
        assert!(!part_early(&[], &tokens(100..200)));
    }
}
