//! Any GGUF model through llama.cpp.
//!
//! One context a session, one sequence; sessions share the weights. `read` mirrors what the
//! key-value cache holds, so that a new prompt costs only what it does not share with the one
//! before: the next turn, a reply that was cut to what was heard, a forgotten exchange. Where the cache cannot be cut ([`Checkpoints`]), it goes
//! back to a state that was kept.

mod branches;
mod cache;
mod cache_type;
mod context;
mod held;
mod load;
mod message_end;
mod on_disk;
mod prompt_tokens;
mod sampler;
mod sureness;
mod together;

pub use cache_type::CacheType;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::vocab::LlamaVocab;

use super::chat_template::ChatTemplate;
use super::checkpoints::Checkpoints;
use super::gpu::GpuLayers;
use super::speech_filter::SpeechFilter;
use super::together::one_by_one;
use super::tool_grammar;
use super::{
    CALL_TOKENS, Cancelled, Finish, LanguageModel, LlmError, OnDone, Opening, Output, Prefill,
    Prompt, Sampling, Task, check_room,
};
use branches::Branches;
use context::Context;
use message_end::EndTokens;
use prompt_tokens::{PromptTokens, Tokenizer};
use sampler::Sampler;

/// Tokens of a batch where somebody waits, or may give up: it takes some tens of milliseconds on two slow cores.
pub const SHORT_BATCH: usize = 64;
/// Where nobody waits for a single one of many answers.
pub const LONG_BATCH: usize = 512;

/// How to load a model.
#[derive(Debug, Clone)]
pub struct LlamaConfig {
    /// The GGUF file.
    pub model: PathBuf,
    /// Identifies the weights in the disk cache: their SHA-256, or [`super::gguf::identity`].
    pub model_id: String,
    /// An adapter's file and what identifies it.
    pub adapter: Option<(PathBuf, String)>,
    /// Tokens of context.
    pub context: u32,
    /// Threads for reading and for generating.
    pub threads: usize,
    /// Layers to place on a GPU.
    pub gpu_layers: GpuLayers,
    /// How the key-value cache is stored.
    pub cache_type: CacheType,
    /// Tokens that a model may think before it speaks.
    pub reasoning_tokens: usize,
    /// How many conversations are answered at a time ([`LanguageModel::answer_all`]); 0 where a single one is held.
    pub together: usize,
    /// Tokens that are read at once: llama.cpp cannot be interrupted within a batch.
    pub batch: usize,
    /// Where prompt states are kept, and of what; `None` keeps none.
    pub states: Option<StatesConfig>,
}

/// Which prompt states are kept on disk.
#[derive(Debug, Clone)]
pub struct StatesConfig {
    /// Where.
    pub folder: PathBuf,
    /// All of them together take at most this. Bytes.
    pub most_bytes: u64,
    /// Also those of whole prompts ([`LanguageModel::keep_prompt`]), and not of instructions alone.
    pub of_prompts: bool,
}

/// A loaded model with its context.
pub struct Llama {
    context: Context,
    template: ChatTemplate,
    config: LlamaConfig,
    /// Where its layers are, for people.
    on_gpu: String,
    /// It may write reasoning that nobody hears.
    reasons: bool,
    /// Control tokens that say what is not for the user, and their text.
    marks: HashMap<LlamaToken, Vec<u8>>,
    /// The prompt that was made into tokens last.
    prompt_tokens: RefCell<PromptTokens<LlamaToken>>,
    /// Tokens whose state the cache holds, in order.
    read: Vec<LlamaToken>,
    /// Other conversations, where the cache can be cut at any place.
    branches: Branches,
    /// `None`: the cache can be cut at any place.
    checkpoints: Option<Checkpoints>,
    /// The last prompt was read to its end, so that its state may be kept on disk.
    may_be_kept: bool,
    /// So many tokens of `read` are in a state on disk.
    on_disk: usize,
    /// From here on the cache holds tokens that have seen others than those before them: a gap was closed.
    closed_at: Option<usize>,
    /// How the prompt ends that was read last.
    prompt_end: String,
    /// How it was opened.
    opening: Opening,
    /// It names tools.
    has_tools: bool,
    /// What calls of them are held to.
    grammar: Option<String>,
    /// What ends a message.
    end_tokens: EndTokens,
    /// What the whole answer is held to.
    answer: Option<String>,
}

