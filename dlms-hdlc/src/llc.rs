/// The LLC header in front of an APDU, in the first frame of it only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Llc {
    /// From a client.
    Command,
    /// From a server.
    Response,
}

/// Octets of an LLC header.
pub const LLC_LEN: usize = 3;

impl Llc {
    /// The three octets.
    #[must_use]
    pub const fn to_octets(self) -> [u8; LLC_LEN] {
        match self {
            Self::Command => [0xe6, 0xe6, 0x00],
            Self::Response => [0xe6, 0xe7, 0x00],
        }
    }

    /// The header at the front of an information field, and what follows it; the destination may be `FF`,
    /// which is everybody.
    #[must_use]
    pub fn split(information: &[u8]) -> Option<(Self, &[u8])> {
        match information {
            [0xe6 | 0xff, 0xe6, 0x00, apdu @ ..] => Some((Self::Command, apdu)),
            [0xe6 | 0xff, 0xe7, 0x00, apdu @ ..] => Some((Self::Response, apdu)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_split_off() {
        assert_eq!(Llc::split(&[0xe6, 0xe6, 0, 0xc0]), Some((Llc::Command, &[0xc0][..])));
        assert_eq!(Llc::split(&[0xe6, 0xe7, 0]), Some((Llc::Response, &[][..])));
        assert_eq!(Llc::split(&[0xff, 0xe6, 0]), Some((Llc::Command, &[][..])));
        assert_eq!(Llc::split(&[0xe6, 0xe7]), None);
        assert_eq!(Llc::split(&[0xe0, 0x00, 0x00]), None);
    }
}
