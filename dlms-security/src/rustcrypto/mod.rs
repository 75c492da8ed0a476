mod cipher;
#[cfg(feature = "elliptic-curves")]
mod curve;
mod gcm;
#[cfg(feature = "alloc")]
mod growing_keys;
#[cfg(feature = "hashes")]
mod hashes;
mod key_table;
#[cfg(feature = "mbus")]
mod mbus;
mod provider;

pub use cipher::{Aes128, AnyAes};
#[cfg(feature = "alloc")]
pub use growing_keys::GrowingKeys;
pub use key_table::{FixedKeys, KeyTable};
#[cfg(feature = "hashes")]
pub use provider::ManufacturerToken;
pub use provider::SoftwareProvider;
