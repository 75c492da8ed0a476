use core::fmt;

use super::{AcseRequirements, ApplicationContextName, MechanismName, ProtocolVersion, element};
use crate::apdu::tag;
use crate::ber::{self, Elements, Tlv};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// AARQ, A-Associate-Request: the client proposes an association.
///
/// `Debug` prints neither the authentication value, which may be a password, nor the user-information.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Aarq<'a> {
    /// \[0\] Normally left out.
    pub protocol_version: Option<ProtocolVersion>,
    /// \[1\] How objects are referenced, and whether ciphering is permitted.
    pub application_context_name: ApplicationContextName,
    /// \[2\] OCTET STRING.
    pub called_ap_title: Option<&'a [u8]>,
    /// \[3\] OCTET STRING.
    pub called_ae_qualifier: Option<&'a [u8]>,
    /// \[4\] Content of the INTEGER.
    pub called_ap_invocation_id: Option<&'a [u8]>,
    /// \[5\] Content of the INTEGER.
    pub called_ae_invocation_id: Option<&'a [u8]>,
    /// \[6\] The system title of the client: 8 octets, which is not checked here.
    pub calling_ap_title: Option<&'a [u8]>,
    /// \[7\] The client's certificate for digital signatures (DER).
    pub calling_ae_qualifier: Option<&'a [u8]>,
    /// \[8\] Content of the INTEGER.
    pub calling_ap_invocation_id: Option<&'a [u8]>,
    /// \[9\] The id of the user at the client.
    pub calling_ae_invocation_id: Option<u8>,
    /// \[10\] There with LLS and HLS.
    pub sender_acse_requirements: Option<AcseRequirements>,
    /// \[11\] There with LLS and HLS.
    pub mechanism_name: Option<MechanismName>,
    /// \[12\] The password (LLS) or the challenge CtoS (HLS).
    pub calling_authentication_value: Option<&'a [u8]>,
    /// \[29\] Of no meaning.
    pub implementation_information: Option<&'a [u8]>,
    /// \[30\] The InitiateRequest, plain or ciphered; never empty.
    pub user_information: Option<&'a [u8]>,
}

impl Aarq<'_> {
    /// The first octet.
    pub const TAG: u8 = tag::AARQ;

    /// One with this context and nothing else.
    #[must_use]
    pub const fn new(application_context_name: ApplicationContextName) -> Self {
        Self {
            protocol_version: None,
            application_context_name,
            called_ap_title: None,
            called_ae_qualifier: None,
            called_ap_invocation_id: None,
            called_ae_invocation_id: None,
            calling_ap_title: None,
            calling_ae_qualifier: None,
            calling_ap_invocation_id: None,
            calling_ae_invocation_id: None,
            sender_acse_requirements: None,
            mechanism_name: None,
            calling_authentication_value: None,
            implementation_information: None,
            user_information: None,
        }
    }

    /// Whether version1 of the protocol is among the proposed ones, as it is when none is named.
    #[must_use]
    pub const fn proposes_version1(&self) -> bool {
        match self.protocol_version {
            Some(version) => version.version1,
            None => true,
        }
    }

    /// Whether the authentication functional unit is selected.
    #[must_use]
    pub const fn selects_authentication(&self) -> bool {
        matches!(self.sender_acse_requirements, Some(AcseRequirements { authentication: true }))
    }

    fn encode_elements(&self, w: &mut Writer<'_>) {
        element::write_bit(w, 0x80, self.protocol_version.map(|v| v.version1));
        element::write_context_name(w, 0xa1, self.application_context_name);
        element::write_octets(w, 0xa2, self.called_ap_title);
        element::write_octets(w, 0xa3, self.called_ae_qualifier);
        element::write_integer(w, 0xa4, self.called_ap_invocation_id);
        element::write_integer(w, 0xa5, self.called_ae_invocation_id);
        element::write_octets(w, 0xa6, self.calling_ap_title);
        element::write_octets(w, 0xa7, self.calling_ae_qualifier);
        element::write_integer(w, 0xa8, self.calling_ap_invocation_id);
        if let Some(id) = self.calling_ae_invocation_id {
            element::write_code(w, 0xa9, id);
        }
        element::write_bit(w, 0x8a, self.sender_acse_requirements.map(|v| v.authentication));
        element::write_mechanism_name(w, 0x8b, self.mechanism_name);
        element::write_authentication_value(w, 0xac, self.calling_authentication_value);
        element::write_primitive(w, 0x9d, self.implementation_information);
        element::write_octets(w, 0xbe, self.user_information);
    }
}

