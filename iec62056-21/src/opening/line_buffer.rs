/// The line that is coming in, from its first character on; what stands before that is no line's.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineBuffer<const N: usize> {
    octets: [u8; N],
    len: usize,
}

impl<const N: usize> LineBuffer<N> {
    pub(super) const fn new() -> Self {
        Self { octets: [0; N], len: 0 }
    }

    pub(super) const fn clear(&mut self) {
        self.len = 0;
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes a character. A line begins, again if need be, with one of `first`, and is whole with a line feed. Of one
    /// that is too long there is as much as there was room for, without its end.
    pub(super) fn push(&mut self, character: u8, first: &[u8]) -> Option<&[u8]> {
        if first.contains(&character) {
            self.clear();
        } else if self.is_empty() {
            return None;
        }
        if let Some(slot) = self.octets.get_mut(self.len) {
            *slot = character;
            self.len = self.len.saturating_add(1);
        }
        if character != b'\n' {
            return None;
        }
        let line = self.octets.get(..self.len);
        self.len = 0;
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_between_noise() {
        let mut buffer = LineBuffer::<6>::new();
        let mut lines = std::vec::Vec::new();
        for character in b"xx\n/ab/c\r\n\n/toolong\n/d\n" {
            if let Some(line) = buffer.push(*character, b"/") {
                lines.push(line.to_vec());
            }
        }
        assert_eq!(lines, [&b"/c\r\n"[..], b"/toolo", b"/d\n"]);
        assert!(buffer.is_empty());
    }
}
