use std::sync::PoisonError;

use cosem_classes::clock::{Clock, DaylightSaving, LocalClock, TimeSource};
use cosem_classes::disconnect_control::{Breaker, ControlMode, ControlState, DisconnectControl};
use cosem_classes::extended_register::{ExtendedRegister, StoredExtendedRegister};
use cosem_classes::image_transfer::{ImageReceiver, ImageTransfer};
use cosem_classes::model::{Answer, CaptureObject, Effect, Instance, ObjectList};
use cosem_classes::profile_generic::{HeapRing, ProfileGeneric, StoredProfile};
use cosem_classes::push_setup::v0::PushSetup;
use cosem_classes::push_setup::{RepetitionDelay, StoredPushSetup};
use cosem_classes::register::{self, Register};
use cosem_classes::{ScalerUnit, Unit, data};
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult};
use dlms_core::codec::Encode;
use dlms_core::data::{Any, Data, DataBuf, Date, DateTime, Deviation, Time};
use obis::{ObisCode, obis};

use super::firmware::{ActiveVersion, Flash};
use super::house::{House, MainSwitch, SharedHouse};
use super::rights::{LOCKED, MESSAGE};
use super::time::MeterTime;

/// The load profile.
pub(crate) const LOAD_PROFILE: ObisCode = obis!("1-0:99.1.0.255");
/// Rows of the load profile: thirty days of quarters.
pub(crate) const ROWS: u32 = 30 * 96;
/// Seconds between two rows.
pub(crate) const CAPTURE_PERIOD: u32 = 900;
pub(super) const CLOCK: ObisCode = obis!("0-0:1.0.0.255");
/// What the meter pushes when its method is invoked.
const PUSH_SETUP: ObisCode = obis!("0-0:25.9.0.255");
const STATUS: ObisCode = obis!("0-0:96.10.1.255");
const IMPORT: ObisCode = obis!("1-0:1.8.0.255");
const EXPORT: ObisCode = obis!("1-0:2.8.0.255");
/// Octets of a block of an image.
const BLOCK_SIZE: u32 = 192;
/// Octets that the consumer message takes at most.
const MESSAGE_LEN: usize = 64 * 1024;

/// A quantity that is measured when it is asked for.
struct Measured {
    house: SharedHouse,
    time: MeterTime,
    scaler_unit: ScalerUnit,
    measure: fn(&House, i64) -> Data<'static>,
}

impl register::Serve for Measured {
    fn value(&self) -> Answer<'_, Any> {
        let mut house = self.house.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.time.world();
        house.advance(now);
        Ok((self.measure)(&house, now))
    }

    fn scaler_unit(&self) -> Answer<'_, ScalerUnit> {
        Ok(self.scaler_unit)
    }
}

/// Any value that a client may write, up to a length.
struct Message(DataBuf);

impl data::Serve for Message {
    fn value(&self) -> Answer<'_, Any> {
        Ok(self.0.as_data())
    }

    fn set_value(&mut self, value: Data<'_>) -> Result<Effect, DataAccessResult> {
        match value {
            Data::OctetString(octets) if octets.len() <= MESSAGE_LEN => {
                self.0 = DataBuf::from(value);
                Ok(Effect::None)
            }
            Data::OctetString(_) => Err(DataAccessResult::OtherReason),
            _ => Err(DataAccessResult::TypeUnmatched),
        }
    }
}

/// The version of the firmware.
struct FirmwareVersion(Vec<u8>);

impl data::Serve for FirmwareVersion {
    fn value(&self) -> Answer<'_, Any> {
        Ok(Data::OctetString(&self.0))
    }
}

/// All objects of the meter but those the server has itself.
pub(crate) fn objects(house: &SharedHouse, time: &MeterTime, firmware: &ActiveVersion) -> ObjectList {
    let mut objects = ObjectList::new();
    for (name, value) in [
        (obis!("0-0:42.0.0.255"), super::NAME),
        (obis!("0-0:96.1.0.255"), super::SERIAL_NUMBER),
        (obis!("0-0:96.1.1.255"), b"ST402D"),
        (LOCKED, b"locked"),
    ] {
        objects.insert(Instance::<data::Data, _>::new(name, value));
    }
    objects.insert(Instance::<data::Data, _>::new(STATUS, data::StoredData::new(0u8)));
    let message = Message(DataBuf::from(Data::OctetString(&[])));
    objects.insert(Instance::<data::Data, _>::new(MESSAGE, message));
    objects.insert(Instance::<Clock, _>::new(CLOCK, clock(time.clone())));
    let breaker = Breaker::new(MainSwitch(house.clone()), ControlState::Connected, ControlMode(4));
    objects.insert(Instance::<DisconnectControl, _>::new(obis!("0-0:96.3.10.255"), breaker));
    for (name, scaler, unit, measure) in QUANTITIES {
        let scaler_unit = ScalerUnit { scaler: *scaler, unit: *unit };
        let state = Measured { house: house.clone(), time: time.clone(), scaler_unit, measure: *measure };
        objects.insert(Instance::<Register, _>::new(*name, state));
    }
    let mut demand = StoredExtendedRegister::new(0u32, ScalerUnit { scaler: 0, unit: Unit::Watt }, 0u8);
    demand.capture(4_711u32, 0u8, DateTime::from_utc_seconds(time.world() / 1_000 - 86_400, Deviation(-60)));
    objects.insert(Instance::<ExtendedRegister, _>::new(obis!("1-0:1.6.0.255"), demand));
    objects.insert(Instance::<ProfileGeneric, _>::new(LOAD_PROFILE, load_profile(house, time)));
    objects.insert(Instance::<PushSetup, _>::new(PUSH_SETUP, push_setup()));
    set_firmware_version(&mut objects, b"V030001".to_vec());
    let receiver = ImageReceiver::new(Flash::new(firmware.clone()), BLOCK_SIZE, Vec::new());
    objects.insert(Instance::<ImageTransfer, _>::new(obis!("0-0:44.0.0.255"), receiver));
    objects
}

