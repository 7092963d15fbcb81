//! Ringing: what is due, who rings it, and what comes after.

use std::time::Duration;

use jiff::{Timestamp, ZonedDateTime};
use rusqlite::params;

use super::super::arguments::Arguments;
use super::super::says::{Sayings, fill};
use super::super::spoken::duration;
use super::super::{Outcome, StoreError, ToolError, Toolbox, declined, say};
use super::milliseconds;
use super::row::{COLUMNS, Kind, Row, When};

/// A ring that comes this long after its time is said to be late.
const LATE_AFTER: Duration = Duration::from_secs(60);
/// A program that rings something keeps others from it for this long; if it died, another one rings.
const CLAIM_MS: i64 = 60_000;
const USUAL_SNOOZE: Duration = Duration::from_secs(10 * 60);

/// Which ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RingId(pub i64);

/// Something that rings now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// For [`Toolbox::answered`] and [`Toolbox::snooze`].
    pub id: RingId,
    /// What to say.
    pub words: String,
}

/// What this toolbox gave to be rung.
#[derive(Clone)]
pub(in crate::tools) struct Given {
    /// Tells this program from others on the same file.
    claim: i64,
    /// Not answered yet.
    rows: Vec<Row>,
    /// The latest one, answered or not: it can be snoozed.
    last: Option<Row>,
    /// What was answered last, and when: "turn it off" after that means it. Milliseconds of Unix time.
    answered: (Vec<Row>, i64),
}

/// What was answered longer ago is not what is meant.
const JUST_NOW_MS: i64 = 30_000;

impl Given {
    pub(in crate::tools) fn new(claim: i64) -> Self {
        Self {
            claim,
            rows: Vec::new(),
            last: None,
            answered: (Vec::new(), 0),
        }
    }

    /// What of a kind was answered just now: it rings no more, and is what is to be turned off.
    pub(super) fn just_answered(&self, kind: Kind, now: &ZonedDateTime) -> bool {
        let (rows, at) = &self.answered;
        let ago = now.timestamp().as_millisecond() - at;
        (0..JUST_NOW_MS).contains(&ago) && rows.iter().any(|row| row.kind == kind)
    }

    fn answer(&mut self, id: i64, now: &ZonedDateTime) {
        let now_ms = now.timestamp().as_millisecond();
        if self.answered.1 != now_ms {
            self.answered = (Vec::new(), now_ms);
        }
        let rows = self.rows.iter().filter(|row| row.id == id);
        self.answered.0.extend(rows.cloned());
        self.take_back(id);
    }

    /// It rings at another time: it is to be given again.
    pub(super) fn take_back(&mut self, id: i64) {
        self.rows.retain(|row| row.id != id);
    }

    /// What was given of a kind and not answered yet.
    pub(super) fn ringing(&self, kind: Kind) -> Vec<Row> {
        let rows = self.rows.iter().filter(|row| row.kind == kind);
        rows.cloned().collect()
    }

    fn has(&self, id: i64) -> bool {
        self.row(RingId(id)).is_some()
    }

    fn row(&self, id: RingId) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id.0)
    }
}

