//! A meter that hears anything: it answers in sound messages or not at all, does nothing that was not permitted, and
//! tells nothing that nobody may know.
#![no_main]

use dlms::Referencing;
use dlms::server::Event;
use dlms_core::apdu::{Apdu, tag};
use dlms_core::codec::Decode;
use dlms_fuzz::{Ends, Forger, LARGE, MANAGER, Mode, SENTINEL, Script, Step, request, variables};
use dlms_wrapper::{HEADER_LEN, Header, Role};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (mode, referencing, room, script) = Mode::split(input).unwrap_or(match input.first() {
        // A seed: one that opens an association finds none.
        Some(&tag::AARQ | 0) => (Mode::Strangers, Referencing::LogicalName, LARGE, input),
        Some(5..=0x1f) => (Mode::Public, Referencing::ShortName, LARGE, input),
        _ => (Mode::Public, Referencing::LogicalName, LARGE, input),
    });
    let mut ends = Ends::new(mode, referencing, room);
    let mut forger = Forger::new(Role::Client, mode);
    for step in Script::new(script) {
        let mut permitted = false;
        match step {
            Step::Line(octets) => ends.meter_hears(octets),
            Step::Message(apdu) => ends.meter_hears(&forger.framed(apdu)),
            Step::Protected(how, plain) => {
                if let Some((unit, full)) = forger.protected(how, plain) {
                    permitted = full;
                    ends.meter_hears(&unit);
                }
            }
            Step::Pass(milliseconds) => ends.pass(milliseconds),
            Step::Command(number) => {
                let plain = match referencing {
                    Referencing::LogicalName => request(number),
                    Referencing::ShortName => variables(number),
                };
                permitted = mode.is_protected();
                let unit = match forger.protected(0, &plain) {
                    Some((unit, _)) if permitted => unit,
                    _ => forger.framed(&plain),
                };
                ends.meter_hears(&unit);
            }
            Step::Relay => {}
            Step::Closed => {
                ends.connection.handle_closed(&mut ends.meters);
                ends.drain_meter();
                assert!(ends.connection.is_closed());
            }
        }
        for unit in core::mem::take(&mut ends.answered) {
            assert!(unit.len() <= room);
            is_sound(&unit, &mut forger);
        }
        for event in core::mem::take(&mut ends.audited) {
            is_permitted(event, permitted, mode);
        }
    }
});

/// What the meter says is a message for whoever asked, and holds no secret.
fn is_sound(unit: &[u8], forger: &mut Forger) {
    let header = Header::from_bytes(&unit[..HEADER_LEN]).expect("a header");
    let apdu = &unit[HEADER_LEN..];
    assert_eq!((header.source, usize::from(header.length)), (1, apdu.len()));
    let message = Apdu::from_bytes(apdu).expect("a message");
    let refusal =
        matches!(apdu[0], tag::AARE | tag::RLRE | tag::EXCEPTION_RESPONSE | tag::CONFIRMED_SERVICE_ERROR);
    if header.destination == MANAGER {
        assert!(
            refusal || matches!(message, Apdu::Protected(_) | Apdu::GeneralBlockTransfer(_)),
            "in the clear: {}",
            message.name()
        );
    }
    let plain = forger.overheard(unit);
    for octets in [apdu, &plain] {
        assert!(!octets.windows(SENTINEL.len()).any(|window| window == SENTINEL), "{message:?}");
    }
}

/// Only the manager changes anything, and only in messages that are protected as the meter demands.
fn is_permitted(event: Event, protected: bool, mode: Mode) {
    let done = match event {
        Event::Set(saps, _, result) => result.is_success().then_some(saps),
        // The pass of HLS that anybody may try is no change.
        Event::Invoked(saps, method, result) => {
            (result.is_success() && method.class_id != 15).then_some(saps)
        }
        Event::Associated(saps) if saps.client == MANAGER => Some(saps),
        _ => None,
    };
    if let Some(saps) = done {
        assert_eq!(saps.client, MANAGER, "{event:?}");
        assert!(protected && mode.is_protected(), "{event:?}");
    }
}
