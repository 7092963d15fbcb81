//! Questions out of the tables of common knowledge, with what a right answer has.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use jiff::ZonedDateTime;
use vivavoce::harness::bench::assistant::{Expectation, Given, Outcome, judge};

/// Lines of a table, a form that its facts may have, and the question to a fact of this form. `{it}` stands in the
/// question; `{thing}` too, and begins with a small letter there. What stands in the other gap is what a right answer
/// has: the last name of a `{person}`, the number of a `{year}` or a `{number}`, or the `{words}`, any of those
/// between which an "or" stands.
const KINDS: &str = r#"
works.author | {person} wrote {it} | Who wrote {it}?
works.painter | {person} painted {it} | Who painted {it}?
works.composer | {person} composed {it} | Who composed {it}?
works.performer | {person} sang {it} | Who sang {it}?
works.director | {person} directed {it} | Who directed {it}?
inventions.origin | {person} invented {it} | Who invented {it}?
history.began | {it} began {year} | In which year did {it} begin?
history.ended | {it} ended {year} | In which year did {it} end?
people.born | {it} was born {year} | In which year was {it} born?
people.died | {it} died {year} | In which year did {it} die?
places.national_capital | The capital of {it} is {words} | What is the capital of {it}?
records.largest | {words} is the largest {it} | What is the largest {it}?
records.longest | {words} is the longest {it} | What is the longest {it}?
records.highest | {words} is the highest {it} | What is the highest {it}?
records.most | {words} is the most {it} | What is the most {it}?
won.won | {words} won {it} | Who won {it}?
counts.legs | {it} has {number} legs | How many legs does {it} have?
counts.sides | {it} has {number} sides | How many sides does {it} have?
animals.baby | A baby {it} is called {words} | What is a baby {it} called?
animals.group | A group of {it} is called {words} | What is a group of {it} called?
animals.color | {thing} is {words} | What color is {thing}?
words.opposite | The opposite of {it} is {words} | What is the opposite of {it}?
words.plural | The plural of {it} is {words} | What is the plural of {it}?
words.past | The past tense of {it} is {words} | What is the past tense of {it}?
translations.spanish | {thing} in Spanish is {words} | How do you say "{thing}" in Spanish?
translations.french | {thing} in French is {words} | How do you say "{thing}" in French?
translations.german | {thing} in German is {words} | How do you say "{thing}" in German?
"#;

/// Words of an answer at most: a longer one can be said in many ways.
const MOST_WORDS: usize = 4;
/// As the tables write small numbers.
const NUMBERS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];

/// A question with a known answer.
#[derive(Clone)]
pub struct Question {
    /// The table that the answer is from.
    pub kind: &'static str,
    /// What is asked.
    pub text: String,
    expect: Expectation,
}

impl Question {
    /// Whether this answers it.
    pub fn is_answered_by(&self, answer: &str) -> bool {
        is_right(&self.expect, answer)
    }
}

#[derive(serde::Deserialize)]
struct Table {
    answers: BTreeMap<String, String>,
}

/// About `wanted` questions, spread evenly over the kinds; the same ones in each run.
pub fn questions(wanted: usize) -> Result<Vec<Question>> {
    let kinds: Vec<&str> = KINDS.trim().lines().collect();
    let of_a_kind = wanted.div_ceil(kinds.len());
    let mut chosen = Vec::new();
    for line in kinds {
        let all = of_kind(line).with_context(|| format!("in \"{line}\""))?;
        let taken = of_a_kind.min(all.len());
        chosen.extend((0..taken).map(|n| all[n * all.len() / taken].clone()));
    }
    Ok(chosen)
}

/// All questions of a line of [`KINDS`], in the order of their words, and each once.
fn of_kind(line: &'static str) -> Result<Vec<Question>> {
    let mut parts = line.split(" | ");
    let mut part = || parts.next().context("a part is missing");
    let (kind, form, question) = (part()?, part()?, part()?);
    let (file, table) = kind.split_once('.').context("the table has no file")?;
    let form = Form::of(form).context("the form has no two gaps")?;
    let path = format!(
        "{}/assets/facts/en/known/{file}.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let tables: BTreeMap<String, Table> = toml::from_str(&std::fs::read_to_string(path)?)?;
    let table = tables.get(table).context("there is no such table")?;
    let facts = table.answers.values();
    let asked: BTreeMap<String, Expectation> =
        facts.filter_map(|fact| form.ask(question, fact)).collect();
    let asked = asked
        .into_iter()
        .map(|(text, expect)| Question { kind, text, expect });
    Ok(asked.collect())
}

/// A sentence with two gaps.
struct Form<'f> {
    before: &'f str,
    first: &'f str,
    between: &'f str,
    second: &'f str,
    behind: &'f str,
}

