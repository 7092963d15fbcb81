//! What a conversation used of the machine: measured while it runs, written beside its recording, read by `stats`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use vivavoce::config::{Config, LlmEngine, SttEngine, TtsEngine};
use vivavoce::events::{EventKind, SessionEvent};
use vivavoce::harness::bench::LoadWatch;
use vivavoce::llm::server::Address;
use vivavoce::pipeline::Watcher;
use vivavoce::thread_time::ThreadTimes;

/// In the folder of a recording.
pub const USAGE: &str = "usage.json";

/// What was used. What could not be measured is absent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Usage {
    /// How long the conversation was.
    pub seconds: f64,
    /// Core time of the whole program, from the first to the last moment of the conversation.
    pub core_seconds: Option<f64>,
    /// The same by threads' names, as far as they were seen.
    pub threads: BTreeMap<String, f64>,
    /// The most memory that the program ever had.
    pub peak_memory_mib: Option<f64>,
    /// What the processor's own counter says of the whole machine.
    pub energy_j: Option<f64>,
    /// Engines and tools on other machines: what is said goes there. Empty: nothing leaves this one.
    pub leaves_for: Vec<String>,
}

/// Measures a conversation.
pub struct Meter {
    load: LoadWatch,
    threads: Arc<Mutex<ThreadTimes>>,
    before: BTreeMap<String, f64>,
    leaves_for: Vec<String>,
}

impl Meter {
    /// Begins.
    pub fn start(config: &Config) -> Self {
        let mut threads = ThreadTimes::default();
        threads.look();
        Self {
            load: LoadWatch::start(),
            before: threads.seconds(),
            threads: Arc::new(Mutex::new(threads)),
            leaves_for: leaves_for(config),
        }
    }

    /// Looks at the threads from time to time, so that one that ends is counted.
    pub fn watcher(&self) -> Watcher {
        let threads = Arc::clone(&self.threads);
        Box::new(move |event: &SessionEvent| {
            // Five times a second.
            if matches!(event.kind, EventKind::Levels { .. }) {
                look(&threads);
            }
        })
    }

    /// What was used until now.
    pub fn usage(&self) -> Usage {
        let load = self.load.load();
        let used = look(&self.threads).into_iter().map(|(name, seconds)| {
            let before = self.before.get(&name).copied().unwrap_or(0.0);
            (name, seconds - before)
        });
        Usage {
            seconds: load.seconds,
            core_seconds: self.load.core_seconds(),
            threads: used.filter(|(_, seconds)| *seconds > 0.0).collect(),
            peak_memory_mib: load.peak_memory_mib,
            energy_j: load.energy_j,
            leaves_for: self.leaves_for.clone(),
        }
    }
}

fn look(threads: &Mutex<ThreadTimes>) -> BTreeMap<String, f64> {
    let mut threads = threads.lock().unwrap_or_else(PoisonError::into_inner);
    threads.look();
    threads.seconds()
}

/// Other machines that the configuration names.
fn leaves_for(config: &Config) -> Vec<String> {
    let mut places = Vec::new();
    let is_away = |place: &str| {
        let address = Address::parse(place);
        address.map_or(true, |address| !address.is_this_machine())
    };
    if let LlmEngine::Server(url) = &config.llm.engine
        && is_away(url)
    {
        places.push(format!("{url} (language model)"));
    }
    if let Some(helper) = &config.llm.helper
        && let LlmEngine::Server(url) = &helper.engine
        && is_away(url)
    {
        places.push(format!("{url} (helper)"));
    }
    if let SttEngine::Wyoming(place) = &config.stt.engine
        && is_away(&format!("http://{place}"))
    {
        places.push(format!("{place} (recognizer)"));
    }
    if let TtsEngine::Wyoming(place) = &config.tts.engine
        && is_away(&format!("http://{place}"))
    {
        places.push(format!("{place} (voice)"));
    }
    // Whether a server's tools send anything on, nobody here knows.
    let servers = config.mcp.keys().map(|name| format!("{name} (MCP server)"));
    places.extend(servers);
    places
}

impl Usage {
    /// Writes it beside a recording.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(USAGE);
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(&path, text + "\n")
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Reads it; `None` if the recording has none.
    ///
    /// # Errors
    /// It is damaged.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(USAGE);
        let Ok(text) = std::fs::read_to_string(&path) else {
            return Ok(None);
        };
        let usage = serde_json::from_str(&text);
        usage
            .map(Some)
            .with_context(|| format!("{} is damaged", path.display()))
    }

    /// For people, in lines.
    pub fn lines(&self) -> Vec<String> {
        let mut threads: Vec<(&String, &f64)> = self.threads.iter().collect();
        threads.sort_by(|a, b| b.1.total_cmp(a.1));
        let threads = threads
            .into_iter()
            .map(|(name, s)| format!("{name} {s:.2}"));
        let threads = threads.collect::<Vec<_>>().join(", ");
        let core = match self.core_seconds {
            Some(seconds) => format!(
                "{seconds:.2} core-seconds in {:.0} s ({threads})",
                self.seconds
            ),
            None => "core time: this system does not tell it".into(),
        };
        let memory = self.peak_memory_mib.map_or_else(
            || "peak memory: this system does not tell it".into(),
            |mib| format!("peak memory: {mib:.0} MiB"),
        );
        let energy = self.energy_j.map_or_else(
            || "energy: this machine does not tell it".into(),
            |joules| format!("energy of the processor, other programs' too: {joules:.0} J"),
        );
        let away = if self.leaves_for.is_empty() {
            "left this machine: 0 bytes".into()
        } else {
            format!("what was said went to: {}", self.leaves_for.join(", "))
        };
        vec![core, memory, energy, away]
    }
}
