//! Protected messages: what shows without keys, and what the keys of the published examples open.
#![no_main]

use core::convert::Infallible;

use dlms_core::codec::{Decode, DecodeError};
use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind, SecuritySuite};
use dlms_security::{
    CipheredApdu, CounterId, GeneralCiphering, GeneralSigning, InvocationCounters, Protection, RamCounters,
    ReplayWindows, SecurityContext, SecurityError, SoftwareProvider, SystemTitle, Unprotected, overhead,
};
use libfuzzer_sys::fuzz_target;

const EK: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const AK: [u8; 16] =
    [0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf];
const DK: [u8; 16] =
    [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff];
const ORIGINATOR: SystemTitle = SystemTitle(*b"MMM\0\0\xbcaN");
const RECIPIENT: SystemTitle = SystemTitle(*b"MMM\0\0\0\0\x01");

fuzz_target!(|input: &[u8]| {
    let view = CipheredApdu::from_bytes(input);
    shown(input, &view);
    ends_inside(input, GeneralCiphering::from_bytes(input).map(|m| m.content_offset + m.content.len()));
    ends_inside(input, GeneralSigning::from_bytes(input).map(|m| m.content_offset + m.content.len()));

    let mut receiver = Peer::new(RECIPIENT, ORIGINATOR);
    let opened = receiver.unprotect(input);
    let Ok((plain, unprotected)) = opened else {
        let error = opened.map(|_| ()).expect_err("refused");
        if let SecurityError::Decode(error) = error {
            assert!(error.offset <= input.len(), "{error} behind the end");
        }
        return;
    };
    let view = view.expect("what was opened can be shown");
    assert_eq!(unprotected.invocation_counter, view.invocation_counter);
    assert_eq!(plain.len(), view.ciphertext().len());
    if unprotected.protection == Protection::NONE {
        assert_eq!(receiver.replay.iter().count(), 0);
        return;
    }
    // Nothing is taken twice, and what was opened is protected again as what opens as it.
    assert!(matches!(receiver.unprotect(input), Err(SecurityError::Replayed { .. })));
    if view.invocation_counter == u32::MAX {
        return;
    }
    let mut sender = Peer::new(ORIGINATOR, RECIPIENT);
    let made = sender.protect(&plain, &unprotected);
    assert_eq!(made.len(), plain.len() + overhead(unprotected.form, unprotected.protection, plain.len()));
    assert_eq!(Peer::new(RECIPIENT, ORIGINATOR).unprotect(&made), Ok((plain, unprotected)));
});

fn shown(input: &[u8], view: &Result<CipheredApdu<'_>, DecodeError>) {
    match view {
        Ok(view) => {
            assert_eq!(view.content_offset + view.content.len(), input.len());
            assert_eq!(input[view.content_offset - 5], view.security_control.0);
            let tag = view.authentication_tag().map_or(0, |tag| tag.len());
            assert_eq!(view.ciphertext().len() + tag, view.content.len());
            assert!(!view.ciphertext().is_empty());
        }
        Err(error) => assert!(error.offset <= input.len(), "{error} behind the end"),
    }
}

fn ends_inside(input: &[u8], end: Result<usize, DecodeError>) {
    match end {
        Ok(end) => assert!(end <= input.len()),
        Err(error) => assert!(error.offset <= input.len(), "{error} behind the end"),
    }
}

struct Peer {
    context: SecurityContext,
    crypto: SoftwareProvider<Counting>,
    replay: ReplayWindows,
}

impl Peer {
    fn new(own: SystemTitle, peer: SystemTitle) -> Self {
        let mut crypto = SoftwareProvider::new(Counting(0));
        for (kind, key) in [
            (KeyKind::GlobalUnicastEncryption, EK),
            (KeyKind::GlobalBroadcastEncryption, EK),
            (KeyKind::Authentication, AK),
        ] {
            crypto.set_key(KeyId { setup: 0, kind }, &key).expect("a key of 16 octets");
        }
        let mut context = SecurityContext::new(SecuritySuite::Suite0, 0, own);
        context.set_peer_title(Some(peer));
        context.set_dedicated(Some(crypto.install_dedicated(&DK).expect("a key of 16 octets")));
        Self { context, crypto, replay: ReplayWindows::new() }
    }

    /// The message inside; what is refused stays as it was.
    fn unprotect(&mut self, apdu: &[u8]) -> Result<(Vec<u8>, Unprotected), SecurityError> {
        let mut buf = apdu.to_vec();
        match self.context.unprotect(&mut self.crypto, &mut self.replay, &mut buf, 0..apdu.len()) {
            Ok(unprotected) => Ok((buf[unprotected.plain.clone()].to_vec(), strip(unprotected))),
            Err(error) => {
                assert_eq!(buf, apdu);
                Err(error)
            }
        }
    }

    fn protect(&mut self, plain: &[u8], how: &Unprotected) -> Vec<u8> {
        let mut counters = InvocationCounters::<_>::new(RamCounters::<4>::new());
        let id = CounterId { setup: 0, broadcast: how.broadcast };
        counters.raise(id, how.invocation_counter).expect("a counter that never goes back");
        self.context.raise_dedicated(how.invocation_counter);
        self.context.set_broadcast(how.broadcast);
        let start = SecurityContext::HEADROOM;
        let mut buf = vec![0; start + plain.len() + SecurityContext::TAILROOM];
        buf[start..start + plain.len()].copy_from_slice(plain);
        let all = start..start + plain.len();
        let sealed = self
            .context
            .protect(&mut self.crypto, &mut counters, how.form, how.protection, &mut buf, all)
            .expect("what was opened can be protected");
        buf[sealed].to_vec()
    }
}

/// Where the plain message lies depends on the form of the lengths before it.
fn strip(unprotected: Unprotected) -> Unprotected {
    Unprotected { plain: 0..0, ..unprotected }
}

/// Counts: not random at all.
struct Counting(u8);

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
