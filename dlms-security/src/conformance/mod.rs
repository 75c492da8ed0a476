//! Vectors that any crypto provider must pass: software, secure element, HSM.

mod curve_vectors;
mod curves;
mod hashes;
mod mbus;
mod vectors;

use dlms_core::crypto::{CryptoError, CryptoProvider, KeyId, KeyKind, Part, SecuritySuite};
use vectors::{
    EXAMPLE_AK, EXAMPLE_APDU, EXAMPLE_AUTHENTICATED, EXAMPLE_CIPHERTEXT, EXAMPLE_EK, EXAMPLE_NONCE,
    EXAMPLE_TAG, GCM, Gcm, WRAP, Wrap,
};

/// A way to put known keys into a provider, for its test.
pub trait TestKeys {
    /// Takes a key, in place of an older one of that name.
    ///
    /// # Errors
    /// The provider does not take it.
    fn install(&mut self, id: KeyId, key: &[u8]) -> Result<(), CryptoError>;
}

/// What a provider that passed does, besides what every one must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Conformance {
    /// Keys of 256 bits, suite 2.
    pub aes_256: bool,
    /// Key wrap.
    pub key_wrap: bool,
    /// Dedicated keys.
    pub dedicated_keys: bool,
    /// Keys of one session, in slots of their own.
    pub session_keys: bool,
    /// Keys take other names: Security setup version 1.
    pub renaming: bool,
    /// Hashes, and secrets to hash: HLS mechanisms 3, 4 and 6.
    pub hashes: bool,
    /// ECDSA and ECDH on P-256: suite 1.
    pub suite_1: bool,
    /// ECDSA and ECDH on P-384 with 256-bit keys: suite 2.
    pub suite_2: bool,
    /// AES-CBC and AES-CMAC: M-Bus.
    pub mbus: bool,
}

/// A provider did something else than it must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("the crypto provider fails at: {check}")]
pub struct Nonconformance {
    /// What it fails at.
    pub check: &'static str,
    /// What it said, if it refused.
    pub error: Option<CryptoError>,
}

/// Checks a provider against all vectors. Replaces and removes its keys of Security setup 0.
///
/// # Errors
/// The first check that does not hold.
pub fn provider_conformance<C>(crypto: &mut C) -> Result<Conformance, Nonconformance>
where
    C: CryptoProvider + TestKeys + ?Sized,
{
    let aes_256 = offered(crypto.install(GUEK, &[0; 32]), "install a 256-bit key")?;
    for vector in GCM {
        if vector.key.len() == 16 || aes_256 {
            gcm(crypto, vector)?;
        }
    }
    authenticated_parts(crypto)?;
    lengths(crypto)?;
    keys(crypto)?;
    random(crypto)?;
    let key_wrap = key_wrap(crypto, aes_256)?;
    let dedicated_keys = dedicated_keys(crypto)?;
    let session_keys = key_wrap && session_keys(crypto)?;
    let renaming = renaming(crypto)?;
    for key in [GUEK, GBEK, KEK] {
        crypto.remove_key(key);
    }
    let hashes = hashes::hashes(crypto)?;
    let suite_1 = curves::curve(crypto, &curve_vectors::P256)?;
    let suite_2 = aes_256 && curves::curve(crypto, &curve_vectors::P384)?;
    let mbus = mbus::mbus(crypto)?;
    Ok(Conformance {
        aes_256,
        key_wrap,
        dedicated_keys,
        session_keys,
        renaming,
        hashes,
        suite_1,
        suite_2,
        mbus,
    })
}

const GUEK: KeyId = KeyId { setup: 0, kind: KeyKind::GlobalUnicastEncryption };
const GBEK: KeyId = KeyId { setup: 0, kind: KeyKind::GlobalBroadcastEncryption };
const GAK: KeyId = KeyId { setup: 0, kind: KeyKind::Authentication };
const KEK: KeyId = KeyId { setup: 0, kind: KeyKind::KeyEncryption };

/// The longest data of a vector.
const MAX: usize = 80;

