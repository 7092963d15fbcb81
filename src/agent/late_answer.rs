//! What becomes of the helper's answers: one is said when it is there and nobody speaks, and only what was heard of it is
//! kept.

use super::Command;
use super::handover::{Ladder, Stage, Word};
use super::history::KeptWords;
use super::machine::Agent;
use crate::events::{DropReason, EventKind, ReplyId};
use crate::language::is_han;
use crate::lexicon::{Apology, Lexicon};

/// What was not heard of an answer.
#[derive(Debug)]
pub(super) struct Rest {
    words: String,
    /// The reply that says it, if one was begun.
    reply: Option<ReplyId>,
}

impl Rest {
    /// What is left of these words after so much of them was heard.
    fn of(words: &str, heard: &str) -> Option<Self> {
        let words = words.strip_prefix(heard.trim())?.trim();
        (!words.is_empty()).then(|| Self {
            words: words.to_owned(),
            reply: None,
        })
    }
}

impl Ladder {
    /// What there is to go on with in this reply. It stays until it was heard: a cough puts the reply off.
    pub fn rest_in(&mut self, reply: ReplyId) -> Option<String> {
        let rest = self.rest.as_mut()?;
        rest.reply = Some(reply);
        Some(rest.words.clone())
    }

    /// So much was heard of a reply that is over. After anything but the rest of an answer nothing goes on with that.
    fn heard_in(&mut self, reply: Option<ReplyId>, heard: &str) {
        let rest = self.rest.take();
        let said = rest.filter(|rest| rest.reply.is_some() && rest.reply == reply);
        self.rest = said.and_then(|rest| Rest::of(&rest.words, heard));
    }
}

impl Agent {
    /// The helper is done.
    pub(super) fn helped(
        &mut self,
        id: i64,
        answers: Vec<Result<String, Apology>>,
        commands: &mut Vec<Command>,
    ) {
        let open = self.ladder.open.as_mut();
        let Some(open) = open.filter(|open| open.id == id && open.stage == Stage::Asked) else {
            return;
        };
        let language = open.language;
        let other = (language != self.language).then(|| Lexicon::of(language));
        let lexicon = other.as_ref().unwrap_or(&self.lexicon);
        let (stage, words) = match joined(answers, lexicon) {
            Ok(words) => (Stage::Answering, words),
            Err(apology) => (Stage::Apologizing, sorry(apology, lexicon)),
        };
        open.stage = stage;
        let words = if open.others_since {
            format!("{} {words}", lexicon.helper.about)
        } else {
            words
        };
        open.words.clone_from(&words);
        commands.push(Command::Tell {
            id,
            words,
            language,
        });
    }

    /// What was heard of an answer.
    pub(super) fn told(&mut self, id: i64, heard: &str, commands: &mut Vec<Command>) {
        let Some(open) = self.ladder.open.take_if(|open| open.id == id) else {
            return;
        };
        if !heard.trim().is_empty() {
            self.question_is_over();
        }
        let lexicon = Lexicon::of(open.language);
        let answer = if open.others_since {
            without(heard, &lexicon.helper.about)
        } else {
            heard.trim()
        };
        if answer.is_empty() {
            let reason = open.dropped.unwrap_or(DropReason::NotHeard);
            let dropped = EventKind::HelperDropped { id, reason };
            return commands.push(Command::Publish(Some(open.reply.turn), dropped));
        }
        self.ladder.rest = Rest::of(&open.words, heard);
        // An apology is not to be learnt from.
        if open.stage == Stage::Answering {
            let kept = (open.question.clone(), answer.to_owned());
            self.write_down(Some(kept), commands);
            self.history
                .answered_late(open.question, answer, open.language);
            self.read_history(commands);
        }
    }

    /// An exchange is over: what was heard of its answer is kept, and no word that puts one off. Gives what is kept.
    pub(super) fn keep_heard(&mut self, user: &str, heard: &str) -> Option<KeptWords> {
        self.ladder.heard_in(self.released, heard);
        let heard = self.answer_in(heard);
        let word = self.ladder.word;
        let word = word.filter(|word| Some(word.reply) == self.released);
        self.exchange_is_over();
        let Some(word) = word else {
            return self.history.remember(user, heard);
        };
        match self.heard_before(word, heard) {
            "" => {
                self.history.put_off();
                None
            }
            said => self.history.remember(user, said),
        }
    }

    /// What the first model said, or a tool did, before a question was put off.
    fn heard_before<'a>(&self, word: Word, heard: &'a str) -> &'a str {
        if !word.is_behind_others {
            return "";
        }
        // In writing the answer is part of the same reply.
        let answer = self.ladder.open.as_ref().map(|open| open.words.as_str());
        let before = answer.and_then(|answer| heard.strip_suffix(answer));
        without_at_end(before.unwrap_or(heard), &self.lexicon.helper.let_me_think)
    }

    /// What that means for the helper's question.
    fn exchange_is_over(&mut self) {
        if let Some(open) = &mut self.ladder.open {
            let is_its_own = Some(open.reply) == self.released;
            open.turn_is_over |= is_its_own;
            // Once the answer is on its way it has the words that it has.
            open.others_since |= !is_its_own && open.stage == Stage::Asked;
        }
    }

    /// What was heard of a reply, without what was said while a tool took its time: that is no answer, and not to
    /// be learnt from.
    fn answer_in<'a>(&self, heard: &'a str) -> &'a str {
        if self.bridged.is_none() || self.bridged != self.released {
            return heard;
        }
        without(heard, &self.lexicon.one_moment)
    }
}

/// The answers to the parts of a question, in their order; that some have none is said behind them.
fn joined(answers: Vec<Result<String, Apology>>, lexicon: &Lexicon) -> Result<String, Apology> {
    let (mut words, mut missing) = (Vec::new(), None);
    for answer in answers {
        match answer {
            Ok(answer) => words.push(answer),
            Err(apology) => missing = missing.or(Some(apology)),
        }
    }
    match missing {
        Some(apology) if words.is_empty() => return Err(apology),
        Some(_) => words.push(lexicon.helper.not_all.clone()),
        None => {}
    }
    Ok(words.join(" "))
}

/// What is said where the helper has no answer: of a server's trouble which.
fn sorry(apology: Apology, lexicon: &Lexicon) -> String {
    match apology {
        Apology::Unreachable | Apology::Refused | Apology::Busy | Apology::Gone => {
            lexicon.apologies.words(apology).to_owned()
        }
        Apology::Failed | Apology::TooLong | Apology::NoAnswer | Apology::NotHeard => {
            lexicon.helper.found_nothing.clone()
        }
    }
}

/// What was heard, without these words before it; nothing where it was cut off within them.
fn without<'a>(heard: &'a str, before: &str) -> &'a str {
    let heard = heard.trim();
    match heard.strip_prefix(before.trim()) {
        Some(rest) => rest.trim_start(),
        None if before.starts_with(heard) => "",
        None => heard,
    }
}

/// What was heard, without these words at its end, or as many of them as were heard.
fn without_at_end<'a>(heard: &'a str, end: &str) -> &'a str {
    let heard = heard.trim_end();
    let parts = (1..=end.len()).rev();
    let parts = parts.filter_map(|at| end.split_at_checked(at));
    // Each character of Chinese is a word.
    let mut whole_words = parts.filter(|(part, behind)| {
        part.ends_with(is_han) || !behind.starts_with(char::is_alphanumeric)
    });
    let rest = whole_words.find_map(|(part, _)| heard.strip_suffix(part));
    rest.map_or(heard, str::trim_end)
}
