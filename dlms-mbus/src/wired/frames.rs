use crate::FrameError;
use crate::wired::frame::{LONG, is_start, judge};
use crate::wired::{Frame, Leniency};

/// The frames in one slice; see [`frames`].
#[derive(Debug, Clone)]
pub struct Frames<'a> {
    octets: &'a [u8],
    at: usize,
    leniency: Leniency,
}

/// A frame in a slice, or what began as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located<'a> {
    /// Where it begins.
    pub offset: usize,
    /// How many octets it has; of what is no frame, those that were passed over.
    pub len: usize,
    /// The frame, or why there is none and where in the slice that shows.
    pub frame: Result<Frame<'a>, FrameError>,
}

/// All frames in a capture, and what began as a long frame and is none: behind that the search goes on at the next octet.
///
/// Octets outside of frames are passed over.
#[must_use]
pub const fn frames(octets: &[u8], leniency: Leniency) -> Frames<'_> {
    Frames { octets, at: 0, leniency }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Located<'a>;

    fn next(&mut self) -> Option<Located<'a>> {
        loop {
            let rest = self.octets.get(self.at..)?;
            let start = rest.iter().position(|octet| is_start(*octet))?;
            let rest = rest.get(start..)?;
            let offset = self.at.wrapping_add(start);
            match Frame::parse(rest, self.leniency) {
                Ok((frame, len)) => {
                    self.at = offset.wrapping_add(len);
                    return Some(Located { offset, len, frame: Ok(frame) });
                }
                Err(error) => {
                    self.at = offset.wrapping_add(1);
                    // What has both start octets was meant to be a frame.
                    if let [LONG, _, _, LONG, ..] = rest {
                        return Some(Located { offset, len: 1, frame: Err(error.within(offset)) });
                    }
                    // Nothing else shows in a capture that ends inside its first octets.
                    if judge(rest, self.leniency).is_ok() && rest.first() == Some(&LONG) {
                        self.at = self.octets.len();
                        return Some(Located { offset, len: rest.len(), frame: Err(error.within(offset)) });
                    }
                }
            }
        }
    }
}
