//! Words and their abbreviations.

use super::numbers::{cardinal, ordinal};
use super::{Context, Said, Word, abbreviated, spelling};

/// Abbreviations that are only meant with their full stop.
const DOTTED: &[(&str, &str)] = &[
    ("a.k.a", "also known as"),
    ("approx", "approximately"),
    ("apt", "apartment"),
    ("ave", "avenue"),
    ("blvd", "boulevard"),
    ("ca", "circa"),
    ("cf", "compare"),
    ("co", "company"),
    ("corp", "corporation"),
    ("dept", "department"),
    ("e.g", "for example"),
    ("est", "established"),
    ("etc", "et cetera"),
    ("ft", "feet"),
    ("govt", "government"),
    ("hr", "hour"),
    ("hrs", "hours"),
    ("i.e", "that is"),
    ("inc", "incorporated"),
    ("jr", "junior"),
    ("lb", "pounds"),
    ("lbs", "pounds"),
    ("ltd", "limited"),
    ("max", "maximum"),
    ("min", "minimum"),
    ("mins", "minutes"),
    ("misc", "miscellaneous"),
    ("oz", "ounces"),
    ("ph.d", "P H D"),
    ("rd", "road"),
    ("secs", "seconds"),
    ("sq", "square"),
    ("sr", "senior"),
    ("vs", "versus"),
];

/// Abbreviations that are meant without a full stop as well.
const BARE: &[(&str, &str)] = &[
    ("Mr", "Mister"),
    ("Mrs", "Missus"),
    ("Ms", "Miz"),
    ("eg", "for example"),
    ("etc", "et cetera"),
    ("ie", "that is"),
    ("vs", "versus"),
    ("w/", "with"),
    ("w/o", "without"),
    ("a.m", "AM"),
    ("p.m", "PM"),
    ("A.M", "AM"),
    ("P.M", "PM"),
    ("24/7", "twenty four seven"),
    ("50/50", "fifty fifty"),
    ("9/11", "nine eleven"),
    ("C++", "C plus plus"),
    ("C#", "C sharp"),
    ("F#", "F sharp"),
    ("AT&T", "ay T and T"),
    ("Ph.D", "P H D"),
];

/// Titles in front of a name.
const TITLES: &[(&str, &str)] = &[
    ("Capt", "Captain"),
    ("Col", "Colonel"),
    ("Gen", "General"),
    ("Gov", "Governor"),
    ("Hon", "Honorable"),
    ("Lt", "Lieutenant"),
    ("Mt", "Mount"),
    ("Prof", "Professor"),
    ("Rep", "Representative"),
    ("Rev", "Reverend"),
    ("Sen", "Senator"),
    ("Sgt", "Sergeant"),
];

/// Abbreviations in front of a number.
const NUMBERED: &[(&str, &str)] = &[
    ("ch", "chapter"),
    ("fig", "figure"),
    ("figs", "figures"),
    ("no", "number"),
    ("nos", "numbers"),
    ("p", "page"),
    ("pp", "pages"),
    ("sec", "section"),
    ("vol", "volume"),
];

const WEEKDAYS: &[(&str, &str)] = &[
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Tues", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Thurs", "Thursday"),
    ("Fri", "Friday"),
];

/// Words that begin a sentence and are no names.
const STARTERS: &[&str] = &[
    "A", "An", "And", "But", "He", "Her", "His", "I", "If", "In", "Is", "It", "Its", "My", "No",
    "She", "So", "That", "The", "Their", "Then", "There", "They", "This", "We", "When", "You",
    "Your",
];

/// Rulers whose Roman numeral is an ordinal: "Henry the eighth".
const RULERS: &[&str] = &[
    "Alexander",
    "Benedict",
    "Catherine",
    "Charles",
    "Edward",
    "Elizabeth",
    "Francis",
    "Frederick",
    "George",
    "Henry",
    "James",
    "Louis",
    "Napoleon",
    "Nicholas",
    "Paul",
    "Philip",
    "Pius",
    "Richard",
    "William",
];

/// The numerals that are not also words, initials or other abbreviations.
const ROMAN: &[(&str, u64)] = &[
    ("II", 2),
    ("III", 3),
    ("IV", 4),
    ("VI", 6),
    ("VII", 7),
    ("VIII", 8),
    ("IX", 9),
    ("XI", 11),
    ("XII", 12),
    ("XIII", 13),
    ("XIV", 14),
    ("XV", 15),
    ("XVI", 16),
    ("XVII", 17),
    ("XVIII", 18),
    ("XIX", 19),
    ("XX", 20),
];

