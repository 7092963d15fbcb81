//! Answers about countries, states and cities.

use jiff::ZonedDateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::aspect::Aspect;
use super::facts::{City, Country, Facts, FactsError, State, Within};
use super::names::key;
use super::rough::say_count;
use super::subject::{CityFound, Subject, city_of_country, country, plain, readings, subject};
use crate::tools::places::{self, Place};
use crate::tools::spoken::spell_out;

/// As many cities are listed, where several are asked for.
const CITIES_LISTED: usize = 5;
/// As many languages are named of those that few people speak.
const OTHER_LANGUAGES_NAMED: usize = 3;

/// An answer; none if it is not in the data.
type Answer = Result<Option<String>, FactsError>;

/// A question about a country, a state or a city.
pub(super) fn about_a_place(
    facts: &Facts,
    aspect: Aspect,
    name: &str,
    exact: bool,
    now: &ZonedDateTime,
) -> Answer {
    match aspect {
        Aspect::Capital => capital(facts, name),
        Aspect::CapitalOf => capital_of(facts, name),
        Aspect::TimeZone => time_zone(facts, name, now),
        Aspect::State => {
            // Of a state is asked in America, whatever larger city elsewhere has the name.
            let found = city_of_country(facts, name, "US")?.map(Subject::City);
            match found.map_or_else(|| subject(facts, name), |found| Ok(Some(found)))? {
                Some(found) => about(facts, aspect, &found, exact),
                None => Ok(None),
            }
        }
        _ => {
            let Some(found) = subject(facts, name)? else {
                return Ok(None);
            };
            about(facts, aspect, &found, exact)
        }
    }
}

fn about(facts: &Facts, aspect: Aspect, found: &Subject, exact: bool) -> Answer {
    match (aspect, found) {
        (Aspect::Population, _) => population(facts, found, exact),
        (Aspect::Country | Aspect::State, Subject::City(found)) => {
            whereabouts(facts, found).map(Some)
        }
        (Aspect::Country | Aspect::State, Subject::State(state)) => Ok(Some(format!(
            "{} is {}.",
            capitalized(&state.name),
            state.called
        ))),
        (Aspect::LargestCity | Aspect::LargestCities, Subject::State(state)) => {
            let within = Within::State(state);
            largest(facts, within, &state.name, aspect == Aspect::LargestCities)
        }
        (Aspect::Area, Subject::City(_) | Subject::State(_)) => Ok(None),
        (_, _) => {
            let Some(country) = country(facts, found)? else {
                return Ok(None);
            };
            let answer = of_a_country(facts, aspect, &country, exact)?;
            Ok(match found {
                Subject::City(_) | Subject::State(_) => answer.map(|answer| {
                    format!(
                        "{} is in {}. {answer}",
                        capitalized(found.said()),
                        country.said
                    )
                }),
                Subject::Country(_) => answer,
            })
        }
    }
}

fn of_a_country(facts: &Facts, aspect: Aspect, country: &Country, exact: bool) -> Answer {
    let said = &country.said;
    Ok(match aspect {
        Aspect::Currency => country
            .currency
            .as_ref()
            .map(|currency| format!("The currency of {said} is the {currency}.")),
        Aspect::Country | Aspect::State => belonging(country),
        Aspect::Continent => continent(country),
        Aspect::Languages => languages(country),
        Aspect::Borders => Some(if country.neighbours.is_empty() {
            format!("{} has no neighbour on land.", capitalized(said))
        } else {
            format!(
                "{} borders {}.",
                capitalized(said),
                spell_out(&country.neighbours)
            )
        }),
        Aspect::Area => area(country, exact),
        Aspect::LargestCity | Aspect::LargestCities => {
            let within = Within::Country(&country.iso);
            let of_all = facts.largest_cities(within, 1)?;
            // Of a city that is a country the table lists the districts.
            let is_one_city = of_all
                .iter()
                .any(|city| u64::from(city.population) * 10 > u64::from(country.population) * 9);
            let several = aspect == Aspect::LargestCities && !is_one_city;
            return largest(facts, within, said, several);
        }
        _ => None,
    })
}

