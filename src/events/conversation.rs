//! What was said on both sides, from the events: pure, for the screen and whoever else shows a conversation.

use std::collections::BTreeMap;

use super::{EventKind, IgnoreReason, InterruptReason, SessionEvent, TurnId};

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

/// Both sides of a conversation.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    exchanges: Vec<Exchange>,
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

    /// All exchanges, in the order in which they began.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// That of a turn.
    pub fn of(&self, turn: TurnId) -> Option<&Exchange> {
        self.exchanges.iter().rev().find(|e| e.turn == turn)
    }

    fn known(&mut self, turn: TurnId) -> Option<&mut Exchange> {
        self.exchanges.iter_mut().rev().find(|e| e.turn == turn)
    }

    /// That of a turn, which begins with this if it is new.
    fn exchange(&mut self, turn: TurnId) -> &mut Exchange {
        let found = self.exchanges.iter().rposition(|e| e.turn == turn);
        let index = found.unwrap_or_else(|| {
            self.exchanges.push(Exchange {
                turn,
                ..Exchange::default()
            });
            self.exchanges.len() - 1
        });
        &mut self.exchanges[index]
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
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::events::EndReason;

    fn after(told: Vec<(u64, EventKind)>) -> Conversation {
        let mut conversation = Conversation::default();
        for (turn, kind) in told {
            conversation.observe(&SessionEvent {
                at: Timestamp::ZERO,
                turn: Some(TurnId(turn)),
                kind,
            });
        }
        conversation
    }

    fn ended(text: &str) -> EventKind {
        EventKind::TurnEnded {
            waited_ms: 300.0,
            score: None,
            reason: EndReason::Silence,
            text: text.into(),
        }
    }

    fn clauses(texts: &[&str]) -> Vec<(u64, EventKind)> {
        let mut told = Vec::new();
        for (n, text) in texts.iter().map(|text| (*text).to_owned()).enumerate() {
            if n == 0 {
                told.push((1, EventKind::FirstClause { text: text.clone() }));
            }
            told.push((1, EventKind::Clause { text }));
        }
        told
    }

    fn complete(text: &str) -> (u64, EventKind) {
        let complete = EventKind::ReplyComplete {
            draft: 1,
            text: text.into(),
            tokens: 9,
            tokens_per_s: 60.0,
            busy_ms: 150.0,
            cancelled: false,
        };
        (1, complete)
    }

    fn heard(text: &str) -> (u64, EventKind) {
        (1, EventKind::Heard { text: text.into() })
    }

    #[test]
    fn what_was_cut_off_of_a_reply_is_what_was_written_and_not_heard() {
        let mut told = vec![(1, ended("Tell me about the sun."))];
        told.extend(clauses(&["It is a star,"]));
        told.push(complete(
            "It is a star, in the middle of\nour solar system.",
        ));
        let reason = InterruptReason::Words;
        told.extend([(1, EventKind::Interrupted { reason }), heard("It is a")]);
        let conversation = after(told);
        let exchange = &conversation.exchanges()[0];
        assert_eq!(exchange.outcome, Outcome::Cut(InterruptReason::Words));
        assert_eq!(
            exchange.unheard(),
            "star, in the middle of\nour solar system."
        );
    }

    #[test]
    fn what_is_written_is_the_draft_that_is_heard() {
        let mut told = clauses(&["Do you like two?"]);
        told.push(complete("Do you like two?"));
        assert!(after(told.clone()).exchanges().is_empty());
        told.extend(clauses(&["Do you", "like three?"]));
        told.push((1, ended("Hello there.")));
        let conversation = after(told);
        assert_eq!(conversation.exchanges()[0].written, "Do you like three?");
    }

    #[test]
    fn what_a_model_writes_for_itself_is_not_its_reply() {
        let mut told = vec![(1, ended("How many?"))];
        told.extend(clauses(&["Four."]));
        told.push(complete("<think>two and two</think>Four."));
        told.push(heard("Four."));
        let conversation = after(told);
        assert_eq!(conversation.exchanges()[0].written, "Four.");
        assert_eq!(conversation.exchanges()[0].outcome, Outcome::Heard);
    }

    #[test]
    fn a_turn_that_goes_on_is_part_of_a_later_one() {
        let told = vec![
            (1, ended("I would")),
            (1, EventKind::TurnExtended),
            (2, ended("I would like tea.")),
        ];
        let conversation = after(told);
        let first = conversation.of(TurnId(1)).map(|e| e.outcome);
        assert_eq!(first, Some(Outcome::Extended));
        assert_eq!(
            conversation.of(TurnId(2)).unwrap().user,
            "I would like tea."
        );
    }

    #[test]
    fn what_does_not_match_is_not_called_unheard() {
        assert_eq!(rest_after("你好。今天", "你好。"), Some("今天"));
        assert_eq!(rest_after("one two", ""), Some("one two"));
        assert_eq!(rest_after("one two", "one too"), None);
        assert_eq!(rest_after("one", "one two"), None);
    }
}
