//! What a class is and what an object is: the same tables for both sides.

mod access;
mod attribute;
mod capture_object;
mod class;
mod class_info;
mod dispatch;
mod effect;
mod member;
mod method_offset;
mod object;
mod objects;
mod rows;

pub use access::{AccessMode, AccessRights, ReadOnly, Unrestricted};
pub use attribute::{Attribute, Method};
pub use capture_object::CaptureObject;
#[doc(hidden)]
pub use class::{check_integer_0, rows_match, written};
pub use class_info::{AttributeInfo, Class, ClassInfo, MethodInfo, Storage};
pub use dispatch::Dispatch;
pub use effect::{CaptureTarget, Effect};
pub use member::Member;
pub use method_offset::method_offset;
pub use object::{Answer, Instance, Object, Value, write_whole};
#[cfg(feature = "alloc")]
pub use objects::ObjectList;
pub use objects::Objects;
pub use rows::Rows;
