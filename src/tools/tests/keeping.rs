//! Facts, the name, lists and notes.

use super::*;

#[test]
fn a_fact_is_remembered_recalled_and_forgotten() {
    conversation(&[
        ("recall", &[], "You told me nothing to remember."),
        (
            "remember",
            &[("fact", "that my car is on level three.")],
            "I will remember until this program ends: my car is on level three.",
        ),
        (
            "remember",
            &[("fact", "the wifi password is swordfish")],
            "I will remember until this program ends: the wifi password is swordfish.",
        ),
        (
            "recall",
            &[("about", "where my car is")],
            "You told me: my car is on level three.",
        ),
        (
            "recall",
            &[("about", "cars")],
            "You told me: my car is on level three.",
        ),
        (
            "recall",
            &[],
            "You told me: the wifi password is swordfish. my car is on level three.",
        ),
        (
            "recall",
            &[("about", "the weather")],
            "You told me nothing to remember about the weather.",
        ),
        (
            "forget",
            &[("about", "my car")],
            "I forgot: my car is on level three.",
        ),
        (
            "forget",
            &[("about", "my car")],
            "! You told me nothing to remember about my car.",
        ),
        (
            "recall",
            &[],
            "You told me: the wifi password is swordfish.",
        ),
    ]);
}

#[test]
fn a_fact_is_remembered_once() {
    let mut toolbox = toolbox();
    for _ in 0..2 {
        said(&mut toolbox, "remember", &[("fact", "tea is green")]);
    }
    assert_eq!(
        said(&mut toolbox, "recall", &[]),
        "You told me: tea is green."
    );
}

#[test]
fn it_asks_which_fact_to_forget() {
    let mut toolbox = toolbox();
    said(&mut toolbox, "remember", &[("fact", "my car is red")]);
    said(&mut toolbox, "remember", &[("fact", "my car is fast")]);
    let expected = "! Which should I forget? You told me: my car is red. my car is fast.";
    assert_eq!(said(&mut toolbox, "forget", &[("about", "car")]), expected);
}

#[test]
fn everything_is_forgotten_only_by_the_tool_that_asks_first() {
    conversation(&[
        ("set_name", &[("name", "Ada")], "I will call you Ada."),
        (
            "remember",
            &[("fact", "my car is red")],
            "I will remember until this program ends: my car is red.",
        ),
        (
            "forget",
            &[("about", "everything about me")],
            "! To forget all of it, say: forget everything.",
        ),
        ("recall", &[], "You told me: my car is red."),
        (
            "forget_everything",
            &[],
            "I forgot all that you told me to remember, your name, and what we said.",
        ),
        ("recall", &[], "You told me nothing to remember."),
        ("get_name", &[], "You have not told me your name."),
    ]);
}

#[test]
fn the_name_is_kept_and_forgotten() {
    conversation(&[
        ("get_name", &[], "You have not told me your name."),
        (
            "forget",
            &[("about", "my name")],
            "! You have not told me your name.",
        ),
        ("set_name", &[("name", "Ada")], "I will call you Ada."),
        ("set_name", &[("name", "Grace")], "I will call you Grace."),
        ("get_name", &[], "Your name is Grace."),
        ("forget", &[("about", "my name")], "I forgot your name."),
        ("get_name", &[], "You have not told me your name."),
        ("set_name", &[], "! Please tell me your name."),
    ]);
}

#[test]
fn a_list_is_filled_read_and_cleared() {
    conversation(&[
        ("read_list", &[], "There is nothing on the shopping list."),
        (
            "add_to_list",
            &[("item", "milk")],
            "I added milk to the shopping list.",
        ),
        (
            "add_to_list",
            &[("item", "eggs"), ("list", "my shopping list")],
            "I added eggs to the shopping list.",
        ),
        (
            "add_to_list",
            &[("item", "the milk")],
            "The shopping list already has the milk.",
        ),
        (
            "add_to_list",
            &[("item", "call mum"), ("list", "to-do list")],
            "I added call mum to the to do list.",
        ),
        (
            "read_list",
            &[("list", "groceries")],
            "On the shopping list: milk and eggs.",
        ),
        (
            "remove_from_list",
            &[("item", "Milk")],
            "I took milk off the shopping list.",
        ),
        (
            "remove_from_list",
            &[("item", "bread")],
            "! The shopping list does not have bread.",
        ),
        ("clear_list", &[], "The shopping list is empty now."),
        (
            "clear_list",
            &[],
            "! There is nothing on the shopping list.",
        ),
        (
            "read_list",
            &[("list", "to do")],
            "On the to do list: call mum.",
        ),
        ("add_to_list", &[], "! Please tell me what to add."),
    ]);
}

