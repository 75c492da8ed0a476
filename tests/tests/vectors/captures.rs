//! What real meters and clients sent, through every layer: link, protection, message.

use dlms_core::apdu::{Apdu, DataNotification, GeneralBlockTransfer, Leniencies, Leniency};
use dlms_core::codec::{Decode, Encode, Reader};
use dlms_core::crypto::{KeyKind, SecuritySuite};
use dlms_hdlc::{Frame, Joined, Llc, Reassembly, frames};
use dlms_security::{SecurityError, SystemTitle};
use dlms_tests::peer::Peer;
use dlms_tests::tree;
use dlms_tests::vector::{Vector, hex};
use dlms_wrapper::{Datagram, HEADER_LEN, Role};
use serde_json::Value;

use crate::ciphering::{opener, receiver};
use crate::wrapper::received;

/// Messages that are not read as their vector states, and why.
const NOT_READ: [(&str, &str); 1] = [(
    "real-meter-010",
    "attribute descriptors without tags stand where values belong: no COSEM value, for whoever knows that meter",
)];

/// What the vectors say of a date-time with the tag of an octet-string.
const TAGGED: &str = "date-time written as a tagged octet-string (09 0C ..) instead of 0C ..";

/// Reads the message at the front of `octets` as the vector states it, and gives what follows it.
fn check<'a>(vector: &Vector, octets: &'a [u8], expected: &Value) -> &'a [u8] {
    let id = &vector.id;
    let (mut r, mut leniencies) = (Reader::new(octets), Leniencies::all());
    let message = Apdu::decode_with(&mut r, &mut leniencies).unwrap_or_else(|e| panic!("{id}: {e}"));
    let tree = match vector.key("ek") {
        Some(_) => tree::opened(&message, &mut opener(vector)),
        None => tree::apdu(&message),
    };
    assert_eq!(tree, expected["apdu"], "{id}");
    let noted = expected["notes"].as_array().is_some_and(|notes| notes.iter().any(|note| note == TAGGED));
    assert_eq!(leniencies.met().any(|l| l == Leniency::TaggedDateTime), noted, "{id}");
    let (read, rest) = octets.split_at(r.offset());
    assert_eq!(message.encode_to_vec() == read, !noted, "{id}");
    rest
}

/// The APDUs that the frames of a capture carry.
fn apdus<'f>(frames: impl Iterator<Item = Frame<'f>>) -> Vec<Vec<u8>> {
    let (mut reassembly, mut rx, mut apdus) = (Reassembly::new(), Vec::new(), Vec::new());
    for frame in frames.filter(|frame| !frame.information().is_empty()) {
        if let Joined::Apdu { len, .. } = reassembly.join(&frame, &mut rx, 0) {
            apdus.push(rx[..len].to_vec());
        }
    }
    apdus
}

/// What the last of the chains of blocks carries: block 1 begins a new one, a block that was there is passed over.
fn joined(vector: &Vector, apdus: &[Vec<u8>], expected: &Value) -> Vec<u8> {
    let (mut whole, mut trees) = (Vec::new(), Vec::<Value>::new());
    for apdu in apdus {
        let block = GeneralBlockTransfer::from_bytes(apdu).unwrap_or_else(|e| panic!("{}: {e}", vector.id));
        if block.block_number == 1 {
            (whole, trees) = (Vec::new(), Vec::new());
        }
        if usize::from(block.block_number) == trees.len() + 1 {
            whole.extend_from_slice(block.block_data);
            trees.push(tree::apdu(&Apdu::GeneralBlockTransfer(block))["general-block-transfer"].clone());
        }
    }
    assert_eq!(trees.last().unwrap()["last"], true, "{}", vector.id);
    for (tree, block) in trees.iter().zip(expected["gbt_blocks"].as_array().unwrap()) {
        assert!(block.as_object().unwrap().iter().all(|(name, value)| tree[name] == *value), "{}", vector.id);
    }
    assert_eq!(whole, hex(expected["reassembled"].as_str().unwrap()), "{}", vector.id);
    whole
}

#[test]
fn pushes_in_hdlc_frames() {
    let (mut plain, mut blocks, mut several) = (0, 0, 0);
    for vector in Vector::of_kind("real-meter", "hdlc-capture") {
        let id = &vector.id;
        let apdus = apdus(frames(&vector.input).map(|located| located.frame.unwrap()));
        let mut messages = vector.expected["messages"].as_array().unwrap().iter();
        if messages.as_slice()[0].get("gbt_blocks").is_some() {
            let expected = messages.next().unwrap();
            assert!(check(&vector, &joined(&vector, &apdus, expected), expected).is_empty(), "{id}");
            blocks += 1;
        } else {
            for apdu in &apdus {
                let mut rest = check(&vector, apdu, messages.next().unwrap());
                while let Some((_, another)) = Llc::split(rest) {
                    rest = check(&vector, another, messages.next().unwrap());
                    several += 1;
                }
                assert!(rest.is_empty(), "{id}");
                plain += 1;
            }
        }
        assert_eq!(messages.next(), None, "{id}");
    }
    assert_eq!((plain, blocks, several), (78, 8, 2));
}

