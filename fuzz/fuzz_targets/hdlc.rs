//! Frames in a noisy line: found in whatever pieces it comes, the same as in the whole, and read as they are written.
#![no_main]

use dlms_core::codec::Encode;
use dlms_hdlc::{FINDER_ROOM, Finder, Frame, Joined, Llc, Reassembly, frames};
use libfuzzer_sys::fuzz_target;

/// Octets of an APDU that are taken at most.
const ROOM: usize = 300;

fuzz_target!(|input: &[u8]| {
    let whole: Vec<Frame<'_>> = frames(input).filter_map(|located| located.frame.ok()).collect();
    for located in frames(input) {
        assert_eq!(input[located.offset], 0x7e);
        if let Err(error) = located.frame {
            assert!(error.offset <= input.len(), "{error} behind the end");
        }
    }
    let expected: Vec<Vec<u8>> = whole.iter().map(written).collect();
    assert_eq!(found(input, 1), expected);
    assert_eq!(found(input, 7), expected);

    let (mut reassembly, mut rx) = (Reassembly::new(), [0x5a; ROOM]);
    for frame in &whole {
        match reassembly.join(frame, &mut rx, 2) {
            Joined::Apdu { len, .. } => assert!(len <= ROOM - 2),
            Joined::Oversize { needed } => assert!(needed > ROOM - 2),
            Joined::More => assert!(frame.is_segmented() && reassembly.is_open()),
        }
        assert_eq!(rx[..2], [0x5a; 2]);
        if let Some((llc, apdu)) = Llc::split(frame.information()) {
            assert_eq!(apdu.len() + llc.to_octets().len(), frame.information().len());
        }
    }
    // Other room, other tolerance: other frames, but an end.
    let mut finder = Finder::new().tolerating_header_checks();
    let mut room = [0; 40];
    let (mut rest, mut n) = (input, 0);
    while let (taken, Some(_)) = finder.find(rest, &mut room) {
        rest = &rest[taken..];
        n += 1;
    }
    assert!(n <= input.len() / 7);
});

/// The octets of a frame without its flags, which read as it.
fn written(frame: &Frame<'_>) -> Vec<u8> {
    let line = frame.encode_to_vec();
    let octets = line[1..line.len() - 1].to_vec();
    assert_eq!(octets.len(), frame.length());
    assert_eq!(Frame::decode(&octets).as_ref(), Ok(frame));
    octets
}

/// The frames in the line when it comes in pieces of `size` octets and then ends.
fn found(line: &[u8], size: usize) -> Vec<Vec<u8>> {
    let (mut finder, mut room) = (Finder::new(), [0; FINDER_ROOM]);
    let mut found = Vec::new();
    for mut piece in line.chunks(size) {
        loop {
            let (taken, frame) = finder.find(piece, &mut room);
            piece = &piece[taken..];
            let Some(frame) = frame else { break };
            found.push(room[frame].to_vec());
        }
        assert!(piece.is_empty());
    }
    while finder.is_inside() {
        finder.abandon(&mut room);
        while let (_, Some(frame)) = finder.find(&[], &mut room) {
            found.push(room[frame].to_vec());
        }
    }
    found
}
