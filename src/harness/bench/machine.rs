//! What a run was measured on, and what else the machine did meanwhile. What the platform does not
//! tell is `None`.

use std::fs;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sysinfo::{Components, CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use super::report::Conversation;
use crate::clock::Stopwatch;
use crate::usage::{busy_seconds, core_seconds, energy_j, peak_memory_mib};

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
    own_before: Option<f64>,
    busy_before: Option<f64>,
    energy_before: Option<f64>,
}

impl LoadWatch {
    /// Begins.
    pub fn start() -> Self {
        Self {
            watch: Stopwatch::start(),
            load_average: System::load_average().map_or(0.0, |load| load.one),
            own_before: core_seconds(),
            busy_before: busy_seconds(),
            energy_before: energy_j(),
        }
    }

    /// Seconds of core time that this program has used since the start.
    pub fn core_seconds(&self) -> Option<f64> {
        Some(core_seconds()? - self.own_before?)
    }

    /// Since the start.
    pub fn load(&self) -> Load {
        let seconds = self.watch.elapsed().as_secs_f64();
        let cores = |used: f64| used / seconds.max(0.01);
        let own = self.core_seconds();
        let busy = busy_seconds()
            .zip(self.busy_before)
            .map(|(now, before)| now - before);
        let energy = energy_j()
            .zip(self.energy_before)
            .map(|(now, before)| now - before);
        Load {
            seconds,
            load_average: self.load_average,
            own_cores: own.map(cores),
            other_cores: own.zip(busy).map(|(own, busy)| cores(busy - own).max(0.0)),
            temperature_c: temperature(),
            peak_memory_mib: peak_memory_mib(),
            // The counter wraps around; a negative difference is no measurement.
            energy_j: energy.filter(|j| *j >= 0.0),
        }
    }
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
