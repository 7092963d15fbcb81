//! Whether drafts from the prompt would make replies faster (prompt-lookup decoding): what followed
//! the last words earlier in the conversation is taken for a draft, and all of it is checked in one
//! batch. `cargo bench --bench prompt_lookup [-- MODEL.gguf]`; without a model, the starter's.
//!
//! Both kinds write the same conversation, turn about, greedily and without the repetition penalty
//! that `talk` uses: that penalty works against drafts, so they look no worse here than they are.

mod starter;

use std::num::NonZeroU32;

use anyhow::{Context, Result};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use vivavoce::agent::Persona;
use vivavoce::clock::Stopwatch;
use vivavoce::language::Language;
use vivavoce::llm::chat_template::ChatTemplate;
use vivavoce::llm::{Message, Opening, Prompt, Role};

/// Tokens of a draft; 0 is plain decoding.
const DRAFTS: [usize; 4] = [0, 2, 4, 8];
/// The longest run of tokens that is looked up.
const RUN: usize = 3;
const ROUNDS: usize = 5;
/// Tokens of a reply.
const REPLY: usize = 48;
const CONTEXT: u32 = 2048;
const QUESTIONS: [&str; 8] = [
    "What is the capital of France?",
    "And what is the capital of Germany?",
    "Which of the two capitals is larger?",
    "How many legs does a spider have?",
    "Does an insect have as many legs as a spider?",
    "Who wrote Romeo and Juliet?",
    "Tell me what Romeo and Juliet is about.",
    "Can you say that again in other words?",
];

fn main() -> Result<()> {
    let path = starter::model()?;
    let mut backend = LlamaBackend::init()?;
    backend.void_logs();
    let model = LlamaModel::load_from_file(&backend, &path, &LlamaModelParams::default())?;
    println!("{}, median of {ROUNDS} rounds", path.display());
    println!("threads  draft  tokens/s  tokens a decode  replies unlike the plain ones");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for threads in [1, cores] {
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(CONTEXT))
            .with_n_threads(i32::try_from(threads)?)
            .with_n_threads_batch(i32::try_from(threads)?);
        let context = model.new_context(&backend, params)?;
        let mut writer = Writer::new(&model, context)?;
        let mut rounds: [Vec<Written>; DRAFTS.len()] = Default::default();
        for _ in 0..ROUNDS {
            for (draft, rounds) in DRAFTS.iter().zip(&mut rounds) {
                rounds.push(writer.conversation(*draft)?);
            }
        }
        let plain = rounds[0][0].replies.clone();
        for (draft, mut rounds) in DRAFTS.iter().zip(rounds) {
            rounds.sort_by(|a, b| a.tokens_per_s().total_cmp(&b.tokens_per_s()));
            let median = &rounds[ROUNDS / 2];
            let replies = median.replies.iter().zip(&plain);
            println!(
                "{threads:>7}  {draft:>5}  {:>8.1}  {:>15.2}  {:>10}",
                median.tokens_per_s(),
                median.tokens as f64 / median.decodes as f64,
                replies.filter(|(reply, plain)| reply != plain).count()
            );
        }
    }
    Ok(())
}

/// What one conversation took.
#[derive(Default)]
struct Written {
    replies: Vec<String>,
    tokens: usize,
    decodes: usize,
    seconds: f64,
}

impl Written {
    fn tokens_per_s(&self) -> f64 {
        self.tokens as f64 / self.seconds
    }
}

struct Writer<'m> {
    model: &'m LlamaModel,
    context: LlamaContext<'m>,
    template: ChatTemplate,
    /// What the cache holds.
    read: Vec<LlamaToken>,
}

impl<'m> Writer<'m> {
    fn new(model: &'m LlamaModel, context: LlamaContext<'m>) -> Result<Self> {
        let source = model.chat_template(None)?.to_string()?;
        Ok(Self {
            model,
            context,
            template: ChatTemplate::new(source, String::new(), String::new())?,
            read: Vec::new(),
        })
    }

