//! Italian by its spelling, with rules and lists for what that does not say: the stress (`stress`), open and closed
//! e and o, the voice of s and z.
//!
//! It writes what espeak-ng says, since Kokoro learned Italian from that.

mod sounds;
mod stress;
#[cfg(test)]
mod tests;
mod vowels;

use self::sounds::{Sound, sounds};
use self::vowels::quality;
use super::spelling::{self, Spelling};
use super::{Phonemes, Phonemizer};
use crate::cancellation::Cancelled;
use crate::tts::TtsError;
use crate::tts::speakable::italian::cardinal;

/// Reads Italian.
pub struct Italian;

impl Phonemizer for Italian {
    fn read_unless(&self, _: Cancelled, text: &str) -> Result<Option<Phonemes>, TtsError> {
        Ok(Some(spelling::read::<Self>(text)))
    }
}

/// Words that have no stress of their own within a clause.
const UNSTRESSED: &str = "
a ad ai al ce che chi ci col con da dai dal de del di e ed fra fu gli ha hai ho i il in la le li lo
ma mai me mi ne nel non o per più quel se si su sul te ti tra tu un vi è
";
/// Words that have a weak one.
const WEAK: &str = "
abbiamo agli alcun alcuna alcune alcuni alla alle allo anche avete aveva avevo avrebbe avrei avrà
buon cioè coi come contro dagli dalla dalle dallo degli dei della delle dello ebbe egli era ero essa
essi fossero furono hanno lei loro lui mentre mia mie miei mio neanche nessun nessuna nessuno noi
nostra nostre nostri nostro ogni oltre perché pure quella quelle questa queste questi questo saranno
sarebbe sarebbero sarei sarà sei senza sia siamo siete sono sua sue sugli sui sulla sulle sullo suo
suoi tua tue tuo tuoi una verso vostra vostri vostro vuol vuole
";
const WEAK_MARK: &str = "ˌ";

fn is_one_of(word: &str, list: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
}

impl Spelling for Italian {
    fn clause(words: &[String]) -> Vec<String> {
        let last = words.len().saturating_sub(1);
        let said = words.iter().enumerate().map(|(n, word)| {
            // "l'acqua": the article is no syllable.
            let own = word.rsplit('\'').next().unwrap_or(word);
            let mark = match own {
                _ if n == last => "ˈ",
                own if is_one_of(own, UNSTRESSED) => "",
                own if is_one_of(own, WEAK) => WEAK_MARK,
                _ => "ˈ",
            };
            phonemes(word, own, mark)
        });
        said.collect()
    }

    fn is_letter(letter: char) -> bool {
        matches!(
            letter,
            'a'..='z' | 'à' | 'è' | 'é' | 'ì' | 'ò' | 'ó' | 'ù' | '\''
        )
    }

    fn letter_name(letter: char) -> &'static str {
        // With an accent where it could be taken for a small word without stress.
        match letter {
            'a' | 'à' => "à",
            'b' => "bi",
            'c' => "cì",
            'd' => "dì",
            'e' | 'è' | 'é' => "é",
            'f' => "effe",
            'g' => "gi",
            'h' => "acca",
            'i' | 'ì' => "ì",
            'j' => "i lunga",
            'k' => "cappa",
            'l' => "elle",
            'm' => "emme",
            'n' => "enne",
            'o' | 'ò' | 'ó' => "ò",
            'p' => "pi",
            'q' => "cu",
            'r' => "erre",
            's' => "esse",
            't' => "tì",
            'u' | 'ù' => "u",
            'v' => "vu",
            'w' => "doppia vu",
            'x' => "ics",
            'y' => "ipsilon",
            'z' => "zeta",
            _ => "",
        }
    }

    fn number(number: u64) -> String {
        cardinal(number)
    }
}

/// The word `word`, of which `own` is not elided, with a stress of the given mark.
fn phonemes(word: &str, own: &str, mark: &str) -> String {
    let letters: Vec<char> = word.chars().filter(|c| *c != '\'').collect();
    let sounds = sounds(&letters, own);
    let vowels: Vec<usize> = (0..sounds.len())
        .filter(|n| matches!(sounds[*n], Sound::Vowel(..)))
        .collect();
    let accented = vowels
        .iter()
        .position(|n| matches!(sounds[*n], Sound::Vowel(_, true)));
    // "vorrei", "ormai"
    let ends_in_two = matches!(sounds.last(), Some(Sound::Glide(_)));
    let stressed = accented.unwrap_or_else(|| {
        if ends_in_two {
            vowels.len().saturating_sub(1)
        } else {
            stress::stressed(own, vowels.len())
        }
    });
    let stressed = vowels.get(stressed).copied();
    let mut phonemes = String::new();
    for (n, sound) in sounds.iter().enumerate() {
        match *sound {
            Sound::Consonant(consonant) => {
                let is_tapped = consonant == "r" && is_tapped(&sounds, n, stressed);
                phonemes.push_str(if is_tapped { "ɾ" } else { consonant });
            }
            Sound::Glide(glide) => phonemes.push(glide),
            Sound::Vowel(vowel, accent) if Some(n) == stressed && !mark.is_empty() => {
                phonemes.push_str(mark);
                let before = sounds.get(n.wrapping_sub(1)).copied();
                let vowel = quality(vowel, accent, own, before, &sounds[n + 1..]);
                phonemes.push(if vowel == 'u' && mark == WEAK_MARK {
                    'ʊ'
                } else {
                    vowel
                });
            }
            Sound::Vowel(vowel, _) => {
                phonemes.push(weak(vowel, n + 1 == sounds.len(), sounds.len() == 1))
            }
        }
    }
    phonemes
}

/// Whether an r is short: between two a, or before a stressed open vowel.
fn is_tapped(sounds: &[Sound], at: usize, stressed: Option<usize>) -> bool {
    let vowel = |n: usize| match sounds.get(n) {
        Some(Sound::Vowel(vowel, _)) => Some(*vowel),
        _ => None,
    };
    match (vowel(at.wrapping_sub(1)), vowel(at + 1)) {
        (Some('a'), Some('a' | 'à' | 'ò')) | (Some('e'), Some('à' | 'ò')) => true,
        (Some('a'), Some('o')) => stressed == Some(at + 1),
        _ => false,
    }
}

/// A vowel without stress.
fn weak(vowel: char, is_last: bool, is_only: bool) -> char {
    match vowel {
        'i' if is_last && !is_only => 'ɪ',
        'ì' if is_last => 'ɪ',
        'u' | 'ù' => 'ʊ',
        vowel => plain(vowel),
    }
}

fn plain(vowel: char) -> char {
    match vowel {
        'à' => 'a',
        'è' | 'é' => 'e',
        'ì' => 'i',
        'ò' | 'ó' => 'o',
        'ù' => 'u',
        other => other,
    }
}
