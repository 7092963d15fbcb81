use super::*;

/// The longest answer. Characters: some twenty seconds of speech.
const LONGEST: usize = 300;

fn ask(what: &str, of: &str) -> Option<String> {
    Meanings::ENGLISH.answer(&Question {
        what: what.into(),
        of: of.into(),
    })
}

fn entries() -> impl Iterator<Item = Entry> {
    let lines = Meanings::ENGLISH.0.lines();
    lines.map(|line| Entry::read(line).unwrap_or_else(|| panic!("{line}")))
}

/// Everything that is ever said of a word.
fn answers(entry: &Entry) -> Vec<String> {
    let alone = entry.senses.iter().map(Sense::sentence);
    let asked = [
        entry.meaning(),
        entry.thing(None),
        entry.thing(Some("a")),
        entry.synonym(),
        entry.opposite(),
    ];
    alone.chain(asked.into_iter().flatten()).collect()
}

#[test]
fn the_words_are_sorted_and_written_as_they_are_compared() {
    let mut last = "";
    for Entry { key, .. } in entries() {
        assert!(last < key, "{last} before {key}");
        assert_eq!(bare(key, Language::English), key);
        last = key;
    }
    assert!(Meanings::ENGLISH.0.ends_with('\n'));
}

#[test]
fn every_word_is_found() {
    for line in Meanings::ENGLISH.0.lines() {
        let key = line.split('\t').next().unwrap();
        assert_eq!(Meanings::ENGLISH.line(key), Some(line));
    }
}

#[test]
fn a_word_that_is_not_there_is_not_found() {
    let text = "b\t\t\tj||x\nd\t\t\tj||y\n";
    for absent in ["", "a", "c", "e", "bb", "b\t"] {
        assert_eq!(Meanings(text).line(absent), None, "{absent:?}");
    }
    for present in ["b", "d"] {
        assert!(Meanings(text).line(present).is_some(), "{present}");
    }
    assert_eq!(Meanings("").line("b"), None);
}

#[test]
fn every_answer_can_be_spoken() {
    const NOT_SPOKEN: [&str; 16] = [
        "(", ")", ";", "*", "[", "]", "/", "\"", "`", ":", "e.g", "i.e", "esp.", " etc.", " etc ",
        "  ",
    ];
    let mut wrong = Vec::new();
    for entry in entries() {
        for answer in answers(&entry) {
            let is_whole = answer.ends_with('.') && !answer.ends_with("..");
            let is_clear =
                answer.is_ascii() && !NOT_SPOKEN.iter().any(|mark| answer.contains(mark));
            if !is_whole || !is_clear || answer.chars().count() > LONGEST {
                wrong.push(answer);
            }
        }
    }
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_thing_named_in_the_plural_is_told_in_the_singular() {
    for (plural, one) in [
        ("marmots", "a marmot"),
        ("mice", "a mouse"),
        ("polar bears", "a polar bear"),
        ("berries", "a berry"),
        ("boxes", "a box"),
        ("wolves", "a wolf"),
        ("firemen", "a fireman"),
    ] {
        let answer = ask(THING, plural);
        assert!(answer.is_some(), "{plural}");
        assert_eq!(answer, ask(THING, one), "{plural}");
    }
}

#[test]
fn a_thing_is_told_with_the_article_that_it_was_named_with() {
    let begins = |of: &str, with: &str| ask(THING, of).is_some_and(|said| said.starts_with(with));
    assert!(begins("a coffee", "A coffee is "));
    assert!(begins("coffee", "Coffee is "));
    assert!(begins("marmot", "A marmot is "));
    assert!(begins("an owl", "An owl is "));
    assert!(begins("the Danube", "The Danube is "));
}

#[test]
fn of_a_certain_thing_the_dictionary_tells_nothing() {
    for of in ["the plan", "the dog", "the weather", "the time", "the dogs"] {
        assert_eq!(ask(THING, of), None, "{of}");
    }
}

#[test]
fn a_form_of_a_verb_is_told_by_the_verb() {
    let answer = ask(MEANING, "procrastinating");
    assert!(answer.is_some());
    assert_eq!(answer, ask(MEANING, "to procrastinate"));
}

#[test]
fn a_word_is_no_person_and_a_person_no_thing() {
    assert_eq!(ask(PERSON, "marmot"), None);
    assert!(ask(PERSON, "Rachmaninoff").is_some());
    assert_eq!(ask(THING, "Rachmaninoff"), None);
}

#[test]
fn only_a_meaning_that_is_asked_for_is_said_to_be_lacking() {
    let asked = |what: &str| {
        Meanings::lack(&Question {
            what: what.into(),
            of: "flurbish".into(),
        })
    };
    let lack = "I don't have flurbish in my dictionary.";
    assert_eq!(asked(MEANING), Some(lack.into()));
    assert_eq!(asked(THING), None);
}
