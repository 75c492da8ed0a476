mod cipher;
mod gcm;
#[cfg(feature = "alloc")]
mod growing_keys;
mod key_table;
mod provider;

pub use cipher::{Aes128, AnyAes};
#[cfg(feature = "alloc")]
pub use growing_keys::GrowingKeys;
pub use key_table::{FixedKeys, KeyTable};
pub use provider::SoftwareProvider;
