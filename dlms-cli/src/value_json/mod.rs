//! COSEM values in JSON: an object with one member, its type in the standard's words.
//!
//! `{"long-unsigned":2364}`, `{"octet-string":"0100010800FF"}`, `{"structure":[…]}`. A compact-array has its rows expanded
//! and a second member, `"type"`: the name of a type, `{"structure":[types]}` or `{"array":[count,type]}`.

mod compact;
mod read;
mod write;

pub(crate) use compact::write_length;
pub(crate) use read::from_json;
pub(crate) use write::{Budget, to_json, to_json_within};
