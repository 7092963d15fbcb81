//! Which sound files are transcribed, and where their texts go.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::files::Transcription;
use crate::audio::sound_file::is_named_as_sound;

/// Why files cannot be transcribed together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FolderError {
    /// Two sound files would have one transcript.
    #[error(
        "{} and {} would both be written to {}: transcribe the folders that they are in, or one after the other",
        first.display(), second.display(), text.display()
    )]
    Twice {
        /// One of them.
        first: PathBuf,
        /// Another.
        second: PathBuf,
        /// The transcript.
        text: PathBuf,
    },
}

/// What is to be transcribed.
#[derive(Debug, Default)]
pub struct SoundFolder {
    /// In the order of their names.
    pub jobs: Vec<Transcription>,
    /// What is wrong with folders that cannot be read.
    pub unreadable: Vec<String>,
}

/// A sound file, and its path below the folder in which it was found.
struct Found {
    sound: PathBuf,
    below: PathBuf,
}

impl SoundFolder {
    /// Finds the sound files of folders, and of those in them, by their endings; other paths are files, whatever their
    /// names. What is hidden is left alone, and folders behind links are not entered.
    ///
    /// The transcript of `a/b.wav` in the folder is `b.srt` beside it, or `a/b.srt` in the folder `output`. Where two
    /// would have one name, they keep the endings of the sounds: `b.wav.srt`, `b.mp3.srt`.
    ///
    /// # Errors
    /// Two of the files would be written to one.
    pub fn find(
        paths: &[PathBuf],
        output: Option<&Path>,
        ending: &str,
    ) -> Result<Self, FolderError> {
        let (mut found, mut unreadable) = (Vec::new(), Vec::new());
        for path in paths {
            if path.is_dir() {
                walk(path, path, &mut found, &mut unreadable);
            } else {
                let below = PathBuf::from(path.file_name().unwrap_or_default());
                let sound = path.clone();
                found.push(Found { sound, below });
            }
        }
        let mut seen = HashSet::new();
        // One file may be named in several ways; what is not there is named as it is.
        found.retain(|one| {
            let own = fs::canonicalize(&one.sound);
            seen.insert(own.unwrap_or_else(|_| one.sound.clone()))
        });
        let place = |one: &Found| match output {
            Some(folder) => folder.join(&one.below),
            None => one.sound.clone(),
        };
        let places: Vec<PathBuf> = found.iter().map(place).collect();
        let texts = texts(&places, ending);
        let jobs = found.into_iter().zip(texts);
        let mut jobs: Vec<Transcription> = jobs
            .map(|(Found { sound, .. }, text)| Transcription { sound, text })
            .collect();
        check_own(&jobs)?;
        jobs.sort();
        Ok(Self { jobs, unreadable })
    }
}

/// Transcripts of sound files in these places.
fn texts(places: &[PathBuf], ending: &str) -> Vec<PathBuf> {
    let mut texts: Vec<PathBuf> = places.iter().map(|p| p.with_extension(ending)).collect();
    // A longer name may be one that another file has without its ending (`b.wav.mp3`): until none changes any more.
    loop {
        let mut count: HashMap<&PathBuf, usize> = HashMap::new();
        for text in &texts {
            *count.entry(text).or_default() += 1;
        }
        let next: Vec<PathBuf> = places
            .iter()
            .zip(&texts)
            .map(|(place, text)| match count[text] {
                1 => text.clone(),
                _ => with_ending(place, ending),
            })
            .collect();
        if next == texts {
            return texts;
        }
        texts = next;
    }
}

fn with_ending(place: &Path, ending: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(format!(".{ending}"));
    PathBuf::from(name)
}

fn check_own(jobs: &[Transcription]) -> Result<(), FolderError> {
    let mut first: HashMap<&Path, &Path> = HashMap::new();
    for job in jobs {
        if let Some(first) = first.insert(&job.text, &job.sound) {
            return Err(FolderError::Twice {
                first: first.to_owned(),
                second: job.sound.clone(),
                text: job.text.clone(),
            });
        }
    }
    Ok(())
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Found>, unreadable: &mut Vec<String>) {
    let fail = |error| format!("cannot read {}: {error}", folder.display());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return unreadable.push(fail(error)),
    };
    for entry in entries {
        let entry = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)));
        let (path, kind) = match entry {
            Ok(entry) => entry,
            Err(error) => {
                unreadable.push(fail(error));
                continue;
            }
        };
        let name = path.file_name().unwrap_or_default();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if kind.is_dir() {
            walk(root, &path, found, unreadable);
        } else if is_named_as_sound(&path) && path.is_file() {
            let below = path.strip_prefix(root).unwrap_or(&path).to_owned();
            found.push(Found { sound: path, below });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    /// Transcripts below the folder.
    fn texts_of(files: &[&str], output: Option<&str>) -> Vec<String> {
        let folder = folder(files);
        let output = output.map(|name| folder.path().join(name));
        let paths = [folder.path().to_owned()];
        let found = SoundFolder::find(&paths, output.as_deref(), "srt").unwrap();
        assert!(found.unreadable.is_empty());
        let texts = found.jobs.iter().map(|job| {
            let below = job.text.strip_prefix(folder.path()).unwrap();
            below.to_string_lossy().replace('\\', "/")
        });
        texts.collect()
    }

    #[test]
    fn sounds_of_all_folders_are_found_and_nothing_else() {
        let files = [
            "b.WAV",
            "a/c.mp3",
            "a/notes.txt",
            ".hidden/d.wav",
            "._b.wav",
        ];
        assert_eq!(texts_of(&files, None), ["a/c.srt", "b.srt"]);
    }

    #[test]
    fn sub_folders_are_kept_in_the_output() {
        assert_eq!(
            texts_of(&["b.wav", "a/b.wav"], Some("out")),
            ["out/a/b.srt", "out/b.srt"]
        );
    }

    #[test]
    fn sounds_of_one_name_keep_their_endings() {
        assert_eq!(
            texts_of(&["b.wav", "b.mp3", "b.wav.ogg", "c.wav"], None),
            ["b.mp3.srt", "b.wav.srt", "b.wav.ogg.srt", "c.srt"]
        );
    }

    #[test]
    fn two_files_are_never_written_to_one() {
        let folder = folder(&["x/b.wav", "y/b.wav"]);
        let paths = ["x/b.wav", "y/b.wav"].map(|name| folder.path().join(name));
        let error = SoundFolder::find(&paths, Some(folder.path()), "srt").unwrap_err();
        assert!(error.to_string().contains("b.wav.srt"), "{error}");
    }

    #[test]
    fn a_file_that_is_named_twice_is_transcribed_once() {
        let folder = folder(&["b.wav"]);
        let paths = [folder.path().to_owned(), folder.path().join("b.wav")];
        assert_eq!(
            SoundFolder::find(&paths, None, "srt").unwrap().jobs.len(),
            1
        );
    }

    #[test]
    fn a_named_file_is_taken_whatever_its_ending_is() {
        let folder = folder(&["b.sound"]);
        let paths = [folder.path().join("b.sound")];
        assert_eq!(
            SoundFolder::find(&paths, None, "srt").unwrap().jobs.len(),
            1
        );
    }
}
