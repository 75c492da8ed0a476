use clap::ValueEnum;
use dlms_core::acse::MechanismName;
use dlms_security::{Protection, ServiceCiphering};

/// `--auth`: how we prove who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Auth {
    None,
    Lls,
    HlsManufacturer,
    HlsMd5,
    HlsSha1,
    HlsGmac,
    HlsSha256,
    HlsEcdsa,
}

impl Auth {
    /// The name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lls => "lls",
            Self::HlsManufacturer => "hls-manufacturer",
            Self::HlsMd5 => "hls-md5",
            Self::HlsSha1 => "hls-sha1",
            Self::HlsGmac => "hls-gmac",
            Self::HlsSha256 => "hls-sha256",
            Self::HlsEcdsa => "hls-ecdsa",
        }
    }

    /// The mechanism, if it is one of high level security.
    pub(crate) const fn mechanism(self) -> Option<MechanismName> {
        match self {
            Self::None | Self::Lls => None,
            Self::HlsManufacturer => Some(MechanismName::HlsManufacturer),
            Self::HlsMd5 => Some(MechanismName::HlsMd5),
            Self::HlsSha1 => Some(MechanismName::HlsSha1),
            Self::HlsGmac => Some(MechanismName::HlsGmac),
            Self::HlsSha256 => Some(MechanismName::HlsSha256),
            Self::HlsEcdsa => Some(MechanismName::HlsEcdsa),
        }
    }

    /// Whether the password is a secret that is hashed.
    pub(crate) const fn hashes(self) -> bool {
        matches!(self, Self::HlsMd5 | Self::HlsSha1 | Self::HlsSha256)
    }

    /// Whether our system title is part of the proof.
    pub(crate) const fn needs_title(self) -> bool {
        matches!(self, Self::HlsGmac | Self::HlsSha256 | Self::HlsEcdsa)
    }
}

/// `--security`: what we apply to requests and require of responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Security {
    None,
    Auth,
    Enc,
    AuthEnc,
}

impl Security {
    /// As bits of the security control octet.
    pub(crate) const fn protection(self) -> Protection {
        match self {
            Self::None => Protection::NONE,
            Self::Auth => Protection::AUTHENTICATED,
            Self::Enc => Protection::ENCRYPTED,
            Self::AuthEnc => Protection::AUTHENTICATED_ENCRYPTED,
        }
    }

    /// The name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Auth => "auth",
            Self::Enc => "enc",
            Self::AuthEnc => "auth-enc",
        }
    }
}

/// `--ciphering`: the form of ciphered messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Glo,
    Ded,
    GeneralGlo,
    GeneralDed,
    General,
}

impl Form {
    /// The form.
    pub(crate) const fn service(self) -> ServiceCiphering {
        match self {
            Self::Glo => ServiceCiphering::Global,
            Self::Ded => ServiceCiphering::Dedicated,
            Self::GeneralGlo => ServiceCiphering::GeneralGlobal,
            Self::GeneralDed => ServiceCiphering::GeneralDedicated,
            Self::General => ServiceCiphering::GeneralCiphering,
        }
    }
}

/// `--referencing`: how objects are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Referencing {
    Ln,
    Sn,
}
