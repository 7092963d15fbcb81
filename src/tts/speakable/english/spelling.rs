//! Capitals: which are spelled and which are said as a word.

use std::borrow::Cow;

/// Acronyms that are said as words although they are short.
const SAID_AS_WORDS: &[&str] = &[
    "ASAP", "BIOS", "COVID", "CUDA", "DOS", "FIFA", "GIF", "LAN", "LIDAR", "NASA", "NATO", "NIST",
    "OLED", "OPEC", "PIN", "RADAR", "RAM", "ROM", "SIM", "SWAT", "UNESCO", "UNICEF", "VAT", "WAN",
    "WIMAX", "WHO", "YAML", "ZIP",
];

/// Acronyms with vowels that are spelled although they are long.
const SPELLED: &[&str] = &[
    "AARP", "ACLU", "ASMR", "ASPCA", "HDMI", "IEEE", "ISBN", "NAACP", "NCAA", "UCLA", "UEFI",
    "USSR", "YMCA",
];

/// Short words that are written in capitals for emphasis.
const EMPHASISED: &[&str] = &[
    "ALL", "AM", "AN", "AND", "ANY", "ARE", "AS", "AT", "BAD", "BE", "BIG", "BUT", "BUY", "BY",
    "CAN", "DAY", "DID", "DO", "END", "FAR", "FEW", "FOR", "GET", "GO", "GOT", "HAD", "HAS", "HE",
    "HER", "HEY", "HIM", "HIS", "HOT", "HOW", "IF", "IN", "IS", "IT", "ITS", "LET", "LOT", "LOW",
    "MAX", "MAY", "ME", "MIN", "MY", "NEW", "NO", "NOR", "NOT", "NOW", "OF", "OFF", "OH", "OK",
    "OLD", "ON", "ONE", "OR", "OUR", "OUT", "PM", "PUT", "RUN", "SAY", "SEE", "SHE", "SIX", "SO",
    "STOP", "TEN", "THE", "TO", "TOO", "TWO", "UP", "US", "USE", "WAS", "WE", "WHO", "WHY", "WIN",
    "WOW", "YES", "YET", "YOU",
];

/// Words that the synthesizer would read wrongly.
const RESPELLED: &[(&str, &str)] = &[
    ("ASCII", "askey"),
    ("JPEG", "jay peg"),
    ("JSON", "Jason"),
    ("SCSI", "scuzzy"),
    ("WiFi", "Wi-Fi"),
    ("PhD", "P H D"),
    ("IoT", "I O T"),
    ("WWI", "World War one"),
    ("WWII", "World War two"),
];

/// The names of Greek letters, which formulas are written with.
const GREEK: &[(char, &str)] = &[
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('Γ', "gamma"),
    ('δ', "delta"),
    ('Δ', "delta"),
    ('ε', "epsilon"),
    ('ζ', "zeta"),
    ('η', "eta"),
    ('θ', "theta"),
    ('Θ', "theta"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('Λ', "lambda"),
    ('µ', "mu"),
    ('ν', "nu"),
    ('ξ', "xi"),
    ('π', "pi"),
    ('Π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('Σ', "sigma"),
    ('τ', "tau"),
    ('φ', "phi"),
    ('Φ', "phi"),
    ('χ', "chi"),
    ('ψ', "psi"),
    ('Ψ', "psi"),
    ('ω', "omega"),
    ('Ω', "omega"),
];
/// A longer run of letters is a word.
const LONGEST_SYMBOL: usize = 3;

/// "πr": the letters of a formula, if a Greek one is among them.
fn formula(letters: &str) -> Option<String> {
    let name = |letter: char| GREEK.iter().find(|(greek, _)| *greek == letter);
    let is_formula = letters.chars().count() <= LONGEST_SYMBOL
        && letters.chars().any(|letter| name(letter).is_some())
        && letters
            .chars()
            .all(|c| c.is_ascii_alphabetic() || name(c).is_some());
    let said = |letter: char| match name(letter) {
        Some((_, name)) => (*name).to_owned(),
        None => spell(&letter.to_string()),
    };
    is_formula.then(|| letters.chars().map(said).collect::<Vec<_>>().join(" "))
}

/// Says a run of letters: acronyms are spelled, anything else is left as it is.
pub(super) fn letters(word: &str) -> Cow<'_, str> {
    if let Some(formula) = formula(word) {
        return Cow::Owned(formula);
    }
    let (stem, ending) = word.rfind('\'').map_or((word, ""), |at| word.split_at(at));
    if let Some((_, said)) = RESPELLED.iter().find(|(written, _)| *written == stem) {
        return Cow::Owned(format!("{said}{ending}"));
    }
    // "PCs", "URLs": with its apostrophe the synthesizer says the ending with the last letter.
    let (stem, ending) = match stem.strip_suffix('s') {
        Some(singular) if singular.len() > 1 && is_acronym(singular) => (singular, "'s"),
        _ => (stem, ending),
    };
    if is_acronym(stem) {
        Cow::Owned(format!("{}{ending}", spell(stem)))
    } else {
        Cow::Borrowed(word)
    }
}

/// Spells letters. The synthesizer says a lone "A" as the article: the letter's name is "ay".
pub(super) fn spell(letters: &str) -> String {
    let names: Vec<String> = letters
        .chars()
        .filter(|c| c.is_alphabetic())
        .map(|letter| match letter {
            'A' | 'a' => "ay".to_owned(),
            _ => letter.to_uppercase().to_string(),
        })
        .collect();
    names.join(" ")
}

/// Whether the run of letters is spelled: two to five capitals that do not look like a word.
fn is_acronym(word: &str) -> bool {
    if !(2..=5).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_uppercase()) {
        return false;
    }
    if SAID_AS_WORDS.contains(&word) || EMPHASISED.contains(&word) {
        return false;
    }
    word.len() <= 3 || SPELLED.contains(&word) || !has_vowel(word)
}

pub(super) fn has_vowel(word: &str) -> bool {
    word.chars()
        .any(|c| matches!(c.to_ascii_uppercase(), 'A' | 'E' | 'I' | 'O' | 'U' | 'Y'))
}
