//! Numbers as people say them: alone, as years and times, with money and units, in sums and formulas, in codes.

use super::assert_said;

#[test]
fn numbers() {
    assert_said(&[
        (
            "0 7 13 21 90 100 101 999",
            "zero seven thirteen twenty one ninety one hundred one hundred one nine hundred ninety nine",
        ),
        ("1,234.5", "one thousand two hundred thirty four point five"),
        (
            "1000000 or 1,000,000,000,000",
            "one million or one trillion",
        ),
        ("-5 and −3.14", "minus five and minus three point one four"),
        (".5 and 0.05", "point five and zero point zero five"),
        (
            "1st, 2nd, 3rd, 22nd, 100th",
            "first, second, third, twenty second, one hundredth",
        ),
        ("the 40th and 12th", "the fortieth and twelfth"),
        (
            "1/2, 3/4 and 2/3, ½, 1½, 2 1/2",
            "one half, three quarters and two thirds, one half, one and one half, two and one half",
        ),
        ("8/10", "eight out of ten"),
        ("24/7", "twenty four seven"),
        (
            "5% 5.5 % 5-10%",
            "five percent five point five percent five to ten percent",
        ),
        ("5-10 or 5–10", "five to ten or five to ten"),
        (
            "~5, <5, >5, ±2, 100+",
            "about five, less than five, more than five, plus or minus two, one hundred plus",
        ),
        ("#1 and No. 5", "number one and number five"),
        ("007", "zero zero seven"),
        (
            "version 3.11.7 and v2.0",
            "version three point eleven point seven and V two point zero",
        ),
        ("3x faster", "three times faster"),
        ("It was 5. Then 6!", "It was five. Then six!"),
        ("a 20-year-old", "a twenty year-old"),
        (
            "123456789012345678",
            "one two three four five six seven eight nine zero one two three four five six seven eight",
        ),
    ]);
}

#[test]
fn years_dates_and_times() {
    assert_said(&[
        (
            "in 1969, 2007, 2024, 1905 and 1900",
            "in nineteen sixty nine, two thousand seven, twenty twenty four, nineteen oh five and nineteen hundred",
        ),
        (
            "1776 people came",
            "one thousand seven hundred seventy six people came",
        ),
        (
            "in 1776 colonists came",
            "in seventeen seventy six colonists came",
        ),
        (
            "the 1960s, 1800s and '90s",
            "the nineteen sixties, eighteen hundreds and nineties",
        ),
        ("1939-1945", "nineteen thirty nine to nineteen forty five"),
        (
            "4090 and 1,969",
            "four thousand ninety and one thousand nine hundred sixty nine",
        ),
        ("July 4, 1776", "July fourth, seventeen seventy six"),
        (
            "on 4 July and the 5 May",
            "on the fourth of July and the fifth of May",
        ),
        (
            "Jan. 5 and Dec 2020",
            "January fifth and December twenty twenty",
        ),
        ("12/25/2024", "December twenty fifth, twenty twenty four"),
        ("25/12/2024", "December twenty fifth, twenty twenty four"),
        ("2024-12-25.", "December twenty fifth, twenty twenty four."),
        (
            "3:30 pm, 3:30pm, 3pm, 3 p.m. and",
            "three thirty PM, three thirty PM, three PM, three PM and",
        ),
        ("at 3 p.m.", "at three PM."),
        (
            "15:45, 3:05, 3:00, 00:00",
            "fifteen forty five, three oh five, three o'clock, midnight",
        ),
        (
            "9am-5pm and 3-4 pm",
            "nine AM to five PM and three to four PM",
        ),
        ("3:30-4:30", "three thirty to four thirty"),
        ("8:00 a.m. sharp", "eight AM sharp"),
    ]);
}

#[test]
fn money_and_units() {
    assert_said(&[
        (
            "$5.20, $5, $1, $0.99",
            "five dollars and twenty cents, five dollars, one dollar, ninety nine cents",
        ),
        (
            "£3, €1.5 million and $5 billion",
            "three pounds, one point five million euros and five billion dollars",
        ),
        (
            "$5M, $3bn, $10k",
            "five million dollars, three billion dollars, ten thousand dollars",
        ),
        (
            "-$5 and $1,234.56",
            "minus five dollars and one thousand two hundred thirty four dollars and fifty six cents",
        ),
        (
            "$5-10 or $5-$10",
            "five to ten dollars or five to ten dollars",
        ),
        (
            "$20/month, 5€, 20 USD",
            "twenty dollars per month, five euros, twenty dollars",
        ),
        (
            "5 km, 1 km, 20°C, 20 °F, 60 mph",
            "five kilometers, one kilometer, twenty degrees Celsius, twenty degrees Fahrenheit, sixty miles per hour",
        ),
        (
            "3 kg, 10 MB, 10MB",
            "three kilograms, ten megabytes, ten megabytes",
        ),
        (
            "50 m², 3 m^2, 90 km/h, 90km/h",
            "fifty square meters, three square meters, ninety kilometers per hour, ninety kilometers per hour",
        ),
        ("¼ tsp salt", "one quarter teaspoon salt"),
        ("5 in the morning", "five in the morning"),
        ("5'10\" tall", "five feet ten inches tall"),
        ("5 ft. long", "five feet long"),
        ("7B and 4K", "seven billion and four K"),
        ("360°", "three hundred sixty degrees"),
        (
            "1920x1080",
            "one thousand nine hundred twenty by one thousand eighty",
        ),
    ]);
}

