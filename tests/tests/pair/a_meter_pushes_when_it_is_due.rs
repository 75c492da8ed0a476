use cosem_classes::model::{Instance, Objects};
use cosem_classes::push_setup::{
    Destination, PushOperationMethod, RepetitionDelay, Schedule, Settings, Step, StoredPushSetup,
    TransportService, Window, Windows, v2,
};
use dlms::client::{ClientError, Refusal};
use dlms::listener::{self, Listener, OneKeySet};
use dlms::server::{self, Push, PushError, PushEvent, Pusher};
use dlms::{Notification, Output};
use dlms_core::apdu::{ActionResult, AttributeDescriptor, LongInvokeIdAndPriority};
use dlms_core::codec::Decode;
use dlms_core::data::{Data, DateTime, Octets};
use dlms_core::link::Saps;
use dlms_core::time::Instant;
use dlms_security::{
    CipheredApdu, InvocationCounters, Protection, RamCounters, SecurityError, SecurityPolicy, SystemTitle,
};
use dlms_wrapper::{Role, Stream};
use obis::{ObisCode, obis};

use crate::meter::{ENERGY, Meter, PROFILE, Provider, SECRET_REGISTER, meter, provider};
use crate::wire::{Pair, secure};

const SETUP: ObisCode = obis!("0-0:25.9.0.255");
const PUSH_SETUP: v2::PushSetup = v2::PushSetup::at(SETUP);
const HEAD_END: SystemTitle = SystemTitle(*b"HES00001");

/// A Push setup without objects yet.
fn push_setup() -> StoredPushSetup<128> {
    let mut setup = StoredPushSetup::new(&[]);
    setup.destination = Destination::new(b"192.0.2.1:4059").unwrap();
    setup.number_of_retries = 2;
    setup.repetition_delay = RepetitionDelay {
        repetition_delay_min: 10,
        repetition_delay_exponent: 300,
        repetition_delay_max: 25,
    };
    setup.push_client_sap = 103;
    setup.operation_method = PushOperationMethod::Confirmed;
    setup
}

/// The list as a client writes it: the Push setup's name, a register, one that nobody may read, and the last two rows
/// of a profile.
fn list() -> Vec<u8> {
    let mut octets = vec![1, 4];
    for (attribute, data_index) in [
        (AttributeDescriptor::new(40, SETUP, 1), 0u16),
        (ENERGY.value().descriptor(), 0),
        (SECRET_REGISTER.value().descriptor(), 0),
        (PROFILE.buffer().descriptor(), 0xf002),
    ] {
        octets.extend([2, 6, 0x12]);
        octets.extend(attribute.class_id.to_be_bytes());
        octets.extend([9, 6]);
        octets.extend(attribute.logical_name.to_octets());
        octets.extend([15, attribute.id as u8, 0x12]);
        octets.extend(data_index.to_be_bytes());
        octets.extend([2, 2, 0x16, 0, 0, 1, 0]);
    }
    octets
}

fn pushing() -> Meter {
    let mut meter = meter(1, 500, Protection::NONE);
    meter.objects.insert(Instance::<v2::PushSetup, _>::new(SETUP, push_setup()));
    meter
}

/// A pair whose client has written the list.
fn pair() -> Pair {
    let mut pair = Pair::with(secure(), vec![pushing()]);
    pair.associate().unwrap();
    pair.client
        .set_any(PUSH_SETUP.push_object_list().descriptor(), None, &Data::from_bytes(&list()).unwrap())
        .unwrap();
    pair.complete();
    pair
}

fn settings(meter: &Meter) -> Settings {
    let index = meter.objects.find(40, SETUP).unwrap();
    Settings::read(meter.objects.at(index).unwrap(), &mut [0; 256]).unwrap()
}

struct Wire {
    pusher: Pusher<Stream, Vec<u8>>,
    listener: Listener<Stream, Vec<u8>>,
    keys: OneKeySet<Provider, RamCounters>,
    heard: Vec<listener::Event>,
    /// The octets both ways.
    sent: Vec<Vec<u8>>,
    answered: Vec<Vec<u8>>,
    lose_confirmations: u32,
    double_confirmations: bool,
}

