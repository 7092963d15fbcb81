//! Whom to call in danger, by country, in the words of a language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::data;

/// The numbers of a country; the comments of the file say what each is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    emergency: String,
    police: Option<String>,
    help_line: Option<String>,
    #[serde(default)]
    texts: bool,
}

/// By ISO 3166-1 code, upper case.
static COUNTRIES: LazyLock<BTreeMap<String, Numbers>> =
    LazyLock::new(|| data::read(include_str!("../../../assets/help_lines.toml")));

fn numbers(country: Option<&str>) -> Option<&'static Numbers> {
    COUNTRIES.get(&country?.to_ascii_uppercase())
}

/// How a language says whom to call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallingWords {
    /// "0" to "9".
    digits: [String; 10],
    between_digits: String,
    /// Between groups of digits, where who speaks makes a pause.
    between_groups: String,
    /// `{number}` is for everything.
    emergency: String,
    /// `{number}` is for the ambulance, `{police}` for the police.
    ambulance_and_police: String,
    /// In a country without numbers here.
    any_emergency: String,
    /// `{line}` is what the help line is called.
    help_line: String,
    help_line_takes_texts: String,
    any_help_line: String,
    /// What a help line is called that has no name.
    line: String,
    /// The names of help lines by country.
    lines: BTreeMap<String, String>,
}

impl CallingWords {
    /// The emergency number.
    pub(super) fn emergency(&self, country: Option<&str>) -> String {
        let Some(numbers) = numbers(country) else {
            return self.any_emergency.clone();
        };
        let words = match &numbers.police {
            Some(police) => (self.ambulance_and_police).replace("{police}", &self.spoken(police)),
            None => self.emergency.clone(),
        };
        words.replace("{number}", &self.spoken(&numbers.emergency))
    }

    /// What to do for who may harm themselves.
    pub(super) fn help_line(&self, country: Option<&str>) -> String {
        let known = numbers(country).and_then(|numbers| {
            let number = numbers.help_line.as_ref()?;
            Some((number, numbers.texts))
        });
        let Some((number, takes_texts)) = known else {
            return self.any_help_line.clone();
        };
        let words = if takes_texts {
            &self.help_line_takes_texts
        } else {
            &self.help_line
        };
        let name = country.and_then(|country| self.lines.get(&country.to_ascii_uppercase()));
        words
            .replace("{line}", name.unwrap_or(&self.line))
            .replace("{number}", &self.spoken(number))
    }

    /// A number digit by digit.
    fn spoken(&self, number: &str) -> String {
        let group = |group: &str| {
            let digits = group.chars().filter_map(|digit| digit.to_digit(10));
            let words = digits.map(|digit| &self.digits[digit as usize][..]);
            words.collect::<Vec<_>>().join(&self.between_digits)
        };
        let groups: Vec<String> = number.split(' ').map(group).collect();
        groups.join(&self.between_groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_digits_in_groups_and_every_country_a_code() {
        for (country, numbers) in COUNTRIES.iter() {
            assert!(country.len() == 2 && country.chars().all(|c| c.is_ascii_uppercase()));
            let all = [&numbers.police, &numbers.help_line];
            for number in all.into_iter().flatten().chain([&numbers.emergency]) {
                let is_group =
                    |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
                assert!(number.split(' ').all(is_group), "{country}: {number}");
            }
        }
    }

    #[test]
    fn a_help_line_with_a_name_has_a_number() {
        for language in crate::language::Language::all() {
            for country in data::bundled(language).fixed.whom_to_call.lines.keys() {
                let numbers = numbers(Some(country));
                assert!(numbers.is_some_and(|numbers| numbers.help_line.is_some()));
            }
        }
    }
}
