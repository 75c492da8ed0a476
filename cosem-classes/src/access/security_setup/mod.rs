//! Security setup (IEC 62056-6-2, class 64): policy, suite, system titles, keys. Version 1 is current.

pub mod v0;
pub mod v1;

use dlms_core::data::OctetString;
use dlms_core::{enumeration, structure};

pub use v1::{SecuritySetup, Serve};

enumeration! {
    /// The algorithms.
    pub enum SecuritySuite {
        /// AES-GCM-128, AES-128 key wrap.
        Suite0 = 0 "suite 0",
        /// Suite 0 with ECDSA and ECDH on P-256, SHA-256, V.44.
        Suite1 = 1 "suite 1",
        /// AES-GCM-256, AES-256 key wrap, ECDSA and ECDH on P-384, SHA-384, V.44.
        Suite2 = 2 "suite 2",
    }
}

enumeration! {
    /// What a key is for.
    pub enum SecurityKeyId {
        GlobalUnicastEncryptionKey = 0,
        GlobalBroadcastEncryptionKey = 1,
        AuthenticationKey = 2,
        MasterKey = 3,
    }
}

structure! {
    /// A new key, wrapped with the master key.
    pub struct KeyData => KeyDataView<'a> {
        /// What it is for.
        pub key_id: SecurityKeyId,
        /// AES key wrap of it.
        pub key_wrapped: OctetString,
    }
}
