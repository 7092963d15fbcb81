//! What was said and heard: kept, found, erased.

use std::path::Path;

use super::*;

/// What is kept in a folder, for thirty days.
fn kept(folder: &Path, keeping: Keeping) -> Toolbox {
    let opened = Toolbox::open(Some(folder), Language::English, 1).unwrap();
    opened.keeping(keeping, 30)
}

/// An exchange that is written down.
fn talked_at(toolbox: &mut Toolbox, user: &str, heard: &str, at: &ZonedDateTime) {
    toolbox.talked(user, heard, at);
    toolbox.write_down(at).unwrap();
}

pub(super) fn talked(toolbox: &mut Toolbox, user: &str, heard: &str) {
    talked_at(toolbox, user, heard, &now());
}

fn days_ago(days: i64) -> ZonedDateTime {
    now().checked_sub(days.days()).unwrap()
}

/// Whether the text is in any file of the folder, whatever its case.
fn is_in(folder: &Path, text: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files.into_iter().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let mut windows = bytes.windows(text.len());
        windows.any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
    })
}

pub(super) fn recalled(toolbox: &mut Toolbox, given: &[(&str, &str)]) -> String {
    said(toolbox, "recall_talk", given)
}

pub(super) const LEAK: &str = "The boiler is leaking.";

#[test]
fn what_was_said_about_something_is_found_with_its_day() {
    let mut toolbox = toolbox();
    talked_at(&mut toolbox, LEAK, "Call a plumber.", &days_ago(1));
    talked(&mut toolbox, "What is a whale?", "A large animal.");
    for (given, expected) in [
        (
            [("about", "the boiler"), ("who", "me")],
            "Yesterday you said: The boiler is leaking.",
        ),
        (
            [("about", "leaks"), ("who", "you")],
            "Yesterday I said: Call a plumber.",
        ),
        (
            [("about", "boilers"), ("day", "yesterday")],
            "Yesterday you said: The boiler is leaking. I said: Call a plumber.",
        ),
        (
            [("about", "whales"), ("day", "today")],
            "Today you said: What is a whale? I said: A large animal.",
        ),
    ] {
        assert_eq!(recalled(&mut toolbox, &given), expected, "{given:?}");
    }
}

#[test]
fn what_only_the_assistant_said_is_not_what_the_user_said() {
    let mut toolbox = toolbox();
    talked(&mut toolbox, "Who lives in the sea?", "The whale does.");
    let given = [("about", "whale"), ("who", "me")];
    assert!(recalled(&mut toolbox, &given).starts_with('!'));
}

#[test]
fn what_was_talked_about_on_a_day_is_told() {
    let mut toolbox = toolbox();
    talked_at(&mut toolbox, LEAK, "Oh.", &days_ago(1));
    talked_at(&mut toolbox, "Who wrote Faust?", "Goethe.", &days_ago(1));
    talked(&mut toolbox, "Hello.", "Hi.");
    assert_eq!(
        recalled(&mut toolbox, &[("day", "yesterday")]),
        "Yesterday you said: The boiler is leaking. Who wrote Faust?"
    );
    assert_eq!(
        recalled(&mut toolbox, &[("day", "on Monday")]),
        "! I keep nothing of what we talk about once a conversation is over. In this one we did not talk on Monday."
    );
    assert_eq!(
        recalled(&mut toolbox, &[("day", "tomorrow")]),
        "! I did not understand which day."
    );
}

#[test]
fn what_was_said_last_is_told() {
    let mut toolbox = toolbox();
    assert!(recalled(&mut toolbox, &[]).starts_with("! I keep nothing"));
    talked(&mut toolbox, LEAK, "Oh.");
    talked(&mut toolbox, "It is cold.", "Poor you.");
    assert_eq!(
        recalled(&mut toolbox, &[("who", "me")]),
        "Today you said: It is cold."
    );
    assert_eq!(
        recalled(&mut toolbox, &[]),
        "Today you said: The boiler is leaking. It is cold."
    );
}

#[test]
fn a_reply_is_kept_as_it_was_heard_and_goes_on() {
    let mut toolbox = toolbox();
    talked(&mut toolbox, "Tell me a story.", "Once upon");
    talked(&mut toolbox, "", "a time.");
    let given = [("about", "story"), ("who", "you")];
    assert_eq!(
        recalled(&mut toolbox, &given),
        "Today I said: Once upon a time."
    );
}

#[test]
fn the_nearest_is_named_as_such() {
    let mut toolbox = toolbox();
    talked(&mut toolbox, "I have to see the dentist.", "All right.");
    let given = [("about", "my dentist appointment"), ("who", "me")];
    assert_eq!(
        recalled(&mut toolbox, &given),
        "Nothing that was said has all of these words. The nearest: Today you said: I have to see the dentist."
    );
}

