//! What the tests stand on: hex, the published vectors, a provider with the keys of the Green Book's examples.
#![allow(
    dead_code,
    unreachable_pub,
    missing_debug_implementations,
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "each test uses some of it"
)]

use core::convert::Infallible;

use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind, SecuritySuite};
use dlms_security::{
    InvocationCounters, RamCounters, ReplayWindows, SecurityContext, SecurityError, ServiceCiphering,
    SoftwareProvider, SystemTitle, Unprotected,
};
use serde_json::Value;

pub const EK: &str = "000102030405060708090A0B0C0D0E0F";
pub const AK: &str = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF";
pub const CLIENT: SystemTitle = SystemTitle(*b"MMM\0\0\xbcaN");
pub const SERVER: SystemTitle = SystemTitle(*b"MMM\0\0\0\0\x01");

pub const GUEK: KeyId = key(KeyKind::GlobalUnicastEncryption);
pub const GBEK: KeyId = key(KeyKind::GlobalBroadcastEncryption);
pub const GAK: KeyId = key(KeyKind::Authentication);
pub const KEK: KeyId = key(KeyKind::KeyEncryption);

/// get-request of the clock's time, and the same as the Green Book protects it: SC 30, IC 01234567.
pub const GET: &str = "C0010000080000010000FF0200";
pub const GLO_GET: &str = "C81E3001234567411312FF935A47566827C467BC7D825C3BE4A77C3FCC056B6B";

pub type Counters = InvocationCounters<RamCounters>;

pub const fn key(kind: KeyKind) -> KeyId {
    KeyId { setup: 0, kind }
}

pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    assert!(digits.len().is_multiple_of(2), "{text}");
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

pub fn title(text: &str) -> SystemTitle {
    SystemTitle::from_slice(&hex(text)).unwrap()
}

/// Counts: not random at all, and the same every time.
#[derive(Debug, Default)]
pub struct Counting(u8);

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

pub fn provider(keys: &[(KeyId, &str)]) -> SoftwareProvider<Counting> {
    let mut provider = SoftwareProvider::new(Counting::default());
    for (id, key) in keys {
        provider.set_key(*id, &hex(key)).unwrap();
    }
    provider
}

/// One side of an association: its context and all it needs.
pub struct Side {
    pub context: SecurityContext,
    pub crypto: SoftwareProvider<Counting>,
    pub counters: Counters,
    pub replay: ReplayWindows,
}

impl Side {
    pub fn new(own: SystemTitle, peer: Option<SystemTitle>) -> Self {
        let mut context = SecurityContext::new(SecuritySuite::Suite0, 0, own);
        context.set_peer_title(peer);
        Self {
            context,
            crypto: provider(&[(GUEK, EK), (GAK, AK)]),
            counters: InvocationCounters::new(RamCounters::new()),
            replay: ReplayWindows::new(),
        }
    }

    /// The client and the server of the examples.
    pub fn pair() -> (Self, Self) {
        (Self::new(CLIENT, Some(SERVER)), Self::new(SERVER, Some(CLIENT)))
    }

    pub fn protect(
        &mut self,
        form: ServiceCiphering,
        protection: dlms_security::Protection,
        plain: &[u8],
    ) -> Result<Vec<u8>, SecurityError> {
        let start = SecurityContext::HEADROOM;
        let mut buf = vec![0xee; start + plain.len() + self.context.tailroom(form, protection)];
        buf[start..start + plain.len()].copy_from_slice(plain);
        let range = start..start + plain.len();
        let sealed =
            self.context.protect(&mut self.crypto, &mut self.counters, form, protection, &mut buf, range)?;
        Ok(buf[sealed].to_vec())
    }

    /// Unprotects in the middle of a larger buffer; what is around must stay.
    pub fn unprotect(&mut self, apdu: &[u8]) -> Result<(Vec<u8>, Unprotected), SecurityError> {
        let mut buf = vec![0xee; apdu.len() + 7];
        buf[3..3 + apdu.len()].copy_from_slice(apdu);
        let result = self.context.unprotect(&mut self.crypto, &mut self.replay, &mut buf, 3..3 + apdu.len());
        assert_eq!((&buf[..3], &buf[3 + apdu.len()..]), (&[0xee; 3][..], &[0xee; 4][..]));
        match result {
            Ok(unprotected) => Ok((buf[unprotected.plain.clone()].to_vec(), unprotected)),
            Err(error) => {
                assert_eq!(&buf[3..3 + apdu.len()], apdu, "a refused APDU must stay as it was");
                Err(error)
            }
        }
    }

    pub fn install_dedicated(&mut self, key: &str) {
        let id = self.crypto.install_dedicated(&hex(key)).unwrap();
        self.context.set_dedicated(Some(id));
    }
}

pub fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/../tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    match serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap() {
        Value::Array(entries) => entries,
        other => vec![other],
    }
}

pub fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}
