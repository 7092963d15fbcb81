//! What the assistant says by itself: what rings. It waits until nobody speaks, and is said again until the
//! user answers.

use std::time::Duration;

use super::Command;
use super::machine::TurnTaking;
use super::state::Answer;
use crate::clock::Timestamp;

/// Silence after which something rings again.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
/// It rings no more often: nobody is there.
const MOST_TIMES: u32 = 30;

/// Something that rings.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ring {
    words: String,
    /// When it is to be said, if nobody speaks then.
    due: Timestamp,
    times: u32,
    /// The user heard it.
    heard: bool,
}

impl TurnTaking {
    pub(super) fn rings(&mut self, now: Timestamp, words: String) {
        self.rings.push(Ring {
            words,
            due: now,
            times: 0,
            heard: false,
        });
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
        let words = ring.words.clone();
        let turn = self.next_turn();
        self.put_off = false;
        self.reply(turn, 0, Answer::Ring(words), commands);
    }

    /// What rang is over; so much of it was heard.
    pub(super) fn rang(&mut self, now: Timestamp, words: &str, heard: &str) {
        if let Some(ring) = self.rings.iter_mut().find(|ring| ring.words == words) {
            ring.heard |= !heard.is_empty();
            ring.due = now + AGAIN_AFTER;
        }
        self.rings.retain(|ring| ring.times < MOST_TIMES);
    }

    /// The user said something: what they heard ring need not ring again.
    pub(super) fn acknowledge(&mut self, commands: &mut Vec<Command>) {
        if self.rings.iter().any(|ring| ring.heard) {
            self.rings.retain(|ring| !ring.heard);
            commands.push(Command::Acknowledge);
        }
    }
}
