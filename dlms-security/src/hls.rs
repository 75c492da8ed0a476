//! Authentication of the peers (IEC 62056-5-3): passwords, and the challenges and tokens of high level security.
//!
//! Each side sends a challenge, and proves with a token over the other's that it knows the secret. [`token`] makes one
//! for any mechanism, [`verify`] checks the peer's.

use dlms_core::crypto::{Challenges, CryptoError, CryptoProvider, HashAlgorithm, KeyId, KeyKind, Part};
use subtle::ConstantTimeEq;

use crate::{
    CounterStore, InvocationCounters, Protection, ReplayMemory, SecurityContext, SecurityControl,
    SecurityError,
};

/// Octets of a token of mechanism 5: security control, invocation counter, GMAC.
pub const GMAC_TOKEN_LEN: usize = 17;

/// The mechanisms of high level security, by the last number of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Mechanism {
    /// 2: the manufacturer's own, as the provider was told
    /// ([`manufacturer_token`](dlms_core::crypto::CryptoProvider::manufacturer_token)).
    Manufacturer,
    /// 3: MD5 over challenge and secret.
    Md5,
    /// 4: SHA-1 over challenge and secret.
    Sha1,
    /// 5: GMAC with the global keys.
    Gmac,
    /// 6: SHA-256 over secret, system titles and challenges.
    Sha256,
    /// 7: ECDSA over system titles and challenges, suites 1 and 2.
    Ecdsa,
}

impl Mechanism {
    /// The mechanism with this id; 0 (none) and 1 (password) have no tokens.
    #[must_use]
    pub const fn from_id(id: u8) -> Option<Self> {
        Some(match id {
            2 => Self::Manufacturer,
            3 => Self::Md5,
            4 => Self::Sha1,
            5 => Self::Gmac,
            6 => Self::Sha256,
            7 => Self::Ecdsa,
            _ => return None,
        })
    }

    /// Octets of a challenge at least.
    #[must_use]
    pub const fn least_challenge(self) -> usize {
        match self {
            Self::Ecdsa => Challenge::ECDSA_MIN,
            _ => Challenge::MIN,
        }
    }

    /// Octets of a challenge if nothing else is wanted.
    #[must_use]
    pub const fn challenge_len(self) -> usize {
        match self {
            Self::Ecdsa => Challenge::ECDSA_MIN,
            _ => Challenge::DEFAULT,
        }
    }

    /// Whether its tokens are made of the system titles, so that both have to be known.
    #[must_use]
    pub const fn needs_titles(self) -> bool {
        matches!(self, Self::Gmac | Self::Sha256 | Self::Ecdsa)
    }
}

/// A challenge, 8 to 64 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    octets: [u8; Self::MAX],
    len: u8,
}

impl Challenge {
    /// Octets at least.
    pub const MIN: usize = 8;
    /// Octets at most.
    pub const MAX: usize = 64;
    /// Octets at least with mechanism 7.
    pub const ECDSA_MIN: usize = 32;
    /// Octets if nothing else is wanted.
    pub const DEFAULT: usize = 16;

    /// A random challenge of `len` octets.
    ///
    /// # Errors
    /// `Challenge` for another length than 8 to 64; or the provider has no randomness.
    pub fn generate<C: CryptoProvider + ?Sized>(crypto: &mut C, len: usize) -> Result<Self, SecurityError> {
        let mut octets = [0; Self::MAX];
        let len = checked_len(len)?;
        let random = octets.get_mut(..usize::from(len)).ok_or(SecurityError::Challenge)?;
        crypto.random(random)?;
        Ok(Self { octets, len })
    }

    /// A challenge that came from the peer.
    ///
    /// # Errors
    /// `Challenge` for another length than 8 to 64.
    pub fn from_slice(challenge: &[u8]) -> Result<Self, SecurityError> {
        let mut octets = [0; Self::MAX];
        let len = checked_len(challenge.len())?;
        for (to, from) in octets.iter_mut().zip(challenge) {
            *to = *from;
        }
        Ok(Self { octets, len })
    }

    /// Its octets.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Challenge {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=[u8]:02x}", self.as_slice());
    }
}

/// The two challenges of an association, and what to answer them with.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The secret of mechanisms 2, 3, 4 and 6.
    pub secret: KeyId,
    /// The challenge we sent.
    pub own: &'a [u8],
    /// The challenge the peer sent.
    pub peer: &'a [u8],
}

/// What answers a challenge: f(StoC) or f(CtoS).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    octets: [u8; Self::MAX],
    len: u8,
}

impl Token {
    /// Octets at most: a signature of suite 2.
    pub const MAX: usize = 96;

