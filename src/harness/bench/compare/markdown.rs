//! A comparison as Markdown, fit for a comment on GitHub.

use super::super::format::{number, percent};
use super::super::markdown::{plain, table};
use super::{Change, Comparison, Statistic};

/// Sentence, what the runs do not have in common, what moved; the rest folded away.
pub fn compare_markdown(comparison: &Comparison) -> String {
    let mut text = format!("### {}\n\n", plain(&comparison.sentence));
    for warning in &comparison.warnings {
        text += &format!("> **Warning:** {}\n\n", plain(warning));
    }
    if !comparison.differs.is_empty() {
        let rows = comparison.differs.iter().map(|d| {
            let cells = [&d.what, &d.base, &d.new];
            cells.map(|cell| plain(&short(cell))).into()
        });
        text += &table(&["differs in", "base", "new"], rows.collect());
    }
    let (moved, rest): (Vec<&Change>, Vec<&Change>) =
        comparison.changes.iter().partition(|c| c.outcome.moved());
    if !moved.is_empty() {
        text += &changes(&moved);
    }
    let rest = changes(&rest);
    text + &format!("<details><summary>What did not move</summary>\n\n{rest}</details>\n")
}

fn changes(changes: &[&Change]) -> String {
    let rows = changes.iter().map(|change| {
        let [figure, base, new, by, outcome] = change.cells();
        vec![format!("`{figure}`"), base, new, by, outcome]
    });
    table(&Change::HEADINGS, rows.collect())
}

/// Hashes are known by their first letters.
fn short(text: &str) -> String {
    const HASH: usize = 64;
    if text.len() == HASH && text.chars().all(|c| c.is_ascii_hexdigit()) {
        text[..12].to_owned()
    } else {
        text.to_owned()
    }
}

impl Change {
    /// Headings of [`Change::cells`].
    pub const HEADINGS: [&str; 5] = ["figure", "base", "new", "difference (95% interval)", ""];

    /// As a row of a table.
    pub fn cells(&self) -> [String; 5] {
        let value = |value: f64| match self.statistic {
            Statistic::Rate => percent(value),
            Statistic::P50 | Statistic::P95 | Statistic::Value => self.unit.of(value),
        };
        let signed = |by: f64| match self.statistic {
            Statistic::Rate => format!("{:+.1}", by * 100.0),
            _ if by > 0.0 => format!("+{}", number(by)),
            _ => number(by),
        };
        let by = match self.interval {
            Some(range) if self.statistic == Statistic::Rate => format!(
                "{} points ({} to {})",
                signed(self.difference),
                signed(range.0),
                signed(range.1)
            ),
            Some(range) => format!(
                "{} ({} to {})",
                signed(self.difference),
                signed(range.0),
                signed(range.1)
            ),
            None => signed(self.difference),
        };
        let outcome = match &self.not_judged {
            Some(reason) => format!("not judged: {reason}"),
            None => self.outcome.written().into(),
        };
        let figure = format!("{}.{}", self.metric, self.statistic.name());
        [figure, value(self.base), value(self.new), by, outcome]
    }
}
