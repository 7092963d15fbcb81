//! Sums, exact: a third of ninety is thirty. Only roots are rounded, and said "about".
//!
//! `expression` reads what was said; `value` computes.

mod expression;
mod value;

use jiff::ZonedDateTime;

use super::arguments::Arguments;
use super::says::fill;
use super::spoken::{About, readable};
use super::{Class, Outcome, Spec, ToolError, Toolbox, declined, required, say};
use expression::evaluate;
use value::Failure;

pub(super) static TOOLS: &[Spec] = &[Spec {
    name: "calculate",
    description: "Calculate: plus, minus, times, divided by, percent of, powers, roots.",
    class: Class::Read,
    parameters: &[required("expression", "what to calculate")],
    run: calculate,
}];

/// Currencies, one and several: a sum of money is said as money.
const CURRENCIES: [[&str; 2]; 6] = [
    ["dollar", "dollars"],
    ["euro", "euros"],
    ["pound", "pounds"],
    ["cent", "cents"],
    ["pence", "pence"],
    ["franc", "francs"],
];

fn calculate(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let text = given.required("expression")?;
    let mut words = readable(text, toolbox.language, About::Numbers);
    let (says, speech) = (&toolbox.says().calculator, &toolbox.says().speech);
    let currency = take_currency(&mut words);
    let value = match evaluate(&words, toolbox.words) {
        Ok(value) => value,
        Err(Failure::NotUnderstood) => return Err(given.not_understood("expression")),
        Err(Failure::DivisionByZero) => return declined(&says.division_by_zero[..]),
        Err(Failure::TooLarge) => return declined(&says.too_large[..]),
        Err(Failure::NoRoot) => return declined(&says.no_root[..]),
        Err(Failure::NoPower) => return declined(&says.no_power[..]),
    };
    let said = if value.is_exact {
        speech.number(&value.number)
    } else {
        speech.about_number(&value.number)
    };
    let currency = currency.and_then(|name| says.currencies.get(name));
    let currency = currency.map_or(String::new(), |name| format!(" {name}"));
    say(fill(
        &says.result,
        &[("number", &format!("{said}{currency}"))],
    ))
}

/// Takes the words for one currency out; several are left, and then are not understood.
fn take_currency(words: &mut Vec<String>) -> Option<&'static str> {
    let is_there =
        |names: &&[&'static str; 2]| words.iter().any(|word| names.contains(&word.as_str()));
    let names = CURRENCIES.iter().find(is_there)?;
    words.retain(|word| !names.contains(&word.as_str()));
    Some(names[1])
}
