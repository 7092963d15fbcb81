//! Which sets can be used, and what is asked of them.

use super::*;

fn parse(text: &str) -> Result<PersonaSet, PersonaSetError> {
    PersonaSet::parse(text, Path::new("set.toml"))
}

fn with(question: &str) -> Result<PersonaSet, PersonaSetError> {
    parse(&format!(
        "max_words = 9\nnever = ['i am human']\n[[before]]\nname = 'alone'\nsay = []\n\
         [[before]]\nname = 'talk'\nsay = ['Hello.']\n[[question]]\nname = 'one'\nabout = 'self'\n{question}"
    ))
}

const NAMES: &str = "wordings = ['Who are you?', 'Your name?', 'Name?']\n\
                     stances = [{ name = 'own', words = ['{name}'] }]\nexpect = { words_all = ['{name}'] }";

#[test]
fn the_bundled_set_is_valid_and_asks_each_question_in_several_ways() {
    let set = PersonaSet::bundled().unwrap();
    assert!(set.questions.len() >= 20, "{}", set.questions.len());
    assert!(set.before[0].say.is_empty() && set.before.len() >= 3);
    assert!(set.questions.iter().all(|one| one.wordings.len() >= 3));
    for about in [About::Itself, About::Limits, About::Manner] {
        assert!(
            set.questions.iter().any(|one| one.about == about),
            "{about}"
        );
    }
}

#[test]
fn what_is_wrong_is_said_with_the_name_of_the_question() {
    for (question, problem) in [
        ("wordings = ['a']", "one wording"),
        (
            "wordings = ['a', 'b']\nexpect = { free = true }",
            "not judged",
        ),
        (
            "wordings = ['a', 'b']\nexpect = { honest_cannot = true }",
            "cannot_phrases",
        ),
        (
            "wordings = ['a', 'b']\nstances = [{ name = 'x', words = ['...'] }]",
            "without a word",
        ),
    ] {
        let error = with(question).unwrap_err().to_string();
        assert!(
            error.contains("\"one\"") && error.contains(problem),
            "{error}"
        );
    }
    let unknown = with("wordings = ['a', 'b']\nmood = 1").unwrap_err();
    assert!(unknown.to_string().contains("mood"), "{unknown}");
}

#[test]
fn alone_it_is_asked_in_all_wordings_and_after_talk_in_one() {
    let set = with(NAMES).unwrap();
    let asked = set.asked();
    let alone = asked.iter().filter(|one| one.is_alone());
    assert_eq!((alone.count(), asked.len()), (3, 4));
    assert_eq!(asked[3].before.name, "talk");
}

#[test]
fn an_answer_comes_to_the_first_stance_that_it_has_words_of() {
    let set = with(
        "wordings = ['a', 'b']\nstances = [{ name = 'no', words = ['no', 'not'] }, { name = 'yes', words = ['i am'] }]",
    )
    .unwrap();
    let stance = |answer| set.questions[0].stance(answer, "Vivi");
    assert_eq!(stance("I am not."), Some("no"));
    assert_eq!(stance("I am."), Some("yes"));
    assert_eq!(stance("Who knows?"), None);
}

#[test]
fn what_it_is_not_and_how_long_it_may_be_holds_for_every_answer() {
    let set = with(NAMES).unwrap();
    let expect = set.expectation(&set.questions[0], "Vivi");
    assert_eq!(expect.words_all, ["Vivi"]);
    assert_eq!(expect.words_none, ["i am human"]);
    assert_eq!(expect.max_words, Some(9));
    assert_eq!(set.claim("Well, I am human."), Some("i am human"));
    assert_eq!(set.claim("I am not human."), None);
}
