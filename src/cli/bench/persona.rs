//! `vivavoce bench persona`: questions to the assistant about itself, in several wordings and after other talk.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use vivavoce::clock::local_time;
use vivavoce::config::Config;
use vivavoce::harness::bench::assistant::Given;
use vivavoce::harness::bench::persona::{Asked, PersonaAnswer, PersonaReport, PersonaSet};
use vivavoce::harness::bench::{Gate, LoadWatch, Trust};
use vivavoce::pipeline::{Models, WrittenConversation};

use super::interview::{Interview, given_calls, publish};
use crate::cli::interruption;

/// What to do.
#[derive(Debug, clap::Args)]
pub struct PersonaArgs {
    /// A file of questions, in place of those that come with the program (assets/questions/persona_en.toml)
    #[arg(long, value_name = "FILE.toml")]
    set: Option<PathBuf>,
    /// Only the question of this name, or those about this: self, limits, manner
    #[arg(long, value_name = "NAME|ABOUT")]
    only: Option<String>,
    /// Write the report here, with every answer
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,
    /// A budget, as in 'persona.agreement.rate>=0.9': exit status 1 if it is not kept. May be given several times
    #[arg(long, value_name = "METRIC.FIELD<=NUMBER", allow_hyphen_values = true)]
    gate: Vec<Gate>,
}

/// Runs the command: status 0 if every budget was kept.
pub fn run(config: &Config, args: &PersonaArgs) -> Result<ExitCode> {
    let (set, name) = match &args.set {
        Some(path) => (PersonaSet::read(path)?, path.display().to_string()),
        None => (PersonaSet::bundled()?, "bundled".to_owned()),
    };
    let is_wanted = |one: &Asked| {
        let wanted = args.only.as_deref();
        let question = one.question;
        wanted.is_none_or(|wanted| question.name == wanted || question.about.to_string() == wanted)
    };
    let mut wanted = set.asked();
    wanted.retain(is_wanted);
    if wanted.is_empty() {
        bail!("no question has that name or is about that; see assets/questions/persona_en.toml");
    }
    let mut trust = Trust::before(config)?;
    let watch = LoadWatch::start();
    let mut interview = Interview::prepare(config)?;
    let name_of_assistant = interview.persona.name.clone();
    let mut answers = Vec::new();
    for asked in &wanted {
        let (talk, mut models) = interview.begin();
        answers.extend(ask(asked, talk, &mut models, (&name_of_assistant, &set)));
        if interruption::is_asked() {
            break;
        }
    }
    trust.load = watch.load();
    let report = PersonaReport::new(&name_of_assistant, set.facts(&name), trust, answers);
    let report = report.with_gates(&args.gate);
    out!("{report}");
    let passed = report.verdict.passed();
    publish(args.report.as_deref(), &report.to_json(), passed)
}

/// Says what comes before a question, and asks it; none if the user has given up.
fn ask(
    asked: &Asked,
    mut talk: WrittenConversation,
    models: &mut Models,
    (name, set): (&str, &PersonaSet),
) -> Option<PersonaAnswer> {
    let quit = || interruption::is_asked();
    for say in &asked.before.say {
        talk.answer(models, say, &quit);
    }
    let answer = talk.answer(models, asked.wording, &quit);
    if quit() {
        return None;
    }
    let calls = given_calls(answer.calls);
    let given = Given {
        answer: &answer.text,
        calls: &calls,
        now: &local_time(),
    };
    Some(asked.answered(&given, name, set))
}
