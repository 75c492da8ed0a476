//! The virtual meter: a household's meter with a load profile of thirty days, a breaker, and a clock.

mod firmware;
mod house;
mod identity;
pub(crate) mod keys;
mod objects;
mod push;
mod rights;
mod running;
mod time;

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use cosem_classes::clock::TimeSource;
use cosem_classes::model::{ObjectList, Objects};
use dlms::server::{self, AssociationConfig, Device, DeviceConfig, InOrder};
use dlms::{Authentication, Secret};
use dlms_core::acse::MechanismName;
use dlms_security::certificate::GrowingCertificates;
use dlms_security::{
    CounterId, GrowingKeys, InvocationCounters, Protection, PublicKey, RamCounters, SecurityPolicy,
    SoftwareProvider,
};

use firmware::ActiveVersion;
use getrandom::SysRng;
use house::House;
pub(crate) use identity::Identity;
pub(crate) use objects::{CAPTURE_PERIOD, LOAD_PROFILE, ROWS};
use rights::Rights;
pub(crate) use running::{Audit, RunningMeter};
use time::MeterTime;

/// COSEM logical device name.
const NAME: &[u8] = b"MAC0000000000001";
/// Serial number.
const SERIAL_NUMBER: &[u8] = b"00000001";

/// The meter as a logical device.
pub(crate) type Meter = Device<
    'static,
    ObjectList,
    SoftwareProvider<SysRng, GrowingKeys>,
    RamCounters,
    Rights,
    12,
    256,
    InOrder,
    Option<GrowingCertificates>,
>;

/// What may differ from meter to meter.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Where the house's habits come from.
    pub(crate) seed: u64,
    /// How many times as fast as ours its time runs.
    pub(crate) speed: u32,
    /// The protection that the management client's messages have at least.
    pub(crate) policy: Protection,
    /// The largest APDU it takes, in octets.
    pub(crate) pdu_size: u16,
    /// Its suite, and what goes with it.
    pub(crate) identity: Identity,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 402,
            speed: 1,
            policy: Protection::AUTHENTICATED_ENCRYPTED,
            pdu_size: 1024,
            identity: Identity::default(),
        }
    }
}

/// The meter, with what drives it.
#[derive(Debug)]
pub(crate) struct VirtualMeter {
    /// The logical device.
    pub(crate) device: Meter,
    /// What is due in it, and when.
    pub(crate) schedule: Schedule,
}

/// What the meter does by itself as time passes.
#[derive(Debug)]
pub(crate) struct Schedule {
    time: MeterTime,
    /// The capture period of the last row.
    captured: i64,
    firmware: ActiveVersion,
}

impl VirtualMeter {
    /// A meter that has been in its house for thirty days.
    pub(crate) fn new(options: Options) -> Self {
        let time = MeterTime::new(options.speed);
        let period = i64::from(CAPTURE_PERIOD) * 1_000;
        let captured = time.world().div_euclid(period);
        let house = House::new(options.seed, (captured - i64::from(ROWS)) * period);
        let firmware = ActiveVersion::default();
        let objects = objects::objects(&Arc::new(Mutex::new(house)), &time, &firmware);
        let config = DeviceConfig {
            max_receive_pdu_size: options.pdu_size,
            suite: options.identity.suite,
            ..DeviceConfig::new(NAME, keys::METER_TITLE)
        };
        let mut device = Device::new(config, objects, Rights, options.identity.provider(), counters())
            .with_short_names(InOrder)
            .with_certificates(options.identity.certificates());
        for association in associations(options.policy, options.identity.client_key()) {
            // There is room for all of them.
            let _ = device.offer(association);
        }
        Self { device, schedule: Schedule { time, captured, firmware } }
    }
}

impl Schedule {
    /// Does what is due: the version of a firmware that was activated is shown, and a row of the load profile is captured when
    /// its period is over.
    pub(crate) fn advance(&mut self, device: &mut Meter) {
        if let Some(version) = self.firmware.take() {
            objects::set_firmware_version(&mut device.objects, version);
        }
        let period = self.time.utc_milliseconds().div_euclid(i64::from(CAPTURE_PERIOD) * 1_000);
        if period == self.captured {
            return;
        }
        // A clock that was set back, or far ahead, leaves no row behind for the time in between.
        self.captured = period;
        let mut row = [0; 64];
        if let Some(index) = device.objects.find(7, LOAD_PROFILE) {
            // A row that cannot be captured is missing, as in any meter.
            let _ = server::capture(&mut device.objects, index, &mut row);
        }
    }
}

fn associations(policy: Protection, client_key: Option<PublicKey>) -> Vec<AssociationConfig> {
    let hls = |mechanism| AssociationConfig::new(keys::ANY_PROTECTION, Authentication::Hls(mechanism));
    let password = Secret::new(keys::PASSWORD).unwrap_or(Secret::EMPTY);
    let mut management =
        AssociationConfig::new(keys::MANAGEMENT, Authentication::Hls(MechanismName::HlsGmac));
    management.policy = SecurityPolicy::both(policy);
    let mut associations = vec![
        AssociationConfig::new(keys::PUBLIC, Authentication::None),
        AssociationConfig::new(keys::READER, Authentication::Lls(password)),
        management,
        hls(MechanismName::HlsGmac),
        hls(MechanismName::HlsMd5),
        hls(MechanismName::HlsSha1),
        hls(MechanismName::HlsSha256),
    ];
    if client_key.is_some() {
        let ecdsa = hls(MechanismName::HlsEcdsa);
        associations.push(AssociationConfig { client_signing_key: client_key, ..ecdsa });
    }
    associations
}

/// Counters that begin at the time in seconds: everybody knows the keys, and no two meters that ran one after the
/// other shall have used the same counter.
fn counters() -> InvocationCounters<RamCounters> {
    let mut counters = InvocationCounters::new(RamCounters::new());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    for broadcast in [false, true] {
        // There is room for both.
        let _ = counters.raise(CounterId { setup: 0, broadcast }, u32::try_from(now).unwrap_or(1));
    }
    counters
}
