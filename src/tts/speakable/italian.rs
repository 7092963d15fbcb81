//! Italian: numbers, amounts, times and dates in words, so that each voice says them in the same way.

/// Numbers below twenty have words of their own.
const SMALL: [&str; 20] = [
    "zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci", "undici", "dodici",
    "tredici", "quattordici", "quindici", "sedici", "diciassette", "diciotto", "diciannove",
];
const TENS: [&str; 10] = [
    "", "", "venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta",
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
