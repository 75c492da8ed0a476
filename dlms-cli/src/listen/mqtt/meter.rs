use serde_json::Value;

use crate::hex;

/// The codes that have a meter's own number, the best first.
const NUMBERS: [&str; 5] =
    ["0-0:96.1.0.255", "0-0:96.1.1.255", "1-1:0.0.5.255", "1-1:96.1.1.255", "0-0:42.0.0.255"];

/// The meter that sent a notification.
pub(super) struct Meter {
    /// What it is told apart by: its number, its system title, or whence it sends. Letters, digits and `_`.
    pub(super) id: String,
    /// The same for people.
    pub(super) name: String,
}

impl Meter {
    pub(super) fn of(document: &Value) -> Self {
        let readings = document.get("readings").and_then(Value::as_array);
        let number = |code: &&str| {
            let reading =
                readings?.iter().find(|reading| reading.get("obis").is_some_and(|obis| obis == code))?;
            let (kind, value) = reading.get("value")?.as_object()?.iter().next()?;
            match kind.as_str() {
                "octet-string" => text_of(value.as_str()?),
                _ => Some(value.as_str()?.to_owned()),
            }
        };
        let title = || Some(document.get("security")?.get("system-title")?.as_str()?.to_owned());
        let source = || Some(document.get("saps")?.get("source")?.to_string());
        let name = NUMBERS.iter().find_map(number).or_else(title).or_else(source);
        let name = name.unwrap_or_else(|| "meter".into());
        Self { id: identifier(&name), name }
    }
}

/// A name in letters, digits and `_`.
pub(super) fn identifier(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}

/// The text that octets in hexadecimal digits are, if they are one.
pub(super) fn text_of(hex: &str) -> Option<String> {
    let octets = hex::from_text(hex).ok()?;
    let printable =
        !octets.is_empty() && octets.iter().all(|octet| octet.is_ascii_graphic() || *octet == b' ');
    if printable { String::from_utf8(octets).ok() } else { None }
}
