//! Moonshine tiny (English, MIT): an encoder over raw samples and an autoregressive decoder with
//! a key-value cache, as two ONNX graphs. Shapes as in version 0.0.59 of the package.

use std::path::Path;

use ort::session::SessionInputValue;
use ort::value::{DynValue, Tensor, TensorRef};

use super::{Cancelled, Recognizer, SILENCE_DBFS, SttError, Tokenizer};
use crate::audio::frame::{SPEECH_RATE, dbfs, peak};
use crate::onnx::Graph;

const LAYERS: usize = 6;
const HEADS: usize = 8;
const HEAD_DIM: usize = 36;
const START: i64 = 1;
const END: i64 = 2;
/// More tokens than this per second of audio are a loop, not speech.
const TOKENS_PER_SECOND: f32 = 6.5;
/// The model invents words for clips shorter than this; they are padded with silence.
const SHORTEST: usize = SPEECH_RATE as usize;
/// Silence after the audio: without it the last word is sometimes dropped.
const TAIL: usize = SPEECH_RATE as usize / 5;

/// The English recognizer of the starter profile.
pub struct Moonshine {
    encoder: Graph,
    decoder: Graph,
    tokenizer: Tokenizer,
    /// Names of the cache inputs and of the outputs that replace them, in the same order.
    cache_names: Vec<(String, String)>,
    before: Before,
}

/// What was decoded last: the same sound with more behind it mostly begins with the same tokens.
#[derive(Default)]
struct Before {
    /// How the sound began.
    beginning: Vec<f32>,
    tokens: Vec<i64>,
}

/// So much of two recordings is the same only if one goes on where the other ended. Samples: 200 ms.
const BEGINNING: usize = SPEECH_RATE as usize / 5;

impl Before {
    /// The tokens to be expected for this sound.
    fn guess(&self, samples: &[f32]) -> &[i64] {
        if !self.beginning.is_empty() && samples.starts_with(&self.beginning) {
            &self.tokens
        } else {
            &[]
        }
    }

    fn keep(&mut self, samples: &[f32], tokens: &[i64]) {
        self.beginning.clear();
        let beginning = samples.iter().take(BEGINNING);
        self.beginning.extend(beginning);
        self.tokens = tokens.to_vec();
    }
}

/// Files of the model, all in one folder.
pub const FILES: [&str; 3] = [
    "encoder_model.ort",
    "decoder_model_merged.ort",
    "tokenizer.bin",
];

impl Moonshine {
    /// Loads the three [`FILES`] from `folder`, with `threads` threads.
    pub fn load(runtime: &Path, folder: &Path, threads: usize) -> Result<Self, SttError> {
        let [encoder, decoder, tokenizer] = FILES.map(|name| folder.join(name));
        let tokenizer = Tokenizer::load(&tokenizer)?;
        let mut cache_names = Vec::new();
        for layer in 0..LAYERS {
            for side in ["decoder", "encoder"] {
                for part in ["key", "value"] {
                    cache_names.push((
                        format!("past_key_values.{layer}.{side}.{part}"),
                        format!("present.{layer}.{side}.{part}"),
                    ));
                }
            }
        }
        Ok(Self {
            encoder: Graph::load(runtime, &encoder, threads)?,
            decoder: Graph::load(runtime, &decoder, threads)?,
            tokenizer,
            cache_names,
            before: Before::default(),
        })
    }

