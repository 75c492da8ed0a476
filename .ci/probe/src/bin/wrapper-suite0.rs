//! The TCP wrapper and suite 0 alone: what comes is deciphered, and goes back ciphered.
#![no_std]
#![no_main]

use dlms_core::apdu::GetRequest;
use dlms_core::codec::Decode;
use dlms_core::crypto::SecuritySuite;
use dlms_core::link::{Delivery, Link, LinkEvent};
use dlms_core::time::Instant;
use dlms_security::{
    Aes128, FixedKeys, InvocationCounters, RamCounters, ReplayWindows, SecurityContext, SoftwareProvider,
    SystemTitle,
};
use dlms_wrapper::{Role, Stream};
use probe::{Board, Counter, Place, keys};

probe::entry!(main);

static BUFFER: Place<[u8; 512]> = Place::new();

fn main(mut board: Board) -> ! {
    let mut crypto = SoftwareProvider::<_, FixedKeys<Aes128, 4, 1>>::new(Counter::default());
    keys(|id, key| crypto.set_key(id, key).is_ok());
    let mut counters = InvocationCounters::<_>::new(RamCounters::<2>::new());
    let mut replay = ReplayWindows::<2>::new();
    let mut context = SecurityContext::new(SecuritySuite::Suite0, 0, SystemTitle(*b"PRB00001"));
    context.set_peer_title(Some(SystemTitle(*b"CLIENT01")));
    // SAFETY: `main` runs once, and this is the only `put` to that place.
    let buffer = unsafe { BUFFER.put([0; 512]) };
    let mut link = Stream::new(Role::Server);
    loop {
        let now = Instant(board.now().into());
        let Some(octet) = board.receive() else { continue };
        let Ok((_, LinkEvent::Apdu { peer, len, .. })) = link.handle_input(&[octet], buffer, 64, now) else {
            continue;
        };
        let opened = context.unprotect_with(&mut crypto, &mut replay, buffer, 64..64 + len, |plain| {
            GetRequest::from_bytes(plain).map(|_| ())
        });
        let Ok(opened) = opened else { continue };
        let (form, protection) = (opened.form, opened.protection);
        let sealed = context.protect(&mut crypto, &mut counters, form, protection, buffer, opened.plain);
        if let Ok(apdu) = sealed {
            let _ = link.send(peer, apdu, Delivery::Confirmed, now);
        }
        if let Some(octets) = link.poll_transmit(buffer, now) {
            board.send(octets);
        }
    }
}
