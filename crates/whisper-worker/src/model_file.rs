//! Whether a file is a Whisper model at all.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::engine::EngineError;

/// What a file is, by its first bytes: whisper.cpp's own message goes to a log that nobody reads.
pub fn check_kind(path: &Path) -> Result<(), EngineError> {
    let unreadable = |reason| EngineError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let mut magic = [0; 4];
    let mut file = File::open(path).map_err(unreadable)?;
    let what = match file.read_exact(&mut magic) {
        Ok(()) if &magic == b"lmgg" => return Ok(()),
        Ok(()) if &magic == b"GGUF" => "a GGUF file (a language model, most likely)",
        Ok(()) => "another kind of file",
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => "all but empty",
        Err(e) => return Err(unreadable(e)),
    };
    Err(EngineError::WrongKind {
        path: path.to_owned(),
        what,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_kind_is_named_as_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.bin");
        for (bytes, what) in [
            (&b"GGUF...."[..], "GGUF"),
            (b"PK\x03\x04", "another"),
            (b"", "empty"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let message = check_kind(&path).unwrap_err().to_string();
            assert!(
                message.contains(what) && message.contains("ggml"),
                "{message}"
            );
        }
    }
}
