//! Reading the index: countries, cities and states by the names that people use.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params_from_iter};
use serde::{Deserialize, Serialize};

use super::names::{key, nearest};
use super::rows::{BUNDLED, Data};

/// Why there are no facts.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// A line of the data is none.
    #[error("The data of GeoNames in this program are damaged.")]
    Damaged,
    /// The index cannot be written.
    #[error(
        "The index of facts cannot be written in {folder}: {source}. Give it write permission and space."
    )]
    NotWritable {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Reading the index failed.
    #[error("I could not read my data.")]
    Failed(#[from] rusqlite::Error),
}

/// What is known of countries and cities.
pub struct Facts {
    connection: Connection,
}

/// What is known of a country.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Country {
    /// ISO 3166-1.
    pub iso: String,
    /// Its name in a sentence, with its article.
    pub said: String,
    /// The country that it belongs to, as it is said.
    pub belongs_to: Option<String>,
    pub continent: Option<String>,
    /// The whole answer, where one name is not the truth.
    pub continent_said: Option<String>,
    pub capital: Option<String>,
    /// The whole answer, where one name is not the truth.
    pub capital_said: Option<String>,
    pub area_km2: u32,
    pub population: u32,
    /// Its English name.
    pub currency: Option<String>,
    /// The English names of those that most people speak.
    pub languages: Vec<String>,
    /// The English names of others.
    pub also_languages: Vec<String>,
    /// Their names in a sentence.
    pub neighbours: Vec<String>,
}

/// What is known of a city.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct City {
    pub name: String,
    /// ISO 3166-1.
    pub country: String,
    /// The code of the part of the country, where its parts are known.
    pub state: Option<String>,
    pub population: u32,
    /// The name of its zone in the tz database.
    pub zone: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// A part of a country: a state, a province.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    /// ISO 3166-1 code of the country.
    pub country: String,
    pub code: String,
    pub name: String,
    /// "a state of Australia"
    pub called: String,
    pub capital: String,
}

