//! Tables: rows that can be counted, and columns that can be summed. Pure.

use csv::{ReaderBuilder, StringRecord, Trim};
use num_rational::BigRational;

use super::limits::{MOST_COLUMNS, MOST_ROWS};
use super::numbers::{is_number, is_year, mix_currencies, numbers};
use super::plain_text::plain;

/// A table, as far as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns: those of the first row, or "column 1" and so on if it has none.
    pub columns: Vec<String>,
    /// The rows below. A short one has no cells for its last columns.
    pub rows: Vec<Vec<String>>,
    /// There are more rows than are read.
    pub is_cut: bool,
    /// Semicolons stand between its cells.
    has_semicolons: bool,
}

/// The sum of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The sum, exact.
    pub total: BigRational,
    /// Rows whose number is in it.
    pub rows: usize,
    /// Rows that have something else there.
    pub left_out: usize,
    /// The last row is the table's own total, and is not in it.
    pub leaves_total: bool,
    /// Its numbers are of more than one currency: there is no sum, and `total` says nothing.
    pub mixes_currencies: bool,
}

/// What the last row of a table begins with if it is the sum of the others.
const TOTALS: [&str; 9] = [
    "total",
    "totals",
    "sum",
    "grand total",
    "summe",
    "gesamt",
    "somme",
    "totale",
    "suma",
];

/// What may stand between cells.
const MARKS: [u8; 4] = [b',', b';', b'\t', b'|'];

impl Table {
    /// Reads a text; with tabs between the cells, or with the mark that the first line has most of. None if it
    /// is no table.
    pub fn read(text: &str, has_tabs: bool) -> Option<Self> {
        let delimiter = if has_tabs { b'\t' } else { mark(text) };
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut is_cut = false;
        for record in reader.records() {
            let row = cells(&record.ok()?);
            if row.iter().all(String::is_empty) {
                continue;
            }
            if rows.len() > MOST_ROWS {
                is_cut = true;
                break;
            }
            rows.push(row);
        }
        let width = rows.iter().map(Vec::len).max().filter(|width| *width > 0)?;
        let names = rows.first();
        let names = names
            .filter(|first| are_names(first, rows.get(1).map(Vec::as_slice)))
            .cloned();
        if names.is_some() {
            rows.remove(0);
        }
        rows.truncate(MOST_ROWS);
        let numbered = |at: usize| format!("column {}", at + 1);
        let mut columns = names.unwrap_or_default();
        columns.resize(width, String::new());
        let unnamed = columns
            .iter_mut()
            .enumerate()
            .filter(|(_, name)| name.is_empty());
        unnamed.for_each(|(at, name)| *name = numbered(at));
        Some(Self {
            columns,
            rows,
            is_cut,
            has_semicolons: delimiter == b';',
        })
    }

    /// The rows that `wanted` says yes to, by their cells.
    pub fn rows_where<'a>(
        &'a self,
        wanted: impl Fn(&str) -> bool + 'a,
    ) -> impl Iterator<Item = &'a [String]> {
        let rows = self.rows.iter().map(Vec::as_slice);
        rows.filter(move |row| row.iter().any(|cell| wanted(cell)))
    }

    /// The sum of a column, by its place, over the rows that `wanted` says yes to, by their cells. How the numbers are
    /// written is seen from all rows.
    pub fn sum_where(&self, column: usize, wanted: impl Fn(&str) -> bool) -> Sum {
        let numbers = numbers(
            self.rows.iter().map(|row| cell(row, column)),
            self.has_semicolons,
        );
        let is_wanted = |row: &Vec<String>| row.iter().any(|cell| wanted(cell));
        let rows = self.rows.iter().zip(numbers);
        let mut rows: Vec<_> = rows.filter(|(row, _)| is_wanted(row)).collect();
        let last = self.rows.last().filter(|_| self.rows.len() > 1);
        let total = last.filter(|row| is_total(row) && is_wanted(row));
        if total.is_some() {
            rows.pop();
        }
        let cells = rows
            .into_iter()
            .map(|(row, number)| (cell(row, column), number));
        Sum::of(cells.collect(), total.is_some())
    }
}

