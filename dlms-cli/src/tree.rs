//! Documents for people: an indented tree, codes with their names, readings as a table.

use serde_json::Value;

/// The document of a telegram.
pub(crate) fn document(json: &Value) -> String {
    format!("{json:#}\n")
}
