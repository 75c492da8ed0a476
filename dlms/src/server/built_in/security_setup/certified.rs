use cosem_classes::model::{Answer, Effect, Rows};
use cosem_classes::security_setup::v1::{
    CertificateEntity, CertificateIdentification, CertificateIdentificationView, CertificateInfoView,
    CertificateType, KeyAgreementData, KeyAgreementDataView, SecurityPolicy as Policy, Serve,
};
use cosem_classes::security_setup::{KeyData, SecuritySuite};
use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::codec::{Encode, Writer};
use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind};
use dlms_core::data::{Array, DataType, OctetString, Octets, tag};
use dlms_security::certificate::{
    Certificate, CertificateStore, Entity, Expected, Purpose, check, find, write_request,
};
use dlms_security::key_agreement::{Agreement, MAX_HALF};
use dlms_security::{AlgorithmIds, PublicKey, SecurityError, SecurityPolicy};

use super::{AgreedKeys, Setup, key_name};

/// Octets of a request for a certificate at most.
const REQUEST: usize = 512;

/// The security of a device that keeps certificates, as Security setup version 1.
pub(in crate::server) struct CertifiedSetup<'a, C, S> {
    pub(in crate::server) setup: Setup<'a, C>,
    pub(in crate::server) certificates: &'a mut S,
    pub(in crate::server) algorithm_ids: AlgorithmIds,
    /// Keys that are installed once the answer is on its way.
    pub(in crate::server) agreed: &'a mut AgreedKeys,
}

