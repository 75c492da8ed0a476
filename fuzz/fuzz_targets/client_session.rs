//! A client that hears anything: it comes to an end, believes nothing that is not authentic where that is agreed, and
//! gives out no more than came.
#![no_main]

use dlms::Referencing;
use dlms::client::{Access, AccessOptions, Event, Recipients, Unconfirmed};
use dlms_core::apdu::{
    ActionResponseItem, AttributeDescriptor, AttributeSelection, DataAccessResult, MethodDescriptor,
    SelectiveAccess,
};
use dlms_core::codec::{Decode, Encode};
use dlms_core::data::{Any, Data};
use dlms_fuzz::{BREAKER, ENERGY, Ends, Forger, LARGE, Mode, NOTE, PROFILE, Script, Step};
use dlms_wrapper::Role;
use libfuzzer_sys::fuzz_target;

const VALUE: AttributeDescriptor = AttributeDescriptor::new(3, ENERGY, 2);
const BUFFER: AttributeDescriptor = AttributeDescriptor::new(7, PROFILE, 2);
const TEXT: AttributeDescriptor = AttributeDescriptor::new(1, NOTE, 2);
const DISCONNECT: MethodDescriptor = MethodDescriptor::new(70, BREAKER, 1);
/// More than one message takes.
const LONG: [u8; 1500] = [0x55; 1500];
const LONG_TEXT: Data<'_> = Data::OctetString(&LONG);
const OPTIONS: AccessOptions = AccessOptions { stop_on_error: true, self_descriptive: true };

fuzz_target!(|input: &[u8]| {
    let split = Mode::split(input);
    let seed = match input.first() {
        Some(5..=0x1f) => Referencing::ShortName,
        _ => Referencing::LogicalName,
    };
    let (mode, referencing, room, script) = split.unwrap_or((Mode::Public, seed, LARGE, input));
    let mut ends = Ends::new(mode, referencing, room);
    let mut forger = Forger::new(Role::Server, mode);
    if split.is_none() {
        // A seed is an answer: something has to be asked.
        command(&mut ends, 0);
    }
    for step in Script::new(script) {
        let mut authentic = false;
        match step {
            Step::Line(octets) => ends.client_hears(octets),
            Step::Message(apdu) => ends.client_hears(&forger.framed(apdu)),
            Step::Protected(how, plain) => {
                if let Some((unit, full)) = forger.protected(how, plain) {
                    authentic = full;
                    ends.client_hears(&unit);
                }
            }
            Step::Pass(milliseconds) => ends.pass(milliseconds),
            Step::Command(number) => command(&mut ends, number),
            Step::Relay => {
                authentic = true;
                ends.relay();
            }
            Step::Closed => {
                ends.client.handle_closed();
                ends.drain_client();
            }
        }
        for event in core::mem::take(&mut ends.told) {
            if mode.is_protected() && matches!(event, Event::Associated | Event::Completed | Event::Block) {
                assert!(authentic, "{event:?} after {step:?}");
            }
            fetch(&ends, event);
        }
    }
    // Whatever happened, nothing is waited for for ever.
    for _ in 0..80 {
        ends.pass(10_000_000);
    }
    assert!(!ends.client.is_busy());
});

fn command(ends: &mut Ends, number: u8) {
    let whole = [VALUE, TEXT].map(AttributeSelection::whole);
    let client = &mut ends.client;
    let _ = match number % 18 {
        0 => client.get_any(VALUE, None),
        1 => client.get_any(BUFFER, None),
        2 => client.get_list(&whole),
        3 => client.get_any(BUFFER, Some(&SelectiveAccess { selector: 2, parameters: Data::NullData })),
        4 => client.set_any(TEXT, None, &Data::OctetString(b"short")),
        5 => client.set_any(TEXT, None, &Data::OctetString(&LONG)),
        6 => client.set_list(&whole, &[&Data::NullData, &Data::OctetString(&LONG)]),
        7 => client.invoke_any(DISCONNECT, &Data::Integer(0)),
        8 => client.invoke_list(&[DISCONNECT, DISCONNECT], &[&Data::Integer(0), &Data::OctetString(&LONG)]),
        9 => client.release(),
        10 => client.associate(),
        11 => client.read_short_names(),
        12 => client
            .access(&[Access::get_any(VALUE, None), Access::set_any(TEXT, None, &LONG_TEXT)], OPTIONS)
            .map(|_| ()),
        13 => client.access(&[Access::invoke_any(DISCONNECT, &Data::Integer(0)); 2], OPTIONS).map(|_| ()),
        14 => {
            client.abandon();
            Ok(())
        }
        15 => client.send(Recipients::Server, &Unconfirmed::Set(TEXT, None, &LONG_TEXT)),
        16 => client.send(Recipients::All, &Unconfirmed::Invoke(DISCONNECT, &Data::Integer(0))),
        _ => {
            client.set_stream_blocks(number & 0x80 != 0);
            Ok(())
        }
    };
    ends.drain_client();
}

/// What an event speaks of can be fetched, and what is of another kind is refused.
fn fetch(ends: &Ends, event: Event) {
    let client = &ends.client;
    match event {
        Event::Completed => {
            if let Ok(octets) = client.value_bytes() {
                let value = Data::from_bytes(octets).expect("what was answered was read");
                assert_eq!(client.value::<Any>().map(|v| v.encode_to_vec()), Ok(value.encode_to_vec()));
            }
            let values = client.values().map(|list| list.iter().count());
            let results = client.results::<DataAccessResult>().map(|list| list.iter().count());
            let responses = client.results::<ActionResponseItem<'_>>().map(|list| list.iter().count());
            let accesses = client.access_results().map(|list| list.iter().count());
            assert!([values, results, responses, accesses].into_iter().flatten().all(|n| n == 2));
        }
        Event::Block => assert!(!client.block().is_empty()),
        // It is forgotten with the next octets.
        Event::Notification => {
            let _ = client.notification().map(|told| told.encode_to_vec());
        }
        Event::Failed(error) => assert!(!error.to_string().is_empty()),
        _ => {}
    }
}
