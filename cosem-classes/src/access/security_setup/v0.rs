//! Version 0: suite 0 only.

use dlms_core::data::{Array, OctetString};
use dlms_core::enumeration;

use super::{KeyData, SecuritySuite};
use crate::class;

enumeration! {
    /// What protection messages have at least.
    pub enum SecurityPolicy { Nothing = 0, Authenticated = 1, Encrypted = 2, AuthenticatedAndEncrypted = 3 }
}

class! {
    /// Security setup, version 0: policy, suite, system titles, keys.
    pub SecuritySetup = 64, version 0, "Security setup", methods at 0x28;
    attributes {
        /// What protection messages have at least.
        2 security_policy: SecurityPolicy, static;
        /// The algorithms.
        3 security_suite: SecuritySuite, static;
        /// The system title of the client.
        4 client_system_title, set_client_system_title: OctetString, dynamic;
        /// The system title of the server.
        5 server_system_title: OctetString, static;
    }
    methods {
        /// Strengthens the policy.
        1 security_activate(SecurityPolicy);
        /// Replaces keys.
        2 global_key_transfer(Array<KeyData>);
    }
}
