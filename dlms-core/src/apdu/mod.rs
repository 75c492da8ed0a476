//! The xDLMS messages (IEC 62056-5-3).

mod conformance;
mod descriptor;
mod invoke_id;
mod result;

pub use conformance::Conformance;
pub use descriptor::{AttributeDescriptor, MethodDescriptor, SelectiveAccess};
pub use invoke_id::InvokeIdAndPriority;
pub use result::{ActionResult, DataAccessResult};
