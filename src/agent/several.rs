//! Several certain things in one breath: "Set a timer for five minutes and add milk to the list".

use super::certain::{Certain, Certainty, Step};
use super::intents::{CHAT, Decision, Fixed, LastCall, Question};
use super::parts::{beginning, parts};
use crate::lexicon::{Lexicon, words};
use crate::tool_call::{Call, Class};
use crate::tools;

/// Tools that keep what is said to them as it is said.
const KEEP_WORDS: &[&str] = &["take_note", "set_reminder", "remember", "add_to_list"];
/// Tools that may be meant behind such words and a word that joins. Others are what is to be kept: "remind me to brush my
/// teeth and go to sleep".
const MAY_FOLLOW: &[&str] = &[
    "set_timer",
    "set_alarm",
    "set_reminder",
    "cancel_timer",
    "cancel_alarm",
    "cancel_reminder",
    "add_to_list",
    "take_note",
    "remember",
];

/// A part of what the user says.
struct Part {
    answer: Answer,
    /// What words behind it may take up.
    made: Option<LastCall>,
}

/// What a part is answered with.
enum Answer {
    Step(Step),
    /// Fixed words, of which each is said in its turn.
    Fixed(Fixed),
}

impl Part {
    fn called(&self) -> Option<&Call> {
        match &self.answer {
            Answer::Step(Step::Call(call, _)) => Some(call),
            _ => None,
        }
    }

    fn changes_something(&self) -> bool {
        matches!(self.answer, Answer::Step(Step::Call(_, true)))
    }
}

impl Certain {
    /// Where the tool `whole` would keep all of these words as a note or a reminder: the note, and the commands behind it as
    /// commands.
    pub(super) fn commands_behind(&mut self, whole: &str, words: &str) -> Option<Certainty> {
        if !KEEP_WORDS.contains(&whole) {
            return None;
        }
        let parts = parts(words, &self.lexicon.joins, &|part, _| self.command(part));
        let may_follow =
            |call: &Call| MAY_FOLLOW.contains(&&*call.name) && !tools::is_incomplete(call);
        let mut later = parts.iter().skip(1).filter_map(Part::called);
        if !later.all(may_follow) {
            return None;
        }
        self.together(parts)
    }

    /// Several commands and questions, each of which is certain alone or takes up the one before it: "What is the capital
    /// of France and of Italy?"
    pub(super) fn several(&mut self, words: &str) -> Option<Certainty> {
        let parts = self.parts(words);
        self.together(parts)
    }

    fn parts(&self, words: &str) -> Vec<Part> {
        parts(
            words,
            &self.lexicon.joins,
            &|part, before: Option<&Part>| {
                let alone = self.command(part).or_else(|| self.known(part));
                let alone = alone.or_else(|| self.fixed(part));
                alone.or_else(|| self.taken_up(part, before?.made.as_ref()?))
            },
        )
    }

    /// What is certain at the beginning, and that the rest is not, unless a helper is asked that: only where a model would
    /// be left to answer all of it that guesses, and tells of what it did not do.
    pub(super) fn beginning(&mut self, words: &str) -> Option<Certainty> {
        if !self.has_only_a_guess() {
            return None;
        }
        let has_helper = !self.is_last_to_know();
        let (mut parts, rest) = beginning(words, &self.lexicon.joins, &|part| {
            let known = || self.known(part).filter(|_| !has_helper);
            let one = self.command(part).or_else(known);
            let parts = one.map_or_else(|| self.parts(part), |one| vec![one]);
            (!parts.is_empty()).then_some(parts)
        })?;
        let is_cut_off = |part: &Part| part.called().is_some_and(tools::is_incomplete);
        let does_something = parts.iter().any(Part::changes_something);
        if parts.iter().any(is_cut_off) || does_something && self.mends(rest) {
            return None;
        }
        let last = parts.last_mut()?;
        let said_last = last.made.take_if(|_| last.answer.is_said());
        if !self.only_explains(rest) {
            let asked = self
                .for_helper(rest)
                .map(|why| Step::Ask(rest.to_owned(), why));
            parts.push(Part {
                answer: asked.map_or(Answer::Fixed(Fixed::RestUnclear), Answer::Step),
                made: None,
            });
        }
        let told = self.together(parts);
        self.said_last = said_last;
        told
    }

