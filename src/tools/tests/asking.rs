//! The time, the date, chance, spelling, and what the session does.

use super::*;

#[test]
fn the_time_is_told() {
    conversation(&[
        ("get_time", &[], "It is 2:15 PM."),
        (
            "get_time",
            &[("place", "New York")],
            "In New York it is 9:15 AM.",
        ),
        (
            "get_time",
            &[("place", "Japan")],
            "In Japan it is 11:15 PM.",
        ),
        (
            "get_time",
            &[("place", "Tokyo, Japan")],
            "In Tokyo, Japan it is 11:15 PM.",
        ),
        (
            "get_time",
            &[("place", "São Paulo")],
            "In São Paulo it is 11:15 AM.",
        ),
        (
            "get_time",
            &[("place", "the UK")],
            "In the UK it is 2:15 PM.",
        ),
        (
            "get_time",
            &[("place", "Auckland")],
            "In Auckland it is 3:15 AM on Sunday.",
        ),
    ]);
}

#[test]
fn a_place_without_one_known_time_is_said_so() {
    conversation(&[
        (
            "get_time",
            &[("place", "Atlantis")],
            "! I do not know the time zone of Atlantis.",
        ),
        (
            "get_time",
            &[("place", "the United States")],
            "! There is more than one time zone in the United States. Please name a city.",
        ),
        (
            "get_time",
            &[("place", "GMT+5")],
            "! I do not know the time zone of GMT+5.",
        ),
    ]);
}

#[test]
fn a_time_in_one_place_is_told_for_another() {
    conversation(&[
        (
            "time_when",
            &[("place", "New York"), ("time", "noon"), ("from", "London")],
            "In New York it is 7 AM then.",
        ),
        (
            "time_when",
            &[("place", "Tokyo"), ("time", "6 pm")],
            "In Tokyo it is 3 AM on Sunday.",
        ),
        (
            "time_when",
            &[("place", "Tokyo"), ("time", "a while")],
            "! I did not understand the time that is given.",
        ),
        (
            "time_when",
            &[("place", "Tokyo"), ("time", "noon"), ("from", "Atlantis")],
            "! I do not know the time zone of Atlantis.",
        ),
    ]);
}

#[test]
fn how_much_later_it_is_somewhere_is_told() {
    conversation(&[
        (
            "time_difference",
            &[("place", "Tokyo"), ("from", "London")],
            "In Tokyo it is 9 hours later than in London.",
        ),
        (
            "time_difference",
            &[("place", "New York"), ("from", "Paris")],
            "In New York it is 6 hours earlier than in Paris.",
        ),
        (
            "time_difference",
            &[("place", "Rome"), ("from", "Berlin")],
            "In Rome it is as late as in Berlin.",
        ),
        (
            "time_difference",
            &[("place", "Delhi"), ("from", "London")],
            "In Delhi it is 5 hours and 30 minutes later than in London.",
        ),
        (
            "time_difference",
            &[("place", "Tokyo")],
            "In Tokyo it is 9 hours later than here.",
        ),
    ]);
}

#[test]
fn how_long_it_is_until_a_time_is_told() {
    conversation(&[
        (
            "time_until",
            &[("time", "midnight")],
            "That is in 9 hours and 45 minutes.",
        ),
        ("time_until", &[("time", "3 pm")], "That is in 45 minutes."),
        (
            "time_until",
            &[("time", "a while")],
            "! I did not understand the time that is given.",
        ),
        (
            "time_until",
            &[("time", "1 pm today")],
            "That is today, Saturday, 28 November 2026.",
        ),
    ]);
}

#[test]
fn weeks_and_leap_years_are_told() {
    conversation(&[
        ("week_number", &[], "This is week 48."),
        (
            "leap_year",
            &[("year", "10000")],
            "! I did not understand the year.",
        ),
        (
            "leap_year",
            &[],
            "No, 2026 is no leap year. The next one is 2028.",
        ),
        (
            "leap_year",
            &[("year", "2028")],
            "Yes, 2028 is a leap year.",
        ),
        (
            "leap_year",
            &[("year", "1900")],
            "No, 1900 is no leap year. The next one is 1904.",
        ),
    ]);
}