#[test]
fn sums() {
    assert_said(&[
        ("2 + 2 = 4", "two plus two equals four"),
        ("2+2=4", "two plus two equals four"),
        (
            "3 x 4, 3 * 4, 3*4, 3 × 4",
            "three times four, three times four, three times four, three times four",
        ),
        ("10 - 3 is 7", "ten minus three is seven"),
        ("5 - 10 minutes", "five to ten minutes"),
        (
            "6 / 2 and 6 ÷ 2",
            "six divided by two and six divided by two",
        ),
        ("x² + y^2 = 9", "X squared plus Y squared equals nine"),
        ("2^10", "two to the power of ten"),
        ("16:9", "sixteen to nine"),
        ("5 < 6", "five less than six"),
    ]);
}

#[test]
fn formulas() {
    assert_said(&[
        ("f(x) = 2x + 1", "f of x equals two X plus one"),
        (
            "√16 = 4 and ∛8",
            "the square root of sixteen equals four and the cube root of eight",
        ),
        (
            "π is 3.14 and 2πr",
            "pi is three point one four and two pi R",
        ),
        ("α and β", "alpha and beta"),
        ("10^-6 m long", "ten to the power of minus six meters long"),
        (
            "10⁻⁶ or 10¹²",
            "ten to the power of minus six or ten to the power of twelve",
        ),
        (
            "x⁴ and 2ⁿ",
            "X to the power of four and two to the power of N",
        ),
        ("10² is 10^2", "ten squared is ten squared"),
        ("H₂O and CO₂", "H two O and C O two"),
        ("So it is.¹ Yes.", "So it is. Yes."),
    ]);
}

#[test]
fn numbers_and_measures_in_other_forms() {
    assert_said(&[
        (
            "5,50 € or €1.234,56",
            "five euros and fifty cents or one thousand two hundred thirty four euros and fifty six cents",
        ),
        ("5,50 EUR today", "five euros and fifty cents today"),
        ("$3.5 M today", "three point five million dollars today"),
        ("1 000 000 people", "one million people"),
        ("20 000 or 1'000'000", "twenty thousand or one million"),
        ("1 250 000", "one million two hundred fifty thousand"),
        ("in 10 100 men", "in ten one hundred men"),
        ("It is 50/50.", "It is fifty fifty."),
        ("a 1/2-inch bolt", "a one half inch bolt"),
        ("10 in. wide", "ten inches wide"),
        (
            "a 5\" screen, a 6' man and 6′ or 5″",
            "a five inches screen, a six feet man and six feet or five inches",
        ),
        ("\"take 5\" and 'take 5'", "take five and take five"),
        (
            "Room 101B and 7B",
            "Room one hundred one B and seven billion",
        ),
        (
            "Psalm 23:4 and John 3:16-17",
            "Psalm twenty three verse four and John three verses sixteen to seventeen",
        ),
    ]);
}

#[test]
fn codes_and_moments() {
    assert_said(&[
        (
            "ISBN 978-3-16-148410-0.",
            "I S B N nine seven eight, three, one six, one four eight four one zero, zero.",
        ),
        (
            "2026-11-28T08:00:00Z",
            "November twenty eighth, twenty twenty six, eight o'clock U T C",
        ),
        (
            "2026-11-28T14:30:05.5",
            "November twenty eighth, twenty twenty six, fourteen thirty and five seconds",
        ),
        ("zip 90210.", "zip nine zero two one zero."),
        (
            "The zip code is 90210.",
            "The zip code is nine zero two one zero.",
        ),
        ("in CA 90210", "in C ay nine zero two one zero"),
        (
            "jane_doe@example.com",
            "jane underscore doe at example dot com",
        ),
        ("a snake_case name", "a snake case name"),
    ]);
}