impl Sum {
    /// Of cells with their numbers.
    fn of(mut cells: Vec<(&str, Option<BigRational>)>, leaves_total: bool) -> Self {
        cells.retain(|(cell, _)| !cell.is_empty());
        let numbers = cells.iter().filter_map(|(_, number)| number.as_ref());
        let rows = numbers.clone().count();
        let with_number = cells.iter().filter(|(_, number)| number.is_some());
        Self {
            total: numbers.sum(),
            rows,
            left_out: cells.len() - rows,
            leaves_total,
            mixes_currencies: mix_currencies(with_number.map(|(cell, _)| *cell)),
        }
    }
}

/// A cell of a row, by its place; empty if the row is shorter.
fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

/// Whether the first words of a row say that it is the sum of the others.
fn is_total(row: &[String]) -> bool {
    let first = row.iter().find(|cell| !cell.is_empty());
    first.is_some_and(|first| {
        let first = first.trim_end_matches([':', ' ']).to_lowercase();
        TOTALS.contains(&first.as_str())
    })
}

/// The mark that the first line that is not empty has most of; a comma if it has none.
fn mark(text: &str) -> u8 {
    let line = text
        .split(['\n', '\r'])
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let mut is_quoted = false;
    let mut counts = [0_usize; MARKS.len()];
    for byte in line.bytes() {
        is_quoted ^= byte == b'"';
        if let Some(at) = MARKS.iter().position(|mark| *mark == byte && !is_quoted) {
            counts[at] += 1;
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let at = counts
        .iter()
        .position(|count| *count == most)
        .unwrap_or_default();
    MARKS[at]
}

/// In one line each: what a table holds is found, said and shown as text.
fn cells(record: &StringRecord) -> Vec<String> {
    let cells = record.iter().take(MOST_COLUMNS);
    cells.map(|cell| plain(cell).replace('\n', " ")).collect()
}

/// Names are words: a row with a number in it is data. Only years beside words may be names, too ("month, 2024, 2025"),
/// if what stands below them is something else.
fn are_names(row: &[String], below: Option<&[String]>) -> bool {
    let mut years = (0..row.len()).filter(|at| is_number(&row[*at])).peekable();
    if years.peek().is_none() {
        return true;
    }
    let has_words = row.iter().any(|cell| cell.contains(char::is_alphabetic));
    let mut has_other_below = false;
    for at in years {
        if !is_year(&row[at]) {
            return false;
        }
        let below = below.and_then(|row| row.get(at));
        has_other_below |= below.is_some_and(|cell| !is_year(cell));
    }
    has_words && has_other_below
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPENSES: &str = "date,item,amount\n2026-11-01,bread,2.50\n2026-11-02,\"rent, flat\",\"1,200.00\"\n\
                            2026-11-03,gift,unknown\n\n";

    fn table(text: &str) -> Table {
        Table::read(text, false).unwrap()
    }

    #[test]
    fn rows_are_counted_without_the_names_and_empty_lines() {
        let table = table(EXPENSES);
        assert_eq!(table.columns, ["date", "item", "amount"]);
        assert_eq!(table.rows.len(), 3);
        assert_eq!(table.rows[1][1], "rent, flat");
    }

    #[test]
    fn a_column_is_summed_and_what_is_no_number_is_left_out() {
        let table = table(EXPENSES);
        let sum = table.sum_where(2, |_| true);
        assert_eq!(sum.total.to_string(), "2405/2");
        assert_eq!((sum.rows, sum.left_out), (2, 1));
    }

    #[test]
    fn only_some_rows_are_counted_and_summed() {
        let table = table("kind,amount\nfood,2\nrent,900\nfood,3\n");
        assert_eq!(table.rows_where(|cell| cell == "food").count(), 2);
        let sum = table.sum_where(1, |cell| cell == "food");
        assert_eq!(sum.total.to_string(), "5");
    }

    /// The sum of the second column.
    fn sum(text: &str, wanted: impl Fn(&str) -> bool) -> Sum {
        table(text).sum_where(1, wanted)
    }

    #[test]
    fn dots_group_where_semicolons_stand_between_cells() {
        let text = "kind;amount\nrent;1.200\ncar;2.500\nfood;900\n";
        assert_eq!(sum(text, |_| true).total.to_string(), "4600");
    }

    #[test]
    fn how_numbers_are_written_is_seen_from_all_rows() {
        let text = "kind,amount\nrent,1.000\nfood,\"12,50\"\n";
        assert_eq!(sum(text, |cell| cell == "rent").total.to_string(), "1000");
    }

    #[test]
    fn the_tables_own_total_is_left_out() {
        let text = "kind,amount\nrent,900\nfood,3\nTotal:,903\n";
        let all = sum(text, |_| true);
        assert_eq!((all.total.to_string().as_str(), all.rows), ("903", 2));
        assert!(all.leaves_total);
        let food = sum(text, |cell| cell == "food");
        assert_eq!((food.total.to_string().as_str(), food.rows), ("3", 1));
        assert!(!food.leaves_total);
        let text = "kind,amount\ntotal,900\nfood,3\n";
        assert_eq!(sum(text, |_| true).total.to_string(), "903");
    }

    #[test]
    fn numbers_of_two_currencies_have_no_sum() {
        assert!(sum("kind,amount\nrent,$900\nfood,3 €\n", |_| true).mixes_currencies);
        assert!(!sum("kind,amount\nrent,$900\nfood,3\n", |_| true).mixes_currencies);
    }

    #[test]
    fn the_mark_between_cells_is_found() {
        for text in ["a;b\n1;2,5\n", "a\tb\n1\t2,5\n", "a|b\n1|2,5\n"] {
            let table = table(text);
            assert_eq!(table.columns, ["a", "b"], "{text}");
            assert_eq!(table.rows, [["1", "2,5"]], "{text}");
        }
    }

    #[test]
    fn lines_may_end_as_on_old_macs() {
        let table = table("a;b\r1;2,5\r3;4,5\r");
        assert_eq!(table.columns, ["a", "b"]);
        assert_eq!(table.rows, [["1", "2,5"], ["3", "4,5"]]);
    }

    #[test]
    fn columns_without_names_are_numbered() {
        let table = table("3,4\n5,6\n");
        assert_eq!(table.columns, ["column 1", "column 2"]);
        assert_eq!(table.rows.len(), 2);
    }

    #[test]
    fn years_beside_words_are_names() {
        let table = table("month,2024,2025\nJanuary,900,950\n");
        assert_eq!(table.columns, ["month", "2024", "2025"]);
        assert_eq!(table.rows.len(), 1);
    }

    #[test]
    fn years_above_years_and_other_numbers_are_data() {
        for text in [
            "Ann,1984\nBob,1990\n",
            "bread,3\ntea,2\n",
            "2024,2025\n1,2\n",
            "rent,2000\n",
        ] {
            assert_eq!(table(text).columns, ["column 1", "column 2"], "{text}");
        }
    }

    #[test]
    fn rows_may_have_different_lengths() {
        let table = table("a,b\n1\n1,2,3\n");
        assert_eq!(table.columns, ["a", "b", "column 3"]);
        assert_eq!(table.rows[0], ["1"]);
        assert_eq!(table.rows[1], ["1", "2", "3"]);
        let sum = table.sum_where(2, |_| true);
        assert_eq!((sum.total.to_string().as_str(), sum.left_out), ("3", 0));
    }

    #[test]
    fn what_is_empty_is_no_table() {
        assert_eq!(Table::read("", false), None);
        assert_eq!(Table::read("\n \n", false), None);
    }

    #[test]
    fn rows_beyond_the_limit_are_cut_and_said_to_be() {
        let text = format!("n\n{}", "1\n".repeat(MOST_ROWS + 5));
        let table = table(&text);
        assert_eq!(table.rows.len(), MOST_ROWS);
        assert!(table.is_cut);
    }

    #[test]
    fn damaged_quotes_are_read_as_far_as_they_go() {
        let table = table("a,b\n\"1,2\n3,4\n");
        assert_eq!(table.columns, ["a", "b"]);
    }
}
