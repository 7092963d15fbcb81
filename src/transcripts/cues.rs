//! What is on the screen at a time: words of a transcript in cues of two short lines. Pure.

use unicode_width::UnicodeWidthStr;

use crate::stt::{FileTranscript, TimedWord, joined};

/// Columns of a line; a Chinese character takes two. What broadcasters write by (the BBC 37, Netflix 42).
const LINE: usize = 42;
/// A cue is shown no longer than this. Seconds.
const LONGEST_S: f64 = 7.0;
/// A cue is shown at least so long, if the next one does not begin before. Seconds.
const SHORTEST_S: f64 = 1.0;

/// What is shown, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cue {
    /// Milliseconds from the beginning.
    pub start_ms: u64,
    /// Milliseconds from the beginning; later than the start, and never after the start of the next.
    pub end_ms: u64,
    /// One or two, without line breaks.
    pub lines: Vec<String>,
}

/// The cues of a transcript. A pause always ends one.
pub(super) fn cues(heard: &FileTranscript) -> Vec<Cue> {
    let mut cues: Vec<Cue> = Vec::new();
    for stretch in &heard.stretches {
        let words = stretch.words.iter().flat_map(short_enough);
        let words: Vec<TimedWord> = words.collect();
        let mut rest = &words[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(words_of_a_cue(rest));
            cues.push(cue(now));
            rest = later;
        }
    }
    place(&mut cues);
    cues
}

/// How many words the next cue takes; at least one.
fn words_of_a_cue(words: &[TimedWord]) -> usize {
    let fits = |count: &usize| {
        let taken = &words[..*count];
        taken[count - 1].end_s - taken[0].start_s <= LONGEST_S && lines(taken).is_some()
    };
    let most = (1..=words.len()).take_while(fits).last().unwrap_or(1);
    if most == words.len() {
        return most;
    }
    // Better after a sentence, or else a mark, if that leaves no short cue.
    let ends_with = |marks: &str, count: usize| {
        let last = words[count - 1].text.chars().last();
        last.is_some_and(|last| marks.contains(last))
    };
    let long_enough = (most / 2).max(1)..=most;
    let mut candidates = [".?!…。？！", ",;:，；：、"]
        .into_iter()
        .filter_map(|marks| long_enough.clone().rev().find(|n| ends_with(marks, *n)));
    candidates.next().unwrap_or(most)
}

fn cue(words: &[TimedWord]) -> Cue {
    let ms = |s: f64| (s.max(0.0) * 1000.0).round() as u64;
    Cue {
        start_ms: ms(words[0].start_s),
        end_ms: ms(words[words.len() - 1].end_s),
        lines: lines(words).unwrap_or_else(|| vec![joined(words)]),
    }
}

/// Words in one line if they fit, otherwise in two of about the same length, if they fit into these.
fn lines(words: &[TimedWord]) -> Option<Vec<String>> {
    let all = joined(words);
    if all.width() <= LINE {
        return Some(vec![all]);
    }
    let halves = (1..words.len()).map(|n| [joined(&words[..n]), joined(&words[n..])]);
    let longer = |lines: &[String; 2]| lines[0].width().max(lines[1].width());
    let best = halves.min_by_key(longer)?;
    (longer(&best) <= LINE).then(|| best.into())
}

