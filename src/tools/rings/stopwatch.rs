//! The stopwatch.

use std::time::Duration;

use jiff::ZonedDateTime;
use rusqlite::{OptionalExtension, params};

use super::super::arguments::Arguments;
use super::super::says::{Sayings, fill};
use super::super::{Outcome, ToolError, Toolbox, declined, say};

/// The stopwatch as it is stored: since when it runs, and what it counted before. Milliseconds.
#[derive(Clone, Copy)]
struct Stopwatch {
    started: Option<i64>,
    counted: i64,
}

pub(super) fn stopwatch(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let now = now.timestamp().as_millisecond();
    let says = &toolbox.says().stopwatch;
    let said = |form: &str, counted| fill(form, &[("length", &length(counted, toolbox.says()))]);
    let watch = read(toolbox)?;
    let action = given.required("action")?.to_lowercase();
    match (action.as_str(), watch) {
        (
            "start" | "resume" | "continue",
            Some(Stopwatch {
                started: Some(_), ..
            }),
        ) => declined(&says.running_already[..]),
        ("start" | "resume" | "continue", watch) => {
            let counted = watch.map_or(0, |watch| watch.counted);
            let started = Some(now);
            write(toolbox, Stopwatch { started, counted })?;
            say(&says.running[..])
        }
        ("stop" | "pause", Some(watch)) if watch.started.is_some() => {
            let counted = watch.elapsed(now);
            let started = None;
            write(toolbox, Stopwatch { started, counted })?;
            say(said(&says.stopped, counted))
        }
        ("read" | "check" | "time", Some(watch)) => say(said(&says.shows, watch.elapsed(now))),
        ("stop" | "pause" | "read" | "check" | "time", _) => declined(&says.not_running[..]),
        ("reset" | "clear", _) => {
            toolbox
                .store
                .connection
                .execute("DELETE FROM stopwatch", [])?;
            say(&says.at_zero[..])
        }
        _ => Err(given.not_understood("action")),
    }
}

impl Stopwatch {
    fn elapsed(self, now: i64) -> i64 {
        let running = self
            .started
            .map_or(0, |started| now.saturating_sub(started));
        // The clock may have been set back.
        self.counted.saturating_add(running.max(0))
    }
}

fn length(milliseconds: i64, says: &Sayings) -> String {
    let milliseconds = u64::try_from(milliseconds).unwrap_or(0);
    says.speech.duration(Duration::from_millis(milliseconds))
}

fn read(toolbox: &Toolbox) -> Result<Option<Stopwatch>, ToolError> {
    let query = "SELECT started_ms, counted_ms FROM stopwatch";
    let read = |row: &rusqlite::Row| {
        let (started, counted) = (row.get(0)?, row.get(1)?);
        Ok(Stopwatch { started, counted })
    };
    Ok(toolbox
        .store
        .connection
        .query_row(query, [], read)
        .optional()?)
}

fn write(toolbox: &Toolbox, watch: Stopwatch) -> Result<(), ToolError> {
    toolbox.store.connection.execute(
        "INSERT OR REPLACE INTO stopwatch (id, started_ms, counted_ms) VALUES (1, ?1, ?2)",
        params![watch.started, watch.counted],
    )?;
    Ok(())
}
