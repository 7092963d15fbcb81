//! The store: what is sound is told from what is not, and damage is mended.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use vivavoce::models::*;

use crate::models_fixture::*;

fn served() -> (Server, Manifest) {
    let server = Server::start(|_| Reply::ok(&content()));
    let manifest = manifest(&[FileSpec("a.bin", &content(), &server.source())]);
    (server, manifest)
}

fn not_ready(store: &ModelStore, manifest: &Manifest) -> String {
    store
        .ensure_ready(&selection(manifest))
        .unwrap_err()
        .to_string()
}

#[test]
fn a_missing_file_is_reported_with_the_command_that_mends_it() {
    let (_folder, store) = store();
    let error = not_ready(&store, &served().1);
    assert!(error.contains("a.bin: missing"), "{error}");
    assert!(
        error.contains("vivavoce models pull --profile tiny"),
        "{error}"
    );
}

#[test]
fn a_truncated_file_is_reported_and_pulled_again() {
    let (_folder, store) = store();
    let (_server, manifest) = served();
    let path = put(&store, "a.bin", &content()[..1000]);
    let error = not_ready(&store, &manifest);
    assert!(
        error.contains("a.bin: damaged: it has 1000 bytes and should have 200000"),
        "{error}"
    );
    pull(&store, &manifest, &options()).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), content());
}

#[test]
fn a_flipped_byte_is_reported_and_pulled_again() {
    let (_folder, store) = store();
    let (_server, manifest) = served();
    let mut flipped = content();
    flipped[777] ^= 1;
    let path = put(&store, "a.bin", &flipped);
    let error = not_ready(&store, &manifest);
    assert!(error.contains("a.bin: damaged: its SHA-256 is"), "{error}");
    pull(&store, &manifest, &options()).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), content());
}

#[test]
fn a_file_put_there_by_hand_is_ready_and_not_fetched() {
    let (_folder, store) = store();
    let (server, manifest) = served();
    let path = put(&store, "a.bin", &content());
    assert_eq!(
        store.status(&selection(&manifest))[0].status,
        FileStatus::Present
    );
    let ready = store.ensure_ready(&selection(&manifest)).unwrap();
    assert_eq!(ready.file(Role::Stt, "a.bin"), Some(path.as_path()));
    assert_eq!(
        pull(&store, &manifest, &options()).unwrap().already_there,
        1
    );
    assert_eq!(server.asked(), []);
}

#[test]
fn a_file_that_was_hashed_is_not_hashed_again_until_it_changes() {
    let (_folder, store) = store();
    let (_server, manifest) = served();
    pull(&store, &manifest, &options()).unwrap();
    let path = store.path(MODEL, "a.bin");
    let stamped_at = path.metadata().unwrap().modified().unwrap();
    let mut flipped = content();
    flipped[777] ^= 1;
    put(&store, "a.bin", &flipped);
    let set_time = |time: SystemTime| {
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(time)
            .unwrap();
    };
    // With its old time the change is invisible to the stamp: proof that nothing was hashed.
    set_time(stamped_at);
    store.ensure_ready(&selection(&manifest)).unwrap();
    set_time(stamped_at + Duration::from_secs(1));
    assert!(not_ready(&store, &manifest).contains("SHA-256"));
}

#[test]
fn verify_hashes_even_what_is_stamped() {
    let (_folder, store) = store();
    let (_server, manifest) = served();
    pull(&store, &manifest, &options()).unwrap();
    let path = store.path(MODEL, "a.bin");
    let stamped_at = path.metadata().unwrap().modified().unwrap();
    let mut flipped = content();
    flipped[777] ^= 1;
    put(&store, "a.bin", &flipped);
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(stamped_at)
        .unwrap();
    let never = AtomicBool::new(false);
    let reports = store
        .verify(&selection(&manifest), &mut SilentProgress, &never)
        .unwrap();
    assert!(matches!(
        reports[0].status,
        FileStatus::Damaged {
            why: Damage::WrongHash { .. }
        }
    ));
}

#[test]
fn a_broken_stamp_file_costs_only_time() {
    let (_folder, store) = store();
    let (_server, manifest) = served();
    pull(&store, &manifest, &options()).unwrap();
    std::fs::write(store.root().join(".verified.toml"), "files = 3").unwrap();
    store.ensure_ready(&selection(&manifest)).unwrap();
}

#[test]
fn what_a_killed_pull_left_is_cleaned_up() {
    let (_folder, store) = store();
    let (_server, manifest) = served();
    let staging = store.root().join(".staging");
    std::fs::create_dir_all(staging.join("pip-abc/wheels")).unwrap();
    std::fs::write(staging.join("0123-old.bin.part"), "x").unwrap();
    pull(&store, &manifest, &options()).unwrap();
    assert_eq!(left_in_staging(&store), [""; 0]);
}

/// A disk that is full.
struct Full;

impl io::Write for Full {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_told_from_a_bad_source() {
    let never = AtomicBool::new(false);
    let mut watch = Watch {
        progress: &mut SilentProgress,
        cancel: &never,
    };
    let what = Incoming {
        path: Path::new("/store/a.part"),
        expected_bytes: 190_000_000,
        tried: "a source",
    };
    let received = receive(
        &mut &content()[..],
        &mut Full,
        Received::default(),
        what,
        &mut watch,
    );
    let error = received.unwrap_err().to_string();
    for words in ["disk is full", "/store", "190 MB", "--models-dir"] {
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn no_source_can_send_more_than_was_asked_for() {
    let never = AtomicBool::new(false);
    let mut watch = Watch {
        progress: &mut SilentProgress,
        cancel: &never,
    };
    let what = Incoming {
        path: Path::new("a.part"),
        expected_bytes: 100_000,
        tried: "a source",
    };
    let mut written = Vec::new();
    let received = receive(
        &mut &content()[..],
        &mut written,
        Received::default(),
        what,
        &mut watch,
    );
    assert!(matches!(received, Err(ModelsError::SourceFailed { .. })));
    assert!(written.len() <= 100_000);
}

/// On a real file system of 64 kB, where one can be had without asking anybody (Linux namespaces).
#[cfg(target_os = "linux")]
#[test]
fn a_full_file_system_leaves_no_model_behind() {
    const INNER: &str = "VIVAVOCE_TEST_FULL_DISK";
    if let Some(small_disk) = std::env::var_os(INNER) {
        let (_server, manifest) = served();
        let store = ModelStore::named(small_disk);
        let error = pull(&store, &manifest, &options()).unwrap_err();
        assert!(matches!(error, ModelsError::DiskFull { .. }), "{error}");
        assert!(!store.path(MODEL, "a.bin").exists());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=64k none \"$0\" || exit 77; exec \"$@\"";
    let status = std::process::Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "store::a_full_file_system_leaves_no_model_behind",
        ])
        .env(INNER, folder.path())
        .stdout(std::process::Stdio::null())
        .status();
    match status.map(|status| status.code()) {
        Ok(Some(0)) => {}
        Ok(Some(101)) => panic!("the test within the small file system failed"),
        other => eprintln!("skipped: no small file system can be mounted here ({other:?})"),
    }
}

#[test]
fn sizes_are_written_for_people() {
    let written = [512, 44_000, 999_950, 2_327_524, 190_000_000, 1_200_000_000].map(human_bytes);
    assert_eq!(
        written,
        ["512 B", "44 kB", "1.0 MB", "2.3 MB", "190 MB", "1.2 GB"]
    );
}
