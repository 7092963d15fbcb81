//! What every `bench` command does with its report: budgets, files, the terminal, the exit status.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use vivavoce::events;
use vivavoce::harness::bench::{
    Cells, Gate, GateResult, HEADINGS, Report, markdown, number, report_page, samples_csv,
    schema_json, turns_csv,
};

/// Exit status: a budget was not kept, or something got worse.
pub const WORSE: u8 = 1;
/// Exit status: it could not measure.
pub const NOT_MEASURED: u8 = 2;

/// Where a report goes, and what it has to keep.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Outputs {
    /// Write the report here (docs/bench.schema.json)
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    /// Write it here as a page to look at
    #[arg(long, value_name = "FILE.html")]
    pub html: Option<PathBuf>,
    /// Write every sample of every metric here: metric,unit,at,group,value
    #[arg(long, value_name = "FILE.csv")]
    pub csv: Option<PathBuf>,
    /// Write every turn here, with its stages
    #[arg(long, value_name = "FILE.csv")]
    pub turns_csv: Option<PathBuf>,
    /// Write verdict, budgets and figures here, for a comment
    #[arg(long, value_name = "FILE.md")]
    pub md: Option<PathBuf>,
    /// A budget, as in 'v2v.p95_ms<=600': exit status 1 if it is not kept, 2 if it was not
    /// measured. May be given several times
    #[arg(long, value_name = "METRIC.FIELD<=NUMBER", allow_hyphen_values = true)]
    pub gate: Vec<Gate>,
}

impl Outputs {
    /// Whether all files could be written, asked before a run that takes long.
    ///
    /// # Errors
    /// A folder is not there, or a file is one.
    pub fn check(&self) -> Result<()> {
        let files = [
            &self.report,
            &self.html,
            &self.csv,
            &self.turns_csv,
            &self.md,
        ];
        files
            .into_iter()
            .flatten()
            .try_for_each(|path| check_place(path))
    }
}

/// Checks the budgets, writes the files, and prints what was measured. The exit status is 0, or
/// [`WORSE`], or [`NOT_MEASURED`] if a budget is about something that the report does not have.
///
/// # Errors
/// A file cannot be written.
pub fn publish(report: &mut Report, outputs: &Outputs) -> Result<ExitCode> {
    if !outputs.gate.is_empty() {
        let check = |gate: &Gate| gate.check(&report.metrics);
        report.verdict.gates = outputs.gate.iter().map(check).collect();
    }
    print(report);
    let report = &*report;
    type Form = fn(&Report) -> String;
    let files: [(&Option<PathBuf>, Form); 5] = [
        (&outputs.report, Report::to_json),
        (&outputs.html, report_page),
        (&outputs.csv, samples_csv),
        (&outputs.turns_csv, turns_csv),
        (&outputs.md, markdown),
    ];
    for (path, form) in files {
        if let Some(path) = path {
            write(path, &form(report))?;
        }
    }
    Ok(status(&report.verdict.gates))
}

fn status(gates: &[GateResult]) -> ExitCode {
    if gates.iter().any(|gate| gate.measured.is_none()) {
        return NOT_MEASURED.into();
    }
    if gates.iter().all(|gate| gate.passed) {
        ExitCode::SUCCESS
    } else {
        WORSE.into()
    }
}

/// A report that was written before.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// What --report has written
    file: PathBuf,
    #[command(flatten)]
    outputs: Outputs,
}

/// `bench show`.
pub fn show(args: &ShowArgs) -> Result<ExitCode> {
    args.outputs.check()?;
    publish(&mut Report::read(&args.file)?, &args.outputs)
}

/// What there is a JSON Schema of.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum SchemaOf {
    /// What `--report` writes
    Report,
    /// A line of events.jsonl, which --record writes
    Events,
}

/// `bench schema`.
pub fn schema(of: SchemaOf) {
    let schema = match of {
        SchemaOf::Report => schema_json(),
        SchemaOf::Events => events::schema_json(),
    };
    out!("{}", schema.trim_end());
}

fn print(report: &Report) {
    let verdict = &report.verdict;
    out!("{}", verdict.sentence);
    for warning in &verdict.warnings {
        out!("warning: {warning}");
    }
    out!("");
    let mut rows = vec![
        ["metric"]
            .into_iter()
            .chain(HEADINGS)
            .map(String::from)
            .collect(),
    ];
    rows.extend(report.metrics.0.iter().map(|(name, metric)| {
        let name = std::iter::once(name.clone());
        name.chain(Cells::of(metric).columns()).collect()
    }));
    print_table(&rows);
    if !verdict.gates.is_empty() {
        out!("");
        verdict.gates.iter().for_each(print_gate);
    }
}

fn print_gate(gate: &GateResult) {
    let problem = gate.problem.as_deref().unwrap_or_default();
    match (gate.passed, gate.measured) {
        (true, Some(value)) => out!("kept    {} (measured {})", gate.gate, number(value)),
        (false, Some(value)) => out!("FAILED  {} (measured {})", gate.gate, number(value)),
        (_, None) => out!("NOT MEASURED  {}: {problem}", gate.gate),
    }
}

/// Columns as wide as their widest cell; the first to the left, the others to the right.
pub fn print_table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate();
        let cells: Vec<String> = cells
            .map(|(n, (cell, &width))| match n {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        out!("{}", cells.join("  ").trim_end());
    }
}

/// Writes a file whole or not at all: whoever reads it meanwhile sees the former one.
///
/// # Errors
/// The folder is not there, or the disk is full; the former file is then as it was.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let context = || format!("cannot write {}", path.display());
    check_place(path)?;
    // A pipe or a device is written to, not replaced.
    if path.exists() && !path.is_file() {
        return std::fs::write(path, text).with_context(context);
    }
    // Behind a link lies the file that is meant.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file, less the user's mask; temporary files are private otherwise.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut part = builder.tempfile_in(folder(&path)).with_context(context)?;
    part.write_all(text.as_bytes()).with_context(context)?;
    part.as_file().sync_all().with_context(context)?;
    part.persist(&path).with_context(context)?;
    Ok(())
}

fn folder(path: &Path) -> &Path {
    let parent = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Whether a file could be written there.
///
/// # Errors
/// There is no such folder, or the file is one.
pub fn check_place(path: &Path) -> Result<()> {
    let (file, folder) = (path.display(), folder(path));
    if path.is_dir() {
        bail!("cannot write {file}: it is a folder; name a file in it");
    }
    if !folder.is_dir() {
        let folder = folder.display();
        bail!("cannot write {file}: there is no folder {folder}; make it, or name another");
    }
    Ok(())
}
