//! A clause with its sound, and where in the sound each of its words ends.

use super::clauses::{ClauseLimits, ClauseSplitter};
use super::speakable::{Segment, speakable, spoken_text};
use super::{Speech, Synthesizer, TtsError, WordEnd, finish_clause};
use crate::audio::wav::Clip;
use crate::cancellation::Cancelled;

/// A stretch of the reply as the model wrote it, and when it has been said.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// As written, with the white space around it; empty if the voice cannot say it.
    pub written: String,
    /// The sample of the clause's sound at which it has been said.
    pub ends_at: usize,
}

/// A clause ready to be played.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenClause {
    /// Its words in order; their `written` joined is the clause as the model wrote it, without what the
    /// voice cannot say.
    pub words: Vec<Word>,
    /// Its sound, the pause after it included; may be empty.
    pub clip: Clip,
}

/// Pauses after a clause, by its last mark. Milliseconds.
const SENTENCE_PAUSE_MS: usize = 220;
const PHRASE_PAUSE_MS: usize = 110;
const NO_PAUSE_MS: usize = 30;

/// Makes a clause speakable, speaks it and places its words in time.
pub fn speak_clause(
    synthesizer: &mut dyn Synthesizer,
    written: &str,
) -> Result<SpokenClause, TtsError> {
    let clause = speak_clause_unless(&|| false, synthesizer, written)?;
    Ok(clause.expect("nobody cancels it"))
}

/// Speaks a text clause by clause; `on_clip` says whether to go on. False if it was cancelled.
///
/// # Errors
/// The voice failed, or `on_clip` did.
pub fn speak_text(
    cancelled: Cancelled,
    synthesizer: &mut dyn Synthesizer,
    text: &str,
    on_clip: &mut dyn FnMut(Clip) -> Result<bool, TtsError>,
) -> Result<bool, TtsError> {
    let mut splitter = ClauseSplitter::new(ClauseLimits::default(), synthesizer.language());
    let mut clauses = splitter.push(text);
    clauses.extend(splitter.finish());
    for clause in clauses {
        let spoken = speak_clause_unless(cancelled, synthesizer, &clause)?;
        let goes_on = spoken.map_or(Ok(false), |spoken| on_clip(spoken.clip))?;
        if !goes_on {
            return Ok(false);
        }
    }
    Ok(true)
}

/// As [`speak_clause`]; `None`: cancelled.
pub fn speak_clause_unless(
    cancelled: Cancelled,
    synthesizer: &mut dyn Synthesizer,
    written: &str,
) -> Result<Option<SpokenClause>, TtsError> {
    let segments = speakable(written, synthesizer.language());
    let text = spoken_text(&segments);
    let speech = if text.chars().any(char::is_alphanumeric) {
        synthesizer.synthesize_unless(cancelled, &text)?
    } else {
        // Nothing to say: punctuation or an emoji alone makes engines stumble.
        Some(Speech::from(Clip {
            rate_hz: crate::audio::frame::SPEECH_RATE,
            samples: Vec::new(),
        }))
    };
    let Some(mut speech) = speech else {
        return Ok(None);
    };
    finish_clause(&mut speech);
    let Speech {
        mut clip,
        word_ends,
    } = speech;
    let ends = if word_ends.is_empty() {
        estimated_ends(&segments, clip.samples.len())
    } else {
        known_ends(&segments, clip.samples.len(), &word_ends)
    };
    let words = segments
        .into_iter()
        .zip(ends)
        .map(|(segment, ends_at)| Word {
            written: if segment.unheard {
                String::new()
            } else {
                segment.written
            },
            ends_at,
        });
    let words = words.collect();
    if !clip.samples.is_empty() {
        let pause = pause_ms(&text) * clip.rate_hz as usize / 1000;
        clip.samples.extend(std::iter::repeat_n(0.0, pause));
    }
    Ok(Some(SpokenClause { words, clip }))
}

fn pause_ms(text: &str) -> usize {
    match text.trim_end().chars().last() {
        Some('.' | '!' | '?' | '…') => SENTENCE_PAUSE_MS,
        Some(',' | ';' | ':' | '-' | '–' | '—') => PHRASE_PAUSE_MS,
        _ => NO_PAUSE_MS,
    }
}

