use dlms_core::codec::{Encode, Writer};
use dlms_core::data::{CompactValue, Data, DataBuf, tag};

use super::Row;
use crate::failure::Failure;

/// The rows in a buffer as it was read, compressed as they are.
///
/// # Errors
/// It is no array of structures, nor a compact-array of them.
pub(super) fn rows(buffer: &DataBuf) -> Result<Vec<Row>, Failure> {
    let rows = match buffer.as_data() {
        Data::NullData => Some(Vec::new()),
        Data::Array(rows) => rows.iter().map(row).collect(),
        Data::CompactArray(rows) => rows.elements().map(compact_row).collect(),
        _ => None,
    };
    rows.ok_or_else(|| Failure::decode("the buffer holds no rows"))
}

fn row(row: Data<'_>) -> Option<Row> {
    match row {
        Data::Structure(cells) => Some(cells.iter().map(DataBuf::from).collect()),
        _ => None,
    }
}

fn compact_row(row: CompactValue<'_>) -> Option<Row> {
    match row {
        CompactValue::Structure(cells) => Some(cells.map(|cell| DataBuf::new(&Expanded(cell))).collect()),
        // Rows of one column may come bare.
        CompactValue::Value(value) => Some(vec![DataBuf::from(value)]),
        CompactValue::Array(_) => None,
    }
}

/// A value out of a compact-array, as it would stand outside of one.
struct Expanded<'a>(CompactValue<'a>);

impl Encode for Expanded<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        let (tag, elements) = match &self.0 {
            CompactValue::Value(value) => return value.encode(w),
            CompactValue::Array(elements) => (tag::ARRAY, elements),
            CompactValue::Structure(elements) => (tag::STRUCTURE, elements),
        };
        w.u8(tag);
        w.length(elements.count());
        for element in *elements {
            Self(element).encode(w);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::value_json::{from_json, to_json};

    fn read(json: &serde_json::Value) -> Result<Vec<Vec<serde_json::Value>>, Failure> {
        let rows = rows(&from_json(json).unwrap())?;
        Ok(rows
            .iter()
            .map(|row| row.iter().map(|cell| to_json(&cell.as_data()).unwrap()).collect())
            .collect())
    }

    #[test]
    fn both_forms_of_an_array_hold_the_same_rows() {
        let cells = [json!({"unsigned": 1}), json!({"array": [{"long": -1}, {"long": -2}]})];
        let row = json!({"structure": cells});
        for form in ["array", "compact-array"] {
            let rows = read(&json!({form: [row, row]})).unwrap();
            assert_eq!(rows, [cells.to_vec(), cells.to_vec()], "{form}");
        }
        assert!(read(&json!({"null-data": null})).unwrap().is_empty());
        assert!(read(&json!({"array": [{"unsigned": 1}]})).is_err());
        assert!(read(&json!({"unsigned": 1})).is_err());
    }
}
