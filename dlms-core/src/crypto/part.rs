use super::KeyId;

/// A part of something authenticated, hashed or signed: octets, or a key that only the provider knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Octets.
    Bytes(&'a [u8]),
    /// The octets of a key.
    Key(KeyId),
}

/// System title and invocation counter: the initialisation vector of AES-GCM.
pub type Nonce = [u8; 12];
/// The authentication tag of AES-GCM, cut to 96 bits.
pub type Tag = [u8; 12];
