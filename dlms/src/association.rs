//! What both peers know of an association.

#[cfg(any(feature = "client", feature = "server"))]
use dlms_core::apdu::{Conformance, MethodDescriptor};
use obis::ObisCode;

/// The name of the object that stands for the association a request comes in.
pub const CURRENT_ASSOCIATION: ObisCode = ObisCode::new(0, 0, 40, 0, 0, 255);

/// The services that a feature turns on.
#[cfg(any(feature = "client", feature = "server"))]
pub(crate) const OPTIONAL: Conformance = {
    let access = if cfg!(feature = "access") { Conformance::ACCESS } else { Conformance::NONE };
    if cfg!(feature = "notifications") {
        access
            .union(Conformance::INFORMATION_REPORT)
            .union(Conformance::DATA_NOTIFICATION)
            .union(Conformance::EVENT_NOTIFICATION)
    } else {
        access
    }
};

/// The services of a server that a feature turns on.
#[cfg(feature = "server")]
pub(crate) const SERVED: Conformance = if cfg!(feature = "general-block-transfer") {
    OPTIONAL.union(Conformance::GENERAL_BLOCK_TRANSFER)
} else {
    OPTIONAL
};

/// Octets that the user-information of AARQ, AARE, RLRQ and RLRE has at most: an InitiateRequest with a dedicated key of 32
/// octets, ciphered; in general-ciphering with the halves of an agreement, and signed.
#[cfg(any(feature = "client", feature = "server"))]
pub(crate) const INITIATE: usize = if cfg!(feature = "general-protection") { 640 } else { 160 };

/// The method that carries the third and fourth pass of high level security.
#[cfg(any(feature = "client", feature = "server"))]
pub(crate) const REPLY_TO_HLS: MethodDescriptor = MethodDescriptor::new(15, CURRENT_ASSOCIATION, 1);

/// The same to those who reference by short names: method 8 of the current Association SN.
#[cfg(any(feature = "client", feature = "server"))]
pub(crate) const REPLY_TO_HLS_SHORT_NAME: u16 = 0xfa58;

/// The public key for digital signatures in a certificate that a peer sent of itself, if the provider trusts it.
#[cfg(all(feature = "general-protection", any(feature = "client", feature = "server")))]
pub(crate) fn certified(
    crypto: &mut impl dlms_core::crypto::CryptoProvider,
    suite: dlms_core::crypto::SecuritySuite,
    title: dlms_security::SystemTitle,
    certificate: &[u8],
) -> Option<dlms_security::PublicKey> {
    use dlms_core::crypto::KeyKind;
    use dlms_security::PublicKey;
    let mut octets = [0; PublicKey::MAX];
    let len = crypto.certified_key(suite, &title.0, KeyKind::Signing, certificate, &mut octets).ok()?;
    PublicKey::from_slice(octets.get(..len)?)
}
