//! Numbers in words, read back by a small reader that shares nothing with what wrote them.

use super::super::{Segment, speakable, spoken_text};
use crate::language::Language;

/// Numbers of all sizes up to 10¹², those with zeros among them.
fn numbers() -> impl Iterator<Item = u64> {
    let mut random = fastrand::Rng::with_seed(28);
    let sizes = (0..12).flat_map(|digits| [10_u64.pow(digits); 300]);
    let random = sizes.map(move |size| {
        let number = random.u64(size..10 * size);
        match random.u64(..3) {
            0 => number / 1000 * 1000,
            1 => number / 10_000 * 10_000 + number % 10,
            _ => number,
        }
    });
    (0..2_500).chain(random)
}

fn said(written: &str, language: Language) -> String {
    spoken_text(&speakable(written, language))
}

/// The values of words, the longest first, that a text without spaces is made of.
fn values(text: &str, words: &[(&str, u64)]) -> Option<Vec<u64>> {
    let (mut rest, mut values) = (text, Vec::new());
    while !rest.is_empty() {
        let known = words.iter().filter(|(word, _)| rest.starts_with(word));
        let (word, value) = known.max_by_key(|(word, _)| word.len())?;
        rest = &rest[word.len()..];
        values.push(*value);
    }
    Some(values)
}

/// What words add up to: a larger unit multiplies what stands before it, up to the next larger one.
fn total(values: &[u64], units: &[u64]) -> u64 {
    let Some((unit, largest)) = values
        .iter()
        .enumerate()
        .filter(|(_, value)| units.contains(value))
        .max_by_key(|(at, value)| (**value, usize::MAX - at))
    else {
        return values.iter().sum();
    };
    let before = match &values[..unit] {
        [] => 1,
        before => total(before, units),
    };
    before * largest + total(&values[unit + 1..], units)
}

#[track_caller]
fn check(language: Language, words: &[(&str, u64)], units: &[u64]) {
    for number in numbers() {
        let spoken = said(&number.to_string(), language);
        let text: String = spoken.split(' ').filter(|word| *word != "y").collect();
        let read = values(&text, words).map(|values| total(&values, units));
        assert_eq!(read, Some(number), "{spoken:?}");
    }
}

#[test]
fn a_spanish_number_is_read_back_as_itself() {
    let words = [
        ("cero", 0),
        ("un", 1),
        ("uno", 1),
        ("dos", 2),
        ("tres", 3),
        ("cuatro", 4),
        ("cinco", 5),
        ("seis", 6),
        ("siete", 7),
        ("ocho", 8),
        ("nueve", 9),
        ("diez", 10),
        ("once", 11),
        ("doce", 12),
        ("trece", 13),
        ("catorce", 14),
        ("quince", 15),
        ("dieciséis", 16),
        ("dieciocho", 18),
        ("dieci", 10),
        ("veinte", 20),
        ("veintiún", 21),
        ("veintidós", 22),
        ("veintitrés", 23),
        ("veintiséis", 26),
        ("veinti", 20),
        ("treinta", 30),
        ("cuarenta", 40),
        ("cincuenta", 50),
        ("sesenta", 60),
        ("setenta", 70),
        ("ochenta", 80),
        ("noventa", 90),
        ("cien", 100),
        ("ciento", 100),
        ("doscientos", 200),
        ("trescientos", 300),
        ("cuatrocientos", 400),
        ("quinientos", 500),
        ("seiscientos", 600),
        ("setecientos", 700),
        ("ochocientos", 800),
        ("novecientos", 900),
        ("mil", 1000),
        ("millón", 1_000_000),
        ("millones", 1_000_000),
    ];
    check(Language::Spanish, &words, &[1000, 1_000_000]);
}

