//! Amounts: percentages, units, ranges, fractions, ordinals, years.

use super::numbers::{Number, cardinal, fraction, ordinal, plural, year};
use super::units::{Unit, compound, unit};
use super::words::starts_upper;
use super::{Context, Said, Word, many, one};

pub(super) const MAGNITUDES: &[&str] = &["hundred", "thousand", "million", "billion", "trillion"];

/// Places that have numbers: "Room 101B".
const PLACES: &[&str] = &[
    "Room",
    "room",
    "Apartment",
    "apartment",
    "Apt",
    "Suite",
    "suite",
    "Unit",
    "unit",
    "Flat",
    "flat",
    "Gate",
    "gate",
    "Building",
    "building",
    "Platform",
    "platform",
    "Seat",
    "seat",
    "Route",
    "route",
    "Bus",
    "bus",
    "Exit",
    "exit",
    "Form",
    "form",
    "Section",
    "section",
];

/// What may stand in front of a number.
pub(super) const COMPARISONS: &[(&str, &str)] = &[
    ("~", "about"),
    ("≈", "about"),
    ("<", "less than"),
    (">", "more than"),
    ("≤", "at most"),
    ("≥", "at least"),
    ("±", "plus or minus"),
    ("+", "plus"),
    ("#", "number"),
];

/// Words after which four digits are a year, whatever follows.
const BEFORE_YEARS: &[&str] = &[
    "in", "since", "until", "till", "by", "before", "after", "circa", "year", "during", "early",
    "late", "mid", "spring", "summer", "autumn", "fall", "winter",
];

/// "5-10%": a number or a range, and what is written around it.
pub(super) struct Amount<'a> {
    pub comparison: Option<&'static str>,
    pub low: Number<'a>,
    pub high: Option<Number<'a>>,
    pub suffix: &'a str,
}

impl<'a> Amount<'a> {
    pub fn parse(core: &'a str) -> Option<Self> {
        let (comparison, rest) = take_prefix(COMPARISONS, core);
        let (low, rest) = Number::take(rest)?;
        let high = rest.strip_prefix(['-', '–']).and_then(Number::take);
        let (high, suffix) = match high {
            // "3-D" and "2024-12-25" are no ranges.
            Some((high, after)) if !after.starts_with(['-', '.', '/']) => (Some(high), after),
            _ => (None, rest),
        };
        Some(Self {
            comparison,
            low,
            high,
            suffix,
        })
    }

    /// The numbers in words, with what they are compared by.
    pub fn say(&self) -> String {
        self.say_with(|number| number.cardinal())
    }

    fn say_with(&self, number: impl Fn(&Number) -> String) -> String {
        let mut said = self
            .comparison
            .map(|words| format!("{words} "))
            .unwrap_or_default();
        said.push_str(&number(&self.low));
        if let Some(high) = &self.high {
            said.push_str(&format!(" to {}", number(high)));
        }
        said
    }

    pub fn is_one(&self) -> bool {
        // "¼ tsp" is a part of one.
        let part_of_one = self.low.whole.is_empty() && self.low.vulgar.is_some();
        self.high.is_none() && (self.low.is_one() || part_of_one)
    }
}

/// What may end a price or an amount: "+", "/month", "-a-month".
pub(super) fn with_ending(said: String, ending: &str) -> Option<String> {
    match ending {
        "" => Some(said),
        "+" => Some(format!("{said} plus")),
        _ => {
            let per = ending.strip_prefix('/')?;
            let is_word = !per.is_empty() && per.chars().all(char::is_alphabetic);
            let name = unit(per).map_or(per, |unit| unit.singular);
            is_word.then(|| format!("{said} per {name}"))
        }
    }
}

/// Books of which chapters and verses are named.
const BOOKS: &[&str] = &[
    "Genesis",
    "Exodus",
    "Leviticus",
    "Numbers",
    "Deuteronomy",
    "Joshua",
    "Judges",
    "Ruth",
    "Samuel",
    "Kings",
    "Chronicles",
    "Job",
    "Psalm",
    "Psalms",
    "Proverbs",
    "Ecclesiastes",
    "Isaiah",
    "Jeremiah",
    "Ezekiel",
    "Daniel",
    "Hosea",
    "Joel",
    "Amos",
    "Matthew",
    "Mark",
    "Luke",
    "John",
    "Acts",
    "Romans",
    "Corinthians",
    "Galatians",
    "Ephesians",
    "Philippians",
    "Colossians",
    "Thessalonians",
    "Timothy",
    "Hebrews",
    "James",
    "Peter",
    "Revelation",
    "Quran",
    "Surah",
];

