//! The commands of the program.

/// As `println!`, but what engines and servers wrote moves nothing on the terminal, and a reader that has
/// gone away (`| head`) is no reason to panic.
macro_rules! out {
    () => { out!("") };
    ($($format:tt)*) => {{
        use std::io::Write as _;
        let text = $crate::cli::printable::printable(&format!($($format)*));
        let _ = writeln!(std::io::stdout(), "{text}");
    }};
}

/// A number of seconds or hours that a person can mean.
pub fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("give a positive number".into()),
    }
}

pub mod ask;
pub mod assistant;
pub mod background;
pub mod batch;
pub mod bench;
pub mod book;
pub mod doctor;
pub mod enroll;
pub mod flags;
pub mod interruption;
pub mod log;
pub mod mcp;
pub mod memory;
pub mod models;
pub mod printable;
pub mod profile;
pub mod say;
pub mod screen;
pub mod serve;
pub mod simulate;
pub mod sound;
pub mod stats;
pub mod talk;
pub mod tools;
pub mod transcribe;
pub mod view;
pub mod wake;