impl<C: CryptoProvider, S: CertificateStore> Serve for CertifiedSetup<'_, C, S> {
    fn security_policy(&self) -> Answer<'_, Policy> {
        Ok(Policy(self.setup.policy.to_v1()))
    }

    fn security_suite(&self) -> Answer<'_, SecuritySuite> {
        Ok(SecuritySuite::from_code(self.setup.suite.id()))
    }

    fn client_system_title(&self) -> Answer<'_, OctetString> {
        Ok(Octets(self.setup.client_title.as_ref().map_or(&[], |title| title.0.as_slice())))
    }

    fn server_system_title(&self) -> Answer<'_, OctetString> {
        Ok(Octets(&self.setup.own_title.0))
    }

    fn certificates(&self) -> Result<Rows, DataAccessResult> {
        let count = find(self.certificates, |_, _| true).count();
        Ok(Rows::first(u32::try_from(count).unwrap_or(u32::MAX)))
    }

    fn certificate(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        let row = usize::try_from(row).map_err(|_| DataAccessResult::DataBlockUnavailable)?;
        let found = find(self.certificates, |_, _| true).nth(row);
        let (index, certificate) = found.ok_or(DataAccessResult::DataBlockUnavailable)?;
        let stored = self.certificates.at(index).ok_or(DataAccessResult::DataBlockUnavailable)?;
        let view = CertificateInfoView {
            certificate_entity: CertificateEntity::from_code(stored.entity.id()),
            certificate_type: CertificateType::from_code(stored.purpose.map_or(OTHER, Purpose::id)),
            serial_number: Octets(certificate.serial_number()),
            issuer: Octets(certificate.issuer()),
            subject: Octets(certificate.subject()),
            subject_alt_name: Octets(certificate.subject_alt_name()),
        };
        view.encode(w);
        Ok(())
    }

    fn security_activate(&mut self, policy: Policy) -> Result<Effect, ActionResult> {
        self.setup.strengthen(SecurityPolicy::from_v1(policy.0))
    }

    /// Checks all keys. They are installed once the answer is on its way, which the old ones still protect.
    fn key_transfer(&mut self, keys: <Array<KeyData> as DataType>::View<'_>) -> Result<Effect, ActionResult> {
        self.setup.check_keys(&keys)
    }

    /// Agrees on all keys or on none. They are installed once the answer is on its way, which the old ones still protect.
    fn key_agreement(
        &mut self,
        keys: <Array<KeyAgreementData> as DataType>::View<'_>,
        result: &mut Writer<'_>,
    ) -> Result<Effect, ActionResult> {
        if !self.agreed.is_empty() {
            return Err(ActionResult::TemporaryFailure);
        }
        result.u8(tag::ARRAY);
        result.length(keys.len());
        for key in keys.iter() {
            let key = key.map_err(|_| ActionResult::TypeUnmatched);
            let mut half = [0; MAX_HALF];
            match key.and_then(|key| Ok((key.key_id, self.agree(&key, &mut half)?))) {
                Ok((key_id, half)) => KeyAgreementDataView { key_id, key_data: Octets(half) }.encode(result),
                Err(error) => {
                    self.agreed.discard(self.setup.crypto);
                    return Err(error);
                }
            }
        }
        Ok(Effect::None)
    }

    fn generate_key_pair(&mut self, key_type: CertificateType) -> Result<Effect, ActionResult> {
        let purpose = Purpose::from_id(key_type.code()).ok_or(ActionResult::TypeUnmatched)?;
        let next = next_key(self.setup.setup, purpose);
        let made = self.setup.crypto.generate_key_pair(self.setup.suite, next);
        made.map(|()| Effect::None).map_err(|_| ActionResult::OtherReason)
    }

    fn generate_certificate_request(
        &mut self,
        key_type: CertificateType,
        result: &mut Writer<'_>,
    ) -> Result<Effect, ActionResult> {
        let Setup { crypto, suite, setup, own_title, .. } = &mut self.setup;
        let purpose = Purpose::from_id(key_type.code()).ok_or(ActionResult::TypeUnmatched)?;
        // For the new key pair, or once more for the one in use.
        let [next, current] = [next_key(*setup, purpose), current_key(*setup, purpose)];
        let key = if crypto.has_key(next) { next } else { current };
        let mut request = [0; REQUEST];
        let request = write_request(*crypto, *suite, key, *own_title, &mut request);
        Octets(request.map_err(|_| ActionResult::OtherReason)?).encode(result);
        Ok(Effect::None)
    }

    fn import_certificate(
        &mut self,
        certificate: <OctetString as DataType>::View<'_>,
    ) -> Result<Effect, ActionResult> {
        self.import(certificate.0).map(|()| Effect::None)
    }

    fn export_certificate(
        &mut self,
        certificate: <CertificateIdentification as DataType>::View<'_>,
        result: &mut Writer<'_>,
    ) -> Result<Effect, ActionResult> {
        let index = self.position(&certificate).ok_or(ActionResult::OtherReason)?;
        let stored = self.certificates.at(index).ok_or(ActionResult::OtherReason)?;
        Octets(stored.der).encode(result);
        Ok(Effect::None)
    }

    /// Removes a certificate, not a trust anchor.
    fn remove_certificate(
        &mut self,
        certificate: <CertificateIdentification as DataType>::View<'_>,
    ) -> Result<Effect, ActionResult> {
        let index = self.position(&certificate).ok_or(ActionResult::OtherReason)?;
        if self.certificates.at(index).is_none_or(|stored| stored.anchor) {
            return Err(ActionResult::ReadWriteDenied);
        }
        self.certificates.remove(index);
        Ok(Effect::None)
    }
}

