//! Making the index: the data of GeoNames and the tables of the program become one SQLite file.
//!
//! Invariants: the file has the hash of all that it is made of in its name, so that other data make another
//! file; and a file under that name is whole, since it is written under another one and renamed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, params};
use sha2::{Digest, Sha256};

use crate::hex::hex;

use super::facts::{Country, FactsError};
use super::names::{is_in_latin_letters, key, resembles};
use super::rows::{CityRow, CountryRow, Data, GONE, city_row, country_row};
use super::tables::{CountryNotes, IN_THE_INDEX, Tables};

/// Changes with [`SCHEMA`] and with what is written into it.
const VERSION: u32 = 3;
const PREFIX: &str = "facts-";
/// Of larger cities a misspelled name is recognized.
const LARGE_CITY: u32 = 300_000;

/// A `key` is a name as `names::key` makes it. `facts` is a [`Country`] in JSON.
const SCHEMA: &str = "
CREATE TABLE country (iso TEXT PRIMARY KEY, facts TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE country_name (key TEXT PRIMARY KEY, iso TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE capital_name (key TEXT PRIMARY KEY, iso TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE state (
    country TEXT NOT NULL, code TEXT NOT NULL, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    called TEXT NOT NULL, capital TEXT NOT NULL, capital_key TEXT NOT NULL, PRIMARY KEY (country, code)
) STRICT, WITHOUT ROWID;
CREATE TABLE city (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, state TEXT,
    population INTEGER NOT NULL, zone TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL
) STRICT;
CREATE TABLE city_name (
    key TEXT NOT NULL, city INTEGER NOT NULL, is_main INTEGER NOT NULL, PRIMARY KEY (key, city)
) STRICT, WITHOUT ROWID;
CREATE TABLE large_city (key TEXT PRIMARY KEY, city INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";
const INDEXES: &str = "CREATE INDEX city_of_country ON city (country, population);";

impl Data {
    /// The index of these data in a folder, made if it is not there.
    pub(super) fn index(self, folder: &Path) -> Result<PathBuf, FactsError> {
        let name = self.index_name();
        let path = folder.join(&name);
        if path.is_file() {
            return Ok(path);
        }
        let on_disk = |source| FactsError::NotWritable {
            folder: folder.to_owned(),
            source,
        };
        fs::create_dir_all(folder).map_err(on_disk)?;
        let part = tempfile::NamedTempFile::new_in(folder).map_err(on_disk)?;
        self.write(part.path())?;
        part.as_file().sync_all().map_err(on_disk)?;
        part.persist(&path).map_err(|error| on_disk(error.error))?;
        remove_others(folder, &name);
        Ok(path)
    }

    fn index_name(self) -> String {
        let mut hash = Sha256::new();
        hash.update(VERSION.to_le_bytes());
        let tables = [self.countries, self.cities].into_iter();
        tables
            .chain(IN_THE_INDEX)
            .for_each(|table| hash.update(table));
        format!("{PREFIX}{}.db", &hex(&hash.finalize())[..16])
    }

    fn write(self, path: &Path) -> Result<(), FactsError> {
        let countries: Option<BTreeMap<&str, CountryRow>> =
            self.countries.lines().skip(1).map(country_row).collect();
        let cities: Option<Vec<CityRow>> = self.cities.lines().skip(1).map(city_row).collect();
        let (Some(mut countries), Some(cities)) = (countries, cities) else {
            return Err(FactsError::Damaged);
        };
        countries.retain(|iso, _| !GONE.contains(iso));
        let tables = Tables::bundled();
        let mut connection = Connection::open(path)?;
        // Half a file is never read: it has no name yet.
        connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
        let writing = connection.transaction()?;
        writing.execute_batch(SCHEMA)?;
        write_countries(&writing, &countries, &tables)?;
        write_states(&writing, &tables)?;
        write_cities(&writing, &cities, &tables)?;
        writing.execute_batch(INDEXES)?;
        writing.commit()?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(())
    }
}

/// Indexes of other data or other versions. Another program may be reading one: it can stay.
fn remove_others(folder: &Path, kept: &str) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let is_other = name
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX) && name != kept);
        if is_other && let Err(error) = fs::remove_file(entry.path()) {
            tracing::debug!("the old index {} stays: {error}", entry.path().display());
        }
    }
}

