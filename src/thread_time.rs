//! Processor time of this program, thread by thread. Known on Linux only; elsewhere nothing is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Linux's unit of processor time in `/proc`, the same on all its platforms (`USER_HZ`).
const TICKS_PER_S: f64 = 100.0;

/// What threads used, as often as it was looked at. A thread that ends is counted as it was seen last. Threads that a
/// library starts have the name of the thread that started them.
#[derive(Debug, Default)]
pub struct ThreadTimes {
    /// Name and ticks by the thread's number.
    running: BTreeMap<u32, (String, u64)>,
    /// Ticks of threads that have ended.
    ended: BTreeMap<String, u64>,
}

impl ThreadTimes {
    /// Looks at all threads.
    pub fn look(&mut self) {
        let Ok(tasks) = fs::read_dir("/proc/self/task") else {
            return;
        };
        let mut running = BTreeMap::new();
        for task in tasks.flatten() {
            let number = task.file_name().to_str().and_then(|name| name.parse().ok());
            if let Some((number, read)) = number.zip(read(&task.path())) {
                running.insert(number, read);
            }
        }
        for (number, (name, ticks)) in std::mem::take(&mut self.running) {
            // A number is given to another thread in time, which has used nothing yet; a thread may change its name.
            let goes_on = running.get(&number).is_some_and(|(_, more)| *more >= ticks);
            if !goes_on {
                *self.ended.entry(name).or_default() += ticks;
            }
        }
        self.running = running;
    }

    /// Seconds of core time by the threads' names.
    pub fn seconds(&self) -> BTreeMap<String, f64> {
        let running = self.running.values().map(|(name, ticks)| (name, *ticks));
        let ended = self.ended.iter().map(|(name, ticks)| (name, *ticks));
        let mut seconds = BTreeMap::new();
        for (name, ticks) in running.chain(ended) {
            *seconds.entry(name.clone()).or_default() += ticks as f64 / TICKS_PER_S;
        }
        seconds
    }
}

/// Name and ticks of a thread; `None` if it is gone.
fn read(task: &Path) -> Option<(String, u64)> {
    let stat = fs::read_to_string(task.join("stat")).ok()?;
    // The name, in parentheses, may hold anything; user and system time are the 12th and 13th fields after it
    // (proc_pid_stat(5): 14 and 15).
    let (before, after) = stat.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let mut fields = after.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some((name, next()? + next()?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn the_time_of_a_busy_thread_is_known_by_its_name_and_kept_when_it_has_ended() {
        let stop = AtomicBool::new(false);
        let mut times = ThreadTimes::default();
        let busy = |times: &ThreadTimes| times.seconds().get("busy-thread").copied();
        thread::scope(|scope| {
            let spin = || {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            };
            let named = thread::Builder::new().name("busy-thread".into());
            named.spawn_scoped(scope, spin).unwrap();
            while busy(&times).is_none_or(|seconds| seconds < 0.02) {
                times.look();
            }
            stop.store(true, Ordering::Relaxed);
        });
        let seen = busy(&times);
        times.look();
        assert!(busy(&times) >= seen, "{:?}, {seen:?}", busy(&times));
    }
}
