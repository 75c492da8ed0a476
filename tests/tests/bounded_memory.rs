//! A server that holds two buffers of one PDU answers a read of a hundred thousand rows, without a heap.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    clippy::cast_possible_truncation
)]

use core::cell::Cell;

use cosem_classes::model::{Instance, Object, Rows, Unrestricted};
use cosem_classes::profile_generic::{ProfileGeneric, Serve};
use dlms::client::{Client, ClientConfig, Event, NameTable, ShortName};
use dlms::server::{AssociationConfig, Connection, Device, DeviceConfig, InOrder};
use dlms::{Authentication, Output, Referencing};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::{DataAccessResult, SelectiveAccess};
use dlms_core::codec::{Encode, Writer};
use dlms_core::crypto::{KeyId, KeyKind};
use dlms_core::data::{Data, Elements};
use dlms_core::time::Instant;
use dlms_security::{FixedKeys, InvocationCounters, RamCounters, SoftwareProvider, SystemTitle};
use dlms_wrapper::{Role, Stream};
use obis::obis;
use rand_core::{TryCryptoRng, TryRng};

const ROWS: u32 = 100_000;
const PDU: usize = 200;
/// The first object of a meter.
static NAMES: [ShortName; 1] =
    [ShortName { class_id: 7, logical_name: obis!("1-0:99.1.0.255"), base_name: 0x0100, methods: 0x58 }];
const PROFILE: ProfileGeneric = ProfileGeneric::at(obis!("1-0:99.1.0.255"));

/// A profile whose rows are made up when they are asked for.
struct Endless<'a>(&'a Cell<u64>);

impl Serve for Endless<'_> {
    fn buffer(&self, _: Option<&SelectiveAccess<'_>>) -> Result<Rows, DataAccessResult> {
        Ok(Rows::first(ROWS))
    }
    fn buffer_row(
        &self,
        _: Option<&SelectiveAccess<'_>>,
        row: u32,
        w: &mut Writer<'_>,
    ) -> Result<(), DataAccessResult> {
        self.0.set(self.0.get() + 1);
        w.bytes(&[2, 2]);
        Data::DoubleLongUnsigned(row).encode(w);
        Data::LongUnsigned((row % 7) as u16).encode(w);
        Ok(())
    }
}

struct Dice(u8);
impl TryRng for Dice {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.0 = self.0.wrapping_mul(5).wrapping_add(17);
        Ok(u32::from(self.0) * 0x0101_0101)
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.try_next_u32().map(u64::from)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for octet in out {
            *octet = self.try_next_u32()?.to_be_bytes()[0];
        }
        Ok(())
    }
}
impl TryCryptoRng for Dice {}

fn provider(seed: u8) -> SoftwareProvider<Dice, FixedKeys> {
    let mut provider = SoftwareProvider::new(Dice(seed));
    for kind in [KeyKind::GlobalUnicastEncryption, KeyKind::Authentication] {
        provider.set_key(KeyId { setup: 0, kind }, &[7; 16]).unwrap();
    }
    provider
}

/// Rows come out of blocks of any size: here they are put together again, one at a time.
#[derive(Default)]
struct Check {
    partial: [u8; 16],
    held: usize,
    header: usize,
    rows: u32,
}

impl Check {
    fn take(&mut self, block: &[u8]) {
        for octet in block {
            // Tag of the array and its count: 01 84 xx xx xx xx.
            if self.header < 6 {
                self.header += 1;
                continue;
            }
            self.partial[self.held] = *octet;
            self.held += 1;
            if self.held == 10 {
                let elements = Elements::new(2, &self.partial[2..10]).unwrap();
                let expected =
                    [Data::DoubleLongUnsigned(self.rows), Data::LongUnsigned((self.rows % 7) as u16)];
                assert_eq!(elements.exactly::<2>(), Some(expected));
                self.rows += 1;
                self.held = 0;
            }
        }
    }
}

/// How the answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Plain,
    Ciphered,
    GeneralBlocks,
}

