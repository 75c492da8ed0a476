//! Documents for people: an indented tree, codes with their names, readings as a table.

use core::fmt::Write;

use cosem_classes::ScalerUnit;
use dlms_core::acse::MechanismName;
use dlms_core::ber::ObjectIdentifier;
use dlms_core::data::{DataType, DateTime};
use obis::ObisCode;
use serde_json::{Map, Value};

use crate::{hex, value_json};

/// The document of a telegram.
pub(crate) fn document(json: &Value) -> String {
    let mut tree = Tree::default();
    if let Some(document) = json.as_object() {
        tree.telegram(document);
    }
    tree.text
}

/// Text that grows line by line.
#[derive(Default)]
struct Tree {
    text: String,
    depth: usize,
}

impl Tree {
    fn line(&mut self, name: &str, content: &str) {
        let indent = self.depth * 2;
        let line = if content.is_empty() { name.into() } else { format!("{name}: {content}") };
        // A string takes everything.
        let _ = writeln!(self.text, "{:indent$}{line}", "");
    }

    fn inside(&mut self, body: impl FnOnce(&mut Self)) {
        self.depth += 1;
        body(self);
        self.depth -= 1;
    }

    fn telegram(&mut self, document: &Map<String, Value>) {
        let frame = |name: &str| document.get("hdlc")?.get(0)?.get("control")?.get(name)?.as_str();
        let is_text = document.contains_key("lines");
        let title = document.get("apdu").and_then(Value::as_str).or_else(|| frame("type"));
        let title = title.unwrap_or(if is_text { "telegram" } else { "value" });
        self.line(title, "");
        self.inside(|tree| tree.members(document));
    }

    fn members(&mut self, document: &Map<String, Value>) {
        for (name, value) in document {
            match name.as_str() {
                "apdu" | "text" | "readings" => {}
                // The frames tell the same.
                "saps" if document.contains_key("hdlc") => {}
                "saps" => {
                    let sap = |end: &str| value.get(end).map(plain).unwrap_or_default();
                    self.line("saps", &format!("{} -> {}", sap("source"), sap("destination")));
                }
                "security" => self.line(name, &security(value)),
                "blocks" => {
                    let lengths =
                        value.as_array().into_iter().flatten().filter_map(|block| block.get("length"));
                    let lengths: Vec<_> = lengths.map(plain).collect();
                    self.line(name, &format!("{} of {} bytes", lengths.len(), lengths.join(", ")));
                }
                "date-time" => {
                    self.line(name, document.get("text").and_then(Value::as_str).unwrap_or_default())
                }
                "fields" => self.fields(value),
                // The readings tell the same.
                "lines" => {
                    if let Some(Value::Array(readings)) = document.get("readings") {
                        self.readings(readings);
                    }
                }
                "body" => {
                    // What most people look for comes first.
                    if let Some(Value::Array(readings)) = document.get("readings") {
                        self.readings(readings);
                    }
                    self.line(name, "");
                    self.inside(|tree| tree.value(value));
                }
                "hdlc" => {
                    let frames = value.as_array().map(Vec::as_slice).unwrap_or_default();
                    frames.iter().for_each(|frame| self.frame(frame));
                }
                "warnings" => {
                    let warnings = value.as_array().map(Vec::as_slice).unwrap_or_default();
                    warnings.iter().filter_map(Value::as_str).for_each(|text| self.line("warning", text));
                }
                _ => self.member(name, value),
            }
        }
    }

    fn fields(&mut self, json: &Value) {
        if let Some(fields) = json.as_object() {
            fields.iter().for_each(|(name, value)| self.member(name, value));
        }
    }

    fn member(&mut self, name: &str, value: &Value) {
        match value {
            Value::Object(object) if object.contains_key("apdu") => {
                self.line(name, object.get("apdu").and_then(Value::as_str).unwrap_or_default());
                self.inside(|tree| tree.members(object));
            }
            value if as_value(value).is_some() => {
                self.line(name, "");
                self.inside(|tree| tree.value(value));
            }
            Value::Object(object) => {
                self.line(name, "");
                self.inside(|tree| object.iter().for_each(|(name, value)| tree.member(name, value)));
            }
            Value::Array(elements)
                if elements.iter().all(|element| !element.is_object() && !element.is_array()) =>
            {
                let words: Vec<_> = elements.iter().map(plain).collect();
                self.line(name, if words.is_empty() { "none".into() } else { words.join(", ") }.as_str());
            }
            Value::Array(elements) => {
                self.line(name, "");
                self.inside(|tree| elements.iter().for_each(|element| tree.element(element)));
            }
            Value::String(text) if name == "instance-id" => self.line(name, &with_name(text)),
            Value::String(text) if name == "mechanism-name" => self.line(name, &mechanism(text)),
            value => self.line(name, &plain(value)),
        }
    }

