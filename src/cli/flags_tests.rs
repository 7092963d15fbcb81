//! Which command offers which flags, and where flags may stand.

use std::collections::BTreeSet;

use clap::CommandFactory;

use super::*;
use crate::Cli;

fn moved(line: &str) -> String {
    let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
    let moved = behind_their_command(&arguments, &Cli::command());
    let words: Vec<_> = moved.iter().map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

#[test]
fn flags_before_a_command_are_put_behind_its_name() {
    let moves = [
        (
            "vivavoce --lang de talk --plain",
            "vivavoce talk --lang de --plain",
        ),
        (
            "vivavoce --lang=de talk --llm x",
            "vivavoce talk --lang=de --llm x",
        ),
        (
            "vivavoce --lang de models --profile x pull --wake",
            "vivavoce models pull --lang de --profile x --wake",
        ),
        (
            "vivavoce --helper x bench assistant --report y",
            "vivavoce bench assistant --helper x --report y",
        ),
    ];
    for (line, expected) in moves {
        assert_eq!(moved(line), expected);
    }
}

#[test]
fn what_is_no_such_flag_stays_where_it_is() {
    for line in [
        "vivavoce",
        "vivavoce --help",
        "vivavoce --nosuch talk",
        "vivavoce --lang",
        "vivavoce talk --lang de",
        "vivavoce say talk --lang de",
        "vivavoce models nosuch --lang de",
    ] {
        assert_eq!(moved(line), line);
    }
}

const ENGINES: &[&str] = &[
    "config",
    "profile",
    "models-dir",
    "lang",
    "stt",
    "llm",
    "gpu-layers",
    "tts",
    "voice",
];
const MODELS: &[&str] = &["config", "profile", "models-dir"];
const QUESTION: &[&str] = &["lang", "llm", "gpu-layers", "helper"];
const HELPER: &[&str] = &["helper"];
const DEVICES: &[&str] = &["input", "output"];
const TURNS: &[&str] = &["endpointing", "drafts"];

/// What each command reads, and so offers.
const READ: &[(&str, &[&[&str]])] = &[
    ("talk", &[ENGINES, HELPER, DEVICES, TURNS, &["keep"]]),
    ("serve", &[ENGINES, HELPER, DEVICES, TURNS, &["keep"]]),
    (
        "mcp",
        &[MODELS, &["lang", "stt", "tts", "voice"], DEVICES, TURNS],
    ),
    ("enroll", &[MODELS, &["input"]]),
    ("say", &[MODELS, &["lang", "tts", "voice", "output"]]),
    ("transcribe", &[MODELS, &["lang", "stt"]]),
    ("ask", &[MODELS, QUESTION]),
    ("batch", &[ENGINES]),
    ("stats", &[]),
    ("models list", &[ENGINES, HELPER]),
    ("models pull", &[ENGINES, HELPER]),
    ("models verify", &[ENGINES, HELPER]),
    ("models path", &[ENGINES, HELPER]),
    ("tools list", &[&["config"]]),
    ("tools call", &[&["config", "lang", "keep"]]),
    ("memory list", &[&["config"]]),
    ("memory search", &[&["config"]]),
    ("memory forget", &[&["config"]]),
    ("memory export", &[&["config"]]),
    ("memory folders", &[&["config", "keep"]]),
    ("wake train", &[MODELS]),
    ("bench conversation", &[ENGINES, HELPER, TURNS]),
    ("bench turns", &[ENGINES, HELPER, TURNS]),
    ("bench barge-in", &[ENGINES, HELPER, TURNS]),
    ("bench wake", &[MODELS]),
    ("bench endpointing", &[ENGINES, TURNS]),
    ("bench device", &[MODELS, DEVICES]),
    ("bench engines", &[ENGINES]),
    ("bench assistant", &[MODELS, QUESTION]),
    ("bench persona", &[MODELS, QUESTION]),
    ("bench soak", &[ENGINES, HELPER, TURNS]),
    ("bench measure", &[MODELS]),
    ("bench replay", &[ENGINES, HELPER, TURNS]),
    ("bench self-test", &[]),
    ("bench show", &[]),
    ("bench compare", &[]),
    ("bench schema", &[]),
    ("simulate", &[]),
    ("completions", &[]),
    ("man", &[]),
    ("devices", &[]),
    ("doctor", &[ENGINES, HELPER, DEVICES]),
];

/// Names of the commands without further ones, with the flags that change the configuration in the help of each.
fn offered() -> Vec<(String, BTreeSet<String>)> {
    let mut root = Cli::command();
    root.build();
    let all = TalkFlags::augment_args(clap::Command::new("all"));
    let all: Vec<&str> = all
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .collect();
    let mut found = Vec::new();
    let mut open = vec![(String::new(), &root)];
    while let Some((name, command)) = open.pop() {
        let inner = command.get_subcommands();
        let inner = inner.filter(|inner| inner.get_name() != "help");
        open.extend(inner.map(|inner| (format!("{name} {}", inner.get_name()), inner)));
        if !command.has_subcommands() {
            let flags = command.get_arguments().filter(|flag| !flag.is_hide_set());
            let flags = flags.filter_map(clap::Arg::get_long);
            let flags = flags.filter(|flag| all.contains(flag)).map(str::to_owned);
            found.push((name.trim().to_owned(), flags.collect()));
        }
    }
    found
}

#[test]
fn every_command_offers_the_flags_that_it_reads_and_no_others() {
    let offered = offered();
    assert_eq!(offered.len(), READ.len());
    for (name, flags) in offered {
        let read = READ.iter().find(|(command, _)| *command == name);
        let (_, groups) = read.unwrap_or_else(|| panic!("{name} is not in the table"));
        let read: BTreeSet<String> = groups.concat().into_iter().map(str::to_owned).collect();
        assert_eq!(flags, read, "{name}");
    }
}

#[test]
fn flags_change_the_configuration_wherever_they_stand() {
    for line in [
        "vivavoce --stt whisper --lang de --helper laptop talk",
        "vivavoce talk --stt whisper --lang de --helper laptop",
    ] {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let arguments = behind_their_command(&arguments, &Cli::command());
        let cli = <Cli as clap::Parser>::try_parse_from(arguments).unwrap();
        let mut config = Config::default();
        cli.command.flags().apply(&mut config);
        assert_eq!(config.stt.engine, SttEngine::Whisper(None));
        assert_eq!(config.language.to_string(), "de");
        let helper = config.llm.helper.unwrap();
        assert_eq!(helper.profile.as_deref(), Some("laptop"));
    }
}

#[test]
fn the_flags_of_a_command_with_further_ones_may_stand_behind_either() {
    for line in [
        "vivavoce models --lang de pull",
        "vivavoce models pull --lang de",
    ] {
        let cli = <Cli as clap::Parser>::try_parse_from(line.split(' ')).unwrap();
        let mut config = Config::default();
        cli.command.flags().apply(&mut config);
        assert_eq!(config.language.to_string(), "de");
    }
}

#[test]
fn a_flag_that_a_command_does_not_read_is_refused() {
    for line in [
        "vivavoce say --llm x Hi.",
        "vivavoce --llm x say Hi.",
        "vivavoce devices --profile starter",
        "vivavoce bench show --config x report.json",
        "vivavoce memory list --lang de",
    ] {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let arguments = behind_their_command(&arguments, &Cli::command());
        let refused = <Cli as clap::Parser>::try_parse_from(arguments).unwrap_err();
        assert_eq!(
            refused.kind(),
            clap::error::ErrorKind::UnknownArgument,
            "{line}"
        );
    }
}
