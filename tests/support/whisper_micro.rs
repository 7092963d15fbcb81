//! The test model of Whisper, unpacked once, and its samples.

// Each test program uses some of it.
#![allow(dead_code)]

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

/// A sound and what is said in it.
pub struct Sample {
    pub path: PathBuf,
    pub said: String,
    /// Mono at 16 kHz.
    pub samples: Vec<f32>,
}

fn folder() -> PathBuf {
    // The worker's tests use it too.
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above
        .find_map(|folder| {
            let fixture = folder.join("tests/fixtures/whisper-micro");
            fixture.is_dir().then_some(fixture)
        })
        .expect("the fixture is in the repository")
}

/// The unpacked model.
pub fn model() -> PathBuf {
    let packed = folder().join("whisper-micro.en.bin.gz");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("whisper-micro.en.bin");
    if !path.exists() {
        // Whole or not at all: other tests look for it at the same time.
        let mut part = tempfile::NamedTempFile::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        io::copy(&mut GzDecoder::new(File::open(packed).unwrap()), &mut part).unwrap();
        part.persist(&path).unwrap();
    }
    path
}

/// All samples.
pub fn samples() -> Vec<Sample> {
    let folder = folder();
    let list = fs::read_to_string(folder.join("samples.tsv")).unwrap();
    list.lines()
        .map(|line| {
            let mut fields = line.split('\t');
            let path = folder.join(fields.next().unwrap());
            Sample {
                said: fields.next().unwrap().to_owned(),
                samples: read(&path),
                path,
            }
        })
        .collect()
}

/// One of them, by what is said in it.
pub fn sample(said: &str) -> Sample {
    let mut samples = samples().into_iter();
    samples
        .find(|sample| sample.said.starts_with(said))
        .unwrap()
}

fn read(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let samples = reader.samples::<i16>();
    samples.map(|s| f32::from(s.unwrap()) / 32_768.0).collect()
}

/// Lower-case words without punctuation.
pub fn words(text: &str) -> Vec<String> {
    let clean = text
        .to_lowercase()
        .replace(|c: char| !c.is_alphanumeric() && c != '\'', " ");
    clean.split_whitespace().map(str::to_owned).collect()
}

/// How many of the words that were said were heard, in order.
pub fn right(said: &str, heard: &str) -> (usize, usize) {
    let (said, heard) = (words(said), words(heard));
    // The longest common subsequence.
    let mut row = vec![0; heard.len() + 1];
    for word in &said {
        let mut diagonal = 0;
        for (n, other) in heard.iter().enumerate() {
            let above = row[n + 1];
            row[n + 1] = if word == other {
                diagonal + 1
            } else {
                above.max(row[n])
            };
            diagonal = above;
        }
    }
    (row[heard.len()], said.len())
}
