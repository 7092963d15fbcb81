//! What is different between the index and the folders. Pure.

use std::collections::HashMap;

use super::index::{FileId, KnownFile};
use super::walk::{SeenFile, Why};

/// What is to be done to the index.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// These are not there any more.
    pub gone: Vec<FileId>,
    /// These are new, or were written since.
    pub changed: Vec<SeenFile>,
}

/// A file is as it was if it was written at the same time and is as long as before. One that could not be read for
/// a reason that may pass is read again if `again` says so.
pub(super) fn changes(known: &[KnownFile], seen: Vec<SeenFile>, again: bool) -> Changes {
    let mut left: HashMap<(String, String), &KnownFile> = known
        .iter()
        .map(|file| ((file.root.clone(), file.path.clone()), file))
        .collect();
    let mut changed = Vec::new();
    for file in seen {
        let before = left.remove(&(file.root.clone(), file.path.clone()));
        let is_same = before.is_some_and(|before| {
            let may_have_passed = again && before.left_out.is_some_and(Why::may_pass);
            before.changed_ns == file.changed_ns && before.size == file.size && !may_have_passed
        });
        if !is_same {
            changed.push(file);
        }
    }
    let mut gone: Vec<FileId> = left.into_values().map(|file| file.id).collect();
    gone.sort();
    Changes { gone, changed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folders::Kind;

    fn seen(path: &str, changed_ns: i64, size: u64) -> SeenFile {
        SeenFile {
            root: "/notes".into(),
            path: path.into(),
            kind: Kind::Markdown,
            changed_ns,
            size,
        }
    }

    fn known(id: i64, path: &str, changed_ns: i64, size: u64) -> KnownFile {
        KnownFile {
            id: FileId(id),
            root: "/notes".into(),
            path: path.into(),
            kind: Kind::Markdown,
            changed_ns,
            size,
            left_out: None,
        }
    }

    #[test]
    fn what_is_as_it_was_is_not_read_again() {
        let before = [known(1, "a.md", 5, 10)];
        assert_eq!(
            changes(&before, vec![seen("a.md", 5, 10)], true),
            Changes::default()
        );
    }

    #[test]
    fn what_is_new_or_was_written_is_read_and_what_is_gone_leaves() {
        let before = [
            known(1, "a.md", 5, 10),
            known(2, "b.md", 5, 10),
            known(3, "c.md", 5, 10),
        ];
        let now = vec![seen("a.md", 6, 10), seen("b.md", 5, 11), seen("d.md", 1, 1)];
        let changes = changes(&before, now.clone(), false);
        assert_eq!(changes.gone, [FileId(3)]);
        assert_eq!(changes.changed, now);
    }

    #[test]
    fn what_may_be_readable_by_now_is_read_again_after_a_while() {
        let left_out = |why| {
            [KnownFile {
                left_out: Some(why),
                ..known(1, "a.md", 5, 10)
            }]
        };
        let again = |why, again| {
            let changes = changes(&left_out(why), vec![seen("a.md", 5, 10)], again);
            !changes.changed.is_empty()
        };
        for why in [Why::Unreadable, Why::TooSlow, Why::TooMuch] {
            assert!(again(why, true) && !again(why, false), "{why:?}");
        }
        assert!(!again(Why::Damaged, true));
    }
}
