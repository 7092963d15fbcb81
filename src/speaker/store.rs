//! Where enrolled voices lie: one file each, for its owner's eyes alone.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{SpeakerError, VoicePrint};

/// What the files end in.
const EXTENSION: &str = "voice.json";

/// A folder of voice prints.
pub struct VoicePrints {
    folder: PathBuf,
}

impl VoicePrints {
    /// Those in a folder, which need not be there yet.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Names of the enrolled voices, in order.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>, SpeakerError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(on_file(&self.folder)(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let file = entry.map_err(on_file(&self.folder))?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(EXTENSION));
            names.extend(
                name.and_then(|name| name.strip_suffix('.'))
                    .map(String::from),
            );
        }
        names.sort();
        Ok(names)
    }

    /// All enrolled voices.
    ///
    /// # Errors
    /// One cannot be read, or is damaged; the message says what to do.
    pub fn all(&self) -> Result<Vec<VoicePrint>, SpeakerError> {
        let names = self.names()?;
        names.iter().map(|name| self.read(name)).collect()
    }

    fn read(&self, name: &str) -> Result<VoicePrint, SpeakerError> {
        let file = self.file(name);
        let text = std::fs::read_to_string(&file).map_err(on_file(&file))?;
        serde_json::from_str(&text).map_err(|error| SpeakerError::Content {
            path: file.display().to_string(),
            reason: format!(
                "no voice print ({error}); `vivavoce enroll {name}` makes it again, \
                 `vivavoce enroll --forget {name}` removes it"
            ),
        })
    }

    /// Keeps a voice under a name, in place of the one that had it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&self, name: &str, print: &VoicePrint) -> Result<(), SpeakerError> {
        let file = self.file(name);
        let write = || -> std::io::Result<()> {
            // The names are nobody else's business either.
            let mut folder = std::fs::DirBuilder::new();
            folder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
            folder.create(&self.folder)?;
            // Temporary files are readable by their owner alone, and stay so.
            let mut part = tempfile::NamedTempFile::new_in(&self.folder)?;
            serde_json::to_writer(&mut part, print)?;
            part.flush()?;
            part.persist(&file)?;
            Ok(())
        };
        write().map_err(on_file(&file))
    }

    /// Forgets a voice; whether there was one of that name.
    ///
    /// # Errors
    /// Its file cannot be removed.
    pub fn forget(&self, name: &str) -> Result<bool, SpeakerError> {
        let file = self.file(name);
        match std::fs::remove_file(&file) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(on_file(&file)(error)),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{EXTENSION}"))
    }
}

fn on_file(path: &Path) -> impl Fn(std::io::Error) -> SpeakerError {
    move |source| SpeakerError::File {
        path: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print() -> VoicePrint {
        let sentence = vec![1.0; super::super::DIMENSIONS];
        let text = serde_json::json!({ "sentences": [sentence, sentence] });
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn a_voice_that_was_forgotten_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let prints = VoicePrints::in_folder(folder.path().join("voices"));
        prints.keep("anna", &print()).unwrap();
        assert_eq!(prints.names().unwrap(), ["anna"]);
        assert!(prints.forget("anna").unwrap());
        assert!(!prints.forget("anna").unwrap());
        assert!(prints.all().unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_a_voice() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let prints = VoicePrints::in_folder(folder.path().into());
        prints.keep("anna", &print()).unwrap();
        let file = prints.file("anna").metadata().unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_voice_is_said_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("anna.voice.json"), "{").unwrap();
        let prints = VoicePrints::in_folder(folder.path().into());
        let error = prints.all().unwrap_err().to_string();
        assert!(error.contains("--forget anna"), "{error}");
    }
}
