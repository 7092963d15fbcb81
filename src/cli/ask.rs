//! `vivavoce ask`: one question, one answer on standard output and nothing else there.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use vivavoce::agent::{HandsOver, Persona, hand_over_reason};
use vivavoce::config::Config;
use vivavoce::engines::{EngineLoader, Keeps};
use vivavoce::lexicon::Lexicon;
use vivavoce::llm::{
    AnswerSchema, Finish, LanguageModel, LlmError, Message, Opening, Prompt, Role, Sampling,
};
use vivavoce::models::Role as ModelRole;

use super::interruption::{self, Loading};

/// What is asked, and how.
#[derive(Debug, clap::Args)]
pub struct AskOptions {
    /// The question
    question: String,
    /// A text file (UTF-8) that the question is about; - is standard input. May be given several times
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// A JSON schema: the answer is JSON that fits it
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Tokens of the answer at most
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = tokens)]
    max_tokens: usize,
}

/// Bytes of a file at most: no context holds more.
const MOST_FILE: u64 = 16 << 20;

fn tokens(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=65_536) => Ok(number),
        _ => Err("give a number from 1 to 65536".into()),
    }
}

/// Asks the language model.
///
/// # Errors
/// A file cannot be read, all of it is too long, the model failed, or the answer does not fit the schema.
pub fn ask(config: &Config, options: &AskOptions) -> Result<()> {
    // Until there is a model to ask: a text may come slowly from a pipe, and a server be silent.
    let loading = Loading::begin();
    // Before anything is loaded.
    let schema = options.schema.as_deref().map(read_schema).transpose()?;
    let question = question(options)?;
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    if schema.is_none() && options.file.is_empty() && is_for_helper(config, &question) {
        return ask_helper(config, &persona, options, question, loading);
    }
    let loader = EngineLoader::only(config, &[ModelRole::Llm])?;
    let persona = loader.tell(persona);
    let mut model = loader.language_model_that_keeps(Keeps::Prompts, &persona)?;
    drop(loading);
    let (mut messages, sampling) = match &schema {
        Some(schema) => (
            vec![Message::new(Role::System, schema.instructions())],
            Sampling {
                repeat_penalty: 1.0,
                ..Sampling::default()
            },
        ),
        None => (persona.prefix(), persona.sampling.clone()),
    };
    messages.push(Message::new(Role::User, question));
    let sampling = Sampling {
        max_tokens: options.max_tokens,
        ..sampling
    };
    let prompt = Prompt::new(&messages, Opening::Reply)
        .with_room(options.max_tokens)
        .held_to(schema.as_ref());
    let (answer, finish) = answer(model.as_mut(), &prompt, &sampling)?;
    if let Some(schema) = &schema {
        let longer = match finish {
            Finish::Length => format!(
                "it was cut off after {} tokens: raise --max-tokens, or limit strings and lists in the schema with \
                 maxLength and maxItems",
                options.max_tokens
            ),
            Finish::Complete | Finish::Cancelled => "ask again, or choose another model".into(),
        };
        schema.check(&answer).context(longer)?;
    } else {
        say_if_cut(finish, options);
    }
    out!("{answer}");
    // The next question about the same text need not wait until that is read.
    model.keep_prompt();
    Ok(())
}

/// Whether a question is handed to the helper, if there is one. The first model is not asked for that.
fn is_for_helper(config: &Config, question: &str) -> bool {
    let helper = config.llm.helper.as_ref();
    let by_rule = helper.is_some_and(|helper| helper.hands_over != HandsOver::ByCall);
    let lexicon = Lexicon::of(config.language.first());
    by_rule && hand_over_reason(question, &lexicon, false).is_some()
}

/// Asks the helper, and no first model.
fn ask_helper(
    config: &Config,
    persona: &Persona,
    options: &AskOptions,
    question: String,
    loading: Loading,
) -> Result<()> {
    let loader = EngineLoader::only(config, &[])?;
    let mut helper = loader.helper()?.context("there is no helper")?;
    drop(loading);
    eprintln!("asked the helper, {}", helper.name);
    let words = Lexicon::of(config.language.first()).helper;
    let task = words.instructions.replace("{name}", &persona.name);
    let messages = [
        Message::new(Role::System, task),
        Message::new(Role::User, question),
    ];
    let sampling = Sampling {
        max_tokens: options.max_tokens,
        ..helper.sampling.clone()
    };
    let prompt = Prompt::new(&messages, Opening::Reply).with_room(options.max_tokens);
    let (answer, finish) = answer(helper.model.as_mut(), &prompt, &sampling)?;
    say_if_cut(finish, options);
    out!("{answer}");
    Ok(())
}

fn say_if_cut(finish: Finish, options: &AskOptions) {
    if finish == Finish::Length {
        eprintln!(
            "the answer was cut off after {} tokens: raise --max-tokens",
            options.max_tokens
        );
    }
}

/// What the model writes, without white space around it.
fn answer(
    model: &mut dyn LanguageModel,
    prompt: &Prompt,
    sampling: &Sampling,
) -> Result<(String, Finish)> {
    let quit = || interruption::is_asked();
    let mut answer = String::new();
    let finish = match model.prefill(prompt, &quit) {
        Ok(None) => Finish::Cancelled,
        Ok(Some(_)) => model.generate(sampling, &quit, &mut |output| answer += output.text())?,
        Err(LlmError::TooLong { tokens, fits }) => bail!(
            "the question and its files have {tokens} tokens, and {fits} fit beside an answer of {}: give less text, \
             lower --max-tokens, or raise llm.context in the configuration as far as the model allows",
            sampling.max_tokens
        ),
        Err(error) => return Err(error.into()),
    };
    if quit() {
        bail!("interrupted")
    } else {
        Ok((answer.trim().to_owned(), finish))
    }
}

fn read_schema(path: &Path) -> Result<AnswerSchema> {
    let text = read_text(path)?;
    let name = path.display();
    let schema = serde_json::from_str(&text).with_context(|| format!("{name} is no JSON"))?;
    AnswerSchema::new(schema)
        .with_context(|| format!("{name} is no schema that answers can be held to"))
}

/// The question behind the files that it is about.
fn question(options: &AskOptions) -> Result<String> {
    let mut text = String::new();
    for path in &options.file {
        let content = read_text(path)?;
        match path.file_name().filter(|_| options.file.len() > 1) {
            Some(name) => text += &format!("{}:\n{}\n\n", name.display(), content.trim()),
            None => text += &format!("{}\n\n", content.trim()),
        }
    }
    Ok(text + &options.question)
}

fn read_text(path: &Path) -> Result<String> {
    let (name, mut bytes) = (path.display(), Vec::new());
    let read = if path == Path::new("-") {
        stdin().take(MOST_FILE + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(MOST_FILE + 1).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > MOST_FILE {
        bail!(
            "{name} has more than {} MiB: no model reads that at once; give a part of it",
            MOST_FILE >> 20
        );
    }
    String::from_utf8(bytes).ok().with_context(|| {
        format!(
            "{name} is no text in UTF-8; a text of another encoding is converted by iconv -t UTF-8"
        )
    })
}
