//! Where everything is, in any size.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::state::ScreenState;
use super::wrap::wrap;

/// The parts of the screen from top to bottom; one for which there is no room has no rows.
#[derive(Debug, Clone, Copy)]
pub struct Areas {
    /// What was said.
    pub conversation: Rect,
    /// A line between it and the rest.
    pub rule: Rect,
    /// The last turns' latencies.
    pub waterfall: Rect,
    /// What is wrong with the sound.
    pub warning: Rect,
    /// What the assistant does, and the levels.
    pub status: Rect,
    /// Which keys do what.
    pub keys: Rect,
}

impl Areas {
    /// The parts of `area`.
    pub fn of(state: &ScreenState, area: Rect) -> Self {
        let height = area.height;
        let keys = match height {
            0..4 => 0,
            4..8 => 1,
            _ => key_lines(state, area.width).len().min(2) as u16,
        };
        let most_turns = match height {
            0..11 => 0,
            11..16 => 1,
            16..24 => 2,
            _ => 4,
        };
        let answered = state.session.latency.answered().rev();
        let with_stages = answered.filter(|(_, latency)| !latency.shown().1.is_empty());
        let turns = with_stages.take(most_turns).count() as u16;
        let clipped = state.session.clipped > 0 && height >= 8;
        // From below; the conversation has the rest.
        let mut left = area;
        let mut take = |rows: u16| {
            let rows = rows.min(left.height);
            left.height -= rows;
            Rect {
                y: left.bottom(),
                height: rows,
                ..left
            }
        };
        Self {
            keys: take(keys),
            status: take(1),
            warning: take(u16::from(clipped)),
            waterfall: take(turns),
            rule: take(u16::from(height >= 6)),
            conversation: left,
        }
    }
}

/// What the keys do, in lines of so many columns.
pub fn key_lines(state: &ScreenState, width: u16) -> Vec<Line<'static>> {
    let keys = format!("{}, w: reasons, ?: help", state.keys);
    wrap(&Line::raw(keys), usize::from(width), 0)
}
