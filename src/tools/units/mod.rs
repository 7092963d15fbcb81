//! Conversion of units, with exact factors.

use jiff::ZonedDateTime;
use num_traits::{One, Signed};

use super::arguments::Arguments;
use super::says::fill;
use super::spoken::{About, Number, quantity, readable, split};
use super::{Class, Outcome, Spec, ToolError, Toolbox, declined, optional, required, say};

mod names;
mod table;

use names::Names;
use table::{Kind, Unit};

pub(super) static TOOLS: &[Spec] = &[Spec {
    name: "convert",
    description: "Convert an amount from one unit to another.",
    class: Class::Read,
    parameters: &[
        required("amount", "how much to convert"),
        optional("from", "the unit to convert from"),
        optional("and", "how much of a smaller unit comes to it"),
        optional("and_unit", "the smaller unit"),
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
    let names = Names::of(toolbox.language);
    let (amount, behind) = amount(toolbox, given)?;
    // "ten miles" has the unit behind the number.
    let from = match (given.text("from"), &behind[..]) {
        (None, "") => return Err(ToolError::Missing("the unit to convert from")),
        (Some(from), "") => names.units(from),
        (None, behind) => names.units(behind),
        (Some(from), behind) if split(from).join(" ") == behind => names.units(behind),
        (Some(_), _) => return Err(given.not_understood("amount")),
    };
    let to = names.units(given.required("to")?);
    if from.is_empty() {
        return Err(given.not_understood("from"));
    }
    if to.is_empty() {
        return Err(given.not_understood("to"));
    }
    let Some((from, to)) = of_one_kind(&from, &to) else {
        let (from, to) = (names.name(from[0], false), names.name(to[0], false));
        return declined(fill(&names.cannot, &[("from", from), ("to", to)]));
    };
    let rest = rest(toolbox, names, given, from)?;
    if amount.is_negative() && from.kind != Kind::Temperature {
        let unit = names.name(from, false);
        return declined(fill(&names.negative, &[("unit", unit)]));
    }
    let more = rest.as_ref().map(|(rest, unit)| rest * unit.factor());
    let whole = &amount * from.factor() + more.unwrap_or_default();
    let result = (whole + from.offset() - to.offset()) / to.factor();
    let sentence = if amount.is_one() && rest.is_none() {
        &names.sentence_one
    } else {
        &names.sentence
    };
    let mut parts = vec![said(toolbox, names, &amount, from)];
    parts.extend(rest.map(|(rest, unit)| said(toolbox, names, &rest, unit)));
    let from = toolbox.says().speech.list(&parts);
    let to = said(toolbox, names, &result, to);
    say(fill(sentence, &[("from", &from), ("to", &to)]))
}

/// The amount, and the words behind it. In other languages than English there are none: what stands there is read as
/// numbers are.
fn amount(toolbox: &Toolbox, given: &Arguments) -> Result<(Number, String), ToolError> {
    let words = readable(given.required("amount")?, toolbox.language, About::Numbers);
    let read = quantity(&words, toolbox.words);
    let (amount, used) = read.ok_or_else(|| given.not_understood("amount"))?;
    Ok((amount, words[used..].join(" ")))
}

/// What comes to the amount in a smaller unit: the eleven inches of "five foot eleven".
fn rest(
    toolbox: &Toolbox,
    names: &Names,
    given: &Arguments,
    from: &Unit,
) -> Result<Option<(Number, &'static Unit)>, ToolError> {
    let Some(rest) = given.number("and", toolbox.language)? else {
        return Ok(None);
    };
    if rest.is_negative() || from.kind == Kind::Temperature {
        return Err(given.not_understood("and"));
    }
    let unit = match given.text("and_unit") {
        Some(name) => {
            let is_smaller = |unit: &&Unit| unit.kind == from.kind && unit.factor() < from.factor();
            names.units(name).into_iter().find(is_smaller)
        }
        None => from.smaller(),
    };
    let unit = unit.ok_or_else(|| given.not_understood("and_unit"))?;
    Ok(Some((rest, unit)))
}

/// The first two that convert to each other: a name may be of several units.
fn of_one_kind(
    from: &[&'static Unit],
    to: &[&'static Unit],
) -> Option<(&'static Unit, &'static Unit)> {
    let mut pairs = { from.iter() }.flat_map(|from| to.iter().map(move |to| (*from, *to)));
    let found = pairs.find(|(from, to)| from.kind == to.kind);
    // "How fast is that in miles?" means miles an hour.
    found.or_else(|| {
        Some((
            from[0],
            to[0].per_hour().filter(|to| from[0].kind == to.kind)?,
        ))
    })
}

fn said(toolbox: &Toolbox, names: &Names, amount: &Number, unit: &Unit) -> String {
    let decimals = if amount.abs() < Number::one() {
        DECIMALS_BELOW_ONE
    } else {
        DECIMALS
    };
    let number = toolbox.says().speech.number_to(amount, decimals);
    names.said(&number, unit, amount.is_one())
}
