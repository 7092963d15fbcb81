//! Money.

use super::numbers::{Number, cardinal};
use super::quantities::{Amount, COMPARISONS, MAGNITUDES, take_prefix, with_ending};
use super::{Context, Said, many, one};

/// A currency: one, many, and the same for its hundredth.
type Currency = (&'static str, &'static str, &'static str, &'static str);

const CURRENCIES: &[(&str, Currency)] = &[
    ("US$", ("US dollar", "US dollars", "cent", "cents")),
    ("$", ("dollar", "dollars", "cent", "cents")),
    ("€", ("euro", "euros", "cent", "cents")),
    ("£", ("pound", "pounds", "penny", "pence")),
    ("¥", ("yen", "yen", "", "")),
    ("₹", ("rupee", "rupees", "paisa", "paise")),
    ("₩", ("won", "won", "", "")),
    ("¢", ("cent", "cents", "", "")),
    ("USD", ("dollar", "dollars", "cent", "cents")),
    ("EUR", ("euro", "euros", "cent", "cents")),
    ("GBP", ("pound", "pounds", "penny", "pence")),
];

/// "$5.20", "£3", "€1.5 million", "-$5", "$5-$10", "20 USD", "5€".
pub(super) fn money(context: &Context) -> Option<Said> {
    let core = &in_american(context.word().core);
    let unsigned = core.strip_prefix('−').unwrap_or(core);
    let (comparison, rest) = take_prefix(COMPARISONS, unsigned);
    if let (Some(currency), rest) = take_prefix(CURRENCIES, rest) {
        let plain = strip_second_sign(rest);
        let mut amount = Amount::parse(&plain).filter(|amount| amount.comparison.is_none())?;
        amount.low.negative |= unsigned.len() < core.len();
        amount.comparison = comparison;
        return say_money(context, &amount, currency);
    }
    let amount = Amount::parse(core)?;
    if let (Some(currency), "") = take_prefix(CURRENCIES, amount.suffix) {
        return Some(one(say_price(&amount, currency)));
    }
    let next = context.next(1)?;
    match take_prefix(CURRENCIES, next.core) {
        (Some(currency), "") if amount.suffix.is_empty() => {
            Some(many(say_price(&amount, currency), 2))
        }
        _ => None,
    }
}

/// "1.234,56" to "1,234.56": two digits behind a comma are hundredths, as Europeans write them.
fn in_american(core: &str) -> String {
    let after = core.rfind(',').map_or("", |at| &core[at + 1..]);
    let hundredths = after
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(after.len());
    if hundredths != 2 || core.matches(',').count() > 1 {
        return core.to_owned();
    }
    let swap = |c: char| match c {
        ',' => '.',
        '.' => ',',
        other => other,
    };
    core.chars().map(swap).collect()
}

/// "5-$10" to "5-10".
fn strip_second_sign(text: &str) -> String {
    text.replace(['$', '€', '£'], "")
}

fn say_money(context: &Context, amount: &Amount, currency: Currency) -> Option<Said> {
    let (magnitude, rest) = take_magnitude(amount.suffix);
    let (_, plural, ..) = currency;
    if let Some(magnitude) = magnitude {
        let said = format!("{} {magnitude} {plural}", amount.say());
        return with_ending(said, rest).map(one);
    }
    if amount.suffix.is_empty()
        && let Some(magnitude) = context.next(1).and_then(|next| magnitude_of(next.core))
    {
        return Some(many(format!("{} {magnitude} {plural}", amount.say()), 2));
    }
    with_ending(say_price(amount, currency), amount.suffix).map(one)
}

fn say_price(amount: &Amount, currency: Currency) -> String {
    let (singular, plural, cent, cents) = currency;
    let name = |is_one: bool| if is_one { singular } else { plural };
    let hundredths = amount
        .low
        .decimals
        .filter(|d| d.len() == 2 && amount.high.is_none() && !cent.is_empty());
    let Some(hundredths) = hundredths.and_then(|text| text.parse::<u64>().ok()) else {
        return format!("{} {}", amount.say(), name(amount.is_one()));
    };
    let whole = Number {
        decimals: None,
        ..amount.low.clone()
    };
    let small = format!(
        "{} {}",
        cardinal(hundredths),
        if hundredths == 1 { cent } else { cents }
    );
    let is_zero = whole.whole.bytes().all(|b| b == b'0');
    let minus = if whole.negative { "minus " } else { "" };
    let compared = amount
        .comparison
        .map(|words| format!("{words} "))
        .unwrap_or_default();
    match (is_zero, hundredths) {
        (true, 1..) => format!("{compared}{minus}{small}"),
        (_, 0) => format!("{compared}{} {}", whole.cardinal(), name(whole.is_one())),
        _ => format!(
            "{compared}{} {} and {small}",
            whole.cardinal(),
            name(whole.is_one())
        ),
    }
}

/// "million", or "M" by itself.
fn magnitude_of(word: &str) -> Option<&str> {
    let short = || {
        take_magnitude(word)
            .0
            .filter(|_| word.len() <= 2 && word != "mm")
    };
    Some(word)
        .filter(|word| MAGNITUDES.contains(word))
        .or_else(short)
}

/// "k", "M", "bn" glued to an amount.
fn take_magnitude(suffix: &str) -> (Option<&'static str>, &str) {
    let letters = suffix
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(suffix.len());
    let (letters, rest) = suffix.split_at(letters);
    let magnitude = match letters {
        "k" | "K" => "thousand",
        "m" | "M" | "mn" | "mm" => "million",
        "b" | "B" | "bn" => "billion",
        "t" | "T" | "tn" => "trillion",
        _ => return (None, suffix),
    };
    (Some(magnitude), rest)
}
