//! Files that are made of other files by a converter.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use vivavoce::models::*;

use crate::models_fixture::whisper::{VOCABULARY, model_bin};
use crate::models_fixture::*;

const MADE: &str = "ggml.bin";

/// What the converter makes of the inputs.
fn made() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    put_inputs(folder.path());
    let inputs = Converter::WhisperToGgmlQ8.inputs();
    let inputs: Vec<(&str, PathBuf)> = inputs
        .iter()
        .map(|name| (*name, folder.path().join(name)))
        .collect();
    let mut made = Vec::new();
    Converter::WhisperToGgmlQ8.run(&inputs, &mut made).unwrap();
    made
}

fn put_inputs(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("model.bin"), model_bin()).unwrap();
    std::fs::write(folder.join("vocabulary.txt"), VOCABULARY).unwrap();
}

fn input(name: &str, content: &[u8], sources: &str) -> String {
    format!(
        "[[models.files.converted.from]]\nname = \"{name}\"\nsize = {}\nsha256 = \"{}\"\n\
         sources = [{sources}]\n",
        content.len(),
        sha256(content)
    )
}

/// A file of this content that is made of the inputs, which `server` has.
fn converted_file(content: &[u8], server: &Server) -> String {
    let source = |name: &str| format!("{{ url = \"{}/{name}\" }}", server.base);
    format!(
        "[[models.files]]\nname = \"{MADE}\"\nsize = {}\nsha256 = \"{}\"\n\
         [models.files.converted]\nby = \"whisper-ctranslate2-to-ggml-q8_0\"\n{}{}",
        content.len(),
        sha256(content),
        input(
            "vocabulary.txt",
            VOCABULARY.as_bytes(),
            &source("vocabulary.txt")
        ),
        input("model.bin", &model_bin(), &source("model.bin")),
    )
}

/// Has both inputs.
fn inputs_server() -> Server {
    Server::start(|asked| match asked.path.as_str() {
        "/model.bin" => Reply::ok(&model_bin()),
        "/vocabulary.txt" => Reply::ok(VOCABULARY.as_bytes()),
        _ => Reply::status("404 Not Found"),
    })
}

fn converted(server: &Server) -> Manifest {
    manifest_with(&converted_file(&made(), server))
}

fn left_inputs(store: &ModelStore) -> usize {
    let left = left_in_staging(store);
    assert!(left.iter().all(|name| name.ends_with(".input")), "{left:?}");
    left.len()
}

