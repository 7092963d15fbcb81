//! `vivavoce memory`: what the assistant may look into.

use anyhow::Result;
use vivavoce::config::Config;
use vivavoce::folders::{FolderReport, LeftOut};

use super::assistant::read_folders;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum MemoryCommand {
    /// Read the folders of `[memory] folders` now, and say how many files are found and what is left out
    Folders,
}

/// Files of one folder that are named with why they are left out; of more it is said how many.
const MOST_NAMED: usize = 20;

/// Runs the command.
pub fn run(config: &Config, command: &MemoryCommand) -> Result<()> {
    match command {
        MemoryCommand::Folders => folders(config),
    }
}

fn folders(config: &Config) -> Result<()> {
    let Some(folders) = read_folders(config)? else {
        out!("no folders: name some in the configuration, [memory] folders = [\"~/notes\"]");
        return Ok(());
    };
    folders.report()?.iter().for_each(show);
    Ok(())
}

fn show(report: &FolderReport) {
    let files = match report.files {
        1 => "1 file".to_owned(),
        files => format!("{files} files"),
    };
    out!("{}: {files}", report.path.display());
    for LeftOut { path, why } in report.left_out.iter().take(MOST_NAMED) {
        let within = path.strip_prefix(&report.path).unwrap_or(path);
        // The folder itself.
        let within = if within.as_os_str().is_empty() {
            path
        } else {
            within
        };
        out!("  left out: {}: {}", within.display(), why.words());
    }
    let more = report.left_out.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        out!("  and {more} more");
    }
}