impl Wire {
    fn new(minimum: Protection) -> Self {
        let counters = InvocationCounters::new(RamCounters::new());
        let mut keys = OneKeySet::new(provider(8), counters, HEAD_END);
        keys.minimum = minimum;
        Self {
            pusher: Pusher::new(Stream::new(Role::Server), Vec::new(), Vec::new()),
            listener: Listener::new(Stream::new(Role::Client), Vec::new(), Vec::new()),
            keys,
            heard: Vec::new(),
            sent: Vec::new(),
            answered: Vec::new(),
            lose_confirmations: 0,
            double_confirmations: false,
        }
    }

    /// Lets both talk until the push ends, or the pusher waits for time to pass.
    fn run(&mut self, meters: &mut [Meter], now: Instant) -> Result<PushEvent, Option<Instant>> {
        loop {
            match self.pusher.poll_output(now) {
                Output::Event(event) => return Ok(event),
                Output::Wait(until) => return Err(until),
                Output::Transmit(octets) => {
                    let octets = octets.to_vec();
                    self.sent.push(octets.clone());
                    self.deliver(meters, &octets, now);
                }
            }
        }
    }

    fn deliver(&mut self, meters: &mut [Meter], octets: &[u8], now: Instant) {
        assert_eq!(self.listener.handle_input(&mut self.keys, octets, now), octets.len());
        loop {
            match self.listener.poll_output(now) {
                Output::Event(event) => self.heard.push(event),
                Output::Wait(_) => return,
                Output::Transmit(octets) => {
                    self.answered.push(octets.to_vec());
                    if self.lose_confirmations > 0 {
                        self.lose_confirmations -= 1;
                        continue;
                    }
                    for _ in 0..=u8::from(self.double_confirmations) {
                        let taken = self.pusher.handle_input(meters, octets, now);
                        assert_eq!(taken, octets.len());
                    }
                }
            }
        }
    }
}

fn push(id: u32, confirmed: bool, protection: Protection) -> Push {
    let long_invoke_id = match confirmed {
        true => LongInvokeIdAndPriority::confirmed(id),
        false => LongInvokeIdAndPriority::unconfirmed(id),
    };
    Push { protection, ..Push::new(SETUP, 103, long_invoke_id) }
}

#[test]
fn what_is_listed_arrives_and_what_may_not_be_read_is_null() {
    let mut pair = pair();
    for protection in [Protection::NONE, Protection::AUTHENTICATED, Protection::AUTHENTICATED_ENCRYPTED] {
        let mut wire = Wire::new(protection);
        wire.pusher.push(&mut pair.meters, &push(7, false, protection), pair.now).unwrap();
        assert_eq!(wire.run(&mut pair.meters, pair.now), Ok(PushEvent::Sent));
        let [listener::Event::Notification(origin)] = wire.heard[..] else { panic!("{:?}", wire.heard) };
        assert_eq!(origin.saps, Saps { client: 103, server: 1 });
        assert_eq!(origin.security.map_or(Protection::NONE, |security| security.protection), protection);
        let Ok(Notification::Data(data)) = wire.listener.notification() else { panic!() };
        let Data::Structure(body) = data.body else { panic!("{data:?}") };
        assert_eq!(body.len(), 4);
        assert_eq!(body.nth(0), Some(Data::OctetString(&SETUP.to_octets())));
        assert_eq!(body.nth(1), Some(Data::DoubleLongUnsigned(123_456)));
        assert_eq!(body.nth(2), Some(Data::NullData));
        let Some(Data::Array(rows)) = body.nth(3) else { panic!() };
        let numbers: Vec<_> = rows
            .iter()
            .map(|row| match row {
                Data::Structure(row) => row.nth(0),
                _ => None,
            })
            .collect();
        assert_eq!(numbers, [498, 499].map(|number| Some(Data::DoubleLongUnsigned(number))));
    }
}

