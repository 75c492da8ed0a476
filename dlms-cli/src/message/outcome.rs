//! A value, or why there is none.

use dlms_core::apdu::{DataAccessResult, GetDataResult};
use dlms_core::data::DataBuf;
use serde_json::{Value, json};

use super::{Members, codes};
use crate::failure::Failure;
use crate::value_json::{Budget, from_json, to_json_within};

pub(super) const ACCESS_RESULT: &str = "data-access-result";

/// `{"data":VALUE}` or `{"data-access-result":…}`.
pub(super) fn to_json(of: &GetDataResult<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    Ok(match of {
        GetDataResult::Data(value) => json!({"data": to_json_within(value, budget)?}),
        GetDataResult::Error(error) => json!({ACCESS_RESULT: codes::access_result(*error)}),
    })
}

/// A value, or why there is none, that owns its octets.
#[derive(Debug)]
pub(super) enum Outcome {
    Data(DataBuf),
    Error(DataAccessResult),
}

impl Outcome {
    pub(super) fn from_json(json: &Value) -> Result<Self, Failure> {
        match Members::of(json, "a result")?.only()? {
            ("data", value) => Ok(Self::Data(from_json(value)?)),
            (ACCESS_RESULT, error) => Ok(Self::Error(codes::access_result_from(error)?)),
            (other, _) => Err(Failure::usage(format!("{other} is no result"))),
        }
    }

    pub(super) fn view(&self) -> GetDataResult<'_> {
        match self {
            Self::Data(value) => GetDataResult::Data(value.as_data()),
            Self::Error(error) => GetDataResult::Error(*error),
        }
    }
}
