//! Piper's voices (VITS) through ONNX Runtime: one file a voice, about forty languages.
//!
//! Text becomes phonemes in the program `espeak-ng`, which has to be installed: it is GPL, so it
//! runs as a process of its own and is not part of this program.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use ort::value::Tensor;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::espeak::Espeak;
use super::{Prosody, Speech, Synthesizer, TtsError, waveform};
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;
use crate::language::Language;
use crate::onnx::Graph;

/// Begin, end and separation of phonemes.
const BEGIN: char = '^';
const END: char = '$';
const PAD: char = '_';

/// Sample rates that a voice can have.
const RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;

/// What stands beside a voice, in `VOICE.onnx.json`.
#[derive(Deserialize)]
struct VoiceFile {
    audio: Audio,
    espeak: EspeakVoice,
    #[serde(default = "espeak_phonemes")]
    phoneme_type: String,
    #[serde(default)]
    inference: Inference,
    phoneme_id_map: HashMap<String, Vec<i64>>,
    #[serde(default)]
    num_speakers: usize,
    #[serde(default)]
    speaker_id_map: BTreeMap<String, i64>,
}

/// The kind of phonemes that `espeak-ng` makes.
fn espeak_phonemes() -> String {
    "espeak".into()
}

#[derive(Deserialize)]
struct Audio {
    sample_rate: u32,
}

#[derive(Deserialize)]
struct EspeakVoice {
    voice: String,
}

#[derive(Deserialize)]
#[serde(default)]
struct Inference {
    noise_scale: f32,
    length_scale: f32,
    noise_w: f32,
}

/// What Piper's trainer writes.
impl Default for Inference {
    fn default() -> Self {
        Self {
            noise_scale: 0.667,
            length_scale: 1.0,
            noise_w: 0.8,
        }
    }
}

impl VoiceFile {
    /// The number of a speaker.
    fn speaker(&self, name: &str) -> Result<i64, TtsError> {
        let numbers = &self.speaker_id_map;
        numbers.get(name).copied().ok_or_else(|| {
            let names: Vec<&str> = numbers.keys().map(String::as_str).collect();
            let known = if names.is_empty() {
                "none: the file holds one voice, which needs no name".into()
            } else {
                names.join(", ")
            };
            TtsError::UnknownVoice {
                name: name.into(),
                known,
            }
        })
    }
}

/// One of Piper's voices.
pub struct Piper {
    graph: Graph,
    espeak: Espeak,
    voice: VoiceFile,
    /// Its number, if the file holds several.
    speaker: Option<i64>,
    language: Language,
    length_scale: f32,
    /// The same at the persona's speed.
    own_length_scale: f32,
}

