//! Times of day and dates.

use super::super::word::Context;
use super::{Gender, Words, is_behind};

/// "15:30", "8:05h", "15h30", "10:30:15"; "8.30" behind a word that stands before hours.
pub(super) fn time(context: &Context, core: &str, words: &Words) -> Option<String> {
    let marks: &[char] = if is_behind(context, words.before_hours) {
        &[':', 'h', '.']
    } else {
        &[':', 'h']
    };
    let (hour, minute) = core.trim_end_matches('h').split_once(marks)?;
    let hour = below(hour, 25)?;
    let (minute, second) = match minute.split_once(':') {
        Some((minute, second)) => (minute, Some(below(second, 60)?)),
        None => (minute, None),
    };
    let minute = below(minute, 60).filter(|_| minute.len() == 2)?;
    // Hours are feminine.
    let mut said = (words.counting)(hour, Gender::Feminine, "");
    if minute > 0 {
        said = format!("{said} {} {}", words.and, (words.cardinal)(minute));
    }
    if let Some(second) = second {
        let name = if second == 1 {
            words.second.0
        } else {
            words.second.1
        };
        let count = (words.counting)(second, Gender::Masculine, name);
        said = format!("{said} {} {count} {name}", words.and);
    }
    Some(said)
}

/// "el 12/5": a day and its month behind an article.
pub(super) fn short_date(context: &Context, core: &str, words: &Words) -> Option<String> {
    let (day, month) = core.split_once('/')?;
    let (day, month) = (below(day, 32)?, below(month, 13)?);
    is_behind(context, words.articles).then(|| self::day(day, month, words))?
}

pub(super) fn below(written: &str, limit: u64) -> Option<u64> {
    let all_digits = written.bytes().all(|c| c.is_ascii_digit()) && written.len() <= 4;
    written
        .parse()
        .ok()
        .filter(|number| all_digits && *number < limit)
}

/// "12/5/2024", "2024-05-12"
pub(super) fn date(core: &str, words: &Words) -> Option<String> {
    let parts: Vec<&str> = core.split(['/', '-', '.']).collect();
    let [first, month, last] = parts[..] else {
        return None;
    };
    let (day, year) = if first.len() == 4 {
        (last, first)
    } else {
        (first, last)
    };
    let day = self::day(below(day, 32)?, below(month, 13)?, words)?;
    let year = match year.len() {
        4 => below(year, 3000)?,
        // "3/4/24"
        2 if core.contains('/') => match below(year, 100)? {
            year @ 0..50 => 2000 + year,
            year => 1900 + year,
        },
        _ => return None,
    };
    Some(format!("{day}{}{}", words.of, (words.cardinal)(year)))
}

/// "doce de mayo"
fn day(day: u64, month: u64, words: &Words) -> Option<String> {
    let month = words.months.get(month.checked_sub(1)? as usize)?;
    let day = match day {
        0 => return None,
        1 => words.first_day.to_owned(),
        day => (words.cardinal)(day),
    };
    Some(format!("{day}{}{month}", words.of))
}
