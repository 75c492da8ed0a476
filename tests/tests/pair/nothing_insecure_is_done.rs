use dlms::client::{ClientError, Event, Refusal, Timer};
use dlms::server;
use dlms_core::apdu::{ExceptionResponse, ExceptionServiceError, StateError};
use dlms_core::codec::Decode;
use dlms_core::crypto::KeyKind;
use dlms_core::data::{Data, Octets};
use dlms_security::{Protection, SecurityError, ServiceCiphering};

use crate::meter::{BELL, ENERGY, key, meter, rings};
use crate::wire::{Pair, Said, manager, secure};

fn exception(service_error: ExceptionServiceError) -> ClientError {
    let state_error = StateError::ServiceNotAllowed;
    ClientError::Refused(Refusal::Exception(ExceptionResponse { state_error, service_error }))
}

#[test]
fn a_replayed_request_is_refused_and_the_real_client_goes_on() {
    let mut pair = Pair::associated(secure());
    pair.client.invoke_method(BELL.ring(), &Octets(b"a")).unwrap();
    pair.complete();
    let recorded = pair.last_from_client();
    pair.meter_hears(&recorded);
    let answer = pair.last_from_meter();
    assert_eq!(answer[8..12], [0xd8, 1, 6, 0], "invocation-counter-error");
    assert!(
        pair.audit.iter().any(|e| matches!(e, server::Event::Insecure(_, SecurityError::Replayed { .. })))
    );
    assert_eq!(rings(&mut pair.meters[0]), 1);
    pair.client.invoke_method(BELL.ring(), &Octets(b"b")).unwrap();
    // The exception was on its way to the client when it asked: it answers nothing.
    while rings(&mut pair.meters[0]) == 1 {
        let _ = pair.run();
    }
    assert_eq!(rings(&mut pair.meters[0]), 2);
}

#[test]
fn no_bit_of_a_request_can_be_changed() {
    for protection in [Protection::AUTHENTICATED, Protection::AUTHENTICATED_ENCRYPTED] {
        let mut pair =
            Pair::with(manager(protection, ServiceCiphering::Global), vec![meter(1, 0, protection)]);
        pair.associate().unwrap();
        pair.client.invoke_method(BELL.ring(), &Octets(b"a")).unwrap();
        pair.complete();
        let rung = pair.last_from_client();
        let mut pair =
            Pair::with(manager(protection, ServiceCiphering::Global), vec![meter(1, 0, protection)]);
        pair.associate().unwrap();
        for bit in 8 * 8..rung.len() * 8 {
            let mut changed = rung.clone();
            changed[bit / 8] ^= 0x80 >> (bit % 8);
            pair.meter_hears(&changed);
        }
        assert_eq!(rings(&mut pair.meters[0]), 0, "{protection:?}");
        // The counter of the real client is unharmed: it may still send what it has prepared.
        pair.meter_hears(&rung);
        assert_eq!(rings(&mut pair.meters[0]), 1);
    }
}

