//! The virtual sound card with its two wires to a session: it hears when replies begin and end, and reports
//! when its user speaks.

use crossbeam_channel::{Receiver, bounded};

use super::scenario::{Anchor, Scenario};
use super::stimulus::Prepared;
use super::virtual_card::VirtualCard;
use crate::events::{EventKind, SessionEvent};
use crate::pipeline::{Report, Watcher};

/// Replies that begin or end between two blocks of the card; it never has more than a few.
const CUES: usize = 16;
/// Reports that wait for the session.
const REPORTS: usize = 64;

/// A microphone that hears a scenario, and its wires.
pub struct WiredCard {
    /// The card.
    pub card: VirtualCard,
    /// For [`Sound::reporting`](crate::pipeline::Sound::reporting).
    pub reports: Receiver<Report>,
    /// One of the session's watchers.
    pub watcher: Watcher,
}

impl WiredCard {
    /// A card for a scenario whose stimuli were prepared ([`prepare`](super::stimulus::prepare)).
    pub fn new(scenario: &Scenario, stimuli: Vec<Prepared>) -> Self {
        let ((cue, cues), (report, reports)) = (bounded(CUES), bounded(REPORTS));
        let watcher = move |event: &SessionEvent| {
            let anchor = match event.kind {
                EventKind::PlaybackStarted { .. } => Anchor::ReplyStarted,
                EventKind::Heard { .. } => Anchor::ReplyFinished,
                _ => return,
            };
            let _ = cue.try_send(anchor);
        };
        Self {
            card: VirtualCard::microphone(scenario, stimuli, cues, report),
            reports,
            watcher: Box::new(watcher),
        }
    }
}
