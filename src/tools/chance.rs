//! Coins, dice, numbers by chance; counting and spelling.

use jiff::ZonedDateTime;
use num_traits::ToPrimitive;

use super::arguments::Arguments;
use super::says::{Chance, fill};
use super::spoken::one_or_several;
use super::{Class, Outcome, Spec, ToolError, Toolbox, declined, optional, required, say};

pub(super) static TOOLS: &[Spec] = &[
    Spec {
        name: "flip_coin",
        description: "Flip a coin.",
        class: Class::Read,
        parameters: &[],
        run: flip_coin,
    },
    Spec {
        name: "roll_dice",
        description: "Roll one die or several.",
        class: Class::Read,
        parameters: &[
            optional("sides", "the number of sides"),
            optional("count", "the number of dice"),
        ],
        run: roll_dice,
    },
    Spec {
        name: "random_number",
        description: "Pick a number by chance.",
        class: Class::Read,
        parameters: &[
            optional("from", "the smallest number"),
            optional("to", "the largest number"),
        ],
        run: random_number,
    },
    Spec {
        name: "count",
        description: "Count aloud from one number to another.",
        class: Class::Read,
        parameters: &[
            optional("from", "the number to begin with"),
            optional("to", "the number to end with"),
        ],
        run: count,
    },
    Spec {
        name: "spell",
        description: "Spell a word.",
        class: Class::Read,
        parameters: &[required("word", "the word to spell")],
        run: spell,
    },
    Spec {
        name: "count_letters",
        description: "Count the letters of a word.",
        class: Class::Read,
        parameters: &[required("word", "the word to spell")],
        run: count_letters,
    },
];

const MOST_SIDES: i64 = 1_000;
const MOST_DICE: i64 = 20;
/// More numbers are not counted.
const MOST_COUNTED: i64 = 100;
/// Longer words are not spelled.
const MOST_LETTERS: usize = 60;

fn flip_coin(
    toolbox: &mut Toolbox,
    _: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = &toolbox.says().chance;
    say(if toolbox.random.bool() {
        &says.heads[..]
    } else {
        &says.tails
    })
}

fn roll_dice(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let (says, speech) = (&toolbox.says().chance, &toolbox.says().speech);
    let sides = whole(toolbox, given, "sides")?.unwrap_or(6);
    let count = whole(toolbox, given, "count")?.unwrap_or(1);
    if !(2..=MOST_SIDES).contains(&sides) {
        let most = MOST_SIDES.to_string();
        return declined(fill(&says.sides_bounds, &[("most", &most)]));
    }
    if !(1..=MOST_DICE).contains(&count) {
        let most = MOST_DICE.to_string();
        return declined(fill(&says.dice_bounds, &[("most", &most)]));
    }
    let rolled: Vec<i64> = (0..count).map(|_| toolbox.random.i64(1..=sides)).collect();
    let total: i64 = rolled.iter().sum();
    let said: Vec<String> = rolled.iter().map(i64::to_string).collect();
    let form = match count {
        1 => &says.rolled,
        _ => &says.rolled_several,
    };
    let (numbers, sum) = (speech.list(&said), total.to_string());
    say(fill(form, &[("numbers", &numbers), ("sum", &sum)]))
}

fn random_number(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let from = whole(toolbox, given, "from")?.unwrap_or(1);
    let to = whole(toolbox, given, "to")?.unwrap_or(100);
    let (least, most) = (from.min(to), from.max(to));
    let number = toolbox.random.i64(least..=most);
    let (says, speech) = (&toolbox.says().chance, &toolbox.says().speech);
    say(fill(&says.number, &[("number", &speech.whole(number))]))
}

fn count(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let from = whole(toolbox, given, "from")?.unwrap_or(1);
    let to = whole(toolbox, given, "to")?.unwrap_or(10);
    let (says, speech) = (&toolbox.says().chance, &toolbox.says().speech);
    if from.saturating_sub(to).saturating_abs() >= MOST_COUNTED {
        let most = MOST_COUNTED.to_string();
        return declined(fill(&says.too_many_to_count, &[("most", &most)]));
    }
    let mut numbers: Vec<i64> = (from.min(to)..=from.max(to)).collect();
    if from > to {
        numbers.reverse();
    }
    let said: Vec<String> = numbers.iter().map(|one| speech.whole(*one)).collect();
    say(said.join(&speech.between) + &speech.stop)
}

/// A whole number that was given.
fn whole(toolbox: &Toolbox, given: &Arguments, name: &str) -> Result<Option<i64>, ToolError> {
    let Some(number) = given.number(name, toolbox.language)? else {
        return Ok(None);
    };
    let whole = number.is_integer().then(|| number.to_integer().to_i64());
    let whole = whole.flatten().ok_or_else(|| given.not_understood(name))?;
    Ok(Some(whole))
}

fn spell(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let says = &toolbox.says().chance;
    let word = given.required("word")?;
    if word.chars().count() > MOST_LETTERS {
        return declined(&says.too_long_to_spell[..]);
    }
    let letters = word.chars().filter_map(|one| letter(one, says));
    let letters: Vec<String> = letters.collect();
    if letters.is_empty() {
        return Err(given.not_understood("word"));
    }
    let stop = &toolbox.says().speech.stop;
    say(letters.join(&says.between_letters) + stop)
}

fn count_letters(
    toolbox: &mut Toolbox,
    given: &Arguments,
    _: &ZonedDateTime,
) -> Result<Outcome, ToolError> {
    let word = given.required("word")?;
    let letters = word.chars().filter(|one| one.is_alphabetic()).count();
    if letters == 0 {
        return Err(given.not_understood("word"));
    }
    let count = letters.to_string();
    let form = one_or_several(&toolbox.says().chance.letters, &count);
    say(fill(form, &[("word", word), ("count", &count)]))
}

fn letter(character: char, says: &Chance) -> Option<String> {
    match character {
        '-' => Some(says.hyphen.clone()),
        '\'' | '\u{2019}' => Some(says.apostrophe.clone()),
        ' ' => Some(says.space.clone()),
        other if other.is_alphanumeric() => Some(other.to_uppercase().collect()),
        _ => None,
    }
}