#[test]
fn the_date_is_told() {
    conversation(&[
        ("get_date", &[], "Today is Saturday, 28 November 2026."),
        (
            "get_date",
            &[("day", "today")],
            "Today is Saturday, 28 November 2026.",
        ),
        (
            "get_date",
            &[("day", "tomorrow")],
            "Tomorrow is Sunday, 29 November 2026.",
        ),
        (
            "get_date",
            &[("day", "next Friday")],
            "That is Friday, 4 December 2026.",
        ),
        (
            "get_date",
            &[("day", "the 3rd of May 1990")],
            "That was Thursday, 3 May 1990.",
        ),
        (
            "get_date",
            &[("day", "someday")],
            "! I did not understand the day.",
        ),
    ]);
}

#[test]
fn the_days_until_a_day_are_counted() {
    conversation(&[
        (
            "days_until",
            &[("day", "Christmas")],
            "There are 27 days until Friday, 25 December 2026.",
        ),
        (
            "days_until",
            &[("day", "today")],
            "That is today, Saturday, 28 November 2026.",
        ),
        (
            "days_until",
            &[("day", "tomorrow")],
            "That is tomorrow, Sunday, 29 November 2026.",
        ),
        (
            "days_until",
            &[("day", "the 1st of November 2026")],
            "That was 27 days ago, on Sunday, 1 November 2026.",
        ),
        (
            "days_until",
            &[("day", "my birthday")],
            "! I did not understand the day.",
        ),
    ]);
}

#[test]
fn a_coin_shows_both_sides() {
    let mut toolbox = toolbox();
    let flipped: std::collections::BTreeSet<String> = (0..50)
        .map(|_| said(&mut toolbox, "flip_coin", &[]))
        .collect();
    assert_eq!(
        flipped.into_iter().collect::<Vec<_>>(),
        ["Heads.", "Tails."]
    );
}

