use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use dlms_io::Observer;
use dlms_wrapper::PORT;

/// Addresses of the two ends, of those that documentation may use: the frames are real, what is around them is not.
const CLIENT: [u8; 4] = [192, 0, 2, 1];
const METER: [u8; 4] = [192, 0, 2, 2];
const CLIENT_PORT: u16 = 49_152;
/// LINKTYPE_RAW: packets begin with the IP header.
const LINK_TYPE: u32 = 101;
/// Octets of frames in one packet at most.
const SEGMENT: usize = 32 * 1024;

/// The transport that is pretended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Tcp,
    Udp,
}

/// A capture file: what went over the line, in IP packets between made-up addresses. The meter is at port 4059, so
/// that Wireshark knows what it sees.
pub(super) struct Capture<W> {
    out: W,
}

impl<W: Write> Capture<W> {
    /// A capture without packets.
    pub(super) fn new(mut out: W) -> io::Result<Self> {
        let mut header = Vec::with_capacity(24);
        header.extend(0xa1b2_c3d4_u32.to_be_bytes());
        header.extend([0, 2, 0, 4]);
        header.extend([0; 8]);
        header.extend(0x0004_0000_u32.to_be_bytes());
        header.extend(LINK_TYPE.to_be_bytes());
        out.write_all(&header)?;
        out.flush()?;
        Ok(Self { out })
    }

    fn packet(&mut self, packet: &[u8]) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = u32::try_from(now.as_secs()).unwrap_or(u32::MAX);
        let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
        for word in [seconds, now.subsec_micros(), length, length] {
            self.out.write_all(&word.to_be_bytes())?;
        }
        self.out.write_all(packet)?;
        self.out.flush()
    }
}

/// Puts what goes over one connection into a capture.
pub(super) struct Tap<W> {
    capture: Arc<Mutex<Capture<W>>>,
    protocol: Protocol,
    /// Octets that each end sent so far, as TCP counts them.
    sent: u32,
    received: u32,
}

impl<W: Write> Tap<W> {
    /// For a connection that was just made.
    pub(super) fn new(capture: Arc<Mutex<Capture<W>>>, protocol: Protocol) -> Self {
        Self { capture, protocol, sent: 1, received: 1 }
    }

    fn octets(&mut self, octets: &[u8], from_meter: bool) {
        for segment in octets.chunks(SEGMENT) {
            let packet = match self.protocol {
                Protocol::Tcp if from_meter => tcp(segment, true, self.received, self.sent),
                Protocol::Tcp => tcp(segment, false, self.sent, self.received),
                Protocol::Udp => udp(segment, from_meter),
            };
            let count = if from_meter { &mut self.received } else { &mut self.sent };
            *count = count.wrapping_add(u32::try_from(segment.len()).unwrap_or_default());
            // A capture that cannot be written does not end what is captured.
            let _ = self.capture.lock().unwrap_or_else(PoisonError::into_inner).packet(&packet);
        }
    }
}

impl<W: Write> Observer for Tap<W> {
    fn sent(&mut self, octets: &[u8]) {
        self.octets(octets, false);
    }

    fn received(&mut self, octets: &[u8]) {
        self.octets(octets, true);
    }
}

fn tcp(payload: &[u8], from_meter: bool, sequence: u32, acknowledged: u32) -> Vec<u8> {
    let mut segment = ports(from_meter);
    segment.extend(sequence.to_be_bytes());
    segment.extend(acknowledged.to_be_bytes());
    // Five words of header; PSH and ACK; the window; checksum and urgent pointer.
    segment.extend([0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend_from_slice(payload);
    ip(6, 16, segment, from_meter)
}

fn udp(payload: &[u8], from_meter: bool) -> Vec<u8> {
    let mut datagram = ports(from_meter);
    datagram.extend(length(payload.len() + 8));
    datagram.extend([0, 0]);
    datagram.extend_from_slice(payload);
    ip(17, 6, datagram, from_meter)
}

fn ports(from_meter: bool) -> Vec<u8> {
    let (source, destination) = if from_meter { (PORT, CLIENT_PORT) } else { (CLIENT_PORT, PORT) };
    [source.to_be_bytes(), destination.to_be_bytes()].concat()
}

/// An IPv4 packet around a segment whose checksum stands at `checksum_at`.
fn ip(protocol: u8, checksum_at: usize, mut segment: Vec<u8>, from_meter: bool) -> Vec<u8> {
    let (source, destination) = if from_meter { (METER, CLIENT) } else { (CLIENT, METER) };
    let mut pseudo = [source, destination].concat();
    pseudo.extend([0, protocol]);
    pseudo.extend(length(segment.len()));
    let sum = checksum([&pseudo[..], &segment].concat().as_slice());
    if let Some(slot) = segment.get_mut(checksum_at..checksum_at + 2) {
        slot.copy_from_slice(&sum);
    }
    let [high, low] = length(segment.len() + 20);
    let mut packet = vec![0x45, 0, high, low, 0, 0, 0x40, 0, 64, protocol, 0, 0];
    packet.extend(source);
    packet.extend(destination);
    let sum = checksum(&packet);
    if let Some(slot) = packet.get_mut(10..12) {
        slot.copy_from_slice(&sum);
    }
    packet.extend(segment);
    packet
}

fn length(octets: usize) -> [u8; 2] {
    u16::try_from(octets).unwrap_or(u16::MAX).to_be_bytes()
}

/// The Internet checksum.
fn checksum(octets: &[u8]) -> [u8; 2] {
    let sum = octets.chunks(2).fold(0u64, |sum, pair| {
        let high = pair.first().copied().unwrap_or_default();
        let low = pair.get(1).copied().unwrap_or_default();
        sum + u64::from(u16::from_be_bytes([high, low]))
    });
    let mut folded = sum;
    while folded > 0xffff {
        folded = (folded & 0xffff) + (folded >> 16);
    }
    (!u16::try_from(folded).unwrap_or_default()).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_internet() {
        // RFC 1071, 3.
        assert_eq!(checksum(&[0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7]), (!0xddf2u16).to_be_bytes());
        for packet in [tcp(b"odd", true, 1, 2), udp(b"even", false)] {
            assert_eq!(checksum(&packet[..20]), [0, 0]);
            let protocol = packet[9];
            let segment = packet[20..].to_vec();
            let pseudo = [&packet[12..20], &[0, protocol], &length(segment.len()), &segment].concat();
            assert_eq!(checksum(&pseudo), [0, 0]);
        }
    }

    #[test]
    fn a_capture_holds_what_went_over_the_line() {
        let capture = Arc::new(Mutex::new(Capture::new(Vec::new()).unwrap()));
        let mut tap = Tap::new(Arc::clone(&capture), Protocol::Tcp);
        tap.sent(b"request");
        tap.received(&[7; SEGMENT + 1]);
        assert_eq!((tap.sent, tap.received), (8, u32::try_from(SEGMENT).unwrap() + 2));
        let file = capture.lock().unwrap().out.clone();
        assert_eq!(file.len(), 24 + 3 * (16 + 40) + 7 + SEGMENT + 1);
        assert_eq!(&file[20..24], &LINK_TYPE.to_be_bytes());
        assert_eq!(&file[24 + 16 + 40..24 + 16 + 47], b"request");
    }
}
