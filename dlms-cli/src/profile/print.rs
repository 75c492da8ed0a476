use serde_json::{Value, json};

use super::{Column, Profile};
use crate::failure::Failure;
use crate::table::Table;
use crate::value_json::{Budget, to_json_within};

impl Profile {
    /// In JSON.
    ///
    /// # Errors
    /// More values than a document may have.
    pub(crate) fn to_json(&self) -> Result<Value, Failure> {
        let mut budget = Budget::new();
        let mut row = |row: &super::Row| -> Result<Value, Failure> {
            row.iter().map(|cell| to_json_within(&cell.as_data(), &mut budget)).collect()
        };
        let rows = self.rows.iter().map(&mut row).collect::<Result<Value, _>>()?;
        let columns: Vec<_> = self.columns.iter().map(|column| column.to_json()).collect();
        Ok(json!({"columns": columns, "rows": rows}))
    }

    /// What the columns are, then the rows.
    pub(super) fn table(&self) -> String {
        let mut legend = Table::default();
        for column in &self.columns {
            let name = column.object.logical_name;
            legend.row([name.to_string(), name.describe().to_string()]);
        }
        format!("{}\n{}", legend.text(), self.rows_text())
    }

    /// The rows with a heading.
    pub(crate) fn rows_text(&self) -> String {
        let numbers = self.columns.iter().enumerate().filter(|(_, column)| column.scaler_unit.is_some());
        let mut table = Table::new(numbers.map(|(place, _)| place).collect::<Vec<_>>());
        table.row(self.columns.iter().map(|column| column.object.logical_name.to_string()));
        if self.columns.iter().any(|column| !column.unit().is_empty()) {
            table.row(self.columns.iter().map(Column::unit));
        }
        for row in &self.rows {
            table.row(self.cells(row));
        }
        table.text()
    }

    /// As comma-separated values (RFC 4180).
    pub(super) fn csv(&self) -> String {
        let heading = self.columns.iter().map(|column| {
            let attribute = column.attribute();
            let name = format!("{}:{}:{}", attribute.logical_name, attribute.class_id, attribute.id);
            if column.unit().is_empty() { name } else { format!("{name} [{}]", column.unit()) }
        });
        let mut text = line(heading);
        for row in &self.rows {
            text.push_str(&line(self.cells(row)));
        }
        text
    }

    fn cells<'a>(&'a self, row: &'a super::Row) -> impl Iterator<Item = String> + 'a {
        self.columns.iter().zip(row).map(|(column, cell)| column.text(cell.as_data()))
    }
}

fn line(fields: impl Iterator<Item = String>) -> String {
    let mut text = fields.map(|text| field(&text)).collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    text
}

/// A field, in quotes where it needs them.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_need_it() {
        let fields = ["plain", "a,b", "say \"hi\""].map(String::from);
        assert_eq!(line(fields.into_iter()), "plain,\"a,b\",\"say \"\"hi\"\"\"\r\n");
    }
}
