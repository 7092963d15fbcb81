//! Which devices there are, and by which names they are asked for.

use std::collections::BTreeMap;

use cpal::traits::{DeviceTrait, HostTrait};

use super::{Direction, quiet_driver};

/// A device as `vivavoce devices` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceLine {
    /// What `--input` and `--output` take.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// Rate, channels and sample format of its default configuration.
    pub format: String,
}

/// Lists the devices of a direction that can be opened.
pub fn list(direction: Direction) -> Vec<DeviceLine> {
    quiet_driver();
    let Ok(devices) = cpal::default_host().devices() else {
        return Vec::new();
    };
    let mut lines = BTreeMap::new();
    for device in devices {
        let (Ok(id), Ok(config)) = (device.id(), direction.default_config(&device)) else {
            continue;
        };
        let line = DeviceLine {
            id: id.id().to_owned(),
            name: name_of(&device),
            format: format!(
                "{} Hz, {} ch, {}",
                config.sample_rate(),
                config.channels(),
                config.sample_format()
            ),
        };
        lines.insert(line.id.clone(), line);
    }
    lines.into_values().collect()
}

/// What a person calls it, or its id.
pub fn name_of(device: &cpal::Device) -> String {
    let name = device.description().map(|d| d.name().to_owned());
    name.or_else(|_| device.id().map(|id| id.id().to_owned()))
        .unwrap_or_else(|_| "unnamed device".into())
}

/// Whether a user who names this means the device.
pub fn is_called(device: &cpal::Device, wanted: &str) -> bool {
    let ids = device.id().ok();
    let ids = ids.map_or_else(Vec::new, |id| vec![id.id().to_string(), id.to_string()]);
    answers_to(&name_of(device), &ids, wanted)
}

/// Whether a device of this name and these ids is the one that is wanted: by an id as it is written, or by its name in any
/// case.
fn answers_to(name: &str, ids: &[String], wanted: &str) -> bool {
    ids.iter().any(|id| id == wanted) || name.eq_ignore_ascii_case(wanted)
}

/// The ids that can be asked for, as an error lists them.
pub fn known_names(direction: Direction) -> String {
    let ids: Vec<String> = list(direction).into_iter().map(|line| line.id).collect();
    if ids.is_empty() {
        "none on this machine".into()
    } else {
        ids.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_microphones_the_one_that_is_named_is_meant() {
        let devices = [("USB Microphone", "hw:1,0"), ("Built-in", "hw:0,0")];
        let found = |wanted: &str| {
            devices.iter().position(|(name, id)| {
                let ids = [(*id).to_owned(), format!("alsa:{id}")];
                answers_to(name, &ids, wanted)
            })
        };
        for wanted in ["Built-in", "built-IN", "hw:0,0", "alsa:hw:0,0"] {
            assert_eq!(found(wanted), Some(1), "{wanted}");
        }
        for wanted in ["Built", "HW:0,0", "hw:2,0", ""] {
            assert_eq!(found(wanted), None, "{wanted}");
        }
    }
}
