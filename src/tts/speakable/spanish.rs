//! Spanish: numbers, amounts, times and dates in words, so that each voice says them in the same way.

/// Numbers below thirty have words of their own.
const SMALL: [&str; 30] = [
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce",
    "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno",
    "veintidós", "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho",
    "veintinueve",
];
const TENS: [&str; 10] = [
    "", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa",
];
const HUNDREDS: [&str; 10] = [
    "", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos",
    "ochocientos", "novecientos",
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
        Some("veinti") => "veintiún".to_owned(),
        Some(rest) if rest.ends_with("veinti") => format!("{}ún", rest),
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
