use core::str::FromStr;

use cosem_classes::{ScalerUnit, Unit};
use dlms::reading::{self, Field, KNOWN, List, Model, Reading};
use dlms_core::data::Data;
use obis::ObisCode;
use serde::Deserialize;

/// The model of the meter that pushed, for what its pushes do not say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum MeterModel {
    /// Whichever known model a push names itself to be of.
    Auto,
    /// A known one, or one in a file.
    Of(&'static Model<'static>),
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
struct Described {
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
            Self::Of(model) => model.leniencies.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// Gives every reading in `body` to `found`.
    pub(super) fn each<'a>(&self, body: Data<'a>, found: &mut dyn FnMut(Reading<'a>)) {
        match self {
            Self::Auto => {
                let model = KNOWN.iter().find(|model| model.is_named_in(body));
                reading::each(body, model, found);
            }
            Self::Of(model) => reading::each(body, Some(model), found),
        }
    }
}

impl Described {
    /// The model, kept as long as the program runs: one call of the command has one.
    fn keep(self) -> &'static Model<'static> {
        fn fields(described: Vec<DescribedField>) -> &'static [Field] {
            described.into_iter().map(|field| field.0).collect::<Vec<_>>().leak()
        }
        let list = |list: DescribedList| List { named: list.named, fields: fields(list.fields) };
        let name = |name: String| &*name.leak();
        Box::leak(Box::new(Model {
            name: "",
            id: self.id.map(|id| &*id.into_bytes().leak()),
            leniencies: self.lenient.into_iter().map(name).collect::<Vec<_>>().leak(),
            lists: self.list.into_iter().map(list).collect::<Vec<_>>().leak(),
            scalers: fields(self.scaler),
        }))
    }
}

impl FromStr for MeterModel {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        if name == "auto" {
            return Ok(Self::Auto);
        }
        if let Some(model) = KNOWN.iter().find(|model| model.name == name) {
            return Ok(Self::Of(model));
        }
        let known = KNOWN.iter().map(|model| model.name).collect::<Vec<_>>().join(", ");
        let text = std::fs::read_to_string(name)
            .map_err(|error| format!("neither a known model (auto, {known}) nor a file: {error}"))?;
        let described: Described = toml::from_str(&text).map_err(|error| error.to_string())?;
        Ok(Self::Of(described.keep()))
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
        let model = MeterModel::Of(toml::from_str::<Described>(toml).unwrap().keep());
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
