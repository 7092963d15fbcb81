//! What rings: timers, alarms and reminders; and the stopwatch, which does not.
//!
//! All are kept in absolute time, so that they outlast a restart, a crash and a computer that slept. What rings each week
//! has its days and its local time beside.
//!
//! - `row`: one of them as it is stored;
//! - `set`: making one, and moving it; `change`: pausing, lengthening, cancelling, leaving out a day, listing; `stopwatch`;
//! - `which`: the ones that some words mean;
//! - `due`: ringing.

mod change;
mod due;
mod row;
mod set;
mod stopwatch;
mod which;

use std::time::Duration;

use super::says::Sayings;
use super::{Class, Spec, ToolError, optional, required};
pub(super) use due::Given;
pub use due::{Ring, RingId};
use row::Kind;

const WHICH_TIMER: super::Parameter = optional("which", "which timer");
const INSTEAD_OF: super::Parameter = optional(
    "instead_of",
    "\"the last one\", if this takes the place of the one that was set last",
);
const DAYS: super::Parameter = optional("days", "on which days of the week it comes again");
const LATER_BY: super::Parameter = optional("later_by", "how much later");
const EARLIER_BY: super::Parameter = optional("earlier_by", "how much earlier");
const LENGTH: super::Parameter = required("duration", "the length of the timer");

pub(super) static TOOLS: &[Spec] = &[
    Spec {
        name: "set_timer",
        description: "Set a timer.",
        class: Class::Act,
        parameters: &[
            LENGTH,
            optional("label", "what the timer is for"),
            INSTEAD_OF,
            WHICH_TIMER,
        ],
        run: set::set_timer,
    },
    Spec {
        name: "set_alarm",
        description: "Set an alarm for a time.",
        class: Class::Act,
        parameters: &[
            required("time", "the time of the alarm"),
            DAYS,
            optional("label", "what the alarm is for"),
            INSTEAD_OF,
        ],
        run: set::set_alarm,
    },
    Spec {
        name: "set_reminder",
        description: "Remind the user of something at a time.",
        class: Class::Act,
        parameters: &[
            required("text", "what to remind you of"),
            required("time", "when to remind you"),
            DAYS,
            EARLIER_BY,
            INSTEAD_OF,
        ],
        run: set::set_reminder,
    },
    Spec {
        name: "move_alarm",
        description: "Let an alarm ring at another time.",
        class: Class::Act,
        parameters: &[
            optional("which", "which alarm"),
            optional("time", "the new time"),
            LATER_BY,
            EARLIER_BY,
        ],
        run: |toolbox, given, now| set::reschedule(toolbox, given, now, Kind::Alarm),
    },
    Spec {
        name: "move_reminder",
        description: "Remind the user of something at another time than before.",
        class: Class::Act,
        parameters: &[
            optional("which", "which reminder"),
            optional("time", "the new time"),
            LATER_BY,
            EARLIER_BY,
        ],
        run: |toolbox, given, now| set::reschedule(toolbox, given, now, Kind::Reminder),
    },
    Spec {
        name: "list_timers",
        description: "Tell which timers are running.",
        class: Class::Read,
        parameters: &[],
        run: |toolbox, _, now| change::list(toolbox, now, Kind::Timer),
    },
    Spec {
        name: "list_alarms",
        description: "Tell which alarms are set.",
        class: Class::Read,
        parameters: &[],
        run: |toolbox, _, now| change::list(toolbox, now, Kind::Alarm),
    },
    Spec {
        name: "list_reminders",
        description: "Tell which reminders are set.",
        class: Class::Read,
        parameters: &[],
        run: |toolbox, _, now| change::list(toolbox, now, Kind::Reminder),
    },
    Spec {
        name: "cancel_timer",
        description: "Cancel a timer, or all of them.",
        class: Class::Act,
        parameters: &[WHICH_TIMER],
        run: |toolbox, given, now| change::cancel(toolbox, given, now, Kind::Timer),
    },
    Spec {
        name: "cancel_alarm",
        description: "Cancel an alarm, or all of them.",
        class: Class::Act,
        parameters: &[optional("which", "which alarm")],
        run: |toolbox, given, now| change::cancel(toolbox, given, now, Kind::Alarm),
    },
    Spec {
        name: "cancel_reminder",
        description: "Cancel a reminder, or all of them.",
        class: Class::Act,
        parameters: &[optional("which", "which reminder")],
        run: |toolbox, given, now| change::cancel(toolbox, given, now, Kind::Reminder),
    },
    Spec {
        name: "pause_timer",
        description: "Pause a timer.",
        class: Class::Act,
        parameters: &[WHICH_TIMER],
        run: change::pause,
    },
    Spec {
        name: "resume_timer",
        description: "Let a paused timer go on.",
        class: Class::Act,
        parameters: &[WHICH_TIMER],
        run: change::resume,
    },
    Spec {
        name: "add_time",
        description: "Make a timer longer.",
        class: Class::Act,
        parameters: &[required("duration", "how much time to add"), WHICH_TIMER],
        run: change::add_time,
    },
    Spec {
        name: "time_left",
        description: "Tell how much time is left on a timer.",
        class: Class::Read,
        parameters: &[WHICH_TIMER],
        run: change::time_left,
    },
    Spec {
        name: "snooze",
        description: "Let what rang last ring again later.",
        class: Class::Act,
        parameters: &[optional("duration", "how long to wait")],
        run: due::snooze,
    },
    Spec {
        name: "stopwatch",
        description: "Start, stop, read or reset the stopwatch.",
        class: Class::Act,
        parameters: &[required(
            "action",
            "whether to start, stop, read or reset the stopwatch",
        )],
        run: stopwatch::stopwatch,
    },
];

/// In milliseconds, as it is stored.
fn milliseconds(length: Duration, says: &Sayings) -> Result<i64, ToolError> {
    let too_long = |_| ToolError::Declined(says.rings.too_long.clone());
    i64::try_from(length.as_millis()).map_err(too_long)
}
