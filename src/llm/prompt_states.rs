//! What a language model has read, on disk: a prompt that begins as an earlier one did need not be read again, by this
//! program or another start of it.
//!
//! States of one family fit each other: the same weights and all settings that change a state. Within it the one that
//! shares most of its beginning with a prompt is taken. A checksum beside the state keeps a cut or damaged file from
//! reaching the engine. A cache is never an error: what cannot be used is rebuilt, what cannot be written is done without.

use std::fs::DirBuilder;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};
use std::{fs, io};

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::session::LlamaStateSeqFlags;
use llama_cpp_2::token::LlamaToken;
use sha2::{Digest, Sha256};

use crate::clock::unix_seconds;
use crate::hex::hex;

/// The states that were used longest ago are removed when there are more than this.
const KEEP: usize = 64;
/// A file that is still being written is not older than this. Seconds.
const WRITING_S: u64 = 3_600;
/// Version of the engine's state format, as far as we know it: the pinned crate.
const ENGINE: &str = "llama-cpp-sys-2 0.1.161";
/// What lies beside a state: its checksum, and its tokens.
const CHECKSUM: &str = "sha256";
const TOKENS: &str = "tokens";

/// The states that one model can go on from.
pub struct PromptStates {
    folder: PathBuf,
    family: String,
    most_bytes: u64,
}

/// A state on disk, and the tokens that it has read.
pub struct Kept {
    state: PathBuf,
    tokens: Vec<LlamaToken>,
}

impl Kept {
    /// How many tokens it has read.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }
}

impl PromptStates {
    /// Those of a model: `model` identifies the weights, `parameters` all settings that change a state. All states of
    /// the folder together take `most_bytes` at most; 0 keeps none.
    pub fn new(folder: &Path, model: &str, parameters: &str, most_bytes: u64) -> Self {
        Self {
            folder: folder.to_path_buf(),
            family: key([ENGINE, model, parameters].map(str::as_bytes)),
            most_bytes,
        }
    }

    /// The state that shares most with the beginning of `tokens`, and how many tokens it shares. It may have read more
    /// than those, but no more than `room`, which the context has.
    pub fn longest(&self, tokens: &[LlamaToken], room: usize) -> Option<(Kept, usize)> {
        if self.most_bytes == 0 {
            return None;
        }
        let entries = fs::read_dir(&self.folder).ok()?;
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let ours = paths.filter(|path| self.is_ours(path));
        let kept = ours.filter_map(|path| {
            let bytes = fs::metadata(&path).ok()?.len();
            if bytes > (room * size_of::<LlamaToken>()) as u64 {
                return None;
            }
            let kept = Kept {
                tokens: read_tokens(&path)?,
                state: path.with_extension("kv"),
            };
            let both = kept.tokens.iter().zip(tokens);
            let shared = both.take_while(|(a, b)| a == b).count();
            Some((kept, shared))
        });
        kept.max_by_key(|(kept, shared)| (*shared, std::cmp::Reverse(kept.len())))
    }

    fn is_ours(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        path.extension().is_some_and(|ending| ending == TOKENS)
            && name.is_some_and(|name| name.starts_with(&self.family))
    }

    /// Loads a state into sequence 0 if it is whole. `read` is what the sequence holds, before and after; if a state
    /// does not fit, the sequence is empty then.
    pub fn load(
        &self,
        kept: &Kept,
        context: &mut LlamaContext,
        read: &mut Vec<LlamaToken>,
    ) -> bool {
        let wanted = fs::read_to_string(kept.state.with_extension(CHECKSUM)).unwrap_or_default();
        let is_whole = digest(&kept.state).is_ok_and(|digest| digest == wanted.trim());
        if !is_whole {
            tracing::warn!("{} is damaged and is built again", kept.state.display());
            remove(&kept.state);
            return false;
        }
        match context.state_seq_load_file(&kept.state, 0, kept.len()) {
            Ok((loaded, _)) if loaded == kept.tokens => {
                *read = loaded;
                touch(&kept.state);
                true
            }
            _ => {
                tracing::warn!("{} does not fit and is built again", kept.state.display());
                context.clear_kv_cache();
                read.clear();
                remove(&kept.state);
                false
            }
        }
    }

