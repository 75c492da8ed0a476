/// Octets that were sent and may come back before anything else, as half-duplex adapters and optical heads bring them.
///
/// Whether they do shows in the first two times: what answers a frame that opens something is never the same frame.
/// Later it may be, where both ends have the same address.
#[derive(Debug, Default)]
pub(crate) struct Echo {
    /// How often something else came than what was sent, before that ever came back.
    missed: u8,
    /// What was sent came back.
    present: bool,
    expected: Vec<u8>,
    /// How many of them came back.
    matched: usize,
    /// What was received and is no echo, of which so much is taken.
    ready: Vec<u8>,
    taken: usize,
}

impl Echo {
    /// Octets that may wait to come back; an adapter that has not brought any of so many does not bring them at all.
    const MOST: usize = 8192;
    /// Noise may hide the first echo.
    const ABSENT: u8 = 2;

    /// These go out.
    pub(crate) fn sent(&mut self, octets: &[u8]) {
        if self.missed >= Self::ABSENT {
            return;
        }
        if self.expected.len().saturating_add(octets.len()) > Self::MOST {
            self.give_back();
        }
        self.expected.extend_from_slice(octets);
    }

    /// These came in.
    pub(crate) fn received(&mut self, octets: &[u8]) {
        let mut rest = octets;
        while let ([octet, behind @ ..], Some(expected)) = (rest, self.expected.get(self.matched)) {
            if octet != expected {
                // There is no echo, or it is damaged: what looked like one may be the answer.
                self.give_back();
                self.missed = self.missed.saturating_add(u8::from(!self.present));
                break;
            }
            self.matched = self.matched.saturating_add(1);
            rest = behind;
        }
        if self.matched > 0 && self.matched == self.expected.len() {
            self.expected.clear();
            self.matched = 0;
            (self.present, self.missed) = (true, 0);
        }
        self.ready.extend_from_slice(rest);
    }

    /// Moves what is no echo to `out`: how many octets.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> usize {
        let rest = self.ready.get(self.taken..).unwrap_or_default();
        let len = rest.len().min(out.len());
        for (slot, octet) in out.iter_mut().zip(rest) {
            *slot = *octet;
        }
        self.taken = self.taken.saturating_add(len);
        if self.taken >= self.ready.len() {
            self.ready.clear();
            self.taken = 0;
        }
        len
    }

    /// Nothing more is expected to come back.
    fn give_back(&mut self) {
        self.ready.extend(self.expected.drain(..).take(self.matched));
        self.matched = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(echo: &mut Echo) -> Vec<u8> {
        let mut out = [0; 64];
        let len = echo.read(&mut out);
        out[..len].to_vec()
    }

    #[test]
    fn what_comes_back_is_left_out() {
        let mut echo = Echo::default();
        echo.sent(b"request");
        echo.received(b"requ");
        assert_eq!(reads(&mut echo), b"");
        echo.received(b"estanswer");
        assert_eq!(reads(&mut echo), b"answer");
        echo.received(b"request");
        assert_eq!(reads(&mut echo), b"request");
    }

    #[test]
    fn without_an_echo_nothing_is_lost() {
        let mut echo = Echo::default();
        echo.sent(b"~ab~");
        echo.received(b"~a");
        echo.received(b"c~");
        assert_eq!(reads(&mut echo), b"~ac~");
        echo.sent(b"~1~");
        echo.sent(b"~2~");
        echo.received(b"~1~~3~");
        assert_eq!(reads(&mut echo), b"~1~~3~");
        // It is known by now that there is none.
        echo.sent(b"same");
        echo.received(b"same");
        assert_eq!(reads(&mut echo), b"same");
    }

    #[test]
    fn a_damaged_echo_hides_no_other() {
        let mut echo = Echo::default();
        for damaged in [true, false, true, true, true, false] {
            echo.sent(b"same");
            echo.received(if damaged { b"sXme" } else { b"same" });
            assert_eq!(reads(&mut echo), if damaged { &b"sXme"[..] } else { b"" });
            echo.received(b"answer");
            assert_eq!(reads(&mut echo), b"answer");
        }
    }

    #[test]
    fn no_more_is_kept_than_can_come_back() {
        let mut echo = Echo::default();
        for _ in 0..100 {
            echo.sent(&[7; 1000]);
            assert!(echo.expected.len() <= Echo::MOST);
        }
        echo.sent(&[0; Echo::MOST + 1]);
        echo.sent(b"x");
        assert_eq!(echo.expected, b"x");
    }
}
