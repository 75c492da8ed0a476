//! A server serves one request at a time. A second one on the same connection waits for the answer of the first, and
//! ends what the first has left to send in blocks: nothing negotiates more.

use dlms::client::{Access, AccessOptions, ClientError};
use dlms_core::data::{Data, Octets};

use crate::meter::{BELL, ENERGY, NOTE, rings};
use crate::wire::{Pair, Said, hex, manager, public};
use dlms_security::{Protection, ServiceCiphering};

const NONE: Protection = Protection::NONE;

fn managing() -> Pair {
    Pair::associated(manager(NONE, ServiceCiphering::Global))
}

/// Several APDUs of the client's at once, in one piece of the stream; what is answered.
fn at_once(pair: &mut Pair, apdus: &[&str]) -> Vec<String> {
    let mut stream = Vec::new();
    let saps = pair.client.config().saps;
    for apdu in apdus {
        let apdu = hex(apdu);
        stream.extend([0, 1]);
        stream.extend(saps.client.to_be_bytes());
        stream.extend(saps.server.to_be_bytes());
        stream.extend((apdu.len() as u16).to_be_bytes());
        stream.extend(apdu);
    }
    let before = pair.said.len();
    pair.meter_hears(&stream);
    pair.quiet();
    let answers = pair.said[before..].iter().map(|said| match said {
        Said::Meter(unit) => unit[8..].iter().map(|octet| format!("{octet:02X}")).collect(),
        Said::Client(_) => panic!(),
    });
    answers.collect()
}

#[test]
fn two_at_once_are_both_answered_in_order_by_their_names() {
    let mut pair = managing();
    let answers = at_once(
        &mut pair,
        &[
            "C0 01 C3 0003 0100010800FF 02 00",
            "C3 01 45 2000 0000800000FF 01 01 0902 4141",
            "C0 01 81 0003 0100010800FF 02 00",
            "C1 01 CF 0001 0000600D00FF 02 00 11 05",
            "C3 01 85 2000 0000800000FF 01 01 0902 4141",
            "C0 01 C3 0001 0000600D00FF 02 00",
        ],
    );
    let expected = [
        "C401C300060001E240",
        "C7014500010009044141 4141",
        "C4018100060001E240",
        "C501CF00",
        // Nobody waits for the answer to the fifth.
        "C401C3001105",
    ];
    assert_eq!(answers, expected.map(|text| text.replace(' ', "")));
    assert_eq!(rings(&mut pair.meters[0]), 2);
}

#[test]
fn name_service_class_and_priority_come_back_as_they_were() {
    let mut pair = managing();
    for id in 0..16 {
        // A GET is answered whatever it says: clients in the field get the service class wrong.
        for class in [0x00, 0x40, 0x80, 0xc0] {
            let invoke = class | id;
            let answer = pair.ask(&format!("C0 01 {invoke:02X} 0003 0100010800FF 02 00"));
            assert_eq!(answer, format!("C401{invoke:02X}00060001E240"));
        }
        for class in [0x40, 0xc0] {
            let invoke = class | id;
            let set = pair.ask(&format!("C1 01 {invoke:02X} 0001 0000600D00FF 02 00 00"));
            assert_eq!(set, format!("C501{invoke:02X}00"));
            let list = pair.ask(&format!("C0 03 {invoke:02X} 01 0003 0100010800FF 02 00"));
            assert_eq!(list, format!("C403{invoke:02X}0100060001E240"));
            let blocks = pair.ask(&format!("C0 01 {invoke:02X} 0007 0100630100FF 02 00"));
            assert!(blocks.starts_with(&format!("C402{invoke:02X}0000000001")), "{blocks}");
            let action = pair.ask(&format!("C3 01 {invoke:02X} 2000 0000800000FF 01 01 0900"));
            assert_eq!(action, format!("C701{invoke:02X}0001000900"));
        }
    }
    let access = pair.ask("D9 C0ABCDEF 00 01 01 0003 0100010800FF 02 01 00");
    assert_eq!(access, "DAC0ABCDEF000001060001E240010100");
}

#[test]
fn another_request_ends_a_long_answer_and_is_served() {
    for second in ["C0 01 C2", "C0 01 C1"] {
        let mut pair = managing();
        assert!(pair.ask("C0 01 C1 0007 0100630100FF 02 00").starts_with("C402C10000000001"));
        assert_eq!(pair.ask(&format!("{second} 0003 0100010800FF 02 00"))[6..], *"00060001E240");
        // There is no long answer in progress any more.
        assert_eq!(pair.ask("C0 02 C1 00000001"), "C402C101000000010110");
    }
}

