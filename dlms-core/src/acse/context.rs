use core::fmt;

use crate::ber::ObjectIdentifier;

/// The group of the application contexts below the DLMS UA.
const CONTEXT: u8 = 1;
/// The group of the authentication mechanisms below the DLMS UA.
const MECHANISM: u8 = 2;

/// Application-context-name: how objects are referenced, and whether ciphered APDUs are permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ApplicationContextName {
    /// 2.16.756.5.8.1.1: logical names, no ciphering.
    LogicalName,
    /// 2.16.756.5.8.1.2: short names, no ciphering.
    ShortName,
    /// 2.16.756.5.8.1.3: logical names with ciphering.
    LogicalNameCiphered,
    /// 2.16.756.5.8.1.4: short names with ciphering.
    ShortNameCiphered,
    /// A context the standard does not name.
    Other(ObjectIdentifier),
}

impl ApplicationContextName {
    /// The context of this kind.
    #[must_use]
    pub const fn new(short_name: bool, ciphered: bool) -> Self {
        match (short_name, ciphered) {
            (false, false) => Self::LogicalName,
            (true, false) => Self::ShortName,
            (false, true) => Self::LogicalNameCiphered,
            (true, true) => Self::ShortNameCiphered,
        }
    }

    /// From the last number of the name, context_id.
    #[must_use]
    pub const fn from_id(id: u8) -> Self {
        match id {
            1 => Self::LogicalName,
            2 => Self::ShortName,
            3 => Self::LogicalNameCiphered,
            4 => Self::ShortNameCiphered,
            _ => Self::Other(ObjectIdentifier::dlms_ua(CONTEXT, id)),
        }
    }

    /// The last number of the name, context_id; `None` if it is no context of the DLMS UA.
    #[must_use]
    pub fn id(self) -> Option<u8> {
        match self {
            Self::LogicalName => Some(1),
            Self::ShortName => Some(2),
            Self::LogicalNameCiphered => Some(3),
            Self::ShortNameCiphered => Some(4),
            Self::Other(oid) => id_in(CONTEXT, &oid),
        }
    }

    /// Whether ciphered APDUs are permitted.
    #[must_use]
    pub const fn is_ciphered(self) -> bool {
        matches!(self, Self::LogicalNameCiphered | Self::ShortNameCiphered)
    }

    /// Whether objects are referenced by short names.
    #[must_use]
    pub const fn is_short_name(self) -> bool {
        matches!(self, Self::ShortName | Self::ShortNameCiphered)
    }
}

/// Mechanism-name: how the peers authenticate each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum MechanismName {
    /// 2.16.756.5.8.2.0: no authentication; in the object model only, an AARQ leaves the name out.
    Lowest,
    /// 2.16.756.5.8.2.1: low level, a password.
    Lls,
    /// 2.16.756.5.8.2.2: high level, the manufacturer's own process.
    HlsManufacturer,
    /// 2.16.756.5.8.2.3: high level with MD5.
    HlsMd5,
    /// 2.16.756.5.8.2.4: high level with SHA-1.
    HlsSha1,
    /// 2.16.756.5.8.2.5: high level with GMAC.
    HlsGmac,
    /// 2.16.756.5.8.2.6: high level with SHA-256.
    HlsSha256,
    /// 2.16.756.5.8.2.7: high level with ECDSA.
    HlsEcdsa,
    /// A mechanism the standard does not name.
    Other(ObjectIdentifier),
}

impl MechanismName {
    const NAMED: [Self; 8] = [
        Self::Lowest,
        Self::Lls,
        Self::HlsManufacturer,
        Self::HlsMd5,
        Self::HlsSha1,
        Self::HlsGmac,
        Self::HlsSha256,
        Self::HlsEcdsa,
    ];

    /// From the last number of the name, mechanism_id.
    #[must_use]
    pub const fn from_id(id: u8) -> Self {
        match id {
            0 => Self::Lowest,
            1 => Self::Lls,
            2 => Self::HlsManufacturer,
            3 => Self::HlsMd5,
            4 => Self::HlsSha1,
            5 => Self::HlsGmac,
            6 => Self::HlsSha256,
            7 => Self::HlsEcdsa,
            _ => Self::Other(ObjectIdentifier::dlms_ua(MECHANISM, id)),
        }
    }

    /// The last number of the name, mechanism_id; `None` if it is no mechanism of the DLMS UA.
    #[must_use]
    pub fn id(self) -> Option<u8> {
        match self {
            Self::Lowest => Some(0),
            Self::Lls => Some(1),
            Self::HlsManufacturer => Some(2),
            Self::HlsMd5 => Some(3),
            Self::HlsSha1 => Some(4),
            Self::HlsGmac => Some(5),
            Self::HlsSha256 => Some(6),
            Self::HlsEcdsa => Some(7),
            Self::Other(oid) => id_in(MECHANISM, &oid),
        }
    }

