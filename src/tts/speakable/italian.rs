//! Italian: numbers, amounts, times and dates in words, so that each voice says them in the same way.

use super::Said;
use super::amounts::{self, Words};
use super::word::Context;
use crate::language::Language;

const WORDS: Words = Words {
    language: Language::Italian,
    cardinal,
    counting,
    ordinal,
    roman,
    point: "virgola",
    minus: "meno",
    percent: "per cento",
    to: "a",
    and: "e",
    cents: "e",
    of: " ",
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    units: &[
        ("km", "chilometro", "chilometri"),
        ("m", "metro", "metri"),
        ("cm", "centimetro", "centimetri"),
        ("mm", "millimetro", "millimetri"),
        ("kg", "chilo", "chili"),
        ("g", "grammo", "grammi"),
        ("l", "litro", "litri"),
        ("ml", "millilitro", "millilitri"),
        ("km/h", "chilometro all'ora", "chilometri all'ora"),
        ("m²", "metro quadrato", "metri quadrati"),
        ("h", "ora", "ore"),
        ("min", "minuto", "minuti"),
        ("s", "secondo", "secondi"),
        ("°", "grado", "gradi"),
        ("°C", "grado", "gradi"),
        ("ºC", "grado", "gradi"),
    ],
    money: &[
        ("€", "euro", "euro"),
        ("$", "dollaro", "dollari"),
        ("£", "sterlina", "sterline"),
    ],
    abbreviations: &[
        ("Sig", "signor"),
        ("sig", "signor"),
        ("Sigra", "signora"),
        ("Dott", "dottor"),
        ("dott", "dottor"),
        ("Prof", "professor"),
        ("prof", "professor"),
        ("ecc", "eccetera"),
        ("pag", "pagina"),
        ("tel", "telefono"),
    ],
};

/// Says the word at hand, together with as many of the next as belong to it.
pub(super) fn say(context: &Context) -> Said {
    amounts::say(context, &WORDS)
}

fn ordinal(number: u64, feminine: bool) -> Option<String> {
    const ORDINALS: [&str; 10] = [
        "primo", "secondo", "terzo", "quarto", "quinto", "sesto", "settimo", "ottavo", "nono",
        "decimo",
    ];
    let ordinal = match ORDINALS.get(number.checked_sub(1)? as usize) {
        Some(ordinal) => (*ordinal).to_owned(),
        // "undicesimo", "ventitreesimo"
        None => match cardinal(number) {
            words if words.ends_with('é') => {
                format!("{}eesimo", &words[..words.len() - 'é'.len_utf8()])
            }
            words if words.ends_with("sei") => format!("{words}esimo"),
            words => format!("{}esimo", &words[..words.len() - 1]),
        },
    };
    Some(match ordinal.strip_suffix('o') {
        Some(stem) if feminine => format!("{stem}a"),
        _ => ordinal,
    })
}

/// "un giorno", "un' ora", "primo maggio"
fn counting(number: u64, noun: &str) -> String {
    match number {
        1 if WORDS.months.contains(&noun) => "primo".to_owned(),
        1 if noun.starts_with(['a', 'e', 'i', 'o', 'u']) && noun.ends_with('a') => "un'".to_owned(),
        1 if noun.ends_with('a') || noun.ends_with("zione") => "una".to_owned(),
        1 => "un".to_owned(),
        _ => cardinal(number),
    }
}

/// "XIX secolo", "Luigi XIV"
fn roman(number: u64, next: Option<&str>) -> String {
    match next {
        Some("secolo") => ordinal(number, false).unwrap_or_else(|| cardinal(number)),
        Some("edizione" | "legislatura") => {
            ordinal(number, true).unwrap_or_else(|| cardinal(number))
        }
        _ => cardinal(number),
    }
}

/// Numbers below twenty have words of their own.
const SMALL: [&str; 20] = [
    "zero",
    "uno",
    "due",
    "tre",
    "quattro",
    "cinque",
    "sei",
    "sette",
    "otto",
    "nove",
    "dieci",
    "undici",
    "dodici",
    "tredici",
    "quattordici",
    "quindici",
    "sedici",
    "diciassette",
    "diciotto",
    "diciannove",
];
const TENS: [&str; 10] = [
    "",
    "",
    "venti",
    "trenta",
    "quaranta",
    "cinquanta",
    "sessanta",
    "settanta",
    "ottanta",
    "novanta",
];

/// A number in words, up to a billion (10¹²); larger ones digit by digit.
pub(in crate::tts) fn cardinal(number: u64) -> String {
    match number {
        0..1_000_000 => below_a_million(number),
        1_000_000..1_000_000_000 => large(number, 1_000_000, "un milione", "milioni"),
        1_000_000_000..1_000_000_000_000 => large(number, 1_000_000_000, "un miliardo", "miliardi"),
        _ => super::amounts::digit_by_digit(number, cardinal),
    }
}

fn large(number: u64, unit: u64, one: &str, many: &str) -> String {
    let count = match number / unit {
        1 => one.to_owned(),
        count => format!("{} {many}", cardinal(count)),
    };
    match number % unit {
        0 => count,
        rest => format!("{count} {}", cardinal(rest)),
    }
}

/// As one word: "duecentotrentuno".
fn below_a_million(number: u64) -> String {
    let rest = |rest: u64| match rest {
        0 => String::new(),
        3 => "tré".to_owned(),
        rest => below_a_million(rest),
    };
    match number {
        0..20 => SMALL[number as usize].to_owned(),
        20..100 => {
            let tens = TENS[(number / 10) as usize];
            // "ventuno", "ventotto"
            let tens = match number % 10 {
                1 | 8 => &tens[..tens.len() - 1],
                _ => tens,
            };
            format!("{tens}{}", rest(number % 10))
        }
        100..1000 => {
            let count = match number / 100 {
                1 => String::new(),
                count => below_a_million(count),
            };
            format!("{count}cento{}", rest(number % 100))
        }
        _ => {
            let thousands = match number / 1000 {
                1 => "mille".to_owned(),
                count => format!("{}mila", below_a_million(count).replace('é', "e")),
            };
            format!("{thousands}{}", rest(number % 1000))
        }
    }
}
