//! Association LN (IEC 62056-6-2, class 15): what a client may do with which object. Version 3 is current.

pub mod object_list;
pub mod v0;
pub mod v1;
pub mod v2;
pub mod v3;

mod context;
mod names;

pub use context::{
    AssociatedPartners, AssociationStatus, ConformanceBits, User, UserView, XdlmsContext, XdlmsContextView,
};
pub use names::{
    ApplicationContextName, ApplicationContextNameView, ContextNameElements, MechanismName,
    MechanismNameElements, MechanismNameView,
};
pub use v3::{AssociationLn, Serve};
