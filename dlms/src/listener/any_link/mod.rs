mod carrier;
mod unit;

use core::ops::Range;

use dlms_core::buffer::{Buffer, shift_down};
use dlms_core::link::{Busy, Delivery, Link, LinkError, LinkEvent, Saps};
use dlms_core::time::Instant;
use dlms_mbus::wired::{self, Leniency};
use dlms_wrapper::{Role, Stream};

pub use carrier::Carrier;
use carrier::Verdict;

/// Room that takes the longest frame of every link; telegrams of a P1 port and messages without frames may want more.
pub const ANY_LINK_ROOM: usize = 2100;
/// Milliseconds of silence after which what has come is not completed any more, unless told otherwise.
const SILENCE: u64 = 500;

/// A line on which a meter pushes, whatever carries its messages: HDLC frames, the wrapper, wired M-Bus, wM-Bus, a P1 port,
/// or nothing.
///
/// Every octet may begin a unit of any carrier: what is whole and has a right check is one, whatever lies before it.
/// Once a carrier is known, only its units are looked for, until the line falls silent inside of something else. A wrapper, and a
/// message without a frame, are known by where they stand only: at the beginning, or behind such another.
///
/// Nothing is sent but confirmations inside a wrapper. The octets that are not accounted for are kept in room of the
/// caller's; what does not fit it is no unit.
#[derive(Debug, Clone)]
pub struct AnyLink<R> {
    room: R,
    /// Octets held at the front of the room.
    held: usize,
    /// Up to where no unit begins, whatever comes, but at the front.
    settled: usize,
    known: Option<Carrier>,
    /// A message without a frame may begin here.
    is_boundary: bool,
    /// Nothing has come but what is held.
    is_fresh: bool,
    hdlc: dlms_hdlc::Reassembly,
    mbus: wired::Reassembly,
    wrapper: Stream,
    leniency: Leniency,
    silence: u64,
    heard: Instant,
    last: Option<Carrier>,
    skipped: u32,
}

enum Found {
    /// A unit that begins at this octet and has so many.
    Unit(Carrier, usize, usize),
    /// Not before so many octets are held.
    More(usize),
    /// So many octets at the front are nothing.
    Noise(usize),
}

impl<R: Buffer> AnyLink<R> {
    /// A line on which nothing was heard yet, with room for [`ANY_LINK_ROOM`] octets or more.
    #[must_use]
    pub const fn new(room: R) -> Self {
        Self {
            room,
            held: 0,
            settled: 0,
            known: None,
            is_boundary: true,
            is_fresh: true,
            hdlc: dlms_hdlc::Reassembly::new(),
            mbus: wired::Reassembly::new(),
            wrapper: Stream::new(Role::Client),
            leniency: Leniency::NONE,
            silence: SILENCE,
            heard: Instant(0),
            last: None,
            skipped: 0,
        }
    }

    /// With wired M-Bus frames that break the standard in this.
    #[must_use]
    pub fn with_leniency(self, leniency: Leniency) -> Self {
        Self { leniency, ..self }
    }

    /// With so many milliseconds of silence after which nothing is completed any more.
    #[must_use]
    pub fn with_silence(self, silence: u64) -> Self {
        Self { silence, ..self }
    }

    /// What carried the last unit.
    #[must_use]
    pub const fn carrier(&self) -> Option<Carrier> {
        self.last
    }

    /// How many octets belonged to no unit.
    #[must_use]
    pub const fn skipped(&self) -> u32 {
        self.skipped
    }

    /// The carriers of which a unit may begin at octet `at`.
    fn carriers(&self, at: usize) -> impl Iterator<Item = Carrier> + use<R> {
        let known = self.known;
        let unchecked = [
            (at == 0 && self.is_fresh).then_some(Carrier::Wrapper),
            (at == 0 && self.is_boundary).then_some(Carrier::Bare),
        ];
        let checked = Carrier::CHECKED.into_iter().filter(move |carrier| known.is_none_or(|k| k == *carrier));
        unchecked.into_iter().flatten().chain(checked)
    }

