use dlms_core::{
    codec::{Decode, Writer},
    crypto::{CryptoProvider, KeyId, KeyKind, Part, SecuritySuite},
};

use super::{SecurityContext, Transaction};
use crate::{
    GeneralCiphering, KeyInfo, KeySource, PublicKey, ReplayWindow, SecurityError, SystemTitle,
    context::frame::Frame,
};

/// Octets of key-info at most: presence, choice, the scheme, two points of suite 2, lengths.
pub(super) const KEY_INFO: usize = 8 + 2 * PublicKey::MAX;
/// key-parameters of the one-pass scheme, and of the static one.
const ONE_PASS: u8 = 1;
const STATIC: u8 = 2;

/// A key that was wrapped or agreed, and the peer's counters under it.
#[derive(Debug, Clone, Copy)]
pub(in crate::context) struct Session {
    pub(in crate::context) key: KeyId,
    pub(in crate::context) received: ReplayWindow,
}

/// The key of a received message.
#[derive(Debug, Clone, Copy)]
pub(in crate::context) struct Resolved {
    pub(in crate::context) key: KeyId,
    /// It came with the message, and goes if that is refused.
    pub(in crate::context) is_new: bool,
}

impl SecurityContext {
    /// The key that a message of ours goes under; how it is told goes to `w`.
    pub(super) fn key_to_send<C: CryptoProvider + ?Sized>(
        &mut self,
        crypto: &mut C,
        transaction: &Transaction,
        w: &mut Writer<'_>,
    ) -> Result<KeyId, SecurityError> {
        let source = match (self.general.responds, self.general.asked_by_global_key) {
            (true, true) => KeySource::Identified,
            _ => self.general.how.key,
        };
        let is_asked = self.general.responds && !self.general.asked_by_global_key;
        if (source != KeySource::Identified || is_asked)
            && let Some(session) = &self.general.session
        {
            w.u8(0);
            return Ok(session.key);
        }
        w.u8(1);
        if source == KeySource::Identified {
            w.u8(0);
            w.u8(u8::from(self.broadcast));
            return Ok(self.global_key(self.broadcast));
        }
        if self.broadcast {
            return Err(SecurityError::Inconsistent);
        }
        let into = crypto.free_slot(self.setup, KeyKind::Session)?;
        match source {
            KeySource::OnePass => self.agree_one_pass(crypto, into, w)?,
            KeySource::Static => {
                let own = self.key_of(KeyKind::Agreement);
                let party = [
                    self.own_title.0.as_slice(),
                    &[u8::try_from(transaction.as_slice().len()).unwrap_or_default()],
                    transaction.as_slice(),
                ];
                let peer = self.agreement_key()?;
                self.agree(crypto, own, peer.as_slice(), party, self.peer()?, into)?;
                w.bytes(&[2, 1, STATIC, 0]);
            }
            _ => {
                crypto.generate_key(self.suite, into)?;
                let mut wrapped = [0; 40];
                let len = match crypto.wrap_key(self.key_of(KeyKind::KeyEncryption), into, &mut wrapped) {
                    Ok(len) => len,
                    Err(error) => {
                        crypto.remove_key(into);
                        return Err(error.into());
                    }
                };
                w.bytes(&[1, 0]);
                w.octets(wrapped.get(..len).unwrap_or_default());
            }
        }
        self.general.session = Some(Session { key: into, received: ReplayWindow::new() });
        Ok(into)
    }

