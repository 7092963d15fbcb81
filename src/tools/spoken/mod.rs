//! What is spoken about numbers, lengths of time and moments: understanding it, and saying it.
//!
//! A recognizer writes "five minutes", "5 minutes" or "5-minute", as it likes: [`split`] makes words of
//! all of them, and the readers below know digits and words alike. Each reader wants the whole text to be
//! what it reads; a word that it does not know gives `None`, never a guess without it.
//!
//! [`words::Words`] holds the words that the readers know, which are English. `translation` puts what was said in
//! another language into these, by that language's table; `say` says things in each language.
//!
//! Pure: the time comes in as an argument.

mod clock_time;
mod day;
mod duration;
mod english;
mod feast;
mod moment;
mod number;
mod numerals;
mod past;
mod say;
#[cfg(test)]
mod tests;
mod translation;
mod weekly;
mod words;

pub use clock_time::is_time_of_day;
pub use day::day;
pub use duration::duration;
pub use moment::{Moment, Precision, moment};
pub use number::{Number, number};
pub use past::past_days;
pub use translation::is_number_word;
pub use weekly::{Weekdays, mentions_every, weekly};

#[cfg(test)]
use crate::language::Language;
pub(super) use number::quantity;
pub(super) use say::{Speech, counted, one_or_several, say_number, spell_out};
pub(super) use translation::{About, readable};
pub(super) use words::{Words, split};
