//! The time and the date.

use std::time::Duration;

use jiff::ZonedDateTime;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use num_traits::ToPrimitive;

use super::arguments::Arguments;
use super::places::{Place, find};
use super::says::fill;
use super::spoken::{day, moment, one_or_several};
use super::{Class, Outcome, Spec, ToolError, Toolbox, lookup, optional, required, say};

pub(super) static TOOLS: &[Spec] = &[
    Spec {
        name: "get_time",
        description: "Tell the time, here or in a city or country.",
        class: Class::Read,
        parameters: &[optional("place", "the city or country")],
        run: get_time,
    },
    Spec {
        name: "time_when",
        description: "Tell what time it is in one city or country when it is a given time in another, or here.",
        class: Class::Read,
        parameters: &[
            required("place", "the city or country"),
            required("time", "the time that is given"),
            optional("from", "where that time is given"),
        ],
        run: time_when,
    },
    Spec {
        name: "time_difference",
        description: "Tell how much later or earlier it is in one city or country than in another, or here.",
        class: Class::Read,
        parameters: &[
            required("place", "the city or country"),
            optional("from", "what it is compared with"),
        ],
        run: time_difference,
    },
    Spec {
        name: "get_date",
        description: "Tell today's date and weekday, or those of another day.",
        class: Class::Read,
        parameters: &[optional("day", "the day")],
        run: get_date,
    },
    Spec {
        name: "days_until",
        description: "Count the days until a day.",
        class: Class::Read,
        parameters: &[required("day", "the day")],
        run: days_until,
    },
    Spec {
        name: "days_between",
        description: "Count the days from one day to another.",
        class: Class::Read,
        parameters: &[
            required("from", "the first day"),
            required("to", "the last day"),
        ],
        run: days_between,
    },
    Spec {
        name: "time_until",
        description: "Tell how long it is until a time.",
        class: Class::Read,
        parameters: &[required("time", "the time that is given")],
        run: time_until,
    },
    Spec {
        name: "week_number",
        description: "Tell the number of this week.",
        class: Class::Read,
        parameters: &[],
        run: week_number,
    },
    Spec {
        name: "leap_year",
        description: "Tell whether a year is a leap year, this one or another.",
        class: Class::Read,
        parameters: &[optional("year", "the year")],
        run: leap_year,
    },
];

/// The years that may be leap years here: the calendar ends at 9999.
const YEARS: std::ops::RangeInclusive<i16> = 1..=9_990;

fn get_time(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().calendar, &toolbox.says().speech);
    let Some(name) = given.text("place") else {
        return say(fill(&says.time, &[("now", &speech.it_is(now))]));
    };
    let there = now.with_time_zone(zone(toolbox, name)?);
    say_there(toolbox, name, (&there, now.date()), &says.time_there)
}

/// What time it is in a place, in this form if the day is that of here.
fn say_there(
    toolbox: &Toolbox,
    place: &str,
    (there, here): (&ZonedDateTime, Date),
    on_one_day: &str,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().calendar, &toolbox.says().speech);
    let form = if there.date() == here {
        on_one_day
    } else {
        &says.time_there_on_another_day
    };
    let (time, weekday) = (speech.time(there), speech.weekday(there.date()));
    say(fill(
        form,
        &[("place", place), ("time", &time), ("weekday", weekday)],
    ))
}

/// The time zone of a city or country.
fn zone(toolbox: &Toolbox, name: &str) -> Result<TimeZone, ToolError> {
    let says = &toolbox.says().calendar;
    let english = lookup::in_english(name, toolbox.language).unwrap_or(name);
    let place = match &toolbox.facts {
        Some(facts) => lookup::zone(facts, english)?,
        None => find(english),
    };
    let wrong = match place {
        Place::Zone(zone) => return Ok(zone),
        Place::SeveralZones => &says.several_zones,
        Place::Unknown => &says.unknown_zone,
    };
    Err(ToolError::Declined(fill(wrong, &[("place", name)])))
}

/// Now, where a place was named, or here.
fn now_in(
    toolbox: &Toolbox,
    name: Option<&str>,
    now: &ZonedDateTime,
) -> Result<ZonedDateTime, ToolError> {
    match name {
        Some(name) => Ok(now.with_time_zone(zone(toolbox, name)?)),
        None => Ok(now.clone()),
    }
}

fn time_when(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = &toolbox.says().calendar;
    let name = given.required("place")?;
    let zone = zone(toolbox, name)?;
    let from = now_in(toolbox, given.text("from"), now)?;
    let at = moment(given.required("time")?, &from, toolbox.language);
    let at = at.ok_or_else(|| given.not_understood("time"))?.at;
    let there = at.with_time_zone(zone);
    say_there(toolbox, name, (&there, at.date()), &says.time_there_then)
}

