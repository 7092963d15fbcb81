//! What was said on both sides, from the events: pure, for the screen and whoever else shows a conversation.

use std::collections::BTreeMap;

use super::{
    DropReason, EventKind, HelperOutcome, IgnoreReason, InterruptReason, SessionEvent, TurnId,
};

/// What became of the reply to a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// It is being made, or it sounds.
    #[default]
    Open,
    /// The user went on before it was heard: their words are part of a later turn.
    Extended,
    /// The turn is not answered.
    Ignored(IgnoreReason),
    /// It came to its end.
    Heard,
    /// It was cut off.
    Cut(InterruptReason),
}

/// What the user said and the reply to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exchange {
    /// The turn's number.
    pub turn: TurnId,
    /// The user's words; empty if the assistant spoke unasked.
    pub user: String,
    /// The reply as far as it is written, heard or not; empty before any of it is to be heard.
    pub written: String,
    /// What of the reply left the loudspeaker, so far.
    pub heard: String,
    /// What became of the reply.
    pub outcome: Outcome,
}

impl Exchange {
    /// What is written of the reply and was not heard, or not yet. Empty where the two do not match.
    pub fn unheard(&self) -> &str {
        rest_after(&self.written, &self.heard).unwrap_or_default()
    }
}

/// The newest draft of a reply, of which nothing may be heard yet.
#[derive(Debug, Clone, Default)]
struct Draft {
    /// Its clauses as they became sound.
    clauses: String,
    /// All that the model wrote; perhaps that of an older draft.
    complete: String,
}

impl Draft {
    /// What the draft says. What the model wrote has the better spacing and the clauses that never
    /// became sound, but it may hold what is not speech.
    fn written(&self) -> &str {
        match rest_after(&self.complete, &self.clauses) {
            Some(_) => &self.complete,
            None => &self.clauses,
        }
    }
}

/// A question that went to the helper, a second language model that answers later.
#[derive(Debug, Clone)]
struct Question {
    id: i64,
    text: String,
    /// The turn whose reply only puts it off.
    put_off_in: TurnId,
    /// The user went on before that reply was heard; the next one may put the same question off.
    went_on: bool,
    /// What the helper wrote, if that is an answer.
    answer: Option<String>,
    /// The turn in which it is said, and the words that go before it.
    said: Option<(TurnId, String)>,
}

/// Both sides of a conversation.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// As they sound, turn by turn.
    by_turn: Vec<Exchange>,
    /// As they are kept, by turn.
    exchanges: Vec<Exchange>,
    questions: Vec<Question>,
    /// By turn; those of the newest turns only.
    drafts: BTreeMap<TurnId, Draft>,
}

impl Conversation {
    /// Takes an event.
    pub fn observe(&mut self, event: &SessionEvent) {
        let Some(turn) = event.turn else {
            return;
        };
        self.take_draft(turn, &event.kind);
        self.take_question(turn, &event.kind);
        match &event.kind {
            EventKind::TurnEnded { text, .. } => self.exchange(turn).user.clone_from(text),
            EventKind::TurnExtended => {
                if let Some(exchange) = self.known(turn) {
                    exchange.outcome = Outcome::Extended;
                }
            }
            EventKind::TurnIgnored { reason, text } if !text.is_empty() => {
                let exchange = self.exchange(turn);
                exchange.user.clone_from(text);
                exchange.outcome = Outcome::Ignored(*reason);
            }
            EventKind::PlaybackStarted { .. } => {
                self.exchange(turn);
            }
            EventKind::Saying { text } => self.exchange(turn).heard.clone_from(text),
            EventKind::Interrupted { reason } => {
                self.exchange(turn).outcome = Outcome::Cut(*reason);
            }
            EventKind::Heard { text } => {
                let exchange = self.exchange(turn);
                exchange.heard.clone_from(text);
                if exchange.outcome == Outcome::Open {
                    exchange.outcome = Outcome::Heard;
                }
                self.drafts = self.drafts.split_off(&turn);
            }
            _ => {}
        }
        // Before the turn is over a draft is nobody's reply.
        if let Some(written) = self.drafts.get(&turn).map(|d| d.written().to_owned())
            && let Some(exchange) = self.known(turn)
        {
            exchange.written = written;
        }
        self.keep(turn);
    }

    fn take_draft(&mut self, turn: TurnId, kind: &EventKind) {
        match kind {
            // The first of a new draft: what was there belongs to the one before.
            EventKind::FirstClause { .. } => self.drafts.entry(turn).or_default().clauses.clear(),
            EventKind::Clause { text } => {
                let clauses = &mut self.drafts.entry(turn).or_default().clauses;
                if !clauses.is_empty() {
                    clauses.push(' ');
                }
                clauses.push_str(text.trim());
            }
            EventKind::ReplyComplete { text, .. } => {
                let complete = &mut self.drafts.entry(turn).or_default().complete;
                text.trim().clone_into(complete);
            }
            EventKind::TurnIgnored { .. } => {
                self.drafts.remove(&turn);
            }
            _ => {}
        }
    }