    fn element(&mut self, json: &Value) {
        match json.as_object() {
            Some(object) if as_value(json).is_none() => {
                self.line("-", "");
                self.inside(|tree| object.iter().for_each(|(name, value)| tree.member(name, value)));
            }
            _ => self.value(json),
        }
    }

    /// A COSEM value and all that is in it.
    fn value(&mut self, json: &Value) {
        let Some((kind, content)) = as_value(json) else { return self.line(&plain(json), "") };
        match content {
            Value::Array(elements) => {
                let unit = scaler_unit(json).map(|unit| format!("10^{} {}", unit.scaler, unit.unit));
                self.line(kind, &unit.unwrap_or_else(|| format!("{} element(s)", elements.len())));
                self.inside(|tree| elements.iter().for_each(|element| tree.value(element)));
            }
            Value::Null => self.line(kind, ""),
            content => self.line(kind, &scalar(kind, content)),
        }
    }

    fn frame(&mut self, json: &Value) {
        let address = |name: &str| {
            let address = json.get(name)?;
            let upper = plain(address.get("upper")?);
            Some(address.get("lower").map_or(upper.clone(), |lower| format!("{upper}/{}", plain(lower))))
        };
        let control = json.get("control").and_then(Value::as_object);
        let control = control.into_iter().flatten().map(|(name, value)| match (name.as_str(), value) {
            ("type", value) => plain(value),
            ("poll-final", Value::Bool(set)) => if *set { "P/F" } else { "" }.into(),
            (name, value) => format!("{name} {}", plain(value)),
        });
        let mut words: Vec<_> = control.filter(|word| !word.is_empty()).collect();
        if json.get("segmented").and_then(Value::as_bool) == Some(true) {
            words.push("segmented".into());
        }
        if let Some(length) = json.get("length") {
            words.push(format!("{} bytes", plain(length)));
        }
        let ends = [address("source").unwrap_or_default(), address("destination").unwrap_or_default()];
        self.line("frame", &format!("{} {}", ends.join(" -> "), words.join(" ")));
    }

    fn readings(&mut self, readings: &[Value]) {
        let rows: Vec<[String; 3]> = readings.iter().map(row).collect();
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let (codes, values) = (width(0), width(1));
        self.line("readings", "");
        self.inside(|tree| {
            for [code, value, name] in &rows {
                tree.line(&format!("{code:codes$}  {value:>values$}  {name}"), "");
            }
        });
    }
}

/// How a message was protected, on one line.
fn security(json: &Value) -> String {
    let mut words = Vec::new();
    for (name, value) in json.as_object().into_iter().flatten() {
        match (name.as_str(), value) {
            ("security-control", _) => {}
            ("authenticated", Value::Bool(false)) => words.push("not authenticated".into()),
            ("authenticated" | "encrypted", Value::Bool(true)) => words.push(name.clone()),
            ("encrypted", Value::Bool(false)) => words.push("not encrypted".into()),
            ("tag", value) => words.push(plain(value)),
            ("content", value) => words.push(format!("around {}", security(value))),
            (name, value) => words.push(format!("{name} {}", plain(value))),
        }
    }
    words.join(", ")
}

/// The number of a mechanism with its name.
fn mechanism(number: &str) -> String {
    let arcs: Option<Vec<u32>> = number.split('.').map(|arc| arc.parse().ok()).collect();
    let name = arcs.and_then(|arcs| ObjectIdentifier::from_arcs(&arcs)).map(MechanismName::from);
    match name.map(MechanismName::name) {
        Some(name) => format!("{number} {name}"),
        None => number.into(),
    }
}

