//! What reads what others wrote is given damaged input: it answers or refuses, never ends the program, and
//! takes no more memory than [`MOST_MEMORY`] for it. (The lines of language model servers are tried where
//! they are read: `llm/server/chunk.rs`.)
//!
//! `make test` runs a fixed number of inputs for each target; `make fuzz` runs each for as long as
//! `VIVAVOCE_FUZZ_SECONDS` says, from a seed of the time. An input that failed is written to a file, whose
//! name is printed first: put it under `tests/fuzz/corpus/TARGET/`, where it is tried first from then on.

#[path = "../support/models_fixture/mod.rs"]
mod models_fixture;
mod mutate;
#[path = "../support/tiny_gguf.rs"]
mod tiny_gguf;

use std::alloc::System;
use std::io::{BufReader, Cursor};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cap::Cap;
use models_fixture::FileSpec;
use mutate::Mutator;
use sha2::{Digest, Sha256};
use vivavoce::agent::Persona;
use vivavoce::audio::sound_file::read_clip;
use vivavoce::clock::Stopwatch;
use vivavoce::config::Config;
use vivavoce::folders::Table;
use vivavoce::harness::scenario::Scenario;
use vivavoce::language::Language;
use vivavoce::llm::gguf::Gguf;
use vivavoce::llm::gpu::layers_that_fit;
use vivavoce::models::{Converter, Manifest, PullOptions};
use vivavoce::wake::Head;

/// What one input may take above what was taken before it: the longest text that a GGUF head may hold, the
/// largest event of the protocols, and room for copies. Bytes; more ends the test by an abort.
const MOST_MEMORY: usize = 64 << 20;
/// Inputs for each target in `make test`.
const INPUTS: u64 = 1_500;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Gives `read` the kept inputs of a target, then damaged forms of the seeds.
fn fuzz(target: &str, seeds: Vec<Vec<u8>>, mut read: impl FnMut(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let kept = std::fs::read_dir(corpus.join(target)).into_iter().flatten();
    let kept: Vec<Vec<u8>> = kept
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    // Written before it is tried: what takes too much memory ends the process at once.
    let trial = std::env::temp_dir().join(format!("vivavoce-fuzz-{target}-{}", std::process::id()));
    let mut try_one = |input: &[u8]| {
        std::fs::write(&trial, input).unwrap();
        ALLOCATOR
            .set_limit(ALLOCATOR.allocated() + MOST_MEMORY)
            .expect("it is above what is allocated");
        let survived = catch_unwind(AssertUnwindSafe(|| read(input)));
        ALLOCATOR.set_limit(usize::MAX).expect("it is the most");
        assert!(
            survived.is_ok(),
            "{target}: this input panics: {}",
            trial.display()
        );
    };
    println!(
        "{target}: an input that ends the process lies in {}",
        trial.display()
    );
    kept.iter().chain(&seeds).for_each(|input| try_one(input));
    let seconds = std::env::var("VIVAVOCE_FUZZ_SECONDS").ok();
    let limit = seconds.map(|seconds| Duration::from_secs(seconds.parse().expect("a number")));
    let seed = limit.map_or(1, |_| fastrand::u64(..));
    let mut mutator = Mutator::new(seed, [kept, seeds].concat());
    let (watch, mut inputs) = (Stopwatch::start(), 0u64);
    while limit.map_or(inputs < INPUTS, |limit| watch.elapsed() < limit) {
        try_one(&mutator.next_input());
        inputs += 1;
    }
    std::fs::remove_file(&trial).unwrap();
    println!(
        "{target}: {inputs} inputs in {:.0} s, seed {seed}",
        watch.elapsed().as_secs_f64()
    );
}

/// For readers of files.
struct Scratch {
    folder: tempfile::TempDir,
    name: &'static str,
}

impl Scratch {
    fn new(name: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, name }
    }

    fn with(&self, input: &[u8]) -> PathBuf {
        let path = self.folder.path().join(self.name);
        std::fs::write(&path, input).unwrap();
        path
    }
}

