use super::element;
use crate::apdu::tag;
use crate::ber::{self, Elements, Tlv};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer, codes};

codes! {
    /// Why the client releases: Release-request-reason.
    ReleaseRequestReason, otherwise "unknown" {
        Normal = 0 "normal",
        Urgent = 1 "urgent",
        UserDefined = 30 "user-defined",
    }
}

codes! {
    /// How the server takes it: Release-response-reason.
    ReleaseResponseReason, otherwise "unknown" {
        Normal = 0 "normal",
        NotFinished = 1 "not-finished",
        UserDefined = 30 "user-defined",
    }
}

macro_rules! release {
    ($(#[$m:meta])* $name:ident($reason:ident) = $tag:ident, $holds:literal) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct $name<'a> {
            /// \[0\]
            pub reason: Option<$reason>,
            #[doc = concat!("\\[30\\] The ", $holds, ", ciphered, in a ciphered context; never empty.")]
            pub user_information: Option<&'a [u8]>,
        }

        impl $name<'_> {
            /// The first octet.
            pub const TAG: u8 = tag::$tag;
        }

        impl Encode for $name<'_> {
            fn encode(&self, w: &mut Writer<'_>) {
                ber::constructed(w, Self::TAG, &|w| {
                    if let Some(reason) = self.reason {
                        ber::primitive(w, 0x80, &[reason.code()]);
                    }
                    element::write_octets(w, 0xbe, self.user_information);
                });
            }
        }

        impl<'a> Decode<'a> for $name<'a> {
            fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                let mut elements = Elements::new(Tlv::expect(r, Self::TAG, stringify!($tag))?.value);
                let mut release = Self::default();
                while let Some(e) = elements.next_element()? {
                    match e.tag {
                        0x80 => release.reason = Some($reason::from_code(Tlv::code(&e.value, "release reason")?)),
                        0xbe => release.user_information = Some(element::user_information(e)?),
                        _ => {}
                    }
                }
                Ok(release)
            }
        }
    };
}

release! {
    /// RLRQ, A-Release-Request: the client ends the association.
    ReleaseRequest(ReleaseRequestReason) = RLRQ, "InitiateRequest"
}

release! {
    /// RLRE, A-Release-Response: the server agrees.
    ReleaseResponse(ReleaseResponseReason) = RLRE, "InitiateResponse"
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{hex, is_canonical};
    use super::*;
    use crate::codec::DecodeErrorKind;

    pub(in super::super) const RLRQ: &str = "6228 800100 BE230421 \
        211F300000004D34BF6865E421E1071DCF5B6D6CAE1E53C3E9EDB52D3F71FB92E3";

    #[test]
    fn with_and_without_a_reason() {
        for (text, reason) in [
            ("6200", None),
            ("6203800100", Some(ReleaseRequestReason::Normal)),
            ("620380011E", Some(ReleaseRequestReason::UserDefined)),
            ("6203800107", Some(ReleaseRequestReason::Other(7))),
        ] {
            let octets = hex(text);
            let request = ReleaseRequest::from_bytes(&octets).unwrap();
            assert_eq!(request, ReleaseRequest { reason, user_information: None });
            is_canonical(&request, &octets);
        }
        let octets = hex("6303800101");
        let response = ReleaseResponse::from_bytes(&octets).unwrap();
        assert_eq!(response.reason.map(ReleaseResponseReason::name), Some("not-finished"));
        is_canonical(&response, &octets);
        assert_eq!(ReleaseResponse::from_bytes(&[0x63, 0]), Ok(ReleaseResponse::default()));
    }

    #[test]
    fn with_user_information() {
        let octets = hex(RLRQ);
        let request = ReleaseRequest::from_bytes(&octets).unwrap();
        assert_eq!(request.user_information, Some(&octets[9..]));
        is_canonical(&request, &octets);
    }

    #[test]
    fn what_is_broken_is_refused_where_it_is() {
        use DecodeErrorKind::{InvalidValue, Truncated, WrongType};
        for (text, kind, offset) in [
            ("6303800100", WrongType { expected: "RLRQ", found: 0x63 }, 0),
            ("6207800100BE020400", InvalidValue("user-information"), 9),
            ("6203800200", Truncated { missing: 1 }, 4),
            // no INTEGER, and one inside another
            ("62028000", InvalidValue("release reason"), 4),
            ("62058003020100", InvalidValue("release reason"), 4),
        ] {
            let octets = hex(text);
            let error = ReleaseRequest::from_bytes(&octets).unwrap_err();
            assert_eq!((error.kind, error.offset), (kind, offset), "{text}");
        }
    }
}
