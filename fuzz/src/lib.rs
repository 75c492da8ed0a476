//! What the targets that drive whole sessions share: a small meter, both ends of an association, and a script to
//! disturb them with.
#![forbid(unsafe_code)]

mod ends;
mod meter;
mod mode;
mod random;
mod request;
mod script;
mod variables;

pub use ends::{Ends, Forger};
pub use meter::{BREAKER, ENERGY, HIDDEN, MANAGER, Meter, NOTE, PROFILE, PUBLIC, READER, SENTINEL, meter};
pub use mode::{DEDICATED_KEY, LARGE, Mode, pdu_size};
pub use random::Dice;
pub use request::request;
pub use script::{Script, Step};
pub use variables::{names, variables};

use dlms_core::crypto::{KeyId, KeyKind};
use dlms_security::{GrowingKeys, SoftwareProvider, SystemTitle};

/// Whose keys they are.
pub type Provider = SoftwareProvider<Dice, GrowingKeys>;

/// The client's system title.
pub const CLIENT_TITLE: SystemTitle = SystemTitle(*b"MMM\0\0\xbcaN");
/// The meter's.
pub const METER_TITLE: SystemTitle = SystemTitle(*b"MMM\0\0\0\0\x01");

/// A provider with the keys everybody has.
#[must_use]
pub fn provider(seed: u64) -> Provider {
    let mut provider = Provider::new(Dice(seed));
    for (kind, first) in [(KeyKind::GlobalUnicastEncryption, 0x00), (KeyKind::Authentication, 0xd0)] {
        let key: Vec<u8> = (0..16).map(|i| first + i).collect();
        provider.set_key(KeyId { setup: 0, kind }, &key).expect("a key of 16 octets");
    }
    provider
}
