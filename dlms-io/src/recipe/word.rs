//! Words of recipes: those of the command line, too.

use dlms::Referencing;
use dlms_core::acse::MechanismName;
use dlms_security::{Protection, ServiceCiphering};

macro_rules! words {
    ($(#[$m:meta])* $name:ident as $to:ident: $type:ty { $($(#[$vm:meta])* $word:ident = $text:literal => $value:expr,)* }) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum $name {
            $($(#[$vm])* #[cfg_attr(feature = "serde", serde(rename = $text))] $word,)*
        }

        impl $name {
            /// The word.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)*
                }
            }

            /// What it stands for.
            #[must_use]
            pub const fn $to(self) -> $type {
                match self {
                    $(Self::$word => $value,)*
                }
            }
        }
    };
}

words! {
    /// How a client proves who it is.
    Mechanism as name: MechanismName {
        /// Not at all.
        None = "none" => MechanismName::Lowest,
        /// By a password.
        Lls = "lls" => MechanismName::Lls,
        /// By the manufacturer's own process.
        HlsManufacturer = "hls-manufacturer" => MechanismName::HlsManufacturer,
        /// By MD5.
        HlsMd5 = "hls-md5" => MechanismName::HlsMd5,
        /// By SHA-1.
        HlsSha1 = "hls-sha1" => MechanismName::HlsSha1,
        /// By GMAC.
        HlsGmac = "hls-gmac" => MechanismName::HlsGmac,
        /// By SHA-256.
        HlsSha256 = "hls-sha256" => MechanismName::HlsSha256,
        /// By ECDSA.
        HlsEcdsa = "hls-ecdsa" => MechanismName::HlsEcdsa,
    }
}

words! {
    /// How objects are named.
    Naming as referencing: Referencing {
        /// By logical names.
        Ln = "ln" => Referencing::LogicalName,
        /// By short names.
        Sn = "sn" => Referencing::ShortName,
    }
}

words! {
    /// What is applied to requests and required of responses.
    Protected as protection: Protection {
        /// Nothing.
        None = "none" => Protection::NONE,
        /// They are authenticated.
        Auth = "auth" => Protection::AUTHENTICATED,
        /// They are encrypted.
        Enc = "enc" => Protection::ENCRYPTED,
        /// Both.
        AuthEnc = "auth-enc" => Protection::AUTHENTICATED_ENCRYPTED,
    }
}

words! {
    /// The form of ciphered messages.
    Form as ciphering: ServiceCiphering {
        /// A tag for each service, global keys.
        Glo = "glo" => ServiceCiphering::Global,
        /// A tag for each service, dedicated keys.
        Ded = "ded" => ServiceCiphering::Dedicated,
        /// One tag and the system title, global keys.
        GeneralGlo = "general-glo" => ServiceCiphering::GeneralGlobal,
        /// One tag and the system title, dedicated keys.
        GeneralDed = "general-ded" => ServiceCiphering::GeneralDedicated,
        /// One tag, both system titles, and how the key is told.
        General = "general" => ServiceCiphering::GeneralCiphering,
    }
}
