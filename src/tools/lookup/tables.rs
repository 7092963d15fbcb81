//! The tables that come with the program and complete the data of GeoNames. The comments in the files say what
//! each column is.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

const COUNTRIES: &str = include_str!("../../../assets/facts/en/countries.toml");
const CITIES: &str = include_str!("../../../assets/facts/en/cities.toml");
const CURRENCIES: &str = include_str!("../../../assets/facts/en/currencies.toml");
const LANGUAGES: &str = include_str!("../../../assets/facts/en/languages.toml");
const STATES: &str = include_str!("../../../assets/facts/en/states.toml");
const ELEMENTS: &str = include_str!("../../../assets/facts/en/elements.toml");

/// What of the tables goes into an index.
pub(super) const IN_THE_INDEX: [&str; 5] = [COUNTRIES, CITIES, CURRENCIES, LANGUAGES, STATES];

/// What GeoNames does not say of a country, or says otherwise than people do.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CountryNotes {
    pub said: Option<String>,
    pub also: Vec<String>,
    pub capital: Option<String>,
    pub capital_said: Option<String>,
    pub also_capitals: Vec<String>,
    pub continent_said: Option<String>,
    pub languages: Vec<String>,
    pub currency: Option<String>,
    pub belongs_to: Option<String>,
    pub no_border_with: Vec<String>,
    pub parts_of_cities: Vec<String>,
}

/// What GeoNames says of cities otherwise than it should.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CityNotes {
    /// English names by those of the table.
    pub english: BTreeMap<String, String>,
    /// Other names that people use, by the English one.
    pub also: BTreeMap<String, Vec<String>>,
    /// By country and name.
    pub populations: BTreeMap<String, BTreeMap<String, u32>>,
}

/// The parts of a country.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct States {
    /// "a state of Australia"
    pub called: String,
    /// Name and capital by the code that the table of cities has.
    pub parts: BTreeMap<String, (String, String)>,
}

/// What an index is made of beside the files of GeoNames.
pub(super) struct Tables {
    /// By ISO 3166-1 code.
    pub countries: BTreeMap<String, CountryNotes>,
    pub cities: CityNotes,
    /// By ISO 4217 code.
    pub currencies: BTreeMap<String, String>,
    /// By ISO 639 code.
    pub languages: BTreeMap<String, String>,
    /// By ISO 3166-1 code of the country.
    pub states: BTreeMap<String, States>,
}

impl Tables {
    /// Other names of a city that people use.
    pub(super) fn also(&self, city: &str) -> impl Iterator<Item = &str> {
        let also = self.cities.also.get(city);
        also.into_iter().flatten().map(String::as_str)
    }

    pub(super) fn bundled() -> Self {
        Self {
            countries: read(COUNTRIES),
            cities: read(CITIES),
            currencies: read(CURRENCIES),
            languages: read(LANGUAGES),
            states: read(STATES),
        }
    }
}

/// The chemical elements.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Elements {
    /// Symbol, name and weight, in the order of the atomic numbers.
    pub elements: Vec<(String, String, String)>,
    /// Other spellings of names.
    pub also: BTreeMap<String, String>,
}

impl Elements {
    pub(super) fn bundled() -> Self {
        read(ELEMENTS)
    }
}

fn read<T: DeserializeOwned>(file: &str) -> T {
    toml::from_str(file).expect("the bundled files are held valid by a test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_tables_are_valid() {
        let tables = Tables::bundled();
        assert_eq!(tables.states["US"].parts.len(), 50);
        assert_eq!(Elements::bundled().elements.len(), 118);
        let known = |code: &String| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        assert!(tables.countries.keys().all(known));
        assert!(tables.currencies.keys().all(|code| code.len() == 3));
    }

    #[test]
    fn no_element_is_listed_twice() {
        let elements = Elements::bundled();
        let mut symbols: Vec<&String> = elements.elements.iter().map(|one| &one.0).collect();
        symbols.sort();
        symbols.dedup();
        assert_eq!(symbols.len(), 118);
        let names: Vec<&String> = elements.elements.iter().map(|one| &one.1).collect();
        assert!(elements.also.values().all(|name| names.contains(&name)));
    }
}
