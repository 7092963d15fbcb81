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
        })
    }

    fn run(&mut self, samples: &[f32], cancelled: Cancelled) -> ort::Result<Option<Vec<i64>>> {
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
        let mut last = START;
        while tokens.len() < limit {
            if cancelled() {
                return Ok(None);
            }
            let first = tokens.is_empty();
            let mut inputs: Vec<(&str, SessionInputValue)> = vec![
                (
                    "input_ids",
                    Tensor::from_array(([1usize, 1], vec![last]))?.into(),
                ),
                ("encoder_hidden_states", (&hidden).into()),
                (
                    "encoder_attention_mask",
                    TensorRef::from_array_view(([1, count], &*mask))?.into(),
                ),
                (
                    "use_cache_branch",
                    Tensor::from_array(([1usize], vec![!first]))?.into(),
                ),
            ];
            for ((past, _), value) in self.cache_names.iter().zip(&cache) {
                inputs.push((past, value.into()));
            }
            let mut decoder = self.decoder.lock();
            let mut outputs = decoder.run(inputs)?;
            let (_, logits) = outputs["logits"].try_extract_tensor::<f32>()?;
            last = best(logits);
            if last == END {
                break;
            }
            tokens.push(last);
            for ((past, present), value) in self.cache_names.iter().zip(&mut cache) {
                // The encoder's keys and values are made in the first step and stay.
                if (first || past.contains(".decoder."))
                    && let Some(new) = outputs.remove(present)
                {
                    *value = new;
                }
            }
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
        let tokens = self
            .run(&padded, cancelled)
            .map_err(|e| SttError::Run(e.to_string()))?;
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