/// "Psalm 23:4" is chapter and verse.
pub(super) fn verse(context: &Context) -> Option<Said> {
    let book = context.previous()?.core;
    let (chapter, verses) = context.word().core.split_once(':')?;
    let chapter = Number::whole_of(chapter)?.as_small_integer()?;
    let verses = Amount::parse(verses).filter(|verses| verses.suffix.is_empty())?;
    let verse = if verses.high.is_some() {
        "verses"
    } else {
        "verse"
    };
    let said = || format!("{} {verse} {}", cardinal(chapter), verses.say());
    BOOKS.contains(&book).then(|| one(said()))
}

/// "10^-6 m": a power of a number, and its unit.
pub(super) fn power(context: &Context) -> Option<Said> {
    let (base, exponent) = context.word().core.split_once('^')?;
    let base = Number::whole_of(base)?;
    let digits = exponent.trim_start_matches(['-', '−']);
    let exponent = (
        Number::whole_of(digits)?.cardinal(),
        digits.len() < exponent.len(),
    );
    let said = match exponent {
        (two, false) if two == "two" => format!("{} squared", base.cardinal()),
        (three, false) if three == "three" => format!("{} cubed", base.cardinal()),
        (exponent, negative) => {
            let minus = if negative { "minus " } else { "" };
            format!("{} to the power of {minus}{exponent}", base.cardinal())
        }
    };
    match next_unit(context) {
        Some((next, unit)) => Some(Said {
            abbreviated: next.dotted,
            ..many(format!("{said} {}", unit.plural), 2)
        }),
        None => Some(one(said)),
    }
}

/// "1 000 000": groups of three digits, of which the first may be shorter. Without a group that begins with
/// a zero they may be numbers in a row.
pub(super) fn grouped(context: &Context) -> Option<Said> {
    let digits = |word: &&Word| word.core.bytes().all(|b| b.is_ascii_digit());
    let first = Some(context.word()).filter(digits)?.core;
    let groups = (1..).map_while(|ahead| {
        context
            .next(ahead)
            .filter(|word| word.core.len() == 3 && digits(word))
    });
    let groups: Vec<&str> = groups.map(|word| word.core).collect();
    let is_number = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.iter().any(|group| group.starts_with('0'));
    let joined = format!("{first},{}", groups.join(","));
    let number = Number::whole_of(&joined).filter(|_| is_number)?;
    Some(many(number.cardinal(), groups.len() + 1))
}

/// The unit that the next word is, if it is one.
fn next_unit<'a>(context: &Context<'a>) -> Option<(&'a Word<'a>, Unit)> {
    let next = context.next(1)?;
    // "5 in the morning": a lone "in" or "a" is a word, not inches or amperes; "10 in. wide" is a length.
    let is_word = matches!(next.core, "a" | "A") || next.core == "in" && !next.dotted;
    Some((next, unit(next.core).filter(|_| !is_word)?))
}

/// Numbers and what is counted: "5 km", "20°C", "1st", "1/2", "1990s", "5-10", "3x", "1969".
pub(super) fn quantity(context: &Context) -> Option<Said> {
    let core = context.word().core;
    if let Some(said) = simple_fraction(core).or_else(|| decade(core)) {
        return Some(one(said));
    }
    // "1/2-inch"
    if let Some((part, word)) = core.split_once('-')
        && let Some(part) = simple_fraction(part)
        && word.chars().all(char::is_alphabetic)
    {
        return Some(one(format!("{part} {word}")));
    }
    let amount = Amount::parse(core)?;
    if amount.suffix.is_empty() {
        return Some(bare_amount(context, &amount));
    }
    let said = |suffix: &str| format!("{}{suffix}", amount.say());
    match amount.suffix {
        "st" | "nd" | "rd" | "th" if amount.high.is_none() => {
            let number = amount
                .low
                .whole
                .parse()
                .ok()
                .filter(|_| amount.low.is_integer())?;
            Some(one(ordinal(number)))
        }
        "x" if context.anywhere("=") => Some(one(said(" X"))),
        "x" | "×" => Some(one(said(" times"))),
        "k" => Some(one(said(" thousand"))),
        // "221B Baker Street" is a house.
        "M" | "B" if context.next(1).is_some_and(|next| starts_upper(next.core)) => None,
        "M" | "B"
            if context
                .previous()
                .is_some_and(|word| PLACES.contains(&word.core)) =>
        {
            None
        }
        "M" => Some(one(said(" million"))),
        "B" => Some(one(said(" billion"))),
        "'" | "ft" if amount.is_one() => Some(one("one foot")),
        suffix => height(&amount)
            .or_else(|| Some(say_unit(&amount, unit(suffix)?)))
            .or_else(|| Some(format!("{} {}", said(""), compound(suffix)?)))
            .or_else(|| with_ending(said(""), suffix))
            .or_else(|| compound_word(&said(""), suffix))
            .map(one),
    }
}

