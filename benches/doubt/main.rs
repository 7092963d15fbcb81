//! Whether a model's doubt tells its wrong answers from its right ones, so that it could say what is handed to a helper
//! (`docs/ladder.md`): `cargo bench --bench doubt -- [--profile NAME] [--questions N]`; 400 questions to the starter's
//! model if nothing else is said. `SHOW=1` prints each answer.
//!
//! Each question is asked of the language model alone, as `vivavoce ask` does it, but greedily. The answer's tokens are
//! read again for their probabilities. What tells kinds of questions apart and not answers is no doubt: `within kinds`
//! compares only answers to questions of one kind.

mod questions;
mod witnesses;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use vivavoce::agent::Persona;
use vivavoce::config::{Config, ThreadConfig};
use vivavoce::engines::EngineLoader;
use vivavoce::harness::bench::{Interval, Judged, auc, auc_interval, cut_keeping};
use vivavoce::language::Language;
use vivavoce::llm::{LanguageModel, Llama, LlmError, Message, Opening, Prompt, Role, Sampling};
use vivavoce::models::Role as ModelRole;

use questions::questions;
use witnesses::{WITNESSES, testify};

const QUESTIONS: usize = 400;
/// Tokens of an answer at most.
const TOKENS: usize = 40;
/// The share of right answers that may not be handed over.
const KEPT: f64 = 0.9;

/// The text of each token, and the natural logarithm of its probability.
type Tokens = Vec<(Vec<u8>, f32)>;

/// An answer with a word in it.
struct Answer {
    kind: &'static str,
    is_right: bool,
    /// What each witness says.
    sureness: [f64; WITNESSES.len()],
}

fn main() -> Result<()> {
    let mut config = Config {
        threads: ThreadConfig {
            llm: std::thread::available_parallelism().map_or(1, usize::from),
            ..ThreadConfig::default()
        },
        ..Config::default()
    };
    if let Some(profile) = option("--profile") {
        config.profile = profile;
    }
    let wanted = match option("--questions") {
        Some(number) => number
            .parse::<usize>()
            .context("--questions takes a number")?,
        None => QUESTIONS,
    };
    let loader = EngineLoader::only(&config, &[ModelRole::Llm])?;
    let persona = loader.tell(Persona::bundled(Language::default()));
    let model = loader.language_model_to_measure(&persona)?;
    let mut model = model.context("a server answers elsewhere")?;
    println!("{}: {}", config.profile, model.describe());
    let sampling = Sampling {
        temperature: 0.0,
        max_tokens: TOKENS,
        ..persona.sampling.clone()
    };
    let (mut answers, mut wordless) = (Vec::new(), 0);
    for question in questions(wanted)? {
        let mut messages = persona.prefix();
        messages.push(Message::new(Role::User, &question.text));
        let (answer, tokens) = ask(&mut model, &messages, &sampling)?;
        let is_right = question.is_answered_by(&answer);
        if std::env::var_os("SHOW").is_some() {
            let mark = if is_right { "right" } else { "wrong" };
            println!("{mark}  {}\n       {answer}", question.text);
        }
        let sureness = testify(&question.text, &tokens).filter(|_| !answer.is_empty());
        match sureness {
            Some(sureness) => answers.push(Answer {
                kind: question.kind,
                is_right,
                sureness,
            }),
            None => wordless += 1,
        }
    }
    print_kinds(&answers);
    let right = answers.iter().filter(|answer| answer.is_right).count();
    println!(
        "\n{right} of {} answers are right; {wordless} more have no word",
        answers.len()
    );
    print_witnesses(&answers);
    Ok(())
}

/// What follows a name on the command line.
fn option(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)
}

/// The answer and its tokens.
fn ask(model: &mut Llama, messages: &[Message], sampling: &Sampling) -> Result<(String, Tokens)> {
    let prompt = Prompt::new(messages, Opening::Reply).with_room(TOKENS);
    let read = model.prefill(&prompt, &|| false)?;
    let read = read.context("nobody cancels it")?;
    let mut answer = String::new();
    match model.generate(sampling, &|| false, &mut |output| answer += output.text()) {
        Ok(_) | Err(LlmError::NoWords { .. } | LlmError::OnlyReasoning { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let tokens = model.sureness(read.kept + read.read)?;
    Ok((answer.trim().to_owned(), tokens))
}

fn print_kinds(answers: &[Answer]) {
    let mut kinds = BTreeMap::<&str, (usize, usize)>::new();
    for answer in answers {
        let (right, all) = kinds.entry(answer.kind).or_default();
        *right += usize::from(answer.is_right);
        *all += 1;
    }
    println!("{:<24} right", "kind");
    for (kind, (right, all)) in kinds {
        println!("{kind:<24} {right:>2} of {all}");
    }
}

fn print_witnesses(answers: &[Answer]) {
    println!(
        "{:<34}  AUC   95%           within kinds  wrong answers handed over if {:.0}% of the right ones are kept",
        "sureness",
        KEPT * 100.0
    );
    for (n, name) in WITNESSES.iter().enumerate() {
        let judged: Vec<Judged> = answers.iter().map(|answer| answer.judged(n)).collect();
        let found = auc(&judged).zip(auc_interval(&judged));
        let Some(((found, Interval(low, high)), cut)) = found.zip(cut_keeping(KEPT, &judged))
        else {
            println!("{name:<34}  too few right or wrong answers");
            continue;
        };
        let within = within_kinds(answers, n).map_or("-".into(), |auc| format!("{auc:.2}"));
        println!(
            "{name:<34}  {found:.2}  {low:.2} to {high:.2}  {within:>12}  {:.0}% (below {:.2})",
            cut.wrong * 100.0,
            cut.below
        );
    }
}

impl Answer {
    fn judged(&self, witness: usize) -> Judged {
        Judged {
            sureness: self.sureness[witness],
            is_right: self.is_right,
        }
    }
}

/// The AUC over the pairs of a right and a wrong answer to questions of the same kind.
fn within_kinds(answers: &[Answer], witness: usize) -> Option<f64> {
    let mut kinds = BTreeMap::<&str, Vec<Judged>>::new();
    for answer in answers {
        let kind = kinds.entry(answer.kind).or_default();
        kind.push(answer.judged(witness));
    }
    let (mut won, mut pairs) = (0.0, 0.0);
    for judged in kinds.values() {
        let right = judged.iter().filter(|answer| answer.is_right).count();
        let pairs_here = (right * (judged.len() - right)) as f64;
        won += auc(judged).unwrap_or(0.5) * pairs_here;
        pairs += pairs_here;
    }
    (pairs > 0.0).then(|| won / pairs)
}
