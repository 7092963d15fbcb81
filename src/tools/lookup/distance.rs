//! How far one city is from another, along the earth's surface.

use jiff::ZonedDateTime;
use num_traits::ToPrimitive;

use super::facts::{City, Facts, FactsError};
use super::rough::with_commas;
use super::subject::{CityFound, Subject, city, subject};
use super::translated::in_english;
use crate::language::Language;
use crate::tools::arguments::Arguments;
use crate::tools::says::fill;
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
    let language = toolbox.language;
    let says = &toolbox.says().places;
    let (from, to) = (given.required("from")?, given.required("to")?);
    let facts = super::facts_of(toolbox)?;
    let find = |name| found(facts, in_english(name, language).unwrap_or(name));
    let (here, there) = match (find(from)?, find(to)?) {
        (Some(here), Some(there)) => (here, there),
        (None, _) => return declined(fill(&says.no_such_city, &[("name", from)])),
        (_, None) => return declined(fill(&says.no_such_city, &[("name", to)])),
    };
    let km = kilometres(&here.city, &there.city);
    let (km, miles) = (rounded(km), rounded(km / KM_PER_MILE));
    // The data know the English names alone, and elsewhere a comma stands before decimals.
    let (km, miles, from, to) = match language {
        Language::English => (
            with_commas(km),
            with_commas(miles),
            &here.said[..],
            &there.said[..],
        ),
        _ => (km.to_string(), miles.to_string(), from, to),
    };
    let known = [
        ("km", &km[..]),
        ("miles", &miles),
        ("from", from),
        ("to", to),
    ];
    say(fill(&says.distance, &known))
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

/// By the haversine formula, which is right to half a percent.
fn kilometres(here: &City, there: &City) -> f64 {
    let north = (there.latitude - here.latitude).to_radians();
    let east = (there.longitude - here.longitude).to_radians();
    let across = here.latitude.to_radians().cos() * there.latitude.to_radians().cos();
    let half = (north / 2.0).sin().powi(2) + across * (east / 2.0).sin().powi(2);
    2.0 * RADIUS_KM * half.sqrt().min(1.0).asin()
}

/// As people say it: nobody knows where in a city it begins.
fn rounded(distance: f64) -> u32 {
    let step = match distance {
        ..50.0 => 1.0,
        ..200.0 => 5.0,
        ..1_000.0 => 10.0,
        _ => 50.0,
    };
    let rounded = (distance / step).round() * step;
    rounded.to_u32().unwrap_or_default()
}