    /// Its octets.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// Our token over the peer's challenge.
///
/// # Errors
/// `Reflected` when both challenges are the same, `Challenge` for a length that is not allowed, `NoTitle`; or the
/// provider does not offer the mechanism, has no key, or there is no counter.
pub fn token<C, S, const N: usize>(
    context: &SecurityContext,
    crypto: &mut C,
    counters: &mut InvocationCounters<S, N>,
    exchange: &Exchange<'_>,
) -> Result<Token, SecurityError>
where
    C: CryptoProvider + ?Sized,
    S: CounterStore,
{
    exchange.check()?;
    if exchange.mechanism == Mechanism::Gmac {
        let token = gmac_token(context, crypto, counters, exchange.peer)?;
        return Ok(Token::from_prefix(&token));
    }
    if exchange.mechanism == Mechanism::Ecdsa {
        let key = KeyId { setup: context.setup(), kind: KeyKind::Signing };
        let mut octets = [0; Token::MAX];
        let len = signed(context, exchange, Side::Own, |parts| {
            Ok(crypto.sign(context.suite(), key, parts, &mut octets)?)
        })?;
        return Token::new(octets, len);
    }
    hashed(context, crypto, exchange, Side::Own)
}

/// Checks the peer's token over our challenge, in constant time.
///
/// # Errors
/// `Inauthentic`; `NoPublicKey`, mechanism 7; or as [`token`].
pub fn verify<C, M>(
    context: &SecurityContext,
    crypto: &mut C,
    replay: &mut M,
    exchange: &Exchange<'_>,
    token: &[u8],
) -> Result<(), SecurityError>
where
    C: CryptoProvider + ?Sized,
    M: ReplayMemory + ?Sized,
{
    exchange.check()?;
    if exchange.mechanism == Mechanism::Gmac {
        return verify_gmac_token(context, crypto, replay, exchange.own, token);
    }
    if exchange.mechanism == Mechanism::Ecdsa {
        let key = context.peer_signing_key().ok_or(SecurityError::NoPublicKey)?;
        return signed(context, exchange, Side::Peer, |parts| {
            Ok(crypto.verify(context.suite(), key.as_slice(), parts, token)?)
        });
    }
    let expected = hashed(context, crypto, exchange, Side::Peer)?;
    if bool::from(expected.as_slice().ct_eq(token)) { Ok(()) } else { Err(SecurityError::Inauthentic) }
}

/// The token of mechanism 5 over `challenge`, the peer's: security control, a counter of the global unicast key, and
/// the tag over security control, authentication key and challenge. A dedicated key has no part in it.
///
/// # Errors
/// `Challenge`, `NoKey`, `Counter`, `Provider`.
pub fn gmac_token<C, S, const N: usize>(
    context: &SecurityContext,
    crypto: &mut C,
    counters: &mut InvocationCounters<S, N>,
    challenge: &[u8],
) -> Result<[u8; GMAC_TOKEN_LEN], SecurityError>
where
    C: CryptoProvider + ?Sized,
    S: CounterStore,
{
    checked_len(challenge.len())?;
    let (key, ak) = (context.global_key(false), context.authentication_key());
    for needed in [key, ak] {
        if !crypto.has_key(needed) {
            return Err(SecurityError::NoKey(needed));
        }
    }
    let counter = counters.next(context.counter(false))?;
    let control = gmac_control(context).0;
    let nonce = context.own_title().nonce(counter);
    let aad = [Part::Bytes(&[control]), Part::Key(ak), Part::Bytes(challenge)];
    let [a, b, c, d, e, f, g, h, i, j, k, l] = crypto.seal(context.suite(), key, &nonce, &aad, &mut [])?;
    let [w, x, y, z] = counter.to_be_bytes();
    Ok([control, w, x, y, z, a, b, c, d, e, f, g, h, i, j, k, l])
}

/// Checks the peer's token of mechanism 5 over `challenge`, ours. Its counter is remembered if it holds.
///
/// The counter is not checked: the challenge proves that the token is fresh, and there are clients that protect the
/// APDU around it under the same counter.
///
/// # Errors
/// `Inauthentic`, also for another length; `Suite`; `Inconsistent` for other bits of the security control octet than
/// A; `NoRoom`, `NoTitle`, `ForeignTitle`, `Challenge`, `NoKey`, `Provider`.
pub fn verify_gmac_token<C, M>(
    context: &SecurityContext,
    crypto: &mut C,
    replay: &mut M,
    challenge: &[u8],
    token: &[u8],
) -> Result<(), SecurityError>
where
    C: CryptoProvider + ?Sized,
    M: ReplayMemory + ?Sized,
{
    checked_len(challenge.len())?;
    let Some(&[control, w, x, y, z, a, b, c, d, e, f, g, h, i, j, k, l]) = exactly(token) else {
        return Err(SecurityError::Inauthentic);
    };
    let received = SecurityControl(control);
    if received.suite() != Some(context.suite()) {
        return Err(SecurityError::Suite);
    }
    if received != gmac_control(context) {
        return Err(SecurityError::Inconsistent);
    }
    let originator = context.peer()?;
    let key = context.global_key(false);
    let counter = u32::from_be_bytes([w, x, y, z]);
    let aad = [Part::Bytes(&[control]), Part::Key(context.authentication_key()), Part::Bytes(challenge)];
    let tag = [a, b, c, d, e, f, g, h, i, j, k, l];
    crypto.open(context.suite(), key, &originator.nonce(counter), &aad, &mut [], &tag)?;
    replay.accept(originator, key, counter)
}

/// Whether a password is the expected one; an empty one matches nothing. Takes the same time wherever the first
/// difference is; that the lengths differ can be measured.
#[must_use]
pub fn password_matches(expected: &[u8], given: &[u8]) -> bool {
    !expected.is_empty() && bool::from(expected.ct_eq(given))
}

impl Exchange<'_> {
    fn check(&self) -> Result<(), SecurityError> {
        checked_len(self.own.len())?;
        checked_len(self.peer.len())?;
        if self.own.len().min(self.peer.len()) < self.mechanism.least_challenge() {
            return Err(SecurityError::Challenge);
        }
        if self.own == self.peer { Err(SecurityError::Reflected) } else { Ok(()) }
    }

