//! A ggml file of a given shape with random weights. Mel filters and vocabulary come from the test
//! model, which has those of Whisper's English models.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use flate2::read::GzDecoder;
use tempfile::NamedTempFile;

/// The sizes that differ between Whisper's models.
pub struct Shape {
    /// What OpenAI calls it.
    pub name: &'static str,
    width: usize,
    heads: usize,
    layers: usize,
}

impl Shape {
    pub const TINY: Self = Self::new("tiny", 384, 6, 4);
    pub const BASE: Self = Self::new("base", 512, 8, 6);
    pub const SMALL: Self = Self::new("small", 768, 12, 12);

    const fn new(name: &'static str, width: usize, heads: usize, layers: usize) -> Self {
        Self {
            name,
            width,
            heads,
            layers,
        }
    }
}

const MICRO: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/fixtures/whisper-micro/whisper-micro.en.bin.gz"
);
/// Magic and eleven sizes.
const HEADER: usize = 48;
const VOCABULARY: usize = 51_864;
const AUDIO_CONTEXT: usize = 1_500;
const TEXT_CONTEXT: usize = 448;
const MELS: usize = 80;
const FREQUENCIES: usize = 201;
/// "Mostly f16", of the header and of a tensor.
const F16: usize = 1;
const F32: usize = 0;

/// Writes the model to a file that goes with its handle.
pub fn write(shape: &Shape) -> io::Result<NamedTempFile> {
    let file = tempfile::Builder::new().suffix(".bin").tempfile()?;
    let mut out = Model {
        out: BufWriter::new(file.reopen()?),
        random: 1,
    };
    let Shape {
        width,
        heads,
        layers,
        ..
    } = *shape;
    out.out.write_all(b"lmgg")?;
    out.numbers(&[
        VOCABULARY,
        AUDIO_CONTEXT,
        width,
        heads,
        layers,
        TEXT_CONTEXT,
        width,
        heads,
        layers,
        MELS,
        F16,
    ])?;
    out.out.write_all(&mels_and_vocabulary(Path::new(MICRO))?)?;
    out.floats("encoder.positional_embedding", &[AUDIO_CONTEXT, width])?;
    for (name, from) in [("encoder.conv1", MELS), ("encoder.conv2", width)] {
        out.matrix(&format!("{name}.weight"), &[width, from, 3])?;
        out.floats(&format!("{name}.bias"), &[width, 1])?;
    }
    out.norm("encoder.ln_post", width)?;
    out.matrix("decoder.token_embedding.weight", &[VOCABULARY, width])?;
    out.floats("decoder.positional_embedding", &[TEXT_CONTEXT, width])?;
    out.norm("decoder.ln", width)?;
    for layer in 0..layers {
        out.layer(&format!("encoder.blocks.{layer}"), width, &["attn"])?;
        let attentions = ["attn", "cross_attn"];
        out.layer(&format!("decoder.blocks.{layer}"), width, &attentions)?;
    }
    out.out.flush()?;
    Ok(file)
}

struct Model {
    out: BufWriter<File>,
    random: u64,
}

impl Model {
    fn layer(&mut self, name: &str, width: usize, attentions: &[&str]) -> io::Result<()> {
        for attention in attentions {
            let attention = format!("{name}.{attention}");
            self.norm(&format!("{attention}_ln"), width)?;
            for part in ["query", "key", "value", "out"] {
                self.matrix(&format!("{attention}.{part}.weight"), &[width, width])?;
                if part != "key" {
                    self.floats(&format!("{attention}.{part}.bias"), &[width])?;
                }
            }
        }
        self.norm(&format!("{name}.mlp_ln"), width)?;
        for (part, to, from) in [("mlp.0", 4 * width, width), ("mlp.2", width, 4 * width)] {
            self.matrix(&format!("{name}.{part}.weight"), &[to, from])?;
            self.floats(&format!("{name}.{part}.bias"), &[to])?;
        }
        Ok(())
    }

    fn norm(&mut self, name: &str, width: usize) -> io::Result<()> {
        self.tensor(&format!("{name}.weight"), &[width], F32)?;
        self.out.write_all(&1f32.to_le_bytes().repeat(width))?;
        self.tensor(&format!("{name}.bias"), &[width], F32)?;
        self.out.write_all(&vec![0; width * 4])
    }

    fn floats(&mut self, name: &str, shape: &[usize]) -> io::Result<()> {
        self.tensor(name, shape, F32)?;
        for _ in 0..shape.iter().product() {
            let value = (self.next() as f32 / 65_536.0 - 0.5) * 0.1;
            self.out.write_all(&value.to_le_bytes())?;
        }
        Ok(())
    }

    /// Halves between 2^-5 and 2^-4 of either sign.
    fn matrix(&mut self, name: &str, shape: &[usize]) -> io::Result<()> {
        const EXPONENT: u16 = 10 << 10;
        self.tensor(name, shape, F16)?;
        for _ in 0..shape.iter().product() {
            let half = (self.next() & 0x83ff) | EXPONENT;
            self.out.write_all(&half.to_le_bytes())?;
        }
        Ok(())
    }

    /// A tensor's head; its sizes are written from the innermost out.
    fn tensor(&mut self, name: &str, shape: &[usize], kind: usize) -> io::Result<()> {
        self.numbers(&[shape.len(), name.len(), kind])?;
        let inside_out: Vec<usize> = shape.iter().rev().copied().collect();
        self.numbers(&inside_out)?;
        self.out.write_all(name.as_bytes())
    }

    fn numbers(&mut self, numbers: &[usize]) -> io::Result<()> {
        for number in numbers {
            self.out.write_all(&(*number as i32).to_le_bytes())?;
        }
        Ok(())
    }

    fn next(&mut self) -> u16 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 48) as u16
    }
}

/// What stands between the header and the first tensor.
fn mels_and_vocabulary(model: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(model)?).read_to_end(&mut bytes)?;
    let number = |at: usize| {
        let bytes = bytes[at..at + 4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes) as usize
    };
    let mut at = HEADER + 8 + MELS * FREQUENCIES * 4;
    let words = number(at);
    at += 4;
    for _ in 0..words {
        at += 4 + number(at);
    }
    Ok(bytes[HEADER..at].to_vec())
}
