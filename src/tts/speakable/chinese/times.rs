//! Times of day and dates in Chinese words.

use super::number::{cardinal, one_by_one};
use super::{below, run};

/// "2024-05-12", "2024/5/12", "2024年"
pub(super) fn date(before: &str, text: &str) -> Option<(String, usize)> {
    let (year, rest) = run(text).filter(|(year, _)| year.len() == 4)?;
    if let Some(after) = rest.strip_prefix('年') {
        return is_year(before, year, after).then(|| (one_by_one(year), year.len()));
    }
    let mark = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (month, rest) = run(&rest[1..])?;
    let (day, rest) = run(rest.strip_prefix(mark)?)?;
    let (month, day) = (below(month, 13)?, below(day, 32)?);
    let said = format!(
        "{}年{}月{}日",
        one_by_one(year),
        cardinal(month),
        cardinal(day)
    );
    Some((said, text.len() - rest.len()))
}

/// Whether four digits before 年 are a year's name rather than a count of years.
fn is_year(before: &str, year: &str, after: &str) -> bool {
    if run(after).is_some_and(|(_, rest)| rest.starts_with('月')) {
        return true;
    }
    let Some(number) = below(year, 3000).filter(|number| *number >= 1100) else {
        return false;
    };
    // A round number is a count unless something says otherwise: "在2000年", "2000年代".
    let is_named = ["在", "于", "自", "从", "公元"]
        .iter()
        .any(|word| before.ends_with(word))
        && !["前", "历史", "的历史", "间"]
            .iter()
            .any(|word| after.starts_with(word));
    number % 100 != 0 || is_named || after.starts_with('代')
}

/// "15:30"
pub(super) fn time(text: &str) -> Option<(String, usize)> {
    let (hour, rest) = run(text)?;
    let (minute, rest) =
        run(rest.strip_prefix([':', '：'])?).filter(|(minute, _)| minute.len() == 2)?;
    let (hour, minute) = (below(hour, 25)?, below(minute, 60)?);
    let hour = if hour == 2 {
        "两".to_owned()
    } else {
        cardinal(hour)
    };
    let said = match minute {
        0 => format!("{hour}点"),
        1..10 => format!("{hour}点零{}分", cardinal(minute)),
        _ => format!("{hour}点{}分", cardinal(minute)),
    };
    Some((said, text.len() - rest.len()))
}