#[test]
fn what_was_told_to_be_remembered_was_said_too_and_the_other_way_round() {
    let mut toolbox = toolbox();
    said(&mut toolbox, "remember", &[("fact", "my car is red")]);
    talked(&mut toolbox, LEAK, "Oh.");
    let mine = |about| [("about", about), ("who", "me")];
    assert_eq!(
        recalled(&mut toolbox, &mine("my car")),
        "You told me: my car is red."
    );
    assert_eq!(
        said(&mut toolbox, "recall", &[("about", "the boiler")]),
        "Today you said: The boiler is leaking."
    );
}

#[test]
fn a_fact_with_all_of_the_words_is_nearer_than_words_with_some() {
    let mut toolbox = toolbox();
    said(&mut toolbox, "remember", &[("fact", "my car key is blue")]);
    talked(&mut toolbox, "The key is broken.", "Oh.");
    assert_eq!(
        recalled(&mut toolbox, &[("about", "my car key"), ("who", "me")]),
        "You told me: my car key is blue."
    );
}

#[test]
fn where_all_is_kept_it_is_found_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = kept(folder.path(), Keeping::All);
    talked_at(&mut toolbox, LEAK, "Oh.", &days_ago(5));
    drop(toolbox);
    let mut toolbox = kept(folder.path(), Keeping::All);
    assert_eq!(
        recalled(&mut toolbox, &[("about", "boiler"), ("who", "me")]),
        "On Monday you said: The boiler is leaking."
    );
    assert_eq!(
        recalled(&mut toolbox, &[("about", "whales"), ("who", "me")]),
        "! As far as I have kept it, you said nothing about whales."
    );
}

#[test]
fn where_facts_are_kept_it_is_found_in_its_conversation_and_never_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = kept(folder.path(), Keeping::Facts);
    talked(&mut toolbox, LEAK, "Oh.");
    let given = [("about", "boiler"), ("who", "me")];
    assert_eq!(
        recalled(&mut toolbox, &given),
        "Today you said: The boiler is leaking."
    );
    drop(toolbox);
    assert!(!is_in(folder.path(), "boiler"));
    let mut toolbox = kept(folder.path(), Keeping::Facts);
    assert_eq!(
        recalled(&mut toolbox, &given),
        "! I keep only facts, not what we talk about. In this conversation you said nothing about boiler."
    );
}

#[test]
fn what_is_older_than_it_is_kept_is_gone_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = kept(folder.path(), Keeping::All);
    for day in (0..40).rev() {
        let user = format!("Secret{day} of the boiler, {}", "long ".repeat(50));
        talked_at(&mut toolbox, &user, "Oh.", &days_ago(day));
    }
    drop(toolbox);
    // Whatever is kept from now on.
    let mut toolbox = kept(folder.path(), Keeping::Facts);
    toolbox.write_down(&now()).unwrap();
    for day in 0..40 {
        let secret = format!("secret{day} ");
        assert_eq!(is_in(folder.path(), &secret), day <= 30, "{day}");
    }
    // The index has the words without what is between them.
    assert!(!is_in(folder.path(), "secret35"));
}

#[test]
fn a_day_later_it_is_looked_again_for_what_is_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = kept(folder.path(), Keeping::All);
    talked_at(&mut toolbox, LEAK, "Oh.", &days_ago(30));
    toolbox.write_down(&now()).unwrap();
    assert!(is_in(folder.path(), "boiler"));
    toolbox.write_down(&later(24 * 60)).unwrap();
    assert!(!is_in(folder.path(), "boiler"));
}

#[test]
fn what_is_forgotten_is_gone_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = kept(folder.path(), Keeping::All);
    for number in 0..150 {
        let user = format!(
            "The secret{number} of box{number} is {}",
            "long ".repeat(number % 60)
        );
        toolbox.talked(&user, "I see.", &now());
    }
    toolbox.write_down(&now()).unwrap();
    assert!(is_in(folder.path(), "secret123"));
    for number in [123, 0, 149, 77] {
        let about = format!("box{number}");
        let expected = format!("I forgot what we said about {about}.");
        assert_eq!(said(&mut toolbox, "forget", &[("about", &about)]), expected);
        assert!(
            !is_in(folder.path(), &format!("secret{number} ")),
            "{number}"
        );
        assert!(!is_in(folder.path(), &about), "{number}");
    }
    said(&mut toolbox, "forget_everything", &[]);
    assert!(!is_in(folder.path(), "secret"));
}

#[test]
fn a_fact_is_forgotten_with_the_words_that_told_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = kept(folder.path(), Keeping::All);
    said(
        &mut toolbox,
        "remember",
        &[("fact", "the wifi password is swordfish")],
    );
    let user = "Remember that the wifi password is swordfish.";
    talked(&mut toolbox, user, "I will remember that.");
    assert_eq!(
        said(&mut toolbox, "forget", &[("about", "my wifi")]),
        "I forgot: the wifi password is swordfish."
    );
    assert!(!is_in(folder.path(), "swordfish"));
}

