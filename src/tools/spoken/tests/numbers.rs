use super::*;

#[test]
fn numbers_are_read_in_words_and_in_digits() {
    let cases = [
        ("five", (5, 1)),
        ("a", (1, 1)),
        ("zero", (0, 1)),
        ("0", (0, 1)),
        ("twenty three", (23, 1)),
        ("twenty-three", (23, 1)),
        ("23", (23, 1)),
        ("1,000", (1_000, 1)),
        ("1,250,000", (1_250_000, 1)),
        ("a hundred", (100, 1)),
        ("one hundred and five", (105, 1)),
        ("a hundred and twenty", (120, 1)),
        ("nineteen hundred", (1_900, 1)),
        ("two thousand and twenty six", (2_026, 1)),
        ("a thousand", (1_000, 1)),
        (
            "three hundred and forty two thousand six hundred and one",
            (342_601, 1),
        ),
        ("two million", (2_000_000, 1)),
        ("2 million", (2_000_000, 1)),
        ("3.5 million", (3_500_000, 1)),
        ("two and a half million", (2_500_000, 1)),
        ("half a million", (500_000, 1)),
        ("a dozen", (12, 1)),
        ("two dozen", (24, 1)),
        ("half a dozen", (6, 1)),
        ("a couple", (2, 1)),
        ("3.14", (314, 100)),
        ("three point one four", (314, 100)),
        ("point five", (1, 2)),
        ("zero point five", (1, 2)),
        ("ten point five", (105, 10)),
        ("minus five", (-5, 1)),
        ("-5", (-5, 1)),
        ("negative two", (-2, 1)),
        ("half", (1, 2)),
        ("a half", (1, 2)),
        ("one half", (1, 2)),
        ("a third", (1, 3)),
        ("two thirds", (2, 3)),
        ("three quarters", (3, 4)),
        ("a quarter", (1, 4)),
        ("two and a half", (5, 2)),
        ("2 and a half", (5, 2)),
        ("three and three quarters", (15, 4)),
        ("1/2", (1, 2)),
        ("1 1/2", (3, 2)),
        ("½", (1, 2)),
        ("2½", (5, 2)),
    ];
    for (text, (top, bottom)) in cases {
        let expected = integer(top) / integer(bottom);
        assert_eq!(number(text, EN), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_number_is_none() {
    let cases = [
        "",
        "the",
        "many",
        "six thirty",
        "twenty fifteen",
        "five apples",
        "and",
        "half past",
        "5 6",
        "point",
        "€",
        "a few",
        "hundred hundred hundred",
        "one million million million million million million",
        "and five",
        "five and six",
    ];
    for text in cases {
        let found = number(text, EN);
        assert_eq!(found, None, "{text}");
    }
}
