//! The model: one context, one state that every decode reuses, one set of parameters a language.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState,
};

use crate::languages::{self, Languages};
use crate::model_file::check_kind;
use crate::{abort, evidence};

/// Samples per second that the model hears.
pub const RATE: usize = 16_000;
/// Encoder positions per second of audio.
const POSITIONS_PER_SECOND: usize = 50;
/// Encoder positions of the whole window, 30 seconds.
pub const FULL_CONTEXT: usize = 1_500;
/// Encoder positions beyond the audio and its tail: with fewer the decoder says a sentence again instead of
/// ending it. With Whisper tiny.en on 72 short questions it did so in 8 of them with 128 and a tail of 0.2 s,
/// in 3 with 256, in 1 with 256 and a tail of 1 s.
const SPARE_POSITIONS: usize = 256;
/// Encoder positions are a multiple of this: rows that vector instructions divide well.
const POSITION_STEP: usize = 64;
/// Silence after the audio: the end is heard as one. And whisper.cpp does not like less than a second. Samples.
const TAIL: usize = RATE;
/// More tokens a second are a loop, not speech, in any language; more than these in a short clip.
const TOKENS_PER_SECOND: usize = 12;
const LEAST_TOKENS: usize = 16;
/// Said before Chinese, where nothing else is: without it Whisper writes traditional characters as often as simplified
/// ones.
const SIMPLIFIED: &str = "以下是普通话的句子。";
/// How much warmer the next try samples where a transcript fails its thresholds: at most two more
/// tries, 0.4 and 0.8.
const TEMPERATURE_STEP: f32 = 0.4;

/// How a model is loaded and used.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The ggml file.
    pub model: PathBuf,
    /// Threads of a decode.
    pub threads: usize,
    /// Spoken language where a request names none; `auto` listens for it, `auto:en,de` among these.
    pub language: String,
    /// Text before every transcript: spelling of names, style. None unless asked for: small models
    /// are led astray by it.
    pub prompt: Option<String>,
    /// Encode the whole window of 30 seconds whatever the length of the audio.
    pub full_context: bool,
    /// So many tokens end every transcript, to measure models that do not end by themselves.
    pub tokens: Option<usize>,
}

/// What to transcribe, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Mono at 16 kHz.
    pub samples: Vec<f32>,
    /// Spoken language, as in the settings; theirs if absent.
    pub language: Option<String>,
    /// Words that may be said: comes after the settings' own prompt.
    pub prompt: Option<String>,
    /// More will be said: fast rather than thorough.
    pub partial: bool,
}

/// What was heard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// The words; empty if nothing was said.
    pub text: String,
    /// Their language.
    pub language: &'static str,
}

/// Why a model cannot be loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file.
    #[error("cannot read the Whisper model {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// Something else is in it.
    #[error(
        "{} is {what}, not a Whisper model: give one in whisper.cpp's ggml format (their names \
         are such as ggml-base.bin)", path.display()
    )]
    WrongKind {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// whisper.cpp does not take it.
    #[error(
        "the Whisper model {} is damaged or of a kind that whisper.cpp does not know; fetch it \
         again", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The model does not know the language.
    #[error("this Whisper model does not understand {asked:?}: {instead}")]
    Language {
        /// What was asked for.
        asked: String,
        /// What may be asked for.
        instead: &'static str,
    },
    /// It fails.
    #[error("Whisper failed: {0}")]
    Run(String),
}

/// How often audio is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tries {
    /// Once.
    One,
    /// Again, twice at most, where it is doubtful.
    WhileDoubtful,
}

/// A loaded model.
pub struct Engine {
    context: WhisperContext,
    state: WhisperState,
    settings: Settings,
    /// Setting a language leaks its name each time (whisper-rs 0.16), so it is done once for each.
    params: HashMap<&'static str, FullParams<'static, 'static>>,
    /// Heard last, where several may be spoken.
    detected: Option<&'static str>,
}

impl Engine {
    /// Loads a model and runs it once, so that the first request is as fast as the others.
    ///
    /// # Errors
    /// The file is missing, something else or damaged; the settings' language is unknown to it.
    pub fn load(settings: Settings) -> Result<Self, EngineError> {
        check_kind(&settings.model)?;
        let damaged = |_| EngineError::Damaged {
            path: settings.model.clone(),
        };
        // Flash attention is off by default, and has to be: with a short audio context it goes wrong.
        let context =
            WhisperContext::new_with_params(&settings.model, WhisperContextParameters::default())
                .map_err(damaged)?;
        let state = context.create_state().map_err(damaged)?;
        let mut engine = Self {
            context,
            state,
            settings,
            params: HashMap::new(),
            detected: None,
        };
        engine.languages_of(None)?;
        let quiet_noise: Vec<f32> = (0..TAIL).map(|n| (n % 7) as f32 * 1e-2).collect();
        let warm_up = Request {
            samples: quiet_noise,
            partial: true,
            ..Request::default()
        };
        engine.transcribe(&warm_up, &AtomicBool::new(false))?;
        engine.detected = None;
        Ok(engine)
    }

