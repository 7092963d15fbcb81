//! What is spelled, spoken in full or left unsaid: abbreviations, addresses, telephones, scripts.

use super::*;

#[test]
fn names_that_look_like_abbreviations() {
    assert_said(&[
        (
            "He lives on Elm Dr. He is old.",
            "He lives on Elm Drive. He is old.",
        ),
        ("Dr. He is here", "Doctor He is here"),
        ("iPhone 15 Pro Max.", "iPhone fifteen Pro Max."),
        ("I met Max.", "I met Max."),
        ("Max. speed is 5", "maximum speed is five"),
        ("WWII ended. Then", "World War two ended. Then"),
        ("in WWII. Then", "in World War two. Then"),
        ("Vol. 2 of it", "volume two of it"),
    ]);
}

#[test]
fn a_script_that_the_voice_cannot_say_is_marked_as_unheard() {
    let unheard = |text: &str, language| {
        let segments = speakable(text, language);
        let unheard = segments.iter().filter(|segment| segment.unheard);
        unheard
            .map(|segment| segment.written.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let text = "The words 日本 and Привет, naïve Ångström.";
    assert_eq!(unheard(text, Language::English), ["日本", "Привет,"]);
    assert_eq!(unheard("你好 Tom", Language::Chinese), [""; 0]);
    assert_eq!(unheard("Grüße 🎉 **x**", Language::German), [""; 0]);
    assert_eq!(say(text), "The words and, naïve Ångström.");
}

#[test]
fn addresses_and_telephones() {
    assert_said(&[
        (
            "See https://www.example.com/a_b?c=d#e.",
            "See example dot com.",
        ),
        ("(https://example.org)", "example dot org"),
        ("<https://example.org> ok", "example dot org ok"),
        ("Go to example.com, now", "Go to example dot com, now"),
        ("https://a.very.long.chain.of.names.example.com/x", "a link"),
        (
            "Ask bob.smith@example.com!",
            "Ask bob dot smith at example dot com!",
        ),
        (
            "bbc.co.uk and docs.rs",
            "B B C dot co dot U K and docs dot R S",
        ),
        (
            "Call 555-123-4567 now",
            "Call five five five, one two three, four five six seven now",
        ),
        (
            "(555) 123-4567",
            "five five five, one two three, four five six seven",
        ),
        (
            "+44 20 7946 0958",
            "plus four four, two zero, seven nine four six, zero nine five eight",
        ),
        (
            "07700 900123",
            "zero seven seven zero zero, nine zero zero one two three",
        ),
        ("Call 911 now", "Call nine one one now"),
        (
            "192.168.0.1",
            "one nine two dot one six eight dot zero dot one",
        ),
        ("@bob and #rust", "at bob and rust"),
    ]);
}

#[test]
fn abbreviations_and_acronyms() {
    assert_said(&[
        (
            "Dr. Smith, Mr. Lee, Mrs. Poe and Ms. Ray",
            "Doctor Smith, Mister Lee, Missus Poe and Miz Ray",
        ),
        (
            "St. Paul, 5 Main St. and Elm Dr.",
            "Saint Paul, five Main Street and Elm Drive.",
        ),
        (
            "e.g. apples, i.e. fruit, etc.",
            "for example apples, that is fruit, et cetera.",
        ),
        (
            "cats vs. dogs, approx. five",
            "cats versus dogs, approximately five",
        ),
        ("the U.S. Navy", "the U S Navy"),
        ("in the U.S.", "in the U S."),
        (
            "USB, NASA, CPU, HTTP, AI, API and FBI",
            "U S B, NASA, C P U, H T T P, ay I, ay P I and F B I",
        ),
        (
            "PCs and URLs, the CPU's heat",
            "P C's and U R L's, the C P U's heat",
        ),
        ("NOT OK, I AM", "NOT OK, I AM"),
        (
            "GPT-4, COVID-19, MP3, H2O, USB-C",
            "G P T four, COVID nineteen, M P three, H two O, U S B C",
        ),
        (
            "C++, C# and Node.js",
            "C plus plus, C sharp and Node dot J S",
        ),
        ("R&D, AT&T and Q & A", "R and D, ay T and T and Q and ay"),
        (
            "World War II and Henry VIII",
            "World War two and Henry the eighth",
        ),
        ("TCP/IP and and/or", "T C P I P and and or"),
        ("vitamin A is a vitamin", "vitamin ay is a vitamin"),
        ("I said no. Then 5 came", "I said no. Then five came"),
        ("U.K.-based, Mon.-Fri.", "U K based, Monday Friday."),
        (
            "RTX4090 and 221B Baker St.",
            "R T X forty ninety and two hundred twenty one B Baker Street.",
        ),
        ("J. K. Rowling", "J K Rowling"),
    ]);
}
