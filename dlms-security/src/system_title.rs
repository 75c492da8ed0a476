use core::fmt;

use dlms_core::crypto::Nonce;

/// The worldwide unique name of a peer (IEC 62056-5-3, system title): 8 octets, the first three the FLAG letters of
/// its manufacturer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SystemTitle(pub [u8; 8]);

impl SystemTitle {
    /// Octets of a system title.
    pub const LEN: usize = 8;

    /// The title in `octets`, if they are eight.
    #[must_use]
    pub fn from_slice(octets: &[u8]) -> Option<Self> {
        match octets.split_first_chunk::<8>() {
            Some((title, [])) => Some(Self(*title)),
            _ => None,
        }
    }

    /// The FLAG letters of the manufacturer, if the title begins with three capital letters.
    #[must_use]
    pub fn manufacturer(&self) -> Option<&str> {
        let letters = self.0.first_chunk::<3>()?;
        if !letters.iter().all(u8::is_ascii_uppercase) {
            return None;
        }
        core::str::from_utf8(letters).ok()
    }

    /// The initialisation vector of AES-GCM: the title, then the invocation counter.
    pub(crate) const fn nonce(self, invocation_counter: u32) -> Nonce {
        let [a, b, c, d, e, f, g, h] = self.0;
        let [w, x, y, z] = invocation_counter.to_be_bytes();
        [a, b, c, d, e, f, g, h, w, x, y, z]
    }
}

impl From<[u8; 8]> for SystemTitle {
    fn from(octets: [u8; 8]) -> Self {
        Self(octets)
    }
}

impl AsRef<[u8]> for SystemTitle {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for SystemTitle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

impl fmt::Debug for SystemTitle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SystemTitle({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows() {
        let title = SystemTitle::from_slice(b"MMM\0\0\xbcaN").unwrap();
        assert_eq!(std::format!("{title}"), "4D4D4D0000BC614E");
        assert_eq!(title.manufacturer(), Some("MMM"));
        assert_eq!(SystemTitle([0; 8]).manufacturer(), None);
        assert_eq!(SystemTitle::from_slice(b"MMM"), None);
        assert_eq!(SystemTitle::from_slice(b"MMM\0\0\xbcaN\0"), None);
    }
}
