//! The screen, drawn into memory.

use crossterm::event::KeyCode;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use vivavoce::clock::Timestamp;
use vivavoce::events::{EndReason, EventKind, InterruptReason, SessionEvent, TurnId};

use super::draw::draw;
use super::state::ScreenState;

const KEYS: &str = "space: talk, space again: done, q: quit";

/// A state with events on a clock.
struct Told {
    state: ScreenState,
    now_ms: u64,
    turn: u64,
}

impl Told {
    fn new() -> Self {
        let mut told = Self {
            state: ScreenState::new(KEYS, false, true),
            now_ms: 0,
            turn: 0,
        };
        told.tell(EventKind::Ready {
            startup_ms: 900.0,
            prompt_kept: 0,
            prompt_read: 38,
        });
        told
    }

    fn tell(&mut self, kind: EventKind) {
        self.now_ms += 10;
        self.state.observe(&SessionEvent {
            at: Timestamp::from_millis(self.now_ms),
            turn: Some(TurnId(self.turn)),
            kind,
        });
    }

    /// The user says this, and it is answered after half a second.
    fn ask(&mut self, text: &str) {
        self.turn += 1;
        self.now_ms += 1_000;
        let text = || text.to_owned();
        let decode_ms = 40.0;
        self.tell(EventKind::SpeechStarted);
        self.tell(EventKind::Partial {
            text: text(),
            decode_ms,
        });
        let last_speech_ms = self.now_ms as f64 - 50.0;
        self.tell(EventKind::SpeechPaused { last_speech_ms });
        self.tell(EventKind::Final {
            text: text(),
            decode_ms,
        });
        self.now_ms += 260;
        self.tell(EventKind::TurnEnded {
            waited_ms: 300.0,
            score: Some(0.94),
            reason: EndReason::SoundsFinished,
            text: text(),
        });
    }

    /// The reply is written and begins to sound; this much of it is heard so far.
    fn reply(&mut self, text: &str, says: &str) {
        self.now_ms += 100;
        self.tell(EventKind::FirstToken);
        self.tell(EventKind::FirstClause { text: text.into() });
        self.tell(EventKind::Clause { text: text.into() });
        let first_sample_ms = self.now_ms as f64 + 60.0;
        self.tell(EventKind::PlaybackStarted { first_sample_ms });
        self.tell(EventKind::Saying { text: says.into() });
    }

    fn heard(&mut self, text: &str) {
        self.tell(EventKind::Heard { text: text.into() });
    }

    fn levels(&mut self, capture_dbfs: f32, render_dbfs: f32, clipped: u64) {
        self.tell(EventKind::Levels {
            capture_dbfs,
            render_dbfs: Some(render_dbfs),
            clipped,
            overruns: 0,
        });
    }

    /// Two turns; the second reply is cut off.
    fn conversation() -> Self {
        let mut told = Self::new();
        told.ask("What is the capital of France?");
        told.reply("Paris.", "Paris.");
        told.heard("Paris.");
        told.ask("Tell me about the sun.");
        let sun = "It is a star in the middle of our solar system.";
        told.reply(sun, "It is a star");
        let reason = InterruptReason::Words;
        told.tell(EventKind::Interrupted { reason });
        told.heard("It is a star in the");
        told.levels(-12.0, -120.0, 0);
        told
    }

    fn draw(&mut self, width: u16, height: u16) -> Buffer {
        self.state.resize(width, height);
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, &self.state)).unwrap();
        terminal.backend().buffer().clone()
    }

    fn lines(&mut self, width: u16, height: u16) -> Vec<String> {
        lines(&self.draw(width, height))
    }
}

/// The rows of a screen as text; a wide character is followed by the cell that it hides.
fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width);
    let row = |cells: &[Cell]| {
        let (mut text, mut hidden) = (String::new(), 0);
        for cell in cells {
            if hidden == 0 {
                text.push_str(cell.symbol());
                hidden = unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1);
            }
            hidden -= 1;
        }
        text.trim_end().to_owned()
    };
    buffer.content.chunks(width).map(row).collect()
}

/// The text of all cells with this modifier.
fn with(buffer: &Buffer, modifier: Modifier) -> String {
    let cells = buffer.content.iter();
    let found = cells.filter(|cell| cell.modifier.contains(modifier));
    found.map(Cell::symbol).collect()
}

