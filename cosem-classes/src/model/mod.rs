//! What a class is and what an object is: the same tables for both sides.

mod access;
mod attribute;
mod capture_object;
mod class_info;
mod effect;
mod object;
mod objects;
mod rows;

pub use access::{AccessMode, AccessRights, ReadOnly, Unrestricted};
pub use attribute::{Attribute, Method};
pub use capture_object::CaptureObject;
pub use class_info::{AttributeInfo, Class, ClassInfo, MethodInfo, Storage};
pub use effect::{CaptureTarget, Effect};
pub use object::{Answer, Instance, Object, Value};
#[cfg(feature = "alloc")]
pub use objects::ObjectList;
pub use objects::Objects;
pub use rows::Rows;
