//! `vivavoce bench replay`: a recorded conversation once more.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use vivavoce::audio::frame::SESSION_RATE;
use vivavoce::audio::wav::WavFile;
use vivavoce::config::Config;
use vivavoce::engines;
use vivavoce::harness::bench::{
    Conversation, Recording, changes, conversation, decisions, stimulus_events, user_side,
    with_stimuli,
};
use vivavoce::harness::scenario::{Anchor, Scenario, When};
use vivavoce::turn_taking::replay;

use super::conversation::{Bench, HeldArgs, conversation_report, proved};
use super::report::{Outputs, publish};

/// What is replayed, and how.
#[derive(Debug, clap::Args)]
pub struct ReplayArgs {
    /// The folder that `--record` named
    dir: PathBuf,
    /// Keep the new recording here
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Only what turn taking decides: no engines, no sound, done at once and always the same
    #[arg(long)]
    decisions: bool,
    /// A text read aloud answers, as it did in scenarios with `long_replies`
    #[arg(long)]
    long_replies: bool,
    #[command(flatten)]
    outputs: Outputs,
}

/// So many differing decisions are shown.
const SHOWN: usize = 10;
/// After the recording has ended, a reply may still come.
const AFTER: Duration = Duration::from_secs(3);

/// Runs the command.
pub fn run(config: &Config, args: &ReplayArgs) -> Result<ExitCode> {
    args.outputs.check()?;
    let then = Recording::read(&args.dir)?;
    replay_decisions(config, &args.dir)?;
    if args.decisions {
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir()?;
    let user = folder.path().join("user.wav");
    let mut file = WavFile::create(&user, 1, SESSION_RATE)?;
    user_side(&then)?
        .iter()
        .try_for_each(|sample| file.push(*sample))?;
    file.finish()?;
    let scenario = Scenario {
        name: "replay".into(),
        long_replies: args.long_replies,
        end: Some(When {
            anchor: Anchor::Previous,
            after: AFTER,
        }),
        ..Scenario::of_file(&user)
    };
    let held = HeldArgs {
        record: args.record.clone(),
        ..HeldArgs::once()
    };
    let mut trust = proved(config)?;
    let place = args.record.clone().unwrap_or(folder.path().join("replay"));
    let mut bench = Bench::new(config, &held)?;
    trust.load = bench.hold(&scenario, &place, &mut trust)?;
    let mut now = Recording::read(&place)?;
    now.events = with_stimuli(&now.events, stimulus_events(&then.events));
    let was = Recording {
        events: with_stimuli(&then.events, stimulus_events(&then.events)),
        ..then
    };
    let before = conversation(&was, bench.llm_threads);
    was.check(&args.dir)?;
    let is = Conversation {
        scenario: scenario.name,
        kind: "recording".into(),
        repeat: 1,
        recording: place.display().to_string(),
        ..conversation(&now, bench.llm_threads)
    };
    now.check(&place)?;
    print_changes(&before, &is);
    publish(&mut conversation_report(vec![is], trust), &args.outputs)
}

/// Tells this build's turn taking what that of then was told.
fn replay_decisions(config: &Config, dir: &Path) -> Result<()> {
    let Some(told) = decisions(dir)? else {
        out!("the recording has no decisions.jsonl: it was made by an older build");
        return Ok(());
    };
    let mut turn_taking = config.turn_taking();
    turn_taking.only_enrolled = config.turn_taking.only_enrolled;
    if let Some(mut sleep) = config.wake.sleep() {
        sleep.phrase = engines::head(config)?.phrase;
        turn_taking.sleep = Some(sleep);
    }
    let differing = replay(&told, turn_taking);
    if differing.is_empty() {
        out!(
            "told the same {} times, turn taking decides the same",
            told.len()
        );
        return Ok(());
    }
    out!(
        "told the same {} times, turn taking decides otherwise {} times",
        told.len(),
        differing.len()
    );
    for found in differing.iter().take(SHOWN) {
        let commands = |commands: &[String]| {
            if commands.is_empty() {
                "nothing".into()
            } else {
                commands.join(", ")
            }
        };
        out!("{:9.0} ms  {:?}", found.at.as_millis_f64(), found.event);
        out!("              was {}", commands(&found.was));
        out!("              is  {}", commands(&found.is));
    }
    if differing.len() > SHOWN {
        out!("... and so on; after the first, what it is told follows from what it did not do");
    }
    Ok(())
}

fn print_changes(was: &Conversation, is: &Conversation) {
    let mut same = 0;
    for (was, is) in was.turns.iter().zip(&is.turns) {
        let found = changes(was, is);
        if found.is_empty() {
            same += 1;
            continue;
        }
        out!(
            "turn {}: {}",
            was.stimulus,
            was.said.as_deref().unwrap_or("(a sound)")
        );
        found.iter().for_each(|change| out!("    {change}"));
    }
    out!("{same} of {} turns went as before\n", was.turns.len());
}
