//! A customer port on a small computer: whatever the meter pushes with, its readings are printed.
//!
//! `stty -F /dev/ttyUSB0 115200 raw && cargo run -p dlms-examples --example customer_port -- KEY < /dev/ttyUSB0`
#![allow(missing_docs, reason = "a program")]

use core::error::Error;
use std::io::Read;

use dlms::listener::{AnyLink, Event, Listener, OneKeySet};
use dlms::{Notification, Output, reading};
use dlms_core::apdu::Leniencies;
use dlms_core::crypto::{KeyId, KeyKind};
use dlms_core::data::Data;
use dlms_io::Clock;
use dlms_mbus::wired::Leniency;
use dlms_security::{
    GrowingKeys, InvocationCounters, Protection, RamCounters, SoftwareProvider, SystemTitle,
};
use iec62056_21::p1::{Content, MissingCrc, Telegram};

fn main() -> Result<(), Box<dyn Error>> {
    // The key that the operator gave out, if the port is ciphered.
    let mut crypto: SoftwareProvider<_, GrowingKeys> = SoftwareProvider::new(getrandom::SysRng);
    if let Some(key) = std::env::args().nth(1) {
        let digits: Vec<u8> = key.chars().filter_map(|c| c.to_digit(16)?.try_into().ok()).collect();
        let octets: Vec<u8> =
            digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |o, d| o << 4 | d)).collect();
        crypto.set_key(KeyId { setup: 0, kind: KeyKind::GlobalUnicastEncryption }, &octets)?;
    }
    let counters = InvocationCounters::new(RamCounters::<2>::new());
    let mut keys = OneKeySet::<_, _, 8>::new(crypto, counters, SystemTitle(*b"CUSTOMER"));
    keys.minimum = Protection::NONE;

    // HDLC, M-Bus, P1 or nothing: the link finds out. What meters are known to bend is let pass.
    let link = AnyLink::new(Vec::new()).with_leniency(Leniency::ALL);
    let mut listener = Listener::new(link, Vec::new(), Vec::new()).with_leniencies(Leniencies::all());
    let (clock, mut port, mut octets) = (Clock::start(), std::io::stdin().lock(), [0; 256]);
    loop {
        let read = port.read(&mut octets)?;
        let mut rest = octets.get(..read).unwrap_or_default();
        if rest.is_empty() {
            return Ok(());
        }
        // Offer what came, drain the listener, offer the rest.
        while !rest.is_empty() {
            let taken = listener.handle_input(&mut keys, rest, clock.now());
            rest = rest.get(taken..).unwrap_or_default();
            loop {
                match listener.poll_output(clock.now()) {
                    Output::Event(event) => match event {
                        Event::Notification(_) => match listener.notification()? {
                            Notification::Data(push) => print(push.body),
                            other => println!("{other:?}"),
                        },
                        Event::Telegram(_) => print_telegram(listener.apdu()),
                        event => println!("{event:?}"),
                    },
                    // Nobody waits for an answer on a port that only pushes.
                    Output::Transmit(_) => {}
                    Output::Wait(Some(until)) if until <= clock.now() => {
                        listener.handle_timeout(&mut keys, clock.now());
                    }
                    Output::Wait(_) => break,
                }
            }
        }
    }
}

fn print(body: Data<'_>) {
    reading::each(body, None, &mut |reading| match reading.quantity() {
        Some(quantity) => println!("{} {quantity}", reading.obis),
        None => println!("{} {:?}", reading.obis, reading.value),
    });
}

fn print_telegram(text: &[u8]) {
    let Ok(telegram) = Telegram::parse(text, MissingCrc::Refused) else { return };
    for object in telegram.objects().flatten() {
        match object.content() {
            Content::Quantity(quantity) => {
                println!("{} {} {}", object.obis(), quantity.number, quantity.unit.unwrap_or_default());
            }
            other => println!("{} {other:?}", object.obis()),
        }
    }
}
