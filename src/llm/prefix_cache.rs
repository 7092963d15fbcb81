//! The state of the persona's prompt on disk, so that a start need not read it again.
//!
//! The key covers everything that the state depends on; a checksum beside the state keeps a cut
//! or damaged file from reaching the engine. A cache is never an error: what cannot be used is
//! rebuilt, what cannot be written is done without.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use std::{fs, io};

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::token::LlamaToken;
use sha2::{Digest, Sha256};

use crate::clock::unix_seconds;
use crate::hex::hex;

/// Old states are removed when there are more than this: each change of persona makes one.
const KEEP: usize = 16;
/// And when they take more than this together: the state of a large model has hundreds of megabytes.
/// Bytes.
const KEEP_BYTES: u64 = 2 << 30;
/// A file that is still being written is not older than this. Seconds.
const WRITING_S: u64 = 3_600;
/// Version of the engine's state format, as far as we know it: the pinned crate.
const ENGINE: &str = "llama-cpp-sys-2 0.1.161";

/// One prefix's place on disk.
pub struct PrefixCache {
    folder: PathBuf,
    state: PathBuf,
    checksum: PathBuf,
}

impl PrefixCache {
    /// The place for a prefix: `model` identifies the weights, `parameters` all settings that
    /// change the state.
    pub fn new(folder: &Path, model: &str, parameters: &str, tokens: &[LlamaToken]) -> Self {
        let mut hasher = Sha256::new();
        for part in [ENGINE, model, parameters] {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
        for token in tokens {
            hasher.update(token.0.to_le_bytes());
        }
        let key = hex(&hasher.finalize()[..12]);
        Self {
            folder: folder.to_path_buf(),
            state: folder.join(format!("{key}.kv")),
            checksum: folder.join(format!("{key}.sha256")),
        }
    }

    /// Loads the state into sequence 0 if it is there, whole, and of exactly these tokens. `read` is what the sequence
    /// holds, before and after.
    pub fn load(
        &self,
        context: &mut LlamaContext,
        tokens: &[LlamaToken],
        read: &mut Vec<LlamaToken>,
    ) -> bool {
        let Ok(wanted) = fs::read_to_string(&self.checksum) else {
            return false;
        };
        let Ok(state) = fs::read(&self.state) else {
            return false;
        };
        if digest(&state) != wanted.trim() {
            tracing::warn!("{} is damaged and is built again", self.state.display());
            return false;
        }
        match context.state_seq_load_file(&self.state, 0, tokens.len()) {
            Ok((loaded, _)) if loaded == tokens => {
                *read = loaded;
                true
            }
            _ => {
                tracing::warn!("{} does not fit and is built again", self.state.display());
                context.clear_kv_cache();
                read.clear();
                false
            }
        }
    }

    /// Writes the state of sequence 0, whole or not at all.
    pub fn save(&self, context: &LlamaContext, tokens: &[LlamaToken]) {
        if let Err(error) = self.try_save(context, tokens) {
            tracing::warn!("the prompt's state is not kept on disk: {error}");
        }
    }

    fn try_save(
        &self,
        context: &LlamaContext,
        tokens: &[LlamaToken],
    ) -> Result<(), Box<dyn std::error::Error>> {
        fs::create_dir_all(&self.folder)?;
        // Two processes may write the same state at once: each has its own part file.
        let part = self
            .state
            .with_extension(format!("{}.part", std::process::id()));
        context.state_seq_save_file(&part, 0, tokens)?;
        let checksum = digest(&fs::read(&part)?);
        fs::rename(&part, &self.state)?;
        fs::write(&self.checksum, checksum)?;
        Ok(forget_old(&self.folder)?)
    }
}

/// Removes the oldest states until the rest is few and small, and what killed programs left behind.
fn forget_old(folder: &Path) -> io::Result<()> {
    let (mut states, now) = (Vec::new(), unix_seconds());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Ok(data) = fs::metadata(&path) else {
            // Another program tidies up as well.
            continue;
        };
        let changed = data.modified()?.duration_since(UNIX_EPOCH);
        let changed = changed.map_or(0, |at| at.as_secs());
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("kv") => states.push((changed, data.len(), path)),
            Some("part") if now.saturating_sub(changed) > WRITING_S => fs::remove_file(path)?,
            _ => {}
        }
    }
    states.sort();
    let mut bytes = 0u64;
    for (n, (_, size, path)) in states.iter().rev().enumerate() {
        bytes = bytes.saturating_add(*size);
        // The newest was made just now, and is wanted whatever its size.
        if n >= KEEP || (n > 0 && bytes > KEEP_BYTES) {
            fs::remove_file(path)?;
            let _ = fs::remove_file(path.with_extension("sha256"));
        }
    }
    Ok(())
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_engine_is_the_one_that_is_linked() {
        let (name, version) = ENGINE.split_once(' ').unwrap();
        let locked = format!("name = \"{name}\"\nversion = \"{version}\"");
        assert!(
            include_str!("../../Cargo.lock").contains(&locked),
            "{locked}"
        );
    }

    /// A file that was changed so many seconds ago.
    fn file(folder: &Path, name: &str, bytes: u64, age_s: u64) {
        let file = fs::File::create(folder.join(name)).unwrap();
        file.set_len(bytes).unwrap();
        let changed = UNIX_EPOCH + Duration::from_secs(unix_seconds() - age_s);
        file.set_modified(changed).unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn the_oldest_states_and_what_killed_programs_left_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..KEEP as u64 + 2 {
            file(folder.path(), &format!("{n}.kv"), 1, 100 - n);
            file(folder.path(), &format!("{n}.sha256"), 1, 100 - n);
        }
        file(folder.path(), "old.123.part", 1, 2 * WRITING_S);
        file(folder.path(), "new.456.part", 1, 1);
        forget_old(folder.path()).unwrap();
        let kept = names(folder.path());
        assert!(kept.contains(&"new.456.part".into()) && !kept.contains(&"old.123.part".into()));
        assert!(!kept.contains(&"1.kv".into()) && !kept.contains(&"1.sha256".into()));
        assert!(kept.contains(&"2.kv".into()) && kept.contains(&"9.kv".into()));
    }

    #[test]
    fn large_states_leave_sooner_but_never_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        // Sparse files: they take no room on the disk.
        for (name, age_s) in [("a.kv", 30), ("b.kv", 20), ("c.kv", 10)] {
            file(folder.path(), name, KEEP_BYTES / 2 + 1, age_s);
        }
        forget_old(folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["c.kv"]);
    }
}