#[test]
fn a_conversation_is_seen_with_state_levels_and_latencies() {
    let lines = Told::conversation().lines(100, 30);
    let expected = [
        "ready after 0.9 s; speak",
        "",
        "you: What is the capital of France?",
        "vivavoce: Paris.",
        "",
        "you: Tell me about the sun.",
        "(stopped: words)",
        "vivavoce: It is a star in the — middle of our solar system.",
        "",
    ];
    assert_eq!(lines[..9], expected);
    assert!(lines[25].starts_with("─ last turns ──"), "{lines:#?}");
    for turn in &lines[26..28] {
        let told = turn.starts_with("   530 ms ██") && turn.contains(" wait 340, ");
        assert!(told && turn.ends_with(", device 70"), "{turn}");
    }
    assert!(
        lines[28].starts_with("● hearing you  microphone ▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▯▯▯▯▯  loudspeaker ▯▯")
    );
    assert_eq!(lines[29], format!("{KEYS}, w: reasons, ?: help"));
}

#[test]
fn what_it_cost_is_seen_where_there_is_room() {
    let mut told = Told::conversation();
    told.tell(EventKind::ReplyComplete {
        draft: 0,
        text: "Paris.".into(),
        tokens: 4,
        tokens_per_s: 50.0,
        busy_ms: 80.0,
        cancelled: false,
    });
    let cost = "─ last turns ─ tokens: 38 read, 0 known, 4 written ───";
    assert!(told.lines(100, 30)[25].starts_with(cost));
    let narrow = told.lines(40, 12);
    assert!(
        narrow[7].starts_with("─ last turns ──────"),
        "{}",
        narrow[7]
    );
}

#[test]
fn a_small_screen_has_the_newest_and_still_says_what_the_keys_do() {
    let lines = Told::conversation().lines(40, 12);
    let expected = [
        "ready after 0.9 s; speak",
        "you: What is the capital of France?",
        "vivavoce: Paris.",
        "you: Tell me about the sun.",
        "(stopped: words)",
        "vivavoce: It is a star in the — middle",
        "  of our solar system.",
        "─ last turns ───────────────────────────",
    ];
    assert_eq!(lines[..8], expected, "{lines:#?}");
    assert!(lines[8].starts_with("   530 ms ████"), "{}", lines[8]);
    assert_eq!(lines[9], "● hearing you mic ▮▮▮▮▮▮▯▯ out ▯▯▯▯▯▯▯▯");
    assert_eq!(lines[10], "space: talk, space again: done, q: quit,");
    assert_eq!(lines[11], "w: reasons, ?: help");
}

#[test]
fn what_was_cut_off_of_a_reply_is_struck_through() {
    let buffer = Told::conversation().draw(100, 30);
    let struck = with(&buffer, Modifier::CROSSED_OUT);
    assert_eq!(struck, "middle of our solar system.");
}

#[test]
fn what_is_heard_and_said_is_seen_as_it_comes() {
    let mut told = Told::new();
    told.ask("Tell me about the sun.");
    told.reply("It is a star, and a big one.", "It is a");
    let buffer = told.draw(60, 20);
    let live = "vivavoce: It is a star, and a big one.";
    assert!(lines(&buffer).iter().any(|line| line == live));
    assert!(with(&buffer, Modifier::DIM).contains(" star, and a big one."));
    told.turn += 1;
    told.tell(EventKind::SpeechStarted);
    let partial = "No, the moon".to_owned();
    told.tell(EventKind::Partial {
        text: partial,
        decode_ms: 40.0,
    });
    let lines = told.lines(60, 20);
    assert!(lines.iter().any(|line| line == live));
    assert!(lines.iter().any(|line| line == "you: No, the moon"));
    assert!(lines.iter().any(|line| line.starts_with("● speaking ")));
}

#[test]
fn chinese_is_measured_in_columns() {
    let mut told = Told::new();
    told.ask("现在几点了？请告诉我今天的天气怎么样，明天会不会下雨。");
    told.reply("今天天气很好。", "今天");
    told.heard("今天天气很好。");
    let lines = told.lines(40, 12);
    assert_eq!(lines[1], "you: 现在几点了？请告诉我今天的天气怎么");
    assert_eq!(lines[2], "  样，明天会不会下雨。");
    assert_eq!(lines[3], "vivavoce: 今天天气很好。");
}

#[test]
fn no_size_is_too_small_or_too_large() {
    let mut told = Told::conversation();
    told.ask("👩🏽‍✈️ 现在几点了 cafe\u{301} \u{1b}[2J an unbreakableunbreakableunbreakable word");
    told.reply("It is noon, 正午。", "It is");
    told.levels(f32::NAN, 3.0, 7);
    for (width, height) in (1..=200).flat_map(|w| (1..=60).map(move |h| (w, h))) {
        // All that are small, and some of the others.
        if width < 24 || height < 14 || (width + height) % 11 == 0 {
            told.draw(width, height);
            let (w, help) = (KeyCode::Char('w'), KeyCode::Char('?'));
            let keys = [w, KeyCode::PageUp, help, KeyCode::Down, KeyCode::Home];
            told.state.press(keys[usize::from(width + height) % 5]);
        }
    }
    told.draw(0, 0);
}

