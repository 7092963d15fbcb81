//! What each response was made of: one bar per turn, aligned where the user fell silent.

use std::collections::HashMap;

use super::super::format::number;
use super::super::report::{Report, Turn};
use super::svg::{Plot, Scale};

/// More turns are thinned out evenly: a bar is at least two pixels tall.
const MOST_ROWS: usize = 300;
const BOTTOM_ROOM: f64 = 26.0;
/// Hues of the style sheet, `s0` to `s9`.
const HUES: usize = 10;

/// Bars, the names of the stages in the order of their hues, and of how many turns some were left
/// out.
pub(super) struct Waterfall {
    pub svg: String,
    pub stages: Vec<String>,
    pub shown: usize,
    pub all: usize,
}

/// `None` if no turn has stages.
pub(super) fn waterfall(report: &Report) -> Option<Waterfall> {
    let mut rows: Vec<(String, &Turn, f64)> = Vec::new();
    for conversation in &report.conversations {
        for turn in conversation
            .turns
            .iter()
            .filter(|turn| !turn.stages.is_empty())
        {
            let name = format!("{} #{}", conversation.scenario, turn.stimulus);
            // Who is answered before the end waited for nothing.
            let v2v = turn.v2v_ms.filter(|v2v| *v2v > 0.0);
            rows.extend(v2v.map(|v2v| (name, turn, v2v)));
        }
    }
    if rows.is_empty() {
        return None;
    }
    rows.sort_by(|a, b| a.2.total_cmp(&b.2));
    let all = rows.len();
    let every = all.div_ceil(MOST_ROWS);
    // Backwards, so that the slowest is always there.
    let mut rows: Vec<_> = rows.into_iter().rev().step_by(every).collect();
    rows.reverse();
    let stages = stages(&rows);
    Some(Waterfall {
        svg: draw(&rows, &stages),
        stages,
        shown: rows.len(),
        all,
    })
}

fn stages(rows: &[(String, &Turn, f64)]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for stage in rows.iter().flat_map(|(_, turn, _)| &turn.stages) {
        if !names.contains(&stage.name) {
            names.push(stage.name.clone());
        }
    }
    names
}

/// The class of the n-th stage.
pub(super) fn hue(n: usize) -> String {
    format!("s{}", n % HUES)
}

fn draw(rows: &[(String, &Turn, f64)], stages: &[String]) -> String {
    let hues: HashMap<&str, String> = stages
        .iter()
        .enumerate()
        .map(|(n, name)| (name.as_str(), hue(n)))
        .collect();
    let sum = |turn: &Turn, sign: f64| {
        let parts = turn.stages.iter().map(|stage| stage.ms);
        parts.filter(|ms| ms * sign > 0.0).sum::<f64>()
    };
    let ends = rows
        .iter()
        .flat_map(|(_, turn, v2v)| [sum(turn, 1.0), sum(turn, -1.0), *v2v]);
    let scale = Scale::over(ends.chain([0.0]));
    let tall = (700.0 / rows.len() as f64).clamp(2.0, 16.0).floor();
    let bottom = tall * rows.len() as f64;
    // Between bars that are thin, gaps would be half of the picture.
    let bar = if tall < 6.0 { tall } else { tall - 1.0 };
    let mut plot = Plot::new(
        "Stages of each response, the fastest above; zero is the last sample of the user's speech",
        bottom + BOTTOM_ROOM,
    );
    plot.columns(scale, (0.0, bottom), "ms");
    for (n, (name, turn, v2v)) in rows.iter().enumerate() {
        let y = n as f64 * tall;
        plot.group(&words(name, turn, *v2v));
        // What saves time lies left of zero; the dot is the sum.
        let (mut right, mut left) = (0.0, 0.0);
        for stage in &turn.stages {
            let end = if stage.ms >= 0.0 {
                &mut right
            } else {
                &mut left
            };
            let (from, to) = (*end, *end + stage.ms);
            *end = to;
            let (x, end) = (scale.at(from.min(to)), scale.at(from.max(to)));
            plot.rect(&hues[stage.name.as_str()], (x, y), (end - x, bar));
        }
        if left < -0.5 {
            let x = scale.at(*v2v);
            plot.line("sum", (x, y), (x, y + bar));
        }
        plot.end();
    }
    let zero = scale.at(0.0);
    plot.line("axis", (zero, 0.0), (zero, bottom));
    plot.finish()
}

fn words(name: &str, turn: &Turn, v2v: f64) -> String {
    let part = |stage: &crate::events::Stage| format!("{} {}", stage.name, number(stage.ms));
    let parts: Vec<String> = turn.stages.iter().map(part).collect();
    format!("{name}: {} ms = {}", number(v2v), parts.join(", "))
}
