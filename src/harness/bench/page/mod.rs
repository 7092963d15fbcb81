//! Reports, comparisons and benches of endpointing as pages: one file each, without scripts and
//! without anything from elsewhere. Templates are in `assets/report`, plots are made here. Pure.

mod curve;
mod distribution;
mod dumbbell;
mod svg;
mod template;
mod timeline;
mod waterfall;

use serde_json::{Value, json};

use super::EndpointingReport;
use super::compare::{Change, Comparison};
use super::endpointing::Figures;
use super::format::{Cells, number};
use super::gate::Gate;
use super::metric::{Distribution, Figure, Metric};
use super::report::{Conversation, Report};
use distribution::Budget;
use template::render;

/// Tiles above the plots: the metrics that come first are the most important.
const TILES: usize = 6;
/// What people ask first of a conversation.
const FIRST: [&str; TILES] = [
    "v2v",
    "t_stop",
    "missed",
    "premature",
    "false_stop",
    "false_answer",
];
/// Distributions that are drawn where there is no V2V.
const DRAWN: usize = 4;
/// Faulty conversations that lie open.
const OPEN: usize = 5;

/// A report as a page.
pub fn report_page(report: &Report) -> String {
    let metrics = report.metrics.0.iter();
    let rows: Vec<Value> = metrics.map(|(name, metric)| row(name, metric)).collect();
    let gates = report.verdict.gates.iter().map(|gate| {
        json!({
            "gate": gate.gate,
            "measured": gate.measured.map(number),
            "passed": gate.passed,
            "problem": gate.problem,
        })
    });
    let curve = (!report.cut_off_curve.is_empty()).then(|| curve::curve(&report.cut_off_curve));
    let letters = timeline::LETTERS.map(
        |(_, letter, class, about)| json!({ "letter": letter, "class": class, "about": about }),
    );
    let page = json!({
        "kind": report.kind,
        "sentence": report.verdict.sentence,
        "warnings": report.verdict.warnings,
        "gates": gates.collect::<Vec<_>>(),
        "tiles": tiles(report),
        "plots": plots(report),
        "waterfall": waterfall(report),
        "curve": curve,
        "conversations": conversations(report),
        "letters": letters,
        "rows": rows,
        "trust": report.trust,
    });
    render("report.html", page)
}

/// The figures on top: what people ask first, or else the report's first.
fn tiles(report: &Report) -> Vec<Value> {
    let metrics = &report.metrics.0;
    let asked = FIRST.iter().filter_map(|name| metrics.get_key_value(*name));
    let asked: Vec<Value> = asked.map(|(name, metric)| row(name, metric)).collect();
    if asked.is_empty() {
        metrics.iter().take(TILES).map(|(n, m)| row(n, m)).collect()
    } else {
        asked
    }
}

/// A comparison as a page; with the reports that it is of, for their distributions.
pub fn compare_page(comparison: &Comparison, base: &Report, new: &Report) -> String {
    let rows = comparison
        .changes
        .iter()
        .map(|change| json!({ "cells": change.cells(), "outcome": change.outcome.written() }));
    let v2v = v2v(base).zip(v2v(new));
    let page = json!({
        "sentence": comparison.sentence,
        "warnings": comparison.warnings,
        "differs": comparison.differs,
        "began": [base.trust.began, new.trust.began],
        "v2v": v2v.map(|(base, new)| distribution::two_runs("v2v", "ms", base, new)),
        "dumbbells": dumbbell::dumbbells(&comparison.changes),
        "headings": Change::HEADINGS,
        "rows": rows.collect::<Vec<_>>(),
    });
    render("compare.html", page)
}

/// A bench of endpointing as a page: the curve, and the figures behind it.
pub fn cut_off_page(report: &EndpointingReport) -> String {
    let put_in = report.styles.iter().any(|f| f.compared().of > 0);
    let plot = |share| curve::curve(&report.points(share));
    let groups = [&report.styles, &report.floors, &report.silence];
    let rows = groups.into_iter().flatten().map(|figures| {
        let latency = figures.latency_ms;
        let ms = [
            latency.map(|l| l.p50),
            latency.map(|l| l.p90),
            latency.map(|l| l.p95),
        ];
        let (clean, pauses) = (figures.clean, figures.compared());
        json!({
            "policy": figures.policy,
            "ms": ms.map(|value| value.map_or_else(|| "-".into(), |v| format!("{v:.0}"))),
            "clean": format!("{} of {}", clean.cut, clean.of),
            "pauses": format!("{} of {}", pauses.cut, pauses.of),
        })
    });
    let page = json!({
        "put_in": put_in.then(|| plot(Figures::compared)),
        "whole": plot(|figures| figures.clean),
        "rows": rows.collect::<Vec<_>>(),
    });
    render("endpointing.html", page)
}

