//! What a reading takes at least: octets of frames and APDUs, and one turn-around for each frame that hands over.

use dlms_bench::load_profile;

/// Octets a second on a line of 9600 baud, 8N1.
pub(crate) const RATE: f64 = 960.0;
/// Octets of a frame besides its information field, with addresses of one octet and two flags.
const FRAME: f64 = 11.0;
/// Octets of a frame without an information field: RR.
const RR: f64 = 9.0;
/// Octets of the frame that asks for the next block.
const NEXT: f64 = FRAME + 10.0;
/// Octets of the LLC header, and of a block besides its raw data.
const LLC: f64 = 3.0;
const BLOCK: f64 = 12.0;

/// What the two ends agreed on, and the line between them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// Octets of the largest information field.
    pub(crate) information: u16,
    /// Frames in a row.
    pub(crate) window: u8,
    /// Octets of the largest APDU.
    pub(crate) pdu: u16,
    /// Milliseconds from a poll to the answer.
    pub(crate) turnaround: u16,
}

/// Octets of a load profile with its head.
pub(crate) fn octets(rows: u32) -> f64 {
    f64::from(rows) * load_profile::ROW as f64 + 4.0
}

impl Settings {
    /// Seconds for a load profile of so many rows in blocks of the whole PDU, without association.
    pub(crate) fn seconds(self, rows: u32) -> f64 {
        let pdu = f64::from(self.pdu);
        let blocks = octets(rows) / (pdu - BLOCK);
        let frames = ((pdu + LLC) / f64::from(self.information)).ceil();
        let turns = (frames / f64::from(self.window)).ceil();
        let sent = pdu + LLC + FRAME * frames + RR * (turns - 1.0) + NEXT;
        blocks * (sent / RATE + turns * f64::from(self.turnaround) / 1e3)
    }
}
