//! How far one city is from another, along the earth's surface.

use jiff::ZonedDateTime;
use num_traits::ToPrimitive;

use super::facts::{City, Facts, FactsError};
use super::rough::with_commas;
use super::subject::{CityFound, Subject, city, subject};
use crate::tools::arguments::Arguments;
use crate::tools::{Class, Outcome, Spec, ToolError, Toolbox, declined, required, say};

pub(super) const SPEC: Spec = Spec {
    name: "distance",
    description: "Tell how far one city is from another, in a straight line (data of GeoNames).",
    class: Class::Read,
    parameters: &[
        required("from", "the city that it is measured from"),
        required("to", "the city that it is measured to"),
    ],
    run: distance,
};

/// The earth's mean radius. Kilometres.
const RADIUS_KM: f64 = 6_371.0;
const KM_PER_MILE: f64 = 1.609_344;

fn distance(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let facts = super::facts_of(toolbox)?;
    let (from, to) = (given.required("from")?, given.required("to")?);
    let (here, there) = match (found(facts, from)?, found(facts, to)?) {
        (Some(here), Some(there)) => (here, there),
        (None, _) => return declined(unknown(from)),
        (_, None) => return declined(unknown(to)),
    };
    let km = kilometres(&here.city, &there.city);
    let (km, miles) = (rounded(km), rounded(km / KM_PER_MILE));
    say(format!(
        "In a straight line it is about {km} kilometers, or {miles} miles, from {} to {}.",
        here.said, there.said
    ))
}

/// Singapore is a country, too, and has a place all the same.
fn found(facts: &Facts, name: &str) -> Result<Option<CityFound>, FactsError> {
    if let Some(city) = city(facts, name)? {
        return Ok(Some(city));
    }
    Ok(match subject(facts, name)? {
        Some(Subject::City(city)) => Some(city),
        Some(Subject::Country(_) | Subject::State(_)) | None => None,
    })
}

fn unknown(name: &str) -> String {
    format!("I only know distances between cities, and I have no city of the name {name}.")
}

/// By the haversine formula, which is right to half a percent.
fn kilometres(here: &City, there: &City) -> f64 {
    let north = (there.latitude - here.latitude).to_radians();
    let east = (there.longitude - here.longitude).to_radians();
    let across = here.latitude.to_radians().cos() * there.latitude.to_radians().cos();
    let half = (north / 2.0).sin().powi(2) + across * (east / 2.0).sin().powi(2);
    2.0 * RADIUS_KM * half.sqrt().min(1.0).asin()
}

/// As people say it: nobody knows where in a city it begins.
fn rounded(distance: f64) -> String {
    let step = match distance {
        ..50.0 => 1.0,
        ..200.0 => 5.0,
        ..1_000.0 => 10.0,
        _ => 50.0,
    };
    let rounded = (distance / step).round() * step;
    with_commas(rounded.to_u32().unwrap_or_default())
}
