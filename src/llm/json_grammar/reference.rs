//! `$ref`: rules that are made once, and may name themselves behind what they write first.

use std::collections::HashSet;

use serde_json::Value;

use super::{Made, Rules, fail};

impl<'s> Rules<'s> {
    /// What `$ref` names: a rule, which may name itself.
    pub(super) fn refer(&mut self, name: &'s Value, place: &str) -> Made {
        let inside = name.as_str().and_then(|name| name.strip_prefix('#'));
        let Some(pointer) = inside else {
            return fail(
                place,
                "only what stands in the same schema can be referred to: #/$defs/NAME",
            );
        };
        let Some(schema) = self.whole.pointer(pointer) else {
            return fail(place, &format!("there is nothing at #{pointer}"));
        };
        if let Some(beginning) = self.beginning {
            // A rule that may begin with itself has no end, and llama.cpp takes none.
            if self.may_begin(pointer, beginning) {
                return fail(place, "it refers to itself before anything is written");
            }
            self.begin_with.entry(beginning).or_default().push(pointer);
        }
        if let Some(rule) = self.referred.get(pointer) {
            return Ok(rule.clone());
        }
        let rule = self.name();
        self.referred.insert(pointer, rule.clone());
        let outer = self.beginning.replace(pointer);
        let made = self.value(schema, &format!("#{pointer}"));
        self.beginning = outer;
        // What is loose never fails here, so each rule that is named is made.
        self.define(&rule, &made?);
        Ok(rule)
    }

    /// Whether what `from` names may begin with what `to` names.
    fn may_begin(&self, from: &str, to: &str) -> bool {
        let (mut open, mut seen) = (vec![from], HashSet::new());
        while let Some(one) = open.pop() {
            if one == to {
                return true;
            }
            if seen.insert(one) {
                open.extend(self.begin_with.get(one).into_iter().flatten());
            }
        }
        false
    }
}
