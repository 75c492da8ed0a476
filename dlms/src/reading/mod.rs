//! Readings out of what meters push: values that name the object they belong to.
//!
//! Known forms, in any order and nesting:
//!
//! | form | example |
//! |---|---|
//! | a structure for each object | `{code, value}`, `{code, value, {scaler, unit}}` |
//! | one list of all | `code, value, code, value, {scaler, unit}, …` |
//! | a push_object_list, then the values | `[{class, code, attribute, index}, …], value, value, …` |
//! | an attribute descriptor and its value | `{{class, code, attribute}, value}` |
//! | values alone, by a list that is known | a [`List`], or the push_object_list of Push setup ([`each_listed`]) |
//!
//! ```
//! use cosem_classes::Unit;
//! use dlms::reading::{Meaning, each};
//! use dlms_core::codec::Decode;
//! use dlms_core::data::Data;
//!
//! // {1-0:32.7.0.255, 2337, {-1, V}}
//! let body = Data::from_bytes(b"\x02\x03\x09\x06\x01\x00\x20\x07\x00\xff\x12\x09\x21\x02\x02\x0f\xff\x16\x23")?;
//! let mut voltage = None;
//! each(body, None, &mut |reading| voltage = reading.quantity());
//! assert_eq!(voltage.map(|voltage| voltage.to_string()).as_deref(), Some("233.7 V"));
//! # Ok::<_, dlms_core::codec::DecodeError>(())
//! ```

mod find;
mod known;
mod meaning;
mod model;
mod value;

pub use find::{each, each_listed};
pub use known::{KAIFA, KAMSTRUP, KNOWN};
pub use meaning::Meaning;
pub use model::{Field, List, Model};
pub use value::Reading;
