//! From `--input` and `--output` to sound cards.

use std::path::PathBuf;

use anyhow::{Result, bail};
use vivavoce::audio::AudioError;
use vivavoce::audio::cpal_device::{self, CpalDevice, Direction};
use vivavoce::audio::device::{AudioDevice, Endpoint};
use vivavoce::config::Config;
use vivavoce::engines;
use vivavoce::harness::scenario::Scenario;
use vivavoce::harness::stimulus::{Prepared, Speak, prepare};
use vivavoce::harness::virtual_card::VirtualCard;
use vivavoce::harness::wired_card::WiredCard;
use vivavoce::pipeline::{Sound, Watcher};

/// Devices, and what they want to know of the session.
pub struct Opened {
    /// The devices.
    pub sound: Sound,
    /// Tells a scenario when replies start and finish.
    pub watcher: Option<Watcher>,
}

/// Chooses devices for two endpoints. A scenario holds for both directions.
pub fn open(input: &Endpoint, output: &Endpoint, config: &Config) -> Result<Opened> {
    let scenario = match (input, output) {
        (Endpoint::Scenario(a), Endpoint::Scenario(b)) if a != b => {
            bail!("--input and --output name two scenarios; a scenario is both at once: name one")
        }
        (Endpoint::Scenario(path), _) | (_, Endpoint::Scenario(path)) => {
            Some(Scenario::read(path)?)
        }
        (Endpoint::File(path), _) => Some(Scenario::of_file(path)),
        (Endpoint::Null, _) => Some(Scenario::silence()),
        _ => None,
    };
    match scenario {
        Some(scenario) if output.is_virtual() || matches!(input, Endpoint::Scenario(_)) => {
            let stimuli = prepare_stimuli(&scenario, config)?;
            Ok(play_scenario(&scenario, stimuli, file_of(output)))
        }
        Some(scenario) => {
            let wired = WiredCard::new(&scenario, prepare_stimuli(&scenario, config)?);
            let output = CpalDevice::new(None, Some(output.clone()));
            let devices: Vec<Box<dyn AudioDevice>> = vec![Box::new(output), Box::new(wired.card)];
            Ok(Opened {
                sound: Sound::new(devices).reporting(wired.reports),
                watcher: Some(wired.watcher),
            })
        }
        None if output.is_virtual() => {
            let speaker = VirtualCard::without_microphone().with_loudspeaker(file_of(output));
            let input = CpalDevice::new(Some(input.clone()), None);
            Ok(without_watcher(vec![Box::new(speaker), Box::new(input)]))
        }
        None => {
            let both = CpalDevice::new(Some(input.clone()), Some(output.clone()));
            Ok(without_watcher(vec![Box::new(both)]))
        }
    }
}

/// A virtual sound card in both directions; `file` records what it plays.
pub fn play_scenario(scenario: &Scenario, stimuli: Vec<Prepared>, file: Option<PathBuf>) -> Opened {
    let wired = WiredCard::new(scenario, stimuli);
    let card = wired.card.with_loudspeaker(file);
    Opened {
        sound: Sound::new(vec![Box::new(card)]).reporting(wired.reports),
        watcher: Some(wired.watcher),
    }
}

/// Speaks and reads what a scenario plays in.
pub fn prepare_stimuli(scenario: &Scenario, config: &Config) -> Result<Vec<Prepared>, AudioError> {
    let models_dir = config.models_dir.clone();
    let mut speak: Speak = Box::new(move |text, voice| {
        let failed = |reason: String| AudioError::Device {
            device: "virtual sound card".into(),
            reason,
        };
        // An engine for each text: it begins with what it said before.
        engines::named_voice(voice, models_dir.as_deref())
            .map_err(|e| failed(e.to_string()))
            .and_then(|mut voice| voice.synthesize(text).map_err(|e| failed(e.to_string())))
    });
    prepare(scenario, &mut speak)
}

/// The file that an endpoint names.
pub fn file_of(endpoint: &Endpoint) -> Option<PathBuf> {
    match endpoint {
        Endpoint::File(path) => Some(path.clone()),
        _ => None,
    }
}

/// What is said of each default device that is wanted and missing.
pub fn missing_devices(input: &Endpoint, output: &Endpoint) -> Vec<String> {
    // A scenario is both at once.
    if [input, output]
        .iter()
        .any(|e| matches!(e, Endpoint::Scenario(_)))
    {
        return Vec::new();
    }
    let sides = [(input, Direction::Capture), (output, Direction::Render)];
    let missing = sides
        .into_iter()
        .filter_map(|(endpoint, direction)| match endpoint {
            Endpoint::Default => cpal_device::default_works(direction).err(),
            _ => None,
        });
    missing.map(|error| error.to_string()).collect()
}

fn without_watcher(devices: Vec<Box<dyn AudioDevice>>) -> Opened {
    Opened {
        sound: Sound::new(devices),
        watcher: None,
    }
}