    /// Writes the state of sequence 0, which has read these tokens: whole or not at all, and only if it has room.
    pub fn keep(&self, context: &LlamaContext, tokens: &[LlamaToken]) {
        let size = context.state_seq_get_size_ext(0, LlamaStateSeqFlags::empty()) as u64;
        if size > self.most_bytes {
            return;
        }
        if let Err(error) = self.try_keep(context, tokens) {
            tracing::warn!("the prompt's state is not kept on disk: {error}");
        }
    }

    fn try_keep(
        &self,
        context: &LlamaContext,
        tokens: &[LlamaToken],
    ) -> Result<(), Box<dyn std::error::Error>> {
        make_private(&self.folder)?;
        let bytes = tokens.iter().flat_map(|token| token.0.to_le_bytes());
        let bytes: Vec<u8> = bytes.collect();
        let name = format!("{}-{}", self.family, key([&bytes[..]]));
        let state = self.folder.join(format!("{name}.kv"));
        // Two programs may write the same state at once: each has a part file of its own, which is gone if it fails.
        let part = tempfile::Builder::new()
            .suffix(".part")
            .tempfile_in(&self.folder)?
            .into_temp_path();
        context.state_seq_save_file(&part, 0, tokens)?;
        let checksum = digest(&part)?;
        part.persist(&state)?;
        self.put(&state.with_extension(CHECKSUM), checksum.as_bytes())?;
        // Last: it is found by this.
        self.put(&state.with_extension(TOKENS), &bytes)?;
        forget_old(&self.folder, self.most_bytes, &state);
        Ok(())
    }

    fn put(&self, file: &Path, bytes: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
        let mut part = tempfile::Builder::new()
            .suffix(".part")
            .tempfile_in(&self.folder)?;
        part.write_all(bytes)?;
        part.persist(file)?;
        Ok(())
    }
}

/// Prompts are nobody else's business: a folder that its owner alone can look into.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // It may be one that an earlier version made.
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn read_tokens(path: &Path) -> Option<Vec<LlamaToken>> {
    let bytes = fs::read(path).ok()?;
    let (tokens, rest) = bytes.as_chunks::<4>();
    let tokens = tokens.iter().copied().map(i32::from_le_bytes);
    rest.is_empty().then(|| tokens.map(LlamaToken).collect())
}

/// It was used now, and is not among the oldest.
fn touch(state: &Path) {
    let now = UNIX_EPOCH + Duration::from_secs(unix_seconds());
    let touched = fs::File::options().append(true).open(state);
    if let Err(error) = touched.and_then(|file| file.set_modified(now)) {
        tracing::debug!("{}: {error}", state.display());
    }
}

fn remove(state: &Path) {
    for file in [
        state.with_extension(TOKENS),
        state.with_extension(CHECKSUM),
        state.into(),
    ] {
        let _ = fs::remove_file(file);
    }
}

/// Removes the states that were used longest ago until the rest is few and small, and what killed programs left
/// behind. `new` was made just now, and stays. Other programs tidy up as well: what cannot be removed is gone already.
fn forget_old(folder: &Path, most_bytes: u64, new: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let (mut states, now) = (Vec::new(), unix_seconds());
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let Ok(data) = fs::metadata(&path) else {
            continue;
        };
        let changed = data.modified().unwrap_or(UNIX_EPOCH);
        let changed_s = changed
            .duration_since(UNIX_EPOCH)
            .map_or(0, |at| at.as_secs());
        let is_old = now.saturating_sub(changed_s) > WRITING_S;
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("kv") => states.push((path == new, changed, data.len(), path)),
            Some("part") if is_old => drop(fs::remove_file(path)),
            // Whose state somebody has removed.
            Some(CHECKSUM | TOKENS) if is_old && !path.with_extension("kv").exists() => {
                drop(fs::remove_file(path));
            }
            _ => {}
        }
    }
    states.sort();
    let (mut bytes, mut count) = (0u64, 0);
    for (is_new, _, size, path) in states.iter().rev() {
        let fits = count < KEEP && bytes.saturating_add(*size) <= most_bytes;
        if fits || *is_new {
            bytes = bytes.saturating_add(*size);
            count += 1;
        } else {
            remove(path);
        }
    }
}

/// Removes all states: none are to be kept any more.
pub fn forget_all(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if matches!(
            path.extension().and_then(|ending| ending.to_str()),
            Some("kv" | CHECKSUM | TOKENS | "part")
        ) {
            let _ = fs::remove_file(path);
        }
    }
}

