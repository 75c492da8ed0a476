//! A client that reads a load profile from a meter over the simulated line.

use core::convert::Infallible;

use cosem_classes::model::{CaptureObject, Instance, ObjectList, ReadOnly};
use cosem_classes::profile_generic::{HeapRing, ProfileGeneric, StoredProfile};
use dlms::Authentication;
use dlms::client::{Client, ClientConfig, Event};
use dlms::server::{AssociationConfig, Connection, Device, DeviceConfig};
use dlms_bench::load_profile::{self, ROW, VALUES};
use dlms_core::apdu::AttributeDescriptor;
use dlms_hdlc::{Parameters, Primary, PrimarySettings, Secondary, SecondarySettings};
use dlms_security::{InvocationCounters, RamCounters, SoftwareProvider, SystemTitle};
use dlms_tests::bus::{Bus, ClientStation, Line, MeterStation, Port, Traffic};
use obis::obis;
use rand_core::{TryCryptoRng, TryRng};

use crate::model::Settings;

const PROFILE: ProfileGeneric = ProfileGeneric::at(obis!("1-0:99.1.0.255"));
const COLUMNS: usize = 2 + VALUES;

/// Nothing here is random.
struct Nothing;

impl TryRng for Nothing {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0)
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.fill(0);
        Ok(())
    }
}

impl TryCryptoRng for Nothing {}

type Meter = Device<'static, ObjectList, SoftwareProvider<Nothing>, RamCounters, ReadOnly>;

fn meter(rows: u32) -> Meter {
    let mut objects = ObjectList::new();
    let energy = AttributeDescriptor::new(3, obis!("1-0:1.8.0.255"), 2);
    let columns = [CaptureObject::whole(energy); COLUMNS];
    let mut profile = StoredProfile::<_, COLUMNS>::new(HeapRing::new(rows), &columns, 900);
    for number in 0..rows {
        // Without the header of the structure.
        profile.add(&load_profile::row(number)[2..ROW]).unwrap();
    }
    objects.insert(Instance::<ProfileGeneric, _>::new(obis!("1-0:99.1.0.255"), profile));
    let title = SystemTitle(*b"MTR00001");
    let config =
        DeviceConfig { max_receive_pdu_size: 0xffff, ..DeviceConfig::new(b"MTR0000000000001", title) };
    let counters = InvocationCounters::new(RamCounters::new());
    let mut meter = Device::new(config, objects, ReadOnly, SoftwareProvider::new(Nothing), counters);
    meter.offer(AssociationConfig::new(16, Authentication::None)).unwrap();
    meter
}

/// Reads a load profile of so many rows; what happened on the line from the request to the last row.
pub(crate) fn read(settings: Settings, rows: u32) -> Traffic {
    let Settings { information, window, pdu, turnaround } = settings;
    let parameters = Parameters::symmetric(information, window);
    // The largest frames take longer to go out than the answer to a short one may be late.
    let primary = PrimarySettings { parameters, ..PrimarySettings::DEFAULT };
    let secondary = SecondarySettings { parameters, ..SecondarySettings::DEFAULT };
    let config =
        ClientConfig { max_receive_pdu_size: pdu, response_time_out: 600_000, ..ClientConfig::new(16, 1) };
    let counters = InvocationCounters::new(RamCounters::<4>::new());
    let link = Primary::new(primary, Vec::new());
    let provider: SoftwareProvider<_> = SoftwareProvider::new(Nothing);
    let client = Client::new(link, config, provider, counters, Vec::new(), Vec::new());
    let link = Secondary::<_, 1>::new(secondary, Vec::new());
    let connection = Connection::<_, _, 1>::new(link, Vec::new(), Vec::new()).with_inactivity_time_out(0);

    let mut client = ClientStation::new(client);
    let mut meter = MeterStation::new(connection, vec![meter(rows)]);
    let ports = vec![Port::PLAIN, Port::PLAIN.turning_in(turnaround.into())];
    let mut bus = Bus::new(Line::STANDARD, ports, 1);
    let mut finish = |client: &mut ClientStation<_, _, _, _>, expected| {
        bus.stir();
        bus.count_anew();
        while client.events.is_empty() {
            assert!(bus.step(&mut [client, &mut meter]));
        }
        assert_eq!(client.events.pop_front(), Some(expected));
        bus.traffic()
    };
    client.client.associate().unwrap();
    finish(&mut client, Event::Associated);
    client.client.get(PROFILE.buffer()).unwrap();
    let traffic = finish(&mut client, Event::Completed);
    assert!(client.client.value_bytes().unwrap() == load_profile::value(rows));
    traffic
}
