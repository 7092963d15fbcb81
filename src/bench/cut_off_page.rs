//! One self-contained page: turns cut off against latency, as SVG.

use std::fmt::Write as _;

use super::{EndpointingReport, Figures, Share};

/// Size of a plot and its margins, in SVG units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 44.0;
/// Latencies are plotted up to this. Milliseconds.
const MOST_MS: f64 = 1_200.0;
/// Marks on the axes.
const STEP_MS: usize = 200;
const STEP_PERCENT: usize = 20;

const HEAD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Turns cut off against latency</title>\
<style>:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--grid:#d8dee4;--alone:#8c6d1f;\
--floor:#1f6feb;--style:#b3261e}@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;\
--paper:#0d1117;--grid:#30363d;--alone:#e3b341;--floor:#79c0ff;--style:#ff7b72}}\
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;\
color:var(--ink);background:var(--paper)}svg{width:100%;height:auto}text{fill:var(--ink);\
font-size:12px}.grid{stroke:var(--grid)}.alone{stroke:var(--alone);fill:var(--alone)}\
.floor{stroke:var(--floor);fill:var(--floor)}.style{stroke:var(--style);fill:var(--style)}\
polyline{fill:none!important;stroke-width:2}table{border-collapse:collapse}\
td,th{padding:.1rem .7rem .1rem 0;text-align:right;font-variant-numeric:tabular-nums}\
td:first-child,th:first-child{text-align:left}</style>";

/// The page.
pub fn cut_off_page(report: &EndpointingReport) -> String {
    let mut page = String::from(HEAD);
    page.push_str(
        "<h1>Turns cut off against latency</h1><p>Across: median latency of the decision after the \
         true end; a thin line goes on to the 95th percentile. <span style=\"color:var(--style)\">\
         Dots: what may be chosen.</span> <span style=\"color:var(--floor)\">Line: balanced, from \
         its own floor upwards.</span> <span style=\"color:var(--alone)\">Line: silence alone, from \
         200 ms to a second.</span></p>",
    );
    let put_in = report.styles.iter().any(|f| f.compared().of > 0);
    if put_in {
        page.push_str("<h2>Pauses of 800 ms put into a phrase</h2>");
        page.push_str(&plot(report, Figures::compared));
    }
    page.push_str("<h2>Whole turns, at their own pauses</h2>");
    page.push_str(&plot(report, |figures| figures.clean));
    page.push_str(&table(report));
    page.push_str("</html>\n");
    page
}

fn x(ms: f64) -> f64 {
    LEFT + ms.clamp(0.0, MOST_MS) / MOST_MS * (WIDTH - LEFT - RIGHT)
}

fn y(rate: f64) -> f64 {
    TOP + (1.0 - rate) * (HEIGHT - TOP - BOTTOM)
}

fn plot(report: &EndpointingReport, share: fn(&Figures) -> Share) -> String {
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">");
    axes(&mut svg);
    let point = |figures: &Figures| {
        let at = x(figures.latency_ms?.p50);
        Some((at, y(share(figures).rate())))
    };
    for (class, series) in [("alone", &report.silence), ("floor", &report.floors)] {
        let points: Vec<(f64, f64)> = series.iter().filter_map(point).collect();
        let line: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let _ = write!(
            svg,
            "<polyline class=\"{class}\" points=\"{}\"/>",
            line.join(" ")
        );
    }
    for (n, figures) in report.styles.iter().enumerate() {
        let (Some((px, py)), Some(latency)) = (point(figures), figures.latency_ms) else {
            continue;
        };
        let (end, name) = (x(latency.p95), &figures.policy);
        let _ = write!(
            svg,
            "<line class=\"style\" x1=\"{px:.1}\" y1=\"{py:.1}\" x2=\"{end:.1}\" y2=\"{py:.1}\"/>\
             <circle class=\"style\" cx=\"{px:.1}\" cy=\"{py:.1}\" r=\"5\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{name}</text>",
            px + 8.0,
            // Neighbours may lie at the same height.
            if n % 2 == 0 { py - 8.0 } else { py + 18.0 }
        );
    }
    svg.push_str("</svg>");
    svg
}

fn axes(svg: &mut String) {
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    for percent in (0..=100).step_by(STEP_PERCENT) {
        let at = y(percent as f64 / 100.0);
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{right}\" y2=\"{at:.1}\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{percent}%</text>",
            LEFT - 6.0,
            at + 4.0
        );
    }
    for ms in (0..=MOST_MS as usize).step_by(STEP_MS) {
        let at = x(ms as f64);
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{bottom}\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{ms} ms</text>",
            bottom + 18.0
        );
    }
}

fn table(report: &EndpointingReport) -> String {
    let mut html = String::from(
        "<h2>Figures</h2><table><tr><th>policy<th>p50<th>p90<th>p95<th>turns cut off\
         <th>800 ms pauses cut off</tr>",
    );
    let groups = [&report.styles, &report.floors, &report.silence];
    for figures in groups.into_iter().flatten() {
        let ms = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.0}"));
        let (latency, pauses) = (figures.latency_ms, figures.compared());
        let _ = write!(
            html,
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{} of {}<td>{} of {}</tr>",
            figures.policy,
            ms(latency.map(|l| l.p50)),
            ms(latency.map(|l| l.p90)),
            ms(latency.map(|l| l.p95)),
            figures.clean.cut,
            figures.clean.of,
            pauses.cut,
            pauses.of
        );
    }
    html.push_str("</table>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{Kind, Pause, Place, Run};
    use crate::endpointing::Cue;

    fn page(kinds: &[Kind]) -> String {
        let pause = Pause {
            last_speech_ms: 1_000.0,
            reported_ms: 1_090.0,
            resumed_ms: None,
            text: "Go.".into(),
            cue: Cue::Neutral,
            score: 0.9,
        };
        let run = |kind: &Kind| Run {
            file: "a.wav".into(),
            kind: *kind,
            mark_ms: 1_000.0,
            pauses: vec![pause.clone()],
        };
        cut_off_page(&EndpointingReport::of(
            &kinds.iter().map(run).collect::<Vec<_>>(),
        ))
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let page = page(&[Kind::Clean, Kind::PutIn(Place::OneBefore)]);
        assert_eq!(page.matches("<svg").count(), 2);
        for foreign in ["<script", "http", "url(", "<link"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn without_put_in_pauses_there_is_no_plot_of_them() {
        assert_eq!(page(&[Kind::Clean]).matches("<svg").count(), 1);
    }
}
