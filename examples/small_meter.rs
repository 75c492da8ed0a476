//! A meter in a few lines: two registers and a breaker, one client that reads, one that may do everything.
//!
//! `cargo run -p dlms-examples --example small_meter -- 127.0.0.1:4059`
#![allow(missing_docs, reason = "a program")]

use std::sync::{Arc, Mutex};

use cosem_classes::disconnect_control::{Breaker, ControlMode, ControlState, DisconnectControl};
use cosem_classes::model::{AccessMode, AccessRights, ClassInfo, Instance, ObjectList, Unrestricted};
use cosem_classes::register::{Register, StoredRegister};
use cosem_classes::{ScalerUnit, Unit};
use dlms::Authentication;
use dlms::server::{AssociationConfig, Device, DeviceConfig};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::{AttributeDescriptor, MethodDescriptor};
use dlms_core::crypto::{KeyId, KeyKind};
use dlms_io::blocking::Server;
use dlms_security::{
    GrowingKeys, InvocationCounters, Protection, RamCounters, SoftwareProvider, SystemTitle,
};
use getrandom::SysRng;
use obis::obis;

const PUBLIC: u16 = 16;
const MANAGEMENT: u16 = 1;

/// The public client reads; the management client does what classes allow.
#[derive(Debug)]
struct Rights;

impl AccessRights for Rights {
    fn attribute(&self, client: u16, class: &ClassInfo, attribute: &AttributeDescriptor) -> AccessMode {
        match client {
            MANAGEMENT => Unrestricted.attribute(client, class, attribute),
            _ => AccessMode::READ,
        }
    }
    fn method(&self, client: u16, class: &ClassInfo, method: &MethodDescriptor) -> AccessMode {
        match client {
            MANAGEMENT => Unrestricted.method(client, class, method),
            _ => AccessMode::NONE,
        }
    }
}

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:4059".to_owned());

    let watt_hours = ScalerUnit { scaler: 0, unit: Unit::WattHour };
    let mut energy = StoredRegister::new(0u32, watt_hours);
    energy.value = 1_234_567u32.into();
    let mut objects = ObjectList::new();
    objects.insert(Instance::<Register, _>::new(obis!("1-0:1.8.0.255"), energy));
    objects
        .insert(Instance::<Register, _>::new(obis!("1-0:2.8.0.255"), StoredRegister::new(0u32, watt_hours)));
    let breaker = Breaker::new(true, ControlState::Connected, ControlMode(4));
    objects.insert(Instance::<DisconnectControl, _>::new(obis!("0-0:96.3.10.255"), breaker));

    let mut crypto = SoftwareProvider::<_, GrowingKeys>::new(SysRng);
    crypto.set_key(KeyId { setup: 0, kind: KeyKind::GlobalUnicastEncryption }, &[0x01; 16])?;
    crypto.set_key(KeyId { setup: 0, kind: KeyKind::Authentication }, &[0x02; 16])?;

    let config = DeviceConfig::new(b"EXA0000000000001", SystemTitle(*b"EXA00001"));
    // A meter keeps its counters in flash; this one starts anew each time, which is for examples only.
    let counters = InvocationCounters::new(RamCounters::<4>::new());
    let mut device = Device::<_, _, _, _>::new(config, objects, Rights, crypto, counters);
    let management = AssociationConfig::new(MANAGEMENT, Authentication::Hls(MechanismName::HlsGmac))
        .protected(Protection::AUTHENTICATED_ENCRYPTED);
    for association in [AssociationConfig::new(PUBLIC, Authentication::None), management] {
        device.offer(association).map_err(|_| "more associations than there is room for")?;
    }

    let server = Server::bind(address, Arc::new(Mutex::new(vec![device])))?;
    println!("ready {}", server.local_addr());
    server.run(|peer, event| println!("{peer} {event:?}"));
    Ok(())
}
