#[cfg(any(feature = "client", feature = "server"))]
use dlms_core::apdu::Conformance;

/// How a client names attributes and methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Referencing {
    /// By class, logical name and number: GET, SET, ACTION.
    #[default]
    LogicalName,
    /// By a number of sixteen bits: Read, Write.
    ShortName,
}

#[cfg(any(feature = "client", feature = "server"))]
impl Referencing {
    /// The services that go with it, of those in `conformance`.
    pub(crate) const fn of(self, conformance: Conformance) -> Conformance {
        conformance.without(match self {
            Self::LogicalName => ONLY_BY_SHORT_NAME,
            Self::ShortName => ONLY_BY_LOGICAL_NAME,
        })
    }
}

#[cfg(any(feature = "client", feature = "server"))]
const ONLY_BY_LOGICAL_NAME: Conformance = Conformance::ATTRIBUTE0_SUPPORTED_WITH_SET
    .union(Conformance::PRIORITY_MGMT_SUPPORTED)
    .union(Conformance::ATTRIBUTE0_SUPPORTED_WITH_GET)
    .union(Conformance::BLOCK_TRANSFER_WITH_ACTION)
    .union(Conformance::ACCESS)
    .union(Conformance::GET)
    .union(Conformance::SET)
    .union(Conformance::SELECTIVE_ACCESS)
    .union(Conformance::EVENT_NOTIFICATION)
    .union(Conformance::ACTION);

#[cfg(any(feature = "client", feature = "server"))]
const ONLY_BY_SHORT_NAME: Conformance = Conformance::READ
    .union(Conformance::WRITE)
    .union(Conformance::UNCONFIRMED_WRITE)
    .union(Conformance::INFORMATION_REPORT)
    .union(Conformance::PARAMETERIZED_ACCESS);
