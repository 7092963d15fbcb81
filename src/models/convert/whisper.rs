//! Whisper: from CTranslate2's binary to whisper.cpp's. Caller's thread.
//!
//! CTranslate2 keeps query, key and value of a layer in one matrix, of which the file made here holds
//! three, under the names of OpenAI's own checkpoint. Matrices of two dimensions are stored as is
//! wanted; the rest is what whisper.cpp's loader expects: the convolutions' weights in 16 bits,
//! everything else in 32. The header, the mel filters, the vocabulary and the tensors follow each
//! other as in `whisper.cpp`'s `whisper_model_load`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::ConvertError;
use super::byte_tokens::bytes_of;
use super::ctranslate2::ModelBinary;
use super::ggml_types::{BLOCK, Stored};
use crate::audio::mel_filters::{BANDS, TOP_BIN, mel_filters};

const MODEL: &str = "model.bin";
const VOCABULARY: &str = "vocabulary.txt";
/// What it takes, sorted.
pub(super) const INPUTS: [&str; 2] = [MODEL, VOCABULARY];

const MAGIC: u32 = 0x6767_6d6c;
/// The name and revision that CTranslate2 gives a Whisper.
const KIND: (&str, u32) = ("WhisperSpec", 3);
/// The first token that stands for no text; whisper.cpp makes this and the rest itself.
const FIRST_SPECIAL: &str = "<|endoftext|>";

/// Makes the file, its matrices of two dimensions stored as `matrices`.
pub(super) fn convert(
    inputs: &[(&str, PathBuf)],
    matrices: Stored,
    to: &mut dyn Write,
) -> Result<(), ConvertError> {
    let path = |wanted: &'static str| {
        let found = inputs.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, path)| path.as_path()).ok_or_else(|| {
            let why = "it is not among the inputs".to_owned();
            ConvertError::Unfit { file: wanted, why }
        })
    };
    let mut model = ModelBinary::open(path(MODEL)?, MODEL, KIND)?;
    let tokens = tokens(path(VOCABULARY)?)?;
    let (encoder, decoder) = (layers(&model, "encoder"), layers(&model, "decoder"));
    write_header(&mut model, (encoder, decoder), matrices, to)?;
    write_mel_filters(to)?;
    write_tokens(&tokens, to)?;
    for tensor in tensors(&model, encoder, decoder)? {
        tensor.write(&mut model, matrices, to)?;
    }
    Ok(())
}

/// The tokens that stand for text, as bytes, in the order of their numbers.
fn tokens(path: &Path) -> Result<Vec<Vec<u8>>, ConvertError> {
    let file = VOCABULARY;
    let text = fs::read_to_string(path).map_err(|source| ConvertError::Read { file, source })?;
    let unfit = || {
        let why = format!("it is no list of byte-level tokens that {FIRST_SPECIAL} ends");
        ConvertError::Unfit { file, why }
    };
    let lines: Vec<&str> = text.split('\n').collect();
    let end = lines.iter().position(|line| *line == FIRST_SPECIAL);
    let with_text = &lines[..end.ok_or_else(unfit)?];
    let tokens: Option<Vec<Vec<u8>>> = with_text.iter().map(|line| bytes_of(line)).collect();
    tokens.ok_or_else(unfit)
}

fn layers(model: &ModelBinary, side: &str) -> usize {
    let first_bias = |layer: usize| format!("{side}/layer_{layer}/ffn/linear_0/bias");
    (0..)
        .take_while(|layer| model.holds(&first_bias(*layer)))
        .count()
}

fn write_header(
    model: &mut ModelBinary,
    (encoder_layers, decoder_layers): (usize, usize),
    matrices: Stored,
    to: &mut dyn Write,
) -> Result<(), ConvertError> {
    let [vocabulary, state] = dimensions(model, "decoder/embeddings/weight")?;
    let [audio_context, _] = dimensions(model, "encoder/position_encodings/encodings")?;
    let [text_context, _] = dimensions(model, "decoder/position_encodings/encodings")?;
    let [audio_state, bands, _] = dimensions(model, "encoder/conv1/weight")?;
    if bands != BANDS || audio_state != state {
        return Err(model.unfit(format!(
            "it hears {bands} bands with {audio_state} features and writes with {state}; known is \
             {BANDS}, and as many features on both sides"
        )));
    }
    let heads = |side: &str, model: &mut ModelBinary| model.number(&format!("{side}/num_heads"));
    let audio_heads = heads("encoder", model)?;
    let text_heads = heads("decoder", model)?;
    to.write_all(&MAGIC.to_le_bytes())?;
    let numbers = [vocabulary, audio_context, state];
    write_numbers(&numbers, to)?;
    to.write_all(&i32::from(audio_heads).to_le_bytes())?;
    write_numbers(&[encoder_layers, text_context, state], to)?;
    to.write_all(&i32::from(text_heads).to_le_bytes())?;
    write_numbers(&[decoder_layers, bands], to)?;
    to.write_all(&matrices.file_number().to_le_bytes())?;
    Ok(())
}

