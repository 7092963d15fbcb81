//! Files whose content the manifest does not know: learnt at the first pull, and pinned.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use vivavoce::models::*;

use crate::models_fixture::*;

/// About as large as the content, as the manifest says of files that nobody has seen.
const ABOUT: usize = 210_000;

fn unknown_file(server: &Server) -> String {
    let source = server.source();
    format!("[[models.files]]\nname = \"a.bin\"\nsize = {ABOUT}\nsources = [{source}]\n")
}

fn unknown(server: &Server) -> Manifest {
    manifest_with(&unknown_file(server))
}

/// Pulls with what was learnt before.
fn learn_and_pull(store: &ModelStore, server: &Server) -> Result<PullSummary, ModelsError> {
    let mut manifest = unknown(server);
    store.apply_pins(&mut manifest)?;
    pull(store, &manifest, &options())
}

/// As the model hub: a head that leads elsewhere says what large files are.
fn hub(content: Vec<u8>, claimed: String) -> Server {
    Server::start(move |asked| {
        if asked.head {
            Reply {
                headers: vec![
                    format!("X-Linked-Etag: \"{claimed}\""),
                    format!("X-Linked-Size: {}", content.len()),
                    "Location: /elsewhere".into(),
                ],
                ..Reply::status("302 Found")
            }
        } else {
            Reply::ok(&content)
        }
    })
}

#[test]
fn a_large_file_is_what_the_hub_says() {
    let server = hub(content(), sha256(&content()));
    let (_folder, store) = store();
    learn_and_pull(&store, &server).unwrap();
    assert_eq!(
        std::fs::read(store.path(MODEL, "a.bin")).unwrap(),
        content()
    );
    let read = server.asked().iter().filter(|asked| !asked.head).count();
    assert_eq!(read, 1, "it is not read only to learn what it is");
}

/// The hub never answers: without the cancel this would last for an hour.
#[test]
fn a_cancel_is_heeded_while_the_hub_is_silent() {
    static CANCEL: AtomicBool = AtomicBool::new(false);
    let server = Server::start(|_| {
        CANCEL.store(true, Ordering::Relaxed);
        std::thread::park();
        Reply::status("503 Service Unavailable")
    });
    let (_folder, store) = store();
    let options = PullOptions {
        stall_timeout: Duration::from_secs(3_600),
        ..options()
    };
    let manifest = unknown(&server);
    let result = store.pull(
        &selection(&manifest),
        &options,
        &mut SilentProgress,
        &CANCEL,
    );
    assert!(matches!(result, Err(ModelsError::Cancelled)), "{result:?}");
}

#[test]
fn a_file_that_is_not_what_the_hub_says_is_refused() {
    let server = hub(content(), sha256(b"something else"));
    let (_folder, store) = store();
    let error = learn_and_pull(&store, &server).unwrap_err();
    assert!(matches!(error, ModelsError::Unreachable { .. }), "{error}");
    assert!(!store.path(MODEL, "a.bin").exists());
}

#[test]
fn a_small_file_is_learnt_by_reading_it() {
    let server = Server::start(|_| Reply::ok(&content()));
    let (_folder, store) = store();
    learn_and_pull(&store, &server).unwrap();
    assert_eq!(
        std::fs::read(store.path(MODEL, "a.bin")).unwrap(),
        content()
    );
}

#[test]
fn what_was_pinned_is_not_trusted_anew() {
    let (_folder, store) = store();
    learn_and_pull(&store, &Server::start(|_| Reply::ok(&content()))).unwrap();
    std::fs::remove_file(store.path(MODEL, "a.bin")).unwrap();
    let mut other = content();
    other[0] ^= 1;
    let error = learn_and_pull(&store, &Server::start(move |_| Reply::ok(&other))).unwrap_err();
    assert!(error.to_string().contains("SHA-256"), "{error}");
    assert!(!store.path(MODEL, "a.bin").exists());
}

