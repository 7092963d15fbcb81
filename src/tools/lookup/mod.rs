//! Facts of countries, cities and chemical elements, looked up in data instead of guessed.
//!
//! ```text
//!  assets/facts ─► index (once) ─► facts ─► subject ─► places ─► words
//!  assets/facts/en/elements.toml ────────────────────────► elements ─► words
//! ```
//!
//! Invariant: a name that is not in the data gets no answer but that; one that is near one single name in
//! the data is taken for it, and the answer says which.

mod aspect;
mod compare;
mod distance;
mod elements;
mod facts;
mod index;
mod names;
mod places;
mod rough;
mod rows;
mod subject;
mod tables;
#[cfg(test)]
mod tests;
mod translated;

use jiff::ZonedDateTime;

use super::arguments::Arguments;
use super::{Class, Outcome, Spec, ToolError, Toolbox, declined, optional, required, say};
use aspect::Aspect;

pub use facts::{Facts, FactsError};
pub(super) use names::nearest;
pub(crate) use names::{bare, key};
pub(super) use places::zone;
pub(crate) use rough::{grouped, rounded};
pub(crate) use rows::{Land, Town, lands, towns};
pub(super) use translated::in_english;
pub(crate) use translated::{CountryName, city_names, country_names};

const LOOKUP: Spec = Spec {
    name: "lookup",
    description: "Look up a fact. Of a country or city (data of GeoNames): capital, capital of, population, \
                  area, currency, continent, languages, borders, country, state, time zone, largest city, \
                  largest cities. Of a chemical element: symbol, element, atomic number, atomic weight.",
    class: Class::Read,
    parameters: &[
        required("what", "which fact"),
        required("of", "the country, city or element"),
        optional("exact", "yes, for a number with all its digits"),
    ],
    run: lookup,
};

pub(super) static ENGLISH_TOOLS: &[Spec] = &[LOOKUP, compare::SPEC];

/// Those that know all languages.
pub(super) static TOOLS: &[Spec] = &[distance::SPEC];

/// The data of countries and cities.
///
/// # Errors
/// They could not be read when the program started.
fn facts_of(toolbox: &Toolbox) -> Result<&Facts, ToolError> {
    let unreadable = || declined(&toolbox.says().places.unreadable[..]);
    toolbox.facts.as_ref().map_or_else(unreadable, Ok)
}

fn lookup(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let aspect = Aspect::named(given.required("what")?);
    let aspect = aspect.ok_or_else(|| given.not_understood("what"))?;
    let of = given.required("of")?;
    let answer = match aspect {
        Aspect::Symbol | Aspect::Element | Aspect::AtomicNumber | Aspect::AtomicWeight => {
            elements::about_an_element(aspect, of)
        }
        _ => {
            let facts = facts_of(toolbox)?;
            let exact = given.text("exact").is_some_and(|exact| exact != "no");
            places::about_a_place(facts, aspect, of, exact, now)?
        }
    };
    match answer {
        Some(words) => say(words),
        None => {
            let of = of.strip_suffix("'s").unwrap_or(of);
            declined(format!(
                "I don't have the {} of {of} in my data.",
                aspect.name()
            ))
        }
    }
}
