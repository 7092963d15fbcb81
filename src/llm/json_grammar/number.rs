//! Numbers between limits.

use serde_json::Value;

use super::{Made, below, either, fail, literal, only};

/// Integers between two limits are listed.
const MOST_INTEGERS: i64 = 1_000;

const LIMITS: [&str; 4] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

pub(super) fn integer(schema: &Value, place: &str) -> Made {
    only(schema, place, &[&["type"], &LIMITS[..]].concat())?;
    let limit = |key: &str, step: i64| match schema.get(key) {
        None => Ok(None),
        Some(number) => match number.as_i64().and_then(|number| number.checked_add(step)) {
            Some(number) => Ok(Some(number)),
            None => fail(&below(place, key), "give an integer"),
        },
    };
    let least = limit("minimum", 0)?.max(limit("exclusiveMinimum", 1)?);
    let most = match (limit("maximum", 0)?, limit("exclusiveMaximum", -1)?) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    match (least, most) {
        (None, None) => Ok("integer".into()),
        (Some(0), None) => Ok("natural".into()),
        (Some(least), Some(most)) if most < least => {
            fail(place, "no integer lies between these limits")
        }
        (Some(least), Some(most)) if most.saturating_sub(least) < MOST_INTEGERS => {
            let all: Vec<String> = (least..=most)
                .map(|number| literal(&number.to_string()))
                .collect();
            Ok(either(&all))
        }
        _ => fail(
            place,
            &format!(
                "integers are held to two limits with at most {MOST_INTEGERS} between them, or to minimum 0"
            ),
        ),
    }
}

pub(super) fn number(schema: &Value, place: &str) -> Made {
    only(schema, place, &[&["type"], &LIMITS[..]].concat())?;
    let said: Vec<&str> = LIMITS
        .into_iter()
        .filter(|key| schema.get(key).is_some())
        .collect();
    match said.as_slice() {
        [] => Ok("number".into()),
        ["minimum"] if schema["minimum"].as_f64() == Some(0.0) => Ok("positive".into()),
        _ => fail(
            place,
            "numbers are held to minimum 0 alone; leave other limits out",
        ),
    }
}
