//! AES-128 in CBC mode, and AES-128-CMAC.

use aes::{
    Aes128,
    cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit},
};
use cmac::{Cmac, Mac};
use dlms_core::crypto::{CryptoError, Part};

pub(super) fn cbc_encrypt(key: &[u8], iv: &[u8; 16], data: &mut [u8]) -> Result<(), CryptoError> {
    let aes = Aes128::new_from_slice(key).map_err(|_| CryptoError::KeyLength)?;
    let mut cbc = cbc::Encryptor::inner_iv_init(aes, &Array(*iv));
    cbc.encrypt_blocks(whole_blocks(data)?);
    Ok(())
}

pub(super) fn cbc_decrypt(key: &[u8], iv: &[u8; 16], data: &mut [u8]) -> Result<(), CryptoError> {
    let aes = Aes128::new_from_slice(key).map_err(|_| CryptoError::KeyLength)?;
    let mut cbc = cbc::Decryptor::inner_iv_init(aes, &Array(*iv));
    cbc.decrypt_blocks(whole_blocks(data)?);
    Ok(())
}

pub(super) fn cmac(key: &[u8], parts: &[Part<'_>]) -> Result<[u8; 16], CryptoError> {
    let mut mac = Cmac::<Aes128>::new_from_slice(key).map_err(|_| CryptoError::KeyLength)?;
    for part in parts {
        match part {
            Part::Bytes(octets) => mac.update(octets),
            Part::Key(_) => return Err(CryptoError::Unsupported),
        }
    }
    Ok(mac.finalize().into_bytes().0)
}

fn whole_blocks(data: &mut [u8]) -> Result<&mut [aes::Block], CryptoError> {
    match Array::slice_as_chunks_mut(data) {
        (blocks, []) => Ok(blocks),
        _ => Err(CryptoError::NotWholeBlocks),
    }
}