fn gcm<C: CryptoProvider + TestKeys + ?Sized>(crypto: &mut C, vector: &Gcm) -> Result<(), Nonconformance> {
    let Gcm { name, key, nonce, aad, plaintext, ciphertext, tag } = vector;
    let suite = if key.len() == 32 { SecuritySuite::Suite2 } else { SecuritySuite::Suite0 };
    attempt(crypto.install(GUEK, key), name)?;
    let parts = [Part::Bytes(aad)];
    let mut buffer = [0; MAX];
    let data = filled(&mut buffer, plaintext);

    let sealed = attempt(crypto.seal(suite, GUEK, nonce, &parts, data), name)?;
    expect(sealed == *tag && data == *ciphertext, name)?;

    for octet in 0..tag.len() {
        let mut wrong = *tag;
        wrong.iter_mut().skip(octet).take(1).for_each(|octet| *octet ^= 0x80);
        refuses(crypto.open(suite, GUEK, nonce, &parts, data, &wrong), "refuse a wrong tag")?;
        expect(data == *ciphertext, "leave the data of a wrong tag as it was")?;
    }
    for octet in 0..data.len() {
        data.iter_mut().skip(octet).take(1).for_each(|octet| *octet ^= 1);
        refuses(crypto.open(suite, GUEK, nonce, &parts, data, tag), "refuse changed data")?;
        data.iter_mut().skip(octet).take(1).for_each(|octet| *octet ^= 1);
        expect(data == *ciphertext, "leave changed data as it was")?;
    }
    let more = [Part::Bytes(aad), Part::Bytes(&[0])];
    refuses(crypto.open(suite, GUEK, nonce, &more, data, tag), "refuse other authenticated data")?;

    attempt(crypto.open(suite, GUEK, nonce, &parts, data, tag), name)?;
    expect(data == *plaintext, name)?;
    attempt(crypto.apply_keystream(suite, GUEK, nonce, data), "apply the keystream alone")?;
    expect(data == *ciphertext, "apply the keystream alone")
}

/// Authenticated data is the same however it is cut, and a key in it stands for its octets.
fn authenticated_parts<C: CryptoProvider + TestKeys + ?Sized>(crypto: &mut C) -> Result<(), Nonconformance> {
    let check = "authenticate data in parts";
    attempt(crypto.install(GUEK, &EXAMPLE_EK), check)?;
    attempt(crypto.install(GAK, &EXAMPLE_AK), check)?;
    let suite = SecuritySuite::Suite0;
    let parts = [Part::Bytes(&[0x10]), Part::Key(GAK), Part::Bytes(&EXAMPLE_APDU)];
    let tag = attempt(crypto.seal(suite, GUEK, &EXAMPLE_NONCE, &parts, &mut []), check)?;
    expect(tag == EXAMPLE_AUTHENTICATED, "authenticate the APDU of the Green Book")?;
    attempt(crypto.open(suite, GUEK, &EXAMPLE_NONCE, &parts, &mut [], &tag), check)?;

    let mut buffer = [0; MAX];
    let data = filled(&mut buffer, &EXAMPLE_APDU);
    let parts = [Part::Bytes(&[0x30]), Part::Key(GAK)];
    let tag = attempt(crypto.seal(suite, GUEK, &EXAMPLE_NONCE, &parts, data), check)?;
    expect(tag == EXAMPLE_TAG && *data == EXAMPLE_CIPHERTEXT, "protect the APDU of the Green Book")?;

    let mut long = [0; 200];
    (0..=u8::MAX).zip(&mut long).for_each(|(n, octet)| *octet = n);
    let whole = attempt(crypto.seal(suite, GUEK, &EXAMPLE_NONCE, &[Part::Bytes(&long)], &mut []), check)?;
    for cut in 0..=long.len() {
        let (a, b) = long.split_at_checked(cut).unwrap_or_default();
        let parts = [Part::Bytes(a), Part::Bytes(&[]), Part::Bytes(b)];
        let tag = attempt(crypto.seal(suite, GUEK, &EXAMPLE_NONCE, &parts, &mut []), check)?;
        expect(tag == whole, check)?;
    }
    Ok(())
}

