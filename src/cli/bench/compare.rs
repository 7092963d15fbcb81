//! `vivavoce bench compare`: what changed from one report to another.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use vivavoce::harness::bench::{
    Change, Comparison, Report, compare, compare_markdown, compare_page,
};

use super::report::{WORSE, check_place, print_table, write};

/// Two reports, and where the comparison goes.
#[derive(Debug, clap::Args)]
pub struct CompareArgs {
    /// The report of before
    base: PathBuf,
    /// The report of after
    new: PathBuf,
    /// Write the comparison here
    #[arg(long, value_name = "FILE.json")]
    json: Option<PathBuf>,
    /// Write it here as a page to look at
    #[arg(long, value_name = "FILE.html")]
    html: Option<PathBuf>,
    /// Write what moved here, for a comment
    #[arg(long, value_name = "FILE.md")]
    md: Option<PathBuf>,
}

/// Runs the command. Its exit status is 0, or [`WORSE`].
///
/// # Errors
/// The reports cannot be read or compared, or a file cannot be written.
pub fn run(args: &CompareArgs) -> Result<ExitCode> {
    let files = [&args.json, &args.html, &args.md];
    files
        .into_iter()
        .flatten()
        .try_for_each(|path| check_place(path))?;
    let (base, new) = (Report::read(&args.base)?, Report::read(&args.new)?);
    let comparison = compare(&base, &new)?;
    print(&comparison);
    if let Some(path) = &args.json {
        write(path, &(serde_json::to_string_pretty(&comparison)? + "\n"))?;
    }
    if let Some(path) = &args.html {
        write(path, &compare_page(&comparison, &base, &new))?;
    }
    if let Some(path) = &args.md {
        write(path, &compare_markdown(&comparison))?;
    }
    Ok(if comparison.worse {
        WORSE.into()
    } else {
        ExitCode::SUCCESS
    })
}

fn print(comparison: &Comparison) {
    out!("{}", comparison.sentence);
    for warning in &comparison.warnings {
        out!("warning: {warning}");
    }
    for differs in &comparison.differs {
        out!(
            "differs in {}: {} -> {}",
            differs.what,
            differs.base,
            differs.new
        );
    }
    out!("");
    let mut rows = vec![Change::HEADINGS.map(String::from).to_vec()];
    rows.extend(
        comparison
            .changes
            .iter()
            .map(|change| change.cells().to_vec()),
    );
    print_table(&rows);
}
