//! What is said of a passage: where it is from, and the sentence that answers. Pure.

use jiff::civil::Date;
use jiff::{Timestamp, ZonedDateTime};

use crate::folders::{Hit, Kind, excerpt, file_name};

/// "Your note shopping.md of Monday says: Milk and eggs."
pub(super) fn passage(hit: &Hit, now: &ZonedDateTime) -> String {
    format!("{} says: {}", cited(hit, now), excerpt(&hit.marked))
}

fn cited(hit: &Hit, now: &ZonedDateTime) -> String {
    let name = file_name(&hit.path);
    let written = Timestamp::from_nanosecond(i128::from(hit.changed_ns));
    let written = written.map(|at| at.to_zoned_datetime(now.time_zone().clone()).date());
    let of = written.map_or(String::new(), |date| {
        format!(" of {}", say_past_day(date, now.date()))
    });
    match Kind::of(&name) {
        Some(Kind::Table) => format!("A row of {name}"),
        Some(Kind::Pdf) => format!("Your file {name}{of}"),
        _ => {
            let stem = name
                .rsplit_once('.')
                .map_or(name.as_str(), |(stem, _)| stem);
            // Diaries have their day for a name.
            match stem.parse::<Date>() {
                Ok(date) => format!("Your note of {}", say_past_day(date, now.date())),
                Err(_) => format!("Your note {name}{of}"),
            }
        }
    }
}

/// A day of the past: "today", "Monday" of the last days, "3 November", "3 November 2025".
fn say_past_day(date: Date, today: Date) -> String {
    match date.until(today).map(|span| span.get_days()) {
        Ok(0) => "today".to_owned(),
        Ok(1) => "yesterday".to_owned(),
        Ok(2..=6) => date.strftime("%A").to_string(),
        _ if date.year() == today.year() => date.strftime("%-d %B").to_string(),
        _ => date.strftime("%-d %B %Y").to_string(),
    }
}

/// "no rows", "1 row", "12 rows".
pub(super) fn rows(count: usize) -> String {
    match count {
        0 => "no rows".to_owned(),
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folders::FileId;

    fn said(path: &str, written: &str) -> String {
        let now = "2026-11-28T14:15:00[Europe/London]".parse().unwrap();
        let written: Timestamp = written.parse().unwrap();
        let hit = Hit {
            file: FileId::default(),
            path: path.to_owned(),
            changed_ns: i64::try_from(written.as_nanosecond()).unwrap(),
            marked: "Milk and eggs.".to_owned(),
        };
        passage(&hit, &now)
    }

    #[test]
    fn a_passage_is_cited_with_its_file_and_day() {
        for (path, written, cited) in [
            (
                "lists/shopping.md",
                "2026-11-23T10:00:00Z",
                "Your note shopping.md of Monday",
            ),
            ("a.txt", "2026-11-28T08:00:00Z", "Your note a.txt of today"),
            (
                "a.txt",
                "2026-11-27T23:30:00Z",
                "Your note a.txt of yesterday",
            ),
            (
                "a.txt",
                "2026-11-03T10:00:00Z",
                "Your note a.txt of 3 November",
            ),
            (
                "lease.pdf",
                "2025-03-01T10:00:00Z",
                "Your file lease.pdf of 1 March 2025",
            ),
            (
                "diary/2026-11-25.md",
                "2026-11-28T10:00:00Z",
                "Your note of Wednesday",
            ),
            ("money.csv", "2026-11-28T10:00:00Z", "A row of money.csv"),
        ] {
            assert_eq!(
                said(path, written),
                format!("{cited} says: Milk and eggs."),
                "{path}"
            );
        }
    }
}
