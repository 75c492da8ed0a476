//! Reads a meter: associates with HLS and GMAC, everything authenticated and encrypted.
//!
//! `cargo run -p dlms-examples --example read_meter -- 127.0.0.1:4059`, with `small_meter` running.
#![allow(missing_docs, reason = "a program")]

use cosem_classes::disconnect_control::DisconnectControl;
use cosem_classes::register::Register;
use dlms::Authentication;
use dlms::client::{Ciphering, ClientConfig};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::{AttributeSelection, GetDataResult};
use dlms_core::crypto::{KeyId, KeyKind};
use dlms_io::blocking::connect_tcp;
use dlms_security::{GrowingKeys, InvocationCounters, RamCounters, SoftwareProvider, SystemTitle};
use getrandom::SysRng;
use obis::obis;

const IMPORT: Register = Register::at(obis!("1-0:1.8.0.255"));
const EXPORT: Register = Register::at(obis!("1-0:2.8.0.255"));
const BREAKER: DisconnectControl = DisconnectControl::at(obis!("0-0:96.3.10.255"));

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:4059".to_owned());

    let mut crypto = SoftwareProvider::<_, GrowingKeys>::new(SysRng);
    crypto.set_key(KeyId { setup: 0, kind: KeyKind::GlobalUnicastEncryption }, &[0x01; 16])?;
    crypto.set_key(KeyId { setup: 0, kind: KeyKind::Authentication }, &[0x02; 16])?;
    let mut config = ClientConfig::new(1, 1);
    config.authentication = Authentication::Hls(MechanismName::HlsGmac);
    config.ciphering = Some(Ciphering::new(SystemTitle(*b"CLIENT01")));
    // A head-end keeps its counters on disk, and never lowers them.
    let counters = InvocationCounters::new(RamCounters::<4>::new());
    let mut meter = connect_tcp(address, config, crypto, counters)?;

    let agreed = meter.associate()?;
    println!("associated, server {:?}", agreed.server_title);

    // Types come from the class: scaler_unit is a ScalerUnit; value is a CHOICE, here narrowed to what this meter has.
    let scaler_unit = meter.get(IMPORT.scaler_unit())?;
    let energy = meter.get(IMPORT.value().of::<u32>())?;
    println!("import {}", scaler_unit.scale(energy));

    // Several attributes in one round trip, each with its own answer.
    let items = [IMPORT.value(), EXPORT.value()].map(|a| AttributeSelection::whole(a.descriptor()));
    for (item, result) in items.iter().zip(meter.get_list(&items)?) {
        match result {
            GetDataResult::Data(value) => println!("{} {value:?}", item.attribute.logical_name),
            GetDataResult::Error(error) => println!("{} {error}", item.attribute.logical_name),
        }
    }

    meter.invoke(BREAKER.remote_disconnect(), &0)?;
    println!("breaker {}", meter.get(BREAKER.control_state())?.name());
    meter.invoke(BREAKER.remote_reconnect(), &0)?;
    println!("breaker {}", meter.get(BREAKER.control_state())?.name());

    let statistics = meter.client().statistics();
    println!(
        "{} round trips, {} octets out, {} in",
        statistics.round_trips, statistics.sent, statistics.received
    );
    meter.close()?;
    Ok(())
}
