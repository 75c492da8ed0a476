//! HDLC: the check sequence, and a frame as it comes from the line. With the feature `fast` as on hosts, without it as
//! in firmware.

use core::hint::black_box;

use crc::{CRC_16_IBM_SDLC, Crc, Table};
use dlms_bench::{Comparison, Contender, Target};
use dlms_core::codec::Encode;
use dlms_cosem_rs::transport::hdlc;
use dlms_hdlc::{Address, CheckSequence, Control, Frame, FrameKind};

/// Sixteen octets at a step, as our own tables with `fast`.
static TABLE: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_IBM_SDLC);

pub(crate) fn comparisons() -> Vec<Comparison<'static>> {
    let octets: &'static [u8] = vec![0x5a; 1024].leak();
    let fcs = Comparison::new("H1", "FCS of 1024 octets")
        .octets(octets.len())
        .by(Contender::Ours, || CheckSequence::of(black_box(octets)).value().into())
        .by(Contender::DlmsCosemRs, || hdlc::fcs16(black_box(octets)).into())
        .by(Contender::Limit, || TABLE.checksum(black_box(octets)).into());
    let short = decode("frame of 139 octets: decode", 128);
    let long = decode("frame of 2041 octets: decode", 2030);
    if cfg!(feature = "fast") {
        let [fcs_target, limit] = [Target::limit(1.0), Target::limit(1.25)];
        let target = |peer| Target { peer: Some(peer), ..limit };
        return vec![fcs.target(fcs_target), short.target(target(6.0)), long.target(target(9.0))];
    }
    vec![fcs, short, long]
}

/// An I frame with so long an information field, addresses of one octet.
fn decode(work: &'static str, information: usize) -> Comparison<'static> {
    let [to, from] = [16, 1].map(|address| Address::one(address).unwrap());
    let information: Vec<u8> = (0..251).cycle().take(information).collect();
    let control = Control::last(FrameKind::Ui);
    let frame = Frame::new(to, from, control).with_information(&information, false).unwrap();
    let mut line = vec![0; frame.encoded_len()];
    frame.encode_to_slice(&mut line).unwrap();
    let line: &'static [u8] = line.leak();
    let end = line.len() - 1;
    Comparison::new("H1", work)
        .by(Contender::Ours, move || {
            let frame = Frame::decode(&black_box(line)[1..end]).unwrap();
            receipt(frame.information(), frame.control().to_octet())
        })
        .by(Contender::DlmsCosemRs, move || {
            let (frame, _) = hdlc::decode_frame(black_box(line)).unwrap();
            receipt(frame.information, frame.control.as_u8())
        })
        .by(Contender::Limit, move || {
            let octets = &black_box(line)[1..end];
            assert_eq!(TABLE.checksum(octets), 0x0f47);
            receipt(&octets[7..octets.len() - 2], octets[4])
        })
}

fn receipt(information: &[u8], control: u8) -> u64 {
    information.len() as u64 + u64::from(information[5]) + u64::from(control)
}
