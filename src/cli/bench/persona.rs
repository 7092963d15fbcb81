//! `vivavoce bench persona`: questions to the assistant about itself, in several wordings and after other talk.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use vivavoce::agent::Persona;
use vivavoce::clock::local_time;
use vivavoce::config::Config;
use vivavoce::engines::EngineLoader;
use vivavoce::harness::bench::assistant::{Given, GivenCall};
use vivavoce::harness::bench::persona::{Asked, PersonaAnswer, PersonaReport, PersonaSet};
use vivavoce::harness::bench::{Gate, LoadWatch, Trust};
use vivavoce::llm::{Opening, Prompt};
use vivavoce::models::Role;
use vivavoce::pipeline::{Models, WrittenConversation};
use vivavoce::tools::Keeping;

use crate::cli::assistant::assistant;
use crate::cli::talk::{LOADING, QUIT};

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
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    LOADING.store(true, Ordering::Relaxed);
    let loader = EngineLoader::only(config, &[Role::Llm])?;
    let mut model = loader.language_model(&persona)?;
    let persona = loader.tell(persona);
    model.warm_up(&Prompt::new(&persona.prefix(), Opening::None))?;
    let mut helper = loader.helper()?;
    LOADING.store(false, Ordering::Relaxed);
    let mut answers = Vec::new();
    for asked in &wanted {
        // Nothing that was said in one conversation is known in the next.
        let (setting, tools) = assistant(config, &persona, Keeping::Nothing, None);
        let talk = WrittenConversation::new(&persona, setting, tools);
        let mut models = Models {
            first: model.as_mut(),
            helper: helper.as_mut(),
        };
        answers.extend(ask(asked, talk, &mut models, (persona.name.as_str(), &set)));
        if QUIT.load(Ordering::Relaxed) {
            break;
        }
    }
    trust.load = watch.load();
    let report = PersonaReport::new(&persona.name, set.facts(&name), trust, answers);
    let report = report.with_gates(&args.gate);
    out!("{report}");
    if let Some(path) = &args.report {
        std::fs::write(path, report.to_json())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    match report.passed() {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::FAILURE),
    }
}

/// Says what comes before a question, and asks it; none if the user has given up.
fn ask(
    asked: &Asked,
    mut talk: WrittenConversation,
    models: &mut Models,
    (name, set): (&str, &PersonaSet),
) -> Option<PersonaAnswer> {
    let quit = || QUIT.load(Ordering::Relaxed);
    for say in &asked.before.say {
        talk.answer(models, say, &quit);
    }
    let answer = talk.answer(models, asked.wording, &quit);
    if quit() {
        return None;
    }
    let calls = answer.calls.into_iter().map(|call| GivenCall {
        tool: call.name,
        arguments: call.arguments,
    });
    let calls: Vec<GivenCall> = calls.collect();
    let given = Given {
        answer: &answer.text,
        calls: &calls,
        now: &local_time(),
    };
    Some(asked.answered(&given, name, set))
}
