//! A small meter: three clients, a few registers, a clock, a breaker, a load profile, something long to write.

use crate::sealed_once::SealedOnce;
use cosem_classes::model::{
    AccessMode, AccessRights, CaptureObject, ClassInfo, Effect, Instance, ObjectList, Unrestricted,
};
use cosem_classes::profile_generic::{HeapRing, ProfileGeneric, StoredProfile};
use cosem_classes::register::{Register, StoredRegister};
use cosem_classes::{ScalerUnit, Unit, data};
use dlms::server::{AssociationConfig, Device, DeviceConfig, InOrder};
use dlms::{Authentication, Secret};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::{ActionResult, AttributeDescriptor, DataAccessResult, MethodDescriptor};
use dlms_core::codec::Encode;
use dlms_core::crypto::{KeyId, KeyKind};
use dlms_core::data::{Any, Data, DataBuf};
use dlms_security::{InvocationCounters, Protection, RamCounters, SystemTitle};
use obis::{ObisCode, obis};
use rand_core::{TryCryptoRng, TryRng};

pub const PUBLIC: u16 = 16;
pub const READER: u16 = 32;
pub const MANAGER: u16 = 1;
pub const PASSWORD: &[u8] = b"00000000";
pub const CLIENT_TITLE: SystemTitle = SystemTitle(*b"CLIENT01");
pub const METER_TITLE: SystemTitle = SystemTitle(*b"MTR00001");

pub const ENERGY: Register = Register::at(obis!("1-0:1.8.0.255"));
pub const SECRET_REGISTER: Register = Register::at(obis!("1-0:2.8.0.255"));
pub const PROFILE: ProfileGeneric = ProfileGeneric::at(obis!("1-0:99.1.0.255"));
pub const NOTE: data::Data = data::Data::at(obis!("0-0:96.13.0.255"));
pub const BELL: Bell = Bell::at(obis!("0-0:128.0.0.255"));

/// Random enough for tests, and the same each time.
#[derive(Debug, Clone)]
pub struct Dice(pub u64);
impl TryRng for Dice {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.try_next_u64().map(|v| (v >> 32) as u32)
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok(self.0 ^ self.0 >> 29)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in out.chunks_mut(8) {
            let octets = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&octets[..chunk.len()]);
        }
        Ok(())
    }
}
impl TryCryptoRng for Dice {}

pub type Provider = SealedOnce;
pub type Meter = Device<'static, ObjectList, Provider, RamCounters, Rights, 4, 64, InOrder>;

pub const fn key(kind: KeyKind) -> KeyId {
    KeyId { setup: 0, kind }
}

/// A provider with the keys everybody has: number 1 is the meter's.
pub fn provider(seed: u64) -> Provider {
    let own = if seed == 1 { METER_TITLE } else { CLIENT_TITLE };
    let mut provider = Provider::new(Dice(seed), own);
    let keys: [(KeyKind, u8); 4] = [
        (KeyKind::GlobalBroadcastEncryption, 0xb0),
        (KeyKind::GlobalUnicastEncryption, 0x00),
        (KeyKind::Authentication, 0xd0),
        (KeyKind::KeyEncryption, 0x30),
    ];
    for (kind, first) in keys {
        let octets: Vec<u8> = (0..16).map(|i| first + i).collect();
        provider.set_key(key(kind), &octets).unwrap();
    }
    provider
}

/// Everybody reads, the manager does what classes allow; one register nobody may touch.
#[derive(Debug, Clone, Copy)]
pub struct Rights;
impl AccessRights for Rights {
    fn attribute(&self, client: u16, class: &ClassInfo, attribute: &AttributeDescriptor) -> AccessMode {
        match (client, attribute.logical_name) {
            (_, name) if name == obis!("1-0:2.8.0.255") => AccessMode::NONE,
            (MANAGER, _) => Unrestricted.attribute(client, class, attribute),
            _ => AccessMode::READ,
        }
    }
    fn method(&self, client: u16, class: &ClassInfo, method: &MethodDescriptor) -> AccessMode {
        if client == MANAGER { Unrestricted.method(client, class, method) } else { AccessMode::NONE }
    }
}

/// A value of any length that a client may write.
pub struct Note(pub DataBuf);
impl data::Serve for Note {
    fn value(&self) -> cosem_classes::model::Answer<'_, Any> {
        Ok(self.0.as_data())
    }
    fn set_value(&mut self, value: Data<'_>) -> Result<Effect, DataAccessResult> {
        self.0 = DataBuf::from(value);
        Ok(Effect::None)
    }
}

mod bell {
    use dlms_core::data::OctetString;
    cosem_classes::class! {
        /// A bell that counts how often it was rung, and echoes.
        pub Bell = 8192, version 0, "Bell", methods at 0x20;
        attributes {
            /// How often it was rung.
            2 count: u32, dynamic;
        }
        methods {
            /// Rings, and gives back what it was given, twice.
            1 ring(OctetString) -> OctetString;
        }
    }
}
pub use bell::Bell;

