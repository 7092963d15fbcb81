//! Reads a sum as it is spoken, and computes it on the way. A recursive descent, one function a level:
//! sum, product, power, prefix, and the things computed with.

use super::super::spoken::{Words, quantity};
use super::value::{Failure, Value};

/// Longer ones are refused, which bounds the depth of the descent.
const MOST_WORDS: usize = 100;

/// What the words compute to. "Then" goes on with what is computed before it: "2 plus 3 then times 4".
pub(super) fn evaluate(words: &[String], known: &Words) -> Result<Value, Failure> {
    if words.len() > MOST_WORDS {
        return Err(Failure::NotUnderstood);
    }
    let mut reader = Reader { rest: words, known };
    let mut value = reader.sum()?;
    while reader.take(&["then"]) {
        value = reader.power_of(value)?;
        value = reader.product_of(value)?;
        value = reader.sum_of(value)?;
    }
    if !reader.rest.is_empty() {
        return Err(Failure::NotUnderstood);
    }
    Ok(value)
}

/// What is done with two values.
#[derive(Clone, Copy)]
enum Operation {
    Plus,
    Minus,
    Times,
    DividedBy,
    Modulo,
}

impl Operation {
    fn of(self, one: &Value, other: &Value) -> Result<Value, Failure> {
        match self {
            Self::Plus => one.plus(other),
            Self::Minus => one.minus(other),
            Self::Times => one.times(other),
            Self::DividedBy => one.divided_by(other),
            Self::Modulo => one.modulo(other),
        }
    }
}

/// Before several numbers, whose mean is meant.
const MEANS: &[&[&str]] = &[&["average", "of"], &["mean", "of"]];

const SUMS: &[(&[&str], Operation)] = &[
    (&["plus"], Operation::Plus),
    (&["added", "to"], Operation::Plus),
    (&["minus"], Operation::Minus),
    (&["less"], Operation::Minus),
    (&["take", "away"], Operation::Minus),
];

const PRODUCTS: &[(&[&str], Operation)] = &[
    (&["times"], Operation::Times),
    (&["multiplied", "by"], Operation::Times),
    (&["x"], Operation::Times),
    (&["of"], Operation::Times),
    (&["divided", "by"], Operation::DividedBy),
    (&["over"], Operation::DividedBy),
    (&["/"], Operation::DividedBy),
    (&["modulo"], Operation::Modulo),
    (&["mod"], Operation::Modulo),
];

/// A beginning, what stands between the two, what is done, and whether the second comes first.
type Command = (
    &'static [&'static str],
    &'static [&'static str],
    Operation,
    bool,
);

/// "the sum of 3 and 4", "subtract 3 from 10".
const COMMANDS: &[Command] = &[
    (&["sum", "of"], &["and"], Operation::Plus, false),
    (&["add"], &["and", "to", "plus"], Operation::Plus, false),
    (
        &["difference", "between"],
        &["and"],
        Operation::Minus,
        false,
    ),
    (&["difference", "of"], &["and"], Operation::Minus, false),
    (&["subtract"], &["from"], Operation::Minus, true),
    (&["take"], &["from"], Operation::Minus, true),
    (&["product", "of"], &["and"], Operation::Times, false),
    (
        &["multiply"],
        &["by", "and", "with", "times"],
        Operation::Times,
        false,
    ),
    (&["divide"], &["by"], Operation::DividedBy, false),
    (
        &["share"],
        &["by", "between", "among"],
        Operation::DividedBy,
        false,
    ),
    (
        &["split"],
        &["by", "between", "among", "into"],
        Operation::DividedBy,
        false,
    ),
    (&["quotient", "of"], &["and"], Operation::DividedBy, false),
];

struct Reader<'a> {
    rest: &'a [String],
    known: &'a Words,
}

