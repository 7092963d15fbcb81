//! What a name means: a country, a city or a state.

use super::facts::{City, Country, Facts, FactsError, State, Within};
use super::names::key;

/// What something was asked about.
#[derive(Debug, PartialEq)]
pub(super) enum Subject {
    Country(Country),
    City(CityFound),
    State(State),
}

/// A city, and what is needed to say which one is meant.
#[derive(Debug, PartialEq)]
pub(super) struct CityFound {
    pub city: City,
    /// Its name in a sentence: as it was asked for, if that is a name of it.
    pub said: String,
    /// Another city of this name that may have been meant.
    pub other: Option<City>,
}

/// Another city is worth a word if it has at least this part of the people of the one that is meant.
const WORTH_A_WORD: u32 = 5;

/// What is no country, and near the name of one.
const NO_PLACES: [&str; 8] = [
    "south america",
    "north america",
    "central america",
    "latin america",
    "eurasia",
    "australasia",
    "oceania",
    "antarctica",
];

/// What the name means: a country before a city, an exact name before one that is near it.
pub(super) fn subject(facts: &Facts, name: &str) -> Result<Option<Subject>, FactsError> {
    if NO_PLACES.contains(&key(name).as_str()) {
        return Ok(None);
    }
    for name in readings(name) {
        if let Some(found) = exact(facts, &name)? {
            return Ok(Some(found));
        }
    }
    // "Indias currency": recognizers leave the apostrophe out. Of cities that would make words of all sorts
    // places: Coin is in Spain.
    if let Some(owner) = name.trim().strip_suffix('s')
        && let Some(country) = facts.country(owner, false)?
    {
        return Ok(Some(Subject::Country(country)));
    }
    near(facts, name)
}

fn exact(facts: &Facts, name: &str) -> Result<Option<Subject>, FactsError> {
    if let Some(country) = facts.country(name, false)? {
        return Ok(Some(Subject::Country(country)));
    }
    let city = city(facts, name)?;
    let state = facts.state(name)?;
    // "Texas" is a state, whatever else was ever called so.
    Ok(match (city, state) {
        (Some(city), Some(state)) if key(&city.city.name).starts_with(&key(&state.name)) => {
            Some(Subject::City(city))
        }
        (_, Some(state)) => Some(Subject::State(state)),
        (city, None) => city.map(Subject::City),
    })
}

fn near(facts: &Facts, name: &str) -> Result<Option<Subject>, FactsError> {
    if let Some(country) = facts.country(name, true)? {
        return Ok(Some(Subject::Country(country)));
    }
    let city = facts.city_near(name)?;
    Ok(city.map(|city| {
        Subject::City(CityFound {
            said: plain(&city.name),
            city,
            other: None,
        })
    }))
}

/// The country of this name, or the one that the city of this name is in.
pub(super) fn country(facts: &Facts, subject: &Subject) -> Result<Option<Country>, FactsError> {
    match subject {
        Subject::Country(country) => Ok(Some(country.clone())),
        Subject::City(found) => facts.country_by_code(&found.city.country),
        Subject::State(state) => facts.country_by_code(&state.country),
    }
}

/// The city of this name: "Paris", "Paris, France", "Paris in Texas".
/// The city of this name, whatever else is called so.
pub(super) fn city(facts: &Facts, name: &str) -> Result<Option<CityFound>, FactsError> {
    let parts = name.split_once(',').or_else(|| name.split_once(" in "));
    if let Some((city, place)) = parts {
        if let Some(state) = facts.state(place)? {
            return Ok(first(facts.cities(city, Within::State(&state))?, city));
        }
        if let Some(country) = facts.country(place, true)? {
            return Ok(first(
                facts.cities(city, Within::Country(&country.iso))?,
                city,
            ));
        }
    }
    Ok(first(facts.cities(name, Within::Anywhere)?, name))
}

/// The city of this name in a country (ISO 3166-1), if no part of the country is named beside it.
pub(super) fn city_of_country(
    facts: &Facts,
    name: &str,
    iso: &str,
) -> Result<Option<CityFound>, FactsError> {
    Ok(first(facts.cities(name, Within::Country(iso))?, name))
}

fn first(cities: Vec<City>, asked: &str) -> Option<CityFound> {
    let mut cities = cities.into_iter();
    let city = cities.next()?;
    let elsewhere = |other: &City| {
        other.country != city.country || other.state.is_some() && other.state != city.state
    };
    let other =
        cities.find(|other| elsewhere(other) && other.population >= city.population / WORTH_A_WORD);
    let said = if key(asked) == key(&city.name) {
        plain(&city.name)
    } else {
        without_article(asked)
    };
    Some(CityFound { city, said, other })
}

/// What comes before a name and is no part of it, unless it is one: "the Republic of the Congo".
const KINDS: [&str; 8] = [
    "state of ",
    "city of ",
    "country of ",
    "province of ",
    "island of ",
    "republic of ",
    "kingdom of ",
    "town of ",
];

/// The name as it was asked for; without what comes before it, and without the ending of a possessive.
pub(super) fn readings(name: &str) -> Vec<String> {
    let name = name.trim();
    let mut readings = vec![name.to_owned()];
    let bare = without_article(name);
    for kind in KINDS {
        if bare
            .get(..kind.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(kind))
        {
            readings.push(bare[kind.len()..].to_owned());
        }
    }
    for ending in ["'s", "\u{2019}s", "'", "\u{2019}"] {
        if let Some(owner) = name.strip_suffix(ending) {
            readings.push(owner.to_owned());
        }
    }
    readings
}

fn without_article(name: &str) -> String {
    let name = name.trim();
    let bare = name
        .strip_prefix("the ")
        .or_else(|| name.strip_prefix("The "));
    bare.unwrap_or(name).to_owned()
}

/// Without accents: English voices speak it better.
pub(super) fn plain(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;
    name.nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .collect()
}
