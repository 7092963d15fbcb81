//! What can be asked of something.

/// A fact that can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aspect {
    Capital,
    CapitalOf,
    Population,
    Area,
    Currency,
    Continent,
    Languages,
    Borders,
    Country,
    State,
    TimeZone,
    LargestCity,
    LargestCities,
    Symbol,
    Element,
    AtomicNumber,
    AtomicWeight,
}

/// Each with its names, the first for the description of the tool. A model may write any of them.
const NAMES: &[(Aspect, &[&str])] = &[
    (Aspect::Capital, &["capital", "capital city"]),
    (Aspect::CapitalOf, &["capital of", "is the capital of"]),
    (
        Aspect::Population,
        &["population", "people", "inhabitants", "number of people"],
    ),
    (Aspect::Area, &["area", "size", "surface"]),
    (Aspect::Currency, &["currency", "money"]),
    (Aspect::Continent, &["continent"]),
    (
        Aspect::Languages,
        &["languages", "language", "official language"],
    ),
    (
        Aspect::Borders,
        &[
            "borders",
            "border",
            "neighbours",
            "neighbors",
            "neighbouring countries",
        ],
    ),
    (Aspect::Country, &["country", "location", "place"]),
    (Aspect::State, &["state"]),
    (Aspect::TimeZone, &["time zone", "timezone"]),
    (Aspect::LargestCity, &["largest city", "biggest city"]),
    (
        Aspect::LargestCities,
        &["largest cities", "biggest cities", "cities"],
    ),
    (
        Aspect::Symbol,
        &["symbol", "chemical symbol", "atomic symbol"],
    ),
    (Aspect::Element, &["element", "chemical element"]),
    (Aspect::AtomicNumber, &["atomic number", "number"]),
    (
        Aspect::AtomicWeight,
        &["atomic weight", "atomic mass", "weight", "mass"],
    ),
];

impl Aspect {
    /// The aspect of this name: "time_zone" and "the time zone" are one.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = super::names::key(name);
        let known = NAMES
            .iter()
            .find(|(_, names)| names.contains(&name.as_str()));
        known.map(|(aspect, _)| *aspect)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        let known = NAMES.iter().find(|(aspect, _)| *aspect == self);
        known.map_or("that", |(_, names)| names[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aspect_has_its_name_however_it_is_written() {
        for name in ["time_zone", "Time zone", "the time zone", "timezone"] {
            assert_eq!(Aspect::named(name), Some(Aspect::TimeZone), "{name}");
        }
        assert_eq!(Aspect::named("colour"), None);
    }

    #[test]
    fn no_name_is_of_two_aspects() {
        for (aspect, names) in NAMES {
            for name in *names {
                assert_eq!(Aspect::named(name), Some(*aspect), "{name}");
            }
            assert_eq!(aspect.name(), names[0]);
        }
    }
}
