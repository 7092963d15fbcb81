//! `vivavoce models`: the manifest, the store, and each way by which files come.

mod converted;
mod converter;
mod first_use;
mod http;
mod manifest;
mod npm;
mod parts;
mod pip;
mod store;

#[path = "../support/models_fixture/mod.rs"]
mod models_fixture;
#[path = "../support/program.rs"]
mod program;
