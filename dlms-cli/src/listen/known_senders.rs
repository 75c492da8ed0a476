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
use crate::{hex, meter};

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
}

impl KnownSenders {
    /// Those of a file.
    ///
    /// # Errors
    /// `usage`: it cannot be read, or is not as it should be.
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let wrong = |what: String| Failure::usage(format!("{}: {what}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
        let mut senders = Self::default();
        for (name, entry) in &table {
            let entry = entry.as_table().ok_or_else(|| wrong(format!("{name} is no table")))?;
            let sender = Sender::of(entry).map_err(|what| wrong(format!("{name}: {what}")))?;
            if name == "any" {
                senders.any = Some(sender);
                continue;
            }
            let title = hex::from_text(name).ok().and_then(|octets| SystemTitle::from_slice(&octets));
            let title = title.ok_or_else(|| wrong(format!("{name} is no system title of 8 octets")))?;
            senders.meters.insert(title, sender);
        }
        Ok(senders)
    }
}

impl Sender {
    fn of(entry: &toml::Table) -> Result<Self, String> {
        let mut crypto = SoftwareProvider::new(SysRng);
        let (mut suite, mut minimum) = (SecuritySuite::Suite0, Protection::NONE);
        for (name, value) in entry {
            let text = || value.as_str().ok_or_else(|| format!("{name} is a text"));
            let kinds: &[KeyKind] = match name.as_str() {
                "ek" if entry.contains_key("bk") => &[KeyKind::GlobalUnicastEncryption],
                "ek" => &[KeyKind::GlobalUnicastEncryption, KeyKind::GlobalBroadcastEncryption],
                "bk" => &[KeyKind::GlobalBroadcastEncryption],
                "ak" => &[KeyKind::Authentication],
                "suite" => {
                    let id = value.as_integer().and_then(|id| u8::try_from(id).ok());
                    suite = id.and_then(SecuritySuite::from_id).ok_or("suite is 0, 1 or 2")?;
                    continue;
                }
                "security" => {
                    minimum = meter::protection(text()?)?;
                    continue;
                }
                _ => return Err(format!("{name} is not known: ek, ak, bk, suite, security")),
            };
            let key = hex::from_text(text()?).map_err(|_| format!("{name} is no hex"))?;
            for kind in kinds {
                let set = crypto.set_key(KeyId { setup: 0, kind: *kind }, &key);
                set.map_err(|_| format!("{name} has 16 or 32 octets"))?;
            }
        }
        // What is confirmed is confirmed under a counter that no earlier run used.
        let mut counters = InvocationCounters::new(RamCounters::new());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let now = u32::try_from(now).unwrap_or(1);
        counters.raise(CounterId { setup: 0, broadcast: false }, now).map_err(|error| error.to_string())?;
        Ok(Self { suite, minimum, crypto, counters, replay: Box::default() })
    }
}

impl Senders for KnownSenders {
    type Crypto = SoftwareProvider<SysRng, GrowingKeys>;
    type Store = RamCounters;
    type Replay = ReplayWindows<OTHERS>;

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