fn say_unit(amount: &Amount, unit: Unit) -> String {
    let name = if amount.is_one() {
        unit.singular
    } else {
        unit.plural
    };
    format!("{} {name}", amount.say())
}

/// "20-year-old" to "twenty year-old".
fn compound_word(number: &str, suffix: &str) -> Option<String> {
    let word = suffix.strip_prefix('-')?;
    let is_word = word.len() > 1
        && word.starts_with(char::is_lowercase)
        && word.chars().all(|c| c.is_alphabetic() || c == '-');
    is_word.then(|| format!("{number} {word}"))
}

/// 5'10" is "five feet ten inches".
fn height(amount: &Amount) -> Option<String> {
    let inches = amount
        .suffix
        .strip_prefix('\'')?
        .strip_suffix(['"', '\u{2033}'])?;
    let inches = Number::whole_of(inches)?;
    Some(format!(
        "{} feet {} inches",
        amount.say(),
        inches.cardinal()
    ))
}

/// A number without a suffix: the next word may be its unit or magnitude.
fn bare_amount(context: &Context, amount: &Amount) -> Said {
    let next = context.next(1);
    if let Some((next, unit)) = next_unit(context) {
        return Said {
            abbreviated: next.dotted,
            ..many(say_unit(amount, unit), 2)
        };
    }
    if let Some(rate) = next.and_then(|next| compound(next.core)) {
        return many(format!("{} {rate}", amount.say()), 2);
    }
    if let Some(part) = next.and_then(|next| simple_fraction(next.core))
        && amount.low.is_integer()
        && amount.high.is_none()
    {
        return many(format!("{} and {part}", amount.say()), 2);
    }
    let counts = counts_things(context, next);
    let said = amount.say_with(|number| match number.as_year() {
        Some(digits) if is_year(digits, context) && !counts => year(digits),
        _ => number.cardinal(),
    });
    one(said)
}

/// Whether the next word is what is counted: "1776 people". Not after "in": "in 1776 people ...".
fn counts_things(context: &Context, next: Option<&Word>) -> bool {
    let after_preposition = context
        .previous()
        .is_some_and(|previous| BEFORE_YEARS.contains(&previous.core.to_lowercase().as_str()));
    let is_plural = next.is_some_and(|next| {
        let core = next.core;
        let is_verb = matches!(
            core,
            "was" | "is" | "has" | "does" | "as" | "this" | "its" | "his"
        );
        let irregular = matches!(
            core,
            "people" | "men" | "women" | "children" | "more" | "of"
        );
        irregular
            || MAGNITUDES.contains(&core)
            || (core.len() > 2
                && core.ends_with('s')
                && !is_verb
                && core.starts_with(char::is_lowercase))
    });
    !after_preposition && is_plural
}

/// 1100 to 2099; earlier years only where the words before say so ("in 1066").
fn is_year(number: u64, context: &Context) -> bool {
    let told = || {
        context
            .previous()
            .is_some_and(|previous| BEFORE_YEARS.contains(&previous.core.to_lowercase().as_str()))
    };
    (1100..2100).contains(&number) || ((1001..1100).contains(&number) && told())
}

/// "1990s", "1990's", "'90s", "90s".
fn decade(core: &str) -> Option<String> {
    let digits = core.strip_suffix("'s").or_else(|| core.strip_suffix('s'))?;
    let digits = digits.strip_prefix('\'').unwrap_or(digits);
    let number: u64 = digits.parse().ok().filter(|number| number % 10 == 0)?;
    match digits.len() {
        2 if number > 0 => Some(plural(&cardinal(number))),
        4 => Some(plural(&year(number))),
        _ => None,
    }
}

fn simple_fraction(core: &str) -> Option<String> {
    let (upper, lower) = core.split_once('/')?;
    let number = |text: &str| Number::whole_of(text)?.as_small_integer();
    let (upper, lower) = (number(upper)?, number(lower).filter(|lower| *lower > 0)?);
    Some(fraction(upper, lower))
}

/// "km/h" without a number.
pub(super) fn rate(context: &Context) -> Option<Said> {
    compound(context.word().core).map(one)
}

/// Takes the first prefix of `table` that `text` starts with.
pub(super) fn take_prefix<'a, T: Copy>(
    table: &[(&'static str, T)],
    text: &'a str,
) -> (Option<T>, &'a str) {
    table
        .iter()
        .find_map(|(prefix, value)| Some((Some(*value), text.strip_prefix(prefix)?)))
        .unwrap_or((None, text))
}
