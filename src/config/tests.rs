use super::*;
use crate::tools::Keeping;
use crate::turn_taking::Drafts;

fn read(text: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vivavoce.toml");
    std::fs::write(&path, text).unwrap();
    Config::read(&path)
}

#[test]
fn an_empty_file_is_the_defaults() {
    assert_eq!(read("").unwrap(), Config::default());
}

#[test]
fn a_wrong_key_is_named_with_file_and_line() {
    let message = read("profile = \"starter\"\n[vad]\nonset_millis = 5\n")
        .unwrap_err()
        .to_string();
    assert!(message.contains("vivavoce.toml"), "{message}");
    assert!(
        message.contains("line 3") && message.contains("onset_millis"),
        "{message}"
    );
}

#[test]
fn an_engine_is_a_line_or_a_section() {
    let line = read("stt = \"whisper\"\nllm = \"/models/a.gguf\"\n").unwrap();
    assert_eq!(line.stt.engine, SttEngine::Whisper(None));
    let section = read("[llm]\nengine = \"/models/a.gguf\"\ncontext = 4096\n").unwrap();
    assert_eq!(section.llm.engine, line.llm.engine);
    assert_eq!(section.llm.context, 4096);
}

#[test]
fn a_wrong_engine_is_named_with_file_and_line() {
    for wrong in ["\nstt = \"wisper\"\n", "[stt]\nengine = \"wisper\"\n"] {
        let message = read(wrong).unwrap_err().to_string();
        for part in ["vivavoce.toml", "line 2", "wisper", "whisper:FILE"] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }
}

#[test]
fn a_value_out_of_range_is_named_with_what_it_may_be() {
    let message = read("[vad]\nonset_threshold = 7.0\n")
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("vad.onset_threshold") && message.contains("0 to 1"),
        "{message}"
    );
}

#[test]
fn reasoning_and_a_reply_must_fit_into_the_context() {
    let message = read("[llm]\ncontext = 512\nreasoning_tokens = 512\n")
        .unwrap_err()
        .to_string();
    assert!(message.contains("llm.reasoning_tokens = 512"), "{message}");
    read("[llm]\ncontext = 512\nreasoning_tokens = 0\n").unwrap();
}

#[test]
fn a_small_context_needs_no_other_key() {
    for context in [512, 1_024, 2_048] {
        read(&format!("[llm]\ncontext = {context}\n")).unwrap();
    }
}

#[test]
fn a_helper_is_a_profile_or_an_engine_and_has_half_of_the_cores() {
    assert_eq!(read("").unwrap().llm.helper, None);
    let helper = |text: &str| read(text).unwrap().llm.helper.unwrap();
    let profile = helper("[llm.helper]\nprofile = \"multilingual\"\n");
    assert_eq!(profile.profile.as_deref(), Some("multilingual"));
    assert_eq!(
        [1, 2, 7].map(|cores| profile.threads(cores)),
        [1, 1, 3],
        "{profile:?}"
    );
    let beside = "[llm]\ncontext = 4096\n[llm.helper]\nengine = \"/m/a.gguf\"\nthreads = 3\n";
    assert_eq!(helper(beside).threads(16), 3);
    assert_eq!(
        helper(beside).as_llm().engine,
        LlmEngine::Gguf("/m/a.gguf".into())
    );
}

#[test]
fn a_helper_is_named_by_a_profile_a_file_or_a_server() {
    let named = |text: &str| {
        let helper = HelperConfig::default().with_model(text).unwrap();
        (helper.profile, helper.engine)
    };
    let profile = (Some("laptop".into()), LlmEngine::Profile);
    assert_eq!(named("laptop"), profile);
    assert_eq!(
        named("/m/a.gguf"),
        (None, LlmEngine::Gguf("/m/a.gguf".into()))
    );
    let server = LlmEngine::Server("http://nas:8080/v1".into());
    assert_eq!(named("http://nas:8080/v1"), (None, server));
}

#[test]
fn a_helper_that_is_called_none_is_no_helper() {
    let configured = read("[llm.helper]\nprofile = \"multilingual\"\n").unwrap();
    let helper = configured.llm.helper.unwrap();
    assert_eq!(helper.with_model("none"), None);
}

