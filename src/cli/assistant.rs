//! What a session's assistant is given beside its engines: its tools, and where it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use vivavoce::agent::intents::Engines;
use vivavoce::agent::{ASK_HELPER, BuiltIn, Persona, Setting, offer_of_the_helper};
use vivavoce::clock::{local_time, unix_seconds};
use vivavoce::config::{Config, LlmEngine, SttEngine, TtsEngine};
use vivavoce::engines::{cache_dir, data_dir};
use vivavoce::folders::{self, Folders, FoldersError, Limits, Trouble};
use vivavoce::language::Language;
use vivavoce::llm::server::Address;
use vivavoce::mcp::McpClient;
use vivavoce::pipeline::SessionTools;
use vivavoce::talking::Look;
use vivavoce::tool_call::ExternalTools;
use vivavoce::tools::lookup::Facts;
use vivavoce::tools::{self, Keeping, StoreError, Toolbox};

/// How long a server may take to come up: one that is fetched at its first start takes some seconds.
const MCP_PATIENCE: Duration = Duration::from_secs(30);

/// The tools, if they are not switched off, and the setting; [`with_folders`] gives them folders. Where nothing is
/// kept, nothing that was kept is read either: a tester's conversation begins like the one before. A data file
/// that cannot be used is said, and the conversation goes on with tools that keep nothing; so is an index of
/// facts that cannot be, and no places are looked up then.
pub fn assistant(
    config: &Config,
    persona: &Persona,
    keeping: Keeping,
    mcp: Option<Arc<McpClient>>,
) -> (Setting, SessionTools) {
    let toolbox = config
        .tools
        .enabled
        .then(|| open(config, persona.language, keeping));
    let toolbox = toolbox.flatten().map(with_facts);
    let built_in = match &toolbox {
        Some(_) => BuiltIn::Callable,
        None => BuiltIn::SwitchedOff,
    };
    let names = toolbox.iter().flat_map(|_| &config.tools.offered);
    let others = mcp.iter().flat_map(|mcp| mcp.tools());
    // Whoever has the name of a built-in tool would have that one called.
    let others = others.map(|tool| tool.offer.clone());
    let others = others.filter(|offer| tools::class(&offer.definition.name).is_none());
    let spec = |name: &String| tools::specs().find(|spec| spec.name == name);
    let own = names.filter_map(spec).map(tools::Spec::offer);
    let helper = config.llm.helper.as_ref().map(|helper| helper.hands_over);
    let asking = helper.filter(|how| how.by_call());
    let others = others.filter(|offer| offer.definition.name != ASK_HELPER);
    let offers = own.chain(others);
    let offers = offers.chain(asking.map(|_| offer_of_the_helper()));
    let setting = Setting {
        name: persona.name.clone(),
        engines: place_of_engines(config),
        country: country(config),
        built_in,
        answers_from_tables: true,
        keeps_talk: toolbox.as_ref().is_some_and(Toolbox::keeps_talk),
        has_folders: false,
        offers: offers.collect(),
        helper,
    };
    let tools = SessionTools {
        built_in: toolbox,
        external: mcp.map(|mcp| mcp as Arc<dyn ExternalTools>),
    };
    (setting, tools)
}

/// Starts the servers that are configured. What does not come up is said, and the others go on.
pub fn connect_mcp(config: &Config) -> Option<Arc<McpClient>> {
    if config.mcp.is_empty() {
        return None;
    }
    let (client, troubles) = McpClient::connect(&config.mcp, MCP_PATIENCE);
    for trouble in troubles {
        let trouble = super::printable::printable(&trouble.to_string());
        eprintln!("{trouble}");
    }
    Some(Arc::new(client))
}

/// The user's own folders, if any are configured and the tools may look into them: they are read from now on. What
/// is wrong with one is said, and the others are read.
pub fn watch_folders(config: &Config) -> Option<Arc<Folders>> {
    let knows = |language| tools::knows("search_notes", language);
    let is_asked = config.tools.enabled && config.language.iter().any(knows);
    // Those that are not configured any more are forgotten, whoever may look.
    if !is_asked && !config.memory.folders.is_empty() {
        return None;
    }
    let opened = open_folders(config, |named, kept_in| {
        let look = Look::at(&data_dir()).ok();
        let gives_way = move || look.as_ref().is_some_and(Look::somebody_talks);
        Folders::open(named, kept_in, Box::new(gives_way))
    });
    let folders = opened.inspect_err(|error| out!("{error} Until then I look into no folders."));
    folders.ok().flatten().map(Arc::new)
}

/// The user's own folders, read by the time that this returns.
///
/// # Errors
/// Their index cannot be written.
pub fn read_folders(config: &Config) -> Result<Option<Folders>, FoldersError> {
    let folders = open_folders(config, |named, kept_in| {
        Folders::without_thread(named, kept_in, Limits::default())
    })?;
    folders.iter().try_for_each(Folders::look)?;
    Ok(folders)
}

/// None if no folders are configured: what was known of others is forgotten then.
fn open_folders(
    config: &Config,
    open: impl FnOnce(&[PathBuf], Option<&Path>) -> Result<(Folders, Vec<Trouble>), FoldersError>,
) -> Result<Option<Folders>, FoldersError> {
    let data = data_dir();
    let is_kept = config.memory.keep != Keeping::Nothing;
    let kept_in = is_kept.then_some(data.as_path());
    if config.memory.folders.is_empty() {
        if let Err(error) = folders::forget(&data) {
            out!("The index of folders that are not configured any more is still there: {error}.");
        }
        return Ok(None);
    }
    let (folders, troubles) = open(&config.memory.folders, kept_in)?;
    troubles.iter().for_each(|trouble| out!("{trouble}"));
    Ok(Some(folders))
}