    /// The challenge that this side's token answers.
    const fn answered(&self, side: Side) -> &[u8] {
        match side {
            Side::Own => self.peer,
            Side::Peer => self.own,
        }
    }

    /// The challenge that this side sent.
    const fn other(&self, side: Side) -> &[u8] {
        match side {
            Side::Own => self.own,
            Side::Peer => self.peer,
        }
    }
}

impl Token {
    /// A provider that makes nothing would make every empty token the right one.
    const MIN: usize = 8;

    fn new(octets: [u8; Self::MAX], len: usize) -> Result<Self, SecurityError> {
        match u8::try_from(len) {
            Ok(octet) if (Self::MIN..=Self::MAX).contains(&len) => Ok(Self { octets, len: octet }),
            _ => Err(SecurityError::Provider(CryptoError::Hardware)),
        }
    }

    fn from_prefix<const N: usize>(prefix: &[u8; N]) -> Self {
        let mut octets = [0; Self::MAX];
        let mut len = 0u8;
        for (to, from) in octets.iter_mut().zip(prefix) {
            *to = *from;
            len = len.saturating_add(1);
        }
        Self { octets, len }
    }
}

/// Whose token it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Own,
    Peer,
}

fn hashed<C: CryptoProvider + ?Sized>(
    context: &SecurityContext,
    crypto: &mut C,
    exchange: &Exchange<'_>,
    side: Side,
) -> Result<Token, SecurityError> {
    let (answered, other) = (Part::Bytes(exchange.answered(side)), Part::Bytes(exchange.other(side)));
    let secret = Part::Key(exchange.secret);
    let mut octets = [0; Token::MAX];
    let len = match exchange.mechanism {
        Mechanism::Md5 => crypto.hash(HashAlgorithm::Md5, &[answered, secret], &mut octets)?,
        Mechanism::Sha1 => crypto.hash(HashAlgorithm::Sha1, &[answered, secret], &mut octets)?,
        Mechanism::Sha256 => {
            let (own, peer) = (context.own_title(), context.peer()?);
            let (first, second) = match side {
                Side::Own => (own, peer),
                Side::Peer => (peer, own),
            };
            let parts = [secret, Part::Bytes(&first.0), Part::Bytes(&second.0), answered, other];
            crypto.hash(HashAlgorithm::Sha256, &parts, &mut octets)?
        }
        Mechanism::Manufacturer => {
            let own = Some(context.own_title());
            let (prover, verifier) = match side {
                Side::Own => (own, context.peer_title()),
                Side::Peer => (context.peer_title(), own),
            };
            let challenges = Challenges {
                prover: prover.as_ref().map(|title| &title.0),
                verifier: verifier.as_ref().map(|title| &title.0),
                answered: exchange.answered(side),
                other: exchange.other(side),
            };
            crypto.manufacturer_token(exchange.secret, &challenges, &mut octets)?
        }
        // Made and checked by functions of their own.
        Mechanism::Gmac | Mechanism::Ecdsa => return Err(SecurityError::Inconsistent),
    };
    Token::new(octets, len)
}

/// What is signed in mechanism 7, given to `with`.
fn signed<T>(
    context: &SecurityContext,
    exchange: &Exchange<'_>,
    side: Side,
    with: impl FnOnce(&[Part<'_>]) -> Result<T, SecurityError>,
) -> Result<T, SecurityError> {
    let (own, peer) = (context.own_title(), context.peer()?);
    let (first, second) = match side {
        Side::Own => (own, peer),
        Side::Peer => (peer, own),
    };
    with(&[
        Part::Bytes(&first.0),
        Part::Bytes(&second.0),
        Part::Bytes(exchange.answered(side)),
        Part::Bytes(exchange.other(side)),
    ])
}

fn gmac_control(context: &SecurityContext) -> SecurityControl {
    SecurityControl::new(context.suite(), Protection::AUTHENTICATED, false)
}

fn exactly<const N: usize>(octets: &[u8]) -> Option<&[u8; N]> {
    match octets.split_first_chunk() {
        Some((all, [])) => Some(all),
        _ => None,
    }
}

fn checked_len(len: usize) -> Result<u8, SecurityError> {
    match u8::try_from(len) {
        Ok(octets) if (Challenge::MIN..=Challenge::MAX).contains(&len) => Ok(octets),
        _ => Err(SecurityError::Challenge),
    }
}
