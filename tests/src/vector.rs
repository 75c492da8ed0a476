//! The entries of `vectors/*.json`; their format is described beside them.

use serde_json::Value;

/// One entry.
#[derive(Debug, Clone)]
pub struct Vector {
    /// Its name: no other entry has it.
    pub id: String,
    /// How `input` is to be read.
    pub kind: String,
    /// The octets.
    pub input: Vec<u8>,
    /// What comes of it.
    pub expected: Value,
    keys: Value,
}

impl Vector {
    /// All entries of a file, in order.
    ///
    /// # Panics
    /// There is no such file, or it is not in the format.
    #[must_use]
    pub fn all(file: &str) -> Vec<Self> {
        let path = format!("{}/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
        let entries = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let Value::Array(entries) = entries else { panic!("{path} is no list") };
        entries.iter().map(Self::read).collect()
    }

    /// The entries of one kind.
    ///
    /// # Panics
    /// As [`all`](Self::all); or there are none.
    #[must_use]
    pub fn of_kind(file: &str, kind: &str) -> Vec<Self> {
        let of_kind: Vec<_> = Self::all(file).into_iter().filter(|v| v.kind == kind).collect();
        assert!(!of_kind.is_empty(), "{file} has no {kind}");
        of_kind
    }

    /// The octets of a key, title or parameter.
    ///
    /// # Panics
    /// It is not written in hexadecimal digits.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<Vec<u8>> {
        self.keys[name].as_str().map(hex)
    }

    /// What has to be done with an input that is not simply read: `reject`, mostly.
    #[must_use]
    pub fn must(&self) -> Option<&str> {
        self.expected["must"].as_str()
    }

    /// Octets in a field of what is expected.
    ///
    /// # Panics
    /// There is no such field, or it is not written in hexadecimal digits.
    #[must_use]
    pub fn expected_octets(&self, field: &str) -> Vec<u8> {
        hex(self.expected[field].as_str().unwrap())
    }

    fn read(entry: &Value) -> Self {
        let text = |name: &str| entry[name].as_str().unwrap().to_owned();
        let input = entry.get("input_repeat").map_or_else(|| hex(&text("input_hex")), repeated);
        let (keys, expected) = (entry["keys"].clone(), entry["expected"].clone());
        Self { id: text("id"), kind: text("kind"), input, expected, keys }
    }
}

/// Octets from hexadecimal digits; blanks mean nothing.
///
/// # Panics
/// There is something else, or half an octet.
#[must_use]
pub fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    assert!(digits.len().is_multiple_of(2), "{text}");
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
}

/// An input too long to be written out.
fn repeated(repeat: &Value) -> Vec<u8> {
    let part = |name: &str| hex(repeat[name].as_str().unwrap());
    let count = usize::try_from(repeat["count"].as_u64().unwrap()).unwrap();
    [part("prefix"), part("unit").repeat(count), part("suffix")].concat()
}
