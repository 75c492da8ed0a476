/// What of a wired frame may break the standard. Nothing unless told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Leniency {
    /// A length field of 0, 1 or 2 is taken for 256, 257 or 258: some meters send more than a frame may carry, and the
    /// count wraps round. The checksum and the stop octet then have to be where they belong all the same.
    pub wrapped_length: bool,
}

impl Leniency {
    /// The standard, to the letter.
    pub const NONE: Self = Self { wrapped_length: false };
    /// Everything there is.
    pub const ALL: Self = Self { wrapped_length: true };
}
