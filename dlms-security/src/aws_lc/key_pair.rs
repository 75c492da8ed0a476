use std::vec::Vec;

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384};
use aws_lc_rs::digest::{Context, Digest, SHA256, SHA384};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm,
    ParsedPublicKey,
};
use dlms_core::crypto::{CryptoError, Part, SecuritySuite};

/// What a suite has on its curve.
struct Curve {
    signing: &'static EcdsaSigningAlgorithm,
    verification: &'static EcdsaVerificationAlgorithm,
    agreement: &'static agreement::Algorithm,
    hash: &'static aws_lc_rs::digest::Algorithm,
}

const P256: Curve = Curve {
    signing: &ECDSA_P256_SHA256_FIXED_SIGNING,
    verification: &ECDSA_P256_SHA256_FIXED,
    agreement: &ECDH_P256,
    hash: &SHA256,
};

const P384: Curve = Curve {
    signing: &ECDSA_P384_SHA384_FIXED_SIGNING,
    verification: &ECDSA_P384_SHA384_FIXED,
    agreement: &ECDH_P384,
    hash: &SHA384,
};

fn curve(suite: SecuritySuite) -> Result<Curve, CryptoError> {
    match suite {
        SecuritySuite::Suite0 => Err(CryptoError::Unsupported),
        SecuritySuite::Suite1 => Ok(P256),
        SecuritySuite::Suite2 => Ok(P384),
    }
}

/// A private key with its public one, ready to sign and to agree. AWS-LC wipes it when it goes.
pub(super) struct KeyPair {
    suite: SecuritySuite,
    signer: EcdsaKeyPair,
    agreer: agreement::PrivateKey,
    /// x then y.
    public: Vec<u8>,
}

impl KeyPair {
    /// The pair of a private key, 32 or 48 octets.
    pub(super) fn new(private: &[u8]) -> Result<Self, CryptoError> {
        let suite = match private.len() {
            32 => SecuritySuite::Suite1,
            48 => SecuritySuite::Suite2,
            _ => return Err(CryptoError::KeyLength),
        };
        let Curve { signing, agreement, .. } = curve(suite)?;
        let agreer = agreement::PrivateKey::from_private_key(agreement, private)
            .map_err(|_| CryptoError::NotOnCurve)?;
        let public = agreer.compute_public_key().map_err(|_| CryptoError::Hardware)?;
        let signer = EcdsaKeyPair::from_private_key_and_public_key(signing, private, public.as_ref())
            .map_err(|_| CryptoError::NotOnCurve)?;
        // Behind the tag of an uncompressed point.
        let public = public.as_ref().get(1..).unwrap_or_default().to_vec();
        Ok(Self { suite, signer, agreer, public })
    }

    fn check(&self, suite: SecuritySuite) -> Result<(), CryptoError> {
        if self.suite == suite { Ok(()) } else { Err(CryptoError::KeyLength) }
    }

    pub(super) fn public_key(&self, suite: SecuritySuite) -> Result<&[u8], CryptoError> {
        self.check(suite)?;
        Ok(&self.public)
    }

    pub(super) fn sign(
        &self,
        suite: SecuritySuite,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.check(suite)?;
        let signature = self.signer.sign(&SystemRandom::new(), &joined(parts)?);
        put(signature.map_err(|_| CryptoError::Hardware)?.as_ref(), out)
    }

    /// Agrees on a key of `out`'s length.
    pub(super) fn agree(
        &self,
        suite: SecuritySuite,
        public_key: &[u8],
        other_info: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.check(suite)?;
        let Curve { agreement, hash, .. } = curve(suite)?;
        let info = joined(other_info)?;
        let peer = agreement::UnparsedPublicKey::new(agreement, point(suite, public_key)?);
        let derived: Digest = agreement::agree(&self.agreer, &peer, CryptoError::NotOnCurve, |shared| {
            if shared.iter().all(|octet| *octet == 0) {
                return Err(CryptoError::NotOnCurve);
            }
            // The one block of the concatenation key derivation that is needed (NIST SP 800-56A, 5.8.1).
            let mut context = Context::new(hash);
            context.update(&1u32.to_be_bytes());
            context.update(shared);
            context.update(&info);
            Ok(context.finish())
        })?;
        let key = derived.as_ref().get(..out.len()).ok_or(CryptoError::KeyLength)?;
        put(key, out).map(|_| ())
    }
}

/// Checks a signature.
pub(super) fn verify(
    suite: SecuritySuite,
    public_key: &[u8],
    parts: &[Part<'_>],
    signature: &[u8],
) -> Result<(), CryptoError> {
    let Curve { verification, .. } = curve(suite)?;
    let key = ParsedPublicKey::new(verification, point(suite, public_key)?);
    let key = key.map_err(|_| CryptoError::NotOnCurve)?;
    key.verify_sig(&joined(parts)?, signature).map_err(|_| CryptoError::Inauthentic)
}

/// An uncompressed point, of x then y.
fn point(suite: SecuritySuite, public_key: &[u8]) -> Result<Vec<u8>, CryptoError> {
    if public_key.len() != suite.public_key_len() {
        return Err(CryptoError::NotOnCurve);
    }
    Ok([&[4], public_key].concat())
}

/// Octets one after the other; no key is part of what is signed or agreed on.
fn joined(parts: &[Part<'_>]) -> Result<Vec<u8>, CryptoError> {
    let mut all = Vec::new();
    for part in parts {
        match part {
            Part::Bytes(octets) => all.extend_from_slice(octets),
            Part::Key(_) => return Err(CryptoError::Unsupported),
        }
    }
    Ok(all)
}

/// Copies to the front of `out`; the length.
pub(super) fn put(octets: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
    let front = out.get_mut(..octets.len()).ok_or(CryptoError::KeyLength)?;
    front.copy_from_slice(octets);
    Ok(octets.len())
}
