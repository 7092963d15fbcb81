//! Downloads over HTTP: resumed, restarted, refused, cancelled, shared.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;
use std::time::Duration;

use vivavoce::models::*;

use crate::models_fixture::*;

const HALF: usize = 100_000;

fn one_file(server: &Server) -> Manifest {
    manifest(&[FileSpec("a.bin", &content(), &server.source())])
}

/// A store in which an earlier pull had come half-way.
fn half_way(first_half: &[u8]) -> (tempfile::TempDir, ModelStore) {
    let (folder, store) = store();
    let part = resumable_part(&store, "a.bin", &content());
    std::fs::create_dir_all(part.parent().unwrap()).unwrap();
    std::fs::write(part, first_half).unwrap();
    (folder, store)
}

fn pulled(store: &ModelStore) -> Vec<u8> {
    std::fs::read(store.path(MODEL, "a.bin")).unwrap()
}

fn froms(server: &Server) -> Vec<Option<usize>> {
    server.asked().iter().map(|asked| asked.from).collect()
}

#[test]
fn a_download_goes_on_where_it_stopped() {
    let server = Server::start(|asked| Reply::rest(&content(), asked.from.unwrap()));
    let (_folder, store) = half_way(&content()[..HALF]);
    pull(&store, &one_file(&server), &options()).unwrap();
    assert_eq!(pulled(&store), content());
    assert_eq!(froms(&server), [Some(HALF)]);
}

#[test]
fn a_server_without_ranges_makes_it_start_over() {
    let server = Server::start(|_| Reply::ok(&content()));
    let (_folder, store) = half_way(&content()[..HALF]);
    pull(&store, &one_file(&server), &options()).unwrap();
    assert_eq!(pulled(&store), content());
}

#[test]
fn a_bad_first_half_is_thrown_away_and_fetched_again() {
    let server = Server::start(|asked| match asked.from {
        Some(from) => Reply::rest(&content(), from),
        None => Reply::ok(&content()),
    });
    let (_folder, store) = half_way(&vec![7; HALF]);
    pull(&store, &one_file(&server), &options()).unwrap();
    assert_eq!(pulled(&store), content());
    assert_eq!(froms(&server), [Some(HALF), None]);
}

#[test]
fn a_range_that_the_server_refuses_makes_it_start_over() {
    let server = Server::start(|asked| match asked.from {
        Some(_) => Reply::status("416 Range Not Satisfiable"),
        None => Reply::ok(&content()),
    });
    let (_folder, store) = half_way(&content()[..HALF]);
    pull(&store, &one_file(&server), &options()).unwrap();
    assert_eq!(pulled(&store), content());
}

#[test]
fn a_connection_that_breaks_off_is_taken_up_again() {
    let server = Server::start(|asked| match asked.from {
        Some(from) => Reply::rest(&content(), from),
        // Says 200,000 bytes, sends half, hangs up when the client has waited long enough.
        None => Reply {
            stall_with_length: Some(2 * HALF),
            ..Reply::ok(&content()[..HALF])
        },
    });
    let (_folder, store) = store();
    let options = PullOptions {
        stall_timeout: Duration::from_millis(300),
        ..options()
    };
    pull(&store, &one_file(&server), &options).unwrap();
    assert_eq!(pulled(&store), content());
    assert_eq!(froms(&server), [None, Some(HALF)]);
}

#[test]
fn a_wrong_hash_is_reported_and_nothing_stays() {
    let server = Server::start(|_| Reply::ok(&vec![7; 2 * HALF]));
    let (_folder, store) = store();
    let error = pull(&store, &one_file(&server), &options())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("its SHA-256 is") && error.contains(&sha256(&content())),
        "{error}"
    );
    assert!(!store.path(MODEL, "a.bin").exists());
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn a_wrong_length_is_refused_before_it_is_fetched() {
    let server = Server::start(|_| Reply::ok(&content()[..HALF]));
    let (_folder, store) = store();
    let error = pull(&store, &one_file(&server), &options())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("it has 100000 bytes, not the expected 200000"),
        "{error}"
    );
}

#[test]
fn the_next_source_is_tried_when_one_fails() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/someone/ears/resolve/main/a.bin" => Reply::ok(&content()),
        _ => Reply::status("404 Not Found"),
    });
    let sources = format!(
        "{}, {{ hub = \"someone/ears\", path = \"a.bin\" }}",
        server.source()
    );
    let manifest = manifest(&[FileSpec("a.bin", &content(), &sources)]);
    let (_folder, store) = store();
    let options = PullOptions {
        hub_base: server.base.clone(),
        ..options()
    };
    pull(&store, &manifest, &options).unwrap();
    assert_eq!(pulled(&store), content());
}

#[test]
fn a_cancel_leaves_no_model_and_the_next_pull_goes_on() {
    let server = Server::start(|asked| match asked.from {
        Some(from) => Reply::rest(&content(), from),
        None => Reply {
            stall_with_length: Some(2 * HALF),
            ..Reply::ok(&content()[..HALF])
        },
    });
    let manifest = one_file(&server);
    let (_folder, store) = store();
    let cancel = AtomicBool::new(false);
    let mut progress = CancelAtFirstReport(&cancel);
    let result = store.pull(&selection(&manifest), &options(), &mut progress, &cancel);
    assert!(matches!(result, Err(ModelsError::Cancelled)), "{result:?}");
    assert!(!store.path(MODEL, "a.bin").exists());
    pull(&store, &manifest, &options()).unwrap();
    assert_eq!(pulled(&store), content());
    assert!(
        matches!(froms(&server).as_slice(), [None, Some(1..)]),
        "{:?}",
        froms(&server)
    );
}

/// Passes on that this pull has to wait for another.
struct TellWhenWaiting(mpsc::Sender<()>);

impl PullProgress for TellWhenWaiting {
    fn note(&mut self, line: &str) {
        assert!(line.contains("waiting"), "{line}");
        self.0.send(()).unwrap();
    }
    fn begin(&mut self, _task: &str, _total_bytes: Option<u64>) {}
    fn at(&mut self, _bytes: u64) {}
    fn end(&mut self) {}
}

#[test]
fn of_two_pulls_at_once_one_waits_and_finds_the_files() {
    let (waiting, someone_waits) = mpsc::channel();
    let someone_waits = Mutex::new(someone_waits);
    // Answers the first pull only once the second is waiting for it.
    let server = Server::start(move |_| {
        someone_waits.lock().unwrap().recv().unwrap();
        Reply::ok(&content())
    });
    let manifest = one_file(&server);
    let (_folder, store) = store();
    let fetched: usize = std::thread::scope(|scope| {
        let pulls = [waiting.clone(), waiting].map(|waiting| {
            let (store, manifest) = (&store, &manifest);
            scope.spawn(move || {
                let mut progress = TellWhenWaiting(waiting);
                let never = AtomicBool::new(false);
                store
                    .pull(&selection(manifest), &options(), &mut progress, &never)
                    .unwrap()
            })
        });
        pulls
            .map(|pull| pull.join().unwrap().fetched.len())
            .iter()
            .sum()
    });
    assert_eq!(fetched, 1);
    assert_eq!(server.asked().len(), 1);
    assert_eq!(pulled(&store), content());
}
