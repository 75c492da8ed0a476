//! Client and meter over datagrams, of which some get lost, come twice, or late.

use cosem_classes::model::Attribute;
use dlms::Output;
use dlms::client::{Access, AccessOptions, Client, ClientConfig, ClientError, Event, Refusal, Timer};
use dlms::server::Connection;
use dlms_core::apdu::ExceptionServiceError;
use dlms_core::data::{Any, Array, Data, Octets};
use dlms_core::time::Instant;
use dlms_security::{InvocationCounters, RamCounters};
use dlms_wrapper::{Datagram, Role};
use rand_core::TryRng;

use crate::meter::{BELL, Dice, ENERGY, Meter, NOTE, PROFILE, Provider, provider, rings, taking};
use crate::wire::{public, secure};

/// How bad the line is, in percent, and how late in milliseconds a datagram may come.
#[derive(Debug, Clone, Copy)]
struct Weather {
    lost: u64,
    twice: u64,
    late: u64,
}

const FINE: Weather = Weather { lost: 0, twice: 0, late: 0 };

struct Line {
    client: Client<Datagram, Provider, RamCounters, Vec<u8>>,
    connection: Connection<Datagram, Vec<u8>, 1>,
    meters: Vec<Meter>,
    now: Instant,
    dice: Dice,
    weather: Weather,
    /// What is under way: when it arrives, in which order it went, whether to the meter, and the octets.
    under_way: Vec<(Instant, u64, bool, Vec<u8>)>,
    sent: u64,
}

impl Line {
    fn new(config: ClientConfig, seed: u64, window: u8) -> Self {
        let config = ClientConfig {
            max_receive_pdu_size: 128,
            response_time_out: 100,
            ..config.with_general_block_transfer(window)
        };
        let counters = InvocationCounters::new(RamCounters::new());
        let link = Datagram::new(Role::Client);
        let mut line = Self {
            client: Client::new(link, config, provider(2), counters, Vec::new(), Vec::new()),
            connection: Connection::new(Datagram::new(Role::Server), Vec::new(), Vec::new()),
            meters: vec![taking(128, window, 100)],
            now: Instant(1_000),
            dice: Dice(seed),
            weather: FINE,
            under_way: Vec::new(),
            sent: 0,
        };
        line.client.associate().unwrap();
        assert_eq!(line.run(), Event::Associated);
        line
    }

    fn roll(&mut self, sides: u64) -> u64 {
        (self.dice.try_next_u64().unwrap() >> 20) % sides
    }

    fn send(&mut self, to_meter: bool, octets: Vec<u8>) {
        if self.roll(100) < self.weather.lost {
            return;
        }
        let copies = if self.roll(100) < self.weather.twice { 2 } else { 1 };
        for _ in 0..copies {
            let delay = 1 + self.roll(self.weather.late + 1);
            self.sent += 1;
            self.under_way.push((self.now.plus(delay), self.sent, to_meter, octets.clone()));
        }
    }

    fn drain_client(&mut self) -> Result<Event, Option<Instant>> {
        loop {
            match self.client.poll_output(self.now) {
                Output::Transmit(octets) => {
                    let octets = octets.to_vec();
                    self.send(true, octets);
                }
                Output::Event(event) => return Ok(event),
                Output::Wait(until) => return Err(until),
            }
        }
    }

    fn drain_meter(&mut self) -> Option<Instant> {
        loop {
            match self.connection.poll_output(self.now) {
                Output::Transmit(octets) => {
                    let octets = octets.to_vec();
                    self.send(false, octets);
                }
                Output::Event(_) => {}
                Output::Wait(until) => return until,
            }
        }
    }

    /// Lets time pass until the client has something to tell.
    fn run(&mut self) -> Event {
        for _ in 0..100_000 {
            let client = match self.drain_client() {
                Ok(event) => return event,
                Err(until) => until,
            };
            let meter = self.drain_meter();
            let next = self.under_way.iter().map(|(at, order, ..)| (*at, *order)).min();
            let arrival = next.map(|(at, _)| at);
            let until = [client, meter, arrival].into_iter().flatten().min().expect("somebody waits");
            self.now = self.now.max(until);
            if arrival.is_some_and(|at| at <= self.now) {
                let index =
                    self.under_way.iter().position(|(at, order, ..)| Some((*at, *order)) == next).unwrap();
                let (_, _, to_meter, octets) = self.under_way.remove(index);
                if to_meter {
                    self.connection.handle_input(&mut self.meters, &octets, self.now);
                } else {
                    self.client.handle_input(&octets, self.now);
                }
                continue;
            }
            if client.is_some_and(|at| at <= self.now) {
                self.client.handle_timeout(self.now);
            }
            if meter.is_some_and(|at| at <= self.now) {
                self.connection.handle_timeout(&mut self.meters, self.now);
            }
        }
        panic!("they never stop");
    }

