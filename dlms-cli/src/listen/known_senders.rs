use std::collections::HashMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use dlms::listener::{SenderKeys, Senders};
use dlms_core::crypto::{KeyId, KeyKind, SecuritySuite};
use dlms_security::{
    CounterId, GrowingKeys, InvocationCounters, Protection, RamCounters, ReplayWindows, SoftwareProvider,
    SystemTitle,
};
use getrandom::SysRng;

use crate::failure::Failure;
use crate::key_file::{Entry, KeyFile};
use crate::meter;

/// Our own system title.
const OWN_TITLE: SystemTitle = SystemTitle(*b"CLIENT01");
/// Meters under the entry for all others.
const OTHERS: usize = 1024;

/// The meters of a key file.
#[derive(Default)]
pub(super) struct KnownSenders {
    meters: HashMap<SystemTitle, Sender>,
    any: Option<Sender>,
}

struct Sender {
    suite: SecuritySuite,
    minimum: Protection,
    crypto: SoftwareProvider<SysRng, GrowingKeys>,
    counters: InvocationCounters<RamCounters>,
    replay: Box<ReplayWindows<OTHERS>>,
    /// There is no authentication key, and none is demanded.
    takes_unverified: bool,
}

impl KnownSenders {
    /// Those of a file.
    ///
    /// # Errors
    /// `usage`: it cannot be read, or is not as it should be; `exposed-key-file`.
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let mut senders = Self::default();
        for (title, entry) in KeyFile::read(file)?.entries()? {
            let sender =
                Sender::of(&entry).map_err(|what| Failure::usage(format!("{}: {what}", file.display())))?;
            match title {
                Some(title) => drop(senders.meters.insert(title, sender)),
                None => senders.any = Some(sender),
            }
        }
        Ok(senders)
    }
}

impl Sender {
    fn of(entry: &Entry) -> Result<Self, String> {
        let mut crypto = SoftwareProvider::new(SysRng);
        // Some meters push under the broadcast key what others push under the unicast one.
        let broadcast = entry.bk.as_ref().or(entry.ek.as_ref());
        for (kind, key) in [
            (KeyKind::GlobalUnicastEncryption, entry.ek.as_ref()),
            (KeyKind::GlobalBroadcastEncryption, broadcast),
            (KeyKind::Authentication, entry.ak.as_ref()),
        ] {
            let Some(key) = key else { continue };
            crypto.set_key(KeyId { setup: 0, kind }, key.as_bytes()).map_err(|error| error.to_string())?;
        }
        let suite = entry.suite.and_then(SecuritySuite::from_id).unwrap_or_default();
        let minimum = entry.security.as_deref().map_or(Ok(Protection::NONE), meter::protection)?;
        // What is confirmed is confirmed under a counter that no earlier run used.
        let mut counters = InvocationCounters::new(RamCounters::new());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let now = u32::try_from(now).unwrap_or(1);
        counters.raise(CounterId { setup: 0, broadcast: false }, now).map_err(|error| error.to_string())?;
        let takes_unverified = entry.ak.is_none() && minimum == Protection::NONE;
        Ok(Self { suite, minimum, crypto, counters, replay: Box::default(), takes_unverified })
    }
}

impl Senders for KnownSenders {
    type Crypto = SoftwareProvider<SysRng, GrowingKeys>;
    type Store = RamCounters;
    type Replay = ReplayWindows<OTHERS>;

    fn takes_unverified(&self, title: SystemTitle) -> bool {
        let sender = self.meters.get(&title).or(self.any.as_ref());
        sender.is_some_and(|sender| sender.takes_unverified)
    }

    fn keys(&mut self, title: SystemTitle) -> Option<SenderKeys<'_, Self>> {
        let sender = match self.meters.get_mut(&title) {
            Some(sender) => sender,
            None => self.any.as_mut()?,
        };
        Some(SenderKeys {
            suite: sender.suite,
            setup: 0,
            minimum: sender.minimum,
            own_title: OWN_TITLE,
            crypto: &mut sender.crypto,
            counters: &mut sender.counters,
            replay: &mut sender.replay,
        })
    }
}
