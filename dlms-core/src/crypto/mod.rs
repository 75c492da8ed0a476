//! What every cryptographic provider is to the layers above: software, a secure element, an HSM.
//!
//! Keys are named, never seen: the provider holds them, forms additional authenticated data from parts that may
//! name a key, and unwraps a transferred key straight into its slot.

mod by_reference;
mod challenges;
mod error;
mod hash_algorithm;
mod key;
mod part;
mod provider;
mod suite;

pub use challenges::Challenges;
pub use error::CryptoError;
pub use hash_algorithm::HashAlgorithm;
pub use key::{KeyId, KeyKind};
pub use part::{Nonce, Part, Tag};
pub use provider::CryptoProvider;
pub use suite::SecuritySuite;
