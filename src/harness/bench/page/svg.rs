//! What all plots are made of. Across, positions are percents of the plot's width, and down they are
//! pixels: so a plot is as wide as the screen, and its letters are always as large as the text's.

use std::fmt::Write as _;

/// A plot that is being drawn.
pub(super) struct Plot {
    body: String,
    height: f64,
}

/// Where a text ends up beside its position.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Plot {
    /// An empty plot with a name for those who cannot see it.
    pub(super) fn new(title: &str, height: f64) -> Self {
        let mut plot = Self {
            body: format!("<svg role=\"img\" width=\"100%\" height=\"{height:.0}\">"),
            height,
        };
        plot.title(title);
        plot
    }

    /// The name of what is open: shown under the pointer.
    pub(super) fn title(&mut self, text: &str) {
        let _ = write!(self.body, "<title>{}</title>", escaped(text));
    }

    /// Opens a group; [`Plot::end`] closes it.
    pub(super) fn group(&mut self, title: &str) {
        self.body.push_str("<g>");
        self.title(title);
    }

    /// Closes a group.
    pub(super) fn end(&mut self) {
        self.body.push_str("</g>");
    }

    /// A line.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x1, y1, x2, y2) = (short(from.0), short(from.1), short(to.0), short(to.1));
        let _ = write!(
            self.body,
            "<line class=\"{class}\" x1=\"{x1}%\" y1=\"{y1}\" x2=\"{x2}%\" y2=\"{y2}\"/>"
        );
    }

    /// A rectangle: corner above left, and size.
    pub(super) fn rect(&mut self, class: &str, corner: (f64, f64), size: (f64, f64)) {
        let (x, y, w, h) = (
            short(corner.0),
            short(corner.1),
            short(size.0),
            short(size.1),
        );
        let _ = write!(
            self.body,
            "<rect class=\"{class}\" x=\"{x}%\" y=\"{y}\" width=\"{w}%\" height=\"{h}\"/>"
        );
    }

    /// A dot.
    pub(super) fn dot(&mut self, class: &str, at: (f64, f64), radius: f64, title: &str) {
        let (x, y, r) = (short(at.0), short(at.1), short(radius));
        let title = match title {
            "" => String::new(),
            title => format!("<title>{}</title>", escaped(title)),
        };
        let _ = write!(
            self.body,
            "<circle class=\"{class}\" cx=\"{x}%\" cy=\"{y}\" r=\"{r}\">{title}</circle>"
        );
    }

    /// A text, so many pixels to the right of a position.
    pub(super) fn text(
        &mut self,
        class: &str,
        at: (f64, f64),
        right: f64,
        anchor: Anchor,
        text: &str,
    ) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y, dx) = (short(at.0), short(at.1), short(right));
        let _ = write!(
            self.body,
            "<text class=\"{class}\" x=\"{x}%\" y=\"{y}\" dx=\"{dx}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(text)
        );
    }

    /// A line through points, closed to an area if `area`. Paths know no percents, so it lies in a
    /// drawing of its own that is pulled to the plot's width.
    pub(super) fn path(&mut self, class: &str, points: &[(f64, f64)], area: bool) {
        let mut d = String::new();
        for (n, (x, y)) in points.iter().enumerate() {
            let pen = if n == 0 { "M" } else { "L" };
            let _ = write!(d, "{pen}{} {}", short(*x * 10.0), short(*y));
        }
        let close = if area { "Z" } else { "" };
        let height = self.height;
        let _ = write!(
            self.body,
            "<svg width=\"100%\" height=\"{height:.0}\" viewBox=\"0 0 1000 {height:.0}\" \
             preserveAspectRatio=\"none\"><path class=\"{class}\" d=\"{d}{close}\"/></svg>"
        );
    }

    /// Marks down the left side, with lines across.
    pub(super) fn rows(&mut self, marks: &[(f64, String)]) {
        for (y, text) in marks {
            self.line("grid", (0.0, *y), (100.0, *y));
            self.text("soft", (0.0, y + 4.0), -6.0, Anchor::End, text);
        }
    }

    /// Marks along the bottom, with lines from `top` to `bottom`; the last one has the unit.
    pub(super) fn columns(&mut self, scale: Scale, (top, bottom): (f64, f64), unit: &str) {
        let ticks = scale.ticks();
        let last = ticks.len().saturating_sub(1);
        for (n, tick) in ticks.iter().enumerate() {
            let x = scale.at(*tick);
            self.line("grid", (x, top), (x, bottom));
            // Beside the unit, and between many, there is no room for all.
            if !(last - n).is_multiple_of(1 + last / LABELS) {
                continue;
            }
            let number = super::super::format::number(*tick);
            let text = if n == last && !unit.is_empty() {
                format!("{number} {unit}")
            } else {
                number
            };
            let anchor = if x > 97.0 {
                Anchor::End
            } else {
                Anchor::Middle
            };
            self.text("soft", (x, bottom + 17.0), 0.0, anchor, &text);
        }
    }

    /// The finished drawing.
    pub(super) fn finish(mut self) -> String {
        self.body.push_str("</svg>");
        self.body
    }
}

