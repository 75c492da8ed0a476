use dlms_core::apdu::Conformance;
use dlms_core::crypto::SecuritySuite;
use dlms_core::limits;
use dlms_core::link::Saps;
#[cfg(feature = "general-protection")]
use dlms_security::{GeneralProtection, PublicKey};
use dlms_security::{Protection, ServiceCiphering, SystemTitle};

use crate::association::OPTIONAL;
use crate::{Authentication, Referencing, Secret};

/// What is ciphered, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ciphering {
    /// The algorithms.
    pub suite: SecuritySuite,
    /// Which set of the provider's keys.
    pub setup: u8,
    /// What is applied to requests and required of responses.
    pub protection: Protection,
    /// The form of ciphered messages.
    pub form: ServiceCiphering,
    /// Whether to propose the application context with ciphering. Some meters want HLS with keys in a context
    /// without it.
    pub context: bool,
    /// The client's own system title.
    pub system_title: SystemTitle,
    /// The server's, where it is known beforehand; else the AARE tells.
    pub server_title: Option<SystemTitle>,
    /// The server's public key for digital signatures, where it is known beforehand; else the certificate in the AARE
    /// tells, if the provider trusts it.
    #[cfg(feature = "general-protection")]
    pub server_signing_key: Option<PublicKey>,
    /// How general-ciphering and signatures are done, where the form or the protection has them.
    #[cfg(feature = "general-protection")]
    pub general_protection: GeneralProtection,
}

impl Ciphering {
    /// Suite 0 with global keys: authenticated and encrypted.
    #[must_use]
    pub const fn new(system_title: SystemTitle) -> Self {
        Self {
            suite: SecuritySuite::Suite0,
            setup: 0,
            protection: Protection::AUTHENTICATED_ENCRYPTED,
            form: ServiceCiphering::Global,
            context: true,
            system_title,
            server_title: None,
            #[cfg(feature = "general-protection")]
            server_signing_key: None,
            #[cfg(feature = "general-protection")]
            general_protection: GeneralProtection::DEFAULT,
        }
    }
}

/// An association that needs no AARQ: what one would have agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreEstablished {
    /// The services that may be used.
    pub conformance: Conformance,
    /// The largest APDU the server takes, in octets; 0: any.
    pub server_max_receive_pdu_size: u16,
}

/// How a client talks to a meter.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// The client's service access point, and the logical device's.
    pub saps: Saps,
    /// How it names attributes and methods; by short names after [`with_short_names`](super::Client::with_short_names).
    pub referencing: Referencing,
    /// Whether methods are invoked by Write, as some meters want it, where a Read would do what they give: by short
    /// names only.
    pub invoke_by_write: bool,
    /// The association stands without being opened: there is no AARQ.
    pub pre_established: Option<PreEstablished>,
    /// How it proves who it is.
    pub authentication: Authentication,
    /// What is ciphered; nothing if not.
    pub ciphering: Option<Ciphering>,
    /// The dedicated key to propose, where the form of ciphering uses one; a random one if there is none. One that is
    /// given may have been used before, so it is counted with the global key.
    pub dedicated_key: Option<Secret>,
    /// The services to propose, of those that go with how it references.
    pub conformance: Conformance,
    /// The largest APDU to receive, in octets.
    pub max_receive_pdu_size: u16,
    /// The largest APDU to send, in octets, where the server takes less than it says; 0: what it says.
    pub max_send_pdu_size: u16,
    /// Whether an AARE may accept without saying what was agreed: then that is what was proposed.
    pub silent_agreement: bool,
    /// The user at the client, for meters that keep a list.
    pub user_id: Option<u8>,
    /// Items of one ACCESS request at most: some meters take fewer than they have room for.
    #[cfg(feature = "access")]
    pub access_items: u8,
    /// Blocks of a general block transfer that it takes and sends in a row, 1..=63.
    pub block_window: u8,
    /// Milliseconds to wait for each response, and for each part of one where the link tells of parts. A link that
    /// repeats what is lost has time-outs of its own, and they come first.
    pub response_time_out: u64,
    /// Whether to release with RLRQ; else closing the connection has to do.
    pub release_request: bool,
    /// Hand over long values block by block instead of keeping them.
    pub stream_blocks: bool,
}

impl ClientConfig {
    /// What a client proposes unless told otherwise: all that it can, but for general block transfer
    /// ([`with_general_block_transfer`](Self::with_general_block_transfer)). A ciphered answer that comes in those has
    /// to be kept whole, where each block of a service's own is ciphered by itself.
    pub const CONFORMANCE: Conformance = Conformance::NONE
        .union(Conformance::GENERAL_PROTECTION)
        .union(Conformance::READ)
        .union(Conformance::WRITE)
        .union(Conformance::UNCONFIRMED_WRITE)
        .union(Conformance::PARAMETERIZED_ACCESS)
        .union(Conformance::PRIORITY_MGMT_SUPPORTED)
        .union(Conformance::ATTRIBUTE0_SUPPORTED_WITH_GET)
        .union(Conformance::BLOCK_TRANSFER_WITH_GET_OR_READ)
        .union(Conformance::BLOCK_TRANSFER_WITH_SET_OR_WRITE)
        .union(Conformance::BLOCK_TRANSFER_WITH_ACTION)
        .union(Conformance::MULTIPLE_REFERENCES)
        .union(OPTIONAL)
        .union(Conformance::GET)
        .union(Conformance::SET)
        .union(Conformance::SELECTIVE_ACCESS)
        .union(Conformance::ACTION);

    /// The client at `client` of the logical device at `server`, without authentication and ciphering.
    #[must_use]
    pub const fn new(client: u16, server: u16) -> Self {
        Self {
            saps: Saps { client, server },
            referencing: Referencing::LogicalName,
            invoke_by_write: false,
            pre_established: None,
            authentication: Authentication::None,
            ciphering: None,
            dedicated_key: None,
            conformance: Self::CONFORMANCE,
            max_receive_pdu_size: 1024,
            max_send_pdu_size: 0,
            silent_agreement: false,
            user_id: None,
            #[cfg(feature = "access")]
            access_items: 64,
            block_window: 8,
            response_time_out: limits::RESPONSE_TIME_OUT,
            release_request: true,
            stream_blocks: false,
        }
    }

    /// Proposes general block transfer, with so many blocks in a row, 1..=63.
    #[cfg(feature = "general-block-transfer")]
    #[must_use]
    pub const fn with_general_block_transfer(mut self, window: u8) -> Self {
        self.conformance = self.conformance.union(Conformance::GENERAL_BLOCK_TRANSFER);
        self.block_window = window;
        self
    }
}