impl Encode for Aarq<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        ber::constructed(w, Self::TAG, &|w| self.encode_elements(w));
    }
}

impl<'a> Decode<'a> for Aarq<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut elements = Elements::new(Tlv::expect(r, Self::TAG, "AARQ")?.value);
        let mut aarq = Self::new(ApplicationContextName::LogicalName);
        let mut context = None;
        while let Some(e) = elements.next_element()? {
            match e.tag {
                0x80 => aarq.protocol_version = Some(element::protocol_version(&e)?),
                0xa1 => context = Some(element::context_name(e)?),
                0xa2 => aarq.called_ap_title = Some(element::octets(e)?),
                0xa3 => aarq.called_ae_qualifier = Some(element::octets(e)?),
                0xa4 => aarq.called_ap_invocation_id = Some(element::integer(e)?),
                0xa5 => aarq.called_ae_invocation_id = Some(element::integer(e)?),
                0xa6 => aarq.calling_ap_title = Some(element::octets(e)?),
                0xa7 => aarq.calling_ae_qualifier = Some(element::octets(e)?),
                0xa8 => aarq.calling_ap_invocation_id = Some(element::integer(e)?),
                0xa9 => aarq.calling_ae_invocation_id = Some(element::code(e, "calling-AE-invocation-id")?),
                0x8a => aarq.sender_acse_requirements = Some(element::requirements(&e)?),
                0x8b => aarq.mechanism_name = Some(element::mechanism_name(&e)?),
                0xac => aarq.calling_authentication_value = Some(element::authentication_value(e)?),
                0x9d => aarq.implementation_information = Some(e.value.rest()),
                0xbe => aarq.user_information = Some(element::user_information(e)?),
                _ => {}
            }
        }
        aarq.application_context_name =
            context.ok_or_else(|| elements.missing("AARQ: no application-context-name"))?;
        Ok(aarq)
    }
}

