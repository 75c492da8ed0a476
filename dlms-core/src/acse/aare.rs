use super::{
    AcseDiagnostic, AcseRequirements, ApplicationContextName, AssociationResult, MechanismName,
    ProtocolVersion, element,
};
use crate::apdu::tag;
use crate::ber::{self, Elements, Tlv};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// AARE, A-Associate-Response: the server accepts or rejects the association.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Aare<'a> {
    /// \[0\] Normally left out.
    pub protocol_version: Option<ProtocolVersion>,
    /// \[1\] The proposed context, or one that the server supports; some servers leave it out.
    pub application_context_name: Option<ApplicationContextName>,
    /// \[2\] Accepted or not.
    pub result: AssociationResult,
    /// \[3\] Why; accepted with `authentication-required` is the first half of HLS.
    pub result_source_diagnostic: AcseDiagnostic,
    /// \[4\] The system title of the server: 8 octets, which is not checked here.
    pub responding_ap_title: Option<&'a [u8]>,
    /// \[5\] The server's certificate for digital signatures (DER).
    pub responding_ae_qualifier: Option<&'a [u8]>,
    /// \[6\] Content of the INTEGER.
    pub responding_ap_invocation_id: Option<&'a [u8]>,
    /// \[7\] The id of the user at the client.
    pub responding_ae_invocation_id: Option<u8>,
    /// \[8\] There if authentication is used.
    pub responder_acse_requirements: Option<AcseRequirements>,
    /// \[9\] There with HLS.
    pub mechanism_name: Option<MechanismName>,
    /// \[10\] The challenge StoC (HLS).
    pub responding_authentication_value: Option<&'a [u8]>,
    /// \[29\] Of no meaning.
    pub implementation_information: Option<&'a [u8]>,
    /// \[30\] The InitiateResponse or ConfirmedServiceError, plain or ciphered; never empty.
    pub user_information: Option<&'a [u8]>,
}

impl Aare<'_> {
    /// The first octet.
    pub const TAG: u8 = tag::AARE;

    /// One with this context and answer, and nothing else.
    #[must_use]
    pub const fn new(
        application_context_name: ApplicationContextName,
        result: AssociationResult,
        result_source_diagnostic: AcseDiagnostic,
    ) -> Self {
        Self {
            protocol_version: None,
            application_context_name: Some(application_context_name),
            result,
            result_source_diagnostic,
            responding_ap_title: None,
            responding_ae_qualifier: None,
            responding_ap_invocation_id: None,
            responding_ae_invocation_id: None,
            responder_acse_requirements: None,
            mechanism_name: None,
            responding_authentication_value: None,
            implementation_information: None,
            user_information: None,
        }
    }

    fn encode_elements(&self, w: &mut Writer<'_>) {
        element::write_bit(w, 0x80, self.protocol_version.map(|v| v.version1));
        if let Some(name) = self.application_context_name {
            element::write_context_name(w, 0xa1, name);
        }
        element::write_code(w, 0xa2, self.result.code());
        ber::constructed(w, 0xa3, &|w| self.result_source_diagnostic.encode(w));
        element::write_octets(w, 0xa4, self.responding_ap_title);
        element::write_octets(w, 0xa5, self.responding_ae_qualifier);
        element::write_integer(w, 0xa6, self.responding_ap_invocation_id);
        if let Some(id) = self.responding_ae_invocation_id {
            element::write_code(w, 0xa7, id);
        }
        element::write_bit(w, 0x88, self.responder_acse_requirements.map(|v| v.authentication));
        element::write_mechanism_name(w, 0x89, self.mechanism_name);
        element::write_authentication_value(w, 0xaa, self.responding_authentication_value);
        element::write_primitive(w, 0x9d, self.implementation_information);
        element::write_octets(w, 0xbe, self.user_information);
    }
}

impl Encode for Aare<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        ber::constructed(w, Self::TAG, &|w| self.encode_elements(w));
    }
}

