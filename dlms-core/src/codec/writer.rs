use super::Overflow;

/// A cursor over octets to send.
///
/// Writing never fails: the writer counts every octet and stores those that fall in its window. So one
/// `encode` serves to send, to measure (`Writer::new(&mut [])`) and to cut one block out of a long value.
/// Capacity is checked once, in [`finish`](Self::finish).
#[derive(Debug)]
pub struct Writer<'b> {
    out: &'b mut [u8],
    skip: usize,
    at: usize,
}

impl<'b> Writer<'b> {
    /// Stores from the first octet on.
    #[must_use]
    pub const fn new(out: &'b mut [u8]) -> Self {
        Self { out, skip: 0, at: 0 }
    }

    /// Stores only the octets from number `skip` on, as many as fit.
    #[must_use]
    pub const fn window(skip: usize, out: &'b mut [u8]) -> Self {
        Self { out, skip, at: 0 }
    }

    /// As [`window`](Self::window), with the first `at` octets taken as written already.
    #[must_use]
    pub const fn resume(at: usize, skip: usize, out: &'b mut [u8]) -> Self {
        Self { out, skip, at }
    }

    /// Octets written so far, stored or not.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.at
    }

    /// Whether nothing was written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.at == 0
    }

    /// Whether nothing written from here on would be stored.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.at >= self.skip.saturating_add(self.out.len())
    }

    /// One octet.
    #[inline]
    pub fn u8(&mut self, v: u8) {
        if let Some(slot) = self.room().and_then(<[u8]>::first_mut) {
            *slot = v;
        }
        self.at = self.at.saturating_add(1);
    }

    /// Two octets, big-endian.
    #[inline]
    pub fn u16(&mut self, v: u16) {
        self.array(v.to_be_bytes());
    }

    /// Four octets, big-endian.
    #[inline]
    pub fn u32(&mut self, v: u32) {
        self.array(v.to_be_bytes());
    }

    /// An array of octets, without a length.
    #[inline]
    pub fn array<const N: usize>(&mut self, v: [u8; N]) {
        match self.room().and_then(<[u8]>::first_chunk_mut) {
            Some(slot) => *slot = v,
            None => {
                if !self.counts_only() {
                    store_array(self.out, self.skip, self.at, v);
                }
            }
        }
        self.at = self.at.saturating_add(N);
    }

    /// The octet `tag`, then an array of octets.
    #[inline]
    pub(crate) fn tagged<const N: usize>(&mut self, tag: u8, v: [u8; N]) {
        let slot = self.room().and_then(<[u8]>::split_first_mut);
        match slot.and_then(|(first, rest)| Some((first, rest.first_chunk_mut()?))) {
            Some((first, rest)) => (*first, *rest) = (tag, v),
            None => {
                if !self.counts_only() {
                    store_tagged(self.out, self.skip, self.at, tag, v);
                }
            }
        }
        self.at = self.at.saturating_add(N).saturating_add(1);
    }

    /// Octets, without a length.
    #[inline]
    pub fn bytes(&mut self, v: &[u8]) {
        match self.room().and_then(|room| room.get_mut(..v.len())) {
            Some(slot) => {
                // Becomes a memcpy, and has no lengths to compare.
                for (slot, octet) in slot.iter_mut().zip(v) {
                    *slot = *octet;
                }
            }
            None => store(self.out, self.skip, self.at, v),
        }
        self.at = self.at.saturating_add(v.len());
    }

    /// An A-XDR length or count in its shortest form, but never in that of three octets (`83`): a widespread stack
    /// reads `81`, `82` and `84` only.
    #[inline]
    pub fn length(&mut self, n: usize) {
        let [.., d] = n.to_be_bytes();
        match n {
            0..=0x7f => self.u8(d),
            _ => self.long_length(n),
        }
    }

    fn long_length(&mut self, n: usize) {
        let [.., a, b, c, d] = (n as u64).to_be_bytes();
        match n {
            0..=0xff => self.bytes(&[0x81, d]),
            0x100..=0xffff => self.bytes(&[0x82, c, d]),
            _ => self.bytes(&[0x84, a, b, c, d]),
        }
    }

    /// Octets that [`length`](Self::length) writes.
    #[inline]
    pub(crate) const fn length_len(n: usize) -> usize {
        match n {
            0..=0x7f => 1,
            0x80..=0xff => 2,
            0x100..=0xffff => 3,
            _ => 5,
        }
    }

    /// Counts `n` octets, if that is all that this writer does.
    pub(crate) const fn counted(&mut self, n: usize) -> bool {
        if self.counts_only() {
            self.at = self.at.saturating_add(n);
        }
        self.counts_only()
    }

    /// The octet `tag`, then a length or count.
    #[doc(hidden)]
    #[inline]
    pub fn tagged_length(&mut self, tag: u8, n: usize) {
        let [.., d] = n.to_be_bytes();
        match n {
            0..=0x7f => self.array([tag, d]),
            _ => {
                self.u8(tag);
                self.long_length(n);
            }
        }
    }

    /// An octet string: its length, then its octets.
    #[inline]
    pub fn octets(&mut self, v: &[u8]) {
        self.length(v.len());
        self.bytes(v);
    }

    /// The presence octet of an OPTIONAL component.
    pub fn presence(&mut self, present: bool) {
        self.u8(u8::from(present));
    }

    /// Goes back (or on) to octet number `at`, as [`len`](Self::len) gave it.
    pub const fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// The octets of the window.
    ///
    /// # Errors
    /// More was written than the window holds.
    pub fn finish(self) -> Result<&'b [u8], Overflow> {
        let needed = self.at.saturating_sub(self.skip);
        let out: &'b [u8] = self.out;
        out.get(..needed).ok_or(Overflow { needed })
    }

    /// The stored octets, however much was written.
    #[must_use]
    pub fn stored(self) -> &'b [u8] {
        let out: &'b [u8] = self.out;
        let n = self.at.saturating_sub(self.skip).min(out.len());
        out.get(..n).unwrap_or(&[])
    }

    /// What is left of the window; nothing if it is not reached yet.
    #[inline(always)]
    fn room(&mut self) -> Option<&mut [u8]> {
        // Before the window this wraps, to more than any window has.
        self.out.get_mut(self.at.wrapping_sub(self.skip)..)
    }

    /// Writes with a writer of its own, which as long as its address is not given away lies in registers: what is
    /// stored might lie where this one does, for all that the compiler knows.
    #[doc(hidden)]
    #[inline(always)]
    pub fn grouped(&mut self, write: impl FnOnce(&mut Writer<'_>)) {
        let mut w = Writer { out: self.out, skip: self.skip, at: self.at };
        write(&mut w);
        self.at = w.at;
    }

    const fn counts_only(&self) -> bool {
        self.out.is_empty()
    }
}

