use dlms_core::apdu::AttributeDescriptor;
use obis::{ObisCode, obis};
use serde_json::{Value, json};

use crate::connection::OnlineArgs;
use crate::failure::Failure;
use crate::output::Output;
use crate::readable;
use crate::session::{AssociationView, Session};
use crate::table::Table;

const LOGICAL_DEVICE_NAME: ObisCode = obis!("0-0:42.0.0.255");
/// Device ID 1: the serial number that the manufacturer gave.
const SERIAL_NUMBER: ObisCode = obis!("0-0:96.1.0.255");
const DATA: u16 = 1;

/// Tells which meter it is: its logical device name, serial number and firmware.
///
/// Example: dlms nameplate --tcp meter:4059
#[derive(Debug, clap::Args)]
pub(crate) struct NameplateArgs {
    #[command(flatten)]
    online: OnlineArgs,
}

/// Runs `dlms nameplate`.
pub(crate) fn run(args: &NameplateArgs, output: &Output) -> Result<(), Failure> {
    let nameplate = Session::run(&args.online, read)?;
    output.print(&nameplate.to_json(), |_| nameplate.text())
}

/// What is written on a meter.
#[derive(Debug)]
pub(crate) struct Nameplate {
    logical_device_name: Option<String>,
    serial_number: Option<String>,
    firmware: Vec<(ObisCode, String)>,
}

/// Reads the nameplate; what the meter does not tell is left out.
pub(crate) fn read(session: &mut Session) -> Result<Nameplate, Failure> {
    let mut names = vec![LOGICAL_DEVICE_NAME, SERIAL_NUMBER];
    names.extend(firmware(session.view()?));
    let attributes: Vec<_> = names.iter().map(|name| AttributeDescriptor::new(DATA, *name, 2)).collect();
    let answers = session.answers(&attributes)?;
    let mut texts = attributes.iter().zip(answers).map(|(attribute, answer)| {
        let value = answer.ok()?;
        Some((attribute.logical_name, readable::plain(value.as_data())))
    });
    let mut next = || texts.next().flatten().map(|(_, text)| text);
    let (logical_device_name, serial_number) = (next(), next());
    Ok(Nameplate { logical_device_name, serial_number, firmware: texts.flatten().collect() })
}

/// Objects that identify active firmware: 1-b:0.2.0.255.
fn firmware(view: &AssociationView) -> impl Iterator<Item = ObisCode> {
    let data = view.objects.iter().filter(|object| object.class == DATA).map(|object| object.obis);
    data.filter(|name| matches!(name.to_octets(), [0 | 1, _, 0, 2, 0, 255]))
}

impl Nameplate {
    /// In JSON.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "logical-device-name": self.logical_device_name,
            "serial-number": self.serial_number,
            "firmware": self.firmware.iter().map(|(_, version)| version.as_str()).collect::<Vec<_>>(),
        })
    }

    /// A line for each.
    pub(crate) fn text(&self) -> String {
        let unknown = || "-".to_owned();
        let mut table = Table::default();
        table.row([
            "logical device name".to_owned(),
            self.logical_device_name.clone().unwrap_or_else(unknown),
        ]);
        table.row(["serial number".to_owned(), self.serial_number.clone().unwrap_or_else(unknown)]);
        for (name, version) in &self.firmware {
            table.row([format!("firmware {name}"), version.clone()]);
        }
        table.text()
    }
}
