/// How an APDU is protected: bits A and E of the security control octet, and whether it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Protection {
    /// It carries an authentication tag.
    pub authenticated: bool,
    /// It is encrypted.
    pub encrypted: bool,
    /// It is in a general-signing APDU, or has one inside.
    pub signed: bool,
}

impl Protection {
    /// Neither.
    pub const NONE: Self = Self { authenticated: false, encrypted: false, signed: false };
    /// A tag over what is sent in the clear.
    pub const AUTHENTICATED: Self = Self { authenticated: true, encrypted: false, signed: false };
    /// Encrypted, without a tag: changes go unnoticed.
    pub const ENCRYPTED: Self = Self { authenticated: false, encrypted: true, signed: false };
    /// Both.
    pub const AUTHENTICATED_ENCRYPTED: Self = Self { authenticated: true, encrypted: true, signed: false };

    /// The same, with a digital signature.
    #[must_use]
    pub const fn signed(self) -> Self {
        Self { signed: true, ..self }
    }

    /// The same without the signature: what the security control octet says.
    #[must_use]
    pub const fn ciphering(self) -> Self {
        Self { signed: false, ..self }
    }

    /// Whether this protects at least as much as `other`.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        (self.authenticated || !other.authenticated)
            && (self.encrypted || !other.encrypted)
            && (self.signed || !other.signed)
    }

    /// The least that covers both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            authenticated: self.authenticated || other.authenticated,
            encrypted: self.encrypted || other.encrypted,
            signed: self.signed || other.signed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Protection;

    #[test]
    fn the_union_is_the_least_that_covers_both() {
        use Protection as P;
        let plain = [P::NONE, P::AUTHENTICATED, P::ENCRYPTED, P::AUTHENTICATED_ENCRYPTED];
        let all: std::vec::Vec<_> = plain.iter().copied().chain(plain.map(P::signed)).collect();
        for a in all.iter().copied() {
            for b in all.iter().copied() {
                let union = a.union(b);
                assert!(union.covers(a) && union.covers(b));
                assert!(all.iter().all(|c| !(c.covers(a) && c.covers(b)) || c.covers(union)));
                assert_eq!(a.covers(b) && b.covers(a), a == b);
            }
        }
        assert!(!P::AUTHENTICATED.covers(P::ENCRYPTED));
    }
}
