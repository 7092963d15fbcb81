//! The screen as a function of its state.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Clear};
use unicode_width::UnicodeWidthStr;
use vivavoce::events::{Activity, Stage};

use super::conversation::Page;
use super::layout::{Areas, key_lines};
use super::state::ScreenState;
use super::wrap::wrap;
use crate::cli::view::stage_words;

/// Most cells of a level meter.
const METER: usize = 24;
/// Level at the meter's left end. dBFS.
const METER_FLOOR: f32 = -60.0;
/// Columns of what the assistant does.
const ACTIVITY: usize = "● hearing you".len() - "●".len() + 1;

const HELP: [&str; 8] = [
    "w: the reasons of every decision, or not",
    "?: this help, or not",
    "arrows, page up, page down, Home: scroll",
    "End: back to the newest",
    "",
    "Struck through: cut off, and not heard.",
    "Dim: going to be said, or part of a longer turn that follows.",
    "Bars: the time from your last sound to the reply, by stage.",
];

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, state: &ScreenState) {
    let areas = Areas::of(state, frame.area());
    let rows = Page::of(areas.conversation).visible(state);
    frame.render_widget(Text::from(rows), areas.conversation);
    draw_rule(frame, state, &areas);
    draw_waterfall(frame, state, areas.waterfall);
    let too_loud = "too loud: lower the microphone's level";
    let warning = color(state, Color::Red).add_modifier(Modifier::BOLD);
    frame.render_widget(Line::styled(too_loud, warning), areas.warning);
    frame.render_widget(status(state, areas.status.width), areas.status);
    let keys = Text::from(key_lines(state, areas.keys.width));
    frame.render_widget(
        keys.style(Style::new().add_modifier(Modifier::DIM)),
        areas.keys,
    );
    if state.help {
        draw_help(frame, state);
    }
}

/// A colour, where there is any.
pub fn color(state: &ScreenState, color: Color) -> Style {
    if state.color {
        Style::new().fg(color)
    } else {
        Style::new()
    }
}

fn draw_rule(frame: &mut Frame<'_>, state: &ScreenState, areas: &Areas) {
    let dim = Style::new().add_modifier(Modifier::DIM);
    let turns = match areas.waterfall.height {
        0 => "",
        _ => "─ last turns ",
    };
    let cost = state.session.costs.sum();
    let cost = match cost.written {
        0 => String::new(),
        _ => format!("─ {cost} "),
    };
    let right = match state.bottom {
        None => "",
        Some(_) => " End: back to the newest ─",
    };
    let width = usize::from(areas.rule.width);
    // Whole or not at all.
    let fits = turns.width() + cost.width() + right.width() < width;
    let left = if fits {
        format!("{turns}{cost}")
    } else {
        turns.to_owned()
    };
    let between = width.saturating_sub(left.width() + right.width());
    let spans = vec![
        Span::styled(left, dim),
        Span::styled("─".repeat(between), dim),
        Span::styled(right, color(state, Color::Yellow)),
    ];
    frame.render_widget(Line::from(spans), areas.rule);
}

