//! A client over the TCP wrapper with security suite 0.
#![no_std]
#![no_main]

use dlms_core::codec::{Reader, Writer};
use probe::Board;

probe::entry!(main);

fn main(mut board: Board) -> ! {
    loop {
        let mut header = [0; 8];
        for place in &mut header {
            *place = board.receive().unwrap_or_default();
        }
        let mut reader = Reader::new(&header);
        let (Ok(1), Ok(source), Ok(destination)) = (reader.u16(), reader.u16(), reader.u16()) else {
            continue;
        };
        let mut writer = Writer::new(&mut header);
        writer.u16(1);
        writer.u16(destination);
        writer.u16(source);
        writer.u16(0);
        if let Ok(header) = writer.finish() {
            board.send(header);
        }
    }
}
