//! Reads single fields of what a client sets, with errors that name them.

use serde_json::{Map, Value};

use super::Refusal;

/// `param` must be what is expected.
pub(super) fn wrong(param: &str, expected: &str) -> Refusal {
    Refusal::of(
        param,
        "invalid_value",
        format!("{param} must be {expected}"),
    )
}

/// A field that is there; null is as if it were not.
pub(super) fn given<'a>(fields: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    fields.get(field).filter(|value| !value.is_null())
}

/// # Errors
/// The field is there and is no object.
pub(super) fn object<'a>(
    fields: &'a Map<String, Value>,
    path: &str,
    field: &str,
) -> Result<Option<&'a Map<String, Value>>, Refusal> {
    let value = given(fields, field);
    value
        .map(|value| {
            let object = value.as_object();
            object.ok_or_else(|| wrong(&format!("{path}.{field}"), "an object"))
        })
        .transpose()
}

/// # Errors
/// The field is there and is no number within these bounds.
pub(super) fn number(
    fields: &Map<String, Value>,
    path: &str,
    field: &str,
    (least, most): (f64, f64),
) -> Result<Option<f64>, Refusal> {
    let value = given(fields, field);
    value
        .map(|value| {
            let number = value.as_f64().filter(|n| (least..=most).contains(n));
            number.ok_or_else(|| {
                let expected = format!("a number from {least} to {most}");
                wrong(&format!("{path}.{field}"), &expected)
            })
        })
        .transpose()
}