/// Assets of the project, as texts.
fn assets(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets")
        .join(folder);
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

#[test]
fn heads_of_gguf_files() {
    let scratch = Scratch::new("model.gguf");
    // The head is what is read.
    let mut seed = tiny_gguf::TinyGguf::llama().bytes();
    seed.truncate(24_000);
    fuzz("gguf", vec![seed], |input| {
        let path = scratch.with(input);
        if let Ok(head) = Gguf::read(&path) {
            let _ = head.check(&path);
            layers_that_fit(&head, head.cache_width(), &[]);
        }
    });
}

#[test]
fn heads_of_wake_words() {
    let head = include_bytes!("../../models/wake/hey-vivi.bin");
    // What is damaged within is told by the hash: the same with a hash that fits.
    let seed = head[..head.len() - 32].to_vec();
    fuzz("wake-head", vec![seed], |input| {
        let _ = Head::read(input);
        let hash = Sha256::digest(input);
        let _ = Head::read(&[input, &hash[..]].concat());
    });
}

#[test]
fn tables() {
    let seeds = [
        "date,item,amount\n2026-11-01,\"rent, flat\",\"1,200.00\"\n",
        "a;b\n1;2,5\n",
        "x\ty\n(3)\t$4\n",
    ];
    let seeds = seeds.map(|seed| seed.as_bytes().to_vec());
    fuzz("table", seeds.to_vec(), |input| {
        let text = String::from_utf8_lossy(input);
        if let Some(table) = Table::read(&text, false) {
            for column in 0..table.columns.len() {
                table.sum_where(column, |_| true);
            }
        }
    });
}

#[test]
fn sound_files() {
    let scratch = Scratch::new("sound");
    let mut seeds = Vec::new();
    for (bits, kind) in [
        (8, hound::SampleFormat::Int),
        (16, hound::SampleFormat::Int),
        (24, hound::SampleFormat::Int),
        (32, hound::SampleFormat::Float),
    ] {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: 16_000,
            bits_per_sample: bits,
            sample_format: kind,
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
        for n in 0..400i32 {
            match kind {
                hound::SampleFormat::Int => writer.write_sample(n % 100).unwrap(),
                hound::SampleFormat::Float => writer.write_sample(n as f32 / 400.0).unwrap(),
            }
        }
        writer.finalize().unwrap();
        seeds.push(file.into_inner());
    }
    // The other kinds lie in the corpus, as ffmpeg wrote them.
    fuzz("sound", seeds, |input| {
        let _ = read_clip(&scratch.with(input));
    });
}

#[test]
fn configurations() {
    let scratch = Scratch::new("vivavoce.toml");
    let seed = "profile = \"starter\"\nlanguage = \"en\"\nstt = \"wyoming:127.0.0.1:10300\"\n\
        [audio]\ninput = \"default\"\n[turn_taking]\nendpointing = 500\nfloor_ms = 300\n\
        [vad]\nonset_ms = 64\nonset_threshold = 0.5\n[llm]\nengine = \"http://127.0.0.1:8080/v1\"\n\
        context = 2048\ngpu_layers = \"auto\"\n[threads]\nstt = 1\n";
    fuzz("configuration", vec![seed.into()], |input| {
        let _ = Config::read(&scratch.with(input));
    });
}

#[test]
fn personas() {
    let scratch = Scratch::new("persona.toml");
    fuzz("persona", assets("personas"), |input| {
        let _ = Persona::load(Some(&scratch.with(input)), Language::English);
    });
}

#[test]
fn scenarios() {
    fuzz("scenario", assets("scenarios"), |input| {
        let _ = Scenario::parse(&String::from_utf8_lossy(input), Path::new("scenario.toml"));
    });
}

#[test]
fn manifests() {
    let seed = include_bytes!("../../models/manifest.toml").to_vec();
    fuzz("manifest", vec![seed], |input| {
        let _ = Manifest::parse(&String::from_utf8_lossy(input), "the test");
    });
}

#[test]
fn events_of_wyoming_peers() {
    let seeds = [
        &b"{\"type\":\"transcript\",\"data\":{\"text\":\"hello\"}}\n"[..],
        b"{\"type\":\"audio-chunk\",\"data_length\":40,\"payload_length\":8}\n{\"rate\":16000,\"width\":2,\"channels\":1}    \0\0\0\0\0\0\0\0",
        b"{\"type\":\"info\",\"data\":{\"asr\":[{\"name\":\"x\",\"models\":[{\"name\":\"y\",\"languages\":[\"en\"]}]}]}}\n",
    ];
    fuzz("wyoming", seeds.map(<[u8]>::to_vec).to_vec(), |input| {
        let mut from = BufReader::new(input);
        while let Ok(Some(event)) = wyoming::read_event(&mut from) {
            let _ = wyoming::Message::try_from(event);
        }
    });
}

#[test]
fn wheels() {
    let carried = tempfile::tempdir().unwrap();
    let name = "some_ears-1.2-py3-none-any.whl";
    let wheel = models_fixture::wheel(carried.path(), name, &[("ears/a.bin", b"abc")]);
    let seed = std::fs::read(&wheel).unwrap();
    let source = "{ pip = \"some-ears==1.2\", member = \"ears/a.bin\" }";
    let manifest = models_fixture::manifest(&[FileSpec("a.bin", b"abc", source)]);
    let options = PullOptions {
        from: Some(carried.path().to_path_buf()),
        ..models_fixture::options()
    };
    fuzz("wheel", vec![seed], |input| {
        std::fs::write(&wheel, input).unwrap();
        let (_folder, store) = models_fixture::store();
        if models_fixture::pull(&store, &manifest, &options).is_ok() {
            let file = std::fs::read(store.path(models_fixture::MODEL, "a.bin")).unwrap();
            assert_eq!(file, b"abc", "only what has the right hash gets in");
        }
    });
}

#[test]
fn tarballs() {
    let carried = tempfile::tempdir().unwrap();
    let members: [(&str, &[u8]); 2] = [("package/package.json", b"{}"), ("package/a.bin", b"abc")];
    let tarball = models_fixture::tarball(carried.path(), "ears-1.0.0.tgz", &members);
    let seed = std::fs::read(&tarball).unwrap();
    let source = r#"{ npm = "ears@1.0.0", member = "a.bin" }"#;
    let manifest = models_fixture::manifest(&[FileSpec("a.bin", b"abc", source)]);
    let options = PullOptions {
        from: Some(carried.path().to_path_buf()),
        ..models_fixture::options()
    };
    fuzz("tarball", vec![seed], |input| {
        std::fs::write(&tarball, input).unwrap();
        let (_folder, store) = models_fixture::store();
        if models_fixture::pull(&store, &manifest, &options).is_ok() {
            let file = std::fs::read(store.path(models_fixture::MODEL, "a.bin")).unwrap();
            assert_eq!(file, b"abc", "only what has the right hash gets in");
        }
    });
}

/// What is converted has the right hash before; still, nobody is to end the program.
#[test]
fn whisper_models() {
    let folder = tempfile::tempdir().unwrap();
    let (model, tokens) = (folder.path().join("m"), folder.path().join("v"));
    std::fs::write(&tokens, models_fixture::whisper::VOCABULARY).unwrap();
    let inputs = [("model.bin", model.clone()), ("vocabulary.txt", tokens)];
    fuzz(
        "whisper",
        vec![models_fixture::whisper::model_bin()],
        |input| {
            std::fs::write(&model, input).unwrap();
            let _ = Converter::WhisperToGgmlQ8.run(&inputs, &mut std::io::sink());
        },
    );
}
