//! New global keys for a meter, through its Security setup: sent to it wrapped, or agreed on.

mod key_offer;
mod key_transfer;

pub use key_offer::KeyOffer;
pub use key_transfer::KeyTransfer;

use cosem_classes::security_setup::SecurityKeyId;
use dlms_core::crypto::KeyKind;

/// What the provider calls a key of Security setup; nothing for one that is not known.
const fn kind(key: SecurityKeyId) -> Option<KeyKind> {
    match key {
        SecurityKeyId::GlobalUnicastEncryptionKey => Some(KeyKind::GlobalUnicastEncryption),
        SecurityKeyId::GlobalBroadcastEncryptionKey => Some(KeyKind::GlobalBroadcastEncryption),
        SecurityKeyId::AuthenticationKey => Some(KeyKind::Authentication),
        SecurityKeyId::MasterKey => Some(KeyKind::KeyEncryption),
        _ => None,
    }
}