impl Reader<'_> {
    fn begins(&self, phrase: &[&str]) -> bool {
        self.rest.len() >= phrase.len()
            && self
                .rest
                .iter()
                .zip(phrase)
                .all(|(word, other)| word == other)
    }

    /// Whether the phrase comes next; it is read then.
    fn take(&mut self, phrase: &[&str]) -> bool {
        let comes = self.begins(phrase);
        if comes {
            self.rest = &self.rest[phrase.len()..];
        }
        comes
    }

    fn take_one_of(&mut self, operations: &[(&[&str], Operation)]) -> Option<Operation> {
        let found = operations.iter().find(|(phrase, _)| self.begins(phrase))?;
        self.take(found.0);
        Some(found.1)
    }

    fn sum(&mut self) -> Result<Value, Failure> {
        let value = self.product()?;
        self.sum_of(value)
    }

    /// Goes on with a value.
    fn sum_of(&mut self, mut value: Value) -> Result<Value, Failure> {
        while let Some(operation) = self.take_one_of(SUMS) {
            value = operation.of(&value, &self.product()?)?;
        }
        Ok(value)
    }

    fn product(&mut self) -> Result<Value, Failure> {
        let value = self.power()?;
        self.product_of(value)
    }

    fn product_of(&mut self, mut value: Value) -> Result<Value, Failure> {
        while let Some(operation) = self.take_one_of(PRODUCTS) {
            value = operation.of(&value, &self.power()?)?;
        }
        Ok(value)
    }

    fn power(&mut self) -> Result<Value, Failure> {
        let value = self.prefix()?;
        let value = self.power_of(value)?;
        if !self.take(&["off"]) {
            return Ok(value);
        }
        // "20 percent off 120", "half off 80"
        let whole = self.power()?;
        whole.minus(&value.as_share_of(&whole)?)
    }

    fn power_of(&mut self, mut value: Value) -> Result<Value, Failure> {
        loop {
            let exponent = if self.take(&["squared"]) {
                whole(2)
            } else if self.take(&["cubed"]) {
                whole(3)
            } else if self.take(&["to", "the", "power", "of"])
                || self.take(&["to", "the", "power"])
                || self.take(&["^"])
            {
                // The highest power comes first.
                self.power()?
            } else if let Some(exponent) = self.ordinal_power() {
                exponent
            } else if self.take(&["factorial"]) {
                value = value.factorial()?;
                continue;
            } else if self.take(&["percent"]) {
                value = value.percent()?;
                continue;
            } else {
                return Ok(value);
            };
            value = value.to_the_power_of(&exponent)?;
        }
    }

    /// "to the fifth power", "to the 5th power", "to the fifth".
    fn ordinal_power(&mut self) -> Option<Value> {
        if !self.begins(&["to", "the"]) {
            return None;
        }
        let word = self.rest.get(2)?;
        let written = word.trim_end_matches(char::is_alphabetic);
        let named = self.known.ordinals.iter().find(|(name, _)| name == word);
        let number = named.map_or_else(|| written.parse().ok(), |&(_, number)| Some(number))?;
        self.rest = &self.rest[3..];
        self.take(&["power"]);
        Some(whole(number))
    }

    fn prefix(&mut self) -> Result<Value, Failure> {
        self.take(&["the"]);
        if self.take(&["square", "root", "of"])
            || self.take(&["root", "of"])
            || self.take(&["root"])
        {
            return self.prefix()?.root(2);
        }
        if self.take(&["cube", "root", "of"]) || self.take(&["cubic", "root", "of"]) {
            return self.prefix()?.root(3);
        }
        if self.take(&["square", "of"]) {
            return self.prefix()?.to_the_power_of(&whole(2));
        }
        if self.take(&["cube", "of"]) {
            return self.prefix()?.to_the_power_of(&whole(3));
        }
        if self.take(&["double"]) || self.take(&["twice"]) {
            return self.prefix()?.times(&whole(2));
        }
        // "take 10 percent off 50"
        if self.begins(&["take"]) && self.rest.iter().any(|word| word == "off") {
            self.take(&["take"]);
            return self.power();
        }
        if MEANS.iter().any(|phrase| self.take(phrase)) {
            return self.mean();
        }
        if let Some(command) = COMMANDS.iter().find(|command| self.begins(command.0)) {
            return self.command(command);
        }
        self.thing()
    }

    fn command(&mut self, command: &Command) -> Result<Value, Failure> {
        let &(phrase, between, operation, second_first) = command;
        self.take(phrase);
        let mut value = self.power()?;
        if !between.iter().any(|&word| self.take(&[word])) {
            return Err(Failure::NotUnderstood);
        }
        let second = self.power()?;
        if second_first {
            return operation.of(&second, &value);
        }
        value = operation.of(&value, &second)?;
        // "the sum of 1 and 2 and 3"
        while self.take(&["and"]) {
            value = operation.of(&value, &self.power()?)?;
        }
        Ok(value)
    }

    /// The mean of the numbers that follow, with or without "and" between them.
    fn mean(&mut self) -> Result<Value, Failure> {
        let mut sum = self.thing()?;
        let mut count = 1;
        // "The average of 10 and 20 minus 5" is of two numbers.
        while self.take(&["and"])
            || !self.begins(&["minus"]) && quantity(self.rest, self.known).is_some()
        {
            sum = sum.plus(&self.thing()?)?;
            count += 1;
        }
        sum.divided_by(&whole(count))
    }

    /// A number, or what stands in parentheses.
    fn thing(&mut self) -> Result<Value, Failure> {
        if self.take(&["("]) {
            let value = self.sum()?;
            let closed = self.take(&[")"]);
            return if closed {
                Ok(value)
            } else {
                Err(Failure::NotUnderstood)
            };
        }
        let found = quantity(self.rest, self.known);
        if let Some((number, used)) = found {
            self.rest = &self.rest[used..];
            return Ok(Value::exact(number));
        }
        if self.take(&["minus"]) {
            return Value::exact(whole(0).number).minus(&self.prefix()?);
        }
        Err(Failure::NotUnderstood)
    }
}

fn whole(number: u32) -> Value {
    Value::exact(super::super::spoken::Number::from_integer(number.into()))
}
