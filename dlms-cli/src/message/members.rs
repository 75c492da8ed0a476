use dlms_core::data::DataBuf;
use obis::ObisCode;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::{hex, value_json};

/// The members of an object that somebody wrote, each with a type that it must have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Members<'a> {
    object: &'a Map<String, Value>,
    of: &'a str,
}

impl<'a> Members<'a> {
    /// Those of `json`, which is called `of` in messages.
    pub(crate) fn of(json: &'a Value, of: &'a str) -> Result<Self, Failure> {
        let object = json.as_object().ok_or_else(|| Failure::usage(format!("{of} is no object")))?;
        Ok(Self { object, of })
    }

    /// The member as it is; `null` is as good as none.
    pub(crate) fn optional(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// The member as it is.
    pub(crate) fn any(&self, name: &str) -> Result<&'a Value, Failure> {
        self.optional(name).ok_or_else(|| Failure::usage(format!("{}: {name} is missing", self.of)))
    }

    /// The first member, for alternatives that are told by their name.
    pub(crate) fn only(&self) -> Result<(&'a str, &'a Value), Failure> {
        let mut members = self.object.iter();
        match (members.next(), members.next()) {
            (Some((name, value)), None) => Ok((name, value)),
            _ => Err(Failure::usage(format!("{} must have one member", self.of))),
        }
    }

    /// An object.
    pub(crate) fn object(&self, name: &'a str) -> Result<Self, Failure> {
        Self::of(self.any(name)?, name)
    }

    /// An object that may be left out.
    pub(crate) fn optional_object(&self, name: &'a str) -> Result<Option<Self>, Failure> {
        self.optional(name).map(|value| Self::of(value, name)).transpose()
    }

    /// A list.
    pub(crate) fn list(&self, name: &str) -> Result<&'a [Value], Failure> {
        self.any(name)?.as_array().map(Vec::as_slice).ok_or_else(|| self.wrong(name, "a list"))
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<&'a str, Failure> {
        self.any(name)?.as_str().ok_or_else(|| self.wrong(name, "a text"))
    }

    /// A text that may be left out.
    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<&'a str>, Failure> {
        self.optional(name).map(|_| self.text(name)).transpose()
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Failure> {
        self.any(name)?.as_bool().ok_or_else(|| self.wrong(name, "true or false"))
    }

    /// A number that fits.
    pub(crate) fn number<T: TryFrom<i64>>(&self, name: &str) -> Result<T, Failure> {
        let number = self.any(name)?.as_i64().and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| self.wrong(name, "a number that fits"))
    }

    /// A number that fits and may be left out.
    pub(crate) fn optional_number<T: TryFrom<i64>>(&self, name: &str) -> Result<Option<T>, Failure> {
        self.optional(name).map(|_| self.number(name)).transpose()
    }

    /// Octets in hexadecimal digits.
    pub(crate) fn octets(&self, name: &str) -> Result<Vec<u8>, Failure> {
        hex::from_text(self.text(name)?).map_err(|_| self.wrong(name, "hexadecimal digits"))
    }

    /// Octets that may be left out.
    pub(crate) fn optional_octets(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.optional(name).map(|_| self.octets(name)).transpose()
    }

    /// So many octets.
    pub(crate) fn array<const N: usize>(&self, name: &str) -> Result<[u8; N], Failure> {
        self.octets(name)?.try_into().map_err(|_| self.wrong(name, &format!("{N} octets")))
    }

    /// An OBIS code.
    pub(crate) fn obis(&self, name: &str) -> Result<ObisCode, Failure> {
        self.text(name)?.parse().map_err(|error| Failure::usage(format!("{name}: {error}")))
    }

    /// A COSEM value.
    pub(crate) fn value(&self, name: &str) -> Result<DataBuf, Failure> {
        value_json::from_json(self.any(name)?)
    }

    /// COSEM values.
    pub(crate) fn values(&self, name: &str) -> Result<Vec<DataBuf>, Failure> {
        self.list(name)?.iter().map(value_json::from_json).collect()
    }

    /// The failure of a member that is something else than `what`.
    pub(crate) fn wrong(&self, name: &str, what: &str) -> Failure {
        Failure::usage(format!("{}: {name} must be {what}", self.of))
    }
}
