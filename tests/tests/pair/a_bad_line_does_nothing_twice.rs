use cosem_classes::model::Attribute;
use dlms::client::{ClientConfig, ClientError};
use dlms::server::Event;
use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::data::{Any, Array, Data, Octets};
use dlms_core::link::LinkError;
use dlms_hdlc::{Parameters, PrimarySettings, SecondarySettings};
use dlms_tests::bus::{Faults, Port, Reads};

use crate::meter::{BELL, NOTE, PROFILE, rings};
use crate::serial::{BREAKER, Serial, client, meter_of};
use crate::wire::{manager, secure};

const ROWS: u32 = 120;

/// What a client of full rights does, and each of it once, whatever becomes of its frames.
struct Work {
    serial: Serial,
    /// How often the connection had to be opened anew.
    losses: u32,
}

impl Work {
    fn new(config: ClientConfig, parameters: Parameters, port: Port, seed: u64) -> Self {
        let config = ClientConfig { max_receive_pdu_size: 400, ..config };
        let primary = PrimarySettings { parameters, ..PrimarySettings::DEFAULT };
        let secondary = SecondarySettings { parameters, ..SecondarySettings::DEFAULT };
        let serial = Serial::new(vec![client(primary, config)], vec![meter_of(secondary, ROWS)], port, seed);
        Self { serial, losses: 0 }
    }

    /// Makes a request, after an association if there is none; whether it was answered.
    fn request(&mut self, request: impl FnOnce(&mut Serial)) -> bool {
        while self.serial.client().negotiated().is_none() {
            if let Err(error) = self.serial.associate() {
                self.lost(error);
            }
        }
        request(&mut self.serial);
        match self.serial.outcome() {
            Ok(()) => true,
            Err(error) => {
                self.lost(error);
                false
            }
        }
    }

    fn lost(&mut self, error: ClientError) {
        let expected = [LinkError::NoAnswer, LinkError::Disconnected, LinkError::Rejected];
        assert!(expected.iter().any(|link| error == ClientError::Link(*link)), "{error}");
        self.losses += 1;
        assert!(self.losses < 20, "{error}, again and again");
    }

    /// As [`request`](Self::request), again and again until it was answered.
    fn insist(&mut self, mut request: impl FnMut(&mut Serial)) {
        while !self.request(&mut request) {}
    }

    fn rings(&mut self) -> u32 {
        rings(&mut self.serial.meters[0].devices[0])
    }

    fn count(&mut self, what: impl Fn(&Event) -> bool) -> usize {
        // The meter tells when its last frame is out, which may come twice.
        self.serial.pass(3_000);
        self.serial.audit().iter().filter(|event| what(event)).count()
    }

    fn all(&mut self) {
        let buffer = PROFILE.buffer().descriptor();
        let buffer = Attribute::<Array<Any>>::new(buffer.class_id, buffer.logical_name, buffer.id);
        self.insist(|serial| serial.client().get(buffer).unwrap());
        let rows = self.serial.client().value::<Array<Any>>().unwrap();
        assert_eq!(rows.len(), ROWS as usize);
        for (number, row) in rows.iter().enumerate() {
            let Data::Structure(cells) = row.unwrap() else { panic!() };
            let expected =
                [Data::DoubleLongUnsigned(number as u32), Data::LongUnsigned((number % 1000) as u16)];
            assert_eq!(cells.exactly::<2>(), Some(expected));
        }

        self.serial.audit();
        let note: Vec<u8> = (0..1_500).map(|i| (i % 251) as u8).collect();
        let written =
            self.request(|serial| serial.client().set(NOTE.value(), &Data::OctetString(&note)).unwrap());
        let executed = self.count(|event| matches!(event, Event::Set(_, _, DataAccessResult::Success)));
        self.once(written, executed);

        let before = self.rings();
        let rung =
            self.request(|serial| serial.client().invoke_method(BELL.ring(), &Octets(&note[..600])).unwrap());
        if rung {
            let Data::OctetString(twice) = self.serial.client().value::<Any>().unwrap() else { panic!() };
            assert_eq!(twice, [&note[..600], &note[..600]].concat());
        }
        let executed = self.rings() - before;
        self.once(rung, executed as usize);

        self.serial.audit();
        for number in 0..2 {
            let switched = self.request(|serial| {
                let client = serial.client();
                match number {
                    0 => client.invoke_method(BREAKER.remote_disconnect(), &0).unwrap(),
                    _ => client.invoke_method(BREAKER.remote_reconnect(), &0).unwrap(),
                }
            });
            let executed = self.count(|event| matches!(event, Event::Invoked(_, _, ActionResult::Success)));
            self.once(switched, executed);
        }
        if written {
            self.insist(|serial| serial.client().get(NOTE.value()).unwrap());
            assert_eq!(self.serial.client().value::<Any>().unwrap(), Data::OctetString(&note));
        }
    }

    /// What was answered was done once; of the rest nobody knows, but not twice.
    fn once(&self, answered: bool, executed: usize) {
        assert!(executed == 1 || (executed == 0 && !answered), "{answered} {executed}");
    }
}

#[test]
fn on_a_good_line_nothing_is_lost() {
    for (window, length) in [(1, 128), (3, 128), (7, 128), (1, 512), (7, 512), (7, 2030)] {
        for (reads, turnaround) in [(Reads::OCTETS, 0), (Reads::FRAMES, 20)] {
            for config in [secure(), plain_manager()] {
                let port = Port { reads, ..Port::PLAIN.turning_in(turnaround) };
                let mut work = Work::new(config, Parameters::symmetric(length, window), port, 1);
                work.all();
                assert_eq!(work.losses, 0, "{window} {length} {reads:?}");
            }
        }
    }
}

/// High level security, its messages in the clear.
fn plain_manager() -> ClientConfig {
    manager(dlms_security::Protection::NONE, dlms_security::ServiceCiphering::Global)
}

#[test]
fn whatever_the_line_does_nothing_is_done_twice() {
    let good = Faults::NONE;
    let kinds = [
        Faults { lost: 120, ..good },
        Faults { doubled: 250, ..good },
        Faults { damaged: 120, ..good },
        Faults { cut: 120, ..good },
        Faults { noise: 250, ..good },
        Faults { delayed: 200, delay: 8_000, ..good },
        Faults { octets_lost: 60, octets_damaged: 60, octets_inserted: 60, ..good },
        Faults { lost: 40, doubled: 60, damaged: 40, cut: 20, noise: 60, delayed: 50, delay: 6_000, ..good },
    ];
    let mut losses = 0;
    for (kind, faults) in kinds.into_iter().enumerate() {
        for (number, (window, length)) in
            [(1, 128), (3, 128), (7, 128), (1, 512), (3, 512), (7, 2030)].into_iter().enumerate()
        {
            let reads = [Reads::OCTETS, Reads::pieces(16), Reads::FRAMES][(kind + number) % 3];
            let config = if number % 2 == 0 { secure() } else { plain_manager() };
            let turnaround = [0, 5, 30][number / 2];
            let listens_first = (kind + number) % 4 > 0;
            let port = Port { reads, faults, listens_first, ..Port::PLAIN.turning_in(turnaround) };
            let seed = (kind * 16 + number) as u64;
            let mut work = Work::new(config, Parameters::symmetric(length, window), port, seed);
            work.all();
            losses += work.losses;
        }
    }
    // The links make good for nearly all of it.
    assert!(losses < 24, "{losses}");
}
