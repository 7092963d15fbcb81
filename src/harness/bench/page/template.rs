//! The templates, and what they are filled with.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior};
use serde_json::Value;

const TEMPLATES: [(&str, &str); 5] = [
    (
        "base.html",
        include_str!("../../../../assets/report/base.html"),
    ),
    (
        "style.css",
        include_str!("../../../../assets/report/style.css"),
    ),
    (
        "report.html",
        include_str!("../../../../assets/report/report.html"),
    ),
    (
        "compare.html",
        include_str!("../../../../assets/report/compare.html"),
    ),
    (
        "endpointing.html",
        include_str!("../../../../assets/report/endpointing.html"),
    ),
];

/// Fills a template. Text is escaped, but for drawings, which the templates call safe.
pub(super) fn render(name: &str, page: Value) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in TEMPLATES {
        let added = environment.add_template(name, source);
        added.expect("the templates are part of the program, and tests fill them");
    }
    let template = environment.get_template(name).expect("it is one of them");
    let page = template.render(value(page));
    page.expect("tests fill every template with all that it asks for")
}

fn value(json: Value) -> minijinja::Value {
    match json {
        Value::Null => ().into(),
        Value::Bool(truth) => truth.into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().into(),
        },
        Value::String(text) => text.into(),
        Value::Array(list) => list.into_iter().map(value).collect(),
        Value::Object(map) => {
            let map = map.into_iter().map(|(name, of)| (name, value(of)));
            map.collect::<BTreeMap<_, _>>().into()
        }
    }
}
