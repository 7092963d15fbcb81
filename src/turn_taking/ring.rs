//! What the assistant says by itself: what rings. It waits until nobody speaks, and is said again until the
//! user answers.

use std::time::Duration;

use super::Command;
use super::machine::TurnTaking;
use super::state::Answer;
use crate::clock::Timestamp;
use crate::language::Language;

/// Silence after which something rings again.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
/// It rings no more often: nobody is there.
const MOST_TIMES: u32 = 30;

/// Something that rings.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ring {
    /// Whoever wants it rung knows it by this.
    id: i64,
    words: String,
    language: Language,
    /// When it is to be said, if nobody speaks then.
    due: Timestamp,
    times: u32,
    /// The user heard it.
    heard: bool,
}

impl TurnTaking {
    pub(super) fn rings(&mut self, now: Timestamp, id: i64, words: String, language: Language) {
        self.withdraw(id);
        self.rings.push(Ring {
            id,
            words,
            language,
            due: now,
            times: 0,
            heard: false,
        });
    }

    /// It rings no more: it was cancelled, or rings at another time.
    pub(super) fn withdraw(&mut self, id: i64) {
        self.rings.retain(|ring| ring.id != id);
    }

    /// When something is to be said, if nobody speaks then.
    pub(super) fn ring_due(&self) -> Option<Timestamp> {
        self.rings.iter().map(|ring| ring.due).min()
    }

    /// Says what is due, one after the other. Nobody speaks.
    pub(super) fn ring(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        let Some(ring) = self.rings.iter_mut().find(|ring| now >= ring.due) else {
            return;
        };
        ring.times += 1;
        ring.due = now + AGAIN_AFTER;
        let answer = Answer::Ring {
            id: ring.id,
            words: ring.words.clone(),
            language: ring.language,
        };
        let turn = self.next_turn();
        self.put_off = false;
        self.reply(turn, 0, answer, commands);
    }

    /// What rang is over; so much of it was heard.
    pub(super) fn rang(&mut self, now: Timestamp, id: i64, heard: &str) {
        if let Some(ring) = self.rings.iter_mut().find(|ring| ring.id == id) {
            // From half of the words one knows what it is.
            ring.heard |= heard.len() * 2 >= ring.words.len();
            ring.due = now + AGAIN_AFTER;
        }
        self.rings.retain(|ring| ring.times < MOST_TIMES);
    }

    /// Somebody spoke over it, so they heard it.
    pub(super) fn cut_short(&mut self, id: i64) {
        let ring = self.rings.iter_mut().find(|ring| ring.id == id);
        ring.into_iter().for_each(|ring| ring.heard = true);
    }

    /// Whether something rang that the user heard and has not answered.
    pub(super) fn has_rung(&self) -> bool {
        self.rings.iter().any(|ring| ring.heard)
    }

    /// The user said something: what they heard ring need not ring again.
    pub(super) fn acknowledge(&mut self, commands: &mut Vec<Command>) {
        let heard = self.rings.extract_if(.., |ring| ring.heard);
        let ids: Vec<i64> = heard.map(|ring| ring.id).collect();
        if !ids.is_empty() {
            commands.push(Command::Acknowledge(ids));
        }
    }
}