fn capital(facts: &Facts, name: &str) -> Answer {
    for name in readings(name) {
        if let Some(state) = facts.state(&name)? {
            let country = facts.country(&name, false)?;
            return Ok(Some(ended(format!(
                "The capital of {} is {}{}",
                state.name,
                state.capital,
                // A country and a state may have one name: Georgia.
                match country.and_then(|country| country.capital) {
                    Some(capital) => format!(", and that of the country of this name is {capital}"),
                    None => String::new(),
                },
            ))));
        }
    }
    let Some(found) = subject(facts, name)? else {
        return Ok(None);
    };
    let Some(country) = country(facts, &found)? else {
        return Ok(None);
    };
    let answer = match (&country.capital_said, &country.capital) {
        (Some(said), _) => said.clone(),
        (None, Some(capital)) => ended(format!("The capital of {} is {capital}", country.said)),
        (None, None) => return Ok(None),
    };
    Ok(Some(match found {
        Subject::City(found) => format!("{} is a city in {}. {answer}", found.said, country.said),
        Subject::Country(_) | Subject::State(_) => answer,
    }))
}

fn capital_of(facts: &Facts, name: &str) -> Answer {
    let country = match facts.country_of_capital(name, false)? {
        None => facts.country_of_capital(name, true)?,
        found => found,
    };
    let state = facts.state_of_capital(name)?;
    let answer = match (country, state) {
        (Some(country), _) => country.capital_said.clone().unwrap_or_else(|| {
            let capital = country.capital.as_deref().unwrap_or(name);
            format!("{capital} is the capital of {}.", country.said)
        }),
        (None, Some(state)) => {
            format!(
                "{} is the capital of {}, {}.",
                state.capital, state.name, state.called
            )
        }
        (None, None) => return no_capital(facts, name),
    };
    Ok(Some(answer))
}

fn no_capital(facts: &Facts, name: &str) -> Answer {
    Ok(match subject(facts, name)? {
        Some(Subject::City(found)) => {
            let place = place(facts, &found.city)?;
            Some(format!(
                "{} is not a capital. It is in {place}.",
                found.said
            ))
        }
        _ => None,
    })
}

fn population(facts: &Facts, found: &Subject, exact: bool) -> Answer {
    Ok(match found {
        // No people is what the table says of places that it does not count.
        Subject::Country(country) => (country.population > 0).then(|| {
            format!(
                "{} has {} people.",
                capitalized(&country.said),
                say_count(country.population, exact)
            )
        }),
        Subject::City(found) if found.city.population > 0 => {
            let people = say_count(found.city.population, exact);
            let place = match state_around(facts, &found.city)? {
                Some(state) => state.name,
                None => place(facts, &found.city)?,
            };
            let other = another(facts, found)?;
            Some(format!(
                "{} in {place} has {people} people.{other}",
                found.said
            ))
        }
        Subject::City(_) | Subject::State(_) => None,
    })
}

fn whereabouts(facts: &Facts, found: &CityFound) -> Result<String, FactsError> {
    let (place, other) = (place(facts, &found.city)?, another(facts, found)?);
    Ok(format!("{} is in {place}.{other}", found.said))
}

/// A word about another city of the name.
fn another(facts: &Facts, found: &CityFound) -> Result<String, FactsError> {
    Ok(match &found.other {
        Some(other) => format!(" There is another one in {}.", place(facts, other)?),
        None => String::new(),
    })
}

/// Where a city is: "France", "Oregon in the United States".
fn place(facts: &Facts, city: &City) -> Result<String, FactsError> {
    let country = facts.country_by_code(&city.country)?;
    let country = country.map_or_else(|| city.country.clone(), |country| country.said);
    Ok(match state_around(facts, city)? {
        Some(state) => format!("{} in {country}", state.name),
        None => country,
    })
}

/// The state of a city, unless they have one name.
fn state_around(facts: &Facts, city: &City) -> Result<Option<State>, FactsError> {
    let state = facts.state_of_city(city)?;
    Ok(state.filter(|state| key(&state.name) != key(&city.name)))
}

fn belonging(country: &Country) -> Option<String> {
    match &country.belongs_to {
        Some(other) => Some(format!(
            "{} belongs to {other}.",
            capitalized(&country.said)
        )),
        None => continent(country),
    }
}

fn continent(country: &Country) -> Option<String> {
    let said = country.continent_said.clone();
    said.or_else(|| {
        let continent = country.continent.as_ref()?;
        Some(format!("{} is in {continent}.", capitalized(&country.said)))
    })
}

fn languages(country: &Country) -> Option<String> {
    let verb = match country.languages.len() {
        0 => return None,
        1 => "is",
        _ => "are",
    };
    let also = &country.also_languages;
    let also = spell_out(&also[..also.len().min(OTHER_LANGUAGES_NAMED)]);
    let also = match also.as_str() {
        "" => String::new(),
        also => format!(" My data also lists {also}."),
    };
    Some(format!(
        "{} {verb} spoken in {}.{also}",
        spell_out(&country.languages),
        country.said
    ))
}

