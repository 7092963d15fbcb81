//! Numbers with their units: money, measures, shares of a hundred.

use super::super::word::Context;
use super::number::{Number, number};
use super::times::below;
use super::{Gender, Said, Unit, Words, gender, said};

/// A number with what is written against it: "-$2.5", "20%".
pub(super) struct Glued<'a> {
    pub number: Number,
    /// A sign of money before it; empty if there is none.
    pub front: &'static str,
    pub behind: &'a str,
}

pub(super) fn glued<'a>(core: &'a str, words: &Words) -> Option<Glued<'a>> {
    let bare = core.strip_prefix(['-', '−']).unwrap_or(core);
    let mut signs = words.money.iter().map(|(sign, ..)| *sign);
    let front = signs.find(|sign| bare.starts_with(sign)).unwrap_or("");
    let (mut number, behind) = number(&bare[front.len()..], front.ends_with('$'))?;
    number.negative |= bare.len() < core.len();
    Some(Glued {
        number,
        front,
        behind,
    })
}

/// What a sign stands for.
pub(super) enum Sign<'a> {
    Percent,
    Money(&'a Unit),
    Measure(&'a Unit),
}

impl<'a> Sign<'a> {
    pub fn find(written: &str, words: &'a Words) -> Option<Self> {
        let is_it = |known: &&Unit| known.0 == written;
        match written {
            "%" => Some(Self::Percent),
            _ => (words.money.iter().find(is_it).map(Self::Money))
                .or_else(|| words.units.iter().find(is_it).map(Self::Measure)),
        }
    }

    /// Its name behind several.
    pub fn many(&self, words: &Words) -> &'static str {
        match self {
            Self::Percent => words.percent,
            Self::Money((.., many)) | Self::Measure((.., many)) => many,
        }
    }

    /// The gender of what is counted.
    pub fn gender(&self, words: &Words) -> Option<Gender> {
        match self {
            Self::Percent => None,
            Self::Money((_, one, _)) | Self::Measure((_, one, _)) => {
                Some(gender(one, words).unwrap_or(Gender::Masculine))
            }
        }
    }

    /// A number of it.
    pub fn count(&self, number: &Number, words: &Words) -> String {
        match self {
            Self::Percent => format!("{} {}", number.plain(words), words.percent),
            Self::Money(money) => price(number, money, words),
            Self::Measure(unit) => measure(number, unit, words),
        }
    }
}

fn measure(number: &Number, unit: &Unit, words: &Words) -> String {
    let (_, one, many) = unit;
    let name = if number.is_one() { one } else { many };
    let gender = gender(one, words).unwrap_or(Gender::Masculine);
    joined(&number.counting(gender, name, words), name)
}

/// "veinte euros con cincuenta"
fn price(number: &Number, unit: &Unit, words: &Words) -> String {
    let cents: u64 = format!("{:0<2}", number.fraction).parse().unwrap_or(0);
    if number.fraction.len() > 2 || number.value().is_none() {
        return measure(number, unit, words);
    }
    let whole = Number {
        negative: number.negative,
        whole: number.whole.clone(),
        fraction: String::new(),
    };
    let count = measure(&whole, unit, words);
    match cents {
        0 => count,
        cents => format!("{count} {} {}", words.cents, (words.cardinal)(cents)),
    }
}

/// A count and its noun; "un'" and its noun are one word.
pub(super) fn joined(count: &str, noun: &str) -> String {
    if count.ends_with('\'') {
        format!("{count}{noun}")
    } else {
        format!("{count} {noun}")
    }
}

/// A large number's name behind its digits: "2,5 millones".
pub(super) struct Scale {
    /// With the word that stands between it and a noun: "millones de".
    pub said: String,
    name: &'static str,
    /// It is counted itself: "mil" is not.
    pub is_noun: bool,
    /// How many words it was written as.
    pub words: usize,
}