/// Shows this version of the firmware from now on.
pub(super) fn set_firmware_version(objects: &mut ObjectList, version: Vec<u8>) {
    objects.insert(Instance::<data::Data, _>::new(obis!("1-0:0.2.0.255"), FirmwareVersion(version)));
}

/// A push of who the meter is, the time and the energies, to nobody yet.
fn push_setup() -> StoredPushSetup<1024> {
    let whole = |class_id, name, id| CaptureObject::whole(AttributeDescriptor::new(class_id, name, id));
    let mut setup = StoredPushSetup::new(&[
        whole(40, PUSH_SETUP, 1),
        whole(1, obis!("0-0:42.0.0.255"), 2),
        whole(8, CLOCK, 2),
        whole(3, IMPORT, 2),
        whole(3, EXPORT, 2),
    ]);
    setup.number_of_retries = 3;
    setup.repetition_delay = RepetitionDelay::every(10);
    setup
}

type Quantity = (ObisCode, i8, Unit, fn(&House, i64) -> Data<'static>);

const QUANTITIES: &[Quantity] = &[
    (IMPORT, 0, Unit::WattHour, |house, _| counted(house.energies().0.total())),
    (obis!("1-0:1.8.1.255"), 0, Unit::WattHour, |house, _| counted(house.energies().0.day)),
    (obis!("1-0:1.8.2.255"), 0, Unit::WattHour, |house, _| counted(house.energies().0.night)),
    (EXPORT, 0, Unit::WattHour, |house, _| counted(house.energies().1)),
    (obis!("1-0:1.7.0.255"), 0, Unit::Watt, |house, now| counted(house.power(now).max(0.0))),
    (obis!("1-0:2.7.0.255"), 0, Unit::Watt, |house, now| counted((-house.power(now)).max(0.0))),
    (obis!("1-0:32.7.0.255"), -1, Unit::Volt, |house, now| tenths(house.voltage(now, 0))),
    (obis!("1-0:52.7.0.255"), -1, Unit::Volt, |house, now| tenths(house.voltage(now, 1))),
    (obis!("1-0:72.7.0.255"), -1, Unit::Volt, |house, now| tenths(house.voltage(now, 2))),
    (obis!("1-0:31.7.0.255"), -2, Unit::Ampere, |house, now| tenths(house.current(now, 0) * 10.0)),
    (obis!("1-0:51.7.0.255"), -2, Unit::Ampere, |house, now| tenths(house.current(now, 1) * 10.0)),
    (obis!("1-0:71.7.0.255"), -2, Unit::Ampere, |house, now| tenths(house.current(now, 2) * 10.0)),
    (obis!("1-0:14.7.0.255"), -2, Unit::Hertz, |_, _| Data::LongUnsigned(5_000)),
];

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
const fn counted(value: f64) -> Data<'static> {
    Data::DoubleLongUnsigned(value as u32)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
const fn tenths(value: f64) -> Data<'static> {
    Data::LongUnsigned((value * 10.0) as u16)
}

/// A clock on Central European Time.
fn clock<S: TimeSource>(source: S) -> LocalClock<S> {
    let last_sunday = |month, hour| DateTime {
        date: Date { year: 0xffff, month, day_of_month: 0xfe, day_of_week: 7 },
        time: Time { hour, minute: 0, second: 0, hundredths: 0 },
        deviation: Deviation::NOT_SPECIFIED,
        ..DateTime::NOT_SPECIFIED
    };
    let daylight_saving =
        DaylightSaving { begin: last_sunday(3, 2), end: last_sunday(10, 3), deviation: 60, enabled: true };
    LocalClock::new(source, -60, daylight_saving)
}

/// Thirty days of quarters, up to now, by what the house took in them.
fn load_profile(house: &SharedHouse, time: &MeterTime) -> StoredProfile<HeapRing, 4> {
    let column = |class_id, name, id| CaptureObject::whole(AttributeDescriptor::new(class_id, name, id));
    let columns = [column(8, CLOCK, 2), column(1, STATUS, 2), column(3, IMPORT, 2), column(3, EXPORT, 2)];
    let mut profile = StoredProfile::new(HeapRing::new(ROWS), &columns, CAPTURE_PERIOD);
    let period = i64::from(CAPTURE_PERIOD) * 1_000;
    let last = time.world().div_euclid(period);
    let mut house = house.lock().unwrap_or_else(PoisonError::into_inner);
    for quarter in last - i64::from(ROWS) + 1..=last {
        let end = quarter * period;
        house.advance(end);
        let (import, export) = house.energies();
        let mut row = Vec::with_capacity(32);
        row.extend(clock(Moment(end)).now().encode_to_vec());
        row.extend(Data::Unsigned(0).encode_to_vec());
        row.extend(counted(import.total()).encode_to_vec());
        row.extend(counted(export).encode_to_vec());
        // The ring has room for all of them.
        let _ = profile.add(&row);
    }
    profile
}

/// A moment, in milliseconds since 1970.
struct Moment(i64);

impl TimeSource for Moment {
    fn utc_milliseconds(&self) -> i64 {
        self.0
    }

    fn set(&mut self, _: i64) -> Result<(), DataAccessResult> {
        Err(DataAccessResult::ReadWriteDenied)
    }
}
