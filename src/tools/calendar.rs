//! The time and the date.

use jiff::ZonedDateTime;
use jiff::civil::Date;

use super::arguments::Arguments;
use super::places::{Place, find};
use super::spoken::{day, say_date, say_time};
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
    let Some(name) = given.text("place") else {
        return say(format!("It is {}.", say_time(now)));
    };
    let place = match &toolbox.facts {
        Some(facts) => lookup::zone(facts, name)?,
        None => find(name),
    };
    match place {
        Place::Zone(zone) => {
            let there = now.with_time_zone(zone);
            let time = say_time(&there);
            if there.date() == now.date() {
                return say(format!("In {name} it is {time}."));
            }
            say(format!(
                "In {name} it is {time} on {}.",
                there.strftime("%A")
            ))
        }
        Place::SeveralZones => declined(format!(
            "There is more than one time zone in {name}. Please name a city."
        )),
        Place::Unknown => declined(format!("I do not know the time zone of {name}.")),
    }
}

fn get_date(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let Some(text) = given.text("day") else {
        return say(format!("Today is {}.", say_date(now.date())));
    };
    let date = day(text, now, toolbox.language).ok_or_else(|| given.not_understood("day"))?;
    let verb = match distance(now.date(), date)? {
        ..0 => "That was",
        0 => "Today is",
        1 => "Tomorrow is",
        _ => "That is",
    };
    say(format!("{verb} {}.", say_date(date)))
}

fn days_until(
    toolbox: &mut Toolbox,
    given: &Arguments,
    now: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let text = given.required("day")?;
    let date = day(text, now, toolbox.language).ok_or_else(|| given.not_understood("day"))?;
    let said = say_date(date);
    match distance(now.date(), date)? {
        0 => say(format!("That is today, {said}.")),
        1 => say(format!("That is tomorrow, {said}.")),
        -1 => say(format!("That was yesterday, {said}.")),
        days @ ..0 => say(format!("That was {} days ago, on {said}.", days.abs())),
        days => say(format!("There are {days} days until {said}.")),
    }
}

/// From one day to another, in days.
fn distance(from: Date, to: Date) -> Result<i32, ToolError> {
    let span = from.until(to);
    let days = span.map(|span| span.get_days());
    days.map_err(|_| ToolError::Declined("That day is too far away.".to_owned()))
}
