//! What a person is shown of a session, from its events.

use std::fmt;

use super::{Conversation, Costs, EventKind, IgnoreReason, LatencyByTurn, SessionEvent};

/// Level of silence. dBFS.
const SILENT_DBFS: f32 = -120.0;

/// What the assistant does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activity {
    /// It is not ready yet.
    #[default]
    Starting,
    /// It listens, and nobody speaks.
    Listening,
    /// It sleeps until it is called.
    Asleep,
    /// The user speaks.
    Hearing,
    /// The user's turn is over, and nothing of the reply is to be heard yet.
    Thinking,
    /// It speaks.
    Speaking,
    /// It holds its reply: somebody speaks over it.
    Holding,
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Starting => "starting",
            Self::Listening => "listening",
            Self::Asleep => "asleep",
            Self::Hearing => "hearing you",
            Self::Thinking => "thinking",
            Self::Speaking => "speaking",
            Self::Holding => "holding",
        })
    }
}

/// What a session looks like after the events so far.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// What the assistant does.
    pub activity: Activity,
    /// What is heard of the user's turn so far.
    pub hears: String,
    /// What was said of the reply so far.
    pub says: String,
    /// Largest captured sample of late. dBFS.
    pub capture_dbfs: f32,
    /// Largest sample for the loudspeaker of late. dBFS.
    pub render_dbfs: f32,
    /// Captured samples at full scale, since the start.
    pub clipped: u64,
    /// Where each turn's time went.
    pub latency: LatencyByTurn,
    /// What was said on both sides.
    pub conversation: Conversation,
    /// What it cost.
    pub costs: Costs,
}

impl Default for SessionView {
    fn default() -> Self {
        Self {
            activity: Activity::default(),
            hears: String::new(),
            says: String::new(),
            capture_dbfs: SILENT_DBFS,
            render_dbfs: SILENT_DBFS,
            clipped: 0,
            latency: LatencyByTurn::default(),
            conversation: Conversation::default(),
            costs: Costs::default(),
        }
    }
}

impl SessionView {
    /// Takes an event.
    pub fn observe(&mut self, event: &SessionEvent) {
        self.latency.observe(event);
        self.conversation.observe(event);
        self.costs.observe(event);
        self.take_words(&event.kind);
        if let Some(activity) = self.after(&event.kind) {
            self.activity = activity;
        }
        if let EventKind::Levels {
            capture_dbfs,
            render_dbfs,
            clipped,
            ..
        } = &event.kind
        {
            (self.capture_dbfs, self.clipped) = (*capture_dbfs, *clipped);
            self.render_dbfs = render_dbfs.unwrap_or(SILENT_DBFS);
        }
    }

    fn take_words(&mut self, kind: &EventKind) {
        match kind {
            EventKind::SpeechStarted => self.hears = "…".into(),
            EventKind::Partial { text, .. } | EventKind::Final { text, .. } => {
                self.hears.clone_from(text);
            }
            EventKind::TurnEnded { .. }
            | EventKind::TurnIgnored { .. }
            | EventKind::Unducked { .. } => self.hears.clear(),
            EventKind::Saying { text } => self.says.clone_from(text),
            EventKind::Heard { .. } | EventKind::TurnExtended => self.says.clear(),
            _ => {}
        }
    }

