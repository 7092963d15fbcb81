//! `vivavoce serve`: each of its doors, with clients of our own and those of others.

mod clients;
mod http;
mod page;
mod realtime;
mod talk;
mod webrtc;
mod wyoming;

#[path = "../support/browser.rs"]
mod browser;
#[path = "../support/door.rs"]
mod door;
#[path = "../support/npm_package.rs"]
mod npm_package;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/python_package.rs"]
mod python_package;