/// What was protected comes back whatever its length, and a short keystream is the beginning of a long one.
fn lengths<C: CryptoProvider + TestKeys + ?Sized>(crypto: &mut C) -> Result<(), Nonconformance> {
    let check = "open what was sealed";
    let suite = SecuritySuite::Suite0;
    let parts = [Part::Bytes(&[0x30]), Part::Key(GAK)];
    let (mut keystream, mut buffer) = ([0; 1100], [0; 1100]);
    attempt(crypto.apply_keystream(suite, GUEK, &EXAMPLE_NONCE, &mut keystream), check)?;
    for len in (0..150).chain([255, 256, 257, 479, 480, 481, 1023, 1024, 1025, 1100]) {
        let data = buffer.get_mut(..len).unwrap_or_default();
        data.fill(0);
        let tag = attempt(crypto.seal(suite, GUEK, &EXAMPLE_NONCE, &parts, data), check)?;
        expect(keystream.starts_with(data), "encrypt alike whatever the length")?;
        attempt(crypto.open(suite, GUEK, &EXAMPLE_NONCE, &parts, data, &tag), check)?;
        expect(data.iter().all(|octet| *octet == 0), check)?;
    }
    Ok(())
}

/// Keys that are not there, of the wrong length, or for something else.
fn keys<C: CryptoProvider + TestKeys + ?Sized>(crypto: &mut C) -> Result<(), Nonconformance> {
    let check = "know its keys by name";
    let (suite, nonce) = (SecuritySuite::Suite0, &EXAMPLE_NONCE);
    attempt(crypto.install(GUEK, &EXAMPLE_EK), check)?;
    attempt(crypto.install(GBEK, &EXAMPLE_AK), check)?;
    expect(crypto.has_key(GUEK) && crypto.has_key(GBEK), check)?;
    let one = attempt(crypto.seal(suite, GUEK, nonce, &[], &mut []), check)?;
    let other = attempt(crypto.seal(suite, GBEK, nonce, &[], &mut []), check)?;
    expect(one != other, check)?;
    attempt(crypto.install(GUEK, &EXAMPLE_AK), check)?;
    let replaced = attempt(crypto.seal(suite, GUEK, nonce, &[], &mut []), check)?;
    expect(replaced == other, "use the new key when one was replaced")?;

    crypto.remove_key(GBEK);
    expect(!crypto.has_key(GBEK), "forget a key")?;
    let missing = Err(CryptoError::NoSuchKey(GBEK));
    expect(crypto.seal(suite, GBEK, nonce, &[], &mut []) == missing, "miss a key by name")?;
    expect(crypto.apply_keystream(suite, GBEK, nonce, &mut []) == Err(CryptoError::NoSuchKey(GBEK)), check)?;
    let parts = [Part::Key(GBEK)];
    expect(crypto.seal(suite, GUEK, nonce, &parts, &mut []).is_err(), "miss a key in authenticated data")?;
    let suite_2 = crypto.seal(SecuritySuite::Suite2, GUEK, nonce, &[], &mut []);
    expect(suite_2 == Err(CryptoError::KeyLength), "refuse a key of another suite")?;
    for kind in [KeyKind::Authentication, KeyKind::KeyEncryption] {
        let id = KeyId { setup: 0, kind };
        attempt(crypto.install(id, &EXAMPLE_AK), check)?;
        expect(crypto.seal(suite, id, nonce, &[], &mut []).is_err(), "encrypt with encryption keys only")?;
        crypto.remove_key(id);
    }
    Ok(())
}

fn random<C: CryptoProvider + ?Sized>(crypto: &mut C) -> Result<(), Nonconformance> {
    let check = "give random octets";
    let (mut a, mut b) = ([0; 32], [0; 32]);
    attempt(crypto.random(&mut a), check)?;
    attempt(crypto.random(&mut b), check)?;
    expect(a != b && a != [0; 32] && b != [0; 32], check)
}

