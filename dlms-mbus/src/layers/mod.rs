//! What stands between a frame and its application data: extended link layer, authentication and fragmentation layer,
//! transport layer (EN 13757-4, EN 13757-7), and the security of the latter.
//!
//! Every layer begins with its control information field (CI); [`Layers`] reads them one after the other.

mod configuration;
mod control_information;
mod extended_link;
mod fragmentation;
mod key_stream;
mod parse;
mod protect;
mod protection;
mod security_error;
mod status;
mod transport;

pub use configuration::{Configuration, SecurityMode};
pub use control_information::{Content, ControlInformation, HeaderForm};
pub use extended_link::{ExtendedLink, Session};
pub use fragmentation::{Fragmentation, MAX_MAC, MessageControl};
pub use parse::Layers;
pub use protect::protect;
pub use protection::{Keys, Protection, unprotect};
pub use security_error::SecurityError;
pub use status::{ApplicationState, Status};
pub use transport::Transport;
