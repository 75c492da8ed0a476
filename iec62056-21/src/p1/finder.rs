use super::scanner::{Scanned, Scanner};

/// Finds telegrams in what comes in at the port, in the caller's room for one.
///
/// What it finds has the form of a telegram; [`Telegram::parse`](super::Telegram::parse) says whether it is one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Finder {
    scanner: Scanner,
    len: usize,
    damaged: u32,
}

impl Finder {
    /// A finder at whatever place of a stream.
    #[must_use]
    pub const fn new() -> Self {
        Self { scanner: Scanner::Outside, len: 0, damaged: 0 }
    }

    /// Whether a telegram has begun.
    #[must_use]
    pub const fn is_inside(&self) -> bool {
        self.scanner.is_inside()
    }

    /// How many telegrams began and came to nothing, those with no room among them.
    #[must_use]
    pub const fn damaged(&self) -> u32 {
        self.damaged
    }

    /// Forgets what has begun, as after a pause in the stream.
    pub const fn restart(&mut self) {
        if self.is_inside() {
            self.damaged = self.damaged.saturating_add(1);
        }
        (self.scanner, self.len) = (Scanner::Outside, 0);
    }

    /// Takes octets up to the end of a telegram: how many, and the length of the telegram at the front of `room`. The
    /// room has to be the same at every call until then.
    pub fn find(&mut self, bytes: &[u8], room: &mut [u8]) -> (usize, Option<usize>) {
        let mut taken = 0usize;
        for octet in bytes {
            taken = taken.saturating_add(1);
            let was_inside = self.is_inside();
            let scanned = self.scanner.push(*octet);
            if was_inside && matches!(scanned, Scanned::First | Scanned::Broken) {
                self.damaged = self.damaged.saturating_add(1);
            }
            match scanned {
                Scanned::Outside => continue,
                Scanned::Broken => {
                    self.len = 0;
                    continue;
                }
                Scanned::First => self.len = 0,
                Scanned::Inside | Scanned::Last => {}
                Scanned::Behind => return (taken, Some(core::mem::take(&mut self.len))),
            }
            match room.get_mut(self.len) {
                Some(slot) => *slot = *octet,
                None => {
                    // Too long: what is still to come of it is not looked at.
                    self.scanner = Scanner::Inside { at_line: false };
                    self.restart();
                    continue;
                }
            }
            self.len = self.len.saturating_add(1);
            if scanned == Scanned::Last {
                return (taken, Some(core::mem::take(&mut self.len)));
            }
        }
        (taken, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn found(finder: &mut Finder, octets: &[u8], cut: usize, room: &mut [u8]) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        for mut piece in octets.chunks(cut) {
            while !piece.is_empty() {
                let (taken, len) = finder.find(piece, room);
                assert!(taken > 0);
                piece = &piece[taken..];
                all.extend(len.map(|len| room[..len].to_vec()));
            }
        }
        all
    }

    #[test]
    fn telegrams_between_noise_however_it_is_cut() {
        let line = b"1.8(1)\r\n!AAAA\r\n/A\r\n\r\n1.8(1/2!)\r\n!0aF9\r\n/B\r\n!\r\n\xff\n/C\r\n/D\r\n!123x/E\r\n!0000";
        for cut in 1..line.len() {
            let (mut finder, mut room) = (Finder::new(), [0; 40]);
            let all = found(&mut finder, line, cut, &mut room);
            assert_eq!(all, [&b"/A\r\n\r\n1.8(1/2!)\r\n!0aF9"[..], b"/B\r\n!", b"/E\r\n!0000"]);
            assert_eq!((finder.damaged(), finder.is_inside()), (2, false));
        }
    }

    #[test]
    fn a_telegram_longer_than_the_room_is_let_pass() {
        let line = b"/too-long-for-this\r\n!1234\r\n/B\r\n!5678";
        let (mut finder, mut room) = (Finder::new(), [0; 12]);
        assert_eq!(found(&mut finder, line, 5, &mut room), [b"/B\r\n!5678"]);
        assert_eq!(finder.damaged(), 1);
    }
}
