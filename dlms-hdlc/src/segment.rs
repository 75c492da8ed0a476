use dlms_core::buffer::Buffer;

use crate::{Address, Frame, FrameKind, Llc};

/// Joins the information fields of segmented frames to an APDU, in the caller's buffer.
///
/// Numbered frames have to be joined in sequence. UI frames, which real meters segment in their pushes, have no
/// numbers: one from another station, or one that begins with an LLC header, starts a new APDU.
#[derive(Debug, Clone, Default)]
pub struct Reassembly {
    /// Octets of the APDU so far.
    len: usize,
    /// Between whom, while more segments are to come.
    open: Option<[Address; 2]>,
    /// The buffer could not take it all.
    oversize: bool,
    llc: Option<Llc>,
}

/// What a segment made of an APDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Joined {
    /// More segments follow.
    More,
    /// The APDU is whole.
    Apdu {
        /// Its length.
        len: usize,
        /// The LLC header that stood in front of it and was stripped.
        llc: Option<Llc>,
    },
    /// The APDU ended, and the buffer could not take it.
    Oversize {
        /// Its length.
        needed: usize,
    },
}

impl Reassembly {
    /// Nothing joined yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { len: 0, open: None, oversize: false, llc: None }
    }

    /// Puts the information field of a frame behind what was joined before, from octet `keep` of `rx` on.
    pub fn join(&mut self, frame: &Frame<'_>, rx: &mut dyn Buffer, keep: usize) -> Joined {
        let stations = [frame.destination(), frame.source()];
        let start = Llc::split(frame.information());
        let unnumbered = matches!(frame.control().kind, FrameKind::Ui);
        let mut piece = frame.information();
        if self.open != Some(stations) || (unnumbered && start.is_some()) {
            self.clear();
            if let Some((llc, apdu)) = start {
                (self.llc, piece) = (Some(llc), apdu);
            }
        }
        let at = keep.saturating_add(self.len);
        self.len = self.len.saturating_add(piece.len());
        match rx.reserve(keep.saturating_add(self.len)) {
            Ok(room) => {
                for (slot, octet) in room.get_mut(at..).unwrap_or_default().iter_mut().zip(piece) {
                    *slot = *octet;
                }
            }
            Err(_) => self.oversize = true,
        }
        self.open = frame.is_segmented().then_some(stations);
        match self {
            Self { open: Some(_), .. } => Joined::More,
            Self { oversize: true, len, .. } => Joined::Oversize { needed: *len },
            Self { len, llc, .. } => Joined::Apdu { len: *len, llc: *llc },
        }
    }

    /// Whether segments were joined and more have to come.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether what is joined has outgrown the buffer: it will come to nothing.
    #[must_use]
    pub const fn is_oversize(&self) -> bool {
        self.oversize
    }

    /// Forgets the segments joined so far.
    pub const fn clear(&mut self) {
        *self = Self::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Control;

    fn ui(source: u16, information: &[u8], segmented: bool) -> Frame<'_> {
        let [to, from] = [16, source].map(|a| Address::one(a).unwrap());
        Frame::new(to, from, Control::last(FrameKind::Ui)).with_information(information, segmented).unwrap()
    }

    const FIRST: &[u8] = &[0xe6, 0xe7, 0, 1, 2];

    #[test]
    fn segments_join_behind_what_is_kept() {
        let (mut join, mut rx) = (Reassembly::new(), [9; 8]);
        assert_eq!(join.join(&ui(1, FIRST, true), &mut rx, 2), Joined::More);
        assert!(join.is_open());
        let whole = Joined::Apdu { len: 4, llc: Some(Llc::Response) };
        assert_eq!(join.join(&ui(1, &[3, 4], false), &mut rx, 2), whole);
        assert_eq!(rx, [9, 9, 1, 2, 3, 4, 9, 9]);
        assert_eq!(join.join(&ui(1, &[5], false), &mut rx, 0), Joined::Apdu { len: 1, llc: None });
    }

    #[test]
    fn a_lost_tail_spoils_one_apdu_only() {
        let (mut join, mut rx) = (Reassembly::new(), [0; 8]);
        for source in [1, 2] {
            assert_eq!(join.join(&ui(1, FIRST, true), &mut rx, 0), Joined::More);
            let whole = Joined::Apdu { len: 2, llc: Some(Llc::Response) };
            assert_eq!(join.join(&ui(source, FIRST, false), &mut rx, 0), whole);
        }
    }

    #[test]
    fn an_apdu_too_large_is_counted_and_refused_at_its_end() {
        let (mut join, mut rx) = (Reassembly::new(), [0; 3]);
        assert_eq!(join.join(&ui(1, FIRST, true), &mut rx, 0), Joined::More);
        assert_eq!(join.join(&ui(1, &[3, 4], true), &mut rx, 0), Joined::More);
        assert_eq!(join.join(&ui(1, &[5], false), &mut rx, 0), Joined::Oversize { needed: 5 });
        assert_eq!(join.join(&ui(1, &[5], false), &mut rx, 0), Joined::Apdu { len: 1, llc: None });
    }
}
