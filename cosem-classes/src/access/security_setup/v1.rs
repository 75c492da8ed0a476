//! Version 1: policies in bits, and the keys and certificates of suites 1 and 2.

use dlms_core::data::{Array, OctetString};
use dlms_core::{enumeration, structure};

mod certificate_identification;

pub use super::{KeyData, KeyDataView, SecurityKeyId, SecuritySuite};
use crate::class;
use crate::octet_enum::octet_enum;
pub use certificate_identification::{
    ByEntity, ByEntityView, BySerial, BySerialView, CertificateIdentification, CertificateIdentificationView,
};

/// What protection messages have at least: bits, sent as an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SecurityPolicy(pub u8);

impl SecurityPolicy {
    /// Requests are authenticated.
    pub const AUTHENTICATED_REQUEST: Self = Self(0x04);
    /// Requests are encrypted.
    pub const ENCRYPTED_REQUEST: Self = Self(0x08);
    /// Requests are signed.
    pub const SIGNED_REQUEST: Self = Self(0x10);
    /// Responses are authenticated.
    pub const AUTHENTICATED_RESPONSE: Self = Self(0x20);
    /// Responses are encrypted.
    pub const ENCRYPTED_RESPONSE: Self = Self(0x40);
    /// Responses are signed.
    pub const SIGNED_RESPONSE: Self = Self(0x80);

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

octet_enum!(SecurityPolicy "security policy");

enumeration! {
    /// Whose certificate it is; 3 is another's.
    pub enum CertificateEntity { Server = 0, Client = 1, CertificationAuthority = 2 }
}

enumeration! {
    /// What a key pair and its certificate are for; 3 is another purpose.
    pub enum CertificateType { DigitalSignature = 0, KeyAgreement = 1, Tls = 2 "TLS" }
}

structure! {
    /// A certificate that the server keeps.
    pub struct CertificateInfo => CertificateInfoView<'a> {
        /// Whose it is.
        pub certificate_entity: CertificateEntity,
        /// What it is for.
        pub certificate_type: CertificateType,
        /// Its serial number.
        pub serial_number: OctetString,
        /// Its issuer.
        pub issuer: OctetString,
        /// Its subject.
        pub subject: OctetString,
        /// The alternative name of its subject.
        pub subject_alt_name: OctetString,
    }
}

structure! {
    /// One side's half of a key agreement.
    pub struct KeyAgreementData => KeyAgreementDataView<'a> {
        /// What the key will be for.
        pub key_id: SecurityKeyId,
        /// The ephemeral public key and its signature.
        pub key_data: OctetString,
    }
}

class! {
    /// Security setup, version 1: policy, suite, system titles, keys, certificates.
    pub SecuritySetup = 64, version 1, "Security setup", methods at 0x30;
    attributes {
        /// What protection messages have at least.
        2 security_policy: SecurityPolicy, static;
        /// The algorithms.
        3 security_suite: SecuritySuite, static;
        /// The system title of the client.
        4 client_system_title, set_client_system_title: OctetString, dynamic;
        /// The system title of the server.
        5 server_system_title: OctetString, static;
        /// The certificates that the server keeps.
        6 certificates[certificate]: Array<CertificateInfo>, dynamic;
    }
    methods {
        /// Strengthens the policy.
        1 security_activate(SecurityPolicy);
        /// Replaces keys.
        2 key_transfer(Array<KeyData>);
        /// Agrees on keys.
        3 key_agreement(Array<KeyAgreementData>) -> Array<KeyAgreementData>;
        /// Makes a new key pair of the server's.
        4 generate_key_pair(CertificateType);
        /// Gives the request to certify a key pair: PKCS #10, DER.
        5 generate_certificate_request(CertificateType) -> OctetString;
        /// Takes a certificate: X.509, DER.
        6 import_certificate(OctetString);
        /// Gives a certificate: X.509, DER.
        7 export_certificate(CertificateIdentification) -> OctetString;
        /// Forgets a certificate.
        8 remove_certificate(CertificateIdentification);
    }
}
