//! ECDSA and ECDH on octets, for any curve and the hash that goes with it in its suite.

use dlms_core::crypto::{CryptoError, Part};
use ecdsa::{
    EcdsaCurve, Signature,
    elliptic_curve::{
        CurveArithmetic, FieldBytesSize, PublicKey, SecretKey,
        array::typenum::Unsigned,
        ecdh,
        sec1::{FromSec1Point, ModulusSize, Sec1Point, ToSec1Point},
    },
    hazmat::{sign_prehashed_rfc6979, verify_prehashed},
};
use rand_core::TryCryptoRng;
use sha2::digest::{Digest, Output, block_api::BlockSizeUser};
use zeroize::{Zeroize, Zeroizing};

/// Octets of the longest uncompressed point, its tag included.
const POINT: usize = 97;
/// Random numbers tried for a private key: one is too large once in 2^32.
const TRIES: usize = 4;

/// What the curves of the suites have in common.
pub(super) trait NistCurve:
    EcdsaCurve
    + CurveArithmetic<AffinePoint: FromSec1Point<Self> + ToSec1Point<Self>>
    + ecdsa::elliptic_curve::Curve<FieldBytesSize: ModulusSize>
{
    /// The hash of its suite.
    type Hash: Digest + BlockSizeUser;
}

impl NistCurve for p256::NistP256 {
    type Hash = sha2::Sha256;
}

impl NistCurve for p384::NistP384 {
    type Hash = sha2::Sha384;
}

/// Whether the octets are a private key.
pub(super) fn check_private<C: NistCurve>(key: &[u8]) -> Result<(), CryptoError> {
    private::<C>(key).map(|_| ())
}

/// Makes a private key; its length.
pub(super) fn generate<C: NistCurve, R: TryCryptoRng>(
    random: &mut R,
    out: &mut [u8],
) -> Result<usize, CryptoError> {
    let len = field_len::<C>();
    let out = out.get_mut(..len).ok_or(CryptoError::KeyLength)?;
    for _ in 0..TRIES {
        random.try_fill_bytes(out).map_err(|_| CryptoError::Hardware)?;
        if check_private::<C>(out).is_ok() {
            return Ok(len);
        }
    }
    Err(CryptoError::Hardware)
}

/// Writes the public key of a private one, x then y; its length.
pub(super) fn public_key<C: NistCurve>(key: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    let point = private::<C>(key)?.public_key().to_sec1_point(false);
    // Behind the tag of an uncompressed point.
    put(point.as_bytes().get(1..).unwrap_or_default(), out)
}

/// Signs (FIPS 186, with the number of RFC 6979 in place of a random one, so that a weak source of randomness does not
/// give the key away); the signature's length.
pub(super) fn sign<C: NistCurve>(
    key: &[u8],
    parts: &[Part<'_>],
    out: &mut [u8],
) -> Result<usize, CryptoError> {
    let scalar = Zeroizing::new(private::<C>(key)?.to_nonzero_scalar());
    let digest = hash::<C>(&[], parts)?;
    let (signature, _) = sign_prehashed_rfc6979::<C, C::Hash>(&scalar, &digest, &[]);
    let (r, s) = signature.split_bytes();
    let len = put(&r, out)?;
    let rest = out.get_mut(len..).ok_or(CryptoError::KeyLength)?;
    Ok(put(&s, rest)?.saturating_add(len))
}

/// Checks a signature.
pub(super) fn verify<C: NistCurve>(
    public_key: &[u8],
    parts: &[Part<'_>],
    signature: &[u8],
) -> Result<(), CryptoError> {
    let key = public::<C>(public_key)?;
    // Refuses another length, zeros, and numbers not below the order.
    let signature = Signature::<C>::from_slice(signature).map_err(|_| CryptoError::Inauthentic)?;
    let digest = hash::<C>(&[], parts)?;
    verify_prehashed::<C>(&key.to_projective(), &digest, &signature).map_err(|_| CryptoError::Inauthentic)
}

/// Agrees on a key: ECDH, then the one block of the concatenation key derivation that is needed (NIST SP 800-56A, 5.8.1).
pub(super) fn agree<C: NistCurve>(
    key: &[u8],
    public_key: &[u8],
    other_info: &[Part<'_>],
    out: &mut [u8],
) -> Result<(), CryptoError> {
    let public = public::<C>(public_key)?;
    let scalar = Zeroizing::new(private::<C>(key)?.to_nonzero_scalar());
    let shared = ecdh::diffie_hellman::<C>(&*scalar, public.as_affine());
    let z = shared.raw_secret_bytes();
    if z.iter().all(|octet| *octet == 0) {
        return Err(CryptoError::NotOnCurve);
    }
    let mut derived = hash::<C>(&[&1u32.to_be_bytes(), z], other_info)?;
    let key = derived.get(..out.len()).ok_or(CryptoError::KeyLength)?;
    put(key, out)?;
    derived.as_mut_slice().zeroize();
    Ok(())
}

fn private<C: NistCurve>(key: &[u8]) -> Result<SecretKey<C>, CryptoError> {
    if key.len() != field_len::<C>() {
        return Err(CryptoError::KeyLength);
    }
    SecretKey::from_slice(key).map_err(|_| CryptoError::NotOnCurve)
}

fn public<C: NistCurve>(key: &[u8]) -> Result<PublicKey<C>, CryptoError> {
    let mut octets = [0; POINT];
    if key.len() != field_len::<C>().saturating_mul(2) {
        return Err(CryptoError::NotOnCurve);
    }
    let (tag, rest) = octets.split_first_mut().ok_or(CryptoError::NotOnCurve)?;
    *tag = 4;
    let len = put(key, rest)?.saturating_add(1);
    let point = Sec1Point::<C>::from_bytes(octets.get(..len).unwrap_or_default());
    let point = point.map_err(|_| CryptoError::NotOnCurve)?;
    PublicKey::from_sec1_point(&point).into_option().ok_or(CryptoError::NotOnCurve)
}

/// Hashes octets, then parts; no key is part of what is signed or agreed on.
fn hash<C: NistCurve>(first: &[&[u8]], parts: &[Part<'_>]) -> Result<Output<C::Hash>, CryptoError> {
    let mut hash = C::Hash::new();
    first.iter().for_each(|octets| hash.update(octets));
    for part in parts {
        match part {
            Part::Bytes(octets) => hash.update(octets),
            Part::Key(_) => return Err(CryptoError::Unsupported),
        }
    }
    Ok(hash.finalize())
}

/// Octets of a coordinate and of a private key.
fn field_len<C: NistCurve>() -> usize {
    FieldBytesSize::<C>::USIZE
}

/// Copies to the front of `out`; the length.
fn put(octets: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    let front = out.get_mut(..octets.len()).ok_or(CryptoError::KeyLength)?;
    front.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
    Ok(octets.len())
}
