//! What takes up the call before it: "No, seven minutes.", "Cancel it.", "And of Sweden?", "Eight minutes."

use serde_json::{Map, Value};

use super::data::FollowUpSentences;
use super::matching::Utterance;
use super::question::{ASKED, Question};
use super::template::{Node, Reader};
use super::{Decision, Intents, Sentences};

/// The call that words may take up.
#[derive(Debug, Clone, PartialEq)]
pub struct LastCall {
    /// The tool's name.
    pub name: String,
    /// Its arguments.
    pub arguments: Map<String, Value>,
    /// Whether it was done; otherwise the tool said why not, and may have asked for what was missing.
    pub is_done: bool,
}

/// What words that were chosen from several are called among the calls that words may take up: they are no tool.
pub const CHAT: &str = "chat";
/// The argument that says what they were chosen to.
const ABOUT: &str = "about";

impl LastCall {
    /// Words that were chosen from several: another of them may be asked for.
    pub fn chat(about: &str) -> Self {
        Self {
            name: CHAT.to_owned(),
            arguments: Map::from_iter([(ABOUT.to_owned(), about.into())]),
            is_done: true,
        }
    }

    /// What words were chosen to, if these are such words.
    pub fn chat_about(&self) -> Option<&str> {
        let about = self.arguments.get(ABOUT)?.as_str();
        about.filter(|_| self.name == CHAT)
    }
}

/// What some sentences make of a call: the data file says what each part is for.
pub(super) struct FollowUp {
    after: Vec<String>,
    asked: bool,
    tool: Option<String>,
    keep: Option<Vec<String>>,
    with: Vec<(String, String)>,
    replaced: Option<String>,
    joined_by: Option<String>,
    unit_of: Option<Node>,
}

/// The argument that says what a call is in place of. It is of one call, and not of those that take it up.
const INSTEAD_OF: &str = "instead_of";

impl FollowUp {
    pub(super) fn read(
        reader: &mut Reader,
        written: &FollowUpSentences,
    ) -> Result<Sentences<Self>, String> {
        let unit_of = written.unit_of.as_deref();
        let meaning = Self {
            after: written.after.clone(),
            asked: written.asked,
            tool: written.tool.clone(),
            keep: written.keep.clone(),
            with: written.with.clone().into_iter().collect(),
            replaced: written.replaced.clone(),
            joined_by: written.joined_by.clone(),
            unit_of: unit_of.map(|form| reader.sentence(form)).transpose()?,
        };
        Sentences::read(reader, meaning, &written.sentences, &[])
    }

    fn takes_up(&self, last: &LastCall) -> bool {
        self.after.contains(&last.name) && self.asked != last.is_done
    }

    /// The arguments of the call before that stay.
    fn kept(&self, last: &LastCall) -> Map<String, Value> {
        let stays = |name: &String| match &self.keep {
            Some(keep) => keep.contains(name),
            None => name != INSTEAD_OF,
        };
        let arguments = last.arguments.clone().into_iter();
        arguments.filter(|(name, _)| stays(name)).collect()
    }
}

impl Intents {
    /// What the words make of the call before them, if that is certain. What they ask for by themselves
    /// comes first: [`Intents::decide`].
    pub fn follow_up(&self, words: &str, last: &LastCall) -> Option<Decision> {
        let heard = self.spelling.words(words);
        let follow_ups = self.follow_ups.iter();
        let follow_ups = follow_ups.filter(|one| one.meaning.takes_up(last));
        let found = self.compare(&heard, follow_ups)?;
        let follow_up = found.meaning;
        let mut arguments = follow_up.kept(last);
        for (name, value) in &follow_up.with {
            arguments.insert(name.clone(), value.as_str().into());
        }
        for capture in &found.captures {
            let (name, said) = self.argument(words, &heard, capture);
            let before = last.arguments.get(&name).and_then(Value::as_str);
            // What was asked for is what was missing, or what was there lacked it: "every morning", and then "at seven".
            if follow_up.asked && before.is_some() && follow_up.joined_by.is_none() {
                return None;
            }
            let value = self.in_its_place(follow_up, before, said)?;
            if let Some((replaced, before)) = follow_up.replaced.as_ref().zip(before) {
                arguments.insert(replaced.clone(), before.into());
            }
            arguments.insert(name, value.into());
        }
        let name = follow_up.tool.as_ref().unwrap_or(&last.name).clone();
        if name == ASKED {
            return Question::taken_up(&arguments).map(Decision::Ask);
        }
        Some(Decision::Call { name, arguments })
    }

    /// The new value of a slot.
    fn in_its_place(
        &self,
        follow_up: &FollowUp,
        before: Option<&str>,
        said: String,
    ) -> Option<String> {
        if let Some(between) = &follow_up.joined_by {
            let between = match &between[..] {
                "" => " ".to_owned(),
                word => format!(" {word} "),
            };
            let joined = |before| format!("{before}{between}{said}");
            return Some(before.map_or_else(|| said.clone(), joined));
        }
        let Some(form) = &follow_up.unit_of else {
            return Some(said);
        };
        let words = self.spelling.words(before?);
        let unit = words.last()?;
        let before = Utterance::new(&self.grammar, &words);
        let has_the_form = before.ends(form, Utterance::START) & before.end() != 0;
        has_the_form.then(|| format!("{said} {}", unit.text))
    }
}

#[cfg(test)]
#[path = "follow_up_tests.rs"]
mod tests;
