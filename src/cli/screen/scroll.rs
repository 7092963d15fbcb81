//! Scrolling by rows over entries of different heights, without measuring those that are far away.

/// Where the view ends: with this many rows of this entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bottom {
    /// The entry's index.
    pub entry: usize,
    /// How many of its rows are shown, or were once, when it was higher.
    pub rows: usize,
}

/// The heights of entries `0..=last`, in rows.
pub struct Heights<F> {
    /// Index of the newest entry.
    pub last: usize,
    /// Height of an entry.
    pub of: F,
}

impl<F: Fn(usize) -> usize> Heights<F> {
    /// The end of everything.
    pub fn end(&self) -> Bottom {
        Bottom {
            entry: self.last,
            rows: (self.of)(self.last),
        }
    }

    /// Whether nothing follows.
    pub fn is_end(&self, bottom: Bottom) -> bool {
        bottom >= self.up(self.end(), 0, 0)
    }

    /// So many rows further up, but not so far that a view of `view` rows would begin before the first.
    pub fn up(&self, from: Bottom, by: usize, view: usize) -> Bottom {
        let Bottom { mut entry, rows } = from;
        let (mut rows, mut left) = (rows.min((self.of)(entry)), by);
        while left >= rows && entry > 0 {
            left -= rows;
            entry -= 1;
            rows = (self.of)(entry);
        }
        let rows = rows.saturating_sub(left);
        let start = Bottom { entry: 0, rows: 0 };
        Bottom { entry, rows }.max(self.down(start, view))
    }

    /// So many rows further down, but not beyond the end.
    pub fn down(&self, from: Bottom, by: usize) -> Bottom {
        let Bottom { mut entry, rows } = from;
        let mut rows = rows.min((self.of)(entry)) + by;
        while entry < self.last && rows > (self.of)(entry) {
            rows -= (self.of)(entry);
            entry += 1;
        }
        Bottom { entry, rows }.min(self.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows, none, three, one.
    fn heights() -> Heights<impl Fn(usize) -> usize> {
        Heights {
            last: 3,
            of: |entry| [2, 0, 3, 1][entry],
        }
    }

    fn bottom(entry: usize, rows: usize) -> Bottom {
        Bottom { entry, rows }
    }

    #[test]
    fn rows_are_counted_across_entries() {
        let heights = heights();
        assert_eq!(heights.end(), bottom(3, 1));
        assert_eq!(heights.up(heights.end(), 1, 2), bottom(2, 3));
        assert_eq!(heights.up(heights.end(), 3, 2), bottom(2, 1));
        assert_eq!(heights.down(bottom(0, 1), 2), bottom(2, 1));
    }

    #[test]
    fn a_view_stays_within_what_there_is() {
        let heights = heights();
        assert_eq!(heights.up(heights.end(), 99, 3), bottom(2, 1));
        assert_eq!(heights.up(heights.end(), 99, 50), heights.end());
        assert_eq!(heights.down(bottom(0, 1), 99), heights.end());
    }

    #[test]
    fn the_end_is_the_last_row_that_there_is() {
        let heights = Heights {
            last: 2,
            of: |entry| [2, 3, 0][entry],
        };
        assert!(heights.is_end(heights.end()) && heights.is_end(bottom(1, 3)));
        assert!(!heights.is_end(bottom(1, 2)));
    }
}
