//! What the tools say, in each language: one file a language, `assets/tools/LANG/said.toml`, with a sentence for each
//! outcome. No tool writes sentences of its own, but those that know English only (`lookup`, `files`); `units` has a file of its own.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::spoken::Speech;
use crate::language::{ByLanguage, Language, file_of};

/// All that the tools say in one language. A file without one of these is refused, and so is one with more.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sayings {
    pub speech: Speech,
    pub troubles: Troubles,
    pub calendar: Calendar,
    pub rings: Rings,
    pub timer: KindOfRing,
    pub alarm: KindOfRing,
    pub reminder: KindOfRing,
    pub stopwatch: Stopwatch,
    pub calculator: Calculator,
    pub memory: Memory,
    pub talk: Talk,
    /// In English only.
    pub recall_talk: Option<RecallTalk>,
    pub lists: Lists,
    pub chance: Chance,
    pub places: Places,
    pub session: Session,
}

/// Why nothing was done.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Troubles {
    pub unknown_tool: String,
    pub unknown_argument: String,
    pub wrong_type: String,
    pub missing: String,
    pub not_understood: String,
    /// The tool does not know the language.
    pub not_in_this_language: String,
    /// What is kept cannot be read or written; without it the error is said as it is.
    pub store: Option<String>,
    /// What a tool needs, by its English name; what is not here is said as that.
    #[serde(default)]
    pub needed: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calendar {
    /// `{now}` is "It is six".
    pub time: String,
    pub time_there: String,
    pub time_there_on_another_day: String,
    pub time_there_then: String,
    pub time_left: String,
    pub week: String,
    pub is_leap: String,
    pub is_no_leap: String,
    pub same_time: String,
    pub later: String,
    pub earlier: String,
    pub same_time_as_here: String,
    pub later_than_here: String,
    pub earlier_than_here: String,
    pub several_zones: String,
    pub unknown_zone: String,
    pub today: String,
    pub tomorrow: String,
    pub to_come: String,
    pub past: String,
    pub until_today: String,
    pub until_tomorrow: String,
    pub since_yesterday: String,
    pub since: String,
    pub until: String,
    pub too_far: String,
    /// One day and several from one date to another.
    pub days_between: [String; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rings {
    pub timer_set: String,
    pub timer_set_with_label: String,
    pub alarm_set: String,
    pub alarm_set_with_label: String,
    pub reminder_set: String,
    pub timer_bounds: String,
    pub too_long: String,
    /// What is to ring again, but not each week.
    pub repeats_weekly_only: String,
    pub has_passed: String,
    pub full: String,
    pub there_are: String,
    /// One and several that are not told.
    pub and_more: [String; 2],
    pub listed_timer: String,
    pub left: String,
    pub paused_mark: String,
    pub done_mark: String,
    pub turned_off: String,
    pub cancelled: String,
    /// What rings each week is left out once.
    pub skipped: String,
    pub paused: String,
    pub paused_already: String,
    pub goes_on: String,
    pub not_paused: String,
    pub changed: String,
    pub has_left: String,
    pub is_done: String,
    pub which_one: String,
    pub snoozed: String,
    pub nothing_rang: String,
    pub timer_rings: String,
    pub alarm_rings: String,
    pub alarm_rings_with_label: String,
    pub reminder_rings: String,
    pub timer_was_done: String,
    pub alarm_was: String,
    pub alarm_was_with_label: String,
    pub reminder_was: String,
}

/// What timers, alarms or reminders are called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindOfRing {
    /// One and several of them.
    pub counted: [String; 2],
    /// By the length, the moment, or the label.
    pub name: String,
    pub name_with_label: String,
    /// `{name}` as what is told of, and as what is done something to.
    pub subject: String,
    pub object: String,
    pub none: String,
    pub no_such: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stopwatch {
    pub running_already: String,
    pub running: String,
    pub stopped: String,
    pub shows: String,
    pub not_running: String,
    pub at_zero: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calculator {
    pub result: String,
    pub division_by_zero: String,
    pub too_large: String,
    pub no_root: String,
    pub no_power: String,
    /// What is behind a sum of money, by the English name.
    pub currencies: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Memory {
    pub full: String,
    pub remembered: String,
    pub remembered_for_now: String,
    pub told: String,
    /// With one and with several that are not told.
    pub told_and_more: [String; 2],
    pub told_nothing: String,
    pub told_nothing_about: String,
    pub say_everything: String,
    pub forgot: String,
    pub forgot_everything: String,
    pub forgot_name: String,
    pub which: String,
    pub name_set: String,
    pub name: String,
    pub no_name: String,
    pub shall_i_forget_everything: String,
}

/// Of what was said to each other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Talk {
    /// `{when}` is as [`Speech::past_day`] says it; so it is with the others.
    pub you_said: String,
    /// Between two of these.
    pub between: String,
    /// Behind what is cut.
    pub and_so_on: String,
    /// One and several of these that are not told.
    pub more: [String; 2],
    pub forgot_about: String,
    pub forgot_day: String,
    pub nothing_on_day: String,
    pub forgot_last: String,
    pub nothing_to_forget: String,
}

/// The same, where a conversation is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecallTalk {
    pub i_said: String,
    pub both_said: String,
    /// Before what was said on one day.
    pub you_said_on_day: String,
    pub i_said_on_day: String,
    pub and_more: String,
    pub nearest: String,
    /// That nothing was said, by who did not, and of what and when: `{nothing}` of the last three.
    pub user: String,
    pub assistant: String,
    pub both: String,
    pub about: String,
    pub day: String,
    pub kept_all: String,
    pub kept_facts: String,
    pub kept_nothing: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lists {
    /// What a list is called, by the name that it is kept under; `other` for others.
    pub names: BTreeMap<String, String>,
    pub other: String,
    pub has_already: String,
    pub full: String,
    pub added: String,
    pub replaced: String,
    pub empty: String,
    pub read: String,
    pub lacks: String,
    pub removed: String,
    pub cleared: String,
    pub shall_i_clear: String,
    pub noted: String,
    pub no_notes: String,
    pub notes: String,
    /// With one and with several that are not told.
    pub notes_and_more: [String; 2],
    pub note_deleted: String,
    pub no_such_note: String,
    pub which_note: String,
    pub notes_deleted: String,
    pub shall_i_delete_notes: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chance {
    pub heads: String,
    pub tails: String,
    pub sides_bounds: String,
    pub dice_bounds: String,
    pub rolled: String,
    pub rolled_several: String,
    pub number: String,
    pub too_many_to_count: String,
    pub too_long_to_spell: String,
    pub letters: [String; 2],
    pub between_letters: String,
    pub hyphen: String,
    pub apostrophe: String,
    pub space: String,
}

/// Of cities, in all languages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Places {
    pub distance: String,
    pub no_such_city: String,
    pub unreadable: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    pub slower: String,
    pub faster: String,
    pub louder: String,
    pub softer: String,
    pub volume: String,
    pub volume_bounds: String,
    pub sleeping: String,
    pub goodbye: String,
    pub cannot_slower: String,
    pub cannot_faster: String,
    pub cannot_louder: String,
    pub cannot_softer: String,
    pub i_can: String,
    pub i_can_and_keep_nothing: String,
    /// What can be asked for, in the order of the groups of tools.
    pub abilities: Vec<String>,
}

static SAYINGS: ByLanguage<Sayings> =
    ByLanguage::new(|language| read(file_of!(language, "../../assets/tools/", "/said.toml")));

fn read(file: &str) -> Sayings {
    toml::from_str(file).expect("the bundled sentences are held valid by a test")
}

impl Sayings {
    /// Those of a language, read at their first use.
    pub(super) fn of(language: Language) -> &'static Self {
        SAYINGS.of(language)
    }
}

/// A sentence with what belongs into its places: `{name}`. What is filled in is not looked into again.
pub(super) fn fill(sentence: &str, parts: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            rest = after;
            break;
        };
        let part = parts.iter().find(|(other, _)| *other == name);
        filled.push_str(part.map_or("", |(_, text)| text));
        rest = behind;
    }
    filled + rest
}
