//! The scenarios that are bundled, and those of a folder.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::audio::AudioError;
use crate::harness::scenario::Scenario;

static BUNDLED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/scenarios/suite");

/// The bundled suite, by file name.
///
/// # Errors
/// A scenario is wrong: its file, line and key are named.
pub fn bundled() -> Result<Vec<Scenario>, AudioError> {
    let mut files: Vec<_> = BUNDLED.files().collect();
    files.sort_by_key(|file| file.path());
    let texts = files
        .iter()
        .filter_map(|file| Some((file.path(), file.contents_utf8()?)));
    texts
        .map(|(path, text)| Scenario::parse(text, path))
        .collect()
}

/// Scenarios by what was named: a folder, a scenario file, or the name of a bundled one; of
/// nothing, all bundled ones.
///
/// # Errors
/// A scenario is wrong, or there is none of that name.
pub fn scenarios(named: &[PathBuf]) -> Result<Vec<Scenario>, AudioError> {
    if named.is_empty() {
        return bundled();
    }
    let mut found = Vec::new();
    for path in named {
        if path.is_dir() {
            for file in files_in(path)? {
                found.push(Scenario::read(&file)?);
            }
        } else if path.extension().is_some_and(|e| e == "toml") {
            found.push(Scenario::read(path)?);
        } else {
            found.push(bundled_named(path)?);
        }
    }
    Ok(found)
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, AudioError> {
    let fail = |reason: String| AudioError::Scenario {
        path: folder.to_path_buf(),
        reason,
    };
    let entries = std::fs::read_dir(folder).map_err(|e| fail(e.to_string()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    if files.is_empty() {
        Err(fail("there is no scenario (NAME.toml) in it".into()))
    } else {
        Ok(files)
    }
}

fn bundled_named(name: &Path) -> Result<Scenario, AudioError> {
    let wanted = name.to_string_lossy();
    let mut all = bundled()?.into_iter();
    all.find(|scenario| scenario.name == wanted)
        .ok_or_else(|| AudioError::Scenario {
            path: name.to_path_buf(),
            reason: "it is no folder, no file NAME.toml, and no bundled scenario; `vivavoce bench \
                     conversation --list` lists those"
                .into(),
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::events::Expect;

    #[test]
    fn the_suite_has_sixty_scenarios_and_two_hundred_turns() {
        let all = bundled().unwrap();
        let stimuli = all.iter().flat_map(|scenario| &scenario.stimuli);
        let turns = stimuli.filter(|s| s.expect != Expect::GoOn).count();
        assert!(all.len() >= 60 && turns >= 200, "{} {turns}", all.len());
    }

    #[test]
    fn every_scenario_is_named_described_and_ends() {
        let all = bundled().unwrap();
        let names: BTreeSet<&str> = all.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names.len(), all.len());
        for scenario in &all {
            assert!(!scenario.about.is_empty(), "{}", scenario.name);
            assert!(
                scenario.end.is_some() || scenario.limit.is_some(),
                "{}",
                scenario.name
            );
        }
    }

    #[test]
    fn the_short_form_has_most_kinds() {
        let all = bundled().unwrap();
        let quick = all.iter().filter(|s| s.quick).map(|s| s.kind.name());
        assert!(quick.collect::<BTreeSet<_>>().len() >= 6);
    }

    #[test]
    fn a_name_that_is_not_known_says_what_may_be_named() {
        let error = scenarios(&["nonsense".into()]).unwrap_err().to_string();
        assert!(error.contains("--list"), "{error}");
    }
}
