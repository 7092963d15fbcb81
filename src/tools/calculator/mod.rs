//! Sums, exact: a third of ninety is thirty. Only roots are rounded, and said "about".
//!
//! `expression` reads what was said; `value` computes.

mod expression;
mod value;

use jiff::ZonedDateTime;

use super::arguments::Arguments;
use super::spoken::{say_number, split};
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
    let mut words = split(given.required("expression")?);
    let currency = take_currency(&mut words);
    let value = match evaluate(&words, toolbox.words) {
        Ok(value) => value,
        Err(Failure::NotUnderstood) => return Err(given.not_understood("expression")),
        Err(Failure::DivisionByZero) => return declined("I cannot divide by zero."),
        Err(Failure::TooLarge) => return declined("That number is too large for me."),
        Err(Failure::NoRoot) => {
            return declined("A negative number has no square root that I can say.");
        }
        Err(Failure::NoPower) => return declined("I can only take powers with whole numbers."),
    };
    let said = say_number(&value.number);
    let about = if value.is_exact || said.starts_with("about") {
        ""
    } else {
        "about "
    };
    let currency = currency.map_or(String::new(), |name| format!(" {name}"));
    say(format!("That is {about}{said}{currency}."))
}

/// Takes the words for one currency out; several are left, and then are not understood.
fn take_currency(words: &mut Vec<String>) -> Option<&'static str> {
    let is_there =
        |names: &&[&'static str; 2]| words.iter().any(|word| names.contains(&word.as_str()));
    let names = CURRENCIES.iter().find(is_there)?;
    words.retain(|word| !names.contains(&word.as_str()));
    Some(names[1])
}
