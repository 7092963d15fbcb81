//! How much a grammar may hold, and how often something may be repeated.

use serde_json::Value;

use super::{Made, Rules, SchemaError, below, fail};

/// A larger grammar takes longer to look through than the model takes to think. Bytes, and what is repeated; an
/// expression counts where it is made and where it stands.
const MOST_WRITTEN: usize = 512 << 10;

impl Rules<'_> {
    /// Refuses what makes the grammar too large.
    pub(super) fn count(&mut self, expression: String, place: &str) -> Made {
        let written = self.written.saturating_add(weight(&expression));
        if written > MOST_WRITTEN {
            return fail(
                place,
                "the schema is too large here: leave out what is not needed",
            );
        }
        self.written = written;
        Ok(expression)
    }
}

/// Bytes of an expression, and how often parts of it may be repeated: llama.cpp writes those out.
pub(super) fn weight(expression: &str) -> usize {
    let repeated = expression.split('{').skip(1).filter_map(|behind| {
        let (times, _) = behind.split_once('}')?;
        let (least, most) = times.split_once(',').unwrap_or((times, ""));
        most.parse::<usize>().or_else(|_| least.parse()).ok()
    });
    let most = MOST_TIMES as usize;
    let repeated: usize = repeated.map(|times| times.min(most)).sum();
    expression.len() + repeated
}

/// How often something may be repeated.
pub(super) fn times(least: usize, most: Option<usize>) -> String {
    match (least, most) {
        (0, None) => "*".into(),
        (least, None) => format!("{{{least},}}"),
        (least, Some(most)) => format!("{{{least},{most}}}"),
    }
}

/// More repetitions are not taken by llama.cpp.
const MOST_TIMES: u64 = 1_000;

/// Two numbers that say how many.
pub(super) fn bounds(
    schema: &Value,
    keys: [&str; 2],
    place: &str,
) -> Result<(usize, Option<usize>), SchemaError> {
    let [least, most] = keys.map(|key| match schema.get(key) {
        None => Ok(None),
        Some(number) => match number.as_u64().filter(|number| *number <= MOST_TIMES) {
            Some(number) => Ok(Some(number as usize)),
            None => fail(
                &below(place, key),
                &format!("give a number from 0 to {MOST_TIMES}"),
            ),
        },
    });
    let (least, most) = (least?.unwrap_or(0), most?);
    match most {
        Some(most) if most < least => fail(
            &below(place, keys[1]),
            &format!("it is less than {}", keys[0]),
        ),
        most => Ok((least, most)),
    }
}
