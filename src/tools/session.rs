//! What the session does: repeat, speed, volume, silence; and what there is to ask for.

use jiff::ZonedDateTime;
use num_traits::ToPrimitive;

use super::arguments::Arguments;
use super::says::{Session, fill};
use super::spoken::{About, Number, number, quantity, readable};
use super::{Class, Control, Outcome, Spec, ToolError, Toolbox, declined, optional, say};

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

fn speak_slower(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    control(Control::Slower, &toolbox.says().session.slower)
}

fn speak_faster(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    control(Control::Faster, &toolbox.says().session.faster)
}

fn stop_listening(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    control(Control::Sleep, &toolbox.says().session.sleeping)
}

fn end_conversation(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    control(Control::EndConversation, &toolbox.says().session.goodbye)
}

fn control(control: Control, words: &str) -> Result<Outcome, ToolError> {
    Ok(Outcome::Control(control, words.to_owned()))
}

fn volume(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = &toolbox.says().session;
    if let Some(text) = given.text("percent") {
        let percent = percent(text, toolbox).ok_or_else(|| given.not_understood("percent"))?;
        let whole = percent.round().to_integer().to_u8();
        return match whole.filter(|percent| *percent <= 100) {
            Some(whole) => set_volume(whole, says),
            None => declined(&says.volume_bounds[..]),
        };
    }
    let Some(direction) = given.text("direction") else {
        return Err(ToolError::Missing("whether to speak louder or softer"));
    };
    let direction = direction.to_lowercase();
    if let Some(percent) = end(&direction) {
        return set_volume(percent, says);
    }
    if LOUDER.contains(&direction.as_str()) {
        control(Control::Louder, &says.louder)
    } else if SOFTER.contains(&direction.as_str()) {
        control(Control::Softer, &says.softer)
    } else {
        Err(given.not_understood("direction"))
    }
}

/// One cannot ask a voice that is not heard to be louder. Percent.
pub const SOFTEST: u8 = 5;

fn set_volume(percent: u8, says: &Session) -> Result<Outcome, ToolError> {
    let percent = percent.max(SOFTEST);
    let words = fill(&says.volume, &[("percent", &percent.to_string())]);
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
    let words = readable(text, toolbox.language, About::Numbers);
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
    let (says, speech) = (&toolbox.says().session, &toolbox.says().speech);
    let form = if toolbox.store.is_kept {
        &says.i_can
    } else {
        &says.i_can_and_keep_nothing
    };
    let abilities = speech.list(&says.abilities);
    say(fill(form, &[("abilities", &abilities)]))
}
