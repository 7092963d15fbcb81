//! Answers about chemical elements.

use std::sync::OnceLock;

use super::aspect::Aspect;
use super::names::{key, nearest};
use super::tables::Elements;
use crate::language::Language;
use crate::tools::spoken::number;

/// A question about an element; none if there is no such element.
pub(super) fn about_an_element(aspect: Aspect, of: &str) -> Option<String> {
    static ELEMENTS: OnceLock<Elements> = OnceLock::new();
    let elements = ELEMENTS.get_or_init(Elements::bundled);
    let place = match aspect {
        Aspect::Element => by_number(elements, of).or_else(|| by_symbol(elements, of)),
        _ => by_name(elements, of),
    }?;
    let (symbol, name, weight) = &elements.elements[place];
    let number = place + 1;
    let named = capitalized(name);
    Some(match aspect {
        Aspect::Symbol => format!("The symbol of {name} is {}.", letters(symbol)),
        Aspect::AtomicNumber => format!("The atomic number of {name} is {number}."),
        Aspect::AtomicWeight => match weight.strip_prefix('[') {
            None => format!("The atomic weight of {name} is about {weight}."),
            Some(mass) => format!(
                "{named} is radioactive; its isotope that lasts longest has the mass number {}.",
                mass.trim_end_matches(']')
            ),
        },
        _ => format!(
            "It is {name}, number {number}, with the symbol {}.",
            letters(symbol)
        ),
    })
}

fn by_name(elements: &Elements, name: &str) -> Option<usize> {
    let name = key(name.strip_suffix("'s").unwrap_or(name));
    let name = elements.also.get(&name).unwrap_or(&name);
    let names = elements.elements.iter().enumerate();
    let mut exact = names.clone().filter(|(_, (_, known, _))| known == name);
    match exact.next() {
        Some((place, _)) => Some(place),
        None => nearest(
            name,
            names.map(|(place, (_, known, _))| (known.clone(), place)),
        ),
    }
}

/// "Fe", or "F E", as it is spelled.
fn by_symbol(elements: &Elements, symbol: &str) -> Option<usize> {
    let symbol: String = key(symbol).split(' ').collect();
    let mut all = elements.elements.iter();
    all.position(|(known, _, _)| known.eq_ignore_ascii_case(&symbol))
}

fn by_number(elements: &Elements, text: &str) -> Option<usize> {
    let number = number(text, Language::English).filter(|number| number.is_integer())?;
    let place = usize::try_from(number.to_integer()).ok()?.checked_sub(1)?;
    (place < elements.elements.len()).then_some(place)
}

/// "F, E", so that it is not read as a word.
fn letters(symbol: &str) -> String {
    let letters: Vec<String> = symbol
        .chars()
        .map(|letter| letter.to_uppercase().collect())
        .collect();
    letters.join(", ")
}

fn capitalized(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}
