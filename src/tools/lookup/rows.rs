//! The rows of GeoNames' tables that come with the program, as they are read.

use std::collections::HashMap;

use super::names::key;
use super::tables::Tables;

/// Serbia and Montenegro, and the Netherlands Antilles, which are no more.
pub(super) const GONE: [&str; 2] = ["CS", "AN"];

/// The data of GeoNames: `assets/facts/geonames/README.md`. Lines of cells between tabs, the first of which names
/// the columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Data {
    /// The countries.
    pub countries: &'static str,
    /// The cities with 15,000 people or more.
    pub cities: &'static str,
}

/// What comes with the program.
pub(super) const BUNDLED: Data = Data {
    countries: include_str!("../../../assets/facts/geonames/countries.tsv"),
    cities: include_str!("../../../assets/facts/geonames/cities.tsv"),
};

pub(super) struct CountryRow {
    pub name: &'static str,
    pub continentcode: &'static str,
    pub capital: &'static str,
    pub areakm2: u32,
    pub population: u32,
    pub currencycode: &'static str,
    pub currencyname: &'static str,
    pub languages: &'static str,
    pub neighbours: &'static str,
}

pub(super) struct CityRow {
    pub geonameid: i64,
    pub name: &'static str,
    pub countrycode: &'static str,
    pub population: u32,
    pub timezone: &'static str,
    pub admin1code: &'static str,
    pub latitude: f64,
    pub longitude: f64,
    pub alternatenames: &'static str,
}

impl CityRow {
    pub(super) fn is_part_of_a_city(&self, tables: &Tables) -> bool {
        let notes = tables.countries.get(self.countrycode);
        notes.is_some_and(|notes| notes.parts_of_cities.iter().any(|part| part == self.name))
    }

    pub(super) fn english<'a>(&'a self, tables: &'a Tables) -> &'a str {
        match tables.cities.english.get(self.name) {
            Some(name) => name,
            None => self.name,
        }
    }

    /// The code of the part of the country, where its parts are known.
    pub(super) fn state(&self, tables: &Tables) -> Option<&str> {
        let states = tables.states.get(self.countrycode)?;
        let is_known = states.parts.contains_key(self.admin1code);
        is_known.then_some(self.admin1code)
    }

    pub(super) fn population(&self, tables: &Tables) -> u32 {
        let others = tables.cities.populations.get(self.countrycode);
        let other = others.and_then(|cities| cities.get(self.name));
        other.copied().unwrap_or(self.population)
    }
}

/// What the data say of a country, whatever the language.
#[derive(Debug, PartialEq)]
pub(crate) struct Land {
    /// ISO 3166-1.
    pub iso: &'static str,
    /// Its English name in the table.
    pub name: &'static str,
    /// The code of GeoNames: "EU".
    pub continent: &'static str,
    /// Square kilometres; 0 where it is not known.
    pub area_km2: u32,
    /// People.
    pub population: u32,
    /// The codes of the countries that it has a border with.
    pub neighbours: Vec<&'static str>,
}

/// The countries of the data.
pub(crate) fn lands() -> impl Iterator<Item = Land> {
    let notes = Tables::bundled().countries;
    let rows = BUNDLED.countries.lines().skip(1).filter_map(country_row);
    rows.filter(|(iso, _)| !GONE.contains(iso))
        .map(move |(iso, row)| {
            let none = notes
                .get(iso)
                .map_or(&[][..], |notes| &notes.no_border_with);
            let neighbours = row.neighbours.split(',').filter(|other| !other.is_empty());
            Land {
                iso,
                name: row.name.trim(),
                continent: row.continentcode,
                area_km2: row.areakm2,
                population: row.population,
                neighbours: neighbours
                    .filter(|other| !none.iter().any(|no| no == other))
                    .collect(),
            }
        })
}

/// What the data say of a city.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Town {
    /// ISO 3166-1 of its country.
    pub country: &'static str,
    /// People.
    pub population: u32,
}

/// The cities with at least this many people, by their English names as `key` writes them. Where several have one name, the
/// largest is there.
pub(crate) fn towns(least: u32) -> HashMap<String, Town> {
    let tables = Tables::bundled();
    let rows = BUNDLED.cities.lines().skip(1).filter_map(city_row);
    let mut towns: HashMap<String, Town> = HashMap::new();
    for row in rows.filter(|row| row.population >= least && !row.is_part_of_a_city(&tables)) {
        let town = Town {
            country: row.countrycode,
            population: row.population(&tables),
        };
        let english = row.english(&tables);
        for name in std::iter::once(english).chain(tables.also(english)) {
            let known = towns.entry(key(name)).or_insert(town);
            if known.population < town.population {
                *known = town;
            }
        }
    }
    towns
}

/// A country by its ISO code. `None`: the line is no row of the table.
pub(super) fn country_row(line: &'static str) -> Option<(&'static str, CountryRow)> {
    let cells: Vec<&str> = line.split('\t').collect();
    let &[
        iso,
        name,
        continentcode,
        capital,
        areakm2,
        population,
        currencycode,
        currencyname,
        languages,
        neighbours,
    ] = &cells[..]
    else {
        return None;
    };
    // Some territories have no area.
    let row = CountryRow {
        areakm2: areakm2.parse().unwrap_or(0),
        population: population.parse().ok()?,
        name,
        continentcode,
        capital,
        currencycode,
        currencyname,
        languages,
        neighbours,
    };
    Some((iso, row))
}

/// `None`: the line is no row of the table.
pub(super) fn city_row(line: &'static str) -> Option<CityRow> {
    let cells: Vec<&str> = line.split('\t').collect();
    let &[
        geonameid,
        name,
        countrycode,
        population,
        timezone,
        admin1code,
        latitude,
        longitude,
        alternatenames,
    ] = &cells[..]
    else {
        return None;
    };
    Some(CityRow {
        geonameid: geonameid.parse().ok()?,
        population: population.parse().ok()?,
        name,
        countrycode,
        timezone,
        admin1code,
        latitude: latitude.parse().ok()?,
        longitude: longitude.parse().ok()?,
        alternatenames,
    })
}
