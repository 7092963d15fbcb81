//! Conversion of units, with exact factors.

use jiff::ZonedDateTime;
use num_traits::{One, Signed};

use super::arguments::Arguments;
use super::spoken::{Number, quantity, say_number_to, split};
use super::{Class, Outcome, Spec, ToolError, Toolbox, declined, optional, required, say};

mod table;

use table::{Kind, UNITS, Unit};

pub(super) static TOOLS: &[Spec] = &[Spec {
    name: "convert",
    description: "Convert an amount from one unit to another.",
    class: Class::Read,
    parameters: &[
        required("amount", "how much to convert"),
        optional("from", "the unit to convert from"),
        required("to", "the unit to convert to"),
    ],
    run: convert,
}];

/// Larger amounts are said with two decimals, smaller ones with more.
const DECIMALS: u32 = 2;
const DECIMALS_BELOW_ONE: u32 = 4;

fn convert(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let words = split(given.required("amount")?);
    let (amount, used) =
        quantity(&words, toolbox.words).ok_or_else(|| given.not_understood("amount"))?;
    // "ten miles" has the unit behind the number.
    let behind = words[used..].join(" ");
    let from = match (given.text("from"), behind.as_str()) {
        (None, "") => return Err(ToolError::Missing("the unit to convert from")),
        (Some(from), "") => units(from),
        (None, behind) => units(behind),
        (Some(from), behind) if split(from).join(" ") == behind => units(behind),
        (Some(_), _) => return Err(given.not_understood("amount")),
    };
    let to = units(given.required("to")?);
    if from.is_empty() {
        return Err(given.not_understood("from"));
    }
    if to.is_empty() {
        return Err(given.not_understood("to"));
    }
    // A name may be of several units: an ounce is a weight or a volume.
    let pairs = from
        .iter()
        .flat_map(|from| to.iter().map(move |to| (*from, *to)));
    // "How fast is that in miles?" means miles an hour.
    let a_length_is_asked_of_a_speed =
        from[0].kind == Kind::Speed && ["miles", "kilometres"].contains(&to[0].several);
    let per_hour = units(&format!("{} per hour", to[0].several));
    let pairs = pairs.chain(
        (per_hour.first().filter(|_| a_length_is_asked_of_a_speed)).map(|to| (from[0], *to)),
    );
    let Some((from, to)) = pairs.into_iter().find(|(from, to)| from.kind == to.kind) else {
        let (from, to) = (from[0].several, to[0].several);
        return declined(format!("I cannot convert {from} to {to}."));
    };
    if amount.is_negative() && from.kind != Kind::Temperature {
        return declined(format!("There is no negative number of {}.", from.several));
    }
    let result = (&amount * from.factor() + from.offset() - to.offset()) / to.factor();
    let verb = if amount.is_one() { "is" } else { "are" };
    say(format!(
        "{} {verb} {}.",
        said(&amount, from),
        said(&result, to)
    ))
}

fn units(name: &str) -> Vec<&'static Unit> {
    let mut words = split(name);
    // "miles an hour" are "miles per hour".
    for word in words.iter_mut().skip(1) {
        if word == "a" || word == "an" {
            *word = "per".to_owned();
        }
    }
    let start = usize::from(
        words
            .first()
            .is_some_and(|word| word == "degrees" || word == "degree"),
    );
    let name = words.join(" ");
    // "degrees Celsius" is "Celsius".
    let bare = words[start..].join(" ");
    let is_it = |unit: &&Unit| {
        let names = [unit.single, unit.several];
        let others = unit.others.iter();
        let mut all = names.iter().chain(others).map(|name| name.to_lowercase());
        all.any(|other| other == name || unit.kind == Kind::Temperature && other == bare)
    };
    UNITS.iter().filter(is_it).collect()
}

fn said(amount: &Number, unit: &Unit) -> String {
    let decimals = if amount.abs() < Number::one() {
        DECIMALS_BELOW_ONE
    } else {
        DECIMALS
    };
    let name = if amount.is_one() {
        unit.single
    } else {
        unit.several
    };
    format!("{} {name}", say_number_to(amount, decimals))
}