fn key_wrap<C>(crypto: &mut C, aes_256: bool) -> Result<bool, Nonconformance>
where
    C: CryptoProvider + TestKeys + ?Sized,
{
    let mut out = [0; 40];
    attempt(crypto.install(KEK, &EXAMPLE_EK), "wrap a key")?;
    attempt(crypto.install(GUEK, &EXAMPLE_AK), "wrap a key")?;
    if !offered(crypto.wrap_key(KEK, GUEK, &mut out).map(|_| ()), "wrap a key")? {
        return Ok(false);
    }
    for Wrap { name, kek, key, wrapped } in WRAP {
        if !aes_256 && (kek.len() == 32 || key.len() == 32) {
            continue;
        }
        let suite = if key.len() == 32 { SecuritySuite::Suite2 } else { SecuritySuite::Suite0 };
        attempt(crypto.install(KEK, kek), name)?;
        attempt(crypto.install(GUEK, key), name)?;
        let len = attempt(crypto.wrap_key(KEK, GUEK, &mut out), name)?;
        expect(out.get(..len) == Some(*wrapped), name)?;
        let short = out.get_mut(..key.len()).unwrap_or_default();
        expect(crypto.wrap_key(KEK, GUEK, short) == Err(CryptoError::KeyLength), "refuse a short buffer")?;

        attempt(crypto.check_wrapped(suite, KEK, wrapped), name)?;
        let nonce = &EXAMPLE_NONCE;
        let before = attempt(crypto.seal(suite, GUEK, nonce, &[], &mut []), name)?;
        attempt(crypto.unwrap_key(KEK, wrapped, GBEK), name)?;
        let same = attempt(crypto.seal(suite, GBEK, nonce, &[], &mut []), name)?;
        expect(before == same, "unwrap to the key that was wrapped")?;

        let check = "refuse a wrapped key that was changed";
        let mut changed = [0; 40];
        let changed = filled(&mut changed, wrapped);
        changed.iter_mut().take(1).for_each(|octet| *octet ^= 1);
        refuses(crypto.check_wrapped(suite, KEK, changed), check)?;
        refuses(crypto.unwrap_key(KEK, changed, GBEK), check)?;
        let kept = attempt(crypto.seal(suite, GBEK, nonce, &[], &mut []), check)?;
        expect(kept == before, "keep the old key when the new one is refused")?;
        let short = wrapped.get(1..).unwrap_or_default();
        expect(crypto.unwrap_key(KEK, short, GBEK).is_err(), "refuse a wrapped key that is cut short")?;
    }
    expect(crypto.wrap_key(GUEK, GUEK, &mut out).is_err(), "wrap with key encryption keys only")?;
    crypto.remove_key(KEK);
    Ok(true)
}

fn session_keys<C: CryptoProvider + TestKeys + ?Sized>(crypto: &mut C) -> Result<bool, Nonconformance> {
    let check = "keep two session keys apart";
    let (suite, nonce) = (SecuritySuite::Suite0, &EXAMPLE_NONCE);
    let mut wrapped = [0; 24];
    attempt(crypto.install(KEK, &EXAMPLE_EK), check)?;
    attempt(crypto.install(GUEK, &EXAMPLE_AK), check)?;
    let first = attempt(crypto.free_slot(0, KeyKind::Session), check)?;
    if !offered(crypto.generate_key(suite, first), check)? {
        return Ok(false);
    }
    attempt(crypto.wrap_key(KEK, GUEK, &mut wrapped), check)?;
    let second = attempt(crypto.free_slot(0, KeyKind::Session), check)?;
    expect(first != second, check)?;
    attempt(crypto.unwrap_key(KEK, &wrapped, second), check)?;
    let one = attempt(crypto.seal(suite, GUEK, nonce, &[], &mut []), check)?;
    let same = attempt(crypto.seal(suite, second, nonce, &[], &mut []), check)?;
    let other = attempt(crypto.seal(suite, first, nonce, &[], &mut []), check)?;
    expect(one == same && one != other, check)?;
    crypto.remove_key(first);
    crypto.remove_key(second);
    let free = attempt(crypto.free_slot(0, KeyKind::Session), check)?;
    expect(!crypto.has_key(first) && !crypto.has_key(free), "forget a session key")?;
    Ok(true)
}

