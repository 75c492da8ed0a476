use core::ops::Range;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use dlms_core::apdu::tag;
use dlms_core::codec::Decode;
use dlms_io::Observer;
use dlms_wrapper::{HEADER_LEN, Header};

use super::decipher::{Decipher, Direction};
use super::frames::{Found, Frames};
use super::name;
use super::secret::{dedicated_key, secret};

/// Writes a line for each frame, for the APDU in it or that several carried, and for what was deciphered in that. Passwords
/// and keys are blanked.
pub(super) struct Lines {
    out: Arc<Mutex<Box<dyn Write + Send>>>,
    began: Instant,
    framing: Framing,
    decipher: Option<Decipher>,
}

/// How frames are told apart.
pub(super) enum Framing {
    /// By the header of the wrapper; octets received that are no whole frame yet.
    Wrapper(Vec<u8>),
    /// Each read is a whole frame.
    Datagrams,
    /// By their flags and lengths, either way.
    Hdlc { sent: Box<Frames>, received: Box<Frames> },
}

impl Framing {
    /// The wrapper on a stream.
    pub(super) const fn wrapper() -> Self {
        Self::Wrapper(Vec::new())
    }

    /// HDLC.
    pub(super) fn hdlc() -> Self {
        Self::Hdlc { sent: Box::new(Frames::new()), received: Box::new(Frames::new()) }
    }
}

impl Lines {
    /// Lines about a connection, with the time since `began`.
    pub(super) fn new(
        out: Arc<Mutex<Box<dyn Write + Send>>>,
        began: Instant,
        framing: Framing,
        decipher: Option<Decipher>,
    ) -> Self {
        Self { out, began, framing, decipher }
    }

    fn frame(&mut self, direction: Direction, frame: &[u8]) {
        let apdu = frame.get(HEADER_LEN..).unwrap_or_default();
        let blank = secret(apdu).map(|range| range.start + HEADER_LEN..range.end + HEADER_LEN);
        self.line(direction.arrow(), &format!("{}: {}", name::wrapped(frame), digits(frame, blank)));
        self.line(' ', &name::apdu(apdu));
        self.deciphered(direction, apdu);
    }

    fn deciphered(&mut self, direction: Direction, apdu: &[u8]) {
        let Some(decipher) = &mut self.decipher else { return };
        if let Some(plain) = decipher.open(direction, apdu) {
            self.apdu(&plain, dedicated_key(&plain).or_else(|| secret(&plain)));
        }
    }

    fn apdu(&self, apdu: &[u8], secret: Option<Range<usize>>) {
        self.line(' ', &format!("{}: {}", name::apdu(apdu), digits(apdu, secret)));
    }

    fn found(&mut self, direction: Direction, found: &Found<'_>) {
        match found {
            Found::Noise(octets) => self.line(direction.arrow(), &readable(octets)),
            Found::Frame { octets, kind, apdu: None, .. } => {
                self.line(direction.arrow(), &format!("{}: {}", name::frame(*kind), digits(octets, None)));
            }
            Found::Frame { octets, kind, apdu: Some(range), begins, ends } => {
                let apdu = octets.get(range.clone()).unwrap_or_default();
                let blank = match (begins, ends) {
                    (true, true) => {
                        secret(apdu).map(|secret| range.start + secret.start..range.start + secret.end)
                    }
                    // In pieces a password cannot be found: nothing is shown of what may have one.
                    (true, false) if apdu.first() != Some(&tag::AARQ) => None,
                    (false, _) if direction == Direction::Received => None,
                    _ => Some(range.clone()),
                };
                self.line(direction.arrow(), &format!("{}: {}", name::frame(*kind), digits(octets, blank)));
                if *begins && *ends {
                    self.line(' ', &name::apdu(apdu));
                    self.deciphered(direction, apdu);
                }
            }
            Found::Apdu(apdu) => {
                self.apdu(apdu, secret(apdu));
                self.deciphered(direction, apdu);
            }
        }
    }

    fn frames(&mut self, direction: Direction, octets: &[u8]) {
        // The line is looked at apart from what is told of it.
        let mut framing = core::mem::replace(&mut self.framing, Framing::Datagrams);
        if let Framing::Hdlc { sent, received } = &mut framing {
            let frames = if direction == Direction::Sent { sent } else { received };
            frames.take(octets, &mut |found| self.found(direction, &found));
        }
        self.framing = framing;
    }

    fn line(&self, arrow: char, text: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A trace that cannot be written does not end what is traced.
        let _ = writeln!(out, "{:9.3} {arrow} {text}", self.began.elapsed().as_secs_f64());
    }
}

impl Observer for Lines {
    fn sent(&mut self, octets: &[u8]) {
        match self.framing {
            Framing::Hdlc { .. } => self.frames(Direction::Sent, octets),
            _ => self.frame(Direction::Sent, octets),
        }
    }

    fn received(&mut self, octets: &[u8]) {
        match &mut self.framing {
            Framing::Datagrams => self.frame(Direction::Received, octets),
            Framing::Hdlc { .. } => self.frames(Direction::Received, octets),
            Framing::Wrapper(pending) => {
                pending.extend_from_slice(octets);
                while let Framing::Wrapper(pending) = &mut self.framing
                    && let Some(length) = frame_length(pending)
                {
                    let frame: Vec<u8> = pending.drain(..length).collect();
                    self.frame(Direction::Received, &frame);
                }
            }
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let rest = match &self.framing {
            Framing::Wrapper(pending) => &pending[..],
            Framing::Hdlc { received, .. } => received.rest(),
            Framing::Datagrams => &[],
        };
        if !rest.is_empty() {
            self.line(Direction::Received.arrow(), &digits(rest, None));
        }
    }
}

/// The length of the frame at the front, once it is whole.
fn frame_length(octets: &[u8]) -> Option<usize> {
    let header = Header::from_bytes(octets.get(..HEADER_LEN)?).ok()?;
    let length = HEADER_LEN + usize::from(header.length);
    (length <= octets.len()).then_some(length)
}

/// Octets that are no frame: text where it is text, as of an opening.
fn readable(octets: &[u8]) -> String {
    let text: Vec<u8> = octets.iter().map(|octet| octet & 0x7f).collect();
    match text.iter().all(|octet| octet.is_ascii_graphic() || b"\x06\r\n ".contains(octet)) {
        true => format!("\"{}\"", text.escape_ascii()),
        false => digits(octets, None),
    }
}

/// The octets as digits, those in `blank` as stars.
fn digits(octets: &[u8], blank: Option<Range<usize>>) -> String {
    let blank = blank.unwrap_or_default();
    let digits = octets.iter().enumerate().map(|(at, octet)| match blank.contains(&at) {
        true => "**".to_owned(),
        false => format!("{octet:02X}"),
    });
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_blanked() {
        assert_eq!(digits(&[1, 1, 2, 0xaa, 0xbb, 0], Some(3..5)), "010102****00");
    }

    #[test]
    fn frames_are_told_apart_however_they_come() {
        let out: Arc<Mutex<Box<dyn Write + Send>>> = Arc::new(Mutex::new(Box::new(std::io::sink())));
        let mut lines = Lines::new(out, Instant::now(), Framing::wrapper(), None);
        let pending = |lines: &Lines| match &lines.framing {
            Framing::Wrapper(pending) => pending.clone(),
            _ => panic!("not the wrapper"),
        };
        lines.received(&[0, 1, 0, 1, 0, 16, 0]);
        assert_eq!(pending(&lines).len(), 7);
        lines.received(&[2, 0x63, 0, 0, 1]);
        assert_eq!(pending(&lines), [0, 1]);
    }
}
