//! Whole sessions, both ends in one thread.

use dlms_bench::load_profile::{self, ROW, digest};
use dlms_bench::{Comparison, Contender, Target};

use crate::ciphering::session_of_ciphers;
use crate::pair::Pair;
use crate::peer_pair::{self, PeerPair};

pub(crate) const ROWS: u32 = 5_000;

/// Room for the load profile in the other server.
pub(crate) const WHOLE: usize = 300_032;

/// What is there to show for a load profile: all of it, in order.
pub(crate) fn receipt(value: &[u8]) -> u64 {
    assert!(value.len() > ROW);
    digest(&value[value.len() - ROW..]).wrapping_add(value.len() as u64)
}

pub(crate) fn comparisons() -> Vec<Comparison<'static>> {
    vec![
        session("S1", "HLS-GMAC association, GET, release").target(Target::peer(1.85)),
        get("S3", "GET in the clear", false),
        get("S3", "GET ciphered", true),
        load_profile_in_blocks("S4", "P5000 by GET, ciphered, PDU 1024", 1024).target(Target::peer(2.5)),
        load_profile_in_blocks("S4", "P5000 by GET, ciphered, PDU 65535", 0xffff),
    ]
}

fn session(id: &'static str, work: &'static str) -> Comparison<'static> {
    let mut ours = Pair::new(true, 1024, 0, || [0u8; 512]);
    let mut peer = PeerPair::new(peer_pair::session(true, 1024), peer_pair::meter::<1024>(true, Vec::new()));
    Comparison::new(id, work)
        .by(Contender::Ours, move || {
            ours.associate();
            let value = ours.register();
            ours.release();
            value
        })
        .by(Contender::DlmsCosemRs, move || {
            peer.associate();
            let value = peer.register();
            peer.release();
            value
        })
        .by(Contender::Limit, session_of_ciphers())
}

fn get(id: &'static str, work: &'static str, ciphered: bool) -> Comparison<'static> {
    let mut ours = Pair::new(ciphered, 1024, 0, || [0u8; 512]);
    ours.associate();
    let meter = peer_pair::meter::<1024>(ciphered, Vec::new());
    let mut peer = PeerPair::new(peer_pair::session(ciphered, 1024), meter);
    peer.associate();
    Comparison::new(id, work)
        .by(Contender::Ours, move || ours.register())
        .by(Contender::DlmsCosemRs, move || peer.register())
}

fn load_profile_in_blocks(id: &'static str, work: &'static str, pdu: u16) -> Comparison<'static> {
    let expected = load_profile::value(ROWS);
    let mut ours = Pair::new(true, pdu, ROWS, Vec::new);
    ours.associate();
    let meter = peer_pair::meter::<WHOLE>(true, expected.clone());
    let mut peer = PeerPair::new(peer_pair::session(true, pdu), meter);
    peer.associate();
    assert!(ours.load_profile() == expected && peer.load_profile() == expected);
    Comparison::new(id, work)
        .by(Contender::Ours, move || receipt(ours.load_profile()))
        .by(Contender::DlmsCosemRs, move || receipt(peer.load_profile()))
}
