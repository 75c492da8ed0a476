use dlms_core::apdu::Conformance;
use dlms_core::crypto::SecuritySuite;
use dlms_security::{AlgorithmIds, Protection, SecurityPolicy, SystemTitle};
#[cfg(feature = "general-protection")]
use dlms_security::{GeneralProtection, PublicKey};

use crate::Authentication;
use crate::association::SERVED;

/// A logical device, as its clients see it.
#[derive(Debug, Clone, Copy)]
pub struct DeviceConfig<'a> {
    /// Its service access point: 1 is the management logical device.
    pub sap: u16,
    /// Its COSEM logical device name: three letters of the manufacturer, then up to 13 octets.
    pub name: &'a [u8],
    /// Its system title.
    pub system_title: SystemTitle,
    /// The algorithms of its Security setup.
    pub suite: SecuritySuite,
    /// The largest APDU it takes, in octets.
    pub max_receive_pdu_size: u16,
    /// Blocks of a general block transfer that it takes and sends in a row, 1..=63.
    pub block_window: u8,
    /// How algorithms are written where keys are agreed on.
    pub algorithm_ids: AlgorithmIds,
}

impl<'a> DeviceConfig<'a> {
    /// A management logical device with suite 0.
    #[must_use]
    pub const fn new(name: &'a [u8], system_title: SystemTitle) -> Self {
        Self {
            sap: 1,
            name,
            system_title,
            suite: SecuritySuite::Suite0,
            max_receive_pdu_size: 1024,
            block_window: 8,
            algorithm_ids: AlgorithmIds::Encoded,
        }
    }
}

/// An association that a logical device offers: who may open it, and how. A client that may authenticate in several
/// ways has several.
#[derive(Debug, Clone)]
pub struct AssociationConfig {
    /// The client's service access point.
    pub client: u16,
    /// How the client has to prove who it is.
    pub authentication: Authentication,
    /// Whether the application context without ciphering will do.
    pub plain_context: bool,
    /// Whether the application context with ciphering will do.
    pub ciphered_context: bool,
    /// Whether it may be opened by clients that reference by short names, where the device has any.
    pub short_names: bool,
    /// The protection that messages have at least, beside the device's policy.
    pub policy: SecurityPolicy,
    /// The set of keys, and the Security setup object, in charge.
    pub setup: u8,
    /// The services offered.
    pub conformance: Conformance,
    /// It stands without being opened.
    pub pre_established: Option<PreEstablished>,
    /// The client's public key for digital signatures, where it is known beforehand; else the certificate in the AARQ
    /// tells, if the provider trusts it.
    #[cfg(feature = "general-protection")]
    pub client_signing_key: Option<PublicKey>,
    /// How general-ciphering and signatures are done, where the client asks in them.
    #[cfg(feature = "general-protection")]
    pub general_protection: GeneralProtection,
}

/// An association that needs no AARQ: what one would have agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreEstablished {
    /// Whether messages may be ciphered.
    pub ciphered_context: bool,
    /// The client's system title, where messages are ciphered in forms that do not carry it.
    pub client_title: Option<SystemTitle>,
    /// The largest APDU the client takes, in octets; 0: any.
    pub client_max_receive_pdu_size: u16,
}

impl AssociationConfig {
    /// What a server can do. A client is told what goes with how it references.
    pub const CONFORMANCE: Conformance = Conformance::GENERAL_PROTECTION
        .union(Conformance::READ)
        .union(Conformance::WRITE)
        .union(Conformance::UNCONFIRMED_WRITE)
        .union(Conformance::PARAMETERIZED_ACCESS)
        .union(Conformance::PRIORITY_MGMT_SUPPORTED)
        .union(Conformance::BLOCK_TRANSFER_WITH_GET_OR_READ)
        .union(Conformance::BLOCK_TRANSFER_WITH_SET_OR_WRITE)
        .union(Conformance::BLOCK_TRANSFER_WITH_ACTION)
        .union(Conformance::MULTIPLE_REFERENCES)
        .union(SERVED)
        .union(Conformance::GET)
        .union(Conformance::SET)
        .union(Conformance::SELECTIVE_ACCESS)
        .union(Conformance::ACTION);

    /// The association of the client at SAP `client`, in either context and with no protection demanded.
    #[must_use]
    pub const fn new(client: u16, authentication: Authentication) -> Self {
        Self {
            client,
            authentication,
            plain_context: true,
            ciphered_context: true,
            short_names: true,
            policy: SecurityPolicy { request: Protection::NONE, response: Protection::NONE },
            setup: 0,
            conformance: Self::CONFORMANCE,
            pre_established: None,
            #[cfg(feature = "general-protection")]
            client_signing_key: None,
            #[cfg(feature = "general-protection")]
            general_protection: GeneralProtection::DEFAULT,
        }
    }

    /// An association that stands without being opened, as of client 102 in several companion standards. Nobody proves
    /// who he is: demand [protection](Self::protected), and give no rights without.
    #[must_use]
    pub const fn pre_established(client: u16, agreed: PreEstablished) -> Self {
        let mut config = Self::new(client, Authentication::None);
        config.pre_established = Some(agreed);
        config
    }

    /// With messages of this protection at least, in the context with ciphering only.
    #[must_use]
    pub const fn protected(mut self, protection: Protection) -> Self {
        self.policy = SecurityPolicy { request: protection, response: protection };
        self.plain_context = false;
        self
    }
}
