//! What only testers need: the virtual sound card with its scenarios and rooms, the simulator, and the
//! latency harness. Nothing that talks imports it but `cli`; `tests/architecture` holds that.
//!
//! ```text
//!  scenario ─► stimulus ─► virtual_card ─► a session ─► its recording ─► bench ─► reports
//!              effects, room                simulator: the same machines, scripted engines, no time
//! ```

pub mod effects;
pub mod room;
pub mod scenario;
pub mod stimulus;
pub mod virtual_card;
pub mod wired_card;

pub mod simulator;

pub mod wake;

pub mod bench;
