//! Protecting and unprotecting: suite 0, authenticated and encrypted, global key.

use core::hint::black_box;

use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::consts::U12;
use aes_gcm::{AesGcm, KeyInit};
use dlms_bench::{Comparison, Contender, Target};
use dlms_core::crypto::{KeyId, KeyKind, SecuritySuite};
use dlms_cosem_rs::codec::{Decode as _, SliceWriter, Writer as _};
use dlms_cosem_rs::security::{self as peer, KeyRing, Protector, RustCryptoProvider, SecurityPolicy};
use dlms_cosem_rs::xdlms::CipheredService;
use dlms_security::{
    FixedKeys, InvocationCounters, Protection, RamCounters, ReplayWindows, SecurityContext, ServiceCiphering,
    SoftwareProvider, SystemTitle,
};

use crate::dice::Dice;
use crate::pair::WATT_HOURS;

pub(crate) const ENCRYPTION_KEY: [u8; 16] =
    *b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f";
pub(crate) const AUTHENTICATION_KEY: [u8; 16] = [0xd0; 16];
pub(crate) const CLIENT: [u8; 8] = *b"CLIENT01";
pub(crate) const METER: [u8; 8] = *b"MTR00001";

pub(crate) type Provider = SoftwareProvider<Dice, FixedKeys>;

/// A provider with the keys that both ends have; the seed differs, so that challenges do.
pub(crate) fn provider(seed: u64) -> Provider {
    let mut provider = Provider::new(Dice(seed));
    let keys =
        [(KeyKind::GlobalUnicastEncryption, ENCRYPTION_KEY), (KeyKind::Authentication, AUTHENTICATION_KEY)];
    for (kind, key) in keys {
        provider.set_key(KeyId { setup: 0, kind }, &key).unwrap();
    }
    provider
}

pub(crate) fn comparisons() -> Vec<Comparison<'static>> {
    let protected = |id, work, len, target| protect(id, work, len).target(target);
    vec![
        protected("C1", "protect 32 octets", 32, Target::peer(1.75).and_limit(1.1)),
        protected("C1", "protect 200 octets", 200, Target::peer(1.75).and_limit(1.1)),
        protected("C1", "protect 1024 octets", 1024, Target::peer(1.75).and_limit(1.1)),
        unprotect("C1", "unprotect 32 octets", 32).target(Target::peer(1.75).and_limit(1.1)),
        unprotect("C1", "unprotect 200 octets", 200).target(Target::peer(1.75).and_limit(1.1)),
        unprotect("C1", "unprotect 1024 octets", 1024).target(Target::peer(1.75).and_limit(1.1)),
        protected("C2", "protect 64 KiB", 1 << 16, Target::peer(2.8).and_limit(1.1)).octets(1 << 16),
        unprotect("C2", "unprotect 64 KiB", 1 << 16).target(Target::peer(2.8).and_limit(1.1)).octets(1 << 16),
    ]
}

/// A get-response of so many octets.
fn plain(len: usize) -> Vec<u8> {
    let mut plain: Vec<u8> = (0..len).map(|i| i.to_le_bytes()[0]).collect();
    plain[0] = 0xc4;
    plain
}

/// This suite: what one end of an association has.
struct Ours {
    context: SecurityContext,
    crypto: Provider,
    counters: InvocationCounters<RamCounters>,
}

impl Ours {
    const HEADROOM: usize = SecurityContext::HEADROOM;

    fn new(own: [u8; 8], peer: [u8; 8]) -> Self {
        let mut context = SecurityContext::new(SecuritySuite::Suite0, 0, SystemTitle(own));
        context.set_peer_title(Some(SystemTitle(peer)));
        Self { context, crypto: provider(1), counters: InvocationCounters::new(RamCounters::new()) }
    }

    /// Protects `plain` in `buf`; where it is then.
    fn protect(&mut self, plain: &[u8], buf: &mut [u8]) -> core::ops::Range<usize> {
        let range = Self::HEADROOM..Self::HEADROOM + plain.len();
        buf[range.clone()].copy_from_slice(plain);
        let Self { context, crypto, counters } = self;
        let form = ServiceCiphering::Global;
        context.protect(crypto, counters, form, Protection::AUTHENTICATED_ENCRYPTED, buf, range).unwrap()
    }

    /// Unprotects `apdu` in `buf`; the length of what was inside.
    fn unprotect(&mut self, apdu: &[u8], buf: &mut [u8]) -> usize {
        buf[..apdu.len()].copy_from_slice(apdu);
        let mut replay = ReplayWindows::<1>::new();
        self.context.unprotect(&mut self.crypto, &mut replay, buf, 0..apdu.len()).unwrap().plain.len()
    }
}

/// dlms-cosem-rs: its header is written by hand, as its sessions do.
struct Peer {
    protector: Protector<RustCryptoProvider>,
    counter: peer::InvocationCounter,
}

impl Peer {
    fn new() -> Self {
        let provider = RustCryptoProvider::new(KeyRing::new(ENCRYPTION_KEY, AUTHENTICATION_KEY));
        let policy = SecurityPolicy::authenticated_encrypted(peer::SecuritySuite::Suite0);
        Self { protector: Protector::new(provider, policy), counter: peer::InvocationCounter::new(0) }
    }

    fn protect(&mut self, plain: &[u8], buf: &mut [u8]) -> usize {
        let counter = self.counter.next().unwrap();
        let mut w = SliceWriter::new(buf);
        w.write_u8(0xcc).unwrap();
        w.write_length(5 + plain.len() + 12).unwrap();
        w.write_u8(self.protector.policy().control().0).unwrap();
        w.write_u32(counter).unwrap();
        let header = w.written();
        let key = self.protector.auth_key().unwrap();
        let title = peer::SystemTitle::new(METER);
        header + self.protector.protect(&title, counter, key, plain, &mut buf[header..]).unwrap().len()
    }

