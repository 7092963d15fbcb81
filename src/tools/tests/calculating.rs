//! Sums, and conversions of units.

use super::*;

#[test]
fn sums_are_computed_as_they_are_spoken() {
    let cases = [
        ("17 times 23", "391"),
        ("seventeen times twenty three", "391"),
        ("17 x 23", "391"),
        ("17 × 23", "391"),
        ("17*23", "391"),
        ("two plus two", "4"),
        ("2+2", "4"),
        ("ten minus three", "7"),
        ("10 - 3", "7"),
        ("5-3", "2"),
        ("three minus ten", "minus 7"),
        ("minus five plus two", "minus 3"),
        ("12 divided by 5", "2.4"),
        ("12 / 5", "2.4"),
        ("12 over 5", "2.4"),
        ("100/4", "25"),
        ("ten divided by three", "about 3.3333"),
        ("two plus three times four", "14"),
        ("two plus three then times four", "20"),
        ("two plus three then squared then minus one", "24"),
        ("(2 + 3) * 4", "20"),
        ("half of 90", "45"),
        ("a third of 90", "30"),
        ("two thirds of ninety", "60"),
        ("a quarter of 10", "2.5"),
        ("15 percent of 80", "12"),
        ("15% of 80", "12"),
        ("fifteen per cent of eighty", "12"),
        ("80 plus 10 percent", "88"),
        ("80 minus 10%", "72"),
        ("30 percent off 120", "84"),
        ("30% off $120", "84 dollars"),
        ("share 250 by 8", "31.25"),
        ("split 96 between three", "32"),
        ("take ten percent off 50", "45"),
        ("half off 80", "40"),
        ("take a quarter off 60", "45"),
        ("20 percent off 30 percent off 100", "56"),
        ("3 times 20 percent off 50", "120"),
        ("15 percent of 80 dollars", "12 dollars"),
        ("15% of $80", "12 dollars"),
        ("the square root of 144", "12"),
        ("square root of two", "about 1.4142"),
        ("square root of 1/4", "0.5"),
        ("the cube root of 27", "3"),
        ("2 to the power of 10", "1024"),
        ("two to the tenth power", "1024"),
        ("2^10", "1024"),
        ("five squared", "25"),
        ("3 cubed", "27"),
        ("two to the power of minus one", "0.5"),
        ("the sum of 3 and 4", "7"),
        ("add 3 and 4", "7"),
        ("subtract 3 from 10", "7"),
        ("multiply 6 by 7", "42"),
        ("divide 12 by 5", "2.4"),
        ("the product of 6 and 7", "42"),
        ("the difference between 10 and 4", "6"),
        ("double 21", "42"),
        ("twice 4", "8"),
        ("five factorial", "120"),
        ("17 modulo 5", "2"),
        ("0.1 + 0.2", "0.3"),
        ("one and a half times two", "3"),
        ("1,000 times 1,000", "1000000"),
        ("a hundred and twenty divided by four", "30"),
        (
            "2 to the power of 100",
            "about 1.2677 times 10 to the power of 30",
        ),
        ("the sum of 1 and 2 and 3", "6"),
        ("the quotient of 12 and 5", "2.4"),
        ("the cube of 3", "27"),
        ("2 to the power 3", "8"),
        ("2 to the power of 3 squared", "512"),
        (
            "2 to the power of minus 5000",
            "about 7.0798 times 10 to the power of minus 1506",
        ),
        ("42", "42"),
    ];
    let mut toolbox = toolbox();
    for (text, expected) in cases {
        let expected = format!("That is {expected}.");
        let given = [("expression", text)];
        assert_eq!(said(&mut toolbox, "calculate", &given), expected, "{text}");
    }
}