/// The same setting and tools, and what they may look into: only what was opened, whatever is configured.
pub fn with_folders(
    (setting, tools): (Setting, SessionTools),
    folders: Option<Arc<Folders>>,
) -> (Setting, SessionTools) {
    let setting = Setting {
        has_folders: folders.is_some(),
        ..setting
    };
    let tools = SessionTools {
        built_in: tools.built_in.map(|toolbox| toolbox.with_folders(folders)),
        ..tools
    };
    (setting, tools)
}

/// In the language that the conversation begins in; without the file where that cannot be used.
fn open(config: &Config, language: Language, keeping: Keeping) -> Option<Toolbox> {
    // Two programs on one folder are told apart by it.
    let seed = unix_seconds() ^ (u64::from(std::process::id()) << 32);
    let open = |folder: Option<&Path>| -> Result<Toolbox, StoreError> {
        let opened = Toolbox::open(folder, language, seed)?;
        Ok(opened.keeping(keeping, config.memory.days))
    };
    let folder = (keeping != Keeping::Nothing).then(data_dir);
    let opened = open(folder.as_deref());
    match opened {
        Ok(toolbox) => Some(toolbox),
        Err(error) => {
            out!(
                "{error} Until then timers, lists and what you tell me last only as long as this conversation."
            );
            open(None).ok()
        }
    }
}

fn with_facts(toolbox: Toolbox) -> Toolbox {
    let facts = Facts::open(&cache_dir().join("facts"));
    let facts = facts.inspect_err(|error| out!("{error} Until then I look no places up."));
    toolbox.with_facts(facts.ok())
}

/// Whether words of the user leave this machine.
fn place_of_engines(config: &Config) -> Engines {
    let is_here = |address: &str| Address::parse(address).is_ok_and(|a| a.is_this_machine());
    let wyoming_is_here = |address: &str| is_here(&format!("http://{address}/v1"));
    let model_is_here = |engine: &LlmEngine| match engine {
        LlmEngine::Server(address) => is_here(address),
        LlmEngine::Profile | LlmEngine::Gguf(_) | LlmEngine::None => true,
    };
    let here = [
        model_is_here(&config.llm.engine),
        (config.llm.helper.as_ref()).is_none_or(|helper| model_is_here(&helper.engine)),
        match &config.stt.engine {
            SttEngine::Wyoming(address) => wyoming_is_here(address),
            SttEngine::Profile | SttEngine::Whisper(_) => true,
        },
        match &config.tts.engine {
            TtsEngine::Wyoming(address) => wyoming_is_here(address),
            TtsEngine::Profile
            | TtsEngine::Pico
            | TtsEngine::Hibari(_)
            | TtsEngine::Kokoro(_)
            | TtsEngine::Piper(_) => true,
        },
    ];
    if here.into_iter().all(|here| here) {
        Engines::OnThisMachine
    } else {
        Engines::OnAServer
    }
}

/// The country: as configured, or that of the locale, `en_GB.UTF-8`.
fn country(config: &Config) -> Option<String> {
    let locale = || {
        ["LC_ALL", "LC_TIME", "LANG"].into_iter().find_map(|name| {
            let locale = std::env::var(name).ok()?;
            country_of(
                &locale,
                local_time().time_zone().iana_name().unwrap_or_default(),
            )
        })
    };
    config.tools.country.clone().or_else(locale)
}

fn country_of(locale: &str, zone: &str) -> Option<String> {
    let region = locale.split(['.', '@']).next()?.split(['_', '-']).nth(1)?;
    // Many machines anywhere are set up in American English.
    if region.eq_ignore_ascii_case("us") && !zone.starts_with("America/") {
        return None;
    }
    let is_code = region.len() == 2 && region.bytes().all(|b| b.is_ascii_alphabetic());
    is_code.then(|| region.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivavoce::config::HelperConfig;

    #[test]
    fn the_country_is_that_of_the_locale() {
        let country = |locale| country_of(locale, "Europe/Berlin");
        assert_eq!(country("en_GB.UTF-8").as_deref(), Some("GB"));
        assert_eq!(country("de-AT@euro").as_deref(), Some("AT"));
        for none in ["C.UTF-8", "POSIX", "", "en", "en_001"] {
            assert_eq!(country(none), None);
        }
    }

    #[test]
    fn american_english_elsewhere_is_no_country() {
        let in_zone = |zone| country_of("en_US.UTF-8", zone);
        assert_eq!(in_zone("America/Chicago").as_deref(), Some("US"));
        assert_eq!(in_zone("Europe/Berlin"), None);
    }

    #[test]
    fn a_helper_elsewhere_is_where_words_go() {
        let mut config = Config::default();
        let engine = LlmEngine::Server("http://house.local:8080/v1".into());
        config.llm.helper = Some(HelperConfig {
            engine,
            ..HelperConfig::default()
        });
        assert_eq!(place_of_engines(&config), Engines::OnAServer);
    }

    #[test]
    fn a_server_elsewhere_is_where_words_go() {
        let with = |address: &str| {
            let mut config = Config::default();
            config.stt.engine = SttEngine::Wyoming(address.into());
            place_of_engines(&config)
        };
        assert_eq!(place_of_engines(&Config::default()), Engines::OnThisMachine);
        assert_eq!(with("127.0.0.1:10300"), Engines::OnThisMachine);
        assert_eq!(with("house.local:10300"), Engines::OnAServer);
    }
}