    /// The tokens of these samples, which probably begin with those of `guess`.
    fn run(
        &self,
        samples: &[f32],
        guess: &[i64],
        cancelled: Cancelled,
    ) -> ort::Result<Option<Vec<i64>>> {
        let count = samples.len();
        let mask = vec![1i64; count];
        let hidden = {
            let mut encoder = self.encoder.lock();
            let mut outputs = encoder.run(ort::inputs! {
                "input_values" => TensorRef::from_array_view(([1, count], samples))?,
                "attention_mask" => TensorRef::from_array_view(([1, count], &*mask))?,
            })?;
            outputs
                .remove("last_hidden_state")
                .ok_or_else(|| ort::Error::new("the encoder gave no hidden state"))?
        };
        let limit = (count as f32 / SPEECH_RATE as f32 * TOKENS_PER_SECOND).ceil() as usize;
        let mut tokens: Vec<i64> = Vec::with_capacity(limit);
        let mut cache = empty_cache(self.cache_names.len())?;
        // Tokens that are guessed are read all at once, which costs little more than one of them; those that the
        // decoder would have written itself stay.
        let mut step = vec![START];
        step.extend(guess.iter().take(limit.saturating_sub(1)));
        let mut is_first = true;
        while tokens.len() < limit {
            if cancelled() {
                return Ok(None);
            }
            let mut inputs: Vec<(&str, SessionInputValue)> = vec![
                (
                    "input_ids",
                    Tensor::from_array(([1usize, step.len()], step.clone()))?.into(),
                ),
                ("encoder_hidden_states", (&hidden).into()),
                (
                    "encoder_attention_mask",
                    TensorRef::from_array_view(([1, count], &*mask))?.into(),
                ),
                (
                    "use_cache_branch",
                    Tensor::from_array(([1usize], vec![!is_first]))?.into(),
                ),
            ];
            for ((past, _), value) in self.cache_names.iter().zip(&cache) {
                inputs.push((past, value.into()));
            }
            let mut decoder = self.decoder.lock();
            let mut outputs = decoder.run(inputs)?;
            let (_, logits) = outputs["logits"].try_extract_tensor::<f32>()?;
            let (agreed, next) = agreement(&step, logits);
            tokens.extend(&step[1..=agreed]);
            if next == END {
                break;
            }
            tokens.push(next);
            for ((past, present), value) in self.cache_names.iter().zip(&mut cache) {
                // The encoder's keys and values are made in the first step and stay.
                let of_decoder = past.contains(".decoder.");
                if (is_first || of_decoder)
                    && let Some(new) = outputs.remove(present)
                {
                    *value = if of_decoder && agreed + 1 < step.len() {
                        cut(&new, agreed + 1)?
                    } else {
                        new
                    };
                }
            }
            (step, is_first) = (vec![next], false);
        }
        Ok(Some(tokens))
    }
}

impl Recognizer for Moonshine {
    fn warm_up(&mut self) -> Result<(), SttError> {
        let quiet_noise: Vec<f32> = (0..SHORTEST).map(|n| (n % 7) as f32 * 1e-2).collect();
        self.transcribe(&quiet_noise, &|| false).map(|_| ())
    }

    fn transcribe(
        &mut self,
        samples: &[f32],
        cancelled: Cancelled,
    ) -> Result<Option<String>, SttError> {
        if dbfs(peak(samples)) < SILENCE_DBFS {
            return Ok(Some(String::new()));
        }
        let mut padded = samples.to_vec();
        padded.resize((samples.len() + TAIL).max(SHORTEST), 0.0);
        let guess = self.before.guess(samples);
        let tokens = self
            .run(&padded, guess, cancelled)
            .map_err(|e| SttError::Run(e.to_string()))?;
        if let Some(tokens) = &tokens {
            self.before.keep(samples, tokens);
        }
        Ok(tokens.map(|tokens| without_loops(&self.tokenizer.decode(&tokens))))
    }
}

fn empty_cache(count: usize) -> ort::Result<Vec<DynValue>> {
    (0..count)
        .map(|_| {
            let empty = Tensor::<f32>::from_array(([1usize, HEADS, 0, HEAD_DIM], Vec::new()))?;
            Ok(empty.into_dyn())
        })
        .collect()
}

/// How many of the tokens behind the first are what the decoder writes after those before them, and what it writes
/// then. `logits`: of all tokens, after each of the step's.
fn agreement(step: &[i64], logits: &[f32]) -> (usize, i64) {
    let all = logits.len() / step.len();
    let mut written = logits.chunks_exact(all).map(best);
    let mut guessed = step[1..].iter();
    let mut agreed = 0;
    loop {
        let next = written.next().unwrap_or(END);
        if guessed.next() != Some(&next) {
            return (agreed, next);
        }
        agreed += 1;
    }
}

