//! This suite: a client and a meter, and a wire between them that costs nothing.

use cosem_classes::model::{CaptureObject, Instance, ObjectList, Unrestricted};
use cosem_classes::profile_generic::{HeapRing, ProfileGeneric, StoredProfile};
use cosem_classes::register::{Register, StoredRegister};
use cosem_classes::{ScalerUnit, Unit};
use dlms::Authentication;
use dlms::client::{Ciphering, Client, ClientConfig, Event};
use dlms::server::{AssociationConfig, Connection, Device, DeviceConfig};
use dlms_bench::load_profile::{self, ROW, VALUES};
use dlms_bench::talk_until;
use dlms_core::acse::MechanismName;
use dlms_core::buffer::Buffer;
use dlms_security::{InvocationCounters, Protection, RamCounters, SystemTitle};
use dlms_wrapper::{Role, Stream};
use obis::obis;

use crate::ciphering::{CLIENT, METER, Provider, provider};

pub(crate) const ENERGY: Register = Register::at(obis!("1-0:1.8.0.255"));
pub(crate) const PROFILE: ProfileGeneric = ProfileGeneric::at(obis!("1-0:99.1.0.255"));
/// What the register holds.
pub(crate) const WATT_HOURS: u32 = 123_456;

/// Of the load profile; of what they are nobody asks.
const COLUMNS: usize = 2 + VALUES;

pub(crate) type Meter = Device<'static, ObjectList, Provider, RamCounters, Unrestricted>;
pub(crate) type MeterClient<B> = Client<Stream, Provider, RamCounters, B>;

/// A client and a meter.
pub(crate) struct Pair<B> {
    client: MeterClient<B>,
    connection: Connection<Stream, B>,
    meters: [Meter; 1],
}

/// How the client talks to the meter: ciphered with high level security by GMAC, or in the clear without any.
pub(crate) fn client_config(ciphered: bool, pdu: u16) -> ClientConfig {
    let mut config = ClientConfig { max_receive_pdu_size: pdu, ..ClientConfig::new(1, 1) };
    if ciphered {
        config.authentication = Authentication::Hls(MechanismName::HlsGmac);
        config.ciphering = Some(Ciphering::new(SystemTitle(CLIENT)));
    }
    config
}

/// A client that is not associated.
pub(crate) fn client<B: Buffer>(config: ClientConfig, buffer: fn() -> B) -> MeterClient<B> {
    let counters = InvocationCounters::new(RamCounters::new());
    Client::new(Stream::new(Role::Client), config, provider(2), counters, buffer(), buffer())
}

/// A meter with a register and a load profile of so many rows.
pub(crate) fn meter(ciphered: bool, rows: u32) -> Meter {
    let mut objects = ObjectList::new();
    let unit = ScalerUnit { scaler: 0, unit: Unit::WattHour };
    objects
        .insert(Instance::<Register, _>::new(obis!("1-0:1.8.0.255"), StoredRegister::new(WATT_HOURS, unit)));
    let columns = [CaptureObject::whole(ENERGY.value().descriptor()); COLUMNS];
    let mut profile = StoredProfile::<_, COLUMNS>::new(HeapRing::new(rows.max(1)), &columns, 900);
    for number in 0..rows {
        // Without the header of the structure.
        profile.add(&load_profile::row(number)[2..ROW]).unwrap();
    }
    objects.insert(Instance::<ProfileGeneric, _>::new(obis!("1-0:99.1.0.255"), profile));

    let config = DeviceConfig {
        max_receive_pdu_size: 0xffff,
        ..DeviceConfig::new(b"MTR0000000000001", SystemTitle(METER))
    };
    let counters = InvocationCounters::new(RamCounters::new());
    let mut meter = Device::new(config, objects, Unrestricted, provider(1), counters);
    let association = if ciphered {
        let hls = Authentication::Hls(MechanismName::HlsGmac);
        AssociationConfig::new(1, hls).protected(Protection::AUTHENTICATED_ENCRYPTED)
    } else {
        AssociationConfig::new(1, Authentication::None)
    };
    meter.offer(association).unwrap();
    meter
}

impl<B: Buffer> Pair<B> {
    pub(crate) fn new(ciphered: bool, pdu: u16, rows: u32, buffer: fn() -> B) -> Self {
        Self {
            client: client(client_config(ciphered, pdu), buffer),
            connection: Connection::new(Stream::new(Role::Server), buffer(), buffer()),
            meters: [meter(ciphered, rows)],
        }
    }

    pub(crate) fn associate(&mut self) {
        self.client.associate().unwrap();
        self.expect(&Event::Associated);
    }

    pub(crate) fn release(&mut self) {
        self.client.release().unwrap();
        self.expect(&Event::Released);
    }

    /// Reads the register.
    pub(crate) fn register(&mut self) -> u64 {
        self.client.get(ENERGY.value()).unwrap();
        self.expect(&Event::Completed);
        self.client.value::<u32>().unwrap().into()
    }

    /// Reads the load profile; its octets, which the client has checked to be a value.
    pub(crate) fn load_profile(&mut self) -> &[u8] {
        self.client.get(PROFILE.buffer()).unwrap();
        self.expect(&Event::Completed);
        self.client.value_bytes().unwrap()
    }

    /// Lets both talk until the client has this to tell.
    fn expect(&mut self, expected: &Event) {
        talk_until(expected, &mut self.client, &mut self.connection, &mut self.meters);
    }
}