fn time_difference(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().calendar, &toolbox.says().speech);
    let name = given.required("place")?;
    let there = now.with_time_zone(zone(toolbox, name)?);
    let (from, here) = (
        given.text("from"),
        now_in(toolbox, given.text("from"), now)?,
    );
    let seconds = there.offset().seconds() - here.offset().seconds();
    let form = match (seconds, from) {
        (0, Some(_)) => &says.same_time,
        (0, None) => &says.same_time_as_here,
        (1.., Some(_)) => &says.later,
        (1.., None) => &says.later_than_here,
        (_, Some(_)) => &says.earlier,
        (_, None) => &says.earlier_than_here,
    };
    let length = speech.duration(Duration::from_secs(seconds.unsigned_abs().into()));
    let from = from.unwrap_or_default();
    say(fill(
        form,
        &[("place", name), ("from", from), ("length", &length)],
    ))
}

fn get_date(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().calendar, &toolbox.says().speech);
    let said = |form: &str, date| say(fill(form, &[("date", &speech.date(date))]));
    let Some(text) = given.text("day") else {
        return said(&says.today, now.date());
    };
    let date = day(text, now, toolbox.language).ok_or_else(|| given.not_understood("day"))?;
    let form = match distance(toolbox, now.date(), date)? {
        ..0 => &says.past,
        0 => &says.today,
        1 => &says.tomorrow,
        _ => &says.to_come,
    };
    said(form, date)
}

fn days_until(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let text = given.required("day")?;
    let date = day(text, now, toolbox.language).ok_or_else(|| given.not_understood("day"))?;
    let (says, speech) = (&toolbox.says().calendar, &toolbox.says().speech);
    let distance = distance(toolbox, now.date(), date)?;
    let (form, date) = match distance {
        0 => (&says.until_today, speech.date(date)),
        1 => (&says.until_tomorrow, speech.date(date)),
        -1 => (&says.since_yesterday, speech.date(date)),
        ..0 => (&says.since, speech.on_date(date)),
        _ => (&says.until, speech.date(date)),
    };
    let days = distance.abs().to_string();
    say(fill(form, &[("date", &date), ("days", &days)]))
}

fn days_between(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let date = |name, seen_from: &ZonedDateTime| {
        let text = given.required(name)?;
        let date = day(text, seen_from, toolbox.language);
        date.ok_or_else(|| given.not_understood(name))
    };
    let from = date("from", now)?;
    // A day without its year is the next one after the first.
    let to = date("to", &now.with().date(from).build().unwrap_or(now.clone()))?;
    let (from, to) = (from.min(to), from.max(to));
    let days = distance(toolbox, from, to)?;
    let (says, speech) = (&toolbox.says().calendar, &toolbox.says().speech);
    let (from, to) = (speech.date(from), speech.date(to));
    let days = days.to_string();
    let form = one_or_several(&says.days_between, &days);
    say(fill(
        form,
        &[("from", &from), ("to", &to), ("count", &days)],
    ))
}

fn time_until(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().calendar, &toolbox.says().speech);
    let time = moment(given.required("time")?, now, toolbox.language);
    let at = time.ok_or_else(|| given.not_understood("time"))?.at;
    if at.date() == now.date() && at < *now {
        // "How long until Christmas?" on the day itself, or until an hour of today that is over.
        return say(fill(
            &says.until_today,
            &[("date", &speech.date(at.date()))],
        ));
    }
    let left = at.duration_since(now);
    if left.is_negative() {
        return Err(given.not_understood("time"));
    }
    let left = left.unsigned_abs();
    // Whole minutes, where there are any.
    let seconds = match left.as_secs() {
        short @ ..60 => short,
        long => long.div_ceil(60) * 60,
    };
    let length = speech.duration(Duration::from_secs(seconds));
    say(fill(&says.time_left, &[("length", &length)]))
}

fn week_number(
    toolbox: &mut Toolbox,
    _: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let week = now.date().iso_week_date().week();
    let says = &toolbox.says().calendar;
    say(fill(&says.week, &[("week", &week.to_string())]))
}

fn leap_year(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let year = match given.number("year", toolbox.language)? {
        Some(number) => (number.is_integer().then(|| number.to_integer().to_i16()))
            .flatten()
            .filter(|year| YEARS.contains(year))
            .ok_or_else(|| given.not_understood("year"))?,
        None => now.year(),
    };
    let is_leap = |year: i16| Date::new(year, 1, 1).is_ok_and(Date::in_leap_year);
    // At most eight years away: 1896, 1904.
    let next = (year + 1..=year + 8).find(|year| is_leap(*year));
    let says = &toolbox.says().calendar;
    let form = if is_leap(year) {
        &says.is_leap
    } else {
        &says.is_no_leap
    };
    let (year, next) = (year.to_string(), next.unwrap_or(year).to_string());
    say(fill(form, &[("year", &year), ("next", &next)]))
}

/// From one day to another, in days.
fn distance(toolbox: &Toolbox, from: Date, to: Date) -> Result<i32, ToolError> {
    let span = from.until(to);
    let days = span.map(|span| span.get_days());
    days.map_err(|_| ToolError::Declined(toolbox.says().calendar.too_far.clone()))
}
