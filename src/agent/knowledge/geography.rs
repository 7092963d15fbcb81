//! Countries and large cities in other languages than English, where the tool `lookup` has them: a sentence for each aspect,
//! made of the forms of their names (`assets/facts/LANG/countries.tsv`, `cities.tsv`), the sentences of the language
//! (`countries.toml`) and the numbers of GeoNames.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::language::{Language, file_of};
use crate::tools::lookup::{
    CountryName, Land, Town, city_names, country_names, grouped, key, lands, rounded, towns,
};

/// Names are of cities, regions and islands; of a smaller city the name may be meant otherwise. People.
const LARGE_TOWN: u32 = 200_000;

/// An answer, and what it is one to.
#[derive(Debug, PartialEq)]
pub(super) struct Fact {
    pub aspect: &'static str,
    /// Names of the country, of its capital, or of a city.
    pub names: Vec<&'static str>,
    pub sentence: String,
}

/// What a language says of countries. A sentence has `{of}` ("of France") or `{name}`, and what it is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sentences {
    capital: String,
    capital_of: String,
    population: String,
    area: String,
    currency: String,
    languages: String,
    /// Of several neighbours, of one, and of none.
    borders: String,
    border: String,
    no_border: String,
    continent: String,
    /// Of a city: its country, and how many people live there.
    city: String,
    city_population: String,
    /// Between the things of a list, and before the last.
    between: String,
    before_last: String,
    /// A number that is rounded.
    about: String,
    /// Between groups of three digits.
    thousands: String,
    decimal_mark: String,
    /// Words for large numbers, the largest first.
    units: Vec<Unit>,
    /// By the code of GeoNames.
    continents: BTreeMap<String, String>,
    /// By the code of a country: what is said of its continent where it lies on two.
    continents_said: BTreeMap<String, String>,
}

/// A word that counts: "million".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unit {
    from: u32,
    /// `{n}` of it, where that is one, and where it is not.
    one: String,
    several: String,
    /// Before a noun, where that is another form: "millions de".
    before_noun: Option<String>,
}

/// Where a number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Alone,
    BeforeNoun,
}

/// How it is said in a language; English is told by the tool.
fn sentences(language: Language) -> Option<&'static str> {
    let file = file_of!(language, "../../../assets/facts/", "/countries.toml");
    (language != Language::English).then_some(file)
}

/// All that is known of countries and cities in a language.
pub(super) fn facts(language: Language) -> Vec<Fact> {
    let Some(sentences) = sentences(language) else {
        return Vec::new();
    };
    let sentences = Sentences::read(sentences);
    let lands: BTreeMap<&str, Land> = lands().map(|land| (land.iso, land)).collect();
    let names: BTreeMap<&str, CountryName> = country_names(language)
        .map(|name| (name.iso, name))
        .collect();
    let of_countries = names.values().map(|name| match lands.get(name.iso) {
        Some(land) => sentences.facts(*name, land, &names),
        None => Vec::new(),
    });
    let towns = towns(LARGE_TOWN);
    let of_cities = city_names(language).filter_map(|(called, english)| {
        let town = towns.get(&key(english))?;
        Some(sentences.facts_of_city(called, *town, *names.get(town.country)?))
    });
    of_countries.flatten().chain(of_cities.flatten()).collect()
}

impl Sentences {
    fn read(file: &str) -> Self {
        toml::from_str(file).expect("the bundled files are held valid by a test")
    }

    fn facts(
        &self,
        country: CountryName,
        land: &Land,
        others: &BTreeMap<&str, CountryName>,
    ) -> Vec<Fact> {
        let of_it = |aspect, sentence: &str, value: &str| Fact {
            aspect,
            names: country.names().collect(),
            sentence: filled(sentence, (country.name, country.of), value),
        };
        let mut facts = Vec::new();
        if let Some(capital) = country.capitals().next() {
            facts.push(of_it("capital", &self.capital, capital));
            facts.push(Fact {
                aspect: "capital_of",
                names: country.capitals().collect(),
                sentence: filled(&self.capital_of, (country.name, country.of), capital),
            });
        }
        let population = self.count(land.population, Stands::Alone);
        facts.push(of_it("population", &self.population, &population));
        // Some territories have no area in the data.
        if land.area_km2 > 0 {
            facts.push(of_it(
                "area",
                &self.area,
                &self.count(land.area_km2, Stands::BeforeNoun),
            ));
        }
        for (aspect, sentence, value) in [
            ("currency", &self.currency, country.currency),
            ("languages", &self.languages, country.languages),
        ] {
            if !value.is_empty() {
                facts.push(of_it(aspect, sentence, value));
            }
        }
        if let Some(said) = self.continents_said.get(land.iso) {
            facts.push(of_it("continent", said, ""));
        } else if let Some(continent) = self.continents.get(land.continent) {
            facts.push(of_it("continent", &self.continent, continent));
        }
        let neighbours: Vec<&str> = (land.neighbours.iter())
            .filter_map(|iso| Some(others.get(iso)?.name))
            .collect();
        let sentence = match neighbours.len() {
            0 => &self.no_border,
            1 => &self.border,
            _ => &self.borders,
        };
        facts.push(of_it("border", sentence, &self.list(&neighbours)));
        facts
    }

