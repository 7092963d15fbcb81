//! The manifest: which models there are, the files that each consists of, and where to get them.
//!
//! Job: read `models/manifest.toml` (built into the program) and refuse one that contradicts
//! itself, so that nothing after this has to doubt a name, a size or a hash. Pure data, no I/O,
//! any thread. Invariant: in a parsed [`Manifest`] every profile's role names a model that exists
//! and plays that role, and every file name is one plain path component (a manifest cannot write
//! outside the store).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

use super::convert::Converter;
use super::{ModelsError, Place, Platform, Source};

const BUNDLED: &str = include_str!("../../models/manifest.toml");

/// What a model does in the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Speech to text.
    Stt,
    /// The language model.
    Llm,
    /// Text to speech; absent where the embedded voices serve.
    Tts,
    /// Voice activity detection.
    Vad,
    /// Has the turn ended?
    EndOfTurn,
    /// The shared library that runs the ONNX models.
    OnnxRuntime,
    /// Tells voices from each other; fetched only where voices are enrolled.
    Speaker,
    /// Features of speech for the wake word; fetched only where one is wanted.
    WakeWord,
}

impl Role {
    /// Whether its model is fetched only where somebody asks for what it does.
    pub fn is_on_request(self) -> bool {
        matches!(self, Role::Speaker | Role::WakeWord)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Role::Stt => "stt",
            Role::Llm => "llm",
            Role::Tts => "tts",
            Role::Vad => "vad",
            Role::EndOfTurn => "end-of-turn",
            Role::OnnxRuntime => "onnx-runtime",
            Role::Speaker => "speaker",
            Role::WakeWord => "wake-word",
        })
    }
}

/// All profiles and models.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// No two of one name.
    pub profiles: Vec<Profile>,
    /// No two of one id; a model may serve several profiles.
    pub models: Vec<Model>,
    /// How large the packages are, for the progress bar.
    #[serde(default)]
    pub packages: Vec<PackageSize>,
}

/// A set of models that work together: one per role.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What `--profile` takes.
    pub name: String,
    /// One line for people who choose.
    pub description: String,
    /// Whether we have fetched it and talked to it.
    #[serde(default)]
    pub tried: bool,
    /// Codes of the languages that it is made for (`en`).
    pub languages: Vec<String>,
    /// The id of the model that plays each role; a role may be absent.
    pub roles: BTreeMap<Role, String>,
}

/// One model: its role and the files that it consists of.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What profiles call it, and the name of its folder in the store.
    pub id: String,
    /// The only role that a profile may give it.
    pub role: Role,
    /// Which of our engines runs it.
    pub engine: String,
    /// Empty: it does not depend on the language.
    pub languages: Vec<String>,
    /// The licence of its files (`MIT`).
    pub licence: String,
    /// One line for people who choose.
    pub description: String,
    /// The adapter that was trained for it and comes with the program, by its name.
    #[serde(default)]
    pub adapter: Option<String>,
    /// A language model that is too small to know what it does not know: nobody asks it for facts.
    #[serde(default)]
    pub guesses: bool,
    /// For all platforms; [`Manifest::select`] picks those of one.
    pub files: Vec<ModelFile>,
}

/// One file, accepted by its size and hash alone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name in the store.
    pub name: String,
    /// In bytes; about, where the content is not known.
    pub size: u64,
    /// Lower-case hexadecimal; empty where the content is not known: it is learnt at the first
    /// pull and pinned then.
    #[serde(default)]
    pub sha256: String,
    /// Only needed there; `None`: everywhere.
    pub platform: Option<Platform>,
    /// In order of preference.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// How it is made of other files, where no source gives it.
    pub converted: Option<Conversion>,
}

/// How a file is made of others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// What makes it.
    pub by: Converter,
    /// What it is made of, in the order in which they are fetched. Each is held to a hash of its
    /// own; none is itself converted.
    pub from: Vec<ModelFile>,
}

/// Where a file comes from: from its makers, from others, or from both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// Its makers alone.
    Official,
    /// Its makers, and others who offer copies of it.
    OfficialAndCopies,
    /// Others alone: whoever packed it answers for what it is.
    ThirdParty,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Provenance::Official => "official",
            Provenance::OfficialAndCopies => {
                "official, or from third-party packages, held to the official file's SHA-256"
            }
            Provenance::ThirdParty => "from a third party",
        })
    }
}

/// Roughly how large a package is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageSize {
    /// As the sources write it: `NAME==VERSION` or `NAME@VERSION`.
    pub package: String,
    /// In bytes; nothing is refused for differing from it.
    pub about_bytes: u64,
}

impl Manifest {
    /// The manifest that this program was built with.
    ///
    /// # Errors
    /// [`ModelsError::BadManifest`], which a test keeps from happening in a release.
    pub fn bundled() -> Result<Self, ModelsError> {
        Self::parse(BUNDLED, "the built-in manifest")
    }

    /// Reads `text`; `origin` names it in error messages.
    ///
    /// # Errors
    /// [`ModelsError::BadManifest`] with the line, or with the contradiction.
    pub fn parse(text: &str, origin: &str) -> Result<Self, ModelsError> {
        let bad = |why: String| ModelsError::BadManifest {
            origin: origin.to_owned(),
            why,
        };
        let manifest: Manifest = toml::from_str(text).map_err(|error| bad(error.to_string()))?;
        manifest.check().map_err(bad)?;
        Ok(manifest)
    }

