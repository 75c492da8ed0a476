use dlms_core::apdu::ActionResult;
use dlms_core::crypto::{CryptoProvider, KeyId};
use dlms_security::PublicKey;
use dlms_security::certificate::{
    Certificate, CertificateError, CertificateStore, Entity, Expected, Purpose, StoredCertificate, check,
    check_authority, find,
};

use super::certified::{CertifiedSetup, current_key, next_key};

const PURPOSES: [Purpose; 3] = [Purpose::Signing, Purpose::Agreement, Purpose::Tls];

impl<C: CryptoProvider, S: CertificateStore> CertifiedSetup<'_, C, S> {
    /// Takes a certificate that a trust anchor vouches for: of an authority, of a client, or our own for a key pair that
    /// we have. A new key pair is in use from then on.
    pub(super) fn import(&mut self, der: &[u8]) -> Result<(), ActionResult> {
        let certificate = Certificate::from_der(der).map_err(|_| ActionResult::TypeUnmatched)?;
        if find(self.certificates, |stored, _| stored.der == der).next().is_some() {
            return Ok(());
        }
        let imported = if certificate.is_authority() {
            self.import_authority(&certificate)
        } else if certificate.system_title() == Some(self.setup.own_title) {
            self.import_own(&certificate)
        } else {
            self.import_client(&certificate)
        };
        imported.map_err(|_| ActionResult::OtherReason)
    }

    fn import_authority(&mut self, certificate: &Certificate<'_>) -> Result<(), CertificateError> {
        check_authority(self.setup.crypto, certificate, self.certificates, self.certificates.now())?;
        self.keep(Entity::Authority, None, certificate)
    }

    fn import_client(&mut self, certificate: &Certificate<'_>) -> Result<(), CertificateError> {
        let purpose = PURPOSES.into_iter().find(|purpose| certificate.is_for(*purpose));
        let purpose = purpose.ok_or(CertificateError::KeyUsage)?;
        self.check(certificate, purpose)?;
        self.keep(Entity::Client, Some(purpose), certificate)
    }

    fn import_own(&mut self, certificate: &Certificate<'_>) -> Result<(), CertificateError> {
        for purpose in PURPOSES.into_iter().filter(|purpose| certificate.is_for(*purpose)) {
            let [next, current] =
                [next_key(self.setup.setup, purpose), current_key(self.setup.setup, purpose)];
            let is_next = self.has_key_of(next, certificate);
            if !is_next && !self.has_key_of(current, certificate) {
                continue;
            }
            self.check(certificate, purpose)?;
            self.keep(Entity::Server, Some(purpose), certificate)?;
            if is_next && let Err(error) = self.setup.crypto.rename_key(next, current) {
                self.forget(|stored, _| stored.der == certificate.der());
                return Err(error.into());
            }
            // What certifies a key that is gone, or certified this one before, is of no more use.
            self.forget(|stored, other| {
                stored.entity == Entity::Server
                    && stored.purpose == Some(purpose)
                    && other.der() != certificate.der()
            });
            return Ok(());
        }
        Err(CertificateError::KeyUsage)
    }

    /// Whether a certificate is for the public key to a private one of ours.
    fn has_key_of(&mut self, key: KeyId, certificate: &Certificate<'_>) -> bool {
        let mut octets = [0; PublicKey::MAX];
        let len = self.setup.crypto.public_key(self.setup.suite, key, &mut octets);
        len.is_ok_and(|len| octets.get(..len) == Some(certificate.public_key().as_slice()))
    }

    fn check(&mut self, certificate: &Certificate<'_>, purpose: Purpose) -> Result<(), CertificateError> {
        let expected =
            Expected { purpose, suite: self.setup.suite, system_title: None, now: self.certificates.now() };
        check(self.setup.crypto, certificate, self.certificates, &expected)
    }

    fn keep(
        &mut self,
        entity: Entity,
        purpose: Option<Purpose>,
        certificate: &Certificate<'_>,
    ) -> Result<(), CertificateError> {
        let certificate = StoredCertificate { entity, purpose, anchor: false, der: certificate.der() };
        self.certificates.insert(certificate).map_err(|_| CertificateError::TooLong)
    }

    fn forget(&mut self, unwanted: impl Fn(&StoredCertificate<'_>, &Certificate<'_>) -> bool) {
        let count = (0..).take_while(|index| self.certificates.at(*index).is_some()).count();
        // From the end, so that the numbers to come stay.
        for index in (0..count).rev() {
            let is_unwanted = self.certificates.at(index).is_some_and(|stored| {
                Certificate::from_der(stored.der).is_ok_and(|certificate| unwanted(&stored, &certificate))
            });
            if is_unwanted {
                self.certificates.remove(index);
            }
        }
    }
}