fn key<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0]);
    }
    hex(&hasher.finalize()[..12])
}

/// The SHA-256 of a file, read piece by piece: states may have gigabytes.
fn digest(file: &Path) -> io::Result<String> {
    let (mut file, mut hasher) = (fs::File::open(file)?, Sha256::new());
    let mut piece = vec![0; 1 << 18];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(&piece[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MOST_BYTES: u64 = 1 << 20;

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
        file(folder.path(), "gone.tokens", 1, 2 * WRITING_S);
        let new = folder.path().join("9.kv");
        forget_old(folder.path(), MOST_BYTES, &new);
        let kept = names(folder.path());
        assert!(kept.contains(&"new.456.part".into()) && !kept.contains(&"old.123.part".into()));
        assert!(!kept.contains(&"1.kv".into()) && !kept.contains(&"1.sha256".into()));
        assert!(kept.contains(&"2.kv".into()) && kept.contains(&"9.kv".into()));
        assert!(!kept.contains(&"gone.tokens".into()), "{kept:?}");
    }

    #[test]
    fn large_states_leave_sooner_but_never_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        // Sparse files: they take no room on the disk.
        for (name, age_s) in [("a.kv", 30), ("b.kv", 20), ("c.kv", 10)] {
            file(folder.path(), name, MOST_BYTES / 2 + 1, age_s);
        }
        forget_old(folder.path(), MOST_BYTES, &folder.path().join("a.kv"));
        assert_eq!(names(folder.path()), ["a.kv"], "it was made just now");
    }

    fn tokens(ids: std::ops::Range<i32>) -> Vec<LlamaToken> {
        ids.map(LlamaToken).collect()
    }

    /// As if the state of these tokens was kept.
    fn kept(states: &PromptStates, name: &str, tokens: &[LlamaToken]) {
        let bytes: Vec<u8> = tokens.iter().flat_map(|t| t.0.to_le_bytes()).collect();
        let name = format!("{}-{name}.tokens", states.family);
        fs::write(states.folder.join(name), bytes).unwrap();
    }

    #[test]
    fn the_state_that_shares_most_is_found_and_of_those_the_shortest() {
        let folder = tempfile::tempdir().unwrap();
        let states = PromptStates::new(folder.path(), "model", "f16", MOST_BYTES);
        kept(&states, "a", &tokens(0..100));
        kept(&states, "b", &tokens(0..300));
        kept(&states, "c", &tokens(0..250));
        let (found, shared) = states.longest(&tokens(0..200), 1_000).unwrap();
        assert_eq!((found.len(), shared), (250, 200));
    }

    #[test]
    fn states_of_another_model_or_setting_are_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let states = |model, parameters| PromptStates::new(folder.path(), model, parameters, 1);
        kept(&states("model", "f16"), "a", &tokens(0..100));
        assert!(
            states("other", "f16")
                .longest(&tokens(0..100), 1_000)
                .is_none()
        );
        assert!(
            states("model", "q8_0")
                .longest(&tokens(0..100), 1_000)
                .is_none()
        );
        assert!(
            states("model", "f16")
                .longest(&tokens(0..100), 1_000)
                .is_some()
        );
    }

    #[test]
    fn a_state_that_is_longer_than_the_context_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let states = PromptStates::new(folder.path(), "model", "f16", MOST_BYTES);
        kept(&states, "a", &tokens(0..300));
        assert!(states.longest(&tokens(0..100), 299).is_none());
        assert!(states.longest(&tokens(0..100), 300).is_some());
    }

    #[test]
    fn where_nothing_is_kept_any_more_what_was_kept_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.kv", "a.sha256", "a.tokens", "b.part", "notes.txt"] {
            file(folder.path(), name, 1, 1);
        }
        forget_all(folder.path());
        assert_eq!(names(folder.path()), ["notes.txt"]);
    }

    #[test]
    fn a_damaged_list_of_tokens_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let states = PromptStates::new(folder.path(), "model", "f16", MOST_BYTES);
        let name = format!("{}-a.tokens", states.family);
        fs::write(folder.path().join(name), [1, 2, 3]).unwrap();
        assert!(states.longest(&tokens(0..100), 1_000).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_look_into_the_folder() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("states");
        fs::create_dir(&folder).unwrap();
        make_private(&folder).unwrap();
        let mode = fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
