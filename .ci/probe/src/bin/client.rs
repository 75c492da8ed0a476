//! A client: asks for the value of a register and takes the answer.
#![no_std]
#![no_main]

use dlms_core::codec::{Reader, Writer};
use obis::ObisCode;
use probe::{Board, Place};

probe::entry!(main);

static RECEIVED: Place<[u8; 256]> = Place::new();

const ENERGY: ObisCode = ObisCode::new(1, 0, 1, 8, 0, 255);

fn main(mut board: Board) -> ! {
    // SAFETY: once.
    let received = unsafe { RECEIVED.put([0; 256]) };
    loop {
        let mut request = [0; 13];
        let mut writer = Writer::new(&mut request);
        writer.array([0xc0, 0x01, 0xc1]);
        writer.u16(3);
        writer.array(ENERGY.to_octets());
        writer.array([0x02, 0x00]);
        if let Ok(request) = writer.finish() {
            board.send(request);
        }
        let mut len = 0;
        while let Some(octet) = board.receive() {
            if let Some(place) = received.get_mut(len) {
                *place = octet;
                len += 1;
            }
        }
        let mut reader = Reader::new(received.get(..len).unwrap_or_default());
        if reader.take(4).is_ok() {
            board.send(reader.octets().unwrap_or_default());
        }
    }
}
