//! ACSE: opening and releasing an association (IEC 62056-5-3; ISO/IEC 15954 in BER).
//!
//! | message | tag | |
//! |---|---|---|
//! | [`Aarq`] | `60` | the client proposes an association |
//! | [`Aare`] | `61` | the server accepts or rejects it |
//! | [`ReleaseRequest`] | `62` | RLRQ |
//! | [`ReleaseResponse`] | `63` | RLRE |
//!
//! Reading takes lengths in any definite form and skips elements it does not know, by tag and length. Elements in
//! another than the standard's order, twice, or of another type are refused. Writing gives the shortest form.

mod aare;
mod aarq;
mod acse_requirements;
mod context;
mod diagnostic;
mod element;
mod protocol_version;
mod release;

pub use aare::Aare;
pub use aarq::Aarq;
pub use acse_requirements::AcseRequirements;
pub use context::{ApplicationContextName, MechanismName};
pub use diagnostic::{AcseDiagnostic, AssociationResult, ProviderDiagnostic, UserDiagnostic};
pub use protocol_version::ProtocolVersion;
pub use release::{ReleaseRequest, ReleaseRequestReason, ReleaseResponse, ReleaseResponseReason};

#[cfg(test)]
pub(crate) mod tests {
    use super::{Aare, Aarq, ReleaseRequest, ReleaseResponse};
    use super::{aare, aarq, release};
    use crate::codec::{Decode, DecodeErrorKind, Encode};
    use std::vec::Vec;

    /// Octets from hexadecimal digits; blanks are of no meaning.
    pub(crate) fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> =
            text.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).unwrap()).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    /// Checks that `value` is written as these octets, that all of them count for its length, and that no strict
    /// prefix of them reads.
    pub(super) fn is_canonical<'a, T: Decode<'a> + Encode>(value: &T, octets: &'a [u8]) {
        let mut out = [0; 512];
        assert_eq!(value.encode_to_slice(&mut out), Ok(octets));
        assert_eq!(value.encoded_len(), octets.len());
        for end in 0..octets.len() {
            let error = T::from_bytes(&octets[..end]).map(|_| end).unwrap_err();
            assert!(matches!(error.kind, DecodeErrorKind::Truncated { .. }), "{end}: {error}");
            assert!(error.offset <= end, "{end}: {error}");
        }
    }

    /// Every way to change one octet is read or refused, at an octet there is.
    #[test]
    fn no_octet_is_trusted() {
        for text in [aarq::tests::CIPHERED, aare::tests::PENDING, release::tests::RLRQ] {
            let octets = hex(text);
            for at in 0..octets.len() {
                for value in 0..=0xff {
                    let mut octets = octets.clone();
                    octets[at] = value;
                    for error in [
                        Aarq::from_bytes(&octets).err(),
                        Aare::from_bytes(&octets).err(),
                        ReleaseRequest::from_bytes(&octets).err(),
                        ReleaseResponse::from_bytes(&octets).err(),
                    ] {
                        assert!(error.is_none_or(|e| e.offset <= octets.len()));
                    }
                }
            }
        }
    }

    #[test]
    fn nesting_costs_nothing() {
        let octets = hex("6082FFFF").repeat(5000);
        let error = Aarq::from_bytes(&octets).unwrap_err();
        assert_eq!(
            (error.kind, error.offset),
            (DecodeErrorKind::Truncated { missing: 0xffff + 4 - 20000 }, 4)
        );
    }
}
