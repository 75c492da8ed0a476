use crate::{Protection, SecurityError};

/// The least protection that is accepted and given: Security setup, attribute security_policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SecurityPolicy {
    /// Of requests.
    pub request: Protection,
    /// Of responses.
    pub response: Protection,
}

impl SecurityPolicy {
    const AUTHENTICATED_REQUEST: u8 = 0x04;
    const ENCRYPTED_REQUEST: u8 = 0x08;
    const SIGNED_REQUEST: u8 = 0x10;
    const AUTHENTICATED_RESPONSE: u8 = 0x20;
    const ENCRYPTED_RESPONSE: u8 = 0x40;
    const SIGNED_RESPONSE: u8 = 0x80;

    /// The same in both directions.
    #[must_use]
    pub const fn both(protection: Protection) -> Self {
        Self { request: protection, response: protection }
    }

    /// The policy of a Security setup of version 0: 0 nothing, 1 authenticated, 2 encrypted, 3 both.
    #[must_use]
    pub const fn from_v0(value: u8) -> Option<Self> {
        match value {
            0..=3 => Some(Self::both(Protection {
                authenticated: value & 1 != 0,
                encrypted: value & 2 != 0,
                signed: false,
            })),
            _ => None,
        }
    }

    /// As a value of version 0, which has the same in both directions; nothing when they differ, or are signed.
    #[must_use]
    pub const fn to_v0(self) -> Option<u8> {
        let Protection { authenticated, encrypted, signed } = self.request;
        if signed || self.response.signed {
            return None;
        }
        if authenticated != self.response.authenticated || encrypted != self.response.encrypted {
            return None;
        }
        Some(authenticated as u8 | (encrypted as u8) << 1)
    }

    /// The policy of a Security setup of version 1, a bit each: `04` authenticated, `08` encrypted and `10` signed
    /// request; `20`, `40` and `80` the same of the response. Nothing for the reserved bits.
    #[must_use]
    pub const fn from_v1(value: u8) -> Option<Self> {
        let known = Self::AUTHENTICATED_REQUEST
            | Self::ENCRYPTED_REQUEST
            | Self::SIGNED_REQUEST
            | Self::AUTHENTICATED_RESPONSE
            | Self::ENCRYPTED_RESPONSE
            | Self::SIGNED_RESPONSE;
        if value & !known != 0 {
            return None;
        }
        Some(Self {
            request: Protection {
                authenticated: value & Self::AUTHENTICATED_REQUEST != 0,
                encrypted: value & Self::ENCRYPTED_REQUEST != 0,
                signed: value & Self::SIGNED_REQUEST != 0,
            },
            response: Protection {
                authenticated: value & Self::AUTHENTICATED_RESPONSE != 0,
                encrypted: value & Self::ENCRYPTED_RESPONSE != 0,
                signed: value & Self::SIGNED_RESPONSE != 0,
            },
        })
    }

    /// As a value of version 1.
    #[must_use]
    pub const fn to_v1(self) -> u8 {
        let mut value = 0;
        if self.request.authenticated {
            value |= Self::AUTHENTICATED_REQUEST;
        }
        if self.request.encrypted {
            value |= Self::ENCRYPTED_REQUEST;
        }
        if self.request.signed {
            value |= Self::SIGNED_REQUEST;
        }
        if self.response.authenticated {
            value |= Self::AUTHENTICATED_RESPONSE;
        }
        if self.response.encrypted {
            value |= Self::ENCRYPTED_RESPONSE;
        }
        if self.response.signed {
            value |= Self::SIGNED_RESPONSE;
        }
        value
    }

    /// Whether this demands at least what `other` does. A policy may only ever be replaced by one that covers it.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        self.request.covers(other.request) && self.response.covers(other.response)
    }

    /// The least that covers both, as of the policy and the rights of one attribute.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self { request: self.request.union(other.request), response: self.response.union(other.response) }
    }

    /// Checks the protection of a received request.
    ///
    /// # Errors
    /// `WeakerThanPolicy`.
    pub const fn check_request(self, protection: Protection) -> Result<(), SecurityError> {
        check(protection, self.request)
    }

    /// Checks the protection of a received response.
    ///
    /// # Errors
    /// `WeakerThanPolicy`.
    pub const fn check_response(self, protection: Protection) -> Result<(), SecurityError> {
        check(protection, self.response)
    }
}

const fn check(given: Protection, demanded: Protection) -> Result<(), SecurityError> {
    if given.covers(demanded) { Ok(()) } else { Err(SecurityError::WeakerThanPolicy) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_both_versions_go_there_and_back() {
        for value in 0..=u8::MAX {
            assert_eq!(
                SecurityPolicy::from_v0(value).and_then(SecurityPolicy::to_v0),
                (value < 4).then_some(value)
            );
            let known = value & 0x03 == 0;
            assert_eq!(SecurityPolicy::from_v1(value).map(SecurityPolicy::to_v1), known.then_some(value));
        }
        assert_eq!(SecurityPolicy::from_v0(3).unwrap().to_v1(), 0x6c);
        assert_eq!(SecurityPolicy::from_v1(0x04).unwrap().to_v0(), None);
    }

    #[test]
    fn only_what_demands_no_less_covers() {
        let policy = |v| SecurityPolicy::from_v1(v).unwrap();
        assert!(policy(0x6c).covers(policy(0x24)));
        assert!(!policy(0x24).covers(policy(0x28)));
        assert_eq!(policy(0x04).union(policy(0x40)).to_v1(), 0x44);
    }

    #[test]
    fn weaker_is_refused_and_stronger_is_not() {
        let policy = SecurityPolicy { request: Protection::AUTHENTICATED, response: Protection::NONE };
        assert_eq!(policy.check_request(Protection::NONE), Err(SecurityError::WeakerThanPolicy));
        assert_eq!(policy.check_request(Protection::ENCRYPTED), Err(SecurityError::WeakerThanPolicy));
        assert_eq!(policy.check_request(Protection::AUTHENTICATED_ENCRYPTED), Ok(()));
        assert_eq!(policy.check_response(Protection::NONE), Ok(()));
    }
}
