//! The sounds of a Spanish word, and which of its syllables are stressed.

/// Words in "mente" that are no adverbs.
const NO_ADVERBS: [&str; 6] = [
    "implemente",
    "complemente",
    "incremente",
    "vehemente",
    "inclemente",
    "atormente",
];

/// How strong a syllable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stress {
    None,
    Weak,
    Strong,
}

impl Stress {
    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Weak => "ˌ",
            Self::Strong => "ˈ",
        }
    }
}

/// A sound of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sound {
    /// A consonant, or a vowel that is none of its own ("j" in "bien"), before its neighbours change it.
    Consonant(char),
    /// The vowel of a syllable; one sign may be two sounds.
    Vowel(char, Stress),
    /// The end of such a pair of sounds that has no sign.
    Glide(char),
}

/// A letter on its way to a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letter {
    Consonant(char),
    /// Without its accent; `apart`: a silent h stands before it.
    Vowel {
        letter: char,
        accent: bool,
        apart: bool,
    },
}

/// A word's sounds.
pub(super) fn sounds(word: &str, stress: Stress) -> Vec<Sound> {
    let stem = word.strip_suffix("mente").filter(|stem| {
        stem.chars().count() >= 4
            && stem.ends_with(['a', 'e', 'l', 'n', 'r', 'z'])
            && !NO_ADVERBS.contains(&word)
    });
    match stem {
        Some(stem) => {
            let mut sounds = plain_sounds(stem, stress);
            sounds.extend("mente".chars().map(|c| match c {
                'e' => Sound::Vowel('e', Stress::None),
                other => Sound::Consonant(other),
            }));
            let first = sounds.len() - 4;
            sounds[first] = Sound::Vowel('e', stress);
            sounds
        }
        None => plain_sounds(word, stress),
    }
}

fn plain_sounds(word: &str, stress: Stress) -> Vec<Sound> {
    let letters = letters(word);
    let (mut sounds, accented) = syllables(&letters);
    let vowels: Vec<usize> = (0..sounds.len())
        .filter(|n| matches!(sounds[*n], Sound::Vowel(..)))
        .collect();
    if stress == Stress::None || vowels.is_empty() {
        return sounds;
    }
    let open = word.ends_with(['a', 'e', 'i', 'o', 'u', 'n', 's']);
    let strong = accented
        .and_then(|at| vowels.iter().position(|vowel| *vowel == at))
        .unwrap_or_else(|| vowels.len().saturating_sub(if open { 2 } else { 1 }));
    for (n, at) in vowels.iter().enumerate() {
        let own = match n {
            _ if n == strong => stress,
            _ if n % 2 == 0 && n + 1 < strong => Stress::Weak,
            _ => Stress::None,
        };
        if let Sound::Vowel(_, stress) = &mut sounds[*at] {
            *stress = own;
        }
    }
    // A stressed e before an n with another consonant is open.
    let (at, after) = (vowels[strong], vowels[strong] + 1);
    if sounds[at] == Sound::Vowel('e', Stress::Strong) && closes_with_n(&sounds[after..]) {
        sounds[at] = Sound::Vowel('ɛ', Stress::Strong);
    }
    sounds
}

fn closes_with_n(after: &[Sound]) -> bool {
    matches!(
        after,
        [
            Sound::Consonant('n'),
            Sound::Consonant('t' | 'd' | 's' | 'θ' | 'ɡ' | 'x' | 'ʧ'),
            ..
        ]
    )
}

/// Consonants as sounds; vowels as they are written.
fn letters(word: &str) -> Vec<Letter> {
    let chars: Vec<char> = word.chars().collect();
    let (mut letters, mut at) = (Vec::with_capacity(chars.len()), 0);
    while at < chars.len() {
        if is_vowel(chars[at])
            && !(chars[at] == 'y' && chars.get(at + 1).is_some_and(|c| is_vowel(*c)))
        {
            let (letter, accent) = without_accent(chars[at]);
            let apart = at > 0 && chars[at - 1] == 'h';
            letters.push(Letter::Vowel {
                letter,
                accent,
                apart,
            });
            at += 1;
            continue;
        }
        let (said, length) = consonant(&chars, at);
        letters.extend(said.chars().map(Letter::Consonant));
        at += length;
    }
    letters
}

