//! What is answered, by what was asked for and of what.

use serde_json::{Map, Value};

use super::*;
use crate::tools::lookup::facts::Within;

/// What is asked for, of what, and the whole answer.
fn answers(expected: &[(&str, &str, &str)]) {
    let (mut toolbox, _folder) = toolbox();
    for (what, of, answer) in expected {
        let given = [("what", *what), ("of", *of)];
        assert_eq!(
            said(&mut toolbox, &lookup(&given)),
            *answer,
            "{what} of {of}"
        );
    }
}

fn lookup(given: &[(&str, &str)]) -> Call {
    let arguments = given
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Value::from(*text)));
    Call {
        name: "lookup".into(),
        arguments: arguments.collect::<Map<_, _>>(),
    }
}

#[test]
fn a_country_has_its_capital_and_a_capital_its_country() {
    answers(&[
        ("capital", "France", "The capital of France is Paris."),
        (
            "capital",
            "the USA",
            "The capital of the United States is Washington, D.C.",
        ),
        (
            "capital_of",
            "canberra",
            "Canberra is the capital of Australia.",
        ),
        (
            "capital of",
            "Sacramento",
            "Sacramento is the capital of California, a state of the United States.",
        ),
        (
            "capital of",
            "Munich",
            "Munich is not a capital. It is in Germany.",
        ),
    ]);
}

#[test]
fn where_one_capital_is_not_the_truth_the_truth_is_said() {
    answers(&[
        (
            "capital",
            "South Africa",
            "South Africa has three capitals: Pretoria, Cape Town and Bloemfontein.",
        ),
        (
            "capital of",
            "La Paz",
            "The capital of Bolivia is Sucre by its constitution; the government sits in La Paz.",
        ),
        (
            "capital",
            "Georgia",
            "The capital of Georgia is Atlanta, and that of the country of this name is Tbilisi.",
        ),
    ]);
}

#[test]
fn a_country_has_many_names() {
    let names = [
        "the Ivory Coast",
        "Ivory Coast",
        "Côte d'Ivoire",
        "Cote d\u{2019}Ivoire",
    ];
    let expected = names.map(|name| {
        (
            "capital",
            name,
            "The capital of the Ivory Coast is Yamoussoukro.",
        )
    });
    answers(&expected);
    let names = [
        "America",
        "the States",
        "the U.S.",
        "USA",
        "the United States of America",
        "America's",
    ];
    let expected = names.map(|name| {
        (
            "currency",
            name,
            "The currency of the United States is the US dollar.",
        )
    });
    answers(&expected);
}

#[test]
fn a_misspelled_name_is_mended_if_it_can_be_one_only() {
    answers(&[
        ("capital", "Azerbajan", "The capital of Azerbaijan is Baku."),
        (
            "currency",
            "Columbia",
            "The currency of Colombia is the Colombian peso.",
        ),
        (
            "atomic number",
            "uraniun",
            "The atomic number of uranium is 92.",
        ),
        (
            "atomic number",
            "calsium",
            "! I don't have the atomic number of calsium in my data.",
        ),
    ]);
}

#[test]
fn what_is_not_in_the_data_is_said_so() {
    answers(&[
        (
            "capital",
            "Wakanda",
            "! I don't have the capital of Wakanda in my data.",
        ),
        (
            "capital",
            "Antarctica",
            "! I don't have the capital of Antarctica in my data.",
        ),
        (
            "population",
            "Texas",
            "! I don't have the population of Texas in my data.",
        ),
        (
            "area",
            "Berlin",
            "! I don't have the area of Berlin in my data.",
        ),
        ("colour", "France", "! I did not understand which fact."),
    ]);
}

#[test]
fn people_are_counted_roughly_unless_all_digits_are_asked_for() {
    answers(&[
        (
            "population",
            "France",
            "France has about 67 million people.",
        ),
        (
            "population",
            "Munich",
            "Munich in Germany has about 1.5 million people.",
        ),
    ]);
    let (mut toolbox, _folder) = toolbox();
    let exact = lookup(&[("what", "population"), ("of", "France"), ("exact", "yes")]);
    assert_eq!(said(&mut toolbox, &exact), "France has 66,987,244 people.");
}

#[test]
fn of_cities_of_one_name_the_largest_is_meant_and_another_large_one_is_named() {
    answers(&[
        ("country", "Paris", "Paris is in France."),
        (
            "country",
            "Paris, Texas",
            "Paris is in Texas in the United States.",
        ),
        (
            "country",
            "San Jose",
            "San Jose is in California in the United States. There is another one in Costa Rica.",
        ),
        (
            "population",
            "Cologne",
            "Cologne in Germany has about 1 million people.",
        ),
    ]);
}

#[test]
fn a_city_is_asked_about_for_its_country() {
    answers(&[
        (
            "currency",
            "Krakow",
            "Krakow is in Poland. The currency of Poland is the Polish zloty.",
        ),
        (
            "languages",
            "Scotland",
            "Scotland is in the United Kingdom. English and Welsh are spoken in the United Kingdom. My data \
             also lists Scottish Gaelic.",
        ),
    ]);
}

#[test]
fn a_country_has_a_size_a_place_languages_and_neighbours() {
    answers(&[
        (
            "area",
            "Vatican City",
            "The area of Vatican City is less than one square kilometre.",
        ),
        (
            "area",
            "France",
            "The area of France is about 547,000 square kilometres.",
        ),
        (
            "continent",
            "Turkey",
            "Turkey is in Asia, and a small part of it in Europe.",
        ),
        ("continent", "Peru", "Peru is in South America."),
        (
            "languages",
            "Belgium",
            "Dutch, French and German are spoken in Belgium.",
        ),
        (
            "borders",
            "the United States",
            "The United States borders Canada and Mexico.",
        ),
        ("borders", "Cuba", "Cuba has no neighbour on land."),
        ("country", "Greenland", "Greenland belongs to Denmark."),
    ]);
}

