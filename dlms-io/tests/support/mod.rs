//! A small meter, and clients for it.
#![allow(dead_code, reason = "each test program uses a part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, unreachable_pub, missing_docs, reason = "tests")]

use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::Poll;
use std::sync::{Arc, Mutex};

use cosem_classes::clock::{Clock, DaylightSaving, LocalClock};
use cosem_classes::disconnect_control::{Breaker, ControlMode, ControlState, DisconnectControl};
use cosem_classes::image_transfer::{ImageReceiver, ImageStore, ImageToActivateView, ImageTransfer, Work};
use cosem_classes::model::{CaptureObject, Instance, Object, ObjectList, Unrestricted};
use cosem_classes::profile_generic::{HeapRing, ProfileGeneric, StoredProfile};
use cosem_classes::register::{Register, StoredRegister};
use cosem_classes::{ScalerUnit, Unit};
use dlms::client::{Ciphering, Client, ClientConfig};
use dlms::server::{AssociationConfig, Device, DeviceConfig, InOrder};
use dlms::{Authentication, Referencing, Secret};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::ActionResult;
use dlms_core::codec::Encode;
use dlms_core::crypto::{KeyId, KeyKind};
use dlms_core::data::{DateTime, Deviation, Octets};
use dlms_io::tokio as asynchronous;
use dlms_io::{SystemClock, blocking};
use dlms_security::{
    GrowingKeys, InvocationCounters, Protection, RamCounters, SoftwareProvider, SystemTitle,
};
use dlms_wrapper::Role;
use getrandom::SysRng;
use obis::{ObisCode, obis};

pub const ENERGY: Register = Register::at(obis!("1-0:1.8.0.255"));
pub const VOLTAGE: Register = Register::at(obis!("1-0:32.7.0.255"));
pub const CLOCK: Clock = Clock::at(obis!("0-0:1.0.0.255"));
pub const LOAD: ProfileGeneric = ProfileGeneric::at(obis!("1-0:99.1.0.255"));
pub const BREAKER: DisconnectControl = DisconnectControl::at(obis!("0-0:96.3.10.255"));
pub const LOAD_NAME: ObisCode = obis!("1-0:99.1.0.255");
pub const IMAGE: ObisCode = obis!("0-0:44.0.0.255");
pub const ROWS: u32 = 200;

const SERVER_TITLE: SystemTitle = SystemTitle(*b"TST\0\0\0\0\x01");
const PASSWORD: &[u8] = b"open sesame";

pub type Provider = SoftwareProvider<SysRng, GrowingKeys>;
pub type MeterDevice = Device<'static, ObjectList, Provider, RamCounters, Unrestricted, 4, 8, InOrder>;
pub type Devices = Arc<Mutex<Vec<MeterDevice>>>;
pub type TestClient<L = dlms_wrapper::Stream> = Client<L, Provider, RamCounters, Vec<u8>>;

/// How a client proves who it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Level {
    None,
    Lls,
    /// GMAC, all messages authenticated and encrypted.
    Hls,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::None, Self::Lls, Self::Hls];

    const fn client(self) -> u16 {
        match self {
            Self::None => 16,
            Self::Lls => 32,
            Self::Hls => 1,
        }
    }

    fn authentication(self) -> Authentication {
        match self {
            Self::None => Authentication::None,
            Self::Lls => Authentication::Lls(Secret::new(PASSWORD).unwrap()),
            Self::Hls => Authentication::Hls(MechanismName::HlsGmac),
        }
    }
}

/// Another one each time: the server remembers the counters of each.
fn client_title() -> SystemTitle {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let [a, b, c, d] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    SystemTitle([b'C', b'L', b'I', 0, a, b, c, d])
}

pub fn provider() -> Provider {
    let mut provider = SoftwareProvider::new(SysRng);
    let key = |kind| KeyId { setup: 0, kind };
    provider.set_key(key(KeyKind::GlobalUnicastEncryption), &[0x11; 16]).unwrap();
    provider.set_key(key(KeyKind::Authentication), &[0x22; 16]).unwrap();
    provider.set_key(key(KeyKind::GlobalBroadcastEncryption), &[0x33; 16]).unwrap();
    provider
}

pub fn counters() -> InvocationCounters<RamCounters> {
    InvocationCounters::new(RamCounters::new())
}

pub fn config(level: Level) -> ClientConfig {
    ClientConfig {
        authentication: level.authentication(),
        ciphering: (level == Level::Hls).then(|| Ciphering::new(client_title())),
        max_receive_pdu_size: 300,
        ..ClientConfig::new(level.client(), 1)
    }
}

/// The same by short names.
pub fn by_short_names(level: Level) -> ClientConfig {
    ClientConfig { referencing: Referencing::ShortName, ..config(level) }
}

pub fn client(level: Level) -> TestClient {
    let link = dlms_wrapper::Stream::new(Role::Client);
    Client::new(link, config(level), provider(), counters(), Vec::new(), Vec::new())
}

/// The row that is captured at hour `number`.
pub fn row(number: u32) -> Vec<u8> {
    let time = DateTime::from_utc_seconds(1_700_000_000 + i64::from(number) * 3_600, Deviation(0));
    let mut row = dlms_core::data::Data::OctetString(&time.to_octets()).encode_to_vec();
    row.extend((number * 7).encode_to_vec());
    row
}