    /// Whether words mend what was said before them: "no", "and thirty minutes".
    fn mends(&self, rest: &str) -> bool {
        let words = words(rest);
        let is_number = |word: &String| tools::is_number(word, self.lexicon.language);
        words.first().is_some_and(is_number)
            || Lexicon::begins_with(&self.lexicon.takes_back, &words)
    }

    /// Whether words ask for nothing: "I'm boiling eggs", "thank you".
    fn only_explains(&self, rest: &str) -> bool {
        let words = words(rest);
        let Lexicon {
            explains, subjects, ..
        } = &self.lexicon;
        let lists = [explains, subjects];
        !rest.trim_end().ends_with(['?', '？'])
            && lists.iter().any(|list| Lexicon::begins_with(list, &words))
    }

    /// The parts as one, if there are any. The same change is made once: "that's too fast, speak slower".
    fn together(&mut self, mut parts: Vec<Part>) -> Option<Certainty> {
        parts.dedup_by(|part, before| part.changes_something() && part.called() == before.called());
        let last = parts.last_mut()?;
        let said_last = last.made.take_if(|_| last.answer.is_said());
        let (mut steps, mut chosen) = (Vec::new(), Vec::new());
        for part in parts {
            match part.answer {
                Answer::Step(step) => steps.push(step),
                Answer::Fixed(kind) => {
                    let Certainty::Words(words) = self.say(kind)? else {
                        return None;
                    };
                    chosen.append(&mut self.chosen_now);
                    chosen.extend(self.made.take());
                    steps.push(Step::Words(words));
                }
            }
        }
        self.said_last = said_last.or_else(|| {
            let is_said = matches!(steps.last(), Some(Step::Words(_)));
            chosen.last().filter(|_| is_said).cloned()
        });
        self.chosen_now = chosen;
        Some(Certainty::Several(steps))
    }

    /// A command for a tool that may be called without asking.
    fn command(&self, words: &str) -> Option<Part> {
        self.called_by(self.intents.decide(words)?)
    }

    fn called_by(&self, decision: Decision) -> Option<Part> {
        let Decision::Call { name, arguments } = decision else {
            return None;
        };
        if name == CHAT {
            return None;
        }
        let made = LastCall {
            name: name.clone(),
            arguments: arguments.clone(),
            is_done: true,
        };
        match self.call(Call { name, arguments })? {
            Certainty::Call(call, class) if class != Class::AskFirst => Some(Part {
                answer: Answer::Step(Step::Call(call, class == Class::Act)),
                made: Some(made),
            }),
            _ => None,
        }
    }

    /// What has fixed words: that it cannot do something, a joke.
    fn fixed(&self, words: &str) -> Option<Part> {
        match self.intents.decide(words)? {
            Decision::Say(kind) => Some(Part {
                answer: Answer::Fixed(kind),
                made: None,
            }),
            _ => None,
        }
    }

    /// What the tables know.
    fn known(&self, words: &str) -> Option<Part> {
        self.in_tables(&self.intents.questions(words))
    }

    fn in_tables(&self, questions: &[Question]) -> Option<Part> {
        let known = self.knowledge.exact_answer(questions);
        let (question, answer) = known.filter(|_| self.knows_by_itself())?;
        Some(Part {
            answer: Answer::Step(Step::Words(answer.to_owned())),
            made: Some(question.answered(answer)),
        })
    }

    /// Words that take up the part before them, with the word that joins them or without it: "and of Italy", "when was he
    /// born".
    fn taken_up(&self, words: &str, before: &LastCall) -> Option<Part> {
        let joins = self.lexicon.joins.iter();
        let joined = joins.map(|join| format!("{join} {words}"));
        let mut ways = [words.to_owned()].into_iter().chain(joined);
        let taken_up = ways.find_map(|words| match self.intents.follow_up(&words, before)? {
            Decision::Ask(question) => self.in_tables(&[question]),
            decision => self.called_by(decision),
        });
        let spelled_out = || {
            let mut ways = self.intents.spelled_out(words, before).into_iter();
            ways.find_map(|words| self.known(&words))
        };
        taken_up.or_else(spelled_out)
    }
}

impl Answer {
    /// Whether it is words and no call.
    fn is_said(&self) -> bool {
        !matches!(self, Self::Step(Step::Call(..)))
    }
}