fn dimensions<const N: usize>(
    model: &ModelBinary,
    called: &str,
) -> Result<[usize; N], ConvertError> {
    let shape = model.shape(called)?;
    let found = <[usize; N]>::try_from(shape);
    found.map_err(|_| model.unfit(format!("its `{called}` has {} dimensions", shape.len())))
}

fn write_numbers(numbers: &[usize], to: &mut dyn Write) -> Result<(), ConvertError> {
    for number in numbers {
        // Each comes out of a u32, or counts things in a file of less than 4 GB.
        to.write_all(&(*number as u32).to_le_bytes())?;
    }
    Ok(())
}

fn write_mel_filters(to: &mut dyn Write) -> Result<(), ConvertError> {
    write_numbers(&[BANDS, TOP_BIN + 1], to)?;
    for filter in mel_filters(BANDS) {
        let mut row = [0.0_f32; TOP_BIN + 1];
        for (value, weight) in row[filter.first..].iter_mut().zip(&filter.weights) {
            *value = *weight as f32;
        }
        let mut bytes = Vec::new();
        Stored::F32.append(&row, &mut bytes);
        to.write_all(&bytes)?;
    }
    Ok(())
}

fn write_tokens(tokens: &[Vec<u8>], to: &mut dyn Write) -> Result<(), ConvertError> {
    write_numbers(&[tokens.len()], to)?;
    for token in tokens {
        write_numbers(&[token.len()], to)?;
        to.write_all(token)?;
    }
    Ok(())
}

/// A tensor of the file that is made, and where its values are.
struct Tensor {
    name: String,
    /// The variable that holds them.
    from: String,
    /// Which of `of` equal shares of the variable it is.
    share: usize,
    of: usize,
}

impl Tensor {
    fn whole(name: impl Into<String>, from: impl Into<String>) -> Self {
        Tensor {
            name: name.into(),
            from: from.into(),
            share: 0,
            of: 1,
        }
    }

    fn write(
        &self,
        model: &mut ModelBinary,
        matrices: Stored,
        to: &mut dyn Write,
    ) -> Result<(), ConvertError> {
        let mut shape = model.shape(&self.from)?.to_vec();
        let rows = shape.first().copied().unwrap_or(0);
        if rows % self.of != 0 {
            return Err(model.unfit(format!("its `{}` cannot be parted", self.from)));
        }
        if let Some(rows) = shape.first_mut() {
            *rows /= self.of;
        }
        let count: usize = shape.iter().product();
        let stored = self.stored(shape.len(), matrices);
        let row = shape.last().copied().unwrap_or(0);
        if stored.is_quantized() && row % BLOCK != 0 {
            return Err(model.unfit(format!("its `{}` has rows of {row}", self.from)));
        }
        if self.name.ends_with("conv1.bias") || self.name.ends_with("conv2.bias") {
            // One column: it is added to each moment.
            shape.push(1);
        }
        write_numbers(&[shape.len(), self.name.len()], to)?;
        to.write_all(&stored.number().to_le_bytes())?;
        // The innermost dimension first.
        shape.reverse();
        write_numbers(&shape, to)?;
        to.write_all(self.name.as_bytes())?;
        let mut bytes = Vec::new();
        model.values(&self.from, self.share * count, count, &mut |values| {
            bytes.clear();
            stored.append(values, &mut bytes);
            Ok(to.write_all(&bytes)?)
        })
    }

    fn stored(&self, dimensions: usize, matrices: Stored) -> Stored {
        match dimensions {
            2 if !self.name.ends_with("positional_embedding") => matrices,
            3 => Stored::F16,
            _ => Stored::F32,
        }
    }
}

