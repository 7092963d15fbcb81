//! A timer, an alarm or a reminder as it is stored.

use std::time::Duration;

use jiff::civil::Time;
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use rusqlite::{Connection, Row as Columns, params};

use super::super::StoreError;
use super::super::says::{KindOfRing, Sayings, fill};
use super::super::spoken::Weekdays;

/// What rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Timer,
    Alarm,
    Reminder,
}

impl Kind {
    /// As it is stored.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Timer => "timer",
            Self::Alarm => "alarm",
            Self::Reminder => "reminder",
        }
    }

    /// What it is called in a language.
    pub(super) fn said(self, says: &Sayings) -> &KindOfRing {
        match self {
            Self::Timer => &says.timer,
            Self::Alarm => &says.alarm,
            Self::Reminder => &says.reminder,
        }
    }

    fn of(name: &str) -> Option<Self> {
        let kinds = [Self::Timer, Self::Alarm, Self::Reminder];
        kinds.into_iter().find(|kind| kind.name() == name)
    }
}

/// When it rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// At this moment, in milliseconds of Unix time.
    At(i64),
    /// So many milliseconds after it goes on: it is paused.
    Left(i64),
}

/// On which days of the week something rings again, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Repetition {
    pub days: Weekdays,
    /// On the clock of the place where the user is, when the next ring is reckoned.
    pub time: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// 0 before it is stored.
    pub id: i64,
    pub kind: Kind,
    /// What it is for; a reminder always has one.
    pub label: Option<String>,
    /// As it was set, for a timer.
    pub length_ms: Option<i64>,
    pub when: When,
    /// It rings again after that, if it does.
    pub weekly: Option<Repetition>,
}

/// In the order in which they ring.
const ORDER: &str = "ORDER BY at_ms IS NULL, at_ms, left_ms, id";
pub(super) const COLUMNS: &str = "id, kind, label, length_ms, at_ms, left_ms, days, second_of_day";

impl Row {
    /// From [`COLUMNS`].
    pub(super) fn read(columns: &Columns) -> rusqlite::Result<Self> {
        let kind: String = columns.get("kind")?;
        let kind = Kind::of(&kind).ok_or_else(|| {
            let column = "kind".to_owned();
            rusqlite::Error::InvalidColumnType(1, column, rusqlite::types::Type::Text)
        })?;
        let at: Option<i64> = columns.get("at_ms")?;
        let when = match at {
            Some(at) => When::At(at),
            None => When::Left(columns.get("left_ms")?),
        };
        Ok(Self {
            id: columns.get("id")?,
            kind,
            label: columns.get("label")?,
            length_ms: columns.get("length_ms")?,
            when,
            weekly: Repetition::of(columns.get("days")?, columns.get("second_of_day")?),
        })
    }

