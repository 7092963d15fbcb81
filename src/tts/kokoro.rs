//! Kokoro (82 million parameters, Apache-2.0) through ONNX Runtime: a neural voice at 24 kHz, which reads the
//! phonemes of English, Spanish, French, Italian and Mandarin.
//!
//! Its folder holds the graph (any one `.onnx` file), `tokenizer.json` with the number of each
//! phoneme, and a file `NAME.bin` for each voice: a table of styles, one for each count of phonemes. The first letter
//! of a voice's name says what it speaks.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use ort::value::{Tensor, TensorRef};
use serde::Deserialize;

use super::phonemes::{
    Accent, Chinese, English, EspeakPhonemizer, Italian, PhonemeNumbers, Phonemizer, Spanish,
    pieces,
};
use super::word_ends::without_pauses;
use super::{Prosody, Speech, Synthesizer, TtsError, WordEnd, waveform};
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::language::Language;
use crate::onnx::{Changes, Graph};

/// Its sample rate.
const RATE_HZ: u32 = 24_000;
/// Numbers that describe a style.
const STYLE: usize = 256;
/// The graph takes so many phonemes at once, without the pads at both ends.
const MOST_PHONEMES: usize = 510;
/// The tensor within the graph that holds how long each phoneme takes, in equal shares of the sound.
const DURATIONS: &str = "/encoder/Clip_output_0";
/// Stands before and behind the phonemes.
const PAD: i64 = 0;

/// A voice of Kokoro.
pub struct Kokoro {
    graph: Graph,
    language: Language,
    phonemizer: Box<dyn Phonemizer>,
    numbers: PhonemeNumbers,
    styles: Vec<f32>,
    /// The persona's, and what the user asked for; 1 is the voice's own.
    speed: f32,
    own_speed: f32,
    /// The name of the graph's first input: exports differ.
    tokens: &'static str,
}

/// What the graph made of phonemes.
struct Spoken {
    samples: Vec<f32>,
    /// How long each phoneme takes, the pads too, in equal shares of the sound; empty if the graph does not say.
    shares: Vec<f32>,
}

#[derive(Deserialize)]
struct TokenizerFile {
    model: TokenizerModel,
}

#[derive(Deserialize)]
struct TokenizerModel {
    vocab: HashMap<String, i64>,
}

impl Kokoro {
    /// The voice that is taken if none is named; `None`: no voice of Kokoro's speaks the language.
    pub fn usual_voice(language: Language) -> Option<&'static str> {
        match language {
            Language::English => Some("af_heart"),
            Language::Spanish => Some("ef_dora"),
            Language::French => Some("ff_siwis"),
            Language::Italian => Some("if_sara"),
            Language::Chinese => Some("zf_xiaobei"),
            Language::German => None,
        }
    }

    /// Loads the voice `name` from a folder, with `threads` threads, to speak `language`: `af_heart` and `bf_emma`
    /// (British) speak English, `ef_dora` Spanish.
    ///
    /// # Errors
    /// A file is missing or is not what it should be, there is no such voice, it speaks another language, or
    /// `espeak-ng` is not installed, which makes phonemes of French.
    pub fn load(
        runtime: &Path,
        folder: &Path,
        name: &str,
        language: Language,
        prosody: Prosody,
        threads: usize,
    ) -> Result<Self, TtsError> {
        let styles = styles(folder, name)?;
        if !speaks(name, language) {
            let mut known = known_voices(folder);
            known.retain(|name| speaks(name, language));
            return Err(TtsError::OtherLanguage {
                name: name.into(),
                language,
                known: if known.is_empty() {
                    "none of the folder's".into()
                } else {
                    known.join(", ")
                },
            });
        }
        let numbers = numbers(&folder.join("tokenizer.json"))?;
        let path = graph(folder)?;
        let load = |convolutions_in_floats| {
            let changes = Changes {
                one_more_output: Some(DURATIONS),
                convolutions_in_floats,
            };
            Graph::load_changed(runtime, &path, threads, changes)
        };
        // Another export may keep durations elsewhere, or be of another form; it speaks as well.
        let graph = load(true)
            .or_else(|error| {
                tracing::warn!("this voice may be slow: {error}");
                load(false)
            })
            .or_else(|error| {
                tracing::warn!("where words end is estimated for this voice: {error}");
                Graph::load(runtime, &path, threads)
            })?;
        let inputs = graph.inputs();
        let takes = |name: &str| inputs.iter().any(|input| input == name);
        let known = ["input_ids", "tokens"].into_iter();
        let tokens = known.clone().find(|name| takes(name));
        let tokens = tokens.filter(|_| takes("style") && takes("speed"));
        let tokens = tokens.ok_or_else(|| TtsError::Model {
            reason: format!(
                "it takes {}, Kokoro takes input_ids, style and speed",
                inputs.join(", ")
            ),
            path,
        })?;
        Ok(Self {
            graph,
            language,
            phonemizer: phonemizer(name, language)?,
            numbers,
            styles,
            speed: f32::from(prosody.speed) / 100.0,
            own_speed: f32::from(prosody.speed) / 100.0,
            tokens,
        })
    }

    /// Says phonemes by their numbers.
    fn run(&mut self, cancelled: Cancelled, numbers: &[i64]) -> Result<Option<Spoken>, TtsError> {
        let rows = self.styles.len() / STYLE;
        let row = numbers.len().saturating_sub(1).min(rows - 1) * STYLE;
        let style = &self.styles[row..row + STYLE];
        let padded = [&[PAD], numbers, &[PAD]].concat();
        let count = padded.len();
        let (graph, tokens, speed) = (&self.graph, self.tokens, self.speed);
        let ran = graph.run_unless(cancelled, |session, options| {
            let inputs = ort::inputs! {
                tokens => Tensor::from_array(([1usize, count], padded))?,
                "style" => TensorRef::from_array_view(([1usize, STYLE], style))?,
                "speed" => Tensor::from_array(([1usize], vec![speed]))?,
            };
            let outputs = session.run_with_options(inputs, options)?;
            let shares = match outputs.get(DURATIONS) {
                Some(durations) => durations.try_extract_tensor::<f32>()?.1.to_vec(),
                None => Vec::new(),
            };
            let samples = waveform(&outputs)?;
            Ok(Spoken { samples, shares })
        });
        ran.map_err(|e| TtsError::Run(e.to_string()))
    }
}

