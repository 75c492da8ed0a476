use cosem_classes::security_setup::SecurityKeyId;
use cosem_classes::security_setup::v1::{KeyAgreementData, KeyAgreementDataView};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Encode, Writer};
use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind};
use dlms_core::data::{ArrayView, Octets, tag};
use dlms_core::link::Link;
use dlms_security::key_agreement::{Agreement, MAX_HALF};
use dlms_security::{AlgorithmIds, CounterStore, PublicKey, SecurityError};

use super::kind;
use crate::client::{Client, ClientError, Misbehaviour, Misuse};

/// Our halves of an agreement on keys, and the meter's once it has answered: the parameter of key_agreement.
///
/// The provider keeps a key pair for each of them until [`Client::use_agreed`] or [`Client::give_up`].
#[derive(Debug, Clone)]
pub struct KeyOffer {
    halves: [Option<Half>; 4],
}

#[derive(Debug, Clone)]
struct Half {
    key_id: SecurityKeyId,
    kind: KeyKind,
    agreement: Agreement,
    ephemeral: KeyId,
    own: Octets192,
    peer: Octets192,
}

/// Up to 192 octets.
#[derive(Debug, Clone)]
struct Octets192 {
    octets: [u8; MAX_HALF],
    len: usize,
}

impl Octets192 {
    const EMPTY: Self = Self { octets: [0; MAX_HALF], len: 0 };

    fn new(octets: &[u8]) -> Option<Self> {
        let mut new = Self::EMPTY;
        let room = new.octets.get_mut(..octets.len())?;
        room.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
        new.len = octets.len();
        Some(new)
    }

    fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

impl Encode for KeyOffer {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::ARRAY);
        w.length(self.len());
        for half in self.halves.iter().flatten() {
            KeyAgreementDataView { key_id: half.key_id, key_data: Octets(half.own.as_slice()) }.encode(w);
        }
    }
}

impl KeyOffer {
    fn len(&self) -> usize {
        self.halves.iter().flatten().fold(0, |len: usize, _| len.saturating_add(1))
    }

    /// Takes the meter's halves, in the order of ours.
    ///
    /// # Errors
    /// There are more or fewer, or of other keys.
    pub fn answered(&mut self, answer: &ArrayView<'_, KeyAgreementData>) -> Result<(), ClientError> {
        if answer.len() != self.len() {
            return Err(Misbehaviour::OtherKeys.into());
        }
        for (half, peer) in self.halves.iter_mut().flatten().zip(answer.iter()) {
            let peer = peer.map_err(ClientError::from)?;
            let octets = Octets192::new(peer.key_data.0).filter(|_| peer.key_id == half.key_id);
            half.peer = octets.ok_or(Misbehaviour::OtherKeys)?;
        }
        Ok(())
    }
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Makes our halves of an agreement on keys, signed with our private key for signatures: up to four keys, each of
    /// another kind.
    ///
    /// # Errors
    /// There is no such private key, no room for key pairs, or the provider failed; `Misuse` for a kind that is given
    /// twice or not known, and without an association or the meter's system title.
    pub fn offer_keys(
        &mut self,
        keys: &[SecurityKeyId],
        algorithm_ids: AlgorithmIds,
    ) -> Result<KeyOffer, ClientError> {
        let mut offer = KeyOffer { halves: [const { None }; 4] };
        let made = self.make_halves(&mut offer, keys, algorithm_ids);
        match made {
            Ok(()) => Ok(offer),
            Err(error) => {
                self.give_up(offer);
                Err(error)
            }
        }
    }

    fn make_halves(
        &mut self,
        offer: &mut KeyOffer,
        keys: &[SecurityKeyId],
        algorithm_ids: AlgorithmIds,
    ) -> Result<(), ClientError> {
        let ciphering = self.config.ciphering.ok_or(Misuse::Incomplete("ciphering"))?;
        let server = self.security.peer_title().ok_or(Misuse::Incomplete("the meter's system title"))?;
        let (setup, suite) = (ciphering.setup, ciphering.suite);
        for key_id in keys {
            let kind = kind(*key_id).ok_or(Misuse::Incomplete("a key of a known kind"))?;
            let is_new = offer.halves.iter().flatten().all(|half| half.kind != kind);
            let free = offer.halves.iter_mut().find(|half| half.is_none()).filter(|_| is_new);
            let free = free.ok_or(Misuse::Incomplete("one key of each kind"))?;
            let agreement = Agreement {
                suite,
                client: ciphering.system_title,
                server,
                key_id: key_id.code(),
                algorithm_ids,
            };
            let crypto = &mut self.crypto;
            let ephemeral = crypto.free_slot(setup, KeyKind::Ephemeral).map_err(SecurityError::from)?;
            crypto.generate_key_pair(suite, ephemeral).map_err(SecurityError::from)?;
            let [own, peer] = [Octets192::EMPTY, Octets192::EMPTY];
            let half = free.insert(Half { key_id: *key_id, kind, agreement, ephemeral, own, peer });
            let signing = KeyId { setup, kind: KeyKind::Signing };
            let own = agreement.write_half(crypto, ephemeral, signing, &mut half.own.octets)?;
            half.own.len = own.len();
        }
        Ok(())
    }

    /// Checks that the meter signed all its halves, whose public key for signatures this is, and uses the keys from now
    /// on; their counters start again.
    ///
    /// # Errors
    /// A half is not the meter's, or no point of the curve: no key is replaced here then, though the meter has replaced its
    /// own. The provider or the store of the counters failed.
    pub fn use_agreed(&mut self, offer: KeyOffer, meter: &PublicKey) -> Result<(), ClientError> {
        let setup = self.config.ciphering.map_or(0, |ciphering| ciphering.setup);
        let mut agreed = [None; 4];
        let mut result = Ok(());
        for (half, agreed) in offer.halves.iter().flatten().zip(&mut agreed) {
            let name = KeyId { setup, kind: half.kind };
            match self.agree(half, name, meter) {
                Ok(session) => *agreed = Some((session, name)),
                Err(error) => result = Err(error),
            }
        }
        self.give_up(offer);
        for (session, name) in agreed.into_iter().flatten() {
            if result.is_ok() {
                self.crypto.rename_key(session, name).map_err(SecurityError::from)?;
                self.key_replaced(name)?;
            } else {
                self.crypto.remove_key(session);
            }
        }
        result
    }

    fn agree(&mut self, half: &Half, name: KeyId, meter: &PublicKey) -> Result<KeyId, ClientError> {
        let crypto = &mut self.crypto;
        let peer = half.agreement.check_half(crypto, meter, half.peer.as_slice())?;
        let session = crypto.free_slot(name.setup, KeyKind::Session).map_err(SecurityError::from)?;
        half.agreement.agree(crypto, half.ephemeral, &peer, name, session)?;
        Ok(session)
    }

    /// Forgets the key pairs of an agreement that comes to nothing.
    pub fn give_up(&mut self, offer: KeyOffer) {
        for half in offer.halves.into_iter().flatten() {
            self.crypto.remove_key(half.ephemeral);
        }
    }
}
