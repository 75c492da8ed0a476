use dlms_core::link::Saps;
use dlms_core::time::Instant;

use crate::station::window::Window;
use crate::{Address, Parameters, Rejection};

/// What a secondary knows of one client and one of its logical devices.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) client: Address,
    pub(super) server: Address,
    pub(super) parameters: Parameters,
    pub(super) window: Window,
    /// The client broke the rules: until SNRM or DISC it gets to hear nothing else.
    pub(super) rejected: Option<Rejection>,
    /// A frame was not taken because the buffers were in use: RNR is due.
    pub(super) refused: bool,
    /// The client said RNR.
    pub(super) peer_busy: bool,
    /// When it ends for want of frames.
    pub(super) ends: Option<Instant>,
}

impl Connection {
    pub(super) fn new(client: Address, server: Address, parameters: Parameters) -> Self {
        Self {
            client,
            server,
            parameters,
            window: Window::new(),
            rejected: None,
            refused: false,
            peer_busy: false,
            ends: None,
        }
    }

    pub(super) const fn saps(&self) -> Saps {
        Saps { client: self.client.upper(), server: self.server.upper() }
    }

    /// Octets of the largest information field to send.
    pub(super) fn largest(&self) -> usize {
        usize::from(self.parameters.max_info_field_length_transmit)
    }
}
