//! `vivavoce bench`, `doctor` and the simulator: what measures, and what looks for faults.

mod compare;
mod conversation;
mod doctor;
mod eot;
mod report;
mod simulator;

#[path = "../support/llm_server.rs"]
mod llm_server;
#[path = "../support/program.rs"]
mod program;
#[path = "../../src/harness/bench/test_reports.rs"]
mod test_reports;

// What `test_reports` takes from its parent.
use vivavoce::harness::bench::*;