impl fmt::Debug for Aarq<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |value: Option<&[u8]>| value.map(|_| format_args!(".."));
        f.debug_struct("Aarq")
            .field("protocol_version", &self.protocol_version)
            .field("application_context_name", &self.application_context_name)
            .field("called_ap_title", &self.called_ap_title)
            .field("called_ae_qualifier", &self.called_ae_qualifier)
            .field("called_ap_invocation_id", &self.called_ap_invocation_id)
            .field("called_ae_invocation_id", &self.called_ae_invocation_id)
            .field("calling_ap_title", &self.calling_ap_title)
            .field("calling_ae_qualifier", &self.calling_ae_qualifier)
            .field("calling_ap_invocation_id", &self.calling_ap_invocation_id)
            .field("calling_ae_invocation_id", &self.calling_ae_invocation_id)
            .field("sender_acse_requirements", &self.sender_acse_requirements)
            .field("mechanism_name", &self.mechanism_name)
            .field("calling_authentication_value", &hidden(self.calling_authentication_value))
            .field("implementation_information", &self.implementation_information)
            .field("user_information", &hidden(self.user_information))
            .finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Aarq<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "Aarq {{ application_context_name: {}, calling_ap_title: {}, mechanism_name: {}, .. }}",
            self.application_context_name,
            self.calling_ap_title,
            self.mechanism_name,
        );
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{hex, is_canonical};
    use super::*;
    use crate::apdu::{Conformance, InitiateRequest};
    use crate::codec::DecodeErrorKind;

    const PLAIN: &str = "601D A109060760857405080101 BE10040E 01000000065F1F0400007E1F04B0";
    const LLS: &str = "6036 A109060760857405080101 8A020780 8B0760857405080201 AC0A8008 3132333435363738 \
        BE10040E 01000000065F1F0400007E1F04B0";
    const HLS: &str = "6036 A109060760857405080101 8A020780 8B0760857405080205 AC0A8008 4B35366956616759 \
        BE10040E 01000000065F1F0400007E1F04B0";
    pub(in super::super) const CIPHERED: &str = "6066 A109060760857405080103 A60A04084D4D4D0000BC614E 8A020780 \
        8B0760857405080201 AC0A80083132333435363738 BE340432 2130 30 01234567 \
        801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE6841DB204D39EE6FDB8E356855";
    const DUMMIES: &str = "6036 A109060760857405080101 A203040144 A303040144 A403020100 A503020100 A803020100 \
        BE10040E 01000000065F1F040060FE9FFFFF";

    fn fails(text: &str) -> (DecodeErrorKind, usize) {
        let octets = hex(text);
        let error = Aarq::from_bytes(&octets).unwrap_err();
        (error.kind, error.offset)
    }

    #[test]
    fn without_authentication() {
        let octets = hex(PLAIN);
        let aarq = Aarq::from_bytes(&octets).unwrap();
        let user_information = Some(&octets[17..]);
        assert_eq!(aarq, Aarq { user_information, ..Aarq::new(ApplicationContextName::LogicalName) });
        assert!(aarq.proposes_version1() && !aarq.selects_authentication());
        is_canonical(&aarq, &octets);
        let initiate = InitiateRequest::from_bytes(aarq.user_information.unwrap()).unwrap();
        assert_eq!(initiate.client_max_receive_pdu_size, 1200);
        assert_eq!(initiate.conformance, Conformance::from_octets([0, 0x7e, 0x1f]));
    }

    #[test]
    fn with_authentication() {
        for (text, mechanism, value) in
            [(LLS, MechanismName::Lls, b"12345678"), (HLS, MechanismName::HlsGmac, b"K56iVagY")]
        {
            let octets = hex(text);
            let aarq = Aarq::from_bytes(&octets).unwrap();
            assert_eq!(aarq.mechanism_name, Some(mechanism));
            assert_eq!(aarq.calling_authentication_value, Some(&value[..]));
            assert!(aarq.selects_authentication());
            is_canonical(&aarq, &octets);
        }
    }

    #[test]
    fn ciphered() {
        let octets = hex(CIPHERED);
        let aarq = Aarq::from_bytes(&octets).unwrap();
        assert_eq!(aarq.application_context_name, ApplicationContextName::LogicalNameCiphered);
        assert_eq!(aarq.calling_ap_title, Some(&hex("4D4D4D0000BC614E")[..]));
        assert_eq!(aarq.user_information.unwrap()[..2], [0x21, 0x30]);
        is_canonical(&aarq, &octets);
    }

    #[test]
    fn every_element_there_is() {
        let octets = hex(DUMMIES);
        let aarq = Aarq::from_bytes(&octets).unwrap();
        assert_eq!((aarq.called_ap_title, aarq.called_ae_qualifier), (Some(&b"D"[..]), Some(&b"D"[..])));
        assert_eq!(aarq.called_ap_invocation_id, Some(&[0][..]));
        is_canonical(&aarq, &octets);

        let long = [0x5a; 300];
        let all = Aarq {
            protocol_version: Some(ProtocolVersion { version1: false }),
            application_context_name: ApplicationContextName::from_id(200),
            called_ap_title: Some(b"a"),
            called_ae_qualifier: Some(b""),
            called_ap_invocation_id: Some(&[1, 2]),
            called_ae_invocation_id: Some(&[3]),
            calling_ap_title: Some(b"01234567"),
            calling_ae_qualifier: Some(&long),
            calling_ap_invocation_id: Some(&[4]),
            calling_ae_invocation_id: Some(200),
            sender_acse_requirements: Some(AcseRequirements { authentication: false }),
            mechanism_name: Some(MechanismName::from_id(10)),
            calling_authentication_value: Some(b""),
            implementation_information: Some(b"x"),
            user_information: Some(&[1]),
        };
        let mut out = [0; 512];
        let octets = all.encode_to_slice(&mut out).unwrap();
        assert_eq!(octets[..2], [0x60, 0x82]);
        assert_eq!(Aarq::from_bytes(octets), Ok(all));
        assert!(!all.proposes_version1() && !all.selects_authentication());
        is_canonical(&all, octets);
    }

    #[test]
    fn what_others_send_reads_too() {
        let canonical = hex(PLAIN);
        for text in [
            // longer lengths than needed
            "60820022 A10A 06810760857405080101 BE820012 0482000E 01000000065F1F0400007E1F04B0",
            // unknown elements, and implementation-information in the ways it is miswritten
            "6032 A109060760857405080101 AB03020107 AD03800141 BD03800142 \
             BE10040E 01000000065F1F0400007E1F04B0 BF1F03020107",
        ] {
            let octets = hex(text);
            let aarq = Aarq::from_bytes(&octets).unwrap();
            assert_eq!(aarq.encode_to_slice(&mut [0; 64]).unwrap(), canonical, "{text}");
        }
    }

    #[test]
    fn bit_strings_of_any_size() {
        for (text, set) in [
            ("6014 80020284 A109060760857405080101 8A0304F000", true),
            ("6012 80020700 A109060760857405080101 8A0100", false),
        ] {
            let octets = hex(text);
            let aarq = Aarq::from_bytes(&octets).unwrap();
            assert_eq!(aarq.protocol_version, Some(ProtocolVersion { version1: set }));
            assert_eq!(aarq.sender_acse_requirements, Some(AcseRequirements { authentication: set }));
        }
    }

    #[test]
    fn an_unknown_context_is_for_the_server_to_refuse() {
        let octets = hex("601D A10906075F857504070203 BE10040E 01000000065F1F04007C1BA0FFFF");
        let aarq = Aarq::from_bytes(&octets).unwrap();
        assert_eq!(aarq.application_context_name.id(), None);
        is_canonical(&aarq, &octets);
    }

    #[test]
    fn what_is_broken_is_refused_where_it_is() {
        use DecodeErrorKind::{InvalidValue, Length, Trailing, Truncated, UnknownTag, WrongType};
        for (text, kind, offset) in [
            ("6129", WrongType { expected: "AARQ", found: 0x61 }, 0),
            ("6080 A109060760857405080101 0000", Length, 1),
            ("6000", InvalidValue("AARQ: no application-context-name"), 2),
            ("6004 BE020400", InvalidValue("user-information"), 6),
            ("6003 BE0104", Truncated { missing: 1 }, 5),
            ("6004 BE020E00", WrongType { expected: "OCTET STRING", found: 0x0e }, 4),
            ("6007 BE05040101 0000", Trailing(2), 7),
            ("6006 BE0404040101", Truncated { missing: 2 }, 6),
            ("6004 A1020700", WrongType { expected: "OBJECT IDENTIFIER", found: 7 }, 4),
            ("6004 A1020600", InvalidValue("OBJECT IDENTIFIER"), 6),
            // the system title without its own tag
            ("600A A6084D4D4D0000BC614E", WrongType { expected: "OCTET STRING", found: 0x4d }, 4),
            ("6006 A90402010100", Trailing(1), 7),
            ("6006 A90402020100", InvalidValue("calling-AE-invocation-id"), 6),
            ("6004 A4020200", InvalidValue("INTEGER"), 6),
            ("6004 8A020880", InvalidValue("acse-requirements"), 4),
            ("6003 8A0107", InvalidValue("acse-requirements"), 4),
            ("6004 AC028100", WrongType { expected: "charstring", found: 0x81 }, 4),
            ("6004 04020000", UnknownTag(4), 2),
            ("600B 8B0760857405080201 A100", InvalidValue("order of elements"), 11),
            ("600A A6030401AA A6030401AA", InvalidValue("order of elements"), 7),
        ] {
            assert_eq!(fails(text), (kind, offset), "{text}");
        }
        let octets = [&hex(PLAIN)[..], &[0]].concat();
        assert_eq!(Aarq::from_bytes(&octets).unwrap_err().kind, Trailing(1));
    }

    #[test]
    fn debug_hides_secrets() {
        let aarq = Aarq {
            calling_authentication_value: Some(&[0xab; 8]),
            user_information: Some(&[0xab; 8]),
            ..Aarq::new(ApplicationContextName::LogicalName)
        };
        let text = std::format!("{aarq:?}");
        assert!(!text.contains("171") && text.contains("calling_authentication_value: Some(..)"), "{text}");
    }
}
