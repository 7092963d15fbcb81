//! The time and the date.

use jiff::ZonedDateTime;
use jiff::civil::Date;

use super::arguments::Arguments;
use super::places::{Place, find};
use super::says::fill;
use super::spoken::day;
use super::{Class, Outcome, Spec, ToolError, Toolbox, declined, lookup, optional, required, say};

pub(super) static TOOLS: &[Spec] = &[
    Spec {
        name: "get_time",
        description: "Tell the time, here or in a city or country.",
        class: Class::Read,
        parameters: &[optional("place", "the city or country")],
        run: get_time,
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
];

fn get_time(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().calendar, &toolbox.says().speech);
    let Some(name) = given.text("place") else {
        return say(fill(&says.time, &[("now", &speech.it_is(now))]));
    };
    let place = match &toolbox.facts {
        Some(facts) => lookup::zone(facts, name)?,
        None => find(name),
    };
    match place {
        Place::Zone(zone) => {
            let there = now.with_time_zone(zone);
            let form = if there.date() == now.date() {
                &says.time_there
            } else {
                &says.time_there_on_another_day
            };
            let (time, weekday) = (speech.time(&there), speech.weekday(there.date()));
            say(fill(
                form,
                &[("place", name), ("time", &time), ("weekday", weekday)],
            ))
        }
        Place::SeveralZones => declined(fill(&says.several_zones, &[("place", name)])),
        Place::Unknown => declined(fill(&says.unknown_zone, &[("place", name)])),
    }
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

/// From one day to another, in days.
fn distance(toolbox: &Toolbox, from: Date, to: Date) -> Result<i32, ToolError> {
    let span = from.until(to);
    let days = span.map(|span| span.get_days());
    days.map_err(|_| ToolError::Declined(toolbox.says().calendar.too_far.clone()))
}
