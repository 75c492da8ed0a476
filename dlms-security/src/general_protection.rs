use crate::{AlgorithmIds, PublicKey};

/// How general-ciphering and general-signing are done in an association: what the standard leaves open, or companion
/// standards have done in several ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneralProtection {
    /// How the key of general-ciphering is told. Who answers uses the key of the request.
    pub key: KeySource,
    /// How algorithms go into key derivation.
    pub algorithm_ids: AlgorithmIds,
    /// What is first where an APDU is both signed and ciphered.
    pub order: SigningOrder,
    /// What is signed.
    pub signed_octets: SignedOctets,
    /// How messages are known to be new where no counter tells.
    pub transactions: Transactions,
    /// The peer's static public key for key agreement.
    pub peer_agreement_key: Option<PublicKey>,
}

impl GeneralProtection {
    /// The global key by its number; ciphered first, signed whole.
    pub const DEFAULT: Self = Self {
        key: KeySource::Identified,
        algorithm_ids: AlgorithmIds::Encoded,
        order: SigningOrder::Outside,
        signed_octets: SignedOctets::WithLength,
        transactions: Transactions::Increasing,
        peer_agreement_key: None,
    };
}

impl Default for GeneralProtection {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How the key of general-ciphering is told (key-info).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeySource {
    /// By its number: the global unicast encryption key, or the one for broadcast.
    #[default]
    Identified,
    /// A random key, wrapped under the key encryption key; later messages of the association use it too.
    Wrapped,
    /// Agreed with a key pair made for it and signed, and the recipient's static one: C(1e, 1s), "one-pass".
    OnePass,
    /// Agreed with the static key pairs of both: C(0e, 2s).
    Static,
}

/// What is first where an APDU is both signed and ciphered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SigningOrder {
    /// Ciphered, then signed: anyone with the certificate can verify the origin.
    #[default]
    Outside,
    /// Signed, then ciphered.
    Inside,
}

/// What is signed: deployed stacks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SignedOctets {
    /// All octets from the tag to the signature, the length of the content included: as the messages of the British
    /// companion standard, the only ones published with their keys, verify.
    #[default]
    WithLength,
    /// The same without the length of the content, as some head-ends and libraries do.
    WithoutLength,
    /// Sent with, accepted either way. A content can be thought of that means something else the other way.
    Either,
}

/// How messages are known to be new where no invocation counter tells: those that bring a key of their own, and those that
/// are only signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Transactions {
    /// By their transaction-ids: as numbers, those of an originator have to increase.
    #[default]
    Increasing,
    /// Not at all: for peers that number their transactions in another way. Whoever listened can repeat what he heard.
    Any,
}
