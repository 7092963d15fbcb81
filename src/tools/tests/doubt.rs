//! Several changes for one reply: kept together, taken back together, and each of them alone where it fails.

use super::*;

fn in_doubt(toolbox: &mut Toolbox, name: &str, given: &[(&str, &str)]) -> bool {
    let call = Call {
        name: name.to_owned(),
        arguments: arguments(given),
    };
    toolbox.call_in_doubt(&call, &now()).is_ok()
}

fn lists(toolbox: &mut Toolbox) -> (String, String) {
    (
        said(toolbox, "list_timers", &[]),
        said(toolbox, "read_list", &[]),
    )
}

const FIVE: &[(&str, &str)] = &[("duration", "five minutes")];
const MILK: &[(&str, &str)] = &[("item", "milk")];

#[test]
fn all_of_them_are_taken_back() {
    let mut toolbox = toolbox();
    let before = lists(&mut toolbox);
    assert!(in_doubt(&mut toolbox, "set_timer", FIVE));
    assert!(in_doubt(&mut toolbox, "add_to_list", MILK));
    assert_ne!(lists(&mut toolbox), before);
    toolbox.take_back().unwrap();
    assert_eq!(lists(&mut toolbox), before);
}

#[test]
fn all_of_them_are_kept() {
    let mut toolbox = toolbox();
    assert!(in_doubt(&mut toolbox, "set_timer", FIVE));
    assert!(in_doubt(&mut toolbox, "add_to_list", MILK));
    let changed = lists(&mut toolbox);
    toolbox.keep().unwrap();
    toolbox.take_back().unwrap();
    assert_eq!(lists(&mut toolbox), changed);
}

#[test]
fn one_that_fails_leaves_those_before_it_in_doubt() {
    let mut toolbox = toolbox();
    let nothing = lists(&mut toolbox);
    assert!(in_doubt(&mut toolbox, "set_timer", FIVE));
    let one = lists(&mut toolbox);
    assert!(!in_doubt(
        &mut toolbox,
        "cancel_timer",
        &[("which", "pasta")]
    ));
    assert_eq!(lists(&mut toolbox), one);
    toolbox.take_back().unwrap();
    assert_eq!(lists(&mut toolbox), nothing);
}

#[test]
fn a_first_one_that_fails_keeps_nobody_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let open = |seed| Toolbox::open(Some(folder.path()), Language::English, seed).unwrap();
    let (mut first, mut second) = (open(1), open(2));
    assert!(!in_doubt(&mut first, "cancel_timer", &[("which", "pasta")]));
    assert!(said(&mut second, "set_timer", FIVE).contains("5 minutes"));
}