impl Synthesizer for Kokoro {
    fn language(&self) -> Language {
        self.language
    }

    fn warm_up(&mut self) -> Result<(), TtsError> {
        let word = match self.language {
            Language::Chinese => "好。",
            _ => "No.",
        };
        self.synthesize(word).map(|_| ())
    }

    fn set_speed(&mut self, percent: u16) {
        self.speed = self.own_speed * f32::from(percent) / 100.0;
    }

    fn synthesize_unless(
        &mut self,
        cancelled: Cancelled,
        text: &str,
    ) -> Result<Option<Speech>, TtsError> {
        let Some(phonemes) = self.phonemizer.read_unless(cancelled, text)? else {
            return Ok(None);
        };
        let mut speech = Speech::from(Clip {
            rate_hz: RATE_HZ,
            samples: Vec::new(),
        });
        for (start, piece) in pieces(&phonemes.text, MOST_PHONEMES) {
            let mut numbers = Vec::new();
            // How many numbers stand before the end of each phoneme, the first pad too.
            let mut ends = Vec::new();
            for (at, phoneme) in piece.char_indices() {
                numbers.extend(self.numbers.of(phoneme));
                ends.push((start + at + phoneme.len_utf8(), 1 + numbers.len()));
            }
            if numbers.is_empty() {
                continue;
            }
            let Some(Spoken { samples, shares }) = self.run(cancelled, &numbers)? else {
                return Ok(None);
            };
            let words = phonemes.words.iter().filter_map(|word| {
                let (_, count) = ends.iter().find(|(end, _)| *end == word.phonemes_end)?;
                Some(WordEnd {
                    text_end: word.text_end,
                    sample: sample_after(*count, &shares, samples.len())?,
                })
            });
            let so_far = speech.clip.samples.len();
            let words = without_pauses(words, &samples, RATE_HZ).into_iter();
            speech.word_ends.extend(words.map(|end| WordEnd {
                sample: end.sample + so_far,
                ..end
            }));
            speech.clip.samples.extend(samples);
        }
        Ok(Some(speech))
    }
}

/// The sample at which so many phonemes have been said, of all that take so long.
fn sample_after(count: usize, shares: &[f32], samples: usize) -> Option<usize> {
    let all: f32 = shares.iter().sum();
    let said: f32 = shares.get(..count)?.iter().sum();
    let sample = (samples as f32 * said / all).round();
    (all > 0.0 && sample.is_finite()).then_some((sample as usize).min(samples))
}