impl<'f> Form<'f> {
    fn of(text: &'f str) -> Option<Self> {
        let (before, rest) = text.split_once('{')?;
        let (first, rest) = rest.split_once('}')?;
        let (between, rest) = rest.split_once('{')?;
        let (second, behind) = rest.split_once('}')?;
        Some(Self {
            before,
            first,
            between,
            second,
            behind,
        })
    }

    /// The question to a fact of this form, and what a right answer has. `None` for other facts, and for those that
    /// say more than the form, or are not certain.
    fn ask(&self, question: &str, fact: &str) -> Option<(String, Expectation)> {
        let gaps = fact.strip_suffix('.')?.strip_prefix(self.before)?;
        let gaps = gaps.strip_suffix(self.behind)?;
        let (first, second) = gaps.split_once(self.between)?;
        if second.contains(self.between) || fact.contains("usually") || fact.contains(" there.") {
            return None;
        }
        let (gap, about, wanted, answer) = match self.first {
            "it" | "thing" => (self.first, first, self.second, second),
            _ => (self.second, second, self.first, first),
        };
        let begins_fact = self.before.is_empty() && gap == self.first;
        let has_article = ["The ", "A ", "An "].iter().any(|a| about.starts_with(a));
        let about = if gap == "thing" || (begins_fact && has_article) {
            begin_small(about)
        } else {
            about.to_owned()
        };
        let text = question.replace(&format!("{{{gap}}}"), &about);
        let expect = expectation(wanted, answer)?;
        // An answer that repeats the question would be right.
        let is_told = is_right(&expect, &text);
        (!says_more(&about) && !is_told).then_some((text, expect))
    }
}

fn expectation(wanted: &str, answer: &str) -> Option<Expectation> {
    match wanted {
        "year" => {
            let numbers = answer.split(|c: char| !c.is_ascii_digit());
            let mut years = numbers.filter(|number| number.len() == 4);
            let year: f64 = years.next()?.parse().ok()?;
            (years.next().is_none() && !answer.contains("BC")).then(|| number(year))
        }
        "number" => {
            let in_words = NUMBERS.iter().position(|word| *word == answer);
            in_words
                .map(|n| n as f64)
                .or_else(|| answer.parse().ok())
                .map(number)
        }
        "person" if !is_several(answer) => {
            let name = answer.split(' ').next_back()?;
            // "The Wright brothers" have none here.
            name.starts_with(char::is_uppercase).then(|| words(name))
        }
        "words" if !is_several(answer) && answer.split(' ').count() <= MOST_WORDS => {
            let either: Vec<&str> = answer.split(" or ").map(without_article).collect();
            Some(words(&either.join("|")))
        }
        _ => None,
    }
}

fn number(number: f64) -> Expectation {
    Expectation {
        number: Some(number),
        ..Expectation::default()
    }
}

fn words(words: &str) -> Expectation {
    Expectation {
        words_all: vec![words.to_owned()],
        ..Expectation::default()
    }
}

fn is_several(answer: &str) -> bool {
    says_more(answer) || answer.contains(" and ") || answer.contains(" the ")
}

/// Whether there is more than one part of a sentence.
fn says_more(text: &str) -> bool {
    text.contains([',', ';', ':']) || text.contains(". ")
}

fn without_article(text: &str) -> &str {
    let articles = ["The ", "the ", "A ", "a ", "An ", "an "];
    let found = articles.iter().find_map(|a| text.strip_prefix(a));
    found.unwrap_or(text)
}

fn begin_small(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

fn is_right(expect: &Expectation, answer: &str) -> bool {
    let given = Given {
        answer,
        calls: &[],
        // Nothing that is expected here depends on it.
        now: &ZonedDateTime::default(),
    };
    judge(expect, &given, &[]).outcome() == Outcome::Right
}
