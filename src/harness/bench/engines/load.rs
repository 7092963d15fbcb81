//! Other programs that want the cores, in the form of threads that do nothing but compute.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Threads that are busy until this is dropped.
#[derive(Debug)]
pub struct Busy {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Busy {
    /// As many as the program has cores, less one for what is measured; one at least.
    pub fn all_cores_but_one() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::start((cores - 1).max(1))
    }

    /// So many; fewer if the system gives no more.
    pub fn start(threads: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let spawn = |n| {
            let stop = Arc::clone(&stop);
            let work = move || {
                let mut x = 1.0f64;
                while !stop.load(Ordering::Relaxed) {
                    for _ in 0..10_000 {
                        x = black_box(x.mul_add(1.000_000_1, 1e-9));
                    }
                }
            };
            let thread = std::thread::Builder::new().name(format!("busy-{n}"));
            thread.spawn(work).ok()
        };
        let threads = (0..threads).filter_map(spawn).collect();
        Self { stop, threads }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
