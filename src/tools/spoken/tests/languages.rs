//! What is read in other languages: numbers, lengths of time, moments; and times said.

use std::time::Duration;

use super::*;
use crate::tools::says::Sayings;

const NUMBERS: [(Language, &str); 5] = [
    (Language::German, include_str!("numbers.de.txt")),
    (Language::Spanish, include_str!("numbers.es.txt")),
    (Language::French, include_str!("numbers.fr.txt")),
    (Language::Italian, include_str!("numbers.it.txt")),
    (Language::Chinese, include_str!("numbers.zh.txt")),
];

#[test]
fn numbers_to_a_hundred_are_read_in_words_and_in_digits() {
    for (language, words) in NUMBERS {
        assert_eq!(words.lines().count(), 101, "{language}");
        for (value, words) in words.lines().enumerate() {
            let expected = Some(integer(value));
            assert_eq!(number(words, language), expected, "{language}: {words}");
            assert_eq!(number(&value.to_string(), language), expected, "{language}");
        }
    }
}

#[test]
fn larger_numbers_are_read() {
    for (language, words, value) in [
        (
            Language::German,
            "zweitausendfünfhundertdreiundsiebzig",
            2_573,
        ),
        (Language::German, "eine Million", 1_000_000),
        (
            Language::Spanish,
            "dos mil quinientos setenta y tres",
            2_573,
        ),
        (Language::French, "cent quatre-vingts", 180),
        (Language::Italian, "duemilacinquecentosettantatré", 2_573),
        (Language::Chinese, "两千五百七十三", 2_573),
        (Language::Chinese, "一百零五", 105),
        (Language::Chinese, "一百五", 150),
        (Language::Chinese, "一百五十", 150),
        (Language::Chinese, "三千二", 3_200),
        (Language::Chinese, "一万五", 15_000),
        (Language::Chinese, "一万零五", 10_005),
        (Language::Chinese, "二零二六", 2_026),
        (Language::French, "cent un", 101),
        (Language::French, "nonante-sept", 97),
        (Language::French, "soixante et onze", 71),
        (Language::French, "dix-sept mille", 17_000),
    ] {
        let expected = Some(integer(value));
        assert_eq!(number(words, language), expected, "{language}: {words}");
    }
}

#[test]
fn a_decimal_comma_and_thousands_are_read_as_the_language_writes_them() {
    for language in [
        Language::German,
        Language::Spanish,
        Language::French,
        Language::Italian,
    ] {
        assert_eq!(number("3,5", language), Some(integer(7) / integer(2)));
        assert_eq!(number("1.000", language), Some(integer(1_000)));
    }
    assert_eq!(number("1,000", Language::Chinese), Some(integer(1_000)));
    assert_eq!(
        number("三点五", Language::Chinese),
        Some(integer(7) / integer(2))
    );
    assert_eq!(
        number("三点五六", Language::Chinese),
        Some(integer(89) / integer(25))
    );
}

#[test]
fn two_numbers_in_a_row_are_not_one() {
    for (language, words) in [
        (Language::German, "zwei drei"),
        (Language::German, "zwanzig fünf"),
        (Language::Spanish, "veinte y cinco"),
        (Language::French, "deux trois"),
        (Language::French, "dix deux"),
        (Language::Italian, "due tre"),
        (Language::Chinese, "两三"),
        (Language::Chinese, "五六"),
        (Language::Chinese, "五六十"),
    ] {
        assert_eq!(number(words, language), None, "{language}: {words}");
    }
}

