use dlms_core::crypto::{CryptoProvider, KeyId};

use super::SecurityError;

/// Encrypts or decrypts `data` in place: AES in counter mode from the block `first` on, whose last octet counts.
///
/// A block of zeros in CBC mode is the cipher of its initialisation vector: so one mode of the provider does for both.
pub(super) fn apply<C: CryptoProvider + ?Sized>(
    crypto: &mut C,
    key: KeyId,
    first: [u8; 16],
    data: &mut [u8],
) -> Result<(), SecurityError> {
    let mut counter = first;
    for block in data.chunks_mut(16) {
        let mut stream = [0; 16];
        crypto.cbc_encrypt(key, &counter, &mut stream)?;
        for (octet, mask) in block.iter_mut().zip(stream) {
            *octet ^= mask;
        }
        let [.., last] = &mut counter;
        *last = last.wrapping_add(1);
    }
    Ok(())
}
