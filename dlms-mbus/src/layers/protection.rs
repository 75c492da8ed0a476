use dlms_core::crypto::{CryptoProvider, KeyId, Part};
use subtle::ConstantTimeEq;

use super::{
    ControlInformation, ExtendedLink, Fragmentation, Layers, SecurityError, SecurityMode, key_stream,
};
use crate::{FrameErrorKind, MeterAddress};

/// The names of a meter's keys in the provider; both of kind [`MBus`](dlms_core::crypto::KeyKind::MBus).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    /// The individual key of the meter.
    pub own: KeyId,
    /// A slot for a key that is derived for one message and removed again (mode 7).
    pub derived: KeyId,
}

/// How a message was protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Protection {
    /// The security mode of the transport layer.
    pub mode: SecurityMode,
    /// Octets of the payload that were encrypted; they come first.
    pub encrypted: usize,
    /// The extended link layer encrypted everything behind it.
    pub link_encrypted: bool,
    /// A message authentication code was there, and right.
    pub authenticated: bool,
    /// The message counter.
    pub counter: Option<u32>,
}

/// What an encrypted payload begins with: a right key shows in it.
pub(super) const FILLER: [u8; 2] = [0x2f, 0x2f];

/// Takes the protection off a message, in place: checks its message authentication code and decrypts it. What comes out is
/// read by [`Layers::parse`] again.
///
/// `octets` begin with the first CI field; `link` is the address of the link layer, of wireless frames.
///
/// # Errors
/// As [`SecurityError`] says; the octets are then as they were, so that another key can be tried.
pub fn unprotect<C: CryptoProvider + ?Sized>(
    crypto: &mut C,
    keys: Keys,
    link: Option<MeterAddress>,
    octets: &mut [u8],
) -> Result<Protection, SecurityError> {
    let Some(session) = encrypted_session(octets)? else {
        return transport(crypto, keys, link, octets);
    };
    let address = link.ok_or(SecurityError::Unsupported("encryption of the link without its address"))?;
    let first = session.layer.initial_counter_block(address).unwrap_or_default();
    let behind = session.behind;
    key_stream::apply(crypto, keys.own, first, octets.get_mut(behind..).unwrap_or_default())?;
    match transport(crypto, keys, link, octets) {
        Ok(protection) => Ok(Protection { link_encrypted: true, ..protection }),
        Err(error) => {
            key_stream::apply(crypto, keys.own, first, octets.get_mut(behind..).unwrap_or_default())?;
            // The check sequence behind the session tells a wrong key.
            Err(match error {
                SecurityError::Malformed(at) if matches!(at.kind, FrameErrorKind::Crc { .. }) => {
                    SecurityError::WrongKey
                }
                other => other,
            })
        }
    }
}

/// An extended link layer that encrypts what follows it.
pub(super) struct EncryptedSession {
    pub(super) layer: ExtendedLink,
    /// Where what it encrypts begins.
    pub(super) behind: usize,
}

/// The extended link layer at the front, if it encrypts.
pub(super) fn encrypted_session(octets: &[u8]) -> Result<Option<EncryptedSession>, SecurityError> {
    let Some((ci, rest)) = octets.split_first() else { return Ok(None) };
    if !ExtendedLink::is_announced_by(*ci) {
        return Ok(None);
    }
    let mut r = dlms_core::codec::Reader::at(rest, 1);
    let layer = ExtendedLink::decode(*ci, &mut r)?;
    match layer.session.map_or(0, super::Session::encryption) {
        0 => Ok(None),
        1 => Ok(Some(EncryptedSession { layer, behind: r.offset() })),
        _ => Err(SecurityError::Unsupported("this encryption of the extended link layer")),
    }
}

