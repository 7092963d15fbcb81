//! Ten thousand conversations on a virtual clock hold what must always hold.

use std::thread;

use vivavoce::harness::simulator::{Conversation, Totals, simulate, timeline};

const CONVERSATIONS: u64 = 10_000;
const WORKERS: u64 = 4;

#[test]
fn ten_thousand_conversations_keep_every_invariant() {
    let work = |worker: u64| {
        let mut totals = Totals::default();
        for seed in (worker..CONVERSATIONS).step_by(WORKERS as usize) {
            match simulate(Conversation { seed }) {
                Ok(more) => totals.add(more),
                Err(failure) => panic!(
                    "seed {seed}: {}\n{}\nreplay: vivavoce simulate --seed {seed} \
                     --conversations 1",
                    failure.broken, failure.timeline
                ),
            }
        }
        totals
    };
    let mut totals = Totals::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|n| scope.spawn(move || work(n))).collect();
        for worker in workers {
            totals.add(worker.join().expect("an invariant was broken; see above"));
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
fn a_seed_replays_exactly() {
    for seed in 0..20 {
        let once = timeline(Conversation { seed });
        assert!(once.lines().count() > 20, "{once}");
        assert_eq!(once, timeline(Conversation { seed }));
    }
}
