//! What two runs have in common, and whether that is enough.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::super::report::{Report, Trust};
use super::{CompareError, Differs};

/// So many of the stimuli of the smaller run have to be the same in both: a part of the suite may be
/// compared with the whole.
const LEAST_COMMON: f64 = 0.8;

/// Stimuli that count.
pub(super) struct Common {
    /// Those that only one of them has, or that sound different.
    others: HashSet<String>,
    all: usize,
}

impl Common {
    pub(super) fn of(base: &Report, new: &Report) -> Result<Self, CompareError> {
        if base.kind != new.kind {
            return Err(CompareError::OtherKind {
                base: base.kind,
                new: new.kind,
            });
        }
        let (before, after) = (&base.trust.stimuli, &new.trust.stimuli);
        let same = |name: &String| before.get(name) == after.get(name);
        let names = before.keys().chain(after.keys());
        let others: HashSet<String> = names.filter(|name| !same(name)).cloned().collect();
        let all = before.len().max(after.len());
        let smaller = before.len().min(after.len());
        let common = before.keys().filter(|name| same(name)).count();
        if (common as f64) < LEAST_COMMON * smaller as f64 || (common == 0 && all > 0) {
            let of = smaller;
            return Err(CompareError::OtherStimuli { common, of });
        }
        Ok(Self { others, all })
    }

    /// Whether the stimulus of a sample counts. Where a scenario is held more than once, samples
    /// have `SCENARIO@REPEAT#NUMBER`, and stimuli `SCENARIO#NUMBER`.
    pub(super) fn counts(&self, at: &str) -> bool {
        let (group, number) = at.split_once('#').unwrap_or((at, ""));
        let scenario = group.split('@').next().unwrap_or(group);
        let stimulus = format!("{scenario}#{number}");
        !self.others.contains(at) && !self.others.contains(&stimulus)
    }

    /// Why figures of a whole run cannot be judged: they have no samples to leave out.
    pub(super) fn whole_run_only(&self) -> Option<String> {
        let reason = "it counts stimuli that only one of the runs has".to_owned();
        (!self.others.is_empty()).then_some(reason)
    }

    pub(super) fn warnings(&self, base: &Report, new: &Report) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.others.is_empty() {
            let (others, all) = (self.others.len(), self.all);
            warnings.push(format!(
                "{others} stimuli are not the same in both (of {all}) and were left out; rates and \
                 single values are not judged"
            ));
        }
        for (name, report) in [("base", base), ("new", new)] {
            let of_run = report.verdict.warnings.iter();
            warnings.extend(of_run.map(|warning| format!("{name}: {warning}")));
        }
        warnings
    }
}

/// What may be the reason of a difference.
pub(super) fn differs(base: &Trust, new: &Trust) -> Vec<Differs> {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let plain = |trust: &Trust| {
        let machine = &trust.machine;
        [
            ("version", trust.version.clone()),
            ("commit", trust.commit.clone()),
            ("build", trust.build.clone()),
            ("processor", machine.cpu.clone()),
            ("cores", machine.cores.to_string()),
            ("governor", optional(&machine.governor)),
            ("memory in MiB", machine.memory_mib.to_string()),
            ("operating system", optional(&machine.os)),
            ("kernel", optional(&machine.kernel)),
            ("on battery", machine.on_battery.to_string()),
            ("profile", trust.profile.clone()),
            ("seed", trust.seed.to_string()),
            ("repeats", trust.repeats.to_string()),
        ]
    };
    let pairs = plain(base).into_iter().zip(plain(new));
    let mut found: Vec<Differs> = pairs
        .filter(|(before, after)| before.1 != after.1)
        .map(|((what, before), (_, after))| Differs {
            what: what.into(),
            base: before,
            new: after,
        })
        .collect();
    found.extend(of_maps("setting", &base.settings, &new.settings));
    found.extend(of_maps("model", &base.models, &new.models));
    found
}

fn of_maps(
    what: &str,
    base: &IndexMap<String, String>,
    new: &IndexMap<String, String>,
) -> Vec<Differs> {
    let fresh = new.keys().filter(|name| !base.contains_key(*name));
    let names = base.keys().chain(fresh);
    let value = |map: &IndexMap<String, String>, name| map.get(name).cloned().unwrap_or_default();
    names
        .filter(|name| base.get(*name) != new.get(*name))
        .map(|name| Differs {
            what: format!("{what} {name}"),
            base: value(base, name),
            new: value(new, name),
        })
        .collect()
}
