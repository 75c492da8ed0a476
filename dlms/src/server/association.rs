use dlms_core::acse::{ApplicationContextName, MechanismName};
use dlms_core::apdu::{Conformance, InitiateResponse};
use dlms_core::crypto::SecuritySuite;
use dlms_core::link::Saps;
use dlms_security::hls::Challenge;
use dlms_security::{Protection, SecurityContext, ServiceCiphering, SystemTitle};

use crate::Referencing;

/// How far an association is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// There is none.
    Free,
    /// Accepted, but the client has not proved itself yet.
    Pending,
    /// Open for services.
    Associated,
}

/// An association of a connection: what holds from AARE to RLRE.
#[derive(Debug, Clone)]
pub(super) struct Association {
    pub(super) state: State,
    pub(super) peer: Saps,
    /// Which of the associations that the device offers.
    pub(super) config: usize,
    pub(super) context: ApplicationContextName,
    pub(super) mechanism: Option<MechanismName>,
    pub(super) security: SecurityContext,
    /// How the client protected what it sent, at best, and in which form last: what it is sent unasked is no worse.
    pub(super) protection: Protection,
    pub(super) form: ServiceCiphering,
    pub(super) conformance: Conformance,
    /// The largest APDU the client takes; 0: it states no limit.
    pub(super) client_max_receive_pdu_size: u16,
    pub(super) ctos: Option<Challenge>,
    pub(super) stoc: Option<Challenge>,
}

impl Association {
    pub(super) const FREE: Self = Self {
        state: State::Free,
        peer: Saps { client: 0, server: 0 },
        config: 0,
        context: ApplicationContextName::LogicalName,
        mechanism: None,
        security: SecurityContext::new(SecuritySuite::Suite0, 0, SystemTitle([0; 8])),
        protection: Protection::NONE,
        form: ServiceCiphering::Global,
        conformance: Conformance::NONE,
        client_max_receive_pdu_size: 0,
        ctos: None,
        stoc: None,
    };

    /// Whether it is with this peer.
    pub(super) fn is_with(&self, peer: Saps) -> bool {
        self.state != State::Free && self.peer == peer
    }

    pub(super) const fn referencing(&self) -> Referencing {
        if self.context.is_short_name() { Referencing::ShortName } else { Referencing::LogicalName }
    }

    /// vaa-name of the InitiateResponse.
    pub(super) const fn vaa_name(&self) -> u16 {
        match self.referencing() {
            Referencing::LogicalName => InitiateResponse::VAA_NAME_LOGICAL_NAME,
            Referencing::ShortName => InitiateResponse::VAA_NAME_SHORT_NAME,
        }
    }
}