#[test]
fn a_converted_file_is_made_of_its_inputs_which_go() {
    let server = inputs_server();
    let (_folder, store) = store();
    pull(&store, &converted(&server), &options()).unwrap();
    assert_eq!(std::fs::read(store.path(MODEL, MADE)).unwrap(), made());
    assert_eq!(left_in_staging(&store), [""; 0]);
    let manifest = converted(&server);
    store.ensure_ready(&selection(&manifest)).unwrap();
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn inputs_with_the_wrong_content_are_not_converted() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/model.bin" => Reply::ok(&vec![7; model_bin().len()]),
        _ => Reply::ok(VOCABULARY.as_bytes()),
    });
    let (_folder, store) = store();
    let error = pull(&store, &converted(&server), &options())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("model.bin, of which it is made: http"),
        "{error}"
    );
    assert!(error.contains("its SHA-256 is"), "{error}");
    assert!(!store.path(MODEL, MADE).exists());
    // The other one is whole, and stays for the next pull.
    assert_eq!(left_inputs(&store), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_in_a_conversion_is_said_to_be_full_and_the_inputs_stay() {
    let server = inputs_server();
    let (_folder, store) = store();
    let part = format!("{}-{MADE}.part", &sha256(&made())[..16]);
    let part = store.root().join(".staging").join(part);
    let mut fill_up = || std::os::unix::fs::symlink("/dev/full", &part).unwrap();
    let mut progress = AtTask {
        task: "making ",
        act: &mut fill_up,
    };
    let manifest = converted(&server);
    let never = AtomicBool::new(false);
    let result = store.pull(&selection(&manifest), &options(), &mut progress, &never);
    assert!(
        matches!(result, Err(ModelsError::DiskFull { .. })),
        "{result:?}"
    );
    assert!(!store.path(MODEL, MADE).exists());
    assert_eq!(left_inputs(&store), 2);
    pull(&store, &manifest, &options()).unwrap();
    assert_eq!(std::fs::read(store.path(MODEL, MADE)).unwrap(), made());
    assert_eq!(server.asked().len(), 2, "the inputs were fetched again");
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn a_cancel_stops_a_conversion_and_the_inputs_stay() {
    let server = inputs_server();
    let (_folder, store) = store();
    let cancel = AtomicBool::new(false);
    let mut stop = || cancel.store(true, Ordering::Relaxed);
    let mut progress = AtTask {
        task: "making ",
        act: &mut stop,
    };
    let manifest = converted(&server);
    let result = store.pull(&selection(&manifest), &options(), &mut progress, &cancel);
    assert!(matches!(result, Err(ModelsError::Cancelled)), "{result:?}");
    assert!(!store.path(MODEL, MADE).exists());
    assert_eq!(left_inputs(&store), 2);
}

#[test]
fn a_result_with_another_hash_is_refused_and_the_inputs_go() {
    let server = inputs_server();
    let (_folder, store) = store();
    let mut other = made();
    other[0] ^= 1;
    let manifest = manifest_with(&converted_file(&other, &server));
    let error = pull(&store, &manifest, &options()).unwrap_err().to_string();
    assert!(
        error.contains("conversion of vocabulary.txt and model.bin: its SHA-256 is"),
        "{error}"
    );
    assert!(!store.path(MODEL, MADE).exists());
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn a_result_that_is_larger_than_expected_is_refused() {
    let server = inputs_server();
    let (_folder, store) = store();
    let manifest = manifest_with(&converted_file(&made()[..1000], &server));
    let error = pull(&store, &manifest, &options()).unwrap_err().to_string();
    assert!(
        error.contains("conversion of vocabulary.txt and model.bin:"),
        "{error}"
    );
    assert!(!store.path(MODEL, MADE).exists());
}

#[test]
fn a_folder_gives_the_converted_file_or_its_inputs() {
    let server = Server::start(|_| Reply::status("500 Internal Server Error"));
    let carried = tempfile::tempdir().unwrap();
    let options = PullOptions {
        from: Some(carried.path().to_owned()),
        ..options()
    };
    put_inputs(&carried.path().join("inputs"));
    let (_folder, of_inputs) = store();
    pull(&of_inputs, &converted(&server), &options).unwrap();
    assert_eq!(std::fs::read(of_inputs.path(MODEL, MADE)).unwrap(), made());
    std::fs::remove_dir_all(carried.path().join("inputs")).unwrap();
    std::fs::write(carried.path().join(MADE), made()).unwrap();
    let (_other_folder, of_file) = store();
    pull(&of_file, &converted(&server), &options).unwrap();
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn inputs_go_when_the_file_was_put_in_place_by_hand() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/vocabulary.txt" => Reply::ok(VOCABULARY.as_bytes()),
        _ => Reply::status("404 Not Found"),
    });
    let (_folder, store) = store();
    let error = pull(&store, &converted(&server), &options()).unwrap_err();
    assert!(error.to_string().contains("404"), "{error}");
    assert_eq!(left_inputs(&store), 1);
    put(&store, MADE, &made());
    pull(&store, &converted(&server), &options()).unwrap();
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn what_a_file_is_made_of_is_in_the_advice() {
    let server = Server::start(|_| Reply::status("404 Not Found"));
    let (_folder, store) = store();
    let error = pull(&store, &converted(&server), &options()).unwrap_err();
    let model = format!(
        "model.bin, {} bytes, SHA-256 {}",
        model_bin().len(),
        sha256(&model_bin())
    );
    assert!(error.to_string().contains(&model), "{error}");
}

/// A download that broke off is only of use while the file lacks.
#[test]
fn what_one_source_began_goes_when_another_gave_the_file() {
    let (_folder, store) = store();
    let part = resumable_part(&store, "a.bin", &content());
    std::fs::create_dir_all(part.parent().unwrap()).unwrap();
    std::fs::write(&part, &content()[..1000]).unwrap();
    let carried = tempfile::tempdir().unwrap();
    std::fs::write(carried.path().join("a.bin"), content()).unwrap();
    let source = r#"{ url = "http://127.0.0.1:9/a.bin" }"#;
    let from = PullOptions {
        from: Some(carried.path().to_owned()),
        ..options()
    };
    pull(
        &store,
        &manifest(&[FileSpec("a.bin", &content(), source)]),
        &from,
    )
    .unwrap();
    assert_eq!(left_in_staging(&store), [""; 0]);
}

#[test]
fn a_server_that_does_not_answer_is_asked_once_in_a_pull() {
    let (_folder, store) = store();
    let hub = |path: &str| format!("{{ hub = \"someone/ears\", path = \"{path}\" }}");
    let manifest = manifest(&[
        FileSpec("a.bin", b"a", &hub("a.bin")),
        FileSpec("b.bin", b"b", &hub("b.bin")),
    ]);
    let error = pull(&store, &manifest, &options()).unwrap_err().to_string();
    assert!(
        error.contains("its server did not answer before"),
        "{error}"
    );
}