    fn facts_of_city(
        &self,
        names: Vec<&'static str>,
        town: Town,
        country: CountryName,
    ) -> Vec<Fact> {
        let Some(name) = names.first().copied() else {
            return Vec::new();
        };
        let is_capital = country.capitals().any(|capital| names.contains(&capital));
        let where_it_is = if is_capital {
            filled(&self.capital_of, (country.name, country.of), name)
        } else {
            filled(&self.city, (name, country.of), "")
        };
        let where_it_is = Fact {
            aspect: "where",
            names: names.clone(),
            sentence: where_it_is,
        };
        let population = Fact {
            aspect: "population",
            names,
            sentence: filled(
                &self.city_population,
                (name, country.of),
                &self.count(town.population, Stands::Alone),
            ),
        };
        vec![where_it_is, population]
    }

    fn list(&self, names: &[&str]) -> String {
        match names {
            [] => String::new(),
            [only] => (*only).to_owned(),
            [others @ .., last] => {
                format!("{}{}{last}", others.join(&self.between), self.before_last)
            }
        }
    }

    /// "about 67 million": rounded to what one remembers.
    fn count(&self, number: u32, stands: Stands) -> String {
        let Some(rounded) = rounded(number) else {
            return number.to_string();
        };
        let unit = self.units.iter().find(|unit| rounded >= unit.from);
        let said = match unit {
            None => grouped(rounded, &self.thousands),
            Some(unit) => {
                let tenths =
                    (u64::from(rounded) * 10 + u64::from(unit.from) / 2) / u64::from(unit.from);
                let (whole, tenth) = (tenths / 10, tenths % 10);
                let number = match tenth {
                    0 => grouped(whole as u32, &self.thousands),
                    // From ten on nobody remembers tenths.
                    _ if whole >= 10 => grouped(((tenths + 5) / 10) as u32, &self.thousands),
                    tenth => format!("{whole}{}{tenth}", self.decimal_mark),
                };
                let form = match (stands, &unit.before_noun) {
                    (Stands::BeforeNoun, Some(form)) => form,
                    _ if (whole, tenth) == (1, 0) => &unit.one,
                    _ => &unit.several,
                };
                form.replace("{n}", &number)
            }
        };
        self.about.replace("{count}", &said)
    }
}

/// The sentence, with a large first letter.
fn filled(sentence: &str, (name, of): (&str, &str), value: &str) -> String {
    let mut said = sentence.replace("{of}", of).replace("{name}", name);
    for place in [
        "capital",
        "count",
        "currency",
        "languages",
        "list",
        "continent",
    ] {
        said = said.replace(&format!("{{{place}}}"), value);
    }
    let mut letters = said.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_said_as_one_remembers_it() {
        let german = Sentences::read(sentences(Language::German).unwrap());
        for (number, said) in [
            (628, "628"),
            (8_450, "etwa 8.500"),
            (77_006, "etwa 77.000"),
            (999_999, "etwa 1 Million"),
            (8_516_543, "etwa 8,5 Millionen"),
            (66_987_244, "etwa 67 Millionen"),
            (1_000_000_000, "etwa 1 Milliarde"),
            (1_411_778_724, "etwa 1,4 Milliarden"),
        ] {
            assert_eq!(german.count(number, Stands::Alone), said, "{number}");
        }
    }

    #[test]
    fn a_country_is_told_with_its_names_and_numbers() {
        let facts = facts(Language::German);
        let told = |aspect, name| {
            let mut of_it = facts.iter().filter(|fact| fact.aspect == aspect);
            let fact = of_it.find(|fact| fact.names.contains(&name));
            fact.map(|fact| &fact.sentence[..])
        };
        assert_eq!(
            told("capital", "die Schweiz"),
            Some("Die Hauptstadt der Schweiz ist Bern.")
        );
        assert_eq!(
            told("capital_of", "Bern"),
            Some("Bern ist die Hauptstadt der Schweiz.")
        );
        assert_eq!(told("capital", "Bern"), None);
        assert_eq!(
            told("continent", "Frankreich"),
            Some("Der Kontinent von Frankreich ist Europa.")
        );
    }

    #[test]
    fn a_country_on_two_continents_is_said_to_be_on_both() {
        let others = |language: &Language| *language != Language::English;
        for language in Language::all().filter(others) {
            let facts = facts(language);
            let said = |fact: &&Fact| fact.aspect == "continent";
            let said: Vec<&str> = (facts.iter().filter(said))
                .map(|fact| fact.sentence.as_str())
                .collect();
            let sentences = Sentences::read(sentences(language).unwrap());
            for (iso, expected) in &sentences.continents_said {
                assert!(said.contains(&expected.as_str()), "{language}: {iso}");
            }
        }
    }
}
