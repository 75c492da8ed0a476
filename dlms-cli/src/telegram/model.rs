use core::str::FromStr;

use cosem_classes::{ScalerUnit, Unit};
use dlms::reading::{self, Field, KNOWN, List, Model, Reading};
use dlms_core::data::Data;
use obis::ObisCode;
use serde::Deserialize;

/// The model of the meter that pushed, for what its pushes do not say: one that is known, or one in a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum MeterModel {
    /// Whichever known model a push names itself to be of.
    Auto,
    /// A known one.
    Known(&'static Model<'static>),
    /// One in a file.
    Described(Box<Described>),
}

/// A model in a file.
///
/// ```toml
/// id = "KFM_001"                  # the first value of its pushes
/// lenient = ["tagged-date-time"]
/// list = [
///   { named = true, fields = [{ obis = "1-0:1.7.0.255", scaler = 0, unit = "W" }, { obis = "0-0:96.1.0.255" }] },
/// ]
/// scaler = [{ obis = "1-0:31.7.0.255", scaler = -3, unit = "A" }]
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Described {
    id: Option<String>,
    #[serde(default)]
    lenient: Vec<String>,
    #[serde(default)]
    list: Vec<DescribedList>,
    #[serde(default)]
    scaler: Vec<DescribedField>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedList {
    #[serde(default)]
    named: bool,
    fields: Vec<DescribedField>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Column")]
struct DescribedField(Field);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    obis: String,
    scaler: Option<i8>,
    unit: Option<String>,
}

impl TryFrom<Column> for DescribedField {
    type Error = String;

    fn try_from(column: Column) -> Result<Self, String> {
        let obis = column.obis.parse::<ObisCode>().map_err(|error| format!("{}: {error}", column.obis))?;
        let unit = column.unit.as_deref().map(unit).transpose()?;
        let scaler_unit = match (column.scaler, unit) {
            (None, None) => None,
            (scaler, unit) => Some(ScalerUnit::new(scaler.unwrap_or(0), unit.unwrap_or(Unit::Count))),
        };
        Ok(Self(Field { obis, scaler_unit }))
    }
}

/// A unit by its symbol.
fn unit(symbol: &str) -> Result<Unit, String> {
    Unit::ALL
        .into_iter()
        .find(|known| known.symbol() == symbol)
        .ok_or_else(|| format!("{symbol} is no symbol of a unit"))
}

impl MeterModel {
    /// The deviations that come with it, by name.
    pub(crate) fn leniencies(&self) -> Vec<String> {
        match self {
            Self::Auto => Vec::new(),
            Self::Known(model) => model.leniencies.iter().map(|name| (*name).to_owned()).collect(),
            Self::Described(described) => described.lenient.clone(),
        }
    }

    /// Gives every reading in `body` to `found`.
    pub(super) fn each<'a>(&self, body: Data<'a>, found: &mut dyn FnMut(Reading<'a>)) {
        match self {
            Self::Auto => {
                let model = KNOWN.iter().find(|model| model.is_named_in(body));
                reading::each(body, model, found);
            }
            Self::Known(model) => reading::each(body, Some(model), found),
            Self::Described(described) => described.each(body, found),
        }
    }
}

impl Described {
    fn each<'a>(&self, body: Data<'a>, found: &mut dyn FnMut(Reading<'a>)) {
        let fields = |fields: &[DescribedField]| fields.iter().map(|field| field.0).collect::<Vec<_>>();
        let columns: Vec<_> = self.list.iter().map(|list| (list.named, fields(&list.fields))).collect();
        let lists: Vec<_> = columns.iter().map(|(named, fields)| List { named: *named, fields }).collect();
        let scalers: Vec<_> =
            self.scaler.iter().filter_map(|field| Some((field.0.obis, field.0.scaler_unit?))).collect();
        let id = self.id.as_deref().map(str::as_bytes);
        let model = Model { name: "", id, leniencies: &[], lists: &lists, scalers: &scalers };
        reading::each(body, Some(&model), found);
    }
}

impl FromStr for MeterModel {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        if name == "auto" {
            return Ok(Self::Auto);
        }
        if let Some(model) = KNOWN.iter().find(|model| model.name == name) {
            return Ok(Self::Known(model));
        }
        let known = KNOWN.iter().map(|model| model.name).collect::<Vec<_>>().join(", ");
        let text = std::fs::read_to_string(name)
            .map_err(|error| format!("neither a known model (auto, {known}) nor a file: {error}"))?;
        let described = toml::from_str(&text).map_err(|error| error.to_string())?;
        Ok(Self::Described(Box::new(described)))
    }
}

#[cfg(test)]
mod tests {
    use dlms_core::codec::Decode;

    use super::*;

    #[test]
    fn a_model_in_a_file() {
        let toml = r#"
            id = "AB"
            list = [{ named = true, fields = [{ obis = "1-0:0.2.129.255" }, { obis = "1-0:1.7.0.255", scaler = 1, unit = "W" }] }]
            scaler = [{ obis = "1-0:32.7.0.255", scaler = -1, unit = "V" }]
        "#;
        let model = MeterModel::Described(Box::new(toml::from_str(toml).unwrap()));
        let mut found = Vec::new();
        let mut read = |octets: &[u8]| {
            model.each(Data::from_bytes(octets).unwrap(), &mut |reading| {
                found.extend(reading.quantity().map(|quantity| quantity.to_string()));
            });
        };
        read(&[2, 2, 9, 2, b'A', b'B', 0x11, 7]);
        read(&[2, 2, 9, 6, 1, 0, 32, 7, 0, 255, 0x12, 9, 33]);
        assert_eq!(found, ["70 W", "233.7 V"]);
        assert!(toml::from_str::<Described>("scaler = [{ obis = \"1.7.0\", unit = \"mana\" }]").is_err());
        assert!("no-such-model".parse::<MeterModel>().is_err());
        assert_eq!("kaifa".parse::<MeterModel>().unwrap().leniencies(), ["tagged-date-time"]);
    }
}