    /// Whether a request came to its end; if not, because there was no answer in time.
    fn completed(&mut self) -> bool {
        match self.run() {
            Event::Completed => true,
            Event::Failed(ClientError::Timeout(Timer::Response)) => false,
            // A ciphered request that came twice, and what refuses the second one before the answer to the first.
            Event::Failed(ClientError::Refused(Refusal::Exception(exception)))
                if matches!(exception.service_error, ExceptionServiceError::InvocationCounterError(_)) =>
            {
                assert!(self.weather.twice > 0);
                false
            }
            other => panic!("{other:?}"),
        }
    }
}

fn buffer() -> Attribute<Array<Any>> {
    let descriptor = PROFILE.buffer().descriptor();
    Attribute::new(descriptor.class_id, descriptor.logical_name, descriptor.id)
}

const WEATHERS: [Weather; 4] = [
    FINE,
    Weather { lost: 30, twice: 0, late: 0 },
    Weather { lost: 0, twice: 30, late: 4 },
    Weather { lost: 30, twice: 10, late: 4 },
];

#[test]
fn what_is_read_comes_whole_or_the_client_knows() {
    for (number, weather) in WEATHERS.into_iter().enumerate() {
        let (mut tried, mut read) = (0, 0);
        for seed in 0..20 {
            for (config, window) in [(public(), 1), (public(), 6), (secure(), 6), (secure(), 63)] {
                let mut line = Line::new(config, seed * 31 + number as u64, window);
                line.weather = weather;
                line.client.get(buffer()).unwrap();
                tried += 1;
                if !line.completed() {
                    continue;
                }
                read += 1;
                let rows = line.client.value::<Array<Any>>().unwrap();
                assert_eq!(rows.len(), 100);
                for (number, row) in rows.iter().enumerate() {
                    let Data::Structure(cells) = row.unwrap() else { panic!() };
                    assert_eq!(cells.exactly::<2>().unwrap()[0], Data::DoubleLongUnsigned(number as u32));
                }
            }
        }
        // What is lost with the first message is lost: that one is not sent twice.
        let least = if weather.lost == 0 { 90 } else { 40 };
        assert!(read * 100 >= tried * least, "{weather:?}: {read} of {tried}");
    }
}

#[test]
fn what_is_done_is_done_once() {
    let long: Vec<u8> = (0..700).map(|i| (i % 251) as u8).collect();
    for weather in WEATHERS {
        let (mut tried, mut done) = (0, 0);
        for seed in 0..20 {
            for window in [1, 6, 63] {
                let mut line = Line::new(secure(), seed * 17 + 5, window);
                line.weather = weather;
                for _ in 0..3 {
                    let before = rings(&mut line.meters[0]);
                    line.client.invoke_method(BELL.ring(), &Octets(&long)).unwrap();
                    tried += 1;
                    let completed = line.completed();
                    let after = rings(&mut line.meters[0]);
                    if completed {
                        done += 1;
                        assert_eq!(
                            line.client.value::<Any>().unwrap(),
                            Data::OctetString(&[&long[..], &long].concat())
                        );
                        assert_eq!(after, before + 1);
                    } else {
                        assert!(after <= before + 1);
                        break;
                    }
                }
            }
        }
        // Whatever is lost comes again.
        assert!(done * 100 >= tried * 90, "{weather:?}: {done} of {tried}");
    }
}

#[test]
fn a_list_of_anything_both_ways() {
    let long = Data::OctetString(&[3; 400]);
    for weather in WEATHERS {
        let mut done = 0;
        for seed in 0..20 {
            let mut line = Line::new(secure(), seed * 13 + 1, 8);
            line.weather = weather;
            let items =
                [Access::set(NOTE.value(), &long), Access::get(NOTE.value()), Access::get(ENERGY.value())];
            line.client.access(&items, AccessOptions::default()).unwrap();
            if line.completed() {
                let results: Vec<_> = line.client.access_results().unwrap().iter().collect();
                assert_eq!((results[1].1, results[2].1), (long, Data::DoubleLongUnsigned(123_456)));
                done += 1;
            }
        }
        assert!(done >= 18, "{weather:?}: {done}");
    }
}

#[test]
fn a_meter_that_falls_silent_is_given_up_after_some_time() {
    let mut line = Line::new(public(), 9, 4);
    line.client.get(buffer()).unwrap();
    let begun = line.now;
    while line.now.since(begun).as_millis() < 3 {
        assert!(line.drain_client().is_err());
        line.drain_meter();
        line.now = line.now.plus(1);
        while let Some(index) = line.under_way.iter().position(|(at, ..)| *at <= line.now) {
            let (_, _, to_meter, octets) = line.under_way.remove(index);
            match to_meter {
                true => line.connection.handle_input(&mut line.meters, &octets, line.now),
                false => line.client.handle_input(&octets, line.now),
            };
        }
    }
    line.weather = Weather { lost: 100, ..FINE };
    assert_eq!(line.run(), Event::Failed(ClientError::Timeout(Timer::Response)));
    let asked = u64::from(dlms_core::limits::BLOCK_REPETITIONS) + 1;
    assert!(line.now.since(begun).as_millis() as u64 >= asked * 100);
    // And the association goes on.
    line.weather = FINE;
    line.client.get(ENERGY.value()).unwrap();
    assert!(line.completed());
}
