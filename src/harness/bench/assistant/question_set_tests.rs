use strum::IntoEnumIterator;

use super::super::answer_words::words;
use super::*;

fn parse(text: &str) -> Result<QuestionSet, QuestionSetError> {
    QuestionSet::parse(text, Path::new("set.toml"))
}

/// A set of one question with this expectation.
fn with(expect: &str) -> Result<QuestionSet, QuestionSetError> {
    parse(&format!(
        "cannot_phrases = [\"can't\"]\n[[conversation]]\nname = 'one'\nkind = 'chat'\n\
         turns = [{{ say = 'Hello.', expect = {{ {expect} }} }}]"
    ))
}

#[test]
fn every_language_has_questions_that_a_program_can_check() {
    for language in Language::all() {
        let set = QuestionSet::bundled(language).unwrap();
        assert!(set.conversations.len() >= 50, "{language}");
        assert!(!set.cannot_phrases.is_empty(), "{language}");
    }
}

#[test]
fn what_is_wrong_is_said_with_the_name_of_the_conversation() {
    for (expect, problem) in [
        ("", "nothing is expected"),
        ("free = true, no_call = true", "not judged"),
        (
            "call = { tool = 'get_time' }, no_call = true",
            "leave one out",
        ),
        ("call = { tool = 'tell_time' }", "no tool tell_time"),
        (
            "call = { tool = 'get_time', arguments = { city = 'Rome' } }",
            "takes no city",
        ),
        ("call = { tool = 'get_time', beside = ['x'] }", "no tool x"),
        ("words_any = ['']", "without a word"),
        ("words_all = ['a|']", "without a word"),
        ("number = nan", "are numbers"),
        ("number = 1, within = -1", "not negative"),
        ("within = 1", "there is none"),
    ] {
        let error = with(expect).unwrap_err().to_string();
        assert!(
            error.contains("\"one\"") && error.contains(problem),
            "{error}"
        );
    }
}

#[test]
fn an_unknown_key_or_kind_is_refused_with_its_line() {
    for (expect, named) in [("words_many = ['a']", "words_many"), ("free = 1", "free")] {
        let error = with(expect).unwrap_err().to_string();
        assert!(error.contains(named) && error.contains("line"), "{error}");
    }
    let kind = "[[conversation]]\nname = 'one'\nkind = 'gossip'\nturns = []";
    assert!(parse(kind).unwrap_err().to_string().contains("gossip"));
}

#[test]
fn that_it_cannot_needs_phrases_that_say_so() {
    let text = "[[conversation]]\nname = 'one'\nkind = 'cannot'\n\
                turns = [{ say = 'Fly.', expect = { honest_cannot = true } }]";
    assert!(
        parse(text)
            .unwrap_err()
            .to_string()
            .contains("cannot_phrases")
    );
}

#[test]
fn a_set_without_questions_is_refused() {
    assert!(matches!(parse(""), Err(QuestionSetError::Empty { .. })));
    let silent = "[[conversation]]\nname = 'one'\nkind = 'chat'\nturns = []";
    assert!(
        parse(silent)
            .unwrap_err()
            .to_string()
            .contains("nothing is said")
    );
}

#[test]
fn two_conversations_of_one_name_are_refused() {
    let one = "[[conversation]]\nname = 'one'\nkind = 'chat'\n\
               turns = [{ say = 'Hello.', expect = { free = true } }]\n";
    assert!(parse(one).is_ok());
    let error = parse(&one.repeat(2)).unwrap_err().to_string();
    assert!(error.contains("another one has this name"), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = QuestionSet::read(Path::new("/no/such/set.toml")).unwrap_err();
    assert!(error.to_string().contains("/no/such/set.toml"));
}

#[test]
fn the_bundled_set_is_valid_and_has_questions_of_every_kind() {
    let set = QuestionSet::bundled(Language::English).unwrap();
    assert!(set.questions() >= 220, "{}", set.questions());
    assert!(
        set.conversations.len() >= 120,
        "{}",
        set.conversations.len()
    );
    for kind in Kind::iter() {
        let of_kind = set.conversations.iter().filter(|c| c.kind == kind);
        let count: usize = of_kind.map(|c| c.turns.len()).sum();
        assert!(count >= 10, "{kind}: {count}");
    }
}

#[test]
fn the_bundled_set_has_no_question_twice_where_it_opens_a_conversation() {
    let set = QuestionSet::bundled(Language::English).unwrap();
    let mut seen = HashSet::new();
    for conversation in &set.conversations {
        let first = words(&conversation.turns[0].say);
        assert!(seen.insert(first), "{}", conversation.name);
    }
}

#[test]
fn the_bundled_set_has_nothing_of_the_held_out_prompts() {
    let held_out = include_str!("../../../../models/vivi/heldout/heldout_tools.jsonl");
    let prompt = |line: &str| -> String {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["user"].as_str().unwrap().to_owned()
    };
    let held_out: HashSet<Vec<String>> = held_out.lines().map(|l| words(&prompt(l))).collect();
    let set = QuestionSet::bundled(Language::English).unwrap();
    for question in set.conversations.iter().flat_map(|c| &c.turns) {
        assert!(
            !held_out.contains(&words(&question.say)),
            "{}",
            question.say
        );
    }
}
