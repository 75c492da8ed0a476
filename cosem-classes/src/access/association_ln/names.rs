use dlms_core::data::{OctetString, Octets};
use dlms_core::{choice, structure};

structure! {
    /// The object identifier of an application context, arc by arc: 2.16.756.5.8.1.n.
    #[derive(Eq)]
    pub struct ContextNameElements {
        /// 2.
        pub joint_iso_ctt: u8,
        /// 16.
        pub country: u8,
        /// 756.
        pub country_name: u16,
        /// 5.
        pub identified_organization: u8,
        /// 8.
        pub dlms_ua: u8,
        /// 1.
        pub application_context: u8,
        /// 1: LN, 2: SN, 3: LN with ciphering, 4: SN with ciphering.
        pub context_id: u8,
    }
}

structure! {
    /// The object identifier of an authentication mechanism, arc by arc: 2.16.756.5.8.2.n.
    #[derive(Eq)]
    pub struct MechanismNameElements {
        /// 2.
        pub joint_iso_ctt: u8,
        /// 16.
        pub country: u8,
        /// 756.
        pub country_name: u16,
        /// 5.
        pub identified_organization: u8,
        /// 8.
        pub dlms_ua: u8,
        /// 2.
        pub authentication_mechanism_name: u8,
        /// 0: none, 1: LLS, 2..=7: HLS.
        pub mechanism_id: u8,
    }
}

choice! {
    /// The application context: arc by arc, or as the octets of the object identifier.
    pub enum ApplicationContextName<'a> => ApplicationContextNameView {
        /// Arc by arc.
        Elements(ContextNameElements) = [2],
        /// The content of the BER OBJECT IDENTIFIER, seven octets; some servers put its tag and length before it.
        Octets(OctetString) = [9],
    }
}

choice! {
    /// The authentication mechanism: arc by arc, or as the octets of the object identifier.
    pub enum MechanismName<'a> => MechanismNameView {
        /// Arc by arc.
        Elements(MechanismNameElements) = [2],
        /// The content of the BER OBJECT IDENTIFIER, seven octets; some servers put its tag and length before it.
        Octets(OctetString) = [9],
    }
}

impl ContextNameElements {
    /// The name of context `context_id`.
    #[must_use]
    pub const fn new(context_id: u8) -> Self {
        Self {
            joint_iso_ctt: 2,
            country: 16,
            country_name: 756,
            identified_organization: 5,
            dlms_ua: 8,
            application_context: 1,
            context_id,
        }
    }
}

impl ApplicationContextNameView<'_> {
    /// Which context it is, if it is one of DLMS.
    #[must_use]
    pub fn context_id(&self) -> Option<u8> {
        match *self {
            Self::Elements(e) if e == ContextNameElements::new(e.context_id) => Some(e.context_id),
            Self::Elements(_) => None,
            Self::Octets(Octets(octets)) => last_arc(octets, 1),
        }
    }
}

impl MechanismNameElements {
    /// The name of mechanism `mechanism_id`.
    #[must_use]
    pub const fn new(mechanism_id: u8) -> Self {
        Self {
            joint_iso_ctt: 2,
            country: 16,
            country_name: 756,
            identified_organization: 5,
            dlms_ua: 8,
            authentication_mechanism_name: 2,
            mechanism_id,
        }
    }
}

impl MechanismNameView<'_> {
    /// Which mechanism it is, if it is one of DLMS.
    #[must_use]
    pub fn mechanism_id(&self) -> Option<u8> {
        match *self {
            Self::Elements(e) if e == MechanismNameElements::new(e.mechanism_id) => Some(e.mechanism_id),
            Self::Elements(_) => None,
            Self::Octets(Octets(octets)) => last_arc(octets, 2),
        }
    }
}

/// n of 2.16.756.5.8.`family`.n, in BER with or without tag and length.
fn last_arc(octets: &[u8], family: u8) -> Option<u8> {
    let octets = octets.strip_prefix(&[6, 7]).unwrap_or(octets);
    match octets {
        [0x60, 0x85, 0x74, 5, 8, f, n] if *f == family => Some(*n),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::codec::{Decode, Encode};

    #[test]
    fn both_forms_name_the_same_context() {
        let octets = [9, 7, 0x60, 0x85, 0x74, 5, 8, 1, 3];
        assert_eq!(ApplicationContextNameView::from_bytes(&octets).unwrap().context_id(), Some(3));
        let elements = [2, 7, 17, 2, 17, 16, 18, 2, 0xf4, 17, 5, 17, 8, 17, 1, 17, 3];
        let name = ApplicationContextNameView::from_bytes(&elements).unwrap();
        assert_eq!(name.context_id(), Some(3));
        assert_eq!(
            ApplicationContextNameView::Elements(ContextNameElements::new(3))
                .encode_to_slice(&mut [0; 20])
                .unwrap(),
            elements
        );
    }

    #[test]
    fn a_mechanism_is_no_context() {
        let octets = [9, 9, 6, 7, 0x60, 0x85, 0x74, 5, 8, 2, 5];
        assert_eq!(MechanismNameView::from_bytes(&octets).unwrap().mechanism_id(), Some(5));
        assert_eq!(ApplicationContextNameView::from_bytes(&octets).unwrap().context_id(), None);
        assert_eq!(MechanismNameView::Elements(MechanismNameElements::new(7)).mechanism_id(), Some(7));
    }
}