/// Where a city is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Within<'a> {
    Anywhere,
    /// ISO 3166-1.
    Country(&'a str),
    State(&'a State),
}

/// Pages of the index that are kept beside the system's, as SQLite counts them: negative KiB.
const CACHE: i32 = -256;

impl Facts {
    /// The facts that come with the program. Their index is in this folder; it is made if it is not there, or
    /// damaged.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn open(folder: &Path) -> Result<Self, FactsError> {
        Self::of(BUNDLED, folder)
    }

    /// The same of these data.
    pub(super) fn of(data: Data, folder: &Path) -> Result<Self, FactsError> {
        let path = data.index(folder)?;
        match Self::read(&path) {
            Ok(facts) => Ok(facts),
            Err(error) => {
                tracing::warn!(
                    "the index of facts {} is made again: {error}",
                    path.display()
                );
                std::fs::remove_file(&path).map_err(|source| FactsError::NotWritable {
                    folder: folder.to_owned(),
                    source,
                })?;
                Self::read(&data.index(folder)?)
            }
        }
    }

    fn read(path: &Path) -> Result<Self, FactsError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        // The system keeps the file's pages anyway: a second copy of all that was ever looked up is not wanted.
        connection.pragma_update(None, "cache_size", CACHE)?;
        let facts = Self { connection };
        // A file that is none fails here.
        facts.country_by_code("US")?;
        Ok(facts)
    }

    pub(super) fn country_by_code(&self, iso: &str) -> Result<Option<Country>, FactsError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT facts FROM country WHERE iso = ?1")?;
        let facts: Option<String> = query.query_row([iso], |row| row.get(0)).optional()?;
        Ok(facts.and_then(|facts| serde_json::from_str(&facts).ok()))
    }

    /// The country of this name; with `mended`, of a name that is near it.
    pub(super) fn country(&self, name: &str, mended: bool) -> Result<Option<Country>, FactsError> {
        match self.code_in("country_name", name, mended)? {
            Some(iso) => self.country_by_code(&iso),
            None => Ok(None),
        }
    }

    /// The country whose capital this is.
    pub(super) fn country_of_capital(
        &self,
        name: &str,
        mended: bool,
    ) -> Result<Option<Country>, FactsError> {
        match self.code_in("capital_name", name, mended)? {
            Some(iso) => self.country_by_code(&iso),
            None => Ok(None),
        }
    }

    fn code_in(&self, table: &str, name: &str, mended: bool) -> Result<Option<String>, FactsError> {
        let key = key(name);
        if !mended {
            let query = format!("SELECT iso FROM {table} WHERE key = ?1");
            let mut query = self.connection.prepare_cached(&query)?;
            return Ok(query.query_row([key], |row| row.get(0)).optional()?);
        }
        let mut query = self
            .connection
            .prepare_cached(&format!("SELECT key, iso FROM {table}"))?;
        let names = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let names: Vec<(String, String)> = names.collect::<Result<_, _>>()?;
        Ok(nearest(&key, names))
    }

    pub(super) fn state(&self, name: &str) -> Result<Option<State>, FactsError> {
        self.state_where("key = ?1", &[&key(name)])
    }

    /// The state that a city is in.
    pub(super) fn state_of_city(&self, city: &City) -> Result<Option<State>, FactsError> {
        match &city.state {
            Some(code) => self.state_where("country = ?1 AND code = ?2", &[&city.country, code]),
            None => Ok(None),
        }
    }

    pub(super) fn state_of_capital(&self, name: &str) -> Result<Option<State>, FactsError> {
        self.state_where("capital_key = ?1", &[&key(name)])
    }

    fn state_where(&self, condition: &str, values: &[&str]) -> Result<Option<State>, FactsError> {
        let query =
            format!("SELECT country, code, name, called, capital FROM state WHERE {condition}");
        let mut query = self.connection.prepare_cached(&query)?;
        let state = |row: &Row| {
            Ok(State {
                country: row.get(0)?,
                code: row.get(1)?,
                name: row.get(2)?,
                called: row.get(3)?,
                capital: row.get(4)?,
            })
        };
        Ok(query
            .query_row(params_from_iter(values), state)
            .optional()?)
    }

    /// The cities of this name, the one that is most likely meant first.
    pub(super) fn cities(&self, name: &str, within: Within) -> Result<Vec<City>, FactsError> {
        let mut query = self.connection.prepare_cached(
            "SELECT name, country, state, population, zone, latitude, longitude, is_main FROM city_name JOIN city ON city = id
             WHERE key = ?1",
        )?;
        let rows = query.query_map([key(name)], |row| Ok((city(row)?, row.get::<_, bool>(7)?)))?;
        let mut cities: Vec<(City, bool)> = rows.collect::<Result<_, _>>()?;
        cities.retain(|(city, _)| match within {
            Within::Anywhere => true,
            Within::Country(iso) => city.country == iso,
            Within::State(state) => {
                city.country == state.country && city.state.as_ref() == Some(&state.code)
            }
        });
        // Islamabad is a name of Chittagong, too.
        cities.sort_by_key(|(city, is_main)| (!is_main, Reverse(city.population)));
        Ok(cities.into_iter().map(|(city, _)| city).collect())
    }

    /// The large city whose name is near this one.
    pub(super) fn city_near(&self, name: &str) -> Result<Option<City>, FactsError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT key, city FROM large_city")?;
        let names = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let names: Vec<(String, i64)> = names.collect::<Result<_, _>>()?;
        let Some(id) = nearest(&key(name), names) else {
            return Ok(None);
        };
        let mut query = self.connection.prepare_cached(
            "SELECT name, country, state, population, zone, latitude, longitude FROM city WHERE id = ?1",
        )?;
        Ok(query.query_row([id], city).optional()?)
    }

    /// The largest cities of a place, the largest first.
    pub(super) fn largest_cities(
        &self,
        within: Within,
        count: usize,
    ) -> Result<Vec<City>, FactsError> {
        let (condition, values) = condition(within);
        let mut query = self.connection.prepare_cached(&format!(
            "SELECT name, country, state, population, zone, latitude, longitude FROM city WHERE {condition}
             ORDER BY population DESC"
        ))?;
        let cities = query.query_map(params_from_iter(values), city)?;
        Ok(cities.take(count).collect::<Result<_, _>>()?)
    }

    /// The time zones of the cities of a place.
    pub(super) fn zones(&self, within: Within) -> Result<BTreeSet<String>, FactsError> {
        let (condition, values) = condition(within);
        let query = format!("SELECT DISTINCT zone FROM city WHERE {condition}");
        let mut query = self.connection.prepare_cached(&query)?;
        let zones = query.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(zones.collect::<Result<_, _>>()?)
    }
}

/// What is true of the cities within a place, in SQL, and its parameters.
fn condition(within: Within<'_>) -> (&'static str, Vec<&str>) {
    match within {
        Within::Anywhere => ("true", Vec::new()),
        Within::Country(iso) => ("country = ?1", vec![iso]),
        Within::State(state) => (
            "country = ?1 AND state = ?2",
            vec![&state.country, &state.code],
        ),
    }
}

fn city(row: &Row) -> rusqlite::Result<City> {
    Ok(City {
        name: row.get(0)?,
        country: row.get(1)?,
        state: row.get(2)?,
        population: row.get(3)?,
        zone: row.get(4)?,
        latitude: row.get(5)?,
        longitude: row.get(6)?,
    })
}