impl Toolbox {
    /// The next moment at which [`Toolbox::due`] gives something, if nothing changes until then; it may be
    /// past. What was given already does not count, unless it rings at another time now.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn next_ring(&self, now: &ZonedDateTime) -> Result<Option<Timestamp>, StoreError> {
        let now_ms = now.timestamp().as_millisecond();
        let query =
            "SELECT id, at_ms, claimed_by, claimed_until_ms FROM rings WHERE at_ms NOT NULL";
        let mut statement = self.store.connection.prepare_cached(query)?;
        let mut rows = statement.query([])?;
        let mut next: Option<i64> = None;
        while let Some(row) = rows.next()? {
            let (id, at): (i64, i64) = (row.get(0)?, row.get(1)?);
            let at = match self.given.row(RingId(id)) {
                // Nobody answers it: it rings again on its next day.
                Some(row) => match row.next(now) {
                    Some(next) => next.timestamp().as_millisecond(),
                    None => continue,
                },
                None => at,
            };
            let other = row.get::<_, Option<i64>>(2)? != Some(self.given.claim);
            let until: Option<i64> = row.get(3)?;
            // A claim that ends later than any can was made before the clock was set back.
            let until = until.filter(|until| other && *until <= now_ms.saturating_add(CLAIM_MS));
            let at = at.max(until.unwrap_or(at));
            next = Some(next.map_or(at, |next| next.min(at)));
        }
        Ok(next.and_then(|next| Timestamp::from_millisecond(next).ok()))
    }

    /// What is due: each is given once by this toolbox, and by no other program on the same file within a
    /// minute. It stays in the store until [`Toolbox::answered`], so that it rings again after a crash.
    ///
    /// # Errors
    /// The store cannot be read or written; nothing was given.
    pub fn due(&mut self, now: &ZonedDateTime) -> Result<Vec<Ring>, StoreError> {
        let now_ms = now.timestamp().as_millisecond();
        let claim = self.given.claim;
        let end = now_ms.saturating_add(CLAIM_MS);
        let query = format!(
            "SELECT {COLUMNS} FROM rings WHERE at_ms <= ?1 AND (claimed_by IS NULL OR claimed_by = ?2
             OR claimed_until_ms <= ?1 OR claimed_until_ms > ?3) ORDER BY at_ms, id"
        );
        self.go_on_to_the_next_day(now)?;
        let transaction = self.store.writing()?;
        // What goes on ringing here is rung by no other program.
        transaction.execute(
            "UPDATE rings SET claimed_until_ms = ?2 WHERE claimed_by = ?1 AND claimed_until_ms < ?3",
            params![claim, end, end - CLAIM_MS / 2],
        )?;
        let mut rows: Vec<Row> = {
            let mut statement = transaction.prepare_cached(&query)?;
            let found = statement.query_map(params![now_ms, claim, end], Row::read)?;
            found.collect::<Result<_, _>>()?
        };
        rows.retain(|row| !self.given.has(row.id));
        for row in &rows {
            transaction.execute(
                "UPDATE rings SET claimed_by = ?2, claimed_until_ms = ?3 WHERE id = ?1",
                params![row.id, claim, end],
            )?;
        }
        transaction.commit()?;
        let says = self.says();
        let rings = rows.iter().map(|row| ring(row, now, says)).collect();
        self.given.last = rows.last().cloned().or(self.given.last.take());
        self.given.rows.append(&mut rows);
        Ok(rings)
    }

    /// What rings each week and was not answered until its next day is of that day from then on.
    fn go_on_to_the_next_day(&mut self, now: &ZonedDateTime) -> Result<(), StoreError> {
        let passed = |row: &&Row| row.next(now).is_some_and(|next| next <= *now);
        let passed: Vec<Row> = self.given.rows.iter().filter(passed).cloned().collect();
        for row in passed {
            let mut latest = row.clone();
            while let Some(next) = latest.next(now).filter(|next| next <= now) {
                latest.when = When::At(next.timestamp().as_millisecond());
            }
            row.set_when(&self.store.connection, latest.when)?;
            self.given.take_back(row.id);
        }
        Ok(())
    }

    /// Leaves what was not answered to the next program: this one ends.
    ///
    /// # Errors
    /// The store cannot be written; the next program waits for the end of the claims.
    pub fn let_go(&mut self) -> Result<(), StoreError> {
        let query =
            "UPDATE rings SET claimed_by = NULL, claimed_until_ms = NULL WHERE claimed_by = ?1";
        self.store.connection.execute(query, [self.given.claim])?;
        self.given.rows.clear();
        Ok(())
    }

    /// The user heard it: it rings no more, or on another day.
    ///
    /// # Errors
    /// The store cannot be written; it rings again after a restart.
    pub fn answered(&mut self, id: RingId, now: &ZonedDateTime) -> Result<(), StoreError> {
        // What it does not hold was answered, cancelled or put off before.
        if let Some(row) = self.given.row(id) {
            row.move_on(&self.store.connection, now)?;
        }
        self.given.answer(id.0, now);
        Ok(())
    }

    /// What was given to be rung and is not answered, cancelled or put off.
    pub fn given(&self) -> Vec<RingId> {
        self.given.rows.iter().map(|row| RingId(row.id)).collect()
    }

    /// Lets what was given by [`Toolbox::due`] ring again after `length`, answered or not. Gives false if
    /// it was not the last, and is answered or cancelled: then nothing is done.
    ///
    /// # Errors
    /// The store cannot be written; nothing was done.
    pub fn snooze(
        &mut self,
        id: RingId,
        length: Duration,
        now: &ZonedDateTime,
    ) -> Result<bool, StoreError> {
        let given = self.given.rows.iter().chain(&self.given.last);
        let Some(row) = given.into_iter().find(|row| row.id == id.0).cloned() else {
            return Ok(false);
        };
        let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        let at = now.timestamp().as_millisecond().saturating_add(length);
        let transaction = self.store.writing()?;
        let when = When::At(at);
        let is_given = self.given.has(id.0);
        // What rings each week is snoozed today only.
        if row.weekly.is_some() && is_given {
            row.move_on(&transaction, now)?;
        }
        if row.weekly.is_some() || !row.set_when(&transaction, when)? {
            let weekly = None;
            Row {
                when,
                weekly,
                ..row
            }
            .insert(&transaction)?;
        }
        transaction.commit()?;
        self.given.take_back(id.0);
        self.given.last = None;
        Ok(true)
    }
}