    /// The model with this id.
    pub fn model(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }

    /// The profile of this name.
    ///
    /// # Errors
    /// [`ModelsError::UnknownProfile`], which lists those there are.
    pub fn profile(&self, name: &str) -> Result<&Profile, ModelsError> {
        self.profiles
            .iter()
            .find(|profile| profile.name == name)
            .ok_or_else(|| {
                let known: Vec<&str> = self.profiles.iter().map(|p| p.name.as_str()).collect();
                ModelsError::UnknownProfile {
                    name: name.to_owned(),
                    known: known.join(", "),
                }
            })
    }

    /// About how large this package is, where the manifest says.
    pub fn package_bytes(&self, package: &str) -> Option<u64> {
        let mut packages = self.packages.iter();
        let of_package = packages.find(|described| described.package == package)?;
        Some(of_package.about_bytes)
    }

    fn check(&self) -> Result<(), String> {
        let mut ids = BTreeSet::new();
        for model in &self.models {
            check_component("model id", &model.id)?;
            if !ids.insert(model.id.as_str()) {
                return Err(format!("model `{}` is described twice", model.id));
            }
            model
                .check()
                .map_err(|why| format!("model `{}`: {why}", model.id))?;
        }
        let mut names = BTreeSet::new();
        for profile in &self.profiles {
            if !names.insert(profile.name.as_str()) {
                return Err(format!("profile `{}` is described twice", profile.name));
            }
            for (role, id) in &profile.roles {
                let why = match self.model(id) {
                    None => "which is not described",
                    Some(model) if model.role != *role => "which plays another role",
                    Some(_) => continue,
                };
                return Err(format!(
                    "profile `{}`: {role} is `{id}`, {why}",
                    profile.name
                ));
            }
        }
        Ok(())
    }
}

impl Model {
    fn check(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for file in &self.files {
            check_component("file name", &file.name)?;
            if !seen.insert((&file.name, file.platform)) {
                return Err(format!(
                    "file `{}` is listed twice for one platform",
                    file.name
                ));
            }
            file.check()
                .map_err(|why| format!("file `{}`: {why}", file.name))?;
        }
        Ok(())
    }
}

impl ModelFile {
    /// Whether its content is known.
    pub fn is_known(&self) -> bool {
        !self.sha256.is_empty()
    }

    /// The files that it is made of; none if it is not converted.
    pub fn inputs(&self) -> &[ModelFile] {
        self.converted.as_ref().map_or(&[], |c| &c.from)
    }

    /// The package that it, or the first file that it is made of, most likely comes from.
    pub fn first_package(&self) -> Option<&str> {
        let own = self.sources.iter().find_map(Source::package);
        own.or_else(|| self.inputs().iter().find_map(ModelFile::first_package))
    }

    /// Where it comes from. For a converted file that is where its inputs come from.
    pub fn provenance(&self) -> Provenance {
        let sources = || self.sources.iter();
        let inputs = || self.inputs().iter().map(ModelFile::provenance);
        let official = sources().any(|source| !source.third_party);
        if !official && (!self.sources.is_empty() || inputs().any(|p| p == Provenance::ThirdParty))
        {
            Provenance::ThirdParty
        } else if sources().all(|source| !source.third_party)
            && inputs().all(|p| p == Provenance::Official)
        {
            Provenance::Official
        } else {
            Provenance::OfficialAndCopies
        }
    }

    fn check(&self) -> Result<(), String> {
        let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        let known = self.sha256.len() == 64 && self.sha256.chars().all(hex);
        // Only a web server can say what a file is before it is fetched.
        let web = |s: &Source| matches!(s.place, Place::Hub { .. } | Place::Url { .. });
        let learnt = !self.is_known() && self.converted.is_none() && self.sources.iter().all(web);
        if !known && !learnt {
            return Err("`sha256` must be 64 lower-case hexadecimal digits".to_owned());
        }
        if self.size == 0 {
            return Err("`size` must not be 0".to_owned());
        }
        if self.sources.is_empty() && self.converted.is_none() {
            return Err("it has no source".to_owned());
        }
        for source in &self.sources {
            let Place::Parts(parts) = &source.place else {
                continue;
            };
            let sum: u64 = parts.iter().map(|part| part.size).sum();
            if sum != self.size {
                return Err(format!("its parts have {sum} bytes, it has {}", self.size));
            }
        }
        self.converted.as_ref().map_or(Ok(()), Conversion::check)
    }
}

impl Conversion {
    fn check(&self) -> Result<(), String> {
        let names: Vec<&str> = self.from.iter().map(|file| file.name.as_str()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        if sorted != self.by.inputs() {
            return Err(format!(
                "its converter takes {}, not {}",
                self.by.inputs().join(" and "),
                names.join(" and ")
            ));
        }
        for file in &self.from {
            check_component("file name", &file.name)?;
            if !file.is_known() || file.platform.is_some() || file.converted.is_some() {
                return Err(format!(
                    "`{}`: what is converted needs a `sha256`, and neither a `platform` nor a \
                     conversion of its own",
                    file.name
                ));
            }
            file.check()
                .map_err(|why| format!("`{}`: {why}", file.name))?;
        }
        Ok(())
    }
}

/// Names become paths in the store: nothing that could climb out of it, or hide from a listing.
fn check_component(what: &str, name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        return Err(format!(
            "{what} `{name}` must be letters, digits and -_.+ only, not starting with a dot"
        ));
    }
    Ok(())
}
