//! What this program uses of the machine: processor time by thread, memory, energy. Known on Linux only; elsewhere
//! nothing is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Linux's unit of processor time in `/proc`, the same on all its platforms (`USER_HZ`).
const TICKS_PER_S: f64 = 100.0;

/// Processor time of the threads of this program, and of programs that it has started and that still run. It is known as
/// often as it was looked at: who ends is counted as it was seen last, and what is missing of threads is counted as
/// "others". Threads that a library starts have the name of the thread that started them.
#[derive(Debug, Default)]
pub struct CoreTime {
    threads: Seen,
    programs: Seen,
}

#[derive(Debug, Default)]
struct Seen {
    /// Name and ticks by the number of the thread or program.
    running: BTreeMap<u32, (String, u64)>,
    /// Ticks of those that have ended.
    ended: BTreeMap<String, u64>,
}

/// Time of this program's threads that ended before they were looked at.
const UNSEEN: &str = "others";

impl CoreTime {
    /// Looks at all of them.
    pub fn look(&mut self) {
        let Ok(tasks) = fs::read_dir("/proc/self/task") else {
            return;
        };
        let (mut threads, mut programs) = (BTreeMap::new(), BTreeMap::new());
        for task in tasks.flatten() {
            let folder = task.path();
            let children = fs::read_to_string(folder.join("children")).unwrap_or_default();
            threads.extend(numbered(&folder));
            let children = children.split_whitespace();
            programs.extend(children.filter_map(|child| numbered(&Path::new("/proc").join(child))));
        }
        self.threads.are(threads);
        self.programs.are(programs);
    }

    /// Seconds by name.
    pub fn seconds(&self) -> BTreeMap<String, f64> {
        let mut ticks = BTreeMap::new();
        self.threads.add_to(&mut ticks);
        let seen = ticks.values().sum::<u64>();
        let (_, all) = name_and_ticks(Path::new("/proc/self")).unwrap_or_default();
        ticks.insert(UNSEEN.to_owned(), all.saturating_sub(seen));
        self.programs.add_to(&mut ticks);
        let ticks = ticks.into_iter();
        ticks
            .map(|(name, ticks)| (name, ticks as f64 / TICKS_PER_S))
            .collect()
    }
}

impl Seen {
    /// These run now.
    fn are(&mut self, running: BTreeMap<u32, (String, u64)>) {
        for (number, (name, ticks)) in std::mem::take(&mut self.running) {
            // A number is given to another thread in time, which has used nothing yet; a thread may change its name.
            let goes_on = running.get(&number).is_some_and(|(_, more)| *more >= ticks);
            if !goes_on {
                *self.ended.entry(name).or_default() += ticks;
            }
        }
        self.running = running;
    }

    fn add_to(&self, ticks: &mut BTreeMap<String, u64>) {
        let running = self.running.values().map(|(name, ticks)| (name, ticks));
        for (name, used) in running.chain(&self.ended) {
            *ticks.entry(name.clone()).or_default() += used;
        }
    }
}

/// Seconds of core time that all threads of this program have used since it began, those that have ended too.
pub fn core_seconds() -> Option<f64> {
    let (_, ticks) = name_and_ticks(Path::new("/proc/self"))?;
    Some(ticks as f64 / TICKS_PER_S)
}

/// Seconds for which all cores together were busy since the system began, with what a hypervisor took away.
pub fn busy_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let fields = stat.lines().next()?.split_whitespace().skip(1);
    let fields: Vec<f64> = fields.filter_map(|field| field.parse().ok()).collect();
    // user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)).
    let idle = fields.get(3)? + fields.get(4)?;
    Some((fields.iter().take(8).sum::<f64>() - idle) / TICKS_PER_S)
}

/// The most memory that this program has had. MiB.
pub fn peak_memory_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

/// What the counters of the processor packages say (RAPL): energy of the whole machine, other programs' too. They wrap
/// around. Joules.
pub fn energy_j() -> Option<f64> {
    let packages = fs::read_dir("/sys/class/powercap").ok()?;
    let read = |path: PathBuf| -> Option<f64> {
        // `intel-rapl:0` is a package, `intel-rapl:0:1` a part of it.
        let name = path.file_name()?.to_str()?.to_owned();
        let package = name.starts_with("intel-rapl:") && name.matches(':').count() == 1;
        let text = fs::read_to_string(path.join("energy_uj")).ok();
        text.filter(|_| package)?.trim().parse().ok()
    };
    let found = packages.filter_map(|entry| read(entry.ok()?.path()));
    let found: Vec<f64> = found.collect();
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / 1e6)
}

/// The same with its number.
fn numbered(folder: &Path) -> Option<(u32, (String, u64))> {
    let number = folder.file_name()?.to_str()?.parse().ok()?;
    Some((number, name_and_ticks(folder)?))
}

/// Name and ticks of a thread or program; `None` if it is gone.
fn name_and_ticks(folder: &Path) -> Option<(String, u64)> {
    let stat = fs::read_to_string(folder.join("stat")).ok()?;
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
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    /// Looks until this name has used so much.
    fn look_until(times: &mut CoreTime, name: &str, seconds: f64) {
        while (times.seconds().get(name)).is_none_or(|used| *used < seconds) {
            times.look();
        }
    }

    #[test]
    fn the_time_of_a_busy_thread_is_known_by_its_name_and_kept_when_it_has_ended() {
        let stop = AtomicBool::new(false);
        let mut times = CoreTime::default();
        thread::scope(|scope| {
            let spin = || {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            };
            let named = thread::Builder::new().name("busy-thread".into());
            named.spawn_scoped(scope, spin).unwrap();
            look_until(&mut times, "busy-thread", 0.02);
            stop.store(true, Ordering::Relaxed);
        });
        let seen = times.seconds()["busy-thread"];
        times.look();
        assert!(times.seconds()["busy-thread"] >= seen);
    }

    #[test]
    fn the_time_of_a_program_that_was_started_is_known_by_its_name() {
        let spin = "while :; do :; done";
        let mut child = Command::new("sh").args(["-c", spin]).spawn().unwrap();
        look_until(&mut CoreTime::default(), "sh", 0.02);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn this_program_has_used_time_and_memory() {
        let before = core_seconds().unwrap();
        let mut sum = 0.0f64;
        while core_seconds().unwrap() < before + 0.03 {
            sum += (sum + 1.0).sqrt();
        }
        assert!(sum > 0.0 && peak_memory_mib().unwrap() > 1.0);
        assert!(busy_seconds().unwrap() > 0.0);
    }
}
