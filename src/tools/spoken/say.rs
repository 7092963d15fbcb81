//! Saying numbers, lengths of time, times and days in English. The voice speaks digits well; signs and
//! unusual separators it does not.

use std::time::Duration;

use jiff::ZonedDateTime;
use jiff::civil::Date;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::number::{Number, integer};

/// Where nobody asked for others, more decimals are rounded, and said "about".
const MOST_DECIMALS: u32 = 4;
/// Numbers of more digits are rounded to a few, with a power of ten.
const MOST_DIGITS: usize = 15;

/// "1 hour and 30 minutes"; to the second, rounded.
pub fn say_duration(duration: Duration) -> String {
    let seconds = duration.as_millis().saturating_add(500) / 1_000;
    if seconds == 0 {
        return "less than a second".to_owned();
    }
    let units = [
        ("day", seconds / 86_400),
        ("hour", seconds / 3_600 % 24),
        ("minute", seconds / 60 % 60),
        ("second", seconds % 60),
    ];
    let said = units.iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = said
        .map(|(unit, count)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    spell_out(&parts)
}

/// "a, b and c".
pub fn spell_out(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// "6:30 PM", "6 PM", "noon", "midnight".
pub fn say_time(at: &ZonedDateTime) -> String {
    let (hour, minute) = (at.hour(), at.minute());
    let half = if hour < 12 { "AM" } else { "PM" };
    let of_twelve = (hour + 11) % 12 + 1;
    match (hour, minute) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (_, 0) => format!("{of_twelve} {half}"),
        _ => format!("{of_twelve}:{minute:02} {half}"),
    }
}

/// "Saturday, 28 November 2026".
pub fn say_date(date: Date) -> String {
    date.strftime("%A, %-d %B %Y").to_string()
}

/// A day of the past: "today", "Monday" of the last days, "3 November", "3 November 2025".
pub(in crate::tools) fn say_past_day(date: Date, today: Date) -> String {
    match date.until(today).map(|span| span.get_days()) {
        Ok(0) => "today".to_owned(),
        Ok(1) => "yesterday".to_owned(),
        Ok(2..=6) => date.strftime("%A").to_string(),
        _ if date.year() == today.year() => date.strftime("%-d %B").to_string(),
        _ => date.strftime("%-d %B %Y").to_string(),
    }
}

/// "6:30 PM today", "6:30 PM tomorrow", "6:30 PM on Friday, 4 December"; with the year if it is another.
pub fn say_moment(at: &ZonedDateTime, now: &ZonedDateTime) -> String {
    let time = say_time(at);
    let (date, today) = (at.date(), now.date());
    if date == today {
        format!("{time} today")
    } else if today.tomorrow().is_ok_and(|tomorrow| date == tomorrow) {
        format!("{time} tomorrow")
    } else if date.year() == today.year() {
        format!("{time} on {}", date.strftime("%A, %-d %B"))
    } else {
        format!("{time} on {}", say_date(date))
    }
}

/// "391", "16.0934", "minus 5"; "about 3.3333" where more decimals follow, and "about 1.2677 times 10 to
/// the power of 30" for what has more than 15 digits.
pub fn say_number(number: &Number) -> String {
    say_number_to(number, MOST_DECIMALS)
}

/// As [`say_number`], with at most so many decimals; what is below a hundredth has four more.
pub fn say_number_to(number: &Number, decimals: u32) -> String {
    let sign = if number.is_negative() { "minus " } else { "" };
    let size = number.abs();
    if size.to_integer().to_string().len() > MOST_DIGITS {
        return format!("about {sign}{}", with_power(&size));
    }
    let (rounded, decimals) = rounded(&size, decimals);
    if rounded.is_zero() && !size.is_zero() {
        return format!("about {sign}{}", with_power(&size));
    }
    let about = if rounded == size { "" } else { "about " };
    let written = written(&rounded, decimals);
    format!("{about}{sign}{written}")
}

/// To the decimals that are said: small numbers have more of them.
fn rounded(size: &Number, mut decimals: u32) -> (Number, u32) {
    let small = Number::new(1.into(), 100.into());
    if *size < small {
        decimals += 4;
    }
    let shift = integer(BigInt::from(10).pow(decimals));
    ((size * &shift).round() / shift, decimals)
}

/// In digits, without zeros at the end.
fn written(number: &Number, decimals: u32) -> String {
    let shift = BigInt::from(10).pow(decimals);
    let behind = (number.fract() * integer(shift)).to_integer();
    let behind = format!("{:0>width$}", behind.to_string(), width = decimals as usize);
    let behind = behind.trim_end_matches('0');
    let whole = number.to_integer();
    match behind {
        "" => whole.to_string(),
        behind => format!("{whole}.{behind}"),
    }
}

/// "1.2677 times 10 to the power of 30".
fn with_power(size: &Number) -> String {
    let digits = |number: &BigInt| i64::try_from(number.to_string().len()).unwrap_or(i64::MAX);
    // It may be one too high.
    let mut power = digits(size.numer()) - digits(size.denom());
    let shift = BigInt::from(10).pow(u32::try_from(power.unsigned_abs()).unwrap_or(u32::MAX));
    let mut scaled = if power < 0 {
        size * integer(shift)
    } else {
        size / integer(shift)
    };
    if scaled < integer(1) {
        scaled *= integer(10);
        power -= 1;
    }
    let (rounded, decimals) = rounded(&scaled, MOST_DECIMALS);
    let sign = if power < 0 { "minus " } else { "" };
    let mantissa = written(&rounded, decimals);
    format!(
        "{mantissa} times 10 to the power of {sign}{}",
        power.unsigned_abs()
    )
}
