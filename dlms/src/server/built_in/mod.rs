//! Objects that are views of the server itself. They are put together for one request, on the stack, and asked before
//! the device's own objects.

mod association_sn;
mod current_association;
mod invocation_counter;
mod listed;
mod sap_assignment;
mod security_setup;

pub(super) use association_sn::{CurrentAssociationSn, association_method};
pub(super) use current_association::CurrentAssociation;
pub(super) use invocation_counter::InvocationCounter;
pub(super) use listed::Listed;
pub(super) use sap_assignment::DeviceAtSap;
#[cfg(feature = "certificates")]
pub(super) use security_setup::{AgreedKeys, CertifiedSetup};
pub(super) use security_setup::{Setup, install_keys};

use cosem_classes::association_ln::v1 as association_ln;
use cosem_classes::model::ClassInfo;
use cosem_classes::{data, sap_assignment as sap, security_setup::v0 as setup};
use obis::ObisCode;

use crate::association::CURRENT_ASSOCIATION;

/// Which built-in object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuiltIn {
    /// Association LN, 0-0:40.0.0.255.
    CurrentAssociation,
    /// SAP assignment, 0-0:41.0.0.255.
    SapAssignment,
    /// Security setup, 0-0:43.0.0.255.
    SecuritySetup,
    /// The invocation counter of the global unicast key, 0-0:43.1.0.255.
    InvocationCounter,
}

impl BuiltIn {
    pub(super) const ALL: [Self; 4] =
        [Self::CurrentAssociation, Self::SapAssignment, Self::SecuritySetup, Self::InvocationCounter];

    pub(super) const fn class(self) -> &'static ClassInfo {
        match self {
            Self::CurrentAssociation => &association_ln::AssociationLn::INFO,
            Self::SapAssignment => &sap::SapAssignment::INFO,
            Self::SecuritySetup => &setup::SecuritySetup::INFO,
            Self::InvocationCounter => &data::Data::INFO,
        }
    }

    pub(super) const fn logical_name(self) -> ObisCode {
        match self {
            Self::CurrentAssociation => CURRENT_ASSOCIATION,
            Self::SapAssignment => ObisCode::new(0, 0, 41, 0, 0, 255),
            Self::SecuritySetup => ObisCode::new(0, 0, 43, 0, 0, 255),
            Self::InvocationCounter => ObisCode::new(0, 0, 43, 1, 0, 255),
        }
    }

    /// The built-in object with this name.
    pub(super) fn named(logical_name: ObisCode) -> Option<Self> {
        Self::ALL.into_iter().find(|object| object.logical_name() == logical_name)
    }
}