/// All tensors, in the order in which they are written.
fn tensors(
    model: &ModelBinary,
    encoder_layers: usize,
    decoder_layers: usize,
) -> Result<Vec<Tensor>, ConvertError> {
    if encoder_layers == 0 || decoder_layers == 0 {
        return Err(model.unfit("it has no layers".to_owned()));
    }
    let mut all = Vec::new();
    for side in ["decoder", "encoder"] {
        all.push(Tensor::whole(
            format!("{side}.positional_embedding"),
            format!("{side}/position_encodings/encodings"),
        ));
    }
    all.push(Tensor::whole(
        "decoder.token_embedding.weight",
        "decoder/embeddings/weight",
    ));
    for layer in 0..decoder_layers {
        let (from, to) = layer_names("decoder", layer);
        feed_forward(&from, &to, &mut all);
        self_attention(&from, &to, &mut all);
        cross_attention(&from, &to, &mut all);
    }
    norm("decoder", "decoder.ln", &mut all);
    for convolution in ["conv1", "conv2"] {
        let names = (
            format!("encoder.{convolution}"),
            format!("encoder/{convolution}"),
        );
        weight_and_bias(names.0, names.1, &mut all);
    }
    for layer in 0..encoder_layers {
        let (from, to) = layer_names("encoder", layer);
        feed_forward(&from, &to, &mut all);
        self_attention(&from, &to, &mut all);
    }
    norm("encoder", "encoder.ln_post", &mut all);
    Ok(all)
}

fn layer_names(side: &str, layer: usize) -> (String, String) {
    (
        format!("{side}/layer_{layer}"),
        format!("{side}.blocks.{layer}"),
    )
}

fn norm(from: &str, to: &str, all: &mut Vec<Tensor>) {
    for (name, variable) in [("weight", "gamma"), ("bias", "beta")] {
        all.push(Tensor::whole(
            format!("{to}.{name}"),
            format!("{from}/layer_norm/{variable}"),
        ));
    }
}

fn weight_and_bias(to: String, from: String, all: &mut Vec<Tensor>) {
    for name in ["weight", "bias"] {
        all.push(Tensor::whole(
            format!("{to}.{name}"),
            format!("{from}/{name}"),
        ));
    }
}

fn feed_forward(from: &str, to: &str, all: &mut Vec<Tensor>) {
    norm(&format!("{from}/ffn"), &format!("{to}.mlp_ln"), all);
    // Between the two lies an activation, which OpenAI counts as a layer.
    for (name, variable) in [("0", "linear_0"), ("2", "linear_1")] {
        weight_and_bias(
            format!("{to}.mlp.{name}"),
            format!("{from}/ffn/{variable}"),
            all,
        );
    }
}

/// The parts of an attention that lie in one variable, in this order. A key has no bias.
fn shares(names: &[&str], from: &str, to: &str, all: &mut Vec<Tensor>) {
    for (share, name) in names.iter().enumerate() {
        for kind in ["weight", "bias"] {
            if (*name, kind) != ("key", "bias") {
                all.push(Tensor {
                    name: format!("{to}.{name}.{kind}"),
                    from: format!("{from}/{kind}"),
                    share,
                    of: names.len(),
                });
            }
        }
    }
}

fn self_attention(from: &str, to: &str, all: &mut Vec<Tensor>) {
    let (from, attention) = (format!("{from}/self_attention"), format!("{to}.attn"));
    norm(&from, &format!("{to}.attn_ln"), all);
    let parts = ["query", "key", "value"];
    shares(&parts, &format!("{from}/linear_0"), &attention, all);
    weight_and_bias(format!("{attention}.out"), format!("{from}/linear_1"), all);
}

fn cross_attention(from: &str, to: &str, all: &mut Vec<Tensor>) {
    let (from, attention) = (format!("{from}/attention"), format!("{to}.cross_attn"));
    norm(&from, &format!("{to}.cross_attn_ln"), all);
    weight_and_bias(
        format!("{attention}.query"),
        format!("{from}/linear_0"),
        all,
    );
    let parts = ["key", "value"];
    shares(&parts, &format!("{from}/linear_1"), &attention, all);
    weight_and_bias(format!("{attention}.out"), format!("{from}/linear_2"), all);
}
