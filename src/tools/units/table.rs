//! The units, with their factors.
//!
//! Factors are exact by definition: the international yard and pound (1959), the US and the imperial
//! gallon, the thermochemical calorie, the mechanical horsepower of 550 foot-pounds a second.

use super::Number;

/// What is measured; units of one kind convert to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Length,
    Area,
    Volume,
    Mass,
    Temperature,
    Speed,
    Time,
    Data,
    Energy,
    Power,
    Pressure,
}

pub(super) struct Unit {
    pub kind: Kind,
    /// What the files of names call it: its English name.
    pub name: &'static str,
    /// In the first unit of the kind, as a fraction.
    factor: (i64, i64),
    /// For temperatures: zero, in kelvins.
    offset: (i64, i64),
}

impl Unit {
    pub(super) fn factor(&self) -> Number {
        Number::new(self.factor.0.into(), self.factor.1.into())
    }

    /// The unit in which the rest is said of an amount that is no whole number: of "five foot eleven" the inch.
    pub(super) fn smaller(&self) -> Option<&'static Self> {
        let name = match self.name {
            "kilometre" => "metre",
            "metre" => "centimetre",
            "foot" => "inch",
            "stone" => "pound",
            "pound" => "ounce",
            "kilogram" => "gram",
            "hour" => "minute",
            "minute" => "second",
            _ => return None,
        };
        UNITS.iter().find(|unit| unit.name == name)
    }

    /// The speed that a length of an hour is.
    pub(super) fn per_hour(&self) -> Option<&'static Self> {
        let name = match self.name {
            "mile" => "mile per hour",
            "kilometre" => "kilometre per hour",
            _ => return None,
        };
        UNITS.iter().find(|unit| unit.name == name)
    }

    pub(super) fn offset(&self) -> Number {
        Number::new(self.offset.0.into(), self.offset.1.into())
    }
}

const fn unit(kind: Kind, name: &'static str, factor: (i64, i64)) -> Unit {
    Unit {
        kind,
        name,
        factor,
        offset: (0, 1),
    }
}

const fn temperature(name: &'static str, factor: (i64, i64), offset: (i64, i64)) -> Unit {
    Unit {
        offset,
        ..unit(Kind::Temperature, name, factor)
    }
}

use Kind::{Area, Data, Energy, Length, Mass, Power, Pressure, Speed, Time, Volume};

