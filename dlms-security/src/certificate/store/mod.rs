mod fixed;
#[cfg(feature = "alloc")]
mod growing;

use super::{Authorities, Authority, Certificate, CertificateError, Purpose, UnixTime};

pub use fixed::FixedCertificates;
#[cfg(feature = "alloc")]
pub use growing::GrowingCertificates;

/// Whose a certificate is (Security setup, certificate_entity).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Entity {
    /// 0: the server's own.
    Server,
    /// 1: a client's.
    Client,
    /// 2: a certification authority's.
    Authority,
    /// 3: another's.
    Other,
}

impl Entity {
    /// The entity with this number.
    #[must_use]
    pub const fn from_id(id: u8) -> Option<Self> {
        match id {
            0 => Some(Self::Server),
            1 => Some(Self::Client),
            2 => Some(Self::Authority),
            3 => Some(Self::Other),
            _ => None,
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn id(self) -> u8 {
        match self {
            Self::Server => 0,
            Self::Client => 1,
            Self::Authority => 2,
            Self::Other => 3,
        }
    }
}

/// A certificate that is kept. It was checked before it was put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredCertificate<'a> {
    /// Whose it is.
    pub entity: Entity,
    /// What it is for; that of an authority is for none of these.
    pub purpose: Option<Purpose>,
    /// It is trusted without being vouched for, and no client removes it.
    pub anchor: bool,
    /// Its octets, in DER.
    pub der: &'a [u8],
}

/// Where certificates are kept, beside the clock that they are checked against. Their octets are opaque to it.
///
/// On a device they have to outlive a power failure once `insert` and `remove` return.
pub trait CertificateStore {
    /// Whether a device with this store has a Security setup of version 1: else it is 0, and has no certificates.
    const SERVED: bool = true;

    /// The time, if it is known.
    fn now(&self) -> Option<UnixTime>;

    /// Number `index`; nothing after the last.
    fn at(&self, index: usize) -> Option<StoredCertificate<'_>>;

    /// Takes another one.
    ///
    /// # Errors
    /// There is no room for it.
    fn insert(&mut self, certificate: StoredCertificate<'_>) -> Result<(), StoreFull>;

    /// Forgets number `index`; those behind it move up.
    fn remove(&mut self, index: usize);

    /// Its number among those kept, if one of them is `wanted`.
    fn position(&self, wanted: impl Fn(&StoredCertificate<'_>, &Certificate<'_>) -> bool) -> Option<usize>
    where
        Self: Sized,
    {
        for index in 0.. {
            let stored = self.at(index)?;
            if Certificate::from_der(stored.der).is_ok_and(|certificate| wanted(&stored, &certificate)) {
                return Some(index);
            }
        }
        None
    }
}

/// There is no room for another certificate, or for one of its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("no room for the certificate")]
pub struct StoreFull;

impl<S: CertificateStore> Authorities for S {
    fn authority(&self, index: usize) -> Option<Authority<'_>> {
        let all = (0..).map_while(|index| self.at(index));
        let mut authorities = all.filter(|stored| stored.entity == Entity::Authority || stored.anchor);
        authorities.nth(index).map(|stored| Authority { der: stored.der, anchor: stored.anchor })
    }
}

/// No certificates: a device with suite 0, whose Security setup is of version 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoCertificates;

impl CertificateStore for NoCertificates {
    const SERVED: bool = false;

    fn now(&self) -> Option<UnixTime> {
        None
    }
    fn at(&self, _: usize) -> Option<StoredCertificate<'_>> {
        None
    }
    fn insert(&mut self, _: StoredCertificate<'_>) -> Result<(), StoreFull> {
        Err(StoreFull)
    }
    fn remove(&mut self, _: usize) {}
}

/// Checks that an anchor to be kept is the certificate of an authority.
fn check_anchor(der: &[u8]) -> Result<(), CertificateError> {
    match Certificate::from_der(der)?.is_authority() {
        true => Ok(()),
        false => Err(CertificateError::KeyUsage),
    }
}
