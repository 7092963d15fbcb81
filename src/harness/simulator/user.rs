//! Random users: what they say, when, and what else their microphone hears.

use super::choices::Chooser;

/// Something that happens at the user's side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Speech: stretches of words with pauses between them.
    Speak(Vec<Stretch>),
    /// A sound that becomes speech to the detector, and no words to the recognizer.
    Cough(u64),
    /// As many sounds of 300 ms, each 700 ms after the one before: talk in the background.
    Babble(u64),
    /// A sound that never becomes speech.
    Sound,
    /// The reply's own echo, taken for speech, with the reply's own words. Milliseconds.
    Echo(u64),
    /// A typed message.
    Type,
    /// A button ends the reply.
    Stop,
    /// A button takes back what is being said.
    TakeBack,
    /// A timer ends.
    Ring,
}

/// Words said without a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The words.
    pub text: String,
    /// How long they take. Milliseconds.
    pub ms: u64,
    /// Silence after them. Milliseconds.
    pub pause_ms: u64,
}

/// An action and the time that passes before it, in milliseconds.
pub type Script = Vec<(u64, Action)>;

const WORDS: [&str; 16] = [
    "apple", "river", "seven", "blue", "Tuesday", "and", "the", "um", "yes", "no", "house", "why",
    "turn", "light", "of", "music",
];
const SPECIAL: [&str; 8] = [
    "stop",
    "wait",
    "mm-hm",
    "okay",
    "right",
    "go on",
    "hold on",
    "thank you",
];

/// Commands to tools that change something, that change nothing, that ask first, and several at once.
const COMMANDS: [&str; 9] = [
    "Set a timer for five minutes.",
    "What time is it?",
    "Clear the shopping list.",
    "Yes.",
    "Never mind.",
    "Snooze.",
    "Speak slower.",
    "Stop listening.",
    "Set a timer for five minutes, put milk on the list and what time is it?",
];

/// Questions that are handed to the helper, where there is one.
const QUESTIONS: [&str; 4] = [
    "Why do cities grow along rivers?",
    "Explain how a river begins.",
    "Who painted the blue house?",
    "What is the difference between a house and a light?",
];

/// What a user does in one conversation.
pub fn script(choices: &mut Chooser) -> Script {
    let acts = choices.acts();
    let script = (1..=acts)
        .map(|act| {
            choices.turn_to(act);
            // Mostly after the reply, sometimes right into it.
            let before = match choices.u8(0..4) {
                0 => choices.u64(0..400),
                1 => choices.u64(300..1_500),
                _ => choices.u64(1_500..7_000),
            };
            (before, action(choices))
        })
        .collect();
    choices.turn_to(0);
    script
}

fn action(choices: &mut Chooser) -> Action {
    match choices.u8(0..28) {
        26.. => {
            let text = QUESTIONS[choices.usize(0..QUESTIONS.len())].to_owned();
            let (ms, pause_ms) = (choices.u64(900..2_500), choices.u64(40..1_500));
            let more = choices.one_in(4).then(|| stretch(choices));
            let question = Stretch { text, ms, pause_ms };
            Action::Speak([question].into_iter().chain(more).collect())
        }
        24 => Action::Stop,
        25 => Action::TakeBack,
        21 => Action::Ring,
        22..24 => {
            let text = COMMANDS[choices.usize(0..COMMANDS.len())].to_owned();
            let (ms, pause_ms) = (choices.u64(900..2_000), choices.u64(40..900));
            let more = choices.bool().then(|| stretch(choices));
            let command = Stretch { text, ms, pause_ms };
            Action::Speak([command].into_iter().chain(more).collect())
        }
        20 => Action::Babble(choices.u64(3..15)),
        0 => Action::Cough(choices.u64(90..500)),
        1 => Action::Sound,
        2 => Action::Echo(choices.u64(150..1_500)),
        3 => Action::Type,
        4..=8 => {
            let text = SPECIAL[choices.usize(0..SPECIAL.len())].to_owned();
            let ms = choices.u64(150..700);
            Action::Speak(vec![Stretch {
                text,
                ms,
                pause_ms: 0,
            }])
        }
        _ => Action::Speak((0..choices.usize(1..4)).map(|_| stretch(choices)).collect()),
    }
}

fn stretch(choices: &mut Chooser) -> Stretch {
    let count = choices.usize(1..7);
    let words: Vec<&str> = (0..count)
        .map(|_| WORDS[choices.usize(0..WORDS.len())])
        .collect();
    let mut text = words.join(" ");
    text.push_str(["", ".", "?", ","][choices.usize(0..4)]);
    Stretch {
        text,
        ms: count as u64 * choices.u64(150..400),
        pause_ms: choices.u64(40..2_500),
    }
}