/// Code, quantity and name of a reading.
fn row(reading: &Value) -> [String; 3] {
    let text = |name: &str| reading.get(name).map(plain).unwrap_or_default();
    let code = match reading.get("quantity") {
        Some(quantity) => of_record(reading, plain(quantity)),
        None => text("obis"),
    };
    let value = match (reading.get("scaled"), reading.get("text"), reading.get("value").and_then(as_value)) {
        (Some(scaled), _, _) => format!("{} {}", plain(scaled), text("unit")).trim_end().into(),
        (_, Some(text), _) => plain(text),
        (_, _, Some((kind, content))) if !content.is_array() => quoted(kind, content),
        _ => "…".into(),
    };
    let name = code.parse::<ObisCode>().map(|code| code.describe().to_string()).unwrap_or_default();
    [code, value, name]
}

/// What a data record of the M-Bus is the value of.
fn of_record(reading: &Value, quantity: String) -> String {
    let mut words = vec![quantity];
    for (name, usual) in [("function", "instantaneous"), ("storage", "0"), ("tariff", "0"), ("subunit", "0")]
    {
        match reading.get(name).map(plain) {
            Some(value) if value != usual && name == "function" => words.push(value),
            Some(value) if value != usual => words.push(format!("{name} {value}")),
            _ => {}
        }
    }
    words.join(", ")
}

/// Type and content of a COSEM value.
fn as_value(json: &Value) -> Option<(&str, &Value)> {
    let object = json.as_object()?;
    if let Some(rows) = object.get("compact-array") {
        return Some(("compact-array", rows));
    }
    let mut members = object.iter();
    match (members.next(), members.next()) {
        (Some((kind, content)), None) if is_type(kind, content) => Some((kind, content)),
        _ => None,
    }
}

fn is_type(kind: &str, content: &Value) -> bool {
    match kind {
        "array" | "structure" => content.is_array(),
        "enum" | "time" | "date" | "date-time" | "boolean" | "bcd" => true,
        _ => ["-data", "-care", "-string", "integer", "long", "unsigned", "long64", "float32", "float64"]
            .iter()
            .any(|end| kind.ends_with(end)),
    }
}

fn scaler_unit(json: &Value) -> Option<ScalerUnit> {
    let octets = value_json::from_json(json).ok()?;
    ScalerUnit::from_data(octets.as_data())
}

/// The content of a scalar, with what it most likely means.
fn scalar(kind: &str, content: &Value) -> String {
    let text = plain(content);
    let octets = match kind {
        "octet-string" | "date-time" => hex::from_text(&text).unwrap_or_default(),
        _ => return quoted(kind, content),
    };
    match meaning(&octets) {
        Some(meaning) => format!("{text} ({meaning})"),
        None => text,
    }
}

/// A text in quotes, octets that are one as well, everything else as it is.
fn quoted(kind: &str, content: &Value) -> String {
    match (kind, content) {
        ("visible-string" | "utf8-string", Value::String(text)) => format!("{text:?}"),
        ("octet-string", Value::String(digits)) => hex::from_text(digits)
            .ok()
            .and_then(|octets| printable(&octets))
            .unwrap_or_else(|| digits.clone()),
        (_, content) => plain(content),
    }
}

/// A code, a moment or a text.
fn meaning(octets: &[u8]) -> Option<String> {
    if let Ok(code @ [0..=15, ..]) = <[u8; 6]>::try_from(octets) {
        return Some(with_name(&ObisCode::from_octets(code).to_string()));
    }
    if let Ok(moment) = <[u8; 12]>::try_from(octets) {
        let moment = DateTime::from_octets(moment);
        if moment.is_valid() {
            return Some(moment.to_string());
        }
    }
    printable(octets)
}

fn printable(octets: &[u8]) -> Option<String> {
    let text = core::str::from_utf8(octets).ok()?;
    let is_text = text.len() > 2 && text.bytes().all(|octet| octet == b' ' || octet.is_ascii_graphic());
    is_text.then(|| format!("{text:?}"))
}

/// A code with its name.
fn with_name(code: &str) -> String {
    match code.parse::<ObisCode>() {
        Ok(parsed) => format!("{code} {}", parsed.describe()),
        Err(_) => code.into(),
    }
}

/// JSON without the quotes of a string.
fn plain(json: &Value) -> String {
    match json {
        Value::String(text) => text.clone(),
        json => json.to_string(),
    }
}
