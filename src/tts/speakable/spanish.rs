//! Spanish: numbers, amounts, times and dates in words, so that each voice says them in the same way.

use super::Said;
use super::amounts::{self, Words};
use super::word::Context;
use crate::language::Language;

const WORDS: Words = Words {
    language: Language::Spanish,
    cardinal,
    counting,
    ordinal,
    roman: |number, _| cardinal(number),
    point: "coma",
    minus: "menos",
    percent: "por ciento",
    to: "a",
    and: "y",
    cents: "con",
    of: " de ",
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    units: &[
        ("km", "kilómetro", "kilómetros"),
        ("m", "metro", "metros"),
        ("cm", "centímetro", "centímetros"),
        ("mm", "milímetro", "milímetros"),
        ("kg", "kilo", "kilos"),
        ("g", "gramo", "gramos"),
        ("l", "litro", "litros"),
        ("ml", "mililitro", "mililitros"),
        ("km/h", "kilómetro por hora", "kilómetros por hora"),
        ("m²", "metro cuadrado", "metros cuadrados"),
        ("h", "hora", "horas"),
        ("min", "minuto", "minutos"),
        ("s", "segundo", "segundos"),
        ("°", "grado", "grados"),
        ("°C", "grado", "grados"),
        ("ºC", "grado", "grados"),
    ],
    money: &[
        ("€", "euro", "euros"),
        ("$", "dólar", "dólares"),
        ("£", "libra", "libras"),
    ],
    abbreviations: &[
        ("Sr", "señor"),
        ("Sra", "señora"),
        ("Srta", "señorita"),
        ("Dr", "doctor"),
        ("Dra", "doctora"),
        ("Ud", "usted"),
        ("Uds", "ustedes"),
        ("etc", "etcétera"),
        ("núm", "número"),
        ("pág", "página"),
        ("Av", "avenida"),
        ("aprox", "aproximadamente"),
    ],
};

/// Says the word at hand, together with as many of the next as belong to it.
pub(super) fn say(context: &Context) -> Said {
    amounts::say(context, &WORDS)
}

fn ordinal(number: u64, feminine: bool) -> Option<String> {
    const ORDINALS: [&str; 10] = [
        "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo",
        "noveno", "décimo",
    ];
    let ordinal = *ORDINALS.get(number.checked_sub(1)? as usize)?;
    Some(match ordinal.strip_suffix('o') {
        Some(stem) if feminine => format!("{stem}a"),
        _ => ordinal.to_owned(),
    })
}

/// Nouns that end as feminine ones do.
const MASCULINE: [&str; 8] = [
    "día",
    "días",
    "problema",
    "problemas",
    "programa",
    "programas",
    "idioma",
    "idiomas",
];

/// "un año", "veintiuna horas"
fn counting(number: u64, noun: &str) -> String {
    let endings = ["a", "as", "ción", "ciones", "dad", "dades"];
    let is_feminine = endings.iter().any(|end| noun.ends_with(end)) && !MASCULINE.contains(&noun);
    match cardinal(number).strip_suffix("uno") {
        Some(rest) if is_feminine => format!("{rest}una"),
        _ => shortened(number),
    }
}

/// Numbers below thirty have words of their own.
const SMALL: [&str; 30] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const TENS: [&str; 10] = [
    "",
    "",
    "",
    "treinta",
    "cuarenta",
    "cincuenta",
    "sesenta",
    "setenta",
    "ochenta",
    "noventa",
];
const HUNDREDS: [&str; 10] = [
    "",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
];

/// A number in words, up to a billion (10¹²) as one; larger ones digit by digit.
pub(in crate::tts) fn cardinal(number: u64) -> String {
    match number {
        0..30 => SMALL[number as usize].to_owned(),
        30..100 => joined(TENS[(number / 10) as usize], " y ", number % 10),
        100 => "cien".to_owned(),
        101..1000 => joined(HUNDREDS[(number / 100) as usize], " ", number % 100),
        1000..1_000_000 => {
            let thousands = match number / 1000 {
                1 => "mil".to_owned(),
                count => format!("{} mil", shortened(count)),
            };
            joined(&thousands, " ", number % 1000)
        }
        1_000_000..1_000_000_000_000 => {
            let millions = match number / 1_000_000 {
                1 => "un millón".to_owned(),
                count => format!("{} millones", shortened(count)),
            };
            joined(&millions, " ", number % 1_000_000)
        }
        _ => super::amounts::digit_by_digit(number, cardinal),
    }
}

/// The same before a noun, where "uno" is short: "veintiún", "treinta y un".
fn shortened(number: u64) -> String {
    let words = cardinal(number);
    match words.strip_suffix("uno") {
        Some(rest) if rest.ends_with("veinti") => format!("{rest}ún"),
        Some(rest) => format!("{rest}un"),
        None => words,
    }
}

fn joined(first: &str, between: &str, rest: u64) -> String {
    match rest {
        0 => first.to_owned(),
        rest => format!("{first}{between}{}", cardinal(rest)),
    }
}