#[test]
fn a_die_shows_each_of_its_sides() {
    let mut toolbox = toolbox();
    let rolled: std::collections::BTreeSet<String> = (0..200)
        .map(|_| said(&mut toolbox, "roll_dice", &[]))
        .collect();
    let expected: Vec<String> = (1..=6).map(|side| format!("You rolled {side}.")).collect();
    assert_eq!(rolled.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn several_dice_are_added_up() {
    let said = said(
        &mut toolbox(),
        "roll_dice",
        &[("sides", "one thousand"), ("count", "two")],
    );
    let numbers: Vec<i64> = said
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    let [one, other, total] = numbers[..] else {
        panic!("{said}")
    };
    assert_eq!(one + other, total);
}

#[test]
fn dice_that_do_not_exist_are_refused() {
    conversation(&[
        (
            "roll_dice",
            &[("sides", "one")],
            "! A die has between 2 and 1000 sides here.",
        ),
        (
            "roll_dice",
            &[("count", "a million")],
            "! I can roll between 1 and 20 dice.",
        ),
        (
            "roll_dice",
            &[("count", "many")],
            "! I did not understand the number of dice.",
        ),
        (
            "roll_dice",
            &[("count", "2.5")],
            "! I did not understand the number of dice.",
        ),
    ]);
}

#[test]
fn a_number_is_picked_within_its_bounds() {
    conversation(&[
        (
            "random_number",
            &[("from", "five"), ("to", "5")],
            "I pick 5.",
        ),
        (
            "random_number",
            &[("from", "minus 3"), ("to", "-3")],
            "I pick minus 3.",
        ),
        (
            "random_number",
            &[("to", "lots")],
            "! I did not understand the largest number.",
        ),
    ]);
}

#[test]
fn the_same_seed_gives_the_same_chance() {
    let given = [("to", "a million")];
    let (one, other) = (&mut toolbox(), &mut toolbox());
    assert_eq!(
        said(one, "random_number", &given),
        said(other, "random_number", &given)
    );
}

#[test]
fn numbers_are_counted_up_and_down() {
    conversation(&[
        ("count", &[("to", "five")], "1, 2, 3, 4, 5."),
        ("count", &[("from", "three"), ("to", "1")], "3, 2, 1."),
        (
            "count",
            &[("from", "minus 1"), ("to", "one")],
            "minus 1, 0, 1.",
        ),
        (
            "count",
            &[("to", "a million")],
            "! That is too many. I count at most 100 numbers.",
        ),
    ]);
}

#[test]
fn a_word_is_spelled() {
    conversation(&[
        ("spell", &[("word", "banana")], "B, A, N, A, N, A."),
        ("spell", &[("word", "it's")], "I, T, apostrophe, S."),
        (
            "spell",
            &[("word", "über-cool")],
            "Ü, B, E, R, hyphen, C, O, O, L.",
        ),
        (
            "spell",
            &[("word", "***")],
            "! I did not understand the word to spell.",
        ),
    ]);
    let long = "a".repeat(61);
    let expected = "! That is too long to spell.";
    assert_eq!(said(&mut toolbox(), "spell", &[("word", &long)]), expected);
}

#[test]
fn the_session_is_told_what_to_do() {
    conversation(&[
        ("repeat_last", &[], "Repeat "),
        ("speak_slower", &[], "Slower I will speak slower."),
        ("speak_faster", &[], "Faster I will speak faster."),
        (
            "volume",
            &[("direction", "up")],
            "Louder I will speak louder.",
        ),
        (
            "volume",
            &[("direction", "Quieter")],
            "Softer I will speak softer.",
        ),
        (
            "volume",
            &[("percent", "50 percent")],
            "SetVolume(50) The volume is 50 percent.",
        ),
        (
            "volume",
            &[("percent", "fifty")],
            "SetVolume(50) The volume is 50 percent.",
        ),
        (
            "volume",
            &[("percent", "70%")],
            "SetVolume(70) The volume is 70 percent.",
        ),
        (
            "volume",
            &[("percent", "half")],
            "SetVolume(50) The volume is 50 percent.",
        ),
        (
            "stop_listening",
            &[],
            "Sleep All right. I will not answer until you say my name, or wake up.",
        ),
        ("end_conversation", &[], "EndConversation Goodbye."),
    ]);
}

#[test]
fn a_volume_that_does_not_exist_is_refused() {
    conversation(&[
        (
            "volume",
            &[],
            "! Please tell me whether to speak louder or softer.",
        ),
        (
            "volume",
            &[("direction", "left")],
            "! I did not understand the direction: up, down, max or min.",
        ),
        (
            "volume",
            &[("percent", "200")],
            "! The volume goes from 0 to 100 percent.",
        ),
        (
            "volume",
            &[("percent", "-5")],
            "! The volume goes from 0 to 100 percent.",
        ),
        (
            "volume",
            &[("percent", "very")],
            "! I did not understand the volume in percent.",
        ),
    ]);
}

#[test]
fn what_the_assistant_can_do_is_what_is_there() {
    let said = said(&mut toolbox(), "capabilities", &[]);
    assert!(
        said.contains("timers") && said.contains("I keep nothing"),
        "{said}"
    );
}

#[test]
fn days_between_two_dates_are_counted() {
    conversation(&[
        (
            "days_between",
            &[("from", "march 15th 2027"), ("to", "june 2nd 2027")],
            "From Monday, 15 March 2027 to Wednesday, 2 June 2027 it is 79 days.",
        ),
        (
            "days_between",
            &[("from", "today"), ("to", "tomorrow")],
            "From Saturday, 28 November 2026 to Sunday, 29 November 2026 it is 1 day.",
        ),
        (
            "get_date",
            &[("day", "Easter in 2027")],
            "That is Sunday, 28 March 2027.",
        ),
    ]);
}