/// The tool: what rang last.
pub(super) fn snooze(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let read = |text| duration(text, toolbox.language);
    let length = match given.text("duration") {
        Some(text) => read(text).ok_or_else(|| given.not_understood("duration"))?,
        None => USUAL_SNOOZE,
    };
    let says = toolbox.says();
    milliseconds(length, says)?;
    let id = toolbox.given.last.as_ref().map(|row| RingId(row.id));
    let snoozed = match id {
        Some(id) => toolbox.snooze(id, length, now)?,
        None => false,
    };
    if !snoozed {
        return declined(&says.rings.nothing_rang[..]);
    }
    let length = says.speech.duration(length);
    say(fill(&says.rings.snoozed, &[("length", &length)]))
}

fn ring(row: &Row, now: &ZonedDateTime, says: &Sayings) -> Ring {
    let at = match row.when {
        When::At(at) => at,
        When::Left(_) => now.timestamp().as_millisecond(),
    };
    let late = now.timestamp().as_millisecond().saturating_sub(at);
    let late = Duration::from_millis(u64::try_from(late).unwrap_or(0));
    let id = RingId(row.id);
    let words = words(row, late, now, says);
    Ring { id, words }
}

fn words(row: &Row, late: Duration, now: &ZonedDateTime, says: &Sayings) -> String {
    let is_late = late >= LATE_AFTER;
    let has_label = row.label.is_some();
    let rings = &says.rings;
    let form = match (row.kind, is_late) {
        (Kind::Timer, false) => &rings.timer_rings,
        (Kind::Timer, true) => &rings.timer_was_done,
        (Kind::Alarm, false) if has_label => &rings.alarm_rings_with_label,
        (Kind::Alarm, false) => &rings.alarm_rings,
        (Kind::Alarm, true) if has_label => &rings.alarm_was_with_label,
        (Kind::Alarm, true) => &rings.alarm_was,
        (Kind::Reminder, false) => &rings.reminder_rings,
        (Kind::Reminder, true) => &rings.reminder_was,
    };
    let minutes = Duration::from_secs(late.as_secs() / 60 * 60);
    fill(
        form,
        &[
            ("name", &row.name(now, says)),
            ("label", row.label.as_deref().unwrap_or_default()),
            // It may be said minutes later, again.
            ("time", &says.speech.time(now)),
            ("now", &says.speech.it_is(now)),
            ("length", &says.speech.duration(minutes)),
        ],
    )
}
