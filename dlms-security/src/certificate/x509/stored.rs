use super::{Authorities, Authority, Certificate, CertificateError};
use crate::certificate::{CertificateStore, Entity, FixedCertificates, StoreFull, StoredCertificate};

impl<S: CertificateStore> Authorities for S {
    fn authority(&self, index: usize) -> Option<Authority<'_>> {
        let all = (0..).map_while(|index| self.at(index));
        let mut authorities = all.filter(|stored| stored.entity == Entity::Authority || stored.anchor);
        authorities.nth(index).map(|stored| Authority { der: stored.der, anchor: stored.anchor })
    }
}

/// The certificates of a store that are `wanted`, with their numbers; those of no sound DER are passed over.
pub fn find<S: CertificateStore>(
    store: &S,
    wanted: impl Fn(&StoredCertificate<'_>, &Certificate<'_>) -> bool,
) -> impl Iterator<Item = (usize, Certificate<'_>)> {
    let all = (0..).map_while(|index| Some((index, store.at(index)?)));
    all.filter_map(move |(index, stored)| {
        let certificate = Certificate::from_der(stored.der).ok()?;
        wanted(&stored, &certificate).then_some((index, certificate))
    })
}

/// Keeps a certificate as a trust anchor.
fn trust(store: &mut impl CertificateStore, der: &[u8]) -> Result<(), CertificateError> {
    if !Certificate::from_der(der)?.is_authority() {
        return Err(CertificateError::KeyUsage);
    }
    let anchor = StoredCertificate { entity: Entity::Authority, purpose: None, anchor: true, der };
    store.insert(anchor).map_err(|StoreFull| CertificateError::TooLong)
}

impl<const N: usize, const SIZE: usize> FixedCertificates<N, SIZE> {
    /// Takes the certificate of an authority that is trusted from now on.
    ///
    /// # Errors
    /// It is none of an authority, or there is no room (`TooLong`).
    pub fn trust(&mut self, der: &[u8]) -> Result<(), CertificateError> {
        trust(self, der)
    }
}

#[cfg(feature = "alloc")]
impl crate::certificate::GrowingCertificates {
    /// Takes the certificate of an authority that is trusted from now on.
    ///
    /// # Errors
    /// It is none of an authority, or there are too many (`TooLong`).
    pub fn trust(&mut self, der: &[u8]) -> Result<(), CertificateError> {
        trust(self, der)
    }
}
