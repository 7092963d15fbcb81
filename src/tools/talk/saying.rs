//! What is said of episodes: short, with the day, and honest where there is none. Pure.

use jiff::civil::Date;
use jiff::{Timestamp, ZonedDateTime};

use super::episodes::{Episode, Who};
use crate::folders::excerpt;
use crate::tools::files;
use crate::tools::spoken::say_past_day;

/// Episodes about one thing that are said.
const MOST_ABOUT: usize = 2;
/// Episodes of a day that are said, those with the most to tell.
const MOST_OF_DAY: usize = 4;
/// Characters of each of those.
const MOST_OF_ONE: usize = 100;

/// What outlasts the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Nothing,
    Facts,
    All,
}

/// What was not found.
pub(super) struct Nothing<'a> {
    pub who: Who,
    pub about: Option<&'a str>,
    pub day: Option<&'a str>,
    pub kept: Kept,
}

/// "Yesterday you said: The boiler is leaking." Of the episodes, the latest come first.
pub(super) fn about(episodes: &[Episode], who: Who, now: &ZonedDateTime) -> String {
    let most = if who == Who::Both { 1 } else { MOST_ABOUT };
    let said = episodes.iter().take(most).map(|episode| {
        let when = when(episode, now);
        match who {
            Who::User => format!("{when} you said: {}", excerpt(&episode.said)),
            Who::Assistant => format!("{when} I said: {}", excerpt(&episode.heard)),
            Who::Both => format!(
                "{when} you said: {} I said: {}",
                excerpt(&episode.said),
                excerpt(&episode.heard)
            ),
        }
    });
    let said: Vec<String> = said.collect();
    let more = match episodes.len().saturating_sub(most) {
        0 => String::new(),
        1 => " There is 1 more.".to_owned(),
        more => format!(" There are {more} more."),
    };
    format!("{}{more}", said.join(" "))
}

/// "Yesterday you said: Who wrote Faust? My boiler is leaking. And 9 more." Of the episodes, the earliest come first.
pub(super) fn of_days(episodes: &[Episode], who: Who, now: &ZonedDateTime) -> String {
    let words = |episode: &&Episode| files::words(text(episode, who)).len();
    let mut chosen: Vec<&Episode> = episodes.iter().collect();
    chosen.sort_by_key(|episode| std::cmp::Reverse(words(episode)));
    chosen.truncate(MOST_OF_DAY);
    chosen.sort_by_key(|episode| episode.at_ms);
    let speaker = if who == Who::Assistant { "I" } else { "you" };
    let mut said = String::new();
    let mut day = None;
    for episode in chosen {
        let date = date(episode, now);
        if day.replace(date) != Some(date) {
            said += &format!(" {} {speaker} said:", when(episode, now));
        }
        said += " ";
        said += &brief(text(episode, who));
    }
    let more = match episodes.len().saturating_sub(MOST_OF_DAY) {
        0 => String::new(),
        more => format!(" And {more} more."),
    };
    format!("{}{more}", said.trim_start())
}

/// That nothing was found, and what is kept at all.
pub(super) fn nothing(nothing: &Nothing) -> String {
    let what = match nothing.who {
        Who::User => "you said nothing",
        Who::Assistant => "I said nothing",
        Who::Both => "we did not talk",
    };
    let about = nothing.about.map(|about| format!(" about {about}"));
    let day = nothing.day.map(|day| format!(" {day}"));
    let what = format!(
        "{what}{}{}",
        about.unwrap_or_default(),
        day.unwrap_or_default()
    );
    match nothing.kept {
        Kept::All => format!("As far as I have kept it, {what}."),
        Kept::Facts => {
            format!("I keep only facts, not what we talk about. In this conversation {what}.")
        }
        Kept::Nothing => format!(
            "I keep nothing of what we talk about once a conversation is over. In this one {what}."
        ),
    }
}

fn text(episode: &Episode, who: Who) -> &str {
    match who {
        Who::Assistant => &episode.heard,
        Who::User | Who::Both => &episode.said,
    }
}

fn date(episode: &Episode, now: &ZonedDateTime) -> Date {
    let at = Timestamp::from_millisecond(episode.at_ms).unwrap_or(now.timestamp());
    at.to_zoned_datetime(now.time_zone().clone()).date()
}