fn write_countries(
    writing: &Transaction,
    rows: &BTreeMap<&str, CountryRow>,
    tables: &Tables,
) -> Result<(), FactsError> {
    let none = CountryNotes::default();
    let notes = |iso: &str| tables.countries.get(iso).unwrap_or(&none);
    let said = |iso: &str| {
        let row = rows.get(iso)?;
        Some(
            notes(iso)
                .said
                .clone()
                .unwrap_or_else(|| row.name.trim().to_owned()),
        )
    };
    let mut country = writing.prepare("INSERT INTO country VALUES (?1, ?2)")?;
    let mut name = writing.prepare("INSERT OR IGNORE INTO country_name VALUES (?1, ?2)")?;
    let mut capital = writing.prepare("INSERT OR IGNORE INTO capital_name VALUES (?1, ?2)")?;
    // What the table itself says goes before what we add.
    for (iso, row) in rows {
        name.execute(params![key(row.name), iso])?;
    }
    for (iso, row) in rows {
        let (notes, said_name) = (notes(iso), said(iso).unwrap_or_default());
        for also in [&said_name].into_iter().chain(&notes.also) {
            name.execute(params![key(also), iso])?;
        }
        let neighbours = row
            .neighbours
            .split(',')
            .filter(|other| !notes.no_border_with.iter().any(|no| no == other));
        let neighbours = neighbours.filter_map(said).collect();
        let mut facts = row.facts(iso, said_name, neighbours, notes, tables);
        facts.belongs_to = notes.belongs_to.as_deref().and_then(said);
        for also in facts.capital.iter().chain(&notes.also_capitals) {
            capital.execute(params![key(also), iso])?;
        }
        let facts = serde_json::to_string(&facts).expect("all its keys are strings");
        country.execute(params![iso, facts])?;
    }
    Ok(())
}

impl CountryRow {
    fn facts(
        &self,
        iso: &str,
        said: String,
        neighbours: Vec<String>,
        notes: &CountryNotes,
        tables: &Tables,
    ) -> Country {
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let (languages, also_languages) = self.languages(notes, tables);
        Country {
            iso: iso.to_owned(),
            said,
            belongs_to: None,
            continent: continent(self.continentcode).map(str::to_owned),
            continent_said: notes.continent_said.clone(),
            capital: notes.capital.clone().or_else(|| filled(self.capital)),
            capital_said: notes.capital_said.clone(),
            area_km2: self.areakm2,
            population: self.population,
            currency: tables
                .currencies
                .get(notes.currency.as_deref().unwrap_or(self.currencycode))
                .cloned()
                .or_else(|| filled(self.currencyname)),
            languages,
            also_languages,
            neighbours,
        }
    }

    /// The names of the languages that most people speak, and of others. In the table the first one is a main
    /// language, and those behind it that are of this country: "fr-BE" is the French of Belgium.
    fn languages(&self, notes: &CountryNotes, tables: &Tables) -> (Vec<String>, Vec<String>) {
        let name = |code: &str| {
            tables
                .languages
                .get(code.split('-').next().unwrap_or_default())
        };
        let is_main = |(place, code): (usize, &str)| {
            if notes.languages.is_empty() {
                place == 0 || code.contains('-')
            } else {
                notes
                    .languages
                    .iter()
                    .any(|main| Some(main.as_str()) == code.split('-').next())
            }
        };
        let (mut main, mut others) = (Vec::new(), Vec::new());
        for (place, code) in self.languages.split(',').enumerate() {
            let Some(name) =
                name(code).filter(|name| !main.contains(*name) && !others.contains(*name))
            else {
                continue;
            };
            if is_main((place, code)) {
                main.push(name.clone())
            } else {
                others.push(name.clone())
            }
        }
        (main, others)
    }
}

/// The continent of a code of GeoNames.
fn continent(code: &str) -> Option<&'static str> {
    Some(match code {
        "AF" => "Africa",
        "AN" => "Antarctica",
        "AS" => "Asia",
        "EU" => "Europe",
        "NA" => "North America",
        "OC" => "Oceania",
        "SA" => "South America",
        _ => return None,
    })
}

fn write_states(writing: &Transaction, tables: &Tables) -> Result<(), FactsError> {
    let mut state = writing.prepare("INSERT INTO state VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    for (country, states) in &tables.states {
        for (code, (name, capital)) in &states.parts {
            let (key, capital_key) = (key(name), key(capital));
            state.execute(params![
                country,
                code,
                key,
                name,
                states.called,
                capital,
                capital_key
            ])?;
        }
    }
    Ok(())
}

fn write_cities(
    writing: &Transaction,
    rows: &[CityRow],
    tables: &Tables,
) -> Result<(), FactsError> {
    let mut city = writing.prepare("INSERT INTO city VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    let mut large = writing.prepare("INSERT OR IGNORE INTO large_city VALUES (?1, ?2)")?;
    // In their order they are written twice as fast.
    let mut names: BTreeMap<(String, i64), bool> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_part_of_a_city(tables)) {
        let (id, name, country) = (row.geonameid, row.english(tables), row.countrycode);
        let (state, population, zone) = (row.state(tables), row.population(tables), row.timezone);
        let place = (row.latitude, row.longitude);
        city.execute(params![
            id, name, country, state, population, zone, place.0, place.1
        ])?;
        let main = key(name);
        if population >= LARGE_CITY {
            large.execute(params![&main, id])?;
        }
        names.insert((main.clone(), id), true);
        let resembling = row.alternatenames.split('|');
        let resembling = resembling.filter(|other| resembles(&key(other), &main));
        let others = [row.name]
            .into_iter()
            .chain(resembling)
            .chain(tables.also(name));
        for other in others.filter(|other| is_in_latin_letters(other)) {
            names.entry((key(other), id)).or_insert(false);
        }
    }
    let mut name = writing.prepare("INSERT INTO city_name VALUES (?1, ?2, ?3)")?;
    for ((key, id), is_main) in names {
        name.execute(params![key, id, is_main])?;
    }
    Ok(())
}
