//! Short names on both sides: a meter of three objects, and a client that knows two of them.
#![no_std]
#![no_main]

use cosem_classes::data::Data;
use cosem_classes::model::{CaptureObject, Instance, Object, Unrestricted};
use cosem_classes::profile_generic::{ProfileGeneric, Ring, StoredProfile};
use cosem_classes::register::{Register, StoredRegister};
use cosem_classes::{ScalerUnit, Unit};
use dlms::client::{Ciphering, Client, ClientConfig, Event, NameTable, ShortName};
use dlms::server::{AssociationConfig, Connection, Device, DeviceConfig, InOrder};
use dlms::{Authentication, Output, Referencing};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::{AttributeDescriptor, AttributeSelection};
use dlms_core::time::Instant;
use dlms_security::{
    Aes128, FixedKeys, InvocationCounters, Protection, RamCounters, SoftwareProvider, SystemTitle,
};
use dlms_wrapper::{Role, Stream};
use obis::obis;
use probe::{Board, Counter, Place, keys};

probe::entry!(main);

type Provider = SoftwareProvider<Counter, FixedKeys<Aes128, 4, 1>>;
type Line = Connection<Stream, [u8; 512], 1>;
type Meter = Client<Stream, Provider, RamCounters<2>, [u8; 512]>;
static LINE: Place<Line> = Place::new();
static METER: Place<Meter> = Place::new();
static ROOM: Place<[ShortName; 16]> = Place::new();

const ENERGY: Register = Register::at(obis!("1-0:1.8.0.255"));

fn provider() -> Provider {
    let mut crypto = Provider::new(Counter::default());
    keys(|id, key| crypto.set_key(id, key).is_ok());
    crypto
}

fn main(mut board: Board) -> ! {
    let unit = ScalerUnit { scaler: 0, unit: Unit::WattHour };
    let mut import = Instance::<Register, _>::new(obis!("1-0:1.8.0.255"), StoredRegister::new(0u32, unit));
    let mut name = Instance::<Data, _>::new(obis!("0-0:42.0.0.255"), &b"PRB0000000000001"[..]);
    let columns = [CaptureObject::whole(AttributeDescriptor::new(3, obis!("1-0:1.8.0.255"), 2))];
    let profile = StoredProfile::<_, 1>::new(Ring::<16, 24>::new(), &columns, 900);
    let mut profile = Instance::<ProfileGeneric, _>::new(obis!("1-0:99.1.0.255"), profile);
    let mut objects: [&mut dyn Object; 3] = [&mut name, &mut import, &mut profile];
    let device = Device::<_, _, _, _, 1>::new(
        DeviceConfig::new(b"PRB0000000000001", SystemTitle(*b"PRB00001")),
        &mut objects[..],
        Unrestricted,
        provider(),
        InvocationCounters::new(RamCounters::<2>::new()),
    );
    let mut devices = [device.with_short_names(InOrder)];
    let [device] = &mut devices;
    let management = Authentication::Hls(MechanismName::HlsGmac);
    let offered = AssociationConfig::new(1, management.clone());
    let _ = device.offer(offered.protected(Protection::AUTHENTICATED_ENCRYPTED));
    // SAFETY: `main` runs once, and this is the only `put` to that place.
    let line = unsafe { LINE.put(Connection::new(Stream::new(Role::Server), [0; 512], [0; 512])) };

    let mut config = ClientConfig::new(1, 1);
    config.referencing = Referencing::ShortName;
    config.authentication = management;
    config.ciphering = Some(Ciphering::new(SystemTitle(*b"CLIENT01")));
    let counters = InvocationCounters::new(RamCounters::new());
    let client = Client::new(Stream::new(Role::Client), config, provider(), counters, [0; 512], [0; 512]);
    // SAFETY: `main` runs once, and this is the only `put` to that place.
    let room = unsafe { ROOM.put([ShortName::FREE; 16]) };
    // SAFETY: `main` runs once, and this is the only `put` to that place.
    let meter = unsafe { METER.put(client.with_short_names(NameTable::in_room(room))) };
    let _ = meter.associate();
    loop {
        let now = Instant(board.now().into());
        match line.poll_output(now) {
            Output::Transmit(octets) => board.send(octets),
            Output::Event(_) => {}
            Output::Wait(_) => match board.receive() {
                Some(octet) => {
                    line.handle_input(&mut devices, &[octet], now);
                    meter.handle_input(&[octet], now);
                }
                None => {
                    line.handle_timeout(&mut devices, now);
                    meter.handle_timeout(now);
                }
            },
        }
        match meter.poll_output(now) {
            Output::Transmit(octets) => board.send(octets),
            Output::Event(Event::Associated) => {
                let _ = meter.read_short_names();
            }
            Output::Event(Event::Completed) => {
                let item = AttributeSelection::whole(ENERGY.value().descriptor());
                let much = meter.value::<u32>().is_ok_and(|energy| energy > 1_000);
                let next = match much {
                    true => meter.invoke_method(ENERGY.reset(), &0),
                    false => meter.set(ENERGY.value().of::<u32>(), &0).and(meter.get_list(&[item, item])),
                };
                if next.is_err() {
                    let _ = meter.set_list(&[item], &[&0u32]);
                }
            }
            _ => {}
        }
    }
}