impl Scale {
    /// Written as words, the first of them `ahead` of the one at hand.
    pub fn find(context: &Context, ahead: usize, words: &Words) -> Option<Self> {
        let word = |ahead: usize| context.next(ahead).map(|word| word.core.to_lowercase());
        let known = |name: &str| words.scales.iter().find(|(known, _)| *known == name);
        let first = word(ahead)?;
        let pair = word(ahead + 1).map(|second| format!("{first} {second}"));
        let (scale, count) = match pair.as_deref().and_then(known) {
            Some(scale) => (scale, 2),
            None => (known(&first)?, 1),
        };
        Some(Self::new(scale, count, words))
    }

    /// Written as a letter or two: "$5M".
    fn short(written: &str, number: &Number, words: &Words) -> Option<Self> {
        let mut known = words.short_scales.iter();
        let (_, one, many) = known.find(|(short, ..)| *short == written)?;
        let name = if number.is_one() { one } else { many };
        let scale = words.scales.iter().find(|(known, _)| known == name)?;
        Some(Self::new(scale, 0, words))
    }

    fn new((name, has_of): &(&'static str, bool), count: usize, words: &Words) -> Self {
        let said = if *has_of {
            format!("{name} {}", words.of_many)
        } else {
            (*name).to_owned()
        };
        Self {
            said,
            name,
            is_noun: *has_of,
            words: count,
        }
    }
}

/// "$2.5 millones", "2,5 millones €", "$5M", "5 M€": a number with a large number's name and its money. The
/// number is `used` words.
pub(super) fn scaled(context: &Context, glued: &Glued, used: usize, words: &Words) -> Option<Said> {
    let number = &glued.number;
    let next = |ahead: usize| context.next(ahead).map_or("", |word| word.core);
    let (short, used) = match glued.behind {
        "" if short_price(next(used), number, words).is_some() => (next(used), used + 1),
        behind => (behind, used),
    };
    let (scale, unit, used) = match short_price(short, number, words) {
        Some((scale, unit)) => (scale, unit, used),
        None => {
            let scale = match short {
                "" => Scale::find(context, used, words)?,
                short => Scale::short(short, number, words)?,
            };
            let used = used + scale.words;
            let mut money = words.money.iter();
            match money.find(|(sign, ..)| *sign == glued.front) {
                Some(unit) => (scale, unit, used),
                None => {
                    let at = used + usize::from(next(used) == words.of_many);
                    let unit = words.money.iter().find(|(sign, ..)| *sign == next(at))?;
                    (scale, unit, at + 1)
                }
            }
        }
    };
    let gender = if scale.is_noun {
        Gender::Masculine
    } else {
        gender(unit.1, words).unwrap_or(Gender::Masculine)
    };
    let count = number.counting(gender, scale.name, words);
    said(format!("{count} {} {}", scale.said, unit.2), used)
}

/// "M€"
fn short_price<'a>(written: &str, number: &Number, words: &'a Words) -> Option<(Scale, &'a Unit)> {
    words.money.iter().find_map(|unit| {
        let short = written.strip_suffix(unit.0)?;
        Some((Scale::short(short, number, words)?, unit))
    })
}

/// "8/10", "3/4 kg", "1/2 l", "1/2 taza"
pub(super) fn fraction(context: &Context, core: &str, words: &Words) -> Option<Said> {
    let (above, under) = core.split_once('/')?;
    let (above, under) = (below(above, 1000)?, below(under, 1000)?);
    let next = context.next(1).map_or("", |next| next.core);
    let sign = Sign::find(next, words);
    let used = 1 + usize::from(sign.is_some());
    if (above, under) != (1, 2) {
        let (above, under) = ((words.cardinal)(above), (words.cardinal)(under));
        let fraction = format!("{above} {} {under}", words.over);
        return match sign {
            Some(sign) => said(format!("{fraction} {}", sign.many(words)), used),
            None => said(fraction, used),
        };
    }
    let (half, halves) = words.half;
    let half = |gender| {
        if gender == Gender::Masculine {
            half
        } else {
            halves
        }
    };
    match sign {
        Some(Sign::Money(unit) | Sign::Measure(unit)) => {
            let gender = gender(unit.1, words).unwrap_or(Gender::Masculine);
            said(format!("{} {}", half(gender), unit.1), used)
        }
        _ => match gender(next, words) {
            Some(gender) => said(half(gender).to_owned(), 1),
            None => said(format!("un {}", half(Gender::Masculine)), 1),
        },
    }
}