// These are not given the writer, and arrays are given by value: what has no address lies in registers.

/// Stores what of `v` falls in the window `out`, which begins at octet number `skip`, if it begins at octet number `at`.
#[cold]
#[inline(never)]
fn store_array<const N: usize>(out: &mut [u8], skip: usize, at: usize, v: [u8; N]) {
    store(out, skip, at, &v);
}

/// The same for an octet before it.
#[cold]
#[inline(never)]
fn store_tagged<const N: usize>(out: &mut [u8], skip: usize, at: usize, tag: u8, v: [u8; N]) {
    store(out, skip, at, &[tag]);
    store(out, skip, at.saturating_add(1), &v);
}

/// Stores what of `v` falls in the window.
#[cold]
#[inline(never)]
fn store(out: &mut [u8], skip: usize, at: usize, v: &[u8]) {
    let window = out.iter_mut().skip(at.saturating_sub(skip));
    for (slot, octet) in window.zip(v.iter().skip(skip.saturating_sub(at))) {
        *slot = *octet;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(w: &mut Writer<'_>) {
        w.u8(1);
        w.u32(0x0203_0405);
        w.length(0x1234);
        w.bytes(&[6, 7, 8, 9]);
        w.octets(&[10; 200]);
        w.grouped(|w| {
            w.tagged(6, [1, 2, 3, 4]);
            w.tagged_length(9, 3);
            w.tagged_length(9, 0x1_0000);
        });
    }

    #[test]
    fn any_window_is_a_slice_of_the_whole() {
        let mut whole = [0; 300];
        let mut w = Writer::new(&mut whole);
        sample(&mut w);
        let whole = w.finish().unwrap().to_vec();
        for skip in 0..whole.len() + 3 {
            for size in [0, 1, 2, 3, 7, 300] {
                let mut out = std::vec![0xee; size];
                let mut w = Writer::window(skip, &mut out);
                sample(&mut w);
                assert_eq!(w.len(), whole.len());
                let end = whole.len().min(skip + size);
                assert_eq!(w.stored(), &whole[skip.min(end)..end], "{skip} {size}");
            }
        }
    }

    #[test]
    fn finish_says_how_much_was_needed() {
        let mut out = [0; 4];
        let mut w = Writer::new(&mut out);
        w.bytes(&[1, 2, 3, 4, 5]);
        assert_eq!(w.finish(), Err(Overflow { needed: 5 }));
    }
}