    fn unprotect(&self, apdu: &[u8], buf: &mut [u8]) -> usize {
        let mut replay = peer::ReplayWindow::strict();
        let service = CipheredService::from_bytes(&apdu[1..]).unwrap();
        replay.check(service.invocation_counter).unwrap();
        let payload = &mut buf[..service.payload.len()];
        payload.copy_from_slice(service.payload);
        let key = self.protector.auth_key().unwrap();
        let title = peer::SystemTitle::new(METER);
        let counter = service.invocation_counter;
        let plain =
            self.protector.unprotect(service.security_control, &title, counter, key, payload).unwrap();
        replay.accept(counter).unwrap();
        plain.len()
    }
}

/// The cipher alone, its key expanded.
struct Bare(AesGcm<aes_gcm::aes::Aes128, U12, U12>);

impl Bare {
    const AAD: [u8; 17] = {
        let mut aad = [0xd0; 17];
        aad[0] = 0x30;
        aad
    };

    fn new() -> Self {
        Self(AesGcm::new(&ENCRYPTION_KEY.into()))
    }

    fn nonce(counter: u32) -> [u8; 12] {
        let [a, b, c, d, e, f, g, h] = METER;
        let [i, j, k, l] = counter.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }

    fn seal(&self, plain: &[u8], buf: &mut [u8], counter: u32) -> [u8; 12] {
        let data = &mut buf[..plain.len()];
        data.copy_from_slice(plain);
        let nonce = Self::nonce(counter).into();
        self.0.encrypt_inout_detached(&nonce, &Self::AAD, data.into()).unwrap().into()
    }

    fn open(&self, sealed: &[u8], buf: &mut [u8], counter: u32, tag: [u8; 12]) -> usize {
        let data = &mut buf[..sealed.len()];
        data.copy_from_slice(sealed);
        let nonce = Self::nonce(counter).into();
        self.0.decrypt_inout_detached(&nonce, &Self::AAD, data.into(), &tag.into()).unwrap();
        sealed.len()
    }
}

/// What the meter sends under its first counter by all three: the same octets.
fn sealed(plain: &[u8]) -> (Vec<u8>, u32, [u8; 12]) {
    let mut buf = vec![0; plain.len() + 64];
    let at = Ours::new(METER, CLIENT).protect(plain, &mut buf);
    let ours = buf[at].to_vec();
    let header = ours.len() - plain.len() - 12;
    let counter = u32::from_be_bytes(*ours[header - 4..].first_chunk().unwrap());
    let mut peer = Peer::new();
    peer.counter = peer::InvocationCounter::new(counter - 1);
    let len = peer.protect(plain, &mut buf);
    // Lengths beyond 65 535 have two forms.
    assert!(buf[..len].ends_with(&ours[header..]));
    let tag = Bare::new().seal(plain, &mut buf, counter);
    assert!(buf[..plain.len()] == ours[header..][..plain.len()] && ours.ends_with(&tag));
    (ours, counter, tag)
}

/// The cipher's part of an association, a GET and a release: ten messages and tokens sealed, nine opened, of 32 octets
/// like most of them.
pub(crate) fn session_of_ciphers() -> impl FnMut() -> u64 {
    let plain = plain(32);
    let (bare, mut buf) = (Bare::new(), vec![0; 64]);
    let tag = bare.seal(&plain, &mut buf, 1);
    let sealed = buf[..32].to_vec();
    move || {
        for _ in 0..10 {
            black_box(bare.seal(black_box(&plain), black_box(&mut buf), 1));
        }
        for _ in 0..9 {
            black_box(bare.open(black_box(&sealed), black_box(&mut buf), 1, black_box(tag)));
        }
        WATT_HOURS.into()
    }
}

fn protect(id: &'static str, work: &'static str, len: usize) -> Comparison<'static> {
    let plain = &*plain(len).leak();
    sealed(plain);
    let room = || vec![0; len + 64];
    let (mut ours, mut buf) = (Ours::new(METER, CLIENT), room());
    let comparison = Comparison::new(id, work).by(Contender::Ours, move || {
        let header = ours.protect(black_box(plain), black_box(&mut buf)).start;
        assert!(header < Ours::HEADROOM);
        len as u64
    });
    let (mut peer, mut buf) = (Peer::new(), room());
    let comparison = comparison.by(Contender::DlmsCosemRs, move || {
        assert!(peer.protect(black_box(plain), black_box(&mut buf)) > len);
        len as u64
    });
    let (bare, mut buf) = (Bare::new(), room());
    comparison.by(Contender::Limit, move || {
        black_box(bare.seal(black_box(plain), black_box(&mut buf), black_box(1)));
        len as u64
    })
}

fn unprotect(id: &'static str, work: &'static str, len: usize) -> Comparison<'static> {
    let (apdu, counter, tag) = sealed(&plain(len));
    let apdu = &*apdu.leak();
    let room = || vec![0; len + 64];
    let (mut ours, mut buf) = (Ours::new(CLIENT, METER), room());
    let comparison = Comparison::new(id, work)
        .by(Contender::Ours, move || ours.unprotect(black_box(apdu), black_box(&mut buf)) as u64);
    let (peer, mut buf) = (Peer::new(), room());
    let comparison = comparison
        .by(Contender::DlmsCosemRs, move || peer.unprotect(black_box(apdu), black_box(&mut buf)) as u64);
    let (bare, mut buf) = (Bare::new(), room());
    let data = &apdu[apdu.len() - 12 - len..apdu.len() - 12];
    comparison.by(Contender::Limit, move || {
        bare.open(black_box(data), black_box(&mut buf), black_box(counter), black_box(tag)) as u64
    })
}
