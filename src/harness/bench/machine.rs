//! What a run was measured on, and what else the machine did meanwhile. What the platform does not
//! tell is `None`.

use std::fs;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sysinfo::{Components, CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use super::report::Conversation;
use crate::clock::Stopwatch;

/// The machine, as it was when the run began.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// Its processor.
    pub cpu: String,
    /// Logical cores that the program may use.
    pub cores: usize,
    /// Frequency of the first core.
    pub cpu_mhz: Option<u64>,
    /// How the frequency is chosen (Linux: `scaling_governor` of the first core).
    pub governor: Option<String>,
    /// Main memory.
    pub memory_mib: u64,
    /// Operating system and its version.
    pub os: Option<String>,
    /// Kernel.
    pub kernel: Option<String>,
    /// Hottest sensor.
    pub temperature_c: Option<f32>,
    /// Whether it runs on its battery.
    pub on_battery: bool,
}

impl Machine {
    /// Looks at this machine.
    pub fn look() -> Self {
        let what = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing().with_frequency())
            .with_memory(MemoryRefreshKind::nothing().with_ram());
        let system = System::new_with_specifics(what);
        let first = system.as_ref().ok().and_then(|s| s.cpus().first());
        let governor = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
        Self {
            cpu: first.map_or_else(String::new, |cpu| cpu.brand().trim().to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            cpu_mhz: first.map(sysinfo::Cpu::frequency).filter(|mhz| *mhz > 0),
            governor: fs::read_to_string(governor).ok().map(|s| s.trim().into()),
            memory_mib: system.as_ref().map_or(0, |s| s.total_memory() / (1 << 20)),
            os: System::long_os_version().ok(),
            kernel: System::kernel_version().ok(),
            temperature_c: temperature(),
            on_battery: crate::power::on_battery(),
        }
    }
}

fn temperature() -> Option<f32> {
    let components = Components::new_with_refreshed_list().ok()?;
    let hottest = components.iter().filter_map(|c| c.temperature());
    hottest.filter(|c| c.is_finite()).reduce(f32::max)
}

/// What happened on the machine during a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Load {
    /// Length of the run.
    pub seconds: f64,
    /// Load average over one minute when it began.
    pub load_average: f64,
    /// Cores that this program kept busy, on average.
    pub own_cores: Option<f64>,
    /// Cores that others kept busy, on average; with what a hypervisor took away.
    pub other_cores: Option<f64>,
    /// Hottest sensor at the end.
    pub temperature_c: Option<f32>,
    /// Most memory that this program has had.
    pub peak_memory_mib: Option<f64>,
    /// Energy of the processor packages, where the machine reports it (Linux: RAPL).
    pub energy_j: Option<f64>,
}

/// Others may use this much of a core before a run counts as disturbed.
const QUIET_CORES: f64 = 0.15;

impl Load {
    /// What to say of it, if it may have changed the figures.
    pub fn warning(&self) -> Option<String> {
        let other = self.other_cores.filter(|cores| *cores > QUIET_CORES)?;
        Some(format!(
            "the machine was busy: other programs used {other:.2} cores during the run; close them \
             and run again for figures to compare"
        ))
    }
}

/// What to say of conversations during which other programs worked: over a whole run it averages
/// out.
pub fn disturbed(conversations: &[Conversation]) -> Option<String> {
    let busy = |c: &&Conversation| c.other_cores.is_some_and(|cores| cores > QUIET_CORES);
    let mut busy = conversations.iter().filter(busy).peekable();
    let first = busy.peek()?.scenario.clone();
    Some(format!(
        "other programs were busy during {} of {} conversations, {first} first",
        busy.count(),
        conversations.len()
    ))
}

/// Watches a run.
pub struct LoadWatch {
    watch: Stopwatch,
    load_average: f64,
    before: Ticks,
    energy_uj: Option<f64>,
}

impl LoadWatch {
    /// Begins.
    pub fn start() -> Self {
        Self {
            watch: Stopwatch::start(),
            load_average: System::load_average().map_or(0.0, |load| load.one),
            before: Ticks::read(),
            energy_uj: energy_uj(),
        }
    }

