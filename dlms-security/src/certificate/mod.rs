//! Certificates of suites 1 and 2 (X.509, IEC 62056-5-3): who holds which public key, and who says so.
//!
//! A certificate is read where it lies; nothing is copied but public keys and signatures. Signatures are checked by the
//! crypto provider, times against the caller's clock. What is outside the profile is refused:
//!
//! | field | profile |
//! |---|---|
//! | algorithm | ECDSA on P-256 with SHA-256, on P-384 with SHA-384 |
//! | subject of an end entity | common name: the system title, 16 upper-case hexadecimal digits |
//! | subject in the GBCS variant | a hardware module name with the system title as serial number |
//! | key usage | digitalSignature to sign, keyAgreement to agree, either or both for TLS, keyCertSign to issue |
//! | basic constraints | none or CA:FALSE; CA:TRUE to issue, with the path length kept |
//! | critical extensions | these, extended key usage, certificate policies; another one is refused |

mod entity;
mod purpose;
mod store;
mod time;
#[cfg(feature = "certificates")]
mod x509;

pub use entity::Entity;
pub use purpose::Purpose;
#[cfg(feature = "alloc")]
pub use store::GrowingCertificates;
pub use store::{CertificateStore, FixedCertificates, NoCertificates, StoreFull, StoredCertificate};
pub use time::UnixTime;
#[cfg(feature = "certificates")]
pub use x509::{
    Authorities, Authority, Certificate, CertificateError, CertificateRequest, Expected, check,
    check_authority, find, write_request,
};
