//! Who may do what, and how it is protected.

pub mod association_ln;
pub mod sap_assignment;
pub mod security_setup;
