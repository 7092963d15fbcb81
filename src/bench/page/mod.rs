//! A report as one self-contained page.

use super::report::Report;

/// The page.
pub fn report_page(report: &Report) -> String {
    let figures = report.to_json().replace('&', "&amp;").replace('<', "&lt;");
    format!("<!doctype html><title>vivavoce bench</title><pre>{figures}</pre>")
}