#[test]
fn lengths_of_time_are_read_in_every_language() {
    for (language, text, seconds) in [
        (Language::German, "fünfundzwanzig Minuten", 1_500),
        (Language::German, "eineinhalb Stunden", 5_400),
        (Language::German, "eine halbe Stunde", 1_800),
        (Language::German, "eine Stunde und zehn Minuten", 4_200),
        (Language::German, "1,5 Stunden", 5_400),
        (Language::Spanish, "una hora y media", 5_400),
        (Language::Spanish, "treinta y un minutos", 1_860),
        (Language::Spanish, "hora y media", 5_400),
        (Language::Spanish, "media hora", 1_800),
        (Language::French, "une heure et demie", 5_400),
        (Language::French, "un quart d'heure", 900),
        (Language::French, "1h30", 5_400),
        (Language::Italian, "un'ora e mezza", 5_400),
        (Language::Italian, "mezz'ora", 1_800),
        (Language::Italian, "ventun minuti", 1_260),
        (Language::Chinese, "一个半小时", 5_400),
        (Language::Chinese, "两分半钟", 150),
        (Language::Chinese, "一小时十分钟", 4_200),
    ] {
        let expected = Some(Duration::from_secs(seconds));
        assert_eq!(duration(text, language), expected, "{language}: {text}");
    }
}

#[test]
fn moments_are_read_in_every_language() {
    for (language, text, expected) in [
        (Language::German, "um 18 Uhr", "2026-11-28T18:00"),
        (Language::German, "zehn vor halb sechs", "2026-11-28T17:20"),
        (
            Language::German,
            "morgen um halb sieben",
            "2026-11-29T06:30",
        ),
        (Language::German, "heute Abend um acht", "2026-11-28T20:00"),
        (Language::German, "in zwei Stunden", "2026-11-28T16:15"),
        (Language::German, "am 3. Mai um neun", "2027-05-03T09:00"),
        (
            Language::German,
            "Freitagabend um 20 Uhr",
            "2026-12-04T20:00",
        ),
        (
            Language::Spanish,
            "mañana a las siete menos cuarto",
            "2026-11-29T06:45",
        ),
        (
            Language::Spanish,
            "a las ocho de la tarde",
            "2026-11-28T20:00",
        ),
        (Language::Spanish, "dentro de dos horas", "2026-11-28T16:15"),
        (
            Language::Spanish,
            "mañana a las doce de la mañana",
            "2026-11-29T12:00",
        ),
        (
            Language::Spanish,
            "mañana a las doce y media de la mañana",
            "2026-11-29T12:30",
        ),
        (
            Language::French,
            "à dix-sept heures trente",
            "2026-11-28T17:30",
        ),
        (
            Language::French,
            "demain à sept heures moins le quart",
            "2026-11-29T06:45",
        ),
        (
            Language::French,
            "à huit heures du soir",
            "2026-11-28T20:00",
        ),
        (Language::French, "à 18h30", "2026-11-28T18:30"),
        (Language::Italian, "alle otto di sera", "2026-11-28T20:00"),
        (
            Language::Italian,
            "domani alle sei e mezza",
            "2026-11-29T06:30",
        ),
        (Language::Italian, "tra due ore", "2026-11-28T16:15"),
        (Language::Chinese, "晚上八点", "2026-11-28T20:00"),
        (Language::Chinese, "明天早上六点半", "2026-11-29T06:30"),
        (Language::Chinese, "明天上午十二点", "2026-11-29T12:00"),
        (Language::Chinese, "明天上午十二点半", "2026-11-29T12:30"),
        (Language::Chinese, "十分钟后", "2026-11-28T14:25"),
        (Language::Chinese, "十分钟以后", "2026-11-28T14:25"),
        (Language::Chinese, "下周一早上八点", "2026-11-30T08:00"),
    ] {
        let found = moment(text, &now(), language).map(|moment| moment.at);
        let expected = at(&format!("{expected}:00[Europe/London]"));
        assert_eq!(found, Some(expected), "{language}: {text}");
    }
}

