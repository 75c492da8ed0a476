//! Who may do what, and how it is protected.

pub mod association_ln;
pub mod association_sn;
pub mod image_transfer;
pub mod sap_assignment;
pub mod security_setup;