/// The first positions of a decoder's keys or values, [1, heads, positions, dimensions].
fn cut(cache: &DynValue, positions: usize) -> ort::Result<DynValue> {
    let (shape, numbers) = cache.try_extract_tensor::<f32>()?;
    let all = usize::try_from(shape[2]).unwrap_or(0);
    let kept = first_positions(numbers, all, positions);
    Ok(Tensor::from_array(([1usize, HEADS, positions, HEAD_DIM], kept))?.into_dyn())
}

/// Of each head, which has `all` positions, the first ones.
fn first_positions(numbers: &[f32], all: usize, positions: usize) -> Vec<f32> {
    let heads = numbers.chunks_exact(all.max(1) * HEAD_DIM);
    let kept = heads.flat_map(|head| &head[..positions.min(all) * HEAD_DIM]);
    kept.copied().collect()
}

fn best(logits: &[f32]) -> i64 {
    let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(END, |(token, _)| token as i64)
}

/// Said so often in a row at the end of a text, a word or a few of them are a loop of the decoder.
const LOOP: usize = 5;

/// Cuts a text where the decoder began to repeat itself, which it does to the end; noise makes it do that.
fn without_loops(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let written = text.split_whitespace();
    for period in 1..=3 {
        let pairs = words.iter().rev().zip(words.iter().rev().skip(period));
        let same = pairs
            .take_while(|(later, earlier)| later == earlier)
            .count();
        if same >= period * (LOOP - 1) {
            return written
                .take(words.len() - same)
                .collect::<Vec<_>>()
                .join(" ");
        }
    }
    written.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Logits after each token of a step, of a vocabulary of five: these are the likeliest.
    fn logits(likeliest: &[usize]) -> Vec<f32> {
        let rows = likeliest.iter().map(|best| {
            let mut row = [0.0; 5];
            row[*best] = 1.0;
            row
        });
        rows.flatten().collect()
    }

    #[test]
    fn guessed_tokens_stay_as_far_as_the_decoder_writes_them() {
        assert_eq!(agreement(&[START, 3, 4, 3], &logits(&[3, 4, 0, 4])), (2, 0));
        assert_eq!(agreement(&[START, 3, 4], &logits(&[3, 4, 2])), (2, END));
        assert_eq!(agreement(&[START, 3], &logits(&[4, 4])), (0, 4));
        assert_eq!(agreement(&[START], &logits(&[4])), (0, 4));
    }

    #[test]
    fn tokens_are_guessed_for_the_same_sound_with_more_behind_it_only() {
        let sound: Vec<f32> = (0..2 * BEGINNING).map(|n| n as f32).collect();
        let mut before = Before::default();
        assert_eq!(before.guess(&sound), [0; 0]);
        before.keep(&sound[..BEGINNING + 1], &[5, 6]);
        assert_eq!(before.guess(&sound), [5, 6]);
        assert_eq!(before.guess(&sound[1..]), [0; 0]);
        assert_eq!(before.guess(&[]), [0; 0]);
    }

    #[test]
    fn the_first_positions_of_each_head_are_kept() {
        let numbers: Vec<f32> = (0..HEADS * 3 * HEAD_DIM).map(|n| n as f32).collect();
        let kept = first_positions(&numbers, 3, 2);
        assert_eq!(kept.len(), HEADS * 2 * HEAD_DIM);
        let second_head = kept[2 * HEAD_DIM];
        assert_eq!(second_head, (3 * HEAD_DIM) as f32);
    }

    #[test]
    fn a_repeating_tail_is_cut() {
        assert_eq!(without_loops("so no no no no no no"), "so no");
        assert_eq!(without_loops("go on go on go on go on go on"), "go on");
    }

    #[test]
    fn who_goes_on_after_a_repetition_is_a_person() {
        let said = "no no no no no no stop it";
        assert_eq!(without_loops(said), said);
    }
}