impl<'a> Decode<'a> for Aare<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut elements = Elements::new(Tlv::expect(r, Self::TAG, "AARE")?.value);
        // replaced below: both are mandatory
        let mut aare = Self::new(
            ApplicationContextName::LogicalName,
            AssociationResult::RejectedPermanent,
            AcseDiagnostic::NO_REASON_GIVEN,
        );
        aare.application_context_name = None;
        let (mut result, mut diagnostic) = (None, None);
        while let Some(e) = elements.next_element()? {
            match e.tag {
                0x80 => aare.protocol_version = Some(element::protocol_version(&e)?),
                0xa1 => aare.application_context_name = Some(element::context_name(e)?),
                0xa2 => result = Some(AssociationResult::from_code(element::code(e, "result")?)),
                0xa3 => diagnostic = Some(AcseDiagnostic::decode_element(e)?),
                0xa4 => aare.responding_ap_title = Some(element::octets(e)?),
                0xa5 => aare.responding_ae_qualifier = Some(element::octets(e)?),
                0xa6 => aare.responding_ap_invocation_id = Some(element::integer(e)?),
                0xa7 => {
                    aare.responding_ae_invocation_id = Some(element::code(e, "responding-AE-invocation-id")?)
                }
                0x88 => aare.responder_acse_requirements = Some(element::requirements(&e)?),
                0x89 => aare.mechanism_name = Some(element::mechanism_name(&e)?),
                0xaa => aare.responding_authentication_value = Some(element::authentication_value(e)?),
                0x9d => aare.implementation_information = Some(e.value.rest()),
                0xbe => aare.user_information = Some(element::user_information(e)?),
                _ => {}
            }
        }
        aare.result = result.ok_or_else(|| elements.missing("AARE: no result"))?;
        aare.result_source_diagnostic =
            diagnostic.ok_or_else(|| elements.missing("AARE: no result-source-diagnostic"))?;
        Ok(aare)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{hex, is_canonical};
    use super::super::{ProviderDiagnostic, UserDiagnostic};
    use super::*;
    use crate::apdu::{ConfirmedServiceError, InitiateError, InitiateResponse};
    use crate::codec::DecodeErrorKind;

    const ACCEPTED: &str = "6129 A109060760857405080101 A203020100 A305A103020100 \
        BE10040E 0800065F1F040000501F01F40007";
    pub(in super::super) const PENDING: &str = "6142 A109060760857405080101 A203020100 A305A10302010E 88020780 \
        890760857405080205 AA0A8008503677524A323146 BE10040E 0800065F1F040000501F01F40007";
    const REJECTED: &str = "611F A109060760857405080101 A203020101 A305A103020101 BE060404 0E010601";

    #[test]
    fn accepted() {
        let octets = hex(ACCEPTED);
        let aare = Aare::from_bytes(&octets).unwrap();
        let user_information = Some(&octets[29..]);
        let expected =
            Aare::new(ApplicationContextName::LogicalName, AssociationResult::Accepted, AcseDiagnostic::NULL);
        assert_eq!(aare, Aare { user_information, ..expected });
        is_canonical(&aare, &octets);
        let initiate = InitiateResponse::from_bytes(aare.user_information.unwrap()).unwrap();
        assert_eq!((initiate.server_max_receive_pdu_size, initiate.vaa_name), (500, 7));
    }

    #[test]
    fn half_accepted() {
        let octets = hex(PENDING);
        let aare = Aare::from_bytes(&octets).unwrap();
        assert_eq!(aare.result, AssociationResult::Accepted);
        assert_eq!(aare.result_source_diagnostic, AcseDiagnostic::AUTHENTICATION_REQUIRED);
        assert_eq!(aare.responder_acse_requirements, Some(AcseRequirements::AUTHENTICATION));
        assert_eq!(aare.mechanism_name, Some(MechanismName::HlsGmac));
        assert_eq!(aare.responding_authentication_value, Some(&b"P6wRJ21F"[..]));
        is_canonical(&aare, &octets);
    }

    #[test]
    fn rejected() {
        let octets = hex(REJECTED);
        let aare = Aare::from_bytes(&octets).unwrap();
        assert_eq!(aare.result.name(), "rejected-permanent");
        assert_eq!(aare.result_source_diagnostic, AcseDiagnostic::NO_REASON_GIVEN);
        let error = ConfirmedServiceError::from_bytes(aare.user_information.unwrap());
        assert_eq!(error, Ok(ConfirmedServiceError::initiate(InitiateError::DlmsVersionTooLow)));
        is_canonical(&aare, &octets);
    }

    #[test]
    fn without_a_context_name() {
        // and with an empty authentication value
        let octets = hex("612F A203020100 A305A103020100 88020780 890760857405080201 AA028000 \
             BE10040E 01000000065F1F0400621E5DFFFF");
        let aare = Aare::from_bytes(&octets).unwrap();
        assert_eq!(aare.application_context_name, None);
        assert_eq!(aare.responding_authentication_value, Some(&[][..]));
        is_canonical(&aare, &octets);
    }

    #[test]
    fn every_element_there_is() {
        let long = [0x5a; 200];
        let all = Aare {
            protocol_version: Some(ProtocolVersion::VERSION1),
            application_context_name: Some(ApplicationContextName::ShortNameCiphered),
            result: AssociationResult::from_code(3),
            result_source_diagnostic: AcseDiagnostic::Provider(ProviderDiagnostic::NoCommonAcseVersion),
            responding_ap_title: Some(b"01234567"),
            responding_ae_qualifier: Some(&long),
            responding_ap_invocation_id: Some(&[1, 2]),
            responding_ae_invocation_id: Some(0xff),
            responder_acse_requirements: Some(AcseRequirements::AUTHENTICATION),
            mechanism_name: Some(MechanismName::HlsEcdsa),
            responding_authentication_value: Some(&long[..64]),
            implementation_information: Some(b"x"),
            user_information: Some(&[8]),
        };
        let mut out = [0; 512];
        let octets = all.encode_to_slice(&mut out).unwrap();
        assert_eq!(Aare::from_bytes(octets), Ok(all));
        is_canonical(&all, octets);
    }

    #[test]
    fn every_diagnostic_survives() {
        for code in 0..=0xff {
            for diagnostic in [
                AcseDiagnostic::User(UserDiagnostic::from_code(code)),
                AcseDiagnostic::Provider(ProviderDiagnostic::from_code(code)),
            ] {
                let result = AssociationResult::from_code(code);
                let aare = Aare::new(ApplicationContextName::LogicalName, result, diagnostic);
                let mut out = [0; 32];
                assert_eq!(Aare::from_bytes(aare.encode_to_slice(&mut out).unwrap()), Ok(aare));
            }
        }
    }

    #[test]
    fn what_is_broken_is_refused_where_it_is() {
        use DecodeErrorKind::{InvalidValue, Trailing, Truncated, UnknownTag, WrongType};
        for (text, kind, offset) in [
            ("61", Truncated { missing: 1 }, 1),
            ("6100", InvalidValue("AARE: no result"), 2),
            ("6105 A203020100", InvalidValue("AARE: no result-source-diagnostic"), 7),
            ("6109 A203020100 A302A100", Truncated { missing: 1 }, 11),
            ("6107 A203020100 A300", Truncated { missing: 1 }, 9),
            ("610C A203020100 A305A303020100", UnknownTag(0xa3), 9),
            ("610E A203020100 A307A103020100 0500", Trailing(2), 14),
            ("6106 A204 02020100", InvalidValue("result"), 6),
            ("6105 A2030A0100", WrongType { expected: "INTEGER", found: 0x0a }, 4),
            // the lengths do not add up
            ("6111 A203020100 A305A103020100 AA028008 00", Truncated { missing: 8 }, 18),
        ] {
            let octets = hex(text);
            let error = Aare::from_bytes(&octets).unwrap_err();
            assert_eq!((error.kind, error.offset), (kind, offset), "{text}");
        }
    }
}
