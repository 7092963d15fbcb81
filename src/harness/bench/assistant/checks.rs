//! One answer against what is expected of it.

use jiff::ZonedDateTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer_numbers::numbers;
use super::answer_times::{date_problem, tells_time};
use super::answer_words::{holds, words};
use super::call_check::{GivenCall, call_problem, no_call_problem};
use super::question_set::Expectation;

/// Numbers that differ by this share are one: what is left of reading them.
const SAME: f64 = 1e-9;

/// What came of a question.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// What was said, all of it.
    pub answer: &'a str,
    /// The tools that were called, in their order.
    pub calls: &'a [GivenCall],
    /// The clock of the session, when it answered.
    pub now: &'a ZonedDateTime,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// Something was said, or a tool was called.
    Answered,
    /// The expected tool was called with the expected arguments, and no other.
    Call,
    /// No tool was called.
    NoCall,
    /// The number is there.
    Number,
    /// All of these words are there.
    WordsAll,
    /// One of these words is there.
    WordsAny,
    /// None of these words is there.
    WordsNone,
    /// It says that it cannot.
    HonestCannot,
    /// It is short enough.
    MaxWords,
    /// It tells the time.
    TimeNow,
    /// It tells the date.
    DateToday,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// What.
    pub check: CheckName,
    /// What is wrong with it, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What an answer comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All that was looked at is right.
    Right,
    /// Something is wrong.
    Wrong,
    /// Nothing was expected.
    NotJudged,
}

/// Everything that was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct AnswerVerdict {
    /// Each thing that was looked at; none where the answer is free.
    pub checks: Vec<Check>,
}

impl AnswerVerdict {
    /// What it comes to.
    pub fn outcome(&self) -> Outcome {
        if self.checks.is_empty() {
            Outcome::NotJudged
        } else if self.why().next().is_some() {
            Outcome::Wrong
        } else {
            Outcome::Right
        }
    }

    /// What is wrong.
    pub fn why(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().filter_map(|c| c.problem.as_deref())
    }

    /// Whether this was looked at and is right; none if it was not looked at.
    pub fn is_right(&self, check: CheckName) -> Option<bool> {
        let found = self.checks.iter().find(|one| one.check == check);
        found.map(|found| found.problem.is_none())
    }

    fn add(&mut self, check: CheckName, problem: Option<String>) {
        self.checks.push(Check { check, problem });
    }
}

/// Judges an answer; `cannot_phrases` are those of the set.
pub fn judge(expect: &Expectation, given: &Given<'_>, cannot_phrases: &[String]) -> AnswerVerdict {
    let mut verdict = AnswerVerdict::default();
    if expect.free {
        return verdict;
    }
    let answer = words(given.answer);
    // What changes how it speaks says nothing, where that is what was asked for.
    let silent = answer.is_empty() && given.calls.is_empty();
    let nothing = silent.then(|| "nothing was said".to_owned());
    verdict.add(CheckName::Answered, nothing);
    judge_calls(expect, given, &mut verdict);
    judge_words(expect, &answer, &mut verdict);
    if let Some(number) = expect.number {
        let problem = number_problem(number, expect.within, given.answer);
        verdict.add(CheckName::Number, problem);
    }
    if expect.honest_cannot {
        let honest = cannot_phrases.iter().any(|phrase| holds(&answer, phrase));
        let problem = (!honest).then(|| "it does not say that it cannot".to_owned());
        verdict.add(CheckName::HonestCannot, problem);
    }
    if expect.time_now {
        let told = tells_time(given.answer, given.now);
        let time = given.now.strftime("%H:%M");
        let problem = (!told).then(|| format!("it does not tell the time, {time}"));
        verdict.add(CheckName::TimeNow, problem);
    }
    if expect.date_today {
        verdict.add(CheckName::DateToday, date_problem(given.answer, given.now));
    }
    verdict
}

fn judge_calls(expect: &Expectation, given: &Given<'_>, verdict: &mut AnswerVerdict) {
    if let Some(call) = &expect.call {
        let problem = call_problem(call, given.calls, given.now);
        verdict.add(CheckName::Call, problem);
    }
    if expect.no_call {
        verdict.add(CheckName::NoCall, no_call_problem(given.calls));
    }
}

fn judge_words(expect: &Expectation, answer: &[String], verdict: &mut AnswerVerdict) {
    if !expect.words_all.is_empty() {
        let missing = expect.words_all.iter().find(|some| !holds(answer, some));
        let problem = missing.map(|some| format!("it has no {some:?}"));
        verdict.add(CheckName::WordsAll, problem);
    }
    if !expect.words_any.is_empty() {
        let found = expect.words_any.iter().any(|some| holds(answer, some));
        let problem = || format!("it has none of {:?}", expect.words_any);
        verdict.add(CheckName::WordsAny, (!found).then(problem));
    }
    if !expect.words_none.is_empty() {
        let found = expect.words_none.iter().find(|some| holds(answer, some));
        let problem = found.map(|some| format!("it has {some:?}"));
        verdict.add(CheckName::WordsNone, problem);
    }
    if let Some(most) = expect.max_words {
        let long = answer.len() > most;
        let problem = || format!("it has {} words, and {most} are allowed", answer.len());
        verdict.add(CheckName::MaxWords, long.then(problem));
    }
}

