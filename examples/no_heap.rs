//! Client and server in fixed arrays, as in firmware: no heap, no socket, no clock. The wire is this function.
//!
//! `cargo run -p dlms-examples --example no_heap`
#![allow(missing_docs, reason = "a program")]

use cosem_classes::model::{Answer, Instance, Object, ReadOnly};
use cosem_classes::register::{Register, Serve};
use cosem_classes::{ScalerUnit, Unit};
use dlms::client::{Client, ClientConfig, ClientError, Event};
use dlms::server::{AssociationConfig, Connection, Device, DeviceConfig};
use dlms::{Authentication, Output};
use dlms_core::data::{Any, Data};
use dlms_core::time::Instant;
use dlms_security::{FixedKeys, InvocationCounters, RamCounters, SoftwareProvider, SystemTitle};
use dlms_wrapper::{Role, Stream};
use getrandom::SysRng;
use obis::obis;

/// What the metrology counts.
struct Metrology {
    watt_hours: u32,
}

/// A register that shows it: read live, never copied.
struct Energy<'a>(&'a Metrology);

impl Serve for Energy<'_> {
    fn value(&self) -> Answer<'_, Any> {
        Ok(Data::DoubleLongUnsigned(self.0.watt_hours))
    }
    fn scaler_unit(&self) -> Answer<'_, ScalerUnit> {
        Ok(ScalerUnit { scaler: 0, unit: Unit::WattHour })
    }
}

const ENERGY: Register = Register::at(obis!("1-0:1.8.0.255"));

fn main() -> Result<(), ClientError> {
    let metrology = Metrology { watt_hours: 42 };
    let mut energy = Instance::<Register, _>::new(obis!("1-0:1.8.0.255"), Energy(&metrology));
    let mut objects: [&mut dyn Object; 1] = [&mut energy];

    let crypto = || SoftwareProvider::<_, FixedKeys>::new(SysRng);
    let counters = || InvocationCounters::new(RamCounters::<2>::new());
    let config = DeviceConfig::new(b"EXA0000000000001", SystemTitle(*b"EXA00001"));
    let mut device = Device::<_, _, _, _, 1>::new(config, &mut objects[..], ReadOnly, crypto(), counters());
    // There is room for one.
    let _ = device.offer(AssociationConfig::new(16, Authentication::None));
    let mut devices = [device];
    let mut connection = Connection::<_, _, 1>::new(Stream::new(Role::Server), [0u8; 128], [0u8; 128]);

    let link = Stream::new(Role::Client);
    let mut client =
        Client::new(link, ClientConfig::new(16, 1), crypto(), counters(), [0u8; 128], [0u8; 128]);

    client.associate()?;
    let now = Instant(0);
    loop {
        match client.poll_output(now) {
            Output::Transmit(octets) => {
                println!("client {octets:02X?}");
                connection.handle_input(&mut devices, octets, now);
            }
            Output::Event(Event::Associated) => client.get(ENERGY.value())?,
            Output::Event(Event::Completed) => {
                println!("energy: {} Wh", client.value::<u32>()?);
                client.release()?;
            }
            Output::Event(Event::Released) => return Ok(()),
            Output::Event(event) => println!("{event:?}"),
            // The client waits: let the meter speak.
            Output::Wait(_) => loop {
                match connection.poll_output(now) {
                    Output::Transmit(octets) => {
                        println!("meter  {octets:02X?}");
                        client.handle_input(octets, now);
                    }
                    Output::Event(event) => println!("audit  {event:?}"),
                    Output::Wait(_) => break,
                }
            },
        }
    }
}
