//! A conversation to look at: the microphone above, the loudspeaker below a middle line, what was
//! said to it as bands, and what it did as letters.

use super::super::report::{Conversation, Mark, Timeline};
use super::svg::{Anchor, Plot, Scale};

/// Levels beyond these are thinned out: one for a few pixels of a wide screen.
const MOST_POINTS: usize = 300;
/// What is fainter is silence. dBFS.
const FLOOR_DBFS: f64 = -60.0;
const MIDDLE: f64 = 66.0;
/// From the middle line to full scale.
const TALL: f64 = 44.0;
/// Letters stand in these lines, so that neighbours do not cover each other.
const LETTERS_Y: [f64; 2] = [132.0, 147.0];
/// Percent of the width that a letter takes on a narrow screen.
const LETTER: f64 = 3.2;
const BOTTOM: f64 = 152.0;
const HEIGHT: f64 = 176.0;

/// Letters of the marks, their classes, and what they mean; other marks are dots.
pub(super) const LETTERS: [(&str, &str, &str, &str); 7] = [
    ("turn_ended", "E", "ended", "turn taken as ended"),
    ("ducked", "D", "ducked", "ducked: quieter"),
    ("held", "H", "ducked", "held: silent for now"),
    ("unducked", "U", "resumed", "loud again"),
    ("resumed", "R", "resumed", "resumed after a hold"),
    ("interrupted", "S", "stopped", "stopped"),
    ("error", "!", "stopped", "error"),
];

/// Draws it.
pub(super) fn timeline(conversation: &Conversation) -> String {
    let line = &conversation.timeline;
    let levels = line.capture_dbfs.len().max(line.render_dbfs.len());
    let end_s = (levels as f64 * line.step_ms / 1_000.0).max(conversation.seconds);
    let scale = Scale::exactly(0.0, end_s);
    let mut plot = Plot::new(&format!("Timeline of {}", conversation.scenario), HEIGHT);
    plot.columns(scale, (MIDDLE - TALL, BOTTOM), "s");
    for (n, turn) in conversation.turns.iter().enumerate() {
        let (from, to) = (
            scale.at(turn.span_ms.0 / 1e3),
            scale.at(turn.span_ms.1 / 1e3),
        );
        let class = if turn.fault.is_some() {
            "said fault"
        } else {
            "said"
        };
        plot.group(turn.said.as_deref().unwrap_or("a sound"));
        plot.rect(class, (from, MIDDLE - TALL), (to - from, 2.0 * TALL));
        plot.text(
            "strong",
            (from, MIDDLE - TALL - 6.0),
            0.0,
            Anchor::Start,
            &(n + 1).to_string(),
        );
        plot.end();
    }
    area(&mut plot, scale, line, true);
    area(&mut plot, scale, line, false);
    plot.line("axis", (0.0, MIDDLE), (100.0, MIDDLE));
    plot.text("soft", (0.0, MIDDLE - 14.0), -6.0, Anchor::End, "mic");
    plot.text("soft", (0.0, MIDDLE + 22.0), -6.0, Anchor::End, "reply");
    marks(&mut plot, scale, &line.marks);
    plot.finish()
}

fn area(plot: &mut Plot, scale: Scale, line: &Timeline, up: bool) {
    let (levels, class, sign) = if up {
        (&line.capture_dbfs, "capture", -1.0)
    } else {
        (&line.render_dbfs, "render", 1.0)
    };
    if levels.is_empty() {
        return;
    }
    let every = levels.len().div_ceil(MOST_POINTS);
    let mut points = vec![(0.0, MIDDLE)];
    for (n, some) in levels.chunks(every).enumerate() {
        // The loudest: a short sound must not vanish.
        let loudest = f64::from(some.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let tall = (1.0 - loudest / FLOOR_DBFS).clamp(0.0, 1.0) * TALL;
        let t_s = (n * every) as f64 * line.step_ms / 1_000.0;
        points.push((scale.at(t_s), MIDDLE + sign * (tall * 10.0).round() / 10.0));
    }
    let end_s = levels.len() as f64 * line.step_ms / 1_000.0;
    points.push((scale.at(end_s), MIDDLE));
    plot.path(class, &points, true);
}

fn marks(plot: &mut Plot, scale: Scale, marks: &[Mark]) {
    let mut marks: Vec<&Mark> = marks.iter().collect();
    marks.sort_by(|a, b| a.t_ms.total_cmp(&b.t_ms));
    let mut free = [f64::NEG_INFINITY; LETTERS_Y.len()];
    for mark in marks {
        let x = scale.at(mark.t_ms / 1_000.0);
        let letter = LETTERS.iter().find(|(kind, ..)| *kind == mark.kind);
        let Some((_, letter, class, _)) = letter else {
            plot.dot("other", (x, MIDDLE), 2.0, &words(mark));
            continue;
        };
        let lane = free.iter().position(|from| *from <= x).unwrap_or(1);
        free[lane] = x + LETTER;
        plot.group(&words(mark));
        plot.line(
            &format!("event {class}"),
            (x, MIDDLE - TALL),
            (x, LETTERS_Y[lane] - 10.0),
        );
        plot.text(
            &format!("letter {class}"),
            (x, LETTERS_Y[lane]),
            0.0,
            Anchor::Middle,
            letter,
        );
        plot.end();
    }
}

/// A mark in words, with its time.
pub(super) fn words(mark: &Mark) -> String {
    let (kind, t_s) = (mark.kind.replace('_', " "), mark.t_ms / 1_000.0);
    match mark.text.as_str() {
        "" => format!("{t_s:.2} s {kind}"),
        text => format!("{t_s:.2} s {kind}: {text}"),
    }
}
