//! The hash functions of HLS.

use dlms_core::crypto::{CryptoError, HashAlgorithm, KeyId, Part};
use sha2::digest::Digest;

/// Hashes `parts`, keys by what `secret` gives for them, into `out`; the length.
pub(super) fn hash<'a>(
    algorithm: HashAlgorithm,
    parts: &[Part<'_>],
    secret: impl Fn(KeyId) -> Result<&'a [u8], CryptoError>,
    out: &mut [u8],
) -> Result<usize, CryptoError> {
    match algorithm {
        HashAlgorithm::Md5 => run::<md5::Md5>(parts, secret, out),
        HashAlgorithm::Sha1 => run::<sha1::Sha1>(parts, secret, out),
        HashAlgorithm::Sha256 => run::<sha2::Sha256>(parts, secret, out),
        HashAlgorithm::Sha384 => run::<sha2::Sha384>(parts, secret, out),
    }
}

fn run<'a, D: Digest>(
    parts: &[Part<'_>],
    secret: impl Fn(KeyId) -> Result<&'a [u8], CryptoError>,
    out: &mut [u8],
) -> Result<usize, CryptoError> {
    let mut hash = D::new();
    for part in parts {
        match part {
            Part::Bytes(octets) => hash.update(octets),
            Part::Key(id) => hash.update(secret(*id)?),
        }
    }
    let digest = hash.finalize();
    let front = out.get_mut(..digest.len()).ok_or(CryptoError::KeyLength)?;
    front.iter_mut().zip(&digest).for_each(|(to, from)| *to = *from);
    Ok(digest.len())
}
