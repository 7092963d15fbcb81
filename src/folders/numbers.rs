//! The numbers of a column, as people write them. Pure.

use num_bigint::BigInt;
use num_rational::BigRational;

/// A longer cell is no number.
const LONGEST: usize = 40;
/// Signs that may stand beside a number.
const CURRENCIES: [char; 4] = ['$', '€', '£', '¥'];

/// The number of each cell of a column, where it is one: "1,234.50", "$12", "12,50 €", "(3.00)", "-4 %". Whether
/// a comma stands before decimals is decided for the whole column. Where semicolons stand between cells, commas
/// stand before decimals elsewhere, so "1.200" is a thousand and two hundred if all of the column can be read so.
pub(super) fn numbers<'a>(
    cells: impl Iterator<Item = &'a str>,
    has_semicolons: bool,
) -> Vec<Option<BigRational>> {
    let bare: Vec<Option<(bool, String)>> = cells.map(bare).collect();
    let written = || bare.iter().flatten().map(|(_, digits)| digits.as_str());
    let mut dotted = written().filter(|digits| digits.contains('.')).peekable();
    let dots_group = has_semicolons && dotted.peek().is_some() && dotted.all(is_grouped_by_dots);
    let comma_is_decimal = (dots_group || written().any(|digits| decimals(digits, ',', '.')))
        && !written().any(|digits| decimals(digits, '.', ','));
    let number = |(is_negative, digits): &(bool, String)| {
        let [grouping, decimal] = if comma_is_decimal {
            ['.', ',']
        } else {
            [',', '.']
        };
        let number = exact(&digits.replace(grouping, ""), decimal)?;
        Some(if *is_negative { -number } else { number })
    };
    bare.iter()
        .map(|one| one.as_ref().and_then(number))
        .collect()
}

/// The sign, and the digits with the marks between them; none if there is anything else.
fn bare(cell: &str) -> Option<(bool, String)> {
    let cell = cell.trim();
    if cell.len() > LONGEST {
        return None;
    }
    let in_brackets = cell
        .strip_prefix('(')
        .and_then(|cell| cell.strip_suffix(')'));
    let mut is_negative = in_brackets.is_some();
    let mut digits = String::new();
    for letter in in_brackets.unwrap_or(cell).chars() {
        match letter {
            '0'..='9' | '.' | ',' => digits.push(letter),
            '-' | '\u{2212}' if digits.is_empty() => is_negative = !is_negative,
            '+' if digits.is_empty() => {}
            '%' | '\'' | '\u{2019}' | '_' => {}
            sign if CURRENCIES.contains(&sign) => {}
            space if space.is_whitespace() => {}
            _ => return None,
        }
    }
    let has_digits = digits.contains(|c: char| c.is_ascii_digit());
    has_digits.then_some((is_negative, digits))
}

/// Whether the digits can only be read with this mark before the decimals: "12,5", or "1.234,567" of a comma.
fn decimals(digits: &str, mark: char, other: char) -> bool {
    let Some((whole, behind)) = digits.rsplit_once(mark) else {
        return false;
    };
    if whole.contains(mark) || behind.contains(other) {
        return false;
    }
    whole.contains(other) || behind.len() != 3 || whole.is_empty() || whole == "0"
}

/// "1.200", "12.345.678,90".
fn is_grouped_by_dots(digits: &str) -> bool {
    let (whole, behind) = digits.split_once(',').unwrap_or((digits, ""));
    let mut groups = whole.split('.');
    let first = groups.next().unwrap_or_default();
    let begins = (1..=3).contains(&first.len()) && first != "0";
    begins && groups.all(|group| group.len() == 3) && !behind.contains(['.', ','])
}

/// Digits with one mark before the decimals at most.
fn exact(digits: &str, mark: char) -> Option<BigRational> {
    let (whole, behind) = digits.split_once(mark).unwrap_or((digits, ""));
    let all = format!("{whole}{behind}");
    let shift = u32::try_from(behind.len()).ok()?;
    let is_number = !all.is_empty() && all.bytes().all(|byte| byte.is_ascii_digit());
    let all: BigInt = all.parse().ok().filter(|_| is_number)?;
    Some(BigRational::new(all, BigInt::from(10).pow(shift)))
}

/// Whether a cell is a number by itself.
pub(super) fn is_number(cell: &str) -> bool {
    numbers([cell].into_iter(), false)[0].is_some()
}

/// Whether cells name more than one currency: their numbers have no sum.
pub(super) fn mix_currencies<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let signs = cells
        .flat_map(str::chars)
        .filter(|c| CURRENCIES.contains(c));
    let mut signs = signs.peekable();
    let first = signs.peek().copied();
    signs.any(|sign| Some(sign) != first)
}

/// Whether a cell is a year, with nothing beside it.
pub(super) fn is_year(cell: &str) -> bool {
    let is_bare = cell.len() == 4 && cell.bytes().all(|byte| byte.is_ascii_digit());
    is_bare && ("1900".."2100").contains(&cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[&str]) -> Vec<Option<String>> {
        let read = numbers(cells.iter().copied(), false);
        read.into_iter()
            .map(|one| one.map(|number| number.to_string()))
            .collect()
    }

    fn some(numbers: &[&str]) -> Vec<Option<String>> {
        numbers
            .iter()
            .map(|number| Some((*number).to_owned()))
            .collect()
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let cells = [
            "12",
            "1,234.50",
            "$3",
            "-4",
            "\u{2212}5",
            "(6.00)",
            "7 %",
            "+8",
            ".5",
        ];
        let numbers = ["12", "2469/2", "3", "-4", "-5", "-6", "7", "8", "1/2"];
        assert_eq!(read(&cells), some(&numbers));
    }

    #[test]
    fn a_comma_before_decimals_is_known_by_the_column() {
        assert_eq!(
            read(&["12,50 €", "1.000", "3"]),
            some(&["25/2", "1000", "3"])
        );
        assert_eq!(read(&["1,000", "3.5"]), some(&["1000", "7/2"]));
        assert_eq!(read(&["1,000", "2,000"]), some(&["1000", "2000"]));
        assert_eq!(read(&["1.234,567"]), some(&["1234567/1000"]));
        assert_eq!(read(&["1,234,567.5"]), some(&["2469135/2"]));
    }

    #[test]
    fn dots_group_where_semicolons_stand_between_cells() {
        let read = |cells: &[&str]| -> Vec<String> {
            let read = numbers(cells.iter().copied(), true);
            read.iter().flatten().map(ToString::to_string).collect()
        };
        assert_eq!(read(&["1.200", "2.500", "900"]), ["1200", "2500", "900"]);
        assert_eq!(read(&["1.234.567"]), ["1234567"]);
        assert_eq!(read(&["1.200", "2.50"]), ["6/5", "5/2"]);
        assert_eq!(read(&["0.500", "1.200"]), ["1/2", "6/5"]);
        assert_eq!(read(&["1.2.3"]), [""; 0]);
    }

    #[test]
    fn currencies_are_mixed_if_there_are_two() {
        assert!(mix_currencies(["$3", "4", "5 €"].into_iter()));
        assert!(!mix_currencies(["$3", "4", "$5"].into_iter()));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for cell in [
            "",
            "bread",
            "2026-11-03",
            "3rd",
            "-",
            ".",
            "1.2.3",
            "12 May",
        ] {
            assert_eq!(read(&[cell]), [None], "{cell}");
        }
    }
}
