//! The sounds that Italian letters stand for, vowels without their stress and quality.

use super::stress;

/// Words in which a double z, or one behind another consonant, has a voice.
const VOICED_Z: &[&str] = &[
    "mezz", "azzurr", "barz", "pranz", "romanz", "bronz", "garz", "rozz", "razzo", "aziend",
    "dozz", "organizz", "analizz", "ozon",
];
/// Words in "izz" in which it has none.
const VOICELESS_IZZ: &[&str] = &["pizz", "svizz", "indirizz", "schizz", "stizz"];
/// A sound of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sound {
    /// A consonant of one sign or two.
    Consonant(&'static str),
    /// The vowel of a syllable, and its accent.
    Vowel(char, bool),
    /// A vowel that leans on the next one, or on the one before it.
    Glide(char),
}

/// The sounds that letters stand for. `own`: the word without an article before it.
pub(super) fn sounds(letters: &[char], own: &str) -> Vec<Sound> {
    let (mut sounds, mut at) = (Vec::with_capacity(letters.len()), 0);
    while at < letters.len() {
        if is_vowel(letters[at]) {
            sounds.push(vowel(letters, at, own));
            at += 1;
            continue;
        }
        let (said, length) = consonant(letters, at, own);
        if !said.is_empty() {
            sounds.push(Sound::Consonant(said));
        }
        at += length;
    }
    sounds
}

fn is_vowel(c: char) -> bool {
    matches!(
        c,
        'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'à' | 'è' | 'é' | 'ì' | 'ò' | 'ó' | 'ù'
    )
}

fn is_front(c: char) -> bool {
    matches!(c, 'e' | 'i' | 'è' | 'é' | 'ì' | 'y')
}

/// A vowel letter: whether it is a syllable.
fn vowel(letters: &[char], at: usize, own: &str) -> Sound {
    let letter = |n: usize| letters.get(n).copied().unwrap_or(' ');
    let (here, next) = (letters[at], letter(at + 1));
    let before = if at == 0 { ' ' } else { letter(at - 1) };
    let accent = matches!(here, 'à' | 'è' | 'é' | 'ì' | 'ò' | 'ó' | 'ù');
    let here = if here == 'y' { 'i' } else { here };
    let others = letters.iter().filter(|c| is_vowel(**c)).count();
    if matches!(here, 'i' | 'u') && is_vowel(next) {
        let is_final = at + 2 == letters.len() && next != 'à' && next != 'ò' && next != 'ù';
        let is_stressed = is_final
            && (others == 2 && before != 'q' && before != 'g'
                || here == 'i' && stress::has_stressed_i(own));
        return match here {
            _ if is_stressed => Sound::Vowel(here, false),
            'i' if is_final && before == 'z' && next == 'e' => Sound::Glide('j'),
            'i' if is_final => Sound::Glide('i'),
            'i' if letters[at..].starts_with(&['i', 'o', 'n']) && matches!(before, 'z' | 's') => {
                Sound::Glide('i')
            }
            // "riunire"
            'i' if before == 'r' && at == 1 => Sound::Vowel('i', false),
            'i' if matches!(before, 'l' | 'r') && at >= 2 => Sound::Glide('i'),
            'i' => Sound::Glide('j'),
            _ if matches!(before, 'q' | 'g' | ' ')
                || own == "buon"
                || before == 'c' && next != 'o' =>
            {
                Sound::Glide('w')
            }
            _ if is_final => Sound::Glide('u'),
            _ => Sound::Glide('ʊ'),
        };
    }
    // "mai", "causa"
    let after_vowel = is_vowel(before) && !(at >= 2 && matches!(before, 'i' | 'u'));
    let leans_back = match here {
        'i' => after_vowel && at + 1 == letters.len(),
        'u' => after_vowel && matches!(before, 'a' | 'e'),
        _ => false,
    };
    match here {
        'i' if leans_back && before == 'a' => Sound::Glide('j'),
        'i' if leans_back => Sound::Glide('i'),
        'u' if leans_back => Sound::Glide('ʊ'),
        _ => Sound::Vowel(here, accent),
    }
}

