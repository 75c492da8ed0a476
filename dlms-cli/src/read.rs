use cosem_classes::ScalerUnit;
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult};
use dlms_core::data::DataBuf;
use serde_json::{Map, Value, json};

use crate::connection::OnlineArgs;
use crate::failure::{Failure, FailureKind};
use crate::output::Output;
use crate::quantity::{Quantity, scaler_unit};
use crate::readable;
use crate::reference::Reference;
use crate::session::{Answer, Session, refused};
use crate::table::Table;
use crate::value_json::to_json;

/// Reads attributes: by one request where the meter takes lists. Registers are scaled, with their units.
///
/// Example: dlms read 1-0:1.8.0.255 0-0:1.0.0.255:8:2 --tcp meter:4059
#[derive(Debug, clap::Args)]
pub(crate) struct ReadArgs {
    /// What to read. Without a class, the meter is asked for it; without an attribute, it is number 2.
    #[arg(value_name = "OBIS[:CLASS[:ATTR]]", required = true)]
    what: Vec<Reference>,
    #[command(flatten)]
    online: OnlineArgs,
}

/// Runs `dlms read`.
pub(crate) fn run(args: &ReadArgs, output: &Output) -> Result<(), Failure> {
    let items = Session::run(&args.online, |session| read(session, &args.what))?;
    let refusals: Vec<_> = items.iter().filter_map(|item| item.answer.as_ref().err().copied()).collect();
    let (Some(first), total) = (refusals.first(), items.len()) else { return print(&items, output) };
    if refusals.len() < total {
        print(&items, output)?;
    }
    let remark = format!(" ({} of {total})", refusals.len());
    let failure = refused("get", *first);
    Err(if total > 1 { failure.with_remark(&remark) } else { failure })
}

/// A value that was read, or why it was not.
#[derive(Debug)]
pub(crate) struct Item {
    attribute: AttributeDescriptor,
    answer: Answer,
    scaler_unit: Option<ScalerUnit>,
}

/// Reads what is asked for, with the scaler_units of registers in the same request.
pub(crate) fn read(session: &mut Session, what: &[Reference]) -> Result<Vec<Item>, Failure> {
    let mut attributes = Vec::with_capacity(what.len());
    for Reference { obis, class, member } in what {
        let class = match class {
            Some(class) => *class,
            None => session.class_of(*obis)?,
        };
        attributes.push(AttributeDescriptor::new(class, *obis, member.unwrap_or(2)));
    }
    let scalers = attributes.iter().filter_map(ScalerUnit::attribute_of);
    let request: Vec<_> = attributes.iter().copied().chain(scalers).collect();
    let mut answers = session.answers(&request)?.into_iter();
    let values: Vec<_> = answers.by_ref().take(attributes.len()).collect();
    let items = attributes.into_iter().zip(values).map(|(attribute, answer)| {
        let scaler_unit =
            ScalerUnit::attribute_of(&attribute).and_then(|_| scaler_unit(answers.next()?.as_ref().ok()?));
        Item { attribute, answer, scaler_unit }
    });
    Ok(items.collect())
}

impl Item {
    /// The value.
    ///
    /// # Errors
    /// It was refused.
    pub(crate) fn value(&self) -> Result<&DataBuf, DataAccessResult> {
        self.answer.as_ref().map_err(|result| *result)
    }

    /// The quantity that the value stands for, if it is that of a register.
    pub(crate) fn quantity(&self) -> Option<Quantity> {
        Quantity::new(self.value().ok()?.as_data(), self.scaler_unit?)
    }

    /// In JSON.
    pub(crate) fn to_json(&self) -> Result<Value, Failure> {
        let AttributeDescriptor { class_id, logical_name, id } = self.attribute;
        let mut item = Map::new();
        item.insert("obis".into(), logical_name.to_string().into());
        item.insert("class".into(), class_id.into());
        item.insert("attribute".into(), id.into());
        match self.value() {
            Ok(value) => {
                item.insert("value".into(), to_json(&value.as_data())?);
                if let Some(quantity) = self.quantity() {
                    item.insert("scaled".into(), Value::Number(quantity.number));
                    if !quantity.unit.is_empty() {
                        item.insert("unit".into(), quantity.unit.into());
                    }
                }
                if let Some(time) = readable::date_time(&self.attribute, value.as_data()) {
                    item.insert("text".into(), time.to_string().into());
                }
            }
            Err(result) => {
                let kind = FailureKind::Refused.name();
                let detail = json!({"service": "get", "result": result.name()});
                item.insert("error".into(), json!({"kind": kind, "detail": detail}));
            }
        }
        Ok(item.into())
    }

    /// In text: number and unit apart, to line them up.
    fn cells(&self) -> (String, String) {
        match (self.value(), self.quantity()) {
            (_, Some(quantity)) => (quantity.number.to_string(), quantity.unit),
            (Ok(value), None) => (readable::text(&self.attribute, value.as_data()), String::new()),
            (Err(result), None) => (format!("refused: {result}"), String::new()),
        }
    }
}

fn print(items: &[Item], output: &Output) -> Result<(), Failure> {
    let json = items.iter().map(Item::to_json).collect::<Result<Value, _>>()?;
    output.print(&json, |_| table(items))
}

/// A line an item.
pub(crate) fn table(items: &[Item]) -> String {
    let numbers = items.iter().any(|item| item.quantity().is_some());
    let mut table = Table::new(if numbers && items.len() > 1 { vec![2] } else { vec![] });
    for item in items {
        let name = item.attribute.logical_name;
        let (value, unit) = item.cells();
        table.row([name.to_string(), name.describe().to_string(), value, unit]);
    }
    table.text()
}
