use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind, SecuritySuite};
use dlms_security::certificate::{
    Certificate, CertificateStore, Entity, GrowingCertificates, Purpose, StoredCertificate,
};
use dlms_security::{GrowingKeys, PublicKey, SoftwareProvider};
use getrandom::SysRng;

use super::keys;
use crate::key_file::{CertificateFile, PrivateKey, now};

/// The suite of a virtual meter, and in suites 1 and 2 its key pairs and whom it trusts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identity {
    /// The security suite.
    pub(crate) suite: SecuritySuite,
    /// Authorities that it trusts.
    pub(crate) trust: Vec<CertificateFile>,
    /// Certificates that it knows from the beginning.
    pub(crate) known: Vec<CertificateFile>,
    /// Its private key for signatures; made at random if not given.
    pub(crate) signing: Option<PrivateKey>,
}

impl Identity {
    /// The keys of the meter, as long as the suite says.
    pub(super) fn provider(&self) -> SoftwareProvider<SysRng, GrowingKeys> {
        let mut provider = SoftwareProvider::new(SysRng);
        let name = |kind| KeyId { setup: 0, kind };
        for (kind, key) in [
            (KeyKind::GlobalUnicastEncryption, keys::EK),
            (KeyKind::GlobalBroadcastEncryption, keys::BK),
            (KeyKind::Authentication, keys::AK),
            (KeyKind::KeyEncryption, keys::KEK),
        ] {
            // Keys as long as the suite says always fit.
            let _ = provider.set_key(name(kind), &keys::in_suite(&key, self.suite));
        }
        let _ = provider.set_key(name(KeyKind::Secret(keys::ANY_PROTECTION)), keys::PASSWORD);
        if self.suite != SecuritySuite::Suite0 {
            // Without randomness there is no key pair, and nothing is signed.
            let _ = match &self.signing {
                Some(key) => provider.set_key(name(KeyKind::Signing), key.as_bytes()),
                None => provider.generate_key_pair(self.suite, name(KeyKind::Signing)),
            };
            let _ = provider.generate_key_pair(self.suite, name(KeyKind::Agreement));
        }
        provider
    }

    /// The certificates that it keeps; none in suite 0, whose Security setup is of version 0.
    pub(super) fn certificates(&self) -> Option<GrowingCertificates> {
        if self.suite == SecuritySuite::Suite0 {
            return None;
        }
        let mut certificates = GrowingCertificates::new(now);
        for anchor in &self.trust {
            // What is no authority's vouches for nothing.
            let _ = certificates.trust(anchor.der());
        }
        for known in self.known.iter().filter_map(stored) {
            let _ = certificates.insert(known);
        }
        Some(certificates)
    }

    /// The key that the client signs with, as far as it is known.
    pub(super) fn client_key(&self) -> Option<PublicKey> {
        let certificates = self.known.iter().filter_map(|file| Certificate::from_der(file.der()).ok());
        let mut signing = certificates.filter(|known| {
            known.is_for(Purpose::Signing) && known.system_title() == Some(keys::CLIENT_TITLE)
        });
        signing.next().map(|known| *known.public_key())
    }
}

/// What a certificate is, by what is in it.
fn stored(file: &CertificateFile) -> Option<StoredCertificate<'_>> {
    let certificate = Certificate::from_der(file.der()).ok()?;
    let purpose = [Purpose::Signing, Purpose::Agreement, Purpose::Tls];
    let purpose = purpose.into_iter().find(|purpose| certificate.is_for(*purpose));
    let entity = match certificate.system_title() {
        _ if certificate.is_authority() => Entity::Authority,
        Some(title) if title == keys::METER_TITLE => Entity::Server,
        _ => Entity::Client,
    };
    Some(StoredCertificate { entity, purpose, anchor: false, der: file.der() })
}
