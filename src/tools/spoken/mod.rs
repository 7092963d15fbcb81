//! What is spoken about numbers, lengths of time and moments: understanding it, and saying it.
//!
//! A recognizer writes "five minutes", "5 minutes" or "5-minute", as it likes: [`split`] makes words of
//! all of them, and the readers below know digits and words alike. Each reader wants the whole text to be
//! what it reads; a word that it does not know gives `None`, never a guess without it.
//!
//! [`words::Words`] holds the words of a language. English is known; a text in another language is not
//! understood ([`is_known`]).
//!
//! Pure: the time comes in as an argument.

mod clock_time;
mod day;
mod duration;
mod english;
mod moment;
mod number;
mod past;
mod say;
#[cfg(test)]
mod tests;
mod words;

pub use clock_time::is_time_of_day;
pub use day::day;
pub use duration::duration;
pub use moment::{Moment, Precision, moment};
pub use number::{Number, number};
pub use past::past_days;
pub use say::{say_date, say_duration, say_moment, say_number, say_number_to, say_time, spell_out};

pub(super) use number::quantity;
pub(super) use say::say_past_day;
pub(super) use words::{Words, split};

use crate::language::Language;

/// Whether the readers understand the language.
pub fn is_known(language: Language) -> bool {
    Words::of(language).is_some()
}
