//! However little room a server has, what it sends is a message, and what it does it can tell.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use cosem_classes::disconnect_control::{Breaker, ControlMode, ControlState, DisconnectControl};
use cosem_classes::model::{Instance, ObjectList, Unrestricted};
use cosem_classes::register::{Register, StoredRegister};
use cosem_classes::{ScalerUnit, Unit};
use dlms::server::{AssociationConfig, Connection, Device, DeviceConfig, Event};
use dlms::{Authentication, Output};
use dlms_core::acse::{Aarq, ApplicationContextName};
use dlms_core::apdu::{
    ActionRequest, ActionResponse, Apdu, AttributeDescriptor, AttributeSelection, Conformance, DLMS_VERSION,
    GetRequest, GetResponse, InitiateRequest, InvokeIdAndPriority, List, MethodDescriptor,
};
use dlms_core::buffer::{Buffer, Growing};
use dlms_core::codec::{Decode, Encode};
use dlms_core::data::Data;
use dlms_core::time::Instant;
use dlms_security::{InvocationCounters, RamCounters, SoftwareProvider};
use dlms_tests::peer::{Counting, SERVER};
use dlms_wrapper::{HEADER_LEN, Header, Role, Stream};
use obis::obis;

const NOW: Instant = Instant(0);
const INVOKE: InvokeIdAndPriority = InvokeIdAndPriority::confirmed(1);
const ENERGY: AttributeDescriptor = AttributeDescriptor::new(3, obis!("1-0:1.8.0.255"), 2);
const BREAKER: MethodDescriptor = MethodDescriptor::new(70, obis!("0-0:96.3.10.255"), 1);

type Meter = Device<'static, ObjectList, SoftwareProvider<Counting>, RamCounters, Unrestricted>;

fn meter() -> Meter {
    let mut objects = ObjectList::new();
    let scaler_unit = ScalerUnit { scaler: 0, unit: Unit::WattHour };
    let register = StoredRegister::new(5u32, scaler_unit);
    objects.insert(Instance::<Register, _>::new(ENERGY.logical_name, register));
    let breaker = Breaker::new(true, ControlState::Connected, ControlMode(4));
    objects.insert(Instance::<DisconnectControl, _>::new(BREAKER.logical_name, breaker));
    let config = DeviceConfig::new(b"MMM0000000000001", SERVER);
    let crypto = SoftwareProvider::new(Counting::default());
    let mut device =
        Device::new(config, objects, Unrestricted, crypto, InvocationCounters::new(RamCounters::new()));
    device.offer(AssociationConfig::new(16, Authentication::None)).unwrap();
    device
}

/// What is sent for a request, and what is told of it.
fn ask<B: Buffer>(
    connection: &mut Connection<Stream, B>,
    meters: &mut [Meter],
    request: &impl Encode,
) -> (Option<Vec<u8>>, Vec<Event>) {
    let apdu = request.encode_to_vec();
    let header = Header { source: 16, destination: 1, length: u16::try_from(apdu.len()).unwrap() };
    let unit = [header.encode_to_vec(), apdu].concat();
    let mut rest = &unit[..];
    let (mut sent, mut events) = (None, Vec::new());
    while !rest.is_empty() {
        let taken = connection.handle_input(meters, rest, NOW);
        rest = &rest[taken..];
        loop {
            match connection.poll_output(NOW) {
                Output::Transmit(octets) => assert_eq!(sent.replace(octets[HEADER_LEN..].to_vec()), None),
                Output::Event(event) => events.push(event),
                Output::Wait(_) => break,
            }
        }
    }
    (sent, events)
}

fn associate<B: Buffer>(connection: &mut Connection<Stream, B>, meters: &mut [Meter]) {
    let initiate = InitiateRequest {
        dedicated_key: None,
        response_allowed: true,
        quality_of_service: None,
        dlms_version: DLMS_VERSION,
        conformance: Conformance::GET | Conformance::ACTION | Conformance::MULTIPLE_REFERENCES,
        client_max_receive_pdu_size: 1024,
    };
    let user_information = initiate.encode_to_vec();
    let user_information = Some(&user_information[..]);
    let aarq = Aarq { user_information, ..Aarq::new(ApplicationContextName::LogicalName) };
    let (answer, events) = ask(connection, meters, &aarq);
    assert!(matches!(Apdu::from_bytes(&answer.unwrap()), Ok(Apdu::Aare(_))));
    assert!(matches!(events[..], [Event::Associated(_)]), "{events:?}");
}

/// Each list of that many reads and invocations is answered in full, or by a refusal and without an effect.
fn lists_are_answered<B: Buffer>(buffer: impl Fn() -> B) -> usize {
    let mut in_full = 0;
    for n in 0..30 {
        let mut meters = [meter()];
        let mut connection = Connection::<_, _, 1>::new(Stream::new(Role::Server), buffer(), buffer());
        associate(&mut connection, &mut meters);

        let attributes = vec![AttributeSelection::whole(ENERGY); n];
        let request = GetRequest::WithList { invoke: INVOKE, attributes: List::of(&attributes) };
        match ask(&mut connection, &mut meters, &request) {
            (None, _) => {}
            (Some(answer), _) => match Apdu::from_bytes(&answer).unwrap() {
                Apdu::GetResponse(GetResponse::WithList { results, .. }) => {
                    assert_eq!(results.len(), n);
                    in_full += 1;
                }
                Apdu::GetResponse(GetResponse::Normal { .. }) | Apdu::ExceptionResponse(_) => {}
                other => panic!("{other:?}"),
            },
        }

        let (methods, parameters) = (vec![BREAKER; n], vec![Data::Integer(0); n]);
        let (methods, parameters) = (List::of(&methods), List::of(&parameters));
        let request = ActionRequest::WithList { invoke: INVOKE, methods, parameters };
        let (answer, events) = ask(&mut connection, &mut meters, &request);
        let invoked = events.iter().filter(|event| matches!(event, Event::Invoked(..) | Event::Lost)).count();
        match answer.as_ref().map(|answer| Apdu::from_bytes(answer).unwrap()) {
            Some(Apdu::ActionResponse(ActionResponse::WithList { responses, .. })) => {
                assert_eq!(responses.len(), n);
                assert!(invoked > 0 || n == 0);
                in_full += 1;
            }
            None | Some(Apdu::ExceptionResponse(_)) => assert_eq!(invoked, 0, "{n}: {events:?}"),
            Some(other) => panic!("{other:?}"),
        }
    }
    in_full
}

#[test]
fn buffers_that_grow_to_a_ceiling() {
    let in_full: Vec<_> =
        [80, 100, 150, 300, 600, 5000].map(|room| lists_are_answered(|| Growing::new(room))).into();
    assert!(in_full.is_sorted() && in_full[0] > 2 && in_full[5] == 60, "{in_full:?}");
}

#[test]
fn buffers_of_a_fixed_size() {
    let in_full =
        [lists_are_answered(|| [0; 80]), lists_are_answered(|| [0; 150]), lists_are_answered(|| [0; 600])];
    assert!(in_full.is_sorted() && in_full[0] > 2 && in_full[2] == 60, "{in_full:?}");
}
