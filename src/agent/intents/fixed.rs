//! Words that no model decides: safety, privacy, and what this assistant cannot do.

use std::collections::HashMap;

use serde::Deserialize;

use super::data::FixedWords;
use super::whom_to_call::CallingWords;

/// What is answered with fixed words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fixed {
    /// Somebody may harm themselves.
    SelfHarm,
    /// A way to hurt others is asked for.
    Violence,
    /// Somebody needs an ambulance, the police or the fire service.
    Emergency,
    /// The weather is not known here.
    CannotWeather,
    /// Neither are news, results and prices.
    CannotNews,
    /// It does not know what has changed since it was made: who is president now, which phone is the newest.
    CannotCurrent,
    /// It cannot telephone.
    CannotCall,
    /// It cannot send messages.
    CannotMessage,
    /// It cannot play music or films.
    CannotMusic,
    /// It cannot read or send mail.
    CannotMail,
    /// It cannot switch anything in the house.
    CannotHome,
    /// It cannot look anything up.
    CannotInternet,
    /// It has no camera.
    CannotSee,
    /// It has no calendar.
    CannotCalendar,
    /// It does not know where it is, or the way.
    CannotNavigate,
    /// It cannot buy or book.
    CannotOrder,
    /// It makes neither food nor drinks.
    CannotMake,
    /// It would have to guess: a question that nothing here has an answer to.
    Unknown,
    /// Timers, alarms or reminders, in words that do not say for certain which, or in a way that only English has.
    TimersUnclear,
    /// The same of the time and the date,
    TimeUnclear,
    /// of lists, notes and what is to be remembered,
    ListsUnclear,
    /// of all else that tools do: sums, units, coins and dice, the volume,
    ToolsUnclear,
    /// and of anything that is to be done.
    CommandUnclear,
    /// The beginning of what was said was understood, and the rest was not.
    RestUnclear,
    /// What happens to the words of the user.
    Privacy,
    /// What it is.
    WhoAreYou,
    /// What it is called.
    WhatIsYourName,
    /// What it can do, where no tool tells.
    WhatCanYouDo,
    /// A joke is asked for; the answers are jokes.
    Joke,
    /// A greeting and nothing else.
    Greeting,
    /// Thanks and nothing else.
    Thanks,
}

impl Fixed {
    /// What a part of a tool's name begins with if it can do what this says cannot be done; none for what does not
    /// say that.
    pub fn lacks(self) -> &'static [&'static str] {
        match self {
            Self::CannotWeather => &["weather", "forecast"],
            Self::CannotNews => &["news", "stock", "price", "score", "search", "web"],
            Self::CannotCurrent => &["news", "search", "web"],
            Self::CannotCall => &["phone", "dial"],
            Self::CannotMessage => &["message", "sms", "chat"],
            Self::CannotMusic => &["music", "song", "play", "video", "media"],
            Self::CannotMail => &["mail"],
            Self::CannotHome => &[
                "light",
                "lamp",
                "switch",
                "heat",
                "thermostat",
                "door",
                "home",
            ],
            Self::CannotInternet => &["search", "web", "fetch", "browse", "url"],
            Self::CannotSee => &["camera", "image", "picture", "screen"],
            Self::CannotCalendar => &["calendar", "event", "appointment", "meeting"],
            Self::CannotNavigate => &["map", "route", "direction", "location", "navigat"],
            Self::CannotOrder => &["order", "buy", "book", "reserv", "shop"],
            Self::CannotMake => &["coffee", "brew", "cook", "kitchen", "recipe"],
            Self::TimersUnclear => &["timer", "alarm", "remind"],
            Self::TimeUnclear => &["time", "date", "clock"],
            Self::ListsUnclear => &["list", "note", "memor", "todo"],
            Self::ToolsUnclear => &["calculat", "convert", "coin", "dice", "volume"],
            // Any tool may.
            Self::CommandUnclear => &[""],
            Self::SelfHarm
            | Self::Violence
            | Self::Emergency
            | Self::Unknown
            | Self::RestUnclear
            | Self::Privacy
            | Self::WhoAreYou
            | Self::WhatIsYourName
            | Self::WhatCanYouDo
            | Self::Joke
            | Self::Greeting
            | Self::Thanks => &[],
        }
    }

    /// Whether it says how to ask a tool: that is tried where words mean nothing else ([`super::Intents::unclear`]).
    pub fn is_of_tools(self) -> bool {
        matches!(
            self,
            Self::TimersUnclear
                | Self::TimeUnclear
                | Self::ListsUnclear
                | Self::ToolsUnclear
                | Self::CommandUnclear
        )
    }

    /// Whether it says that nothing was understood, or nothing is known.
    pub fn is_no_answer(self) -> bool {
        self.is_of_tools() || matches!(self, Self::Unknown | Self::RestUnclear)
    }

    /// Whether no model may decide it: somebody's safety, and where their words go.
    pub fn is_for_people(self) -> bool {
        matches!(
            self,
            Self::SelfHarm | Self::Violence | Self::Emergency | Self::Privacy
        )
    }
}

/// Where the words of the user go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engines {
    /// All engines run on this machine.
    OnThisMachine,
    /// At least one of them is a server elsewhere.
    OnAServer,
}

/// What fixed words depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances<'a> {
    /// The assistant's name.
    pub name: &'a str,
    /// Where the words of the user go.
    pub engines: Engines,
    /// The ISO 3166-1 code of the country, `GB`, if it is known; whom to call depends on it.
    pub country: Option<&'a str>,
    /// What is said and heard outlasts the conversation.
    pub keeps_talk: bool,
}

struct Answers {
    here: Vec<String>,
    with_a_server: Vec<String>,
    /// Goes behind each where what is said outlasts the conversation.
    where_talk_is_kept: String,
}

/// The words for each kind.
pub(super) struct Wordings {
    answers: HashMap<Fixed, Answers>,
    whom_to_call: CallingWords,
}

impl Wordings {
    pub(super) fn new(words: FixedWords) -> Self {
        let answers = words.fixed.into_iter().map(|fixed| {
            let answers = Answers {
                here: fixed.answers,
                with_a_server: fixed.answers_with_a_server,
                where_talk_is_kept: fixed.where_talk_is_kept,
            };
            (fixed.kind, answers)
        });
        Self {
            answers: answers.collect(),
            whom_to_call: words.whom_to_call,
        }
    }

    pub(super) fn of(&self, kind: Fixed, circumstances: &Circumstances) -> Vec<String> {
        let Some(answers) = self.answers.get(&kind) else {
            return Vec::new();
        };
        let behind = if circumstances.keeps_talk {
            answers.where_talk_is_kept.as_str()
        } else {
            ""
        };
        let answers = match circumstances.engines {
            Engines::OnAServer if !answers.with_a_server.is_empty() => &answers.with_a_server,
            Engines::OnAServer | Engines::OnThisMachine => &answers.here,
        };
        let country = circumstances.country;
        let filled = answers.iter().map(|answer| {
            answer
                .replace("{name}", circumstances.name)
                .replace("{help_line}", &self.whom_to_call.help_line(country))
                .replace("{emergency_number}", &self.whom_to_call.emergency(country))
                + behind
        });
        filled.collect()
    }
}