fn read(how: How, referencing: Referencing) {
    let encoded = Cell::new(0);
    let mut profile = Instance::<ProfileGeneric, _>::new(obis!("1-0:99.1.0.255"), Endless(&encoded));
    let mut objects: [&mut dyn Object; 1] = [&mut profile];
    let title = SystemTitle(*b"MTR00001");
    let mut device = Device::<_, _, _, _, 1>::new(
        DeviceConfig::new(b"MTR0000000000001", title),
        &mut objects[..],
        Unrestricted,
        provider(1),
        InvocationCounters::new(RamCounters::<4>::new()),
    )
    .with_short_names(InOrder);
    let mut config = ClientConfig {
        referencing,
        stream_blocks: true,
        max_receive_pdu_size: PDU as u16,
        ..ClientConfig::new(1, 1)
    };
    let mut authentication = Authentication::None;
    if how == How::GeneralBlocks {
        config = config.with_general_block_transfer(10);
    }
    if how == How::Ciphered {
        authentication = Authentication::Hls(MechanismName::HlsGmac);
        config.ciphering = Some(dlms::client::Ciphering::new(SystemTitle(*b"CLIENT01")));
    }
    config.authentication = authentication.clone();
    device.offer(AssociationConfig::new(1, authentication)).unwrap();
    let mut devices = [device];

    let link = Stream::new(Role::Client);
    let counters = InvocationCounters::new(RamCounters::<4>::new());
    let mut client = Client::new(link, config, provider(2), counters, [0u8; 256], [0u8; 256])
        .with_short_names(NameTable::given(&NAMES));
    let mut connection = Connection::<_, _, 1>::new(Stream::new(Role::Server), [0u8; 256], [0u8; 256]);
    // What a connection is besides its two buffers, and besides what it keeps of an association. Public keys and the key of
    // a session are there with general protection only.
    assert!(size_of_val(&connection) <= 2 * 256 + 752 + 304, "{}", size_of_val(&connection));

    let mut check = Check::default();
    let mut blocks = 0u64;
    let now = Instant(0);
    let mut reading = false;
    client.associate().unwrap();
    let info = allocation_counter::measure(|| {
        loop {
            // One message on its way at a time, on the stack.
            let mut unit = [0; 256];
            match client.poll_output(now) {
                Output::Transmit(bytes) => {
                    let len = bytes.len();
                    unit[..len].copy_from_slice(bytes);
                    assert_eq!(connection.handle_input(&mut devices, &unit[..len], now), len);
                }
                Output::Event(Event::Associated) => {
                    client.get(PROFILE.buffer()).unwrap();
                    reading = true;
                }
                Output::Event(Event::Block) => {
                    blocks += 1;
                    check.take(client.block());
                }
                Output::Event(Event::Completed) => {
                    check.take(client.block());
                    break;
                }
                Output::Event(other) => panic!("{other:?}"),
                Output::Wait(_) => loop {
                    match connection.poll_output(now) {
                        Output::Transmit(bytes) => {
                            let len = bytes.len();
                            unit[..len].copy_from_slice(bytes);
                            assert_eq!(client.handle_input(&unit[..len], now), len);
                            break;
                        }
                        Output::Event(_) => {}
                        // The next block goes at once.
                        Output::Wait(until) if until == Some(now) => {
                            connection.handle_timeout(&mut devices, now);
                        }
                        Output::Wait(_) => break,
                    }
                },
            }
        }
    });
    assert!(reading);
    assert_eq!(check.rows, ROWS);
    assert_eq!(info.count_total, 0, "allocations");
    // Each row is encoded once, and the one a block ends in once more.
    assert!(
        encoded.get() <= u64::from(ROWS) + 2 * blocks,
        "{} rows encoded in {blocks} blocks",
        encoded.get()
    );
}

#[test]
fn a_hundred_thousand_rows_through_two_buffers_of_one_pdu() {
    read(How::Plain, Referencing::LogicalName);
}

#[test]
fn a_hundred_thousand_rows_ciphered_through_two_buffers_of_one_pdu() {
    read(How::Ciphered, Referencing::LogicalName);
}

#[test]
fn a_hundred_thousand_rows_in_general_blocks_through_two_buffers_of_one_pdu() {
    read(How::GeneralBlocks, Referencing::LogicalName);
}

#[test]
fn a_hundred_thousand_rows_by_short_names_through_two_buffers_of_one_pdu() {
    read(How::Plain, Referencing::ShortName);
    read(How::Ciphered, Referencing::ShortName);
    read(How::GeneralBlocks, Referencing::ShortName);
}
