//! Spanish of Spain, by its spelling, which says nearly all: which syllable is stressed, too.
//!
//! It writes what espeak-ng says, since Kokoro learned Spanish from that: with a weaker stress on each second
//! syllable before the strong one, a soft b, d and g between vowels, across words too, and an n that moves
//! to where the next sound is made.

mod sounds;
#[cfg(test)]
mod tests;

use self::sounds::{Sound, Stress, is_vowel, sounds};
use super::spelling::{self, Spelling};
use super::{Phonemes, Phonemizer};
use crate::cancellation::Cancelled;
use crate::tts::TtsError;
use crate::tts::speakable::spanish::cardinal;

/// Reads Spanish.
pub struct Spanish;

impl Phonemizer for Spanish {
    fn read_unless(&self, _: Cancelled, text: &str) -> Result<Option<Phonemes>, TtsError> {
        Ok(Some(spelling::read::<Self>(text)))
    }
}

/// Words that have no stress of their own within a clause.
const UNSTRESSED: [&str; 36] = [
    "a", "al", "con", "de", "del", "e", "el", "en", "la", "las", "le", "les", "lo", "los", "me",
    "mi", "mis", "nos", "o", "os", "por", "que", "quien", "se", "si", "sin", "su", "sus", "te",
    "tras", "tu", "tus", "u", "y", "ni", "san",
];
/// Words that have a weak one.
const WEAK: [&str; 23] = [
    "ante", "aunque", "bajo", "como", "cuando", "cuanto", "desde", "donde", "entre", "hacia",
    "hasta", "mientras", "nuestra", "nuestras", "nuestro", "nuestros", "para", "pero", "porque",
    "quienes", "sobre", "vuestra", "vuestro",
];
impl Spelling for Spanish {
    fn clause(words: &[String]) -> Vec<String> {
        let last = words.len().saturating_sub(1);
        let (mut said, mut before) = (Vec::with_capacity(words.len()), None);
        for (n, word) in words.iter().enumerate() {
            let stress = match word.as_str() {
                w if n < last && UNSTRESSED.contains(&w) => Stress::None,
                w if n < last && WEAK.contains(&w) => Stress::Weak,
                _ => Stress::Strong,
            };
            let next = words.get(n + 1).and_then(|word| word.chars().next());
            let sounds = sounds(word, stress);
            let phonemes = phonemes(&sounds, before, next);
            before = sounds.last().copied().or(before);
            said.push(phonemes);
        }
        said
    }

    fn is_letter(letter: char) -> bool {
        matches!(letter, 'a'..='z' | 'á' | 'é' | 'í' | 'ó' | 'ú' | 'ü' | 'ñ')
    }

    fn letter_name(letter: char) -> &'static str {
        // With an accent where it could be taken for a small word without stress.
        match letter {
            'a' | 'á' => "á",
            'b' => "be",
            'c' => "ce",
            'd' => "dé",
            'e' | 'é' => "é",
            'f' => "efe",
            'g' => "ge",
            'h' => "hache",
            'i' | 'í' => "i",
            'j' => "jota",
            'k' => "ka",
            'l' => "ele",
            'm' => "eme",
            'n' => "ene",
            'ñ' => "eñe",
            'o' | 'ó' => "ó",
            'p' => "pe",
            'q' => "cu",
            'r' => "erre",
            's' => "ese",
            't' => "té",
            'u' | 'ú' | 'ü' => "ú",
            'v' => "uve",
            'w' => "uve doble",
            'x' => "equis",
            'y' => "ye",
            'z' => "zeta",
            _ => "",
        }
    }

    fn number(number: u64) -> String {
        cardinal(number)
    }
}

/// Sounds of a word as they are beside others: `before` is the sound before it in the clause, `next` the
/// letter after it.
fn phonemes(sounds: &[Sound], before: Option<Sound>, next: Option<char>) -> String {
    let mut phonemes = String::with_capacity(2 * sounds.len());
    for (n, sound) in sounds.iter().enumerate() {
        let consonant = match sound {
            Sound::Vowel(vowel, stress) => {
                phonemes.push_str(stress.mark());
                phonemes.push(*vowel);
                continue;
            }
            Sound::Glide(glide) => {
                phonemes.push(*glide);
                continue;
            }
            Sound::Consonant(consonant) => *consonant,
        };
        let earlier = n.checked_sub(1).map(|n| sounds[n]).or(before);
        let hard = matches!(earlier, None | Some(Sound::Consonant('n' | 'm')));
        let later = sounds.get(n + 1);
        // At the end of a word it is soft before a vowel alone.
        let soft = !hard && (later.is_some() || next.is_some_and(is_vowel));
        let stop = matches!(later, Some(Sound::Consonant('t' | 'k' | 'm' | 'n' | 'p')));
        phonemes.push(match (consonant, later) {
            ('b', _) if soft && !stop => 'β',
            ('d', _) if soft && !stop => 'ð',
            ('ɡ', _) if soft && !stop => 'ɣ',
            ('n', Some(Sound::Consonant('b' | 'p'))) => 'm',
            ('n', Some(Sound::Consonant('ɡ' | 'x'))) => 'ŋ',
            ('n', None) if matches!(next, Some('b' | 'v' | 'p')) => 'm',
            ('n', None) if next == Some('g') => 'ŋ',
            ('ʝ', _) if matches!(earlier, Some(Sound::Consonant('n'))) => 'ʤ',
            (other, _) => other,
        });
    }
    phonemes
}