fn number_problem(wanted: f64, within: f64, answer: &str) -> Option<String> {
    let allowed = within.max(wanted.abs() * SAME);
    let found = numbers(answer);
    let near = found
        .iter()
        .any(|number| (number - wanted).abs() <= allowed);
    (!near).then(|| format!("its numbers are {found:?}, and {wanted} is not among them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(expect: &str, answer: &str) -> Outcome {
        outcome_with(expect, answer, &[])
    }

    fn outcome_with(expect: &str, answer: &str, calls: &[GivenCall]) -> Outcome {
        let expect: Expectation = toml::from_str(expect).unwrap();
        let now = "2026-11-28T21:45:30[Europe/Berlin]".parse().unwrap();
        let given = Given {
            answer,
            calls,
            now: &now,
        };
        judge(&expect, &given, &["can't".into(), "no way to".into()]).outcome()
    }

    fn get_time() -> [GivenCall; 1] {
        [GivenCall {
            tool: "get_time".into(),
            arguments: serde_json::Map::new(),
        }]
    }

    #[test]
    fn a_free_answer_is_not_judged() {
        assert_eq!(outcome("free = true", ""), Outcome::NotJudged);
    }

    #[test]
    fn saying_nothing_and_doing_nothing_is_wrong() {
        assert_eq!(outcome("no_call = true", " ... "), Outcome::Wrong);
        let called = outcome_with("call = { tool = 'get_time' }", "", &get_time());
        assert_eq!(called, Outcome::Right);
    }

    #[test]
    fn a_number_is_right_within_its_tolerance() {
        assert_eq!(outcome("number = 391", "That makes 391."), Outcome::Right);
        assert_eq!(outcome("number = 391", "That makes 392."), Outcome::Wrong);
        assert_eq!(outcome("number = 391", "I do not know."), Outcome::Wrong);
        let near = "number = 16.0934\nwithin = 0.01";
        assert_eq!(outcome(near, "16.1 kilometers"), Outcome::Right);
        assert_eq!(outcome(near, "16.2 kilometers"), Outcome::Wrong);
    }

    #[test]
    fn all_words_are_needed_of_all_and_one_of_any() {
        let all = "words_all = ['jane', 'austen']";
        assert_eq!(outcome(all, "Jane Austen wrote it."), Outcome::Right);
        assert_eq!(outcome(all, "Jane wrote it."), Outcome::Wrong);
        let any = "words_any = ['austen', 'bronte']";
        assert_eq!(outcome(any, "It was Brontë."), Outcome::Right);
        assert_eq!(outcome(any, "It was Dickens."), Outcome::Wrong);
    }

    #[test]
    fn a_forbidden_word_is_wrong() {
        let none = "words_none = ['sydney']";
        assert_eq!(outcome(none, "It is Canberra."), Outcome::Right);
        assert_eq!(outcome(none, "Sydney, or Canberra."), Outcome::Wrong);
    }

    #[test]
    fn that_it_cannot_is_said_in_a_phrase_of_the_set() {
        let honest = "honest_cannot = true";
        assert_eq!(
            outcome(honest, "I can\u{2019}t play music."),
            Outcome::Right
        );
        assert_eq!(outcome(honest, "Here is some music."), Outcome::Wrong);
    }

    #[test]
    fn a_long_answer_is_wrong_where_a_short_one_is_wanted() {
        assert_eq!(outcome("max_words = 3", "One two three."), Outcome::Right);
        assert_eq!(
            outcome("max_words = 3", "One two three four."),
            Outcome::Wrong
        );
    }

    #[test]
    fn the_time_and_the_date_are_those_of_the_clock() {
        assert_eq!(outcome("time_now = true", "It is 9:45 PM."), Outcome::Right);
        assert_eq!(outcome("time_now = true", "It is 8:45 PM."), Outcome::Wrong);
        assert_eq!(outcome("date_today = true", "Saturday."), Outcome::Right);
        assert_eq!(outcome("date_today = true", "Monday."), Outcome::Wrong);
    }

    #[test]
    fn a_call_is_wrong_where_none_is_wanted() {
        let expect = "no_call = true";
        assert_eq!(outcome(expect, "I see."), Outcome::Right);
        let called = outcome_with(expect, "It is 9 PM.", &get_time());
        assert_eq!(called, Outcome::Wrong);
    }

    #[test]
    fn everything_that_is_expected_has_to_hold() {
        let both = "number = 4\nwords_all = ['legs']";
        assert_eq!(outcome(both, "Four legs."), Outcome::Right);
        assert_eq!(outcome(both, "Four arms."), Outcome::Wrong);
    }
}