/// As much of a prompt's end as says whether the template has opened a block of reasoning. Bytes.
const PROMPT_END: usize = 64;

impl Llama {
    fn tokenize(&self, text: &str) -> Vec<LlamaToken> {
        let vocab = self.context.model().vocab();
        // Most templates write the beginning-of-text token themselves where the model wants one.
        let mut tokens = self.prompt_tokens.borrow_mut().of(text, &vocab).to_vec();
        if vocab.should_add_bos() && tokens.first().is_some_and(|first| *first != vocab.bos()) {
            tokens.insert(0, vocab.bos());
        }
        tokens
    }

    fn tokens(&self, prompt: &Prompt) -> Result<Vec<LlamaToken>, LlmError> {
        Ok(self.tokenize(&self.template.render(prompt)?))
    }

    /// Tokens that fit into the context.
    fn context_len(&self) -> usize {
        self.context.get().n_ctx() as usize
    }

    fn decode(&mut self, tokens: &[LlamaToken]) -> Result<(), LlmError> {
        self.decode_looking(tokens, None)
    }

    /// The same, with logits behind the token at an index too.
    fn decode_looking(&mut self, tokens: &[LlamaToken], at: Option<usize>) -> Result<(), LlmError> {
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        for (n, token) in tokens.iter().enumerate() {
            let position = (self.read.len() + n) as i32;
            let is_looked_behind = n + 1 == tokens.len() || Some(n) == at;
            batch
                .add(*token, position, &[0], is_looked_behind)
                .map_err(run)?;
        }
        self.context
            .run(|context| context.decode(&mut batch))
            .map_err(run)?;
        self.read.extend_from_slice(tokens);
        Ok(())
    }

    /// The text of a token, and of a control token if it says what is not for the user.
    fn piece(&self, token: LlamaToken) -> Vec<u8> {
        match self.marks.get(&token) {
            Some(mark) => mark.clone(),
            None => {
                let vocab = self.context.model().vocab();
                vocab.token_to_piece(token, false, None)
            }
        }
    }
}

impl LanguageModel for Llama {
    fn warm_up(&mut self, prefix: &Prompt) -> Result<Prefill, LlmError> {
        let tokens = match self.tokens(prefix) {
            Ok(tokens) => tokens,
            // Qwen3.5's template wants a question in every prompt: then the first one reads all.
            Err(error) => {
                tracing::warn!("the persona is not read ahead: {error}");
                return Ok(Prefill::default());
            }
        };
        self.change_branch(&tokens)?;
        if self.load_all_of(&tokens) {
            // A loaded state has run nothing yet: read its last token again to warm the engine.
            let last = self.read.len().saturating_sub(1);
            let kept = self.read[last..].to_vec();
            match &mut self.checkpoints {
                None => self.cut(last)?,
                Some(checkpoints) => checkpoints.keep(self.context.get(), &self.read),
            }
            self.decode(&kept)?;
            return Ok(Prefill {
                kept: last,
                read: kept.len(),
                ends: None,
            });
        }
        let prefill = self.prefill(prefix, &|| false)?.unwrap_or_default();
        self.keep_read();
        Ok(prefill)
    }

    fn count_tokens(&self, prompt: &Prompt) -> Result<usize, LlmError> {
        Ok(self.tokens(prompt)?.len())
    }

