//! A head: the small network that knows one phrase, and its file.
//!
//! ```text
//!  "vvwake1\n" │ length of the description, 4 bytes │ description, JSON │ weights │ SHA-256 of all before
//! ```
//!
//! Numbers are little-endian; weights are IEEE half precision, in the order of [`Layers`].

use half::f16;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{EMBEDDING, Embedding};

const MAGIC: &[u8; 8] = b"vvwake1\n";
const HASH: usize = 32;
/// The longest description. Bytes.
const MOST_DESCRIPTION: usize = 16_384;
/// A head looks at most at this many windows: four seconds.
pub const MOST_WINDOWS: usize = 40;
/// Units between the layers.
const MOST_UNITS: usize = 256;
/// The longest phrase. Milliseconds.
const MOST_LENGTH_MS: u64 = 4_000;

/// Why a head cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HeadError {
    /// It is another kind of file.
    #[error("this is no head of a wake word; `vivavoce wake train` makes one")]
    OtherFile,
    /// It is damaged.
    #[error("this head of a wake word is damaged ({0}); train it again, or fetch it again")]
    Damaged(&'static str),
    /// It is of another version of this program.
    #[error("this head of a wake word is of another version ({0}); train it again")]
    OtherVersion(String),
}

/// What the file says beside the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    phrase: String,
    spellings: Vec<String>,
    windows: usize,
    units: usize,
    threshold: f32,
    hits: u32,
    length_ms: u64,
    recipe: String,
}

/// A layer of units over the windows, and one over the units.
#[derive(Debug, Clone, PartialEq)]
pub struct Layers {
    /// Subtracted from each number of a window, and what it is multiplied by then.
    pub normal: Vec<(f32, f32)>,
    /// For each unit: a weight for each number of each window, the oldest first.
    pub units: Vec<Vec<f32>>,
    /// Added to each unit.
    pub unit_biases: Vec<f32>,
    /// What each unit counts.
    pub weights: Vec<f32>,
    /// Added at the end.
    pub bias: f32,
}

impl Layers {
    /// The probability of the phrase, from windows that are normal already, in a row.
    pub fn probability(&self, input: &[f32]) -> f32 {
        let units = self.units.iter().zip(&self.unit_biases);
        let outputs = units.map(|(weights, bias)| (dot(weights, input) + bias).max(0.0));
        let sum: f32 = outputs.zip(&self.weights).map(|(o, w)| o * w).sum();
        1.0 / (1.0 + (-(sum + self.bias)).exp())
    }

    fn numbers(&self) -> impl Iterator<Item = f32> {
        let normal = self.normal.iter().flat_map(|(mean, scale)| [*mean, *scale]);
        let units = self.units.iter().flatten().copied();
        let rest = self.unit_biases.iter().chain(&self.weights).copied();
        normal.chain(units).chain(rest).chain([self.bias])
    }
}

/// The sum of products, in eight lanes, so that the compiler may use vectors.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    for (a, b) in a.iter().zip(b) {
        for n in 0..8 {
            lanes[n] += a[n] * b[n];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f32>() + rest
}

/// A network that knows one phrase.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The phrase as it is written.
    pub phrase: String,
    /// As the voices that it learnt from had it written, where they say it otherwise: `VOICE:TEXT`, or a text for all.
    pub spellings: Vec<String>,
    /// How many windows it looks at.
    pub windows: usize,
    /// The probability that is a hit, unless the configuration says otherwise.
    pub threshold: f32,
    /// Hits in a row that are a call.
    pub hits: u32,
    /// How long the phrase takes when it is said slowly. Milliseconds.
    pub length_ms: u64,
    /// How it was made: the command.
    pub recipe: String,
    /// The network.
    pub layers: Layers,
}

impl Head {
    /// The one that comes with the program.
    ///
    /// # Errors
    /// None in a release; a test keeps it so.
    pub fn bundled() -> Result<Self, HeadError> {
        Self::read(include_bytes!("../../models/wake/hey-vivi.bin"))
    }

    /// The probability that its phrase has just been said; `None` while there are too few windows, of which `recent` has
    /// the oldest first.
    pub fn probability(&self, recent: &[Embedding]) -> Option<f32> {
        let first = recent.len().checked_sub(self.windows)?;
        let mut input = Vec::with_capacity(self.windows * EMBEDDING);
        for window in &recent[first..] {
            let numbers = window.iter().zip(&self.layers.normal);
            input.extend(numbers.map(|(number, (mean, scale))| (number - mean) * scale));
        }
        Some(self.layers.probability(&input))
    }

