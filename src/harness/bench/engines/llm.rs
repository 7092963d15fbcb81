//! The language model: time to the first token against the length of the prompt, with what it has
//! read before and without, and how fast it goes on; for numbers of threads.

use super::{EngineBenchError, Task, sample};
use crate::agent::Persona;
use crate::clock::Stopwatch;
use crate::config::Config;
use crate::engines::EngineLoader;
use crate::harness::bench::metric::{Better, Unit};
use crate::llm::{LanguageModel, Message, Opening, Prompt, Role, Sampling, tokens_in};

/// Lengths of prompts. Tokens.
const PROMPTS: [usize; 3] = [32, 128, 512];
/// Tokens that are written to see how fast that goes.
const WRITTEN: usize = 48;
/// What prompts are filled with.
const FILLING: &str =
    "The river begins in the hills and ends in a quiet lake behind the old town. ";

pub(super) fn measure(task: &mut Task) -> Result<(), EngineBenchError> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut threads = 1;
    while threads <= cores {
        measure_with(task, threads)?;
        threads *= 2;
    }
    Ok(())
}

fn measure_with(task: &mut Task, threads: usize) -> Result<(), EngineBenchError> {
    let mut config = Config::clone(task.config);
    config.threads.llm = threads;
    config.llm.prompt_cache_mb = 0;
    let mut model =
        EngineLoader::new(&config)?.language_model(&Persona::bundled(config.language.first()))?;
    model.warm_up(&Prompt::new(&prompt(0, 0, "Hello."), Opening::None))?;
    let mut number = 0;
    for tokens in PROMPTS {
        let filling = filling(model.as_ref(), tokens)?;
        let (mut cold, mut cached) = (Vec::new(), Vec::new());
        for n in 0..task.repeat {
            number += 1;
            // Another beginning: nothing that was read before helps.
            cold.push(sample(
                n,
                first_token(model.as_mut(), &prompt(number, filling, "How are you?"))?,
            ));
            let again = prompt(number, filling, "What is that?");
            cached.push(sample(n, first_token(model.as_mut(), &again)?));
        }
        let name = |what: &str| format!("threads_{threads}.{what}_at_{tokens}_tokens");
        let about = format!("from a prompt of {tokens} tokens to the first of the reply");
        task.values(&name("first_token"), Unit::Ms, Better::Lower, &about, cold);
        let about = "the same, if all of it but the question was read before";
        task.values(
            &name("cached_first_token"),
            Unit::Ms,
            Better::Lower,
            about,
            cached,
        );
    }
    let mut speeds = Vec::new();
    for n in 0..task.repeat {
        number += 1;
        speeds.extend(tokens_per_s(model.as_mut(), number)?.map(|speed| sample(n, speed)));
    }
    let name = format!("threads_{threads}.generation");
    let about = "tokens of a reply after its first";
    task.values(&name, Unit::TokensPerS, Better::Higher, about, speeds);
    Ok(())
}

/// A prompt that shares its beginning with those of the same number only.
fn prompt(number: usize, filling: usize, question: &str) -> Vec<Message> {
    let system = format!(
        "{number} is the number of this story. {}",
        FILLING.repeat(filling)
    );
    vec![
        Message::new(Role::System, system),
        Message::new(Role::User, question),
    ]
}

/// How often the filling goes into a prompt of so many tokens, to the nearest.
fn filling(model: &dyn LanguageModel, tokens: usize) -> Result<usize, EngineBenchError> {
    let count = |filling| {
        let messages = prompt(1, filling, "How are you?");
        model.count_tokens(&Prompt::new(&messages, Opening::Reply))
    };
    let (empty, full) = (count(0)?, count(8)?);
    let each = (full - empty) as f64 / 8.0;
    let wanted = tokens.saturating_sub(empty) as f64 / each;
    Ok(wanted.round() as usize)
}

fn first_token(
    model: &mut dyn LanguageModel,
    messages: &[Message],
) -> Result<f64, EngineBenchError> {
    let sampling = Sampling {
        max_tokens: 1,
        ..Sampling::default()
    };
    let watch = Stopwatch::start();
    model.prefill(&Prompt::new(messages, Opening::Reply), &|| false)?;
    let mut first = None;
    model.generate(&sampling, &|| false, &mut |_| {
        first.get_or_insert(watch.elapsed_ms());
    })?;
    Ok(first.unwrap_or_else(|| watch.elapsed_ms()))
}

/// `None` if the model ended its reply too soon to tell.
fn tokens_per_s(
    model: &mut dyn LanguageModel,
    number: usize,
) -> Result<Option<f64>, EngineBenchError> {
    let sampling = Sampling {
        max_tokens: WRITTEN,
        ..Sampling::default()
    };
    model.prefill(
        &Prompt::new(
            &prompt(number, 1, "Tell me a long story about the river."),
            Opening::Reply,
        ),
        &|| false,
    )?;
    let (mut pieces, mut watch, mut took) = (0u32, None, 0.0);
    let mut text = String::new();
    model.generate(&sampling, &|| false, &mut |output| {
        text += output.text();
        let watch = watch.get_or_insert_with(Stopwatch::start);
        took = watch.elapsed().as_secs_f64();
        pieces += 1;
    })?;
    let tokens = tokens_in(&text, pieces);
    let enough = tokens as usize > WRITTEN / 4 && pieces > 1 && took > 0.0;
    Ok(enough.then(|| f64::from(tokens - 1) / took))
}
