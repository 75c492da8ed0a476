//! Codes of the standard's by their names; a code without a name as a number.

use dlms_core::apdu::{ActionResult, DataAccessResult};
use serde_json::Value;

use super::Members;
use crate::failure::Failure;

/// What stands for a code without a name.
const UNNAMED: [&str; 2] = ["unknown", "other"];

/// The name of a code.
pub(super) fn to_json(code: u8, name: &str) -> Value {
    if UNNAMED.contains(&name) { code.into() } else { name.into() }
}

/// The code that `json` names or is, of those that `name_of` has names for.
pub(super) fn from_json(json: &Value, name_of: impl Fn(u8) -> &'static str) -> Option<u8> {
    match json {
        Value::Number(number) => number.as_u64().and_then(|code| u8::try_from(code).ok()),
        Value::String(name) if !UNNAMED.contains(&name.as_str()) => {
            (0..=u8::MAX).find(|code| name_of(*code) == name)
        }
        _ => None,
    }
}

/// The code in a member.
pub(super) fn member(
    members: &Members<'_>,
    name: &str,
    name_of: impl Fn(u8) -> &'static str,
) -> Result<u8, Failure> {
    from_json(members.any(name)?, name_of)
        .ok_or_else(|| members.wrong(name, "a name of the standard's or a code"))
}

/// How access to an attribute ended.
pub(super) fn access_result(result: DataAccessResult) -> Value {
    to_json(result.code(), result.name())
}

/// How access to an attribute ended, out of JSON.
pub(super) fn access_result_from(json: &Value) -> Result<DataAccessResult, Failure> {
    from_json(json, |code| DataAccessResult::from_code(code).name())
        .map(DataAccessResult::from_code)
        .ok_or_else(|| Failure::usage(format!("{json} is no data-access-result")))
}

/// How the invocation of a method ended.
pub(super) fn action_result(result: ActionResult) -> Value {
    to_json(result.code(), result.name())
}

/// How the invocation of a method ended, out of JSON.
pub(super) fn action_result_from(json: &Value) -> Result<ActionResult, Failure> {
    from_json(json, |code| ActionResult::from_code(code).name())
        .map(ActionResult::from_code)
        .ok_or_else(|| Failure::usage(format!("{json} is no action-result")))
}