fn row(name: &str, metric: &Metric) -> Value {
    let cells = Cells::of(metric);
    json!({
        "name": name,
        "about": metric.about,
        "n": cells.n,
        "figure": cells.figure,
        "figure_interval": cells.figure_interval,
        "tail": cells.tail,
        "tail_interval": cells.tail_interval,
        "most": cells.most,
        "form": match &metric.figure {
            Figure::Distribution(_) => "distribution",
            Figure::Rate(_) => "rate",
            Figure::Value { .. } => "value",
        },
    })
}

fn distribution(metric: &Metric) -> Option<&Distribution> {
    match &metric.figure {
        Figure::Distribution(all) => Some(all),
        Figure::Rate(_) | Figure::Value { .. } => None,
    }
}

fn v2v(report: &Report) -> Option<&Distribution> {
    distribution(report.metrics.0.get("v2v")?)
}

/// The response time; where there is none, what comes first.
fn plots(report: &Report) -> Vec<Value> {
    let wanted = |name: &str| v2v(report).is_none() || name == "v2v";
    let metrics = report.metrics.0.iter().filter(|(name, _)| wanted(name));
    let drawn = metrics.filter_map(|(name, metric)| {
        let svg =
            distribution::histogram(name, metric, distribution(metric)?, &budgets(report, name));
        Some(json!({ "name": name, "about": metric.about, "svg": svg }))
    });
    drawn.take(DRAWN).collect()
}

fn budgets(report: &Report, metric: &str) -> Vec<Budget> {
    let gates = report.verdict.gates.iter();
    let parsed = gates.filter_map(|gate| gate.gate.parse::<Gate>().ok());
    let budget = |gate: Gate| {
        let (field, bound) = gate.budget_of(metric)?;
        Some(Budget { field, bound })
    };
    parsed.filter_map(budget).collect()
}

fn waterfall(report: &Report) -> Option<Value> {
    let found = waterfall::waterfall(report)?;
    let stages = found.stages.iter().enumerate();
    let legend = stages.map(|(n, name)| json!({ "hue": waterfall::hue(n), "name": name }));
    Some(json!({
        "svg": found.svg,
        "legend": legend.collect::<Vec<_>>(),
        "shown": found.shown,
        "all": found.all,
    }))
}

/// Those with faults first; the first of these lie open.
fn conversations(report: &Report) -> Vec<Value> {
    let faulty = |c: &Conversation| c.turns.iter().any(|turn| turn.fault.is_some());
    let mut sorted: Vec<&Conversation> = report.conversations.iter().collect();
    sorted.sort_by_key(|conversation| !faulty(conversation));
    let sorted = sorted.into_iter().enumerate();
    sorted
        .map(|(n, conversation)| draw(conversation, faulty(conversation) && n < OPEN))
        .collect()
}

fn draw(conversation: &Conversation, open: bool) -> Value {
    let turns = &conversation.turns;
    let texts = turns.iter().map(|turn| {
        json!({
            "said": turn.said,
            "understood": turn.understood,
            "reply": turn.reply,
            "v2v": turn.v2v_ms.map(number),
            "stop": turn.stop_ms.map(number),
            "reason": turn.reason,
            "fault": turn.fault,
        })
    });
    let faults: Vec<&String> = turns
        .iter()
        .filter_map(|turn| turn.fault.as_ref())
        .collect();
    let marks = conversation.timeline.marks.iter().map(timeline::words);
    json!({
        "name": conversation.scenario,
        "repeat": conversation.repeat,
        "recording": conversation.recording,
        "seconds": number(conversation.seconds),
        "faults": faults,
        "open": open,
        "svg": timeline::timeline(conversation),
        "turns": texts.collect::<Vec<_>>(),
        "marks": marks.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests;
