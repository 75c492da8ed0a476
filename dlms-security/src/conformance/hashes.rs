use dlms_core::crypto::{CryptoError, CryptoProvider, HashAlgorithm, KeyId, KeyKind, Part};

use super::{GAK, Nonconformance, TestKeys, attempt, expect, offered};

const SECRET: KeyId = KeyId { setup: 0, kind: KeyKind::Secret(1) };

/// Of "abc": RFC 1321, appendix A.5, and FIPS 180, examples.
const ABC: &[(HashAlgorithm, &[u8])] = &[
    (
        HashAlgorithm::Md5,
        &[0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0, 0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72],
    ),
    (
        HashAlgorithm::Sha1,
        &[
            0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c,
            0x9c, 0xd0, 0xd8, 0x9d,
        ],
    ),
    (
        HashAlgorithm::Sha256,
        &[
            0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
            0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
        ],
    ),
    (
        HashAlgorithm::Sha384,
        &[
            0xcb, 0x00, 0x75, 0x3f, 0x45, 0xa3, 0x5e, 0x8b, 0xb5, 0xa0, 0x3d, 0x69, 0x9a, 0xc6, 0x50, 0x07,
            0x27, 0x2c, 0x32, 0xab, 0x0e, 0xde, 0xd1, 0x63, 0x1a, 0x8b, 0x60, 0x5a, 0x43, 0xff, 0x5b, 0xed,
            0x80, 0x86, 0x07, 0x2b, 0xa1, 0xe7, 0xcc, 0x23, 0x58, 0xba, 0xec, 0xa1, 0x34, 0xc8, 0x25, 0xa7,
        ],
    ),
];

/// Whether it hashes.
pub(super) fn hashes<C>(crypto: &mut C) -> Result<bool, Nonconformance>
where
    C: CryptoProvider + TestKeys + ?Sized,
{
    let mut out = [0; 64];
    let check = "hash \"abc\"";
    if !offered(crypto.hash(HashAlgorithm::Sha256, &[], &mut out).map(|_| ()), check)? {
        return Ok(false);
    }
    if !offered(crypto.install(SECRET, b"b"), "take a secret of one octet")? {
        return Ok(false);
    }
    for (algorithm, digest) in ABC {
        let parts = [Part::Bytes(b"a"), Part::Key(SECRET), Part::Bytes(b""), Part::Bytes(b"c")];
        for parts in [&parts[..], &[Part::Bytes(b"abc")]] {
            let len = attempt(crypto.hash(*algorithm, parts, &mut out), check)?;
            expect(out.get(..len) == Some(*digest), check)?;
        }
        let short = out.get_mut(..digest.len().saturating_sub(1)).unwrap_or_default();
        let refused = crypto.hash(*algorithm, &parts, short);
        expect(refused == Err(CryptoError::KeyLength), "refuse a short buffer for a digest")?;
    }
    attempt(crypto.install(SECRET, &[7; 64]), "take a secret of 64 octets")?;
    expect(crypto.install(SECRET, &[7; 65]).is_err(), "refuse a secret of 65 octets")?;
    crypto.remove_key(SECRET);
    let missing = Err(CryptoError::NoSuchKey(SECRET));
    let hashed = crypto.hash(HashAlgorithm::Sha256, &[Part::Key(SECRET)], &mut out);
    expect(hashed == missing, "miss a secret by name")?;
    attempt(crypto.install(GAK, &[7; 16]), check)?;
    let hashed = crypto.hash(HashAlgorithm::Sha256, &[Part::Key(GAK)], &mut out);
    expect(hashed.is_err(), "hash no key but a secret")?;
    Ok(true)
}