#[test]
fn the_method_asks_for_a_push_and_the_schedule_tries_until_it_is_confirmed() {
    let mut pair = pair();
    pair.client.invoke_method(PUSH_SETUP.push(), &0).unwrap();
    pair.complete();
    assert!(pair.audit.iter().any(|e| matches!(e, server::Event::Push(_, SETUP))));
    let (settings, mut wire) = (settings(&pair.meters[0]), Wire::new(Protection::AUTHENTICATED_ENCRYPTED));
    wire.lose_confirmations = 2;
    wire.double_confirmations = true;
    let (mut schedule, mut now) = (Schedule::new(), Instant(0));
    let begin = now;
    schedule.trigger();
    let mut tries = Vec::new();
    let what = push(9, true, Protection::AUTHENTICATED_ENCRYPTED);
    loop {
        match schedule.poll(&settings, &mut pair.meters[0].crypto, 0, now).unwrap() {
            Step::Wait(None) => break,
            Step::Wait(Some(until)) => now = until,
            Step::Push => {
                tries.push(now.since(begin).as_secs());
                wire.pusher.push(&mut pair.meters, &what, now).unwrap();
                let ended = loop {
                    match wire.run(&mut pair.meters, now) {
                        Ok(event) => break event,
                        Err(until) => {
                            now = until.unwrap();
                            wire.pusher.handle_timeout(now);
                        }
                    }
                };
                match ended {
                    PushEvent::Confirmed => schedule.succeeded(),
                    PushEvent::Failed(PushError::NotConfirmed) => assert!(schedule.failed(&settings, now)),
                    other => panic!("{other:?}"),
                }
            }
        }
    }
    // Five seconds for each confirmation; ten, then 25 before it is tried again.
    assert_eq!(tries, [0, 15, 45]);
    assert_eq!(wire.heard.len(), 3);
    // The same push each time, each time under a counter of its own; so are the confirmations.
    for octets in [&wire.sent, &wire.answered] {
        let counters: std::collections::HashSet<u32> = octets
            .iter()
            .map(|octets| CipheredApdu::from_bytes(&octets[8..]).unwrap().invocation_counter)
            .collect();
        assert_eq!(counters.len(), 3);
    }
}

#[test]
fn exhausted_retries_end_it_and_a_new_trigger_begins_anew() {
    let meter = pushing();
    let settings = settings(&meter);
    let mut dice = provider(5);
    let (mut schedule, mut now) = (Schedule::new(), Instant(0));
    schedule.trigger();
    for _ in 0..2 {
        let mut tries = 0;
        loop {
            match schedule.poll(&settings, &mut dice, 0, now).unwrap() {
                Step::Wait(Some(until)) => now = until,
                Step::Wait(None) => panic!("nothing was said of the end"),
                Step::Push => {
                    tries += 1;
                    if !schedule.failed(&settings, now) {
                        break;
                    }
                }
            }
        }
        assert_eq!(tries, 3);
        assert_eq!(schedule.poll(&settings, &mut dice, 0, now), Ok(Step::Wait(None)));
        schedule.trigger();
    }
}

#[test]
fn a_push_waits_for_its_window_and_a_random_while() {
    let at = |hour| {
        let mut time = DateTime::NOT_SPECIFIED;
        (time.time.hour, time.time.minute, time.time.second) = (hour, 0, 0);
        time
    };
    let windows = Windows::new([
        Window { start_time: at(2), end_time: at(4) },
        Window { start_time: at(22), end_time: at(1) },
    ]);
    let settings =
        Settings { windows: windows.unwrap(), randomisation_start_interval: 600, ..settings(&pushing()) };
    let day = 86_400 * 20_000;
    for (hour, open) in
        [(0, true), (1, false), (2, true), (3, true), (4, false), (21, false), (22, true), (23, true)]
    {
        assert_eq!(settings.windows.is_open_at(day + hour * 3_600), open, "{hour}");
    }
    let mut delays = std::collections::BTreeSet::new();
    for seed in 0..50 {
        let (mut schedule, mut dice) = (Schedule::new(), provider(seed));
        schedule.trigger();
        // Five o'clock: it waits for ten at night, in steps of an hour, because the clock may be set.
        let begin = day + 5 * 3_600;
        let (mut now, mut waits) = (Instant(0), 0);
        loop {
            let local = begin + (now.0 / 1_000) as i64;
            match schedule.poll(&settings, &mut dice, local, now).unwrap() {
                Step::Push => break,
                Step::Wait(until) => now = until.unwrap(),
            }
            waits += 1;
            assert!(waits < 30);
        }
        let delay = now.0 - 17 * 3_600_000;
        assert!(delay <= 600_000, "{delay}");
        delays.insert(delay / 60_000);
    }
    assert!(delays.len() > 5, "{delays:?}");
    assert_eq!(settings.transport_service, TransportService::Tcp);
}

