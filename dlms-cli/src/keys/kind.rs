use clap::ValueEnum;
use cosem_classes::security_setup::SecurityKeyId;
use dlms_core::crypto::KeyKind;

/// Which global key, by the name it has among the flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Global unicast encryption key.
    Ek,
    /// Authentication key.
    Ak,
    /// Global broadcast encryption key.
    Bk,
    /// Key encryption key.
    Kek,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Ek, Self::Ak, Self::Bk, Self::Kek];

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ek => "ek",
            Self::Ak => "ak",
            Self::Bk => "bk",
            Self::Kek => "kek",
        }
    }

    /// What Security setup calls it.
    pub(super) const fn id(self) -> SecurityKeyId {
        match self {
            Self::Ek => SecurityKeyId::GlobalUnicastEncryptionKey,
            Self::Ak => SecurityKeyId::AuthenticationKey,
            Self::Bk => SecurityKeyId::GlobalBroadcastEncryptionKey,
            Self::Kek => SecurityKeyId::MasterKey,
        }
    }

    /// What the provider calls it.
    pub(super) const fn kind(self) -> KeyKind {
        match self {
            Self::Ek => KeyKind::GlobalUnicastEncryption,
            Self::Ak => KeyKind::Authentication,
            Self::Bk => KeyKind::GlobalBroadcastEncryption,
            Self::Kek => KeyKind::KeyEncryption,
        }
    }
}
