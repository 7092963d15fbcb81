//! Recordings of any length, transcribed while they are read: only where somebody speaks, and with no
//! more of them in memory than one stretch of speech.

use std::collections::VecDeque;
use std::time::Duration;

use super::word_times::{TimedWord, estimated};
use super::{Cancelled, Recognizer, SttError, Utterance, UtteranceConfig};
use crate::audio::frame::SPEECH_RATE;
use crate::clock::Timestamp;
use crate::vad::{Activity, VoiceActivity};

/// Audio is looked at in steps of this many samples: 20 ms.
const STEP: usize = SPEECH_RATE as usize / 50;
/// Audio from before the onset that is decoded too: soft beginnings are no onset yet.
const BEFORE: usize = SPEECH_RATE as usize * 3 / 10;
/// A pause that is longer ends a stretch of speech; of a shorter one the audio is kept, for the
/// recognizer to hear whole sentences.
const PAUSE: Duration = Duration::from_millis(600);

/// A stretch of speech: what lies between two pauses.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// From where in the recording. Seconds.
    pub start_s: f64,
    /// To where. Seconds.
    pub end_s: f64,
    /// The words.
    pub text: String,
    /// When each of them was said, as far as it can be estimated.
    pub words: Vec<TimedWord>,
}

/// The words of a whole recording.
pub fn text_of(stretches: &[Stretch]) -> String {
    let texts: Vec<&str> = stretches.iter().map(|s| s.text.as_str()).collect();
    texts.join(" ")
}

/// A stretch of speech under way.
struct Speech {
    began: Timestamp,
    utterance: Utterance,
    /// Since when it pauses, if it does.
    paused: Option<Timestamp>,
    /// Where the audio that is not committed yet begins in the recording. Samples.
    open_at: u64,
    /// Those that were committed.
    words: Vec<TimedWord>,
}

impl Speech {
    /// Notes when the words of so many open samples were said, before these are committed.
    fn note_words(&mut self, text: &str, samples: usize, end_s: f64) {
        let audio = &self.utterance.open()[..samples];
        let offset_s = self.open_at as f64 / f64::from(SPEECH_RATE);
        let within = seconds(self.began)..end_s;
        self.words.extend(estimated(text, audio, offset_s, within));
        self.open_at += samples as u64;
    }
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millis_f64() / 1000.0
}

/// Transcribes audio at 16 kHz that is pushed piece by piece.
pub struct RecordingTranscriber<'a> {
    engine: &'a mut dyn Recognizer,
    activity: VoiceActivity,
    changes: Vec<Activity>,
    pending: Vec<f32>,
    /// The last moments without speech.
    before: VecDeque<f32>,
    speech: Option<Speech>,
    samples: u64,
    stretches: Vec<Stretch>,
}

impl<'a> RecordingTranscriber<'a> {
    /// A transcriber of one recording.
    pub fn new(engine: &'a mut dyn Recognizer, activity: VoiceActivity) -> Self {
        Self {
            engine,
            activity,
            changes: Vec::new(),
            pending: Vec::new(),
            before: VecDeque::with_capacity(BEFORE),
            speech: None,
            samples: 0,
            stretches: Vec::new(),
        }
    }

    /// Takes the next samples. False: cancelled.
    ///
    /// # Errors
    /// The recognizer or voice activity failed.
    pub fn push(&mut self, samples: &[f32], cancelled: Cancelled) -> Result<bool, SttError> {
        self.pending.extend_from_slice(samples);
        let pending = std::mem::take(&mut self.pending);
        let mut steps = pending.chunks_exact(STEP);
        for step in &mut steps {
            if !self.step(step, cancelled)? {
                return Ok(false);
            }
        }
        self.pending.extend_from_slice(steps.remainder());
        Ok(true)
    }

