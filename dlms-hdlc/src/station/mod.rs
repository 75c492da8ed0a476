mod fitting;
mod line;
pub(crate) mod line_time;
mod outgoing;
mod primary;
mod secondary;
mod window;

use dlms_core::link::{Delivery, LinkEvent, Saps};

use crate::Joined;

pub use primary::{Primary, PrimarySettings, Quirks};
pub use secondary::{AddressSizes, Secondary, SecondarySettings};

/// What a joined APDU, or part of one, means to the peers.
fn joined_event(joined: Joined, peer: Saps, delivery: Delivery) -> LinkEvent {
    match joined {
        Joined::More | Joined::Apdu { len: 0, .. } => LinkEvent::None,
        Joined::Apdu { len, .. } => LinkEvent::Apdu { peer, len, delivery },
        Joined::Oversize { needed } => LinkEvent::Oversize { peer, needed },
    }
}

#[cfg(test)]
mod tests;