    fn prefill(
        &mut self,
        prompt: &Prompt,
        cancelled: Cancelled,
    ) -> Result<Option<Prefill>, LlmError> {
        let Prompt { opening, room, .. } = *prompt;
        // Until the whole of this one is read, nothing is to be kept.
        self.may_be_kept = false;
        let words = message_end::words(prompt);
        let words = words
            .as_ref()
            .map(|messages| Prompt::new(messages, Opening::Unfinished).with_tools(prompt.tools));
        let of_words = words.map(|words| self.tokens(&words)).transpose()?;
        let text = self.template.render(prompt)?;
        let tokens = self.tokenize(&text);
        let reasoning = usize::from(self.reasons) * self.config.reasoning_tokens;
        check_room(tokens.len(), room + reasoning, self.context_len())?;
        self.prompt_end = match opening {
            Opening::Reply => {
                text[text.floor_char_boundary(text.len().saturating_sub(PROMPT_END))..].to_owned()
            }
            Opening::None | Opening::Unfinished => String::new(),
        };
        self.opening = opening;
        self.has_tools = !prompt.tools.is_empty();
        let is_held = self.has_tools && self.template.calls_are_tagged_json();
        self.grammar = is_held.then(|| tool_grammar::grammar(prompt.tools));
        self.answer = prompt.answer.map(|schema| schema.grammar().to_owned());
        let boundary = self.boundary(prompt, &tokens);
        let end = self.looks_behind(&tokens, of_words.as_deref(), opening);
        if let Some(words) = words.filter(|_| end.is_none()) {
            return self.prefill_after(&words, prompt, cancelled);
        }
        self.go_back(&tokens, opening)?;
        self.go_on_from_disk(&tokens)?;
        if let Some(end) = end.filter(|end| self.read.len() > *end) {
            self.cut(end)?;
        }
        let (kept, mut ends) = (self.read.len(), None);
        while self.read.len() < tokens.len() {
            if cancelled() {
                return Ok(None);
            }
            let from = self.read.len();
            let to = tokens.len().min(from + self.config.batch);
            let to = boundary
                .filter(|at| (from + 1..to).contains(at))
                .unwrap_or(to);
            let looked = end
                .filter(|end| (from..to).contains(end))
                .map(|end| end - from);
            self.decode_looking(&tokens[from..to], looked)?;
            if let Some(index) = looked {
                let logits = self.context.get().get_logits_ith(index as i32);
                ends = Some(self.end_tokens.probability(logits));
            }
            if let Some(checkpoints) = &mut self.checkpoints
                && boundary == Some(to)
            {
                checkpoints.keep(self.context.get(), &self.read);
            }
        }
        self.may_be_kept = true;
        Ok(Some(Prefill {
            kept,
            read: tokens.len() - kept,
            ends,
        }))
    }

    fn generate(
        &mut self,
        sampling: &Sampling,
        cancelled: Cancelled,
        on_output: &mut dyn FnMut(Output),
    ) -> Result<Finish, LlmError> {
        let mut on_piece = |text: &str| on_output(Output::Text(text));
        if let Some(grammar) = self.answer.take() {
            return self.generate_held(&grammar, sampling, cancelled, &mut on_piece);
        }
        let mut sampler = Sampler::new(sampling, self.context.model());
        let mut filter = SpeechFilter::after(&self.prompt_end);
        let mut pending = Vec::new();
        let (mut said, mut thought, mut called) = (0, 0, 0);
        let mut watch = TagWatch::default();
        let finish = loop {
            if cancelled() {
                return Ok(Finish::Cancelled);
            }
            let thinks_on = thought < self.config.reasoning_tokens.max(1);
            if said >= sampling.max_tokens || called >= CALL_TOKENS || !thinks_on {
                break Finish::Length;
            }
            let token = sampler.sample(&self.context, -1, &pending);
            if self.context.model().vocab().is_eog(token) {
                break Finish::Complete;
            }
            pending.extend(self.piece(token));
            emit(&mut pending, false, &mut |text| {
                watch.push(text);
                filter.push(text, &mut on_piece);
            });
            if watch.is_complete()
                && !filter.is_thinking()
                && let Some(grammar) = self.grammar.take()
            {
                match Sampler::held_to(&grammar, sampling, self.context.model()) {
                    Ok(held) => sampler = held,
                    Err(error) => {
                        tracing::warn!("a call is not held to its tool's schema: {error}")
                    }
                }
            }
            if filter.is_over() {
                break Finish::Complete;
            }
            if filter.is_thinking() {
                thought += 1;
            } else if self.has_tools && filter.is_calling() {
                called += 1;
            } else {
                said += 1;
            }
            if self.read.len() + 1 >= self.context_len() {
                break Finish::Length;
            }
            self.decode(&[token])?;
        };
        emit(&mut pending, true, &mut |text| {
            filter.push(text, &mut on_piece)
        });
        filter.finish(&mut on_piece);
        let calls = if self.has_tools {
            filter.calls()
        } else {
            Vec::new()
        };
        let answered = filter.spoke() || !calls.is_empty();
        calls
            .into_iter()
            .for_each(|call| on_output(Output::Call(call)));
        self.reasons |= thought > 0;
        match finish {
            Finish::Length if !answered && thought > 0 => {
                Err(LlmError::OnlyReasoning { tokens: thought })
            }
            // A reply that was cut off may have been complete.
            _ if !answered && self.opening != Opening::Unfinished => Err(LlmError::NoWords {
                reason: filter.why_no_words("it ended its reply"),
            }),
            _ => Ok(finish),
        }
    }

