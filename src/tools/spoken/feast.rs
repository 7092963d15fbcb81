//! Days that have a name and no weekday of their own, or no date.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// When a feast is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum Feast {
    /// On this day of this month.
    On(i8, i8),
    /// This number of days after Easter Sunday. A negative one is before it.
    AfterEaster(i32),
    /// Days after a weekday of a month: `AfterNth(1, 4, Thursday, 11)` is one day after the fourth Thursday of November.
    AfterNth(i32, i8, Weekday, i8),
}

impl Feast {
    /// Its day in a year; a date may not exist in all of them.
    pub fn in_year(self, year: i16) -> Option<Date> {
        let after = |days: i32, date: Date| date.checked_add(days.days()).ok();
        match self {
            Self::On(month, day) => Date::new(year, month, day).ok(),
            Self::AfterEaster(days) => after(days, easter(year)?),
            Self::AfterNth(days, nth, weekday, month) => {
                let first = Date::new(year, month, 1).ok()?;
                after(days, first.nth_weekday_of_month(nth, weekday).ok()?)
            }
        }
    }

    /// The next such day, today included; the 29th of February waits for its year.
    pub fn next(self, today: Date) -> Option<Date> {
        let mut years = (0..=8).filter_map(|ahead| self.in_year(today.year() + ahead));
        years.find(|date| *date >= today)
    }
}

/// Easter Sunday of the Gregorian calendar, as Meeus, Jones and Butcher compute it.
fn easter(year: i16) -> Option<Date> {
    let year_number = i32::from(year);
    let (century, of_century) = (year_number / 100, year_number % 100);
    let golden = year_number % 19;
    let correction = (century + 8) / 25;
    let moon = (19 * golden + century - century / 4 - (century - correction + 1) / 3 + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * weekday) / 451;
    let days = moon + weekday - 7 * late + 114;
    let (month, day) = (
        i8::try_from(days / 31).ok()?,
        i8::try_from(days % 31 + 1).ok()?,
    );
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn easter_is_where_calendars_have_it() {
        for easter in [
            date(1961, 4, 2),
            date(2000, 4, 23),
            date(2008, 3, 23),
            date(2024, 3, 31),
            date(2025, 4, 20),
            date(2026, 4, 5),
            date(2027, 3, 28),
            date(2038, 4, 25),
        ] {
            assert_eq!(super::easter(easter.year()), Some(easter));
        }
    }

    #[test]
    fn a_feast_on_a_weekday_is_found_in_each_year() {
        let thanksgiving = Feast::AfterNth(0, 4, Weekday::Thursday, 11);
        assert_eq!(thanksgiving.in_year(2026), Some(date(2026, 11, 26)));
        assert_eq!(
            thanksgiving.next(date(2026, 11, 28)),
            Some(date(2027, 11, 25))
        );
    }
}
