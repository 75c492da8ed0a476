//! A meter of ten objects over the TCP wrapper with suite 0: public and management clients, GET, SET and ACTION with
//! blocks both ways, a load profile, a clock, a breaker.
#![no_std]
#![no_main]

use cosem_classes::clock::{Clock, DaylightSaving, LocalClock, TimeSource};
use cosem_classes::data::{Data, StoredData};
use cosem_classes::disconnect_control::{Breaker, ControlMode, ControlState, DisconnectControl};
use cosem_classes::model::{CaptureObject, Instance, Object, Unrestricted};
use cosem_classes::profile_generic::{ProfileGeneric, Ring, StoredProfile};
use cosem_classes::register::{Register, StoredRegister};
use cosem_classes::{ScalerUnit, Unit};
use dlms::server::{AssociationConfig, Connection, Device, DeviceConfig};
use dlms::{Authentication, Output};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult};
use dlms_core::time::Instant;
use dlms_security::{
    Aes128, FixedKeys, InvocationCounters, Protection, RamCounters, SoftwareProvider, SystemTitle,
};
use dlms_wrapper::{Role, Stream};
use obis::{ObisCode, obis};
use probe::{Board, Counter, Place, keys};

probe::entry!(main);

type Provider = SoftwareProvider<Counter, FixedKeys<Aes128, 4, 1>>;
type Line = Connection<Stream, [u8; 512], 1>;
static LINE: Place<Line> = Place::new();

/// A clock that somebody else counts.
struct Seconds(i64);

impl TimeSource for Seconds {
    fn utc_milliseconds(&self) -> i64 {
        self.0
    }
    fn set(&mut self, utc_milliseconds: i64) -> Result<(), DataAccessResult> {
        self.0 = utc_milliseconds;
        Ok(())
    }
}

fn register(code: ObisCode, unit: Unit) -> Instance<Register, StoredRegister> {
    Instance::new(code, StoredRegister::new(0u32, ScalerUnit { scaler: 0, unit }))
}

fn main(mut board: Board) -> ! {
    let mut crypto = Provider::new(Counter::default());
    keys(|id, key| crypto.set_key(id, key).is_ok());
    let mut import = register(obis!("1-0:1.8.0.255"), Unit::WattHour);
    let mut export = register(obis!("1-0:2.8.0.255"), Unit::WattHour);
    let mut voltage = register(obis!("1-0:32.7.0.255"), Unit::Volt);
    let mut current = register(obis!("1-0:31.7.0.255"), Unit::Ampere);
    let mut name = Instance::<Data, _>::new(obis!("0-0:42.0.0.255"), &b"PRB0000000000001"[..]);
    let mut serial = Instance::<Data, _>::new(obis!("0-0:96.1.0.255"), &b"00000001"[..]);
    let mut status = Instance::<Data, _>::new(obis!("0-0:96.10.1.255"), StoredData::new(0u8));
    let clock = LocalClock::new(Seconds(0), -60, DaylightSaving::NONE);
    let mut clock = Instance::<Clock, _>::new(obis!("0-0:1.0.0.255"), clock);
    let breaker = Breaker::new(true, ControlState::Connected, ControlMode(4));
    let mut breaker = Instance::<DisconnectControl, _>::new(obis!("0-0:96.3.10.255"), breaker);
    let columns = [
        CaptureObject::whole(AttributeDescriptor::new(8, obis!("0-0:1.0.0.255"), 2)),
        CaptureObject::whole(AttributeDescriptor::new(3, obis!("1-0:1.8.0.255"), 2)),
    ];
    let profile = StoredProfile::<_, 2>::new(Ring::<16, 24>::new(), &columns, 900);
    let mut profile = Instance::<ProfileGeneric, _>::new(obis!("1-0:99.1.0.255"), profile);
    let mut objects: [&mut dyn Object; 10] = [
        &mut clock,
        &mut name,
        &mut serial,
        &mut breaker,
        &mut status,
        &mut import,
        &mut export,
        &mut current,
        &mut voltage,
        &mut profile,
    ];
    let device = Device::<_, _, _, _, 2>::new(
        DeviceConfig::new(b"PRB0000000000001", SystemTitle(*b"PRB00001")),
        &mut objects[..],
        Unrestricted,
        crypto,
        InvocationCounters::new(RamCounters::<2>::new()),
    );
    let mut devices = [device];
    let [device] = &mut devices;
    let management = Authentication::Hls(MechanismName::HlsGmac);
    let _ = device.offer(AssociationConfig::new(16, Authentication::None));
    let _ =
        device.offer(AssociationConfig::new(1, management).protected(Protection::AUTHENTICATED_ENCRYPTED));
    // SAFETY: `main` runs once, and this is the only `put` to that place.
    let line = unsafe { LINE.put(Connection::new(Stream::new(Role::Server), [0; 512], [0; 512])) };
    loop {
        let now = Instant(board.now().into());
        match line.poll_output(now) {
            Output::Transmit(octets) => board.send(octets),
            Output::Event(_) => {}
            Output::Wait(_) => match board.receive() {
                Some(octet) => {
                    line.handle_input(&mut devices, &[octet], now);
                }
                None => line.handle_timeout(&mut devices, now),
            },
        }
    }
}
