use dlms::listener::{Event, Listener, ListenerError, OneKeySet, Origin};
use dlms::{Notification, Output};
use dlms_core::apdu::{DataNotification, LongInvokeIdAndPriority};
use dlms_core::codec::Encode;
use dlms_core::crypto::SecuritySuite;
use dlms_core::data::Data;
use dlms_core::link::Saps;
use dlms_core::time::Instant;
use dlms_security::{
    InvocationCounters, Protection, RamCounters, SecurityContext, SecurityError, ServiceCiphering,
    SystemTitle,
};
use dlms_wrapper::{Role, Stream};

use crate::meter::{CLIENT_TITLE, METER_TITLE, Provider, provider};
use crate::wire::hex;

const SAPS: Saps = Saps { client: 103, server: 1 };

type Keys = OneKeySet<Provider, RamCounters, 2>;

fn keys(minimum: Protection) -> Keys {
    let mut keys = Keys::new(provider(3), InvocationCounters::new(RamCounters::new()), CLIENT_TITLE);
    keys.minimum = minimum;
    keys
}

fn listener() -> Listener<Stream, [u8; 300]> {
    Listener::new(Stream::new(Role::Client), [0; 300], [0; 300])
}

fn data(id: u32, confirmed: bool) -> Vec<u8> {
    let long_invoke_id = match confirmed {
        true => LongInvokeIdAndPriority::confirmed(id),
        false => LongInvokeIdAndPriority::unconfirmed(id),
    };
    DataNotification { long_invoke_id, date_time: None, body: Data::LongUnsigned(7) }.encode_to_vec()
}

fn unit(apdu: &[u8]) -> Vec<u8> {
    [&[0, 1, 0, 1, 0, 103, 0, apdu.len() as u8], apdu].concat()
}

/// A meter that pushes.
struct Pusher {
    context: SecurityContext,
    crypto: Provider,
    counters: InvocationCounters<RamCounters>,
}

impl Pusher {
    fn new(title: SystemTitle) -> Self {
        let context = SecurityContext::new(SecuritySuite::Suite0, 0, title);
        Self { context, crypto: provider(4), counters: InvocationCounters::new(RamCounters::new()) }
    }

    fn seal(&mut self, form: ServiceCiphering, protection: Protection, apdu: &[u8]) -> Vec<u8> {
        let mut room = vec![0; SecurityContext::HEADROOM];
        room.extend(apdu);
        let plain = SecurityContext::HEADROOM..room.len();
        room.extend([0; SecurityContext::TAILROOM]);
        let Self { context, crypto, counters } = self;
        let sealed = context.protect(crypto, counters, form, protection, &mut room, plain).unwrap();
        unit(&room[sealed])
    }
}

/// What comes of these octets, and what was answered.
fn hear(
    listener: &mut Listener<Stream, [u8; 300]>,
    keys: &mut Keys,
    mut bytes: &[u8],
) -> (Vec<Event>, Vec<u8>) {
    let (mut events, mut answered) = (Vec::new(), Vec::new());
    while !bytes.is_empty() {
        let taken = listener.handle_input(keys, bytes, Instant(0));
        bytes = &bytes[taken..];
        loop {
            match listener.poll_output(Instant(0)) {
                Output::Transmit(octets) => answered.extend(octets),
                Output::Event(event) => events.push(event),
                Output::Wait(_) => break,
            }
        }
    }
    (events, answered)
}

#[test]
fn plain_ones_are_told_and_confirmed() {
    let (mut listener, mut keys) = (listener(), keys(Protection::NONE));
    let (events, answered) = hear(&mut listener, &mut keys, &unit(&data(1, false)));
    assert_eq!(events, [Event::Notification(Origin { saps: SAPS, security: None })]);
    assert!(answered.is_empty());
    let Ok(Notification::Data(heard)) = listener.notification() else { panic!() };
    assert_eq!((heard.long_invoke_id.id(), heard.body), (1, Data::LongUnsigned(7)));
    let (events, answered) = hear(&mut listener, &mut keys, &unit(&data(2, true)));
    assert_eq!(events.len(), 1);
    assert_eq!(answered, hex("0001 0067 0001 0006 10 40000002 00"));
}

