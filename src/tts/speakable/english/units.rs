//! Units of measure behind a number.

#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    pub singular: &'static str,
    pub plural: &'static str,
}

/// As written, for one, for more. Capitals matter: "m" is a metre, "MB" no "mb".
const UNITS: &[(&str, &str, &str)] = &[
    ("%", "percent", "percent"),
    ("‰", "per mille", "per mille"),
    ("°", "degree", "degrees"),
    ("°C", "degree Celsius", "degrees Celsius"),
    ("°F", "degree Fahrenheit", "degrees Fahrenheit"),
    ("K", "K", "K"),
    ("°N", "degree north", "degrees north"),
    ("°S", "degree south", "degrees south"),
    ("°E", "degree east", "degrees east"),
    ("°W", "degree west", "degrees west"),
    ("mm", "millimeter", "millimeters"),
    ("cm", "centimeter", "centimeters"),
    ("m", "meter", "meters"),
    ("km", "kilometer", "kilometers"),
    ("nm", "nanometer", "nanometers"),
    ("µm", "micrometer", "micrometers"),
    ("in", "inch", "inches"),
    ("\"", "inch", "inches"),
    ("ft", "foot", "feet"),
    ("'", "foot", "feet"),
    ("\u{2032}", "foot", "feet"),
    ("\u{2033}", "inch", "inches"),
    ("yd", "yard", "yards"),
    ("mi", "mile", "miles"),
    ("mg", "milligram", "milligrams"),
    ("g", "gram", "grams"),
    ("kg", "kilogram", "kilograms"),
    ("lb", "pound", "pounds"),
    ("lbs", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("ml", "milliliter", "milliliters"),
    ("mL", "milliliter", "milliliters"),
    ("cl", "centiliter", "centiliters"),
    ("l", "liter", "liters"),
    ("L", "liter", "liters"),
    ("gal", "gallon", "gallons"),
    ("tbsp", "tablespoon", "tablespoons"),
    ("tsp", "teaspoon", "teaspoons"),
    ("ms", "millisecond", "milliseconds"),
    ("ns", "nanosecond", "nanoseconds"),
    ("µs", "microsecond", "microseconds"),
    ("s", "second", "seconds"),
    ("sec", "second", "seconds"),
    ("secs", "second", "seconds"),
    ("min", "minute", "minutes"),
    ("mins", "minute", "minutes"),
    ("h", "hour", "hours"),
    ("hr", "hour", "hours"),
    ("hrs", "hour", "hours"),
    ("mo", "month", "months"),
    ("yr", "year", "years"),
    ("yrs", "year", "years"),
    ("Hz", "hertz", "hertz"),
    ("kHz", "kilohertz", "kilohertz"),
    ("MHz", "megahertz", "megahertz"),
    ("GHz", "gigahertz", "gigahertz"),
    ("kB", "kilobyte", "kilobytes"),
    ("KB", "kilobyte", "kilobytes"),
    ("MB", "megabyte", "megabytes"),
    ("GB", "gigabyte", "gigabytes"),
    ("TB", "terabyte", "terabytes"),
    ("KiB", "kibibyte", "kibibytes"),
    ("MiB", "mebibyte", "mebibytes"),
    ("GiB", "gibibyte", "gibibytes"),
    ("Mb", "megabit", "megabits"),
    ("Gb", "gigabit", "gigabits"),
    ("kbps", "kilobit per second", "kilobits per second"),
    ("Mbps", "megabit per second", "megabits per second"),
    ("Gbps", "gigabit per second", "gigabits per second"),
    ("W", "watt", "watts"),
    ("kW", "kilowatt", "kilowatts"),
    ("MW", "megawatt", "megawatts"),
    ("GW", "gigawatt", "gigawatts"),
    ("kWh", "kilowatt hour", "kilowatt hours"),
    ("V", "volt", "volts"),
    ("mA", "milliamp", "milliamps"),
    ("A", "amp", "amps"),
    ("mAh", "milliamp hour", "milliamp hours"),
    ("J", "joule", "joules"),
    ("kJ", "kilojoule", "kilojoules"),
    ("cal", "calorie", "calories"),
    ("kcal", "kilocalorie", "kilocalories"),
    ("N", "newton", "newtons"),
    ("Pa", "pascal", "pascals"),
    ("hPa", "hectopascal", "hectopascals"),
    ("dB", "decibel", "decibels"),
    ("px", "pixel", "pixels"),
    ("ha", "hectare", "hectares"),
    ("mph", "mile per hour", "miles per hour"),
    ("kph", "kilometer per hour", "kilometers per hour"),
    ("mpg", "mile per gallon", "miles per gallon"),
    ("fps", "frame per second", "frames per second"),
    ("rpm", "R P M", "R P M"),
];

pub(super) fn unit(written: &str) -> Option<Unit> {
    UNITS
        .iter()
        .find(|(symbol, ..)| *symbol == written)
        .map(|(_, singular, plural)| Unit { singular, plural })
}

/// "km/h", "m²", "kg/m³" in the plural.
pub(super) fn compound(written: &str) -> Option<String> {
    if let Some((left, right)) = written.split_once('/') {
        let left = power(left).or_else(|| unit(left).map(|unit| unit.plural.to_owned()))?;
        let right = match power(right) {
            Some(power) => power.strip_suffix('s').map_or(power.clone(), str::to_owned),
            None => unit(right)?.singular.to_owned(),
        };
        return Some(format!("{left} per {right}"));
    }
    power(written)
}

fn power(written: &str) -> Option<String> {
    let powers = [
        ("²", "square"),
        ("³", "cubic"),
        ("^2", "square"),
        ("^3", "cubic"),
    ];
    powers.iter().find_map(|(sign, name)| {
        let base = unit(written.strip_suffix(sign)?)?;
        Some(format!("{name} {}", base.plural))
    })
}