/// The consonants that are written at a place, and how many letters write them.
fn consonant(chars: &[char], at: usize) -> (&'static str, usize) {
    let letter = |n: usize| chars.get(n).copied().unwrap_or(' ');
    let (next, after) = (letter(at + 1), letter(at + 2));
    let front = |c: char| matches!(c, 'e' | 'i' | 'é' | 'í');
    match chars[at] {
        'b' | 'v' => ("b", 1),
        'c' if next == 'h' => ("ʧ", 2),
        'c' if front(next) => ("θ", 1),
        'c' if next == 'k' => ("k", 2),
        'c' | 'k' => ("k", 1),
        'd' => ("d", 1),
        'f' => ("f", 1),
        'g' if next == 'u' && front(after) => ("ɡ", 2),
        'g' if front(next) => ("x", 1),
        'g' => ("ɡ", 1),
        'j' => ("x", 1),
        'l' if next == 'l' && is_vowel(after) => ("ʎ", 2),
        'l' if next == 'l' => ("l", 2),
        'l' => ("l", 1),
        'm' => ("m", 1),
        'n' => ("n", 1),
        'ñ' => ("ɲ", 1),
        // "psicología"
        'p' if at == 0 && matches!(next, 's' | 't') => ("", 1),
        'p' if next == 'h' => ("f", 2),
        'p' if next == 't' => ("pː", 1),
        'p' => ("p", 1),
        'q' if next == 'u' && front(after) => ("k", 2),
        'q' => ("k", 1),
        'r' if next == 'r' => ("r", 2),
        'r' if at == 0 || matches!(chars[at - 1], 'n' | 'l' | 's') => ("r", 1),
        'r' => ("ɾ", 1),
        's' if next == 'h' => ("ʃ", 2),
        's' => ("s", 1),
        't' => ("t", 1),
        'w' => ("w", 1),
        'x' if at == 0 => ("s", 1),
        // "México", "mexicano"
        'x' if at >= 2
            && chars[..at].ends_with(&['m', 'e']) | chars[..at].ends_with(&['m', 'é'])
            && next == 'i' =>
        {
            ("x", 1)
        }
        'x' => ("ks", 1),
        'y' => ("ʝ", 1),
        'z' => ("θ", 1),
        // A silent h, an apostrophe.
        _ => ("", 1),
    }
}

/// Letters as sounds: of the vowels that stand together, the weak ones (i, u) lean on the others. With the
/// place of the vowel that has an accent.
fn syllables(letters: &[Letter]) -> (Vec<Sound>, Option<usize>) {
    let (mut sounds, mut accented, mut at) = (Vec::with_capacity(letters.len()), None, 0);
    while at < letters.len() {
        let (letter, accent) = match letters[at] {
            Letter::Consonant(consonant) => {
                sounds.push(Sound::Consonant(consonant));
                at += 1;
                continue;
            }
            Letter::Vowel { letter, accent, .. } => (letter, accent),
        };
        let next = joined_vowel(letters, at + 1);
        let is_weak = |vowel: char| matches!(vowel, 'i' | 'u' | 'y');
        let leans = next.is_some_and(|(next, _)| next != letter) && is_weak(letter) && !accent;
        if leans && !is_final_uy(letters, at) {
            sounds.push(match (stays_vowel(letters, at), letter) {
                (true, vowel) => Sound::Glide(vowel),
                (false, 'i' | 'y') => Sound::Consonant('j'),
                (false, _) => Sound::Consonant('w'),
            });
            at += 1;
            continue;
        }
        if accent {
            accented = Some(sounds.len());
        }
        at += 1;
        let glide = next.filter(|(next, accent)| {
            is_weak(*next) && !accent && *next != letter && joined_vowel(letters, at + 1).is_none()
        });
        let (vowel, glide) = match (letter, glide) {
            ('a', Some(('i' | 'y', _))) => ('I', None),
            ('a', Some(('u', _))) => ('W', None),
            ('e', Some(('i' | 'y', _))) if !accent => ('A', None),
            ('e', Some(('u', _))) => ('e', Some('ʊ')),
            ('o', Some(('i' | 'y', _))) => ('o', Some('ɪ')),
            ('u', Some(('y', _))) => ('u', Some('j')),
            ('o', Some(('u', _))) => ('o', Some('w')),
            _ => {
                let letter = match letter {
                    'ü' => 'u',
                    'y' => 'i',
                    other => other,
                };
                sounds.push(Sound::Vowel(letter, Stress::None));
                continue;
            }
        };
        sounds.push(Sound::Vowel(vowel, Stress::None));
        sounds.extend(glide.map(Sound::Glide));
        at += 1;
    }
    (sounds, accented)
}

/// The vowel at a place, if nothing parts it from the one before, and whether it has an accent.
fn joined_vowel(letters: &[Letter], at: usize) -> Option<(char, bool)> {
    match letters.get(at) {
        Some(Letter::Vowel {
            letter,
            accent,
            apart: false,
        }) => Some((*letter, *accent)),
        _ => None,
    }
}

/// Whether a weak vowel that leans on the next one is a vowel still: "cliente", "ruido", "luego". It counts as
/// no syllable of its own.
fn stays_vowel(letters: &[Letter], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|at| letters[at]);
    let is_u = matches!(letters[at], Letter::Vowel { letter: 'u', .. });
    match before(1) {
        Some(Letter::Consonant('r')) => true,
        Some(Letter::Consonant('l')) if is_u => true,
        Some(Letter::Consonant('ɾ' | 'l')) => {
            matches!(
                before(2),
                Some(Letter::Consonant('p' | 't' | 'k' | 'b' | 'd' | 'ɡ' | 'f'))
            )
        }
        _ => false,
    }
}

/// "muy"
fn is_final_uy(letters: &[Letter], at: usize) -> bool {
    matches!(
        letters[at..],
        [
            Letter::Vowel { letter: 'u', .. },
            Letter::Vowel { letter: 'y', .. }
        ]
    )
}

pub(super) fn is_vowel(c: char) -> bool {
    matches!(
        c,
        'a' | 'e' | 'i' | 'o' | 'u' | 'á' | 'é' | 'í' | 'ó' | 'ú' | 'ü' | 'y'
    )
}

fn without_accent(vowel: char) -> (char, bool) {
    match vowel {
        'á' => ('a', true),
        'é' => ('e', true),
        'í' => ('i', true),
        'ó' => ('o', true),
        'ú' => ('u', true),
        other => (other, false),
    }
}
