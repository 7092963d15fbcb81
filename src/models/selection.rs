//! A selection: the files of one profile on one platform. Pure data, any thread. Invariant: every
//! role of the profile is served by at least one file, unless it was left out on purpose.

use super::{Manifest, Model, ModelFile, ModelsError, Platform, Profile, Role};

/// The files of one profile on one platform.
#[derive(Debug, Clone)]
pub struct Selection<'m> {
    /// Where the profile and its models are described.
    pub manifest: &'m Manifest,
    /// The profile that was selected.
    pub profile: &'m Profile,
    /// Grouped by role, less the roles that were left out.
    pub files: Vec<Wanted<'m>>,
}

/// A file, and what it is wanted for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'m> {
    /// The role that it helps to serve.
    pub role: Role,
    /// The model that it is a part of.
    pub model: &'m Model,
    /// Its name, size, hash and sources.
    pub file: &'m ModelFile,
}

impl Manifest {
    /// The files that `profile` needs on `platform` (usually [`Platform::current`]; `None` stands
    /// for one that no file names), whatever is asked of it.
    ///
    /// # Errors
    /// An unknown profile, or a model that has no file for this platform.
    pub fn select(
        &self,
        profile: &str,
        platform: Option<Platform>,
    ) -> Result<Selection<'_>, ModelsError> {
        self.select_roles(profile, platform, |role| !role.is_on_request())
    }

    /// The same, with the files of roles that are fetched on request.
    ///
    /// # Errors
    /// As [`Manifest::select`].
    pub fn select_all(
        &self,
        profile: &str,
        platform: Option<Platform>,
    ) -> Result<Selection<'_>, ModelsError> {
        self.select_roles(profile, platform, |_| true)
    }

    fn select_roles(
        &self,
        profile: &str,
        platform: Option<Platform>,
        is_wanted: impl Fn(Role) -> bool,
    ) -> Result<Selection<'_>, ModelsError> {
        let profile = self.profile(profile)?;
        let mut files = Vec::new();
        for (&role, model) in profile
            .roles
            .iter()
            .filter(|(role, _)| is_wanted(**role))
            .filter_map(|(role, id)| Some((role, self.model(id)?)))
        {
            let before = files.len();
            let here = |file: &&ModelFile| file.platform.is_none() || file.platform == platform;
            files.extend(
                model
                    .files
                    .iter()
                    .filter(here)
                    .map(|file| Wanted { role, model, file }),
            );
            if files.len() == before {
                let offered: Vec<String> = model
                    .files
                    .iter()
                    .filter_map(|f| Some(f.platform?.to_string()))
                    .collect();
                return Err(ModelsError::NoBuildForPlatform {
                    model: model.id.clone(),
                    offered: offered.join(", "),
                });
            }
        }
        Ok(Selection {
            manifest: self,
            profile,
            files,
        })
    }
}

impl Selection<'_> {
    /// Leaves a role out: its work is done elsewhere (a language model on a server, say).
    #[must_use]
    pub fn without(mut self, role: Role) -> Self {
        self.files.retain(|wanted| wanted.role != role);
        self
    }

    /// Leaves all but these roles out.
    #[must_use]
    pub fn only(mut self, roles: &[Role]) -> Self {
        self.files.retain(|wanted| roles.contains(&wanted.role));
        self
    }

    /// The sum of the files' sizes, in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().map(|wanted| wanted.file.size).sum()
    }
}

impl Wanted<'_> {
    /// Its place in the store, as the stamps name it.
    pub(super) fn key(&self) -> String {
        format!("{}/{}", self.model.id, self.file.name)
    }
}