#[test]
fn several_things_with_commas_are_items_of_their_own() {
    conversation(&[
        (
            "add_to_list",
            &[("item", "milk, eggs, and bread")],
            "I added milk, eggs and bread to the shopping list.",
        ),
        (
            "add_to_list",
            &[("item", "eggs, tea and rice")],
            "I added tea and rice to the shopping list.",
        ),
        (
            "add_to_list",
            &[("item", "bread and butter")],
            "I added bread and butter to the shopping list.",
        ),
        (
            "remove_from_list",
            &[("item", "eggs")],
            "I took eggs off the shopping list.",
        ),
        (
            "read_list",
            &[],
            "On the shopping list: milk, bread, tea, rice and bread and butter.",
        ),
    ]);
}

#[test]
fn two_things_are_two_items_unless_they_are_a_pair() {
    conversation(&[
        (
            "add_to_list",
            &[("item", "rice and coffee")],
            "I added rice and coffee to the shopping list.",
        ),
        (
            "add_to_list",
            &[("item", "fish and chips and the salt and pepper and tea")],
            "I added fish and chips, the salt and pepper and tea to the shopping list.",
        ),
        (
            "remove_from_list",
            &[("item", "rice")],
            "I took rice off the shopping list.",
        ),
        (
            "remove_from_list",
            &[("item", "coffee and tea")],
            "I took coffee and tea off the shopping list.",
        ),
        (
            "remove_from_list",
            &[("item", "fish and chips and bread")],
            "! The shopping list does not have bread.",
        ),
        (
            "read_list",
            &[],
            "On the shopping list: fish and chips and the salt and pepper.",
        ),
    ]);
}

#[test]
fn an_item_takes_the_place_of_another() {
    conversation(&[
        (
            "add_to_list",
            &[("item", "milk")],
            "I added milk to the shopping list.",
        ),
        (
            "add_to_list",
            &[("item", "cheese"), ("instead_of", "milk")],
            "The shopping list has cheese now, and not milk.",
        ),
        ("read_list", &[], "On the shopping list: cheese."),
    ]);
}

#[test]
fn notes_are_taken_read_and_deleted() {
    conversation(&[
        ("read_notes", &[], "You have no notes."),
        ("clear_notes", &[], "! You have no notes."),
        (
            "take_note",
            &[("text", "the paint was blue")],
            "I noted: the paint was blue.",
        ),
        ("take_note", &[("text", "room 12")], "I noted: room 12."),
        (
            "read_notes",
            &[],
            "Your notes: room 12. the paint was blue.",
        ),
        ("clear_notes", &[], "Your notes are deleted."),
        ("read_notes", &[], "You have no notes."),
        ("take_note", &[], "! Please tell me what to note."),
    ]);
}

#[test]
fn many_notes_are_counted() {
    let mut toolbox = toolbox();
    for number in 0..7 {
        let text = format!("note {number}");
        said(&mut toolbox, "take_note", &[("text", &text)]);
    }
    let said = said(&mut toolbox, "read_notes", &[]);
    assert!(said.ends_with("note 2. And 2 more."), "{said}");
}

#[test]
fn one_note_is_deleted_by_what_it_is_about() {
    conversation(&[
        (
            "remove_note",
            &[("about", "printer")],
            "! You have no notes.",
        ),
        (
            "take_note",
            &[("text", "ask Deborah about the printer contract")],
            "I noted: ask Deborah about the printer contract.",
        ),
        (
            "take_note",
            &[("text", "Mrs. Keller's shelves are 83 by 38")],
            "I noted: Mrs. Keller's shelves are 83 by 38.",
        ),
        (
            "take_note",
            &[("text", "a new printer for Mrs. Keller's office")],
            "I noted: a new printer for Mrs. Keller's office.",
        ),
        (
            "remove_note",
            &[("about", "the boiler")],
            "! I found no note about the boiler.",
        ),
        (
            "remove_note",
            &[("about", "the printer")],
            "! Which note? a new printer for Mrs. Keller's office. ask Deborah about the printer contract.",
        ),
        (
            "remove_note",
            &[("about", "the printer contract")],
            "I deleted the note: ask Deborah about the printer contract.",
        ),
        (
            "remove_note",
            &[("about", "newest")],
            "I deleted the note: a new printer for Mrs. Keller's office.",
        ),
        (
            "read_notes",
            &[],
            "Your notes: Mrs. Keller's shelves are 83 by 38.",
        ),
    ]);
}

#[test]
fn what_is_spelt_in_two_ways_is_found_by_either() {
    conversation(&[
        (
            "remember",
            &[("fact", "my favourite colour is green")],
            "I will remember until this program ends: my favourite colour is green.",
        ),
        (
            "recall",
            &[("about", "favorite color")],
            "You told me: my favourite colour is green.",
        ),
    ]);
}

#[test]
fn the_letters_of_a_word_are_counted() {
    conversation(&[
        (
            "count_letters",
            &[("word", "well-being")],
            "well-being has 9 letters.",
        ),
        ("count_letters", &[("word", "a")], "a has 1 letter."),
    ]);
}
