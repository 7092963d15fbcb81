//! Packages of npm, by way of npm and out of a folder.
#![cfg(unix)]

use std::path::Path;

use vivavoce::models::*;

use crate::models_fixture::*;

const TARBALL: &str = "some-voices-1.2.0.tgz";

fn voices() -> Manifest {
    let source =
        |name: &str| format!("{{ npm = \"some-voices@1.2.0\", member = \"voices/{name}\" }}");
    manifest(&[
        FileSpec("a.bin", &content(), &source("a.bin")),
        FileSpec("b.bin", b"the second voice", &source("b.bin")),
    ])
}

fn with_npm(folder: &Path, script: &str) -> PullOptions {
    PullOptions {
        npm: Some(fake_npm(folder, script)),
        ..options()
    }
}

/// A package that holds both voices, among names that are to be taken for nothing else.
fn sound_package(folder: &Path) -> std::path::PathBuf {
    let members: [(&str, &[u8]); 6] = [
        ("package/package.json", b"{}"),
        ("voices/a.bin", b"not in the package"),
        ("package/../voices/a.bin", b"not this one"),
        ("/package/voices/a.bin", b"nor this"),
        ("package/voices/a.bin", &content()),
        ("package/voices/b.bin", b"the second voice"),
    ];
    tarball(folder, TARBALL, &members)
}

fn pulled(store: &ModelStore, name: &str) -> Vec<u8> {
    std::fs::read(store.path(MODEL, name)).unwrap()
}

#[test]
fn one_package_is_fetched_once_for_all_its_files() {
    let (folder, store) = store();
    let package = sound_package(folder.path());
    let options = with_npm(
        folder.path(),
        &format!("cp '{}' \"$to\"", package.display()),
    );
    pull(&store, &voices(), &options).unwrap();
    assert_eq!(pulled(&store, "a.bin"), content());
    assert_eq!(pulled(&store, "b.bin"), b"the second voice");
    assert_eq!(calls(folder.path()).len(), 1);
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn npm_may_run_no_script_and_works_in_a_project_of_its_own() {
    let (folder, store) = store();
    let script = format!(
        "pwd > '{0}/pwd'; cat package.json >> '{0}/pwd'; exit 1",
        folder.path().display()
    );
    pull(&store, &voices(), &with_npm(folder.path(), &script)).unwrap_err();
    let call = &calls(folder.path())[0];
    for words in ["pack --ignore-scripts some-voices@1.2.0", "--cache"] {
        assert!(call.contains(words), "{call}");
    }
    let place = std::fs::read_to_string(folder.path().join("pwd")).unwrap();
    let (place, project) = place.split_once('\n').unwrap();
    assert!(place.contains(".staging/npm-"), "{place}");
    assert_eq!(project, "{}");
}

#[test]
fn names_that_lead_elsewhere_are_never_written_to() {
    let (folder, store) = store();
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(
        Vec::new(),
        flate2::Compression::fast(),
    ));
    append(
        &mut tar,
        "package/../../../evil",
        b"evil",
        tar::EntryType::Regular,
    );
    append(
        &mut tar,
        "/tmp/vivavoce-evil",
        b"evil",
        tar::EntryType::Regular,
    );
    append(
        &mut tar,
        "package/voices/a.bin",
        b"",
        tar::EntryType::Symlink,
    );
    let path = folder.path().join(TARBALL);
    std::fs::write(&path, tar.into_inner().unwrap().finish().unwrap()).unwrap();
    let options = with_npm(folder.path(), &format!("cp '{}' \"$to\"", path.display()));
    let error = pull(&store, &voices(), &options).unwrap_err().to_string();
    assert!(error.contains("holds no file `voices/a.bin`"), "{error}");
    assert_eq!(left_in_staging(&store), [""; 0]);
    for evil in [
        folder.path().join("evil"),
        store.root().join("evil"),
        "/tmp/vivavoce-evil".into(),
    ] {
        assert!(!evil.exists(), "{}", evil.display());
    }
}

#[test]
fn a_package_that_is_cut_short_is_said_to_be_broken() {
    let (folder, store) = store();
    let package = sound_package(folder.path());
    let script = format!("head -c 1000 '{}' > \"$to/{TARBALL}\"", package.display());
    let error = pull(&store, &voices(), &with_npm(folder.path(), &script))
        .unwrap_err()
        .to_string();
    assert!(error.contains("npm some-voices@1.2.0:"), "{error}");
    assert!(!store.path(MODEL, "a.bin").exists());
}

#[test]
fn a_member_with_the_wrong_content_is_refused() {
    let (folder, store) = store();
    let wrong: [(&str, &[u8]); 2] = [
        ("package/voices/a.bin", &[7; 200_000]),
        ("package/voices/b.bin", b"x"),
    ];
    let package = tarball(folder.path(), TARBALL, &wrong);
    let options = with_npm(
        folder.path(),
        &format!("cp '{}' \"$to\"", package.display()),
    );
    let error = pull(&store, &voices(), &options).unwrap_err().to_string();
    assert!(error.contains("its SHA-256 is"), "{error}");
    assert!(
        error.contains("it has 1 bytes, not the expected 16"),
        "{error}"
    );
    assert!(!store.path(MODEL, "a.bin").exists());
}

#[test]
fn a_package_that_vanished_is_said_to_have_and_asked_for_once() {
    let (folder, store) = store();
    let script =
        "printf 'npm error code E404\\nnpm error 404 Not Found - GET some-voices\\n' >&2; exit 1";
    let error = pull(&store, &voices(), &with_npm(folder.path(), script))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("npm some-voices@1.2.0: 404 Not Found - GET some-voices"),
        "{error}"
    );
    assert!(
        error.contains("npm pack --ignore-scripts some-voices@1.2.0"),
        "{error}"
    );
    assert_eq!(calls(folder.path()).len(), 1);
}

#[test]
fn an_npm_that_is_not_there_is_named() {
    let (_folder, store) = store();
    let error = pull(&store, &voices(), &options()).unwrap_err().to_string();
    assert!(
        error.contains("/nonexistent/npm") && error.contains("VIVAVOCE_NPM"),
        "{error}"
    );
}

#[test]
fn a_disk_that_fills_up_under_npm_is_said_to_be_full() {
    let (folder, store) = store();
    let script = "echo 'npm error code ENOSPC' >&2; exit 1";
    let error = pull(&store, &voices(), &with_npm(folder.path(), script)).unwrap_err();
    assert!(matches!(error, ModelsError::DiskFull { .. }), "{error}");
}

#[test]
fn a_cancel_kills_npm_and_leaves_nothing() {
    let (folder, store) = store();
    let script = format!(
        "echo $$ > '{}/pid'; exec sleep 600",
        folder.path().display()
    );
    let options = with_npm(folder.path(), &script);
    assert_cancel_kills(&store, &voices(), &options, &folder.path().join("pid"));
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn a_folder_gives_the_members_of_its_packages() {
    let (folder, store) = store();
    sound_package(folder.path());
    let options = PullOptions {
        from: Some(folder.path().to_owned()),
        ..options()
    };
    pull(&store, &voices(), &options).unwrap();
    assert_eq!(pulled(&store, "a.bin"), content());
}