#[test]
fn no_bit_of_an_answer_can_be_changed() {
    let mut tried = 0;
    for bit in 8 * 8..60 * 8 {
        let mut pair = Pair::associated(secure());
        pair.tamper = Box::new(move |said| match said {
            Said::Client(bytes) => bytes.clone(),
            Said::Meter(bytes) => {
                let mut bytes = bytes.clone();
                if let Some(octet) = bytes.get_mut(bit / 8) {
                    *octet ^= 0x80 >> (bit % 8);
                }
                bytes
            }
        });
        pair.client.get(ENERGY.value()).unwrap();
        let mut event = pair.run();
        if let Event::NotificationRefused(_) = event {
            // It looked like something else; no answer came, then.
            event = pair.run();
        }
        match event {
            Event::Failed(_) => tried += 1,
            Event::Completed if bit / 8 >= pair.last_from_meter().len() => {}
            other => panic!("bit {bit}: {other:?} {:?}", pair.client.value::<u32>()),
        }
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn with_the_wrong_key_nothing_opens() {
    for kind in [KeyKind::GlobalUnicastEncryption, KeyKind::Authentication] {
        let mut pair = Pair::new(secure());
        pair.client.crypto_mut().set_key(key(kind), &[0xee; 16]).unwrap();
        let error = pair.associate().unwrap_err();
        assert!(matches!(error, ClientError::Refused(Refusal::Association { .. })), "{error}");
        assert!(!pair.audit.iter().any(|e| matches!(e, server::Event::Associated(_))));
    }
}

#[test]
fn a_wrong_token_does_not_associate() {
    let mut pair = Pair::new(manager(Protection::NONE, ServiceCiphering::Global));
    pair.client.crypto_mut().set_key(key(KeyKind::Authentication), &[0xee; 16]).unwrap();
    let error = pair.associate().unwrap_err();
    assert!(matches!(error, ClientError::Refused(Refusal::Action(_))), "{error}");
    assert_eq!(pair.ask("C0 01 C1 00 03 01 00 01 08 00 FF 02 00"), "D80102");
}

#[test]
fn a_meter_that_answers_in_the_clear_is_not_believed() {
    let mut pair = Pair::associated(secure());
    pair.tamper = Box::new(|said| match said {
        Said::Client(bytes) => bytes.clone(),
        Said::Meter(_) => {
            let mut forged = vec![0, 1, 0, 1, 0, 1, 0, 9, 0xc4, 1, 0xc0, 0, 6, 0, 0, 0, 0];
            // Whatever the invoke-id is, one of these has it.
            forged[10] |= 0x03;
            forged
        }
    });
    pair.client.get(ENERGY.value()).unwrap();
    assert_eq!(pair.failure(), ClientError::Security(SecurityError::WeakerThanPolicy));
}

#[test]
fn a_meter_that_proves_nothing_is_not_believed() {
    let mut pair = Pair::new(manager(Protection::NONE, ServiceCiphering::Global));
    pair.tamper = Box::new(|said| match said {
        Said::Client(bytes) => bytes.clone(),
        Said::Meter(bytes) if bytes[8] == 0xc7 => {
            let mut bytes = bytes.clone();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            bytes
        }
        Said::Meter(bytes) => bytes.clone(),
    });
    assert_eq!(pair.associate(), Err(ClientError::Security(SecurityError::Inauthentic)));
}

#[test]
fn requests_without_protection_are_refused_where_the_policy_demands_it() {
    let mut pair = Pair::with(secure(), vec![meter(1, 0, Protection::AUTHENTICATED_ENCRYPTED)]);
    pair.associate().unwrap();
    assert_eq!(pair.ask("C0 01 C1 00 03 01 00 01 08 00 FF 02 00"), "D80101");
    assert_eq!(pair.ask("C3 01 C1 20 00 00 00 80 00 00 FF 01 01 09 01 41"), "D80101");
    assert_eq!(pair.ask("62 03 80 01 00"), "D80101", "a release that anyone could have sent");
    assert_eq!(rings(&mut pair.meters[0]), 0);
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
}

#[test]
fn a_lost_answer_is_a_time_out_and_a_late_one_is_let_pass() {
    let mut pair = Pair::associated(secure());
    let lost = std::rc::Rc::new(core::cell::RefCell::new(Vec::new()));
    let keep = lost.clone();
    pair.tamper = Box::new(move |said| match said {
        Said::Client(bytes) => bytes.clone(),
        Said::Meter(bytes) => {
            keep.borrow_mut().extend_from_slice(bytes);
            Vec::new()
        }
    });
    let before = pair.now;
    pair.client.get(ENERGY.value()).unwrap();
    assert_eq!(pair.failure(), ClientError::Timeout(Timer::Response));
    assert_eq!(pair.now.since(before).as_millis(), 5_000);
    let late = lost.borrow().clone();
    pair.tamper = Box::new(move |said| match said {
        Said::Client(bytes) => bytes.clone(),
        // What was late comes with the next answer.
        Said::Meter(bytes) => [&late[..], bytes].concat(),
    });
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
    assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
}

#[test]
fn a_counter_that_was_used_is_told_before_the_association() {
    let mut pair = Pair::associated(secure());
    let meters = core::mem::take(&mut pair.meters);
    // The same client after it lost its memory.
    let mut again = Pair::with(secure(), meters);
    let error = again.associate().unwrap_err();
    let ClientError::Refused(Refusal::Exception(exception_response)) = error else { panic!("{error}") };
    let ExceptionServiceError::InvocationCounterError(Some(expected)) = exception_response.service_error
    else {
        panic!("{exception_response:?}")
    };
    assert_eq!(error, exception(ExceptionServiceError::InvocationCounterError(Some(expected))));
    let id = dlms_security::CounterId { setup: 0, broadcast: false };
    again.client.counters_mut().raise(id, expected).unwrap();
    again.associate().unwrap();
}

#[test]
fn an_idle_connection_is_closed() {
    let mut pair = Pair::associated(secure());
    let until = match pair.connection.poll_output(pair.now) {
        dlms::Output::Wait(Some(until)) => until,
        other => panic!("{other:?}"),
    };
    assert_eq!(until.since(pair.now).as_secs(), 180);
    pair.connection.handle_timeout(&mut pair.meters, until);
    assert!(pair.connection.is_closed());
    assert!(matches!(pair.connection.poll_output(until), dlms::Output::Event(server::Event::Released(_))));
    assert!(matches!(pair.connection.poll_output(until), dlms::Output::Event(server::Event::Closed)));
}

#[test]
fn keys_are_replaced_after_the_answer_and_the_old_ones_are_of_no_more_use() {
    use dlms_core::apdu::MethodDescriptor;
    use dlms_core::crypto::CryptoProvider;
    let mut pair = Pair::associated(secure());
    let new = [0x77; 16];
    let mut wrapper = crate::meter::provider(9);
    let guek = key(KeyKind::GlobalUnicastEncryption);
    wrapper.set_key(guek, &new).unwrap();
    let mut wrapped = [0; 24];
    wrapper.wrap_key(key(KeyKind::KeyEncryption), guek, &mut wrapped).unwrap();
    let mut parameter = vec![1, 1, 2, 2, 0x16, 0, 9, 24];
    parameter.extend(wrapped);
    let parameter = Data::from_bytes(&parameter).unwrap();
    let method = MethodDescriptor::new(64, obis::obis!("0-0:43.0.0.255"), 2);
    pair.client.invoke_any(method, &parameter).unwrap();
    pair.complete();
    pair.client.get(ENERGY.value()).unwrap();
    assert_eq!(pair.failure(), exception(ExceptionServiceError::DecipheringError));
    pair.client.crypto_mut().set_key(guek, &new).unwrap();
    pair.client.key_replaced(guek).unwrap();
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
    assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
}

/// What an answer of the meter's becomes before the true one comes, or instead of it.
fn forged(pair: &mut Pair, alone: bool, change: impl Fn(&mut Vec<u8>) + 'static) {
    pair.tamper = Box::new(move |said| match said {
        Said::Client(octets) => octets.clone(),
        Said::Meter(octets) => {
            let mut wrong = octets.clone();
            change(&mut wrong);
            if alone { wrong } else { [wrong, octets.clone()].concat() }
        }
    });
}

#[test]
fn a_forged_message_in_the_form_of_the_answer_does_not_fail_the_request() {
    for form in [ServiceCiphering::GeneralGlobal, ServiceCiphering::GeneralDedicated] {
        let flip = |octets: &mut Vec<u8>| *octets.last_mut().unwrap() ^= 1;
        let mut pair = Pair::associated(manager(Protection::AUTHENTICATED_ENCRYPTED, form));
        forged(&mut pair, false, flip);
        pair.client.get(ENERGY.value()).unwrap();
        let told = pair.run();
        let inauthentic = ClientError::Security(SecurityError::Inauthentic);
        assert_eq!(told, Event::NotificationRefused(inauthentic));
        pair.complete();
        assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
        // If none better comes, that is why the request failed.
        forged(&mut pair, true, flip);
        pair.client.get(ENERGY.value()).unwrap();
        assert_eq!(pair.run(), Event::NotificationRefused(inauthentic));
        assert_eq!(pair.failure(), inauthentic);
    }
}

#[test]
fn an_answer_in_general_blocks_that_is_not_authentic_fails_the_request_at_once() {
    for form in [ServiceCiphering::Global, ServiceCiphering::GeneralGlobal] {
        let mut config = manager(Protection::AUTHENTICATED_ENCRYPTED, form).with_general_block_transfer(3);
        config.max_receive_pdu_size = 128;
        let mut pair = Pair::associated(config);
        pair.tamper = Box::new(|said| match said {
            Said::Client(octets) => octets.clone(),
            Said::Meter(octets) => {
                let mut wrong = octets.clone();
                // The last block.
                if octets[8] == 0xe0 && octets[9] & 0x80 != 0 {
                    *wrong.last_mut().unwrap() ^= 1;
                }
                wrong
            }
        });
        let now = pair.now;
        pair.client.get(crate::meter::PROFILE.buffer()).unwrap();
        assert_eq!(pair.failure(), ClientError::Security(SecurityError::Inauthentic));
        assert_eq!(pair.now, now);
    }
}