/// A word in pieces that fit into a line, which share its time. Control characters are left out.
fn short_enough(word: &TimedWord) -> Vec<TimedWord> {
    let clean: String = word.text.chars().filter(|c| !c.is_control()).collect();
    let mut pieces = vec![String::new()];
    for c in clean.chars() {
        let last = pieces.len() - 1;
        let wider = format!("{}{c}", pieces[last]);
        if wider.width() <= LINE {
            pieces[last] = wider;
        } else {
            pieces.push(c.to_string());
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    let step = (word.end_s - word.start_s) / pieces.len().max(1) as f64;
    let pieces = pieces.into_iter().enumerate().map(|(n, text)| TimedWord {
        text,
        after_space: word.after_space && n == 0,
        start_s: word.start_s + step * n as f64,
        end_s: word.start_s + step * (n + 1) as f64,
    });
    pieces.collect()
}

/// Holds each cue's end to what a reader needs and to where the next one begins.
fn place(cues: &mut [Cue]) {
    let ms = |s: f64| (s * 1000.0) as u64;
    // A cue begins after the one before, by a millisecond at least.
    let mut earliest = 0;
    for cue in cues.iter_mut() {
        cue.start_ms = cue.start_ms.max(earliest);
        earliest = cue.start_ms + 1;
    }
    for n in 0..cues.len() {
        let next = cues.get(n + 1).map_or(u64::MAX, |next| next.start_ms);
        let cue = &mut cues[n];
        let shown = cue.end_ms.max(cue.start_ms + ms(SHORTEST_S));
        cue.end_ms = shown.min(cue.start_ms + ms(LONGEST_S)).min(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stt::Stretch;

    /// Words of 0.3 s each, from 2 s on.
    fn heard(text: &str) -> FileTranscript {
        let words = text.split(' ').enumerate();
        let words = words.map(|(n, word)| TimedWord {
            text: word.into(),
            after_space: true,
            start_s: 2.0 + n as f64 * 0.3,
            end_s: 2.3 + n as f64 * 0.3,
        });
        let words: Vec<TimedWord> = words.collect();
        let stretch = Stretch {
            start_s: 2.0,
            end_s: words[words.len() - 1].end_s,
            text: text.into(),
            words,
        };
        FileTranscript {
            stretches: vec![stretch],
            seconds: 100.0,
        }
    }

    fn texts(text: &str) -> Vec<Vec<String>> {
        let cues = cues(&heard(text)).into_iter();
        cues.map(|cue| cue.lines).collect()
    }

    #[test]
    fn a_short_text_is_one_line_and_a_longer_one_two_of_about_one_length() {
        assert_eq!(texts("Good morning."), [["Good morning."]]);
        assert_eq!(
            texts("The quick brown fox jumps over the lazy dog today."),
            [["The quick brown fox jumps", "over the lazy dog today."]]
        );
    }

    #[test]
    fn every_cue_is_within_its_limits_and_no_word_is_lost() {
        let mut rng = fastrand::Rng::with_seed(17);
        for _ in 0..200 {
            let word = |rng: &mut fastrand::Rng| -> String {
                let letters = rng.usize(1..12);
                (0..letters).map(|_| rng.lowercase()).collect()
            };
            let words: Vec<String> = (0..rng.usize(1..120)).map(|_| word(&mut rng)).collect();
            let text = words.join(" ");
            let cues = cues(&heard(&text));
            for cue in &cues {
                assert!(cue.lines.len() <= 2, "{cue:?}");
                assert!(cue.lines.iter().all(|l| l.width() <= LINE), "{cue:?}");
                assert!(cue.end_ms > cue.start_ms, "{cue:?}");
                assert!(cue.end_ms - cue.start_ms <= 7_000, "{cue:?}");
            }
            let in_order = cues.windows(2).all(|two| two[0].end_ms <= two[1].start_ms);
            assert!(in_order, "{cues:?}");
            let shown: Vec<String> = cues.into_iter().flat_map(|cue| cue.lines).collect();
            assert_eq!(shown.join(" "), text);
        }
    }

    #[test]
    fn a_sentence_ends_a_cue_that_is_long_enough() {
        let text = "This is the end of one sentence of ours right here. And this is the next one, which \
                    is a little longer.";
        let first = &texts(text)[0];
        assert!(first[1].ends_with("here."), "{first:?}");
    }

    #[test]
    fn a_word_that_is_longer_than_a_line_is_cut() {
        let long = "a".repeat(100);
        let lines: Vec<String> = texts(&long).concat();
        assert!(lines.iter().all(|line| line.width() <= LINE), "{lines:?}");
        assert_eq!(lines.concat(), long);
    }

    #[test]
    fn chinese_takes_two_columns() {
        let mut heard = heard(&["时"; 30].join(" "));
        for word in &mut heard.stretches[0].words {
            word.after_space = false;
        }
        let lines = &cues(&heard)[0].lines;
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.width() <= LINE), "{lines:?}");
    }
}
