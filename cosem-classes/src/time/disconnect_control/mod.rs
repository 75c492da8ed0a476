//! Disconnect control (IEC 62056-6-2, class 70 version 0): the breaker, and who may switch it how.
//!
//! [`Breaker`] is a ready one, over a [`Relay`].

mod breaker;
mod transitions;

use dlms_core::enumeration;

pub use breaker::{Breaker, Relay};
pub use transitions::{CONTROL_MODES, Transition, Transitions, Trigger};

use crate::class;
use crate::octet_enum::octet_enum;

enumeration! {
    /// What the breaker is allowed to do.
    pub enum ControlState {
        /// Only a remote command leads on.
        Disconnected = 0,
        /// The supply is on.
        Connected = 1,
        /// The consumer, or the meter itself, may connect.
        ReadyForReconnection = 2,
    }
}

/// Which transitions there are: 0..=6 in the Blue Book, see [`CONTROL_MODES`]; companion standards have others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ControlMode(pub u8);

octet_enum!(ControlMode "control mode");

class! {
    /// Disconnect control: the breaker, and who may switch it how.
    pub DisconnectControl = 70, version 0, "Disconnect control", methods at 0x20;
    attributes {
        /// Whether the supply is on.
        2 output_state: bool, dynamic;
        /// What the breaker is allowed to do.
        3 control_state: ControlState, dynamic;
        /// Which transitions there are.
        4 control_mode, set_control_mode: ControlMode, static;
    }
    methods {
        /// Disconnects.
        1 remote_disconnect(0);
        /// Connects, or lets the consumer connect: the control mode decides.
        2 remote_reconnect(0);
    }
}
