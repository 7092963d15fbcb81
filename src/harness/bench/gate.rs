//! Budgets: `v2v.p95_ms<=600`. A gate is parsed before a run and checked after it. Pure.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::metric::{Figure, Metric, Metrics, Unit};
use super::report::GateResult;

/// A budget: what to look at, and within which bound it has to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    path: String,
    relation: Relation,
    bound: f64,
}

/// How a figure has to stand to the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    AtMost,
    AtLeast,
    Below,
    Above,
    Equal,
}

/// Those of two characters first, since they begin with those of one.
const RELATIONS: [(&str, Relation); 5] = [
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("==", Relation::Equal),
    ("<", Relation::Below),
    (">", Relation::Above),
];

/// Why a gate is none, or cannot be checked.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GateError {
    /// It is not written as one.
    #[error("{0}: write METRIC.FIELD, one of <= >= < > ==, and a number, as in v2v.p95_ms<=600")]
    Malformed(&'static str),
    /// The report has no such metric.
    #[error("{path} was not measured; {}", offer(.nearest))]
    NotMeasured {
        /// As the gate has it.
        path: String,
        /// Names of metrics that are in the report and look alike.
        nearest: Vec<String>,
    },
    /// The metric has no such field.
    #[error("{metric} has no {field}; it has {}", .fields.join(", "))]
    NoField {
        /// The metric.
        metric: String,
        /// As the gate has it.
        field: String,
        /// What may be written instead.
        fields: Vec<String>,
    },
    /// The metric is not in this unit.
    #[error("{metric} is not measured in {unit:?}; write {right}")]
    WrongUnit {
        /// The metric.
        metric: String,
        /// As the gate has it.
        unit: String,
        /// The whole path with the right one.
        right: String,
    },
    /// A 99th percentile of few values is only their maximum.
    #[error("{metric} has {n} values, and p99 needs 1000; use p95, or hold more conversations")]
    TooFew {
        /// The metric.
        metric: String,
        /// How many values it has.
        n: usize,
    },
}

fn offer(names: &[String]) -> String {
    match names {
        [] => "the report has no metrics".into(),
        names => format!("measured were, for example, {}", names.join(", ")),
    }
}

impl FromStr for Gate {
    type Err = GateError;

    fn from_str(text: &str) -> Result<Self, GateError> {
        let at = text.find(['<', '>', '=']);
        let (path, rest) = text.split_at(at.ok_or(GateError::Malformed("there is no relation"))?);
        let found = RELATIONS.iter().find(|(sign, _)| rest.starts_with(sign));
        let (sign, relation) = found.ok_or(GateError::Malformed("= is written == or <="))?;
        let path = path.trim();
        if !path.contains('.') || path.starts_with('.') || path.ends_with('.') {
            return Err(GateError::Malformed("the metric's field is missing"));
        }
        let bound = rest[sign.len()..].trim().parse();
        let bound: Option<f64> = bound.ok().filter(|number: &f64| number.is_finite());
        Ok(Self {
            path: path.into(),
            relation: *relation,
            bound: bound.ok_or(GateError::Malformed("behind the relation is no number"))?,
        })
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = RELATIONS.iter().find(|(_, r)| *r == self.relation);
        let sign = sign.map_or("", |(sign, _)| sign);
        write!(f, "{}{sign}{}", self.path, self.bound)
    }
}

impl Gate {
    /// Checks the budget. What could not be measured has not passed, and says why.
    pub fn check(&self, metrics: &Metrics) -> GateResult {
        let measured = self.measured(metrics);
        let passed = measured.as_ref().is_ok_and(|value| self.holds(*value));
        GateResult {
            gate: self.to_string(),
            measured: measured.as_ref().ok().copied(),
            passed,
            problem: measured.err().map(|error| error.to_string()),
        }
    }

    /// Field and bound, if the gate is an upper bound of one of this metric's fields.
    pub fn budget_of(&self, metric: &str) -> Option<(String, f64)> {
        let upper = matches!(self.relation, Relation::AtMost | Relation::Below);
        let (name, field) = self.path.rsplit_once('.')?;
        let field = field.split('_').next().unwrap_or(field);
        let of_values = field.starts_with('p') || field == "max";
        (upper && name == metric && of_values).then(|| (field.into(), self.bound))
    }

