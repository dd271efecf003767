//! Columns that line up: text to the left, numbers to the right, two spaces between, nothing after the last.

use std::fmt;

/// Rows under headings.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Self {
            headings: headings.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; what it has too little is empty.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.map(|cell| printable(&cell)).into());
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        let widths = cells.map(|cell| cell.chars().count());
        widths
            .chain([self.headings[column].chars().count()])
            .max()
            .unwrap_or(0)
    }

    /// A column of numbers, with gaps or without.
    fn is_numeric(&self, column: usize) -> bool {
        let is_number = |cell: &String| cell.is_empty() || cell == "-" || cell.parse::<f64>().is_ok();
        !self.rows.is_empty() && self.rows.iter().all(|row| row.get(column).is_none_or(is_number))
    }
}

/// Names and values come from others: what would move the cursor is shown by its number.
fn printable(cell: &str) -> String {
    match cell.chars().any(char::is_control) {
        false => cell.to_owned(),
        true => cell
            .chars()
            .flat_map(|letter| match letter.is_control() {
                true => letter.escape_default().collect::<Vec<char>>(),
                false => vec![letter],
            })
            .collect(),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<(usize, bool)> = (0..self.headings.len())
            .map(|column| (self.width(column), self.is_numeric(column)))
            .collect();
        let headings = self
            .headings
            .iter()
            .map(|heading| (*heading).to_owned())
            .collect();
        for row in std::iter::once(&headings).chain(&self.rows) {
            let mut line = String::new();
            for ((width, numeric), cell) in columns.iter().zip(row) {
                if !line.is_empty() || *width == 0 {
                    line.push_str("  ");
                }
                let padding = " ".repeat(width - cell.chars().count());
                match numeric {
                    true => line.extend([padding.as_str(), cell]),
                    false => line.extend([cell, padding.as_str()]),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stands_left_and_numbers_right() {
        let mut table = Table::new(&["NAME", "COUNT", "STATE"]);
        table.row(["a".into(), "5".into(), "Stable".into()]);
        table.row(["größer".into(), "12345678".into(), String::new()]);
        table.row(["b".into(), "-".into(), "Empty".into()]);
        let expected = "\
NAME       COUNT  STATE
a              5  Stable
größer  12345678
b              -  Empty
";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn what_would_move_the_cursor_is_shown_by_its_number() {
        let mut table = Table::new(&["A"]);
        table.row(["a\u{1b}[2Jb\nc\u{fc}".into()]);
        assert_eq!(table.to_string(), "A\na\\u{1b}[2Jb\\nc\u{fc}\n");
    }

    #[test]
    fn without_rows_the_headings_are_shown() {
        assert_eq!(Table::new(&["A", "B"]).to_string(), "A  B\n");
    }
}