/// "Today", "Yesterday", "On Monday", "On 3 November".
fn when(episode: &Episode, now: &ZonedDateTime) -> String {
    match say_past_day(date(episode, now), now.date()).as_str() {
        "today" => "Today".to_owned(),
        "yesterday" => "Yesterday".to_owned(),
        day => format!("On {day}"),
    }
}

/// The begin of what was said.
fn brief(text: &str) -> String {
    let text = excerpt(text);
    let Some((end, _)) = text.char_indices().nth(MOST_OF_ONE) else {
        return text;
    };
    let cut = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    let cut = text[..cut].trim_end_matches(|c: char| !c.is_alphanumeric());
    format!("{cut}, and so on.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> ZonedDateTime {
        "2026-11-28T14:15:00[Europe/London]".parse().unwrap()
    }

    fn episode(at: &str, said: &str, heard: &str) -> Episode {
        let at: Timestamp = at.parse().unwrap();
        Episode {
            at_ms: at.as_millisecond(),
            said: said.to_owned(),
            heard: heard.to_owned(),
        }
    }

    #[test]
    fn what_was_said_is_told_with_its_day() {
        for (at, when) in [
            ("2026-11-28T08:00:00Z", "Today"),
            ("2026-11-27T23:30:00Z", "Yesterday"),
            ("2026-11-23T10:00:00Z", "On Monday"),
            ("2026-11-03T10:00:00Z", "On 3 November"),
            ("2025-03-01T10:00:00Z", "On 1 March 2025"),
        ] {
            let episodes = [episode(at, "the boiler leaks", "Oh dear.")];
            assert_eq!(
                about(&episodes, Who::User, &now()),
                format!("{when} you said: the boiler leaks.")
            );
        }
    }

    #[test]
    fn who_said_it_is_told() {
        let episodes = [episode("2026-11-28T08:00:00Z", "It leaks.", "Oh dear.")];
        let said = |who| about(&episodes, who, &now());
        assert_eq!(said(Who::Assistant), "Today I said: Oh dear.");
        assert_eq!(
            said(Who::Both),
            "Today you said: It leaks. I said: Oh dear."
        );
    }

    #[test]
    fn of_many_episodes_the_latest_are_said_and_the_others_counted() {
        let episodes: Vec<Episode> = (0..5)
            .map(|n| episode("2026-11-28T08:00:00Z", &format!("Leak {n}."), ""))
            .collect();
        let expected = "Today you said: Leak 0. Today you said: Leak 1. There are 3 more.";
        assert_eq!(about(&episodes, Who::User, &now()), expected);
    }

    #[test]
    fn of_a_long_day_what_tells_the_most_is_said_in_its_order() {
        let mut episodes = vec![episode(
            "2026-11-27T08:00:00Z",
            "My boiler leaks again.",
            "",
        )];
        for minute in 1..6 {
            let at = format!("2026-11-27T08:0{minute}:00Z");
            episodes.push(episode(&at, "Yes.", ""));
        }
        episodes.push(episode("2026-11-27T09:00:00Z", "Who wrote Faust?", ""));
        let said = of_days(&episodes, Who::Both, &now());
        assert!(
            said.starts_with("Yesterday you said: My boiler leaks again."),
            "{said}"
        );
        assert!(said.ends_with("Who wrote Faust? And 3 more."), "{said}");
    }

    #[test]
    fn each_day_of_a_week_is_named() {
        let episodes = [
            episode("2026-11-23T08:00:00Z", "One.", ""),
            episode("2026-11-24T08:00:00Z", "Two.", ""),
        ];
        let expected = "On Monday you said: One. On Tuesday you said: Two.";
        assert_eq!(of_days(&episodes, Who::User, &now()), expected);
    }

    #[test]
    fn long_words_are_cut() {
        let episodes = [episode("2026-11-28T08:00:00Z", &"word ".repeat(300), "")];
        let said = of_days(&episodes, Who::User, &now());
        assert!(
            said.ends_with("word, and so on.") && said.len() < 150,
            "{said}"
        );
    }
}
