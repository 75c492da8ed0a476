use dlms_core::crypto::{CryptoProvider, SecuritySuite};

use super::{Certificate, CertificateError};
use crate::SystemTitle;
use crate::certificate::{Purpose, UnixTime};

/// An authority whose certificate is at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority<'a> {
    /// Its certificate, in DER.
    pub der: &'a [u8],
    /// It is trusted without being vouched for: a trust anchor.
    pub anchor: bool,
}

/// The authorities whose certificates are at hand.
pub trait Authorities {
    /// Number `index`; nothing after the last.
    fn authority(&self, index: usize) -> Option<Authority<'_>>;
}

impl Authorities for [Authority<'_>] {
    fn authority(&self, index: usize) -> Option<Authority<'_>> {
        self.get(index).copied()
    }
}

/// What a certificate has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// What its key is to be used for.
    pub purpose: Purpose,
    /// The suite that the key is of.
    pub suite: SecuritySuite,
    /// Whose it is; `None`: anybody's who has a system title.
    pub system_title: Option<SystemTitle>,
    /// The time; `None`: not known, and nothing is accepted.
    pub now: Option<UnixTime>,
}

/// Authorities from a certificate to its trust anchor at most.
const DEPTH: u8 = 4;

/// Checks that a certificate is what is expected, holds now, and that authorities vouch for it up to a trust anchor,
/// each of them holding now too and allowed to.
///
/// # Errors
/// `KeyUsage`, `Suite`, `SystemTitle`, `NoTime`, `Expired`, `NotYetValid`, `Untrusted`, `Inauthentic`; or the provider
/// failed.
pub fn check<C, A>(
    crypto: &mut C,
    certificate: &Certificate<'_>,
    authorities: &A,
    expected: &Expected,
) -> Result<(), CertificateError>
where
    C: CryptoProvider + ?Sized,
    A: Authorities + ?Sized,
{
    let now = expected.now.ok_or(CertificateError::NoTime)?;
    if !certificate.is_for(expected.purpose) {
        return Err(CertificateError::KeyUsage);
    }
    if certificate.public_key().suite() != expected.suite {
        return Err(CertificateError::Suite);
    }
    let title = certificate.system_title().ok_or(CertificateError::SystemTitle)?;
    if expected.system_title.is_some_and(|expected| expected != title) {
        return Err(CertificateError::SystemTitle);
    }
    certificate.check_time(now)?;
    vouched_for(crypto, certificate, authorities, 0, now)
}

/// Checks the certificate of an authority that is no trust anchor itself: that it holds now, and that others vouch for it
/// up to one.
///
/// # Errors
/// As [`check`]; `KeyUsage` for a certificate that may not issue others.
pub fn check_authority<C, A>(
    crypto: &mut C,
    certificate: &Certificate<'_>,
    authorities: &A,
    now: Option<UnixTime>,
) -> Result<(), CertificateError>
where
    C: CryptoProvider + ?Sized,
    A: Authorities + ?Sized,
{
    let now = now.ok_or(CertificateError::NoTime)?;
    if !certificate.is_authority() {
        return Err(CertificateError::KeyUsage);
    }
    certificate.check_time(now)?;
    vouched_for(crypto, certificate, authorities, 1, now)
}

/// Goes up from issuer to issuer, from a certificate that makes so many authorities below the first of them.
fn vouched_for<C, A>(
    crypto: &mut C,
    certificate: &Certificate<'_>,
    authorities: &A,
    below_first: u8,
    now: UnixTime,
) -> Result<(), CertificateError>
where
    C: CryptoProvider + ?Sized,
    A: Authorities + ?Sized,
{
    let mut below = *certificate;
    for depth in below_first..DEPTH {
        let (issuer, anchor) = issuer(crypto, &below, authorities, depth, now)?;
        if anchor {
            return Ok(());
        }
        below = issuer;
    }
    Err(CertificateError::Untrusted)
}

/// The certificate of the authority that issued one, with `depth` authorities below itself; whether it is a trust
/// anchor. Of several, the first whose signature is right.
fn issuer<'a, C, A>(
    crypto: &mut C,
    certificate: &Certificate<'_>,
    authorities: &'a A,
    depth: u8,
    now: UnixTime,
) -> Result<(Certificate<'a>, bool), CertificateError>
where
    C: CryptoProvider + ?Sized,
    A: Authorities + ?Sized,
{
    // Why the last one that it might have been was not.
    let mut reason = CertificateError::Untrusted;
    for index in 0.. {
        let Some(Authority { der, anchor }) = authorities.authority(index) else { break };
        let Ok(authority) = Certificate::from_der(der) else { continue };
        let named = authority.subject() == certificate.issuer()
            && authority.extensions.may_have_issued(&certificate.extensions);
        let allowed =
            authority.is_authority() && authority.extensions.path_length.is_none_or(|length| depth <= length);
        if !named || !allowed {
            continue;
        }
        let issued = match certificate.check_signature(crypto, authority.public_key()) {
            Ok(()) => authority.check_time(now),
            Err(error) => Err(error),
        };
        match issued {
            Ok(()) => return Ok((authority, anchor)),
            Err(error @ CertificateError::Provider(_)) => return Err(error),
            Err(error) => reason = error,
        }
    }
    Err(reason)
}