#[test]
fn a_day_without_its_month_is_the_next_such_day() {
    for (language, text, expected) in [
        (Language::German, "am 3. um sieben", "2026-12-03T07:00"),
        (Language::German, "am Dritten um sieben", "2026-12-03T07:00"),
        (
            Language::German,
            "am einunddreißigsten um neun",
            "2026-12-31T09:00",
        ),
        (Language::Spanish, "el 5 a las ocho", "2026-12-05T08:00"),
        (
            Language::Spanish,
            "el día cinco a las ocho",
            "2026-12-05T08:00",
        ),
        (Language::Spanish, "el 28 a las ocho", "2026-11-28T20:00"),
        (Language::French, "le 5 à huit heures", "2026-12-05T08:00"),
        (
            Language::French,
            "le premier à neuf heures",
            "2026-12-01T09:00",
        ),
        (Language::Italian, "il 5 alle otto", "2026-12-05T08:00"),
        (Language::Italian, "l'8 alle nove", "2026-12-08T09:00"),
        (Language::Italian, "il primo alle nove", "2026-12-01T09:00"),
        (Language::Chinese, "五号早上八点", "2026-12-05T08:00"),
        (Language::Chinese, "二十一号下午三点", "2026-12-21T15:00"),
    ] {
        let found = moment(text, &now(), language).map(|moment| moment.at);
        let expected = at(&format!("{expected}:00[Europe/London]"));
        assert_eq!(found, Some(expected), "{language}: {text}");
    }
}

#[test]
fn a_day_is_read_in_words_before_its_month_too() {
    for (language, text, expected) in [
        (Language::German, "am dritten Mai", "2027-05-03"),
        (
            Language::German,
            "der einundzwanzigste Dezember",
            "2026-12-21",
        ),
        (Language::German, "3. Mai 2028", "2028-05-03"),
        (Language::Spanish, "el tres de mayo", "2027-05-03"),
        (Language::Spanish, "el primero de enero", "2027-01-01"),
        (Language::Spanish, "el 3 de mayo de 2028", "2028-05-03"),
        (Language::French, "le cinq mai", "2027-05-05"),
        (Language::French, "le 1er mai", "2027-05-01"),
        (Language::Italian, "il cinque maggio", "2027-05-05"),
        (Language::Italian, "l'otto dicembre", "2026-12-08"),
    ] {
        let expected: jiff::civil::Date = expected.parse().unwrap();
        let found = day(text, &now(), language);
        assert_eq!(found, Some(expected), "{language}: {text}");
    }
}

#[test]
fn feasts_are_known_by_their_names_whether_they_move_or_not() {
    for (language, text, expected) in [
        (Language::German, "Ostern", "2027-03-28"),
        (Language::German, "Pfingstmontag", "2027-05-17"),
        (Language::German, "Fronleichnam", "2027-05-27"),
        (Language::German, "Rosenmontag", "2027-02-08"),
        (Language::German, "Nikolaus", "2026-12-06"),
        (Language::German, "Tag der Deutschen Einheit", "2027-10-03"),
        (Language::Spanish, "Viernes Santo", "2027-03-26"),
        (Language::Spanish, "el Día de Reyes", "2027-01-06"),
        (Language::French, "Pâques", "2027-03-28"),
        (Language::French, "l'Ascension", "2027-05-06"),
        (Language::French, "Mardi gras", "2027-02-09"),
        (Language::Italian, "Pasquetta", "2027-03-29"),
        (Language::Italian, "Ferragosto", "2027-08-15"),
        (Language::Chinese, "复活节", "2027-03-28"),
        (Language::Chinese, "国庆节", "2027-10-01"),
    ] {
        let expected: jiff::civil::Date = expected.parse().unwrap();
        let found = day(text, &now(), language);
        assert_eq!(found, Some(expected), "{language}: {text}");
    }
}

