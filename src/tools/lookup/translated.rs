//! Names of countries and cities in other languages than English: what the data of GeoNames, which know the English ones,
//! are asked with, and the forms that sentences about countries are made of.

use std::collections::HashMap;

use super::names::bare;
use super::rows::lands;
use crate::language::{ByLanguage, Language};

/// How a country is called in a language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CountryName {
    /// ISO 3166-1.
    pub iso: &'static str,
    /// In the middle of a sentence, with its article.
    pub name: &'static str,
    /// "of France"
    pub of: &'static str,
    /// Other names, between `|`.
    also: &'static str,
    /// Its capital; empty where it is not one city. Other names of that stand behind `|`.
    capital: &'static str,
    /// Behind "is"; empty where it is not told.
    pub currency: &'static str,
    /// What most people speak there, as it stands in a sentence.
    pub languages: &'static str,
}

/// The columns of `countries.tsv`.
const OF_COUNTRIES: &str = "iso\tname\tof\talso\tcapital\tcurrency\tlanguages";
/// The columns of `cities.tsv`: a place, other names of it between `|`, and the English one.
const OF_CITIES: &str = "name\talso\tenglish";

/// Before the English name of a city: the place is another one, with the time of that.
const AS: &str = "as ";

/// The files of a language: countries, cities.
type Files = (&'static str, &'static str);

macro_rules! files {
    ($code:literal) => {
        (
            include_str!(concat!("../../../assets/facts/", $code, "/countries.tsv")),
            include_str!(concat!("../../../assets/facts/", $code, "/cities.tsv")),
        )
    };
}

/// The files of a language; English names are those of the data.
fn files(language: Language) -> Option<Files> {
    match language {
        Language::English => None,
        Language::German => Some(files!("de")),
        Language::Spanish => Some(files!("es")),
        Language::French => Some(files!("fr")),
        Language::Italian => Some(files!("it")),
        Language::Chinese => Some(files!("zh")),
    }
}

/// The countries, as a language calls them; none in English, whose names the data have.
pub(crate) fn country_names(language: Language) -> impl Iterator<Item = CountryName> {
    let rows = files(language).into_iter();
    rows.flat_map(|(countries, _)| rows_of(countries, OF_COUNTRIES))
        .map(
            |[iso, name, of, also, capital, currency, languages]| CountryName {
                iso,
                name,
                of,
                also,
                capital,
                currency,
                languages,
            },
        )
}

impl CountryName {
    /// All names of the country.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(names(self.also))
    }

    /// All names of its capital, the one that is said first; none where it is not one city.
    pub(crate) fn capitals(self) -> impl Iterator<Item = &'static str> {
        names(self.capital)
    }
}

/// What the data call a place that this language calls so: "Tokyo" for "Tokio". `None`: it may have no other name.
pub(in crate::tools) fn in_english(name: &str, language: Language) -> Option<&'static str> {
    static NAMES: ByLanguage<HashMap<String, &str>> = ByLanguage::new(english_names);
    NAMES.of(language).get(&bare(name, language)).copied()
}

/// The cities that a language has names for: all of these, the one that is said first, and what the data call it.
pub(crate) fn city_names(
    language: Language,
) -> impl Iterator<Item = (Vec<&'static str>, &'static str)> {
    places(language).filter(|(_, english)| !english.starts_with(AS))
}

/// The same, and regions and islands, with the city whose time they have.
fn places(language: Language) -> impl Iterator<Item = (Vec<&'static str>, &'static str)> {
    let cities = files(language).into_iter();
    let rows = cities.flat_map(|(_, cities)| rows_of(cities, OF_CITIES));
    rows.map(|[name, also, english]| (names(name).chain(names(also)).collect(), english))
}

fn english_names(language: Language) -> HashMap<String, &'static str> {
    let lands: HashMap<&str, &str> = lands().map(|land| (land.iso, land.name)).collect();
    let countries = country_names(language).filter_map(|country| {
        let english = lands.get(country.iso)?;
        Some(country.names().map(|name| (name, *english)))
    });
    let places = places(language).flat_map(|(names, english)| {
        let english = english.strip_prefix(AS).unwrap_or(english);
        names.into_iter().map(move |name| (name, english))
    });
    // A city goes before a country: Luxembourg and Singapore are both, and have one time.
    let all = countries.flatten().chain(places);
    all.map(|(name, english)| (bare(name, language), english))
        .collect()
}

fn names(joined: &'static str) -> impl Iterator<Item = &'static str> {
    joined.split('|').filter(|name| !name.is_empty())
}

/// The cells of each line but the first, which names the columns.
fn rows_of<const COLUMNS: usize>(
    table: &'static str,
    head: &str,
) -> impl Iterator<Item = [&'static str; COLUMNS]> {
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some(head),
        "the bundled files are held valid by a test"
    );
    lines.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        cells
            .try_into()
            .expect("the bundled files are held valid by a test")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::places::Place;

    /// Those beside English.
    fn others() -> impl Iterator<Item = Language> {
        Language::all().filter(|language| *language != Language::English)
    }

    #[test]
    fn every_language_calls_the_same_countries() {
        for language in others() {
            let mut codes: Vec<&str> = country_names(language).map(|one| one.iso).collect();
            codes.sort_unstable();
            let count = codes.len();
            codes.dedup();
            assert_eq!(codes.len(), count, "{language}: a country stands twice");
            assert!(count >= 190, "{language}: {count} countries");
            let known: Vec<&str> = lands().map(|land| land.iso).collect();
            let unknown = codes.into_iter().find(|code| !known.contains(code));
            assert_eq!(unknown, None, "{language}");
        }
    }

    #[test]
    fn no_form_of_a_country_is_empty() {
        for language in others() {
            for country in country_names(language) {
                assert!(
                    !country.name.is_empty() && !country.of.is_empty(),
                    "{country:?}"
                );
            }
        }
    }

    #[test]
    fn every_place_has_a_time_in_the_data() {
        let folder = tempfile::tempdir().unwrap();
        let facts = crate::tools::lookup::Facts::open(folder.path()).unwrap();
        let mut unknown = Vec::new();
        for language in others() {
            for (name, english) in english_names(language) {
                let place = crate::tools::lookup::zone(&facts, english).unwrap();
                if matches!(place, Place::Unknown) {
                    unknown.push(format!("{language}: {name} ({english})"));
                }
            }
        }
        assert!(unknown.is_empty(), "{unknown:#?}");
    }
}
