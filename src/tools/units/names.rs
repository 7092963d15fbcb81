//! What units are called in a language: `assets/tools/LANG/units.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::table::{Kind, UNITS, Unit};
use crate::language::{ByLanguage, Language, file_of};
use crate::tools::lookup::bare;
use crate::tools::spoken::split;

/// The names of a language, and what is said of units in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    /// `{from}` are `{to}`: of an amount, and of one.
    pub sentence: String,
    pub sentence_one: String,
    /// `{from}` cannot become `{to}`.
    pub cannot: String,
    /// There is no negative number of `{unit}`.
    pub negative: String,
    /// Between a number and a name, if it is no space.
    between: Option<String>,
    /// Words before the name of a temperature that may be left out.
    #[serde(default)]
    degrees: Vec<String>,
    /// Words within a name that mean "per".
    #[serde(default)]
    per: Vec<String>,
    /// By the unit's name in the table: one of it, several, and what else it is called.
    units: BTreeMap<String, Vec<String>>,
    #[serde(skip)]
    language: Language,
}

static NAMES: ByLanguage<Names> = ByLanguage::new(Names::read);

impl Names {
    /// Those of a language, read at their first use.
    pub(super) fn of(language: Language) -> &'static Self {
        NAMES.of(language)
    }

    fn read(language: Language) -> Self {
        let file = file_of!(language, "../../../assets/tools/", "/units.toml");
        let names: Self = toml::from_str(file).expect("the bundled names are held valid by a test");
        Self { language, ..names }
    }

    /// The units that a name is of: an ounce is a weight or a volume.
    pub(super) fn units(&self, name: &str) -> Vec<&'static Unit> {
        let mut words = split(name);
        for word in words.iter_mut().skip(1) {
            if self.per.contains(word) {
                "per".clone_into(word);
            }
        }
        let has_degrees = words
            .first()
            .is_some_and(|first| self.degrees.contains(first));
        let name = self.compared(&words.join(" "));
        // "degrees Celsius" is "Celsius".
        let without_degrees = self.compared(&words[usize::from(has_degrees)..].join(" "));
        let is_it = |unit: &&Unit| {
            let mut names = self.names_of(unit).iter().map(|name| self.compared(name));
            names.any(|other| {
                other == name || unit.kind == Kind::Temperature && other == without_degrees
            })
        };
        UNITS.iter().filter(is_it).collect()
    }

    /// One of a unit, or several.
    pub(super) fn name(&self, unit: &Unit, is_one: bool) -> &str {
        let place = if is_one { 0 } else { 1 };
        let names = self.names_of(unit);
        names.get(place).map_or(unit.name, String::as_str)
    }

    /// An amount as it is said, the number being written already: "10 miles".
    pub(super) fn said(&self, number: &str, unit: &Unit, is_one: bool) -> String {
        let between = self.between.as_deref().unwrap_or(" ");
        format!("{number}{between}{}", self.name(unit, is_one))
    }

    fn names_of(&self, unit: &Unit) -> &[String] {
        self.units.get(unit.name).map_or(&[], Vec::as_slice)
    }

    fn compared(&self, name: &str) -> String {
        bare(&split(name).join(" "), self.language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_names_for_every_unit() {
        for language in Language::all() {
            let names = Names::of(language);
            for unit in UNITS {
                let of_unit = names.names_of(unit);
                assert!(of_unit.len() >= 2, "{language}: {}", unit.name);
                for name in of_unit {
                    let is_found = names
                        .units(name)
                        .iter()
                        .any(|found| found.name == unit.name);
                    assert!(is_found, "{language}: {name}");
                }
            }
            assert_eq!(names.units.len(), UNITS.len(), "{language}");
        }
    }

    #[test]
    fn a_name_is_of_one_unit_of_a_kind() {
        for language in [
            Language::German,
            Language::Spanish,
            Language::French,
            Language::Italian,
        ] {
            let names = Names::of(language);
            for name in names.units.values().flatten() {
                let mut kinds: Vec<Kind> = names.units(name).iter().map(|unit| unit.kind).collect();
                let count = kinds.len();
                kinds.dedup();
                assert_eq!(kinds.len(), count, "{language}: {name}");
            }
        }
    }
}
