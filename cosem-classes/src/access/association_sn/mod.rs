//! Association SN (IEC 62056-6-2, class 12): the objects of a logical device by their short names. The current one is
//! at base name 0xFA00. Version 4 is current.

mod access_description;
mod object_list;
pub mod v1;
pub mod v2;
pub mod v3;
pub mod v4;

pub use access_description::AccessDescription;
pub use object_list::{AttributeName, ObjectListElement};
pub use v4::{AssociationSn, Serve};
