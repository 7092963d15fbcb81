//! `vivavoce tools`: what can be called, and calling it by hand.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use serde_json::{Map, Value};
use vivavoce::agent::Persona;
use vivavoce::clock::local_time;
use vivavoce::config::Config;
use vivavoce::tool_call::{Call, Class, Offer};
use vivavoce::tools::{self, Outcome};

use super::assistant::{assistant, connect_mcp, read_folders, with_folders};
use super::flags::{ConfigFlag, Flags, ToolFlags};
use super::interruption;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum ToolsCommand {
    /// List the built-in tools and those of MCP servers, and what each may do
    List(ConfigFlag),
    /// Call one, and print what it says
    Call {
        /// Its name
        name: String,
        /// Its arguments as a JSON object: '{"duration": "five minutes"}'
        #[arg(value_name = "JSON", default_value = "{}", value_parser = object)]
        arguments: Map<String, Value>,
        #[command(flatten)]
        flags: ToolFlags,
    },
}

impl ToolsCommand {
    /// The flags that it reads.
    pub fn flags(&self) -> &dyn Flags {
        match self {
            Self::List(flags) => flags,
            Self::Call { flags, .. } => flags,
        }
    }
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text)
        .map_err(|e| format!("{e}; write an object: '{{\"duration\": \"five minutes\"}}'"))
}

/// Runs the command.
pub fn run(config: &Config, command: &ToolsCommand) -> Result<()> {
    match command {
        ToolsCommand::List(_) => {
            list(config);
            Ok(())
        }
        ToolsCommand::Call {
            name, arguments, ..
        } => {
            let (name, arguments) = (name.clone(), arguments.clone());
            call(config, &Call { name, arguments })
        }
    }
}

/// What the tool says goes to standard output; why it did nothing is the error.
fn call(config: &Config, call: &Call) -> Result<()> {
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let said = if tools::class(&call.name).is_some() {
        let given = assistant(config, &persona, config.memory.keep, None);
        // Only these are worth reading all folders.
        let folders = if tools::looks_into_folders(&call.name) {
            read_folders(config)?
        } else {
            None
        };
        let (_, tools) = with_folders(given, folders.map(Arc::new));
        let mut toolbox = tools
            .built_in
            .context("the built-in tools are switched off")?;
        let called = toolbox.call(call, &local_time());
        match called.map_err(|error| anyhow!(toolbox.explain(&error)))? {
            Outcome::Say(words) | Outcome::Control(_, words) => words,
        }
    } else {
        let mcp = connect_mcp(config).with_context(|| {
            format!(
                "there is no tool {:?}: see `vivavoce tools list`",
                call.name
            )
        })?;
        let quit = || interruption::is_asked();
        mcp.call(call, &quit).map_err(|error| anyhow!("{error}"))?
    };
    out!("{said}");
    Ok(())
}

fn list(config: &Config) {
    out!("built in:");
    tools::specs().for_each(|spec| describe(&spec.offer()));
    let Some(mcp) = connect_mcp(config) else {
        return out!("\nMCP servers: none; docs/mcp.md says how to configure one");
    };
    for server in config.mcp.keys() {
        out!("\nMCP server {server}:");
        let tools = mcp.tools().iter().filter(|tool| tool.server == *server);
        tools.for_each(|tool| describe(&tool.offer));
    }
}

fn describe(offer: &Offer) {
    let may = match offer.class {
        Class::Read => "reads",
        Class::Act => "acts",
        Class::AskFirst => "asks first",
    };
    let definition = &offer.definition;
    let names = definition.arguments().map(|(name, is_required)| {
        if is_required {
            name.clone()
        } else {
            format!("[{name}]")
        }
    });
    let names: Vec<String> = names.collect();
    out!("  {} ({may}) {}", definition.name, names.join(" "));
    let first = definition.description.lines().next().unwrap_or_default();
    out!("      {first}");
}
