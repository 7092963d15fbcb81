//! Which profile of models suits this machine, by what was measured and what the manifest says.

use std::cmp::Reverse;

use vivavoce::harness::bench;
use vivavoce::language::Languages;
use vivavoce::llm::gpu;
use vivavoce::models::{Manifest, Platform, Role, Selection};
use vivavoce::turn_taking::SLOW_TOKENS_PER_S;

/// A final transcript of four seconds may take half a second.
const MOST_REAL_TIME_FACTOR: f64 = 0.125;
/// Share of the memory that models may take: buffers, other programs and the system need the rest.
const MEMORY_SHARE: f64 = 0.4;
/// Share of a GPU's memory that weights may take: the cache needs the rest.
const GPU_SHARE: f64 = 0.8;

/// What is known of the machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// Memory in all. Bytes.
    pub memory: u64,
    /// Memory of its GPU, if this build can use one. Bytes.
    pub gpu_memory: Option<u64>,
    /// Tokens a second that the configured profile's language model wrote.
    pub tokens_per_s: f64,
    /// Seconds that its recognizer needed for a second of speech.
    pub real_time_factor: f64,
}

impl Machine {
    /// This one, with speeds that were measured.
    pub fn with_speeds(tokens_per_s: f64, real_time_factor: f64) -> Self {
        let gpus = gpu::used(gpu::devices());
        Self {
            memory: bench::Machine::look().memory_mib << 20,
            gpu_memory: (!gpus.is_empty()).then(|| gpus.iter().map(|gpu| gpu.total).sum()),
            tokens_per_s,
            real_time_factor,
        }
    }
}

/// The profile for the languages that this machine runs fast enough: the one that knows the fewest others, since it is
/// better at each, and the largest of several such. Speeds are estimated: work grows with the size of the weights. `None`
/// if no profile speaks the languages, or none fits.
pub fn best_profile<'m>(
    machine: &Machine,
    measured: &Selection,
    manifest: &'m Manifest,
    languages: &Languages,
) -> Option<&'m str> {
    let speaks = |selection: &Selection| languages.are_all_in(&selection.profile.languages);
    let fitting = manifest
        .profiles
        .iter()
        .filter_map(|profile| manifest.select(&profile.name, Platform::current()).ok())
        .filter(|selection| speaks(selection) && fits(machine, measured, selection));
    let others = |selection: &Selection| Reverse(selection.profile.languages.len());
    let best = fitting.max_by_key(|selection| (others(selection), selection.total_bytes()))?;
    Some(best.profile.name.as_str())
}

fn fits(machine: &Machine, measured: &Selection, wanted: &Selection) -> bool {
    let in_memory = wanted.total_bytes() as f64 <= machine.memory as f64 * MEMORY_SHARE;
    let times = |role| bytes(wanted, role) / bytes(measured, role).max(1.0);
    let on_gpu = machine
        .gpu_memory
        .is_some_and(|memory| wanted.total_bytes() as f64 <= memory as f64 * GPU_SHARE);
    let writes = machine.tokens_per_s / times(Role::Llm).max(f64::MIN_POSITIVE);
    let hears = machine.real_time_factor * times(Role::Stt);
    on_gpu || (in_memory && writes >= SLOW_TOKENS_PER_S && hears <= MOST_REAL_TIME_FACTOR)
}

/// Size of the files of one role.
fn bytes(selection: &Selection, role: Role) -> f64 {
    let files = selection.files.iter().filter(|wanted| wanted.role == role);
    files.map(|wanted| wanted.file.size as f64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1 << 30;

    fn best(machine: &Machine, languages: &str) -> Option<String> {
        let manifest = Manifest::bundled().unwrap();
        let measured = manifest.select("starter", Platform::current()).unwrap();
        best_profile(machine, &measured, &manifest, &languages.parse().unwrap()).map(str::to_owned)
    }

    fn machine(memory_gb: u64, tokens_per_s: f64, real_time_factor: f64) -> Machine {
        Machine {
            memory: memory_gb * GB,
            gpu_memory: None,
            tokens_per_s,
            real_time_factor,
        }
    }

    #[test]
    fn two_slow_cores_get_the_starter() {
        let slow = machine(8, 90.0, 0.08);
        assert_eq!(best(&slow, "en").as_deref(), Some("starter"));
    }

    #[test]
    fn fast_cores_get_the_larger_models_and_little_memory_does_not() {
        let english = |memory| best(&machine(memory, 400.0, 0.01), "en");
        assert_eq!(english(16).as_deref(), Some("laptop-large"));
        assert_eq!(english(4).as_deref(), Some("laptop"));
        assert_eq!(english(2).as_deref(), Some("starter"));
    }

    #[test]
    fn a_gpu_runs_what_fits_into_its_memory() {
        let mut with_gpu = machine(16, 90.0, 0.08);
        with_gpu.gpu_memory = Some(12 * GB);
        assert_eq!(best(&with_gpu, "en").as_deref(), Some("gpu"));
    }

    #[test]
    fn several_languages_want_a_profile_that_speaks_them_all() {
        let in_both = |tokens_per_s| best(&machine(16, tokens_per_s, 0.01), "auto:en,de");
        assert_eq!(in_both(100.0).as_deref(), Some("multilingual"));
        assert_eq!(in_both(400.0).as_deref(), Some("multilingual-large"));
    }

    #[test]
    fn a_language_that_no_fitting_profile_speaks_has_none() {
        assert_eq!(best(&machine(8, 20.0, 0.2), "de"), None);
    }
}
