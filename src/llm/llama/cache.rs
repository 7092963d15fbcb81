//! The key-value cache, brought to what the next prompt begins with.

use llama_cpp_2::model::RopeType;
use llama_cpp_2::token::LlamaToken;

use super::branches::part_early;
use super::{Llama, run};
use crate::llm::{LlmError, Opening, Prompt};

impl Llama {
    /// Cuts the cache to its first `len` tokens.
    pub(super) fn cut(&mut self, len: usize) -> Result<(), LlmError> {
        self.on_disk = self.on_disk.min(len);
        self.closed_at = self.closed_at.filter(|at| *at < len);
        // With a sliding window the beginning is gone, and of a state that was written and loaded what lay before the
        // window is too: going back by more than a token would leave holes in it.
        let context = self.context.get();
        let slides = len > 0 && context.kv_cache_seq_pos_min(0) > 0;
        if slides && self.read.len() > len + 1 {
            self.context.with(|context| context.clear_kv_cache());
            self.read.clear();
            (self.on_disk, self.closed_at) = (0, None);
            return Ok(());
        }
        let cut = self
            .context
            .with(|context| context.clear_kv_cache_seq(Some(0), Some(len as u32), None))
            .map_err(run)?;
        self.read.truncate(len);
        if !cut {
            tracing::info!("this model's cache cannot be cut here: everything is read again");
            self.context.with(|context| context.clear_kv_cache());
            self.read.clear();
            (self.on_disk, self.closed_at) = (0, None);
        }
        Ok(())
    }

    /// Closes the gap that a forgotten exchange leaves behind the first `shared` tokens: moves the
    /// state of what follows it, instead of reading all of that again (seconds, in a long
    /// conversation). What follows keeps having seen what is gone; that is how llama.cpp's own
    /// context shift does it too.
    fn close_gap(&mut self, shared: usize, tokens: &[LlamaToken]) -> Result<(), LlmError> {
        // Positions in several dimensions cannot be moved.
        if !matches!(
            self.context.model().rope_type(),
            None | Some(RopeType::Norm | RopeType::NeoX)
        ) {
            return Ok(());
        }
        let Some(gap) = gap(&self.read[shared..], &tokens[shared..]) else {
            return Ok(());
        };
        let (from, to) = (shared as u32, (shared + gap) as u32);
        let removed = self
            .context
            .with(|context| context.clear_kv_cache_seq(Some(0), Some(from), Some(to)))
            .map_err(run)?;
        if !removed {
            return self.cut(0);
        }
        self.context
            .with(|context| context.kv_cache_seq_add(0, Some(to), None, -(gap as i32)))
            .map_err(run)?;
        self.read.drain(shared..shared + gap);
        self.on_disk = self.on_disk.min(shared);
        self.closed_at = Some(self.closed_at.map_or(shared, |at| at.min(shared)));
        Ok(())
    }

    /// Goes over to another conversation, if these tokens are of one: what was read is kept for when it comes back.
    pub(super) fn change_branch(&mut self, tokens: &[LlamaToken]) -> Result<(), LlmError> {
        if self.checkpoints.is_some() || !part_early(&self.read, tokens) {
            return Ok(());
        }
        self.branches.leave(self.context.get(), &self.read);
        let branches = &mut self.branches;
        match self.context.with(|context| branches.enter(context, tokens)) {
            // Of a branch it is not known how much of it is on disk, or whether a gap was closed in it.
            Some(read) => {
                (self.on_disk, self.closed_at) = (0, Some(0).filter(|_| !read.is_empty()));
                self.read = read;
            }
            None => self.cut(shared_prefix(&self.read, tokens))?,
        }
        Ok(())
    }

    /// Brings the cache to a beginning of `tokens`, the longest that it can. The logits of the last
    /// token are needed for a reply, so at least one is then left to be read.
    pub(super) fn go_back(
        &mut self,
        tokens: &[LlamaToken],
        opening: Opening,
    ) -> Result<(), LlmError> {
        let Some(checkpoints) = &self.checkpoints else {
            self.change_branch(tokens)?;
            self.close_gap(shared_prefix(&self.read, tokens), tokens)?;
            let shared = shared_prefix(&self.read, tokens);
            let shared = shared.min(tokens.len().saturating_sub(1));
            if shared < self.read.len() {
                self.cut(shared)?;
            }
            return Ok(());
        };
        let most = match opening {
            Opening::None => tokens.len(),
            Opening::Reply | Opening::Unfinished => tokens.len().saturating_sub(1),
        };
        let goes_on = self.read.len() <= most && tokens.starts_with(&self.read);
        if !goes_on {
            let most = &tokens[..most];
            self.read = self
                .context
                .with(|context| checkpoints.restore(context, most));
        }
        Ok(())
    }

    /// Where the state is kept while a prompt is read: what is behind the last message before the
    /// one that may still change.
    pub(super) fn boundary(&self, prompt: &Prompt, tokens: &[LlamaToken]) -> Option<usize> {
        self.checkpoints.as_ref()?;
        let (Opening::Reply | Opening::Unfinished, Some((_, before))) =
            (prompt.opening, prompt.messages.split_last())
        else {
            return Some(tokens.len());
        };
        let before = Prompt::new(before, Opening::None).with_tools(prompt.tools);
        // Some templates refuse what does not end with a question.
        let before = self.tokens(&before).ok()?;
        tokens.starts_with(&before).then_some(before.len())
    }
}

/// Tokens that both begin with.
pub(super) fn shared_prefix(a: &[LlamaToken], b: &[LlamaToken]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// The least number of tokens that must follow a gap unchanged: fewer save too little, or match by chance.
const AFTER_GAP: usize = 24;

/// How many tokens at the beginning of `read` are missing in `tokens`, if what follows them is
/// what `tokens` begins with. If the user asked the same thing twice, several places match: the one that
/// shares the most tokens is taken.
fn gap(read: &[LlamaToken], tokens: &[LlamaToken]) -> Option<usize> {
    let after = tokens.get(..AFTER_GAP)?;
    let windows = read.windows(AFTER_GAP).enumerate();
    let places = windows.filter(|(_, window)| *window == after);
    let (found, _) = places
        .map(|(place, _)| (place, shared_prefix(&read[place..], tokens)))
        .max_by_key(|(_, shared)| *shared)?;
    (found > 0).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_found_by_what_follows_it() {
        let tokens = |ids: std::ops::Range<i32>| ids.map(LlamaToken).collect::<Vec<_>>();
        assert_eq!(gap(&tokens(0..100), &tokens(40..100)), Some(40));
        assert_eq!(gap(&tokens(0..100), &tokens(0..100)), None);
        assert_eq!(gap(&tokens(0..100), &tokens(200..300)), None);
        assert_eq!(gap(&tokens(0..10), &tokens(5..10)), None);
    }

    #[test]
    fn the_shared_prefix_ends_at_the_first_difference() {
        let tokens = |ids: &[i32]| ids.iter().map(|id| LlamaToken(*id)).collect::<Vec<_>>();
        assert_eq!(
            shared_prefix(&tokens(&[1, 2, 3]), &tokens(&[1, 2, 4, 3])),
            2
        );
        assert_eq!(shared_prefix(&tokens(&[]), &tokens(&[1])), 0);
    }
}
