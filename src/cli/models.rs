//! `vivavoce models`: what there is, fetch it, check it.

use std::path::PathBuf;

use anyhow::{Result, bail};
use vivavoce::config::Config;
use vivavoce::engines::{config_of_helper, needed, needed_by_helper};
use vivavoce::models::{
    ConsoleProgress, FileStatus, Manifest, ModelFile, ModelStore, Platform, Provenance,
    PullOptions, Role, Selection, human_bytes,
};

use super::interruption::QUIT;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum ModelsCommand {
    /// List profiles, models and which files are there
    List,
    /// Fetch what is missing or damaged
    Pull {
        /// Take files or packages from this folder, and connect to nothing
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        /// Also what the wake word needs
        #[arg(long)]
        wake: bool,
    },
    /// Read every file and compare its SHA-256
    Verify,
    /// Print the folder of models
    Path,
}

/// Runs the command.
pub fn run(config: &Config, command: &ModelsCommand) -> Result<()> {
    let store = ModelStore::open(config.models_dir.as_deref())?;
    let manifest = store.manifest()?;
    match command {
        ModelsCommand::Path => out!("{}", store.root().display()),
        ModelsCommand::List => list(&manifest, &store)?,
        ModelsCommand::Pull { from, wake } => {
            let mut config = config.clone();
            config.wake.enabled |= wake;
            pull(&config, from.clone())?;
        }
        ModelsCommand::Verify => {
            let selection = needed(config, &manifest)?;
            let mut progress = ConsoleProgress::stderr();
            let mut reports = store.verify(&selection, &mut progress, &QUIT)?;
            if let Some(of_helper) = needed_by_helper(config, &manifest)? {
                reports.extend(store.verify(&of_helper, &mut progress, &QUIT)?);
            }
            let mut bad = 0;
            for report in &reports {
                out!("{}: {}", report.path.display(), report.status);
                bad += usize::from(report.status != FileStatus::Verified);
            }
            if bad > 0 {
                bail!(
                    "{bad} of {} files are missing or damaged; mend them with `{}`",
                    reports.len(),
                    store.pull_command(&config.profile)
                );
            }
        }
    }
    Ok(())
}

/// Fetches what is missing or damaged; from a folder, if one is named.
///
/// # Errors
/// See [`ModelStore::pull`].
pub fn pull(config: &Config, from: Option<PathBuf>) -> Result<()> {
    pull_some(config, from.clone(), |selection| selection)?;
    // A second language model is another profile's.
    match config_of_helper(config) {
        Some(helper) => pull_some(&helper, from, |selection| selection.only(&[Role::Llm])),
        None => Ok(()),
    }
}

/// The same for some roles alone.
///
/// # Errors
/// See [`ModelStore::pull`].
pub fn pull_only(config: &Config, roles: &[Role]) -> Result<()> {
    pull_some(config, None, |selection| selection.only(roles))
}

fn pull_some(
    config: &Config,
    from: Option<PathBuf>,
    narrow: impl for<'m> FnOnce(Selection<'m>) -> Selection<'m>,
) -> Result<()> {
    let store = ModelStore::open(config.models_dir.as_deref())?;
    let manifest = store.manifest()?;
    let selection = narrow(needed(config, &manifest)?);
    let options = PullOptions {
        from,
        ..PullOptions::from_env()
    };
    let mut progress = ConsoleProgress::stderr();
    let summary = store.pull(&selection, &options, &mut progress, &QUIT)?;
    out!(
        "{}: {} files fetched ({}), {} already there, in {}",
        config.profile,
        summary.fetched.len(),
        human_bytes(summary.fetched_bytes),
        summary.already_there,
        store.root().display()
    );
    Ok(())
}

fn list(manifest: &Manifest, store: &ModelStore) -> Result<()> {
    for profile in &manifest.profiles {
        let selection = manifest.select_all(&profile.name, Platform::current())?;
        out!(
            "{}: {} ({})",
            profile.name,
            profile.description,
            size(selection.files.iter().map(|wanted| wanted.file))
        );
        for report in store.status(&selection) {
            let wanted = &report.wanted;
            out!(
                "  {:<13} {:<34} {:>9}  {:<12} {}  {}{}",
                wanted.role.to_string(),
                wanted.model.id,
                size([wanted.file]),
                wanted.model.licence,
                wanted.file.name,
                report.status,
                offered_by(wanted.file)
            );
        }
    }
    out!("in {}", store.root().display());
    Ok(())
}

/// Says that a file comes from others than its makers; nothing if it does not.
fn offered_by(file: &ModelFile) -> String {
    match file.provenance() {
        Provenance::Official => String::new(),
        others => format!("; {others}"),
    }
}

/// The size of files; "about", if it is not known yet of one of them.
fn size<'m>(files: impl IntoIterator<Item = &'m ModelFile>) -> String {
    let (mut bytes, mut known) = (0, true);
    for file in files {
        bytes += file.size;
        known &= file.is_known();
    }
    let about = if known { "" } else { "~" };
    format!("{about}{}", human_bytes(bytes))
}