    fn answer_all(
        &mut self,
        tasks: &[Task],
        cancelled: Cancelled,
        on_done: OnDone,
    ) -> Result<(), LlmError> {
        if self.config.together > 0 {
            self.answer_together(tasks, cancelled, on_done)
        } else {
            one_by_one(self, tasks, cancelled, on_done)
        }
    }

    fn keep_prompt(&mut self) {
        if self.is_worth_keeping() {
            self.keep_read();
        }
    }

    fn describe(&self) -> String {
        let (model, config) = (self.context.model(), &self.config);
        let name = model.meta_val_str("general.name").unwrap_or_default();
        let cache = match &self.checkpoints {
            None => "cut where prompts part",
            Some(_) if model.is_recurrent() => "recurrent: goes back to checkpoints",
            Some(_) => "hybrid: goes back to checkpoints",
        };
        let system = if self.template.folds_system() {
            "; instructions go with the first question"
        } else {
            ""
        };
        format!(
            "{name}: {} layers, {}; {} tokens of cache as {}, {cache}{system}",
            model.n_layer(),
            self.on_gpu,
            self.context.get().n_ctx(),
            config.cache_type.name(),
        )
    }
}

impl Tokenizer for LlamaVocab<'_> {
    type Token = LlamaToken;

    fn tokens(&self, text: &str) -> Vec<LlamaToken> {
        self.tokenize(text.as_bytes(), false, true)
    }

    fn text(&self, token: LlamaToken) -> Vec<u8> {
        self.token_to_piece(token, true, None)
    }

    fn is_control(&self, token: LlamaToken) -> bool {
        LlamaVocab::is_control(self, token)
    }
}

/// Watches for the tag that begins a call, at the end of what was written so far.
#[derive(Default)]
struct TagWatch(String);

impl TagWatch {
    fn push(&mut self, text: &str) {
        self.0.push_str(text);
        let excess = self.0.len().saturating_sub(tool_grammar::TAG.len());
        self.0.drain(..self.0.floor_char_boundary(excess));
    }

    /// Whether the tag ends with the last token. One that goes on with more is not held to the grammar.
    fn is_complete(&self) -> bool {
        self.0.ends_with(tool_grammar::TAG)
    }
}

fn run(error: impl std::fmt::Display) -> LlmError {
    LlmError::Run(error.to_string())
}

/// Hands over what is whole text; a character may be spread over several tokens.
fn emit(pending: &mut Vec<u8>, all: bool, on_piece: &mut dyn FnMut(&str)) {
    let whole = match std::str::from_utf8(pending) {
        Ok(_) => pending.len(),
        Err(error) if all || error.error_len().is_some() => pending.len(),
        Err(error) => error.valid_up_to(),
    };
    if whole > 0 {
        let bytes: Vec<u8> = pending.drain(..whole).collect();
        on_piece(&String::from_utf8_lossy(&bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_a_call_is_seen_where_it_ends_with_a_token() {
        let complete = |pieces: &[&str]| {
            let mut watch = TagWatch::default();
            pieces.iter().for_each(|piece| watch.push(piece));
            watch.is_complete()
        };
        assert!(complete(&["Well é <", "tool", "_call", ">"]));
        assert!(!complete(&["<tool_call", ">{"]));
        assert!(!complete(&["<tool_call>", "{"]));
    }

    #[test]
    fn a_character_spread_over_tokens_is_handed_over_whole() {
        let (mut pending, mut pieces) = (Vec::new(), Vec::new());
        for byte in "é!".bytes() {
            pending.push(byte);
            emit(&mut pending, false, &mut |piece| {
                pieces.push(piece.to_owned())
            });
        }
        assert_eq!(pieces, ["é", "!"]);
    }
}
