//! What is said of episodes: short, with the day, and honest where there is none. The sentences come in. Pure.

use jiff::civil::Date;
use jiff::{Timestamp, ZonedDateTime};

use super::episodes::{Episode, Who};
use crate::folders::excerpt_with;
use crate::tools::files;
use crate::tools::says::{RecallTalk, Sayings, fill};
use crate::tools::spoken::counted;

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
pub(super) fn about(episodes: &[Episode], who: Who, says: &Sayings, now: &ZonedDateTime) -> String {
    let most = if who == Who::Both { 1 } else { MOST_ABOUT };
    // What the assistant said is asked for where it can be told.
    let form = match (who, &says.recall_talk) {
        (Who::Assistant, Some(recall)) => &recall.i_said,
        (Who::Both, Some(recall)) => &recall.both_said,
        (Who::User, _) | (_, None) => &says.talk.you_said,
    };
    let said = episodes.iter().take(most).map(|episode| {
        fill(
            form,
            &[
                ("when", &when(episode, says, now)),
                ("said", &passage(&episode.said, says)),
                ("heard", &passage(&episode.heard, says)),
            ],
        )
    });
    let mut said: Vec<String> = said.collect();
    let more = episodes.len().saturating_sub(most);
    if more > 0 {
        said.push(counted(&says.talk.more, more));
    }
    said.join(&says.talk.between)
}

/// "Yesterday you said: Who wrote Faust? My boiler is leaking. And 9 more." Of the episodes, the earliest come first.
pub(super) fn of_days(
    episodes: &[Episode],
    who: Who,
    (says, recall): (&Sayings, &RecallTalk),
    now: &ZonedDateTime,
) -> String {
    let words = |episode: &&Episode| files::words(text(episode, who)).len();
    let mut chosen: Vec<&Episode> = episodes.iter().collect();
    chosen.sort_by_key(|episode| std::cmp::Reverse(words(episode)));
    chosen.truncate(MOST_OF_DAY);
    chosen.sort_by_key(|episode| episode.at_ms);
    let form = match who {
        Who::Assistant => &recall.i_said_on_day,
        Who::User | Who::Both => &recall.you_said_on_day,
    };
    let mut said: Vec<String> = Vec::new();
    let mut day = None;
    for episode in chosen {
        let date = date(episode, now);
        if day.replace(date) != Some(date) {
            said.push(fill(form, &[("when", &when(episode, says, now))]));
        }
        said.push(brief(text(episode, who), says));
    }
    let more = episodes.len().saturating_sub(MOST_OF_DAY);
    if more > 0 {
        said.push(fill(&recall.and_more, &[("count", &more.to_string())]));
    }
    said.join(&says.talk.between)
}

/// That nothing was found, and what is kept at all.
pub(super) fn nothing(nothing: &Nothing, says: &RecallTalk) -> String {
    let mut what = match nothing.who {
        Who::User => says.user.clone(),
        Who::Assistant => says.assistant.clone(),
        Who::Both => says.both.clone(),
    };
    if let Some(about) = nothing.about {
        what += &fill(&says.about, &[("about", about)]);
    }
    if let Some(day) = nothing.day {
        what += &fill(&says.day, &[("day", day)]);
    }
    let form = match nothing.kept {
        Kept::All => &says.kept_all,
        Kept::Facts => &says.kept_facts,
        Kept::Nothing => &says.kept_nothing,
    };
    fill(form, &[("nothing", &what)])
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
fn when(episode: &Episode, says: &Sayings, now: &ZonedDateTime) -> String {
    says.speech.past_day(date(episode, now), now.date())
}

/// What tells the most of what was said.
fn passage(text: &str, says: &Sayings) -> String {
    excerpt_with(text, &says.speech.stop, &says.talk.and_so_on)
}

/// The begin of what was said.
fn brief(text: &str, says: &Sayings) -> String {
    let text = passage(text, says);
    let Some((end, _)) = text.char_indices().nth(MOST_OF_ONE) else {
        return text;
    };
    let cut = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    let cut = text[..cut].trim_end_matches(|c: char| !c.is_alphanumeric());
    format!("{cut}{}", says.talk.and_so_on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    /// As the assistant says it in English.
    fn english_of_days(episodes: &[Episode], who: Who) -> String {
        let says = Sayings::of(Language::English);
        of_days(
            episodes,
            who,
            (says, says.recall_talk.as_ref().unwrap()),
            &now(),
        )
    }

    fn english_about(episodes: &[Episode], who: Who) -> String {
        about(episodes, who, Sayings::of(Language::English), &now())
    }

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
                english_about(&episodes, Who::User),
                format!("{when} you said: the boiler leaks.")
            );
        }
    }

    #[test]
    fn what_the_user_said_is_told_in_every_language() {
        let episodes = [
            episode("2026-11-23T10:00:00Z", "Bonjour", ""),
            episode("2026-11-27T10:00:00Z", "Hola.", ""),
            episode("2026-11-03T10:00:00Z", "Hallo.", ""),
        ];
        for (language, expected) in [
            (
                Language::German,
                "Am Montag hast du gesagt: Bonjour. Gestern hast du gesagt: Hola. Da ist noch etwas.",
            ),
            (
                Language::Spanish,
                "El lunes dijiste: Bonjour. Ayer dijiste: Hola. Hay una cosa más.",
            ),
            (
                Language::Chinese,
                "星期一你说过：Bonjour。昨天你说过：Hola.还有一条。",
            ),
        ] {
            let said = about(&episodes, Who::User, Sayings::of(language), &now());
            assert_eq!(said, expected);
        }
        let said = about(
            &episodes[2..],
            Who::User,
            Sayings::of(Language::German),
            &now(),
        );
        assert_eq!(said, "Am dritten November hast du gesagt: Hallo.");
    }

    #[test]
    fn who_said_it_is_told() {
        let episodes = [episode("2026-11-28T08:00:00Z", "It leaks.", "Oh dear.")];
        let said = |who| english_about(&episodes, who);
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
        assert_eq!(english_about(&episodes, Who::User), expected);
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
        let said = english_of_days(&episodes, Who::Both);
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
        assert_eq!(english_of_days(&episodes, Who::User), expected);
    }

    #[test]
    fn long_words_are_cut() {
        let episodes = [episode("2026-11-28T08:00:00Z", &"word ".repeat(300), "")];
        let said = english_of_days(&episodes, Who::User);
        assert!(
            said.ends_with("word, and so on.") && said.len() < 150,
            "{said}"
        );
    }
}