#[test]
fn this_is_what_was_said_last_and_a_day_is_forgotten_whole() {
    let mut toolbox = toolbox();
    talked_at(&mut toolbox, "Who wrote Faust?", "Goethe.", &days_ago(1));
    talked(&mut toolbox, LEAK, "Oh.");
    assert_eq!(
        said(&mut toolbox, "forget", &[("about", "this")]),
        "I forgot what we said last."
    );
    assert!(said(&mut toolbox, "forget", &[("about", "this")]).starts_with('!'));
    // What more is heard of it is forgotten with it.
    talked(&mut toolbox, "", "Call a plumber.");
    assert_eq!(
        recalled(&mut toolbox, &[]),
        "Yesterday you said: Who wrote Faust?"
    );
    assert_eq!(
        said(&mut toolbox, "forget", &[("day", "yesterday")]),
        "I forgot what we said yesterday."
    );
    assert!(recalled(&mut toolbox, &[]).starts_with('!'));
}

#[test]
fn what_was_forgotten_in_doubt_can_be_taken_back() {
    for keeping in [Keeping::All, Keeping::Facts] {
        let folder = tempfile::tempdir().unwrap();
        let mut toolbox = kept(folder.path(), keeping);
        talked(&mut toolbox, LEAK, "Oh.");
        let call = Call {
            name: "forget".into(),
            arguments: arguments(&[("about", "boiler")]),
        };
        toolbox.call_in_doubt(&call, &now()).unwrap();
        // What is said meanwhile waits.
        talked(&mut toolbox, "It is cold.", "Poor you.");
        toolbox.take_back().unwrap();
        let found = recalled(&mut toolbox, &[("day", "today"), ("who", "me")]);
        assert_eq!(
            found, "Today you said: The boiler is leaking. It is cold.",
            "{keeping:?}"
        );
    }
}

#[test]
fn of_two_hundred_exchanges_the_third_is_known_at_the_end_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = kept(folder.path(), Keeping::All);
    for number in 0..200 {
        let user = match number {
            2 => "My sister's cat is called Bismarck.".to_owned(),
            number => format!("What is {number} times {number}?"),
        };
        talked(&mut toolbox, &user, "I will see.");
    }
    let given = [("about", "the cat of my sister"), ("who", "me")];
    let known = "Today you said: My sister's cat is called Bismarck.";
    assert_eq!(recalled(&mut toolbox, &given), known);
    drop(toolbox);
    let mut toolbox = kept(folder.path(), Keeping::All);
    assert_eq!(recalled(&mut toolbox, &given), known);
}

#[test]
fn a_file_from_before_there_were_episodes_gets_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut toolbox = kept(folder.path(), Keeping::Facts);
    said(&mut toolbox, "remember", &[("fact", "my car is red")]);
    drop(toolbox);
    let path = folder.path().join("assistant.db");
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch(
            "DROP TABLE episodes; DROP TABLE episode_words; ALTER TABLE rings DROP COLUMN days;
             ALTER TABLE rings DROP COLUMN second_of_day; PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(connection);
    let mut toolbox = kept(folder.path(), Keeping::All);
    talked(&mut toolbox, LEAK, "Oh.");
    assert!(recalled(&mut toolbox, &[("about", "boiler")]).contains("leaking"));
    assert_eq!(
        said(&mut toolbox, "recall", &[("about", "car")]),
        "You told me: my car is red."
    );
}

#[test]
fn what_is_kept_is_shown_searched_and_erased_without_a_conversation() {
    let folder = tempfile::tempdir().unwrap();
    let open = || KeptMemory::open(folder.path(), 30, &now()).unwrap();
    assert!(open().is_none());
    let mut toolbox = kept(folder.path(), Keeping::All);
    said(&mut toolbox, "set_name", &[("name", "Ada")]);
    said(&mut toolbox, "remember", &[("fact", "the boiler is new")]);
    talked_at(&mut toolbox, "Old.", "Gone.", &days_ago(31));
    talked_at(&mut toolbox, LEAK, "Oh.", &days_ago(1));
    talked(&mut toolbox, "It is cold.", "Poor you.");
    drop(toolbox);
    let memory = open().unwrap();
    assert_eq!(memory.name().unwrap().as_deref(), Some("Ada"));
    let said: Vec<String> = memory
        .episodes()
        .unwrap()
        .into_iter()
        .map(|one| one.said)
        .collect();
    assert_eq!(said, [LEAK, "It is cold."]);
    let found = memory.search("boilers").unwrap();
    assert_eq!(
        (found.facts.len(), found.episodes[0].said.as_str()),
        (1, LEAK)
    );
    let erased = memory.forget("boiler").unwrap();
    assert_eq!((erased.facts, erased.episodes), (1, 1));
    assert!(!is_in(folder.path(), "boiler"));
    assert_eq!(memory.forget_talk().unwrap(), 1);
    memory.forget_everything().unwrap();
    assert_eq!(memory.name().unwrap(), None);
}
