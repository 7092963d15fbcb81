//! Checks tables of what is written and what is said.

use super::{speakable, spoken_text};
use crate::language::Language;

/// Checks each case, and that what was written is kept; names all that are wrong.
#[track_caller]
pub(super) fn assert_said(language: Language, cases: &[(&str, &str)]) {
    let wrong = cases.iter().filter_map(|(written, spoken)| {
        let segments = speakable(written, language);
        let joined: String = segments
            .iter()
            .map(|segment| segment.written.as_str())
            .collect();
        assert_eq!(joined, *written);
        let said = spoken_text(&segments);
        (said != *spoken).then(|| format!("{written:?}\n  said {said:?}\n  not  {spoken:?}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
