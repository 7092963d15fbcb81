//! `vivavoce enroll`: keeps a voice, so that only it interrupts and is answered.

use std::io::Write;

use anyhow::{Context, Result, bail};
use vivavoce::audio::device::Endpoint;
use vivavoce::config::Config;
use vivavoce::engines::{EngineLoader, voice_prints};
use vivavoce::models::Role;
use vivavoce::pipeline::{Heard, Sound, listen_to_sentences};
use vivavoce::speaker::{EnrollError, SENTENCES, VoicePrint};

use super::{interruption, models, sound};

/// Sentences to read aloud; any others do as well.
const TO_READ: [&str; SENTENCES] = [
    "Good morning, I would like a large cup of coffee with a little milk.",
    "Please remind me on Thursday evening that the children have a music lesson.",
    "How far is it to the next village, and will it rain before we get there?",
];
/// What is needed for it.
const ROLES: [Role; 3] = [Role::Vad, Role::OnnxRuntime, Role::Speaker];
/// How often it starts anew if the sentences do not fit together.
const TRIES: usize = 3;

/// What to do.
#[derive(Debug, clap::Args)]
pub struct EnrollArgs {
    /// A name for the voice: letters, digits, `-` and `_`
    #[arg(default_value = "me", value_parser = name)]
    name: String,
    /// Show the voices that are enrolled
    #[arg(long, conflicts_with = "forget")]
    list: bool,
    /// Remove a voice
    #[arg(long)]
    forget: bool,
}

/// A name that can be part of a file's.
fn name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if !text.is_empty() && text.len() <= 64 && text.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("give letters, digits, - and _, at most 64 bytes".into())
    }
}

/// Runs the command.
pub fn run(config: &Config, args: &EnrollArgs) -> Result<()> {
    let prints = voice_prints();
    if args.list {
        let names = prints.names()?;
        if names.is_empty() {
            out!("no voice is enrolled; `vivavoce enroll` does it");
        }
        names.iter().for_each(|name| out!("{name}"));
        return Ok(());
    }
    if args.forget {
        if !prints.forget(&args.name)? {
            bail!(
                "no voice is enrolled as {}; --list shows those that are",
                args.name
            );
        }
        out!("the voice of {} is forgotten", args.name);
        return Ok(());
    }
    let mut config = config.clone();
    config.turn_taking.only_enrolled = true;
    models::pull_only(&config, &ROLES)?;
    let input = Endpoint::parse(&config.audio.input);
    let missing = sound::missing_devices(&input, &Endpoint::Null);
    if !missing.is_empty() {
        bail!(
            "{}\nto enroll a voice a microphone is needed, or a recording of three sentences: --input file:FILE",
            missing.join("\n")
        );
    }
    let loader = EngineLoader::only(&config, &ROLES)?;
    let mut encoder = loader.speaker_encoder()?;
    for _ in 0..TRIES {
        let devices = sound::open(&input, &Endpoint::Null, &config)?.sound;
        let sentences = listen(&loader, devices)?;
        match VoicePrint::enroll(&mut encoder, &sentences) {
            Ok(print) => {
                prints.keep(&args.name, &print)?;
                out!(
                    "{} is enrolled. `vivavoce talk --only-enrolled` listens to enrolled voices only; \
                     `vivavoce enroll {} --forget` removes this one. It is a hint and no lock: a recording \
                     of a voice passes.",
                    args.name,
                    args.name
                );
                return Ok(());
            }
            // A recording does not change by being heard again.
            Err(error @ (EnrollError::TooShort | EnrollError::NotOneVoice))
                if !matches!(input, Endpoint::File(_)) =>
            {
                out!("{error}\n");
            }
            Err(error) => return Err(error).context("the voice is not enrolled"),
        }
    }
    bail!("the voice is not enrolled; try in a quieter room, nearer to the microphone")
}

fn listen(loader: &EngineLoader, mut devices: Sound) -> Result<Vec<Vec<f32>>> {
    let mut sentences = Vec::new();
    let ask = |number: usize| {
        if let Some(sentence) = TO_READ.get(number) {
            out!(
                "{} of {SENTENCES}, read aloud (or say one of your own):\n  {sentence}",
                number + 1
            );
            let _ = std::io::stdout().flush();
        }
    };
    ask(0);
    let cancelled = || interruption::is_asked();
    let mut take = |heard: Heard| {
        match heard {
            Heard::Sentence(sentence) => sentences.push(sentence),
            Heard::TooShort => out!("that was too short; a whole sentence, please"),
            Heard::TooLong => out!("that was no single sentence; switch off what else speaks"),
        }
        ask(sentences.len());
        sentences.len() < SENTENCES
    };
    let mut activity = loader.activity()?;
    listen_to_sentences(&mut devices, &mut activity, &cancelled, &mut take)?;
    if cancelled() {
        bail!("interrupted: the voice is not enrolled");
    }
    Ok(sentences)
}