    /// All of a kind, in the order in which they ring.
    pub(super) fn all(connection: &Connection, kind: Kind) -> Result<Vec<Self>, StoreError> {
        let query = format!("SELECT {COLUMNS} FROM rings WHERE kind = ?1 {ORDER}");
        let mut statement = connection.prepare_cached(&query)?;
        let rows = statement.query_map([kind.name()], Self::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Stores a new one.
    pub(super) fn insert(&self, connection: &Connection) -> Result<(), StoreError> {
        let (at, left) = self.when.columns();
        connection.execute(
            "INSERT INTO rings (kind, label, length_ms, at_ms, left_ms, days, second_of_day)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                self.kind.name(),
                self.label,
                self.length_ms,
                at,
                left,
                self.weekly.map(|weekly| weekly.days.bits()),
                self.weekly.map(Repetition::second_of_day),
            ],
        )?;
        Ok(())
    }

    /// Stores another time for it; whoever was ringing it does so no more. Gives whether it was still there.
    pub(super) fn set_when(&self, connection: &Connection, when: When) -> Result<bool, StoreError> {
        let (at, left) = when.columns();
        let changed = connection.execute(
            "UPDATE rings SET at_ms = ?2, left_ms = ?3, claimed_by = NULL, claimed_until_ms = NULL
             WHERE id = ?1",
            params![self.id, at, left],
        )?;
        Ok(changed > 0)
    }

    pub(super) fn delete(connection: &Connection, id: i64) -> Result<(), StoreError> {
        connection.execute("DELETE FROM rings WHERE id = ?1", [id])?;
        Ok(())
    }

    /// How long it is until it rings.
    pub(super) fn left(&self, now: &ZonedDateTime) -> Duration {
        let left = match self.when {
            When::At(at) => at.saturating_sub(now.timestamp().as_millisecond()),
            When::Left(left) => left,
        };
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    /// "pasta timer", "timer for 5 minutes", "alarm for 6 AM tomorrow".
    pub(super) fn name(&self, now: &ZonedDateTime, says: &Sayings) -> String {
        let kind = self.kind.said(says);
        let form = match &self.label {
            Some(_) => &kind.name_with_label,
            None => &kind.name,
        };
        let at = self.said_when(now, says);
        let length = says.speech.duration(self.length());
        let label = self.label.as_deref().unwrap_or_default();
        fill(form, &[("label", label), ("length", &length), ("at", &at)])
    }

    /// "6 AM tomorrow", "6 AM on weekdays".
    pub(super) fn said_when(&self, now: &ZonedDateTime, says: &Sayings) -> String {
        let at = self.at(now);
        match self.weekly {
            Some(weekly) => says.speech.weekly(weekly.days, &at),
            None => says.speech.moment(&at, now),
        }
    }

    /// When it rings after it rings next, if it rings each week.
    pub(super) fn next(&self, now: &ZonedDateTime) -> Option<ZonedDateTime> {
        let at = self.at(now);
        self.weekly.and_then(|weekly| weekly.after(&at, &at))
    }

    /// It rang, or is left out once: it rings again where it does so each week, and is gone otherwise.
    pub(super) fn move_on(
        &self,
        connection: &Connection,
        now: &ZonedDateTime,
    ) -> Result<(), StoreError> {
        match self
            .weekly
            .and_then(|weekly| weekly.after(&self.at(now), now))
        {
            Some(next) => {
                let next = When::At(next.timestamp().as_millisecond());
                self.set_when(connection, next).map(drop)
            }
            None => Self::delete(connection, self.id),
        }
    }

    /// The same as what is told of: "The pasta timer".
    pub(super) fn subject(&self, now: &ZonedDateTime, says: &Sayings) -> String {
        let name = self.name(now, says);
        fill(&self.kind.said(says).subject, &[("name", &name)])
    }

    /// The same as what something is done to: "the pasta timer".
    pub(super) fn object(&self, now: &ZonedDateTime, says: &Sayings) -> String {
        let name = self.name(now, says);
        fill(&self.kind.said(says).object, &[("name", &name)])
    }

    /// How long it was set for.
    pub(super) fn length(&self) -> Duration {
        let length = self.length_ms.and_then(|length| u64::try_from(length).ok());
        Duration::from_millis(length.unwrap_or(0))
    }

    /// When it rings; one that is paused, if it went on now.
    pub(super) fn at(&self, now: &ZonedDateTime) -> ZonedDateTime {
        let at = match self.when {
            When::At(at) => at,
            When::Left(left) => now.timestamp().as_millisecond().saturating_add(left),
        };
        // What is out of range was not written by this program; the present is the nearest to it.
        let at = Timestamp::from_millisecond(at).unwrap_or(now.timestamp());
        at.to_zoned_datetime(now.time_zone().clone())
    }
}

impl Repetition {
    /// From its columns.
    fn of(days: Option<i64>, second_of_day: Option<i64>) -> Option<Self> {
        let time = Time::midnight()
            .checked_add(second_of_day?.seconds())
            .ok()?;
        let days = Weekdays::from_bits(days?)?;
        Some(Self { days, time })
    }

    fn second_of_day(self) -> i64 {
        i64::from(self.time.hour()) * 3_600
            + i64::from(self.time.minute()) * 60
            + i64::from(self.time.second())
    }

    /// When it rings next, after it rang at `at` and after `now`.
    pub fn after(self, at: &ZonedDateTime, now: &ZonedDateTime) -> Option<ZonedDateTime> {
        let later = at.max(now);
        self.days.next(later.date(), self.time, later)
    }
}

impl When {
    fn columns(self) -> (Option<i64>, Option<i64>) {
        match self {
            Self::At(at) => (Some(at), None),
            Self::Left(left) => (None, Some(left)),
        }
    }

    pub(super) fn later_by(self, milliseconds: i64) -> Self {
        match self {
            Self::At(at) => Self::At(at.saturating_add(milliseconds)),
            Self::Left(left) => Self::Left(left.saturating_add(milliseconds)),
        }
    }
}
