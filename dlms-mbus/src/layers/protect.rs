use dlms_core::crypto::CryptoProvider;

use super::protection::{FILLER, Plan, encrypted_session};
use super::{Keys, SecurityError, SecurityMode, key_stream};
use crate::MeterAddress;

/// Puts on a message the protection that its layers announce, in place: encrypts as many octets as the configuration field
/// says, and writes the message authentication code where the authentication layer has room for it.
///
/// `octets` begin with the first CI field, as [`Layers`](super::Layers) encode them; `link` is the address of the link layer.
/// What is encrypted has to begin with two filler octets (`2F 2F`): the receiver tells a right key by them.
///
/// # Errors
/// As [`SecurityError`] says; `WrongKey` if the filler octets are not there. The octets are then of no use.
pub fn protect<C: CryptoProvider + ?Sized>(
    crypto: &mut C,
    keys: Keys,
    link: Option<MeterAddress>,
    octets: &mut [u8],
) -> Result<(), SecurityError> {
    let session = encrypted_session(octets)?;
    let plan = Plan::of(octets, link)?;
    match plan.mode {
        SecurityMode::None | SecurityMode::AesCbc | SecurityMode::AesCbcEphemeral => {}
        SecurityMode::Other(_) => return Err(SecurityError::Mode(plan.mode)),
    }
    let result = transport(crypto, keys, &plan, octets);
    crypto.remove_key(keys.derived);
    result?;
    if let Some(session) = session {
        let address = link.ok_or(SecurityError::Unsupported("encryption of the link without its address"))?;
        let first = session.layer.initial_counter_block(address).unwrap_or_default();
        let behind = octets.get_mut(session.behind..).unwrap_or_default();
        // What the transport layer encrypted has another check sequence now.
        if let Some((check, rest)) = behind.split_first_chunk_mut::<2>() {
            *check = crate::wireless::CheckSequence::of(rest).value().to_le_bytes();
        }
        key_stream::apply(crypto, keys.own, first, behind)?;
    }
    Ok(())
}

fn transport<C: CryptoProvider + ?Sized>(
    crypto: &mut C,
    keys: Keys,
    plan: &Plan,
    octets: &mut [u8],
) -> Result<(), SecurityError> {
    if plan.encrypted > 0 {
        let (key, vector) = plan.encryption(crypto, keys)?;
        let data = plan.encrypted_octets(octets);
        if !data.starts_with(&FILLER) {
            return Err(SecurityError::WrongKey);
        }
        crypto.cbc_encrypt(key, &vector, data)?;
    }
    if plan.has_mac {
        let code = plan.cmac(crypto, keys, octets)?;
        for (slot, octet) in plan.mac(octets).iter_mut().zip(code) {
            *slot = octet;
        }
    } else if plan.mode == SecurityMode::AesCbcEphemeral {
        return Err(SecurityError::NoAuthentication);
    }
    Ok(())
}
