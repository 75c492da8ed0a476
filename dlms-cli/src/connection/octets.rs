use core::fmt;
use core::str::FromStr;

use zeroize::Zeroizing;

use crate::hex;

/// Octets given as hexadecimal digits, that may be secret: never shown, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Octets(Zeroizing<Vec<u8>>);

impl Octets {
    /// The octets.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Octets {
    fn from(octets: &[u8]) -> Self {
        Self(Zeroizing::new(octets.to_vec()))
    }
}

impl FromStr for Octets {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let octets = hex::from_text(text).map_err(|failure| failure.to_string())?;
        Ok(Self(Zeroizing::new(octets)))
    }
}

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} octets)", self.0.len())
    }
}

/// A password as text or as `hex:` and digits.
pub(crate) fn password(text: &str) -> Result<Octets, String> {
    match text.strip_prefix("hex:") {
        Some(digits) => digits.parse(),
        None => Ok(text.as_bytes().into()),
    }
}