fn dedicated_keys<C: CryptoProvider + TestKeys + ?Sized>(crypto: &mut C) -> Result<bool, Nonconformance> {
    let check = "take a dedicated key";
    let id = match crypto.install_dedicated(&EXAMPLE_AK) {
        Err(CryptoError::Unsupported) => return Ok(false),
        other => attempt(other, check)?,
    };
    let suite = SecuritySuite::Suite0;
    attempt(crypto.install(GBEK, &EXAMPLE_AK), check)?;
    let one = attempt(crypto.seal(suite, id, &EXAMPLE_NONCE, &[], &mut []), check)?;
    let other = attempt(crypto.seal(suite, GBEK, &EXAMPLE_NONCE, &[], &mut []), check)?;
    expect(one == other, check)?;
    let second = attempt(crypto.install_dedicated(&EXAMPLE_EK), check)?;
    expect(second != id, "keep two dedicated keys apart")?;
    let short = crypto.install_dedicated(&[0; 15]);
    expect(short == Err(CryptoError::KeyLength), "refuse a dedicated key of a wrong length")?;
    crypto.remove_key(id);
    crypto.remove_key(second);
    expect(!crypto.has_key(id) && !crypto.has_key(second), "forget a dedicated key")?;
    Ok(true)
}

fn renaming<C: CryptoProvider + TestKeys + ?Sized>(crypto: &mut C) -> Result<bool, Nonconformance> {
    let check = "give a key another name";
    let suite = SecuritySuite::Suite0;
    attempt(crypto.install(GUEK, &EXAMPLE_EK), check)?;
    attempt(crypto.install(GBEK, &EXAMPLE_AK), check)?;
    let before = attempt(crypto.seal(suite, GUEK, &EXAMPLE_NONCE, &[], &mut []), check)?;
    match crypto.rename_key(GUEK, GBEK) {
        Err(CryptoError::Unsupported) => return Ok(false),
        other => attempt(other, check)?,
    }
    let after = attempt(crypto.seal(suite, GBEK, &EXAMPLE_NONCE, &[], &mut []), check)?;
    expect(before == after && !crypto.has_key(GUEK), check)?;
    let gone = crypto.rename_key(GUEK, GBEK);
    expect(gone == Err(CryptoError::NoSuchKey(GUEK)) && crypto.has_key(GBEK), check)?;
    let private = KeyId { setup: 0, kind: KeyKind::Signing };
    expect(crypto.rename_key(GBEK, private).is_err(), "refuse a name of another sort of key")?;
    expect(crypto.has_key(GBEK), "keep a key whose new name is refused")?;
    attempt(crypto.rename_key(GBEK, GBEK), check)?;
    expect(crypto.has_key(GBEK), check)?;
    Ok(true)
}

/// The front of `buffer`, with a copy of `octets`.
fn filled<'b>(buffer: &'b mut [u8], octets: &[u8]) -> &'b mut [u8] {
    let front = buffer.get_mut(..octets.len()).unwrap_or_default();
    front.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
    front
}

fn expect(holds: bool, check: &'static str) -> Result<(), Nonconformance> {
    if holds { Ok(()) } else { Err(Nonconformance { check, error: None }) }
}

fn attempt<T>(result: Result<T, CryptoError>, check: &'static str) -> Result<T, Nonconformance> {
    result.map_err(|error| Nonconformance { check, error: Some(error) })
}

fn refuses(result: Result<(), CryptoError>, check: &'static str) -> Result<(), Nonconformance> {
    match result {
        Err(CryptoError::Inauthentic) => Ok(()),
        Err(error) => Err(Nonconformance { check, error: Some(error) }),
        Ok(()) => Err(Nonconformance { check, error: None }),
    }
}

/// Whether something that need not be there is.
fn offered(result: Result<(), CryptoError>, check: &'static str) -> Result<bool, Nonconformance> {
    match result {
        Ok(()) => Ok(true),
        Err(CryptoError::Unsupported | CryptoError::KeyLength) => Ok(false),
        Err(error) => Err(Nonconformance { check, error: Some(error) }),
    }
}
