//! Numbers as people say them: "about 67 million".

/// Rounded to what one remembers, with "about" before it; or all its digits.
pub(super) fn say_count(number: u32, exact: bool) -> String {
    if exact {
        return with_commas(number);
    }
    let Some(rounded) = rounded(number) else {
        return number.to_string();
    };
    let (said, unit) = match rounded {
        ..1_000_000 => (with_commas(rounded), ""),
        1_000_000..1_000_000_000 => (with_a_decimal(rounded, 1_000_000), " million"),
        _ => (with_a_decimal(rounded, 1_000_000_000), " billion"),
    };
    format!("about {said}{unit}")
}

/// To two or three digits; none of a number that is short enough as it is.
pub(crate) fn rounded(number: u32) -> Option<u32> {
    let unit = match number {
        ..1_000 => return None,
        1_000..10_000 => 100,
        10_000..1_000_000 => 1_000,
        1_000_000..10_000_000 => 100_000,
        10_000_000..1_000_000_000 => 1_000_000,
        _ => 100_000_000,
    };
    Some(number.saturating_add(unit / 2) / unit * unit)
}

/// "8.5", "9"
fn with_a_decimal(number: u32, unit: u32) -> String {
    match (number / unit, number % unit / (unit / 10)) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

/// "66,987,244"
pub(super) fn with_commas(number: u32) -> String {
    grouped(number, ",")
}

/// The digits in groups of three, with a mark between them.
pub(crate) fn grouped(number: u32, mark: &str) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push_str(mark);
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_said_as_one_remembers_it() {
        for (number, said) in [
            (0, "0"),
            (628, "628"),
            (8_450, "about 8,500"),
            (77_006, "about 77,000"),
            (999_499, "about 999,000"),
            (999_500, "about 1 million"),
            (8_516_543, "about 8.5 million"),
            (9_949_999, "about 9.9 million"),
            (9_950_000, "about 10 million"),
            (66_987_244, "about 67 million"),
            (999_499_999, "about 999 million"),
            (1_411_778_724, "about 1.4 billion"),
        ] {
            assert_eq!(say_count(number, false), said, "{number}");
        }
    }

    #[test]
    fn an_exact_number_has_all_its_digits() {
        assert_eq!(say_count(66_987_244, true), "66,987,244");
        assert_eq!(say_count(628, true), "628");
        assert_eq!(say_count(1_000, true), "1,000");
    }
}
