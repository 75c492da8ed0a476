//! Every plain message of the CHOICE table, in every form: what `decode` prints of it, `encode` takes back.

use std::collections::BTreeSet;

use dlms_core::apdu::tag;
use dlms_core::codec::Encode;
use dlms_tests::arbitrary::apdu;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::command::{call, decode};

/// So many messages, the same each time.
fn messages(count: usize) -> Vec<Vec<u8>> {
    let dice = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), dice);
    (0..count).map(|_| apdu().new_tree(&mut runner).unwrap().current().encode_to_vec()).collect()
}

/// Messages that have choices in their second octet, and how many.
const CHOICES: [(u8, u8); 8] = [
    (tag::GET_REQUEST, 3),
    (tag::GET_RESPONSE, 3),
    (tag::SET_REQUEST, 5),
    (tag::SET_RESPONSE, 5),
    (tag::ACTION_REQUEST, 6),
    (tag::ACTION_RESPONSE, 4),
    (tag::EXCEPTION_RESPONSE, 2),
    (tag::CONFIRMED_SERVICE_ERROR, 3),
];

/// Messages that hold others.
const HOLD_MESSAGES: [u8; 7] = [
    tag::AARQ,
    tag::AARE,
    tag::RLRQ,
    tag::RLRE,
    tag::GENERAL_BLOCK_TRANSFER,
    tag::GATEWAY_REQUEST,
    tag::GATEWAY_RESPONSE,
];

#[test]
fn each_comes_back_as_it_went() {
    let mut seen = BTreeSet::new();
    let mut choices = BTreeSet::new();
    let mut different = 0;
    let mut all = messages(800);
    for gateway in [tag::GATEWAY_REQUEST, tag::GATEWAY_RESPONSE] {
        all.push([&[gateway, 1, 2, 0xaa, 0xbb][..], &[0xc4, 1, 0xc1, 0, 17, 5]].concat());
    }
    for octets in all {
        let hex: String = octets.iter().map(|octet| format!("{octet:02X}")).collect();
        let decoded = decode(&["--link", "apdu"], &hex);
        // What is made up to be in them is no message.
        if decoded.status != 0 && HOLD_MESSAGES.contains(&octets[0]) {
            continue;
        }
        assert_eq!(decoded.status, 0, "{hex}: {decoded:?}");
        let encoded = call(&["encode", "-"], &decoded.out);
        assert_eq!(encoded.status, 0, "{hex}: {} {encoded:?}", decoded.out);
        let back = encoded.out.replace('\n', "");
        if back != hex {
            // Bits behind the end of a bit-string are 0 then, and not-a-numbers are all one.
            different += 1;
            assert_eq!(decode(&["--link", "apdu"], &back).out, decoded.out, "{hex}");
        }
        seen.insert(octets[0]);
        choices.insert((octets[0], octets[1]));
    }
    assert!(different < 100, "{different} came back otherwise");
    let missing: Vec<_> = (0..=u8::MAX)
        .filter(|tag| !seen.contains(tag) && !tag::is_protected(*tag))
        .filter_map(tag::name)
        .collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
    for (message, most) in CHOICES {
        let found = choices.iter().filter(|(tag, _)| *tag == message).count();
        assert!(found >= usize::from(most), "{:?} in {found} forms", tag::name(message));
    }
}