#[test]
fn quarters_and_minutes_before_an_hour_are_read_as_a_region_says_them() {
    for (language, text, expected) in [
        (Language::German, "um drei viertel acht", "19:45"),
        (Language::German, "um dreiviertel acht", "19:45"),
        (Language::German, "um viertel acht", "19:15"),
        (Language::German, "um fünf vor halb acht", "19:25"),
        (Language::Spanish, "a un cuarto para las ocho", "19:45"),
        (Language::Spanish, "cuarto para la una", "00:45"),
        (Language::Spanish, "faltando diez para las ocho", "19:50"),
        (Language::Spanish, "veinte minutos para las ocho", "19:40"),
        (
            Language::Spanish,
            "a las ocho en punto de la noche",
            "20:00",
        ),
        (Language::Spanish, "a las ocho y media de la tarde", "20:30"),
    ] {
        let found = moment(text, &now(), language).map(|moment| moment.at.time());
        let expected: jiff::civil::Time = format!("{expected}:00").parse().unwrap();
        assert_eq!(found, Some(expected), "{language}: {text}");
    }
}

#[test]
fn what_is_no_day_of_a_month_is_not_read() {
    for (language, text) in [
        (Language::German, "dritten"),
        (Language::German, "am 45."),
        (Language::German, "am fünfzigsten"),
        (Language::Spanish, "el 32"),
        (Language::French, "le 0"),
        (Language::Italian, "il quaranta"),
        (Language::Chinese, "五十号"),
    ] {
        assert_eq!(moment(text, &now(), language), None, "{language}: {text}");
    }
}

#[test]
fn what_is_not_of_the_language_is_not_read() {
    for language in Language::all().filter(|language| *language != Language::English) {
        assert_eq!(duration("five minutes", language), None, "{language}");
        assert_eq!(moment("tomorrow", &now(), language), None, "{language}");
        assert_eq!(number("a couple", language), None, "{language}");
    }
}

#[test]
fn times_are_said_as_people_say_them() {
    let said = |language: Language, time: &str| {
        let time = at(&format!("2026-11-28T{time}:00[Europe/London]"));
        Sayings::of(language).speech.it_is(&time)
    };
    for (language, time, expected) in [
        (Language::German, "01:00", "Es ist ein Uhr"),
        (Language::German, "18:30", "Es ist 18 Uhr 30"),
        (Language::German, "00:00", "Es ist Mitternacht"),
        (Language::Spanish, "01:00", "Es la una de la madrugada"),
        (Language::Spanish, "18:30", "Son las 6 y media de la tarde"),
        (Language::Spanish, "12:00", "Son las 12 del mediodía"),
        (Language::French, "01:00", "Il est une heure"),
        (Language::French, "18:30", "Il est 18 heures 30"),
        (Language::French, "12:00", "Il est midi"),
        (Language::Italian, "01:00", "È l'una"),
        (Language::Italian, "18:30", "Sono le 18 e 30"),
        (Language::Italian, "00:00", "È mezzanotte"),
        (Language::Chinese, "01:00", "现在是凌晨1点"),
        (Language::Chinese, "18:30", "现在是晚上6点半"),
    ] {
        assert_eq!(said(language, time), expected);
    }
}

#[test]
fn what_is_said_of_a_time_is_read_as_that_time() {
    for language in Language::all().filter(|language| *language != Language::English) {
        for (hour, minute) in (0..24).flat_map(|hour| [0, 5, 15, 30, 50].map(|m| (hour, m))) {
            let time = at(&format!(
                "2026-11-29T{hour:02}:{minute:02}:00[Europe/London]"
            ));
            let said = Sayings::of(language).speech.time(&time);
            let of_day = time.time();
            let read = moment(&said, &at("2026-11-28T23:59:00[Europe/London]"), language);
            let read = read.map(|moment| moment.at.time());
            // Without a half of the day, the hours to twelve are of either.
            let is_either = read.is_some_and(|read| {
                read.minute() == of_day.minute() && read.hour() % 12 == of_day.hour() % 12
            });
            assert!(
                read == Some(of_day) || is_either,
                "{language}: {said} {read:?}"
            );
        }
    }
}