/// From values to percents of a plot's width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    step: f64,
}

/// More labels than this would touch each other on the narrowest screen.
const LABELS: usize = 5;
/// About so many marks fit on the narrowest screen.
const TICKS: f64 = 6.0;

impl Scale {
    /// Of all values, widened to the next marks.
    pub(super) fn over(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let step = round_step((high - low).max(1e-6) / TICKS);
        let from = (low / step).floor() * step;
        let to = ((high / step).ceil() * step).max(from + step);
        Self { from, to, step }
    }

    /// Exactly from, to.
    pub(super) fn exactly(from: f64, to: f64) -> Self {
        let to = to.max(from + 1e-6);
        Self {
            from,
            to,
            step: round_step((to - from) / TICKS),
        }
    }

    /// Percent of the width; the nearest edge for what lies outside.
    pub(super) fn at(self, value: f64) -> f64 {
        (value.clamp(self.from, self.to) - self.from) / (self.to - self.from) * 100.0
    }

    /// The lowest value.
    pub(super) fn from(self) -> f64 {
        self.from
    }

    /// The highest value.
    pub(super) fn to(self) -> f64 {
        self.to
    }

    /// Round values between.
    pub(super) fn ticks(self) -> Vec<f64> {
        let first = (self.from / self.step).ceil() as i64;
        let last = (self.to / self.step + 1e-9).floor() as i64;
        (first..=last).map(|n| n as f64 * self.step).collect()
    }
}

/// The next of 1, 2, 5, 10, ... of any size.
pub(super) fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|factor| factor * power);
    let found = steps.into_iter().find(|step| *step >= least * 0.999);
    found.unwrap_or(10.0 * power)
}

/// Two digits behind the point at most: less than a pixel.
fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".into()
    } else {
        text.into()
    }
}

/// Text that stays text.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_hold_all_values() {
        let scale = Scale::over([213.0, 688.0].into_iter());
        assert_eq!(scale.ticks(), [200.0, 300.0, 400.0, 500.0, 600.0, 700.0]);
        assert_eq!((scale.at(200.0), scale.at(700.0)), (0.0, 100.0));
    }

    #[test]
    fn values_without_a_spread_have_a_scale() {
        let scale = Scale::over([5.0, 5.0].into_iter());
        assert!(scale.at(5.0).is_finite() && !scale.ticks().is_empty());
        assert!(Scale::over(std::iter::empty()).at(0.5).is_finite());
    }

    #[test]
    fn text_does_not_become_markup() {
        let mut plot = Plot::new("a < b", 10.0);
        plot.text("soft", (0.0, 0.0), 0.0, Anchor::Start, "<script>\"&");
        let svg = plot.finish();
        assert!(
            svg.contains("a &lt; b") && svg.contains("&lt;script&gt;&quot;&amp;"),
            "{svg}"
        );
    }
}