    /// Reads a file's content.
    ///
    /// # Errors
    /// It is another kind of file, of another version, or damaged.
    pub fn read(bytes: &[u8]) -> Result<Self, HeadError> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return Err(match bytes.strip_prefix(b"vvwake") {
                Some(rest) => {
                    let version = rest.iter().take_while(|b| b.is_ascii_digit());
                    HeadError::OtherVersion(version.map(|b| char::from(*b)).collect())
                }
                None => HeadError::OtherFile,
            });
        };
        let end = bytes.len().saturating_sub(HASH);
        let Some((content, hash)) = bytes.split_at_checked(end).filter(|_| rest.len() > HASH)
        else {
            return Err(HeadError::Damaged("it is too short"));
        };
        if Sha256::digest(content)[..] != *hash {
            return Err(HeadError::Damaged("its content is not what was written"));
        }
        let rest = &content[MAGIC.len()..];
        let (length, rest) = rest
            .split_first_chunk::<4>()
            .ok_or(HeadError::Damaged("it is too short"))?;
        let length = u32::from_le_bytes(*length) as usize;
        let (description, weights) = rest
            .split_at_checked(length)
            .filter(|_| length <= MOST_DESCRIPTION)
            .ok_or(HeadError::Damaged("its description is too long"))?;
        let description: Description = serde_json::from_slice(description)
            .map_err(|_| HeadError::Damaged("its description is unreadable"))?;
        Self::with_weights(description, weights)
    }

    fn with_weights(description: Description, weights: &[u8]) -> Result<Self, HeadError> {
        let Description {
            phrase,
            spellings,
            windows,
            units,
            threshold,
            hits,
            length_ms,
            recipe,
        } = description;
        let is_sound = (1..=MOST_WINDOWS).contains(&windows)
            && (1..=MOST_UNITS).contains(&units)
            && (0.0..=1.0).contains(&threshold)
            && (1..=20).contains(&hits)
            && (1..=MOST_LENGTH_MS).contains(&length_ms)
            && !phrase.trim().is_empty();
        if !is_sound {
            return Err(HeadError::Damaged("its description makes no sense"));
        }
        let inputs = windows * EMBEDDING;
        let (numbers, odd) = weights.as_chunks::<2>();
        if numbers.len() != 2 * EMBEDDING + units * (inputs + 2) + 1 || !odd.is_empty() {
            return Err(HeadError::Damaged("it has not as many weights as it says"));
        }
        let numbers: Vec<f32> = numbers
            .iter()
            .map(|b| f16::from_le_bytes(*b).to_f32())
            .collect();
        if !numbers.iter().all(|number| number.is_finite()) {
            return Err(HeadError::Damaged("a weight is no number"));
        }
        let (normal, numbers) = numbers.split_at(2 * EMBEDDING);
        let (of_units, numbers) = numbers.split_at(units * inputs);
        let (unit_biases, numbers) = numbers.split_at(units);
        let (weights, bias) = numbers.split_at(units);
        let layers = Layers {
            normal: normal
                .as_chunks::<2>()
                .0
                .iter()
                .map(|n| (n[0], n[1]))
                .collect(),
            units: of_units.chunks(inputs).map(<[f32]>::to_vec).collect(),
            unit_biases: unit_biases.to_vec(),
            weights: weights.to_vec(),
            bias: bias[0],
        };
        Ok(Self {
            phrase,
            spellings,
            windows,
            threshold,
            hits,
            length_ms,
            recipe,
            layers,
        })
    }

    /// The file's content.
    pub fn to_bytes(&self) -> Vec<u8> {
        let description = Description {
            phrase: self.phrase.clone(),
            spellings: self.spellings.clone(),
            windows: self.windows,
            units: self.layers.units.len(),
            threshold: self.threshold,
            hits: self.hits,
            length_ms: self.length_ms,
            recipe: self.recipe.clone(),
        };
        let description = serde_json::to_vec(&description).unwrap_or_default();
        let mut bytes = MAGIC.to_vec();
        bytes.extend((description.len() as u32).to_le_bytes());
        bytes.extend(description);
        for number in self.layers.numbers() {
            bytes.extend(f16::from_f32(number).to_le_bytes());
        }
        let hash = Sha256::digest(&bytes);
        bytes.extend(hash);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Likes the first number of the newest of two windows.
    fn head() -> Head {
        let mut unit = vec![0.0; 2 * EMBEDDING];
        unit[EMBEDDING] = 1.0;
        Head {
            phrase: "hey you".into(),
            spellings: vec!["hey yoo".into()],
            windows: 2,
            threshold: 0.5,
            hits: 2,
            length_ms: 700,
            recipe: "by hand".into(),
            layers: Layers {
                normal: vec![(1.0, 0.5); EMBEDDING],
                units: vec![unit],
                unit_biases: vec![0.25],
                weights: vec![2.0],
                bias: -1.0,
            },
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(Head::read(&head().to_bytes()), Ok(head()));
    }

    #[test]
    fn the_bundled_head_knows_its_phrase() {
        assert_eq!(Head::bundled().unwrap().phrase, "hey vivi");
    }

    #[test]
    fn a_probability_is_of_the_newest_windows() {
        let window = |first: f32| {
            let mut window = [0.0; EMBEDDING];
            window[0] = first;
            window
        };
        let head = head();
        assert_eq!(head.probability(&[window(5.0)]), None);
        // (5 - 1) / 2 + 1/4, twice, less 1.
        let expected = 1.0 / (1.0 + (-3.5f32).exp());
        for before in [0.0, 9.0] {
            let heard = head.probability(&[window(before), window(0.0), window(5.0)]);
            assert!((heard.unwrap() - expected).abs() < 1e-6, "{heard:?}");
        }
    }

    #[test]
    fn a_damaged_file_is_refused_with_what_is_wrong() {
        let good = head().to_bytes();
        let mut flipped = good.clone();
        flipped[good.len() / 2] ^= 1;
        let refused = |bytes: &[u8]| Head::read(bytes).unwrap_err();
        assert_eq!(refused(b"RIFF"), HeadError::OtherFile);
        assert_eq!(refused(b"vvwake7\n"), HeadError::OtherVersion("7".into()));
        for bytes in [&good[..good.len() - 1], &good[..20], &flipped] {
            assert!(matches!(refused(bytes), HeadError::Damaged(_)));
        }
    }

    #[test]
    fn a_description_that_makes_no_sense_is_refused() {
        for wrong in [
            Head {
                windows: 3,
                ..head()
            },
            Head { hits: 0, ..head() },
            Head {
                threshold: 2.0,
                ..head()
            },
            Head {
                length_ms: 0,
                ..head()
            },
            Head {
                phrase: " ".into(),
                ..head()
            },
        ] {
            let refused = Head::read(&wrong.to_bytes()).unwrap_err();
            assert!(matches!(refused, HeadError::Damaged(_)), "{refused}");
        }
    }
}
