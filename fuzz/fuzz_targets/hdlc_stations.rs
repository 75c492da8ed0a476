//! A client and a server on a bad HDLC line: whatever is lost, repeated, damaged or forged, what arrives was sent, in
//! order and once, and both come to rest.
#![no_main]

use dlms_core::codec::Encode;
use dlms_core::link::{Delivery, Link, LinkEvent, Saps};
use dlms_core::time::Instant;
use dlms_hdlc::{
    Address, AddressSize, Control, Frame, Parameters, Primary, PrimarySettings, Secondary, SecondarySettings,
};
use libfuzzer_sys::fuzz_target;

const PEER: Saps = Saps { client: 16, server: 1 };
/// Frames with information fields of 64 octets, in windows of three.
const PARAMETERS: Parameters = Parameters::symmetric(64, 3);
/// Octets of an APDU that is received at most.
const ROOM: usize = 400;
/// Octets in front of an APDU to send.
const HEAD: usize = 4;
/// Frames that are sent at most before something is heard again.
const FRAMES: usize = 20;

struct End<L> {
    link: L,
    tx: Vec<u8>,
    rx: [u8; ROOM],
    /// Octets that the other end did not hear yet.
    said: Vec<u8>,
    /// An octet of those was changed.
    damaged: bool,
    /// APDUs sent so far.
    sent: u16,
    /// The number of the last APDU that was received.
    received: Option<u16>,
}

/// The octets of an APDU: its number, its length, and more.
fn apdu(number: u16, len: usize) -> Vec<u8> {
    let head = [number.to_be_bytes(), (len as u16).to_be_bytes()].concat();
    head.into_iter().chain((0..len).map(|i| (i as u8).wrapping_mul(7) ^ number as u8)).collect()
}

impl<L: Link> End<L> {
    fn new(link: L) -> Self {
        Self {
            link,
            tx: Vec::new(),
            rx: [0; ROOM],
            said: Vec::new(),
            damaged: false,
            sent: 0,
            received: None,
        }
    }

    fn send(&mut self, len: usize, now: Instant) {
        if !self.link.is_open(PEER) || self.link.is_sending() {
            return;
        }
        self.sent += 1;
        self.tx = [&[0; HEAD], &apdu(self.sent, len)[..]].concat();
        self.link.send(PEER, HEAD..self.tx.len(), Delivery::Confirmed, now).expect("it was not sending");
        self.speak(now);
    }

    /// Octets come in; whether an APDU among them has to be one that was sent.
    fn hear(&mut self, mut octets: &[u8], genuine: bool, now: Instant) {
        let mut calls = 0;
        while !octets.is_empty() {
            let Ok((taken, event)) = self.link.handle_input(octets, &mut self.rx, 0, now) else { return };
            // None may be taken, where what was held back is a frame after all; but there is an end of those.
            octets = &octets[taken..];
            calls += 1;
            assert!(calls < 1_000, "it takes nothing");
            self.take(event, genuine);
            self.speak(now);
        }
    }

    fn take(&mut self, event: LinkEvent, genuine: bool) {
        let LinkEvent::Apdu { peer, len, .. } = event else { return };
        assert!(len <= ROOM);
        if !genuine {
            return;
        }
        assert_eq!(peer, PEER);
        let [a, b, c, d, ..] = self.rx[..len] else { panic!("{len} octets") };
        let number = u16::from_be_bytes([a, b]);
        assert!(self.received.is_none_or(|last| number > last), "{number} after {:?}", self.received);
        assert_eq!(self.rx[..len], apdu(number, usize::from(u16::from_be_bytes([c, d]))));
        self.received = Some(number);
    }

    /// Changes one octet of what is on its way: the check sequences notice that in any frame.
    fn damage(&mut self, at: u8, by: u8) {
        let n = self.said.len();
        if !core::mem::replace(&mut self.damaged, true)
            && let Some(octet) = self.said.get_mut(usize::from(at) % n.max(1))
        {
            *octet ^= by;
        }
    }

