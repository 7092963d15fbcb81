//! English: which rule says a word, from the most particular to the most general.
//!
//! Every rule looks at the word at hand and its neighbours and either says one or more words or
//! leaves them to the next rule; the last one says anything.

mod addresses;
mod dates;
mod money;
mod numbers;
mod quantities;
mod spelling;
mod symbols;
mod units;
mod words;

use super::Said;
use super::markup::Kind;
use super::word::{Context, Word};

const CODE: &str = "some code";

/// Says the word at hand, together with as many of the next as belong to it.
pub(super) fn say(context: &Context) -> Said {
    let word = context.word();
    if word.kind == Kind::Code {
        return one(CODE);
    }
    if word.core.is_empty() {
        return one("");
    }
    if is_plain(word.core) {
        return dates::short_month(context)
            .or_else(|| symbols::alone(context))
            .or_else(|| words::abbreviation(context))
            .unwrap_or_else(|| one(words::plain(context)));
    }
    let rules: &[fn(&Context) -> Option<Said>] = &[
        words::fixed,
        symbols::alone,
        addresses::address,
        addresses::telephone,
        addresses::code,
        dates::moment,
        quantities::verse,
        dates::date,
        dates::time,
        money::money,
        quantities::power,
        quantities::grouped,
        quantities::quantity,
        quantities::rate,
        words::abbreviation,
    ];
    rules
        .iter()
        .find_map(|rule| rule(context))
        .unwrap_or_else(|| one(symbols::mixture(word.core)))
}

fn is_plain(core: &str) -> bool {
    core.chars().all(char::is_alphabetic)
}

fn one(spoken: impl Into<String>) -> Said {
    many(spoken, 1)
}

fn many(spoken: impl Into<String>, words: usize) -> Said {
    Said {
        spoken: spoken.into(),
        words,
        abbreviated: false,
    }
}

fn abbreviated(spoken: impl Into<String>, words: usize) -> Said {
    Said {
        abbreviated: true,
        ..many(spoken, words)
    }
}
