use dlms::client::{Ciphering, ClientConfig};
use dlms::{Authentication, Secret};
use dlms_core::acse::MechanismName;
use dlms_security::{Protection, ServiceCiphering};

use crate::meter::{MANAGER, PASSWORD, PUBLIC, READER};
use crate::{CLIENT_TITLE, METER_TITLE};

/// The dedicated key that the client proposes.
pub const DEDICATED_KEY: [u8; 16] = *b"dedicated to it!";

/// How client and meter talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Not at all yet.
    Strangers,
    /// The public client.
    Public,
    /// A client with a password.
    Reader,
    /// The manager, with HLS, all protected; the meter demands that.
    Manager(ServiceCiphering),
}

impl Mode {
    /// The mode with this number, of eight.
    #[must_use]
    pub fn new(number: u8) -> Self {
        match number & 7 {
            0 => Self::Strangers,
            1 | 2 => Self::Public,
            3 => Self::Reader,
            4 => Self::Manager(ServiceCiphering::Dedicated),
            5 => Self::Manager(ServiceCiphering::GeneralGlobal),
            6 => Self::Manager(ServiceCiphering::GeneralDedicated),
            _ => Self::Manager(ServiceCiphering::Global),
        }
    }

    /// Whether everything after the association is protected.
    #[must_use]
    pub const fn is_protected(self) -> bool {
        matches!(self, Self::Manager(_))
    }

    /// The form of protected messages.
    #[must_use]
    pub const fn form(self) -> ServiceCiphering {
        match self {
            Self::Manager(form) => form,
            _ => ServiceCiphering::Global,
        }
    }

    /// How the client is to be set up.
    #[must_use]
    pub fn client(self) -> ClientConfig {
        match self {
            Self::Strangers | Self::Public => ClientConfig::new(PUBLIC, 1),
            Self::Reader => {
                let authentication = Authentication::Lls(Secret::new(PASSWORD).expect("a short one"));
                ClientConfig { authentication, ..ClientConfig::new(READER, 1) }
            }
            Self::Manager(form) => {
                let ciphering = Ciphering {
                    form,
                    protection: Protection::AUTHENTICATED_ENCRYPTED,
                    server_title: Some(METER_TITLE),
                    ..Ciphering::new(CLIENT_TITLE)
                };
                ClientConfig {
                    authentication: Authentication::Hls(MechanismName::HlsGmac),
                    ciphering: Some(ciphering),
                    dedicated_key: Secret::new(&DEDICATED_KEY).filter(|_| form.is_dedicated()),
                    ..ClientConfig::new(MANAGER, 1)
                }
            }
        }
    }
}
