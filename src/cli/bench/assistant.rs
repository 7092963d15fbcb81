//! `vivavoce bench assistant`: questions whose answers a program can check, asked in writing.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use vivavoce::clock::local_time;
use vivavoce::config::Config;
use vivavoce::harness::bench::assistant::{
    AskedTurn, AssistantConversation, AssistantReport, Given, HelpGiven, QuestionSet, judge,
};
use vivavoce::harness::bench::{Gate, LoadWatch, Trust};
use vivavoce::pipeline::{Models, WrittenConversation};

use super::interview::{Interview, given_calls, publish};
use crate::cli::interruption;

/// What to do.
#[derive(Debug, clap::Args)]
pub struct AssistantArgs {
    /// A file of questions, in place of those that come with the program (assets/questions/LANG.toml)
    #[arg(long, value_name = "FILE.toml")]
    set: Option<PathBuf>,
    /// Only conversations of this kind, or with this name
    #[arg(long, value_name = "KIND|NAME")]
    only: Option<String>,
    /// Write the report here, with every answer
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,
    /// A budget, as in 'calls.right.rate>=0.97': exit status 1 if it is not kept. May be given several times
    #[arg(long, value_name = "METRIC.FIELD<=NUMBER", allow_hyphen_values = true)]
    gate: Vec<Gate>,
}

/// Runs the command: status 0 if every budget was kept.
pub fn run(config: &Config, args: &AssistantArgs) -> Result<ExitCode> {
    let (set, name) = match &args.set {
        Some(path) => (QuestionSet::read(path)?, path.display().to_string()),
        None => {
            let language = config.language.first();
            (
                QuestionSet::bundled(language)?,
                format!("bundled, {language}"),
            )
        }
    };
    let is_wanted = |one: &&AssistantConversation| {
        let wanted = args.only.as_deref();
        wanted.is_none_or(|wanted| one.name == wanted || one.kind.to_string() == wanted)
    };
    let wanted: Vec<&AssistantConversation> = set.conversations.iter().filter(is_wanted).collect();
    if wanted.is_empty() {
        bail!("no conversation is of that kind or name; see assets/questions");
    }
    let mut trust = Trust::before(config)?;
    let watch = LoadWatch::start();
    let mut interview = Interview::prepare(config)?;
    let mut turns = Vec::new();
    for conversation in wanted {
        let (talk, mut models) = interview.begin();
        ask(
            conversation,
            talk,
            &mut models,
            &set.cannot_phrases,
            &mut turns,
        );
        if interruption::is_asked() {
            break;
        }
    }
    trust.load = watch.load();
    let report = AssistantReport::new(set.facts(&name), trust, turns).with_gates(&args.gate);
    out!("{report}");
    let passed = report.verdict.passed();
    publish(args.report.as_deref(), &report.to_json(), passed)
}

/// Asks a conversation's questions, one after the other.
fn ask(
    conversation: &AssistantConversation,
    mut talk: WrittenConversation,
    models: &mut Models,
    cannot_phrases: &[String],
    turns: &mut Vec<AskedTurn>,
) {
    let quit = || interruption::is_asked();
    for (turn, question) in conversation.turns.iter().enumerate() {
        let answer = talk.answer(models, &question.say, &quit);
        if quit() {
            return;
        }
        let calls = given_calls(answer.calls);
        let given = Given {
            answer: &answer.text,
            calls: &calls,
            now: &local_time(),
        };
        turns.push(AskedTurn {
            conversation: conversation.name.clone(),
            kind: conversation.kind,
            turn,
            say: question.say.clone(),
            checks: judge(&question.expect, &given, cannot_phrases),
            answer: answer.text.clone(),
            calls,
            helper: answer.helper.as_ref().and_then(HelpGiven::of),
        });
    }
}
