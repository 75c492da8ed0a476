use dlms_core::crypto::{CryptoError, CryptoProvider, KeyId, KeyKind, Part};

use super::{
    EXAMPLE_NONCE, GBEK, Nonconformance, TestKeys, attempt, curve_vectors::Curve, expect, filled, offered,
    refuses,
};

const SIGNING: KeyId = KeyId { setup: 0, kind: KeyKind::Signing };
const AGREEMENT: KeyId = KeyId { setup: 0, kind: KeyKind::Agreement };
const EPHEMERAL: KeyId = KeyId { setup: 0, kind: KeyKind::Ephemeral(0) };
const MESSAGE: &[Part<'_>] = &[Part::Bytes(b"sam"), Part::Bytes(b""), Part::Bytes(b"ple")];
/// Octets of the longest signature or public key, and one more.
const MAX: usize = 97;

/// Whether the suite of the curve is there whole: signatures and key agreement.
pub(super) fn curve<C>(crypto: &mut C, vectors: &Curve) -> Result<bool, Nonconformance>
where
    C: CryptoProvider + TestKeys + ?Sized,
{
    if !offered(crypto.install(SIGNING, vectors.private), "install a private key")? {
        return Ok(false);
    }
    signatures(crypto, vectors)?;
    wrong_signatures(crypto, vectors)?;
    crypto.remove_key(SIGNING);
    agreement(crypto, vectors)?;
    wrong_points(crypto, vectors)?;
    private_keys(crypto, vectors)?;
    for key in [SIGNING, AGREEMENT, EPHEMERAL, GBEK] {
        crypto.remove_key(key);
    }
    Ok(true)
}

fn signatures<C: CryptoProvider + ?Sized>(crypto: &mut C, vectors: &Curve) -> Result<(), Nonconformance> {
    let &Curve { suite, public, signature, .. } = vectors;
    let check = "verify the signature of RFC 6979";
    attempt(crypto.verify(suite, public, MESSAGE, signature), check)?;
    attempt(crypto.verify(suite, public, &[Part::Bytes(b"sample")], signature), check)?;
    let check = "give the public key to a private one";
    let mut out = [0; MAX];
    let len = attempt(crypto.public_key(suite, SIGNING, &mut out), check)?;
    expect(out.get(..len) == Some(public), check)?;
    let check = "verify what it signed";
    // The number used once may be random: only the length is known beforehand.
    let len = attempt(crypto.sign(suite, SIGNING, MESSAGE, &mut out), check)?;
    expect(len == signature.len(), check)?;
    attempt(crypto.verify(suite, public, MESSAGE, out.get(..len).unwrap_or_default()), check)?;
    let short = out.get_mut(..len.saturating_sub(1)).unwrap_or_default();
    let refused = crypto.sign(suite, SIGNING, MESSAGE, short);
    expect(refused == Err(CryptoError::KeyLength), "refuse a short buffer for a signature")?;
    let refused = crypto.public_key(suite, SIGNING, short);
    expect(refused == Err(CryptoError::KeyLength), "refuse a short buffer for a public key")
}

fn wrong_signatures<C: CryptoProvider + ?Sized>(
    crypto: &mut C,
    vectors: &Curve,
) -> Result<(), Nonconformance> {
    let &Curve { suite, public, signature, order, .. } = vectors;
    let mut buffer = [0; MAX];
    let mut refuse = |octets: &mut [u8], check| refuses(crypto.verify(suite, public, MESSAGE, octets), check);
    for octet in 0..signature.len() {
        let changed = filled(&mut buffer, signature);
        changed.iter_mut().skip(octet).take(1).for_each(|octet| *octet ^= 1);
        refuse(changed, "refuse a changed signature")?;
    }
    let half = order.len();
    for (from, number) in [(0, "refuse r = 0"), (half, "refuse s = 0")] {
        let wrong = filled(&mut buffer, signature);
        wrong.iter_mut().skip(from).take(half).for_each(|octet| *octet = 0);
        refuse(wrong, number)?;
    }
    for (from, number) in [(0, "refuse r = n"), (half, "refuse s = n")] {
        let wrong = filled(&mut buffer, signature);
        wrong.iter_mut().skip(from).zip(order).for_each(|(to, from)| *to = *from);
        refuse(wrong, number)?;
    }
    for (from, number) in [(0, "refuse r > n"), (half, "refuse s > n")] {
        let wrong = filled(&mut buffer, signature);
        wrong.iter_mut().skip(from).take(half).for_each(|octet| *octet = 0xff);
        refuse(wrong, number)?;
    }
    let swapped = filled(&mut buffer, signature);
    swapped.rotate_left(half);
    refuse(swapped, "refuse s then r")?;
    filled(&mut buffer, signature);
    for len in [0, 1, half, signature.len().saturating_sub(1), signature.len().saturating_add(1)] {
        refuse(buffer.get_mut(..len).unwrap_or_default(), "refuse a signature of another length")?;
    }
    let other = [Part::Bytes(b"sampl")];
    refuses(crypto.verify(suite, public, &other, signature), "refuse the signature of something else")?;
    let others = vectors.peer_public;
    refuses(crypto.verify(suite, others, MESSAGE, signature), "refuse the signature of someone else")
}

fn agreement<C>(crypto: &mut C, vectors: &Curve) -> Result<(), Nonconformance>
where
    C: CryptoProvider + TestKeys + ?Sized,
{
    let &Curve { suite, agreement_private, agreement_public, peer_public, algorithm_id, agreed, .. } =
        vectors;
    let check = "agree on the key of the example";
    let titles = [*b"MMM\x00\x00\xbc\x61\x4e", *b"MMM\x00\x00\x00\x00\x01"];
    let [client, server] = &titles;
    let info = [Part::Bytes(algorithm_id), Part::Bytes(client), Part::Bytes(server)];
    for private in [AGREEMENT, EPHEMERAL] {
        attempt(crypto.install(private, agreement_private), check)?;
        let mut out = [0; MAX];
        let len = attempt(crypto.public_key(suite, private, &mut out), check)?;
        expect(out.get(..len) == Some(agreement_public), "give the public key to a private one")?;
        attempt(crypto.install(GBEK, agreed), check)?;
        let expected = attempt(crypto.seal(suite, GBEK, &EXAMPLE_NONCE, &[], &mut []), check)?;
        attempt(crypto.agree(suite, private, peer_public, &info, GBEK), check)?;
        let given = attempt(crypto.seal(suite, GBEK, &EXAMPLE_NONCE, &[], &mut []), check)?;
        expect(given == expected, check)?;
        let other = attempt(crypto.free_slot(0, KeyKind::Session), check)?;
        attempt(crypto.agree(suite, private, peer_public, info.get(..2).unwrap_or_default(), other), check)?;
        let given = attempt(crypto.seal(suite, other, &EXAMPLE_NONCE, &[], &mut []), check)?;
        expect(given != expected, "agree on another key for others")?;
        crypto.remove_key(other);
        crypto.remove_key(private);
    }
    Ok(())
}

/// What is no point of the curve would tell the private key bit by bit.
fn wrong_points<C>(crypto: &mut C, vectors: &Curve) -> Result<(), Nonconformance>
where
    C: CryptoProvider + TestKeys + ?Sized,
{
    let &Curve { agreement_private, peer_public, prime, .. } = vectors;
    attempt(crypto.install(AGREEMENT, agreement_private), "agree on a key")?;
    let half = prime.len();
    let mut buffer = [0; MAX];
    let swapped = filled(&mut buffer, peer_public);
    swapped.rotate_left(half);
    no_point(crypto, vectors, swapped, "refuse y then x")?;
    for octet in [0, half.saturating_sub(1), half, half.saturating_mul(2).saturating_sub(1)] {
        let changed = filled(&mut buffer, peer_public);
        changed.iter_mut().skip(octet).take(1).for_each(|octet| *octet ^= 1);
        no_point(crypto, vectors, changed, "refuse a point beside the curve")?;
    }
    for (from, check) in [(0, "refuse x = p"), (half, "refuse y = p")] {
        let wrong = filled(&mut buffer, peer_public);
        wrong.iter_mut().skip(from).zip(prime).for_each(|(to, from)| *to = *from);
        no_point(crypto, vectors, wrong, check)?;
    }
    for (octet, check) in [(0, "refuse a point of zeros"), (0xff, "refuse a point of ones")] {
        let wrong = filled(&mut buffer, peer_public);
        wrong.fill(octet);
        no_point(crypto, vectors, wrong, check)?;
    }
    filled(&mut buffer, peer_public);
    for len in [0, 1, half, half.saturating_add(1), peer_public.len().saturating_sub(1)] {
        let short = buffer.get(..len).unwrap_or_default();
        no_point(crypto, vectors, short, "refuse a point of another length")?;
    }
    filled(buffer.get_mut(1..).unwrap_or_default(), peer_public);
    buffer.iter_mut().take(1).for_each(|tag| *tag = 4);
    let long = buffer.get(..peer_public.len().saturating_add(1)).unwrap_or_default();
    no_point(crypto, vectors, long, "refuse a point with a tag before it")
}

fn no_point<C: CryptoProvider + ?Sized>(
    crypto: &mut C,
    vectors: &Curve,
    point: &[u8],
    check: &'static str,
) -> Result<(), Nonconformance> {
    let refused = Err(CryptoError::NotOnCurve);
    expect(crypto.agree(vectors.suite, AGREEMENT, point, &[], GBEK) == refused, check)?;
    let signed = crypto.verify(vectors.suite, point, MESSAGE, vectors.signature);
    expect(signed == refused, check)
}

/// Private keys are made, serve their purpose alone, and never leave.
fn private_keys<C>(crypto: &mut C, vectors: &Curve) -> Result<(), Nonconformance>
where
    C: CryptoProvider + TestKeys + ?Sized,
{
    let &Curve { suite, order, peer_public, .. } = vectors;
    let check = "refuse what is no private key";
    let mut zeros = [0; MAX];
    let zeros = filled(&mut zeros, order);
    expect(crypto.install(SIGNING, zeros).is_err(), check)?;
    zeros.fill(0);
    expect(crypto.install(SIGNING, zeros).is_err(), check)?;

    let check = "make a key pair";
    let (mut first, mut second, mut signature) = ([0; MAX], [0; MAX], [0; MAX]);
    attempt(crypto.generate_key_pair(suite, SIGNING), check)?;
    let len = attempt(crypto.public_key(suite, SIGNING, &mut first), check)?;
    attempt(crypto.generate_key_pair(suite, SIGNING), check)?;
    attempt(crypto.public_key(suite, SIGNING, &mut second), check)?;
    expect(first != second, "make another key pair each time")?;
    let public = second.get(..len).unwrap_or_default();
    let len = attempt(crypto.sign(suite, SIGNING, MESSAGE, &mut signature), check)?;
    let signature = signature.get(..len).unwrap_or_default();
    attempt(crypto.verify(suite, public, MESSAGE, signature), check)?;

    let check = "use a private key for its purpose alone";
    expect(crypto.agree(suite, SIGNING, peer_public, &[], GBEK).is_err(), check)?;
    expect(crypto.seal(suite, SIGNING, &EXAMPLE_NONCE, &[], &mut []).is_err(), check)?;
    expect(crypto.agree(suite, AGREEMENT, peer_public, &[], SIGNING).is_err(), check)?;
    expect(crypto.generate_key(suite, SIGNING).is_err(), check)?;
    expect(crypto.generate_key_pair(suite, GBEK).is_err(), check)?;
    let hashed = [Part::Key(SIGNING)];
    expect(crypto.sign(suite, SIGNING, &hashed, &mut second).is_err(), check)?;
    crypto.remove_key(SIGNING);
    let missing = Err(CryptoError::NoSuchKey(SIGNING));
    expect(crypto.sign(suite, SIGNING, MESSAGE, &mut second) == missing, "miss a private key by name")
}