    /// What was said, when all was pushed. `None`: cancelled.
    ///
    /// # Errors
    /// The recognizer or voice activity failed.
    pub fn finish(mut self, cancelled: Cancelled) -> Result<Option<Vec<Stretch>>, SttError> {
        let rest = std::mem::take(&mut self.pending);
        // The last frames are judged when silence follows.
        let silence = vec![0.0; SPEECH_RATE as usize];
        let ended = self.push(&[rest, silence].concat(), cancelled)?;
        if !ended || !self.end_speech(cancelled)? {
            return Ok(None);
        }
        Ok(Some(self.stretches))
    }

    fn step(&mut self, step: &[f32], cancelled: Cancelled) -> Result<bool, SttError> {
        self.samples += step.len() as u64;
        let now = self.now();
        self.activity
            .push(step, now, false, &mut self.changes)
            .map_err(|e| SttError::Run(e.to_string()))?;
        for change in std::mem::take(&mut self.changes) {
            match (change, &mut self.speech) {
                (Activity::Started(_), Some(speech)) => speech.paused = None,
                (Activity::Started(at), None) => {
                    let before: Vec<f32> = self.before.drain(..).collect();
                    let ahead = (before.len() + step.len()) as u64;
                    self.speech = Some(Speech {
                        began: at,
                        utterance: Utterance::begin(UtteranceConfig::default(), &before),
                        paused: None,
                        open_at: self.samples.saturating_sub(ahead),
                        words: Vec::new(),
                    });
                }
                (Activity::Paused(at), Some(speech)) => speech.paused = Some(at),
                (Activity::Paused(_), None) => {}
            }
        }
        let Some(speech) = &mut self.speech else {
            let excess = (self.before.len() + step.len()).saturating_sub(BEFORE);
            self.before.drain(..excess.min(self.before.len()));
            self.before.extend(step);
            return Ok(true);
        };
        speech.utterance.push(step);
        if speech.paused.is_some_and(|at| now.since(at) >= PAUSE) {
            return self.end_speech(cancelled);
        }
        while let Some(cut) = speech.utterance.cut_anyway() {
            let open = &speech.utterance.open()[cut.clone()];
            let Some(text) = self.engine.transcribe(open, cancelled)? else {
                return Ok(false);
            };
            speech.note_words(&text, cut.end, f64::INFINITY);
            speech.utterance.commit(cut.end, text);
        }
        Ok(true)
    }

    /// Decodes the stretch of speech, if there is one. False: cancelled.
    fn end_speech(&mut self, cancelled: Cancelled) -> Result<bool, SttError> {
        let Some(mut speech) = self.speech.take() else {
            return Ok(true);
        };
        let end_s = seconds(speech.paused.unwrap_or(self.now()));
        let open = speech.utterance.open();
        let (samples, heard) = (open.len(), self.engine.transcribe(open, cancelled)?);
        let Some(heard) = heard else {
            return Ok(false);
        };
        speech.note_words(&heard, samples, end_s);
        let text = speech.utterance.text_with(&heard);
        if !text.is_empty() {
            self.stretches.push(Stretch {
                start_s: seconds(speech.began),
                end_s,
                text,
                words: speech.words,
            });
        }
        Ok(true)
    }

