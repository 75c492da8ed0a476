mod fixed;
#[cfg(feature = "alloc")]
mod growing;

use super::{Entity, Purpose, UnixTime};

pub use fixed::FixedCertificates;
#[cfg(feature = "alloc")]
pub use growing::GrowingCertificates;

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
    fn is_served(&self) -> bool {
        true
    }

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
}

/// There is no room for another certificate, or for one of its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("no room for the certificate")]
pub struct StoreFull;

/// No certificates: a device with suite 0, whose Security setup is of version 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoCertificates;

impl CertificateStore for NoCertificates {
    fn is_served(&self) -> bool {
        false
    }
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

/// A store that may be missing.
impl<S: CertificateStore> CertificateStore for Option<S> {
    fn is_served(&self) -> bool {
        self.as_ref().is_some_and(S::is_served)
    }
    fn now(&self) -> Option<UnixTime> {
        self.as_ref()?.now()
    }
    fn at(&self, index: usize) -> Option<StoredCertificate<'_>> {
        self.as_ref()?.at(index)
    }
    fn insert(&mut self, certificate: StoredCertificate<'_>) -> Result<(), StoreFull> {
        self.as_mut().ok_or(StoreFull)?.insert(certificate)
    }
    fn remove(&mut self, index: usize) {
        if let Some(store) = self {
            store.remove(index);
        }
    }
}
