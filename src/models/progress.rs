//! Telling the user how far a pull has come. Called on the puller's thread. Invariant: nothing
//! here can fail a pull; a terminal that is gone is not an error.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How a pull reports: one task at a time, each with a position in bytes.
pub trait PullProgress {
    /// A line that stands by itself ("another process is downloading: waiting").
    fn note(&mut self, line: &str);
    /// A new task; `total_bytes` if it is known.
    fn begin(&mut self, task: &str, total_bytes: Option<u64>);
    /// Where the current task stands, in bytes from its beginning. May go back (a restart).
    fn at(&mut self, bytes: u64);
    /// The current task is over, well or badly.
    fn end(&mut self);
}

/// Says nothing.
#[derive(Debug, Default)]
pub struct SilentProgress;

impl PullProgress for SilentProgress {
    fn note(&mut self, _line: &str) {}
    fn begin(&mut self, _task: &str, _total_bytes: Option<u64>) {}
    fn at(&mut self, _bytes: u64) {}
    fn end(&mut self) {}
}

/// A bar on a terminal; a line now and then anywhere else (a log, a pipe).
pub enum ConsoleProgress {
    /// Redrawn in place on standard error; hidden while there is no task.
    Bar(ProgressBar),
    /// One line after the other, about each quarter of a large file.
    Lines(Lines),
}

impl ConsoleProgress {
    /// On standard error: standard output may be somebody's data.
    pub fn stderr() -> Self {
        if std::io::stderr().is_terminal() {
            ConsoleProgress::Bar(ProgressBar::with_draw_target(
                None,
                ProgressDrawTarget::hidden(),
            ))
        } else {
            ConsoleProgress::lines(Box::new(std::io::stderr()))
        }
    }

    /// Plain lines, to `out`.
    pub fn lines(out: Box<dyn Write + Send>) -> Self {
        ConsoleProgress::Lines(Lines {
            out,
            task: String::new(),
            total_bytes: None,
            next_at: 0,
        })
    }
}

/// The state of the plain-line form.
pub struct Lines {
    out: Box<dyn Write + Send>,
    task: String,
    total_bytes: Option<u64>,
    next_at: u64,
}

impl Lines {
    /// A line each quarter, but none for what is done in a moment.
    fn step(&self) -> u64 {
        const LEAST: u64 = 20_000_000;
        self.total_bytes.map_or(LEAST, |total| LEAST.max(total / 4))
    }

    fn say(&mut self, line: &str) {
        let _ = writeln!(self.out, "{line}");
    }
}

impl PullProgress for ConsoleProgress {
    fn note(&mut self, line: &str) {
        match self {
            // With no bar on the screen indicatif would swallow the line.
            ConsoleProgress::Bar(bar) if bar.is_hidden() => eprintln!("{line}"),
            ConsoleProgress::Bar(bar) => bar.println(line),
            ConsoleProgress::Lines(lines) => lines.say(line),
        }
    }

    fn begin(&mut self, task: &str, total_bytes: Option<u64>) {
        match self {
            ConsoleProgress::Bar(bar) => {
                *bar = ProgressBar::with_draw_target(total_bytes, ProgressDrawTarget::stderr());
                bar.set_style(style(total_bytes.is_some()));
                bar.set_message(task.to_owned());
                // Keeps the spinner alive while pip resolves and nothing grows yet.
                bar.enable_steady_tick(Duration::from_millis(200));
            }
            ConsoleProgress::Lines(lines) => {
                lines.task = task.to_owned();
                lines.total_bytes = total_bytes;
                lines.next_at = lines.step();
                let size = total_bytes.map(|total| format!(" ({})", human_bytes(total)));
                lines.say(&format!("{task}{}", size.unwrap_or_default()));
            }
        }
    }

    fn at(&mut self, bytes: u64) {
        match self {
            ConsoleProgress::Bar(bar) => bar.set_position(bytes),
            ConsoleProgress::Lines(lines) => {
                if bytes < lines.next_at {
                    return;
                }
                lines.next_at = (bytes / lines.step() + 1) * lines.step();
                let line = match lines.total_bytes {
                    Some(total) => {
                        let percent = bytes.min(total) * 100 / total.max(1);
                        format!("{}: {percent}% of {}", lines.task, human_bytes(total))
                    }
                    None => format!("{}: {}", lines.task, human_bytes(bytes)),
                };
                lines.say(&line);
            }
        }
    }

    fn end(&mut self) {
        match self {
            ConsoleProgress::Bar(bar) => bar.finish_and_clear(),
            ConsoleProgress::Lines(_) => {}
        }
    }
}

fn style(total_is_known: bool) -> ProgressStyle {
    let template = if total_is_known {
        "{msg:40!} {bar:24} {decimal_bytes:>9} of {decimal_total_bytes} {decimal_bytes_per_sec:>11} {eta:>4}"
    } else {
        "{msg:40!} {spinner} {decimal_bytes:>9} {decimal_bytes_per_sec:>11}"
    };
    // A template that indicatif does not know would be a slip of ours: plain bars still work.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Bytes for people, in powers of ten as disks and networks are sold: "512 B", "44 kB", "2.3 MB",
/// "190 MB", "1.2 GB".
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    // 999.5 would be printed as "1000".
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    // A tenth matters below ten, except in kilobytes.
    let decimals = usize::from(unit > 0 && value < 9.95);
    format!("{value:.decimals$} {}", UNITS[unit])
}
