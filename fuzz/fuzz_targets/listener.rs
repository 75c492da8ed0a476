//! A line on which anything may be pushed: every octet is taken, however it is cut, the same is heard in pieces as at once, and
//! what was heard can be read.
#![no_main]

use dlms::Output;
use dlms::listener::{AnyLink, Event, Listener, OneKeySet};
use dlms_core::apdu::Leniencies;
use dlms_core::codec::Decode;
use dlms_core::data::Data;
use dlms_core::time::Instant;
use dlms_fuzz::{CLIENT_TITLE, Dice, Provider};
use dlms_mbus::wired::Leniency;
use dlms_security::{InvocationCounters, Protection, RamCounters};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let whole = heard(input, input.len().max(1));
    for size in [1, 9] {
        assert_eq!(heard(input, size), whole);
    }
});

fn heard(input: &[u8], size: usize) -> Vec<Vec<u8>> {
    let crypto = Provider::new(Dice(1));
    let counters = InvocationCounters::new(RamCounters::<2>::new());
    let mut keys = OneKeySet::<_, _, 2>::new(crypto, counters, CLIENT_TITLE);
    keys.minimum = Protection::NONE;
    let link = AnyLink::new([0; 2100]).with_leniency(Leniency::ALL);
    let mut listener = Listener::new(link, [0; 2500], [0; 2500]).with_leniencies(Leniencies::all());
    let (mut all, now) = (Vec::new(), Instant(0));
    for mut piece in input.chunks(size) {
        let mut idle = 0;
        while !piece.is_empty() {
            let taken = listener.handle_input(&mut keys, piece, now);
            idle = if taken == 0 { idle + 1 } else { 0 };
            assert!(idle < 1000, "nothing is taken any more");
            piece = &piece[taken..];
            loop {
                match listener.poll_output(now) {
                    Output::Event(event) => {
                        match event {
                            Event::Notification(_) => drop(listener.notification().unwrap()),
                            Event::Telegram(_) => assert_eq!(listener.apdu()[0], b'/'),
                            Event::Value(_) => drop(Data::from_bytes(listener.apdu()).unwrap()),
                            _ => continue,
                        }
                        all.push(listener.apdu().to_vec());
                    }
                    Output::Transmit(_) => {}
                    Output::Wait(Some(until)) if until <= now => listener.handle_timeout(&mut keys, now),
                    Output::Wait(_) => break,
                }
            }
            if listener.is_closed() {
                return all;
            }
        }
    }
    all
}