    fn conversation(&mut self, draft: usize) -> Result<Written> {
        let mut written = Written::default();
        let mut messages = Persona::bundled(Language::default()).prefix();
        for question in QUESTIONS {
            messages.push(Message::new(Role::User, question));
            let prompt = self
                .template
                .render(&Prompt::new(&messages, Opening::Reply))?;
            let prompt = self.model.vocab().tokenize(prompt.as_bytes(), false, true);
            let reply = self.reply(prompt, draft, &mut written)?;
            messages.push(Message::new(Role::Assistant, &reply));
            written.replies.push(reply);
        }
        Ok(written)
    }

    /// Reads the prompt, then writes a reply; only the writing is timed.
    fn reply(
        &mut self,
        mut tokens: Vec<LlamaToken>,
        draft: usize,
        written: &mut Written,
    ) -> Result<String> {
        let shared = self.read.iter().zip(&tokens).take_while(|(a, b)| a == b);
        let shared = shared.count().min(tokens.len() - 1);
        self.cut(shared)?;
        let mut next = *self.decode(&tokens[shared..])?.last().context("no token")?;
        let vocab = self.model.vocab();
        let mut reply = Vec::new();
        let watch = Stopwatch::start();
        while !vocab.is_eog(next) && reply.len() < REPLY {
            tokens.push(next);
            reply.push(next);
            let drafted = look_up(&tokens, draft);
            let batch: Vec<_> = std::iter::once(next).chain(drafted.clone()).collect();
            let from = self.read.len();
            let likeliest = self.decode(&batch)?;
            written.decodes += 1;
            let right = drafted.iter().zip(&likeliest).take_while(|(a, b)| a == b);
            let right = right
                .take_while(|(token, _)| !vocab.is_eog(**token))
                .count()
                .min(REPLY - reply.len());
            tokens.extend(&drafted[..right]);
            reply.extend(&drafted[..right]);
            self.cut(from + 1 + right)?;
            next = likeliest[right];
        }
        written.seconds += watch.elapsed().as_secs_f64();
        written.tokens += reply.len();
        let pieces = reply.iter().map(|t| vocab.token_to_piece(*t, false, None));
        Ok(String::from_utf8_lossy(&pieces.collect::<Vec<_>>().concat()).into_owned())
    }

    /// The likeliest token after each of these.
    fn decode(&mut self, tokens: &[LlamaToken]) -> Result<Vec<LlamaToken>> {
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        for (n, token) in tokens.iter().enumerate() {
            batch.add(*token, i32::try_from(self.read.len() + n)?, &[0], true)?;
        }
        self.context.decode(&mut batch)?;
        self.read.extend_from_slice(tokens);
        let likeliest = |n: usize| -> Result<LlamaToken> {
            let logits = self.context.get_logits_ith(i32::try_from(n)?);
            let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            Ok(LlamaToken(i32::try_from(best.map_or(0, |(id, _)| id))?))
        };
        (0..tokens.len()).map(likeliest).collect()
    }

    fn cut(&mut self, len: usize) -> Result<()> {
        self.context
            .clear_kv_cache_seq(Some(0), Some(u32::try_from(len)?), None)?;
        self.read.truncate(len);
        Ok(())
    }
}

/// Up to `most` tokens that followed where the longest run of the last ones stood before, the last
/// time that it did.
fn look_up(tokens: &[LlamaToken], most: usize) -> Vec<LlamaToken> {
    for run in (1..=RUN.min(tokens.len() - 1)).rev() {
        let (before, end) = (&tokens[..tokens.len() - 1], &tokens[tokens.len() - run..]);
        if let Some(at) = before.windows(run).rposition(|window| window == end) {
            let follows = &tokens[at + run..];
            return follows[..most.min(follows.len())].to_vec();
        }
    }
    Vec::new()
}