    /// What is on its way, which arrives.
    fn arriving(&mut self) -> Vec<u8> {
        self.damaged = false;
        core::mem::take(&mut self.said)
    }

    fn speak(&mut self, now: Instant) {
        for _ in 0..FRAMES {
            match self.link.poll_transmit(&mut self.tx, now) {
                Some(octets) => self.said.extend_from_slice(octets),
                None => return,
            }
        }
        panic!("it never stops");
    }

    /// The time-outs that are due by now.
    fn wait(&mut self, genuine: bool, now: Instant) {
        for _ in 0..FRAMES {
            if self.link.poll_timeout().is_none_or(|at| at > now) {
                return;
            }
            if let Ok(event) = self.link.handle_timeout(now) {
                self.take(event, genuine);
            }
            self.speak(now);
        }
        panic!("it waits for what has been");
    }
}

fuzz_target!(|input: &[u8]| {
    let mut client = End::new(Primary::new(
        PrimarySettings {
            address_size: AddressSize::Two,
            parameters: PARAMETERS,
            retries: 2,
            ..PrimarySettings::DEFAULT
        },
        [0; 100],
    ));
    let mut server = End::new(Secondary::<_, 2>::new(
        SecondarySettings { parameters: PARAMETERS, ..SecondarySettings::DEFAULT },
        [0; 100],
    ));
    let (mut now, mut genuine) = (Instant(1_000), true);
    client.link.open(PEER, now);
    client.speak(now);
    let mut script = input.iter().copied();
    while let Some(step) = script.next() {
        let mut next = || script.next().unwrap_or(0);
        match step % 16 {
            0..=3 => exchange(&mut client, &mut server, genuine, now),
            4 => client.send(usize::from(next()), now),
            5 => server.send(usize::from(next()), now),
            6 => client.said.clear(),
            7 => server.said.clear(),
            8 => client.damage(next(), next()),
            9 => server.damage(next(), next()),
            10 => client.said.truncate(usize::from(next())),
            11 => server.said.truncate(usize::from(next())),
            12 => {
                now = now.plus(u64::from(next()) * 50);
                client.wait(genuine, now);
                server.wait(genuine, now);
            }
            13 => {
                client.link.close(PEER, now);
                client.speak(now);
            }
            14 => {
                client.link.open(PEER, now);
                client.speak(now);
            }
            _ => {
                // From here on there is a third one on the line.
                genuine = false;
                let (control, n, to_client) = (next(), usize::from(next() % 32), next() & 1 != 0);
                let information: Vec<u8> = (0..n).map(|_| next()).collect();
                let unit = forged(to_client, control, &information);
                match to_client {
                    true => client.hear(&unit, genuine, now),
                    false => server.hear(&unit, genuine, now),
                }
            }
        }
    }
    // Left alone, they come to rest.
    for _ in 0..200 {
        exchange(&mut client, &mut server, genuine, now);
        now = now.plus(10_000);
        client.wait(genuine, now);
        server.wait(genuine, now);
    }
    assert!(client.said.is_empty() || client.link.is_open(PEER), "the client goes on for ever");
    assert!(!client.link.is_sending(), "the client still sends");
});

/// Each end hears what the other said.
fn exchange(client: &mut End<impl Link>, server: &mut End<impl Link>, genuine: bool, now: Instant) {
    let (asked, answered) = (client.arriving(), server.arriving());
    server.hear(&asked, genuine, now);
    client.hear(&answered, genuine, now);
}

fn forged(to_client: bool, control: u8, information: &[u8]) -> Vec<u8> {
    let client = Address::new(AddressSize::One, PEER.client, 0).expect("a short one");
    let server = Address::new(AddressSize::Two, PEER.server, 17).expect("a short one");
    let (to, from) = if to_client { (client, server) } else { (server, client) };
    Frame::new(to, from, Control::from_octet(control))
        .with_information(information, control & 0x80 != 0 && information.len() > 20)
        .expect("a short one")
        .encode_to_vec()
}
