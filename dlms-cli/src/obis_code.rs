use core::fmt::Debug;

use obis::{Classification, ObisCode, Origin, Phase};
use serde_json::{Map, Value, json};

use crate::class_name::class_name;
use crate::failure::Failure;
use crate::hex;
use crate::output::Output;

/// Explains an OBIS code: what it names, group by group, and where it is used.
///
/// Example: dlms obis 1-0:1.8.0.255
///
/// Example: dlms obis --json 0100010800FF
#[derive(Debug, clap::Args)]
pub(crate) struct ObisArgs {
    /// 1-0:1.8.0.255, 1.0.1.8.0.255, 1-0:1.8.0*255, 0100010800FF, or a reduced form as 1.8.0.
    #[arg(value_name = "CODE")]
    code: String,
}

/// Runs `dlms obis`.
pub(crate) fn run(args: &ObisArgs, output: &Output) -> Result<(), Failure> {
    let parsed = args.code.parse::<ObisCode>();
    let code = parsed.map_err(|error| Failure::usage(format!("{}: {error}", args.code)))?;
    output.print(&explanation(code), text)
}

fn explanation(code: ObisCode) -> Value {
    let octets = code.to_octets();
    let dotted = octets.map(|group| group.to_string()).join(".");
    let ObisCode { a, b, c, d, e, f } = code;
    let classes =
        code.usual_classes().iter().map(|class| json!({"class": class, "name": class_name(*class)}));
    let classes: Vec<_> = classes.collect();
    let mut json = json!({
        "obis": code.to_string(),
        "name": code.describe().to_string(),
        "forms": {
            "dotted": dotted,
            "star": format!("{a}-{b}:{c}.{d}.{e}*{f}"),
            "hex": hex::to_text(&octets),
        },
        "groups": groups(code),
        "classes": classes,
    });
    if let Some(object) = json.as_object_mut() {
        if let Some(unit) = code.usual_unit() {
            object.insert("unit".into(), unit.into());
        }
        if let Some(name) = code.name() {
            let origin = match name.origin() {
                Origin::Standard => "IEC 62056-6-1",
                Origin::Idis => "IDIS",
                Origin::St402 => "ST402",
                _ => "unknown",
            };
            object.insert("origin".into(), origin.into());
        }
    }
    json
}

/// What each group says by itself.
fn groups(code: ObisCode) -> Value {
    let ObisCode { a, b, c, d, e, f } = code;
    let quantity = code.quantity().map(|(quantity, phase)| match phase {
        Phase::All => words(&quantity),
        phase => format!("{}, {phase:?}", words(&quantity)),
    });
    // The others are not said in a word or two: the name has them.
    let classification = match code.classification() {
        Some(of @ (Classification::Total | Classification::Rate(_) | Classification::Manufacturer(_))) => {
            Some(words(&of))
        }
        _ => None,
    };
    let mut all = Map::new();
    for (name, value, meaning) in [
        ("A", a, Some(code.medium().to_string())),
        ("B", b, Some(code.channel().to_string())),
        ("C", c, quantity),
        ("D", d, code.processing().map(|processing| words(&processing))),
        ("E", e, classification),
        ("F", f, Some(code.billing_period().to_string())),
    ] {
        let mut group = Map::new();
        group.insert("value".into(), value.into());
        if let Some(meaning) = meaning {
            group.insert("meaning".into(), meaning.into());
        }
        all.insert(name.into(), Value::Object(group));
    }
    Value::Object(all)
}

/// The name of a variant in words: `time integral 1`.
fn words(variant: &impl Debug) -> String {
    let mut text = String::new();
    for character in format!("{variant:?}").chars() {
        match character {
            'A'..='Z' if !text.is_empty() => text.push(' '),
            '(' | ')' | ',' => {
                text.push(' ');
                continue;
            }
            _ => {}
        }
        text.push(character.to_ascii_lowercase());
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// For people: the name, then a line for each thing to know.
fn text(json: &Value) -> String {
    let word = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut lines = vec![format!("{}  {}", word("obis"), word("name"))];
    for (name, group) in json.get("groups").and_then(Value::as_object).into_iter().flatten() {
        let value = group.get("value").map(Value::to_string).unwrap_or_default();
        let meaning = group.get("meaning").and_then(Value::as_str).unwrap_or_default();
        lines.push(format!("  {name} {value:>3}  {meaning}").trim_end().into());
    }
    let classes = json.get("classes").and_then(Value::as_array).into_iter().flatten().map(|class| {
        let name = class.get("name").and_then(Value::as_str).unwrap_or_default();
        format!("{} {name}", class.get("class").map(Value::to_string).unwrap_or_default())
    });
    let classes = classes.collect::<Vec<_>>().join(", ");
    let forms = json.get("forms").and_then(Value::as_object).into_iter().flatten();
    let forms = forms.filter_map(|(_, form)| form.as_str()).collect::<Vec<_>>().join("  ");
    for (name, content) in [
        ("classes", classes.as_str()),
        ("unit", word("unit")),
        ("named by", word("origin")),
        ("also", &forms),
    ] {
        if !content.is_empty() {
            lines.push(format!("  {name}: {content}"));
        }
    }
    lines.join("\n") + "\n"
}
