//! The index as a file.

use std::fs;

use super::*;
use std::path::Path;

use crate::tools::lookup::FactsError;
use crate::tools::lookup::rows::{BUNDLED, Data};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn an_index_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    Facts::open(folder.path()).unwrap();
    let [name] = &names(folder.path())[..] else {
        panic!("one file, no part of one");
    };
    let made = fs::metadata(folder.path().join(name))
        .unwrap()
        .modified()
        .unwrap();
    Facts::open(folder.path()).unwrap();
    let now = fs::metadata(folder.path().join(name))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(made, now);
}

#[test]
fn other_data_make_another_index_and_the_old_one_goes() {
    let folder = tempfile::tempdir().unwrap();
    Facts::open(folder.path()).unwrap();
    let before = names(folder.path());
    let other = Data {
        cities: "heading\n",
        ..BUNDLED
    };
    Facts::of(other, folder.path()).unwrap();
    let after = names(folder.path());
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before, after);
}

#[test]
fn a_damaged_index_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    Facts::open(folder.path()).unwrap();
    let name = names(folder.path()).remove(0);
    for damage in [&b"no database"[..], b""] {
        fs::write(folder.path().join(&name), damage).unwrap();
        let facts = Facts::open(folder.path()).unwrap();
        assert!(facts.country("France", false).unwrap().is_some());
    }
}

#[test]
fn damaged_data_leave_no_index() {
    let folder = tempfile::tempdir().unwrap();
    let damaged = Data {
        countries: "heading\nFR\tFrance\n",
        ..BUNDLED
    };
    let error = Facts::of(damaged, folder.path()).err().unwrap();
    assert!(matches!(error, FactsError::Damaged), "{error}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Facts::open(&file.join("index")).err().unwrap();
    assert!(matches!(error, FactsError::NotWritable { .. }), "{error}");
}
