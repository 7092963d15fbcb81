//! A clause with its sound, and where in the sound each of its words ends.

use super::speakable::{Segment, speakable, spoken_text};
use super::{Synthesizer, TtsError, finish_clause};
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

/// The same; `None`: cancelled.
pub fn speak_clause_unless(
    cancelled: Cancelled,
    synthesizer: &mut dyn Synthesizer,
    written: &str,
) -> Result<Option<SpokenClause>, TtsError> {
    let segments = speakable(written, synthesizer.language());
    let text = spoken_text(&segments);
    let clip = match text.chars().any(char::is_alphanumeric) {
        true => synthesizer.synthesize_unless(cancelled, &text)?,
        // Nothing to say: punctuation or an emoji alone makes engines stumble.
        false => Some(Clip {
            rate_hz: crate::audio::frame::SPEECH_RATE,
            samples: Vec::new(),
        }),
    };
    let Some(mut clip) = clip else {
        return Ok(None);
    };
    finish_clause(&mut clip);
    let words = place_words(&segments, clip.samples.len());
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

/// Engines do not say when each word is spoken; the length of what is spoken for it is a good
/// estimate (not measured word by word).
fn place_words(segments: &[Segment], samples: usize) -> Vec<Word> {
    let weight = |segment: &Segment| segment.spoken.trim().chars().map(char_weight).sum::<f64>();
    let total: f64 = segments.iter().map(weight).sum();
    let mut said = 0.0;
    segments
        .iter()
        .map(|segment| {
            said += weight(segment);
            let share = if total > 0.0 { said / total } else { 0.0 };
            Word {
                written: if segment.unheard {
                    String::new()
                } else {
                    segment.written.clone()
                },
                ends_at: (share * samples as f64).round() as usize,
            }
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
    fn words_end_in_order_and_the_last_at_the_end_of_the_sound() {
        let segments = [
            segment("It ", "It"),
            segment("costs ", "costs"),
            segment("$5", "five dollars"),
        ];
        let words = place_words(&segments, 10_000);
        assert!(
            words
                .windows(2)
                .all(|pair| pair[0].ends_at < pair[1].ends_at)
        );
        assert_eq!(words[2].ends_at, 10_000);
    }

    #[test]
    fn what_the_voice_cannot_say_is_not_heard() {
        let words = place_words(
            &speakable("The word 日本 means Japan.", Language::English),
            100,
        );
        let heard: String = words.iter().map(|word| word.written.as_str()).collect();
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
        let words = place_words(&[segment("Yes ", "Yes"), segment("\u{1F600}", "")], 100);
        assert_eq!(words[0].ends_at, words[1].ends_at);
    }
}
