//! `vivavoce memory`: what the assistant remembers, and what it may look into.

use anyhow::Result;
use jiff::{Timestamp, ZonedDateTime};
use serde_json::json;
use vivavoce::clock::local_time;
use vivavoce::config::Config;
use vivavoce::engines::data_dir;
use vivavoce::folders::{FolderReport, LeftOut};
use vivavoce::tools::{Episode, Erased, KeptMemory};

use super::assistant::read_folders;
use super::flags::{ConfigFlag, Flags, FolderFlags};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum MemoryCommand {
    /// Show your name, the facts that you told, and what was said and heard, by day
    List(ConfigFlag),
    /// Find facts, and what was said and heard, with all of these words
    Search {
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
        #[command(flatten)]
        flags: ConfigFlag,
    },
    /// Erase the facts, and what was said and heard, with all of these words: they are in the file no more
    Forget {
        /// The words
        #[arg(required_unless_present_any = ["talk", "everything"],
              conflicts_with_all = ["talk", "everything"])]
        words: Vec<String>,
        /// All that was said and heard
        #[arg(long, conflicts_with = "everything")]
        talk: bool,
        /// Your name, the facts, and all that was said and heard
        #[arg(long)]
        everything: bool,
        #[command(flatten)]
        flags: ConfigFlag,
    },
    /// Print all of it as JSON
    Export(ConfigFlag),
    /// Read the folders of `[memory] folders` now, and say how many files are found and what is left out
    Folders(FolderFlags),
}

impl MemoryCommand {
    /// The flags that it reads.
    pub fn flags(&self) -> &dyn Flags {
        match self {
            Self::List(flags)
            | Self::Search { flags, .. }
            | Self::Forget { flags, .. }
            | Self::Export(flags) => flags,
            Self::Folders(flags) => flags,
        }
    }
}

/// Files of one folder that are named with why they are left out; of more it is said how many.
const MOST_NAMED: usize = 20;

/// Runs the command.
pub fn run(config: &Config, command: &MemoryCommand) -> Result<()> {
    match command {
        MemoryCommand::List(_) => look(config, list),
        MemoryCommand::Search { words, .. } => {
            look(config, |memory, now| search(memory, &words.join(" "), now))
        }
        MemoryCommand::Forget {
            words,
            talk,
            everything,
            ..
        } => look(config, |memory, _| {
            let erased = match (talk, everything) {
                (true, _) => Erased {
                    facts: 0,
                    episodes: memory.forget_talk()?,
                },
                (false, true) => memory.forget_everything()?,
                (false, false) => memory.forget(&words.join(" "))?,
            };
            show_erased(&erased);
            Ok(())
        }),
        MemoryCommand::Export(_) => look(config, export),
        MemoryCommand::Folders(_) => folders(config),
    }
}

/// Looks at what was kept so far, whatever is kept now.
fn look(config: &Config, at: impl FnOnce(&KeptMemory, &ZonedDateTime) -> Result<()>) -> Result<()> {
    let now = local_time();
    match KeptMemory::open(&data_dir(), config.memory.days, &now)? {
        Some(memory) => at(&memory, &now),
        None => {
            eprintln!("nothing is kept yet");
            Ok(())
        }
    }
}

fn list(memory: &KeptMemory, now: &ZonedDateTime) -> Result<()> {
    match memory.name()? {
        Some(name) => out!("your name: {name}"),
        None => out!("your name: not told"),
    }
    show_facts(&memory.facts()?);
    show_talk(&memory.episodes()?, now);
    Ok(())
}

fn search(memory: &KeptMemory, words: &str, now: &ZonedDateTime) -> Result<()> {
    let mut found = memory.search(words)?;
    found.episodes.reverse();
    show_facts(&found.facts);
    show_talk(&found.episodes, now);
    Ok(())
}

fn show_facts(facts: &[String]) {
    if facts.is_empty() {
        return out!("facts: none");
    }
    out!("facts:");
    facts.iter().for_each(|fact| out!("  {fact}"));
}

/// By day, the earliest first.
fn show_talk(episodes: &[Episode], now: &ZonedDateTime) {
    if episodes.is_empty() {
        return out!("what was said: none");
    }
    out!("what was said:");
    let mut day = None;
    for episode in episodes {
        let at = moment(episode, now);
        if day.replace(at.date()) != Some(at.date()) {
            out!("  {}", at.strftime("%A, %-d %B %Y"));
        }
        out!("    {} you: {}", at.strftime("%H:%M"), episode.said);
        out!("          it:  {}", episode.heard);
    }
}

fn show_erased(erased: &Erased) {
    let count = |count: usize, one: &str, several: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {several}"),
    };
    let facts = count(erased.facts, "fact", "facts");
    let episodes = count(erased.episodes, "exchange", "exchanges");
    out!("erased: {facts}, {episodes}");
}

fn export(memory: &KeptMemory, now: &ZonedDateTime) -> Result<()> {
    let talk = memory.episodes()?.into_iter().map(|episode| {
        let at = moment(&episode, now);
        json!({
            "at": at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            "said": episode.said,
            "heard": episode.heard,
        })
    });
    let all = json!({
        "name": memory.name()?,
        "facts": memory.facts()?,
        "talk": talk.collect::<Vec<_>>(),
    });
    out!("{}", serde_json::to_string_pretty(&all)?);
    Ok(())
}

fn moment(episode: &Episode, now: &ZonedDateTime) -> ZonedDateTime {
    let at = Timestamp::from_millisecond(episode.at_ms).unwrap_or(now.timestamp());
    at.to_zoned_datetime(now.time_zone().clone())
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