/// Says a word that has only letters.
pub(super) fn plain(context: &Context) -> String {
    let word = context.word().core;
    if let Some(roman) = roman(context) {
        return roman;
    }
    // "vitamin A": after a word, a capital A is the letter; the synthesizer says it as the article.
    let is_letter = word == "A"
        && context
            .previous()
            .is_some_and(|previous| !previous.core.is_empty());
    if is_letter {
        spelling::spell(word)
    } else {
        spelling::letters(word).into_owned()
    }
}

pub(super) fn abbreviation(context: &Context) -> Option<Said> {
    let word = context.word();
    fixed(context)
        .or_else(|| place_or_title(context))
        .or_else(|| dotted(context))
        .or_else(|| initials(word, context.next_after_dot()))
}

/// What is always said the same way.
pub(super) fn fixed(context: &Context) -> Option<Said> {
    look_up(BARE, context.word().core).map(|said| abbreviated(said, 1))
}

/// "Dr." and "St." mean one thing before a name and another after it.
fn place_or_title(context: &Context) -> Option<Said> {
    let word = context.word();
    let next = context.next_after_dot();
    let before_name = next.is_some_and(|next| starts_upper(next.core));
    let after_name = context
        .previous()
        .is_some_and(|previous| starts_upper(previous.core));
    let after_address = after_name
        && context
            .before(2)
            .is_some_and(|word| word.core.starts_with(|c: char| c.is_ascii_digit()));
    // "Elm Dr. He is old."
    let ends_sentence = word.dotted && next.is_some_and(|next| STARTERS.contains(&next.core));
    let said = match word.core {
        "Dr" if after_name && ends_sentence => {
            return Some(Said {
                abbreviated: false,
                ..abbreviated("Drive", 1)
            });
        }
        "St" if word.dotted || before_name => {
            if before_name && !after_address {
                "Saint"
            } else {
                "Street"
            }
        }
        "Dr" if after_address || (after_name && !before_name) => "Drive",
        "Dr" => "Doctor",
        title if before_name => look_up(TITLES, title)?,
        _ => return None,
    };
    Some(abbreviated(said, 1))
}

fn dotted(context: &Context) -> Option<Said> {
    let word = context.word();
    let next = context.next_after_dot().map_or("", |next| next.core);
    let before_number = next.starts_with(|c: char| c.is_ascii_digit());
    let lower = word.core.to_lowercase();
    let said = match look_up(NUMBERED, &lower) {
        Some(numbered)
            if before_number && (word.dotted || lower == "no" && starts_upper(word.core)) =>
        {
            numbered
        }
        _ if !word.dotted => return None,
        // "Pro Max."
        _ if is_name(context) => return None,
        _ => look_up(WEEKDAYS, word.core).or_else(|| look_up(DOTTED, &lower))?,
    };
    Some(abbreviated(said, 1))
}

/// Whether "Max." or "Min." is a name: with a capital behind another one, or at the end.
fn is_name(context: &Context) -> bool {
    let core = context.word().core;
    let after_name = context
        .previous()
        .is_some_and(|previous| starts_upper(previous.core));
    let is_last = context.next_after_dot().is_none();
    matches!(core, "Max" | "Min") && (after_name || is_last)
}

/// "U.S." and the "J." of "J. Smith" are spelled.
fn initials(word: &Word, next: Option<&Word>) -> Option<Said> {
    let core = word.core.strip_suffix("'s").unwrap_or(word.core);
    let single = |part: &str| part.chars().count() == 1 && part.chars().all(char::is_alphabetic);
    let before_name = word.dotted
        && core != "I"
        && starts_upper(core)
        && next.is_some_and(|next| starts_upper(next.core));
    let is_initials = core.split('.').all(single) && (core.contains('.') || before_name);
    let ending = &word.core[core.len()..];
    is_initials.then(|| abbreviated(format!("{}{ending}", spelling::spell(core)), 1))
}

/// "World War II", "Henry VIII".
fn roman(context: &Context) -> Option<String> {
    let (_, number) = ROMAN
        .iter()
        .find(|(numeral, _)| *numeral == context.word().core)?;
    let name = context
        .previous()
        .filter(|previous| starts_upper(previous.core))?;
    Some(if RULERS.contains(&name.core) {
        format!("the {}", ordinal(*number))
    } else {
        cardinal(*number)
    })
}

pub(super) fn starts_upper(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

pub(super) fn look_up(table: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(written, _)| *written == word)
        .map(|(_, said)| *said)
}
