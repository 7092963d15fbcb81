//! A session's ears without a session: what it would know at each pause, as fast as the machine
//! allows. Runs on the thread of its owner.
//!
//! The engines and the rules are the session's; threads, devices and echo canceller are left out,
//! and the times that the engines take on an idle machine are constants
//! ([`TEXT_AFTER_MS`](super::TEXT_AFTER_MS)). The turn is taken to go on at every pause: whether a
//! policy would have ended it is computed afterwards, for all policies from one pass.

use crate::audio::frame::{FRAME, SPEECH_RATE};
use crate::clock::Timestamp;
use crate::endpointing::{EndpointingError, TurnDetector, cue, with_noise};
use crate::lexicon::without_end;
use crate::llm::{LanguageModel, LlmError, Message, Opening, Prompt, Role};
use crate::stt::{Recognizer, SttError, Utterance, UtteranceConfig};
use crate::turn_taking::TurnTakingConfig;
use crate::vad::{Activity, VadError, VoiceActivity};

use super::stimulus_placement::PlacedStimulus;
use super::{Pause, TEXT_AFTER_MS};

/// An engine failed.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Voice activity.
    #[error(transparent)]
    Activity(#[from] VadError),
    /// The recognizer.
    #[error(transparent)]
    Recognizer(#[from] SttError),
    /// The end-of-turn detector.
    #[error(transparent)]
    Detector(#[from] EndpointingError),
    /// The language model.
    #[error(transparent)]
    Model(#[from] LlmError),
}

/// Reads the words so far, as a prompt that begins like those of a session.
pub struct Reader {
    /// The language model.
    pub model: Box<dyn LanguageModel>,
    /// What every prompt begins with.
    pub prefix: Vec<Message>,
}

impl Reader {
    /// How probable the model finds it that the message ends with these words.
    fn ends(&mut self, text: &str) -> Result<Option<f32>, LlmError> {
        let mut messages = self.prefix.clone();
        messages.push(Message::new(Role::User, without_end(text)));
        let prompt = Prompt::new(&messages, Opening::Unfinished);
        let read = self.model.prefill(&prompt, &|| false)?;
        Ok(read.and_then(|read| read.ends))
    }
}

/// The engines that hear the end of a turn.
pub struct Listener {
    /// When somebody speaks.
    pub activity: VoiceActivity,
    /// What is said.
    pub recognizer: Box<dyn Recognizer>,
    /// Whether it sounds over.
    pub detector: Box<dyn TurnDetector>,
    /// Whether the words are all; without it a cue stands in.
    pub reader: Option<Reader>,
    /// Preroll and lexicon.
    pub config: TurnTakingConfig,
}

/// A pause as voice activity reports it. Milliseconds.
struct Silence {
    last_speech: f64,
    reported: f64,
    resumed: Option<f64>,
}

impl Listener {
    /// What is known at each pause that is not over before [`PlacedStimulus::from_ms`] and lasts long
    /// enough for a transcript.
    ///
    /// # Errors
    /// An engine failed.
    pub fn hear(&mut self, stimulus: &PlacedStimulus) -> Result<Vec<Pause>, ListenError> {
        let (began, silences) = self.silences(&stimulus.samples)?;
        let mut utterance = Utterance::begin(UtteranceConfig::default(), &[]);
        let (mut pauses, mut pushed) = (Vec::new(), began);
        for silence in silences {
            let heard = part(&stimulus.samples, pushed, silence.reported);
            utterance.push(heard);
            let length = utterance.open().len();
            pushed = silence.resumed.unwrap_or(silence.reported);
            utterance.push(part(&stimulus.samples, silence.reported, pushed));
            let decides = silence
                .resumed
                .is_none_or(|at| at > stimulus.from_ms && at > silence.reported + TEXT_AFTER_MS);
            // As the recognizer's stage does when the user goes on.
            let commits = silence.resumed.is_some() && utterance.cut_at_pause();
            if !decides && !commits {
                continue;
            }
            let open = &utterance.open()[..length];
            let text = self.recognizer.transcribe(open, &|| false)?;
            let text = text.unwrap_or_default();
            if decides {
                let until = silence.reported + TEXT_AFTER_MS;
                let heard = with_noise(part(&stimulus.samples, began, until));
                let whole = utterance.text_with(&text);
                let model = match &mut self.reader {
                    Some(reader) => reader.ends(&whole)?,
                    None => None,
                };
                pauses.push(Pause {
                    last_speech_ms: silence.last_speech,
                    reported_ms: silence.reported,
                    resumed_ms: silence.resumed,
                    cue: cue(&whole, &self.config.lexicon),
                    text: whole,
                    model,
                    score: self.detector.probability(&heard)?,
                });
            }
            if commits {
                utterance.commit(length, text);
            }
        }
        Ok(pauses)
    }

    /// Where the turn's audio begins, and its pauses.
    fn silences(&mut self, samples: &[f32]) -> Result<(f64, Vec<Silence>), ListenError> {
        self.activity.reset();
        let (mut began, mut silences) = (None, Vec::<Silence>::new());
        let mut changes = Vec::new();
        for (n, frame) in samples.chunks_exact(FRAME).enumerate() {
            let until = Timestamp::from_micros(micros((n + 1) * FRAME));
            self.activity.push(frame, until, false, &mut changes)?;
            for change in changes.drain(..) {
                let reported = until.as_millis_f64();
                match change {
                    Activity::Started(at) => {
                        began.get_or_insert((at - self.config.preroll).as_millis_f64());
                        if let Some(silence) = silences.last_mut() {
                            silence.resumed = Some(reported);
                        }
                    }
                    Activity::Paused(at) => silences.push(Silence {
                        last_speech: at.as_millis_f64(),
                        reported,
                        resumed: None,
                    }),
                }
            }
        }
        Ok((began.unwrap_or_default(), silences))
    }
}

fn micros(samples: usize) -> u64 {
    samples as u64 * 1_000_000 / u64::from(SPEECH_RATE)
}

/// The samples between two times in milliseconds.
fn part(samples: &[f32], from: f64, until: f64) -> &[f32] {
    let index = |ms: f64| (ms * f64::from(SPEECH_RATE) / 1000.0) as usize;
    let until = index(until).min(samples.len());
    &samples[index(from).min(until)..until]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancellation::Cancelled;
    use crate::vad::{ActivityConfig, VoiceActivityDetector};

    /// Hears speech in samples above one half.
    struct Loud(usize);

    impl VoiceActivityDetector for Loud {
        fn frame_len(&self) -> usize {
            self.0
        }
        fn probability(&mut self, frame: &[f32]) -> Result<f32, VadError> {
            Ok(f32::from(u8::from(frame[0] > 0.5)))
        }
        fn reset(&mut self) {}
    }

    /// Says how many milliseconds it was given.
    struct Counting;

    impl Recognizer for Counting {
        fn warm_up(&mut self) -> Result<(), SttError> {
            Ok(())
        }
        fn transcribe(&mut self, heard: &[f32], _: Cancelled) -> Result<Option<String>, SttError> {
            Ok(Some(format!("{}.", heard.len() / 16)))
        }
    }

    /// Scores seconds of what it was given.
    struct Seconds;

    impl TurnDetector for Seconds {
        fn warm_up(&mut self) -> Result<(), EndpointingError> {
            Ok(())
        }
        fn probability(&mut self, heard: &[f32]) -> Result<f32, EndpointingError> {
            Ok(heard.len() as f32 / SPEECH_RATE as f32)
        }
    }

    /// Hears runs of (loud, milliseconds).
    fn hear(runs: &[(bool, usize)], from_ms: f64) -> Vec<Pause> {
        let (gate, opinion) = (Box::new(Loud(256)), Box::new(Loud(512)));
        let mut listener = Listener {
            activity: VoiceActivity::new(ActivityConfig::default(), gate, opinion),
            recognizer: Box::new(Counting),
            detector: Box::new(Seconds),
            reader: None,
            config: TurnTakingConfig::default(),
        };
        let level = |loud| if loud { 0.9 } else { 0.0 };
        let run = |(loud, ms): &(bool, usize)| vec![level(*loud); ms * 16];
        let stimulus = PlacedStimulus {
            samples: runs.iter().flat_map(run).collect(),
            from_ms,
            mark_ms: 0.0,
        };
        listener.hear(&stimulus).unwrap()
    }

    /// Milliseconds that were transcribed.
    fn transcribed(pause: &Pause) -> f64 {
        pause.text.trim_end_matches('.').parse().unwrap()
    }

    #[test]
    fn the_transcript_has_what_was_said_until_the_pause_was_reported() {
        let pauses = hear(&[(false, 640), (true, 960), (false, 640)], 0.0);
        let [pause] = pauses.as_slice() else {
            panic!("{pauses:?}");
        };
        // From the onset less 300 ms of preroll; voice activity places it to a frame.
        let expected = pause.reported_ms - 340.0;
        assert!((transcribed(pause) - expected).abs() <= 32.0, "{pause:?}");
        assert_eq!(pause.resumed_ms, None);
    }

    #[test]
    fn the_score_is_of_the_sound_when_the_transcript_is_there() {
        let pause = &hear(&[(false, 640), (true, 960), (false, 640)], 0.0)[0];
        let later = f64::from(pause.score) * 1000.0 - transcribed(pause);
        assert!((later - TEXT_AFTER_MS).abs() < 1.0, "{later}");
    }

    #[test]
    fn pauses_that_are_over_early_are_not_listened_to() {
        let runs = [(true, 960), (false, 640), (true, 960), (false, 640)];
        assert_eq!(hear(&runs, 0.0).len(), 2);
        assert_eq!(hear(&runs, 2_500.0).len(), 1);
    }

    #[test]
    fn a_long_turn_keeps_the_words_before_its_pause() {
        let runs = [(true, 4_800), (false, 640), (true, 960), (false, 640)];
        let words = hear(&runs, 6_000.0).remove(0).text;
        assert_eq!(words.split(' ').count(), 2, "{words}");
    }
}
