//! Tones that change beside others: 一, 不, and the third tone before another one.

use super::syllable::Syllable;

/// Characters beside which 一 is a digit, and keeps its tone.
const DIGITS: &str = "零〇一二三四五六七八九十百千万亿第点";
/// Behind these it does too: months and days of it are numbered.
const NUMBERED: &str = "零〇一二三四五六七八九月号";

/// Changes the tones of a stretch without pauses. `words`: how many syllables each of its words has.
pub(super) fn change(characters: &[char], syllables: &mut [Syllable], words: &[usize]) {
    for at in 0..characters.len().min(syllables.len()) {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1).copied();
        let next_tone = syllables.get(at + 1).map(|next| next.tone);
        // "是不是", "看一看"
        let repeats = before.is_some() && before == after;
        match characters[at] {
            '一' | '不' if repeats && !before.is_some_and(|c| DIGITS.contains(c)) => {
                syllables[at].tone = 5
            }
            '不' if next_tone == Some(4) => syllables[at].tone = 2,
            '一' => {
                let is_digit = before.is_some_and(|c| DIGITS.contains(c)) && after != Some('个')
                    || after.is_some_and(|c| NUMBERED.contains(c));
                syllables[at].tone = match next_tone {
                    None => 1,
                    _ if is_digit => 1,
                    Some(4 | 5) => 2,
                    Some(_) => 4,
                };
            }
            _ => {}
        }
    }
    third_tones(syllables, words);
}

/// The first of two third tones is a second one: in a word, and where a word of one syllable leans on the next.
fn third_tones(syllables: &mut [Syllable], words: &[usize]) {
    let mut end = syllables.len();
    for (n, length) in words.iter().enumerate().rev() {
        let start = end.saturating_sub(*length);
        for at in (start..end).rev() {
            let next = at + 1;
            let joined = next < end || *length == 1 && n + 1 < words.len();
            if joined
                && syllables[at].tone == 3
                && syllables.get(next).is_some_and(|next| next.tone == 3)
            {
                syllables[at].tone = 2;
            }
        }
        end = start;
    }
}
