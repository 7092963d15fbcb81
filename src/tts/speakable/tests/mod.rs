//! Tables of what is written and what is said, and the invariants on random input.

mod any_input;
mod names;
mod numbers;

use super::*;

fn say(written: &str) -> String {
    spoken_text(&speakable(written, Language::English))
}

#[track_caller]
fn assert_said(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(written, spoken)| say(written) != *spoken)
        .map(|(written, spoken)| {
            format!(
                "{written:?}\n  said     {:?}\n  expected {spoken:?}",
                say(written)
            )
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn plain_prose_comes_through() {
    for prose in [
        "Hello, how are you today?",
        "I don't think that's what the well-known author meant; she'd never say so.",
        "What a day! Is it over? Yes: it is.",
        "A cat sat on the mat.",
        "Crème brûlée is a naïve choice.",
        "The dogs' tails wag.",
    ] {
        assert_eq!(say(prose), prose);
        assert_eq!(say(&say(prose)), prose);
    }
}

#[test]
fn markup_is_not_spoken() {
    assert_said(&[
        (
            "This is **bold**, *italic* and ***both***.",
            "This is bold, italic and both.",
        ),
        (
            "__Strong__ and _weak_ and ~~gone~~.",
            "Strong and weak and gone.",
        ),
        ("## The title\nText here.", "The title. Text here."),
        ("- milk\n- two eggs\n* ham", "milk. two eggs. ham."),
        ("1. Milk\n2. Eggs", "Milk. Eggs."),
        ("\n3) Ham and\n\n", "Ham and."),
        ("42. That is it.", "forty two. That is it."),
        ("1969.", "nineteen sixty nine."),
        ("> quoted\ntext", "quoted. text"),
        ("- [x] done\n- [ ] open", "done. open."),
        (
            "See [the docs](https://example.com/a_b) now.",
            "See the docs now.",
        ),
        (
            "See the docs](https://example.com/a_b) now.",
            "See the docs now.",
        ),
        ("![a cat](cat.png) Nice", "a cat Nice"),
        ("It is so.[1][2] Yes[^3].", "It is so. Yes."),
        ("Call `foo_bar` now.", "Call foo bar now."),
        (
            "Use `main.rs` and `config.yaml`.",
            "Use main dot R S and config dot yaml.",
        ),
        (
            "So `let x: Vec<u8> = vec![]; x.push(1);` works.",
            "So some code works.",
        ),
        (
            "Look:\n```rust\nfn main() {}\n```\nDone.",
            "Look: some code Done.",
        ),
        ("```\nlet x = 1;", "some code"),
        ("```", ""),
        (
            "| Name | Age |\n|------|----:|\n| Ann | 5 |",
            "Name, Age. Ann, five.",
        ),
        ("One\n---\nTwo", "One. Two"),
        (
            "a <b>bold</b> move<br>next <!-- no --> end",
            "a bold move, next end",
        ),
        (
            "Fish &amp; chips &copy; &quot;Bob&quot;&nbsp;Co",
            "Fish and chips Bob Co",
        ),
        (
            "stray * star, _ line and ` tick*",
            "stray star, line and tick",
        ),
        (r"2 \* 3 and \(x\)", "two times three and x"),
        ("First line\nsecond line", "First line second line"),
        ("Para one\n\nPara two", "Para one. Para two"),
    ]);
}

#[test]
fn typography_becomes_prosody() {
    assert_said(&[
        (
            "He said “stop” and 'go' and \"run\".",
            "He said stop and go and run.",
        ),
        ("It’s fine.", "It's fine."),
        ("Well... maybe.", "Well, maybe."),
        ("Well... Maybe… ", "Well. Maybe."),
        ("Really?! No!!!", "Really? No!"),
        ("Paris (the capital) is old.", "Paris, the capital, is old."),
        ("the file(s) here", "the files here"),
        ("Yes—no — maybe -- so - there", "Yes, no, maybe, so, there"),
        ("Great! 🎉 Let's go 👩‍💻🇩🇪!", "Great! Let's go!"),
        ("Hello👋 you ❤️", "Hello you"),
        ("🎉", ""),
        ("Hi :) there ;-) :smile: ok", "Hi there ok"),
        ("1️⃣ First ✅ done", "First done"),
        ("A → B", "A, B"),
        ("© ™ ® § 2024", "twenty twenty four"),
        ("Hello , world", "Hello, world"),
        ("zero\u{200b}width soft\u{ad}hyphen", "zerowidth softhyphen"),
    ]);
}

#[test]
fn segments_are_as_fine_as_the_conversion_allows() {
    let segments = speakable("It costs **$5 million**, 🎉 Dr. Lee.\n", Language::English);
    let pairs: Vec<(&str, &str)> = segments
        .iter()
        .map(|s| (s.written.as_str(), s.spoken.as_str()))
        .collect();
    assert_eq!(
        pairs,
        [
            ("It ", "It"),
            ("costs ", "costs"),
            ("**$5 million**, ", "five million dollars,"),
            ("🎉 ", ""),
            ("Dr. ", "Doctor"),
            ("Lee.\n", "Lee."),
        ]
    );
}

#[test]
fn nothing_and_blank() {
    assert_eq!(speakable("", Language::English), []);
    assert_eq!(say(" \n\t "), "");
    assert_eq!(speakable(" \n", Language::English)[0].written, " \n");
}