    fn take_question(&mut self, turn: TurnId, kind: &EventKind) {
        match kind {
            EventKind::HelperAsked { id, question, .. } => self.questions.push(Question {
                id: *id,
                text: question.clone(),
                put_off_in: turn,
                went_on: false,
                answer: None,
                said: None,
            }),
            EventKind::HelperDone {
                id,
                outcome: HelperOutcome::Answered | HelperOutcome::CutShort,
                text,
                ..
            } => {
                if let Some(question) = self.question(*id) {
                    question.answer = Some(text.trim().to_owned());
                }
            }
            // Whatever was said in its place, its turn is answered by something else.
            EventKind::HelperDropped { id, reason } => self.questions.retain(|question| {
                let is_asked_again = question.went_on || *reason == DropReason::WentOn;
                question.id != *id || !is_asked_again
            }),
            EventKind::GivenWords { id, text } => {
                if let Some(question) = self.question(*id) {
                    let answer = question.answer.as_deref().unwrap_or_default();
                    question.said = Some((turn, words_before(text, answer).to_owned()));
                }
            }
            EventKind::TurnExtended => {
                for question in &mut self.questions {
                    question.went_on |= question.put_off_in == turn;
                }
            }
            EventKind::TurnEnded { .. } => {
                for question in self.questions.iter_mut().filter(|q| q.went_on) {
                    (question.put_off_in, question.went_on) = (turn, false);
                }
            }
            _ => {}
        }
    }

    fn question(&mut self, id: i64) -> Option<&mut Question> {
        self.questions.iter_mut().find(|question| question.id == id)
    }

    /// A turn's exchange as it is kept; nothing of a reply that only puts a question off.
    fn as_kept(&self, by_turn: &Exchange) -> Option<Exchange> {
        let turn = by_turn.turn;
        let is_put_off = |question: &Question| question.put_off_in == turn;
        if self.questions.iter().any(is_put_off) {
            return None;
        }
        let mut kept = by_turn.clone();
        for question in &self.questions {
            let said = question.said.as_ref().filter(|(said, _)| *said == turn);
            let Some((_, before)) = said else {
                continue;
            };
            // It is said again later, or it says why there is no answer.
            if kept.outcome == Outcome::Extended || question.answer.is_none() {
                return None;
            }
            kept.user.clone_from(&question.text);
            if kept.outcome != Outcome::Open {
                kept.heard = without(&kept.heard, before).to_owned();
                kept.written = without(&kept.written, before).to_owned();
            }
        }
        Some(kept)
    }

    fn keep(&mut self, turn: TurnId) {
        let kept = self.of(turn).and_then(|exchange| self.as_kept(exchange));
        let place = self.exchanges.binary_search_by_key(&turn, |e| e.turn);
        match (place, kept) {
            (Ok(at), Some(kept)) => self.exchanges[at] = kept,
            (Ok(at), None) => {
                self.exchanges.remove(at);
            }
            (Err(at), Some(kept)) => self.exchanges.insert(at, kept),
            (Err(_), None) => {}
        }
    }

    /// All exchanges, by turn. A question that the helper answers is one with its answer, without the words around that.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// That of a turn, as it sounds: an answer of the helper's is one that the assistant says unasked.
    pub fn of(&self, turn: TurnId) -> Option<&Exchange> {
        self.by_turn.iter().rev().find(|e| e.turn == turn)
    }

    fn known(&mut self, turn: TurnId) -> Option<&mut Exchange> {
        self.by_turn.iter_mut().rev().find(|e| e.turn == turn)
    }

    /// That of a turn, which begins with this if it is new.
    fn exchange(&mut self, turn: TurnId) -> &mut Exchange {
        let found = self.by_turn.iter().rposition(|e| e.turn == turn);
        let index = found.unwrap_or_else(|| {
            self.by_turn.push(Exchange {
                turn,
                ..Exchange::default()
            });
            self.by_turn.len() - 1
        });
        &mut self.by_turn[index]
    }
}

/// What is said before an answer, or before as much of it as is said; nothing where none of it is.
fn words_before<'a>(said: &'a str, answer: &str) -> &'a str {
    let mut starts = said.char_indices().map(|(at, _)| at);
    let start = starts.find(|at| answer.starts_with(&said[*at..]));
    start.map_or("", |at| &said[..at])
}

/// A text without these words before it; nothing of one that ends within them.
fn without<'a>(text: &'a str, before: &str) -> &'a str {
    match rest_after(text, before) {
        Some(rest) => rest,
        None if rest_after(before, text).is_some() => "",
        None => text,
    }
}

/// What follows `part` in `whole`, however they are spaced; `None` if `whole` does not begin with it.
fn rest_after<'a>(whole: &'a str, part: &str) -> Option<&'a str> {
    let mut rest = whole.char_indices().filter(|(_, c)| !c.is_whitespace());
    let mut end = 0;
    for wanted in part.chars().filter(|c| !c.is_whitespace()) {
        let (at, found) = rest.next()?;
        if found != wanted {
            return None;
        }
        end = at + found.len_utf8();
    }
    Some(whole[end..].trim())
}

#[cfg(test)]
#[path = "conversation_tests.rs"]
mod tests;