    /// A short name: `none`, `lls`, `hls-gmac`, ...; `other` for what the standard does not name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lowest => "none",
            Self::Lls => "lls",
            Self::HlsManufacturer => "hls-manufacturer",
            Self::HlsMd5 => "hls-md5",
            Self::HlsSha1 => "hls-sha1",
            Self::HlsGmac => "hls-gmac",
            Self::HlsSha256 => "hls-sha256",
            Self::HlsEcdsa => "hls-ecdsa",
            Self::Other(_) => "other",
        }
    }

    /// The mechanism with this short name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|known| known.name() == name)
    }

    /// Whether it is one of high level security: both peers prove themselves, in four passes.
    #[must_use]
    pub const fn is_hls(self) -> bool {
        !matches!(self, Self::Lowest | Self::Lls | Self::Other(_))
    }
}

macro_rules! object_identifier {
    ($($name:ident in $group:ident),*) => {$(
        impl $name {
            /// The seven numbers of the structure form in class Association LN; `None` if it has not just seven.
            #[must_use]
            pub fn arcs(self) -> Option<[u16; 7]> {
                let oid = ObjectIdentifier::from(self);
                let mut numbers = oid.arcs();
                let mut arcs = [0; 7];
                for arc in &mut arcs {
                    *arc = u16::try_from(numbers.next()?).ok()?;
                }
                numbers.next().is_none().then_some(arcs)
            }

            /// From the seven numbers of the structure form in class Association LN; `None` if they are no name.
            #[must_use]
            pub fn from_arcs(arcs: [u16; 7]) -> Option<Self> {
                ObjectIdentifier::from_arcs(&arcs.map(u32::from)).map(Self::from)
            }
        }

        impl From<$name> for ObjectIdentifier {
            fn from(name: $name) -> Self {
                match name {
                    $name::Other(oid) => oid,
                    named => Self::dlms_ua($group, named.id().unwrap_or(0)),
                }
            }
        }

        impl From<ObjectIdentifier> for $name {
            fn from(oid: ObjectIdentifier) -> Self {
                id_in($group, &oid).map_or(Self::Other(oid), Self::from_id)
            }
        }

        /// The object identifier, with points.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&ObjectIdentifier::from(*self), f)
            }
        }
    )*};
}
object_identifier!(ApplicationContextName in CONTEXT, MechanismName in MECHANISM);

fn id_in(group: u8, oid: &ObjectIdentifier) -> Option<u8> {
    oid.as_dlms_ua().filter(|(of, _)| *of == group).map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn every_id_survives() {
        for id in 0..=0xff {
            let context = ApplicationContextName::from_id(id);
            assert_eq!(context.id(), Some(id));
            assert_eq!(ApplicationContextName::from(ObjectIdentifier::from(context)), context);
            assert_eq!(ApplicationContextName::from_arcs(context.arcs().unwrap()), Some(context));
            let mechanism = MechanismName::from_id(id);
            assert_eq!(mechanism.id(), Some(id));
            assert_eq!(MechanismName::from(ObjectIdentifier::from(mechanism)), mechanism);
            assert_eq!(mechanism.arcs(), Some([2, 16, 756, 5, 8, 2, id.into()]));
        }
        assert_eq!(ApplicationContextName::ShortNameCiphered.to_string(), "2.16.756.5.8.1.4");
    }

    #[test]
    fn foreign_names_are_kept() {
        let oid = ObjectIdentifier::from_octets(&[0x5f, 0x85, 0x75, 4, 7, 2, 3]).unwrap();
        let context = ApplicationContextName::from(oid);
        assert_eq!((context, context.id()), (ApplicationContextName::Other(oid), None));
        // a mechanism is no context
        let oid = ObjectIdentifier::dlms_ua(2, 1);
        assert_eq!(ApplicationContextName::from(oid), ApplicationContextName::Other(oid));
        let short = ObjectIdentifier::from_arcs(&[2, 16, 756]).unwrap();
        assert_eq!(MechanismName::from(short).arcs(), None);
        assert_eq!(MechanismName::from_arcs([3, 0, 0, 0, 0, 0, 0]), None);
        let widest = [2, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff];
        assert_eq!(MechanismName::from_arcs(widest).and_then(MechanismName::arcs), Some(widest));
    }

    #[test]
    fn short_names_are_unique() {
        for mechanism in MechanismName::NAMED {
            assert_eq!(MechanismName::from_name(mechanism.name()), Some(mechanism));
        }
        assert_eq!(MechanismName::from_name("other"), None);
    }

    #[test]
    fn kinds_of_context() {
        for short_name in [false, true] {
            for ciphered in [false, true] {
                let context = ApplicationContextName::new(short_name, ciphered);
                assert_eq!((context.is_short_name(), context.is_ciphered()), (short_name, ciphered));
            }
        }
    }
}