#[test]
fn sums_without_a_value_are_refused() {
    let cases = [
        ("5 divided by zero", "I cannot divide by zero."),
        ("0 to the power of minus 1", "I cannot divide by zero."),
        (
            "9 to the power of 9 to the power of 9",
            "That number is too large for me.",
        ),
        ("100000 factorial", "That number is too large for me."),
        (
            "the square root of minus 4",
            "A negative number has no square root that I can say.",
        ),
        (
            "2 to the power of 0.3",
            "I can only take powers with whole numbers.",
        ),
        ("five apples", "I did not understand what to calculate."),
        ("5 plus", "I did not understand what to calculate."),
        ("(5 plus 3", "I did not understand what to calculate."),
        (
            "5 dollars plus 3 euros",
            "I did not understand what to calculate.",
        ),
        ("5 6", "I did not understand what to calculate."),
    ];
    let mut toolbox = toolbox();
    for (text, expected) in cases {
        let expected = format!("! {expected}");
        let given = [("expression", text)];
        assert_eq!(said(&mut toolbox, "calculate", &given), expected, "{text}");
    }
}

#[test]
fn no_sum_takes_long_or_fails() {
    let pieces = [
        "9",
        "0",
        "minus",
        "times",
        "divided by",
        "to the power of",
        "squared",
        "factorial",
        "percent",
        "half of",
        "square root of",
        "(",
        ")",
        "999999999999999999",
        "plus",
        "0.001",
        "the sum of",
        "and",
        "modulo",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    let mut toolbox = toolbox();
    for _ in 0..500 {
        let count = random.usize(1..12);
        let words: Vec<&str> = (0..count)
            .map(|_| pieces[random.usize(..pieces.len())])
            .collect();
        let said = said(
            &mut toolbox,
            "calculate",
            &[("expression", &words.join(" "))],
        );
        assert!(said.len() < 100, "{words:?}: {said}");
    }
}

#[test]
fn a_sum_of_very_many_words_is_refused() {
    let long = "(".repeat(500);
    let expected = "! I did not understand what to calculate.";
    assert_eq!(
        said(&mut toolbox(), "calculate", &[("expression", &long)]),
        expected
    );
}

#[test]
fn units_are_converted() {
    let cases = [
        (
            "ten",
            "miles",
            "kilometres",
            "10 miles are about 16.09 kilometres.",
        ),
        ("10", "mi", "km", "10 miles are about 16.09 kilometres."),
        ("a", "mile", "metres", "1 mile is about 1609.34 metres."),
        (
            "six",
            "feet",
            "centimeters",
            "6 feet are 182.88 centimetres.",
        ),
        (
            "5 and a half",
            "inches",
            "cm",
            "5.5 inches are 13.97 centimetres.",
        ),
        (
            "100",
            "degrees Fahrenheit",
            "Celsius",
            "100 degrees Fahrenheit are about 37.78 degrees Celsius.",
        ),
        (
            "minus 40",
            "celsius",
            "fahrenheit",
            "minus 40 degrees Celsius are minus 40 degrees Fahrenheit.",
        ),
        (
            "20",
            "°C",
            "°F",
            "20 degrees Celsius are 68 degrees Fahrenheit.",
        ),
        (
            "0",
            "kelvin",
            "celsius",
            "0 kelvins are minus 273.15 degrees Celsius.",
        ),
        (
            "two",
            "cups",
            "millilitres",
            "2 US cups are about 473.18 millilitres.",
        ),
        (
            "3",
            "teaspoons",
            "tablespoons",
            "3 US teaspoons are 1 US tablespoon.",
        ),
        ("8", "ounces", "cups", "8 US fluid ounces are 1 US cup."),
        ("16", "ounces", "pounds", "16 ounces are 1 pound."),
        (
            "one",
            "stone",
            "kilograms",
            "1 stone is about 6.35 kilograms.",
        ),
        (
            "a hundred",
            "kilometres per hour",
            "mph",
            "100 kilometres per hour are about 62.14 miles per hour.",
        ),
        (
            "a hundred",
            "kilometres per hour",
            "miles",
            "100 kilometres per hour are about 62.14 miles per hour.",
        ),
        ("90", "minutes", "hours", "90 minutes are 1.5 hours."),
        (
            "one",
            "year",
            "seconds",
            "1 year of 365 days is 31536000 seconds.",
        ),
        (
            "an",
            "acre",
            "square metres",
            "1 acre is about 4046.86 square metres.",
        ),
        (
            "2",
            "gigabytes",
            "megabytes",
            "2 gigabytes are 2000 megabytes.",
        ),
        (
            "one",
            "kwh",
            "kilojoules",
            "1 kilowatt hour is 3600 kilojoules.",
        ),
        (
            "one",
            "millimetre",
            "miles",
            "1 millimetre is about 0.00000062 miles.",
        ),
    ];
    let mut toolbox = toolbox();
    for (amount, from, to, expected) in cases {
        let given = [("amount", amount), ("from", from), ("to", to)];
        assert_eq!(said(&mut toolbox, "convert", &given), expected);
    }
}

#[test]
fn an_amount_with_its_unit_is_converted() {
    conversation(&[(
        "convert",
        &[("amount", "ten miles"), ("to", "kilometres")],
        "10 miles are about 16.09 kilometres.",
    )]);
}

#[test]
fn what_cannot_be_converted_is_said_so() {
    conversation(&[
        (
            "convert",
            &[("amount", "5"), ("from", "miles"), ("to", "kilos")],
            "! I cannot convert miles to kilograms.",
        ),
        (
            "convert",
            &[("amount", "5"), ("from", "dollars"), ("to", "euros")],
            "! I did not understand the unit to convert from.",
        ),
        (
            "convert",
            &[("amount", "5"), ("from", "miles"), ("to", "parsnips")],
            "! I did not understand the unit to convert to.",
        ),
        (
            "convert",
            &[("amount", "lots"), ("from", "miles"), ("to", "km")],
            "! I did not understand how much to convert.",
        ),
        (
            "convert",
            &[("amount", "5"), ("to", "km")],
            "! Please tell me the unit to convert from.",
        ),
        (
            "convert",
            &[("amount", "minus 5"), ("from", "miles"), ("to", "km")],
            "! There is no negative number of miles.",
        ),
    ]);
}

#[test]
fn the_mean_of_several_numbers_is_computed() {
    for (expression, expected) in [
        ("average of 78 85 92 and 69", "That is 81."),
        ("average of 5.2 7.5 and 8.3", "That is 7."),
        ("the mean of two and four", "That is 3."),
        ("average of 10 and 20 minus 5", "That is 10."),
        (
            "564 minus 480 then divided by 480 then times 100",
            "That is 17.5.",
        ),
        ("6 times 3.40 then plus 20 percent", "That is 24.48."),
        ("two thirds of 90 then minus 15 percent", "That is 51."),
    ] {
        let given = [("expression", expression)];
        assert_eq!(said(&mut toolbox(), "calculate", &given), expected);
    }
}

#[test]
fn amounts_in_two_units_are_converted() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[
                ("amount", "five"),
                ("from", "foot"),
                ("and", "eleven"),
                ("to", "centimeters"),
            ],
            "5 feet and 11 inches are 180.34 centimetres.",
        ),
        (
            &[
                ("amount", "6"),
                ("from", "pounds"),
                ("and", "3"),
                ("and_unit", "ounces"),
                ("to", "kilos"),
            ],
            "6 pounds and 3 ounces are about 2.81 kilograms.",
        ),
        (
            &[
                ("amount", "11"),
                ("from", "stone"),
                ("and", "6"),
                ("to", "kilos"),
            ],
            "11 stone and 6 pounds are about 72.57 kilograms.",
        ),
        (
            &[
                ("amount", "6"),
                ("from", "pounds"),
                ("and", "3"),
                ("and_unit", "miles"),
                ("to", "kilos"),
            ],
            "! I did not understand the smaller unit.",
        ),
    ];
    for (given, expected) in cases {
        assert_eq!(said(&mut toolbox(), "convert", given), *expected);
    }
}