    /// The file's name without its ending.
    pub fn name(&self) -> String {
        let stem = self.settings.model.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// The languages that it understands.
    pub fn languages(&self) -> Vec<String> {
        if self.context.is_multilingual() {
            languages::all().map(str::to_owned).collect()
        } else {
            vec!["en".into()]
        }
    }

    /// Transcribes audio. `None`: aborted.
    ///
    /// # Errors
    /// The language is unknown to the model, the prompt holds a zero byte, the model fails.
    pub fn transcribe(
        &mut self,
        request: &Request,
        abort: &AtomicBool,
    ) -> Result<Option<Heard>, EngineError> {
        let languages = self.languages_of(request.language.as_deref())?;
        let guess = languages.guess(self.detected);
        if evidence::is_silent(&request.samples) {
            return Ok(Some(Heard {
                text: String::new(),
                language: guess,
            }));
        }
        let mut samples = request.samples.clone();
        samples.resize(samples.len() + TAIL, 0.0);
        let seconds = request.samples.len() as f32 / RATE as f32;
        // In a wrong language every text is doubtful: it is not tried again in that.
        let tries = if request.partial || !languages.is_one() {
            Tries::One
        } else {
            Tries::WhileDoubtful
        };
        if !self.decode(request, &samples, guess, tries, abort)? {
            return Ok(None);
        }
        let mut language = guess;
        if !languages.is_one() {
            language = self.spoken(&languages, guess, seconds)?;
            if languages.has(language) {
                self.detected = Some(language);
            }
            let is_wrong = language != guess || self.is_doubtful();
            // A partial is written again soon, and the guess is better then.
            if is_wrong && !request.partial {
                let tries = Tries::WhileDoubtful;
                if !self.decode(request, &samples, language, tries, abort)? {
                    return Ok(None);
                }
            }
        }
        let text = self.text(seconds)?;
        Ok(Some(Heard { text, language }))
    }

    /// Whether whisper.cpp would try again what it wrote last.
    fn is_doubtful(&self) -> bool {
        let mut sum = 0.0;
        let mut count = 0.0_f32;
        for segment in self.state.as_iter() {
            let tokens = (0..segment.n_tokens()).filter_map(|n| segment.get_token(n));
            for token in tokens {
                sum += token.token_data().plog;
                count += 1.0;
            }
        }
        count > 0.0 && sum / count < evidence::DOUBTFUL
    }

    /// Decodes the samples in one language; false: aborted.
    fn decode(
        &mut self,
        request: &Request,
        samples: &[f32],
        language: &'static str,
        tries: Tries,
        abort: &AtomicBool,
    ) -> Result<bool, EngineError> {
        let prompt = self.prompt(request, language)?;
        let mut params = self.params(language);
        params.set_audio_ctx(self.audio_context(request.samples.len()) as i32);
        let most = self.settings.tokens.unwrap_or(most_tokens(samples.len()));
        params.set_max_tokens(most as i32);
        params.set_temperature_inc(match tries {
            Tries::WhileDoubtful => TEMPERATURE_STEP,
            Tries::One => 0.0,
        });
        if !prompt.is_empty() {
            params.set_tokens(&prompt);
        }
        let ran = abort::full(&mut self.state, params, samples, abort);
        if abort.load(Ordering::Relaxed) {
            return Ok(false);
        }
        ran.map_err(run_failed)?;
        Ok(true)
    }

    /// What was spoken in what was heard last: a decoder's step, where whisper.cpp's own detection would encode
    /// all of the audio once more.
    fn spoken(
        &mut self,
        languages: &Languages,
        guess: &'static str,
        seconds: f32,
    ) -> Result<&'static str, EngineError> {
        let token = |name: &'static str| {
            let id = whisper_rs::get_lang_id(name)?;
            Some((name, usize::try_from(self.context.token_lang(id)).ok()?))
        };
        let tokens: Vec<(&'static str, usize)> = languages::all().filter_map(token).collect();
        let logits = self.first_logits()?;
        let of = |(name, token): (&'static str, usize)| Some((name, *logits.get(token)?));
        let logits: Vec<(&'static str, f32)> = tokens.into_iter().filter_map(of).collect();
        Ok(languages.spoken(guess, &logits, seconds))
    }

    /// The languages that may be spoken, by what was asked for, or by the settings.
    fn languages_of(&self, asked: Option<&str>) -> Result<Languages, EngineError> {
        let asked = asked.unwrap_or(&self.settings.language);
        let is_multilingual = self.context.is_multilingual();
        Languages::parse(asked, is_multilingual, known_language).map_err(|asked| {
            EngineError::Language {
                asked,
                instead: if is_multilingual {
                    "write short names, such as en, de or zh, or auto, or auto:en,de"
                } else {
                    "it is for English alone; take one without .en in its name"
                },
            }
        })
    }

    fn prompt(&self, request: &Request, language: &str) -> Result<Vec<i32>, EngineError> {
        let script = (language == "zh").then_some(SIMPLIFIED);
        let own = self.settings.prompt.as_deref();
        let parts = [own.or(script), request.prompt.as_deref()];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        // A token has a byte at least. Where the room is too small, whisper-rs 0.16 makes a vector of
        // a negative length.
        let text = format!(" {}", text.trim());
        let tokens = self.context.tokenize(&text, text.len() + 1);
        tokens.map_err(|e| EngineError::Run(format!("the prompt cannot be used: {e}")))
    }

    /// A copy of the language's parameters.
    fn params(&mut self, language: &'static str) -> FullParams<'static, 'static> {
        let threads = self.settings.threads;
        let params = self.params.entry(language).or_insert_with(|| {
            let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
            params.set_language(Some(language));
            params.set_n_threads(threads as i32);
            params.set_no_context(true);
            params.set_no_timestamps(true);
            params.set_single_segment(true);
            params.set_suppress_nst(true);
            params.set_logprob_thold(evidence::DOUBTFUL);
            params.set_print_progress(false);
            params.set_print_realtime(false);
            params.set_print_special(false);
            params.set_print_timestamps(false);
            params
        });
        params.clone()
    }

    fn audio_context(&self, samples: usize) -> usize {
        if self.settings.full_context {
            FULL_CONTEXT
        } else {
            scaled_context(samples)
        }
    }

    /// How probable the model finds it that nobody speaks in what it heard last: a decoder's step of its
    /// own, from the token with which each transcript starts. whisper.cpp's own figure is read from a row
    /// that it computes only where that token is all of the prompt, and is that of the audio before else.
    fn no_speech(&mut self) -> Result<f32, EngineError> {
        let nobody = usize::try_from(self.context.token_nosp()).unwrap_or(usize::MAX);
        let logits = self.first_logits()?;
        Ok(evidence::probability(logits, nobody))
    }

    /// What the model expects first of what it heard last.
    fn first_logits(&mut self) -> Result<&[f32], EngineError> {
        let start = [self.context.token_sot()];
        let decoded = self.state.decode(&start, 0, self.settings.threads);
        decoded.map_err(run_failed)?;
        self.state.get_logits().map_err(run_failed)
    }

    /// What the model wrote of so many seconds, as far as it had reason to.
    fn text(&mut self, seconds: f32) -> Result<String, EngineError> {
        let mut segments = Vec::new();
        for segment in self.state.as_iter() {
            let words = (0..segment.n_tokens())
                .filter_map(|n| segment.get_token(n))
                .filter(|token| token.token_id() < self.context.token_eot());
            let words: Vec<_> = words.collect();
            let log_probabilities: Vec<f32> = words.iter().map(|w| w.token_data().plog).collect();
            let tokens: Vec<i32> = words.iter().map(|w| w.token_id()).collect();
            // A character may be spread over several tokens.
            let mut text = Vec::new();
            for word in &words[..evidence::before_loop(&tokens, seconds)] {
                text.extend_from_slice(word.to_bytes().map_err(run_failed)?);
            }
            segments.push((log_probabilities, text));
        }
        let mut text = Vec::new();
        for (log_probabilities, of_segment) in segments {
            let mut no_speech = Ok(0.0);
            let is_speech = evidence::is_speech(&log_probabilities, || {
                no_speech = self.no_speech();
                *no_speech.as_ref().unwrap_or(&0.0)
            });
            no_speech?;
            if is_speech {
                text.extend(of_segment);
            }
        }
        let text = String::from_utf8_lossy(&text);
        Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// The model's own short name of a language, in any case, with its region or without.
fn known_language(name: &str) -> Option<&'static str> {
    // Others write "en-GB" or "en_GB".
    let short = name.split(['-', '_']).next().unwrap_or(name);
    whisper_rs::get_lang_id(&short.to_ascii_lowercase()).and_then(whisper_rs::get_lang_str)
}

fn run_failed(error: whisper_rs::WhisperError) -> EngineError {
    EngineError::Run(error.to_string())
}

/// Encoder positions for so many samples of audio, no more than there are.
pub fn scaled_context(samples: usize) -> usize {
    let positions = ((samples + TAIL) * POSITIONS_PER_SECOND).div_ceil(RATE) + SPARE_POSITIONS;
    positions.next_multiple_of(POSITION_STEP).min(FULL_CONTEXT)
}

fn most_tokens(samples: usize) -> usize {
    LEAST_TOKENS + samples * TOKENS_PER_SECOND / RATE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_covers_the_audio_and_what_it_needs_beyond() {
        for tenths in 1..400 {
            let samples = tenths * RATE / 10;
            let positions = scaled_context(samples);
            let needed = ((samples + TAIL) * POSITIONS_PER_SECOND / RATE + SPARE_POSITIONS)
                .min(FULL_CONTEXT);
            assert!((needed..=FULL_CONTEXT).contains(&positions), "{tenths}");
        }
    }
}
