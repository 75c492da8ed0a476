//! Security of DLMS/COSEM (IEC 62056-5-3): ciphering, authentication, counters, keys.
//!
//! | item | what it is |
//! |---|---|
//! | [`SecurityContext`] | the security of one association: protects and unprotects APDUs in place |
//! | [`InvocationCounters`], [`CounterStore`] | counters to send under, never used twice, whatever fails |
//! | [`ReplayWindows`] | counters received, by originator and key |
//! | [`SecurityPolicy`], [`Protection`] | what is demanded, what was given |
//! | [`CipheredApdu`], [`GeneralCiphering`], [`GeneralSigning`] | views of protected APDUs, for those without keys |
//! | `certificate` | X.509 certificates: read, checked up to a trust anchor, asked for; with feature `certificates` |
//! | [`key_agreement`] | agreement on global keys |
//! | [`hls`] | authentication: passwords, challenges, tokens |
//! | [`conformance`] | vectors that any [`CryptoProvider`](dlms_core::crypto::CryptoProvider) must pass |
//! | `AwsLcProvider` | the provider for head-ends, with feature `aws-lc` |
//! | `SoftwareProvider` | the provider in software, with feature `rustcrypto` |
//!
//! Keys are named and never seen here: the crypto provider holds them. No heap, no clock, no randomness; nothing a
//! peer sends can panic.
//!
//! With feature `general-protection`: general-ciphering with identified, wrapped and agreed keys, and general-signing,
//! alone and nested ([`GeneralProtection`]). Compression is refused by name.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, feature = "aws-lc"))]
extern crate std;

mod algorithm_id;
#[cfg(feature = "aws-lc")]
mod aws_lc;
pub mod certificate;
mod ciphered_apdu;
pub mod conformance;
mod context;
mod counter;
mod error;
mod general_ciphering;
#[cfg(feature = "general-protection")]
mod general_protection;
mod general_signing;
pub mod hls;
pub mod key_agreement;
mod policy;
mod protection;
mod public_key;
mod ram_counters;
mod replay;
#[cfg(feature = "rustcrypto")]
mod rustcrypto;
mod security_control;
mod service_ciphering;
mod system_title;

pub use algorithm_id::AlgorithmIds;
#[cfg(feature = "aws-lc")]
pub use aws_lc::AwsLcProvider;
pub use ciphered_apdu::CipheredApdu;
pub use context::{SecurityContext, Unprotected};
pub use counter::{CounterError, CounterId, CounterStore, InvocationCounters, StoreError};
pub use error::SecurityError;
pub use general_ciphering::{GeneralCiphering, KeyInfo};
#[cfg(feature = "general-protection")]
pub use general_protection::{GeneralProtection, KeySource, SignedOctets, SigningOrder, Transactions};
pub use general_signing::GeneralSigning;
pub use policy::SecurityPolicy;
pub use protection::Protection;
pub use public_key::PublicKey;
pub use ram_counters::RamCounters;
pub use replay::{ReplayMemory, ReplayWindow, ReplayWindows};
#[cfg(all(feature = "rustcrypto", feature = "alloc"))]
pub use rustcrypto::GrowingKeys;
#[cfg(feature = "hashes")]
pub use rustcrypto::ManufacturerToken;
#[cfg(feature = "rustcrypto")]
pub use rustcrypto::{Aes128, AnyAes, FixedKeys, KeyTable, SoftwareProvider};
pub use security_control::SecurityControl;
pub use service_ciphering::{ServiceCiphering, overhead, plain_capacity};
pub use system_title::SystemTitle;
