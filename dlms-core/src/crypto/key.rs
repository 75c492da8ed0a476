/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum KeyKind {
    /// Global unicast encryption key, GUEK: key_id 0 of Security setup.
    GlobalUnicastEncryption,
    /// Global broadcast encryption key, GBEK: key_id 1.
    GlobalBroadcastEncryption,
    /// Global authentication key, GAK: key_id 2. Only ever part of additional authenticated data.
    Authentication,
    /// Key encryption (master) key, KEK: key_id 3. Only ever wraps other keys.
    KeyEncryption,
    /// A dedicated key, in a slot the provider chose.
    Dedicated(u16),
    /// The secret of HLS mechanisms 2, 3, 4 and 6, one a client SAP: any octets, 64 at most.
    Secret(u16),
    /// The private key of our key pair for digital signatures: key type 0 of Security setup. A big-endian number.
    Signing,
    /// The private key of our static key pair for key agreement: key type 1.
    Agreement,
    /// The private key of our key pair for TLS: key type 2.
    Tls,
    /// The private key of a new key pair that takes the place of [`Signing`](Self::Signing) once it is certified.
    NextSigning,
    /// The same for [`Agreement`](Self::Agreement).
    NextAgreement,
    /// The same for [`Tls`](Self::Tls).
    NextTls,
    /// An encryption key of one exchange or session, wrapped or agreed, in a slot that was
    /// [free](crate::crypto::CryptoProvider::free_slot).
    Session(u16),
    /// The private key of a key pair made for one key agreement, in a slot that was free.
    Ephemeral(u16),
    /// A key of an M-Bus device, its own or one derived from it, in a slot of the caller's.
    MBus(u16),
}

impl KeyKind {
    /// Whether it is a key of AES-GCM, of its authenticated data or of key wrap, as long as the suite says.
    #[must_use]
    pub const fn is_symmetric(self) -> bool {
        matches!(
            self,
            Self::GlobalUnicastEncryption
                | Self::GlobalBroadcastEncryption
                | Self::Authentication
                | Self::KeyEncryption
                | Self::Dedicated(_)
                | Self::Session(_)
        )
    }

    /// Whether it is the private key of a key pair.
    #[must_use]
    pub const fn is_private(self) -> bool {
        matches!(
            self,
            Self::Signing
                | Self::Agreement
                | Self::Tls
                | Self::NextSigning
                | Self::NextAgreement
                | Self::NextTls
                | Self::Ephemeral(_)
        )
    }
}

/// The name of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct KeyId {
    /// The Security setup instance it belongs to; 0 if there is one only.
    pub setup: u8,
    /// What it is for.
    pub kind: KeyKind,
}
