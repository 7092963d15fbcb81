//! Lines broken to a width in columns, styles kept.

use ratatui::style::Style;
use ratatui::text::{Line, Span, StyledGrapheme};
use unicode_width::UnicodeWidthStr;

/// Breaks a line after a space or beside a wide character, else anywhere. Rows after the first begin with
/// `indent` columns.
pub fn wrap(line: &Line<'_>, width: usize, indent: usize) -> Vec<Line<'static>> {
    let indent = if indent * 2 < width { indent } else { 0 };
    let mut rows: Vec<Vec<StyledGrapheme<'_>>> = Vec::new();
    let mut row: Vec<StyledGrapheme<'_>> = Vec::new();
    let (mut columns, mut may_break) = (0, 0);
    for grapheme in line.styled_graphemes(Style::default()) {
        let wide = grapheme.symbol.width();
        let space = grapheme.symbol == " ";
        if wide > 1 {
            may_break = row.len();
        }
        if columns + wide > width && !row.is_empty() {
            let at = if may_break == 0 || space {
                row.len()
            } else {
                may_break
            };
            let rest = row.split_off(at);
            rows.push(std::mem::replace(&mut row, rest));
            columns = indent + row.iter().map(|g| g.symbol.width()).sum::<usize>();
            may_break = 0;
            if space {
                continue;
            }
        }
        row.push(grapheme);
        columns += wide;
        if space || wide > 1 {
            may_break = row.len();
        }
    }
    rows.push(row);
    let indented = |(n, row): (usize, &Vec<_>)| joined(row, if n == 0 { 0 } else { indent });
    rows.iter().enumerate().map(indented).collect()
}

/// As few spans as the styles allow.
fn joined(row: &[StyledGrapheme<'_>], indent: usize) -> Line<'static> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    if indent > 0 {
        spans.push(Span::raw(" ".repeat(indent)));
    }
    for same in row.chunk_by(|a, b| a.style == b.style) {
        let text: String = same.iter().map(|g| g.symbol).collect();
        spans.push(Span::styled(text, same[0].style));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Stylize;

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        let rows = wrap(&Line::raw(text), width, 2);
        rows.iter().map(Line::to_string).collect()
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        let rows = wrapped("the quick brown fox", 11);
        assert_eq!(rows, ["the quick ", "  brown fox"]);
        assert_eq!(wrapped("abcdefghij", 6), ["abcdef", "  ghij"]);
    }

    #[test]
    fn rows_are_measured_in_columns() {
        assert_eq!(wrapped("现在几点了", 6), ["现在几", "  点了"]);
        assert_eq!(wrapped("it 现在 now", 6), ["it 现", "  在 ", "  now"]);
        let texts = [
            "cafe\u{301} au lait, s'il",
            "👩🏽‍✈️👩🏽‍✈️👩🏽‍✈️ waves",
            "现在几点了？你好吗",
        ];
        for (text, width) in texts
            .iter()
            .flat_map(|text| (2..20).map(move |w| (text, w)))
        {
            for row in wrap(&Line::raw(*text), width, 2) {
                assert!(row.width() <= width, "{row:?} in {width}");
            }
        }
    }

    #[test]
    fn styles_are_kept_across_rows() {
        let line = Line::from(vec![
            Span::raw("heard and "),
            Span::raw("not heard").crossed_out(),
        ]);
        let rows = wrap(&line, 13, 0);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].spans[1], Span::raw("not").crossed_out());
        assert_eq!(rows[1].spans[0], Span::raw("heard").crossed_out());
    }
}