/// The whole buffer of the profile, as it is encoded.
pub fn whole_profile() -> Vec<u8> {
    let mut whole = vec![1, 0x81, u8::try_from(ROWS).unwrap()];
    for number in 0..ROWS {
        whole.extend([2, 2]);
        whole.extend(row(number));
    }
    whole
}

/// Room for an image; good ones end with `!`.
#[derive(Debug, Default)]
struct Flash(Vec<u8>);

impl ImageStore for Flash {
    fn initiate(&mut self, _: &[u8], size: u32) -> Result<(), ActionResult> {
        self.0 = vec![0; size as usize];
        Ok(())
    }
    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), ActionResult> {
        self.0[offset as usize..][..octets.len()].copy_from_slice(octets);
        Ok(())
    }
    fn begin_verification(&mut self) {}
    fn verification(&self) -> Work {
        if self.0.ends_with(b"!") { Work::Done } else { Work::Failed }
    }
    fn begin_activation(&mut self) {}
    fn activation(&self) -> Work {
        Work::Done
    }
    fn count(&self) -> u32 {
        1
    }
    fn image(&self, number: u32) -> Option<ImageToActivateView<'_>> {
        (number == 0).then_some(ImageToActivateView {
            image_to_activate_size: u32::try_from(self.0.len()).unwrap(),
            image_to_activate_identification: Octets(b"FW-2"),
            image_to_activate_signature: Octets(&[]),
        })
    }
}

pub fn devices() -> Devices {
    Arc::new(Mutex::new(vec![device()]))
}

pub fn device() -> MeterDevice {
    let mut objects = ObjectList::new();
    let watt_hours = ScalerUnit::new(0, Unit::WattHour);
    objects.insert(Instance::<Register, _>::new(
        name(ENERGY.value()),
        StoredRegister::new(123_456u32, watt_hours),
    ));
    let volts = ScalerUnit::new(-1, Unit::Volt);
    objects.insert(Instance::<Register, _>::new(name(VOLTAGE.value()), StoredRegister::new(2_301u16, volts)));
    let clock = LocalClock::new(SystemClock::default(), -60, DaylightSaving::NONE);
    objects.insert(Instance::<Clock, _>::new(name(CLOCK.time()), clock));
    let columns = [CLOCK.time().descriptor(), ENERGY.value().descriptor()].map(CaptureObject::whole);
    let profile = StoredProfile::<_, 2>::new(HeapRing::new(ROWS), &columns, 3_600);
    let mut profile = Instance::<ProfileGeneric, _>::new(LOAD_NAME, profile);
    for number in 0..ROWS {
        profile.capture_target().unwrap().capture(&row(number)).unwrap();
    }
    objects.insert(profile);
    let breaker = Breaker::new(true, ControlState::Connected, ControlMode(4));
    objects.insert(Instance::<DisconnectControl, _>::new(name(BREAKER.output_state()), breaker));
    let receiver = ImageReceiver::new(Flash::default(), 100, Vec::new());
    objects.insert(Instance::<ImageTransfer, _>::new(IMAGE, receiver));

    let config = DeviceConfig::new(b"TST0000000000001", SERVER_TITLE);
    let mut device =
        Device::new(config, objects, Unrestricted, provider(), counters()).with_short_names(InOrder);
    for level in Level::ALL {
        let offered = AssociationConfig::new(level.client(), level.authentication());
        let offered = match level {
            Level::Hls => offered.protected(Protection::AUTHENTICATED_ENCRYPTED),
            _ => offered,
        };
        device.offer(offered).unwrap();
    }
    device
}

fn name<T>(attribute: cosem_classes::model::Attribute<T>) -> ObisCode {
    attribute.descriptor().logical_name
}

/// Polls so many times, whatever wakes it, and lets others run in between.
pub async fn poll_times<F: Future>(mut future: Pin<&mut F>, times: usize) -> Option<F::Output> {
    for _ in 0..times {
        if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
            return Some(output);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// Does `work` with a blocking meter.
pub fn with_meter(config: ClientConfig, work: impl FnOnce(&mut blocking::TcpMeter<Provider, RamCounters>)) {
    let server = blocking::Server::bind("127.0.0.1:0", devices()).unwrap();
    let (address, stopper) = (server.local_addr(), server.stopper());
    let serving = std::thread::spawn(move || server.run(|_, _| {}));
    let mut meter = blocking::connect_tcp(address, config, provider(), counters()).unwrap();
    meter.associate().unwrap();
    work(&mut meter);
    drop(meter);
    stopper.stop();
    serving.join().unwrap();
}

pub async fn meter() -> asynchronous::TcpMeter<Provider, RamCounters> {
    let server = asynchronous::Server::bind("127.0.0.1:0", devices()).await.unwrap();
    let address = server.local_addr().unwrap();
    tokio::spawn(server.run(|_, _| {}));
    let config = config(Level::Hls);
    let mut meter = asynchronous::connect_tcp(address, config, provider(), counters()).await.unwrap();
    meter.associate().await.unwrap();
    meter
}