/// The consonants that are written at a place, and how many letters write them.
fn consonant(letters: &[char], at: usize, own: &str) -> (&'static str, usize) {
    let letter = |n: usize| letters.get(n).copied().unwrap_or(' ');
    let (here, next, after) = (letters[at], letter(at + 1), letter(at + 2));
    let doubled = here == next;
    // An i that only says how a consonant sounds: "ciao".
    let mute_i = |n: usize| {
        usize::from(letter(n) == 'i' && is_vowel(letter(n + 1)) && !is_stressed_i(letters, n, own))
    };
    match here {
        'b' if doubled => ("bː", 2),
        'b' => ("b", 1),
        'c' if doubled && after == 'h' => ("kː", 3),
        'c' if doubled && is_front(after) => ("ʧː", 2 + mute_i(at + 2)),
        'c' if doubled || next == 'q' => ("kː", 2),
        'c' if next == 'h' => ("k", 2),
        'c' if is_front(next) => ("ʧ", 1 + mute_i(at + 1)),
        'd' if doubled => ("dː", 2),
        'd' => ("d", 1),
        'f' if doubled => ("ff", 2),
        'f' => ("f", 1),
        'g' if doubled && after == 'h' => ("ɡː", 3),
        'g' if doubled && is_front(after) => ("ʤː", 2 + mute_i(at + 2)),
        'g' if doubled => ("ɡː", 2),
        'g' if next == 'h' => ("ɡ", 2),
        'g' if next == 'n' => (gn(letters, at), 2),
        'g' if next == 'l' && after == 'i' => ("ʎ", 2 + mute_i(at + 2)),
        'g' if is_front(next) => ("ʤ", 1 + mute_i(at + 1)),
        'g' => ("ɡ", 1),
        'j' => ("j", 1),
        'l' if doubled => ("ll", 2),
        'l' => ("l", 1),
        'm' if doubled => ("mm", 2),
        'm' => ("m", 1),
        'n' if doubled => ("nn", 2),
        'n' if next == 'g' && !is_front(after) && after != 'n' => ("ŋ", 1),
        'n' => ("n", 1),
        'p' if doubled => ("pː", 2),
        'p' if next == 'h' => ("f", 2),
        'p' => ("p", 1),
        'c' | 'k' | 'q' => ("k", 1 + usize::from(doubled)),
        'r' if doubled => ("rɾ", 2),
        'r' => ("r", 1),
        's' if next == 'c' && is_front(after) => ("ʃ", 2 + mute_i(at + 2)),
        's' if next == 'h' => ("ʃ", 2),
        's' if doubled => ("S", 2),
        's' if matches!(next, 'b' | 'd' | 'g' | 'l' | 'm' | 'n' | 'r' | 'v') => ("z", 1),
        's' if at > 0 && is_vowel(letters[at - 1]) && is_vowel(next) => ("z", 1),
        's' => ("s", 1),
        't' if doubled => ("tː", 2),
        't' => ("t", 1),
        'v' if doubled => ("vv", 2),
        'v' | 'w' => ("v", 1),
        'x' => ("ks", 1),
        'z' => z(at == 0, doubled, &letters.iter().collect::<String>()),
        // A silent h.
        _ => ("", 1),
    }
}

/// It is long behind the stress, which is most often on the last syllable but one.
fn gn(letters: &[char], at: usize) -> &'static str {
    let vowels_after = letters[at..].iter().filter(|c| is_vowel(**c)).count();
    if at > 0 && vowels_after == 1 {
        "ɲɲ"
    } else {
        "ɲ"
    }
}

fn z(is_first: bool, doubled: bool, word: &str) -> (&'static str, usize) {
    let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    let voiced =
        is_first || has(VOICED_Z) || doubled && word.contains("izz") && !has(VOICELESS_IZZ);
    match (voiced, doubled) {
        (true, true) => ("ʣː", 2),
        (true, false) => ("ʣ", 1),
        (false, true) => ("ʦː", 2),
        (false, false) => ("ʦ", 1),
    }
}

fn is_stressed_i(letters: &[char], at: usize, own: &str) -> bool {
    at + 2 == letters.len() && stress::has_stressed_i(own)
}