/// Takes the protection of the transport layer off.
fn transport<C: CryptoProvider + ?Sized>(
    crypto: &mut C,
    keys: Keys,
    link: Option<MeterAddress>,
    octets: &mut [u8],
) -> Result<Protection, SecurityError> {
    let plan = Plan::of(octets, link)?;
    match plan.mode {
        SecurityMode::None | SecurityMode::AesCbc if !plan.has_mac => {}
        SecurityMode::Other(_) => return Err(SecurityError::Mode(plan.mode)),
        _ => {
            let result = check_mac(crypto, keys, &plan, octets);
            crypto.remove_key(keys.derived);
            result?;
        }
    }
    if plan.encrypted > 0 {
        let result = decrypt(crypto, keys, &plan, octets);
        crypto.remove_key(keys.derived);
        result?;
    }
    Ok(Protection {
        mode: plan.mode,
        encrypted: plan.encrypted,
        link_encrypted: false,
        authenticated: plan.has_mac,
        counter: plan.counter,
    })
}

/// What is to be done to a message, in a form that borrows nothing of it.
pub(super) struct Plan {
    pub(super) mode: SecurityMode,
    /// Octets of the payload that are encrypted.
    pub(super) encrypted: usize,
    pub(super) has_mac: bool,
    pub(super) counter: Option<u32>,
    /// The initialisation vector of mode 5.
    vector: [u8; 16],
    /// What goes into the derivation of keys behind the direction: counter and number of the meter.
    derivation: [u8; 15],
    to_meter: bool,
    control_information_at: usize,
    payload_at: usize,
    /// What of the authentication layer the code covers, and how long that is.
    covered: ([u8; 7], usize),
    /// Where the code is.
    mac_at: usize,
    mac_len: usize,
}

impl Plan {
    pub(super) fn of(octets: &[u8], link: Option<MeterAddress>) -> Result<Self, SecurityError> {
        let layers = Layers::parse(octets)?;
        let configuration = layers.transport.map(|transport| transport.configuration).unwrap_or_default();
        let (mode, encrypted) = (configuration.mode(), configuration.encrypted_len());
        if encrypted > layers.payload.len() {
            return Err(SecurityError::Length { announced: encrypted, there: layers.payload.len() });
        }
        if layers.fragmentation.is_some_and(|layer| layer.more_fragments || layer.fragment > 1) {
            return Err(SecurityError::Unsupported("a message in fragments"));
        }
        if mode == SecurityMode::AesCbcEphemeral && configuration.key_derivation() != Some(1) {
            return Err(SecurityError::Unsupported("this derivation of keys"));
        }
        let told = layers.transport.and_then(|transport| transport.address);
        let address = told.or(layers.extended_link.and_then(|layer| layer.address)).or(link);
        let counter = layers.fragmentation.and_then(|layer| layer.counter);
        let [c0, c1, c2, c3] = counter.unwrap_or_default().to_le_bytes();
        let [i0, i1, i2, i3] = address.map_or([0; 4], |address| address.identification);
        let vector = match (layers.transport, address) {
            (Some(transport), Some(address)) => transport.initialisation_vector(address),
            (Some(_), None) if encrypted > 0 => {
                return Err(SecurityError::Unsupported("encryption without the address of the meter"));
            }
            _ => [0; 16],
        };
        let mac_len = layers.fragmentation.map_or(0, |layer| layer.mac.len());
        let behind_mac = layers.fragmentation.and_then(|layer| layer.message_length).map_or(0, |_| 2);
        Ok(Self {
            mode,
            encrypted,
            has_mac: mac_len > 0,
            counter,
            vector,
            derivation: [c0, c1, c2, c3, i0, i1, i2, i3, 7, 7, 7, 7, 7, 7, 7],
            to_meter: ControlInformation::is_to_meter(layers.control_information),
            control_information_at: layers.control_information_at,
            payload_at: layers.payload_at,
            covered: layers.fragmentation.map_or(([0; 7], 0), |layer| covered(&layer)),
            mac_at: layers.control_information_at.saturating_sub(mac_len).saturating_sub(behind_mac),
            mac_len,
        })
    }

