//! A server of ten objects.
#![no_std]
#![no_main]

use dlms_core::codec::{Reader, Writer};
use obis::ObisCode;
use probe::{Board, Place};

probe::entry!(main);

static VALUES: Place<[(ObisCode, u32); 10]> = Place::new();

fn main(mut board: Board) -> ! {
    let values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|e| (ObisCode::new(1, 0, 1, 8, e, 255), 0));
    // SAFETY: once.
    let values = unsafe { VALUES.put(values) };
    loop {
        let mut request = [0; 13];
        for place in &mut request {
            *place = board.receive().unwrap_or_default();
        }
        let mut reader = Reader::new(&request);
        let asked = reader.take(5).and_then(|_| reader.array()).map(ObisCode::from_octets);
        let found = values.iter_mut().find(|(code, _)| asked == Ok(*code));
        let mut answer = [0; 9];
        let mut writer = Writer::new(&mut answer);
        writer.array([0xc4, 0x01, 0xc1]);
        match found {
            Some((_, value)) => {
                *value = board.now();
                writer.array([0x00, 0x06]);
                writer.u32(*value);
            }
            None => writer.array([0x01, 0x04]),
        }
        if let Ok(answer) = writer.finish() {
            board.send(answer);
        }
    }
}