    /// What it does after an event, if that changes with it.
    fn after(&self, kind: &EventKind) -> Option<Activity> {
        let sounds = matches!(self.activity, Activity::Speaking | Activity::Holding);
        Some(match kind {
            // Over a reply it is not known yet whether it is meant for it.
            EventKind::SpeechStarted if !sounds => Activity::Hearing,
            EventKind::TurnExtended => Activity::Hearing,
            EventKind::TurnEnded { .. } => Activity::Thinking,
            EventKind::PlaybackStarted { .. } | EventKind::Unducked { .. } => Activity::Speaking,
            EventKind::Held { .. } => Activity::Holding,
            EventKind::Interrupted { .. } => Activity::Hearing,
            // Who has interrupted speaks yet.
            EventKind::Heard { .. } if self.activity != Activity::Hearing => Activity::Listening,
            EventKind::Asleep { .. } => Activity::Asleep,
            EventKind::Awake { .. } if self.activity == Activity::Asleep => Activity::Listening,
            // What was said in its sleep leaves it asleep.
            EventKind::TurnIgnored { reason, .. } if *reason == IgnoreReason::Asleep => {
                Activity::Asleep
            }
            // Ears for its name may be closed before all is ready.
            EventKind::Ready { .. } if self.activity == Activity::Asleep => Activity::Asleep,
            EventKind::Ready { .. } | EventKind::TurnIgnored { .. } => Activity::Listening,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::events::{EndReason, GoOnReason, HoldReason, IgnoreReason, InterruptReason, TurnId};

    fn after(kinds: Vec<EventKind>) -> SessionView {
        let mut view = SessionView::default();
        for kind in kinds {
            view.observe(&SessionEvent {
                at: Timestamp::ZERO,
                turn: Some(TurnId(1)),
                kind,
            });
        }
        view
    }

    fn ready() -> EventKind {
        EventKind::Ready {
            startup_ms: 900.0,
            prompt_kept: 0,
            prompt_read: 38,
        }
    }

    fn ended() -> EventKind {
        EventKind::TurnEnded {
            waited_ms: 300.0,
            score: None,
            reason: EndReason::Silence,
            text: "What is it?".into(),
        }
    }

    fn sounding() -> EventKind {
        let first_sample_ms = 100.0;
        EventKind::PlaybackStarted { first_sample_ms }
    }

    fn heard() -> EventKind {
        let text = "A cat.".into();
        EventKind::Heard { text }
    }

    #[test]
    fn a_turn_is_heard_thought_about_spoken_and_over() {
        let mut told = vec![ready()];
        for (kind, activity) in [
            (EventKind::SpeechStarted, Activity::Hearing),
            (ended(), Activity::Thinking),
            (sounding(), Activity::Speaking),
            (heard(), Activity::Listening),
        ] {
            told.push(kind);
            assert_eq!(after(told.clone()).activity, activity);
        }
    }

    #[test]
    fn who_speaks_over_a_reply_is_heard_once_the_reply_is_cut_off() {
        let (reason, cut) = (HoldReason::SpeechGoesOn, InterruptReason::Words);
        let mut told = vec![ready(), ended(), sounding(), EventKind::SpeechStarted];
        assert_eq!(after(told.clone()).activity, Activity::Speaking);
        told.push(EventKind::Held { reason });
        assert_eq!(after(told.clone()).activity, Activity::Holding);
        told.extend([EventKind::Interrupted { reason: cut }, heard()]);
        assert_eq!(after(told).activity, Activity::Hearing);
    }

    #[test]
    fn a_reply_that_goes_on_speaks_again() {
        let reason = HoldReason::SpeechGoesOn;
        let went_on = EventKind::Unducked {
            reason: GoOnReason::Backchannel,
            text: "Right.".into(),
        };
        let told = vec![ended(), sounding(), EventKind::Held { reason }, went_on];
        assert_eq!(after(told).activity, Activity::Speaking);
    }

    #[test]
    fn a_reply_of_which_nothing_was_heard_leaves_it_listening() {
        let told = vec![ready(), ended(), heard()];
        assert_eq!(after(told).activity, Activity::Listening);
    }

    #[test]
    fn a_reply_that_was_put_off_at_its_first_word_says_nothing_any_more() {
        let saying = EventKind::Saying { text: "A".into() };
        let mut told = vec![ready(), ended(), sounding(), saying];
        assert_eq!(after(told.clone()).says, "A");
        told.push(EventKind::TurnExtended);
        assert!(after(told).says.is_empty());
    }

    #[test]
    fn levels_are_those_of_both_sides_and_silence_where_they_are_not_known() {
        let levels = |render_dbfs| EventKind::Levels {
            capture_dbfs: -30.0,
            render_dbfs,
            clipped: 0,
            overruns: 0,
        };
        let view = after(vec![levels(Some(-12.0))]);
        assert_eq!((view.capture_dbfs, view.render_dbfs), (-30.0, -12.0));
        assert_eq!(after(vec![levels(None)]).render_dbfs, SILENT_DBFS);
    }

    #[test]
    fn what_is_not_answered_leaves_it_listening_and_its_words_go() {
        let partial = EventKind::Partial {
            text: "Um".into(),
            decode_ms: 40.0,
        };
        let ignored = EventKind::TurnIgnored {
            reason: IgnoreReason::FilledPause,
            text: "Um.".into(),
        };
        let view = after(vec![ready(), EventKind::SpeechStarted, partial, ignored]);
        assert_eq!(view.activity, Activity::Listening);
        assert!(view.hears.is_empty());
    }
}
