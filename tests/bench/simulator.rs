//! Ten thousand conversations on a virtual clock hold what must always hold.

use std::fs;
use std::path::Path;
use std::thread;

use vivavoce::harness::simulator::{Choices, Conversation, Totals, shrunk, simulate, timeline};

use crate::program::{run, text, vivavoce};

const CONVERSATIONS: u64 = 10_000;
const WORKERS: u64 = 4;
/// Conversations that are held twice.
const TWICE: u64 = 400;

#[test]
fn ten_thousand_conversations_keep_every_property() {
    let work = |worker: u64| {
        let mut totals = Totals::default();
        for seed in (worker..CONVERSATIONS).step_by(WORKERS as usize) {
            match simulate(&Conversation::Seed(seed)) {
                Ok(more) => totals.add(more),
                Err(failure) => {
                    let short = shrunk(&failure);
                    panic!(
                        "seed {seed}: {}\nthe shortest that breaks the same:\n{}\n{}\n{}\n\
                         replay: vivavoce simulate --seed {seed} --conversations 1",
                        failure.broken, short.timeline, short.broken, short.choices
                    )
                }
            }
        }
        totals
    };
    let mut totals = Totals::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|n| scope.spawn(move || work(n))).collect();
        for worker in workers {
            totals.add(worker.join().expect("a property was broken; see above"));
        }
    });
    // What never happens is not tested.
    assert_eq!(totals.conversations, CONVERSATIONS);
    assert!(
        totals.interrupted > 1_000 && totals.went_on > 500,
        "{totals:?}"
    );
    assert!(totals.deafened > 20, "{totals:?}");
    assert!(totals.calls > 1_000, "{totals:?}");
    assert!(totals.helped > 300, "{totals:?}");
    assert!(
        totals.rolled_back > 1_000 && totals.failures > 500,
        "{totals:?}"
    );
}

#[test]
fn a_seed_held_twice_is_the_same_event_by_event() {
    for seed in 0..TWICE {
        let conversation = Conversation::Seed(seed);
        let (once, again) = (timeline(&conversation), timeline(&conversation));
        let differs = once.lines().zip(again.lines()).find(|(a, b)| a != b);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(once.len(), again.len(), "seed {seed} ends elsewhere");
    }
}

/// What failed once is tried again: `vivavoce simulate` writes such files, and this folder keeps them.
#[test]
fn conversations_that_failed_once_keep_every_property() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/simulator");
    let mut held = 0;
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let choices = text
            .parse::<Choices>()
            .unwrap_or_else(|e| panic!("{path:?}: {e}"));
        if let Err(failure) = simulate(&Conversation::Recorded(choices)) {
            panic!("{path:?}: {}\n{}", failure.broken, failure.timeline);
        }
        held += 1;
    }
    assert!(held > 0, "{folder:?} is empty");
}

#[test]
fn a_recorded_conversation_is_held_again_by_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("short.choices");
    let held = || {
        let mut command = vivavoce();
        run(command.args(["simulate", "--choices"]).arg(&file))
    };
    fs::write(&file, "0\n2 0 3\n").unwrap();
    let good = held();
    assert!(good.status.success(), "{}", text(&good));
    assert!(text(&good).contains("1 conversations"), "{}", text(&good));
    fs::write(&file, "0\n2 zero\n").unwrap();
    let refused = held();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text(&refused).contains("line 2: `zero`"),
        "{}",
        text(&refused)
    );
}