    /// What the octets held begin with.
    fn judge(&mut self) -> Found {
        let held = self.room.as_slice().get(..self.held).unwrap_or_default();
        if held.is_empty() {
            return Found::More(1);
        }
        let most = self.room.capacity();
        // Where the first begins that is not whole yet, and how many octets the next one to be whole needs.
        let (mut begins, mut needed) = (None, usize::MAX);
        let mut settled = self.settled.max(1);
        for at in core::iter::once(0).chain(settled..held.len()) {
            let mut may_begin = false;
            for carrier in self.carriers(at) {
                match carrier.judge(held.get(at..).unwrap_or_default(), self.leniency) {
                    Verdict::Whole(len) => return Found::Unit(carrier, at, len),
                    Verdict::More(more) if more <= most => {
                        may_begin = true;
                        begins.get_or_insert(at);
                        needed = needed.min(at.saturating_add(more).min(most));
                    }
                    Verdict::More(_) | Verdict::No => {}
                }
            }
            if at == settled && !may_begin {
                settled = settled.saturating_add(1);
            }
        }
        self.settled = settled;
        match begins {
            None => Found::Noise(held.len()),
            Some(0) if held.len() >= most => Found::Noise(1),
            Some(0) => Found::More(needed.max(held.len().saturating_add(1))),
            Some(at) => Found::Noise(at),
        }
    }

    /// Lets octets at the front go.
    fn shift(&mut self, by: usize) {
        shift_down(self.room.as_mut_slice().get_mut(..self.held).unwrap_or_default(), by);
        self.settled = self.settled.saturating_sub(by);
        self.held = self.held.saturating_sub(by);
    }

    fn skip(&mut self, octets: usize) {
        self.skipped = self.skipped.saturating_add(u32::try_from(octets).unwrap_or(u32::MAX));
        (self.is_boundary, self.is_fresh) = (false, false);
        self.shift(octets);
    }

    /// Takes octets until `needed` are held; how many.
    fn hold(&mut self, octets: &[u8], needed: usize) -> usize {
        let missing = needed.saturating_sub(self.held);
        let piece = octets.get(..missing).unwrap_or(octets);
        let end = self.held.saturating_add(piece.len());
        let Ok(room) = self.room.reserve(end) else {
            // As `needed` is at most what the room can have, this does not happen.
            return octets.len();
        };
        for (slot, octet) in room.iter_mut().skip(self.held).zip(piece) {
            *slot = *octet;
        }
        self.held = end;
        piece.len()
    }
}

impl<R: Buffer> Link for AnyLink<R> {
    const HEADROOM: usize = Stream::HEADROOM;
    const MAX_APDU: usize = Stream::MAX_APDU;

    fn open(&mut self, _: Saps, _: Instant) {}

    fn is_open(&self, _: Saps) -> bool {
        true
    }

    fn close(&mut self, _: Saps, _: Instant) -> bool {
        false
    }

    fn handle_input(
        &mut self,
        bytes: &[u8],
        rx: &mut dyn Buffer,
        keep: usize,
        now: Instant,
    ) -> Result<(usize, LinkEvent), LinkError> {
        self.heard = now;
        let mut taken = 0usize;
        loop {
            let rest = bytes.get(taken..).unwrap_or_default();
            if self.known == Some(Carrier::Wrapper) {
                let (more, event) = self.wrapper.handle_input(rest, rx, keep, now)?;
                return Ok((taken.saturating_add(more), event));
            }
            match self.judge() {
                Found::Unit(carrier, at, len) => {
                    self.skip_to(at);
                    self.last = Some(carrier);
                    let event = self.unit(carrier, len, rx, keep, now)?;
                    if event != LinkEvent::None {
                        return Ok((taken, event));
                    }
                }
                Found::Noise(octets) => self.skip(octets),
                Found::More(needed) => {
                    if rest.is_empty() {
                        return Ok((taken, LinkEvent::None));
                    }
                    taken = taken.saturating_add(self.hold(rest, needed));
                }
            }
        }
    }

    fn send(&mut self, peer: Saps, apdu: Range<usize>, delivery: Delivery, now: Instant) -> Result<(), Busy> {
        match self.known {
            Some(Carrier::Wrapper) => self.wrapper.send(peer, apdu, delivery, now),
            _ => Err(Busy),
        }
    }

    fn is_sending(&self) -> bool {
        self.wrapper.is_sending()
    }

    fn poll_transmit<'t>(&'t mut self, tx: &'t mut [u8], now: Instant) -> Option<&'t [u8]> {
        self.wrapper.poll_transmit(tx, now)
    }

    /// What is held is not completed any more.
    fn handle_timeout(&mut self, now: Instant) -> Result<LinkEvent, LinkError> {
        if self.poll_timeout().is_some_and(|until| now >= until) {
            self.skip(self.held);
            (self.known, self.is_boundary, self.settled) = (None, true, 0);
        }
        Ok(LinkEvent::None)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        (self.held > 0).then(|| self.heard.plus(self.silence))
    }
}
