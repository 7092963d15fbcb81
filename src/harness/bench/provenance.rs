//! Why to believe a run: what it was measured with, and on what.

use indexmap::IndexMap;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::machine::Machine;
use super::metric::Metrics;
use super::report::{Kind, Report, SCHEMA, SelfTest, Trust, Verdict};
use super::self_test::self_test;
use crate::audio::frame::sound_bounds;
use crate::audio::wav::Clip;
use crate::clock::unix_seconds;
use crate::config::Config;
use crate::engines::{needed, needed_by_helper};
use crate::harness::scenario::{Scenario, Stimulus};
use crate::harness::stimulus::Prepared;
use crate::hex::hex;
use crate::models::{ModelStore, ModelsError};

/// GPU features of this build.
const FEATURES: [(&str, bool); 3] = [
    ("cuda", cfg!(feature = "cuda")),
    ("metal", cfg!(feature = "metal")),
    ("vulkan", cfg!(feature = "vulkan")),
];

impl Trust {
    /// What can be said before a run.
    ///
    /// # Errors
    /// The profile is not known.
    pub fn before(config: &Config) -> Result<Self, ModelsError> {
        Ok(Self {
            began: now(),
            version: env!("CARGO_PKG_VERSION").into(),
            commit: env!("VIVAVOCE_COMMIT").into(),
            build: build(),
            machine: Machine::look(),
            profile: config.profile.clone(),
            models: model_hashes(config)?,
            settings: settings(config),
            repeats: 1,
            ..Self::default()
        })
    }

    /// Notes the stimuli of a scenario: their sound, and all that the scenario does with it.
    pub fn note_stimuli(&mut self, scenario: &Scenario, stimuli: &[Prepared]) {
        let Scenario {
            room, noise_dbfs, ..
        } = scenario;
        for (n, prepared) in stimuli.iter().enumerate() {
            let Stimulus {
                when,
                level_dbfs,
                far,
                expect,
                ..
            } = prepared.stimulus;
            let use_of_it =
                format!("{when:?} {level_dbfs:?} {far} {expect:?} {room:?} {noise_dbfs:?}");
            // Around its sound an engine may leave what it likes.
            let Clip { samples, rate_hz } = &prepared.source;
            let (first, last) = sound_bounds(samples, *rate_hz);
            let hash = hash_stimulus(&samples[first..last], &use_of_it);
            self.stimuli.insert(format!("{}#{n}", scenario.name), hash);
        }
    }

    /// Makes recordings with known answers and keeps what was found.
    pub fn test_itself(&mut self, recordings: usize) -> &SelfTest {
        self.self_test.insert(self_test(recordings))
    }

    /// What a reader has to know before using the figures.
    pub fn warnings(&self) -> Vec<String> {
        let on_battery = self.machine.on_battery.then(|| {
            "the machine ran on its battery: it may have been slower; plug it in for figures to \
             compare"
                .to_owned()
        });
        let governor = self.machine.governor.as_deref();
        let saving = governor.filter(|g| *g == "powersave").map(|governor| {
            format!("the processor's governor is {governor}: its frequency may have been low")
        });
        let unproved = self.self_test.as_ref().filter(|test| !test.passed());
        let unproved = unproved.map(|_| "the detector failed its self-test".to_owned());
        let all = [self.load.warning(), on_battery, saving, unproved];
        all.into_iter().flatten().collect()
    }
}

impl Report {
    /// Of figures, and what they come to in a sentence.
    pub fn new(kind: Kind, sentence: String, mut metrics: Metrics, trust: Trust) -> Self {
        metrics.of_load(&trust.load);
        Self {
            schema: SCHEMA.into(),
            kind,
            verdict: Verdict::new(sentence, trust.warnings()),
            trust,
            metrics,
            conversations: Vec::new(),
            cut_off_curve: Vec::new(),
        }
    }
}

fn now() -> String {
    let seconds = i64::try_from(unix_seconds()).unwrap_or(0);
    let at = OffsetDateTime::from_unix_timestamp(seconds);
    at.ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

fn build() -> String {
    let features: Vec<&str> = FEATURES.iter().filter(|f| f.1).map(|f| f.0).collect();
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
    if features.is_empty() {
        format!("{arch}-{os}, {profile}")
    } else {
        format!("{arch}-{os}, {profile}, {}", features.join("+"))
    }
}

fn model_hashes(config: &Config) -> Result<IndexMap<String, String>, ModelsError> {
    let manifest = ModelStore::open(config.models_dir.as_deref())?.manifest()?;
    let selection = needed(config, &manifest)?;
    let of_helper = needed_by_helper(config, &manifest)?;
    let of_helper = of_helper.iter().flat_map(|selection| &selection.files);
    let files = selection.files.iter().chain(of_helper);
    let hash = |wanted: &crate::models::Wanted<'_>| {
        let name = format!("{}/{}", wanted.model.id, wanted.file.name);
        (name, wanted.file.sha256.clone())
    };
    Ok(files.map(hash).collect())
}

/// What changes the figures, as it was set; a persona by its hash.
fn settings(config: &Config) -> IndexMap<String, String> {
    let persona = config
        .persona
        .as_ref()
        .and_then(|path| std::fs::read(path).ok());
    let persona = persona.map_or("bundled".into(), |text| hex(&Sha256::digest(text)));
    let entries = [
        ("turn_taking", format!("{:?}", config.turn_taking)),
        ("vad", format!("{:?}", config.vad)),
        ("stt", format!("{:?}", config.stt)),
        ("llm", format!("{:?}", config.llm)),
        ("tts", format!("{:?}", config.tts)),
        ("threads", format!("{:?}", config.threads)),
        (
            "echo_cancellation",
            config.audio.echo_cancellation.to_string(),
        ),
        ("persona", persona),
    ];
    entries
        .map(|(name, value)| (name.into(), value))
        .into_iter()
        .collect()
}

fn hash_stimulus(samples: &[f32], use_of_it: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(use_of_it);
    samples
        .iter()
        .for_each(|sample| hash.update(sample.to_le_bytes()));
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_named_with_their_hashes() {
        let trust = Trust::before(&Config::default()).unwrap();
        assert!(trust.models.len() >= 5, "{:?}", trust.models);
        assert!(trust.models.values().all(|hash| hash.len() == 64));
    }

    #[test]
    fn the_time_is_written_as_everybody_writes_it() {
        let now = now();
        assert!(now.len() == 20 && now.ends_with('Z'), "{now}");
    }

    #[test]
    fn a_failed_self_test_is_said() {
        let mut trust = Trust::default();
        trust.test_itself(2);
        assert!(trust.warnings().is_empty());
        if let Some(test) = &mut trust.self_test {
            test.missed = 1;
        }
        assert_eq!(trust.warnings().len(), 1);
    }
}