#[test]
fn an_italian_number_is_read_back_as_itself() {
    let words = [
        ("zero", 0),
        ("un", 1),
        ("uno", 1),
        ("due", 2),
        ("tre", 3),
        ("tré", 3),
        ("quattro", 4),
        ("cinque", 5),
        ("sei", 6),
        ("sette", 7),
        ("otto", 8),
        ("nove", 9),
        ("dieci", 10),
        ("undici", 11),
        ("dodici", 12),
        ("tredici", 13),
        ("quattordici", 14),
        ("quindici", 15),
        ("sedici", 16),
        ("diciassette", 17),
        ("diciotto", 18),
        ("diciannove", 19),
        ("venti", 20),
        ("vent", 20),
        ("trenta", 30),
        ("trent", 30),
        ("quaranta", 40),
        ("quarant", 40),
        ("cinquanta", 50),
        ("cinquant", 50),
        ("sessanta", 60),
        ("sessant", 60),
        ("settanta", 70),
        ("settant", 70),
        ("ottanta", 80),
        ("ottant", 80),
        ("novanta", 90),
        ("novant", 90),
        ("cento", 100),
        ("mille", 1000),
        ("mila", 1000),
        ("milione", 1_000_000),
        ("milioni", 1_000_000),
        ("miliardo", 1_000_000_000),
        ("miliardi", 1_000_000_000),
    ];
    check(
        Language::Italian,
        &words,
        &[100, 1000, 1_000_000, 1_000_000_000],
    );
}

#[test]
fn a_chinese_number_is_read_back_as_itself() {
    let words = [
        ("零", 0),
        ("一", 1),
        ("二", 2),
        ("两", 2),
        ("三", 3),
        ("四", 4),
        ("五", 5),
        ("六", 6),
        ("七", 7),
        ("八", 8),
        ("九", 9),
        ("十", 10),
        ("百", 100),
        ("千", 1000),
        ("万", 10_000),
        ("亿", 100_000_000),
    ];
    let units = [10, 100, 1000, 10_000, 100_000_000];
    for number in numbers() {
        // With commas, since long runs of bare digits are said one by one.
        let written = with_commas(number);
        let spoken = said(&written, Language::Chinese);
        let read = values(&spoken, &words).map(|values| total(&values, &units));
        assert_eq!(read, Some(number), "{written}: {spoken:?}");
    }
}

fn with_commas(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", with_commas(number / 1000), number % 1000),
    }
}

fn joined(segments: &[Segment]) -> String {
    let written = segments.iter().map(|segment| segment.written.as_str());
    written.collect()
}

/// What may stand behind an amount without a sign of money before it.
const BEHIND: [&str; 16] = [
    "",
    "%",
    " %",
    " €",
    "€",
    " km",
    "km",
    "°",
    " °C",
    "º",
    " h",
    " personas",
    " ore",
    " a",
    "-30%",
    " -",
];

#[test]
fn no_digit_or_sign_of_an_amount_is_left() {
    for language in [Language::Spanish, Language::Italian, Language::Chinese] {
        for number in ["0", "1", "2", "3,5", "20", "21", "200", "2024", "1000000"] {
            let elided = ["l'", "Dell’"].map(|article| format!("{article}{number}"));
            let elided = elided
                .iter()
                .filter(|_| language == Language::Italian)
                .cloned();
            let prices = ["$", "-$", "€", "-€", "£", "¥"].map(|sign| format!("{sign}{number}"));
            let behind = BEHIND.iter().map(|behind| format!("{number}{behind}"));
            let negative = ["", "%", " €", "°"].map(|behind| format!("-{number}{behind}"));
            for amount in prices
                .into_iter()
                .chain(behind)
                .chain(negative)
                .chain(elided)
            {
                let text = format!("a {amount} b");
                let segments = speakable(&text, language);
                assert_eq!(joined(&segments), text);
                let spoken = spoken_text(&segments);
                let left = |c: char| c.is_ascii_digit() || "%€$£¥-−°º".contains(c);
                assert!(
                    !spoken.contains(left),
                    "{language}: {text:?} said {spoken:?}"
                );
            }
        }
    }
}

#[test]
fn any_text_is_said_without_failing_and_none_of_it_is_lost() {
    let signs: Vec<char> = "0123456789.,:/-–~'%€$¥°ºª年月个第万kmXVI 一 a，"
        .chars()
        .collect();
    let mut random = fastrand::Rng::with_seed(7);
    for language in [Language::Spanish, Language::Italian, Language::Chinese] {
        for _ in 0..4_000 {
            let text: String = (0..12)
                .map(|_| signs[random.usize(..signs.len())])
                .collect();
            assert_eq!(joined(&speakable(&text, language)), text);
        }
    }
}
