//! When each word of some speech was said. An estimate: none of our recognizers says it, so the words are spread over
//! the parts of the audio that sound, by how long they are. Pure.

use std::ops::Range;

use crate::audio::frame::{FRAME, SPEECH_RATE, dbfs, rms};
use crate::language::is_han;

/// A word, and when it was said.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedWord {
    /// As it is written, with its punctuation. A Chinese character is one.
    pub text: String,
    /// Whether a space is written before it.
    pub after_space: bool,
    /// From where in the recording. Seconds.
    pub start_s: f64,
    /// To where. Seconds.
    pub end_s: f64,
}

/// Words joined as they are written.
pub fn joined<'w>(words: impl IntoIterator<Item = &'w TimedWord>) -> String {
    let mut text = String::new();
    for word in words {
        if word.after_space && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    text
}

/// What is so much quieter than the loudest frame is a pause. dB.
const PAUSE_DB: f32 = 30.0;
/// A shorter silence lies within a word: before a "t" the mouth is closed. Frames of 10 ms.
const CLOSURE: usize = 15;
/// Seconds of a frame.
const FRAME_S: f64 = FRAME as f64 / SPEECH_RATE as f64;

/// Spreads the words of `text` over `samples` at 16 kHz, which begin at `offset_s` of the recording; speech is only
/// looked for `within` these seconds of it.
pub(super) fn estimated(
    text: &str,
    samples: &[f32],
    offset_s: f64,
    within: Range<f64>,
) -> Vec<TimedWord> {
    let words = words_of(text);
    let total: f64 = words.iter().map(|(word, _)| weight(word)).sum();
    let is_within = |frame: &usize| within.contains(&(offset_s + *frame as f64 * FRAME_S));
    let sounding = sounding_frames(samples).into_iter().filter(is_within);
    let mut sounding: Vec<usize> = sounding.collect();
    if sounding.is_empty() {
        let all = 0..samples.len().div_ceil(FRAME).max(1);
        sounding = all.clone().filter(is_within).collect();
        if sounding.is_empty() {
            sounding = all.collect();
        }
    }
    let mut said = 0.0;
    let place = |said: f64| (said / total * sounding.len() as f64).min(sounding.len() as f64);
    let words = words.into_iter().map(|(text, after_space)| {
        let start = place(said);
        said += weight(&text);
        TimedWord {
            text,
            after_space,
            start_s: offset_s + start_at(&sounding, start) * FRAME_S,
            end_s: offset_s + end_at(&sounding, place(said)) * FRAME_S,
        }
    });
    words.collect()
}

/// The frame in which what begins after so many sounding ones begins; between two parts that sound, in the later.
fn start_at(sounding: &[usize], place: f64) -> f64 {
    let whole = (place as usize).min(sounding.len() - 1);
    sounding[whole] as f64 + (place - whole as f64).min(1.0)
}

/// The same for what ends there; between two parts that sound, in the earlier.
fn end_at(sounding: &[usize], place: f64) -> f64 {
    let whole = (place.ceil() as usize).clamp(1, sounding.len()) - 1;
    sounding[whole] as f64 + (place - whole as f64).clamp(0.0, 1.0)
}

/// Words with whether a space is before them.
fn words_of(text: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    for token in text.split_whitespace() {
        let mut word = String::new();
        let mut after_space = true;
        let mut last_letter = None;
        for c in token.chars() {
            // A new word begins at a Chinese character, and at the first letter after one; marks stay with what they
            // follow, and opening ones with what follows them.
            let begins = is_han(c) || (c.is_alphanumeric() && last_letter.is_some_and(is_han));
            if begins && word.chars().any(char::is_alphanumeric) {
                words.push((std::mem::take(&mut word), after_space));
                after_space = false;
            }
            word.push(c);
            last_letter = Some(c).filter(|c| c.is_alphanumeric()).or(last_letter);
        }
        words.push((word, after_space));
    }
    words
}

/// How long a word takes, relative to a letter. Each takes a little for itself; a digit is read as a word.
fn weight(word: &str) -> f64 {
    let of = |c: char| match c {
        c if is_han(c) => 2.0,
        c if c.is_ascii_digit() => 3.0,
        c if c.is_alphanumeric() => 1.0,
        _ => 0.0,
    };
    1.0 + word.chars().map(of).sum::<f64>()
}

/// Frames that sound, in order, short silences between them too.
fn sounding_frames(samples: &[f32]) -> Vec<usize> {
    let levels: Vec<f32> = samples.chunks(FRAME).map(|f| dbfs(rms(f))).collect();
    let loudest = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sounding: Vec<usize> = Vec::new();
    for (frame, level) in levels.iter().enumerate() {
        if *level < loudest - PAUSE_DB {
            continue;
        }
        let gap = sounding.last().map_or(frame, |last| last + 1);
        if frame - gap <= CLOSURE {
            sounding.extend(gap..frame);
        }
        sounding.push(frame);
    }
    sounding
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Speech where it is loud: levels and seconds.
    fn sound(parts: &[(f32, f32)]) -> Vec<f32> {
        let part = |(level, s): &(f32, f32)| vec![*level; (s * SPEECH_RATE as f32) as usize];
        parts.iter().flat_map(part).collect()
    }

    fn spans(text: &str, samples: &[f32]) -> Vec<(f64, f64)> {
        let words = estimated(text, samples, 10.0, 0.0..100.0);
        let rounded = |s: f64| (s * 100.0).round() / 100.0;
        let span = |w: &TimedWord| (rounded(w.start_s), rounded(w.end_s));
        words.iter().map(span).collect()
    }

    #[test]
    fn words_of_one_length_share_the_time() {
        let samples = sound(&[(0.5, 2.0)]);
        assert_eq!(spans("four word", &samples), [(10.0, 11.0), (11.0, 12.0)]);
    }

    #[test]
    fn no_word_is_said_in_a_pause() {
        let samples = sound(&[(0.0, 1.0), (0.5, 1.0), (0.0, 1.0), (0.5, 1.0), (0.0, 1.0)]);
        assert_eq!(spans("four word", &samples), [(11.0, 12.0), (13.0, 14.0)]);
    }

    #[test]
    fn the_silence_within_a_word_is_no_pause() {
        let samples = sound(&[(0.5, 0.95), (0.0, 0.1), (0.5, 0.95)]);
        assert_eq!(spans("four word", &samples), [(10.0, 11.0), (11.0, 12.0)]);
    }

    #[test]
    fn words_are_in_order_and_within_the_speech() {
        let samples = sound(&[(0.5, 1.3), (0.0, 0.7), (0.4, 2.1)]);
        let text = "It was the best of times, it was the worst of times, in 1859.";
        let words = estimated(text, &samples, 3.0, 3.0..7.0);
        let times: Vec<f64> = words.iter().flat_map(|w| [w.start_s, w.end_s]).collect();
        assert!(times.is_sorted(), "{times:?}");
        assert!(
            times[0] >= 3.0 && times[times.len() - 1] <= 7.2,
            "{times:?}"
        );
        assert_eq!(joined(&words), text);
    }

    #[test]
    fn a_chinese_character_is_a_word_and_keeps_its_mark() {
        let words = words_of("“你好，world吗？”");
        let texts: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(texts, ["“你", "好，", "world", "吗？”"]);
        let spaces: Vec<bool> = words.iter().map(|(_, space)| *space).collect();
        assert_eq!(spaces, [true, false, false, false]);
    }

    #[test]
    fn words_of_silence_have_times_too() {
        assert_eq!(spans("a b", &sound(&[(0.0, 1.0)])).len(), 2);
        assert_eq!(spans("a b", &[]).len(), 2);
        assert!(spans("", &[]).is_empty());
    }
}