/// Whether a voice speaks a language: the first letter of its name says so. Those of Hindi (h), Japanese (j) and
/// Portuguese (p) speak none of ours.
fn speaks(name: &str, language: Language) -> bool {
    let letters: &[char] = match language {
        Language::English => &['a', 'b'],
        Language::Spanish => &['e'],
        Language::French => &['f'],
        Language::Italian => &['i'],
        Language::Chinese => &['z'],
        Language::German => &[],
    };
    name.starts_with(letters)
}

/// What reads the language of a voice.
fn phonemizer(name: &str, language: Language) -> Result<Box<dyn Phonemizer>, TtsError> {
    let accent = if name.starts_with('b') {
        Accent::EnglishGB
    } else {
        Accent::EnglishUS
    };
    Ok(match language {
        Language::English => Box::new(English::new(accent)),
        Language::Spanish => Box::new(Spanish),
        Language::French => Box::new(EspeakPhonemizer::find("fr-fr")?),
        Language::Italian => Box::new(Italian),
        Language::Chinese => Box::new(Chinese::default()),
        Language::German => return Err(TtsError::Run("no voice of Kokoro's speaks German".into())),
    })
}

/// The one graph in the folder.
fn graph(folder: &Path) -> Result<PathBuf, TtsError> {
    let wrong = |reason: &str| TtsError::Model {
        path: folder.to_path_buf(),
        reason: reason.into(),
    };
    let entries = fs::read_dir(folder).map_err(|e| wrong(&e.to_string()))?;
    let is_graph = |path: &PathBuf| path.extension().is_some_and(|e| e == "onnx");
    let mut graphs = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(is_graph);
    match (graphs.next(), graphs.next()) {
        (Some(graph), None) => Ok(graph),
        (None, _) => Err(wrong("there is no .onnx file in it")),
        (Some(_), Some(_)) => Err(wrong("there are several .onnx files in it; keep one")),
    }
}

fn numbers(path: &Path) -> Result<PhonemeNumbers, TtsError> {
    let wrong = |reason: String| TtsError::Model {
        path: path.to_path_buf(),
        reason,
    };
    let text = fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    let file: TokenizerFile = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
    PhonemeNumbers::new(path, file.model.vocab)
}

fn styles(folder: &Path, name: &str) -> Result<Vec<f32>, TtsError> {
    let path = folder.join(format!("{name}.bin"));
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(_) => {
            return Err(TtsError::UnknownVoice {
                name: name.into(),
                known: known_voices(folder).join(", "),
            });
        }
    };
    let styles: Vec<f32> = bytes
        .as_chunks()
        .0
        .iter()
        .map(|b| f32::from_le_bytes(*b))
        .collect();
    let whole = bytes.len().is_multiple_of(STYLE * size_of::<f32>());
    if whole && !styles.is_empty() && styles.iter().all(|s| s.is_finite()) {
        Ok(styles)
    } else {
        Err(TtsError::Model {
            path,
            reason: format!("it is no table of styles with {STYLE} numbers each"),
        })
    }
}

fn known_voices(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "bin"))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_voice_of_a_language_speaks_it_and_no_other() {
        for language in Language::all() {
            if let Some(name) = Kokoro::usual_voice(language) {
                let spoken: Vec<Language> = Language::all().filter(|l| speaks(name, *l)).collect();
                assert_eq!(spoken, [language], "{name}");
            }
        }
    }

    #[test]
    fn a_phoneme_ends_where_its_share_of_the_sound_does() {
        let shares = [2.0, 3.0, 5.0];
        assert_eq!(sample_after(2, &shares, 1_000), Some(500));
        assert_eq!(sample_after(3, &shares, 1_000), Some(1_000));
    }

    #[test]
    fn where_words_end_is_not_known_of_a_graph_without_durations() {
        assert_eq!(sample_after(1, &[], 1_000), None);
        assert_eq!(sample_after(1, &[0.0, 0.0], 1_000), None);
        assert_eq!(sample_after(1, &[f32::NAN, 1.0], 1_000), None);
    }

    #[test]
    fn voices_of_other_languages_speak_none_of_ours() {
        for name in ["hf_alpha", "jf_nezumi", "pf_dora"] {
            assert!(
                !Language::all().any(|language| speaks(name, language)),
                "{name}"
            );
        }
    }
}
