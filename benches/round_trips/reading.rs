use cosem_classes::model::{Instance, ObjectList, Unrestricted};
use cosem_classes::register::{Register, StoredRegister};
use cosem_classes::{ScalerUnit, Unit};
use dlms::client::{Access, AccessOptions, Ciphering, Client, ClientConfig, Event, NameTable};
use dlms::server::{AssociationConfig, Connection, Device, DeviceConfig, InOrder};
use dlms::{Authentication, Referencing};
use dlms_bench::talk_until;
use dlms_core::acse::MechanismName;
use dlms_core::apdu::{AttributeDescriptor, AttributeSelection, GetDataResult};
use dlms_core::crypto::{KeyId, KeyKind};
use dlms_core::data::Data;
use dlms_security::{InvocationCounters, Protection, RamCounters, SoftwareProvider};
use dlms_tests::peer::{CLIENT, Counting, SERVER};
use dlms_wrapper::{Role, Stream};
use obis::ObisCode;

const REGISTERS: u8 = 20;

type Provider = SoftwareProvider<Counting>;
type Meter = Device<'static, ObjectList, Provider, RamCounters, Unrestricted, 4, 256, InOrder>;

/// How the registers are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    Gets,
    List,
    Access,
    AccessUnreleased,
    ShortNames,
}

impl Strategy {
    /// Round trips that the reading itself takes at least.
    pub(crate) const fn requests(self) -> u32 {
        match self {
            Self::Gets => REGISTERS as u32,
            _ => 1,
        }
    }

    /// Round trips of the release.
    pub(crate) const fn releases(self) -> u32 {
        if matches!(self, Self::AccessUnreleased) { 0 } else { 1 }
    }
}

/// What a reading cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) round_trips: u32,
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

/// A client, a meter with registers, and a wire between them.
pub(crate) struct Reading {
    strategy: Strategy,
    client: Client<Stream, Provider, RamCounters, Vec<u8>>,
    connection: Connection<Stream, Vec<u8>>,
    meters: [Meter; 1],
}

impl Reading {
    pub(crate) fn new(strategy: Strategy, ciphered: bool) -> Self {
        let mut objects = ObjectList::new();
        for number in 0..REGISTERS {
            let unit = ScalerUnit { scaler: 0, unit: Unit::WattHour };
            let register = StoredRegister::new(1_000 + u32::from(number), unit);
            objects.insert(Instance::<Register, _>::new(name(number), register));
        }
        let hls = || Authentication::Hls(MechanismName::HlsGmac);
        let association = match ciphered {
            true => AssociationConfig::new(1, hls()).protected(Protection::AUTHENTICATED_ENCRYPTED),
            false => AssociationConfig::new(1, Authentication::None),
        };
        let config = DeviceConfig::new(b"MMM0000000000001", SERVER);
        let meter = Device::new(config, objects, Unrestricted, provider(1), counters());
        let mut meter = meter.with_short_names(InOrder);
        meter.offer(association).unwrap();

        let mut config = ClientConfig::new(1, 1);
        config.release_request = strategy != Strategy::AccessUnreleased;
        if ciphered {
            config.authentication = hls();
            config.ciphering = Some(Ciphering::new(CLIENT));
        }
        if strategy == Strategy::ShortNames {
            config.referencing = Referencing::ShortName;
        }
        let link = Stream::new(Role::Client);
        let client = Client::new(link, config, provider(2), counters(), Vec::new(), Vec::new());
        let client = client.with_short_names(NameTable::growing());
        let connection = Connection::new(Stream::new(Role::Server), Vec::new(), Vec::new());
        Self { strategy, client, connection, meters: [meter] }
    }

    /// Associates, reads and releases.
    pub(crate) fn run(mut self) -> Cost {
        if self.strategy == Strategy::ShortNames {
            // The names are known from an earlier visit.
            self.client.associate().unwrap();
            self.expect(Event::Associated);
            self.client.read_short_names().unwrap();
            self.expect(Event::Completed);
            self.client.release().unwrap();
            self.expect(Event::Released);
        }
        let before = self.client.statistics();
        self.client.associate().unwrap();
        self.expect(Event::Associated);
        let attributes: Vec<_> = (0..REGISTERS).map(|n| AttributeDescriptor::new(3, name(n), 2)).collect();
        match self.strategy {
            Strategy::Gets => {
                for (attribute, number) in attributes.iter().zip(1_000u32..) {
                    self.client.get_any(*attribute, None).unwrap();
                    self.expect(Event::Completed);
                    assert_eq!(self.client.value::<u32>().unwrap(), number);
                }
            }
            Strategy::Access | Strategy::AccessUnreleased => {
                let items: Vec<_> = attributes.iter().map(|a| Access::get_any(*a, None)).collect();
                assert_eq!(self.client.access(&items, AccessOptions::default()).unwrap(), items.len());
                self.expect(Event::Completed);
                let results = self.client.access_results().unwrap();
                let values = results.iter().map(|(_, value)| value);
                assert!(values.eq((1_000..).take(items.len()).map(Data::DoubleLongUnsigned)));
            }
            Strategy::List | Strategy::ShortNames => {
                let items: Vec<_> = attributes.iter().copied().map(AttributeSelection::whole).collect();
                self.client.get_list(&items).unwrap();
                self.expect(Event::Completed);
                let values = self.client.values().unwrap();
                let expected = (1_000..).take(items.len());
                assert!(values.iter().eq(expected.map(|v| GetDataResult::Data(Data::DoubleLongUnsigned(v)))));
            }
        }
        self.client.release().unwrap();
        self.expect(Event::Released);
        let statistics = self.client.statistics();
        Cost {
            round_trips: statistics.round_trips - before.round_trips,
            sent: statistics.sent - before.sent,
            received: statistics.received - before.received,
        }
    }

    /// Lets both talk until the client has this to tell.
    fn expect(&mut self, expected: Event) {
        talk_until(&expected, &mut self.client, &mut self.connection, &mut self.meters);
    }
}

fn name(number: u8) -> ObisCode {
    ObisCode::new(1, 0, 1, 8, number, 255)
}

fn provider(first: u8) -> Provider {
    let mut provider = Provider::new(Counting::from(first));
    for (kind, key) in [(KeyKind::GlobalUnicastEncryption, [0x01; 16]), (KeyKind::Authentication, [0xd0; 16])]
    {
        provider.set_key(KeyId { setup: 0, kind }, &key).unwrap();
    }
    provider
}

fn counters() -> InvocationCounters<RamCounters> {
    InvocationCounters::new(RamCounters::new())
}
