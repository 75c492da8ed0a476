use dlms_core::crypto::{CryptoProvider, SecuritySuite};
use dlms_core::link::Saps;
use dlms_security::{CounterStore, InvocationCounters, Protection, ReplayMemory, ReplayWindows, SystemTitle};

/// What a listener knows of the meters that push.
pub trait Senders {
    /// The cryptographic provider.
    type Crypto: CryptoProvider;
    /// The store of the counters that confirmations are sent under.
    type Store: CounterStore;
    /// What remembers the counters received.
    type Replay: ReplayMemory;

    /// The keys of the meter with this system title, if it is a known one.
    fn keys(&mut self, title: SystemTitle) -> Option<SenderKeys<'_, Self>>;

    /// The set of keys to try after so many others; the first is [`keys`](Self::keys).
    fn keys_to_try(&mut self, title: SystemTitle, attempt: usize) -> Option<SenderKeys<'_, Self>> {
        if attempt == 0 { self.keys(title) } else { None }
    }

    /// Whether a message of this meter whose authentication key is not known is deciphered all the same. It may be forged
    /// or old; its protection then says that it is not authenticated.
    fn takes_unverified(&self, title: SystemTitle) -> bool {
        let _ = title;
        false
    }

    /// The system title of who sends from there without telling it.
    fn title_at(&self, saps: Saps) -> Option<SystemTitle> {
        let _ = saps;
        None
    }

    /// Whether what comes from there in the clear is taken.
    fn takes_plain(&self, saps: Saps) -> bool {
        let _ = saps;
        true
    }
}

/// What goes with a meter's system title.
#[allow(missing_debug_implementations, reason = "a handful of borrows for the length of a call")]
pub struct SenderKeys<'k, S: Senders + ?Sized> {
    /// The algorithms.
    pub suite: SecuritySuite,
    /// Which set of the provider's keys.
    pub setup: u8,
    /// The least protection that its notifications must have.
    pub minimum: Protection,
    /// Our own system title, for confirmations.
    pub own_title: SystemTitle,
    /// The keys.
    pub crypto: &'k mut S::Crypto,
    /// The counters that confirmations are sent under.
    pub counters: &'k mut InvocationCounters<S::Store>,
    /// The counters received.
    pub replay: &'k mut S::Replay,
}

/// One set of keys for every meter, whatever its system title; `P` of them are remembered by their counters.
#[derive(Debug)]
pub struct OneKeySet<C, S, const P: usize = 8> {
    /// The keys, set 0.
    pub crypto: C,
    /// The counters that confirmations are sent under.
    pub counters: InvocationCounters<S>,
    /// The counters received.
    pub replay: ReplayWindows<P>,
    /// The algorithms.
    pub suite: SecuritySuite,
    /// The least protection that notifications must have; with any, none is taken in the clear.
    pub minimum: Protection,
    /// Our own system title, for confirmations.
    pub own_title: SystemTitle,
}

impl<C, S, const P: usize> OneKeySet<C, S, P> {
    /// Suite 0, authenticated and encrypted notifications only.
    #[must_use]
    pub const fn new(crypto: C, counters: InvocationCounters<S>, own_title: SystemTitle) -> Self {
        Self {
            crypto,
            counters,
            replay: ReplayWindows::new(),
            suite: SecuritySuite::Suite0,
            minimum: Protection::AUTHENTICATED_ENCRYPTED,
            own_title,
        }
    }
}

impl<C: CryptoProvider, S: CounterStore, const P: usize> Senders for OneKeySet<C, S, P> {
    type Crypto = C;
    type Store = S;
    type Replay = ReplayWindows<P>;

    fn keys(&mut self, _: SystemTitle) -> Option<SenderKeys<'_, Self>> {
        Some(SenderKeys {
            suite: self.suite,
            setup: 0,
            minimum: self.minimum,
            own_title: self.own_title,
            crypto: &mut self.crypto,
            counters: &mut self.counters,
            replay: &mut self.replay,
        })
    }

    fn takes_plain(&self, _: Saps) -> bool {
        self.minimum == Protection::NONE
    }
}