#[test]
fn another_name_does_not_get_the_next_block_and_does_not_end_the_answer() {
    let mut pair = managing();
    assert!(pair.ask("C0 01 C1 0007 0100630100FF 02 00").starts_with("C402C10000000001"));
    assert_eq!(pair.ask("C0 02 C2 00000001"), "C402C201000000010110");
    assert!(pair.ask("C0 02 C1 00000001").starts_with("C402C10000000002"));
}

#[test]
fn another_request_ends_a_long_write_and_a_long_parameter() {
    let mut pair = managing();
    assert_eq!(pair.ask("C1 02 C1 0001 0000600D00FF 02 00 00 00000001 02 0904"), "C502C100000001");
    assert_eq!(pair.ask("C0 01 C2 0001 0000600D00FF 02 00"), "C401C2000900");
    assert_eq!(pair.ask("C1 03 C1 01 00000002 04 41414141"), "C503C11200000002");
    assert_eq!(pair.ask("C3 04 C1 2000 0000800000FF 01 00 00000001 02 0904"), "C704C100000001");
    assert_eq!(pair.ask("C0 01 C2 0001 0000600D00FF 02 00"), "C401C2000900");
    assert_eq!(pair.ask("C3 06 C1 01 00000002 04 41414141"), "C701C11000");
    assert_eq!(rings(&mut pair.meters[0]), 0);
    // One in blocks that nobody waits for is done without a word.
    assert!(pair.hear("C1 02 81 0001 0000600D00FF 02 00 00 00000001 02 0904").is_empty());
    assert!(pair.hear("C1 03 81 01 00000002 04 41414141").is_empty());
    assert_eq!(pair.ask("C0 01 C2 0001 0000600D00FF 02 00"), "C401C200090441414141");
}

#[test]
fn another_request_ends_general_blocks() {
    let mut pair = Pair::associated(public().with_general_block_transfer(3));
    assert!(pair.ask("C0 01 C1 0007 0100630100FF 02 00").starts_with("E00800010000"));
    assert_eq!(pair.ask("C0 01 C2 0003 0100010800FF 02 00"), "C401C200060001E240");
    // A client that waits for more is told that there is none.
    assert_eq!(pair.ask("E0 83 0001 0001 00"), "E080000000000 0".replace(' ', ""));
}

/// Lets an answer under another name come before the right one.
fn misnamed(pair: &mut Pair, change: impl Fn(&mut [u8]) + 'static) {
    pair.tamper = Box::new(move |said| match said {
        Said::Client(octets) => octets.clone(),
        Said::Meter(octets) => {
            let mut wrong = octets.clone();
            change(&mut wrong[8..]);
            [wrong, octets.clone()].concat()
        }
    });
}

#[test]
fn an_answer_under_another_name_is_let_pass() {
    let mut pair = managing();
    misnamed(&mut pair, |apdu| apdu[2] ^= 1);
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
    assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
    assert_eq!(pair.client.statistics().let_pass, 1);
    pair.client.set(NOTE.value(), &Data::Unsigned(1)).unwrap();
    pair.complete();
    pair.client.invoke_method(BELL.ring(), &Octets(b"x")).unwrap();
    pair.complete();
    assert_eq!(pair.client.value::<dlms_core::data::OctetString>().unwrap(), Octets(b"xx"));
    assert_eq!(pair.client.statistics().let_pass, 3);
    misnamed(&mut pair, |apdu| apdu[4] ^= 1);
    pair.client.access(&[Access::get(BELL.count())], AccessOptions::default()).unwrap();
    pair.complete();
    assert_eq!(pair.client.statistics().let_pass, 4);
    // One alone is as good as none.
    pair.tamper = Box::new(|said| match said {
        Said::Client(octets) => octets.clone(),
        Said::Meter(octets) => {
            let mut wrong = octets.clone();
            wrong[10] ^= 2;
            wrong
        }
    });
    pair.client.get(ENERGY.value()).unwrap();
    assert!(matches!(pair.failure(), ClientError::Timeout(_)));
    assert_eq!(pair.client.statistics().let_pass, 5);
    assert_eq!(rings(&mut pair.meters[0]), 1);
}

#[test]
fn service_class_and_priority_of_an_answer_do_not_matter() {
    let mut pair = managing();
    pair.tamper = Box::new(|said| match said {
        Said::Client(octets) => octets.clone(),
        Said::Meter(octets) => {
            let mut other = octets.clone();
            other[10] &= 0x0f;
            other
        }
    });
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
    assert_eq!(pair.client.statistics().let_pass, 0);
}