    /// Seconds of core time that this program has used since the start.
    pub fn core_seconds(&self) -> Option<f64> {
        Some((Ticks::read().own? - self.before.own?) / TICKS_PER_S)
    }

    /// Since the start.
    pub fn load(&self) -> Load {
        let seconds = self.watch.elapsed().as_secs_f64();
        let now = Ticks::read();
        let cores = |ticks: f64| ticks / TICKS_PER_S / seconds.max(0.01);
        let own = self.before.own.zip(now.own).map(|(a, b)| b - a);
        let busy = self.before.busy.zip(now.busy).map(|(a, b)| b - a);
        let energy = self.energy_uj.zip(energy_uj());
        Load {
            seconds,
            load_average: self.load_average,
            own_cores: own.map(cores),
            other_cores: own.zip(busy).map(|(own, busy)| cores(busy - own).max(0.0)),
            temperature_c: temperature(),
            peak_memory_mib: peak_memory_mib(),
            // The counter wraps around; a negative difference is no measurement.
            energy_j: energy.map(|(a, b)| (b - a) / 1e6).filter(|j| *j >= 0.0),
        }
    }
}

/// Linux's unit of processor time in `/proc`, the same on all its platforms (USER_HZ).
const TICKS_PER_S: f64 = 100.0;

/// Processor time, in ticks since the system's or the program's start.
struct Ticks {
    own: Option<f64>,
    busy: Option<f64>,
}

impl Ticks {
    fn read() -> Self {
        let own = || {
            let stat = fs::read_to_string("/proc/self/stat").ok()?;
            // The name, in parentheses, may hold anything; user and system time are the 12th and
            // 13th fields after it (proc_pid_stat(5): 14 and 15).
            let after = stat.rsplit(')').next()?;
            let mut fields = after.split_whitespace().skip(11);
            let mut next = || fields.next()?.parse::<f64>().ok();
            Some(next()? + next()?)
        };
        let busy = || {
            let stat = fs::read_to_string("/proc/stat").ok()?;
            let fields: Vec<f64> = stat
                .lines()
                .next()?
                .split_whitespace()
                .skip(1)
                .filter_map(|field| field.parse().ok())
                .collect();
            // user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)).
            let idle = fields.get(3)? + fields.get(4)?;
            Some(fields.iter().take(8).sum::<f64>() - idle)
        };
        Self {
            own: own(),
            busy: busy(),
        }
    }
}

fn peak_memory_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

fn energy_uj() -> Option<f64> {
    let packages = fs::read_dir("/sys/class/powercap").ok()?;
    let read = |path: std::path::PathBuf| -> Option<f64> {
        // `intel-rapl:0` is a package, `intel-rapl:0:1` a part of it.
        let name = path.file_name()?.to_str()?.to_owned();
        let package = name.starts_with("intel-rapl:") && name.matches(':').count() == 1;
        let text = fs::read_to_string(path.join("energy_uj")).ok();
        text.filter(|_| package)?.trim().parse().ok()
    };
    let found: Vec<f64> = packages
        .filter_map(|entry| read(entry.ok()?.path()))
        .collect();
    (!found.is_empty()).then(|| found.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_processor_and_memory() {
        let machine = Machine::look();
        assert!(machine.cores > 0 && machine.memory_mib > 0, "{machine:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn work_of_this_program_is_its_own() {
        let watch = LoadWatch::start();
        let mut sum = 0.0f64;
        while watch.core_seconds().unwrap() < 0.05 {
            sum += (sum + 1.0).sqrt();
        }
        let load = watch.load();
        assert!(load.own_cores.unwrap() > 0.0 && sum > 0.0, "{load:?}");
        assert!(load.peak_memory_mib.unwrap() > 1.0);
    }

    #[test]
    fn a_busy_machine_is_said() {
        let load = |other| Load {
            other_cores: Some(other),
            ..Load::default()
        };
        assert!(load(0.8).warning().unwrap().contains("0.80 cores"));
        assert_eq!(load(0.05).warning(), None);
    }
}