fn draw_waterfall(frame: &mut Frame<'_>, state: &ScreenState, area: Rect) {
    let answered = state.session.latency.answered().rev();
    let with_stages = answered.map(|(_, latency)| latency.shown());
    let shown = with_stages.filter(|(_, stages)| !stages.is_empty());
    let mut turns: Vec<(f64, Vec<Stage>)> = shown.take(usize::from(area.height)).collect();
    turns.reverse();
    let longest_ms = turns.iter().map(|(ms, _)| *ms).fold(1.0, f64::max);
    let cells = usize::from(area.width) / 5;
    let row = |(total_ms, stages): &(f64, Vec<Stage>)| {
        let mut line = Line::raw(format!("{total_ms:>6.0} ms "));
        line.extend(bar(state, stages, cells as f64 / longest_ms, cells));
        for (n, stage) in stages.iter().enumerate() {
            let before = if n == 0 { " " } else { ", " };
            let words = stage_words(stage);
            // Whole or not at all.
            if line.width() + before.len() + words.len() > usize::from(area.width) {
                break;
            }
            line.push_span(before);
            line.push_span(Span::styled(words, color(state, hue(stage))));
        }
        line
    };
    frame.render_widget(turns.iter().map(row).collect::<Text<'_>>(), area);
}

/// A bar with one part for each stage. The parts differ in colour; without colours, in shade.
fn bar(state: &ScreenState, stages: &[Stage], per_ms: f64, cells: usize) -> Vec<Span<'static>> {
    let (mut spans, mut until_ms, mut drawn) = (Vec::new(), 0.0, 0);
    for (n, stage) in stages.iter().enumerate() {
        until_ms += stage.ms.max(0.0);
        let until = ((until_ms * per_ms).round() as usize).clamp(drawn, cells);
        let shade = if state.color {
            "█"
        } else {
            ["█", "░", "▓", "▒"][n % 4]
        };
        let text = shade.repeat(until - drawn);
        spans.push(Span::styled(text, color(state, hue(stage))));
        drawn = until;
    }
    spans.push(Span::raw(" ".repeat(cells - drawn)));
    spans
}

fn hue(stage: &Stage) -> Color {
    match stage.name.as_str() {
        "wait" => Color::Gray,
        "stt" => Color::Cyan,
        "turn" => Color::Blue,
        "prompt" => Color::Magenta,
        "token" => Color::Yellow,
        "clause" => Color::LightYellow,
        "voice" => Color::Green,
        "device" => Color::LightBlue,
        _ => Color::DarkGray,
    }
}

fn status(state: &ScreenState, width: u16) -> Line<'static> {
    let (sign, hue) = match state.session.activity {
        Activity::Starting => ("○", Color::Gray),
        Activity::Listening => ("●", Color::Green),
        Activity::Asleep => ("☾", Color::Gray),
        Activity::Hearing => ("●", Color::Cyan),
        Activity::Thinking => ("●", Color::Yellow),
        Activity::Speaking => ("●", Color::LightBlue),
        Activity::Holding => ("●", Color::Magenta),
    };
    let doing = format!("{sign} {}", state.session.activity);
    let doing = format!("{doing:ACTIVITY$}");
    let (microphone, loudspeaker) = match width {
        0..64 => (" mic ", " out "),
        _ => ("  microphone ", "  loudspeaker "),
    };
    let taken = ACTIVITY + microphone.len() + loudspeaker.len();
    let cells = (usize::from(width).saturating_sub(taken) / 2).min(METER);
    let style = color(state, hue).add_modifier(Modifier::BOLD);
    Line::from(vec![
        Span::styled(doing, style),
        Span::raw(microphone),
        Span::styled(
            meter(state.session.capture_dbfs, cells),
            color(state, Color::Cyan),
        ),
        Span::raw(loudspeaker),
        Span::styled(
            meter(state.session.render_dbfs, cells),
            color(state, Color::Green),
        ),
    ])
}

fn meter(dbfs: f32, cells: usize) -> String {
    let share = (1.0 - dbfs / METER_FLOOR).clamp(0.0, 1.0);
    let full = (share * cells as f32).round() as usize;
    format!("{}{}", "▮".repeat(full), "▯".repeat(cells - full))
}

fn draw_help(frame: &mut Frame<'_>, state: &ScreenState) {
    let area = frame.area();
    let width = area.width.min(64);
    let inside = usize::from(width.saturating_sub(2));
    let lines = std::iter::once(state.keys).chain(HELP);
    let rows: Vec<Line<'static>> = lines.flat_map(|l| wrap(&Line::raw(l), inside, 2)).collect();
    let height = (rows.len() as u16 + 2).min(area.height);
    let area = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    let block = Block::bordered().title(" help ");
    frame.render_widget(Clear, area);
    frame.render_widget(Text::from(rows), block.inner(area));
    frame.render_widget(block, area);
}
