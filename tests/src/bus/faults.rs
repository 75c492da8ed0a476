use super::Dice;

/// What happens to what a station sends: to frames so many times in a thousand, to octets so many times in a hundred
/// thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Frames that nobody hears.
    pub lost: u16,
    /// Frames that are heard twice.
    pub doubled: u16,
    /// Frames with a wrong bit.
    pub damaged: u16,
    /// Frames that break off.
    pub cut: u16,
    /// Frames with noise before them.
    pub noise: u16,
    /// Frames that come later,
    pub delayed: u16,
    /// by so many milliseconds at most.
    pub delay: u64,
    /// Octets that nobody hears.
    pub octets_lost: u16,
    /// Octets with a wrong bit.
    pub octets_damaged: u16,
    /// Octets that nobody sent.
    pub octets_inserted: u16,
}

impl Faults {
    /// A good line.
    pub const NONE: Self = Self {
        lost: 0,
        doubled: 0,
        damaged: 0,
        cut: 0,
        noise: 0,
        delayed: 0,
        delay: 0,
        octets_lost: 0,
        octets_damaged: 0,
        octets_inserted: 0,
    };

    /// Whether single octets are in danger.
    pub(super) const fn touch_octets(&self) -> bool {
        self.octets_lost > 0 || self.octets_damaged > 0 || self.octets_inserted > 0
    }

    /// What becomes of a frame: the octets that go out, whether anybody hears them, how many milliseconds later.
    pub(super) fn befall(&self, frame: &[u8], dice: &mut Dice) -> (Vec<u8>, bool, u64) {
        let mut octets = frame.to_vec();
        if dice.happens(self.doubled) {
            octets.extend(frame);
        }
        if dice.happens(self.damaged) {
            let bit = dice.place(8 * octets.len());
            octets[bit / 8] ^= 1 << (bit % 8);
        }
        if dice.happens(self.cut) {
            octets.truncate(dice.place(octets.len()) + 1);
        }
        if dice.happens(self.noise) {
            // Some of it looks like the start of a frame.
            let noise = [0x7e, 0xa7, 0xff, 0x7e, 0xa0, 0x0a, dice.octet(), dice.octet()];
            let from = dice.place(noise.len());
            octets.splice(0..0, noise[from..].iter().copied());
        }
        let delay = if dice.happens(self.delayed) { dice.between(0, self.delay) } else { 0 };
        (octets, !dice.happens(self.lost), delay)
    }
}