    /// The figure that the gate is about, in the metric's unit.
    ///
    /// # Errors
    /// [`GateError`], but not `Malformed`: the report does not have it.
    pub fn measured(&self, metrics: &Metrics) -> Result<f64, GateError> {
        // No field has a dot in it: all before the last one is the metric's name.
        let (name, field) = self.path.rsplit_once('.').unwrap_or((&self.path, ""));
        let metric = metrics.0.get(name);
        let metric = metric.ok_or_else(|| GateError::NotMeasured {
            path: self.path.clone(),
            nearest: alike(name, metrics),
        })?;
        Field { name, metric }.value(field)
    }

    fn holds(&self, value: f64) -> bool {
        match self.relation {
            Relation::AtMost => value <= self.bound,
            Relation::AtLeast => value >= self.bound,
            Relation::Below => value < self.bound,
            Relation::Above => value > self.bound,
            Relation::Equal => value == self.bound,
        }
    }
}

/// A metric whose field is looked for.
struct Field<'a> {
    name: &'a str,
    metric: &'a Metric,
}

impl Field<'_> {
    fn value(&self, field: &str) -> Result<f64, GateError> {
        let (base, unit) = match field.split_once('_') {
            Some((base, unit)) => (base, Some(unit)),
            None => (field, None),
        };
        let fields = self.fields();
        let Some((_, value, of_unit)) = fields.iter().find(|(name, ..)| *name == base) else {
            return Err(GateError::NoField {
                metric: self.name.into(),
                field: field.into(),
                fields: fields.iter().map(|f| self.written(f.0, f.2)).collect(),
            });
        };
        if let Some(unit) = unit.filter(|unit| *unit != of_unit.symbol()) {
            return Err(GateError::WrongUnit {
                metric: self.name.into(),
                unit: unit.into(),
                right: format!("{}.{}", self.name, self.written(base, *of_unit)),
            });
        }
        value.ok_or_else(|| GateError::TooFew {
            metric: self.name.into(),
            n: match &self.metric.figure {
                Figure::Distribution(all) => all.summary.n,
                Figure::Rate(_) | Figure::Value { .. } => 1,
            },
        })
    }

    /// Name, value and unit of each field.
    fn fields(&self) -> Vec<(&'static str, Option<f64>, Unit)> {
        let unit = self.metric.unit;
        match &self.metric.figure {
            Figure::Distribution(all) => vec![
                ("n", Some(all.summary.n as f64), Unit::Count),
                ("p50", Some(all.summary.p50), unit),
                ("p90", Some(all.summary.p90), unit),
                ("p95", Some(all.summary.p95), unit),
                ("p99", all.p99, unit),
                ("min", Some(all.min), unit),
                ("max", Some(all.summary.max), unit),
            ],
            Figure::Rate(rate) => vec![
                ("rate", Some(rate.rate), Unit::Ratio),
                ("count", Some(rate.count as f64), Unit::Count),
                ("of", Some(rate.of as f64), Unit::Count),
            ],
            Figure::Value { value } => vec![("value", Some(*value), unit)],
        }
    }

    fn written(&self, field: &str, unit: Unit) -> String {
        match unit.symbol() {
            "" => field.into(),
            symbol => format!("{field}_{symbol}"),
        }
    }
}

/// How many names are offered instead of one that is not there.
const OFFERED: usize = 3;

fn alike(wanted: &str, metrics: &Metrics) -> Vec<String> {
    let mut names: Vec<&String> = metrics.0.keys().collect();
    names.sort_by_key(|name| {
        let related = name.starts_with(wanted) || wanted.starts_with(name.as_str());
        (!related, edits(wanted, name))
    });
    names.into_iter().take(OFFERED).cloned().collect()
}

/// Letters to insert, delete or replace to make one word of the other. Source: Levenshtein, Binary
/// codes capable of correcting deletions, insertions and reversals, 1966.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (n, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], n + 1);
        for (m, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[m + 1];
            row[m + 1] = replaced.min(row[m] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
