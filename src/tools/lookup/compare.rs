//! Which of two countries is larger, and which of two places has more people.

use std::cmp::Ordering;

use jiff::ZonedDateTime;

use super::aspect::Aspect;
use super::facts::{Facts, FactsError};
use super::places::capitalized;
use super::rough::say_count;
use super::subject::{Subject, subject};
use crate::tools::arguments::Arguments;
use crate::tools::{Class, Outcome, Spec, ToolError, Toolbox, declined, required, say};

pub(super) const SPEC: Spec = Spec {
    name: "compare",
    description: "Tell which of two countries is larger, or which of two countries or cities has more people \
                  (data of GeoNames).",
    class: Class::Read,
    parameters: &[
        required("what", "area or population"),
        required("one", "a country or city"),
        required("other", "what it is compared with"),
    ],
    run: compare,
};

fn compare(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let facts = super::facts_of(toolbox)?;
    let (one, other) = (
        found(facts, given.required("one")?)?,
        found(facts, given.required("other")?)?,
    );
    let aspect = Aspect::named(given.required("what")?);
    let sizes = match (aspect, &one, &other) {
        // Of cities only the people are known, who are what makes one larger.
        (Some(Aspect::Area), Subject::Country(one), Subject::Country(other)) => {
            Some((one.area_km2, other.area_km2, true))
        }
        (Some(Aspect::Area | Aspect::Population), one, other) => people(one)
            .zip(people(other))
            .map(|(one, other)| (one, other, false)),
        _ => return Err(given.not_understood("what")),
    };
    let Some((of_one, of_other, is_area)) = sizes else {
        return declined("I only know the people of countries and cities.");
    };
    if one == other {
        return declined("These are one and the same place.");
    }
    let (more, less) = (of_one.max(of_other), of_one.min(of_other));
    let (larger, smaller) = match of_one.cmp(&of_other) {
        Ordering::Less => (&other, &one),
        Ordering::Equal | Ordering::Greater => (&one, &other),
    };
    let (larger, smaller) = (capitalized(larger.said()), smaller.said());
    let (more, less) = (say_count(more, false), say_count(less, false));
    say(if is_area {
        format!(
            "{larger} is larger, with {more} square kilometers. {} has {less}.",
            capitalized(smaller)
        )
    } else {
        format!(
            "{larger} has more people, {more}. {} has {less}.",
            capitalized(smaller)
        )
    })
}

fn found(facts: &Facts, name: &str) -> Result<Subject, ToolError> {
    let found: Result<_, FactsError> = subject(facts, name);
    found?.map_or_else(|| declined(format!("I don't have {name} in my data.")), Ok)
}

fn people(of: &Subject) -> Option<u32> {
    match of {
        Subject::Country(country) => Some(country.population),
        Subject::City(found) => Some(found.city.population),
        Subject::State(_) => None,
    }
}
