//! Sessions recorded between a client and a meter: what the client sent a server accepts in that order, and back.
#![cfg(feature = "rustcrypto")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use dlms_core::crypto::{KeyId, KeyKind};
use dlms_security::{
    SecurityError,
    hls::{self, Exchange, Mechanism},
};
use support::{GUEK, Side, hex, text, title, vectors};

/// The octets from the first of `tags` on.
fn from_tag<'f>(frame: &'f [u8], tags: &[u8]) -> &'f [u8] {
    let at = frame.iter().position(|octet| tags.contains(octet)).unwrap();
    &frame[at..]
}

/// The ciphered APDU in a frame: after the LLC octets, or the initiate in the user-information of AARQ and AARE.
fn ciphered(step: &serde_json::Value) -> Option<Vec<u8>> {
    let apdu = step["apdu"].as_object()?;
    let (name, body) = apdu.iter().next()?;
    if let Some(information) = body["user_information"].as_str() {
        let information = hex(information);
        return matches!(information[0], 0x21 | 0x28).then_some(information);
    }
    let frame = hex(text(step, "frame"));
    name.starts_with("glo-").then(|| {
        let apdu = from_tag(&frame[8..], &[0xe6]);
        // After the LLC octets, without check sequence and flag.
        apdu[3..apdu.len() - 3].to_vec()
    })
}

fn challenge(step: &serde_json::Value) -> Option<Vec<u8>> {
    let apdu = step["apdu"].as_object()?;
    Some(hex(apdu.values().next()?["auth_value"].as_str()?))
}

#[test]
fn a_meters_ciphered_sessions_pass_in_the_order_they_were_sent() {
    for id in ["session-trace-002", "session-trace-004"] {
        let entries = vectors("session-trace");
        let entry = entries.iter().find(|entry| entry["id"] == id).unwrap();
        let (st_c, st_s) =
            (title(text(&entry["keys"], "client_st")), title(text(&entry["keys"], "server_st")));
        let mut client = Side::new(st_c, Some(st_s));
        let mut server = Side::new(st_s, Some(st_c));
        let steps = entry["expected"]["steps"].as_array().unwrap();
        let challenges: Vec<_> = steps.iter().filter_map(challenge).collect();
        let [c_to_s, s_to_c] = &challenges[..] else { panic!("{id}: {challenges:?}") };
        let (mut apdus, mut tokens) = (0, 0);
        for step in steps {
            let Some(apdu) = ciphered(step) else { continue };
            let (receiver, own, peer) = match step["dir"].as_str() {
                Some("client->server") => (&mut server, s_to_c, c_to_s),
                _ => (&mut client, c_to_s, s_to_c),
            };
            let (plain, unprotected) = receiver.unprotect(&apdu).unwrap_or_else(|e| panic!("{id}: {e}"));
            apdus += 1;
            let replayed = SecurityError::Replayed { expected: unprotected.invocation_counter + 1 };
            assert_eq!(receiver.unprotect(&apdu).unwrap_err(), replayed);
            if !matches!(plain[0], 0xc3 | 0xc7) {
                continue;
            }
            // The token is older than the APDU it comes in, which has been accepted already.
            let token = &plain[plain.len() - hls::GMAC_TOKEN_LEN..];
            let older = u32::from_be_bytes(token[1..5].try_into().unwrap());
            assert!(older < unprotected.invocation_counter);
            let secret = KeyId { setup: 0, kind: KeyKind::Secret(0) };
            let exchange = Exchange { mechanism: Mechanism::Gmac, secret, own, peer };
            let Side { context, crypto, replay, .. } = receiver;
            hls::verify(context, crypto, replay, &exchange, token).unwrap();
            let swapped = Exchange { own: peer, peer: own, ..exchange };
            let reflected = hls::verify(context, crypto, replay, &swapped, token);
            assert_eq!(
                reflected,
                Err(SecurityError::Inauthentic),
                "over the other challenge it proves nothing"
            );
            assert_eq!(replay.highest(GUEK), Some(unprotected.invocation_counter));
            tokens += 1;
        }
        assert_eq!((apdus, tokens), (6, 2), "{id}");
    }
}
