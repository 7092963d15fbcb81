//! `vivavoce say FILE -o DIR`: a book, a sound file for each chapter.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use vivavoce::agent::Persona;
use vivavoce::batch::{self, FileRun, Progress, SpokenChapter};
use vivavoce::book::{Markup, chapters, file_names};
use vivavoce::config::Config;

use super::background::{Background, Teller};
use super::interruption;

/// A book is held in memory; the longest novels have a tenth of this. Bytes.
const LARGEST: u64 = 64 << 20;

/// Speaks a text or Markdown file into a folder. Chapters that are there are left alone.
///
/// # Errors
/// The book cannot be read, the voice cannot be loaded, a chapter cannot be spoken (the others are), or it was
/// interrupted.
pub fn speak(config: &Config, book: &Path, folder: &Path, background: &Background) -> Result<()> {
    let mut jobs = jobs(book, folder)?;
    if jobs.is_empty() {
        bail!("there is nothing to say in {}", book.display());
    }
    let all = jobs.len();
    jobs.retain(|job| !job.sound.exists());
    let teller = Teller::start(Progress::new("spoken", all, all - jobs.len()));
    if !jobs.is_empty() {
        let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
        let run = FileRun {
            cores: background.cores(),
            cancelled: &background.gives_up()?,
            on_file: &|made| teller.file(made),
        };
        batch::speak_chapters(config, &persona, &jobs, run)?;
    }
    if interruption::is_asked() {
        bail!("interrupted: the same command goes on where it was");
    }
    match teller.failed() {
        0 => Ok(()),
        failed => bail!("{failed} of {all} chapters could not be spoken"),
    }
}

/// The chapters of a book and their files.
fn jobs(book: &Path, folder: &Path) -> Result<Vec<SpokenChapter>> {
    let name = book.display();
    let size = fs::metadata(book).with_context(|| format!("cannot read {name}"))?;
    if size.len() > LARGEST {
        bail!(
            "{name} has more than {} MiB: cut it into several",
            LARGEST >> 20
        );
    }
    let bytes = fs::read(book).with_context(|| format!("cannot read {name}"))?;
    let Ok(text) = String::from_utf8(bytes) else {
        bail!("{name} is no text in UTF-8; if it is text, `iconv -f LATIN1 -t UTF-8` converts it");
    };
    let is_markdown = book
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("md") || e.eq_ignore_ascii_case("markdown"));
    let markup = if is_markdown {
        Markup::Markdown
    } else {
        Markup::Plain
    };
    let chapters = chapters(&text, markup);
    let stem = book.file_stem().unwrap_or_default().to_string_lossy();
    let names = file_names(&chapters, &stem);
    let jobs = chapters.into_iter().zip(names);
    let jobs = jobs.map(|(chapter, name)| SpokenChapter {
        chapter,
        sound: folder.join(format!("{name}.wav")),
    });
    Ok(jobs.collect())
}
