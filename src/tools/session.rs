//! What the session does: repeat, speed, volume, silence; and what there is to ask for.

use jiff::ZonedDateTime;
use num_traits::ToPrimitive;

use super::arguments::Arguments;
use super::spoken::{Number, number, quantity, spell_out, split};
use super::{Class, Control, GROUPS, Outcome, Spec, ToolError, Toolbox, declined, optional, say};

pub(super) static TOOLS: &[Spec] = &[
    plain("repeat_last", "Say the last reply again.", repeat_last),
    plain("speak_slower", "Speak slower.", speak_slower),
    plain("speak_faster", "Speak faster.", speak_faster),
    Spec {
        name: "volume",
        description: "Speak louder or softer, or set the volume.",
        class: Class::Act,
        parameters: &[
            optional("direction", "the direction: up, down, max or min"),
            optional("percent", "the volume in percent"),
        ],
        run: volume,
    },
    plain(
        "stop_listening",
        "Stop listening until called.",
        stop_listening,
    ),
    plain(
        "end_conversation",
        "End the conversation.",
        end_conversation,
    ),
    Spec {
        name: "capabilities",
        description: "Tell what the assistant can do.",
        class: Class::Read,
        parameters: &[],
        run: capabilities,
    },
];

const fn plain(name: &'static str, description: &'static str, run: super::Run) -> Spec {
    Spec {
        name,
        description,
        class: Class::Act,
        parameters: &[],
        run,
    }
}

const LOUDER: [&str; 8] = [
    "up", "louder", "higher", "more", "increase", "raise", "loud", "turn up",
];
const SOFTER: [&str; 10] = [
    "down",
    "softer",
    "quieter",
    "lower",
    "less",
    "decrease",
    "reduce",
    "soft",
    "quiet",
    "turn down",
];

fn repeat_last(_: &mut Toolbox, _: &Arguments, _: &ZonedDateTime) -> Result<Outcome, ToolError> {
    control(Control::Repeat, "")
}

fn speak_slower(_: &mut Toolbox, _: &Arguments, _: &ZonedDateTime) -> Result<Outcome, ToolError> {
    control(Control::Slower, "I will speak slower.")
}

fn speak_faster(_: &mut Toolbox, _: &Arguments, _: &ZonedDateTime) -> Result<Outcome, ToolError> {
    control(Control::Faster, "I will speak faster.")
}

fn stop_listening(_: &mut Toolbox, _: &Arguments, _: &ZonedDateTime) -> Result<Outcome, ToolError> {
    control(
        Control::Sleep,
        "All right. I will not answer until you say my name, or wake up.",
    )
}

fn end_conversation(
    _: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    control(Control::EndConversation, "Goodbye.")
}

fn control(control: Control, words: &str) -> Result<Outcome, ToolError> {
    Ok(Outcome::Control(control, words.to_owned()))
}

fn volume(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    if let Some(text) = given.text("percent") {
        let percent = percent(text, toolbox).ok_or_else(|| given.not_understood("percent"))?;
        let whole = percent.round().to_integer().to_u8();
        return match whole.filter(|percent| *percent <= 100) {
            Some(whole) => set_volume(whole),
            None => declined("The volume goes from 0 to 100 percent."),
        };
    }
    let Some(direction) = given.text("direction") else {
        return Err(ToolError::Missing("whether to speak louder or softer"));
    };
    let direction = direction.to_lowercase();
    if let Some(percent) = end(&direction) {
        return set_volume(percent);
    }
    if LOUDER.contains(&direction.as_str()) {
        control(Control::Louder, "I will speak louder.")
    } else if SOFTER.contains(&direction.as_str()) {
        control(Control::Softer, "I will speak softer.")
    } else {
        Err(given.not_understood("direction"))
    }
}

/// One cannot ask a voice that is not heard to be louder. Percent.
pub const SOFTEST: u8 = 5;

fn set_volume(percent: u8) -> Result<Outcome, ToolError> {
    let percent = percent.max(SOFTEST);
    let words = format!("The volume is {percent} percent.");
    control(Control::SetVolume(percent), &words)
}

/// The ends of the volume; the lowest can still be heard. In percent.
fn end(direction: &str) -> Option<u8> {
    match direction {
        "max" | "maximum" | "full" => Some(100),
        "min" | "minimum" | "lowest" => Some(10),
        _ => None,
    }
}

/// "50 percent", "fifty", "half".
fn percent(text: &str, toolbox: &Toolbox) -> Option<Number> {
    let words = split(text);
    let (count, used) = quantity(&words, toolbox.words)?;
    match &words[used..] {
        [] if !count.is_integer() => Some(count * Number::from_integer(100.into())),
        [] => number(text, toolbox.language),
        [word] if word == "percent" => Some(count),
        _ => None,
    }
}

fn capabilities(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let parts: Vec<String> = GROUPS.iter().map(|(_, does)| (*does).to_owned()).collect();
    let kept = if toolbox.store.is_kept {
        ""
    } else {
        " I keep nothing after this program ends."
    };
    say(format!("I can {}.{kept}", spell_out(&parts)))
}