#[test]
fn a_time_zone_is_told_by_its_distance() {
    answers(&[
        (
            "time zone",
            "Tokyo",
            "Tokyo is now 9 hours ahead of UTC, and 9 hours ahead of you.",
        ),
        (
            "time zone",
            "London",
            "London is now level with UTC, and level with you.",
        ),
        (
            "time zone",
            "Hawaii",
            "Hawaii is now 10 hours behind UTC, and 10 hours behind you.",
        ),
        (
            "time zone",
            "Russia",
            "There is more than one time zone in Russia.",
        ),
        (
            "time zone",
            "Mordor",
            "! I don't have the time zone of Mordor in my data.",
        ),
    ]);
}

#[test]
fn the_largest_cities_are_those_of_the_data() {
    answers(&[
        (
            "largest city",
            "the Netherlands",
            "The largest city of the Netherlands in my data is Amsterdam, with about 742,000 people.",
        ),
        (
            "largest cities",
            "Texas",
            "The largest cities of Texas in my data are Houston, San Antonio, Dallas, Fort Worth and Austin.",
        ),
        (
            "largest cities",
            "Singapore",
            "The largest city of Singapore in my data is Singapore, with about 5.6 million people.",
        ),
    ]);
}

#[test]
fn an_element_is_found_by_its_name_its_symbol_and_its_number() {
    answers(&[
        ("symbol", "gold", "The symbol of gold is A, U."),
        ("symbol", "sulphur", "The symbol of sulfur is S."),
        (
            "element",
            "F E",
            "It is iron, number 26, with the symbol F, E.",
        ),
        (
            "element",
            "seventy nine",
            "It is gold, number 79, with the symbol A, U.",
        ),
        (
            "element",
            "119",
            "! I don't have the element of 119 in my data.",
        ),
        (
            "atomic weight",
            "carbon",
            "The atomic weight of carbon is about 12.01.",
        ),
        (
            "atomic weight",
            "plutonium",
            "Plutonium is radioactive; its isotope that lasts longest has the mass number 244.",
        ),
    ]);
}

#[test]
fn the_time_is_told_in_cities_that_only_the_data_know() {
    let (mut toolbox, _folder) = toolbox();
    let time = |place: &str| Call {
        name: "get_time".into(),
        arguments: [("place".to_owned(), Value::from(place))]
            .into_iter()
            .collect(),
    };
    assert_eq!(
        said(&mut toolbox, &time("Krakow")),
        "In Krakow it is 3:15 PM."
    );
    assert_eq!(
        said(&mut toolbox, &time("Dresden")),
        "In Dresden it is 3:15 PM."
    );
    assert_eq!(
        said(&mut toolbox, &time("Chattogram")),
        "In Chattogram it is 8:15 PM."
    );
    let unknown = "! I do not know the time zone of Mordor.";
    assert_eq!(said(&mut toolbox, &time("Mordor")), unknown);
}

#[test]
fn without_data_the_elements_are_known_and_of_countries_it_is_said_that_they_are_missing() {
    let mut toolbox = Toolbox::open(None, Language::English, 7).unwrap();
    let capital = lookup(&[("what", "capital"), ("of", "France")]);
    assert!(said(&mut toolbox, &capital).starts_with("! I cannot read my data of countries"));
    let symbol = lookup(&[("what", "symbol"), ("of", "gold")]);
    assert_eq!(said(&mut toolbox, &symbol), "The symbol of gold is A, U.");
}

#[test]
fn a_name_that_several_cities_have_is_not_given_to_one_that_is_called_so_elsewhere() {
    answers(&[
        ("country", "Islamabad", "Islamabad is in Pakistan."),
        ("country", "Cancun", "Cancun is in Mexico."),
        ("country", "Jayapura", "Jayapura is in Indonesia."),
        ("country", "Odessa", "Odessa is in Ukraine."),
        (
            "country",
            "Manhattan",
            "! I don't have the country of Manhattan in my data.",
        ),
        (
            "state",
            "Salem",
            "Salem is in Oregon in the United States. There is another one in Massachusetts in the United States.",
        ),
        (
            "population",
            "South America",
            "! I don't have the population of South America in my data.",
        ),
    ]);
}

/// Capitals with larger namesakes elsewhere, and those of countries that are no more.
const NAMESAKES: [&str; 19] = [
    "Belgrade",
    "Bridgetown",
    "Douglas",
    "George Town",
    "Georgetown",
    "Hamilton",
    "Jamestown",
    "Kingston",
    "Plymouth",
    "Saint-Pierre",
    "San Jose",
    "St. George's",
    "St. John's",
    "Stanley",
    "Victoria",
    "Willemstad",
    "Basseterre",
    "San José",
    "Saint John's",
];

#[test]
fn a_capital_is_in_its_own_country() {
    let (_, folder) = toolbox();
    let facts = Facts::open(folder.path()).unwrap();
    let rows = crate::tools::lookup::rows::BUNDLED
        .countries
        .lines()
        .skip(1);
    let mut elsewhere = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let (iso, capital) = (cells[0], cells[3]);
        let found = facts.cities(capital, Within::Anywhere);
        if let Some(city) = found.unwrap().first()
            && city.country != iso
            && !NAMESAKES.contains(&capital)
        {
            elsewhere.push(format!("{capital} of {iso} is in {}", city.country));
        }
    }
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
}