#[test]
fn pushes_without_a_frame() {
    let vectors = Vector::of_kind("real-meter", "apdu-capture");
    assert_eq!(vectors.len(), 17);
    for vector in vectors {
        let apdu = Llc::split(&vector.input).map_or(&vector.input[..], |(_, apdu)| apdu);
        if NOT_READ.iter().any(|(id, _)| *id == vector.id) {
            let error = Apdu::from_bytes(apdu).unwrap_err();
            assert!(error.offset <= apdu.len(), "{}", vector.id);
            // What stands in front of the body can be read nonetheless.
            let head = DataNotification::decode_head(&mut Reader::new(apdu), &mut Leniencies::none());
            assert_eq!(head.map(|(id, time)| (id.0, time)), Ok((1, None)), "{}", vector.id);
            continue;
        }
        assert!(check(&vector, apdu, &vector.expected["messages"][0]).is_empty(), "{}", vector.id);
    }
}

#[test]
fn pushes_in_datagrams() {
    let vectors = Vector::of_kind("real-meter", "wrapper-capture");
    assert_eq!(vectors.len(), 6);
    for vector in vectors {
        let found = received(&mut Datagram::new(Role::Client), &[&vector.input]);
        let [(peer, apdu)] = &found[..] else { panic!("{}: {found:?}", vector.id) };
        assert_eq!((peer.client, peer.server), (1, 1), "{}", vector.id);
        assert_eq!(apdu[..], vector.input[HEADER_LEN..], "{}", vector.id);
        assert!(check(&vector, apdu, &vector.expected["messages"][0]).is_empty(), "{}", vector.id);
    }
}

/// The text of a consumer port in a general-glo-ciphering. Of one the published authentication key is wrong.
#[test]
fn telegrams() {
    let mut authentic = Vec::new();
    for vector in Vector::of_kind("real-meter", "p1-glo") {
        let (expected, mut buf) = (&vector.expected["general-glo-ciphering"], vector.input.clone());
        let all = 0..buf.len();
        let Peer { context, crypto, replay, .. } = &mut receiver(&vector, &vector.input);
        let unprotected = match context.unprotect_octets(crypto, replay, &mut buf, all.clone()) {
            Ok(unprotected) => {
                authentic.push(vector.id.clone());
                unprotected
            }
            Err(error) => {
                assert_eq!((error, &buf), (SecurityError::Inauthentic, &vector.input), "{}", vector.id);
                let unverified = context.decrypt_unverified(crypto, &mut buf, all).unwrap();
                assert!(!unverified.protection.authenticated, "{}", vector.id);
                unverified
            }
        };
        assert_eq!(buf[unprotected.plain], hex(expected["plaintext"].as_str().unwrap()), "{}", vector.id);
        let counter = u64::from(unprotected.invocation_counter);
        assert_eq!(Some(counter), expected["ic"].as_u64(), "{}", vector.id);
    }
    assert_eq!(authentic, ["real-meter-183"]);
}

#[test]
fn dialogues() {
    let vectors = Vector::of_kind("session-trace", "hdlc-session");
    // All are with one meter; not every vector names its keys.
    let keys = vectors.iter().find(|vector| vector.key("ek").is_some()).unwrap();
    let title = |name| SystemTitle::from_slice(&keys.key(name).unwrap()).unwrap();
    let open = |apdu: &[u8], from_client: bool| {
        let (client, server) = (title("client_st"), title("server_st"));
        let (own, peer) = if from_client { (server, client) } else { (client, server) };
        let mut receiver = Peer::new(SecuritySuite::Suite0, own, Some(peer))
            .with_key(KeyKind::GlobalUnicastEncryption, &keys.key("ek").unwrap())
            .with_key(KeyKind::Authentication, &keys.key("ak").unwrap());
        receiver.unprotect(apdu).unwrap().0
    };
    let mut messages = 0;
    for vector in &vectors {
        for step in vector.expected["steps"].as_array().unwrap() {
            let line = hex(step["frame"].as_str().unwrap());
            let frame = Frame::decode(&line[1..line.len() - 1]).unwrap();
            let Some((llc, apdu)) = Llc::split(frame.information()) else {
                assert_eq!(step.get("apdu"), None, "{}", vector.id);
                continue;
            };
            let from_client = step["dir"] == "client->server";
            assert_eq!(llc, if from_client { Llc::Command } else { Llc::Response }, "{}", vector.id);
            let message = Apdu::from_bytes(apdu).unwrap();
            let tree = tree::opened(&message, &mut |apdu| Some(open(apdu, from_client)));
            assert_eq!(tree, step["apdu"], "{}", vector.id);
            assert_eq!(message.encode_to_vec(), apdu, "{}", vector.id);
            messages += 1;
        }
    }
    assert_eq!(messages, 34);
}
