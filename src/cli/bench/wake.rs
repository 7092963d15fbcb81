//! `vivavoce bench wake`: what the ears for the wake word miss, and what they take for a call.

use std::path::{Path, PathBuf};

use anyhow::Result;
use vivavoce::clock::Stopwatch;
use vivavoce::config::Config;
use vivavoce::engines;
use vivavoce::harness::wake::{Amounts, Workshop};

use crate::cli::interruption::Loading;
use crate::cli::wake::{detector, features, listen_to_files, loader, print, voices, workers};

/// `bench wake`.
#[derive(Debug, clap::Args)]
pub struct WakeArgs {
    /// Folders of speech without the phrase; folders within them too
    #[arg(long, value_name = "DIR")]
    speech: Vec<PathBuf>,
    /// Sentences of our own voices without the phrase: a thousand are about an hour and a half
    #[arg(long, default_value_t = 300, value_name = "N")]
    sentences: usize,
    /// Recordings of what sounds like the phrase
    #[arg(long, default_value_t = 300, value_name = "N")]
    near_misses: usize,
    /// Recordings of the phrase
    #[arg(long, default_value_t = 200, value_name = "N")]
    phrases: usize,
    /// The seed of all that is drawn
    #[arg(long, default_value_t = 101)]
    seed: u64,
}

/// Runs the command.
pub fn run(config: &Config, args: &WakeArgs) -> Result<()> {
    let _loading = Loading::begin();
    let started = Stopwatch::start();
    let (loader, head) = (loader(config)?, engines::head(config)?);
    out!(
        "{:?}, {} hits in a row; {}",
        head.phrase,
        head.hits,
        head.recipe
    );
    let mut files = Vec::new();
    args.speech
        .iter()
        .for_each(|folder| find(folder, &mut files));
    files.sort();
    let recorded = listen_to_files(&loader, &head, &files)?;
    let hours = recorded.iter().map(|heard| heard.seconds).sum::<f64>() / 3600.0;
    out!("{} recordings, {hours:.2} hours", recorded.len());
    let (mut voices, _folder) = voices(config, &head.spellings)?;
    let mut workshop = Workshop {
        voices: &mut voices,
        features: &|number| features(&loader, number),
        detector: &|number, head| detector(&loader, number, head),
        workers: workers(),
        told: &|line| out!("{:6.0} s  {line}", started.elapsed().as_secs_f64()),
    };
    let amounts = Amounts {
        phrases: args.phrases,
        places: 1,
        near_misses: args.near_misses,
        sentences: args.sentences,
    };
    print(&workshop.check(&head, amounts, args.seed, recorded)?);
    Ok(())
}

/// Sound files in a folder and in those within it. What cannot be looked at has none.
fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|e| e == "wav" || e == "flac") {
            files.push(path);
        }
    }
}
