use cosem_classes::data;
use cosem_classes::disconnect_control::{Breaker, ControlMode, ControlState, DisconnectControl};
use cosem_classes::model::{
    AccessMode, AccessRights, Answer, CaptureObject, ClassInfo, Effect, Instance, ObjectList, Unrestricted,
};
use cosem_classes::profile_generic::{HeapRing, ProfileGeneric, StoredProfile};
use cosem_classes::register::{Register, StoredRegister};
use cosem_classes::{ScalerUnit, Unit};
use dlms::server::{AssociationConfig, Device, DeviceConfig, InOrder};
use dlms::{Authentication, Secret};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult, MethodDescriptor};
use dlms_core::codec::Encode;
use dlms_core::data::{Any, Data, DataBuf};
use dlms_security::{InvocationCounters, Protection, RamCounters};
use obis::{ObisCode, obis};

use crate::{METER_TITLE, Provider, pdu_size, provider};

/// The client that reads what everybody may.
pub const PUBLIC: u16 = 16;
/// The client with a password.
pub const READER: u16 = 32;
/// The client that may do everything, and has to protect it.
pub const MANAGER: u16 = 1;
pub(crate) const PASSWORD: &[u8] = b"00000000";
/// Rows of the load profile: two messages of the usual size.
const ROWS: u32 = 150;

/// A register.
pub const ENERGY: ObisCode = obis!("1-0:1.8.0.255");
/// What nobody may read.
pub const HIDDEN: ObisCode = obis!("0-0:96.1.9.255");
/// A value of any length that the manager may write.
pub const NOTE: ObisCode = obis!("0-0:96.13.0.255");
/// A breaker that the manager may switch.
pub const BREAKER: ObisCode = obis!("0-0:96.3.10.255");
/// A load profile of more than one message.
pub const PROFILE: ObisCode = obis!("1-0:99.1.0.255");
/// What lies in what nobody may read.
pub const SENTINEL: &[u8] = b"nobody may read this";

/// A logical device.
pub type Meter = Device<'static, ObjectList, Provider, RamCounters, Rights, 4, 8, InOrder>;

/// Everybody reads, the manager does what classes allow; one object nobody may touch.
#[derive(Debug, Clone, Copy)]
pub struct Rights;

impl AccessRights for Rights {
    fn attribute(&self, client: u16, class: &ClassInfo, attribute: &AttributeDescriptor) -> AccessMode {
        match client {
            _ if attribute.logical_name == HIDDEN => AccessMode::NONE,
            MANAGER => Unrestricted.attribute(client, class, attribute),
            _ => AccessMode::READ,
        }
    }

    fn method(&self, client: u16, class: &ClassInfo, method: &MethodDescriptor) -> AccessMode {
        if client == MANAGER { Unrestricted.method(client, class, method) } else { AccessMode::NONE }
    }
}

struct Note(DataBuf);

impl data::Serve for Note {
    fn value(&self) -> Answer<'_, Any> {
        Ok(self.0.as_data())
    }

    fn set_value(&mut self, value: Data<'_>) -> Result<Effect, DataAccessResult> {
        self.0 = DataBuf::from(value);
        Ok(Effect::None)
    }
}

/// The meter, with buffers of so many octets.
#[must_use]
pub fn meter(room: usize) -> Meter {
    let mut objects = ObjectList::new();
    let watt_hours = ScalerUnit { scaler: 0, unit: Unit::WattHour };
    objects.insert(Instance::<Register, _>::new(ENERGY, StoredRegister::new(123_456u32, watt_hours)));
    objects.insert(Instance::<data::Data, _>::new(HIDDEN, SENTINEL));
    let note = Note(DataBuf::from(Data::OctetString(&[])));
    objects.insert(Instance::<data::Data, _>::new(NOTE, note));
    let breaker = Breaker::new(true, ControlState::Connected, ControlMode(4));
    objects.insert(Instance::<DisconnectControl, _>::new(BREAKER, breaker));
    objects.insert(Instance::<ProfileGeneric, _>::new(PROFILE, profile()));

    let max_receive_pdu_size = pdu_size(room);
    let config = DeviceConfig { max_receive_pdu_size, ..DeviceConfig::new(b"MMM0000000000001", METER_TITLE) };
    let counters = InvocationCounters::new(RamCounters::new());
    let mut device = Device::new(config, objects, Rights, provider(1), counters).with_short_names(InOrder);
    let lls = Authentication::Lls(Secret::new(PASSWORD).expect("a short one"));
    let hls = Authentication::Hls(MechanismName::HlsGmac);
    for association in [
        AssociationConfig::new(PUBLIC, Authentication::None),
        AssociationConfig::new(READER, lls),
        AssociationConfig::new(MANAGER, hls).protected(Protection::AUTHENTICATED_ENCRYPTED),
    ] {
        device.offer(association).expect("room for four");
    }
    device
}

fn profile() -> StoredProfile<HeapRing, 4> {
    let energy = Register::at(ENERGY).value().descriptor();
    let status = AttributeDescriptor::new(1, obis!("0-0:96.10.1.255"), 2);
    let mut profile = StoredProfile::new(
        HeapRing::new(ROWS),
        &[CaptureObject::whole(energy), CaptureObject::whole(status)],
        900,
    );
    for number in 0..ROWS {
        let row = [Data::DoubleLongUnsigned(number).encode_to_vec(), Data::Unsigned(1).encode_to_vec()];
        profile.add(&row.concat()).expect("room for so many");
    }
    profile
}
