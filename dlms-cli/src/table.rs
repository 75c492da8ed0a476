/// Text in columns, as wide as they need to be.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    /// Columns whose texts end at the right.
    right: Vec<usize>,
}

impl Table {
    /// A table without rows, its columns `right` aligned to the right: numbers.
    pub(crate) fn new(right: impl Into<Vec<usize>>) -> Self {
        Self { rows: Vec::new(), right: right.into() }
    }

    /// One more row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The table in lines.
    pub(crate) fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<_> = (0..columns)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, wanted)) in row.iter().zip(&widths).enumerate() {
                if column > 0 {
                    line.push_str("  ");
                }
                let blank = " ".repeat(wanted.saturating_sub(width(cell)));
                if self.right.contains(&column) {
                    line.push_str(&blank);
                    line.push_str(cell);
                } else {
                    line.push_str(cell);
                    line.push_str(&blank);
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Places on the terminal: units and names have no wide characters.
fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new([1]);
        table.row(["a", "10"]);
        table.row(["long", "m³", "end"]);
        table.row(["x"]);
        assert_eq!(table.text(), "a     10\nlong  m³  end\nx\n");
        assert_eq!(Table::default().text(), "");
    }
}
