/// How an APDU is protected: bits A and E of the security control octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Protection {
    /// It carries an authentication tag.
    pub authenticated: bool,
    /// It is encrypted.
    pub encrypted: bool,
}

impl Protection {
    /// Neither.
    pub const NONE: Self = Self { authenticated: false, encrypted: false };
    /// A tag over what is sent in the clear.
    pub const AUTHENTICATED: Self = Self { authenticated: true, encrypted: false };
    /// Encrypted, without a tag: changes go unnoticed.
    pub const ENCRYPTED: Self = Self { authenticated: false, encrypted: true };
    /// Both.
    pub const AUTHENTICATED_ENCRYPTED: Self = Self { authenticated: true, encrypted: true };

    /// Whether this protects at least as much as `other`.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        (self.authenticated || !other.authenticated) && (self.encrypted || !other.encrypted)
    }

    /// The least that covers both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            authenticated: self.authenticated || other.authenticated,
            encrypted: self.encrypted || other.encrypted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Protection;

    #[test]
    fn the_union_is_the_least_that_covers_both() {
        use Protection as P;
        let all = [P::NONE, P::AUTHENTICATED, P::ENCRYPTED, P::AUTHENTICATED_ENCRYPTED];
        for a in all {
            for b in all {
                let union = a.union(b);
                assert!(union.covers(a) && union.covers(b));
                assert!(all.iter().all(|c| !(c.covers(a) && c.covers(b)) || c.covers(union)));
                assert_eq!(a.covers(b) && b.covers(a), a == b);
            }
        }
        assert!(!P::AUTHENTICATED.covers(P::ENCRYPTED));
    }
}
