//! `--profile auto`: the profile that was tried for the languages. The first time it is measured on this machine, and
//! what else would fit is said; then the choice is kept.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use vivavoce::config::Config;
use vivavoce::engines::{self, data_dir};
use vivavoce::harness::bench;
use vivavoce::language::Languages;
use vivavoce::llm::gpu;
use vivavoce::models::Manifest;

use super::doctor::{Machine, best_profile, rehearsal};
use super::interruption::Loading;

/// The name that stands for a choice.
pub const AUTO: &str = "auto";
/// What was chosen is kept in this file of the data folder.
const FILE: &str = "profile.toml";

/// A choice that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Choice {
    /// For these languages...
    languages: String,
    /// ...on this machine.
    machine: String,
    /// The profile.
    profile: String,
}

/// All choices that are kept.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    #[serde(default)]
    choice: Vec<Choice>,
}

/// Puts a profile in the place of `auto`; true if it was not chosen here before, and is to be introduced.
///
/// # Errors
/// No profile that was tried speaks the languages.
pub fn resolve(config: &mut Config) -> Result<bool> {
    if config.profile != AUTO {
        return Ok(false);
    }
    let manifest = Manifest::bundled()?;
    let languages = config.language.to_string();
    let kept = read(&data_dir().join(FILE));
    if let Some(choice) = find(&kept, &languages, &machine(), &manifest) {
        config.profile.clone_from(&choice.profile);
        return Ok(false);
    }
    let chosen = for_languages(&manifest, &config.language).with_context(|| {
        format!(
            "no profile that we have tried speaks {languages}: choose one with --profile (`vivavoce models list` \
             shows them)"
        )
    })?;
    config.profile = chosen.to_owned();
    Ok(true)
}

/// Measures how the profile that was chosen runs on this machine, says so and what else would fit, and keeps the
/// choice. What fails is said by those that use it.
pub fn introduce(config: &Config) {
    eprintln!("measuring once how its models run on this machine ...");
    let machine = machine();
    let loading = Loading::begin();
    let advice = advice(config);
    drop(loading);
    match advice {
        Err(error) => tracing::warn!("the models were not measured: {error:#}"),
        Ok(advice) => {
            let path = data_dir().join(FILE);
            eprintln!(
                "profile {}: the one that we have tried for {}. On {machine}, {advice}\n(kept in {}; --profile NAME \
                 chooses another)",
                config.profile,
                config.language,
                path.display()
            );
            let choice = Choice {
                languages: config.language.to_string(),
                machine,
                profile: config.profile.clone(),
            };
            if let Err(error) = keep(read(&path), choice, &path) {
                tracing::warn!("the choice of the profile is not kept: {error:#}");
            }
        }
    }
}

/// The first profile that was tried and speaks all the languages.
fn for_languages<'m>(manifest: &'m Manifest, languages: &Languages) -> Option<&'m str> {
    let mut tried = manifest.profiles.iter().filter(|profile| profile.tried);
    let found = tried.find(|profile| languages.are_all_in(&profile.languages))?;
    Some(&found.name)
}

/// What the machine is, as far as a choice depends on it.
fn machine() -> String {
    let machine = bench::Machine::look();
    let gpus = gpu::used(gpu::devices());
    let gpu = match gpus.first() {
        None => "no GPU that this build can use".to_owned(),
        Some(device) => format!("a GPU with {} GiB", device.total >> 30),
    };
    let (cores, memory) = (machine.cores, machine.memory_mib.div_ceil(1024));
    format!("{cores} cores, {memory} GiB of memory, {gpu}")
}

/// How fast the profile's models are, and what else would fit.
fn advice(config: &Config) -> Result<String> {
    let manifest = Manifest::bundled()?;
    let (Some(real_time_factor), Some(tokens_per_s)) = rehearsal::speeds(config)? else {
        return Ok("it works".into());
    };
    let machine = Machine::with_speeds(tokens_per_s, real_time_factor);
    let measured = engines::needed(config, &manifest)?;
    let speeds = format!(
        "a second of speech is heard in {:.0} ms, and {tokens_per_s:.0} tokens a second are written",
        real_time_factor * 1000.0
    );
    Ok(
        match best_profile(&machine, &measured, &manifest, &config.language) {
            Some(best) if best != config.profile => format!(
                "{speeds}. {best} would run fast enough too, and is larger; we have not tried it: --profile {best}"
            ),
            Some(_) => format!("{speeds}."),
            None => format!("{speeds}. That is slow: expect to wait for replies."),
        },
    )
}

fn find<'k>(
    kept: &'k Kept,
    languages: &str,
    machine: &str,
    manifest: &Manifest,
) -> Option<&'k Choice> {
    let fits = |choice: &&Choice| {
        choice.languages == languages
            && choice.machine == machine
            && manifest.profile(&choice.profile).is_ok()
    };
    kept.choice.iter().find(fits)
}

/// What is kept; a file that cannot be read is as none, and written anew.
fn read(path: &Path) -> Kept {
    let text = fs::read_to_string(path).unwrap_or_default();
    toml::from_str(&text).unwrap_or_else(|error| {
        tracing::warn!("{} is chosen anew: {error}", path.display());
        Kept::default()
    })
}

/// Keeps a choice beside those for other languages.
fn keep(mut kept: Kept, choice: Choice, path: &PathBuf) -> Result<()> {
    kept.choice.retain(|one| one.languages != choice.languages);
    kept.choice.push(choice);
    let text = toml::to_string(&kept)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(languages: &str) -> Option<String> {
        let manifest = Manifest::bundled().unwrap();
        for_languages(&manifest, &languages.parse().unwrap()).map(str::to_owned)
    }

    #[test]
    fn english_has_the_small_profile_and_other_languages_the_one_that_speaks_them() {
        assert_eq!(chosen("en").as_deref(), Some("starter"));
        for languages in ["de", "zh", "auto:en,de", "auto"] {
            assert_eq!(
                chosen(languages).as_deref(),
                Some("multilingual"),
                "{languages}"
            );
        }
    }

    fn choice(languages: &str, profile: &str) -> Choice {
        Choice {
            languages: languages.into(),
            machine: "2 cores".into(),
            profile: profile.into(),
        }
    }

    #[test]
    fn a_choice_is_kept_for_its_languages_and_its_machine() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/profile.toml");
        keep(Kept::default(), choice("en", "starter"), &path).unwrap();
        keep(read(&path), choice("de", "multilingual"), &path).unwrap();
        keep(read(&path), choice("en", "laptop"), &path).unwrap();
        let (kept, manifest) = (read(&path), Manifest::bundled().unwrap());
        let found = |languages, machine| {
            let choice = find(&kept, languages, machine, &manifest);
            choice.map(|choice| choice.profile.as_str())
        };
        assert_eq!(found("en", "2 cores"), Some("laptop"));
        assert_eq!(found("de", "2 cores"), Some("multilingual"));
        assert_eq!(found("de", "8 cores"), None);
        assert_eq!(found("fr", "2 cores"), None);
    }

    #[test]
    fn a_profile_that_is_gone_is_not_chosen_again() {
        let kept = Kept {
            choice: vec![choice("en", "tiny")],
        };
        let manifest = Manifest::bundled().unwrap();
        assert_eq!(find(&kept, "en", "2 cores", &manifest), None);
    }

    #[test]
    fn a_damaged_file_of_choices_is_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profile.toml");
        fs::write(&path, "choice = 3").unwrap();
        assert!(read(&path).choice.is_empty());
    }
}