#[test]
fn the_policy_and_the_rights_protect_what_is_pushed() {
    let mut pair = pair();
    pair.meters[0].set_policy(SecurityPolicy::both(Protection::AUTHENTICATED));
    let mut wire = Wire::new(Protection::AUTHENTICATED);
    wire.pusher.push(&mut pair.meters, &push(1, false, Protection::NONE), pair.now).unwrap();
    assert_eq!(wire.run(&mut pair.meters, pair.now), Ok(PushEvent::Sent));
    assert!(matches!(wire.heard[..], [listener::Event::Notification(_)]));
}

#[test]
fn a_confirmation_that_is_forged_replayed_or_of_another_push_is_none() {
    let protection = Protection::AUTHENTICATED_ENCRYPTED;
    let mut pair = pair();
    let mut wire = Wire::new(protection);
    wire.pusher.push(&mut pair.meters, &push(1, true, protection), pair.now).unwrap();
    assert_eq!(wire.run(&mut pair.meters, pair.now), Ok(PushEvent::Confirmed));
    let of_the_first = wire.answered[0].clone();
    wire.lose_confirmations = 1;
    wire.pusher.push(&mut pair.meters, &push(2, true, protection), pair.now).unwrap();
    let until = wire.run(&mut pair.meters, pair.now).unwrap_err();
    let mut forged = wire.answered[1].clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let plain = vec![0, 1, 0, 103, 0, 1, 0, 6, 0x10, 0x40, 0, 0, 2, 0];
    for bad in [&of_the_first, &forged, &plain] {
        wire.pusher.handle_input(&mut pair.meters, bad, pair.now);
        assert_eq!(wire.run(&mut pair.meters, pair.now), Err(until));
    }
    let good = wire.answered[1].clone();
    wire.pusher.handle_input(&mut pair.meters, &good, pair.now);
    assert_eq!(wire.run(&mut pair.meters, pair.now), Ok(PushEvent::Confirmed));
}

#[test]
fn what_is_longer_than_a_message_goes_in_blocks_as_of_real_meters() {
    for protection in [Protection::NONE, Protection::ENCRYPTED, Protection::AUTHENTICATED_ENCRYPTED] {
        for confirmed in [false, true] {
            for max_pdu_size in [20, 40] {
                let mut pair = pair();
                let mut wire = Wire::new(protection);
                let whole = push(1, confirmed, protection);
                wire.pusher.push(&mut pair.meters, &whole, pair.now).unwrap();
                let end = if confirmed { PushEvent::Confirmed } else { PushEvent::Sent };
                assert_eq!(wire.run(&mut pair.meters, pair.now), Ok(end));
                let expected = wire.listener.apdu().to_vec();
                assert_eq!(wire.sent.len(), 1);

                wire.sent.clear();
                let in_blocks = Push { max_pdu_size, ..whole };
                wire.pusher.push(&mut pair.meters, &in_blocks, pair.now).unwrap();
                assert_eq!(wire.pusher.push(&mut pair.meters, &whole, pair.now), Err(PushError::Busy));
                assert_eq!(wire.run(&mut pair.meters, pair.now), Ok(end));
                assert_eq!(wire.listener.apdu(), expected, "{protection:?} {max_pdu_size}");
                assert!(wire.sent.len() > 1);
                for unit in &wire.sent {
                    assert!(unit.len() <= usize::from(max_pdu_size) + 8 && unit[8] == 0xe0, "{unit:02X?}");
                    assert_eq!(unit[9] & 0x3f, 0, "it takes no blocks itself");
                }
                assert_eq!(wire.heard.len(), 2);
                assert_eq!(wire.answered.len(), if confirmed { 2 } else { 0 });
            }
        }
    }
}