#[test]
fn a_helper_that_is_wrong_is_named_with_what_it_may_be() {
    for (key, text) in [
        ("llm.helper.profile", ""),
        ("llm.helper.profile", "profile = \"none\"\n"),
        (
            "llm.helper.profile",
            "profile = \"laptop\"\nengine = \"/m/a.gguf\"\n",
        ),
        ("llm.helper.seconds", "profile = \"laptop\"\nseconds = 0\n"),
        (
            "llm.helper.max_tokens",
            "profile = \"laptop\"\nmax_tokens = 1\n",
        ),
        (
            "llm.helper.reasoning_tokens",
            "profile = \"laptop\"\ncontext = 512\nmax_tokens = 500\n",
        ),
        (
            "by-rule",
            "profile = \"laptop\"\nhands_over = \"sometimes\"\n",
        ),
    ] {
        let text = format!("[llm.helper]\n{text}");
        let message = read(&text).unwrap_err().to_string();
        assert!(message.contains(key), "{key}: {message}");
    }
}

#[test]
fn numbers_of_threads_and_milliseconds_have_bounds() {
    for (key, text) in [
        ("threads.stt", "[threads]\nstt = 100000\n"),
        ("serve.unload_after_s", "[serve]\nunload_after_s = 1\n"),
        ("vad.hangover_ms", "[vad]\nhangover_ms = 99999999\n"),
    ] {
        let message = read(text).unwrap_err().to_string();
        assert!(message.contains(key), "{message}");
    }
}

#[test]
fn a_large_voice_has_both_halves_and_four_cores_at_most() {
    for (cores, voice) in [(2, 2), (3, 2), (4, 4), (16, 4)] {
        let budget = ThreadBudget::new(ThreadConfig::default(), cores);
        assert_eq!(budget.tts(), voice, "{cores}");
    }
}

#[test]
fn engines_never_ask_for_more_cores_than_there_are() {
    for cores in 2..=64 {
        let budget = ThreadBudget::new(ThreadConfig::default(), cores);
        assert!(budget.stt + budget.llm <= cores, "{cores}: {budget:?}");
    }
}

#[test]
fn one_core_is_shared() {
    let budget = ThreadBudget::new(ThreadConfig::default(), 1);
    assert_eq!(budget, ThreadBudget { stt: 1, llm: 1 });
}

#[test]
fn drafts_that_were_asked_for_are_made_on_a_battery_too() {
    let drafts = |text: &str, on_battery| read(text).unwrap().turn_taking.drafts(on_battery);
    assert_eq!(drafts("", true), Drafts::SttOnly);
    assert_eq!(drafts("", false), Drafts::On);
    let asked = "[turn_taking]\ndrafts = \"on\"\n";
    assert_eq!(drafts(asked, true), Drafts::On);
}

#[test]
fn a_long_silence_is_met_with_a_word_of_the_language() {
    let words = |text: &str| read(text).unwrap().turn_taking().idle_prompt.unwrap().words;
    let german = "language = \"de\"\n[turn_taking]\nidle_prompt_s = 5\n";
    assert_eq!(words(german), "Bist du noch da?");
    let own = format!("{german}idle_prompt = \"Hallo?\"\n");
    assert_eq!(words(&own), "Hallo?");
}

#[test]
fn what_is_kept_and_for_how_long_is_chosen() {
    let kept = |text: &str| {
        let memory = read(text).unwrap().memory;
        (memory.keep, memory.days)
    };
    assert_eq!(kept(""), (Keeping::Facts, 90));
    let all = "[memory]\nkeep = \"all\"\ndays = 7\n";
    assert_eq!(kept(all), (Keeping::All, 7));
    for (wrong, part) in [
        ("keep = \"some\"", "`nothing`, `facts`"),
        ("keep = true", "keep"),
        ("days = 0", "1 to 3650 days"),
        ("days = 9999", "1 to 3650 days"),
        ("days = -1", "days"),
    ] {
        let text = format!("[memory]\n{wrong}\n");
        let message = read(&text).unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn folders_are_relative_to_the_file_and_bounded() {
    let config = read("[memory]\nfolders = [\"notes\", \"/srv/notes\"]\n").unwrap();
    let [beside, absolute] = &config.memory.folders[..] else {
        panic!("two folders");
    };
    assert!(beside.is_absolute() && beside.ends_with("notes"));
    assert_eq!(absolute, Path::new("/srv/notes"));
    let many = vec!["\"a\""; 17].join(", ");
    for (wrong, part) in [
        (format!("[memory]\nfolders = [{many}]\n"), "at most 16"),
        (
            "[memory]\nfolders = [\"\"]\n".to_owned(),
            "the path of a folder",
        ),
        ("[memory]\nfolder = [\"a\"]\n".to_owned(), "unknown field"),
    ] {
        let message = read(&wrong).unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    }
}
