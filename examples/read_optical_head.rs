//! Reads a meter at its optical head: mode E of IEC 62056-21 from 300 baud, then HDLC at the meter's speed.
//!
//! `cargo run -p dlms-examples --example read_optical_head -- /dev/ttyUSB0`, with an optical probe at that port; or, for a
//! meter that speaks HDLC at once, `-- /dev/ttyUSB0 9600`.
#![allow(missing_docs, reason = "a program")]

use cosem_classes::register::Register;
use dlms::client::ClientConfig;
use dlms_core::data::Any;
use dlms_hdlc::PrimarySettings;
use dlms_io::blocking::{connect_mode_e, connect_serial};
use dlms_security::{GrowingKeys, InvocationCounters, RamCounters, SoftwareProvider};
use getrandom::SysRng;
use iec62056_21::{LineSettings, OpeningSettings};
use obis::obis;

const IMPORT: Register = Register::at(obis!("1-0:1.8.0.255"));

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().ok_or("which port?")?;

    // The public client: it proves nothing, and reads what everybody may. Nothing is ciphered, so keys and counters stay
    // empty.
    let config = ClientConfig::new(16, 1);
    let crypto = SoftwareProvider::<_, GrowingKeys>::new(SysRng);
    let counters = InvocationCounters::new(RamCounters::<1>::new());
    // A physical device on a bus would be `address_size: AddressSize::Two, device_address: 17`.
    let hdlc = PrimarySettings::DEFAULT;

    let mut meter = match arguments.next() {
        Some(baud) => {
            let line = LineSettings::eight_none_one(baud.parse()?);
            connect_serial(&port, line, hdlc, config, crypto, counters)?
        }
        None => connect_mode_e(&port, OpeningSettings::HDLC, hdlc, config, crypto, counters)?,
    };
    meter.associate()?;
    let scaler_unit = meter.get(IMPORT.scaler_unit())?;
    let value = meter.get(IMPORT.value().of::<Any>())?;
    match value.as_integer().and_then(|value| i64::try_from(value).ok()) {
        Some(energy) => println!("import {}", scaler_unit.scale(energy)),
        None => println!("import {value:?} {scaler_unit:?}"),
    }
    meter.close()?;
    Ok(())
}