impl<C: CryptoProvider, S: CertificateStore> CertifiedSetup<'_, C, S> {
    /// Agrees on one key; our half. The key pair made for it is gone whatever comes of it.
    fn agree<'h>(
        &mut self,
        key: &KeyAgreementDataView<'_>,
        half: &'h mut [u8; MAX_HALF],
    ) -> Result<&'h [u8], ActionResult> {
        let setup = self.setup.setup;
        let name = key_name(setup, key.key_id).ok_or(ActionResult::TypeUnmatched)?;
        if self.agreed.contain(name) {
            return Err(ActionResult::OtherReason);
        }
        let agreement = Agreement {
            suite: self.setup.suite,
            client: self.setup.client_title.ok_or(ActionResult::OtherReason)?,
            server: self.setup.own_title,
            key_id: key.key_id.code(),
            algorithm_ids: self.algorithm_ids,
        };
        let peer = self.peer(&agreement, key.key_data.0).ok_or(ActionResult::OtherReason)?;
        let crypto = &mut *self.setup.crypto;
        let slots = crypto.free_slot(setup, KeyKind::Ephemeral).and_then(|ephemeral| {
            crypto.generate_key_pair(agreement.suite, ephemeral)?;
            Ok((ephemeral, crypto.free_slot(setup, KeyKind::Session)))
        });
        let (ephemeral, session) = slots.map_err(|_| ActionResult::OtherReason)?;
        let signing = current_key(setup, Purpose::Signing);
        let agreed = session.map_err(SecurityError::from).and_then(|session| {
            let half = agreement.write_half(crypto, ephemeral, signing, half)?;
            agreement.agree(crypto, ephemeral, &peer, name, session)?;
            Ok((session, half))
        });
        crypto.remove_key(ephemeral);
        let (session, half) = agreed.map_err(|_| ActionResult::OtherReason)?;
        if !self.agreed.insert(session, name) {
            self.setup.crypto.remove_key(session);
            return Err(ActionResult::OtherReason);
        }
        Ok(half)
    }

    /// The client's public key in its half, if one of its certificates for signatures, trusted and in force, vouches
    /// for it.
    fn peer(&mut self, agreement: &Agreement, half: &[u8]) -> Option<PublicKey> {
        let expected = Expected {
            purpose: Purpose::Signing,
            suite: agreement.suite,
            system_title: Some(agreement.client),
            now: self.certificates.now(),
        };
        let (crypto, certificates) = (&mut *self.setup.crypto, &*self.certificates);
        let of_client = find(certificates, |stored, certificate| {
            stored.entity == Entity::Client
                && stored.purpose == Some(Purpose::Signing)
                && certificate.system_title() == Some(agreement.client)
        });
        for (_, certificate) in of_client {
            if check(crypto, &certificate, certificates, &expected).is_ok()
                && let Ok(peer) = agreement.check_half(crypto, certificate.public_key(), half)
            {
                return Some(peer);
            }
        }
        None
    }

    /// The number of the certificate that is meant; of several, the newest.
    fn position(&self, wanted: &CertificateIdentificationView<'_>) -> Option<usize> {
        let is_meant = |entity: Entity, purpose: Option<Purpose>, certificate: &Certificate<'_>| match wanted
        {
            CertificateIdentificationView::Entity(by) => {
                // The name of an authority is no system title.
                let title = certificate.system_title();
                let of_title = match title {
                    Some(title) => by.system_title.0 == title.0,
                    None => by.system_title.0.is_empty(),
                };
                let of_type = by.certificate_type.code() == purpose.map_or(OTHER, Purpose::id);
                by.certificate_entity.code() == entity.id() && of_title && (of_type || purpose.is_none())
            }
            CertificateIdentificationView::Serial(by) => {
                certificate.issuer() == by.issuer.0 && certificate.has_serial_number(by.serial_number.0)
            }
        };
        let found = find(self.certificates, |stored, certificate| {
            is_meant(stored.entity, stored.purpose, certificate)
        });
        found.last().map(|(index, _)| index)
    }
}

/// The number of another purpose.
const OTHER: u8 = 3;

/// The name of the private key in use.
pub(super) const fn current_key(setup: u8, purpose: Purpose) -> KeyId {
    let kind = match purpose {
        Purpose::Signing => KeyKind::Signing,
        Purpose::Agreement => KeyKind::Agreement,
        Purpose::Tls => KeyKind::Tls,
    };
    KeyId { setup, kind }
}

/// The name of the private key that is used once it is certified.
pub(super) const fn next_key(setup: u8, purpose: Purpose) -> KeyId {
    let kind = match purpose {
        Purpose::Signing => KeyKind::NextSigning,
        Purpose::Agreement => KeyKind::NextAgreement,
        Purpose::Tls => KeyKind::NextTls,
    };
    KeyId { setup, kind }
}
