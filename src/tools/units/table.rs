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
    pub single: &'static str,
    pub several: &'static str,
    pub others: &'static [&'static str],
    /// In the first unit of the kind, as a fraction.
    factor: (i64, i64),
    /// For temperatures: zero, in kelvins.
    offset: (i64, i64),
}

impl Unit {
    pub(super) fn factor(&self) -> Number {
        Number::new(self.factor.0.into(), self.factor.1.into())
    }

    pub(super) fn offset(&self) -> Number {
        Number::new(self.offset.0.into(), self.offset.1.into())
    }
}

const fn unit(
    kind: Kind,
    single: &'static str,
    several: &'static str,
    others: &'static [&'static str],
    factor: (i64, i64),
) -> Unit {
    Unit {
        kind,
        single,
        several,
        others,
        factor,
        offset: (0, 1),
    }
}

const fn temperature(
    single: &'static str,
    several: &'static str,
    others: &'static [&'static str],
    factor: (i64, i64),
    offset: (i64, i64),
) -> Unit {
    Unit {
        offset,
        ..unit(Kind::Temperature, single, several, others, factor)
    }
}

use Kind::{Area, Data, Energy, Length, Mass, Power, Pressure, Speed, Time, Volume};

/// Where a name is of several units, the first of a fitting kind is meant.
#[rustfmt::skip]
pub(super) static UNITS: &[Unit] = &[
    unit(Length, "metre", "metres", &["meter", "meters", "m"], (1, 1)),
    unit(Length, "kilometre", "kilometres", &["kilometer", "kilometers", "km", "kms", "k"], (1_000, 1)),
    unit(Length, "centimetre", "centimetres", &["centimeter", "centimeters", "cm"], (1, 100)),
    unit(Length, "millimetre", "millimetres", &["millimeter", "millimeters", "mm"], (1, 1_000)),
    unit(Length, "micrometre", "micrometres", &["micrometer", "micrometers", "micron", "microns"], (1, 1_000_000)),
    unit(Length, "mile", "miles", &["mi"], (1_609_344, 1_000)),
    unit(Length, "yard", "yards", &["yd", "yds"], (9_144, 10_000)),
    unit(Length, "foot", "feet", &["ft"], (3_048, 10_000)),
    unit(Length, "inch", "inches", &["in"], (254, 10_000)),
    unit(Length, "nautical mile", "nautical miles", &[], (1_852, 1)),
    unit(Area, "square metre", "square metres", &["square meter", "square meters", "metres squared", "meters squared", "m squared"], (1, 1)),
    unit(Area, "square kilometre", "square kilometres", &["square kilometer", "square kilometers", "km squared"], (1_000_000, 1)),
    unit(Area, "square centimetre", "square centimetres", &["square centimeter", "square centimeters", "cm squared"], (1, 10_000)),
    unit(Area, "hectare", "hectares", &["ha"], (10_000, 1)),
    unit(Area, "acre", "acres", &[], (40_468_564_224, 10_000_000)),
    unit(Area, "square mile", "square miles", &[], (2_589_988_110_336, 1_000_000)),
    unit(Area, "square yard", "square yards", &[], (83_612_736, 100_000_000)),
    unit(Area, "square foot", "square feet", &["sq ft"], (9_290_304, 100_000_000)),
    unit(Area, "square inch", "square inches", &[], (64_516, 100_000_000)),
    unit(Volume, "litre", "litres", &["liter", "liters", "l"], (1, 1)),
    unit(Volume, "millilitre", "millilitres", &["milliliter", "milliliters", "ml"], (1, 1_000)),
    unit(Volume, "centilitre", "centilitres", &["centiliter", "centiliters", "cl"], (1, 100)),
    unit(Volume, "decilitre", "decilitres", &["deciliter", "deciliters", "dl"], (1, 10)),
    unit(Volume, "cubic metre", "cubic metres", &["cubic meter", "cubic meters"], (1_000, 1)),
    unit(Volume, "cubic centimetre", "cubic centimetres", &["cubic centimeter", "cubic centimeters", "cc"], (1, 1_000)),
    unit(Volume, "US cup", "US cups", &["cup", "cups"], (2_365_882_365, 10_000_000_000)),
    unit(Volume, "US tablespoon", "US tablespoons", &["tablespoon", "tablespoons", "tbsp"], (1_478_676_478_125, 100_000_000_000_000)),
    unit(Volume, "US teaspoon", "US teaspoons", &["teaspoon", "teaspoons", "tsp"], (492_892_159_375, 100_000_000_000_000)),
    unit(Volume, "US fluid ounce", "US fluid ounces", &["fluid ounce", "fluid ounces", "fl oz", "ounce", "ounces", "oz"], (295_735_295_625, 10_000_000_000_000)),
    unit(Volume, "US pint", "US pints", &["pint", "pints"], (473_176_473, 1_000_000_000)),
    unit(Volume, "US quart", "US quarts", &["quart", "quarts"], (946_352_946, 1_000_000_000)),
    unit(Volume, "US gallon", "US gallons", &["gallon", "gallons", "gal"], (3_785_411_784, 1_000_000_000)),
    unit(Volume, "imperial gallon", "imperial gallons", &["uk gallon", "uk gallons", "british gallon", "british gallons"], (454_609, 100_000)),
    unit(Volume, "imperial pint", "imperial pints", &["uk pint", "uk pints", "british pint", "british pints"], (56_826_125, 100_000_000)),
    unit(Volume, "imperial fluid ounce", "imperial fluid ounces", &["uk fluid ounce", "uk fluid ounces"], (284_130_625, 10_000_000_000)),
    unit(Mass, "kilogram", "kilograms", &["kilo", "kilos", "kg", "kgs", "kilogramme", "kilogrammes"], (1, 1)),
    unit(Mass, "gram", "grams", &["g", "gramme", "grammes"], (1, 1_000)),
    unit(Mass, "milligram", "milligrams", &["mg"], (1, 1_000_000)),
    unit(Mass, "tonne", "tonnes", &["metric ton", "metric tons"], (1_000, 1)),
    unit(Mass, "pound", "pounds", &["lb", "lbs"], (45_359_237, 100_000_000)),
    unit(Mass, "ounce", "ounces", &["oz"], (45_359_237, 1_600_000_000)),
    unit(Mass, "stone", "stone", &["stones"], (635_029_318, 100_000_000)),
    unit(Mass, "US ton", "US tons", &["ton", "tons", "short ton", "short tons"], (90_718_474, 100_000)),
    temperature("kelvin", "kelvins", &["k"], (1, 1), (0, 1)),
    temperature("degree Celsius", "degrees Celsius", &["celsius", "centigrade", "c"], (1, 1), (27_315, 100)),
    temperature("degree Fahrenheit", "degrees Fahrenheit", &["fahrenheit", "f"], (5, 9), (45_967, 180)),
    unit(Speed, "metre per second", "metres per second", &["meter per second", "meters per second", "m / s"], (1, 1)),
    unit(Speed, "kilometre per hour", "kilometres per hour", &["kilometer per hour", "kilometers per hour", "kmh", "km / h", "kph"], (10, 36)),
    unit(Speed, "mile per hour", "miles per hour", &["mph"], (1_609_344, 3_600_000)),
    unit(Speed, "foot per second", "feet per second", &[], (3_048, 10_000)),
    unit(Speed, "knot", "knots", &[], (1_852, 3_600)),
    unit(Time, "second", "seconds", &["s", "sec", "secs"], (1, 1)),
    unit(Time, "millisecond", "milliseconds", &["ms"], (1, 1_000)),
    unit(Time, "minute", "minutes", &["min", "mins"], (60, 1)),
    unit(Time, "hour", "hours", &["h", "hr", "hrs"], (3_600, 1)),
    unit(Time, "day", "days", &[], (86_400, 1)),
    unit(Time, "week", "weeks", &[], (604_800, 1)),
    unit(Time, "year of 365 days", "years of 365 days", &["year", "years"], (31_536_000, 1)),
    unit(Data, "byte", "bytes", &[], (1, 1)),
    unit(Data, "bit", "bits", &[], (1, 8)),
    unit(Data, "kilobyte", "kilobytes", &["kb"], (1_000, 1)),
    unit(Data, "megabyte", "megabytes", &["mb"], (1_000_000, 1)),
    unit(Data, "gigabyte", "gigabytes", &["gb"], (1_000_000_000, 1)),
    unit(Data, "terabyte", "terabytes", &["tb"], (1_000_000_000_000, 1)),
    unit(Data, "kibibyte", "kibibytes", &[], (1_024, 1)),
    unit(Data, "mebibyte", "mebibytes", &[], (1_048_576, 1)),
    unit(Data, "gibibyte", "gibibytes", &[], (1_073_741_824, 1)),
    unit(Data, "megabit", "megabits", &[], (125_000, 1)),
    unit(Data, "gigabit", "gigabits", &[], (125_000_000, 1)),
    unit(Energy, "joule", "joules", &["j"], (1, 1)),
    unit(Energy, "kilojoule", "kilojoules", &["kj"], (1_000, 1)),
    unit(Energy, "calorie", "calories", &["cal"], (4_184, 1_000)),
    unit(Energy, "kilocalorie", "kilocalories", &["kcal"], (4_184, 1)),
    unit(Energy, "watt hour", "watt hours", &["wh"], (3_600, 1)),
    unit(Energy, "kilowatt hour", "kilowatt hours", &["kwh"], (3_600_000, 1)),
    unit(Power, "watt", "watts", &["w"], (1, 1)),
    unit(Power, "kilowatt", "kilowatts", &["kw"], (1_000, 1)),
    unit(Power, "horsepower", "horsepower", &["hp"], (74_569_987_158_227_022, 100_000_000_000_000)),
    unit(Pressure, "pascal", "pascals", &["pa"], (1, 1)),
    unit(Pressure, "hectopascal", "hectopascals", &["hpa"], (100, 1)),
    unit(Pressure, "bar", "bars", &["bar"], (100_000, 1)),
    unit(Pressure, "atmosphere", "atmospheres", &["atm"], (101_325, 1)),
];
