//! `vivavoce serve`: a web page, and protocols for other programs.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use vivavoce::agent::Persona;
use vivavoce::config::Config;
use vivavoce::engines::data_dir;
use vivavoce::server::{self, Assistant, Certificate, Hub, ServerConfig, Who};
use vivavoce::tools::Keeping;

use super::assistant::{assistant, connect_mcp, watch_folders, with_folders};
use super::interruption::{Loading, QUIT};
use super::mcp::{Errors, voice};

/// Its options.
#[derive(Debug, Args)]
pub struct ServeOptions {
    /// Where to listen; port 0: any that is free. Beyond this machine a token is needed
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8017")]
    listen: SocketAddr,
    /// A name that this machine is reached by, beside its numbers and localhost; may be given again
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// Programs on this machine show the token too: for a proxy that does not say for whom it asks
    #[arg(long)]
    token_always: bool,
    /// Speak TLS (https) with a certificate of our own, which browsers ask about: they give the microphone to other
    /// machines only so
    #[arg(long)]
    tls: bool,
    /// Speak TLS with this certificate (PEM)
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        conflicts_with = "tls"
    )]
    tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Conversations at once; more are refused
    #[arg(long, value_name = "N", default_value_t = 4,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    sessions: u16,
    /// Speak the Wyoming protocol too, for Home Assistant: PORT of this machine, or HOST:PORT (port 0: any
    /// that is free). It knows no token: whoever reaches the port may use it
    #[arg(long, value_name = "[HOST:]PORT", value_parser = wyoming_address)]
    wyoming: Option<SocketAddr>,
    /// Let agents talk on this machine's microphone and loudspeaker, over MCP at /mcp (docs/mcp.md)
    #[arg(long)]
    mcp: bool,
    /// Open the page in a browser
    #[arg(long)]
    open: bool,
}

/// Runs the command.
pub fn run(config: &Config, options: &ServeOptions) -> Result<()> {
    let token = server::token(&data_dir())?;
    let persona = Persona::load(config.persona.as_deref(), config.language.first())?;
    let loading = Loading::begin();
    let mcp = connect_mcp(config);
    let folders = watch_folders(config);
    let assistant: Assistant = Box::new(move |config, persona, who| match who {
        Who::User => {
            let given = assistant(config, persona, config.memory.keep, mcp.clone());
            with_folders(given, folders.clone())
        }
        // What a program says may not reach the user's own servers and files.
        Who::Program => assistant(config, persona, Keeping::Nothing, None),
    });
    let mut config = config.clone();
    // Whoever comes by a door is known by their token.
    config.turn_taking.only_enrolled = false;
    let hub = Hub::new(config.clone(), persona, assistant, options.sessions.into())?;
    drop(loading);
    let server = ServerConfig {
        listen: options.listen,
        names: options.name.clone(),
        token: token.clone(),
        token_always: options.token_always,
        certificate: certificate(options),
        wyoming: options.wyoming,
    };
    let voice = options
        .mcp
        .then(|| voice(&config, Errors::Logged))
        .transpose()?;
    let is_secure = server.certificate.is_some();
    let opened = |opened: server::Opened| {
        let scheme = if is_secure { "https" } else { "http" };
        let page = format!("{scheme}://{}/", reached_at(opened.listen));
        say_where(opened, &page, &token, options.mcp);
        if options.open {
            open_browser(&page);
        }
    };
    Ok(server::serve(Arc::new(hub), server, voice, &QUIT, opened)?)
}

/// What is shown to clients that want TLS, if they get it.
fn certificate(options: &ServeOptions) -> Option<Certificate> {
    match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => Some(Certificate::Files {
            certificate: certificate.clone(),
            key: key.clone(),
        }),
        _ => options.tls.then(|| Certificate::Own(data_dir())),
    }
}

fn say_where(opened: server::Opened, page: &str, token: &str, mcp: bool) {
    let address = opened.listen;
    let is_secure = page.starts_with("https");
    let s = if is_secure { "s" } else { "" };
    out!("a page to talk on:            {page}");
    out!(
        "for programs of OpenAI's API: {page}v1 (any key; Realtime: ws{s}://{}/v1/realtime)",
        reached_at(address)
    );
    if mcp {
        out!("for agents (MCP):             {page}mcp");
    }
    if !address.ip().is_loopback() {
        out!(
            "from other machines:          http{s}://THIS-MACHINE:{}/?token={token}",
            address.port()
        );
        if !is_secure {
            out!("their browsers give the microphone only to https: start it with --tls");
        }
    }
    if let Some(address) = opened.wyoming {
        out!(
            "for Home Assistant (Wyoming): tcp://{}",
            reached_at(address)
        );
        if !address.ip().is_loopback() {
            out!(
                "warning: Wyoming has no password: whoever reaches port {} may use the engines",
                address.port()
            );
        }
    }
    out!("Ctrl-C ends it.");
}

/// A port of this machine, or a whole address.
fn wyoming_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.parse::<u16>();
    let address = port.map(|port| SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, port)));
    address.or_else(|_| text.parse()).map_err(|_| {
        "give a port (10300), or a numeric address and a port (0.0.0.0:10300)".to_owned()
    })
}

/// How a program on this machine reaches it.
fn reached_at(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, address.port())
}

/// Whatever opens a page here; one that cannot be opened is said.
fn open_browser(page: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let opened = std::process::Command::new(program)
        .arg(page)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if let Err(error) = opened {
        out!("{program} cannot open a browser ({error}): open the page yourself");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_all_devices_is_reached_at_this_machine() {
        let reached = |text: &str| reached_at(text.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(reached("[::]:80"), "[::1]:80");
        assert_eq!(reached("192.168.1.2:80"), "192.168.1.2:80");
    }

    #[test]
    fn a_port_alone_is_one_of_this_machine() {
        let address = |text| wyoming_address(text).map(|address| address.to_string());
        assert_eq!(address("10300").unwrap(), "127.0.0.1:10300");
        assert_eq!(address("0.0.0.0:10300").unwrap(), "0.0.0.0:10300");
        assert!(address("home:70000").unwrap_err().contains("10300"));
    }
}