fn area(country: &Country, exact: bool) -> Option<String> {
    // It is whole square kilometres in the table: 0 is less than half of one.
    let size = match country.area_km2 {
        0 => "less than one square kilometre".to_owned(),
        1 => "one square kilometre".to_owned(),
        area => format!("{} square kilometres", say_count(area, exact)),
    };
    Some(format!("The area of {} is {size}.", country.said))
}

fn largest(facts: &Facts, within: Within, said: &str, several: bool) -> Answer {
    let cities = facts.largest_cities(within, CITIES_LISTED)?;
    let names: Vec<String> = cities.iter().map(|city| plain(&city.name)).collect();
    Ok(match (&cities[..], several) {
        ([], _) => None,
        ([_, _, ..], true) => Some(format!(
            "The largest cities of {said} in my data are {}.",
            spell_out(&names)
        )),
        ([largest, ..], _) => Some(format!(
            "The largest city of {said} in my data is {}, with {} people.",
            names[0],
            say_count(largest.population, false)
        )),
    })
}

fn time_zone(facts: &Facts, name: &str, now: &ZonedDateTime) -> Answer {
    Ok(match zone(facts, name)? {
        Place::Zone(zone) => {
            let there = now.with_time_zone(zone).offset().seconds();
            let here = now.offset().seconds();
            let utc = difference(there, "UTC");
            let you = difference(there - here, "you");
            let named = capitalized(&said(facts, name)?);
            Some(format!("{named} is now {utc}, and {you}."))
        }
        Place::SeveralZones => Some(format!(
            "There is more than one time zone in {}.",
            said(facts, name)?
        )),
        Place::Unknown => None,
    })
}

/// How the name is said.
fn said(facts: &Facts, name: &str) -> Result<String, FactsError> {
    Ok(match subject(facts, name)? {
        Some(found) => found.said().to_owned(),
        None => name.to_owned(),
    })
}

/// "9 hours ahead of UTC".
fn difference(seconds: i32, other: &str) -> String {
    let minutes = seconds.unsigned_abs() / 60;
    let unit = |count: u32, unit: &str| match count {
        1 => format!("1 {unit}"),
        _ => format!("{count} {unit}s"),
    };
    let parts: Vec<String> = [(minutes / 60, "hour"), (minutes % 60, "minute")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| unit(count, name))
        .collect();
    match seconds {
        0 => format!("level with {other}"),
        1.. => format!("{} ahead of {other}", spell_out(&parts)),
        _ => format!("{} behind {other}", spell_out(&parts)),
    }
}

/// The time zone of a place: of those that are known without the data, or of the cities.
pub(in crate::tools) fn zone(facts: &Facts, name: &str) -> Result<Place, FactsError> {
    let known = places::find(name);
    if !matches!(known, Place::Unknown) {
        return Ok(known);
    }
    let database = TimeZoneDatabase::bundled();
    let named = |id: &str| database.get(id).ok();
    let within = |within| {
        let zones = facts.zones(within)?;
        Ok(one_zone(zones.iter().filter_map(|id| named(id))))
    };
    match subject(facts, name)? {
        Some(Subject::City(found)) => {
            Ok(named(&found.city.zone).map_or(Place::Unknown, Place::Zone))
        }
        Some(Subject::Country(country)) => within(Within::Country(&country.iso)),
        Some(Subject::State(state)) => within(Within::State(&state)),
        None => Ok(Place::Unknown),
    }
}

fn one_zone(mut zones: impl Iterator<Item = TimeZone>) -> Place {
    match (zones.next(), zones.next()) {
        (Some(zone), None) => Place::Zone(zone),
        (Some(_), Some(_)) => Place::SeveralZones,
        (None, _) => Place::Unknown,
    }
}

/// With a full stop at its end.
fn ended(sentence: String) -> String {
    if sentence.ends_with('.') {
        sentence
    } else {
        sentence + "."
    }
}

/// With a capital at its start.
pub(super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

impl Subject {
    /// Its name in a sentence.
    pub(super) fn said(&self) -> &str {
        match self {
            Subject::Country(country) => &country.said,
            Subject::City(found) => &found.said,
            Subject::State(state) => &state.name,
        }
    }
}
