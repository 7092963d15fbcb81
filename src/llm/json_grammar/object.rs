//! Objects: which properties, in which order, and which of them may be left out.

use serde_json::{Map, Value, json};

use super::{Made, Rules, SchemaError, Unsupported, below, fail, literal, only};

/// More properties make a grammar larger than a model's prompt.
const MOST_PROPERTIES: usize = 100;
/// A tool with more arguments may be given any: its grammar is not to be larger than the prompt.
const MOST_LOOSE: usize = 24;

impl<'s> Rules<'s> {
    pub(super) fn object(&mut self, schema: &'s Value, place: &str) -> Made {
        only(
            schema,
            place,
            &["type", "properties", "required", "additionalProperties"],
        )?;
        let none = || Value::Object(Map::new());
        let others = schema.get("additionalProperties");
        let properties = match schema.get("properties") {
            Some(Value::Object(properties)) if !properties.is_empty() => properties,
            None | Some(Value::Object(_)) => {
                if let Some(name) = schema["required"]
                    .as_array()
                    .and_then(|names| names.first())
                {
                    return fail(&below(place, "required"), &format!("{name} is no property"));
                }
                // An empty list of properties means that there are none; with no list any may be written.
                return match (schema.get("properties"), others) {
                    (_, Some(Value::Bool(false))) | (Some(_), None) => Ok("\"{}\"".into()),
                    (_, None | Some(Value::Bool(true))) => Ok("object".into()),
                    (_, Some(other)) if *other == none() => Ok("object".into()),
                    (_, Some(other)) => {
                        let value = self.value(other, &below(place, "additionalProperties"))?;
                        let pair = self.rule(&format!("string \": \" {value}"));
                        Ok(format!("\"{{\" ({pair} (\", \" {pair})*)? \"}}\""))
                    }
                };
            }
            Some(_) => return fail(&below(place, "properties"), "give an object of schemas"),
        };
        self.listed(schema, properties, place)
    }

    /// Those that are listed; others are never written.
    fn listed(
        &mut self,
        schema: &'s Value,
        properties: &'s Map<String, Value>,
        place: &str,
    ) -> Made {
        let most = match self.unsupported {
            Unsupported::Refused => MOST_PROPERTIES,
            Unsupported::Loose => MOST_LOOSE,
        };
        if properties.len() > most {
            return fail(
                &below(place, "properties"),
                &format!("there are more than {most}"),
            );
        }
        let required: Vec<&str> = match &schema["required"] {
            Value::Null => Vec::new(),
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => return fail(&below(place, "required"), "give a list of names"),
        };
        if let Some(unknown) = required
            .iter()
            .find(|name| !properties.contains_key(**name))
        {
            return fail(
                &below(place, "required"),
                &format!("{unknown:?} is no property"),
            );
        }
        let listed = properties.keys().map(String::as_str);
        let (mut first, rest): (Vec<&str>, Vec<&str>) =
            listed.partition(|name| required.contains(name));
        if self.unsupported == Unsupported::Refused {
            // The author's order, which the map has lost. Models that were taught tools know the map's.
            let place = |name: &&str| required.iter().position(|one| one == name);
            first.sort_by_key(place);
        }
        let mut pair = |name: &&'s str| {
            let key = literal(&format!("{}: ", json!(name)));
            let value = self.value(
                &properties[*name],
                &below(&below(place, "properties"), name),
            )?;
            Ok::<_, SchemaError>(format!("{key} {value}"))
        };
        let first = first.iter().map(&mut pair).collect::<Result<Vec<_>, _>>()?;
        let rest = rest.iter().map(&mut pair).collect::<Result<Vec<_>, _>>()?;
        // Each optional one may be left out; a comma stands between any two.
        let mut after = String::new();
        for pair in rest.iter().rev() {
            let next = if after.is_empty() {
                String::new()
            } else {
                format!(" (\", \" {after})? | {after}")
            };
            after = self.name();
            self.define(&after.clone(), &format!("{pair}{next}"));
        }
        let body = match (first.is_empty(), after.is_empty()) {
            (true, _) => format!("({after})?"),
            (false, true) => first.join(" \", \" "),
            (false, false) => format!("{} (\", \" {after})?", first.join(" \", \" ")),
        };
        Ok(self.rule(&format!("\"{{\" {body} \"}}\"")))
    }
}