/// Where a name is of several units, the first of a fitting kind is meant.
#[rustfmt::skip]
pub(super) static UNITS: &[Unit] = &[
    unit(Length, "metre", (1, 1)),
    unit(Length, "kilometre", (1_000, 1)),
    unit(Length, "centimetre", (1, 100)),
    unit(Length, "millimetre", (1, 1_000)),
    unit(Length, "micrometre", (1, 1_000_000)),
    unit(Length, "mile", (1_609_344, 1_000)),
    unit(Length, "yard", (9_144, 10_000)),
    unit(Length, "foot", (3_048, 10_000)),
    unit(Length, "inch", (254, 10_000)),
    unit(Length, "nautical mile", (1_852, 1)),
    unit(Area, "square metre", (1, 1)),
    unit(Area, "square kilometre", (1_000_000, 1)),
    unit(Area, "square centimetre", (1, 10_000)),
    unit(Area, "hectare", (10_000, 1)),
    unit(Area, "acre", (40_468_564_224, 10_000_000)),
    unit(Area, "square mile", (2_589_988_110_336, 1_000_000)),
    unit(Area, "square yard", (83_612_736, 100_000_000)),
    unit(Area, "square foot", (9_290_304, 100_000_000)),
    unit(Area, "square inch", (64_516, 100_000_000)),
    unit(Volume, "litre", (1, 1)),
    unit(Volume, "millilitre", (1, 1_000)),
    unit(Volume, "centilitre", (1, 100)),
    unit(Volume, "decilitre", (1, 10)),
    unit(Volume, "cubic metre", (1_000, 1)),
    unit(Volume, "cubic centimetre", (1, 1_000)),
    unit(Volume, "US cup", (2_365_882_365, 10_000_000_000)),
    unit(Volume, "US tablespoon", (1_478_676_478_125, 100_000_000_000_000)),
    unit(Volume, "US teaspoon", (492_892_159_375, 100_000_000_000_000)),
    unit(Volume, "US fluid ounce", (295_735_295_625, 10_000_000_000_000)),
    unit(Volume, "US pint", (473_176_473, 1_000_000_000)),
    unit(Volume, "US quart", (946_352_946, 1_000_000_000)),
    unit(Volume, "US gallon", (3_785_411_784, 1_000_000_000)),
    unit(Volume, "imperial gallon", (454_609, 100_000)),
    unit(Volume, "imperial pint", (56_826_125, 100_000_000)),
    unit(Volume, "imperial fluid ounce", (284_130_625, 10_000_000_000)),
    unit(Mass, "kilogram", (1, 1)),
    unit(Mass, "gram", (1, 1_000)),
    unit(Mass, "milligram", (1, 1_000_000)),
    unit(Mass, "tonne", (1_000, 1)),
    unit(Mass, "pound", (45_359_237, 100_000_000)),
    unit(Mass, "metric pound", (1, 2)),
    unit(Mass, "ounce", (45_359_237, 1_600_000_000)),
    unit(Mass, "stone", (635_029_318, 100_000_000)),
    unit(Mass, "US ton", (90_718_474, 100_000)),
    temperature("kelvin", (1, 1), (0, 1)),
    temperature("degree Celsius", (1, 1), (27_315, 100)),
    temperature("degree Fahrenheit", (5, 9), (45_967, 180)),
    unit(Speed, "metre per second", (1, 1)),
    unit(Speed, "kilometre per hour", (10, 36)),
    unit(Speed, "mile per hour", (1_609_344, 3_600_000)),
    unit(Speed, "foot per second", (3_048, 10_000)),
    unit(Speed, "knot", (1_852, 3_600)),
    unit(Time, "second", (1, 1)),
    unit(Time, "millisecond", (1, 1_000)),
    unit(Time, "minute", (60, 1)),
    unit(Time, "hour", (3_600, 1)),
    unit(Time, "day", (86_400, 1)),
    unit(Time, "week", (604_800, 1)),
    unit(Time, "year of 365 days", (31_536_000, 1)),
    unit(Data, "byte", (1, 1)),
    unit(Data, "bit", (1, 8)),
    unit(Data, "kilobyte", (1_000, 1)),
    unit(Data, "megabyte", (1_000_000, 1)),
    unit(Data, "gigabyte", (1_000_000_000, 1)),
    unit(Data, "terabyte", (1_000_000_000_000, 1)),
    unit(Data, "kibibyte", (1_024, 1)),
    unit(Data, "mebibyte", (1_048_576, 1)),
    unit(Data, "gibibyte", (1_073_741_824, 1)),
    unit(Data, "megabit", (125_000, 1)),
    unit(Data, "gigabit", (125_000_000, 1)),
    unit(Energy, "joule", (1, 1)),
    unit(Energy, "kilojoule", (1_000, 1)),
    unit(Energy, "calorie", (4_184, 1_000)),
    unit(Energy, "kilocalorie", (4_184, 1)),
    unit(Energy, "watt hour", (3_600, 1)),
    unit(Energy, "kilowatt hour", (3_600_000, 1)),
    unit(Power, "watt", (1, 1)),
    unit(Power, "kilowatt", (1_000, 1)),
    unit(Power, "horsepower", (74_569_987_158_227_022, 100_000_000_000_000)),
    unit(Pressure, "pascal", (1, 1)),
    unit(Pressure, "hectopascal", (100, 1)),
    unit(Pressure, "bar", (100_000, 1)),
    unit(Pressure, "atmosphere", (101_325, 1)),
];