    /// Agrees on a key with a key pair made for it, which is forgotten then.
    fn agree_one_pass<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        into: KeyId,
        w: &mut Writer<'_>,
    ) -> Result<(), SecurityError> {
        let (peer, title) = (self.agreement_key()?, self.peer()?);
        let ephemeral = crypto.free_slot(self.setup, KeyKind::Ephemeral)?;
        crypto.generate_key_pair(self.suite, ephemeral)?;
        let mut half = [0; 2 * PublicKey::MAX];
        let mut make = || {
            let len = crypto.public_key(self.suite, ephemeral, &mut half)?;
            let (public, signature) = half.split_at_mut_checked(len).unwrap_or_default();
            let signing = self.key_of(KeyKind::Signing);
            let signed = crypto.sign(self.suite, signing, &[Part::Bytes(public)], signature)?;
            self.agree(crypto, ephemeral, peer.as_slice(), [&self.own_title.0, &[], &[]], title, into)?;
            Ok(len.saturating_add(signed))
        };
        let made: Result<usize, SecurityError> = make();
        crypto.remove_key(ephemeral);
        let len = made?;
        w.bytes(&[2, 1, ONE_PASS]);
        w.octets(half.get(..len).unwrap_or_default());
        Ok(())
    }

    /// The key of a received general-ciphering APDU, which lies whole in `octets`.
    pub(in crate::context) fn resolve<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        frame: &Frame,
        octets: &[u8],
    ) -> Result<Resolved, SecurityError> {
        let view = GeneralCiphering::from_bytes(octets)?;
        let new = |key| Resolved { key, is_new: true };
        match view.key_info {
            None => {
                let session =
                    self.general.session.ok_or(SecurityError::NoKey(self.key_of(KeyKind::Session(0))))?;
                Ok(Resolved { key: session.key, is_new: false })
            }
            Some(KeyInfo::Identified { key: key @ (0 | 1) }) => {
                Ok(Resolved { key: self.global_key(key == 1), is_new: false })
            }
            Some(KeyInfo::Identified { .. }) => Err(SecurityError::Unsupported("identified keys above 1")),
            Some(KeyInfo::Wrapped { kek: 0, wrapped_key }) => {
                let kek = self.key_of(KeyKind::KeyEncryption);
                crypto.check_wrapped(self.suite, kek, wrapped_key)?;
                let into = crypto.free_slot(self.setup, KeyKind::Session)?;
                crypto.unwrap_key(kek, wrapped_key, into)?;
                Ok(new(into))
            }
            Some(KeyInfo::Wrapped { .. }) => {
                Err(SecurityError::Unsupported("key encryption keys but the master key"))
            }
            Some(KeyInfo::Agreed { key_parameters: [ONE_PASS], key_ciphered_data }) => {
                let len = self.suite.public_key_len();
                let (public, signature) =
                    key_ciphered_data.split_at_checked(len).ok_or(SecurityError::Inauthentic)?;
                let signer = self.signing_key()?;
                crypto.verify(self.suite, signer.as_slice(), &[Part::Bytes(public)], signature)?;
                let into = crypto.free_slot(self.setup, KeyKind::Session)?;
                let party = [&frame.originator.0[..], &[], &[]];
                self.agree(crypto, self.key_of(KeyKind::Agreement), public, party, self.own_title, into)?;
                Ok(new(into))
            }
            Some(KeyInfo::Agreed { key_parameters: [STATIC], key_ciphered_data: [] }) => {
                let len = [u8::try_from(view.transaction_id.len()).unwrap_or_default()];
                let party = [&frame.originator.0[..], &len, view.transaction_id];
                let into = crypto.free_slot(self.setup, KeyKind::Session)?;
                let peer = self.agreement_key()?;
                self.agree(
                    crypto,
                    self.key_of(KeyKind::Agreement),
                    peer.as_slice(),
                    party,
                    self.own_title,
                    into,
                )?;
                Ok(new(into))
            }
            Some(KeyInfo::Agreed { .. }) => Err(SecurityError::Unsupported("this scheme of key agreement")),
        }
    }

    /// Agrees on a key: party U is who sends the message, party V who receives it.
    fn agree<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        private: KeyId,
        public: &[u8],
        [title, len, transaction]: [&[u8]; 3],
        recipient: SystemTitle,
        into: KeyId,
    ) -> Result<(), SecurityError> {
        let algorithm = self.general.how.algorithm_ids.of(self.suite, into.kind);
        let info = [
            Part::Bytes(&algorithm),
            Part::Bytes(title),
            Part::Bytes(len),
            Part::Bytes(transaction),
            Part::Bytes(&recipient.0),
        ];
        Ok(crypto.agree(self.suite, private, public, &info, into)?)
    }

    /// The peer's static public key for key agreement.
    fn agreement_key(&self) -> Result<PublicKey, SecurityError> {
        self.general
            .how
            .peer_agreement_key
            .filter(|key| key.suite() == self.suite)
            .ok_or(SecurityError::NoPublicKey)
    }

    /// The peer's public key for digital signatures.
    pub(super) fn signing_key(&self) -> Result<&PublicKey, SecurityError> {
        if self.suite == SecuritySuite::Suite0 {
            return Err(SecurityError::Unsupported("signatures in suite 0"));
        }
        self.general
            .peer_signing_key
            .as_ref()
            .filter(|key| key.suite() == self.suite)
            .ok_or(SecurityError::NoPublicKey)
    }

    pub(super) const fn key_of(&self, kind: KeyKind) -> KeyId {
        KeyId { setup: self.setup, kind }
    }
}
