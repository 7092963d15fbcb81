//! What an English word may be a form of: the singular of a plural, the verb of "running".

/// Plurals that no rule of [`ENDINGS`] finds, or that it takes for another word: "leaves" for "leave".
#[rustfmt::skip]
const IRREGULAR: &[(&str, &str)] = &[
    ("calves", "calf"), ("children", "child"), ("elves", "elf"), ("feet", "foot"), ("geese", "goose"), ("halves", "half"),
    ("hooves", "hoof"), ("knives", "knife"), ("leaves", "leaf"), ("lice", "louse"), ("lives", "life"), ("loaves", "loaf"),
    ("mice", "mouse"), ("oxen", "ox"), ("scarves", "scarf"), ("shelves", "shelf"), ("teeth", "tooth"), ("thieves", "thief"),
    ("wives", "wife"), ("wolves", "wolf"),
];
/// Ends of plurals, and of what they are the plural of. The first that gives a known word counts.
const ENDINGS: &[(&str, &str)] = &[
    ("s", ""),
    ("ies", "y"),
    ("es", ""),
    ("men", "man"),
    ("ses", "sis"),
    ("i", "us"),
];
/// The same of forms of verbs.
const VERB_ENDINGS: &[(&str, &str)] = &[
    ("ing", ""),
    ("ing", "e"),
    ("ed", ""),
    ("ed", "e"),
    ("ied", "y"),
];

/// What a name may be the plural of, the likeliest first; its last word is the one that changes.
pub(super) fn singulars(name: &str) -> impl Iterator<Item = String> {
    let start = name.rfind(' ').map_or(0, |space| space + 1);
    let (before, last) = name.split_at(start);
    let mut irregular = IRREGULAR.iter();
    let irregular = irregular.find(|(plural, _)| *plural == last);
    let irregular = irregular.map(|(_, one)| format!("{before}{one}"));
    irregular.into_iter().chain(with_endings(name, ENDINGS))
}

/// What a word may be a form of, if it is one of a verb.
pub(super) fn verbs(word: &str) -> impl Iterator<Item = String> {
    with_endings(word, VERB_ENDINGS)
}

fn with_endings(
    word: &str,
    endings: &'static [(&'static str, &'static str)],
) -> impl Iterator<Item = String> {
    endings.iter().filter_map(move |(end, instead)| {
        let stem = word.strip_suffix(*end).filter(|stem| stem.len() > 1)?;
        Some(format!("{stem}{instead}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plural_is_that_of_a_word_among_others() {
        for (plural, one) in [
            ("marmots", "marmot"),
            ("berries", "berry"),
            ("boxes", "box"),
            ("leaves", "leaf"),
            ("polar bears", "polar bear"),
            ("snow geese", "snow goose"),
            ("crises", "crisis"),
            ("cacti", "cactus"),
            ("firemen", "fireman"),
        ] {
            assert!(singulars(plural).any(|word| word == one), "{plural}");
        }
    }

    #[test]
    fn an_irregular_plural_comes_before_what_only_ends_like_one() {
        assert_eq!(singulars("leaves").next().as_deref(), Some("leaf"));
    }

    #[test]
    fn a_form_of_a_verb_is_that_of_a_verb_among_others() {
        for (form, verb) in [("walking", "walk"), ("abated", "abate"), ("tried", "try")] {
            assert!(verbs(form).any(|word| word == verb), "{form}");
        }
    }
}
