//! What turn taking was told and what it commanded, in a form that can be written down: the machine
//! is pure, so the same inputs give the same commands, and another build's differ only where it
//! decides otherwise.

use serde::{Deserialize, Serialize};

use super::{Command, Event, TurnTaking, TurnTakingConfig};
use crate::clock::Timestamp;

/// One event and what followed from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// When the machine was told. Microseconds on the session's clock.
    #[serde(rename = "t_us")]
    pub at: Timestamp,
    /// What it was told.
    pub event: Event,
    /// What it commanded; what it only publishes is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
}

impl Decision {
    /// Of an event and the commands that it led to.
    pub fn new(at: Timestamp, event: Event, commands: &[Command]) -> Self {
        let acts =
            |command: &&Command| !matches!(command, Command::Publish(..) | Command::Announce(_));
        let commands = commands.iter().filter(acts);
        Self {
            at,
            event,
            commands: commands.map(|command| format!("{command:?}")).collect(),
        }
    }
}

/// Where a replay decided otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Divergence {
    /// When. Microseconds on the session's clock.
    #[serde(rename = "t_us")]
    pub at: Timestamp,
    /// What the machine was told.
    pub event: Event,
    /// What it commanded then.
    pub was: Vec<String>,
    /// What it commands now.
    pub is: Vec<String>,
}

/// Tells a machine of this build, with this configuration, what another was told, and gives every
/// place where it decides otherwise, in order. After the first, what it is told belongs to decisions
/// that it did not make.
pub fn replay(decisions: &[Decision], config: TurnTakingConfig) -> Vec<Divergence> {
    let mut machine = TurnTaking::new(config);
    let mut commands = Vec::new();
    let mut differing = Vec::new();
    for decision in decisions {
        machine.handle(decision.at, decision.event.clone(), &mut commands);
        let is = Decision::new(decision.at, decision.event.clone(), &commands).commands;
        commands.clear();
        if is != decision.commands {
            differing.push(Divergence {
                at: decision.at,
                event: decision.event.clone(),
                was: decision.commands.clone(),
                is,
            });
        }
    }
    differing
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::endpointing::EndpointPolicy;
    use crate::events::TurnId;

    /// A question of a second, heard by a machine.
    fn held() -> Vec<Decision> {
        let mut machine = TurnTaking::new(TurnTakingConfig::default());
        let mut commands = Vec::new();
        let at = Timestamp::from_millis;
        let mut events = vec![
            (at(100), Event::SpeechStarted(at(50))),
            (at(1_190), Event::SpeechPaused(at(1_100))),
        ];
        let decoded = Event::Decoded {
            turn: TurnId(1),
            pause: 1,
            text: "What is it?".into(),
        };
        events.push((at(1_250), decoded));
        events.extend((126..300).map(|n| (at(n * 10), Event::Tick)));
        let tell = |(now, event): (Timestamp, Event)| {
            commands.clear();
            machine.handle(now, event.clone(), &mut commands);
            Decision::new(now, event, &commands)
        };
        events.into_iter().map(tell).collect()
    }

    #[test]
    fn the_same_machine_decides_the_same() {
        assert_eq!(replay(&held(), TurnTakingConfig::default()), []);
    }

    #[test]
    fn what_was_written_down_is_read_as_it_was() {
        let held = held();
        let text = serde_json::to_string(&held).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Decision>>(&text).unwrap(), held);
    }

    #[test]
    fn another_wait_is_found_where_it_matters() {
        let patient = TurnTakingConfig {
            endpointing: EndpointPolicy::silence(Duration::from_millis(1_500)),
            ..TurnTakingConfig::default()
        };
        let differing = replay(&held(), patient);
        let released = |commands: &[String]| commands.iter().any(|c| c.starts_with("Release"));
        let then = differing.iter().find(|d| released(&d.was)).unwrap();
        let now = differing.iter().find(|d| released(&d.is)).unwrap();
        assert!(then.at < now.at, "{differing:?}");
    }
}