    /// Where the encrypted octets are.
    pub(super) fn encrypted_octets<'o>(&self, octets: &'o mut [u8]) -> &'o mut [u8] {
        let end = self.payload_at.saturating_add(self.encrypted);
        octets.get_mut(self.payload_at..end).unwrap_or_default()
    }

    /// Where the code is.
    pub(super) fn mac<'o>(&self, octets: &'o mut [u8]) -> &'o mut [u8] {
        octets.get_mut(self.mac_at..self.mac_at.saturating_add(self.mac_len)).unwrap_or_default()
    }

    /// The key and the initialisation vector for encryption.
    pub(super) fn encryption<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        keys: Keys,
    ) -> Result<(KeyId, [u8; 16]), SecurityError> {
        if self.mode == SecurityMode::AesCbc {
            return Ok((keys.own, self.vector));
        }
        self.derive(crypto, keys, if self.to_meter { 0x10 } else { 0x00 })?;
        Ok((keys.derived, [0; 16]))
    }

    /// The whole code of the message.
    pub(super) fn cmac<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        keys: Keys,
        octets: &[u8],
    ) -> Result<[u8; 16], SecurityError> {
        self.derive(crypto, keys, if self.to_meter { 0x11 } else { 0x01 })?;
        let (covered, len) = &self.covered;
        let covered = covered.get(..*len).unwrap_or_default();
        let message = octets.get(self.control_information_at..).unwrap_or_default();
        Ok(crypto.cmac(keys.derived, &[Part::Bytes(covered), Part::Bytes(message)])?)
    }

    fn derive<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        keys: Keys,
        constant: u8,
    ) -> Result<(), SecurityError> {
        if self.counter.is_none() {
            return Err(SecurityError::NoCounter);
        }
        let parts = [Part::Bytes(core::slice::from_ref(&constant)), Part::Bytes(&self.derivation)];
        Ok(crypto.derive_key(keys.own, &parts, keys.derived)?)
    }
}

/// What of the layer the code covers: message control, counter, length.
fn covered(layer: &Fragmentation<'_>) -> ([u8; 7], usize) {
    let mut octets = [0; 7];
    let mut w = dlms_core::codec::Writer::new(&mut octets);
    if let Some(control) = layer.message_control {
        w.u8(control.0);
    }
    if let Some(counter) = layer.counter {
        w.array(counter.to_le_bytes());
    }
    if let Some(length) = layer.message_length {
        w.array(length.to_le_bytes());
    }
    let len = w.len();
    (octets, len)
}

fn check_mac<C: CryptoProvider + ?Sized>(
    crypto: &mut C,
    keys: Keys,
    plan: &Plan,
    octets: &mut [u8],
) -> Result<(), SecurityError> {
    if !plan.has_mac {
        return Err(SecurityError::NoAuthentication);
    }
    let layers = Layers::parse(octets)?;
    let control = layers.fragmentation.and_then(|layer| layer.message_control);
    if control.and_then(super::MessageControl::cmac_len) != Some(plan.mac_len) {
        return Err(SecurityError::Unsupported("this authentication type"));
    }
    let calculated = plan.cmac(crypto, keys, octets)?;
    let calculated = calculated.get(..plan.mac_len).unwrap_or_default();
    if bool::from(calculated.ct_eq(plan.mac(octets))) { Ok(()) } else { Err(SecurityError::Inauthentic) }
}

fn decrypt<C: CryptoProvider + ?Sized>(
    crypto: &mut C,
    keys: Keys,
    plan: &Plan,
    octets: &mut [u8],
) -> Result<(), SecurityError> {
    let (key, vector) = plan.encryption(crypto, keys)?;
    let data = plan.encrypted_octets(octets);
    // The first block alone tells whether the key is right, and the rest stays as it was if it is not.
    let mut first = data.first_chunk::<16>().copied().unwrap_or_default();
    crypto.cbc_decrypt(key, &vector, &mut first)?;
    if !first.starts_with(&FILLER) {
        return Err(SecurityError::WrongKey);
    }
    Ok(crypto.cbc_decrypt(key, &vector, data)?)
}
