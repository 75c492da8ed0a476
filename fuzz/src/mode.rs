use dlms::client::{Ciphering, ClientConfig};
use dlms::{Authentication, Referencing, Secret};
use dlms_core::acse::MechanismName;
use dlms_security::{Protection, ServiceCiphering};

use crate::meter::{MANAGER, PASSWORD, PUBLIC, READER};
use crate::{CLIENT_TITLE, METER_TITLE};

/// The dedicated key that the client proposes.
pub const DEDICATED_KEY: [u8; 16] = *b"dedicated to it!";

/// Octets of a small buffer: what an association takes, and little more.
const SMALL: usize = 300;
/// Octets of a buffer that holds what is long.
pub const LARGE: usize = 2048;

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
    /// The mode, how the client references, the octets of every buffer and the script in `input`: one of the octets
    /// `E8` to `EF` (small buffers) or `F8` to `FF`, by short names `B0` to `B7` or `B8` to `BF`, then the script. Nothing
    /// for a message or unit alone.
    #[must_use]
    pub fn split(input: &[u8]) -> Option<(Self, Referencing, usize, &[u8])> {
        let (number, script) = input.split_first()?;
        let (referencing, room) = match number {
            0xe8..=0xef => (Referencing::LogicalName, SMALL),
            0xf8..=0xff => (Referencing::LogicalName, LARGE),
            0xb0..=0xb7 => (Referencing::ShortName, SMALL),
            0xb8..=0xbf => (Referencing::ShortName, LARGE),
            _ => return None,
        };
        Some((Self::new(*number), referencing, room, script))
    }

    fn new(number: u8) -> Self {
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
    pub fn client(self, room: usize) -> ClientConfig {
        let max_receive_pdu_size = pdu_size(room);
        let new = |client| {
            let config = ClientConfig { max_receive_pdu_size, ..ClientConfig::new(client, 1) };
            // What the blocks of services do is seen where the room is larger.
            if room < LARGE { config.with_general_block_transfer(5) } else { config }
        };
        match self {
            Self::Strangers | Self::Public => new(PUBLIC),
            Self::Reader => {
                let authentication = Authentication::Lls(Secret::new(PASSWORD).expect("a short one"));
                ClientConfig { authentication, ..new(READER) }
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
                    ..new(MANAGER)
                }
            }
        }
    }
}

/// What an end with buffers of so many octets takes.
#[must_use]
pub fn pdu_size(room: usize) -> u16 {
    u16::try_from(room).map_or(1024, |room| room.min(1024))
}