#[test]
fn a_file_put_there_by_hand_is_pinned_as_it_is() {
    let server = Server::start(|_| Reply::status("404 Not Found"));
    let (_folder, store) = store();
    let path = put(&store, "a.bin", &content());
    let summary = learn_and_pull(&store, &server).unwrap();
    assert_eq!(summary.already_there, 1);
    std::fs::write(path, b"changed").unwrap();
    let error = learn_and_pull(&store, &server).unwrap_err();
    assert!(error.to_string().contains("404"), "{error}");
}

#[test]
fn a_file_that_nobody_knows_is_not_ready() {
    let server = Server::start(|_| Reply::status("404 Not Found"));
    let (_folder, store) = store();
    let error = learn_and_pull(&store, &server).unwrap_err().to_string();
    assert!(error.contains("404") && error.contains("a.bin"), "{error}");
    put(&store, "a.bin", b"not pinned");
    let manifest = unknown(&server);
    assert!(store.ensure_ready(&selection(&manifest)).is_err());
}

#[test]
fn broken_pins_are_not_forgotten_silently() {
    let server = Server::start(|_| Reply::ok(&content()));
    let (_folder, store) = store();
    learn_and_pull(&store, &server).unwrap();
    std::fs::write(store.root().join(".pinned.toml"), "not toml").unwrap();
    let error = learn_and_pull(&store, &server).unwrap_err().to_string();
    assert!(
        error.contains(".pinned.toml") && error.contains("delete"),
        "{error}"
    );
}

#[test]
fn what_an_earlier_pull_left_is_cleaned_up_beside_files_that_are_not_learnt() {
    let server = Server::start(|_| Reply::ok(&content()));
    let source = server.source();
    let (hash, size) = (sha256(&content()), content().len());
    let manifest = manifest_with(&format!(
        "[[models.files]]\nname = \"a.bin\"\nsize = {size}\nsha256 = \"{hash}\"\nsources = [{source}]\n\
         [[models.files]]\nname = \"b.bin\"\nsize = 100\nplatform = \"windows-x86_64\"\nsources = [{source}]\n"
    ));
    let (_folder, store) = store();
    let left = resumable_part(&store, "old.bin", b"of a model that is gone");
    std::fs::create_dir_all(left.parent().unwrap()).unwrap();
    std::fs::write(&left, "half").unwrap();
    pull(&store, &manifest, &options()).unwrap();
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn what_cannot_be_the_file_is_not_pinned() {
    let page = b"<html>Not here</html>";
    let (_folder, empty) = store();
    let server = Server::start(move |_| Reply::ok(page));
    let error = learn_and_pull(&empty, &server).unwrap_err().to_string();
    assert!(error.contains("it has 21 bytes, about 210000"), "{error}");

    let (_folder, cut_off) = store();
    put(&cut_off, "a.bin", &content()[..1_000]);
    let error = learn_and_pull(&cut_off, &server).unwrap_err().to_string();
    assert!(error.contains("it has 1000 bytes"), "{error}");
    assert!(!cut_off.root().join(".pinned.toml").exists());
}

#[test]
fn a_file_that_nobody_knows_keeps_no_other_from_being_fetched() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/known" => Reply::ok(&content()),
        _ => Reply::status("404 Not Found"),
    });
    let (hash, size) = (sha256(&content()), content().len());
    let manifest = manifest_with(&format!(
        "{}[[models.files]]\nname = \"b.bin\"\nsize = {size}\nsha256 = \"{hash}\"\n\
         sources = [{{ url = \"{}/known\" }}]\n",
        unknown_file(&server),
        server.base
    ));
    let (_folder, store) = store();
    let error = pull(&store, &manifest, &options()).unwrap_err().to_string();
    assert!(
        error.contains("a.bin") && !error.contains("b.bin"),
        "{error}"
    );
    assert_eq!(
        std::fs::read(store.path(MODEL, "b.bin")).unwrap(),
        content()
    );
}