impl Piper {
    /// Loads `VOICE.onnx`, with `VOICE.onnx.json` beside it, to speak `language`; `speaker` names one
    /// of several speakers, the first is taken if it is absent.
    ///
    /// # Errors
    /// A file is missing or is not what it should be, the voice speaks another language or has no such
    /// speaker, or `espeak-ng` is not installed.
    pub fn load(
        runtime: &Path,
        model: &Path,
        speaker: Option<&str>,
        language: Language,
        prosody: Prosody,
        threads: usize,
    ) -> Result<Self, TtsError> {
        let mut settings = model.as_os_str().to_owned();
        settings.push(".json");
        let settings = Path::new(&settings);
        let wrong = |path: &Path, reason: String| TtsError::Model {
            path: path.to_path_buf(),
            reason,
        };
        let text = fs::read_to_string(settings).map_err(|e| {
            wrong(
                settings,
                format!("{e}; every Piper voice comes with this file"),
            )
        })?;
        let voice: VoiceFile =
            serde_json::from_str(&text).map_err(|e| wrong(settings, e.to_string()))?;
        if voice.phoneme_type != espeak_phonemes() {
            let reason = format!(
                "its phonemes are of the kind {:?}, and only espeak-ng's can be made here; choose \
                 another voice",
                voice.phoneme_type
            );
            return Err(wrong(settings, reason));
        }
        if let Some(missing) = [BEGIN, END, PAD]
            .into_iter()
            .find(|c| !voice.phoneme_id_map.contains_key(&c.to_string()))
        {
            let reason = format!("its phoneme_id_map has no {missing:?}");
            return Err(wrong(settings, reason));
        }
        let rate_hz = voice.audio.sample_rate;
        if !RATES_HZ.contains(&rate_hz) {
            let reason = format!(
                "audio.sample_rate is {rate_hz}, and can be {} to {}",
                RATES_HZ.start(),
                RATES_HZ.end()
            );
            return Err(wrong(settings, reason));
        }
        let speaks: Result<Language, String> = voice.espeak.voice.parse();
        if speaks != Ok(language) {
            let reason = format!(
                "it speaks {}, the conversation is in {language}; choose another voice, or the \
                 language with --lang",
                voice.espeak.voice
            );
            return Err(wrong(model, reason));
        }
        let speaker = match speaker {
            None => (voice.num_speakers > 1).then_some(0),
            Some(name) => Some(voice.speaker(name)?),
        };
        let graph = Graph::load(runtime, model, threads)?;
        let inputs = graph.inputs();
        if let Some(missing) = ["input", "input_lengths", "scales"]
            .into_iter()
            .find(|name| !inputs.iter().any(|input| input == name))
        {
            let reason = format!(
                "it takes {}, a Piper voice takes {missing} too",
                inputs.join(", ")
            );
            return Err(wrong(model, reason));
        }
        let length_scale = voice.inference.length_scale * 100.0 / f32::from(prosody.speed);
        Ok(Self {
            graph,
            espeak: Espeak::find(&voice.espeak.voice)?,
            length_scale,
            own_length_scale: length_scale,
            voice,
            speaker,
            language,
        })
    }

    /// The numbers of phonemes, with what separates them. Letters and the marks on them have numbers of
    /// their own ("ç" is a c and a cedilla): so the voices were trained.
    fn numbers(&self, phonemes: &str) -> Vec<i64> {
        let map = &self.voice.phoneme_id_map;
        let of = |c: char| map.get(c.encode_utf8(&mut [0; 4]) as &str);
        let mut numbers = Vec::new();
        for phoneme in std::iter::once(BEGIN).chain(phonemes.nfd()) {
            // Some marks of espeak-ng have no number in some voices: they are left out.
            if let (Some(own), Some(pad)) = (of(phoneme), of(PAD)) {
                numbers.extend(own.iter().chain(pad));
            }
        }
        numbers.extend(of(END).into_iter().flatten());
        numbers
    }
}

impl Synthesizer for Piper {
    fn language(&self) -> Language {
        self.language
    }

    fn warm_up(&mut self) -> Result<(), TtsError> {
        self.synthesize("A.").map(|_| ())
    }

    fn set_speed(&mut self, percent: u16) {
        self.length_scale = self.own_length_scale * 100.0 / f32::from(percent.max(1));
    }

    fn synthesize_unless(
        &mut self,
        cancelled: Cancelled,
        text: &str,
    ) -> Result<Option<Speech>, TtsError> {
        let Some(phonemes) = self.espeak.phonemes(cancelled, text)? else {
            return Ok(None);
        };
        let numbers = self.numbers(&phonemes);
        let count = numbers.len();
        let Inference {
            noise_scale,
            noise_w,
            ..
        } = self.voice.inference;
        let scales = vec![noise_scale, self.length_scale, noise_w];
        let (graph, speaker) = (&self.graph, self.speaker);
        let ran = graph.run_unless(cancelled, |session, options| {
            let mut inputs = ort::inputs! {
                "input" => Tensor::from_array(([1usize, count], numbers))?,
                "input_lengths" => Tensor::from_array(([1usize], vec![count as i64]))?,
                "scales" => Tensor::from_array(([3usize], scales))?,
            };
            if let Some(speaker) = speaker {
                let speaker = Tensor::from_array(([1usize], vec![speaker]))?;
                inputs.push(("sid".into(), speaker.into()));
            }
            waveform(&session.run_with_options(inputs, options)?)
        });
        let samples = ran.map_err(|e| TtsError::Run(e.to_string()))?;
        let rate_hz = self.voice.audio.sample_rate;
        Ok(samples.map(|samples| Clip { rate_hz, samples }.into()))
    }
}