#[test]
fn however_the_stream_is_cut_each_is_told_once() {
    let mut pusher = Pusher::new(METER_TITLE);
    let (form, protection) = (ServiceCiphering::GeneralGlobal, Protection::AUTHENTICATED_ENCRYPTED);
    let stream: Vec<u8> = (0..4).flat_map(|id| pusher.seal(form, protection, &data(id, id == 2))).collect();
    for cut in 1..stream.len() {
        let (mut listener, mut keys) = (listener(), keys(protection));
        let (mut told, mut answered) = (0, 0);
        for piece in stream.chunks(cut) {
            let (events, octets) = hear(&mut listener, &mut keys, piece);
            assert!(events.iter().all(|event| matches!(event, Event::Notification(_))), "{events:?}");
            told += events.len();
            answered += octets.len();
        }
        assert_eq!(told, 4, "{cut}");
        assert_eq!(answered, 8 + 1 + 9 + 1 + 5 + 6 + 12, "one ciphered confirmation");
    }
}

#[test]
fn what_is_replayed_forged_plain_or_no_notification_is_refused() {
    let protection = Protection::AUTHENTICATED_ENCRYPTED;
    let (mut listener, mut keys) = (listener(), keys(protection));
    let mut pusher = Pusher::new(METER_TITLE);
    let general = ServiceCiphering::GeneralGlobal;
    let good = pusher.seal(general, protection, &data(1, true));
    let weak = pusher.seal(general, Protection::ENCRYPTED, &data(2, true));
    let request = pusher.seal(general, protection, &hex("C0 01 C1 00 03 01 00 01 08 00 FF 02 00"));
    let untitled =
        pusher.seal(ServiceCiphering::Global, protection, &hex("C2 00 0001 0000600100FF 02 11 05"));
    let mut refused = |bytes: &[u8]| match hear(&mut listener, &mut keys, bytes) {
        (events, answered) if answered.is_empty() => match events[..] {
            [Event::Refused(SAPS, error)] => Some(error),
            [Event::Notification(_)] => None,
            _ => panic!("{events:?}"),
        },
        _ => None,
    };
    for bit in (8 + 16) * 8..good.len() * 8 {
        let mut forged = good.clone();
        forged[bit / 8] ^= 0x80 >> (bit % 8);
        assert!(refused(&forged).is_some(), "bit {bit}");
    }
    assert_eq!(refused(&good), None, "forged ones did not shut it out");
    let replayed = SecurityError::Replayed { expected: 2 };
    assert_eq!(refused(&good), Some(ListenerError::Security(replayed)));
    let weaker = Some(ListenerError::Security(SecurityError::WeakerThanPolicy));
    assert_eq!(refused(&weak), weaker);
    assert_eq!(refused(&unit(&data(3, true))), weaker);
    assert_eq!(refused(&request), Some(ListenerError::Unexpected(0xc0)));
    assert_eq!(refused(&untitled), Some(ListenerError::Security(SecurityError::NoTitle)));
    assert_eq!(refused(&unit(&hex("60 00"))), Some(ListenerError::Unexpected(0x60)));
    assert!(matches!(refused(&unit(&hex("0F 00"))), Some(ListenerError::Security(_))));
}

#[test]
fn two_meters_with_the_same_counters_are_two() {
    let protection = Protection::AUTHENTICATED_ENCRYPTED;
    let (mut listener, mut keys) = (listener(), keys(protection));
    for title in [METER_TITLE, SystemTitle(*b"MTR00002")] {
        let unit = Pusher::new(title).seal(ServiceCiphering::GeneralGlobal, protection, &data(1, false));
        let (events, _) = hear(&mut listener, &mut keys, &unit);
        let [Event::Notification(origin)] = events[..] else { panic!("{events:?}") };
        assert_eq!(origin.security.unwrap().system_title, title);
        assert_eq!(origin.security.unwrap().invocation_counter, 1);
    }
    // There is no place for a third, and none is made.
    let unit = Pusher::new(SystemTitle(*b"MTR00003"));
    let unit = { unit }.seal(ServiceCiphering::GeneralGlobal, protection, &data(1, false));
    let (events, _) = hear(&mut listener, &mut keys, &unit);
    assert_eq!(events, [Event::Refused(SAPS, ListenerError::Security(SecurityError::NoRoom))]);
}

#[test]
fn one_too_long_for_the_buffer_is_told_of_and_the_next_is_taken() {
    let (mut listener, mut keys) = (listener(), keys(Protection::NONE));
    let mut long = hex("0001 0001 0067 0200");
    long.extend([0; 0x200]);
    long.extend(unit(&data(9, false)));
    let (events, _) = hear(&mut listener, &mut keys, &long);
    assert_eq!(events[0], Event::Refused(SAPS, ListenerError::TooLong { needed: 0x200 }));
    assert!(matches!(events[1], Event::Notification(_)));
    let (events, _) = hear(&mut listener, &mut keys, b"GET / HTTP/1.1");
    assert!(matches!(events[..], [Event::Line(_)]));
    assert!(listener.is_closed());
}