/// Where each segment ends in the sound, of an engine that says where words end.
fn known_ends(segments: &[Segment], samples: usize, word_ends: &[WordEnd]) -> Vec<usize> {
    let (mut text_end, mut ends_at) = (0, 0);
    segments
        .iter()
        .map(|segment| {
            if !segment.spoken.is_empty() {
                // As `spoken_text` joins them.
                text_end += segment.spoken.len() + usize::from(text_end > 0);
            }
            let count = word_ends.partition_point(|end| end.text_end <= text_end);
            if let Some(last) = word_ends[..count].last() {
                ends_at = last.sample.min(samples).max(ends_at);
            }
            ends_at
        })
        .collect()
}

/// The same of the other engines: the length of what is spoken for a segment is a good estimate of how long
/// it takes (not measured word by word).
fn estimated_ends(segments: &[Segment], samples: usize) -> Vec<usize> {
    let weight = |segment: &Segment| segment.spoken.trim().chars().map(char_weight).sum::<f64>();
    let total: f64 = segments.iter().map(weight).sum();
    let mut said = 0.0;
    segments
        .iter()
        .map(|segment| {
            said += weight(segment);
            let share = if total > 0.0 { said / total } else { 0.0 };
            (share * samples as f64).round() as usize
        })
        .collect()
}

/// How long a character takes relative to a letter.
fn char_weight(c: char) -> f64 {
    match c {
        ',' | ';' | ':' => 2.5,
        '.' | '!' | '?' => 1.0,
        _ if c.is_alphanumeric() => 1.0,
        _ => 0.3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn segment(written: &str, spoken: &str) -> Segment {
        Segment {
            written: written.into(),
            spoken: spoken.into(),
            unheard: false,
        }
    }

    #[test]
    fn words_are_estimated_to_end_in_order_and_the_last_at_the_end_of_the_sound() {
        let segments = [
            segment("It ", "It"),
            segment("costs ", "costs"),
            segment("$5", "five dollars"),
        ];
        let ends = estimated_ends(&segments, 10_000);
        assert!(ends.is_sorted_by(|a, b| a < b), "{ends:?}");
        assert_eq!(ends[2], 10_000);
    }

    fn ends(ends: &[(usize, usize)]) -> Vec<WordEnd> {
        let ends = ends.iter();
        ends.map(|&(text_end, sample)| WordEnd { text_end, sample })
            .collect()
    }

    #[test]
    fn words_end_where_the_engine_says_that_their_last_word_ends() {
        let segments = [
            segment("It ", "It"),
            segment("**", ""),
            segment("costs ", "costs"),
            segment("$5.", "five dollars."),
        ];
        let known = ends(&[(2, 100), (8, 250), (13, 400), (21, 800)]);
        assert_eq!(known_ends(&segments, 1_000, &known), [100, 100, 250, 800]);
    }

    #[test]
    fn a_word_ends_within_the_sound() {
        let segments = [segment("Yes", "Yes")];
        assert_eq!(known_ends(&segments, 700, &ends(&[(3, 800)])), [700]);
    }

    /// A voice that says a sample of 0.1 for each byte.
    struct Counting;

    impl Synthesizer for Counting {
        fn language(&self) -> Language {
            Language::English
        }

        fn warm_up(&mut self) -> Result<(), TtsError> {
            Ok(())
        }

        fn synthesize_unless(
            &mut self,
            _: Cancelled,
            text: &str,
        ) -> Result<Option<Speech>, TtsError> {
            let samples = vec![0.1; text.len()];
            let rate_hz = 1_000;
            Ok(Some(Clip { rate_hz, samples }.into()))
        }
    }

    #[test]
    fn what_the_voice_cannot_say_is_not_heard() {
        let clause = speak_clause(&mut Counting, "The word 日本 means Japan.").unwrap();
        let heard: String = clause.words.iter().map(|w| w.written.as_str()).collect();
        assert_eq!(heard, "The word means Japan.");
    }

    #[test]
    fn a_full_width_mark_pauses_like_its_ascii_form() {
        let pause = |written: &str| pause_ms(&spoken_text(&speakable(written, Language::Chinese)));
        for mark in ["。", "！", "？"] {
            assert_eq!(pause(&format!("你好{mark}")), SENTENCE_PAUSE_MS, "{mark}");
        }
        for mark in ["，", "、", "；", "："] {
            assert_eq!(pause(&format!("你好{mark}")), PHRASE_PAUSE_MS, "{mark}");
        }
    }

    #[test]
    fn what_is_not_spoken_takes_no_time() {
        let ends = estimated_ends(&[segment("Yes ", "Yes"), segment("\u{1F600}", "")], 100);
        assert_eq!(ends[0], ends[1]);
    }
}