#[test]
fn w_shows_the_reasons_and_hides_them() {
    let mut told = Told::conversation();
    let why = "  why: waited 300 ms: sounds finished, score 0.94";
    let shows = |told: &mut Told| told.lines(100, 30).iter().any(|line| line == why);
    assert!(!shows(&mut told));
    assert!(told.state.press(KeyCode::Char('w')) && shows(&mut told));
    assert!(told.state.press(KeyCode::Char('w')) && !shows(&mut told));
}

#[test]
fn a_question_mark_shows_the_help_and_hides_it() {
    let mut told = Told::conversation();
    let before = told.lines(100, 30);
    told.state.press(KeyCode::Char('?'));
    let help = told.lines(100, 30);
    assert!(
        help.iter()
            .any(|line| line.contains("End: back to the newest")),
        "{help:#?}"
    );
    assert!(help.iter().any(|line| line.contains(KEYS)));
    told.state.press(KeyCode::Esc);
    assert_eq!(told.lines(100, 30), before);
}

#[test]
fn scrolling_stays_where_it_is_until_end_is_pressed() {
    let mut told = Told::new();
    for n in 0..30 {
        told.ask(&format!("Number {n}?"));
        told.heard("Yes.");
    }
    let newest = told.lines(50, 12);
    assert_eq!(newest[6..8], ["you: Number 29?", "vivavoce: Yes."]);
    told.state.press(KeyCode::Up);
    let scrolled = told.lines(50, 12);
    assert_eq!(scrolled[7], "you: Number 29?");
    assert!(
        scrolled[8].ends_with("End: back to the newest ─"),
        "{scrolled:#?}"
    );
    told.ask("Something new?");
    assert_eq!(told.lines(50, 12)[..8], scrolled[..8]);
    told.state.press(KeyCode::Home);
    assert_eq!(told.lines(50, 12)[0], "ready after 0.9 s; speak");
    told.state.press(KeyCode::End);
    let end = told.lines(50, 12);
    assert!(
        end.iter().any(|line| line == "you: Something new?"),
        "{end:#?}"
    );
    told.state.press(KeyCode::PageUp);
    told.state.press(KeyCode::PageDown);
    assert_eq!(told.lines(50, 12), end);
}

#[test]
fn without_colour_nothing_has_any_and_the_state_is_still_a_word() {
    let mut told = Told::conversation();
    told.levels(0.0, -6.0, 5);
    let coloured = told.draw(100, 30);
    assert!(coloured.content.iter().any(|cell| cell.fg != Color::Reset));
    told.state.color = false;
    for key in ['w', '?'] {
        let plain = told.draw(100, 30);
        let is_plain = |cell: &Cell| cell.fg == Color::Reset && cell.bg == Color::Reset;
        assert!(plain.content.iter().all(is_plain));
        assert!(
            lines(&plain)
                .iter()
                .any(|line| line.contains("● hearing you"))
        );
        told.state.press(KeyCode::Char(key));
    }
}

#[test]
fn what_engines_and_devices_say_is_seen_and_moves_nothing() {
    let mut told = Told::new();
    let message = "the microphone was \u{1b}[2Junplugged\u{202e}".to_owned();
    told.tell(EventKind::Device { message });
    let message = "no answer; start the server".to_owned();
    told.tell(EventKind::Error {
        stage: "language model".into(),
        message,
    });
    told.tell(EventKind::Partial {
        text: "a\u{1b}]0;title\u{7}b".into(),
        decode_ms: 1.0,
    });
    let lines = told.lines(80, 12);
    assert_eq!(lines[1], "(sound: the microphone was unplugged)");
    assert_eq!(
        lines[2],
        "error: language model: no answer; start the server"
    );
    assert_eq!(lines[3], "you: ab");
}

#[test]
fn the_conversation_is_left_behind_in_the_plain_views_words() {
    let told = Told::conversation();
    let finished: Vec<&str> = told.state.finished().collect();
    assert_eq!(finished[1], "you: What is the capital of France?");
    assert!(
        finished[2].starts_with("(530 ms: wait 340, "),
        "{finished:?}"
    );
    assert_eq!(finished.last(), Some(&"vivavoce: It is a star in the —"));
}