/// Counts how often it was rung.
pub struct Counted(pub u32);
impl bell::Serve for Counted {
    fn count(&self) -> cosem_classes::model::Answer<'_, u32> {
        Ok(self.0)
    }
    fn ring(
        &mut self,
        parameter: dlms_core::data::Octets<'_>,
        result: &mut dlms_core::codec::Writer<'_>,
    ) -> Result<Effect, ActionResult> {
        self.0 += 1;
        Data::OctetString(&[parameter.0, parameter.0].concat()).encode(result);
        Ok(Effect::None)
    }
}

/// The row of the load profile with this number.
pub fn row(number: u32) -> Vec<u8> {
    let mut row = Vec::new();
    row.extend(Data::DoubleLongUnsigned(number).encode_to_vec());
    row.extend(Data::LongUnsigned((number % 1000) as u16).encode_to_vec());
    row
}

/// The logical device at SAP `sap`, with so many rows of load profile.
pub fn meter(sap: u16, rows: u32, policy: Protection) -> Meter {
    let lls = Authentication::Lls(Secret::new(PASSWORD).unwrap());
    let mut manager = AssociationConfig::new(MANAGER, Authentication::Hls(MechanismName::HlsGmac));
    manager.policy = dlms_security::SecurityPolicy::both(policy);
    let public = AssociationConfig::new(PUBLIC, Authentication::None);
    offering(sap, rows, [public, AssociationConfig::new(READER, lls), manager])
}

/// The same, that offers these associations.
pub fn offering<const N: usize>(sap: u16, rows: u32, associations: [AssociationConfig; N]) -> Meter {
    let config = DeviceConfig { sap, ..DeviceConfig::new(b"MTR0000000000001", METER_TITLE) };
    made_as(config, rows, associations)
}

/// The one that takes messages of so many octets, and so many blocks in a row, at most.
pub fn taking(max_receive_pdu_size: u16, block_window: u8, rows: u32) -> Meter {
    let config = DeviceConfig::new(b"MTR0000000000001", METER_TITLE);
    let config = DeviceConfig { max_receive_pdu_size, block_window, ..config };
    let manager = AssociationConfig::new(MANAGER, Authentication::Hls(MechanismName::HlsGmac));
    made_as(config, rows, [AssociationConfig::new(PUBLIC, Authentication::None), manager])
}

/// The one that is so, and offers these associations.
pub fn made_as<const N: usize>(
    config: DeviceConfig<'static>,
    rows: u32,
    associations: [AssociationConfig; N],
) -> Meter {
    let mut objects = ObjectList::new();
    let watt_hours = ScalerUnit { scaler: 0, unit: Unit::WattHour };
    let name = |register: Register| register.logical_name().descriptor().logical_name;
    objects.insert(Instance::<Register, _>::new(name(ENERGY), StoredRegister::new(123_456u32, watt_hours)));
    objects
        .insert(Instance::<Register, _>::new(name(SECRET_REGISTER), StoredRegister::new(7u32, watt_hours)));
    let note = Note(DataBuf::from(Data::OctetString(&[])));
    objects.insert(Instance::<data::Data, _>::new(obis!("0-0:96.13.0.255"), note));
    objects.insert(Instance::<Bell, _>::new(obis!("0-0:128.0.0.255"), Counted(0)));

    let columns = [
        CaptureObject::whole(ENERGY.value().descriptor()),
        CaptureObject::whole(AttributeDescriptor::new(1, obis!("0-0:96.10.1.255"), 2)),
    ];
    let mut profile = StoredProfile::<_, 4>::new(HeapRing::new(rows.max(1)), &columns, 900);
    for number in 0..rows {
        profile.add(&row(number)).unwrap();
    }
    objects.insert(Instance::<ProfileGeneric, _>::new(obis!("1-0:99.1.0.255"), profile));

    let mut device =
        Device::new(config, objects, Rights, provider(1), InvocationCounters::new(RamCounters::new()))
            .with_short_names(InOrder);
    for association in associations {
        device.offer(association).unwrap();
    }
    device
}

/// How often the bell was rung.
pub fn rings(meter: &mut Meter) -> u32 {
    use cosem_classes::model::{Object, Objects};
    let name: ObisCode = BELL.logical_name().descriptor().logical_name;
    let index = meter.objects.find(Bell::INFO.id, name).unwrap();
    let object: &dyn Object = meter.objects.at(index).unwrap();
    let mut out = [0; 5];
    object.get(2, None, &mut dlms_core::codec::Writer::new(&mut out)).unwrap();
    u32::from_be_bytes([out[1], out[2], out[3], out[4]])
}