#[test]
fn a_confirmation_that_comes_too_early_or_a_transport_that_ends_fails_a_push_in_blocks() {
    let mut pair = pair();
    let mut wire = Wire::new(Protection::NONE);
    let in_blocks = Push { max_pdu_size: 40, ..push(1, true, Protection::NONE) };
    wire.pusher.push(&mut pair.meters, &in_blocks, pair.now).unwrap();
    assert!(matches!(wire.pusher.poll_output(pair.now), Output::Transmit(_)));
    // Nothing of it can have been understood yet.
    let confirm = [0, 1, 0, 103, 0, 1, 0, 6, 0x10, 0x40, 0, 0, 1, 0];
    wire.pusher.handle_input(&mut pair.meters, &confirm, pair.now);
    assert!(matches!(wire.pusher.poll_output(pair.now), Output::Transmit(_)));
    wire.pusher.handle_closed();
    assert!(matches!(
        wire.pusher.poll_output(pair.now),
        Output::Event(PushEvent::Failed(PushError::Link(_)))
    ));
    assert_eq!(wire.pusher.poll_output(pair.now), Output::Wait(None));
}

#[test]
fn what_does_not_fit_or_is_not_there_says_so() {
    let mut pair = pair();
    let mut wire = Wire::new(Protection::NONE);
    let small = Push { max_pdu_size: 40, in_blocks: false, ..push(1, false, Protection::NONE) };
    let error = wire.pusher.push(&mut pair.meters, &small, pair.now).unwrap_err();
    assert!(matches!(error, PushError::TooLong { max: 40, .. }), "{error}");
    let absent = Push { setup: obis!("0-1:25.9.0.255"), ..small };
    assert!(matches!(wire.pusher.push(&mut pair.meters, &absent, pair.now), Err(PushError::Setup(_))));
    // The meter has no broadcast key in that set.
    let broadcast =
        Push { broadcast: true, key_set: 1, ..push(1, false, Protection::AUTHENTICATED_ENCRYPTED) };
    let error = wire.pusher.push(&mut pair.meters, &broadcast, pair.now).unwrap_err();
    assert!(matches!(error, PushError::Security(SecurityError::NoKey(_))), "{error}");
    wire.pusher.push(&mut pair.meters, &push(1, false, Protection::NONE), pair.now).unwrap();
    wire.pusher.handle_closed();
    assert!(matches!(wire.run(&mut pair.meters, pair.now), Ok(PushEvent::Failed(PushError::Link(_)))));
}

#[test]
fn what_is_not_offered_cannot_be_written() {
    let mut pair = Pair::with(secure(), vec![pushing()]);
    pair.associate().unwrap();
    let mut by_date = list();
    let at = by_date.len() - 4;
    by_date[at] = 1;
    let attribute = PUSH_SETUP.push_object_list().descriptor();
    pair.client.set_any(attribute, None, &Data::from_bytes(&by_date).unwrap()).unwrap();
    assert!(matches!(pair.failure(), ClientError::Refused(Refusal::DataAccess(_))));
    let long = [b'x'; 65];
    let value = cosem_classes::push_setup::SendDestinationAndMethodView {
        transport_service: TransportService::Tcp,
        destination: Octets(&long),
        message: cosem_classes::push_setup::MessageType::AXdr,
    };
    pair.client.set(PUSH_SETUP.send_destination_and_method(), &value).unwrap();
    assert!(matches!(pair.failure(), ClientError::Refused(Refusal::DataAccess(_))));
    pair.client.invoke_method(PUSH_SETUP.reset(), &0).unwrap();
    assert_eq!(pair.failure(), ClientError::Refused(Refusal::Action(ActionResult::ObjectUndefined)));
}
