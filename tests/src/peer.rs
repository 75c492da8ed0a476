//! One end of a protected association: what the machines put together, without the machines.

use core::convert::Infallible;
use core::ops::Range;

use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind, SecuritySuite};
use dlms_security::{
    InvocationCounters, Protection, RamCounters, ReplayWindows, SecurityContext, SecurityError,
    ServiceCiphering, SoftwareProvider, SystemTitle, Unprotected,
};

/// A system title of the standard's examples.
pub const CLIENT: SystemTitle = SystemTitle(*b"MMM\0\0\xbcaN");
/// Another one.
pub const SERVER: SystemTitle = SystemTitle(*b"MMM\0\0\0\0\x01");

/// Octets around everything that is protected in place: they must stay.
const MARGIN: [u8; 5] = [0xee; 5];

/// One end: its context, its keys and its counters.
#[derive(Debug)]
pub struct Peer {
    /// Suite, titles, dedicated key.
    pub context: SecurityContext,
    /// The keys.
    pub crypto: SoftwareProvider<Counting>,
    /// Counters sent under.
    pub counters: InvocationCounters<RamCounters>,
    /// Counters received.
    pub replay: ReplayWindows,
}

impl Peer {
    /// One without keys.
    #[must_use]
    pub fn new(suite: SecuritySuite, own: SystemTitle, peer: Option<SystemTitle>) -> Self {
        let mut context = SecurityContext::new(suite, 0, own);
        context.set_peer_title(peer);
        Self {
            context,
            crypto: SoftwareProvider::new(Counting::default()),
            counters: InvocationCounters::new(RamCounters::new()),
            replay: ReplayWindows::new(),
        }
    }

    /// The same with a key.
    ///
    /// # Panics
    /// It cannot be one of that kind.
    #[must_use]
    pub fn with_key(mut self, kind: KeyKind, key: &[u8]) -> Self {
        self.crypto.set_key(KeyId { setup: 0, kind }, key).unwrap();
        self
    }

    /// The same with a dedicated key.
    ///
    /// # Panics
    /// It cannot be one.
    #[must_use]
    pub fn with_dedicated_key(mut self, key: &[u8]) -> Self {
        let id = self.crypto.install_dedicated(key).unwrap();
        self.context.set_dedicated(Some(id));
        self
    }

    /// Protects `plain`, in the middle of a larger buffer.
    ///
    /// # Errors
    /// As [`SecurityContext::protect`].
    ///
    /// # Panics
    /// Octets were changed that are not the APDU's.
    pub fn protect(
        &mut self,
        form: ServiceCiphering,
        protection: Protection,
        plain: &[u8],
    ) -> Result<Vec<u8>, SecurityError> {
        let headroom = MARGIN.len() + SecurityContext::HEADROOM;
        let (mut buf, _) = surrounded(&[&[0xee; SecurityContext::HEADROOM], plain, &[0xee; 12]].concat());
        let range = headroom..headroom + plain.len();
        let Self { context, crypto, counters, .. } = self;
        let sealed = context.protect(crypto, counters, form, protection, &mut buf, range)?;
        assert!(buf[..sealed.start].iter().chain(&buf[sealed.end..]).all(|octet| *octet == 0xee));
        Ok(buf[sealed].to_vec())
    }

    /// Unprotects `apdu`, in the middle of a larger buffer.
    ///
    /// # Errors
    /// As [`SecurityContext::unprotect`].
    ///
    /// # Panics
    /// Octets were changed that are not the APDU's, or any although it was refused.
    pub fn unprotect(&mut self, apdu: &[u8]) -> Result<(Vec<u8>, Unprotected), SecurityError> {
        let (mut buf, range) = surrounded(apdu);
        let before = buf.clone();
        let Self { context, crypto, replay, .. } = self;
        let result = context.unprotect(crypto, replay, &mut buf, range.clone());
        let changed = |i: &usize| before[*i] != buf[*i];
        assert!((0..buf.len()).filter(changed).all(|i| result.is_ok() && range.contains(&i)));
        result.map(|unprotected| (buf[unprotected.plain.clone()].to_vec(), unprotected))
    }
}

fn surrounded(octets: &[u8]) -> (Vec<u8>, Range<usize>) {
    ([&MARGIN, octets, &MARGIN].concat(), MARGIN.len()..MARGIN.len() + octets.len())
}

/// Octets that count: not random at all, and the same every time.
#[derive(Debug, Default)]
pub struct Counting(u8);

impl Counting {
    /// One that begins with another octet: two ends with the same would challenge each other alike.
    #[must_use]
    pub const fn from(first: u8) -> Self {
        Self(first)
    }
}

impl rand_core::TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        rand_core::utils::next_word_via_fill(self)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        rand_core::utils::next_word_via_fill(self)
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for octet in out {
            self.0 = self.0.wrapping_add(1);
            *octet = self.0;
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Counting {}