    /// How much was looked at.
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.samples * 1_000_000 / u64::from(SPEECH_RATE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vad::{VadError, VoiceActivityDetector};

    /// Loud is speech.
    struct Loud(usize);

    impl VoiceActivityDetector for Loud {
        fn frame_len(&self) -> usize {
            self.0
        }

        fn probability(&mut self, frame: &[f32]) -> Result<f32, VadError> {
            Ok(if frame[0].abs() > 0.5 { 1.0 } else { 0.0 })
        }

        fn reset(&mut self) {}
    }

    /// Says how many seconds it was given.
    struct Seconds(Vec<f32>);

    impl Recognizer for Seconds {
        fn warm_up(&mut self) -> Result<(), SttError> {
            Ok(())
        }

        fn transcribe(
            &mut self,
            samples: &[f32],
            cancelled: Cancelled,
        ) -> Result<Option<String>, SttError> {
            self.0.push(samples.len() as f32 / SPEECH_RATE as f32);
            Ok((!cancelled()).then(|| format!("part {}", self.0.len())))
        }
    }

    /// Decodes stretches of a level for seconds. The text, and the seconds that were decoded at a time.
    fn transcribe(stretches: &[(f32, f32)], step: usize) -> (String, Vec<f32>) {
        let (stretches, decoded) = decode(stretches, step);
        (text_of(&stretches), decoded)
    }

    fn decode(stretches: &[(f32, f32)], step: usize) -> (Vec<Stretch>, Vec<f32>) {
        let activity = VoiceActivity::new(
            crate::vad::ActivityConfig::default(),
            Box::new(Loud(256)),
            Box::new(Loud(512)),
        );
        let mut engine = Seconds(Vec::new());
        let mut transcriber = RecordingTranscriber::new(&mut engine, activity);
        let samples: Vec<f32> = stretches
            .iter()
            .flat_map(|(level, s)| vec![*level; (s * SPEECH_RATE as f32) as usize])
            .collect();
        for step in samples.chunks(step) {
            assert!(transcriber.push(step, &|| false).unwrap());
        }
        let stretches = transcriber.finish(&|| false).unwrap().unwrap();
        (stretches, engine.0)
    }

    #[test]
    fn a_recording_without_speech_is_not_decoded() {
        let (text, decoded) = transcribe(&[(0.1, 30.0)], 4_000);
        assert!(text.is_empty() && decoded.is_empty());
    }

    #[test]
    fn speech_is_decoded_with_what_is_just_before_it_and_without_the_silence_around() {
        let (text, decoded) = transcribe(&[(0.1, 20.0), (0.9, 2.0), (0.1, 20.0)], 1_234);
        assert_eq!(text, "part 1");
        assert!((2.3..3.3).contains(&decoded[0]), "{decoded:?}");
    }

    #[test]
    fn speech_up_to_the_end_is_decoded() {
        let (text, decoded) = transcribe(&[(0.1, 1.0), (0.9, 1.0)], 999);
        assert_eq!(text, "part 1");
        assert!(decoded[0] >= 1.0, "{decoded:?}");
    }

    #[test]
    fn a_short_pause_stays_within_a_stretch_and_a_long_one_ends_it() {
        let speech = [
            (0.9, 1.0),
            (0.1, 0.3),
            (0.9, 1.0),
            (0.1, 2.0),
            (0.9, 1.0),
            (0.1, 1.0),
        ];
        let (text, _) = transcribe(&speech, 320);
        assert_eq!(text, "part 1 part 2");
    }

    #[test]
    fn a_stretch_says_from_where_to_where_it_goes() {
        let speech = [(0.1, 5.0), (0.9, 2.0), (0.1, 3.0), (0.9, 1.0)];
        let (stretches, _) = decode(&speech, 320);
        let spans = stretches
            .iter()
            .map(|s| (s.start_s.round(), s.end_s.round()));
        assert_eq!(spans.collect::<Vec<_>>(), [(5.0, 7.0), (10.0, 11.0)]);
    }

    #[test]
    fn the_words_of_endless_speech_are_where_they_were_decoded() {
        let (stretches, decoded) = decode(&[(0.1, 5.0), (0.9, 60.0)], 320);
        let words = &stretches[0].words;
        assert_eq!(words.len(), 2 * decoded.len());
        // "part" of the third part: behind the audio of two.
        let before: f64 = decoded[..2].iter().map(|s| f64::from(*s)).sum();
        let third = words[4].start_s - 5.0;
        assert!((third - before).abs() < 0.5, "{third}, {before}");
        // The last part may be the pause in which the speech was found to be over.
        let last = words[words.len() - 1].end_s;
        assert!((last - 65.0).abs() < 1.0, "{last}");
    }

    #[test]
    fn endless_speech_is_decoded_in_parts_of_bounded_length() {
        let (text, decoded) = transcribe(&[(0.9, 60.0)], 16_000);
        assert!(
            decoded.len() >= 4 && decoded.iter().all(|s| *s <= 13.0),
            "{decoded:?}"
        );
        assert!(text.starts_with("part 1 part 2 part 3 part 4"), "{text}");
    }
}
